"""A contract could not be read."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="contract-unreadable",
    title="A contract could not be read",
    why="Nothing can be said about it, and nobody may take silence for safety.",
    area=Area.GATE,
    aspect=Aspect.EXISTENCE,
    action=Action.FOUND,
    reference="contract-harness design, section 7, trust",
    remedy="Correct the file at the place named; the other contracts are judged all the same.",
)
