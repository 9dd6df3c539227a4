"""Orders that need the systems of an environment: try a held event again, take back what runs left behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import closing

from harness.catalog import Catalog
from harness.model import JSON, HarnessError
from harness.model.monitoring import Request
from synthetic.cli.running import IN_PROCESS, open_place
from synthetic.deeds.calls import Call, Kind
from synthetic.monitor.orders import Handler, RefusedOrderError
from synthetic.transaction.reaping import reap


def live_handlers(environment: str, catalog: Catalog) -> Mapping[str, Handler]:
    """Return the handlers of `replay-event` and `reap` for one environment.

    Deeds pass the permissions of the environment as those of a probe do: where probes may only look, an order is
    refused. A landscape of this process holds nothing between two runs, so there is nothing to replay or to take back.
    """

    def replay(request: Request, payload: Mapping[str, JSON]) -> JSON:
        _check(environment, payload)
        event = payload.get("event")
        if not isinstance(event, str) or not event:
            raise RefusedOrderError("the order names no event")
        call = Call("sync", "replay", {"event": event}, Kind.DEED, f"request-{request.id}")
        with closing(open_place(environment, 0, catalog=catalog)) as place, place.alone():
            return dict(asyncio.run(place.boundary().perform(call)))

    def take_back(_request: Request, payload: Mapping[str, JSON]) -> JSON:
        _check(environment, payload)
        older_than = payload.get("older_than", "1h")
        with closing(open_place(environment, 0, catalog=catalog)) as place, place.alone():
            reaped = asyncio.run(reap(place.boundary(), place.clock, str(older_than)))
        left = [one for one in reaped if not one.done]
        if left:
            said = ", ".join(f"{one.what} {one.id}".rstrip() + f" ({one.reason})" for one in left[:5])
            raise HarnessError(f"{len(left)} could not be taken back: {said}")
        return {"taken_back": len(reaped), "sorts": dict(Counter(one.what for one in reaped))}

    return {"replay-event": replay, "reap": take_back}


def _check(environment: str, payload: Mapping[str, JSON]) -> None:
    wanted = payload.get("environment", environment)
    if wanted != environment:
        raise RefusedOrderError(f"this monitor looks after {environment}, not {wanted}")
    if environment == IN_PROCESS:
        raise RefusedOrderError("a landscape of this process keeps nothing between two runs")
