"""The landscape's own contract `billing-invoices` 2.3.0 over the billing core: what consumers' pacts verify."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.model.money import half_up
from synthetic.sandboxes.billing.contract_invoice import contract_invoice, midnight
from synthetic.sandboxes.billing.core import BillingCore
from synthetic.sandboxes.billing.forms import LARGEST
from synthetic.sandboxes.billing.values import BillingError, Params, Record, Reply, digits, exact

_PROBLEMS = {
    400: ("bad-request", "Request cannot be read"),
    401: ("unauthorised", "Token missing or expired"),
    402: ("rule-violated", "Business rule violated"),
    404: ("not-found", "Not found"),
    409: ("conflict", "Conflict"),
    422: ("rule-violated", "Business rule violated"),
}
_CODES = {"invoice_not_editable": 409, "resource_already_exists": 409}
_SHORTEST_KEY, _LONGEST_KEY = 8, 128


def create_contract_app(core: BillingCore, *, token: str = "") -> Starlette:
    """Return the ASGI app that serves `billing-invoices` 2.3.0.

    Args:
        core: Answers every request; the Stripe skin may serve the same one.
        token: Bearer token that callers must send; "" lets everybody in (loopback only).
    """
    face = _Face(core, token)
    return Starlette(
        routes=[
            Route("/invoices", face.guarded(face.list), methods=["GET"]),
            Route("/invoices", face.guarded(face.create), methods=["POST"]),
            Route("/invoices/{id}", face.guarded(face.retrieve), methods=["GET"]),
            Route("/invoices/{id}/finalise", face.guarded(face.finalise), methods=["POST"]),
            Route("/invoices/{id}/void", face.guarded(face.void), methods=["POST"]),
        ]
    )


class _Face:
    """Reads requests of the contract, asks the core, writes answers of the contract."""

    def __init__(self, core: BillingCore, token: str) -> None:
        self._core = core
        self._token = token
        # composed operations run inside the core, so that they are one transaction under one key
        core.operations["contract.create_invoice"] = self._create
        core.operations["contract.finalise_invoice"] = self._finalise
        core.operations["contract.void_invoice"] = self._void

    def guarded(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that checks the token and turns refusals into problems."""

        async def endpoint(request: Request) -> Response:
            try:
                self._admit(request)
                return await answer(request)
            except BillingError as error:
                return _problem(request, error)

        return endpoint

    def _admit(self, request: Request) -> None:
        if self._token and request.headers.get("authorization") != f"Bearer {self._token}":
            raise BillingError("Send `Authorization: Bearer` with a valid token.", status=401)

    async def list(self, request: Request) -> Response:
        """Return a page of invoices, newest first."""
        query = dict(request.query_params)
        limit = Params(query).integer("limit", 50, least=1)
        if limit > 200:
            raise BillingError(f"`limit` is {limit}; the most is 200.", param="limit")
        self._core.tick()
        desk = self._core.desk
        bounds = [_seconds(query, name) for name in ("finalised_from", "finalised_before")]
        found = [
            contract_invoice(desk, invoice)
            for invoice in desk.storage.all("invoice", customer=query.get("customer", ""), newest_first=True)
            if _within(invoice["status_transitions"]["finalized_at"], bounds[0], bounds[1])
        ]
        found = [invoice for invoice in found if _wanted(invoice, query)]
        ids = [invoice["id"] for invoice in found]
        if (cursor := query.get("cursor")) and cursor not in ids:
            raise BillingError("`cursor` is none of ours; start again without it.", param="cursor")
        start = ids.index(cursor) + 1 if cursor else 0
        page, more = found[start : start + limit], start + limit < len(found)
        body = {"data": page, "has_more": more, "next_cursor": page[-1]["id"] if more else None}
        return _json(request, 200, body)

    async def retrieve(self, request: Request) -> Response:
        """Return one invoice."""
        invoice = self._core.call("invoices.retrieve", {"id": request.path_params["id"]})
        return _json(request, 200, contract_invoice(self._core.desk, invoice))

    async def create(self, request: Request) -> Response:
        """Draft a one-off invoice."""
        return await self._do(request, "contract.create_invoice", 201)

    async def finalise(self, request: Request) -> Response:
        """Finalise a draft."""
        return await self._do(request, "contract.finalise_invoice", 200)

    async def void(self, request: Request) -> Response:
        """Void a finalised invoice."""
        return await self._do(request, "contract.void_invoice", 200)

    async def _do(self, request: Request, operation: str, status: int) -> Response:
        key = request.headers.get("idempotency-key", "")
        if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
            raise BillingError("Send `Idempotency-Key` with 8 to 128 characters.", param="Idempotency-Key")
        reply: Reply = self._core.perform(operation, await _body(request) | dict(request.path_params), key=key)
        if reply.status >= 400:
            error = reply.body["error"]
            refused = BillingError(error["message"], status=reply.status, code=error.get("code", ""))
            if error["type"] == "idempotency_error":
                refused.status = 409
            raise refused
        return _json(request, status, reply.body)

    def _create(self, params: Params) -> Record:
        core = self._core
        terms = params.choice("payment_terms", ("CARD", "NET30", "NET60"), "")
        entity = params.required("legal_entity")
        customer = core.desk.find("customer", params.required("customer"))
        metadata: Record = {"legal_entity": entity, "payment_terms": terms}
        metadata |= {name: params.text(name) for name in ("contract_id", "purchase_order") if params.text(name)}
        if params.boolean("synthetic"):
            metadata["synthetic"] = "true"
        wanted = "inclusive" if params.text("price_mode") == "inclusive" else "exclusive"
        rate = customer["metadata"].get(f"tax_rate_{wanted}")
        given: Record = {"customer": customer["id"], "currency": params.required("currency"), "metadata": metadata}
        given |= {"pending_invoice_items_behavior": "exclude", "description": params.text("memo")}
        given |= {"default_tax_rates": [rate] if rate else []}
        if terms != "CARD":
            given |= {"collection_method": "send_invoice", "days_until_due": terms.removeprefix("NET")}
        invoice = core.operations["invoices.create"](Params(given))
        zone = core.desk.entity(metadata).zone
        for line in params.parts("lines"):
            self._add(invoice, line, zone)
        return contract_invoice(core.desk, core.desk.find("invoice", invoice["id"]))

    def _add(self, invoice: Record, line: Params, zone: str) -> None:
        sku = line.required("sku")
        product = self._core.desk.storage.get(sku)
        details = (product or {}).get("metadata", {})
        quantity, price = exact(line.required("quantity"), "quantity"), exact(line.required("unit_price"), "unit_price")
        metadata = {"sku": sku, "quantity": line.text("quantity"), "unit_price": line.text("unit_price")}
        metadata["revenue_class"] = details.get("revenue_class", "SERVICE-POINT")
        period = {
            edge: midnight(line.text(name), zone)
            for edge, name in (("start", "service_start"), ("end", "service_end"))
            if line.text(name)
        }
        item: Record = {"customer": invoice["customer"], "currency": invoice["currency"], "invoice": invoice["id"]}
        item |= {"amount": half_up(quantity * price * 10 ** digits(invoice["currency"])), "metadata": metadata}
        item |= {"description": line.required("description"), "period": period}
        self._core.operations["invoice_items.create"](Params(item))

    def _finalise(self, params: Params) -> Record:
        day = params.required("document_date")
        identifier = params.required("id")
        core = self._core
        core.operations["invoices.update"](Params({"id": identifier, "metadata": {"document_date": day}}))
        return contract_invoice(core.desk, core.operations["invoices.finalize"](Params({"id": identifier})))

    def _void(self, params: Params) -> Record:
        reason = params.required("reason")
        if not 3 <= len(reason) <= 200:
            raise BillingError("`reason` has 3 to 200 characters.", param="reason")
        core = self._core
        invoice = core.desk.find("invoice", params.required("id"))
        invoice["metadata"]["void_reason"] = reason
        core.desk.storage.put(invoice)
        return contract_invoice(core.desk, core.operations["invoices.void"](Params({"id": invoice["id"]})))


def _within(at: int | None, start: int | None, end: int | None) -> bool:
    if start is None and end is None:
        return True
    return at is not None and (start is None or at >= start) and (end is None or at < end)


def _wanted(invoice: Record, query: dict[str, str]) -> bool:
    posted = query.get("posted")
    if posted is not None:
        is_posted = invoice["posted_at"] is not None
        if posted == "true" and not is_posted:
            return False
        if posted == "false" and (is_posted or invoice["status"] in ("draft", "void")):
            return False
    return all(query.get(name, invoice[name]) == invoice[name] for name in ("legal_entity", "status"))


def _seconds(query: dict[str, str], name: str) -> int | None:
    if name not in query:
        return None
    try:
        return int(datetime.fromisoformat(query[name]).timestamp())
    except ValueError:
        raise BillingError(f"`{name}` is no time; write 2027-01-01T00:00:00Z.", param=name) from None


async def _body(request: Request) -> Record:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise BillingError("The request body is larger than 1 MB.", status=400)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BillingError("The request body is no JSON.") from None
    if not isinstance(value, dict):
        raise BillingError("The request body must be a JSON object.")
    return value


def _json(request: Request, status: int, body: Record) -> Response:
    return Response(json.dumps(body), status, _headers(request), "application/json")


def _problem(request: Request, error: BillingError) -> Response:
    status = _CODES.get(error.code, error.status)
    kind, title = _PROBLEMS.get(status, ("bad-request", "Request cannot be read"))
    status = 422 if status == 402 else status
    body: Record = {"type": f"https://problems.aster.example/{kind}", "title": title, "status": status}
    body |= {"detail": error.message, "retriable": False}
    return Response(json.dumps(body), status, _headers(request), "application/problem+json")


def _headers(request: Request) -> dict[str, str]:
    return {"x-correlation-id": request.headers.get("x-correlation-id", "billing-sandbox")}
