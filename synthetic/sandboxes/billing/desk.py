"""The desk every part of billing works at: storage, time, ids, events and planned work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from synthetic.sandboxes.billing.rating import TaxRounding
from synthetic.sandboxes.billing.storage import Storage
from synthetic.sandboxes.billing.values import BillingError, Params, Record, missing

API_VERSION = "2020-08-27"
"""The version of Stripe's API whose published document every response is held to."""


@dataclass(frozen=True, slots=True)
class Entity:
    """What billing must know of a legal entity: time zone, tax rounding, and the tax id it prints."""

    zone: str = "UTC"
    rounding: TaxRounding = field(default_factory=TaxRounding)
    tax_id: str = ""


ENTITIES: Mapping[str, Entity] = {
    "US-01": Entity("America/New_York", TaxRounding("line", "half_up"), "83-1120934"),
    "DE-01": Entity("Europe/Berlin", TaxRounding("document", "half_up"), "DE811907980"),
    "JP-01": Entity("Asia/Tokyo", TaxRounding("document", "toward_zero"), "T8010401050387"),
}
"""The legal entities of the reference landscape (workflows.md section 1); others round per line, in UTC."""

_WORDS = {"payment_method": "PaymentMethod", "test_helpers.test_clock": "test clock"}


class Now(Protocol):
    """What billing needs of a clock."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""


class Desk:
    """Storage, time, ids and events, shared by all parts of one billing core.

    Args:
        clock: The only clock.
        storage: Where everything is kept.
        seed: Part of every id, so that two runs with one seed give equal ids.
        entities: Time zone and tax rounding by legal entity.

    Attributes:
        dry: True while a preview runs: no card is charged.
    """

    def __init__(self, clock: Now, storage: Storage, seed: str, entities: Mapping[str, Entity]) -> None:
        """Keep them."""
        self.storage = storage
        self.entities = entities
        self.dry = False
        self._clock = clock
        self._seed = seed
        self._live: int | None = None

    def live(self) -> int:
        """Return the real time, or that of the job being done: seconds since 1970."""
        return int(self._clock.now().timestamp()) if self._live is None else self._live

    @contextmanager
    def at(self, time: int) -> Iterator[None]:
        """Hold the real time while a job or a request is done: all that it makes is of one second."""
        before, self._live = self._live, time
        try:
            yield
        finally:
            self._live = before

    def clock_of(self, owner: str | None) -> str:
        """Return the id of the test clock that a customer lives by, "" for real time."""
        customer = self.storage.get(owner) if owner else None
        return str((customer or {}).get("test_clock") or "")

    def now(self, owner: str | None = None) -> int:
        """Return the time for a customer: that of its test clock if it has one."""
        clock = self.clock_of(owner)
        frozen = self.storage.get(clock) if clock else None
        return int(frozen["frozen_time"]) if frozen else self.live()

    def name(self, prefix: str, params: Params | None = None) -> str:
        """Return a new id: deterministic, or the one a caller insists on."""
        wanted = params.text("id") if params else ""
        if wanted:
            if self.storage.get(wanted):
                raise BillingError(f"{wanted} already exists.", code="resource_already_exists", param="id")
            return wanted
        number = self.storage.next(prefix)
        digest = hashlib.blake2b(f"{self._seed}/{prefix}/{number}".encode(), digest_size=9).hexdigest()
        return f"{prefix}_{digest}"

    def secret(self, endpoint: str) -> str:
        """Return the signing secret of a webhook endpoint."""
        return f"whsec_{hashlib.blake2b(f'{self._seed}/secret/{endpoint}'.encode(), digest_size=16).hexdigest()}"

    def find(self, kind: str, identifier: str) -> Record:
        """Return an object of a kind.

        Raises:
            BillingError: There is none (`resource_missing`).
        """
        found = self.storage.get(identifier)
        if found is None or found["object"] != kind or found.get("deleted"):
            raise missing(_WORDS.get(kind, kind.rsplit(".", maxsplit=1)[-1]), identifier)
        return found

    def save(self, record: Record, event: str = "", previous: Record | None = None) -> Record:
        """Store an object and tell the world, if `event` says how."""
        self.storage.put(record)
        if event:
            self.emit(event, record, previous)
        return record

    def change(self, record: Record, event: str, changes: Mapping[str, object]) -> Record:
        """Store an object with changes and tell what it was before; nothing is told where nothing changed."""
        before = {name: record.get(name) for name, value in changes.items() if record.get(name) != value}
        record.update(changes)
        return self.save(record, event, before) if before else record

    def emit(self, kind: str, record: Record, previous: Record | None = None) -> None:
        """Append an event and plan its way to every endpoint that wants it."""
        owner = record.get("customer") if record["object"] != "customer" else record["id"]
        at = self.now(owner if isinstance(owner, str) else None)
        data: Record = {"object": record}
        if previous:
            data["previous_attributes"] = previous
        event: Record = {
            "id": self.name("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": at,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        wanting = [
            endpoint
            for endpoint in self.storage.all("webhook_endpoint")
            if endpoint["status"] == "enabled" and {"*", kind} & set(endpoint["enabled_events"])
        ]
        event["pending_webhooks"] = len(wanting)
        self.storage.put(event)
        for endpoint in wanting:
            self.storage.add_delivery(event["id"], endpoint["id"], self.live())

    def plan(self, due: int, kind: str, record: Record) -> None:
        """Plan work for an object on the clock of its customer."""
        self.storage.schedule(due, self.clock_of(record.get("customer")), kind, record["id"])

    def entity(self, metadata: Mapping[str, str]) -> Entity:
        """Return the legal entity named in metadata."""
        return self.entities.get(metadata.get("legal_entity", ""), Entity())

    def page(
        self,
        kind: str,
        params: Params,
        url: str,
        *,
        matches: Callable[[Record], bool] | None = None,
        customer: str = "",
    ) -> Record:
        """Return one page of a list, newest first, cut by `starting_after`, `ending_before` and `limit`."""
        # also where there is nothing to look at: what is not asked for is refused as unknown
        params.get("created")
        found = [
            record
            for record in self.storage.all(kind, customer=customer, newest_first=True)
            if not record.get("deleted") and _created(record, params) and (matches is None or matches(record))
        ]
        limit = params.integer("limit", 10, least=1)
        if limit > 100:
            raise BillingError("This value must be less than or equal to 100.", param="limit")
        ids = [record["id"] for record in found]
        if before := params.text("ending_before"):
            stop = _place(ids, before, kind)
            start = max(stop - limit, 0)
            return _page(found[start:stop], url, has_more=start > 0)
        start = _place(ids, params.text("starting_after"), kind) + 1 if params.text("starting_after") else 0
        return _page(found[start : start + limit], url, has_more=start + limit < len(found))


def _page(data: list[Record], url: str, *, has_more: bool) -> Record:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _place(ids: list[str], wanted: str, kind: str) -> int:
    if wanted not in ids:
        raise missing(kind, wanted)
    return ids.index(wanted)


def _created(record: Record, params: Params) -> bool:
    given = params.get("created")
    if given in (None, ""):
        return True
    created = int(record.get("created", 0))
    if not isinstance(given, dict):
        return created == params.integer("created")
    bounds = Params(given)
    return (
        created >= bounds.integer("gte", created)
        and created > bounds.integer("gt", created - 1)
        and created <= bounds.integer("lte", created)
        and created < bounds.integer("lt", created + 1)
    )
