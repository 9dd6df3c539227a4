"""One contract served over HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from synthetic.deeds import RefusedError, UnreachableError
from synthetic.sandboxes.faces.contract import Contract, Operation, Wrong, wrong_in
from synthetic.sandboxes.ledger.values import RefusedError as LedgerRefusal

_METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE")
_TRACING = frozenset({"traceparent", "tracestate"})
"""W3C Trace Context: who cannot read them leaves them aside, and never refuses a request because of them."""
_LARGEST = 1_000_000
_DEFAULT_LIMIT = 50
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_LARGEST_AMOUNT = 10**15
_TITLES = {
    400: ("bad-request", "Request cannot be read"),
    401: ("unauthorised", "Token missing or expired"),
    403: ("forbidden", "Not allowed"),
    404: ("not-found", "Not found"),
    409: ("conflict", "Conflict"),
    422: ("rule-violated", "Business rule violated"),
    503: ("unavailable", "Not available"),
}
_CONFLICTS = frozenset({"key-reused", "stale-version", "state"})


class RefusalError(Exception):
    """An operation says no, with a status that the contract knows."""

    def __init__(self, status: int, detail: str) -> None:
        """Keep both."""
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that follows the contract: parameters by name, typed; the body as JSON; the idempotency key."""

    parameters: Mapping[str, Any] = field(hash=False)
    body: Any = field(hash=False)
    key: str

    def __getitem__(self, name: str) -> Any:
        """Return a parameter, None where it is not given."""
        return self.parameters.get(name)


@dataclass(frozen=True, slots=True)
class Replied:
    """An answer that is not the usual success."""

    status: int
    body: Any = field(hash=False)


Answer = Callable[[Asked], Any]
"""Answers one operation with the JSON of its success, or a Replied."""


class Face:
    """One contract and the operations behind it.

    Args:
        contract: Opens the contract; done at the first request, because few runs ask every contract.
        answers: By operation id; each operation of the contract has one.
        token: That callers must send; "" lets everybody in (loopback only).
        kept: Answers by idempotency key.
        name: Of the contract.
    """

    def __init__(
        self,
        name: str,
        contract: Callable[[], Contract],
        answers: Mapping[str, Answer],
        token: str,
        kept: Callable[[], MutableMapping[str, dict[str, Any]]],
    ) -> None:
        """Keep them."""
        self.name = name
        self._open = contract
        self._answers = answers
        self._token = f"Bearer {token}".encode() if token else b""
        self._kept = kept
        self._known: dict[tuple[str, str], Operation] | None = None

    def route(self, prefix: str | None = None) -> BaseRoute:
        """Return the route of everything below a prefix, which is the name of the contract if none is given."""
        prefix = f"/{self.name}" if prefix is None else prefix
        found = Route(f"{prefix}/{{rest:path}}", self.endpoint, methods=list(_METHODS))
        # a path may hold a line feed, which is no reason to leave the contract
        found.path_regex = re.compile(found.path_regex.pattern, re.DOTALL)
        return found

    async def endpoint(self, request: Request) -> Response:
        """Answer one request."""
        if self._token and not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._token):
            return _problem(request, 401, "Send `Authorization: Bearer` with the token of the sandbox.")
        found, named, allowed = self._found(request.method, f"/{request.path_params['rest']}")
        if found is None:
            detail = f"Allowed here: {', '.join(allowed)}." if allowed else "The contract has no such path."
            return _problem(request, 405 if allowed else 404, detail, headers={"allow": ", ".join(allowed)})
        try:
            body = await _body(request, found)
        except ValueError as error:
            return _problem(request, 400, str(error))
        asked, wrong = _read(found, request, named, body)
        if wrong:
            return _problem(request, 400, "The request does not follow the contract.", wrong)
        return self._answered(request, found, asked)

    def _answered(self, request: Request, operation: Operation, asked: Asked) -> Response:
        try:
            reply = self._once(operation, asked) if operation.takes_key else self._reply(operation, asked)
        except RefusalError as error:
            return _problem(request, error.status, error.detail)
        except (RefusedError, LedgerRefusal) as error:
            return _problem(request, 409 if error.code in _CONFLICTS else 422, f"{error.code}: {error.message}")
        except UnreachableError as error:
            return _problem(request, 503, error.why, headers={"retry-after": "1"})
        return Response(json.dumps(reply.body), reply.status, _headers(request), "application/json")

    def _reply(self, operation: Operation, asked: Asked) -> Replied:
        found = self._answers[operation.id](asked)
        return found if isinstance(found, Replied) else Replied(operation.success, found)

    def _once(self, operation: Operation, asked: Asked) -> Replied:
        """Answer a keyed request: the same one again is given the answer it had.

        Raises:
            RefusalError: 409 for another request under the same key.
        """
        digest = hashlib.sha256(json.dumps(asked.body, sort_keys=True).encode()).hexdigest()
        kept = self._kept()
        # a key is one of its caller's for one thing that is done to one object, and may stand for another elsewhere
        where = json.dumps([operation.id, dict(asked.parameters)], sort_keys=True)
        place = f"{self.name}/{where}/{asked.key}"
        known = kept.get(place)
        if known is not None:
            if known["digest"] != digest:
                raise RefusalError(409, "This Idempotency-Key was used for another request.")
            return Replied(known["status"], known["body"])
        reply = self._reply(operation, asked)
        kept[place] = {"digest": digest, "status": reply.status, "body": reply.body}
        return reply

    def _found(self, method: str, path: str) -> tuple[Operation | None, dict[str, str], list[str]]:
        allowed: list[str] = []
        for (known, template), operation in self._operations().items():
            named = _matched(template.split("/"), path.split("/"))
            if named is None:
                continue
            if known == method:
                return operation, named, allowed
            allowed.append(known)
        return None, {}, allowed

    def _operations(self) -> dict[tuple[str, str], Operation]:
        if self._known is None:
            self._known = {(one.method, one.path): one for one in self._open().operations()}
            missing = {one.id for one in self._known.values()} - set(self._answers)
            if missing:
                raise LookupError(f"{self.name}: nobody answers {sorted(missing)}")
        return self._known


def day(text: str, *, status: int = 422) -> date:
    """Return a day of a request that the calendar can count from.

    Raises:
        RefusalError: With `status`, for a year that no business is done in.
    """
    found = date(int(text[:4]) or 1, int(text[5:7]), int(text[8:10] or 1))
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise RefusalError(status, f"{text} is no day of business.")
    return found


def money(amount: int) -> int:
    """Return an amount of minor units that sums of many cannot carry out of 64 bits.

    Raises:
        RefusalError: 422 for more than anybody was ever billed.
    """
    if abs(amount) > _LARGEST_AMOUNT:
        raise RefusalError(422, f"{amount} minor units are more than is billed here.")
    return amount


def page(rows: Sequence[Any], asked: Asked, name: Callable[[Any], str]) -> dict[str, Any]:
    """Return one page of rows after the cursor, which is the name of the last row of the page before.

    Raises:
        RefusalError: 400 for a cursor that is none of ours.
    """
    limit = asked["limit"] or _DEFAULT_LIMIT
    start = 0
    if (cursor := asked["cursor"]) is not None:
        places = [number for number, row in enumerate(rows) if name(row) == cursor]
        if not places:
            raise RefusalError(400, "`cursor` is none of ours; start again without it.")
        start = places[0] + 1
    found = list(rows[start : start + limit])
    more = start + limit < len(rows)
    return {"data": found, "has_more": more, "next_cursor": name(found[-1]) if more and found else None}


def _matched(template: list[str], tokens: list[str]) -> dict[str, str] | None:
    if len(template) != len(tokens):
        return None
    named: dict[str, str] = {}
    for wanted, token in zip(template, tokens, strict=True):
        if wanted.startswith("{"):
            named[wanted.strip("{}")] = token
        elif wanted != token:
            return None
    return named


def _read(operation: Operation, request: Request, named: Mapping[str, str], body: Any) -> tuple[Asked, list[Wrong]]:
    found: dict[str, Any] = {}
    wrong: list[Wrong] = []
    sources: Mapping[str, Mapping[str, str]] = {
        "path": named,
        "query": request.query_params,
        "header": request.headers,
    }
    known = {one.name for one in operation.parameters if one.place == "query"}
    wrong += [(name, "no such query parameter") for name in request.query_params if name not in known]
    for one in operation.parameters:
        if one.name in _TRACING:
            continue
        text = sources[one.place].get(one.name)
        if text is None:
            wrong += [(one.name, f"{one.place} parameter is required")] if one.is_required else []
            continue
        value = one.read(text)
        wrong += list(wrong_in(one.validator, value, one.name))
        if one.place != "header":
            found[one.name] = value
    if operation.body is not None:
        wrong += list(wrong_in(operation.body, body))
    return Asked(found, body, request.headers.get("idempotency-key", "")), wrong


async def _body(request: Request, operation: Operation) -> Any:
    if operation.body is None:
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise ValueError("The request body is larger than 1 MB.")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise ValueError("Send `Content-Type: application/json`.")
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ValueError("The request body is no JSON.") from None


def _no_number(name: str) -> object:
    raise ValueError(name)


def _headers(request: Request) -> dict[str, str]:
    given = request.headers.get("x-correlation-id", "")
    # what came in goes out again only if it is what the contract calls one
    plain = 8 <= len(given) <= 64 and given.isascii() and given.isprintable()
    return {"x-correlation-id": given if plain else "sandbox-request"}


def _problem(
    request: Request,
    status: int,
    detail: str,
    wrong: Iterable[Wrong] = (),
    *,
    headers: Mapping[str, str] | None = None,
) -> Response:
    kind, title = _TITLES.get(status, _TITLES[404])
    body: dict[str, Any] = {
        "type": f"https://problems.aster.example/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "retriable": status == 503,
    }
    errors = [{"pointer": place, "message": what} for place, what in wrong]
    if errors:
        body["errors"] = errors
    return Response(
        json.dumps(body), status, {**_headers(request), **(headers or {})}, media_type="application/problem+json"
    )
