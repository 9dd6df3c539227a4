"""The landscape's contract `sync-admin` 1.2.0, as far as it only looks: the exception queue for the support desk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from synthetic.sandboxes.sync.events import Guide, instant, raised
from synthetic.sandboxes.sync.queue import Problem
from synthetic.sandboxes.sync.sync import Sync

_STATES = ("open", "assigned", "closed")
_MOST = 200


def create_admin_app(sync: Sync, guide: Guide) -> Starlette:
    """Return the ASGI app over one middleware.

    Args:
        sync: Whose exception queue is shown.
        guide: What to do first, and who, by category.
    """

    async def listed(request: Request) -> Response:
        query = request.query_params
        wanted = query.get("status", "open")
        limit = query.get("limit", "50")
        if wanted not in _STATES or not limit.isdecimal() or not 1 <= int(limit) <= _MOST:
            return _problem(request, 400, "bad-request", "Request cannot be read")
        found = [_exception(one, guide) for one in sync.storage.exceptions(only_open=wanted != "closed")]
        found = [one for one in found if one["status"] == wanted and _fits(one, query)]
        after = query.get("cursor")
        ids = [one["id"] for one in found]
        if after is not None and after not in ids:
            return _problem(request, 400, "bad-request", "Request cannot be read")
        start = ids.index(after) + 1 if after else 0
        page = found[start : start + int(limit)]
        more = start + len(page) < len(found)
        return _json(request, 200, {"data": page, "has_more": more, "next_cursor": page[-1]["id"] if more else None})

    async def one(request: Request) -> Response:
        found = [each for each in sync.storage.exceptions(only_open=False) if each.id == request.path_params["id"]]
        if not found:
            return _problem(request, 404, "not-found", "Not found")
        return _json(request, 200, _exception(found[0], guide))

    return Starlette(routes=[Route("/exceptions", listed), Route("/exceptions/{id}", one)])


def _exception(problem: Problem, guide: Guide) -> dict[str, Any]:
    return {
        **raised(problem, guide),
        "status": "open" if problem.closed is None else "closed",
        "message": problem.message,
        "closed_at": None if problem.closed is None else instant(problem.closed),
    }


def _fits(exception: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    return all(query.get(name, exception[name]) == exception[name] for name in ("category", "legal_entity"))


def _json(request: Request, status: int, body: Mapping[str, Any], kind: str = "application/json") -> Response:
    headers = {"x-correlation-id": request.headers.get("x-correlation-id", "sync-sandbox")}
    return Response(json.dumps(body), status, headers, kind)


def _problem(request: Request, status: int, kind: str, title: str) -> Response:
    body = {"type": f"https://problems.aster.example/{kind}", "title": title, "status": status, "retriable": False}
    return _json(request, status, body, "application/problem+json")
