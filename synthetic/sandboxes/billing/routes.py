"""Which path of Stripe's API is which operation of the core."""

from __future__ import annotations

from dataclasses import dataclass

from synthetic.sandboxes.billing.search import FIELDS


@dataclass(frozen=True, slots=True)
class Served:
    """One endpoint.

    Attributes:
        method: HTTP method.
        path: Template as in Stripe's document, but each parameter named as the operation names it.
        operation: Name in `BillingCore.operations`.
        also: Parameters that the path itself implies.
    """

    method: str
    path: str
    operation: str
    also: tuple[tuple[str, str], ...] = ()


def _resource(path: str, name: str, verbs: str) -> list[Served]:
    """Return the usual endpoints of a resource: create, list, retrieve, update, delete."""
    kinds = {
        "create": ("POST", path),
        "list": ("GET", path),
        "retrieve": ("GET", f"{path}/{{id}}"),
        "update": ("POST", f"{path}/{{id}}"),
        "delete": ("DELETE", f"{path}/{{id}}"),
    }
    return [Served(*kinds[verb], f"{name}.{verb}") for verb in verbs.split()]


def _actions(path: str, name: str, verbs: str) -> list[Served]:
    """Return the endpoints that do something to one object: `POST path/{id}/verb`."""
    return [Served("POST", f"{path}/{{id}}/{verb}", f"{name}.{verb}") for verb in verbs.split()]


def routes() -> list[Served]:
    """Return everything that is served; fixed paths stand before those with parameters."""
    usual = "create list retrieve update"
    return [
        *(Served("GET", f"/v1/{kind}s/search", f"{kind}s.search") for kind in FIELDS),
        *_resource("/v1/customers", "customers", f"{usual} delete"),
        Served("GET", "/v1/customers/{customer}/payment_methods", "payment_methods.list", (("of_customer", "1"),)),
        *_resource("/v1/products", "products", usual),
        *_resource("/v1/prices", "prices", usual),
        *_resource("/v1/tax_rates", "tax_rates", usual),
        *_resource("/v1/payment_methods", "payment_methods", usual),
        *_actions("/v1/payment_methods", "payment_methods", "attach detach"),
        *_resource("/v1/payment_intents", "payment_intents", usual),
        *_actions("/v1/payment_intents", "payment_intents", "confirm cancel"),
        *_resource("/v1/charges", "charges", "list retrieve"),
        *_resource("/v1/balance_transactions", "balance_transactions", "list retrieve"),
        *_resource("/v1/subscriptions", "subscriptions", usual),
        Served("DELETE", "/v1/subscriptions/{id}", "subscriptions.cancel"),
        *_resource("/v1/subscription_items", "subscription_items", "list retrieve update"),
        Served("POST", "/v1/subscription_items/{id}/usage_records", "usage_records.create"),
        Served("GET", "/v1/subscription_items/{id}/usage_record_summaries", "usage_records.summaries"),
        *_resource("/v1/billing/meters", "meters", "create list retrieve"),
        Served("GET", "/v1/billing/meters/{id}/event_summaries", "meters.summaries"),
        Served("POST", "/v1/billing/meter_events", "meter_events.create"),
        Served("POST", "/v1/invoices/create_preview", "invoices.create_preview"),
        Served("GET", "/v1/invoices/upcoming", "invoices.upcoming"),
        *_resource("/v1/invoices", "invoices", f"{usual} delete"),
        Served("GET", "/v1/invoices/{id}/lines", "invoices.lines"),
        *_actions("/v1/invoices", "invoices", "finalize pay void mark_uncollectible send"),
        *_resource("/v1/invoiceitems", "invoice_items", "create list retrieve delete"),
        Served("GET", "/v1/credit_notes/preview", "credit_notes.preview"),
        *_resource("/v1/credit_notes", "credit_notes", usual),
        Served("GET", "/v1/credit_notes/{id}/lines", "credit_notes.lines"),
        *_actions("/v1/credit_notes", "credit_notes", "void"),
        *_resource("/v1/refunds", "refunds", "create list retrieve"),
        *_resource("/v1/disputes", "disputes", "list retrieve update"),
        *_actions("/v1/disputes", "disputes", "close"),
        *_resource("/v1/payouts", "payouts", "create list retrieve"),
        Served("GET", "/v1/balance", "balance.retrieve"),
        *_resource("/v1/subscription_schedules", "subscription_schedules", usual),
        *_actions("/v1/subscription_schedules", "subscription_schedules", "cancel release"),
        *_resource("/v1/webhook_endpoints", "webhook_endpoints", f"{usual} delete"),
        Served("POST", "/v1/test_helpers/customers/{id}/fund_cash_balance", "customers.fund_cash_balance"),
        *_resource("/v1/events", "events", "list retrieve"),
        *_resource("/v1/test_helpers/test_clocks", "test_clocks", "create list retrieve delete"),
        *_actions("/v1/test_helpers/test_clocks", "test_clocks", "advance"),
    ]
