"""OpenAPI pairs that others labelled, judged by us and by oasdiff and libopenapi in the same run.

Run by `make bench`. A pair is breaking to oasdiff where it finds an error, to libopenapi where it counts a breaking
change. Milliseconds of the peers include the start of their process; ours are taken in a running one. The peers are
looked for in `.cache/peers/bin` and on the path: `go install github.com/oasdiff/oasdiff@latest`, and
`what_changed/main.go` beside this file. oasdiff's own cases are its own answers, so it is not asked about them.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from commands import tool

from harness.compat.batch import compare_row

ROOT = Path(__file__).parents[2]
AS_OF = "2026-07-24"
"""The day on which oasdiff's published answers were taken."""
Judge = Callable[[dict[str, object], Path], str]


def rows(name: str) -> list[dict[str, object]]:
    """Return the pairs of a file that have a label."""
    path = Path(os.environ.get("HARNESS_CORPUS", ROOT.parent / "shared/corpus")) / "compat" / f"{name}.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    found = [json.loads(line) for line in lines]
    return [row for row in found if row["expected"].get("breaking") is not None]


def ours(row: dict[str, object], folder: Path) -> str:
    """Ask our own comparison."""
    asked = {"id": 1, "kind": "openapi", "old": row["old"], "new": row["new"], "as_of": AS_OF}
    return str(compare_row(asked, base=folder).get("verdict") or "crashed")


def oasdiff(program: str) -> Judge:
    """Return a judge: `breaking` exits with 1 where there is an error, 0 where there is none."""

    def judge(_row: dict[str, object], folder: Path) -> str:
        asked = [program, "breaking", str(folder / "old.json"), str(folder / "new.json"), "--fail-on", "ERR"]
        done = subprocess.run(asked, capture_output=True, check=False, timeout=60)
        return {0: "compatible", 1: "breaking"}.get(done.returncode, "crashed")

    return judge


def libopenapi(program: str) -> Judge:
    """Return a judge: it counts breaking changes."""

    def judge(_row: dict[str, object], folder: Path) -> str:
        asked = [program, str(folder / "old.json"), str(folder / "new.json")]
        done = subprocess.run(asked, capture_output=True, check=False, timeout=60)
        if done.returncode:
            return "crashed"
        told = re.search(rb"(\d+) breaking", done.stderr)
        return "breaking" if told and int(told[1]) else "compatible"

    return judge


def judges() -> Iterator[tuple[str, Judge | None]]:
    """Yield every tool, None for one that is not here."""
    yield "harness", ours
    for name, program, make in (("oasdiff", "oasdiff", oasdiff), ("libopenapi", "libopenapi-what-changed", libopenapi)):
        path = tool(program)
        yield name, make(path) if path else None


def asked(judge: Judge, pairs: list[dict[str, object]], folder: Path) -> tuple[Counter[str], list[float]]:
    """Return how the answers compare with the labels, and the milliseconds of each."""
    counts, times = Counter[str](), []
    for row in pairs:
        for side in ("old", "new"):
            (folder / f"{side}.json").write_text(json.dumps(row[side]), encoding="utf-8")
        start = time.perf_counter()
        answer = judge(row, folder)
        times.append((time.perf_counter() - start) * 1000)
        label = "breaking" if row["expected"]["breaking"] else "compatible"  # type: ignore[index]  # JSON
        decided = answer in {"breaking", "compatible"}
        counts["agrees" if answer == label else f"missed {answer}" if decided else answer] += 1
    return counts, times


def main() -> None:
    """Print a table a file."""
    out = sys.stdout
    for name in ("apihub", "openapi_diff", "oasdiff"):
        pairs = rows(name)
        out.write(f"{name}: {len(pairs)} pairs with a label" + ("\n" if pairs else ", absent\n"))
        for tool_name, judge in judges() if pairs else ():
            if judge is None or tool_name == name:
                out.write(f"  {tool_name:12} {'absent' if judge is None else 'wrote the labels'}\n")
                continue
            with tempfile.TemporaryDirectory() as folder:
                counts, times = asked(judge, pairs, Path(folder))
            out.write(
                f"  {tool_name:12} {counts['agrees'] / len(pairs):6.1%} agreed, "
                f"{counts['missed compatible']} called compatible, {counts['missed breaking']} called breaking, "
                f"{counts['unproven']} unproven, {counts['crashed']} crashed, {statistics.median(times):.1f} ms\n"
            )
            out.flush()


if __name__ == "__main__":
    main()
