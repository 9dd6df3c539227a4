"""What writers send and readers take, as plain 2020-12 schemas (content models, section 1).

`W` is the writer's view, `R` the reader's. Both are emitted from the normal form of a position, so that what is
proved and what a witness is validated against is one and the same text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.compat.examples import Examples
from harness.compat.keywords import read_keywords, siblings_count
from harness.compat.schema_local import KNOWN_FORMATS, local_keywords, spell, strict_pattern
from harness.compat.shapes import Form, Fragment, Shape, Shaper
from harness.compat.versions import Key, Position, Site, position_key
from harness.model import JSON, ContentModel, Direction

EXACT = ("not", "if", "then", "else", "contains", "propertyNames")
_COMPOSED = ("$ref", "allOf", "anyOf", "oneOf")
COUNTS = ("minContains", "maxContains")
_OLDER = {"prefixItems": "items", "items": "additionalItems", "dependentSchemas": "dependencies"}
"""How older drafts spell a keyword whose members are schemas."""
_SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas")
_SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS = (*EXACT, "additionalProperties", "items", "unevaluatedProperties", "unevaluatedItems")


class Role(StrEnum):
    """Who looks at a schema."""

    WRITER = "writer"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Stance:
    """Who looks, which way the data flows and under which content model: all that a view depends on."""

    role: Role
    direction: Direction
    model: ContentModel

    @property
    def closes(self) -> bool:
        """Whether undeclared properties cannot occur or are refused."""
        if self.model is ContentModel.OPEN:
            return False
        if self.role is Role.WRITER:
            return True
        return self.direction is Direction.RECEIVED and self.model is ContentModel.DECLARED

    @property
    def ignores_unknown(self) -> bool:
        """Whether undeclared properties are ignored even where the schema refuses them."""
        return self.model is not ContentModel.OPEN and self.role is Role.READER and not self.closes

    @property
    def erased_flag(self) -> str:
        """The flag of properties that do not travel this way."""
        return "readOnly" if self.direction is Direction.RECEIVED else "writeOnly"


class Flags:
    """What the schemas of a field say about the field: erased flags and defaults."""

    def __init__(self, shaper: Shaper) -> None:
        self._version = shaper.version
        self._known: dict[tuple[Key, str], bool] = {}

    def has(self, position: Position, key: str) -> bool:
        """Whether any member of a position says `key` other than false (after `$ref`, allOf and alternatives)."""
        return any(self._says(site, key) for site in position)

    def _says(self, site: Site, key: str) -> bool:
        value = site.node.value
        if not isinstance(value, dict):
            return False
        if key in value and (value[key] is not False or key == "default"):
            return True
        if not any(keyword in value for keyword in _COMPOSED):
            return False
        name = (site.key, key)
        if name not in self._known:
            self._known[name] = False
            self._known[name] = any(self._says(member, key) for member in self._members(site, value))
        return self._known[name]

    def _members(self, site: Site, value: dict[str, JSON]) -> Iterator[Site]:
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield Site(self._version.resolve(site.node, reference), site.dialect)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for index in range(len(_list(value.get(keyword, [])))):
                yield site.child(keyword, index)

    def erased(self, position: Position, stance: Stance) -> bool:
        """Whether a field does not travel in the stance's direction."""
        return self.has(position, stance.erased_flag)

    def default(self, position: Position) -> bool:
        """Whether a field has a default value."""
        return self.has(position, "default")


class Views:
    """Emits views of one version's positions."""

    def __init__(self, shaper: Shaper) -> None:
        self.shaper = shaper
        self.flags = Flags(shaper)
        self.examples = Examples(shaper.version)

    def whole(self, position: Position, stance: Stance) -> dict[str, JSON]:
        """Return the complete view of a position, recursion as `$defs`."""
        emission = Emission(self, stance)
        return emission.document(emission.refer(position))

    def shape(self, shape: Shape, stance: Stance) -> dict[str, JSON]:
        """Return the complete view of one alternative."""
        emission = Emission(self, stance)
        return emission.document(emission.shape(shape))

    def required(self, shape: Shape, stance: Stance) -> list[str]:
        """Return the names a view requires: not those erased, nor those the provider fills in itself."""
        if stance.model is ContentModel.OPEN:
            return sorted(shape.required)
        filled = stance.direction is Direction.RECEIVED and stance.role is Role.READER
        found = []
        for name in sorted(shape.required):
            position = shape.properties.get(name)
            if position is not None and self.flags.erased(position, stance):
                continue
            if position is None or not (filled and self.flags.default(position)):
                found.append(name)
        return found

    def fields(self, shape: Shape, stance: Stance) -> dict[str, Position]:
        """Return the declared fields that travel in the stance's direction, by name."""
        erases = stance.model is not ContentModel.OPEN
        return {
            name: position
            for name, position in sorted(shape.properties.items())
            if not (erases and self.flags.erased(position, stance))
        }


class Emission:
    """One view under construction.

    Attributes:
        definitions: What recursive positions became, by name.
    """

    def __init__(self, views: Views, stance: Stance, *, prefix: str = "v") -> None:
        self._views = views
        self._stance = stance
        self._prefix = prefix
        self._names: dict[object, str] = {}
        self.definitions: dict[str, JSON] = {}

    def document(self, root: dict[str, JSON]) -> dict[str, JSON]:
        """Return a view with its definitions."""
        return {**root, "$defs": self.definitions} if self.definitions else root

    def refer(self, position: Position) -> dict[str, JSON]:
        """Return the view of a position, by reference where it may recur."""
        if not position:
            return {}
        if len(position) == 1 and not _recurs(position[0]):
            return self.form(self._views.shaper.form(position))
        name, fresh = self._name(position_key(position))
        if fresh:
            self.definitions[name] = self.form(self._views.shaper.form(position))
        return {"$ref": f"#/$defs/{name}"}

    def _name(self, key: object) -> tuple[str, bool]:
        """Return the name of a definition and whether it still has to be made."""
        known = self._names.get(key)
        if known is not None:
            return known, False
        name = self._names[key] = f"{self._prefix}{len(self._names)}"
        self.definitions[name] = {}
        return name, True

    def form(self, form: Form) -> dict[str, JSON]:
        """Return the view of a form: the union of its alternatives."""
        shapes = [self.shape(shape) for shape in form.shapes]
        if form.nullable:
            shapes.append({"type": "null"})
        if len(shapes) == 1:
            return shapes[0]
        return {"anyOf": [*shapes]} if shapes else {"not": {}}

    def shape(self, shape: Shape, *, leave_out: frozenset[str] = frozenset(), named: bool = False) -> dict[str, JSON]:
        """Return the view of one alternative.

        Args:
            shape: The alternative.
            leave_out: Exact keywords to leave out, to be judged apart.
            named: Whether left out keywords may declare further fields.
        """
        found = spell(shape.types, local_keywords(shape), self._stance.model)
        extras = list(_list(found.pop("allOf", [])))
        if "object" in shape.types:
            self._objects(shape, found, extras, named=named)
        if "array" in shape.types:
            self._items(shape, found, extras)
        extras.extend(self.exact_parts(shape, leave_out=leave_out))
        if extras:
            found["allOf"] = extras
        return found

    def exact_parts(self, shape: Shape, *, leave_out: frozenset[str] = frozenset()) -> list[dict[str, JSON]]:
        """Return what has its exact meaning under every model: conditions, negations, names, what must be there."""
        parts: list[dict[str, JSON]] = []
        for fragment in shape.fragments:
            part: dict[str, JSON] = {}
            for key in fragment.keywords:
                if key in leave_out:
                    continue
                if key in EXACT:
                    part[key] = self.exact(fragment.site, key)
                elif key in COUNTS or key == "dependentRequired":
                    part[key] = fragment.keywords[key]
                elif key == "dependentSchemas":
                    part[key] = self._dependent(fragment)
                elif key in ("anyOf", "oneOf"):
                    members = range(len(_list(fragment.keywords[key])))
                    part["anyOf"] = [self.refer((fragment.site.child(key, index),)) for index in members]
            if part:
                parts.append(part)
        return parts

    def _dependent(self, fragment: Fragment) -> JSON:
        declared = fragment.keywords["dependentSchemas"]
        value = fragment.site.node.value
        spelled = "dependentSchemas" if isinstance(value, dict) and "dependentSchemas" in value else "dependencies"
        return (
            {name: self.exact(fragment.site, spelled, name) for name in declared} if isinstance(declared, dict) else {}
        )

    def _field(self, name: str, position: Position) -> dict[str, JSON]:
        del name
        return self.refer(position)

    def _fields_matching(self, position: Position) -> dict[str, JSON]:
        return self.refer(position)

    def _objects(self, shape: Shape, found: dict[str, JSON], extras: list[JSON], *, named: bool) -> None:
        kept = self._views.fields(shape, self._stance)
        if kept:
            found["properties"] = {name: self._field(name, position) for name, position in kept.items()}
        required = self._views.required(shape, self._stance)
        if required:
            found["required"] = [*required]
        undeclared = [name for name in required if name not in shape.properties]
        if undeclared and self._stance.closes:
            # Demanded though never declared: whoever writes it may send anything under that name.
            found["properties"] = {**_mapping(found.get("properties", {})), **{name: {} for name in undeclared}}
        patterns: dict[str, JSON] = {}
        for fragment in shape.having("patternProperties"):
            declared = fragment.keywords["patternProperties"]
            for pattern in declared if isinstance(declared, dict) else ():
                schema = self._fields_matching((fragment.site.child("patternProperties", pattern),))
                patterns[pattern] = {"allOf": [patterns[pattern], schema]} if pattern in patterns else schema
        if patterns:
            found["patternProperties"] = patterns
        self._rest(shape, found, extras, named=named)

    def _rest(self, shape: Shape, found: dict[str, JSON], extras: list[JSON], *, named: bool) -> None:
        """Say what undeclared properties may be."""
        closers = shape.having("additionalProperties")
        declaring = [f for f in shape.fragments if "properties" in f.keywords or "patternProperties" in f.keywords]
        for fragment in closers:
            rest = fragment.keywords["additionalProperties"]
            if rest is True or rest == {} or (rest is False and self._stance.ignores_unknown):
                continue
            schema: JSON = (
                rest if rest is False else self._fields_matching((fragment.site.child("additionalProperties"),))
            )
            if len(closers) == 1 and all(one is fragment for one in declaring):
                found["additionalProperties"] = schema
            else:
                extras.append({**_names_of(fragment), "additionalProperties": schema})
        unevaluated = shape.having("unevaluatedProperties")
        for fragment in unevaluated:
            if not self._stance.ignores_unknown:
                found["unevaluatedProperties"] = self.exact(fragment.site, "unevaluatedProperties")
        if self._stance.closes and not closers and not unevaluated and not shape.free_form:
            elsewhere = named or any(shape.having(key) for key in ("dependentSchemas", "if", "anyOf", "oneOf"))
            found["unevaluatedProperties" if elsewhere else "additionalProperties"] = False

    def _items(self, shape: Shape, found: dict[str, JSON], extras: list[JSON]) -> None:
        holders = [f for f in shape.fragments if "items" in f.keywords or "prefixItems" in f.keywords]
        for fragment in holders:
            part: dict[str, JSON] = {}
            prefix = prefix_sites(fragment)
            if prefix:
                part["prefixItems"] = [self.refer((site,)) for site in prefix]
            rest = rest_site(fragment)
            if rest is not None:
                part["items"] = self.refer((rest,))
            if len(holders) == 1:
                found.update(part)
            else:
                extras.append(part)
        for fragment in shape.having("unevaluatedItems"):
            found["unevaluatedItems"] = self.exact(fragment.site, "unevaluatedItems")

    def exact(self, site: Site, *tokens: str | int) -> JSON:
        """Return the schema at a place with its own exact meaning: nothing is closed, erased or opened."""
        site = site.child(*tokens)
        value = site.node.value
        if not isinstance(value, dict):
            return value
        reference = value.get("$ref")
        found: dict[str, JSON] = {}
        if isinstance(reference, str):
            found = self._exact_reference(site, reference)
            if not siblings_count(site.dialect):
                return found
        for key, item in read_keywords(value, site.dialect).items():
            if key == "format" and str(item) not in KNOWN_FORMATS:
                continue
            found[key] = self._exact_member(site, key, item)
        for key in ("allOf", "anyOf", "oneOf"):
            if key in value:
                found[key] = self._exact_member(site, key, value[key])
        return found

    def _exact_member(self, site: Site, key: str, item: JSON) -> JSON:
        value = site.node.value
        spelled = key
        if isinstance(value, dict) and (key not in value or (key == "items" and isinstance(value[key], list))):
            spelled = _OLDER.get(key, key)
        if key in _SCHEMAS and isinstance(item, dict):
            return self.exact(site, spelled)
        if key in _SCHEMA_MAPS and isinstance(item, dict):
            return {name: self.exact(site, spelled, name) for name in item}
        if key in _SCHEMA_LISTS and isinstance(item, list):
            return [self.exact(site, spelled, index) for index in range(len(item))]
        if key == "pattern" and isinstance(item, str):
            return strict_pattern(item)
        return item

    def _exact_reference(self, site: Site, reference: str) -> dict[str, JSON]:
        target = Site(self._views.shaper.version.resolve(site.node, reference), site.dialect)
        name, fresh = self._name(("exact", target.key))
        if fresh:
            self.definitions[name] = self.exact(target)
        return {"$ref": f"#/$defs/{name}"}


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _mapping(value: JSON) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _recurs(site: Site) -> bool:
    """Whether a site might lead back to itself: it holds a reference, or a reference may lead to it."""
    value = site.node.value
    return isinstance(value, dict) and any(key in value for key in ("$ref", "allOf", "anyOf", "oneOf"))


def _names_of(fragment: Fragment) -> dict[str, JSON]:
    found: dict[str, JSON] = {}
    for key in ("properties", "patternProperties"):
        declared = fragment.keywords.get(key)
        if isinstance(declared, dict):
            found[key] = dict.fromkeys(declared, True)
    return found


def prefix_sites(fragment: Fragment) -> list[Site]:
    """Return the sites of a fragment's fixed places, whichever draft spells them."""
    value = fragment.site.node.value
    spelled = "items" if isinstance(value, dict) and isinstance(value.get("items"), list) else "prefixItems"
    return [
        fragment.site.child(spelled, index) for index in range(len(_list(fragment.keywords.get("prefixItems", []))))
    ]


def rest_site(fragment: Fragment) -> Site | None:
    """Return the site of the schema for items behind the fixed places; None where there is none."""
    if "items" not in fragment.keywords:
        return None
    value = fragment.site.node.value
    tuple_of_old = isinstance(value, dict) and isinstance(value.get("items"), list)
    return fragment.site.child("additionalItems" if tuple_of_old else "items")
