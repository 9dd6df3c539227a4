"""What a run of Schemathesis is worth: failures nobody accepted, and what never worked or never began."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.conform.api import Failed, Tried, has_links, operations
from harness.conform.contracts import Target
from harness.model import Finding, Level, Location, UnreadableError, join

FAILED = "conform-failure"
NEVER = "conform-operation-never-succeeded"
NO_DATA = "conform-test-data-missing"
NOT_BEGUN = "conform-sequence-not-begun"
STALE = "conform-accepted-and-gone"
STOPPED = "conform-run-incomplete"


@dataclass(frozen=True, slots=True)
class Accepted:
    """One failure that somebody accepted.

    Attributes:
        operation: `POST /invoices`.
        code: Of the failure, or the rule of a finding that is no failure of Schemathesis.
        reason: Why it may stay.
    """

    operation: str
    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ApiConformance:
    """What came of trying a contract out.

    Attributes:
        contract: Name of the contract.
        url: Of the server.
        tried: What Schemathesis saw.
        findings: What is wrong and was not accepted.
        accepted: What is wrong and was accepted.
    """

    contract: str
    url: str
    tried: Tried
    findings: tuple[Finding, ...]
    accepted: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 the server keeps its contract, 1 it does not or was hardly tried, 3 the run did not end."""
        if self.tried.stopped:
            return 3
        return 1 if any(finding.level is Level.ERROR for finding in self.findings) else 0


def judge(
    target: Target,
    url: str,
    tried: Tried,
    accepted: Sequence[Accepted] = (),
    readers: Mapping[str, tuple[str, ...]] | None = None,
) -> ApiConformance:
    """Return the judgement.

    Args:
        target: The contract.
        url: Where the server ran.
        tried: What was seen.
        accepted: The baseline.
        readers: Consumers by `GET /invoices`, from their pacts.
    """
    known = {(one.operation, one.code) for one in accepted}
    found: list[Finding] = []
    taken: list[Finding] = []
    for key, finding in _findings(target, tried, readers or {}):
        (taken if key in known else found).append(finding)
    if not tried.stopped:
        seen = {key for key, _ in _findings(target, tried, {})}
        found += [_stale(target, one) for one in accepted if (one.operation, one.code) not in seen]
    return ApiConformance(target.name, url, tried, tuple(found), tuple(taken))


def read_baseline(path: Path) -> tuple[Accepted, ...]:
    """Read accepted failures: `{"accepted": [{"operation", "code", "reason"}]}`; a file that is not there has none.

    Raises:
        UnreadableError: Anything else.
    """
    if not path.is_file():
        return ()
    try:
        rows = json.loads(path.read_text("utf-8"))["accepted"]
        return tuple(Accepted(row["operation"], row["code"], row.get("reason", "")) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableError(
            f"{path} is no baseline: {error!r}", remedy='Write {"accepted": [{"operation", "code", "reason"}]}.'
        ) from error


def baseline_text(found: ApiConformance, before: Sequence[Accepted]) -> str:
    """Return a baseline that accepts what is wrong now, with the reasons that were given before."""
    reasons = {(one.operation, one.code): one.reason for one in before}
    keys = sorted({(f.values[0], f.values[1]) for f in (*found.findings, *found.accepted) if f.rule not in _NO_FAILURE})
    rows = [
        {"operation": operation, "code": code, "reason": reasons.get((operation, code), "accepted without a reason")}
        for operation, code in keys
    ]
    return json.dumps({"accepted": rows}, indent=2) + "\n"


_NO_FAILURE = (STALE, STOPPED)


def _findings(
    target: Target, tried: Tried, readers: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[tuple[str, str], Finding]]:
    known = dict(operations(target.document))
    if tried.stopped:
        yield ("", STOPPED), _finding(target, "", STOPPED, tried.stopped, ())
    for failure in tried.failures:
        who = readers.get(failure.operation, ())
        yield (
            (failure.operation, failure.code),
            _finding(target, failure.operation, FAILED, _said(failure), who, code=failure.code),
        )
    for operation in known:
        who = readers.get(operation, ())
        counts = tried.statuses.get(operation, Counter()) + tried.chained.get(operation, Counter())
        if not any(200 <= status < 300 for status in counts):
            often = ", ".join(f"{number} x {status}" for status, number in sorted(counts.items())) or "never called"
            said = f"no request succeeded ({often}), so nothing is known of its answer"
            yield (operation, NEVER), _finding(target, operation, NEVER, said, who)
        elif operation in tried.without_data:
            said = "the server knew hardly any object that was asked for: give examples that exist"
            yield (operation, NO_DATA), _finding(target, operation, NO_DATA, said, who)
    yield from _sequences(target, tried, known)


def _sequences(
    target: Target, tried: Tried, known: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[tuple[str, str], Finding]]:
    """Yield the operations that sequences should begin with and never did (measured of Schemathesis 4.32.5).

    Links on an operation that is itself the target of a link made it begin with that one, with ids made up, and
    report success.
    """
    for operation, told in known.items():
        if has_links(told) and not any(200 <= status < 300 for status in tried.chained.get(operation, Counter())):
            said = "no sequence began here with success, so what its links lead to was never reached"
            yield (operation, NOT_BEGUN), _finding(target, operation, NOT_BEGUN, said, ())


def _said(failure: Failed) -> str:
    first = failure.message.strip().splitlines() or [""]
    times = f", {failure.count} times" if failure.count > 1 else ""
    asked = f" ({failure.request[:160]}{times})" if failure.request else ""
    return f"{failure.title}: {first[0]}".rstrip(": ") + asked


def _stale(target: Target, one: Accepted) -> Finding:
    said = f"{one.code} was accepted and is gone: take it out of the baseline"
    return _finding(target, one.operation, STALE, said, (), code=one.code, level=Level.WARNING)


def _finding(  # noqa: PLR0913  (a finding has these parts)
    target: Target,
    operation: str,
    rule: str,
    said: str,
    readers: tuple[str, ...],
    *,
    code: str = "",
    level: Level = Level.ERROR,
) -> Finding:
    method, _, path = operation.partition(" ")
    title = f"{operation}: {said}" if operation else said
    return Finding(
        rule=rule,
        title=title if len(title) <= 90 else title[:87] + "...",
        level=level,
        location=Location(target.path, join("/paths", path, method.lower()) if operation else ""),
        detail=f"{said}." + (f" Used by {', '.join(readers)}." if readers else ""),
        values=(operation, code or rule, *readers),
    )
