"""A thousand probe runs at once in one process: the CPU of the machinery, beside the same calls without it."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from datetime import timedelta

from harness.catalog import Category
from synthetic.clock import LoopClock, run
from synthetic.deeds import Attempt, Boundary, Call
from synthetic.deeds.calls import Kind
from synthetic.transaction import Categories, RunVerdict, probe, run_probe

RUNS, ROUNDS, LOOKS = 1000, 5, 7
LIMIT_MS = 4.0
ANSWER = {"count": 1, "entity": "DE-01", "currency": "EUR", "net": 120000, "tax": 22800, "total": 142800}


class Ledger:
    """Shows a posting 40 seconds after it was asked for."""

    def __init__(self) -> None:
        self.since: float | None = None

    def call(self, attempt: Attempt) -> dict[str, object]:
        """Answer at once, as a fake does."""
        at = attempt.now.timestamp()
        if attempt.kind is Kind.DEED:
            self.since = self.since or at
            return {"id": "in_1"}
        return dict(ANSWER) if self.since is not None and at - self.since > 40 else {"count": 0}


@probe("seven-steps")
async def seven_steps(tx):
    """One deed and six looks, about thirty calls."""
    await tx.do("Begun", Call("erp", "post", kind=Kind.DEED, key=tx.key("a")))
    for number in range(LOOKS - 2):
        await tx.see(f"Posted {number}", Call("erp", "posting_of", {"n": number}), fixed=ANSWER, within="15m")
    await tx.see("Still posted", Call("erp", "posting_of", {"n": 9}), fixed=ANSWER, within="1m", hold="3m")


async def machinery() -> int:
    """Play every run at once and return how many calls they made."""
    categories = Categories([Category("tax", "", "", "", fields=("*.tax",))])
    clock = LoopClock()
    boundaries = [Boundary({"erp": Ledger()}, clock) for _ in range(RUNS)]
    done = await asyncio.gather(
        *(
            run_probe(seven_steps, {}, one, clock, categories=categories, slot=str(n))
            for n, one in enumerate(boundaries)
        )
    )
    assert all(one.verdict is RunVerdict.PASSED for one in done)
    return sum(one.calls for one in boundaries)


async def bare(calls: int) -> None:
    """Make as many calls with as many naps, and nothing else."""
    clock = LoopClock()

    async def one() -> None:
        ledger = Ledger()
        for _ in range(calls // RUNS):
            ledger.call(Attempt("erp", "posting_of", {}, Kind.LOOK, "", clock.now()))
            await clock.sleep(timedelta(seconds=1))

    await asyncio.gather(*(one() for _ in range(RUNS)))


def main() -> int:
    """Print CPU per run, median of several rounds, and return 1 where the machinery costs more than its limit."""
    full, floor, calls = [], [], 0
    for _ in range(ROUNDS):
        started = time.process_time()
        calls = run(machinery())
        full.append(time.process_time() - started)
        started = time.process_time()
        run(bare(calls))
        floor.append(time.process_time() - started)
    spent, least = (1000 * statistics.median(times) / RUNS for times in (full, floor))
    print(  # noqa: T201
        f"{RUNS} runs at once, {calls // RUNS} calls each: {spent:.2f} ms CPU a run, "
        f"{least:.2f} ms without the machinery ({spent / least:.1f}x), limit {LIMIT_MS} ms"
    )
    return 0 if spent < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
