"""A duration of a workflow cannot be read or contradicts another."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="workflow-time-unfit",
    title="A duration of a workflow cannot be read or contradicts another",
    why="An objective that nobody can compute is not kept by anybody.",
    area=Area.CATALOG,
    aspect=Aspect.VALUES,
    action=Action.FOUND,
    reference="ISO 8601-1, 5.5.2",
    remedy="Write durations of fixed length, such as PT4H or P180D.",
)
