"""The extracts of analytics over HTTP, below `/analytics/extracts`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.model import UsageError
from synthetic.sandboxes.landscape.analytics import Analytics
from synthetic.sandboxes.landscape.extracts import EXTRACTS, FORMATS, manifest


class ExtractDesk:
    """Gives out extracts: `GET /analytics/extracts` lists them, `GET /analytics/extracts/NAME?format=csv` is one."""

    def __init__(self, analytics: Callable[[], Analytics], now: Callable[[], datetime]) -> None:
        """Take rows from the system that is open when somebody asks."""
        self._analytics = analytics
        self._now = now

    def routes(self) -> list[Route]:
        """Return both."""
        return [
            Route("/analytics/extracts", self.listed, methods=["GET"]),
            Route("/analytics/extracts/{name}", self.extract, methods=["GET"]),
        ]

    async def listed(self, request: Request) -> Response:
        """Return the manifest."""
        del request
        body = json.dumps({"extracts": manifest(self._analytics(), self._now())})
        return Response(body, media_type="application/json")

    async def extract(self, request: Request) -> Response:
        """Return one extract in a format."""
        one = EXTRACTS.get(request.path_params["name"])
        form = FORMATS.get(request.query_params.get("format", "csv"))
        if one is None:
            return _refused(404, f"No such extract; known are {', '.join(EXTRACTS)}.")
        if form is None:
            return _refused(400, f"No such format; known are {', '.join(FORMATS)}.")
        media, write = form
        rows = one.rows(self._analytics())
        try:
            body = write(one, rows)
        except UsageError as error:
            return _refused(501, f"{error.message}: {error.remedy}")
        return Response(body, media_type=media, headers={"x-row-count": str(len(rows))})


def _refused(status: int, detail: str) -> Response:
    body = {"type": "about:blank", "title": "Not given", "status": status, "detail": detail}
    return Response(json.dumps(body), status, media_type="application/problem+json")
