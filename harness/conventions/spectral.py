"""What Spectral said about contracts, read from its JSON output: extra evidence, never the only one.

Source: Spectral 6, `spectral lint --format json`: a list of `{code, message, path, severity, source, range}`;
severity 0 error, 1 warning, 2 information, 3 hint; lines from 0. No Node is needed to read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.catalog.entities import mapping, sequence, text
from harness.documents import parse
from harness.model import Finding, Level, Location, UnreadableError, join

_LEVELS = {0: Level.ERROR, 1: Level.WARNING, 2: Level.INFO, 3: Level.INFO}
_WIDEST = 90  # of a title (harness.model.Finding)

# Rules of Spectral's own rulesets and of its OWASP ruleset that ask for the same as a convention here.
_SAME = {
    "operation-security-defined": "operation-without-authentication",
    "oas2-operation-security-defined": "operation-without-authentication",
    "oas3-operation-security-defined": "operation-without-authentication",
    "owasp:api2:2023-write-restricted": "operation-without-authentication",
    "owasp:api2:2023-read-restricted": "operation-without-authentication",
    "owasp:api4:2023-rate-limit": "rate-limit-untold",
    "owasp:api4:2023-rate-limit-retry-after": "rate-limit-untold",
    "owasp:api4:2023-rate-limit-responses-429": "rate-limit-untold",
    "owasp:api8:2023-define-error-validation": "error-not-problem-details",
    "owasp:api4:2023-array-limit": "list-without-pagination",
}


def read_spectral(data: bytes, path: str, files: Collection[str]) -> tuple[Finding, ...]:
    """Return what a file of Spectral's results says, one finding a row.

    Args:
        data: The file.
        path: Its name, for messages.
        files: Paths of the revision; `source` of a row may be absolute, and is matched by its end.

    Raises:
        UnreadableError: Not JSON, or not what Spectral writes.
    """
    value = parse(data, path if path.endswith(".json") else path + ".json").value
    if not isinstance(value, list):
        raise UnreadableError(
            "not a list of results", location=Location(path), remedy="Write it with spectral lint --format json."
        )
    return tuple(_finding(mapping(row), index, path, files) for index, row in enumerate(value))


def _finding(row: Mapping[str, object], index: int, path: str, files: Collection[str]) -> Finding:
    code, message = text(row.get("code")), text(row.get("message"))
    severity = row.get("severity")
    if not code or not isinstance(severity, int) or severity not in _LEVELS:
        raise UnreadableError(
            f"result {index + 1} has no code or no severity from 0 to 3",
            location=Location(path, f"/{index}"),
            remedy="Write it with spectral lint --format json.",
        )
    tokens = [one if isinstance(one, int) else text(one) for one in sequence(row.get("path"))]
    line = mapping(mapping(row.get("range")).get("start")).get("line")
    title = f"{code}: {message}" if message else code
    return Finding(
        rule="spectral-finding",
        title=title if len(title) <= _WIDEST else title[: _WIDEST - 1] + "…",
        level=_LEVELS[severity],
        location=Location(
            _in_tree(text(row.get("source")), files), join("", *tokens), line + 1 if isinstance(line, int) else None
        ),
        detail=title if len(title) > _WIDEST else "",
        remedy=f"Mend it as the rule {code} of Spectral says, or change its ruleset.",
        values=(code, join("", *tokens)),
    )


def _in_tree(source: str, files: Collection[str]) -> str:
    """Return the path in the revision that `source` ends with; as written where there is none or several."""
    written = source.replace("\\", "/")
    parts = written.split("/")
    for start in range(len(parts)):
        if (end := "/".join(parts[start:])) in files:
            return end
    return written


def with_evidence(findings: Iterable[Finding], evidence: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings, each told once: where Spectral asks for the same at the same place, it is named there."""
    own = list(findings)
    said: set[int] = set()
    for one in own:
        same = [index for index, other in enumerate(evidence) if _same_place(one, other)]
        said.update(same)
        codes = ", ".join(sorted({evidence[index].values[0] for index in same}))
        yield replace(one, detail=f"{one.detail} Spectral says so, too: {codes}.".strip()) if codes else one
    yield from (other for index, other in enumerate(evidence) if index not in said)


def _same_place(one: Finding, other: Finding) -> bool:
    if _SAME.get(other.values[0]) != one.rule or one.location.file != other.location.file:
        return False
    pointer = one.location.pointer
    return other.location.pointer == pointer or other.location.pointer.startswith(pointer + "/")
