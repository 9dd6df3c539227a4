"""Leaving a parameter out means something else."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="parameter-default-changed",
    title="Leaving a parameter out means something else",
    why="Callers that leave it out get another answer without a word: 20 invoices instead of all.",
    area=Area.PARAMETERS,
    aspect=Aspect.DEFAULT,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Validation, 9.2 default",
    remedy="Keep the default; let callers ask for the new value.",
    received="breaking: leaving it out is a request, too.",
    oasdiff=("request-parameter-default-value-added", "request-parameter-default-value-removed"),
    level=Level.ERROR,
)
