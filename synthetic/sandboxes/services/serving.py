"""One child process as a server: admission, ports, and what the supervisor asks."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from synthetic.deeds import Attempt, RefusedError, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.sandboxes import crashing
from synthetic.sandboxes.services.service import Service, Surroundings

_LARGEST = 1_000_000
_GUARDED = ("/ports/", "/sandbox/", "/analytics/")


def serve(service: Service, around: Surroundings, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until the process is asked to end.

    Args:
        service: What answers.
        around: Where it stands.
        listening: Bound to 127.0.0.1.
        ready: Called when the first request can be answered.
    """
    asyncio.run(_serve(service, around, listening, ready))


async def _serve(service: Service, around: Surroundings, listening: socket.socket, ready: Callable[[], None]) -> None:
    app = guarded(application(service, around), around.token, listening.getsockname()[1])
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False, timeout_graceful_shutdown=2)
    )
    working = asyncio.ensure_future(service.work())
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    while not server.started and not serving.done():  # noqa: ASYNC110  (uvicorn tells by a flag)
        await asyncio.sleep(0.001)
    ready()
    await serving
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    service.close()


def application(service: Service, around: Surroundings) -> Starlette:
    """Return the ASGI app of a service."""
    desk = _Desk(service, around)
    return Starlette(
        routes=[
            Route("/ports/{port}/{operation}", desk.port, methods=["POST"]),
            Route("/sandbox/health", desk.health, methods=["GET"]),
            Route("/sandbox/settle", desk.settle, methods=["POST"]),
            Route("/sandbox/pause", desk.pause, methods=["POST"]),
            Route("/sandbox/reset", desk.reset, methods=["POST"]),
            Route("/sandbox/crash", desk.crash, methods=["POST"]),
            Route("/sandbox/clock", desk.clock, methods=["POST"]),
            *service.routes(),
        ]
    )


def guarded(app: ASGIApp, token: str, port: int) -> ASGIApp:
    """Return the app behind two checks: the name it is called by (DNS rebinding), and the token of the sandbox."""
    hosts = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}
    wanted = f"Bearer {token}".encode()

    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        if headers.get(b"host", b"") not in hosts:
            await Response("this sandbox answers on 127.0.0.1 only", 421)(scope, receive, send)
            return
        given = headers.get(b"authorization", b"")
        if scope["path"].startswith(_GUARDED) and not hmac.compare_digest(given, wanted):
            await _json(401, {"unreachable": "the token is not taken"})(scope, receive, send)
            return
        await app(scope, receive, send)

    return admitted


class _Desk:
    """The endpoints that every service has."""

    def __init__(self, service: Service, around: Surroundings) -> None:
        self._service = service
        self._around = around

    async def port(self, request: Request) -> Response:
        """Carry one call to a port."""
        names = request.path_params
        adapter = self._service.ports().get(names["port"])
        if adapter is None:
            return _json(503, {"unreachable": f"no port {names['port']} here"})
        try:
            asked = json.loads(await _body(request))
            attempt = Attempt(
                names["port"],
                names["operation"],
                dict(asked["request"]),
                Kind(asked.get("kind", "look")),
                str(asked.get("key", "")),
                self._around.clock.now(),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            return _json(400, {"unreachable": "the call could not be read"})
        return await self._answered(lambda: adapter.call(attempt))

    async def _answered(self, call: Callable[[], Any]) -> Response:
        try:
            answer = call()
            answer = await answer if isinstance(answer, Awaitable) else answer
        except RefusedError as error:
            return _json(422, {"refused": error.code, "message": error.message.partition(" refused: ")[2]})
        except UnreachableError as error:
            return _json(503, {"unreachable": error.why, "retry_after": error.retry_after})
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            # arguments that no operation takes: asked wrongly, which is a no and not an outage
            return _json(422, {"refused": "request-malformed", "message": f"{type(error).__name__}: {error}"})
        self._service.woken()
        return _json(200, answer)

    async def health(self, request: Request) -> Response:
        """Tell how the service is."""
        del request
        return _json(200, {"name": self._around.name, **self._service.health()})

    async def settle(self, request: Request) -> Response:
        """Do what is due."""
        del request
        return _json(200, await self._service.settle())

    async def pause(self, request: Request) -> Response:
        """Start nothing new."""
        del request
        self._service.pause()
        return _json(200, {})

    async def reset(self, request: Request) -> Response:
        """Forget everything."""
        del request
        self._service.reset()
        return _json(200, {})

    async def crash(self, request: Request) -> Response:
        """Arm a crash point, for tests of recovery; a process that is started again is not armed."""
        try:
            asked = json.loads(await _body(request))
            crashing.arm(str(asked["point"]), int(asked.get("passes", 0)))
        except (ValueError, KeyError, TypeError) as error:
            return _json(400, {"unreachable": str(error)})
        return _json(200, {})

    async def clock(self, request: Request) -> Response:
        """Let business time pass; only the edge knows how."""
        advance = getattr(self._service, "advance", None)
        try:
            duration = timedelta(seconds=float(json.loads(await _body(request))["seconds"]))
        except (ValueError, KeyError, TypeError, OverflowError):
            return _json(400, {"unreachable": 'send {"seconds": NUMBER}'})
        if advance is None or duration < timedelta():
            return _json(400, {"unreachable": "time is moved forward, and at the edge"})
        await advance(duration)
        return _json(200, {"now": self._around.clock.now().isoformat()})


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise ValueError("larger than 1 MB")
    return body or b"{}"


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")
