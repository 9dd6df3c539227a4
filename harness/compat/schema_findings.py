"""Findings about the new version of a schema that break nobody by themselves, but mislead its readers.

Source: content models, sections 1 (overlap of `oneOf`) and 5 (3.1 keywords in a 3.0 document: read as meant, warn).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from harness.compat.drafts import Draft
from harness.compat.keywords import OPENAPI_30, SWAGGER_20
from harness.compat.proof import FINE
from harness.compat.schema_views import Emission, Role, Stance
from harness.compat.shapes import Form
from harness.compat.sides import Sides
from harness.compat.versions import Position, Site, canonical, referred_name
from harness.model import JSON, ContentModel, Direction, Level, Side

_LATER = frozenset(
    {
        "const", "contains", "minContains", "maxContains", "patternProperties", "propertyNames", "prefixItems",
        "dependentRequired", "dependentSchemas", "if", "then", "else", "unevaluatedProperties", "unevaluatedItems",
        "contentEncoding", "contentMediaType", "contentSchema",
    }
)  # fmt: skip
"""Keywords that a Schema Object of OpenAPI 3.0 and before does not have; tools of that time ignore them."""
_MOST_MEMBERS = 8
"""Largest `oneOf` whose members are held against each other: the work grows with the square."""


def later_keywords(old: Position, new: Position, forms: tuple[Form, Form]) -> Iterator[Draft]:
    """Yield the keywords of OpenAPI 3.1 that came into a schema of a 3.0 document."""
    if not any(site.dialect in (OPENAPI_30, SWAGGER_20) for site in new):
        return
    before = {keyword for site in _sites(old, forms[0]) for keyword in _later(site)}
    for site in _sites(new, forms[1]):
        come = sorted(_later(site) - before)
        if come:
            node = old[0].node if old else None
            yield Draft(
                "keyword-of-later-version", node, site.node, None, FINE, Level.WARNING, after=", ".join(come)
            )  # fmt: skip


def _sites(position: Position, form: Form) -> list[Site]:
    found = {site.key: site for site in position}
    found.update({one.site.key: one.site for shape in form.shapes for one in shape.fragments})
    return list(found.values())


def _later(site: Site) -> set[str]:
    value = site.node.value
    if site.dialect not in (OPENAPI_30, SWAGGER_20) or not isinstance(value, dict):
        return set()
    found = {keyword for keyword in _LATER if keyword in value}
    if isinstance(value.get("type"), list) or value.get("type") == "null":
        found.add("type")
    for keyword in ("exclusiveMinimum", "exclusiveMaximum"):
        if keyword in value and not isinstance(value[keyword], bool):
            found.add(keyword)
    return found


def overlap_findings(sides: Sides, old: Position, new: Position, direction: Direction) -> Iterator[Draft]:
    """Yield, for each `oneOf` of the new version, a payload that now matches two of its members.

    Exact readers refuse such a payload; under the declared model it is taken, so it is a finding of its own.
    """
    if sides.model is ContentModel.OPEN:
        return
    for site in new:
        members = _members(site)
        if not 1 < len(members) <= _MOST_MEMBERS:
            continue
        known = {_name(member): (holder, member) for holder in old for member in _members(holder)}
        for one, other in combinations(members, 2):
            partners = known.get(_name(one)), known.get(_name(other))
            if partners[0] and partners[1] and _kept(sides, (one, other), (partners[0][1], partners[1][1])):
                continue
            payload = _both(sides, Side.NEW, new, (one, other), direction)
            if payload is None:
                continue
            if partners[0] and partners[1]:
                earlier = (partners[0][1], partners[1][1])
                if _both(sides, Side.OLD, old, earlier, direction) is not None:
                    continue
            node = old[0].node if old else None
            yield Draft("oneof-overlap", node, site.node, direction, FINE, Level.WARNING, after=payload[0])
            break


def _members(site: Site) -> list[Site]:
    value = site.node.value
    listed = value.get("oneOf") if isinstance(value, dict) and "discriminator" not in value else None
    return [site.child("oneOf", index) for index in range(len(listed))] if isinstance(listed, list) else []


def _name(site: Site) -> str:
    value = site.node.value
    if isinstance(value, dict):
        reference, title = value.get("$ref"), value.get("title")
        if isinstance(reference, str):
            return f"$ref {referred_name(reference)}"
        if isinstance(title, str):
            return f"title {title}"
    return canonical(value)


def _kept(sides: Sides, new: tuple[Site, Site], old: tuple[Site, Site]) -> bool:
    """Whether neither member changed, so that nothing about them is new."""
    return all(sides.sameness.same(before.node, after.node) for before, after in zip(old, new, strict=True))


def _both(
    sides: Sides, side: Side, position: Position, members: tuple[Site, Site], direction: Direction
) -> tuple[JSON] | None:
    """Return a payload that is written at a position and that both members, as they are spelled, take."""
    emission = Emission(sides.views(side), Stance(Role.WRITER, direction, sides.model))
    exact: list[JSON] = [emission.exact(member) for member in members]
    whole: JSON = emission.refer(position)
    return sides.judge.example(emission.document({"allOf": [whole, *exact]}))
