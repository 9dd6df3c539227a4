"""How the parts of a form are encoded (OpenAPI 3.0.3, Encoding Object); the default follows from the part's type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.compat.drafts import Draft
from harness.compat.openapi_reading import Media
from harness.compat.proof import FINE, RULED_OUT
from harness.compat.versions import Site, canonical
from harness.model import JSON, Direction

if TYPE_CHECKING:
    from harness.compat.openapi import OpenApiComparison

_ENCODED = {"contentType": None, "style": "form", "explode": None, "allowReserved": False}
_PLAIN, _JSON, _BYTES = "text/plain", "application/json", "application/octet-stream"


def encoding_changes(
    comparison: OpenApiComparison, old: Media, new: Media, direction: Direction, carrier: str
) -> Iterator[Draft]:
    """Yield the parts that are encoded otherwise; saying what is the default anyway is no change.

    A media type that only one version names narrows the part, or no longer does.
    """
    for name in sorted(old.encoding.keys() | new.encoding.keys()):
        was, now = (_effective(media.encoding.get(name)) for media in (old, new))
        if canonical(was) == canonical(now):
            continue
        types = was.pop("contentType"), now.pop("contentType")
        breaks = canonical(was) != canonical(now)
        if types[0] != types[1]:
            usual = _usual(comparison, 0, old, name), _usual(comparison, 1, new, name)
            if not breaks and types[0] in (None, usual[0]) and types[1] in (None, usual[1]):
                continue
            narrowed = types[1] is not None
            one_sided = None in types
            breaks = breaks or not one_sided or narrowed is (direction is Direction.RECEIVED)
        title = f"{carrier} encodes {name} differently"
        proof = RULED_OUT if breaks else FINE
        yield Draft("encoding-changed", old.node, new.node, direction, proof, None, f"{carrier} {name}", title=title)


def _effective(encoding: JSON) -> dict[str, JSON]:
    value = encoding if isinstance(encoding, dict) else {}
    found: dict[str, JSON] = {key: value.get(key, default) for key, default in _ENCODED.items()}
    if found["explode"] is None:
        found["explode"] = found["style"] == "form"
    return found


def _usual(comparison: OpenApiComparison, index: int, media: Media, name: str) -> str:
    """Return the media type of a part that names none: by the type of its value, of its items for an array."""
    shaper = (comparison.sides.old_views, comparison.sides.new_views)[index].shaper
    position: tuple[Site, ...] = () if media.site is None else (media.site,)
    for step in (name, None):
        shapes = shaper.form(position).shapes
        if len(shapes) != 1:
            return _BYTES
        if step is not None:
            position = shapes[0].properties.get(step, ())
    types = shapes[0].types
    if "binary" in shapes[0].values("format") or "byte" in shapes[0].values("format"):
        return _BYTES
    return _JSON if types & {"object"} else _PLAIN
