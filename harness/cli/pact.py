"""`harness pact`: pacts against specifications, running providers and recorded traffic."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import format_option
from harness.cli.output import write, write_file
from harness.cli.pact_verify import verify
from harness.model import UsageError

if TYPE_CHECKING:
    from harness.pacts.report import SpecificationCheck

_BATCH = click.option("--batch", type=click.Path(path_type=Path, dir_okay=False), help="Read cases from JSON Lines.")
_OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where --batch writes its rows.")


@click.group()
def pact() -> None:
    """Check pacts against specifications, verify running providers, and match recorded traffic against pacts."""


pact.add_command(verify)


@pact.command()
@click.option("--pact", "pact_path", type=click.Path(path_type=Path), help="A pact file.")
@click.option(
    "--spec", "specs", type=click.Path(path_type=Path), multiple=True, help="OpenAPI or AsyncAPI file; may be repeated."
)
@_BATCH
@_OUT
@format_option
def check(pact_path: Path | None, specs: tuple[Path, ...], batch: Path | None, out: Path | None, form: str) -> int:
    """Compare a pact with the specification of its provider, without running anything.

    Exit code 0 the provider promises what the consumer expects, 1 it does not, 3 something could not be read.
    """
    if batch is not None or out is not None:
        if pact_path is not None or specs:
            raise UsageError("--batch goes with --out and without --pact and --spec.")
        from harness.pacts.batch import check_rows  # noqa: PLC0415  (start-up)

        return _batch(batch, out, check_rows)
    if pact_path is None or not specs:
        raise UsageError("a check takes a pact and a specification.", remedy="harness pact check --pact P --spec S")
    from harness.pacts.report import check_files, check_json, check_text  # noqa: PLC0415  (start-up)

    found: SpecificationCheck = check_files(pact_path, specs)
    if form == "json":
        write(json.dumps(check_json(found), indent=1, ensure_ascii=False, default=str) + "\n")
    else:
        write(check_text(found))
    return found.exit_code


@pact.command()
@click.option("--pact", "pact_path", type=click.Path(path_type=Path), required=True, help="A pact file.")
@click.option("--spec", "specs", type=click.Path(path_type=Path), multiple=True, help="OpenAPI or AsyncAPI file.")
@format_option
def fields(pact_path: Path, specs: tuple[Path, ...], form: str) -> int:
    """List which fields, headers, parameters and statuses a pact uses, and the schema behind each field.

    A field that is not listed is not known to be unused: a consumer without a pact may read it.
    """
    from harness.pacts.report import fields_json, fields_text, read_files  # noqa: PLC0415  (start-up)

    given = read_files(pact_path, specs)
    if form == "json":
        write("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in fields_json(given)))
    else:
        write(fields_text(given))
    return 0


@pact.command()
@_BATCH
@_OUT
def match(batch: Path | None, out: Path | None) -> int:
    """Match requests, responses and messages against what pacts expect, for specification versions 1 to 4.

    Rows are {"id", "spec_version", "part", "expected", "actual"}; answers are {"id", "match"}, null where it cannot
    be decided.
    """
    from harness.pacts.batch import match_rows  # noqa: PLC0415  (start-up)

    return _batch(batch, out, match_rows)


def _batch(batch: Path | None, out: Path | None, answer: Callable[[Iterable[bytes]], Iterator[dict[str, Any]]]) -> int:
    """Answer every row; exit 0 whatever the answers, since each row carries its own."""
    if batch is None or out is None:
        raise UsageError(
            "--batch goes with --out.", remedy="harness pact match --batch CASES.jsonl --out RESULTS.jsonl"
        )
    try:
        lines = batch.read_bytes().split(b"\n")
    except OSError as error:
        raise UsageError(f"cannot read {batch}: {error.strerror}", remedy="Name a file of JSON rows.") from error
    write_file(out, "".join(f"{json.dumps(row, ensure_ascii=True, default=str)}\n" for row in answer(lines)))
    return 0
