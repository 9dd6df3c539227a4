"""The CRM behind the `crm` port: accounts, orders, and the checks that come before an order is accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from harness.model import JSON
from synthetic.deeds import Answer, RefusedError
from synthetic.sandboxes.landscape.facts import Facts
from synthetic.sandboxes.landscape.rows import Table, in_memory
from synthetic.sandboxes.ledger.master import Master

_PORT = "crm"
_NOTICE = timedelta(days=60)
"""How long before the end of a term a renewal is announced (workflows.md W6)."""
_STAMPS = frozenset({"version", "created_at", "updated_at"})


class Crm:
    """Accounts and orders; deeds are idempotent by the id their caller gives."""

    def __init__(self, master: Master, now: Callable[[], datetime], table: Table = in_memory) -> None:
        """Keep everything in tables of `table`."""
        self._master = master
        self._now = now
        self.accounts = table("account")
        self.orders = table("order")
        self.facts = Facts(table("crm-fact"), now)
        self.renewals = table("renewal")

    def accept_account(  # noqa: PLR0913, PLR0917  (an account has these facts)
        self,
        account: str,
        name: str,
        country: str,
        kind: str = "business",
        tax_id: str = "",
        parent: str = "",
        region: str = "",
    ) -> Answer:
        """Accept an account; the selling entity, currency and terms follow from country and kind.

        `region` is the state or prefecture of its seat, where one decides about tax.

        Raises:
            RefusedError: `country-unmapped`, `parent-cycle`.
        """
        row = self._master.selling_entity(country, kind, self._now().date())
        if row is None:
            raise RefusedError(_PORT, "country-unmapped", f"nobody sells to {kind} customers in {country}")
        self._check_parent(account, parent)
        known = self.accounts.get(account, {})
        self.accounts[account] = {
            **known,
            "version": int(known.get("version", 0)) + 1,
            "created_at": known.get("created_at") or self._stamp(),
            "updated_at": self._stamp(),
            "account": account,
            "name": name,
            "country": country,
            "kind": kind,
            "tax_id": tax_id,
            "parent": parent,
            **({"region": region} if region else {}),
            **row,
        }
        return dict(self.accounts[account])

    def accept_order(
        self, order: str, account: str, sku: str, quantity: int, price: int, credit_available: int | None = None
    ) -> Answer:
        """Accept an order; refuses one above the available credit.

        Raises:
            RefusedError: `account-unknown`, `credit-limit`.
        """
        if account not in self.accounts:
            raise RefusedError(_PORT, "account-unknown", f"no account {account}")
        if credit_available is not None and price > credit_available:
            raise RefusedError(_PORT, "credit-limit", f"order of {price} above the available {credit_available}")
        self.orders[order] = {
            "order": order,
            "account": account,
            "sku": sku,
            "quantity": quantity,
            "price": price,
            "status": "accepted",
            "contract": f"C-{order}",
        }
        return dict(self.orders[order])

    def won(self, order: str, subscription: str) -> Answer:
        """Mark an order as won by its subscription."""
        if order in self.orders:
            self.orders[order] |= {"status": "won", "subscription": subscription}
        return {"order": order}

    def renewal_due(
        self, subscription: str, contract: str, start: str, due: str, version: int, *, lost: bool = False
    ) -> Answer:
        """Keep the renewal opportunity of a contract: each new term closes one as won and opens the next.

        Raises:
            RefusedError: `request-malformed`: a date is none.
        """
        for day in (start, due):
            try:
                date.fromisoformat(day)
            except (TypeError, ValueError):
                raise RefusedError(_PORT, "request-malformed", f"{day!r} is no date") from None
        known = self.renewals.get(subscription)
        if known is not None and version < known["version"]:
            return {"contract": contract}
        won = int(known["won"]) + (start == known["due"]) if known else 0
        self.renewals[subscription] = {
            "contract": contract,
            "due": due,
            "won": won,
            "lost": lost,
            "version": version,
        }
        return {"contract": contract}

    def renewal_of(self, subscription: str) -> Answer:
        """Show the renewal opportunity of a subscription, from when notice is given on, and how many were won."""
        found = self.renewals.get(subscription)
        if found is None:
            return {"count": 0}
        notice = date.fromisoformat(found["due"]) - _NOTICE
        is_noticed = self._now().date() >= notice
        return {
            "count": 1,
            "status": "lost" if found["lost"] else "noticed" if is_noticed else "planned",
            "contract": found["contract"],
            "due_date": found["due"],
            "notice_date": str(notice),
            "won": found["won"],
        }

    def account_of(self, account: str) -> Answer:
        """Show an account."""
        found = self.accounts.get(account)
        return {"count": 0} if found is None else {"count": 1, **_flat(found)}

    def order_of(self, order: str) -> Answer:
        """Show an order."""
        found = self.orders.get(order)
        return {"count": 0} if found is None else {"count": 1, **_flat(found)}

    def orders_of(self, account: str) -> Answer:
        """Show how many orders an account has, and what they come to."""
        found = [one for one in self.orders.values() if one["account"] == account]
        return {"count": len(found), "total": sum(one["price"] for one in found)} if found else {"count": 0}

    def rows(self) -> list[Answer]:
        """Return every account and order, without the times of their changes."""
        kept = [*self.accounts.values(), *self.orders.values(), *self.renewals.values()]
        return [{name: value for name, value in one.items() if name not in _STAMPS} for one in kept]

    def change(self, account: str, **facts: Any) -> dict[str, Any]:
        """Note more facts of an account that is there; each change is a version."""
        known = self.accounts[account]
        changed = {**known, **facts, "version": int(known.get("version", 1)) + 1, "updated_at": self._stamp()}
        self.accounts[account] = changed
        return changed

    def merge(self, loser: str, survivor: str, reason: str) -> dict[str, Any]:
        """Merge an account into another; its id stays valid for ever.

        Raises:
            RefusedError: `account-unknown`, `state`: merged already, or into itself, or in a circle.
        """
        if survivor not in self.accounts:
            raise RefusedError(_PORT, "account-unknown", f"no account {survivor}")
        chain = [survivor]
        while into := str(self.accounts[chain[-1]].get("merged_into") or ""):
            chain.append(into)
        if loser in chain or self.accounts[loser].get("merged_into"):
            raise RefusedError(_PORT, "state", f"{loser} cannot be merged into {survivor}")
        merged = self.change(loser, merged_into=survivor, status="merged")
        lost, kept = (str(self.accounts[name].get("customer") or "") for name in (loser, survivor))
        if lost and kept:
            # versions of a customer on the bus count seconds, as those of billing do
            version = int(self._now().timestamp())
            told = {"id": lost, "version": version, "merged_into": kept, "status": "merged"}
            told |= {"legal_entity": merged["legal_entity"], "reason": reason}
            self.facts.tell("account.merged", lost, told, version)
        return merged

    def facts_of(self, after: int = 0) -> Answer:
        """Show what others must hear of, after a number."""
        return self.facts.after(after)

    def chain(self, account: str) -> list[str]:
        """Return an account and its parents, up to the ultimate one."""
        found = [account]
        while (parent := str(self.accounts.get(found[-1], {}).get("parent") or "")) and parent in self.accounts:
            found.append(parent)
        return found

    def _stamp(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _check_parent(self, account: str, parent: str) -> None:
        seen = {account}
        while parent:
            if parent in seen:
                raise RefusedError(_PORT, "parent-cycle", f"account {account} would be its own parent")
            seen.add(parent)
            parent = str(self.accounts.get(parent, {}).get("parent", ""))


def _flat(found: dict[str, Any]) -> dict[str, JSON]:
    return dict(found)
