"""`erp-periods`: periods, trial balance, deferred roll-forward and rates of exchange of the ledger."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from harness.catalog import Catalog
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, day, page
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.values import period_of

_STATES = {"open": "open", "soft-closed": "soft_closed", "locked": "locked"}


class ErpPeriods:
    """Operations of the contract over one ledger."""

    def __init__(self, ledger: Ledger, catalog: Catalog) -> None:
        """Work on `ledger`; names of accounts and rates come from the catalog."""
        self._ledger = ledger
        self._books = ledger.books
        tables = {one.name: one for one in catalog.mappings()}
        self._names = {
            **{str(row.values["legacy"]): str(row.values["name"]) for row in tables["accounts"].rows},
            **{str(row.key[0]): str(row.values["name"]) for row in tables["accounts"].rows},
        }
        self._rates = [
            {
                "base": row.key[0],
                "quote": row.key[1],
                "rate": str(row.values["rate"]),
                "rate_date": str(row.values["rate_date"]),
                "table_version": f"fx-rates {row.values['rate_date']}",
            }
            for row in tables["fx-rates"].rows
        ]

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listPeriods": self._list,
            "getPeriod": lambda asked: self._shown(*self._named(asked)),
            "closePeriod": self._close,
            "reopenPeriod": self._reopen,
            "getTrialBalance": self._trial_balance,
            "getDeferredRollForward": self._roll_forward,
            "listRates": self._list_rates,
            "publishRate": self._publish_rate,
        }

    def _list(self, asked: Asked) -> Any:
        ledger = self._known(asked["ledger"])
        today = period_of(self._books.today(ledger))
        storage = self._books.storage
        found = {one.period for one in storage.postings(ledger=ledger)} | {today} | set(storage.periods(ledger))
        rows = [self._shown(ledger, period) for period in sorted(found, reverse=True)]
        wanted = asked["status"]
        return page([row for row in rows if wanted in (None, row["status"])], asked, lambda row: str(row["period"]))

    def _close(self, asked: Asked) -> Any:
        ledger, period = self._named(asked)
        body = asked.body
        if body["inputs_hash"] != self._inputs(ledger, period):
            raise RefusalError(409, "An input changed after the sign-off: read the period and sign again.")
        if self._books.storage.period_state(ledger, period) == "locked":
            raise RefusalError(409, f"{period} of {ledger} is locked.")
        self._ledger.closing.close_period(ledger, period, body["approved_by"], lock=body["kind"] == "hard")
        return self._shown(ledger, period)

    def _reopen(self, asked: Asked) -> Any:
        ledger, period = self._named(asked)
        if self._books.storage.period_state(ledger, period) == "open":
            raise RefusalError(409, f"{period} of {ledger} is open.")
        body = asked.body
        self._ledger.closing.reopen_period(ledger, period, body["requested_by"], body["approved_by"], body["reason"])
        return self._shown(ledger, period)

    def _trial_balance(self, asked: Asked) -> Any:
        ledger, period = self._named(asked)
        storage = self._books.storage
        return {
            "ledger": ledger,
            "period": period,
            "functional_currency": self._books.master.of(ledger).currency,
            "as_of": self._books.stamp(),
            "entry_count": len(storage.postings(ledger=ledger, period=period)),
            "rows": [
                {"account": account, "name": self._names.get(account, f"Account {account}"), "balance": balance}
                for account, balance in storage.balances(ledger, period).items()
            ],
        }

    def _roll_forward(self, asked: Asked) -> Any:
        """Return the movements of deferred revenue in a period, from the postings themselves."""
        ledger, period = self._named(asked)
        storage = self._books.storage
        schedules = {(one.invoice_id, one.source_line): one for one in storage.deferrals(ledger=ledger)}
        accounts = {one.deferred_account for one in schedules.values()}
        contracts = {one.key.object_id: one.contract_id for one in storage.postings(ledger=ledger) if one.contract_id}
        rows: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(("opening", *_MOVES), 0))
        for posting in storage.postings(ledger=ledger):
            if posting.period > period:
                continue
            contract = posting.contract_id or contracts.get(posting.key.object_id, "") or "none"
            for line in posting.lines:
                if line.account in accounts:
                    move = "opening" if posting.period < period else _move(posting.key.kind)
                    rows[contract, line.dimension or "none"][move] -= line.functional
        currency = self._books.master.of(ledger).currency
        found = [
            {"contract_id": contract, "item": item, **_signed(moves), "currency": currency}
            for (contract, item), moves in sorted(rows.items())
        ]
        return page(found, asked, lambda row: f"{row['contract_id']}/{row['item']}")

    def _list_rates(self, asked: Asked) -> Any:
        since = asked["from"]
        found = [
            row
            for row in self._rates
            if asked["base"] in (None, row["base"])
            and asked["quote"] in (None, row["quote"])
            and (since is None or row["rate_date"] >= since)
        ]
        return page(found, asked, lambda row: f"{row['base']}{row['quote']}{row['rate_date']}")

    def _publish_rate(self, asked: Asked) -> Any:
        """Take a rate that the table has; rates of this ledger are rows of the catalog, and come through the gate."""
        body = asked.body
        names = ("base", "quote", "rate_date")
        known = next((row for row in self._rates if all(row[name] == body[name] for name in names)), None)
        if known is None:
            raise RefusalError(422, "Rates are rows of catalog/mappings/fx-rates: add one there, through the gate.")
        if known["rate"] != body["rate"]:
            raise RefusalError(409, "A published rate is never changed; a correction is a new table version.")
        return known

    def _named(self, asked: Asked) -> tuple[str, str]:
        day(f"{asked['period']}-01", status=404)
        return self._known(asked["ledger"]), str(asked["period"])

    def _known(self, ledger: str) -> str:
        if ledger not in self._books.master.books:
            raise RefusalError(404, f"No ledger {ledger}.")
        return ledger

    def _shown(self, ledger: str, period: str) -> dict[str, Any]:
        storage = self._books.storage
        state = storage.period_state(ledger, period)
        at = storage.period_changed_at(ledger, period)
        starts = date.fromisoformat(f"{period}-01")
        status = _STATES[state]
        if state == "open" and at:
            status = "reopened"
        return {
            "ledger": ledger,
            "period": period,
            "starts_on": str(starts),
            "ends_on": str((starts + timedelta(days=32)).replace(day=1)),
            "status": status,
            "receivables_locked": state != "open",
            "soft_closed_at": at if state == "soft-closed" else None,
            "locked_at": at if state == "locked" else None,
            "inputs_hash": self._inputs(ledger, period),
        }

    def _inputs(self, ledger: str, period: str) -> str:
        """Return the hash a sign-off is bound to: every balance through the period, and the number of its entries."""
        storage = self._books.storage
        said = [storage.balances(ledger, period), len(storage.postings(ledger=ledger, period=period))]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


_MOVES = ("billed", "recognised", "credited")


def _move(kind: str) -> str:
    if kind.startswith("recognition"):
        return "recognised"
    return "billed" if kind == "invoice" else "credited"


def _signed(moves: Mapping[str, int]) -> dict[str, int]:
    """Return movements as the contract counts them: what is recognised or credited lowers the closing balance."""
    closing = sum(moves.values())
    return {
        "opening": moves["opening"],
        "billed": moves["billed"],
        "recognised": -moves["recognised"],
        "credited": -moves["credited"],
        "closing": closing,
    }
