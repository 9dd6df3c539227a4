"""The `billing` port over the Stripe API: a sandbox in process, a sandbox over HTTP, or Stripe test mode.

Our facts travel in metadata: `legal_entity`, `contract_id`, `tax_code`, `sku`, `account`, `synthetic`.
"""

from synthetic.systems.stripe.adapter import StripeBilling
from synthetic.systems.stripe.api import Request

__all__ = ["Request", "StripeBilling"]
