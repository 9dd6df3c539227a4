"""Minimal, realistic instances of schema positions, and views cut down to what an instance touches.

A sample takes the author's own examples, defaults and listed values first. Whether it is really an instance is
never assumed: the caller validates it against the cut view.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.compat.examples import written_examples
from harness.compat.keywords import type_of, types_of
from harness.compat.proof import Judge
from harness.compat.schema_local import local_keywords, spell
from harness.compat.schema_views import Emission, Stance, Views, prefix_sites, rest_site
from harness.compat.shapes import Shape
from harness.compat.versions import Position
from harness.model import JSON

_MAX_DEPTH = 10
_MAX_FILL = 20
_BY_FORMAT: dict[str, JSON] = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T09:00:00Z",
    "time": "09:00:00Z",
    "duration": "P1M",
    "email": "accounting@example.com",
    "idn-email": "accounting@example.com",
    "hostname": "billing.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/invoices/1",
    "url": "https://example.com/invoices/1",
    "uri-reference": "/invoices/1",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "json-pointer": "/lines/0",
    "byte": "aW52b2ljZQ==",
}


class Sampler:
    """Builds instances from the views of one version.

    `plain` leaves out the examples of whole payloads, for where they do not fit together.
    """

    def __init__(self, views: Views, judge: Judge, *, plain: bool = False) -> None:
        self._views = views
        self._judge = judge
        self._plain = plain

    def sample(
        self, position: Position, stance: Stance, depth: int = 0, hints: tuple[JSON, ...] = ()
    ) -> tuple[JSON] | None:
        """Return a likely instance of a position in a tuple, or None where none was found.

        `hints` are values that the example of what stands around the position has there.
        """
        if depth > _MAX_DEPTH:
            return None
        form = self._views.shaper.form(position)
        for shape in form.shapes:
            found = self.shaped(shape, stance, depth, hints)
            if found is not None:
                return found
        return (None,) if form.nullable else None

    def shaped(self, shape: Shape, stance: Stance, depth: int = 0, hints: tuple[JSON, ...] = ()) -> tuple[JSON] | None:
        """Return a likely instance of one alternative."""
        local = spell(shape.types, local_keywords(shape), stance.model)
        offered = [*hints, *self.offered(shape)]
        for value in offered:
            if not isinstance(value, (dict, list)) and value is not None and self._accepts(local, value):
                return (value,)
        if "object" in shape.types and (shape.properties or shape.required):
            return self._object(shape, stance, depth, offered)
        if "array" in shape.types and shape.having("items"):
            return self._array(shape, stance, depth, offered)
        for name in ("string", "integer", "fraction", "boolean"):
            if name in shape.types:
                return self._scalar(name, shape, local)
        if "object" in shape.types:
            return self._object(shape, stance, depth, offered)
        return self._array(shape, stance, depth, offered) if "array" in shape.types else None

    def offered(self, shape: Shape) -> list[JSON]:
        """Return the values that the authors wrote for an alternative: examples around it, then its own."""
        around = [] if self._plain else self._views.examples.at(fragment.site for fragment in shape.fragments)
        return [*around, *_offered(shape)]

    def _accepts(self, local: dict[str, JSON], value: JSON) -> bool:
        """Whether a value satisfies assertions; a bare type needs no validator."""
        if local.keys() == {"type"}:
            return type_of(value) in types_of(local)
        return self._judge.accepts(local, value)

    def _scalar(self, name: str, shape: Shape, local: dict[str, JSON]) -> tuple[JSON] | None:
        formats = [str(value) for value in shape.values("format")]
        guesses: list[JSON] = []
        if name == "string":
            guesses = [_BY_FORMAT[one] for one in formats if one in _BY_FORMAT] + ["text", "x", ""]
        elif name == "boolean":
            guesses = [True, False]
        else:
            lowest = [value for key in ("minimum", "exclusiveMinimum") for value in shape.values(key)]
            guesses = [1, 0, *lowest]
        for guess in guesses:
            if self._accepts(local, guess):
                return (guess,)
        return self._judge.example(local)

    def _object(self, shape: Shape, stance: Stance, depth: int, offered: list[JSON]) -> tuple[JSON] | None:
        found: dict[str, JSON] = {}
        required = self._views.required(shape, stance)
        example = _fullest(offered, required)
        for name in required:
            position = shape.properties.get(name)
            hints = (example[name],) if name in example else ()
            value = ("x",) if position is None else self.sample(position, stance, depth + 1, hints)
            if value is None:
                return None
            found[name] = value[0]
        least = max((value for value in shape.values("minProperties") if isinstance(value, int)), default=0)
        self._fill(shape, stance, depth, found, min(least, _MAX_FILL))
        return (in_order(shape, found),)

    def _fill(self, shape: Shape, stance: Stance, depth: int, found: dict[str, JSON], least: int) -> None:
        """Add fields until there are enough: declared ones first, then such as the map allows."""
        for name, position in self._views.fields(shape, stance).items():
            if len(found) >= least:
                return
            value = self.sample(position, stance, depth + 1)
            if value is not None:
                found.setdefault(name, value[0])
        rest = tuple(
            fragment.site.child("additionalProperties")
            for fragment in shape.having("additionalProperties")
            if isinstance(fragment.keywords["additionalProperties"], dict)
        )
        value = self.sample(rest, stance, depth + 1)
        while value is not None and len(found) < least:
            found[f"key{len(found) + 1}"] = value[0]

    def _array(self, shape: Shape, stance: Stance, depth: int, offered: list[JSON]) -> tuple[JSON] | None:
        least = max((value for value in shape.values("minItems") if isinstance(value, int)), default=0)
        example = next((value for value in offered if isinstance(value, list) and value), [])
        found: list[JSON] = []
        for index in range(min(least, 5)):
            hints = (example[index],) if index < len(example) else ()
            value = self.sample(item_position(shape, index), stance, depth + 1, hints)
            if value is None:
                return None
            found.append(value[0])
        return (found,)


def in_order(shape: Shape, instance: dict[str, JSON]) -> dict[str, JSON]:
    """Return an object with its fields in the order in which a shape declares them, undeclared ones last."""
    declared = {name: instance[name] for name in shape.properties if name in instance}
    return {**declared, **instance}


def _fullest(offered: list[JSON], required: list[str]) -> dict[str, JSON]:
    """Return the first example that has every required field, else the first that is an object at all."""
    objects = [value for value in offered if isinstance(value, dict)]
    whole = (value for value in objects if all(name in value for name in required))
    return next(whole, objects[0] if objects else {})


def item_position(shape: Shape, index: int) -> Position:
    """Return what the item at `index` must satisfy."""
    found = []
    for fragment in shape.fragments:
        prefix = prefix_sites(fragment) if "prefixItems" in fragment.keywords else []
        if index < len(prefix):
            found.append(prefix[index])
        else:
            rest = rest_site(fragment)
            if rest is not None:
                found.append(rest)
    return tuple(found)


def _offered(shape: Shape) -> Iterator[JSON]:
    """Yield the values that the authors wrote themselves."""
    for fragment in shape.fragments:
        value = fragment.site.node.value
        if not isinstance(value, dict):
            continue
        yield from written_examples(value)
        for key in ("default", "const"):
            if key in value:
                yield value[key]
    for enum in shape.values("enum"):
        if isinstance(enum, list):
            yield from enum


class Slice(Emission):
    """A view cut to one instance: fields that the instance does not hold are left unspecified.

    It accepts the instance exactly if the whole view does, at a cost that follows the instance.
    """

    def __init__(self, views: Views, stance: Stance) -> None:
        super().__init__(views, stance)
        self._value: JSON = None
        self._whole = Emission(views, stance)
        self.definitions = self._whole.definitions

    def cut(self, position: Position, value: JSON) -> dict[str, JSON]:
        """Return the view of a position as far as `value` touches it."""
        above, self._value = self._value, value
        found = self.form(self._views.shaper.form(position)) if position else {}
        self._value = above
        return found

    def cut_shape(self, shape: Shape, value: JSON) -> dict[str, JSON]:
        """Return the view of one alternative as far as `value` touches it, with its definitions."""
        self._value = value
        found = self.shape(shape)
        return {**found, "$defs": self.definitions} if self.definitions else found

    def _field(self, name: str, position: Position) -> dict[str, JSON]:
        value = self._value
        if isinstance(value, dict) and name in value:
            return self.cut(position, value[name])
        return {}

    def _fields_matching(self, position: Position) -> dict[str, JSON]:
        return self._whole.refer(position)

    def _items(self, shape: Shape, found: dict[str, JSON], extras: list[JSON]) -> None:
        del extras
        value = self._value
        if isinstance(value, list) and value:  # an empty `prefixItems` is no schema
            found["prefixItems"] = [self.cut(item_position(shape, index), item) for index, item in enumerate(value)]
