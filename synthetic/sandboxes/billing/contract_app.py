"""The landscape's own contract `billing-invoices` over a core that stands alone: what consumers' pacts verify."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette

from synthetic.sandboxes.billing.core import BillingCore
from synthetic.sandboxes.faces.billing_core import Billing
from synthetic.sandboxes.faces.billing_invoices import BillingInvoices
from synthetic.sandboxes.faces.contract import Contract
from synthetic.sandboxes.faces.face import Face
from synthetic.sandboxes.reference import landscape_root

_NAME = "billing-invoices"


def create_contract_app(core: BillingCore, *, token: str = "") -> Starlette:
    """Return the ASGI app that serves the newest `billing-invoices`, its paths at the root.

    Args:
        core: Answers every request; the Stripe skin may serve the same one.
        token: Bearer token that callers must send; "" lets everybody in (loopback only).
    """
    kept: dict[str, dict[str, Any]] = {}
    answers = BillingInvoices(Billing(core)).answers()
    face = Face(_NAME, lambda: Contract(landscape_root(), _NAME), answers, token, lambda: kept)
    return Starlette(routes=[face.route("")])
