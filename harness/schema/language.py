"""Regular languages: the sets of texts that `pattern`, `minLength`, `maxLength`, `enum` and property names describe.

A `Language` is a value: `&`, `|`, `-` and `~` build new ones without cost, questions explore an automaton lazily
(inclusion is emptiness of `a - b`). Lengths count code points. Patterns follow ECMA-262 in Unicode mode and match
anywhere in the text unless anchored (JSON Schema 2020-12 validation, section 6.3.3). No pattern reaches Python's `re`,
so no pattern can take exponential time: what would is refused with `TooLarge`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.schema.language_build import ANYTHING, both, characters, negate, repeat, seq, union
from harness.schema.language_charset import charset
from harness.schema.language_errors import InvalidPattern, PatternError, TooLarge, UnsupportedPattern
from harness.schema.language_nodes import ALL, END, NOTHING, Term
from harness.schema.language_search import Automaton, count, shortest
from harness.schema.language_steps import accepts_end, after, settled, tidy
from harness.schema.language_syntax import ANYWHERE, parse

__all__ = ["InvalidPattern", "Language", "PatternError", "TooLarge", "UnsupportedPattern"]

_NO_CHARACTER = 0xFFFD


@dataclass(frozen=True, slots=True)
class Language:
    """A set of texts.

    Equality is that of the simplified construction: equal values are equal sets, but equal sets may be different
    values; `subset_of` both ways tells.
    """

    _term: Term

    @staticmethod
    def parse(pattern: str) -> Language:
        """Return the texts in which an ECMA-262 pattern matches somewhere.

        Raises:
            InvalidPattern: the text is no pattern; with the position.
            UnsupportedPattern: it is no regular language, or one we do not represent; with the reason.
            TooLarge: it is too long or too deep.
        """
        tidy()
        try:
            return Language(settled(seq(ANYWHERE, seq(parse(pattern), ALL))))
        except RecursionError:
            raise TooLarge("a pattern nested too deeply") from None

    @staticmethod
    def everything() -> Language:
        """Return the set of all texts."""
        return Language(ALL)

    @staticmethod
    def nothing() -> Language:
        """Return the empty set."""
        return Language(NOTHING)

    @staticmethod
    def of_strings(strings: Iterable[str]) -> Language:
        """Return the set of exactly these texts."""
        return Language(_trie(sorted({_scalars(text) for text in strings}), 0))

    @staticmethod
    def of_length(minimum: int = 0, maximum: int | None = None) -> Language:
        """Return the texts of minimum to maximum code points; None means without end."""
        if maximum is not None and maximum < max(minimum, 0):
            return Language(NOTHING)
        low = max(minimum, 0)
        if maximum is None:
            return Language(seq(repeat(ANYTHING, low, low), ALL))
        return Language(seq(repeat(ANYTHING, low, maximum), END))

    def __and__(self, other: Language) -> Language:
        """Return what both hold."""
        return Language(both((self._term, other._term)))

    def __or__(self, other: Language) -> Language:
        """Return what one of them holds."""
        return Language(union((self._term, other._term)))

    def __sub__(self, other: Language) -> Language:
        """Return what only the first holds."""
        return Language(both((self._term, negate(other._term))))

    def __invert__(self) -> Language:
        """Return what it does not hold."""
        return Language(negate(self._term))

    def is_empty(self) -> bool:
        """Tell whether it holds no text.

        Raises:
            TooLarge: the budget was spent (so may every question below).
        """
        return self.sample() is None

    def subset_of(self, other: Language) -> bool:
        """Tell whether every text of this one is in the other."""
        return (self - other).is_empty()

    def intersects(self, other: Language) -> bool:
        """Tell whether some text is in both."""
        return not (self & other).is_empty()

    def matches(self, text: str) -> bool:
        """Tell whether the text is a member."""
        tidy()
        term = self._term
        for char in _scalars(text):
            term = after(term, ord(char))
            if term is ALL or term is NOTHING:
                break
        return accepts_end(term)

    def sample(
        self, min_length: int = 0, max_length: int | None = None, avoid: frozenset[str] = frozenset()
    ) -> str | None:
        """Return the shortest member within the lengths that is not to be avoided, readable rather than odd.

        None if there is none. Never holds a lone surrogate.
        """
        tidy()
        wanted = self
        if min_length > 0 or max_length is not None:
            wanted = wanted & Language.of_length(min_length, max_length)
        if avoid:
            wanted = wanted - Language.of_strings(avoid)
        return shortest(wanted._term)  # noqa: SLF001  (of the same class)

    def samples(self, number: int) -> tuple[str, ...]:
        """Return up to `number` different members, the shortest first; fewer if there are no more."""
        found: list[str] = []
        while len(found) < number:
            text = self.sample(avoid=frozenset(found))
            if text is None:
                break
            found.append(text)
        return tuple(found)

    def is_finite(self) -> bool:
        """Tell whether it holds finitely many texts."""
        return Automaton(self._term).order() is not None

    def size(self, limit: int) -> int:
        """Count the members up to `limit`, which also stands for "more" and "infinitely many"."""
        return count(self._term, limit)


def _scalars(text: str) -> str:
    """Replace lone surrogates, which are no characters, by the replacement character."""
    if text.isascii():
        return text
    return "".join(chr(_NO_CHARACTER) if "\ud800" <= char <= "\udfff" else char for char in text)


def _trie(texts: list[str], depth: int) -> Term:
    """Return the language of sorted texts by what follows their first `depth` characters."""
    options: list[Term] = []
    start = 0
    if texts and len(texts[0]) == depth:
        options.append(END)
        start = 1
    while start < len(texts):
        stop = start
        while stop < len(texts) and texts[stop][depth] == texts[start][depth]:
            stop += 1
        code = ord(texts[start][depth])
        options.append(seq(characters(charset(((code, code),))), _trie(texts[start:stop], depth + 1)))
        start = stop
    return union(options)
