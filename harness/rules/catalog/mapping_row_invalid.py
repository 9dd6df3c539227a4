"""A mapping row lacks a column, an owner or a readable period."""

from harness.rules.record import Action, Area, Aspect, Rule

RULE = Rule(
    id="mapping-row-invalid",
    title="A mapping row lacks a column, an owner or a readable period",
    why="The line it is for stops in the exception queue, and everything behind it.",
    area=Area.CATALOG,
    aspect=Aspect.STRUCTURE,
    action=Action.FOUND,
    reference="contract-harness design, section 5, mappings",
    remedy="Fill every column; dates are quoted; valid_to is the first day it no longer counts.",
)
