"""`unevaluatedProperties` and `unevaluatedItems`: what the other keywords beside them have looked at already.

The keys (items) that are evaluated depend on which in-place subschemas hold. Each way a subschema may hold is a pair
(condition, what is then evaluated). With the conditions c1, c2, ... and the unconditional part E:

    UNEVAL(E; c1, rest) = UNEVAL(E; rest)  or  (c1 and UNEVAL(E + evaluated by c1; rest))

which needs no "not c1", because evaluating more can only help. It is spelled out only as far as a proof looks.
Sources: core 2020-12 section 11; 2019-09 section 9.3 (where `contains` evaluates nothing).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.schema.dialects import Dialect
from harness.schema.keywords import Keywords
from harness.schema.nodes import END, KeySet, Node
from harness.schema.resources import AbsentResourceError
from harness.schema.store import Store

_MOST_WAYS = 4000
"""So many ways in which subschemas may hold are looked at; past that, what is evaluated counts as unknown."""


class TooManyWaysError(Exception):
    """The subschemas in place may hold in more ways than anybody would look at."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one way of holding evaluates: keys by name and pattern, leading items, items that satisfy a schema."""

    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    all_keys: bool = False
    leading: int = 0
    all_items: bool = False
    like: frozenset[Node] = frozenset()

    def __or__(self, other: Looked) -> Looked:
        return Looked(
            self.names | other.names,
            self.patterns | other.patterns,
            self.all_keys or other.all_keys,
            max(self.leading, other.leading),
            self.all_items or other.all_items,
            self.like | other.like,
        )

    def text(self, *, keys: bool) -> str:
        """Spell the part about keys, or the part about items."""
        if keys:
            return repr((sorted(self.names), sorted(self.patterns), self.all_keys))
        return repr((self.leading, self.all_items, sorted(node.name for node in self.like)))


Way = tuple[Node, Looked]
Around = frozenset[tuple[object, ...]]


def unevaluated(keywords: Keywords, schema: dict[str, object]) -> Iterator[Node]:
    """Yield the formulas of `unevaluatedProperties` and `unevaluatedItems`, in the dialects that have them."""
    if keywords.dialect.rank < Dialect.DRAFT_2019_09.rank:
        return
    asked = [keyword for keyword in ("unevaluatedProperties", "unevaluatedItems") if keyword in schema]
    try:
        ways = list(_bounded(ways_of(keywords, own=False))) if asked else []
    except (AbsentResourceError, TooManyWaysError) as lack:
        # What a document that is not at hand evaluates is unknown, so what is left over is, too.
        place, absent = keywords.place, isinstance(lack, AbsentResourceError)
        for keyword in asked:
            what = "the document referred to" if absent else "the meaning of too many alternatives"
            name = f"{what} beside #{place.pointer}/{keyword}"
            yield keywords.store.absent(
                f"{name}|{keywords.compiler.schemas.name}|{place.resource.uri}{keywords.scope!r}"
            )
        return
    for keyword, kind in (("unevaluatedProperties", "UNEVALP"), ("unevaluatedItems", "UNEVALI")):
        if keyword in schema:
            yield _spelled(keywords.store, kind, keywords.here(keyword), ways)


def _bounded(ways: Iterator[Way]) -> Iterator[Way]:
    for number, way in enumerate(ways):
        if number > _MOST_WAYS:
            raise TooManyWaysError
        yield way


def _spelled(store: Store, kind: str, subject: Node, ways: list[Way]) -> Node:
    about_keys = kind == "UNEVALP"
    base = Looked()
    conditional: dict[str, tuple[Node, Looked]] = {}
    for condition, looked in ways:
        if condition is store.true:
            base |= looked
    for condition, looked in ways:
        text = looked.text(keys=about_keys)
        if condition is store.true or (base | looked).text(keys=about_keys) == base.text(keys=about_keys):
            continue
        known = conditional.get(text)
        conditional[text] = (condition if known is None else store.disj([known[0], condition]), looked)
    ordered = sorted(conditional.items(), key=lambda pair: (pair[1][0].digest, pair[0]))
    return _step(store, kind, subject, base, tuple(pair for _, pair in ordered))


def _step(store: Store, kind: str, subject: Node, base: Looked, ways: tuple[Way, ...]) -> Node:
    about_keys = kind == "UNEVALP"
    if subject is store.true or (base.all_keys if about_keys else base.all_items):
        return store.true
    if not ways:
        if about_keys:
            return store.atom("KEYS", KeySet(base.names, base.patterns, other=True), subject)
        return store.atom("EACH", base.leading, END, store.disj([subject, *sorted(base.like, key=lambda n: n.digest)]))
    condition, looked = ways[0]

    def expansion() -> Node:
        without = _step(store, kind, subject, base, ways[1:])
        with_it = _step(store, kind, subject, base | looked, ways[1:])
        return store.disj([without, store.conj([condition, with_it])])

    spelled = "".join(f"{node.name}:{seen.text(keys=about_keys)}" for node, seen in ways)
    return store.lazy(kind, (subject, base.text(keys=about_keys), spelled), expansion)


def ways_of(keywords: Keywords, *, own: bool, around: Around = frozenset()) -> Iterator[Way]:
    """Yield (condition, what is evaluated then) for a schema that holds; `own` includes its own unevaluated*.

    A way back to a schema `around` this one, about the same value, evaluates nothing that is not counted already.
    """
    schema, store = keywords.schema, keywords.store
    here = (keywords.place.resource.uri, keywords.place.pointer, keywords.scope)
    if not isinstance(schema, dict) or here in around:
        return
    inside = around | {here}
    yield store.true, _plainly(keywords, schema, own=own)
    for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
        if keyword in schema:
            place, scope = keywords.compiler.resolve(keywords.place, keywords.scope, keyword)
            yield from ways_of(Keywords(keywords.compiler, place, scope), own=True, around=inside)
    for position in range(len(schema.get("allOf", ()))):
        yield from ways_of(keywords.keywords_at("allOf", position), own=True, around=inside)
    for keyword in ("anyOf", "oneOf"):
        for position in range(len(schema.get(keyword, ()))):
            yield from _if_holds(keywords, store.true, inside, keyword, position)
    yield from _conditional(keywords, schema, inside)
    dependent = schema.get("dependentSchemas", {})
    for name in dependent if isinstance(dependent, dict) else ():
        has = store.neg(store.atom("LACKS", name))
        yield from _if_holds(keywords, has, inside, "dependentSchemas", name)


def _conditional(keywords: Keywords, schema: dict[str, object], inside: Around) -> Iterator[Way]:
    if "if" not in schema:
        return
    store, test = keywords.store, keywords.here("if")
    yield from _if_holds(keywords, store.true, inside, "if")
    if "then" in schema:
        yield from _if_holds(keywords, test, inside, "then")
    if "else" in schema:
        yield from _if_holds(keywords, store.neg(test), inside, "else")


def _if_holds(keywords: Keywords, condition: Node, inside: Around, *tokens: str | int) -> Iterator[Way]:
    """Yield the ways of a subschema that counts only if it holds (and `condition` does)."""
    store = keywords.store
    holds = store.conj([condition, keywords.here(*tokens)])
    if holds is not store.false:
        for inner, looked in ways_of(keywords.keywords_at(*tokens), own=True, around=inside):
            yield store.conj([holds, inner]), looked


def _plainly(keywords: Keywords, schema: dict[str, object], *, own: bool) -> Looked:
    leading, count, later = keywords.item_layout(schema)
    del leading
    modern = keywords.dialect is Dialect.DRAFT_2020_12
    return Looked(
        frozenset(keywords.map_of("properties")),
        frozenset(keywords.map_of("patternProperties")),
        all_keys="additionalProperties" in schema or (own and "unevaluatedProperties" in schema),
        leading=count,
        all_items=bool(later) or (own and "unevaluatedItems" in schema),
        like=frozenset({keywords.here("contains")}) if modern and "contains" in schema else frozenset(),
    )
