"""Schema changes, one per root cause: the machinery that every contract language shares.

`SchemaComparison` is given pairs of schemas with their direction and carrier (operation, message), walks what
changed below them once, and returns drafts with the carriers that reach them. Pairs are remembered, which is the
greatest fixed point over recursion; unchanged places are skipped by text. Cost follows the change.

Use:
    schemas = SchemaComparison(Sides.of(old_library, new_library, model, as_of))
    schemas.compare(old_site, new_site, Direction.SENT, "message invoice.finalised")
    changes = finish(schemas.drafts(), sides)      # harness.compat.change_log
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from harness.compat.confirming import ShapePair, confirmed
from harness.compat.drafts import Draft
from harness.compat.keywords import spell_types
from harness.compat.proof import FINE, Proof
from harness.compat.samples import item_position
from harness.compat.schema_annotations import annotation_changes
from harness.compat.schema_emptiness import emptiness
from harness.compat.schema_exact import exact_changes, pattern_property_changes, unevaluated_changes
from harness.compat.schema_findings import later_keywords, overlap_findings
from harness.compat.schema_objects import Child, ObjectPair, object_changes
from harness.compat.schema_unions import branch_changes, discriminator_changes, pair_branches
from harness.compat.schema_values import ValuePair, value_changes, whole_value
from harness.compat.schema_views import prefix_sites, rest_site
from harness.compat.shapes import Form, Shape
from harness.compat.sides import Sides
from harness.compat.versions import ANYTHING, Key, Position, Site, position_key
from harness.documents import Node
from harness.model import JSON, Basis, Direction, Verdict, escape

_PairKey: TypeAlias = tuple[tuple[Key, ...], tuple[Key, ...], Direction, bool]
_UNKNOWN = "?"
"""Way from a pair to one below it that cannot be told as a path into an instance."""
_STRUCTURAL = (b"allOf", b"\x00not", b"\x00if", b"readOnly", b"writeOnly", b"discriminator")
"""Keywords for which a reference below a place is not simply reached in the same direction."""


@dataclass(slots=True)
class _Visit:
    """One compared pair: what was found at it and which pairs lie below."""

    old: Position = ANYTHING
    drafts: list[Draft] = field(default_factory=list)
    above: list[tuple[_PairKey, str]] = field(default_factory=list)
    carriers: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Found:
    """A draft with everything that reaches it.

    Attributes:
        draft: The change.
        carriers: Operations or messages that reach it, sorted.
        path: Tokens from the first carrier's schema to the place, None where unknown.
        root: The pair of positions of that carrier's schema.
        carrier: That carrier.
    """

    draft: Draft
    carriers: tuple[str, ...]
    path: tuple[str, ...] | None = None
    root: tuple[Position, Position] | None = None
    carrier: str = ""


class SchemaComparison:
    """Compares schemas of two versions; every pair once for each direction."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self._visits: dict[_PairKey, _Visit] = {}
        self._waiting: list[tuple[_PairKey, Position, Position]] = []
        self._roots: dict[_PairKey, tuple[Position, Position]] = {}

    def compare(
        self, old: Site | None, new: Site | None, direction: Direction, carrier: str, *, wire: bool = False
    ) -> None:
        """Compare two schemas that `carrier` carries in `direction`; None is no schema: anything.

        Args:
            old: Schema of the old version.
            new: Schema of the new version.
            direction: Received by the provider or sent by it.
            carrier: What the change is reached from, such as `GET /invoices/{id} 200`.
            wire: Whether the value travels as text (parameters, headers), where null cannot be written.
        """
        left, right = self._normal(_position(old), self.sides.old), self._normal(_position(new), self.sides.new)
        if not left and not right:
            return
        key = self._reach(left, right, direction, wire=wire)
        if key is not None:
            self._visits[key].carriers.add(carrier)
            self._roots[key] = (left, right)
        self._work()

    def drafts(self) -> Iterator[Found]:
        """Yield what was found, each with all that reaches it, and the way to it where a payload is shown."""
        for key, visit in self._visits.items():
            if visit.drafts:
                carriers, nearest = self._reached_from(key)
                shown = any(draft.proof.has_instance for draft in visit.drafts)
                way = self._way(nearest) if shown and nearest else None
                root = self._roots.get(nearest[-1][0]) if nearest else None
                carrier = min(self._visits[nearest[-1][0]].carriers) if nearest else ""
                for draft in visit.drafts:
                    yield Found(draft, carriers, way, root, carrier)

    def _reached_from(self, key: _PairKey) -> tuple[tuple[str, ...], list[tuple[_PairKey, str]]]:
        """Return the carriers of a pair, and the links from it up to the nearest one."""
        carriers: set[str] = set()
        below: dict[_PairKey, tuple[_PairKey, str] | None] = {key: None}
        waiting = [key]
        nearest: list[tuple[_PairKey, str]] = []
        for here in waiting:
            visit = self._visits[here]
            if visit.carriers:
                carriers |= visit.carriers
                nearest = nearest or _links(here, below)
            for parent, token in visit.above:
                if parent not in below:
                    below[parent] = (here, token)
                    waiting.append(parent)
        return tuple(sorted(carriers)), nearest

    def _way(self, links: list[tuple[_PairKey, str]]) -> tuple[str, ...] | None:
        """Return the steps from the carrier's schema down; a reference that was followed at once is looked for now."""
        found: list[str] = []
        for parent, token in reversed(links):
            if token == _UNKNOWN:
                return None
            if token.startswith(_UNKNOWN):
                way = route_to(self._visits[parent].old[0].node.value, token[1:])
                if way is None:
                    return None
                found.extend(way)
            elif token:
                found.append(token)
        return tuple(found)

    def _normal(self, position: Position, version: object) -> Position:
        """Return a position with plain references replaced by what they refer to, so that it has one name."""
        source = self.sides.old if version is self.sides.old else self.sides.new
        found = []
        for site in position:
            value = site.node.value
            for _ in range(64):
                if not isinstance(value, dict) or not isinstance(value.get("$ref"), str) or len(value) > 1:
                    break
                site = Site(source.resolve(site.node, str(value["$ref"])), site.dialect)  # noqa: PLW2901  (chased)
                value = site.node.value
            found.append(site)
        return tuple(found)

    def _reach(self, old: Position, new: Position, direction: Direction, *, wire: bool) -> _PairKey | None:
        """Return the key of a pair, queued if it is new; None where nothing changed."""
        if len(old) == len(new) and all(
            left.dialect == right.dialect and self.sides.sameness.same(left.node, right.node)
            for left, right in zip(old, new, strict=True)
        ):
            return None
        key = (position_key(old), position_key(new), direction, wire)
        if key not in self._visits:
            self._visits[key] = _Visit(old)
            self._waiting.append((key, old, new))
        return key

    def _below(self, parent: _PairKey, token: str, old: Position, new: Position) -> None:
        left, right = self._normal(old, self.sides.old), self._normal(new, self.sides.new)
        key = self._reach(left, right, parent[2], wire=False)
        if key is not None:
            self._visits[key].above.append((parent, token))

    def _work(self) -> None:
        while self._waiting:
            key, old, new = self._waiting.pop()
            if not self._only_references_changed(key, old, new):
                self._visit(key, old, new)

    def _only_references_changed(self, key: _PairKey, old: Position, new: Position) -> bool:
        """Go straight to what references lead to where the texts are equal; whether that was enough."""
        if len(old) != 1 or len(new) != 1 or old[0].dialect != new[0].dialect:
            return False
        left, right = old[0].node, new[0].node
        if not self.sides.sameness.alike(left, right):
            return False
        data = self.sides.old.written(left)
        if data is None or any(keyword in data for keyword in _STRUCTURAL):
            return False
        for reference in self.sides.old.references(left):
            before, after = self.sides.old.resolve(left, reference), self.sides.new.resolve(right, reference)
            self._below(key, _UNKNOWN + reference, (Site(before, old[0].dialect),), (Site(after, new[0].dialect),))
        return True

    def _visit(self, key: _PairKey, old: Position, new: Position) -> None:
        _, _, direction, wire = key
        forms = self.sides.old_views.shaper.form(old), self.sides.new_views.shaper.form(new)
        drafts = self._visits[key].drafts
        if not wire:
            drafts.extend(_nulls(self.sides, forms, old, new, direction))
        # What leaving a parameter out means is judged where the parameter is.
        annotated = annotation_changes(self.sides, old, new, direction)
        drafts.extend(draft for draft in annotated if not (wire and draft.rule == "default-changed"))
        if not forms[0].shapes or not forms[1].shapes:
            drafts.extend(_emptied(self.sides, forms, old, new, direction))
            return
        pairing = pair_branches(self.sides, *forms)
        drafts.extend(discriminator_changes(self.sides, forms, pairing, direction))
        drafts.extend(branch_changes(self.sides, pairing, forms, direction))
        drafts.extend(overlap_findings(self.sides, old, new, direction))
        drafts.extend(later_keywords(old, new, forms))
        for before, after in pairing.pairs:
            drafts.extend(self._shapes(key, before, after, direction))

    def _shapes(self, key: _PairKey, old: Shape, new: Shape, direction: Direction) -> list[Draft]:
        values = ValuePair(old, new, direction, self.sides.model, self.sides.judge)
        drafts = settle_values(values, list(value_changes(values)))
        whole = ShapePair(self.sides, old, new, direction)
        shared = old.types & new.types
        if not shared:
            return [confirmed(whole, draft) for draft in drafts]
        pair = ObjectPair(self.sides, old, new, direction)
        if "object" in shared:
            for item in (*object_changes(pair), *pattern_property_changes(pair)):
                if isinstance(item, Draft):
                    drafts.append(item)
                elif isinstance(item, Child):
                    self._below(key, item.token, item.old, item.new)
                else:
                    self._patterned(key, pair, item[0])
        if "array" in shared:
            for token, before, after in _items(old, new):
                self._below(key, token, before, after)
            drafts.extend(unevaluated_changes(pair))
        exact = list(exact_changes(pair))
        drafts.extend(exact)
        drafts.extend(emptiness(pair, drafts, exact=bool(exact)))
        return [confirmed(whole, draft) for draft in drafts]

    def _patterned(self, key: _PairKey, pair: ObjectPair, pattern: str) -> None:
        sites = [
            tuple(
                fragment.site.child("patternProperties", pattern)
                for fragment in shape.having("patternProperties")
                if pattern in (fragment.keywords["patternProperties"] or {})  # type: ignore[operator]
            )
            for shape in (pair.old, pair.new)
        ]
        self._below(key, _UNKNOWN, *sites)


def _links(here: _PairKey, below: dict[_PairKey, tuple[_PairKey, str] | None]) -> list[tuple[_PairKey, str]]:
    """Return (pair, step down from it) from the place of a change up to `here`, which takes no step itself."""
    found: list[tuple[_PairKey, str]] = []
    at: _PairKey = here
    while (link := below[at]) is not None:
        found.append((at, link[1]))
        at = link[0]
    return [*reversed(found)] or [(here, "")]


def route_to(value: JSON, reference: str) -> tuple[str, ...] | None:
    """Return the steps from a schema to where it refers to `reference`, None where no instance leads there."""
    waiting: list[tuple[JSON, tuple[str, ...]]] = [(value, ())]
    for schema, way in waiting:
        if not isinstance(schema, dict):
            continue
        if schema.get("$ref") == reference:
            return way
        for keyword in ("anyOf", "oneOf", "allOf"):
            members = schema.get(keyword)
            waiting.extend((member, way) for member in (members if isinstance(members, list) else ()))
        properties = schema.get("properties")
        for name, member in properties.items() if isinstance(properties, dict) else ():
            waiting.append((member, (*way, f"/{escape(name)}")))
        waiting.append((schema.get("items"), (*way, "/[]")))
        waiting.append((schema.get("additionalProperties"), (*way, "/*")))
    return None


def _position(site: Site | None) -> Position:
    return ANYTHING if site is None else (site,)


def _items(old: Shape, new: Shape) -> Iterator[tuple[str, Position, Position]]:
    """Yield the pairs of item positions: every fixed place, then the rest."""
    fixed = [
        max((len(prefix_sites(fragment)) for fragment in shape.having("prefixItems")), default=0)
        for shape in (old, new)
    ]
    for index in range(max(fixed)):
        yield f"/{index}", item_position(old, index), item_position(new, index)
    rests = [
        tuple(site for fragment in shape.fragments if (site := rest_site(fragment)) is not None) for shape in (old, new)
    ]
    yield "/[]", rests[0], rests[1]


def _place(position: Position, form: Form) -> Node | None:
    """Return where a position is written: behind its references if it is one alternative."""
    if len(form.shapes) == 1 and form.shapes[0].fragments:
        return form.shapes[0].fragments[0].site.node
    return position[0].node if position else None


def _nulls(
    sides: Sides, forms: tuple[Form, Form], old: Position, new: Position, direction: Direction
) -> Iterator[Draft]:
    before, after = forms
    if before.nullable == after.nullable:
        return
    whole = not old or not new
    if whole and before.types != after.types:
        return
    rule = "null-allowed" if after.nullable else "null-refused"
    # A schema that was nothing but null says so under another type: keep null apart from the rest.
    types = before.types | after.types
    schemas = [{"type": [*spell_types(types), "null"] if form.nullable else spell_types(types)} for form in forms]
    written, read = schemas if direction is Direction.RECEIVED else reversed(schemas)
    proof = sides.judge.includes({**written}, {**read}, guesses=(None,))
    yield Draft(rule, _place(old, before), _place(new, after), direction, proof)


def _emptied(
    sides: Sides, forms: tuple[Form, Form], old: Position, new: Position, direction: Direction
) -> Iterator[Draft]:
    """Compare where one version allows nothing but null, or nothing at all."""
    before, after = forms
    if bool(before.shapes) == bool(after.shapes):
        return
    writer, stance = sides.writer(direction)
    written = (before, old) if direction is Direction.RECEIVED else (after, new)
    proof = FINE
    if written[0].shapes:
        found = sides.sample(written[1], writer, stance)
        instance = found[0] if found is not None else None
        proof = Proof(Verdict.UNPROVEN, reason="no value was found that only one version takes")
        if found is not None and instance is not None:
            proof = Proof(Verdict.BREAKING, instance=instance, has_instance=True, error="nothing is allowed here")
    rule = "type-narrowed" if before.shapes else "type-widened"
    spelled: list[JSON] = [", ".join(map(str, spell_types(form.types))) or "nothing" for form in forms]
    yield Draft(rule, _place(old, before), _place(new, after), direction, proof, before=spelled[0], after=spelled[1])


def settle_values(pair: ValuePair, drafts: list[Draft]) -> list[Draft]:
    """Hold the aspects against the whole: what breaks only together is one change, what is healed is compatible."""
    if len(drafts) < 2:
        return drafts
    whole = whole_value(pair)
    broken = [draft for draft in drafts if draft.proof.verdict is not Verdict.COMPATIBLE]
    if whole.verdict is Verdict.COMPATIBLE:
        ruled = [draft.rule for draft in broken if not draft.proof.has_instance and draft.proof.reason == ""]
        return [
            draft if draft.proof.verdict is Verdict.COMPATIBLE or draft.rule in ruled else replace(draft, proof=whole)
            for draft in drafts
        ]
    ruled_fine = any(draft.proof.basis is Basis.RULE for draft in drafts)
    if whole.verdict is Verdict.BREAKING and not broken and not ruled_fine:
        first = drafts[0]
        return [*drafts, Draft("schema-changed", first.old, first.new, pair.direction, whole)]
    return drafts
