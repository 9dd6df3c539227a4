"""The billing sandbox as a provider of pacts, for `harness pact verify --handlers`.

`provider()` serves the contract `billing-invoices` on loopback; each state begins with a fresh core, so that no
interaction sees what another did. `MESSAGES` are events of `billing-events`, made from the same core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from synthetic.clock import VirtualClock
from synthetic.sandboxes.billing.contract_app import create_contract_app
from synthetic.sandboxes.billing.contract_events import invoice_event, subscription_event
from synthetic.sandboxes.billing.core import BillingCore
from synthetic.sandboxes.billing.examples import STATES as EXAMPLES
from synthetic.sandboxes.billing.examples import establish
from synthetic.sandboxes.billing.values import Record
from synthetic.sandboxes.loopback import served


class Stage:
    """The core that a state was established in, and the app over it."""

    def __init__(self) -> None:
        """Begin empty."""
        self._core: BillingCore | None = None
        self._app: ASGIApp | None = None

    def set(self, state: str) -> None:
        """Begin anew in a state."""
        self.close()
        self._core = BillingCore(VirtualClock(datetime(2027, 1, 1, 0, 2, 11, tzinfo=UTC)))
        establish(self._core, state)
        self._app = create_contract_app(self._core)

    @property
    def core(self) -> BillingCore:
        """The core now."""
        if self._core is None:
            raise LookupError("no state was established yet")
        return self._core

    def close(self) -> None:
        """Let go of the core."""
        if self._core is not None:
            self._core.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the core of the last state."""
        if self._app is None:
            self.set(next(iter(EXAMPLES)))
        assert self._app is not None  # noqa: S101  (set just made it)
        await self._app(scope, receive, send)


STAGE = Stage()
STATES: dict[str, Callable[[], None]] = {name: partial(STAGE.set, name) for name in EXAMPLES}
MESSAGES: dict[str, Callable[[], Record]] = {
    "a finalised invoice that is to be posted": lambda: invoice_event(STAGE.core, "finalised", "in_D1"),
    "a voided invoice whose posting is to be reversed": lambda: invoice_event(STAGE.core, "voided", "in_D7"),
    "a paid invoice that opens the plan": lambda: invoice_event(STAGE.core, "paid", "in_D1"),
    "an activated subscription for the forecast": lambda: subscription_event(STAGE.core, "sub_D1"),
}


@contextmanager
def provider() -> Iterator[str]:
    """Serve the contract on loopback; give its URL."""
    try:
        with served(STAGE) as url:
            yield url
    finally:
        STAGE.close()
