"""An OpenAPI contract tried out on a running server by Schemathesis, and what a green run is worth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlsplit

from harness.conform.contracts import Target
from harness.conform.sent import METHODS, Given, sendable, settings
from harness.model import UsageError

NOISE: Final = ("allow_header_conformance", "unsupported_method")
"""Checks that say something about the web framework and nothing about the contract; `--all-checks` runs them too."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How to try a contract out.

    Attributes:
        url: Where the server runs; requests keep below it.
        headers: Sent with each request, such as a token.
        examples: Generated cases an operation.
        seconds: What the whole run may take.
        seed: Of the generator; the same seed, contract and server give the same cases.
        all_checks: Also the checks of `NOISE`.
        given: What exists on the server and can be asked, by operation; in place of the contract's examples.
    """

    url: str
    headers: tuple[str, ...] = ()
    examples: int = 50
    seconds: float = 600
    seed: int = 1
    all_checks: bool = False
    given: Given = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """One thing that an operation does and its contract does not say.

    Attributes:
        operation: `POST /invoices`.
        code: Schemathesis's, such as `ST103`.
        title: What it means.
        message: Of the first case.
        request: Method and path of the first case.
        count: How many cases.
    """

    operation: str
    code: str
    title: str
    message: str
    request: str
    count: int = 1


@dataclass(slots=True)
class Tried:
    """What a run of Schemathesis saw.

    Attributes:
        statuses: How often each operation answered with which status.
        chained: The same, of sequences that follow links.
        failures: By operation and code, in the order they were first seen.
        without_data: Operations for which the server knew none of the objects asked for.
        cases: How many requests.
        stopped: Why the run did not end well, "" if it did.
    """

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    chained: dict[str, Counter[int]] = field(default_factory=dict)
    failures: list[Failed] = field(default_factory=list)
    without_data: tuple[str, ...] = ()
    cases: int = 0
    stopped: str = ""


def try_out(target: Target, attempt: Attempt) -> Tried:
    """Run Schemathesis in a process of its own, away from anybody's configuration file, and read what it wrote.

    Raises:
        UsageError: The URL is none, or Schemathesis is not installed.
    """
    parts = urlsplit(attempt.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{attempt.url} is no address of a server", remedy="Write --url http://127.0.0.1:PORT.")
    with TemporaryDirectory(prefix="conform-") as name:
        folder = Path(name)
        (folder / "openapi.json").write_text(json.dumps(sendable(target.document, attempt.given), default=str), "utf-8")
        (folder / "schemathesis.toml").write_text(settings(target.document), "utf-8")
        stopped = _run(_command(target, attempt), folder, attempt.seconds)
        summary = _summary(folder)
        tried = _read(folder)
    tried.stopped = stopped or _unfinished(summary)
    tried.without_data = tuple(map(str, (summary.get("warnings") or {}).get("missing_test_data") or ()))
    return tried


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield `GET /invoices` and the operation, in document order."""
    for path, item in (document.get("paths") or {}).items():
        for method in METHODS:
            if isinstance(item, Mapping) and isinstance(item.get(method), Mapping):
                yield f"{method.upper()} {path}", item[method]


def has_links(operation: Mapping[str, Any]) -> bool:
    """Return whether an answer of the operation says what can be done next."""
    responses = operation.get("responses")
    return isinstance(responses, Mapping) and any(
        isinstance(response, Mapping) and response.get("links") for response in responses.values()
    )


def _command(target: Target, attempt: Attempt) -> list[str]:
    linked = any(has_links(operation) for _, operation in operations(target.document))
    phases = "examples,coverage,fuzzing" + (",stateful" if linked else "")
    command = [sys.executable, "-P", "-m", "schemathesis.cli", "run", "openapi.json", "--url", attempt.url]
    command += ["--phases", phases, "--max-examples", str(attempt.examples), "--seed", str(attempt.seed)]
    command += ["--continue-on-failure", "--no-color", "--request-timeout", "10", "--max-redirects", "0"]
    command += ["--report", "json,ndjson", "--report-json-path", "run.json", "--report-ndjson-path", "run.ndjson"]
    if not attempt.all_checks:
        command += ["--exclude-checks", ",".join(NOISE)]
    return command + [word for header in attempt.headers for word in ("--header", header)]


def _run(command: list[str], folder: Path, seconds: float) -> str:
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "", "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "examples")}
    try:
        done = subprocess.run(  # noqa: S603  (a library of ours, by our own interpreter)
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return f"the run did not end within {seconds:g} s"
    if "No module named 'schemathesis" in done.stderr or "No module named schemathesis" in done.stderr:
        raise UsageError("trying an API out needs Schemathesis", remedy="pip install 'contract-harness[conform]'")
    if done.returncode in (0, 1) and (folder / "run.json").is_file():
        return ""
    last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
    return f"Schemathesis ended with code {done.returncode}: {last[:300]}"


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    try:
        value = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    except ValueError:
        value = {}
    return value if isinstance(value, dict) else {}


def _unfinished(summary: Mapping[str, Any]) -> str:
    if summary.get("complete") is not True:
        return f"the run stopped before its end: {summary.get('stop_reason') or 'nobody knows why'}"
    if errors := summary.get("errors"):
        return f"{len(errors)} operations could not be tried: {str(errors[0])[:200]}"
    return ""


def _read(folder: Path) -> Tried:
    """Read the stream of events line by line, since a long run writes many megabytes."""
    tried = Tried()
    failures: dict[tuple[str, str], Failed] = {}
    path = folder / "run.ndjson"
    if path.is_file():
        with path.open("rb") as lines:
            for line in lines:
                finished = json.loads(line).get("ScenarioFinished")
                if finished:
                    _scenario(tried, failures, finished)
    tried.failures = list(failures.values())
    return tried


def _scenario(tried: Tried, failures: dict[tuple[str, str], Failed], finished: Mapping[str, Any]) -> None:
    recorder = finished["recorder"]
    seen = tried.chained if finished.get("phase") == "stateful" else tried.statuses
    for name, case in recorder["cases"].items():
        operation = f"{str(case['value']['method']).upper()} {case['value']['path']}"
        interaction = (recorder.get("interactions") or {}).get(name) or {}
        answer = interaction.get("response") or {}
        if "status_code" in answer:
            tried.cases += 1
            seen.setdefault(operation, Counter())[int(answer["status_code"])] += 1
        for check in (recorder.get("checks") or {}).get(name) or ():
            if check.get("status") == "failure":
                _failure(failures, operation, check["failure_info"]["failure"], interaction.get("request") or {})


def _failure(
    failures: dict[tuple[str, str], Failed], operation: str, told: Mapping[str, Any], request: Mapping[str, Any]
) -> None:
    operation = str(told.get("operation") or operation)
    code = str(told.get("code") or told.get("type") or "")
    known = failures.get((operation, code))
    address = urlsplit(str(request.get("uri") or ""))
    asked = f"{request.get('method', '')} {address.path}{'?' + address.query if address.query else ''}".strip()
    first = known or Failed(operation, code, str(told.get("title") or code), str(told.get("message") or ""), asked, 0)
    failures[operation, code] = Failed(operation, code, first.title, first.message, first.request, first.count + 1)
