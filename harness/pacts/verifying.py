"""Verify pacts against a running provider, in a process of its own, and count what comes back."""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlsplit

from harness.documents import FolderTree, Library
from harness.model import UnreadableError, UsageError
from harness.pacts.files import is_pact, read_pact
from harness.pacts.values import Pact
from harness.pacts.verification import Answer, Verified, judge

NOBODY: Final = "http://127.0.0.1:9"
"""The discard port: whatever goes through this proxy goes nowhere."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider to verify.

    Attributes:
        name: As the pacts name it.
        url: Where it runs; "" where `handlers` starts it, or where only messages are verified.
        handlers: A Python file with `STATES`, `MESSAGES` and, if it starts the provider itself, `provider()`.
        state_url: Where states are established by POST, instead of `handlers`.
        headers: Sent with each request, such as a token.
        request_seconds: What one request may take.
        seconds: What the whole run may take.
    """

    name: str
    url: str = ""
    handlers: Path | None = None
    state_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    request_seconds: float = 10
    seconds: float = 300


def verify(provider: Provider, files: Sequence[Path]) -> tuple[Verified, ...]:
    """Verify each pact file and return one judgement each, in order.

    Raises:
        UsageError: A file is another provider's pact, or an address may not be called.
        UnreadableError: A file is no pact, or names a plug-in, which would be a program that runs here.
    """
    for address in (provider.url, provider.state_url):
        check_address(address)
    pacts = [_pact(file, provider.name) for file in files]
    answers = _run(provider, pacts)
    return tuple(judge(pact, str(file), answer) for file, pact, answer in zip(files, pacts, answers, strict=True))


def pact_files(paths: Sequence[Path]) -> tuple[list[Path], str]:
    """Return the pact files below the given files and folders, and the provider that the first one names.

    Raises:
        UsageError: There is none.
        UnreadableError: The first one is no pact.
    """
    files = [file for path in paths for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]
    if not files:
        raise UsageError("there is no pact to verify", remedy="Name a pact file, or a folder that holds some.")
    return files, _document(files[0])[1].provider


def check_address(address: str) -> None:
    """Refuse an address that is no web server's, or that leads to the metadata of a cloud.

    Raises:
        UsageError: Such an address.
    """
    if not address:
        return
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{address} is no address of a provider", remedy="Write http://127.0.0.1:PORT.")
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(parts.hostname, parts.port or 80)}
    except OSError as error:
        raise UsageError(f"{parts.hostname} is not known here: {error}", remedy="Name a host that exists.") from error
    if any(ipaddress.ip_address(str(one).split("%")[0]).is_link_local for one in found):
        raise UsageError(f"{address} is link-local, where clouds keep credentials", remedy="Name the provider itself.")


def _document(file: Path) -> tuple[Path, Pact]:
    if not file.is_file():
        raise UsageError(f"there is no file {file}", remedy="Name a pact file.")
    path = file.resolve()
    document = Library(FolderTree(path.parent)).load(path.name)
    if not is_pact(document.value):
        raise UnreadableError(f"{file} is no pact", remedy="Name a file with consumer and provider.")
    return path, read_pact(document)  # refuses plug-ins


def _pact(file: Path, provider: str) -> dict[str, Any]:
    path, found = _document(file)
    if found.provider != provider:
        raise UsageError(
            f"{file} is a pact with {found.provider}, not with {provider}",
            remedy=f"Verify it with --provider {found.provider}.",
        )
    value: dict[str, Any] = json.loads(path.read_text("utf-8-sig"))
    value.setdefault("interactions", value.pop("messages", []))
    return value


def _run(provider: Provider, pacts: Sequence[Mapping[str, Any]]) -> list[Answer]:
    with TemporaryDirectory(prefix="verify-") as folder:
        job, answers = Path(folder, "job.json"), Path(folder, "answers.jsonl")
        job.write_text(json.dumps(_job(provider, _written(pacts, Path(folder)))), "utf-8")
        command = [sys.executable, "-P", "-m", "harness.pacts.verifier_process", str(job), str(answers)]
        failed = _finished(command, _environment(provider, Path(folder)), provider.seconds)
        lines = answers.read_text("utf-8").splitlines() if answers.is_file() else []
    found = [_answer(json.loads(line)) for line in lines]
    return found + [Answer({}, failed or "the verifier ended without an answer")] * (len(pacts) - len(found))


def _written(pacts: Sequence[Mapping[str, Any]], folder: Path) -> list[str]:
    """Write each pact again, as we read it, with nothing that a library could act on beside the interactions."""
    paths = []
    for number, pact in enumerate(pacts):
        metadata = {name: value for name, value in (pact.get("metadata") or {}).items() if name != "plugins"}
        path = folder / f"pact-{number}.json"
        path.write_text(json.dumps({**pact, "metadata": metadata}), "utf-8")
        paths.append(str(path))
    return paths


def _job(provider: Provider, paths: list[str]) -> dict[str, Any]:
    return {
        "provider": provider.name,
        "url": provider.url,
        "handlers": str(provider.handlers.resolve()) if provider.handlers else "",
        "state_url": provider.state_url,
        "headers": dict(provider.headers),
        "timeout_ms": int(provider.request_seconds * 1000),
        "pacts": paths,
    }


def _environment(provider: Provider, folder: Path) -> dict[str, str]:
    plugins = folder / "plugins"
    plugins.mkdir()
    local = ["127.0.0.1", "localhost", "::1", urlsplit(provider.url).hostname, urlsplit(provider.state_url).hostname]
    reachable = ",".join(dict.fromkeys(host for host in local if host))
    proxies = {name: NOBODY for word in ("http", "https", "all") for name in (f"{word}_proxy", f"{word}_proxy".upper())}
    return {
        **os.environ,
        **proxies,
        "no_proxy": reachable,
        "NO_PROXY": reachable,
        "HOME": str(folder),
        "PACT_PLUGIN_DIR": str(plugins),
        "PACT_DO_NOT_TRACK": "true",
    }


def _finished(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> str:
    """Run the process; return why it did not end well, "" if it did."""
    try:
        done = subprocess.run(  # noqa: S603  (our own module, by our own interpreter)
            command, env=dict(environment), capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return f"the verifier did not end within {seconds:g} s"
    if done.returncode == 0:
        return ""
    last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return f"the verifier ended with code {done.returncode}: {last[:300]}"


def _answer(row: Mapping[str, Any]) -> Answer:
    return Answer(
        row["results"] or {},
        row["raised"],
        tuple((name, why) for name, why in row["missing_states"]),
        tuple((name, why) for name, why in row["missing_messages"]),
        row["output"],
    )
