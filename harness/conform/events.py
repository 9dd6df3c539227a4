"""Captured messages against AsyncAPI, as they stream by: types, payloads, order, duplicates and gaps."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from harness.conform.messages import Declared, declared_messages
from harness.documents.json_text import exact
from harness.model import Finding, Level, Location

LONGEST: Final = 4_000_000
UNREADABLE = "event-unreadable"
UNKNOWN = "event-type-unknown"
INVALID = "event-invalid"
DUPLICATE = "event-duplicate"
ORDER = "event-out-of-order"
GAP = "event-gap"


@dataclass(frozen=True, slots=True)
class EventRules:
    """What is an error here.

    Attributes:
        at_least_once: The same event again, same id and same content, is the bus's right: a warning.
        gapless: A number left out in the sequence of an aggregate is a lost event: an error, else a warning.
    """

    at_least_once: bool = False
    gapless: bool = False


@dataclass(frozen=True, slots=True)
class EventConformance:
    """What came of a capture.

    Attributes:
        contract: Name of the contract.
        source: Where the messages came from.
        messages: How many were read.
        seen: How many of each declared message.
        unseen: Declared messages that never came: nothing is known about them.
        findings: One a kind, message and place, with the first message it was seen in and how often.
    """

    contract: str
    source: str
    messages: int
    seen: tuple[tuple[str, int], ...]
    unseen: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """0 all is right, 1 something is wrong, 3 nothing came, so nothing is known."""
        if any(finding.level is Level.ERROR for finding in self.findings):
            return 1
        return 0 if self.messages else 3


@dataclass(slots=True)
class _Wrong:
    """One kind of thing that is wrong, however often."""

    level: Level
    said: str
    line: int
    count: int = 0


@dataclass(slots=True)
class Messages:
    """What was seen so far of a capture; memory grows with the ids and aggregates, not with the payloads.

    Attributes:
        contract: Name of the contract.
        document: AsyncAPI, with all references inside itself.
        rules: What is an error.
        readers: Consumers of a message by its type, from their pacts.
    """

    contract: str
    document: Mapping[str, Any]
    rules: EventRules = field(default_factory=EventRules)
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _declared: tuple[Declared, ...] = ()
    _by_type: dict[str, Declared] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)
    _ids: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _facts: dict[tuple[str, str, str, int], str] = field(default_factory=dict)
    _sequences: dict[tuple[str, str], int] = field(default_factory=dict)
    _wrong: dict[tuple[str, str, str], _Wrong] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        """Prepare the validators.

        Raises:
            UnreadableError: A payload is no valid schema.
        """
        self._declared = declared_messages(self.document)
        self._by_type = {kind: one for one in self._declared for kind in one.types}

    def take(self, line: bytes, number: int) -> None:
        """Take one captured message: a CloudEvent, or an envelope of the capture with `payload`."""
        self._count += 1
        try:
            event = _payload(_parsed(line))
        except (ValueError, RecursionError) as problem:
            self._note(UNREADABLE, "", "", f"the message is no JSON object: {problem}", number)
            return
        kind = str(event.get("type") or "")
        declared = self._by_type.get(kind)
        if declared is None:
            self._note(UNKNOWN, kind, "", f"the contract has no message of the type {kind or '(none)'}", number)
            return
        self._seen[declared.name] += 1
        self._validate(declared, event, kind, number)
        self._follow(event, kind, line, number)

    def result(self, source: str) -> EventConformance:
        """Return what was found until now."""
        return EventConformance(
            self.contract,
            source,
            self._count,
            tuple((one.name, self._seen[one.name]) for one in self._declared if self._seen[one.name]),
            tuple(one.name for one in self._declared if not self._seen[one.name]),
            tuple(self._findings(source)),
        )

    def _validate(self, declared: Declared, event: dict[str, Any], kind: str, number: int) -> None:
        if declared.validator is None:
            return
        failure = declared.validator.failure(event)
        if failure is not None:
            place, said = failure
            self._note(INVALID, kind, place, f"{place or 'the event'}: {said}", number)

    def _follow(self, event: dict[str, Any], kind: str, line: bytes, number: int) -> None:
        source, name = str(event.get("source") or ""), str(event.get("id") or "")
        digest = hashlib.blake2b(line.strip(), digest_size=8).digest()
        known = self._ids.setdefault((source, name), digest) if name else digest
        if known is not digest:
            again = known == digest
            self._note(DUPLICATE, kind, "same" if again else "other", _twice(name, again=again), number)
            return
        subject, sequence = str(event.get("subject") or ""), event.get("sequence")
        if not subject or isinstance(sequence, bool) or not isinstance(sequence, int):
            return
        if event.get("replayof"):
            return
        before = self._facts.setdefault((source, subject, kind, sequence), name)
        if before != name:
            said = (
                f"the fact {sequence} of {subject} came as {before} and again as {name}, which is marked as no replay"
            )
            self._note(DUPLICATE, kind, "fact", said, number)
            return
        self._order((source, subject), sequence, kind, number)

    def _order(self, aggregate: tuple[str, str], sequence: int, kind: str, number: int) -> None:
        last = self._sequences.get(aggregate)
        if last is not None and sequence < last:
            self._note(ORDER, kind, "", f"{aggregate[1]} came with {sequence} after {last}", number)
            return
        if last is not None and sequence > last + 1:
            said = f"{aggregate[1]} came with {sequence} after {last}: {sequence - last - 1} did not come"
            self._note(GAP, kind, "", said, number)
        self._sequences[aggregate] = sequence

    def _note(self, rule: str, kind: str, place: str, said: str, number: int) -> None:
        key = rule, kind, place
        if key not in self._wrong:
            self._wrong[key] = _Wrong(self._level(rule, place), said, number)
        self._wrong[key].count += 1

    def _level(self, rule: str, place: str) -> Level:
        is_right = (rule == DUPLICATE and place == "same" and self.rules.at_least_once) or (
            rule == GAP and not self.rules.gapless
        )
        return Level.WARNING if is_right else Level.ERROR

    def _findings(self, source: str) -> Iterator[Finding]:
        for (rule, kind, _), wrong in self._wrong.items():
            readers = self.readers.get(kind, ())
            read = f" Read by {', '.join(readers)}." if readers else ""
            often = f" {wrong.count} times." if wrong.count > 1 else ""
            title = f"{kind}: {wrong.said}" if kind else wrong.said
            yield Finding(
                rule=rule,
                title=title if len(title) <= 90 else title[:87] + "...",
                level=wrong.level,
                location=Location(source, "", wrong.line),
                detail=f"{wrong.said}.{often}{read}",
                values=(self.contract, kind, str(wrong.count), *readers),
            )


def check_events(messages: Messages, lines: Iterable[bytes], source: str) -> EventConformance:
    """Hold every line against the contract; blank lines do not count."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            messages.take(line, number)
    return messages.result(source)


def _twice(name: str, *, again: bool) -> str:
    return f"the event {name} came again" if again else f"two events have the id {name} and say different things"


def _parsed(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST:
        raise ValueError(f"longer than {LONGEST} bytes")
    value = json.loads(line, parse_float=exact, parse_constant=_refused)
    if not isinstance(value, dict):
        raise ValueError("it is another kind of value")  # noqa: TRY004  (all that is unreadable is told alike)
    return value


def _payload(value: dict[str, Any]) -> dict[str, Any]:
    """Return the event inside the envelope of a capture; headers with `ce_type` win over nothing."""
    inner = value.get("payload")
    return inner if "specversion" not in value and isinstance(inner, dict) else value


def _refused(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")
