"""A field went away and the same field appeared under another name."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="field-renamed",
    title="A field went away and the same field appeared under another name",
    why="Readers look under the old name and find nothing: a total of 0, or a stopped posting.",
    area=Area.FIELDS,
    aspect=Aspect.NAMING,
    action=Action.CHANGED,
    reference="JSON Schema 2020-12 Core, 10.3.2.1 properties",
    remedy="Expand and contract: send both names, move the readers, remove the old one after its sunset.",
    received="breaking: old callers send the old name.",
    sent="breaking where the old name was declared.",
    level=Level.ERROR,
)
