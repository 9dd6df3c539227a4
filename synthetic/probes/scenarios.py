"""What most probes begin with: a synthetic customer with a subscription, and the numbers that must come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from harness.model import JSON
from harness.model.money import half_up
from synthetic.deeds import Answer, Call
from synthetic.deeds.ports import Port
from synthetic.probes.days import today
from synthetic.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Account:
    """A synthetic customer."""

    id: str
    name: str
    country: str
    tax_id: str


@dataclass(frozen=True, slots=True)
class Sale:
    """What is sold, to whom, and what must be billed for it."""

    entity: str
    currency: str
    sku: str
    net: int
    tax_code: str
    tax_percent: str
    tax_reason: str
    terms: str
    accounts: str
    quantity: int = 1
    tax_within: int | None = None

    @property
    def tax(self) -> int:
        """Tax on the net, rounded once; where it is within the price, what was taken out of it."""
        if self.tax_within is not None:
            return self.tax_within
        return half_up(Fraction(self.net) * Fraction(self.tax_percent) / 100)

    @property
    def total(self) -> int:
        """Net and tax."""
        return self.net + self.tax


GERMAN_PRO = Sale("DE-01", "EUR", "PRO-ANNUAL", 120000, "DE-S19", "19", "standard", "CARD", accounts="1100,2200,2400")
GERMAN_PRO_NET = Sale(
    "DE-01", "EUR", "PRO-ANNUAL", 120000, "DE-S19", "19", "standard", "NET30", accounts="1100,2200,2400"
)
GERMAN_SEATS = Sale(
    "DE-01", "EUR", "PRO-SEAT", 240000, "DE-S19", "19", "standard", "CARD", accounts="1100,2200,2400", quantity=10
)
AMERICAN_PRO = Sale(
    "US-01", "USD", "PRO-ANNUAL", 120000, "US-NY", "8.875", "taxable", "CARD", accounts="1100,2200,2400"
)
AMERICAN_SUITE = Sale(
    "US-01", "USD", "SUITE-ANNUAL", 179900, "US-NY", "8.875", "taxable", "CARD", accounts="1100,2200,2400"
)
JAPANESE_PRO = Sale(
    "JP-01", "JPY", "PRO-ANNUAL", 1200000, "JP-S10", "10", "standard", "CARD", accounts="1100,2200,2400"
)

API_CALLS = Sale("US-01", "USD", "API-CALLS", 0, "US-NY", "8.875", "taxable", "CARD", accounts="1100,2200,4100")

_DISPUTE_FEE = 2000
_COUNTRIES = {"DE-01": "DE", "US-01": "US", "JP-01": "JP"}
_TAX_IDS = {
    "DE": "DE129273398",
    "US": "12-3456789",
    "JP": "T1234567890123",
    "CH": "CHE116281710",
    "FR": "FR40303265045",
}


def account_of(tx: Transaction, entity: str = "DE-01", country: str = "") -> Account:
    """Return the account of this run: its id is that of the run, so that the same slot finds it again."""
    seat = country or _COUNTRIES[entity]
    return Account(f"acc-{tx.run_id}", f"Synthetic {tx.run_id}", seat, _TAX_IDS[seat])


async def accept(tx: Transaction, crm: Port, account: Account) -> Answer:
    """Accept an account in the CRM."""
    return await tx.do(
        "Account accepted",
        crm.accept_account(
            account=account.id, name=account.name, country=account.country, tax_id=account.tax_id, key=tx.key("account")
        ),
    )


async def onboard(
    tx: Transaction, billing: Port, account: Account, accepted: Answer, *, terms: str = "", method: str = "card"
) -> str:
    """Make the billing customer of an account and return its id."""
    made = await tx.do(
        "Customer made in billing",
        billing.onboard(
            account=account.id,
            name=account.name,
            entity=accepted["legal_entity"],
            currency=accepted["currency"],
            terms=terms or accepted["terms"],
            tax_id=account.tax_id,
            method=method,
            key=tx.key("customer"),
        ),
    )
    return str(made["id"])


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription that was begun."""

    customer: str
    subscription: str
    invoice: str
    contract: str


def cancelling(tx: Transaction, billing: Port) -> Callable[[Answer], Call]:
    """Return how a subscription is taken back."""
    return lambda answer: billing.cancel(subscription=answer["id"], key=tx.key("undo"))


async def subscribe(tx: Transaction, crm: Port, billing: Port, sale: Sale, *, method: str = "card") -> Subscribed:
    """Accept an account, make its customer and begin a subscription that is cancelled when the run ends."""
    return await subscribe_customer(tx, billing, sale, await customer_of(tx, crm, billing, sale, method=method))


async def subscribe_customer(tx: Transaction, billing: Port, sale: Sale, customer: str) -> Subscribed:
    """Begin a subscription of a customer that is cancelled when the run ends."""
    contract = f"C-{tx.run_id}"
    begun = await tx.do(
        "Subscription begun",
        billing.subscribe(
            customer=customer,
            sku=sale.sku,
            entity=sale.entity,
            currency=sale.currency,
            tax_code=sale.tax_code,
            contract=contract,
            quantity=sale.quantity,
            terms=sale.terms,
            key=tx.key("subscription"),
        ),
        undo=cancelling(tx, billing),
    )
    return Subscribed(customer, str(begun["id"]), str(begun["invoice"]), contract)


async def customer_of(
    tx: Transaction, crm: Port, billing: Port, sale: Sale, *, method: str = "card", country: str = ""
) -> str:
    """Accept an account and make its customer; return the customer's id."""
    account = account_of(tx, sale.entity, country)
    accepted = await accept(tx, crm, account)
    return await onboard(tx, billing, account, accepted, terms=sale.terms, method=method)


def billing_of(tx: Transaction, billing: Port, sale: Sale, customer: str, amounts: list[int], **more: JSON) -> Call:
    """Return the deed that bills amounts once, under the code and terms of a sale."""
    asked: dict[str, JSON] = {
        "customer": customer,
        "sku": sale.sku,
        "amounts": [*amounts],
        "entity": sale.entity,
        "currency": sale.currency,
        "tax_code": sale.tax_code,
        "contract": f"C-{tx.run_id}",
        "terms": sale.terms,
    }
    return billing.bill(**asked, key=tx.key(f"bill-{sale.tax_code}"), **more)


async def deliver_again(tx: Transaction, sync: Port, what: str, of: str, kind: str, hows: Sequence[str] = ()) -> None:
    """Deliver the event `kind` of an object again in each of these ways, and see that it came."""
    for how in hows or ("duplicate", "replay"):
        await tx.do(f"{what} delivered again: {how}", sync.redeliver(object=of, kind=kind, how=how))
        await tx.see(
            f"{what} came again: {how}",
            sync.deliveries_of(object=of, kind=kind, how=how),
            within="2m",
            want={"count": 1},
        )


Facts = dict[str, JSON]
"""Fields that must be so."""


def lines_billed(sku: str, *amounts: tuple[int, int]) -> Facts:
    """Return what billing must show of lines over one SKU: net and tax of each."""
    return {
        "line_skus": ",".join(sku for _ in amounts),
        "line_nets": ",".join(str(net) for net, _ in amounts),
        "line_taxes": ",".join(str(tax) for _, tax in amounts),
    }


def lines_posted(account: str, code: str, *nets: int) -> Facts:
    """Return what a ledger must show of lines on one account, under one tax code."""
    return {
        "line_accounts": ",".join(account for _ in nets),
        "line_nets": ",".join(str(net) for net in nets),
        "line_codes": ",".join(code for _ in nets),
    }


def invoiced(sale: Sale, begun: Subscribed, **more: JSON) -> Facts:
    """Return what billing must show of the first invoice of a sale."""
    return {
        "count": 1,
        "invoice": begun.invoice,
        "currency": sale.currency,
        "net": sale.net,
        "tax": sale.tax,
        "total": sale.total,
        "entity": sale.entity,
        "contract": begun.contract,
        **lines_billed(sale.sku, (sale.net, sale.tax)),
        **more,
    }


def dispute_posted(sale: Sale, day: str) -> Facts:
    """Return what the ledger must show of a dispute over a whole sale, with the fee of the provider."""
    return {
        "count": 1,
        "source": "psp",
        "entity": sale.entity,
        "currency": sale.currency,
        "amount": sale.total + _DISPUTE_FEE,
        "accounts": "1050,1060,6100",
        "posting_date": day,
        "synthetic": True,
    }


def posted(sale: Sale, begun: Subscribed, **more: JSON) -> Facts:
    """Return what the ledger must show of the first invoice of a sale.

    What is said beside it comes first: a wrong day is a wrong day, also where it leads into other books.
    """
    net = more.get("net", sale.net)
    usual: Facts = {
        "source": "billing",
        "entity": sale.entity,
        "ledger": sale.entity,
        "currency": sale.currency,
        "net": sale.net,
        "tax_base": sale.net,
        "tax": sale.tax,
        "total": sale.total,
        "functional_total": sale.total,
        "rate": "",
        "balance": 0,
        "tax_code": sale.tax_code,
        "tax_reason": sale.tax_reason,
        "accounts": sale.accounts,
        "contract": begun.contract,
        "late": False,
        "synthetic": True,
        "reversed_by": None,
        **lines_posted(sale.accounts.rsplit(",", 1)[-1], sale.tax_code, *([net] if isinstance(net, int) else [])),
    }
    return {"count": 1, **more, **{name: value for name, value in usual.items() if name not in more}}


def first_posted(tx: Transaction, sale: Sale, begun: Subscribed) -> Facts:
    """Return what the ledger must show of the first invoice of a sale that was finalised just now."""
    return posted(sale, begun, **dated(str(today(tx.now(), sale.entity))))


def loss_posted(sale: Sale, amount: int, day: str, *, reversed_on: str = "") -> Facts:
    """Return what the ledger must show of a loss that is expected on the invoice of a sale."""
    return {
        "count": 1,
        "source": "erp",
        "entity": sale.entity,
        "currency": sale.currency,
        "amount": amount,
        "accounts": "1190,6200",
        "posting_date": day,
        "reversed_on": reversed_on,
    }


def dated(day: str) -> Facts:
    """Return the four dates of a document that is of a day, and posted on it."""
    return {"document_date": day, "posting_date": day, "posting_period": day[:7], "tax_period": day[:7]}
