"""The two small trees of the engine, built so that equal trees are the same object.

`Regex`: what a piece of a pattern may read. `Term`: the language of *all the text that is left*; the state of the
automaton. A term is a regex followed by a term, or a Boolean combination. Look-arounds fit in without backtracking:
`Ahead(t)` demands that the text left belongs to `t`; `Behind(t)` that the text read so far does, and `t` is stepped
along with the text ("`^`" is Behind(END), "`$`" is Ahead(END)). Method: derivatives (Brzozowski 1964) with
location-based assertions (Varatalu, Veanes, Ernits: RE#, POPL 2025).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harness.schema.language_charset import CharSet


@dataclass(frozen=True, slots=True, eq=False)
class Chars:
    """One character of a set."""

    of: CharSet
    looks: bool = False
    behind: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """The empty text."""

    looks: bool = False
    behind: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cat:
    """`left`, then `right`."""

    left: Regex
    right: Regex
    looks: bool
    behind: bool


@dataclass(frozen=True, slots=True, eq=False)
class Alt:
    """Any one of the options; at least two, all different."""

    options: tuple[Regex, ...]
    looks: bool
    behind: bool


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """`body` from `low` to `high` times; `high` None means without end."""

    body: Regex
    low: int
    high: int | None
    looks: bool
    behind: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """Reads nothing; the text left must belong to `term`."""

    term: Term
    behind: bool
    looks: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Behind:
    """Reads nothing; the text read so far must belong to what `term` was when nothing had been read."""

    term: Term
    behind: bool = True
    looks: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Nothing:
    """No text belongs."""

    behind: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """Only the empty text belongs."""

    behind: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class All:
    """Every text belongs."""

    behind: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Seq:
    """A text of `head` followed by a text of `rest`. `head` is never Blank, Cat, Alt or Ahead."""

    head: Regex
    rest: Term
    behind: bool


@dataclass(frozen=True, slots=True, eq=False)
class And:
    """Texts that belong to every term; sorted by age, none of them an And."""

    terms: tuple[Term, ...]
    behind: bool


@dataclass(frozen=True, slots=True, eq=False)
class Or:
    """Texts that belong to one of the terms; sorted by age, none of them an Or."""

    terms: tuple[Term, ...]
    behind: bool


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    """Texts that do not belong to the term, which is a Seq (negation is pushed inwards)."""

    term: Term
    behind: bool


Regex = Chars | Blank | Cat | Alt | Repeat | Ahead | Behind
Term = Nothing | End | All | Seq | And | Or | Not

BLANK: Final = Blank()
NOTHING: Final = Nothing()
END: Final = End()
ALL: Final = All()
