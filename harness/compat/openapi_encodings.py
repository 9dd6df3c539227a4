"""How the parts of a form are encoded (OpenAPI 3.0.3, Encoding Object); the default follows from the part's type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from harness.compat.drafts import Draft
from harness.compat.keywords import ALL_TYPES
from harness.compat.openapi_reading import Media
from harness.compat.proof import FINE, RULED_OUT
from harness.compat.versions import canonical
from harness.model import JSON, Direction

if TYPE_CHECKING:
    from harness.compat.openapi import OpenApiComparison

_ENCODED = {"contentType": None, "style": "form", "explode": None, "allowReserved": False}
_COMPOSED = frozenset({"array", "object"})
_PLAIN, _JSON, _BYTES = "text/plain", "application/json", "application/octet-stream"


def encoding_changes(
    comparison: OpenApiComparison, old: Media, new: Media, direction: Direction, carrier: str
) -> Iterator[Draft]:
    """Yield the parts of both versions that are encoded otherwise; saying what is the default anyway is no change.

    A media type that only one version names narrows the part, or no longer does.
    """
    if old.encoding == new.encoding:
        return
    names = {
        name for name in old.encoding.keys() | new.encoding.keys() if old.encoding.get(name) != new.encoding.get(name)
    }
    parts = _parts(comparison, 0, old, names), _parts(comparison, 1, new, names)
    told = names & ((old.encoding.keys() & new.encoding.keys()) | (parts[0].keys() & parts[1].keys()))
    for name in sorted(told):
        kinds = parts[0].get(name, _ANY), parts[1].get(name, _ANY)
        whole = not all(kind.types & _COMPOSED for kind in kinds)
        was, now = (_effective(media.encoding.get(name), whole=whole) for media in (old, new))
        usual = {None, kinds[0].usual}, {None, kinds[1].usual}
        types = was.pop("contentType"), now.pop("contentType")
        breaks = canonical(was) != canonical(now)
        if types[0] != types[1] and not (types[0] in usual[0] and types[1] in usual[1]):
            narrowed = (types[1] is not None) is (direction is Direction.RECEIVED)
            breaks = breaks or narrowed or None not in types
        elif not breaks:
            continue
        title = f"{carrier} encodes {name} differently"
        proof = RULED_OUT if breaks else FINE
        yield Draft("encoding-changed", old.node, new.node, direction, proof, None, f"{carrier} {name}", title=title)


class _Part(NamedTuple):
    """What the value of a part may be, and the media type it has where none is named."""

    types: frozenset[str]
    usual: str


_ANY = _Part(ALL_TYPES, _BYTES)


def _parts(comparison: OpenApiComparison, index: int, media: Media, names: set[str]) -> dict[str, _Part]:
    """Return those of the named parts that one version declares, by name."""
    shaper = (comparison.sides.old_views, comparison.sides.new_views)[index].shaper
    shapes = shaper.form((media.site,)).shapes if media.site is not None else ()
    found = {}
    for shape in shapes:
        for name in names & shape.properties.keys():
            position = shape.properties[name]
            form = shaper.form(position)
            binary = any({"binary", "byte"} & {str(one) for one in kind.values("format")} for kind in form.shapes)
            usual = _BYTES if binary or len(form.shapes) != 1 else _JSON if "object" in form.types else _PLAIN
            found[name] = _Part(form.types, usual)
    return found


def _effective(encoding: JSON, *, whole: bool) -> dict[str, JSON]:
    """Return what an encoding says, with defaults; how a whole value would be taken apart says nothing."""
    value = encoding if isinstance(encoding, dict) else {}
    found: dict[str, JSON] = {key: value.get(key, default) for key, default in _ENCODED.items()}
    if found["contentType"] is not None:
        found["contentType"] = str(found["contentType"])
    if found["explode"] is None:
        found["explode"] = found["style"] == "form"
    return {key: item for key, item in found.items() if not (whole and key in ("style", "explode"))}
