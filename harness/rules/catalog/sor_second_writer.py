"""A contract lets a second system write or announce a field that another one owns."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="sor-second-writer",
    title="A contract lets a second system write or announce a field that another one owns",
    why="Two systems then hold two amounts for one invoice, and the ledger keeps the one that came last.",
    area=Area.CATALOG,
    aspect=Aspect.OWNERSHIP,
    action=Action.FOUND,
    reference="contract-harness design, section 5, system of record",
    remedy="Make it readOnly there, move the write to the owner, or declare the copy in systemOfRecord.mirrors.",
)
