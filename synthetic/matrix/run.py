"""Plays matrices and clean runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence

from harness.model import JSON
from synthetic.deeds import Answer, Attempt
from synthetic.deeds.calls import Kind
from synthetic.faults import Fault
from synthetic.faults.operators import Seen
from synthetic.matrix.playing import Case, Suite, play_case
from synthetic.matrix.rows import Row, judged, row_of, unmet

Waivers = Mapping[str, str]
"""Fault -> why nobody needs to notice it."""


Asked = Mapping[str, Mapping[tuple[str, str], int]]
"""Probe -> (port, operation) -> how often it asks on a clean landscape."""


class Recorder:
    """A layer that remembers every value every look showed, and how often each operation was asked."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.asked: Counter[tuple[str, str]] = Counter()
        self._values: dict[tuple[str, str], dict[str, list[JSON]]] = {}

    def __call__(self, attempt: Attempt, forward: Callable[[Attempt], Answer | Awaitable[Answer]]) -> object:
        """Let the call through and look at the answer."""
        answer = forward(attempt)
        self.asked[attempt.port, attempt.operation] += 1
        if attempt.kind is Kind.LOOK and isinstance(answer, dict):
            fields = self._values.setdefault((attempt.port, attempt.operation), {})
            for name, value in answer.items():
                if value not in fields.setdefault(name, []):
                    fields[name].append(value)
        return answer

    def looks(self) -> Iterator[Seen]:
        """Return what was seen, by port and operation."""
        for (port, operation), fields in sorted(self._values.items()):
            yield Seen(port, operation, {name: tuple(values) for name, values in fields.items()})


def reference_looks(suite: Suite, seeds: Sequence[int] = (0, 1)) -> tuple[list[Seen], Asked]:
    """Play every probe clean and return what the looks showed, and what each probe asked.

    Raises:
        AssertionError: A probe does not pass on a clean landscape: no matrix means anything then.
    """
    everything = Recorder()
    asked: dict[str, Mapping[tuple[str, str], int]] = {}
    for probe in suite.probes:
        own = Recorder()
        for seed in seeds:
            outcome = play_case(suite, Case(probe, seed), [own, everything])  # type: ignore[list-item]
            if outcome.run.verdict.value != "passed":
                step = outcome.run.failed_step
                raise AssertionError(f"{probe.name} does not pass clean: {step.title if step else ''} {outcome.run}")
        asked[probe.name] = own.asked
    return list(everything.looks()), asked


def play_fault(
    suite: Suite, fault: Fault, seed: int, asked: Asked | None = None, waivers: Waivers | None = None
) -> Row:
    """Play one fault against the probes that meet it, those that ask most first, until one finds it.

    Returns:
        The row of the fault; equivalent if it changed nothing for any of them.
    """
    meeting = [probe for probe in suite.probes if asked is None or _met(fault, asked[probe.name])]
    if asked is not None:
        meeting.sort(key=lambda probe: -sum(asked[probe.name][one] for one in asked[probe.name] if fault.meets(*one)))
    cells = []
    for probe in meeting:
        case = Case(probe, seed, fault)
        cells.append(row_of(case, play_case(suite, case)))
        if cells[-1].detected:
            break
    if not cells:
        return unmet(fault, seed)
    return judged(cells, (waivers or {}).get(fault.id, ""))


def play_matrix(
    suite: Suite,
    faults: Iterable[Fault],
    seeds: Sequence[int],
    asked: Asked | None = None,
    waivers: Waivers | None = None,
) -> Iterator[Row]:
    """Play every fault under every seed: one row each."""
    for fault in faults:
        for seed in seeds:
            yield play_fault(suite, fault, seed, asked, waivers)


def _met(fault: Fault, asked: Mapping[tuple[str, str], int]) -> bool:
    return any(fault.meets(*one) for one in asked)


def play_clean(suite: Suite, count: int, *, errors: float, stale: float, first_seed: int = 0) -> Iterator[Row]:
    """Play clean runs under noise, the probes in turn; whatever does not pass is a false alarm."""
    for number in range(count):
        probe = suite.probes[number % len(suite.probes)]
        case = Case(probe, first_seed + number, None, errors, stale)
        yield row_of(case, play_case(suite, case))
