"""Charts of second ledgers: the rules speak the codes of the cloud chart, a legacy company has its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.tryton.chart import ACCOUNTS, FIRST_YEAR


class OneChart(Master):
    """Master data that names every account as the cloud chart does, also for a second ledger."""

    def __init__(self, master: Master) -> None:
        """Share everything with `master`."""
        self.__dict__ = master.__dict__

    def account(self, cloud: str, ledger: str, day: date) -> str:
        """Return the code as it is; `legacy_codes` says what it is called in a second ledger."""
        del ledger, day
        return cloud

    def revenue_accounts(self, revenue_class: str, ledger: str, day: date) -> tuple[str, str]:
        """Return where revenue of a class waits and where it is earned, in the cloud chart."""
        return super().revenue_accounts(revenue_class, self.of(ledger).legal_entity, day)


def legacy_codes(master: Master, ledger: str) -> dict[str, str]:
    """Return by cloud code what an account is called in a ledger; the same where that has no chart of its own."""
    return {one.code: master.account(one.code, ledger, date(FIRST_YEAR, 1, 1)) for one in ACCOUNTS}


def in_cloud_codes(value: Any, cloud_of: Mapping[str, str]) -> Any:
    """Return what was read with the code of every account as the cloud chart has it."""
    if isinstance(value, dict):
        found = {name: in_cloud_codes(one, cloud_of) for name, one in value.items()}
        account = found.get("account")
        if isinstance(account, dict) and "code" in account:
            found["account"] = account | {"code": cloud_of.get(account["code"], account["code"])}
        return found
    return [in_cloud_codes(one, cloud_of) for one in value] if isinstance(value, list) else value
