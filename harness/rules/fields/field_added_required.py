"""An object has a further field that must be present."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-added-required",
    title="An object has a further field that must be present",
    why="Callers that do not know it are refused, so their invoices or payments are not booked.",
    area=Area.FIELDS,
    aspect=Aspect.REQUIREDNESS,
    action=Action.ADDED,
    reference="JSON Schema 2020-12 Validation, 6.5.3 required",
    remedy="Make it optional, or give it a default that the provider fills in.",
    received="breaking, unless it has a default.",
    sent="compatible: readers get more than before.",
    oasdiff=("new-required-request-header-property", "new-required-request-property"),
    level=Level.ERROR,
)
