"""`harness metrics` and `harness objectives`: figures with their denominators, and what is attained of the targets."""

from __future__ import annotations

import importlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.opening import open_library, open_repository
from harness.cli.options import format_option, history_option, repo_option
from harness.cli.output import write, write_error, write_file
from harness.cli.storing import opened_history
from harness.model import HarnessError, UnreadableError, UsageError

if TYPE_CHECKING:
    from harness.history import History
    from harness.metrics.facts import ChangeFact, Facts, Window
    from harness.metrics.objectives import Attained, Objective
    from harness.metrics.roi import Worth
    from harness.model.facts import Cursor

_ENVIRONMENT = click.option("--environment", default="", help="Only this environment (default: all).")
_FACTS = click.option(
    "--facts",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Facts of real ledgers: JSON Lines of a reconciliation adapter (may be repeated).",
)
_NO_READ = click.option(
    "--no-read",
    "keeps_still",
    is_flag=True,
    help="With --environment: show what was read before, and ask no system now.",
)
_LARGEST = 256 << 20
_LONGEST = timedelta(days=400)
"""How far back contract changes are looked for."""


@click.command()
@_ENVIRONMENT
@click.option("--window", "length", default=None, metavar="24h|28d", help="What is counted (default: 24h).")
@_NO_READ
@_FACTS
@click.option(
    "--roi", type=click.Path(path_type=Path, exists=True), default=None, help="Baseline file; prints a range."
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Also write the page for finance: one file, no script.",
)
@click.option("--otlp", default="", metavar="URL", help="Also push all of it to a collector, by OTLP over HTTP.")
@click.option(
    "--otlp-header-env", default="", metavar="NAME", help="Variable with a header: `Authorization: Bearer X`."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "openmetrics"]),
    default="text",
    help="What standard output holds; openmetrics counts everything that is kept.",
)
@history_option
@repo_option
def metrics(environment: str, length: str | None, form: str, place: str | None, repo: Path, **more: Any) -> int:
    """Show what arrived: each figure with numerator, denominator, window and source.

    Figures of probes (synthetic) and of ledgers (real) stand beside each other and are never added. 0 of 0 is
    "nothing compared", never 100 %.
    """
    if form == "openmetrics" and length:
        raise UsageError(
            "counters count since the beginning, so a window would make them run backwards",
            remedy="Leave --window out; Prometheus takes the window in its query.",
        )
    from harness.metrics.counting import families  # noqa: PLC0415  (start-up)
    from harness.metrics.families import merged  # noqa: PLC0415
    from harness.metrics.openmetrics import openmetrics  # noqa: PLC0415
    from harness.metrics.reading import whole_history  # noqa: PLC0415

    _window(length or "24h", datetime.now(UTC))  # asked wrongly is said before anything is read
    read = _read_now(repo, place, environment, keeps_still=more["keeps_still"])
    now = datetime.now(UTC)  # what has just been read belongs into the window
    everything = whole_history(now)
    window = _window(length or "24h", now)
    exposes = form == "openmetrics" or more["otlp"]
    facts = _facts(repo, place, environment, everything if exposes else window, more["files"])
    if exposes:
        exposed, created = merged(families(one, everything) for one in facts), _first(facts, now)
        if more["otlp"]:
            _push(exposed, more["otlp"], more["otlp_header_env"], created, now)
        if form == "openmetrics":
            write(openmetrics(exposed, created))
            return 0
    if more["page"]:
        if len(names := {one.environment for one in facts if one.environment}) > 1:
            raise UsageError(
                f"one page shows one environment, and here are {', '.join(sorted(names))}",
                remedy="Name it: --environment NAME.",
            )
        _write_page(more["page"], repo, place, environment, more["files"], facts, window, read)
    return _show(facts, window, form, more["roi"], read)


def _write_page(  # noqa: PLR0913, PLR0917  (everything that stands on it)
    path: Path,
    repo: Path,
    place: str | None,
    environment: str,
    files: tuple[Path, ...],
    facts: tuple[Facts, ...],
    window: Window,
    read: tuple[Cursor, ...],
) -> None:
    from harness.metrics.counting import families  # noqa: PLC0415  (start-up)
    from harness.metrics.families import merged  # noqa: PLC0415
    from harness.metrics.figures import figures, payment_latency  # noqa: PLC0415
    from harness.metrics.objectives import read_objectives  # noqa: PLC0415
    from harness.report.figures_page import figures_html, figures_page  # noqa: PLC0415

    found, _ = read_objectives(open_library(repo))
    attained = _attained(found, repo, place, environment, files) if found else []
    counted = merged(families(one, window) for one in facts)
    latencies = [row for one in facts for row in payment_latency(one, window)]
    page = figures_page(facts, window, figures(counted), latencies, attained, read, counted)
    write_file(path, figures_html(page))
    write(f"✓ {path}\n", err=True)


def _show(several: tuple[Facts, ...], window: Window, form: str, roi: Path | None, read: tuple[Cursor, ...]) -> int:
    from harness.metrics.counting import families  # noqa: PLC0415  (start-up)
    from harness.metrics.figures import figures, payment_latency  # noqa: PLC0415
    from harness.report.changes_text import changes_json, changes_text  # noqa: PLC0415
    from harness.report.metrics_text import metrics_json, metrics_text, read_json, read_text  # noqa: PLC0415

    blocks = []
    for facts in several:
        counted, worth = families(facts, window), _worth(roi, facts, window) if facts is several[-1] else ()
        blocks.append((facts.environment, window, figures(counted), payment_latency(facts, window), counted, worth))
    changes = tuple(one for facts in several for one in facts.changes if window.has(one.merged_at))
    if form == "json":
        told = [{**metrics_json(*one), "ledgers": read_json(read), "changes": changes_json(changes)} for one in blocks]
        write(_json(told))
        return 0
    shown = [one for one in blocks if one[0] or one[2] or one[3] or one[5]]
    write("\n".join(metrics_text(*one) for one in shown or blocks))
    write(changes_text(changes))
    write("\nsynthetic: made by probes; real: told by the ledgers. The two are never added.\n")
    write(read_text(read, window.until))
    return 0


@click.command()
@_ENVIRONMENT
@_NO_READ
@_FACTS
@click.option(
    "--export",
    "export",
    type=click.Choice(["sloth", "openslo-v1alpha", "pyrra"]),
    default=None,
    help="Print the objectives for another tool instead.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Folder for --export.")
@format_option
@history_option
@repo_option
def objectives(environment: str, form: str, place: str | None, repo: Path, **more: Any) -> int:
    """Show what is attained of each objective, and the budget left in runs.

    Objectives are OpenSLO documents in catalog/objectives/. Exit code 0 all attained, 1 one missed, 3 one could not
    be told: nothing compared, too few to say, or a document that cannot be read.
    """
    from harness.metrics.objectives import read_objectives  # noqa: PLC0415  (start-up)
    from harness.report.metrics_text import objectives_json, objectives_text, read_text  # noqa: PLC0415

    found, problems = read_objectives(open_library(repo))
    for problem in problems:
        write_error(problem)
    if more["export"]:
        return _export(found, more["export"], more["out"]) or (3 if problems else 0)
    if not found and not problems:
        raise UsageError("there are no objectives here", remedy="Write OpenSLO documents in catalog/objectives/.")
    read = _read_now(repo, place, environment, keeps_still=more["keeps_still"])
    rows = _attained(found, repo, place, environment, more["files"])
    write(_json(objectives_json(rows)) if form == "json" else objectives_text(rows))
    if form == "text":
        write(read_text(read, datetime.now(UTC)))
    return _exit_code(rows, problems)


def _attained(
    found: tuple[Objective, ...], repo: Path, place: str | None, environment: str, files: tuple[Path, ...]
) -> list[Attained]:
    from harness.metrics.counting import families  # noqa: PLC0415  (start-up)
    from harness.metrics.facts import Window  # noqa: PLC0415
    from harness.metrics.families import merged  # noqa: PLC0415
    from harness.metrics.objectives import attained  # noqa: PLC0415

    now = datetime.now(UTC)
    longest = max((one.window for one in found), default=timedelta(days=28))
    facts = _facts(repo, place, environment, Window(now - longest, now), files)
    counted = {
        length: merged(families(one, Window(now - length, now)) for one in facts)
        for length in {one.window for one in found}
    }
    return [attained(one, counted[one.window]) for one in found]


def _exit_code(rows: list[Attained], problems: list[HarnessError]) -> int:
    from harness.metrics.objectives import State  # noqa: PLC0415  (start-up)

    if any(one.state is State.MISSED for one in rows):
        return 1
    return 3 if problems or any(one.state is not State.MET for one in rows) else 0


def _export(found: tuple[Objective, ...], form: str, out: Path | None) -> int:
    """Print or write the documents of another tool; an objective that it cannot express is exit 3."""
    from harness.metrics.exporting import exported, yaml_text  # noqa: PLC0415  (start-up)

    documents, left_out = exported(found, form)
    if out is None:
        write("---\n".join(yaml_text(one) for one in documents))
    else:
        for number, one in enumerate(documents):
            write_file(out / f"{found[number].name}.yaml", yaml_text(one))
    for sentence in left_out:
        write(f"? {sentence}\n", err=True)
    return 3 if left_out else 0


def _facts(
    repo: Path, place: str | None, environment: str, window: Window, files: tuple[Path, ...]
) -> tuple[Facts, ...]:
    """Return facts an environment each, those of ledgers in the last."""
    from harness.metrics.reading import read_facts, read_ledger_facts  # noqa: PLC0415  (start-up)

    with opened_history(repo, place) as history:
        facts = read_facts(history, environment, window)
        last = replace(facts[-1], changes=_changes(repo, history, environment, window))
    for path in files:
        last = read_ledger_facts(_text(path), str(path), last)
    return (*facts[:-1], last)


def _changes(repo: Path, history: History, environment: str, window: Window) -> tuple[ChangeFact, ...]:
    """Return the contract changes that were merged in a window, with the failures traced to them."""
    from harness.catalog import read_catalog  # noqa: PLC0415  (start-up)
    from harness.history import runs_since, verifications_of  # noqa: PLC0415
    from harness.metrics.changes import contract_of, failures_of_consumers, failures_of_probes, traced  # noqa: PLC0415
    from harness.metrics.facts import ChangeFact  # noqa: PLC0415
    from harness.metrics.runs import is_counted  # noqa: PLC0415

    repository = open_repository(repo)
    if repository is None:
        return ()
    since = max(window.since, window.until - _LONGEST)
    try:
        landed = repository.merged(repository.default_base(), since, "contracts")
    except HarnessError:
        return ()  # no branch that anything is merged to: nothing was
    changes = []
    for commit, paths, began in landed:
        names = tuple(sorted({name for path in paths if (name := contract_of(path))}))
        if names:
            changes.append(ChangeFact(commit.time, began_at=began, commit=commit.short, contracts=names))
    if not changes:
        return ()
    catalog = read_catalog(open_library(repo), ["catalog/**/*.yaml"])
    runs = runs_since(history, since - _LONGEST / 10, window.until, environment=environment, steps=False)
    failures = failures_of_probes([run for run in runs if is_counted(run)], catalog)
    return traced(changes, [*failures, *failures_of_consumers(verifications_of(history), catalog)])


def _read_now(repo: Path, place: str | None, environment: str, *, keeps_still: bool) -> tuple[Cursor, ...]:
    """Read the ledgers of an environment into the history, and return how far each list was read.

    An environment that cannot be read is said, and its earlier figures are shown.
    """
    from harness.cli.entry_points import added  # noqa: PLC0415  (start-up)
    from harness.history import cursors_of  # noqa: PLC0415

    where = added("LEDGERS") if environment and not keeps_still else ""
    with opened_history(repo, place, create=bool(where)) as history:
        if where:
            module, _, function = where.partition(":")
            try:
                getattr(importlib.import_module(module), function)(environment, history)
            except HarnessError as error:
                write(f"? ledgers of {environment} not read now: {error.message}\n", err=True)
        return cursors_of(history, environment)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableError(f"{path} is larger than 256 MB", remedy="Split it by day.")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{path} cannot be read", remedy="It is UTF-8, one JSON object a line.") from error


def _window(text: str, now: datetime) -> Window:
    from harness.metrics.facts import Window  # noqa: PLC0415  (start-up)
    from harness.metrics.objectives import parse_window  # noqa: PLC0415

    length = parse_window(text)
    if length is None:
        raise UsageError(f'"{text}" is no window', remedy="Write 24h, 28d or 4w.")
    return Window(now - length, now)


def _first(facts: tuple[Facts, ...], now: datetime) -> datetime:
    """Return since when counters count: the first run that is kept."""
    return min((run.started for one in facts for run in one.runs), default=now)


def _worth(path: Path | None, facts: Facts, window: Window) -> tuple[Worth, ...]:
    if path is None:
        return ()
    from harness.documents import parse  # noqa: PLC0415  (start-up)
    from harness.metrics.roi import now_of, read_baseline, worth  # noqa: PLC0415

    return worth(read_baseline(parse(path.read_bytes(), str(path))), now_of(facts, window))


def _push(families: Any, url: str, variable: str, created: datetime, now: datetime) -> None:
    from harness.metrics.otlp import push  # noqa: PLC0415  (start-up)

    name, _, value = os.environ.get(variable, "").partition(":") if variable else ("", "", "")
    count = push(families, url, created, now, {name.strip(): value.strip()} if name else None)
    write(f"✓ {count} metrics pushed\n", err=True)


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n"
