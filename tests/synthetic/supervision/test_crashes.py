"""Processes that die between two things they make durable: afterwards nothing is lost and nothing is there twice."""

from __future__ import annotations

import ast
import asyncio
import random
import signal
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from accounting import shop, unaccounted
from crashes import SIDES, arm, died

from synthetic.sandboxes import crashing
from synthetic.sandboxes.supervision.running import Running
from synthetic.sandboxes.supervision.starting import reset

ROOT = Path(__file__).parents[3]
NAMES = ("transaction", "crash_point")
PERIOD = count(1)
ROUNDS = count()


def test_every_transaction_of_the_sandbox_has_its_crash_point_in_the_list():
    written = set()
    for path in (ROOT / "synthetic/sandboxes").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in NAMES and node.args and isinstance(node.args[0], ast.Constant):
                written.add(node.args[0].value)
    assert written == set(crashing.POINTS)


@pytest.mark.parametrize("point", ["sync.finish", "sync.finish:during", "nowhere:after"])
def test_a_place_that_is_none_is_refused(point):
    with pytest.raises(ValueError, match="no crash point"):
        crashing.arm(point)


def test_a_process_that_nobody_armed_goes_by():
    crashing.arm("sync.finish:after", 2)
    try:
        crashing.crash_point("sync.finish", "after")
        crashing.crash_point("sync.finish", "before")
        crashing.crash_point("sync.finish", "after")
    finally:
        crashing.arm("")
    crashing.crash_point("sync.finish", "after")


async def business(found, number):
    """A bit of everything: every transaction of the landscape happens in here."""
    sold = await found.sell(number, terms="CARD")
    net = await found.sell(number + 1, terms="NET30")
    await found.ask("billing", "amend", f"{number}-m", subscription=sold["id"], quantity=3)
    found.settled()
    entity = ["DE-01", "US-01", "JP-01"]
    own, other = entity[number % 3], entity[(number + 1) % 3]
    currency = dict(zip(entity, ("EUR", "USD", "JPY"), strict=True))
    bill = await found.ask("billing", "invoice_of", invoice=sold["invoice"])
    await found.ask("billing", "credit", f"{number}-k", invoice=sold["invoice"], net=1000)
    transfer = {
        "id": f"tr-{number}",
        "customer_id": f"k{number}",
        "invoice_id": net["invoice"],
        "legal_entity": other,
        "currency": currency[other],
        "amount": (await found.ask("billing", "invoice_of", invoice=net["invoice"]))["total"],
        "value_date": str(found.place.clock.now().date()),
        "method": "bank_transfer",
    }
    await found.ask("erp", "receive_transfer", f"{number}-t", payment=transfer)
    await found.ask("billing", "cancel", f"{number}-x", subscription=net["id"])
    found.settled()
    return own, bill


async def closing_work(found, ledger):
    """What an accountant does, each step safe to repeat."""
    day = found.place.clock.now().date()
    for operation, request in (
        ("recognise", {"ledger": ledger, "through": str(day)}),
        ("revalue", {"ledger": ledger, "day": str(day)}),
        ("dun", {"ledger": ledger, "today": str(day + timedelta(days=60))}),
        ("close_period", {"ledger": ledger, "period": "2020-01", "who": "Ada"}),
        ("reopen_period", {"ledger": ledger, "period": "2020-01", "who": "Ada", "second": "Bo", "reason": "late"}),
    ):
        await found.ask("erp", operation, f"{operation}-{ledger}", **request)


def play(folder, reference):
    """Play one round of business and return how it went, as sentences about what is wrong."""
    number = 100 * next(ROUNDS)
    with shop(folder, reference) as found:
        asyncio.run(business(found, number))
        asyncio.run(closing_work(found, "DE-01"))
        parts = found.settled()
    wrong = unaccounted(folder, reference)
    return wrong + ([f"{parts['sync']['exceptions']} exceptions"] if parts["sync"]["exceptions"] else [])


# reached by a round of ordinary business; the others need their own story
COMMON = [
    f"{name}:{side}"
    for name in (
        "billing.delivery",
        "billing.request",
        "edge.row",
        "erp.apply-payment",
        "erp.post-credit",
        "erp.post-invoice",
        "erp.receive-transfer",
        "erp.register-party",
        "sync.asked",
        "sync.finish",
        "sync.take-in",
        "sync.outbox",
    )
    for side in SIDES
]


def crashed_and_recovered(folder, reference, point, passes=0):
    child = arm(folder, point, passes)
    wrong = play(folder, reference)
    assert died(folder, child), f"{point} was never reached"
    return wrong


@pytest.mark.integration
@pytest.mark.parametrize(
    "point",
    ["billing.request:after", "erp.post-invoice:after", "sync.asked:after", "sync.finish:before", "sync.take-in:after"],
)
def test_a_process_that_dies_at_a_crash_point_loses_nothing_and_doubles_nothing(shared_sandbox, reference, point):
    reset(shared_sandbox.folder)
    assert crashed_and_recovered(shared_sandbox.folder, reference, point, passes=1) == []


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.parametrize("point", COMMON)
def test_every_crash_point_of_ordinary_business(shared_sandbox, reference, point):
    reset(shared_sandbox.folder)
    assert crashed_and_recovered(shared_sandbox.folder, reference, point) == []


def killed_at_random(folder, reference, seed):
    """Play business while one process is killed at a random moment."""
    rng = random.Random(seed)  # noqa: S311  (a seed, no secret)
    child = Running.read(folder).children[rng.choice(["ledger", "edge", "sync"])]
    moment = rng.uniform(0.0, 0.8)

    async def murder():
        await asyncio.sleep(moment)
        child.process.send(signal.SIGKILL)

    async def both(found):
        await asyncio.gather(murder(), found.sell(1000 + 2 * seed), found.sell(1001 + 2 * seed, terms="NET30"))

    with shop(folder, reference) as found:
        asyncio.run(both(found))
        assert died(folder, child)
        parts = found.settled()
    return parts["sync"]["exceptions"]


def rounds(folder, reference, seeds):
    reset(folder)
    for seed in seeds:
        assert killed_at_random(folder, reference, seed) == 0, f"seed {seed}"
    assert unaccounted(folder, reference) == []


@pytest.mark.integration
def test_kills_at_random_moments_lose_nothing_and_double_nothing(shared_sandbox, reference):
    rounds(shared_sandbox.folder, reference, range(6))


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_kills_at_random_moments(shared_sandbox, reference):
    rounds(shared_sandbox.folder, reference, range(200))
