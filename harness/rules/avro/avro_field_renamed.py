"""A field has another name, joined to the old one by an alias."""

from harness.model import Level
from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="avro-field-renamed",
    title="A field has another name, joined to the old one by an alias",
    why="A reader without the alias finds nothing under its name.",
    area=Area.AVRO,
    aspect=Aspect.NAMING,
    action=Action.CHANGED,
    reference="Avro 1.12.0, Aliases",
    remedy="Keep the old name among the aliases of the field.",
    received="backward (new readers, old data): compatible with an alias in the new schema.",
    sent="forward (old readers, new data): breaking without an alias or default in the old schema.",
    level=Level.ERROR,
)
