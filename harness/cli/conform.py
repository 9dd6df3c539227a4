"""`harness conform`: a running API or a stream of events against its contract."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import format_option, repo_option
from harness.cli.output import write, write_file
from harness.model import UsageError

if TYPE_CHECKING:
    from harness.conform import Target


@click.command()
@click.argument("contract")
@click.option("--url", default="", help="OpenAPI: where the server runs.")
@click.option("--from", "source", default="", help="AsyncAPI: FILE.jsonl, or nats://HOST:PORT/SUBJECT.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="Sent with each request.")
@click.option("--examples", default=50, show_default=True, help="Generated requests an operation.")
@click.option("--seed", default=1, show_default=True, help="Of the generator.")
@click.option("--all-checks", is_flag=True, help="Also those that tell of the web framework only.")
@click.option(
    "--given", type=click.Path(path_type=Path, dir_okay=False), help="JSON: what exists on the server, by operation."
)
@click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), help="Accepted failures.")
@click.option("--baseline-update", is_flag=True, help="Write what fails now into --baseline.")
@click.option("--at-least-once", is_flag=True, help="The same event twice is a warning.")
@click.option("--gapless", is_flag=True, help="A number left out in a sequence is a lost event: an error.")
@click.option("--seconds", default=0.0, help="What the run may take (default: API 600, NATS 10).")
@click.option("--count", default=0, help="NATS: stop after so many messages.")
@repo_option
@format_option
def conform(contract: str, repo: Path | None, form: str, **given: Any) -> int:
    """Hold a running system against its CONTRACT: a file, a folder, a name or NAME@VERSION.

    Exit code 0 it keeps the contract, 1 it does not, or an operation never succeeded, 3 that could not be told: the
    run did not end, or no message came.
    """
    from harness.conform import open_target  # noqa: PLC0415  (start-up)

    root = repo or Path()
    target = open_target(contract, root)
    wanted, word = ("url", "--url URL") if target.kind == "openapi" else ("source", "--from FILE.jsonl")
    if not given[wanted]:
        raise UsageError(f"{target.name} is {target.kind}, which is held against {word}", remedy=f"Add {word}.")
    if given["baseline_update"] and given["baseline"] is None:
        raise UsageError("--baseline-update needs --baseline", remedy="Add --baseline FILE.")
    if target.kind == "openapi":
        return _api(target, root, given, form)
    return _events(target, root, given, form)


def _api(target: Target, root: Path, given: Mapping[str, Any], form: str) -> int:
    from harness.conform import api, api_judging, report, sent  # noqa: PLC0415  (start-up)

    path: Path | None = given["baseline"]
    accepted = api_judging.read_baseline(path) if path else ()
    attempt = api.Attempt(
        given["url"],
        tuple(given["headers"]),
        given["examples"],
        given["seconds"] or 600,
        given["seed"],
        given["all_checks"],
        sent.read_given(given["given"], target.name) if given["given"] else {},
    )
    tried = api.try_out(target, attempt)
    found = api_judging.judge(target, attempt.url, tried, accepted, _readers(target, root))
    if path and given["baseline_update"] and not tried.stopped:
        write_file(path, api_judging.baseline_text(found, accepted))
    write(_json(report.api_json(found)) if form == "json" else report.api_text(found))
    return found.exit_code


def _events(target: Target, root: Path, given: Mapping[str, Any], form: str) -> int:
    from harness.conform import EventRules, Messages, check_events, report  # noqa: PLC0415  (start-up)

    rules = EventRules(given["at_least_once"], given["gapless"])
    messages = Messages(target.name, target.document, rules, _readers(target, root))
    source = given["source"]
    if "://" in source:
        _listen(messages, source, given)
        found = messages.result(source)
    else:
        found = check_events(messages, _lines(Path(source)), source)
    write(_json(report.events_json(found)) if form == "json" else report.events_text(found))
    return found.exit_code


def _listen(messages: Any, source: str, given: Mapping[str, Any]) -> None:
    import asyncio  # noqa: PLC0415  (start-up)

    from harness.conform.bus import Capture, capture  # noqa: PLC0415  (start-up)

    async def listen() -> None:
        number = 0
        async for payload in capture(Capture(source, given["seconds"] or 10, given["count"])):
            number += 1
            messages.take(payload, number)

    asyncio.run(listen())


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as lines:
            yield from lines
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", remedy="Name a file of JSON Lines.") from error


def _readers(target: Target, root: Path) -> dict[str, tuple[str, ...]]:
    """Return the consumers of each operation and message, as their pacts say."""
    from harness.documents import FolderTree, Library  # noqa: PLC0415  (start-up)
    from harness.documents.globs import matches  # noqa: PLC0415  (start-up)
    from harness.pacts import operations, read_pacts  # noqa: PLC0415  (start-up)
    from harness.registry import read_config  # noqa: PLC0415  (start-up)

    library = Library(FolderTree(root))
    globs = read_config(library).pacts
    paths = [path for path in library.tree.entries() if matches(path, globs)]
    offered = operations(target.document)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for pact in read_pacts(library, paths).of_provider(target.name):
        for interaction in pact.interactions:
            is_request = bool(interaction.method)
            name = offered.match(interaction.method, interaction.path) if is_request else interaction.message
            if name and pact.consumer not in found[name]:
                found[name].append(pact.consumer)
    return {name: tuple(consumers) for name, consumers in found.items()}


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
