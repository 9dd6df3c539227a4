"""`crm-accounts`: accounts with their hierarchy and merges, the check before an order, and signed contracts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from synthetic.deeds import RefusedError
from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, page
from synthetic.sandboxes.landscape.crm import Crm
from synthetic.sandboxes.landscape.orders import Buyer, Orders
from synthetic.sandboxes.landscape.rows import Row
from synthetic.sandboxes.landscape.tax import TaxEngine

_KINDS = {"US": "us_employer", "CH": "ch_vat", "JP": "jp_invoice"}
_GOOD = frozenset({"accepted", "active"})
Onboard = Callable[[str, Row], str]
"""Makes the billing customer of an accepted account: the id of the account and what CRM knows -> the customer."""


class CrmAccountsFace:
    """Operations of the contract over CRM, orders and the tax engine; accepted accounts become customers."""

    def __init__(self, crm: Crm, orders: Orders, tax: TaxEngine, onboard: Onboard) -> None:
        """Work on `crm`."""
        self._crm = crm
        self._orders = orders
        self._tax = tax
        self._onboard = onboard

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listAccounts": self._list,
            "createAccount": self._create,
            "getAccount": lambda asked: self._shown(self._named(asked)),
            "checkAccount": self._check,
            "getHierarchy": self._hierarchy,
            "mergeAccount": self._merge,
            "listContracts": self._list_contracts,
            "getContract": self._get_contract,
        }

    def _list(self, asked: Asked) -> Any:
        rows = [self._shown(name) for name in self._crm.accounts]
        if asked["legal_entity"] is not None:
            rows = [row for row in rows if row["legal_entity"] == asked["legal_entity"]]
        if asked["tax_id"] is not None:
            rows = [row for row in rows if row["tax_profile"].get("tax_id") == asked["tax_id"]]
        if (since := asked["updated_from"]) is not None:
            rows = [row for row in rows if row["updated_at"] >= since]
        return page(rows, asked, lambda row: str(row["id"]))

    def _create(self, asked: Asked) -> Any:
        body = asked.body
        tax_id = body.get("tax_id", "")
        same = next((name for name, one in self._crm.accounts.items() if tax_id and one["tax_id"] == tax_id), None)
        if same is not None:
            raise RefusalError(409, f"{_id(same)} has this tax id.")
        parent = self._known(body["parent_id"]) if body.get("parent_id") else ""
        if parent is None:
            raise RefusalError(422, f"No account {body['parent_id']} to be the parent.")
        if body["address"]["country"] != body["country"]:
            raise RefusalError(422, "The address is in another country than the account.")
        return self._shown(self.opened(f"acc_{len(self._crm.accounts) + 1}", body, parent))

    def opened(self, name: str, body: Mapping[str, Any], parent: str = "") -> str:
        """Open an account; with a tax id that is valid, or as a consumer, it is accepted and becomes a customer."""
        tax_id = body.get("tax_id", "")
        self._crm.accept_account(name, body["legal_name"], body["country"], body["kind"], tax_id, parent)
        checked = self._tax.check(tax_id, body["country"]) if tax_id else "not_checked"
        is_good = checked == "valid" or body["kind"] == "consumer"
        facts = {
            **{key: body[key] for key in ("currency", "address", "trading_name", "synthetic") if key in body},
            "terms": body.get("requested_terms") or self._crm.accounts[name]["terms"],
            "tax_id_status": checked,
            "status": "accepted" if is_good else "prospect",
            "version": 0,
        }
        row = {**self._crm.accounts[name], **facts, "version": 1}
        self._crm.accounts[name] = row
        if is_good:
            customer = self._onboard(name, row)
            self._crm.accounts[name] = {**row, "customer": customer}
        return name

    def _named(self, asked: Asked) -> str:
        found = self._known(asked["account_id"])
        if found is None:
            raise RefusalError(404, f"No account {asked['account_id']}.")
        return found

    def _known(self, identifier: str) -> str | None:
        return next((name for name in self._crm.accounts if _id(name) == identifier), None)

    def _shown(self, name: str) -> dict[str, Any]:
        one = self._crm.accounts[name]
        identifier = _id(name)
        role = {"account_id": identifier, "legal_name": one["name"], "address": _address(one)}
        parent = one.get("parent") or ""
        tax_id = one.get("tax_id") or ""
        profile: dict[str, Any] = {"tax_id_status": self._tax_status(one)}
        if tax_id:
            profile |= {"tax_id": tax_id, "tax_id_kind": _KINDS.get(one["country"], "eu_vat")}
        return {
            "id": identifier,
            "version": one.get("version", 1),
            "legal_name": one["name"],
            **({"trading_name": one["trading_name"]} if one.get("trading_name") else {}),
            "country": one["country"],
            "kind": one["kind"],
            "legal_entity": one["legal_entity"],
            "currency": one["currency"],
            "parent_id": _id(parent) if parent else None,
            "ultimate_parent_id": _id(self._crm.chain(name)[-1]),
            "sold_to": role,
            "bill_to": dict(role),
            "payment_terms": one["terms"],
            "tax_profile": profile,
            "status": one.get("status") or "accepted",
            "merged_into": _id(one["merged_into"]) if one.get("merged_into") else None,
            "synthetic": bool(one.get("synthetic")),
            "created_at": one["created_at"],
            "updated_at": one["updated_at"],
        }

    def _tax_status(self, one: Mapping[str, Any]) -> str:
        tax_id = str(one.get("tax_id") or "")
        return str(one.get("tax_id_status") or (self._tax.check(tax_id, one["country"]) if tax_id else "not_checked"))

    def _check(self, asked: Asked) -> Any:
        name = self._named(asked)
        one = self._crm.accounts[name]
        currency, amount = asked.body["currency"], asked.body["order_amount"]
        buyer = Buyer(str(one.get("customer") or name), name, one["legal_entity"], one["currency"], one["country"])
        credit = self._orders.credit(buyer, currency)
        status = self._tax_status(one)
        reasons = ["credit_limit"] if amount > credit["available"] else []
        reasons += ["tax_id_invalid"] if status == "invalid" else []
        reasons += ["account_merged"] if one.get("merged_into") else []
        is_active = one.get("merged_into") or (one.get("status") or "accepted") in _GOOD
        reasons += [] if is_active else ["account_inactive"]
        return {"accepted": not reasons, **credit, "tax_id_status": status, "reasons": reasons}

    def _hierarchy(self, asked: Asked) -> Any:
        chain = self._crm.chain(self._named(asked))
        rows = [
            {
                "id": _id(name),
                "legal_name": self._crm.accounts[name]["name"],
                "parent_id": _id(chain[number + 1]) if number + 1 < len(chain) else None,
                "depth": len(chain) - number - 1,
            }
            for number, name in enumerate(chain[:21])
        ]
        return page(rows, asked, lambda row: str(row["id"]))

    def _merge(self, asked: Asked) -> Any:
        name = self._named(asked)
        survivor = self._known(asked.body["merged_into"])
        if survivor is None:
            raise RefusalError(422, f"No account {asked.body['merged_into']} to merge into.")
        try:
            self._crm.merge(name, survivor, asked.body["reason"])
        except RefusedError as error:
            raise RefusalError(409, error.message) from None
        return self._shown(name)

    def _list_contracts(self, asked: Asked) -> Any:
        newest: dict[str, Row] = {}
        for one in self._orders.contracts.values():
            if one["version"] >= newest.get(one["id"], one)["version"]:
                newest[one["id"]] = one
        rows = list(newest.values())
        for name in ("customer_id", "status"):
            if asked[name] is not None:
                rows = [row for row in rows if row[name] == asked[name]]
        return page(rows, asked, lambda row: str(row["id"]))

    def _get_contract(self, asked: Asked) -> Any:
        found = [one for one in self._orders.contracts.values() if one["id"] == asked["contract_id"]]
        if asked["version"] is not None:
            found = [one for one in found if one["version"] == asked["version"]]
        if not found:
            raise RefusalError(404, f"No such version of contract {asked['contract_id']}.")
        return max(found, key=lambda one: int(one["version"]))


def _address(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address of an account; whom a probe made has none, and the contract wants one."""
    known = one.get("address")
    return dict(known) if known else {"line1": "unknown", "city": "unknown", "country": one["country"]}


def _id(name: str) -> str:
    """Return the id of an account as the contract spells it."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name.removeprefix("acc_"))
    return f"acc_{plain}"
