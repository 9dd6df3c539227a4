"""`order-acceptance`: orders decided, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, day, page
from synthetic.sandboxes.landscape.orders import Orders

_OWN = frozenset({"begins", "confirmation", "synthetic"})


class OrderAcceptanceFace:
    """Operations of the contract over the orders of the landscape."""

    def __init__(self, orders: Orders) -> None:
        """Work on `orders`."""
        self._orders = orders

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "acceptOrder": self._accept,
            "listOrders": self._list,
            "getOrder": self._get,
        }

    def _accept(self, asked: Asked) -> Any:
        day(asked.body["start_date"])
        return self._orders.accept(asked.body)

    def _list(self, asked: Asked) -> Any:
        rows = [_shown(one) for one in self._orders.orders.values()]
        for name in ("customer_id", "status"):
            if asked[name] is not None:
                rows = [row for row in rows if row[name] == asked[name]]
        if (since := asked["accepted_from"]) is not None:
            rows = [row for row in rows if row["accepted_at"] and row["accepted_at"] >= since]
        return page(rows, asked, lambda row: str(row["order_id"]))

    def _get(self, asked: Asked) -> Any:
        found = self._orders.orders.get(asked["order_id"])
        if found is None:
            raise RefusalError(404, f"No order {asked['order_id']}.")
        return _shown(found)


def _shown(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in _OWN}
