"""The contracts that the edge serves: CRM, orders, prices, entitlements and tax over one set of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from harness.catalog import Catalog
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.faces.billing_core import Billing
from synthetic.sandboxes.faces.billing_credits import BillingCredits
from synthetic.sandboxes.faces.billing_customers import BillingCustomers
from synthetic.sandboxes.faces.billing_invoices import BillingInvoices
from synthetic.sandboxes.faces.billing_payments import BillingPayments
from synthetic.sandboxes.faces.billing_subscriptions import BillingSubscriptions
from synthetic.sandboxes.faces.billing_usage import BillingUsage
from synthetic.sandboxes.faces.crm_accounts import CrmAccountsFace
from synthetic.sandboxes.faces.entitlements import EntitlementsFace
from synthetic.sandboxes.faces.face import Answer
from synthetic.sandboxes.faces.order_acceptance import OrderAcceptanceFace
from synthetic.sandboxes.faces.pricing import PricingFace
from synthetic.sandboxes.faces.tax import TaxFace
from synthetic.sandboxes.landscape.adapters import in_process
from synthetic.sandboxes.landscape.crm import Crm
from synthetic.sandboxes.landscape.entitlements import Entitlements
from synthetic.sandboxes.landscape.orders import Orders
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.landscape.rows import Row, Table
from synthetic.sandboxes.landscape.selling import CoreSelling
from synthetic.sandboxes.landscape.tax import TaxEngine
from synthetic.sandboxes.ledger.master import Master
from synthetic.systems.stripe import StripeBilling

_FINANCE = ("finance-systems", "ar", "treasury", "controller", "revenue-accounting")
Owed = Callable[[str, str, str], int]
"""What a customer owes a legal entity in a currency; the ERP is asked."""


class EdgeSystems:
    """CRM, orders, tax and entitlements, and their contracts.

    Args:
        catalog: Master data.
        core: Billing.
        owed: Asks the ERP.
        now: The clock.
        table: Opens tables.
    """

    def __init__(
        self, catalog: Catalog, core: BillingCore, owed: Owed, now: Callable[[], datetime], table: Table
    ) -> None:
        """Open everything over the same tables."""
        master = Master(catalog)
        self._table = table
        self._catalog = catalog
        self._now = now
        self.core = core
        self.crm = Crm(master, now, table)
        self.tax = TaxEngine(master, table)
        self.entitlements = Entitlements(master, now, table)
        self.selling = CoreSelling(core, self.crm, self.tax)
        self.orders = Orders(master, self.crm, self.selling, owed, now, table)
        self._billing = StripeBilling(in_process(core), CatalogPrices(master, now().date()))
        self.accounts = CrmAccountsFace(self.crm, self.orders, self.tax, self._onboard)

    def answers(self) -> dict[str, Mapping[str, Answer]]:
        """Return the operations of each contract by their ids."""
        billing = Billing(self.core)
        people = {person.name for group in _FINANCE for person in self._catalog.members_of(group)}
        return {
            "billing-credits": BillingCredits(billing, self._table("credit-draft"), frozenset(people)).answers(),
            "billing-customers": BillingCustomers(billing, self.selling).answers(),
            "billing-invoices": BillingInvoices(billing, self.selling.rate_for).answers(),
            "billing-payments": BillingPayments(billing).answers(),
            "billing-subscriptions": BillingSubscriptions(billing, self.orders).answers(),
            "billing-usage": BillingUsage(billing, self._catalog, self._table("usage-event")).answers(),
            "crm-accounts": self.accounts.answers(),
            "entitlements": EntitlementsFace(self.entitlements, self._now).answers(),
            "order-acceptance": OrderAcceptanceFace(self.orders).answers(),
            "pricing": PricingFace(self._catalog, self.orders, self.selling, self._now).answers(),
            "tax": TaxFace(self.tax, self._now).answers(),
        }

    def _onboard(self, account: str, row: Row) -> str:
        """Make the billing customer of an accepted account; party and tenant follow from billing's event."""
        found = self._billing.deeds.onboard(
            account=account,
            name=row["name"],
            entity=row["legal_entity"],
            currency=row["currency"],
            terms=row["terms"],
            tax_id=row["tax_id"],
            parent=row["parent"],
        )
        if not row.get("synthetic"):
            self.core.call("customers.update", {"id": found["id"], "metadata": {"synthetic": ""}})
        return str(found["id"])
