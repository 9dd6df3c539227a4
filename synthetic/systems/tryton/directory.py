"""Records of a Tryton by the codes people use: companies, accounts, taxes, products, journals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synthetic.systems.tryton.wire import Tryton, TrytonRefusalError


@dataclass(frozen=True, slots=True)
class Company:
    """One company: its id, currency, and what only it has.

    Attributes:
        digits: Minor-unit digits of its currency.
    """

    name: str
    id: int
    currency: str
    digits: int
    accounts: Mapping[str, int]
    taxes: Mapping[str, int]

    @property
    def context(self) -> dict[str, Any]:
        """What every call for this company says."""
        return {"company": self.id}

    def account(self, code: str) -> int:
        """Return the id of an account.

        Raises:
            TrytonRefusalError: The chart has no such code.
        """
        return _known(self.accounts, code, f"account {code}", self.name)

    def tax(self, code: str) -> int:
        """Return the id of a tax.

        Raises:
            TrytonRefusalError: The company has no such tax.
        """
        return _known(self.taxes, code, f"tax {code}", self.name)


class Directory:
    """Looks up everything once; a reset brings back the same ids, so nothing of it grows old."""

    def __init__(self, tryton: Tryton, renamed: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """Read companies, charts, taxes, products, journals, terms and currencies.

        Args:
            tryton: A session.
            renamed: By company, what an account is called here by its code there, for charts with codes of their own.
        """
        self.currencies = _ids(tryton, "currency.currency", "code")
        digits = {
            one["id"]: (one["code"], one["digits"]) for one in _all(tryton, "currency.currency", "code", "digits")
        }
        self.digits: dict[str, int] = dict(digits.values())
        self.products = _ids(tryton, "product.product", "code")
        self.journals = _ids(tryton, "account.journal", "code")
        self.terms = _ids(tryton, "account.invoice.payment_term", "name")
        self.unit: int = tryton.call("model.ir.model.data.get_id", "product", "uom_unit")
        self._companies: dict[str, Company] = {}
        self.renamed: dict[int, Mapping[str, str]] = {}
        for row in tryton.find("company.company", [], ["party.code", "currency"]):
            code, places = digits[row["currency"]]
            own = {"company": row["id"]}
            name = row["party."]["code"]
            codes = self.renamed[row["id"]] = (renamed or {}).get(name, {})
            accounts = _ids(tryton, "account.account", "code", **own)
            self._companies[name] = Company(
                name=name,
                id=row["id"],
                currency=code,
                digits=places,
                accounts={codes.get(code, code): identifier for code, identifier in accounts.items()},
                taxes=_ids(tryton, "account.tax", "name", **own),
            )

    def company(self, name: str) -> Company:
        """Return a company by the code of its party.

        Raises:
            TrytonRefusalError: There is none.
        """
        if name not in self._companies:
            raise TrytonRefusalError("company", "unknown", f"no company {name}")
        return self._companies[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Codes of the companies."""
        return tuple(self._companies)


def _all(tryton: Tryton, model: str, *fields: str, **own: Any) -> list[dict[str, Any]]:
    domain = [["company", "=", own["company"]]] if own else []
    return tryton.find(model, domain, fields, **own)


def _ids(tryton: Tryton, model: str, name: str, **own: Any) -> dict[str, int]:
    return {row[name]: row["id"] for row in _all(tryton, model, name, **own) if row[name]}


def _known(ids: Mapping[str, int], code: str, what: str, company: str) -> int:
    if code not in ids:
        raise TrytonRefusalError(company, "unknown", f"{company} has no {what}")
    return ids[code]
