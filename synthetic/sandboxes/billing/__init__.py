"""A billing system of one core and three skins, for tests, demos and probes; no money moves.

`BillingCore(clock, database=":memory:", seed="0")` is everything that happens: `core.call("invoices.pay", {"id": ...},
key="...")` does one operation and returns an object in Stripe's shape or raises `BillingError`; `core.perform` returns
the HTTP status too; `core.operations` names all. The clock has `now()`; what falls due (renewals, retries, the hour
before a draft is finalised) is done at its own time on the next call, or on `core.tick()`. Test clocks move customers
of their own. `metadata["legal_entity"]` of a customer is copied to its subscriptions and invoices and decides number
series and tax rounding.

`stripe_app.create_app(core)` is an ASGI app that speaks Stripe's API (imported on its own, since it needs starlette);
`contract_app.create_contract_app(core)` serves the landscape's own contract `billing-invoices` over the same core;
`BillingPort(core)` is the port `harness.ports.Billing`, plain calls without HTTP.

Inside: `rating` and `periods` are pure arithmetic; `customers`, `catalogue`, `usage`, `subscriptions`, `amendments`,
`invoices`, `items`, `payments`, `collection` and `clocks` are the parts of the core, all working at one `desk`.
"""

from synthetic.sandboxes.billing.collection import Dunning
from synthetic.sandboxes.billing.core import BillingCore
from synthetic.sandboxes.billing.desk import API_VERSION, ENTITIES, Entity
from synthetic.sandboxes.billing.port import BillingPort
from synthetic.sandboxes.billing.rating import TaxRounding
from synthetic.sandboxes.billing.values import BillingError, Record, Reply

__all__ = [
    "API_VERSION",
    "ENTITIES",
    "BillingCore",
    "BillingError",
    "BillingPort",
    "Dunning",
    "Entity",
    "Record",
    "Reply",
    "TaxRounding",
]
