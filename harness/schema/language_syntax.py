r"""Reading ECMA-262 patterns (2025 edition, section 22.2.1, Unicode mode with the leniencies of Annex B.1.2).

Leniencies kept because contracts use them and nobody reads them differently: escaped punctuation (`\-`, `\@`),
a brace or closing bracket that opens no quantifier or class, and a hyphen beside a class escape. Escaped letters
without meaning (`\A`, `\Z`, `\h`) are refused: other engines take them for anchors or classes.
"""

from __future__ import annotations

from harness.schema.language_build import ahead, alt, behind, cat, characters, keep, negate, repeat, seq
from harness.schema.language_charset import ANY, DIGITS, DOT, NONE, SPACES, WORD, CharSet, charset
from harness.schema.language_errors import InvalidPattern, TooLarge, UnsupportedPattern
from harness.schema.language_nodes import ALL, BLANK, END, Ahead, Alt, Behind, Cat, Regex, Repeat
from harness.schema.language_properties import property_set

_CLASS_ESCAPES = {"d": DIGITS, "w": WORD, "s": SPACES, "D": ~DIGITS, "W": ~WORD, "S": ~SPACES}
_CONTROL_ESCAPES = {"f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B}
_HEX = frozenset("0123456789abcdefABCDEF")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DECIMALS = frozenset("0123456789")
_MAX_LENGTH = 20_000
_MAX_DEPTH = 60
_SURROGATES = (0xD800, 0xDFFF)

ANYWHERE = repeat(characters(ANY), 0, None)
_WORD_AHEAD = seq(characters(WORD), ALL)
_WORD_BEHIND = seq(ANYWHERE, seq(characters(WORD), END))
keep()


def parse(pattern: str) -> Regex:
    """Read a pattern; the result matches the text of the match itself, not what surrounds it.

    Raises:
        InvalidPattern: it is no ECMA-262 pattern.
        UnsupportedPattern: it is no regular language, or one we do not represent.
        TooLarge: it is longer or nested deeper than any sensible contract.
    """
    if len(pattern) > _MAX_LENGTH:
        raise TooLarge(f"a pattern of {len(pattern)} characters")
    return _Reader(pattern).read()


class _Reader:
    """A recursive descent over the text; `at` is the next character."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def read(self) -> Regex:
        regex = self._alternatives()
        if self.at < len(self.pattern):
            raise self._invalid("a closing parenthesis without an opening one")
        return regex

    def _invalid(self, reason: str, position: int | None = None) -> InvalidPattern:
        return InvalidPattern(self.pattern, self.at if position is None else position, reason)

    def _peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def _take(self, text: str) -> bool:
        if self._peek(text):
            self.at += len(text)
            return True
        return False

    # ---- structure ----

    def _alternatives(self) -> Regex:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        return alt(options) if len(options) > 1 else options[0]

    def _sequence(self) -> Regex:
        parts: list[Regex] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self._quantified(self._atom()))
        result: Regex = BLANK
        for part in reversed(parts):
            result = cat(part, result)
        return result

    def _atom(self) -> Regex:
        char = self.pattern[self.at]
        if char == "(":
            return self._group()
        if char == "[":
            return characters(self._class())
        if char == "\\":
            return self._escape()
        if char in "*+?":
            raise self._invalid("nothing to repeat")
        if char == "{" and self._counts() is not None:
            raise self._invalid("nothing to repeat")
        self.at += 1
        if char == "^":
            return behind(END)
        if char == "$":
            return ahead(END)
        return characters(DOT if char == "." else self._literal(ord(char)))

    def _literal(self, code: int) -> CharSet:
        if _SURROGATES[0] <= code <= _SURROGATES[1]:
            raise UnsupportedPattern("half of a surrogate pair stands alone")
        return charset(((code, code),))

    def _group(self) -> Regex:
        start = self.at
        self.at += 1
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise TooLarge(f"groups nested deeper than {_MAX_DEPTH}")
        kind = self._group_kind()
        inner = self._alternatives()
        if not self._take(")"):
            raise self._invalid("a group is not closed", start)
        self.depth -= 1
        if kind in ("?=", "?!"):
            term = seq(inner, ALL)
            return ahead(negate(term) if kind == "?!" else term)
        if kind in ("?<=", "?<!"):
            return _look_behind(inner, negated=kind == "?<!")
        return inner

    def _group_kind(self) -> str:
        if not self._peek("?"):
            return ""
        for kind in ("?:", "?=", "?!", "?<=", "?<!"):
            if self._take(kind):
                return kind
        if self._take("?<"):
            end = self.pattern.find(">", self.at)
            name = self.pattern[self.at : end] if end > 0 else ""
            if not name.replace("$", "_").isidentifier():
                raise self._invalid("a group name is expected")
            self.at = end + 1
            return ""
        if self.pattern[self.at + 1 : self.at + 2] in ("i", "m", "s", "-"):
            raise UnsupportedPattern("flags inside the pattern, such as (?i)")
        raise self._invalid("an unknown kind of group")

    def _quantified(self, atom: Regex) -> Regex:
        counts = self._counts()
        if counts is None:
            return atom
        low, high, self.at = counts
        self._take("?")  # lazy or greedy: the same language
        if self.at < len(self.pattern) and (self.pattern[self.at] in "*+?" or self._counts() is not None):
            raise self._invalid("nothing to repeat")
        if high is not None and low > high:
            raise self._invalid("counts out of order")
        try:
            return repeat(atom, low, high)
        except OverflowError:
            raise TooLarge(f"a look-around repeated {low} times") from None

    def _counts(self) -> tuple[int, int | None, int] | None:
        """Return the counts of the quantifier that starts here and where it ends; take nothing."""
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        char = self.pattern[self.at : self.at + 1]
        if char in simple:
            return (*simple[char], self.at + 1)
        end = self.pattern.find("}", self.at) if char == "{" else -1
        first, comma, last = self.pattern[self.at + 1 : max(end, 0)].partition(",")
        if end < 0 or not _decimal(first) or not (last == "" or _decimal(last)):
            return None
        if not comma:
            return int(first), int(first), end + 1
        return int(first), int(last) if last else None, end + 1

    # ---- escapes ----

    def _escape(self) -> Regex:
        start = self.at
        char = self.pattern[start + 1 : start + 2]
        if char in ("b", "B"):
            self.at += 2
            return _boundary(wanted=char == "b")
        if char in _DECIMALS and char != "0":
            raise UnsupportedPattern(f"a back-reference \\{char} describes no regular language")
        if char == "k":
            raise UnsupportedPattern("a named back-reference \\k describes no regular language")
        of = self._set_escape()
        return characters(of if of is not None else self._literal(self._code_escape()))

    def _set_escape(self) -> CharSet | None:
        char = self.pattern[self.at + 1 : self.at + 2]
        if char in _CLASS_ESCAPES:
            self.at += 2
            return _CLASS_ESCAPES[char]
        if char not in ("p", "P"):
            return None
        end = self.pattern.find("}", self.at)
        if self.pattern[self.at + 2 : self.at + 3] != "{" or end < 0:
            raise self._invalid("a property is expected, as in \\p{L}")
        name = self.pattern[self.at + 3 : end]
        of = property_set(name)
        if of is None:
            raise UnsupportedPattern(f"the Unicode property {name!r} is not known here")
        self.at = end + 1
        return of if char == "p" else ~of

    def _code_escape(self) -> int:
        """Read an escape that stands for one code point."""
        start = self.at
        char = self.pattern[start + 1 : start + 2]
        self.at += 2
        if char in _CONTROL_ESCAPES:
            return _CONTROL_ESCAPES[char]
        if char == "0" and self.pattern[self.at : self.at + 1] not in _DECIMALS:
            return 0
        if char == "c" and self.pattern[self.at : self.at + 1] in _LETTERS:
            self.at += 1
            return ord(self.pattern[self.at - 1]) % 32
        if char == "x":
            return self._hex(2, start)
        if char == "u":
            return self._unicode(start)
        if char and char not in _LETTERS and char not in _DECIMALS:
            return ord(char)
        raise self._invalid("an unknown escape" if char else "a backslash at the end", start)

    def _unicode(self, start: int) -> int:
        if self._take("{"):
            end = self.pattern.find("}", self.at)
            digits = self.pattern[self.at : max(end, self.at)]
            if not digits or not _HEX.issuperset(digits) or len(digits) > 16 or int(digits, 16) > 0x10FFFF:
                raise self._invalid("a code point is expected in \\u{...}", start)
            self.at = end + 1
            return int(digits, 16)
        high = self._hex(4, start)
        if 0xD800 <= high <= 0xDBFF and self._take("\\u"):
            low = self._hex(4, start)
            if not 0xDC00 <= low <= 0xDFFF:
                raise UnsupportedPattern("half of a surrogate pair stands alone")
            return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        return high

    def _hex(self, length: int, start: int) -> int:
        digits = self.pattern[self.at : self.at + length]
        if len(digits) < length or not _HEX.issuperset(digits):
            raise self._invalid(f"{length} hexadecimal digits are expected", start)
        self.at += length
        return int(digits, 16)

    # ---- classes ----

    def _class(self) -> CharSet:
        start = self.at
        self.at += 1
        negated = self._take("^")
        of = NONE
        while not self._take("]"):
            if self.at >= len(self.pattern):
                raise self._invalid("a character class is not closed", start)
            of = of | self._class_item()
        return ~of if negated else of

    def _class_item(self) -> CharSet:
        start = self.at
        first = self._class_atom()
        if not self._peek("-") or self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            return self._single(first)
        self.at += 1
        last = self._class_atom()
        if isinstance(first, CharSet) or isinstance(last, CharSet):
            # Annex B: a hyphen beside a class escape stands for itself
            return self._single(first) | self._single(last) | charset(((0x2D, 0x2D),))
        if first > last:
            raise self._invalid("a range out of order", start)
        of = charset(((first, last),))
        if of is NONE:
            raise UnsupportedPattern("half of a surrogate pair stands alone")
        return of

    def _single(self, atom: CharSet | int) -> CharSet:
        return atom if isinstance(atom, CharSet) else self._literal(atom)

    def _class_atom(self) -> CharSet | int:
        if self.at >= len(self.pattern):
            raise self._invalid("a character class is not closed")
        if not self._peek("\\"):
            self.at += 1
            return ord(self.pattern[self.at - 1])
        if self._take("\\b"):
            return 0x08
        of = self._set_escape()
        return self._code_escape() if of is None else of


def _decimal(text: str) -> bool:
    return bool(text) and _DECIMALS.issuperset(text) and len(text) <= 9


def _boundary(*, wanted: bool) -> Regex:
    r"""Return `\b`: exactly one of the two neighbours is a word character; `\B` is the contrary."""
    after_word, after_other = behind(_WORD_BEHIND), behind(negate(_WORD_BEHIND))
    before_word, before_other = ahead(_WORD_AHEAD), ahead(negate(_WORD_AHEAD))
    if wanted:
        return alt((cat(after_word, before_other), cat(after_other, before_word)))
    return alt((cat(after_word, before_word), cat(after_other, before_other)))


def _look_behind(inner: Regex, *, negated: bool) -> Regex:
    if _looks_ahead(inner):
        raise UnsupportedPattern("a look-behind that looks ahead")
    term = seq(ANYWHERE, seq(inner, END))
    return behind(negate(term) if negated else term)


def _looks_ahead(regex: Regex) -> bool:
    match regex:
        case Ahead():
            return True
        case Behind():
            return False
        case Cat(left, right):
            return _looks_ahead(left) or _looks_ahead(right)
        case Alt(options):
            return any(_looks_ahead(option) for option in options)
        case Repeat(body):
            return _looks_ahead(body)
    return False
