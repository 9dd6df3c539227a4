"""Building regexes and terms: every constructor simplifies, and equal trees come out as the same object.

The simplifications are what keeps automata small: counted repeats of one body before one rest are merged as intervals
(`x{1,5}k | x{4,9}k = x{1,9}k`), alternatives of single characters become one class, and what precedes or follows
"anything" is cut to what matters. Each is an equality of languages, never an approximation.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from harness.schema.language_charset import ANY, NONE, CharSet
from harness.schema.language_nodes import (
    ALL,
    BLANK,
    END,
    NOTHING,
    Ahead,
    Alt,
    And,
    Behind,
    Blank,
    Cat,
    Chars,
    Not,
    Or,
    Regex,
    Repeat,
    Seq,
    Term,
)

_T = TypeVar("_T")
_TABLE: dict[Hashable, object] = {}
_AGE: dict[Term | Regex, int] = {}
_KEPT: dict[Hashable, object] = {}
_KEPT_AGES: dict[Term | Regex, int] = {}
_UNROLLED = 64
Counts = tuple[int, int | None]


def _shared(key: Hashable, make: Callable[..., _T], *fields: object) -> _T:
    found = _TABLE.get(key)
    if found is None:
        found = _TABLE[key] = make(*fields)
    return found  # type: ignore[return-value]  # (every key starts with the class that made the entry)


def table_size() -> int:
    """Count the trees that are shared."""
    return len(_TABLE)


def keep() -> None:
    """Keep all trees made so far for ever: the constants that modules hold and compare by identity."""
    _KEPT.update(_TABLE)
    _KEPT_AGES.update(_AGE)


def forget() -> None:
    """Drop the shared trees but the kept ones; those in use stay valid, only sharing with later ones is lost."""
    _TABLE.clear()
    _AGE.clear()
    _TABLE.update(_KEPT)
    _AGE.update(_KEPT_AGES)


def _age(node: Term | Regex) -> int:
    found = _AGE.get(node)
    if found is None:
        found = _AGE[node] = len(_AGE)
    return found


# ---- regexes ----


def characters(of: CharSet) -> Regex:
    """One character of a set; of the empty set, nothing at all."""
    return _shared((Chars, of), Chars, of)


FAIL = characters(NONE)
ANYTHING = characters(ANY)


def cat(left: Regex, right: Regex) -> Regex:
    """`left`, then `right`."""
    if left is FAIL or right is FAIL:
        return FAIL
    if left is BLANK:
        return right
    if right is BLANK:
        return left
    if type(left) is Cat:
        return cat(left.left, cat(left.right, right))
    return _shared((Cat, left, right), Cat, left, right, left.looks or right.looks, left.behind or right.behind)


def alt(options: Iterable[Regex]) -> Regex:
    """Any one of the options, each kept once, single characters joined."""
    kept: dict[Regex, None] = {}
    single = NONE
    for option in options:
        for part in option.options if type(option) is Alt else (option,):
            if type(part) is Chars:
                single = single | part.of
            else:
                kept[part] = None
    if single is not NONE:
        kept[characters(single)] = None
    if not kept:
        return FAIL
    if BLANK in kept:
        del kept[BLANK]
        return repeat(alt(kept), 0, 1)
    parts = tuple(kept)
    if len(parts) == 1:
        return parts[0]
    looks = any(part.looks for part in parts)
    return _shared((Alt, parts), Alt, parts, looks, any(part.behind for part in parts))


def repeat(body: Regex, low: int, high: int | None) -> Regex:
    """`body` from `low` to `high` times (None: without end).

    Raises:
        OverflowError: a look-around that may read nothing is counted too often to be written out.
    """
    if high == 0 or body is BLANK:
        return BLANK
    if body is FAIL:
        return FAIL if low else BLANK
    if may_skip(body):
        low = 0
    elif low > 1 and not must_read(body):
        if low > _UNROLLED:
            raise OverflowError
        return cat(body, repeat(body, low - 1, None if high is None else high - 1))
    if (low, high) == (1, 1):
        return body
    if type(body) is Repeat and _contiguous(body, low, high):
        low, high = low * body.low, None if high is None or body.high is None else high * body.high
        body = body.body
    return _shared((Repeat, body, low, high), Repeat, body, low, high, body.looks, body.behind)


def _contiguous(inner: Repeat, low: int, high: int | None) -> bool:
    """Tell whether the counts that `inner` repeated low..high times can reach form one interval."""
    if low == high:
        return True
    if inner.high is None:
        return inner.low <= 1 or low > 0
    if low == 0:
        return inner.low <= 1
    return (low + 1) * inner.low <= low * inner.high + 1


def ahead(term: Term) -> Regex:
    """Demand that the text left belongs to `term`."""
    if term is ALL:
        return BLANK
    return FAIL if term is NOTHING else _shared((Ahead, term), Ahead, term, term.behind)


def behind(term: Term) -> Regex:
    """Demand that the text read so far has led `term` to accept."""
    if term is ALL:
        return BLANK
    return FAIL if term is NOTHING else _shared((Behind, term), Behind, term)


def must_read(regex: Regex) -> bool:
    """Tell whether the regex can never match the empty text (by its form alone)."""
    match regex:
        case Chars():
            return True
        case Cat(left, right):
            return must_read(left) or must_read(right)
        case Alt(options):
            return all(must_read(option) for option in options)
        case Repeat(body, low):
            return low > 0 and must_read(body)
        case _:
            return False


def may_skip(regex: Regex) -> bool:
    """Tell whether the regex matches the empty text everywhere (by its form alone)."""
    match regex:
        case Blank():
            return True
        case Cat(left, right):
            return may_skip(left) and may_skip(right)
        case Alt(options):
            return any(may_skip(option) for option in options)
        case Repeat(body, low):
            return low == 0 or may_skip(body)
        case _:
            return False


# ---- terms ----


def seq(head: Regex, rest: Term) -> Term:
    """A text of `head` followed by a text of `rest`."""
    if rest is NOTHING or head is FAIL:
        return NOTHING
    match head:
        case Blank():
            result = rest
        case Cat(left, right):
            result = seq(left, seq(right, rest))
        case Alt(options):
            result = union(seq(option, rest) for option in options)
        case Ahead(term):
            result = both((term, rest))
        case Repeat():
            result = _seq_repeat(head, rest)
        case Chars() if type(rest) is Seq and _body(rest.head) is head:
            result = _merged(head, 1, 1, rest)
        case _:
            result = _seq(head, rest)
    return result


def _seq(head: Regex, rest: Term) -> Term:
    return _shared((Seq, head, rest), Seq, head, rest, head.behind or rest.behind)


def _body(head: Regex) -> Regex:
    return head.body if type(head) is Repeat else head


def _merged(body: Regex, low: int, high: int | None, rest: Seq) -> Term:
    head = rest.head
    more_low, more_high = (head.low, head.high) if type(head) is Repeat else (1, 1)
    total = None if high is None or more_high is None else high + more_high
    return seq(repeat(body, low + more_low, total), rest.rest)


def _seq_repeat(head: Repeat, rest: Term) -> Term:
    if rest is ALL and head.high != head.low:
        # further repetitions are covered by "anything"
        return seq(repeat(head.body, head.low, head.low), ALL)
    if type(rest) is Seq and _body(rest.head) is head.body:
        return _merged(head.body, head.low, head.high, rest)
    if type(rest) is Seq and _at_start(rest):
        # what repeats may have read nothing before the start of the text
        return rest if head.low == 0 else NOTHING if must_read(head.body) else _seq(head, rest)
    if type(rest) is Seq and head.body is ANYTHING and head.high is None:
        return _seq_anything(head, rest)
    if type(rest) is Or and any(_at_start(term) for term in rest.terms):
        return union(seq(head, term) for term in rest.terms)
    return _seq(head, rest)


def _at_start(term: Term) -> bool:
    return type(term) is Seq and type(term.head) is Behind and term.head.term is END


def _seq_anything(head: Repeat, rest: Seq) -> Term:
    """Simplify "anything, then rest": optional parts at the front of rest are covered by "anything"."""
    first = rest.head
    if may_skip(first):
        return seq(head, rest.rest)
    if type(first) is Repeat and first.high != first.low:
        return seq(head, seq(repeat(first.body, first.low, first.low), rest.rest))
    return _seq(head, rest)


def negate(term: Term) -> Term:
    """All texts that do not belong to the term."""
    opposite = _OPPOSITES.get(term)
    if opposite is not None:
        return opposite
    match term:
        case Not(inner):
            return inner
        case And(terms):
            return union(negate(item) for item in terms)
        case Or(terms):
            return both(negate(item) for item in terms)
    return _shared((Not, term), Not, term, term.behind)


_SOME = _seq(ANYTHING, ALL)
_OPPOSITES: dict[Term, Term] = {NOTHING: ALL, ALL: NOTHING, END: _SOME, _SOME: END}


def both(terms: Iterable[Term]) -> Term:
    """Texts that belong to every term."""
    kept: dict[Term, None] = {}
    for term in terms:
        for part in term.terms if type(term) is And else (term,):
            if part is NOTHING:
                return NOTHING
            if part is not ALL:
                kept[part] = None
    if any(type(part) is Not and part.term in kept for part in kept) or (END in kept and _SOME in kept):
        return NOTHING
    return _combined(And, kept, ALL)


def union(terms: Iterable[Term]) -> Term:
    """Texts that belong to one of the terms."""
    kept: dict[Term, None] = {}
    for term in terms:
        for part in term.terms if type(term) is Or else (term,):
            if part is ALL:
                return ALL
            if part is not NOTHING:
                kept[part] = None
    if len(kept) > 1:
        kept = _merge_counts(kept)
    if ALL in kept:
        return ALL
    if any(type(part) is Not and part.term in kept for part in kept) or (END in kept and _SOME in kept):
        return ALL
    return _combined(Or, kept, NOTHING)


def _combined(kind: type[And | Or], kept: dict[Term, None], nothing_kept: Term) -> Term:
    if not kept:
        return nothing_kept
    parts = tuple(sorted(kept, key=_age))
    if len(parts) == 1:
        return parts[0]
    behinds = any(part.behind for part in parts)
    return _shared((And, parts), And, parts, behinds) if kind is And else _shared((Or, parts), Or, parts, behinds)


def _merge_counts(kept: dict[Term, None]) -> dict[Term, None]:
    """Join repeats of one body before one rest, and single characters before one rest."""
    groups: dict[tuple[Regex, Term], list[Counts]] = {}
    result: dict[Term, None] = {}
    for term in kept:
        if type(term) is not Seq:
            result[term] = None
            continue
        head = term.head
        counts = (head.low, head.high) if type(head) is Repeat else (1, 1)
        groups.setdefault((_body(head), term.rest), []).append(counts)
    single: dict[Term, CharSet] = {}
    absorbed: list[Term] = []
    for (body, rest), spans in groups.items():
        if rest in kept and any(low <= 1 for low, _ in spans):
            spans.append((0, 0))
        for low, high in _joined(spans):
            if type(body) is Chars and (low, high) == (1, 1):
                single[rest] = single.get(rest, NONE) | body.of
                continue
            joined = seq(repeat(body, low, high), rest)
            result[joined] = None
            if low == 0 and type(joined) is Seq and joined.rest is rest:
                absorbed.append(rest)
    for rest, of in single.items():
        result[seq(characters(of), rest)] = None
    for term in absorbed:
        result.pop(term, None)
    return result


def _joined(counts: list[Counts]) -> list[Counts]:
    if len(counts) == 1:
        return counts
    joined: list[Counts] = []
    for low, high in sorted(counts, key=lambda pair: pair[0]):
        last = joined[-1] if joined else None
        if last is None or (last[1] is not None and low > last[1] + 1):
            joined.append((low, high))
        else:
            top = None if last[1] is None or high is None else max(last[1], high)
            joined[-1] = (last[0], top)
    return joined
