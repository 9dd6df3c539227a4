"""A bound field can hold what the canonical field refuses."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="binding-type-unfit",
    title="A bound field can hold what the canonical field refuses",
    why="Such an invoice is never posted, or posted with a cut or wrong value.",
    area=Area.CATALOG,
    aspect=Aspect.TYPE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, canonical model",
    remedy="Name the transformation that makes it fit, or widen the canonical field.",
)
