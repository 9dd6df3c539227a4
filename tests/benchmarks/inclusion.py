"""Inclusion of one schema in another: right, silent, refused and milliseconds, beside the peers in the same run.

Run by `make bench`. Each question is asked cold: both documents compiled, decided, the counterexample verified. Peers
run in environments of their own, `.cache/peers/<name>` (`python -m venv`, `pip install jsoncompat jsonsubschema`);
absent ones are printed as absent. The external pairs come from HARNESS_CORPUS or ../shared/corpus beside the
repository; our own adversarial pairs are always there. Milliseconds are of CPU, so that other work on
the machine does not count; ratios are what counts.
"""

from __future__ import annotations

import json
import os
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import jsonschema

from harness.model import HarnessError
from harness.schema import Dialect, Prover

ROOT = Path(__file__).parents[2]
PEERS = {"jsoncompat": "analyze", "jsonsubschema": "subset"}
CORPORA = ("jsts", "constructed", "jsonsubschema", "jsoncompat")
WORDS = {"included": "yes", "excluded": "no", "unknown": "silent"}

LIBRARY = {
    Dialect.DRAFT_04: "Draft4Validator",
    Dialect.DRAFT_06: "Draft6Validator",
    Dialect.DRAFT_07: "Draft7Validator",
    Dialect.DRAFT_2019_09: "Draft201909Validator",
    Dialect.DRAFT_2020_12: "Draft202012Validator",
}
SECONDS = 2

# Runs in the peer's own environment: one line in, [answer, milliseconds] out.
DRIVER = """
import json, os, sys, time, warnings
warnings.simplefilter("ignore")
if sys.argv[1] == "analyze":
    from jsoncompat import analyze_compat
    words = {"compatible": "yes", "incompatible": "no"}
    def ask(old, new): return words.get(analyze_compat(old, new, "deserializer")["status"], "silent")
else:
    from jsonsubschema import isSubschema
    def ask(old, new): return "yes" if isSubschema(json.loads(old), json.loads(new)) else "no"
out, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    start = time.process_time()
    try:
        answer = ask(*json.loads(line))
    except BaseException:
        answer = "refused"
    print(json.dumps([answer, (time.process_time() - start) * 1000]), file=out, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Question:
    """Is every instance of `sub` one of `sup`? With the answer of the pair's author."""

    sub: object
    sup: object
    dialect: str
    truth: bool


@dataclass(frozen=True, slots=True)
class Score:
    """What one tool answered to one file."""

    wrong: int
    silent: int
    refused: int
    median: float
    slowest: float

    def row(self, tool: str, against: Score) -> str:
        """Return a line of the table, with the ratio of medians to ours."""
        ratio = self.median / against.median if against.median else 0
        return (
            f"  {tool:<14}{self.wrong:>7}{self.silent:>10}{self.refused:>9}"
            f"{self.median:>10.2f}{self.slowest:>9.1f}{ratio:>8.2f}"
        )


def questions(rows: list[dict[str, object]]) -> Iterator[Question]:
    """Yield both directions of each pair where its author takes a side."""
    for row in rows:
        if row.get("label_refuted_by_witness"):
            continue
        expected = row.get("expected") or row
        assert isinstance(expected, dict)
        dialect = str(row.get("dialect") or "2020-12")
        for direction, sub, sup in (("backward", "old", "new"), ("forward", "new", "old")):
            truth = expected.get(direction)
            if truth is not None:
                yield Question(row[sub], row[sup], dialect, truth in (True, "compatible"))


def ours(question: Question) -> tuple[str, float]:
    """Ask our own prover."""
    start = time.process_time()
    try:
        answer = WORDS[Prover(question.sub, question.sup, dialect=question.dialect).includes().verdict]
    except HarnessError:
        answer = "refused"
    return answer, (time.process_time() - start) * 1000


def refuted(question: Question, answer: str) -> bool:
    """Tell whether a counterexample, confirmed by the jsonschema library, shows that the pair's author was wrong."""
    if answer != "no" or not question.truth:
        return False
    witness = Prover(question.sub, question.sup, dialect=question.dialect).includes().witness
    library = getattr(jsonschema, LIBRARY[Dialect.parse(question.dialect)])
    return library(question.sub).is_valid(witness) and not library(question.sup).is_valid(witness)


def peer(name: str, asked: list[Question]) -> list[tuple[str, float]] | None:
    """Ask a peer; None if it is not installed. One that is lost in a question, or dies of it, is started again."""
    python = ROOT / ".cache/peers" / name / "bin/python"
    if not python.exists():
        return None
    answers: list[tuple[str, float]] = []
    while len(answers) < len(asked):
        with subprocess.Popen(
            [str(python), "-c", DRIVER, PEERS[name]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as process:  # fmt: skip
            answers += conversation(process, asked[len(answers) :])
            process.kill()
    return answers


def conversation(process: subprocess.Popen[str], asked: list[Question]) -> Iterator[tuple[str, float]]:
    """Yield answers until the peer is late or gone."""
    assert process.stdin is not None
    assert process.stdout is not None
    for number, one in enumerate(asked):
        process.stdin.write(json.dumps([exact(one.sub), exact(one.sup)]) + "\n")
        process.stdin.flush()
        patience = SECONDS if number else SECONDS + 10  # the first answer waits for the imports
        ready, _, _ = select.select([process.stdout], [], [], patience)
        line = process.stdout.readline() if ready else ""
        if not line:
            yield ("refused", 0.0) if ready else ("late", SECONDS * 1000.0)
            return
        answer, spent = json.loads(line)
        yield str(answer), float(spent)


def exact(value: object) -> str:
    """Return JSON text that keeps every digit of a Decimal."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{exact(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(exact, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def score(asked: list[Question], answers: list[tuple[str, float]]) -> Score:
    """Compare answers with the truth; times are of answered questions."""
    wrong = sum(
        answer in ("yes", "no") and (answer == "yes") != one.truth
        for one, (answer, _) in zip(asked, answers, strict=True)
    )
    said = [answer for answer, _ in answers]
    times = sorted(spent for answer, spent in answers if answer != "refused") or [0.0]
    return Score(
        wrong,
        said.count("silent") + said.count("late"),
        said.count("refused"),
        statistics.median(times),
        times[min(len(times) - 1, len(times) * 99 // 100)],
    )


def files() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Yield our own pairs, then the external ones that are there."""
    shared = Path(os.environ.get("HARNESS_CORPUS", ROOT.parent / "shared/corpus")) / "compat"
    paths = [ROOT / "tests/schema/adversarial.jsonl", *(shared / f"{name}.jsonl" for name in CORPORA)]
    for path in paths:
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            yield path.stem, [json.loads(line, parse_float=Decimal) for line in lines]
        else:
            sys.stdout.write(f"{path.stem}: absent\n")


def main() -> int:
    """Print a table a file; 1 if one of our answers is wrong."""
    return 1 if sum(table(name, rows) for name, rows in files()) else 0


def table(name: str, rows: list[dict[str, object]]) -> int:
    """Print the table of one file; return how many of our answers are wrong."""
    ours(Question({}, {"type": "string"}, "2020-12", truth=False))  # imports
    answered = [(one, ours(one)) for one in questions(rows)]
    kept = [(one, answer) for one, answer in answered if not refuted(one, answer[0])]
    asked = [one for one, _ in kept]
    mine = score(asked, [answer for _, answer in kept])
    out = sys.stdout
    out.write(f"{name}: {len(asked)} questions, {sum(one.truth for one in asked)} of them true; ")
    out.write(f"left out: {len(answered) - len(kept)} whose label a confirmed counterexample refutes\n")
    out.write(f"  {'':<14}{'wrong':>7}{'unproven':>10}{'refused':>9}{'median ms':>10}{'p99 ms':>9}{'ratio':>8}\n")
    out.write(mine.row("harness", mine) + "\n")
    for other in PEERS:
        answers = peer(other, asked)
        out.write(f"  {other:<14} absent\n" if answers is None else score(asked, answers).row(other, mine) + "\n")
        out.flush()
    return mine.wrong


if __name__ == "__main__":
    sys.exit(main())
