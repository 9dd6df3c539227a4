"""Opens a Kill Bill that somebody else runs, from the catalog entry of an environment."""

from __future__ import annotations

from harness.model import UsageError
from synthetic.deeds import Adapter
from synthetic.systems.killbill.adapter import KillBillBilling
from synthetic.systems.killbill.tenant import KillBill
from synthetic.systems.opening import Opening
from synthetic.systems.wire import PerThread


def open_killbill(opening: Opening) -> Adapter:
    """Open the Kill Bill at `url` as the tenant whose API key is `tenant`.

    The secret is `USER:PASSWORD:API-SECRET`. Its catalog must have the plans of `catalogue`.

    Raises:
        UsageError: The settings name no such place.
    """
    user, _, secret = opening.secret.rpartition(":")
    if not user or not secret:
        raise UsageError("the key of Kill Bill has three parts", remedy="Set the variable to USER:PASSWORD:API-SECRET.")
    tenant = KillBill(opening.setting("url"), user, opening.setting("tenant"), secret)
    return PerThread(lambda: KillBillBilling(tenant, opening.prices, opening.now), tenant.close)
