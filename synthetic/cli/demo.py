"""`harness demo`: the whole story on a throw-away repository; ends by saying what it showed and where the report is."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.output import write, write_file
from synthetic.cli.journey import show_journey
from synthetic.cli.landscape import (
    CURRENT,
    INVOICES,
    copy_landscape,
    published_spec,
    with_footer,
    with_text_tax_amount,
    without_tax_amount,
)

if TYPE_CHECKING:
    from harness.governance import GateReport
    from harness.model import ContractComparison

REPORTS = ("html", "markdown", "json", "sarif", "junit")
_ENDINGS = {"markdown": "md", "sarif": "sarif.json", "junit": "xml"}


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of the demo: its name, the version it publishes, the edit, and what it shows."""

    name: str
    version: str
    edit: Callable[[str], str]
    shows: str


BRANCHES = (
    Branch("add-footer", "2.4.0", with_footer, "one safe change pass"),
    Branch("drop-tax-amount", "2.3.1", without_tax_amount, "one stopped with proof"),
    Branch("retype-tax", "3.0.0", with_text_tax_amount, "one waiting for finance"),
)


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports/out"),
    show_default=True,
    help="Folder for the reports.",
)
def demo(out: Path) -> int:
    """Run the whole story on a throw-away repository.

    Makes a repository from the reference landscape, runs the gate on three branches, compares two published versions
    of a real billing API, lets one subscription travel through billing, sync and ledger as processes on loopback, and
    writes every report.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="contract-harness-") as folder:
        root = Path(folder)
        write(
            "A billing and ERP landscape in a throw-away repository, three branches that change the invoices API.\n\n"
        )
        make_repository(root)
        reports = [(branch, judge(root, branch, out)) for branch in BRANCHES]
        write("A real billing API: two published versions of Stripe's OpenAPI document.\n")
        comparison = compare_published(root)
    travelled = show_journey()
    write_index(out, reports)
    write(closing_words(reports, comparison, out, time.monotonic() - started, travelled=travelled))
    return 0


def make_repository(root: Path) -> None:
    """Make a git repository with the landscape on `main` and one branch per edit."""
    copy_landscape(root)
    git = _git(root)
    git("init", "--quiet", "--initial-branch=main")
    git("add", "--all")
    git("commit", "--quiet", "--message", "The landscape as it is")
    current = (root / INVOICES / CURRENT / "openapi.yaml").read_text("utf-8")
    for branch in BRANCHES:
        git("switch", "--quiet", "--create", branch.name, "main")
        path = root / INVOICES / branch.version / "openapi.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(branch.edit(current), encoding="utf-8")
        git("add", "--all")
        git("commit", "--quiet", "--message", f"billing-invoices {branch.version}")
    git("switch", "--quiet", "main")


def _git(root: Path) -> Callable[..., None]:
    """Return a function that runs git in `root` with a fixed identity and without the user's configuration."""
    who = {"NAME": "Bo Lind", "EMAIL": "bo.lind@aster.example", "DATE": "2026-11-22T09:00:00+00:00"}
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(root),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()},
    }

    def run(*arguments: str) -> None:
        subprocess.run(  # noqa: S603  (fixed arguments, throw-away folder)
            ["git", *arguments],  # noqa: S607  (git is found on the path on purpose)
            cwd=root,
            env=environment,
            check=True,
            stdin=subprocess.DEVNULL,
        )

    return run


def judge(root: Path, branch: Branch, out: Path) -> GateReport:
    """Run the gate on one branch, show its screen and write its reports."""
    from harness.cli.gate import render  # noqa: PLC0415  (start-up)
    from harness.governance import gate  # noqa: PLC0415
    from harness.report.gate_text import gate_text  # noqa: PLC0415

    write(f"$ harness gate --base main --head {branch.name}\n")
    report = gate(root, "main", branch.name)
    write(gate_text(report) + "\n")
    for kind in REPORTS:
        write_file(out / branch.name / f"gate.{_ENDINGS.get(kind, kind)}", render(report, kind))
    return report


def compare_published(root: Path) -> ContractComparison:
    """Compare the two published versions of Stripe's API that travel with the package."""
    from harness.compat import compare_contracts  # noqa: PLC0415  (start-up)

    paths = [root / f"{name}.json" for name in ("stripe-2021-08", "stripe-2022-02")]
    for path in paths:
        path.write_bytes(published_spec(path.stem))
    with _progress("$ harness compare stripe-2021-08.json stripe-2022-02.json"):
        return compare_contracts(str(paths[0]), str(paths[1]))


@contextmanager
def _progress(line: str) -> Iterator[None]:
    """Show a line at once, and how long it took when it is done."""
    write(line)
    sys.stdout.flush()
    started = time.monotonic()
    yield
    write(f"   {time.monotonic() - started:.1f} s\n\n")


def write_index(out: Path, reports: list[tuple[Branch, GateReport]]) -> None:
    """Write the page that leads to the change-impact pages."""
    from harness.report.index import Entry, index_html  # noqa: PLC0415  (start-up)

    entries = [Entry(b.name, r.decision, r.sentence, f"{b.name}/gate.html") for b, r in reports]
    write_file(out / "index.html", index_html("Changes of the demo", tuple(entries)))


def closing_words(
    reports: list[tuple[Branch, GateReport]],
    comparison: ContractComparison,
    out: Path,
    seconds: float,
    *,
    travelled: bool,
) -> str:
    """Return the last lines: the decisions, what was measured on the real API, and where the reports are."""
    from harness.model import Verdict  # noqa: PLC0415  (start-up)
    from harness.report.gate_text import GLYPHS  # noqa: PLC0415

    width = max(len(branch.name) for branch, _ in reports)
    lines = [
        f"  {b.name.ljust(width)}  {GLYPHS[r.decision]} {r.decision.value.ljust(15)} {r.sentence}" for b, r in reports
    ]
    breaking = [c for c in comparison.changes if c.verdict is Verdict.BREAKING]
    shown = sum(c.witness is not None for c in breaking)
    unproven = sum(c.verdict is Verdict.UNPROVEN for c in comparison.changes)
    told = f"{len(comparison.changes)} root causes, {len(breaking)} breaking, {shown} of them with a payload"
    lines.append(f"  Stripe 2021-08 to 2022-02: {told}, {unproven} unproven")
    if travelled:
        lines.append("  One subscription: billed, posted once in the right company, paid, deferred, entitled, forecast")
    lines.append(f"You saw: {', '.join(branch.shows for branch, _ in reports)}.")
    lines.append(f"Open:    {out / 'index.html'}   Try:  harness gate --base main   (took {seconds:.0f} s)")
    return "\n".join(lines) + "\n"
