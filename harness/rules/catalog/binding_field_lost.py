"""A field that a system sends is bound nowhere."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="binding-field-lost",
    title="A field that a system sends is bound nowhere",
    why="What the customer agreed to is dropped between two systems, without a word.",
    area=Area.CATALOG,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="contract-harness design, section 5, canonical model",
    remedy="Bind it, or list it under dropped with the reason.",
)
