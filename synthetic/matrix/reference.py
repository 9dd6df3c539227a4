"""What a suite does and shows on a clean landscape: from it faults are made, and by it they are judged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from harness.model import JSON, HarnessError
from synthetic.deeds import Answer, Attempt
from synthetic.deeds.calls import Kind
from synthetic.deeds.ports import BETWEEN, TAKES_BACK
from synthetic.faults import Fault, Seen
from synthetic.matrix.playing import Case, Suite, play_case
from synthetic.transaction import Probe, RunVerdict

Asked = Mapping[tuple[str, str], int]
Carried = Mapping[tuple[str, str], AbstractSet[str]]
_DEPTH = 4
_PLACES = 1
"""How many places of a list are mutated: every row of a document is built alike."""


class UnsoundError(HarnessError):
    """A probe does not pass on a clean landscape: no matrix means anything then (exit code 1)."""

    exit_code = 1


class Recorder:
    """A layer that remembers every value every operation showed or was sent, and how often it was asked."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.asked: Counter[tuple[str, str]] = Counter()
        self.carried: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.requests: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._values: dict[tuple[str, str], dict[str, list[JSON]]] = {}
        self._deeds: set[tuple[str, str]] = set()

    def __call__(self, attempt: Attempt, forward: Callable[[Attempt], Answer | Awaitable[Answer]]) -> object:
        """Let the call through and look at the answer; a call that is refused was asked all the same."""
        place = (attempt.port, attempt.operation)
        self.asked[place] += 1
        sent = _leaves(attempt.request)
        self.requests[place].update(sent)
        if attempt.kind is Kind.DEED:
            self._deeds.add(place)
            self._take(place, sent)
        answer = forward(attempt)
        if attempt.kind is Kind.LOOK and isinstance(answer, dict):
            self._take(place, answer)
        return answer

    def _take(self, place: tuple[str, str], values: Mapping[str, JSON]) -> None:
        fields = self._values.setdefault(place, {})
        self.carried[place].update(name if value is not None else f"{name}=null" for name, value in values.items())
        if "event.type" in values:
            self.carried[place].add(f"event.type={values['event.type']}")
        for name, value in values.items():
            if value not in fields.setdefault(name, []):
                fields[name].append(value)

    def add(self, other: Recorder) -> None:
        """Remember what another has seen as well, after what was seen here."""
        self.asked.update(other.asked)
        self._deeds |= other._deeds
        for mine, its in ((self.carried, other.carried), (self.requests, other.requests)):
            for place, names in its.items():
                mine[place] |= names
        for place, fields in other._values.items():
            known = self._values.setdefault(place, {})
            for name, values in fields.items():
                kept = known.setdefault(name, [])
                kept += [value for value in values if value not in kept]

    def seen(self) -> Iterator[Seen]:
        """Return what looks showed and what systems sent each other, by port and operation."""
        for place, fields in sorted(self._values.items()):
            is_deed = place in self._deeds
            kept = fields if not is_deed or place in BETWEEN else {}
            if place not in TAKES_BACK:
                yield Seen(*place, {name: tuple(values) for name, values in kept.items()}, is_deed=is_deed)


@dataclass(slots=True)
class Reference:
    """A suite on a clean landscape.

    Attributes:
        suite: What is played.
        seen: What every operation showed or was sent.
        asked: Probe -> (port, operation) -> how often it asks.
        carried: Probe -> (port, operation) -> fields and kinds of event that its calls carry.
        requests: (port, operation) -> paths into the requests it was called with, the first row of every list.
    """

    suite: Suite
    seen: tuple[Seen, ...]
    asked: Mapping[str, Asked]
    carried: Mapping[str, Carried]
    requests: Mapping[tuple[str, str], AbstractSet[str]] = field(default_factory=dict)
    _observed: dict[tuple[str, int], str] = field(default_factory=dict)

    def observed(self, probe: Probe, seed: int) -> str:
        """Return the digest of what a probe observes without a fault."""
        if (probe.name, seed) not in self._observed:
            self._observed[probe.name, seed] = play_case(self.suite, Case(probe, seed)).observed
        return self._observed[probe.name, seed]

    def meeting(self, fault: Fault) -> list[Probe]:
        """Return the probes whose calls a fault meets, the shortest first: most faults are found by any of them."""
        found = [
            one
            for one in self.suite.probes
            if any(
                fault.meets(*place) and (not fault.needs or fault.needs in self.carried[one.name][place])
                for place in self.asked[one.name]
            )
        ]
        return sorted(found, key=lambda probe: sum(self.asked[probe.name].values()))


def reference(suite: Suite, seeds: Sequence[int] = (0, 1)) -> Reference:
    """Play every probe clean and return what was seen and asked.

    Raises:
        UnsoundError: A probe does not pass on a clean landscape, or it asserts nothing.
    """
    everything = Recorder()
    asked: dict[str, Asked] = {}
    carried: dict[str, Carried] = {}
    for probe in suite.probes:
        own = Recorder()
        for seed in seeds:
            run = play_case(suite, Case(probe, seed), [own]).run  # type: ignore[list-item]
            if run.verdict is not RunVerdict.PASSED:
                step = run.failed_step
                what = f"at {step.title}: {step.differences or step.reason}" if step else run.reason
                raise UnsoundError(
                    f"{probe.name} does not pass clean {what}", remedy="Mend the probe or the landscape."
                )
        everything.add(own)
        asked[probe.name], carried[probe.name] = own.asked, own.carried
    return Reference(suite, tuple(everything.seen()), asked, carried, everything.requests)


def _leaves(request: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the plain values in a request by their paths, of its lists the first rows."""
    found: dict[str, JSON] = {}
    for name, value in request.items():
        _gather(found, name, value, _DEPTH)
    return found


def _gather(found: dict[str, JSON], path: str, value: JSON, depth: int) -> None:
    if isinstance(value, dict):
        if depth:
            for name, below in value.items():
                _gather(found, f"{path}.{name}", below, depth - 1)
    elif isinstance(value, list):
        for place, below in enumerate(value[:_PLACES]):
            _gather(found, f"{path}.{place}", below, depth - 1)
    else:
        found[path] = value
