"""Virtual time: timers jump, threads hold it still, and a wait for nothing is named."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from synthetic.clock import EPOCH, LoopClock, StalledError, SystemClock, VirtualClock, run


def test_a_sleep_of_a_year_and_more_passes_in_steps_without_spinning():
    async def main() -> float:
        for _ in range(400):
            await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    assert run(main()) == pytest.approx(400 * 86_400)


def test_short_timers_still_run_after_two_hundred_days():
    async def main() -> list[str]:
        order: list[str] = []
        await asyncio.sleep(200 * 86_400)

        async def after(seconds: float, name: str) -> None:
            await asyncio.sleep(seconds)
            order.append(name)

        await asyncio.gather(after(0.003, "late"), after(0.001, "early"))
        return order

    assert run(main()) == ["early", "late"]


def test_the_clock_stands_still_while_a_thread_works():
    release = threading.Event()

    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        before = loop.time()
        thread = asyncio.ensure_future(asyncio.to_thread(release.wait))
        timer = asyncio.ensure_future(asyncio.sleep(86_400))
        for _ in range(5):
            await asyncio.sleep(0)
        during = loop.time()
        release.set()
        await thread
        after_thread = loop.time()
        await timer
        return during - before, loop.time() - after_thread

    stood, moved = run(main())
    assert stood == 0
    assert moved == pytest.approx(86_400)


def test_shutting_the_thread_pool_down_is_no_deadlock():
    async def main() -> int:
        return await asyncio.to_thread(lambda: 7)

    assert run(main()) == 7


def test_a_wait_that_nothing_ends_is_named():
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(StalledError, match="nothing is scheduled"):
        run(main())


def test_a_failure_in_the_thread_leaves_the_clock_running():
    def broken() -> None:
        raise ValueError("broken")

    async def main() -> float:
        with pytest.raises(ValueError, match="broken"):
            await asyncio.to_thread(broken)
        await asyncio.sleep(10)
        return asyncio.get_running_loop().time()

    assert run(main()) == pytest.approx(10)


def test_the_loop_clock_counts_from_its_epoch():
    async def main() -> tuple[datetime, datetime, bool]:
        clock = LoopClock()
        before = clock.now()
        moved = await clock.advance(timedelta(days=30))
        await clock.sleep(timedelta(days=-1))
        return before, clock.now(), moved

    assert run(main()) == (EPOCH, EPOCH + timedelta(days=30), True)
    assert LoopClock().now() == EPOCH


def test_a_virtual_clock_moves_only_forward_and_starts_aware():
    clock = VirtualClock()
    clock.move(timedelta(days=1))
    assert run(clock.advance(timedelta(days=1)))
    run(clock.sleep(timedelta(hours=1)))
    assert clock.now() == EPOCH + timedelta(days=2, hours=1)
    with pytest.raises(ValueError, match="never runs back"):
        clock.move(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2027, 1, 1))  # noqa: DTZ001  (what is refused)


def test_real_time_cannot_be_moved():
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert not run(clock.advance(timedelta(days=1)))
    run(clock.sleep(timedelta(seconds=5)))
