"""From two operands of the command line to one comparison."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.opening import open_repository
from harness.model import Bump, ContractComparison, HarnessError

if TYPE_CHECKING:
    from harness.documents import Library

    Opened = tuple[tuple[Library, str], tuple[Library, str]]


_COLLECTED = (100_000, 50, 50)
"""Look for garbage less often: two documents are a million objects that live to the end, and there is little else."""


@dataclass(frozen=True, slots=True)
class Judging:
    """How two contracts are to be judged; None means the default of the kind."""

    kind: str | None = None
    content_model: str | None = None
    format_assertion: str | None = None
    mode: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A comparison, the step that the version numbers declare, and how long it took."""

    comparison: ContractComparison
    declared: Bump
    milliseconds: float


def compare_operands(old: str, new: str, repo: Path, judging: Judging) -> Answer:
    """Open OLD and NEW (file, folder, NAME@VERSION or REF:PATH) and compare them."""
    from harness.registry import open_operand  # noqa: PLC0415  (start-up)

    return compare_opened((open_operand(old, repo), open_operand(new, repo)), repo, judging)


def compare_opened(opened: Opened, repo: Path, judging: Judging) -> Answer:
    """Compare two contracts, each given as the library it is read from and its path there."""
    from harness.compat import compare_nodes  # noqa: PLC0415  (start-up)
    from harness.registry import declared_bump  # noqa: PLC0415  (start-up)

    gc.set_threshold(*_COLLECTED)
    started = time.perf_counter()
    (old_library, old_path), (new_library, new_path) = opened
    comparison = compare_nodes(
        old_library.node(old_path),
        new_library.node(new_path),
        old_library,
        new_library,
        kind=judging.kind,
        content_model=judging.content_model,
        as_of=judging.as_of or head_day(repo),
        mode=judging.mode,
        format_assertion={"on": True, "off": False, None: None}[judging.format_assertion],
    )
    declared = declared_bump(comparison.old_version, comparison.new_version)
    return Answer(comparison, declared, round((time.perf_counter() - started) * 1000, 1))


def head_day(repo: Path) -> date | None:
    """Return the day of the head commit, which sunset rules use by default; None outside a repository."""
    repository = open_repository(repo)
    try:
        return repository.head().time.date() if repository else None
    except HarnessError:
        return None  # a repository without a commit has no day yet


def contract_name(operand: str) -> str:
    """Return what a person calls an operand: the name before `@`, or the last folder or file of a path."""
    name, at, _ = operand.partition("@")
    if at:
        return name
    parts = [part for part in operand.replace(":", "/").split("/") if part not in {"", "."}]
    generic = {"openapi", "asyncapi", "schema", "swagger"}
    named = [part for part in parts if part.rpartition(".")[0] not in generic and not part[:1].isdigit()]
    return (named or parts or [operand])[-1]
