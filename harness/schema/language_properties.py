"""Unicode property escapes: general categories and the binary properties that follow from them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from harness.schema.language_charset import ANY, SPACES, CharSet, charset

_LONG_NAMES = {
    "Cased_Letter": "LC", "Close_Punctuation": "Pe", "Connector_Punctuation": "Pc", "Control": "Cc", "cntrl": "Cc",
    "Currency_Symbol": "Sc", "Dash_Punctuation": "Pd", "Decimal_Number": "Nd", "digit": "Nd", "Enclosing_Mark": "Me",
    "Final_Punctuation": "Pf", "Format": "Cf", "Initial_Punctuation": "Pi", "Letter": "L", "Letter_Number": "Nl",
    "Line_Separator": "Zl", "Lowercase_Letter": "Ll", "Mark": "M", "Combining_Mark": "M", "Math_Symbol": "Sm",
    "Modifier_Letter": "Lm", "Modifier_Symbol": "Sk", "Nonspacing_Mark": "Mn", "Number": "N",
    "Open_Punctuation": "Ps", "Other": "C", "Other_Letter": "Lo", "Other_Number": "No", "Other_Punctuation": "Po",
    "Other_Symbol": "So", "Paragraph_Separator": "Zp", "Private_Use": "Co", "Punctuation": "P", "punct": "P",
    "Separator": "Z", "Space_Separator": "Zs", "Spacing_Mark": "Mc", "Symbol": "S", "Titlecase_Letter": "Lt",
    "Unassigned": "Cn", "Uppercase_Letter": "Lu",
}  # fmt: skip
_SHORT_NAMES = frozenset((*_LONG_NAMES.values(),))
# Blocks whose characters are alike, so that only the first is looked at: ideographs, syllables, private use, nothing.
_ALIKE = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xD800, 0xDFFF),
    (0xE000, 0xF8FF),
    (0x17000, 0x187F7),
    (0x20000, 0x2A6DF),
    (0x33480, 0xDFFFF),
    (0xE01F0, 0xEFFFF),
    (0xF0000, 0xFFFFD),
    (0xFFFFE, 0xFFFFF),
    (0x100000, 0x10FFFD),
    (0x10FFFE, 0x10FFFF),
)
_RUN = re.compile(r"(..)\1*")  # of two-letter categories: our own expression on our own text


def property_set(name: str) -> CharSet | None:
    r"""Return the characters with a property as `\p{name}` spells it; None if it is not known here.

    The assignment of characters is that of the running Python's Unicode version.
    """
    key, equals, value = name.partition("=")
    if equals:
        return _category(value) if key in ("gc", "General_Category") else None
    if name == "Any":
        return ANY
    if name == "ASCII":
        return charset(((0, 0x7F),))
    if name in ("White_Space", "space"):
        return (SPACES | charset(((0x85, 0x85),))) - charset(((0xFEFF, 0xFEFF),))
    if name == "Assigned":
        unassigned = _category("Cn")
        return None if unassigned is None else ~unassigned
    return _category(name)


def _category(name: str) -> CharSet | None:
    short = _LONG_NAMES.get(name, name)
    if short not in _SHORT_NAMES:
        return None
    wanted = ("Lu", "Ll", "Lt") if short == "LC" else (short,)
    found = _categories()
    return charset(
        interval for category in sorted(found) if category.startswith(wanted) for interval in found[category]
    )


@lru_cache(maxsize=1)
def _categories() -> dict[str, list[tuple[int, int]]]:
    """Return the intervals of each two-letter category."""
    found: dict[str, list[tuple[int, int]]] = {}
    start = 0
    for low, high in _ALIKE:
        letters = "".join(map(unicodedata.category, map(chr, range(start, low))))
        for run in _RUN.finditer(letters):
            found.setdefault(run[1], []).append((start + run.start() // 2, start + run.end() // 2 - 1))
        found.setdefault(unicodedata.category(chr(low)), []).append((low, high))
        start = high + 1
    return found
