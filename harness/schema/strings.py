"""Strings: regular languages, lengths as a side condition, formats as atoms with known relations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.schema import formats
from harness.schema.evaluate import Unusable, language
from harness.schema.language import Language, PatternError
from harness.schema.nodes import Node
from harness.schema.values import STR, type_of

_ORDINARY = ("text", "a", "b", "abc", "", "ab", "aa", "A", "1", "x-y", "some text", "foo", "bar", "baz", "c", "\n")
_SAMPLES = 12
_LONG = 10_000
_LINE_ENDS = str.maketrans("\r\u2028\u2029", "\n\n\n")


@dataclass(slots=True)
class Strings:
    """What a set of string atoms leaves."""

    least: int = 0
    most: int | None = None
    wanted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    refused_formats: list[str] = field(default_factory=list)
    avoid: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, atoms: Iterable[Node]) -> Strings:
        """Read the atoms: MINLEN MAXLEN PATTERN NPATTERN FORMAT NFORMAT OUT."""
        found = cls()
        for atom in atoms:
            kind, argument = atom.kind, atom.args[0]
            if kind == "MINLEN":
                found.least = max(found.least, int(argument))  # type: ignore[call-overload]  # a count
            elif kind == "MAXLEN":
                limit = int(argument)  # type: ignore[call-overload]  # a count
                found.most = limit if found.most is None else min(found.most, limit)
            elif kind == "OUT":
                found.avoid.update(value for _, value in argument if type_of(value) == STR)  # type: ignore[attr-defined]  # pairs
            else:
                found._lists()[kind].append(str(argument))
        return found

    def _lists(self) -> dict[str, list[str]]:
        return {
            "PATTERN": self.wanted, "NPATTERN": self.refused,
            "FORMAT": self.formats, "NFORMAT": self.refused_formats,
        }  # fmt: skip

    def find(self) -> tuple[bool, object]:
        """Return (True, a string), (False, None) if there is none, or (False, reason) if that is unknown."""
        if self.most is not None and self.least > self.most:
            return False, None
        if self._formats_clash():
            return False, None
        try:
            return self._search()
        except (Unusable, PatternError) as problem:
            return False, str(problem)

    def _formats_clash(self) -> bool:
        return any(
            formats.contradicts(name, other, refused=refused)
            for name in self.formats
            for others, refused in ((self.formats, False), (self.refused_formats, True))
            for other in others
        )

    def _search(self) -> tuple[bool, object]:
        parsed = [language(pattern) for pattern in self.wanted]
        against = [language(pattern) for pattern in self.refused]
        special = [sample for name in self.formats for sample in formats.samples(name)]
        long = ("a" * self.least, "a b-" * (self.least // 4 + 1)) if 0 < self.least < _LONG else ()
        for text in (*special, *_ORDINARY, *long):
            if self._fits(text, parsed, against):
                return True, text
        if not parsed and not against and not self.formats:
            return self._by_length()
        return self._sampled(parsed, against)

    def _sampled(self, parsed: list[Language], against: list[Language]) -> tuple[bool, object]:
        """Look at the shortest members of the intersection; only the first can show that there is none."""
        everything = Language.everything()
        for one in parsed:
            everything = everything & one
        for one in against:
            everything = everything - one
        for name in self.formats:
            pattern = formats.superset(name)
            everything = everything & language(pattern) if pattern else everything
        tried = set(self.avoid)
        for turn in range(_SAMPLES if self.formats or self.refused_formats else 1):
            sample = everything.sample(self.least, self.most, frozenset(tried))
            if sample is None and not turn:
                return False, None
            if sample is None:
                break
            # validators agree on the line feed, not on the three other line ends of ECMA-262
            for text in (sample.translate(_LINE_ENDS), sample):
                if self._fits(text, parsed, against):
                    return True, text
            tried.add(sample)
        return False, "no example of the formats " + ", ".join(sorted({*self.formats, *self.refused_formats})) + " fits"

    def _fits(self, text: str, wanted: list[Language], refused: list[Language]) -> bool:
        return (
            self.least <= len(text)
            and (self.most is None or len(text) <= self.most)
            and text not in self.avoid
            and all(one.matches(text) for one in wanted)
            and not any(one.matches(text) for one in refused)
            # a format nobody knows refuses nothing (as validators have it), but nothing can be said to lack it
            and all(formats.matches(name, text) is not False for name in self.formats)
            and all(formats.matches(name, text) is False for name in self.refused_formats)
        )

    def _by_length(self) -> tuple[bool, object]:
        """Find a string by its length alone: avoid one of at most as many as are avoided, plus one."""
        if self.refused_formats:
            return False, "nothing is known about strings without the format " + ", ".join(self.refused_formats)
        if self.most == 0:
            return (False, None) if "" in self.avoid else (True, "")
        length = max(self.least, 1)
        if length > 1_000_000:
            return False, f"a text of {length} characters is too long to show"
        for number in range(len(self.avoid) + 1):
            text = (
                "a" * (length - 1) + chr(ord("a") + number % 26)
                if number < 26
                else "a" * (length - 1) + chr(0x4E00 + number)
            )
            if text not in self.avoid:
                return True, text
        return False, None
