"""Normal form of a schema position: a union of shapes, each the conjunction of plain fragments.

`$ref` is followed, `allOf` merged, `anyOf`/`oneOf` spread into shapes, null split off. So a union of one,
`type: [...]` against `anyOf`, `const` against `enum`, `nullable` against `oneOf [null]`, inline against `$ref`
have one form and are no change (content models, section 4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from harness.compat.keywords import (
    ALL_TYPES,
    NOT_NULL,
    SCALARS,
    check_readable,
    read_keywords,
    siblings_count,
    types_of,
)
from harness.compat.versions import Position, Site, Version, canonical, position_key, referred_name
from harness.model import JSON, UnreadableError

_MAX_SHAPES = 128


@dataclass(frozen=True, slots=True)
class Fragment:
    """Keywords that stand together at one place, in 2020-12 spelling.

    Attributes:
        site: The place.
        keywords: What stands there.
        assumed: Whether nobody wrote the type: "all but null" is what 3.0 reads into a schema without one.
    """

    site: Site
    keywords: dict[str, JSON]
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """What a branch of a union may be recognised by; "" where it has none."""

    discriminator: str = ""
    reference: str = ""
    title: str = ""


@dataclass(frozen=True)
class Shape:
    """One alternative: a value must satisfy every fragment.

    Attributes:
        fragments: What must be satisfied, where it is written.
        types: Types left after all fragments, null taken out.
        label: How the alternative is recognised in the other version.
        branch: Where the alternative is written, before references.
    """

    fragments: tuple[Fragment, ...]
    types: frozenset[str]
    label: Label = Label()
    branch: Site | None = None

    def having(self, keyword: str) -> list[Fragment]:
        """Return the fragments that hold `keyword`."""
        return [fragment for fragment in self.fragments if keyword in fragment.keywords]

    def values(self, keyword: str) -> list[JSON]:
        """Return what the fragments say for `keyword`."""
        return [fragment.keywords[keyword] for fragment in self.having(keyword)]

    @cached_property
    def properties(self) -> dict[str, Position]:
        """Every declared field with all the schemas that declare it."""
        found: dict[str, list[Site]] = {}
        for fragment in self.having("properties"):
            declared = fragment.keywords["properties"]
            for name in declared if isinstance(declared, dict) else ():
                found.setdefault(name, []).append(fragment.site.child("properties", name))
        return {name: tuple(sites) for name, sites in found.items()}

    @cached_property
    def declared(self) -> dict[str, JSON]:
        """Every declared field with its schema as written where only one fragment declares fields, else nothing."""
        holders = self.having("properties")
        found = holders[0].keywords["properties"] if len(holders) == 1 else None
        return found if isinstance(found, dict) else {}

    @cached_property
    def required(self) -> dict[str, Fragment]:
        """Every name that must be present, with the fragment that says so."""
        found: dict[str, Fragment] = {}
        for fragment in self.having("required"):
            names = fragment.keywords["required"]
            for name in names if isinstance(names, list) else ():
                found.setdefault(str(name), fragment)
        return found

    @cached_property
    def free_form(self) -> bool:
        """Whether the object is a map that declares nothing and closes nothing."""
        return not any(
            key in fragment.keywords
            for fragment in self.fragments
            for key in ("properties", "additionalProperties", "patternProperties", "unevaluatedProperties")
        )


@dataclass(frozen=True, slots=True)
class Form:
    """Normal form of a position.

    Attributes:
        nullable: Whether null is allowed.
        shapes: The alternatives other than null; none and not nullable = nothing is allowed.
        null_site: Where null is spelled as an alternative of its own.
        discriminators: Discriminator objects met, with their places.
    """

    nullable: bool
    shapes: tuple[Shape, ...]
    null_site: Site | None = None
    discriminators: tuple[tuple[Site, dict[str, JSON]], ...] = field(default=())

    @property
    def types(self) -> frozenset[str]:
        """Every type some alternative allows, null left out."""
        return frozenset().union(*(shape.types for shape in self.shapes))


@dataclass(slots=True)
class _Gathered:
    """What one walk over a position found, before unions are spread."""

    fragments: list[Fragment] = field(default_factory=list)
    unions: list[tuple[Site, str, dict[str, JSON] | None]] = field(default_factory=list)
    discriminators: list[tuple[Site, dict[str, JSON]]] = field(default_factory=list)
    nullable: bool = False


class Shaper:
    """Reads positions of one version into forms; remembers them.

    Attributes:
        version: What is read.
        null_is_a_value: Whether a value without schema or type may be null (not in OpenAPI 3.0 and before, nor
            where one of two versions is such a document: the upgrade by itself is no change).
    """

    def __init__(self, version: Version) -> None:
        self.version = version
        self.null_is_a_value = True
        self._forms: dict[object, Form] = {}

    def form(self, position: Position) -> Form:
        """Return the normal form of a position."""
        key = position_key(position)
        found = self._forms.get(key)
        if found is None:
            found = self._forms[key] = self._read(position)
        return found

    def _read(self, position: Position) -> Form:
        raw, gathered = self._spread(position, frozenset())
        nullable = gathered.nullable
        if not position and not self.null_is_a_value:
            raw = [Shape((), ALL_TYPES - {"null"})]
        if len(raw) == 1 and len(position) == 1 and raw[0].branch is None:
            label = self._label(position[0], {}, named=False)
            raw = [Shape(raw[0].fragments, raw[0].types, label, position[0])]
        null_site = None
        kept: list[Shape] = []
        for shape in raw:
            if "null" in shape.types:
                nullable = True
                if shape.types == {"null"}:
                    null_site = shape.branch
            types = shape.types - {"null"}
            if types:
                kept.append(Shape(shape.fragments, types, shape.label, shape.branch))
        return Form(nullable, tuple(_join_scalars(kept)), null_site, tuple(gathered.discriminators))

    def _spread(self, position: Position, above: frozenset[object]) -> tuple[list[Shape], _Gathered]:
        """Return every alternative of a position, unions multiplied out."""
        key = position_key(position)
        gathered = _Gathered()
        for site in position:
            self._gather(site, gathered, set())
        base = _settled(tuple(gathered.fragments))
        types = _types(base)
        if key in above or not gathered.unions:
            return [Shape(base, types)], gathered
        spread: list[list[Shape]] = []
        for owner, keyword, discriminator in gathered.unions:
            branches = self._branches(owner, keyword, discriminator, above | {key}, gathered)
            size = len(branches)
            for others in spread:
                size *= len(others)
            if size > _MAX_SHAPES:
                base = (*base, Fragment(owner, {keyword: _member(owner, keyword)}))
            else:
                spread.append(branches)
        return [_conjunction(base, chosen) for chosen in product(*spread)], gathered

    def _branches(
        self,
        owner: Site,
        keyword: str,
        discriminator: dict[str, JSON] | None,
        above: frozenset[object],
        gathered: _Gathered,
    ) -> list[Shape]:
        members = _member(owner, keyword)
        mapped = self._mapped(owner, discriminator)
        found: list[Shape] = []
        for index in range(len(members) if isinstance(members, list) else 0):
            site = owner.child(keyword, index)
            label = self._label(site, mapped, named=discriminator is not None)
            shapes, inner = self._spread((site,), above)
            gathered.nullable = gathered.nullable or inner.nullable
            gathered.discriminators.extend(inner.discriminators)
            found.extend(Shape(s.fragments, s.types, _joined([label, s.label]), s.branch or site) for s in shapes)
        return found

    def _label(self, site: Site, mapped: dict[tuple[str, str], str], *, named: bool) -> Label:
        value = site.node.value
        title = str(value.get("title", "")) if isinstance(value, dict) else ""
        if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
            return Label(title=title)
        target = self.version.resolve(site.node, str(value["$ref"]))
        name = referred_name(f"{target.document.path}#{target.pointer}")
        wire = mapped.get((target.document.path, target.pointer), name if named else "")
        return Label(discriminator=wire, reference=name)

    def _mapped(self, owner: Site, discriminator: dict[str, JSON] | None) -> dict[tuple[str, str], str]:
        mapping = (discriminator or {}).get("mapping")
        found: dict[tuple[str, str], str] = {}
        for wire, reference in sorted(mapping.items()) if isinstance(mapping, dict) else ():
            text = str(reference)
            if "/" not in text and "#" not in text and "." not in text:
                text = f"#/components/schemas/{text}"
            try:
                target = self.version.resolve(owner.node, text)
            except UnreadableError:
                continue
            key = (target.document.path, target.pointer)
            found[key] = f"{found[key]}|{wire}" if key in found else wire
        return found

    def _gather(self, site: Site, gathered: _Gathered, seen: set[object]) -> None:
        value = site.node.value
        if site.key in seen:
            return
        seen.add(site.key)
        if value is True:
            return
        if value is False:
            gathered.fragments.append(Fragment(site, {"not": {}, "type": []}))
            return
        if not isinstance(value, dict):
            raise UnreadableError(
                "A schema must be an object or a boolean.",
                location=site.node.location,
                remedy="Write a schema object here.",
            )
        reference = value.get("$ref")
        if isinstance(reference, str):
            target = Site(self.version.resolve(site.node, reference), site.dialect)
            self._gather(target, gathered, seen)
            if not siblings_count(site.dialect):
                return
        self._gather_plain(site, value, gathered, seen)

    def _gather_plain(self, site: Site, value: dict[str, JSON], gathered: _Gathered, seen: set[object]) -> None:
        check_readable(value, site.node.location)
        composed = any(key in value for key in ("$ref", "allOf", "anyOf", "oneOf"))
        keywords = read_keywords(value, site.dialect)
        if composed and "type" not in value:
            # The members say the type: what 3.0 reads into a schema without one must not refuse their null.
            keywords.pop("type", None)
            if value.get("nullable") is True or value.get("x-nullable") is True:
                gathered.nullable = True
        elif not self.null_is_a_value and "type" not in keywords and "enum" not in keywords:
            keywords["type"] = [*NOT_NULL]
        discriminator = keywords.pop("discriminator", None)
        if isinstance(discriminator, str):
            discriminator = {"propertyName": discriminator}
        spelled = discriminator if isinstance(discriminator, dict) else None
        if spelled is not None:
            gathered.discriminators.append((site, spelled))
        if keywords or not composed:
            gathered.fragments.append(Fragment(site, keywords, "type" in keywords and "type" not in value))
        members = value.get("allOf")
        for index in range(len(members) if isinstance(members, list) else 0):
            self._gather(site.child("allOf", index), gathered, seen)
        for keyword in ("anyOf", "oneOf"):
            if isinstance(value.get(keyword), list) and value[keyword]:
                gathered.unions.append((site, keyword, spelled))


def _member(owner: Site, keyword: str) -> JSON:
    value = owner.node.value
    return value.get(keyword) if isinstance(value, dict) else None


def _types(fragments: Iterable[Fragment]) -> frozenset[str]:
    found = ALL_TYPES
    for fragment in fragments:
        found &= types_of(fragment.keywords)
    return found


def _settled(fragments: tuple[Fragment, ...]) -> tuple[Fragment, ...]:
    """Take away types that nobody wrote where another fragment speaks of types: null is for that one to refuse."""
    if not any(one.assumed for one in fragments) or not any(
        not one.assumed and ("type" in one.keywords or "enum" in one.keywords) for one in fragments
    ):
        return fragments
    return tuple(
        Fragment(one.site, {key: item for key, item in one.keywords.items() if key != "type"}) if one.assumed else one
        for one in fragments
    )


def _joined(labels: list[Label]) -> Label:
    """Return one label for a branch within branches."""
    given = [label for label in labels if label != Label()]
    if len(given) <= 1:
        return given[0] if given else Label()
    parts = zip(*((one.discriminator, one.reference, one.title) for one in given), strict=True)
    return Label(*("+".join(filter(None, part)) for part in parts))


def _conjunction(base: tuple[Fragment, ...], chosen: tuple[Shape, ...]) -> Shape:
    fragments = _settled(base + tuple(fragment for shape in chosen for fragment in shape.fragments))
    branch = next((shape.branch for shape in chosen if shape.branch is not None), None)
    return Shape(fragments, _types(fragments), _joined([shape.label for shape in chosen]), branch)


_SIMPLE = frozenset({"type", "enum", "default", "deprecated"})


def _join_scalars(shapes: list[Shape]) -> list[Shape]:
    """Join alternatives that only name scalar types or only list values into one."""
    if len(shapes) < 2:
        return shapes
    simple = [shape for shape in shapes if shape.types <= SCALARS and _is_simple(shape)]
    joined: list[Shape] = []
    for lists in (True, False):
        group = [shape for shape in simple if bool(shape.having("enum")) is lists]
        if len(group) > 1:
            joined.append(_join(group, lists=lists))
        else:
            joined.extend(group)
    rest = [shape for shape in shapes if not any(shape is one for one in simple)]
    return joined + rest


def _is_simple(shape: Shape) -> bool:
    return all(set(fragment.keywords) <= _SIMPLE for fragment in shape.fragments)


def _join(group: list[Shape], *, lists: bool) -> Shape:
    types = frozenset().union(*(shape.types for shape in group))
    first = group[0].fragments[0] if group[0].fragments else None
    if first is None:
        return Shape((), types)
    keywords: dict[str, JSON] = {}
    if lists:
        values: dict[str, JSON] = {}
        for shape in group:
            for value in allowed_values(shape) or ():
                values.setdefault(canonical(value), value)
        keywords["enum"] = list(values.values())
    else:
        keywords["type"] = [name for name in sorted(types)]  # noqa: C416  (list of JSON)
    return Shape((Fragment(group[0].branch or first.site, keywords),), types, branch=group[0].branch)


def allowed_values(shape: Shape) -> list[JSON] | None:
    """Return the values that every `enum` of a shape lists and its types allow; None where nothing lists values."""
    lists = [value for value in shape.values("enum") if isinstance(value, list)]
    if not lists:
        return None
    kept = {canonical(value): value for value in lists[0]}
    for other in lists[1:]:
        names = {canonical(value) for value in other}
        kept = {name: value for name, value in kept.items() if name in names}
    return [value for value in kept.values() if types_of({"enum": [value]}) & (shape.types | {"null"})]
