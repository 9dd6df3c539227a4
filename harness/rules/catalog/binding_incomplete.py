"""A required canonical field is not bound from its system of record."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="binding-incomplete",
    title="A required canonical field is not bound from its system of record",
    why="An invoice arrives without what the ledger needs and waits in the exception queue.",
    area=Area.CATALOG,
    aspect=Aspect.REQUIREDNESS,
    action=Action.FOUND,
    reference="contract-harness design, section 5, canonical model",
    remedy="Bind it from its system of record, or say with otherwise what is filled in.",
)
