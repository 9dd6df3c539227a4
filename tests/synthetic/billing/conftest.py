"""A billing sandbox in process: the official client on virtual time, every response held to Stripe's document."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from stripe_wire import Document, Wire, document

from synthetic.clock import VirtualClock, run
from synthetic.sandboxes.billing import BillingCore

Story = Callable[[Wire], Coroutine[Any, Any, Any]]


@pytest.fixture
def on_the_wire() -> Callable[..., Any]:
    """Run a story with the official client on virtual time."""

    def play(story: Story, *, delay: float = 0.0) -> Any:
        async def main() -> Any:
            wire = Wire(delay)
            try:
                return await story(wire)
            finally:
                wire.core.close()

        return run(main())

    return play


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def core(clock: VirtualClock) -> Iterator[BillingCore]:
    billing = BillingCore(clock)
    yield billing
    billing.close()


@pytest.fixture
def published() -> Document:
    return document()
