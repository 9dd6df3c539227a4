"""`harness compare OLD NEW`: is this contract compatible, proved with a payload?"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.comparing import Answer, Judging, compare_opened, head_day
from harness.cli.kept_answers import Told, told_once
from harness.cli.options import Decorated, as_of_option, format_option, no_cache_option, repo_option
from harness.cli.output import write, write_file
from harness.model import ContentModel, ContractKind, UsageError, Verdict

if TYPE_CHECKING:
    from harness.model import ContractComparison

EVERY = 1_000_000
_EXIT = {Verdict.COMPATIBLE: 0, Verdict.BREAKING: 1, Verdict.UNPROVEN: 3}


def _judging_options(function: Decorated) -> Decorated:
    """Add the options that change how two contracts are judged."""
    for option in (
        click.option("--mode", type=click.Choice(["backward", "forward", "full"]), default=None,
                     help="Which direction decides (JSON Schema and Avro only; default: backward)."),
        click.option("--format-assertion", type=click.Choice(["on", "off"]), default=None,
                     help="Whether `format` limits values (default: as the content model says)."),
        click.option("--content-model", type=click.Choice([m.value for m in ContentModel]), default=None,
                     help="What readers do with undeclared fields (default: declared; open for JSON Schema)."),
        click.option("--kind", type=click.Choice([k.value for k in ContractKind]), default=None,
                     help="Language of both documents (default: found)."),
    ):  # fmt: skip
        function = option(function)
    return function


@click.command()
@click.argument("operands", nargs=-1, metavar="OLD NEW")
@_judging_options
@as_of_option
@format_option
@click.option("--all", "show_all", is_flag=True, help="Show every change, however many.")
@click.option("--timings", is_flag=True, help="Add milliseconds to JSON output (which is then not reproducible).")
@click.option("--batch", type=click.Path(path_type=Path, dir_okay=False), help="Read pairs from a JSON Lines file.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where --batch writes its rows.")
@no_cache_option
@repo_option
def compare(**options: Any) -> int:
    """Compare two versions of one contract, with proof.

    OLD and NEW are files, folders, NAME@VERSION, or git objects REF:PATH.
    Exit code 0 compatible, 1 breaking, 3 unproven or unreadable.
    """
    operands: tuple[str, ...] = options["operands"]
    if options["batch"] is not None:
        if operands or options["out"] is None:
            raise UsageError("--batch goes with --out and without OLD and NEW.")
        _refuse_judging(options)
        return _batch(options)
    if len(operands) != 2:
        raise UsageError(
            f"compare takes two contracts, OLD and NEW; {len(operands)} given.",
            remedy="harness compare old.yaml new.yaml",
        )
    judging = Judging(**{name: options[name] for name in Judging.__dataclass_fields__})
    told = _told((operands[0], operands[1]), judging, options)
    write(told.text)
    return told.code


def _told(operands: tuple[str, str], judging: Judging, options: dict[str, Any]) -> Told:
    """Answer, or look up what was answered to the same question about the same bytes."""
    from harness.registry import open_operand  # noqa: PLC0415  (start-up)

    repo = options["repo"]
    judging = replace(judging, as_of=judging.as_of or head_day(repo))
    opened = (open_operand(operands[0], repo), open_operand(operands[1], repo))

    def work() -> Told:
        answer = compare_opened(opened, repo, judging)
        if options["form"] == "json":
            text = _as_json(answer, timings=options["timings"])
        else:
            text = _as_text(answer, most=EVERY if options["show_all"] else 20)
        return Told(text, exit_code(answer.comparison))

    if options["timings"]:
        return work()
    return told_once((*operands, judging, options["form"], options["show_all"]), opened, work)


def _as_json(answer: Answer, *, timings: bool) -> str:
    from harness.compat.encoding import comparison_to_json, dumps  # noqa: PLC0415  (start-up)

    row = comparison_to_json(answer.comparison) | ({"ms": answer.milliseconds} if timings else {})
    return dumps(row, indent=1) + "\n"


def _as_text(answer: Answer, *, most: int) -> str:
    from harness.report.compare_text import comparison_text  # noqa: PLC0415  (start-up)

    return comparison_text(answer.comparison, answer.declared, most=most)


def exit_code(comparison: ContractComparison) -> int:
    """0 compatible, 1 breaking, 3 unproven."""
    return _EXIT[comparison.verdict]


def _refuse_judging(options: dict[str, Any]) -> None:
    """Refuse the options that a batch takes row by row, rather than ignore them."""
    for name in ("kind", "content_model", "mode", "format_assertion"):
        if options[name] is not None:
            flag = name.replace("_", "-")
            raise UsageError(
                f"--{flag} does not go with --batch: each row says for itself.",
                remedy="Write kind, content_model and dialect into the rows.",
            )


def _batch(options: dict[str, Any]) -> int:
    """Judge every row; exit 0 whatever the verdicts, since each row carries its own."""
    from harness.compat.batch import run_batch  # noqa: PLC0415  (start-up)

    pairs: Path = options["batch"]
    try:
        lines = pairs.read_bytes().split(b"\n")
    except OSError as error:
        raise UsageError(f"cannot read {pairs}: {error}", remedy="Name a file of JSON rows.") from error
    as_of = options["as_of"] or head_day(options["repo"])
    rows = run_batch(lines, base=pairs.parent, timings=options["timings"], as_of=as_of)
    write_file(options["out"], "".join(f"{row}\n" for row in _with_progress(rows, len(lines))))
    return 0


def _with_progress(rows: Iterable[str], total: int) -> Iterable[str]:
    """Show a bar on a terminal while rows are judged; nothing elsewhere."""
    if not sys.stderr.isatty():
        return rows
    from rich.console import Console  # noqa: PLC0415  (75 ms of CPU, for people only)
    from rich.progress import track  # noqa: PLC0415

    return track(rows, "Comparing", total=total, console=Console(stderr=True), transient=True)
