"""The adapter: deeds and looks behind one `call`."""

from __future__ import annotations

from synthetic.deeds import Answer, Attempt
from synthetic.systems.billing import PriceList, answered, operations_of
from synthetic.systems.stripe.api import Request, StripeApi
from synthetic.systems.stripe.catalogue import Catalogue
from synthetic.systems.stripe.deeds import StripeDeeds
from synthetic.systems.stripe.events import StripeEvents
from synthetic.systems.stripe.looks import StripeLooks
from synthetic.systems.stripe.money import StripeMoney


class StripeBilling:
    """Adapter of one account of a system that speaks Stripe's API.

    Attributes:
        deeds: What is done there.
    """

    def __init__(self, request: Request, prices: PriceList, *, synthetic: bool = True) -> None:
        """Speak through `request`; what is made is marked as synthetic, unless it is a sandbox's ordinary business."""
        self._api = StripeApi(request)
        self.deeds = StripeDeeds(self._api, Catalogue(self._api, prices), synthetic=synthetic)
        self._operations = operations_of(
            self.deeds, StripeMoney(self._api), StripeLooks(self._api, prices), StripeEvents(self._api)
        )

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call."""
        self._api.key = attempt.key
        return answered(self._operations, attempt, "operation-unknown", "no operation")
