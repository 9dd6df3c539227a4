"""Deprecation, sunset dates and stability levels: what was announced, and what may therefore go.

Extensions as oasdiff and others write them: `x-sunset` (RFC 3339 date or date-time) and `x-stability-level`
(draft, alpha, beta, stable). Time is never read from a clock: `as_of` is part of the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from harness.compat.drafts import Draft
from harness.compat.proof import FINE, RULED_OUT
from harness.documents import Node
from harness.model import JSON

if TYPE_CHECKING:
    from harness.compat.sides import Sides
    from harness.compat.versions import Position

STABILITY = ("draft", "alpha", "beta", "stable")
_UNSTABLE = ("draft", "alpha")


def sunset_of(value: Mapping[str, JSON]) -> tuple[bool, date | None]:
    """Return whether `x-sunset` is readable or absent, and the date."""
    spelled = value.get("x-sunset")
    if spelled is None:
        return True, None
    if not isinstance(spelled, str):
        return False, None
    text = spelled.strip().strip('"')
    for parse in (date.fromisoformat, lambda one: datetime.fromisoformat(one).date()):
        try:
            return True, parse(text)
        except ValueError:
            continue
    return False, None


def stability_of(value: Mapping[str, JSON]) -> str:
    """Return the stability level as written, lower case, "" where none is."""
    spelled = value.get("x-stability-level")
    return "" if spelled is None else str(spelled).strip().strip('"').lower()


def may_go(value: Mapping[str, JSON], as_of: date | None) -> tuple[bool, bool]:
    """Return whether an element may be removed, and whether its sunset could not be read (section 5)."""
    if stability_of(value) in _UNSTABLE:
        return True, False
    if value.get("deprecated") is not True:
        return False, False
    readable, sunset = sunset_of(value)
    if not readable:
        return False, True
    return sunset is None or (as_of is not None and sunset < as_of), False


def sunset_passed(sides: Sides, position: Position) -> bool:
    """Whether a field was deprecated in the old version and its sunset lies before the day of the question."""
    for site in position:
        node = sides.old.follow(site.node)
        for value in (site.node.value, node.value):
            if isinstance(value, dict) and value.get("deprecated") is True:
                readable, sunset = sunset_of(value)
                if readable and sunset is not None and sides.as_of is not None and sunset < sides.as_of:
                    return True
    return False


def lifecycle_changes(old: Node, new: Node, subject: str, element: str) -> Iterator[Draft]:
    """Yield what changed about deprecation, sunset and stability of an `operation`, `parameter` or `field`."""
    before = old.value if isinstance(old.value, dict) else {}
    after = new.value if isinstance(new.value, dict) else {}

    def draft(rule: str, key: str, words: str, *, breaks: bool = False) -> Draft:
        proof = RULED_OUT if breaks else FINE
        title = f"{subject} {words}" if subject else ""
        return Draft(rule, old, new, None, proof, None, subject, before.get(key), after.get(key), title=title)

    was, now = before.get("deprecated") is True, after.get("deprecated") is True
    if was != now:
        words = "is deprecated" if now else "is no longer deprecated"
        yield draft(f"{element}-{'deprecated' if now else 'reinstated'}", "deprecated", words)
    yield from _sunsets(before, after, since=was, now=now, draft=draft)
    earlier, later = stability_of(before), stability_of(after)
    if later != earlier:
        yield from _stability(earlier, later, draft)


def _sunsets(
    before: Mapping[str, JSON], after: Mapping[str, JSON], *, since: bool, now: bool, draft: _Drafter
) -> Iterator[Draft]:
    deprecated = since and now
    readable, later = sunset_of(after)
    if before.get("x-sunset") == after.get("x-sunset") and (readable or since):
        return
    _, earlier = sunset_of(before)
    if not readable:
        if now:
            yield draft("sunset-unreadable", "x-sunset", "has a sunset date that cannot be read", breaks=True)
    elif later is None:
        if deprecated:
            yield draft("sunset-removed", "x-sunset", "is deprecated but lost its sunset date", breaks=True)
    elif earlier is None:
        yield draft("sunset-added", "x-sunset", f"ends on {later}")
    elif later < earlier:
        yield draft("sunset-moved-earlier", "x-sunset", f"ends on {later} instead of {earlier}", breaks=deprecated)
    elif later > earlier:
        yield draft("sunset-moved-later", "x-sunset", f"ends on {later} instead of {earlier}")


def _stability(earlier: str, later: str, draft: _Drafter) -> Iterator[Draft]:
    if later and later not in STABILITY:
        yield draft("stability-unknown", "x-stability-level", f"has no known stability level: {later}", breaks=True)
        return
    # Nothing said is the highest promise: consumers of such a contract were told of no reservation.
    ranks = [STABILITY.index(one) if one in STABILITY else len(STABILITY) - 1 for one in (earlier, later)]
    if ranks[1] < ranks[0]:
        yield draft("stability-lowered", "x-stability-level", "promises less stability", breaks=True)
    elif ranks[1] > ranks[0]:
        yield draft("stability-raised", "x-stability-level", "promises more stability")


if TYPE_CHECKING:
    from typing import Protocol

    class _Drafter(Protocol):
        def __call__(self, rule: str, key: str, words: str, *, breaks: bool = False) -> Draft: ...
