"""One step of the automaton: what is left to match after one character, and where the next step can differ."""

from __future__ import annotations

from harness.schema.language_build import (
    ahead,
    alt,
    behind,
    both,
    cat,
    forget,
    must_read,
    negate,
    repeat,
    seq,
    table_size,
    union,
)
from harness.schema.language_charset import ANY, CharSet, partition
from harness.schema.language_nodes import (
    ALL,
    END,
    NOTHING,
    Ahead,
    Alt,
    And,
    Behind,
    Cat,
    Chars,
    Not,
    Or,
    Regex,
    Repeat,
    Seq,
    Term,
)

_LIMIT = 120_000
_DERIVED: dict[tuple[Term, int], Term] = {}
_HEADS: dict[Term, frozenset[CharSet]] = {}
_CLASSES: dict[frozenset[CharSet], tuple[tuple[CharSet, int], ...]] = {}
_NO_SETS: frozenset[CharSet] = frozenset()


def tidy() -> None:
    """Empty the memory of earlier questions once it is large. Never call it while exploring."""
    if table_size() + len(_DERIVED) > _LIMIT:
        forget()
        _DERIVED.clear()
        _HEADS.clear()
        _CLASSES.clear()


def accepts_end(term: Term) -> bool:
    """Tell whether the empty text belongs to the term."""
    match term:
        case Seq(head, rest):
            return accepts_end(skip(head)) and accepts_end(rest)
        case And(terms):
            return all(accepts_end(item) for item in terms)
        case Or(terms):
            return any(accepts_end(item) for item in terms)
        case Not(inner):
            return not accepts_end(inner)
    return term is ALL or term is END


def skip(regex: Regex) -> Term:
    """Return what the text left must be for the regex to match the empty text here."""
    left: Term = ALL
    match regex:
        case Chars():
            left = NOTHING
        case Repeat(body, low):
            left = ALL if low == 0 else skip(body)
        case Cat(first, second):
            left = both((skip(first), skip(second)))
        case Alt(options):
            left = union(skip(option) for option in options)
        case Ahead(term):
            left = term
        case Behind(term) if not accepts_end(term):
            left = NOTHING
    return left


def after(term: Term, code: int) -> Term:
    """Return the term for the text left once the character `code` has been read."""
    if type(term) is Seq and type(term.head) is Chars and not term.behind:
        return term.rest if code in term.head.of else NOTHING
    if term is ALL:
        return ALL
    if term is END or term is NOTHING:
        return NOTHING
    key = (term, code)
    found = _DERIVED.get(key)
    if found is None:
        found = _DERIVED[key] = _after(term, code)
    return found


def _after(term: Term, code: int) -> Term:
    match term:
        case Seq(head, rest):
            read = _read(head, code, _moved(rest, code))
            skipped = skip(head)
            return read if skipped is NOTHING else union((read, both((after(skipped, code), after(rest, code)))))
        case And(terms):
            return _after_and(terms, code)
        case Or(terms):
            return union([after(item, code) for item in terms])
        case Not(inner):
            return negate(after(inner, code))
    return term


def _after_and(terms: tuple[Term, ...], code: int) -> Term:
    results = []
    for item in terms:
        result = after(item, code)
        if result is NOTHING:
            return NOTHING
        results.append(result)
    return both(results)


def _read(regex: Regex, code: int, rest: Term) -> Term:
    """Let `regex` read the character; `rest` follows it and has already been moved past the character."""
    match regex:
        case Chars(of):
            return rest if code in of else NOTHING
        case Repeat(body, low, high):
            again = repeat(body, max(low - 1, 0), None if high is None else high - 1)
            return _read(body, code, seq(_moved_regex(again, code), rest))
        case Cat(left, right):
            read = _read(left, code, seq(_moved_regex(right, code), rest))
            skipped = skip(left)
            if skipped is NOTHING:
                return read
            return union((read, both((after(skipped, code), _read(right, code, rest)))))
        case Alt(options):
            return union([_read(option, code, rest) for option in options])
    return NOTHING


# ---- look-behinds move with the text ----


def _moved(term: Term, code: int) -> Term:
    """Step every look-behind inside the term past the character, and nothing else."""
    if not term.behind:
        return term
    match term:
        case Seq(head, rest):
            return seq(_moved_regex(head, code), _moved(rest, code))
        case And(terms):
            return both([_moved(item, code) for item in terms])
        case Or(terms):
            return union([_moved(item, code) for item in terms])
        case Not(inner):
            return negate(_moved(inner, code))
    return term


def _moved_regex(regex: Regex, code: int) -> Regex:
    if not regex.behind:
        return regex
    moved = regex
    match regex:
        case Behind(term):
            moved = behind(after(term, code))
        case Ahead(term):
            moved = ahead(_moved(term, code))
        case Cat(left, right):
            moved = cat(_moved_regex(left, code), _moved_regex(right, code))
        case Alt(options):
            moved = alt(_moved_regex(option, code) for option in options)
        case Repeat(body, low, high):
            moved = repeat(_moved_regex(body, code), low, high)
    return moved


def settled(term: Term) -> Term:
    """Decide look-behinds that stand at the front, where the text read so far is known."""
    if not term.behind:
        return term
    match term:
        case Seq(Behind(seen), rest):
            return settled(rest) if accepts_end(seen) else NOTHING
        case And(terms):
            return both([settled(item) for item in terms])
        case Or(terms):
            return union([settled(item) for item in terms])
        case Not(inner):
            return negate(settled(inner))
    return term


# ---- classes of characters between which a term does not distinguish ----


def classes(term: Term) -> tuple[tuple[CharSet, int], ...]:
    """Return the classes that may lead to different terms, most readable first, each with its best character."""
    sets = _heads(term)
    found = _CLASSES.get(sets)
    if found is None:
        parts = partition(sets) if sets else (ANY,)
        found = _CLASSES[sets] = tuple((part, part.preferred()) for part in parts)
    return found


def _heads(term: Term) -> frozenset[CharSet]:
    if term is ALL or term is END or term is NOTHING:
        return _NO_SETS
    found = _HEADS.get(term)
    if found is None:
        found = _HEADS[term] = _find_heads(term)
    return found


def _find_heads(term: Term) -> frozenset[CharSet]:
    match term:
        case Seq(head, rest):
            sets = _first(head) | _trackers(head)
            if not must_read(head):
                return sets | _heads(rest)
            return sets | _trackers(rest) if rest.behind else sets
        case And(terms) | Or(terms):
            return _NO_SETS.union(*(_heads(item) for item in terms))
        case Not(inner):
            return _heads(inner)
    return _NO_SETS


def _first(regex: Regex) -> frozenset[CharSet]:
    match regex:
        case Chars(of):
            return frozenset((of,))
        case Repeat(body):
            return _first(body)
        case Cat(left, right):
            return _first(left) if must_read(left) else _first(left) | _first(right)
        case Alt(options):
            return _NO_SETS.union(*(_first(option) for option in options))
        case Ahead(term):
            return _heads(term)
    return _NO_SETS


def _trackers(node: Term | Regex) -> frozenset[CharSet]:
    """Return the sets that matter to look-behinds anywhere inside."""
    if not node.behind:
        return _NO_SETS
    match node:
        case Behind(term):
            return _heads(term)
        case Ahead(inner) | Not(inner) | Repeat(inner):
            return _trackers(inner)
        case Seq(left, right) | Cat(left, right):
            return _trackers(left) | _trackers(right)
        case And(parts) | Or(parts) | Alt(parts):
            return _NO_SETS.union(*(_trackers(part) for part in parts))
    return _NO_SETS
