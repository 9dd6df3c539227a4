"""The served application: routes, who calls, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from harness.model import UsageError

try:
    from starlette.applications import Starlette
    from starlette.background import BackgroundTask
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
except ModuleNotFoundError as missing:  # pragma: no cover  (tests install every extra)
    raise UsageError(
        f"serving needs {missing.name}, which is not installed", remedy="pip install 'contract-harness[serve]'"
    ) from missing

from harness.documents.json_text import read_json
from harness.history import History, token_of
from harness.history.columns import json_text
from harness.model import JSON, HarnessError, UnreadableError
from harness.model.access import Token
from harness.serve.broker import contracts, environments, matrix, participants, root, verification, webhooks
from harness.serve.call import Answer, Call, Event, Handler, NoTokenError, status_of

MOST_BYTES = 20_000_000
_PARTY = "/pacticipants/{pacticipant}"
_PAIR = "/pacts/provider/{provider}/consumer/{consumer}"
_ENVIRONMENT = "/environments/{environment}"
_BRANCH = _PARTY + "/branches/{branch:path}"

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/", root.root),
    ("POST", "/contracts/publish", contracts.publish),
    ("GET", "/pacts/latest", contracts.list_latest),
    ("GET", "/pacts/provider/{provider}/latest", contracts.list_latest),
    ("GET", "/pacts/provider/{provider}", contracts.list_latest),
    ("GET", "/pacts/provider/{provider}/branch", contracts.list_of_branch),
    ("GET", "/pacts/provider/{provider}/branch/{branch:path}", contracts.list_of_branch),
    ("GET", _PAIR + "/branch", contracts.list_of_branch),
    ("GET", _PAIR + "/branch/{branch:path}", contracts.list_of_branch),
    ("GET", "/pacts/provider/{provider}/for-verification", verification.pacts_for_verification),
    ("POST", "/pacts/provider/{provider}/for-verification", verification.pacts_for_verification),
    ("GET", _PAIR + "/latest", contracts.show_pact),
    ("GET", _PAIR + "/version/{version}", contracts.show_pact),
    ("PUT", _PAIR + "/version/{version}", contracts.put_pact),
    ("GET", _PAIR + "/pact-version/{sha}", contracts.show_content),
    ("POST", _PAIR + "/pact-version/{sha}/verification-results", verification.publish_results),
    ("GET", _PAIR + "/pact-version/{sha}/verification-results/{number}", verification.show_results),
    ("GET", "/matrix", matrix.show_matrix),
    ("GET", "/pacticipants", participants.list_participants),
    ("POST", "/pacticipants", participants.create_participant),
    ("GET", _PARTY, participants.show_participant),
    ("PUT", _PARTY, participants.create_participant),
    ("PATCH", _PARTY, participants.create_participant),
    ("GET", _PARTY + "/versions", participants.list_versions),
    ("GET", _PARTY + "/versions/{version}", participants.show_version),
    ("PUT", _PARTY + "/versions/{version}", participants.put_version),
    ("PUT", _PARTY + "/versions/{version}/tags/{tag:path}", participants.put_version),
    ("DELETE", _PARTY + "/versions/{version}/tags/{tag:path}", participants.drop_tag),
    ("DELETE", _BRANCH, participants.drop_branch),
    ("PUT", _BRANCH + "/versions/{version}", participants.put_version),
    ("GET", _BRANCH + "/latest-version", participants.latest_version),
    ("GET", _PARTY + "/latest-version", participants.latest_version),
    ("GET", _PARTY + "/latest-version/{tag:path}", participants.latest_version),
    (
        "POST",
        _PARTY + "/versions/{version}/deployed-versions/environment/{environment}",
        environments.record_deployed,
    ),
    (
        "POST",
        _PARTY + "/versions/{version}/released-versions/environment/{environment}",
        environments.record_released,
    ),
    ("GET", "/environments", environments.list_environments),
    ("POST", "/environments", environments.create_environment),
    ("GET", _ENVIRONMENT, environments.show_environment),
    ("PUT", _ENVIRONMENT, environments.change_environment),
    ("DELETE", _ENVIRONMENT, environments.drop_environment),
    ("GET", _ENVIRONMENT + "/deployed-versions/currently-deployed", environments.list_deployed),
    ("GET", _ENVIRONMENT + "/released-versions/currently-supported", environments.list_released),
    ("PATCH", "/deployed-versions/{uuid}", environments.change_deployed),
    ("PATCH", "/released-versions/{uuid}", environments.change_released),
    ("GET", "/webhooks", webhooks.list_webhooks),
    ("POST", "/webhooks", webhooks.create_webhook),
    ("POST", "/webhooks/provider/{provider}/consumer/{consumer}", webhooks.create_webhook),
    ("POST", "/webhooks/provider/{provider}", webhooks.create_webhook),
    ("POST", "/webhooks/consumer/{consumer}", webhooks.create_webhook),
    ("GET", "/webhooks/{uuid}", webhooks.show_webhook),
    ("PUT", "/webhooks/{uuid}", webhooks.put_webhook),
    ("DELETE", "/webhooks/{uuid}", webhooks.drop_webhook),
)


class _Server:
    """What every route shares."""

    def __init__(self, history: History, hosts: frozenset[str], webhook_hosts: frozenset[str], *, closed: bool) -> None:
        self._history = history
        self._hosts = hosts
        self._webhook_hosts = webhook_hosts
        self._closed = closed

    async def answer(self, handler: Handler, request: Request) -> Response:
        """Answer one call; every error of ours has the status and the words that a client can use."""
        try:
            self._check_host(request)
            body = await _body(request)
            answer = await run_in_threadpool(self._handled, handler, request, body)
        except HarnessError as error:
            return _refusal(error)
        return _response(answer, self._after(answer.events))

    def execute_webhook(self, call: Call) -> Answer:
        """Call a webhook now, to try it."""
        webhook = webhooks.known_webhook(call)
        event = Event("test", webhook.consumer, webhook.provider, (("consumerName", webhook.consumer),))
        made = webhooks.execute(self._history, webhook, event, self._webhook_hosts)
        told = f"status {made.status}" if made.status else made.reason
        body: JSON = {"success": made.success, "response": {"status": made.status}, "logs": told, "reason": made.reason}
        return Answer(body, 200)

    def _handled(self, handler: Handler, request: Request, body: bytes) -> Answer:
        token = self._token(request)
        if self._closed and (token is None or not token.scopes):
            raise NoTokenError("reading here needs a token too", remedy="harness token create NAME --scope read")
        call = Call(
            history=self._history,
            params={name: str(value) for name, value in request.path_params.items()},
            query=tuple(request.query_params.multi_items()),
            body=read_json(_text(body), None) if body.strip() else None,
            base=f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}",
            token=token,
        )
        return handler(call)

    def _token(self, request: Request) -> Token | None:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        return token_of(self._history, secret.strip()) if kind.lower() == "bearer" else None

    def _check_host(self, request: Request) -> None:
        """Refuse a name that is not ours: a page elsewhere could point its own name at this machine."""
        host = request.headers.get("host", "").lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        if name.strip("[]") not in self._hosts:
            raise UsageError(f'this server is not called "{name}"', remedy="Call it by the name it was started with.")

    def _after(self, events: tuple[Event, ...]) -> BackgroundTask | None:
        if not events or not self._webhook_hosts:
            return None
        return BackgroundTask(webhooks.call_webhooks, self._history, events, self._webhook_hosts)


def make_app(
    history: History,
    *,
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "::1"}),
    webhook_hosts: frozenset[str] = frozenset(),
    closed: bool = False,
) -> Starlette:
    """Return the application.

    Args:
        history: The store it serves.
        hosts: Names by which it may be called.
        webhook_hosts: Hosts that webhooks may call; none means that webhooks are kept and not called.
        closed: Whether reading needs a token as well, as it must beyond this machine.
    """
    server = _Server(history, hosts, webhook_hosts, closed=closed)
    table = (*ROUTES, ("POST", "/webhooks/{uuid}/execute", server.execute_webhook))
    paths: dict[str, dict[str, Handler]] = {}
    for method, path, handler in table:
        paths.setdefault(path, {})[method] = handler
    routes = [
        Route(path, partial(_dispatch, server, handlers), methods=list(handlers)) for path, handlers in paths.items()
    ]
    return Starlette(routes=routes, exception_handlers={404: _nothing_here, 405: _nothing_here, 500: _our_bug})


async def _dispatch(server: _Server, handlers: Mapping[str, Handler], request: Request) -> Response:
    method = "GET" if request.method == "HEAD" else request.method
    return await server.answer(handlers[method], request)


async def _body(request: Request) -> bytes:
    """Read the body, never more than may be sent."""
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > MOST_BYTES:
            raise UnreadableError(f"the body is larger than {MOST_BYTES:,} bytes", remedy="Send less at once.")
    return bytes(found)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError("the body is not UTF-8", remedy="Send JSON in UTF-8.") from error


def _response(answer: Answer, after: BackgroundTask | None = None) -> Response:
    headers = {"X-Content-Type-Options": "nosniff"}
    if answer.body is None:  # no type either: the official client reads what is declared as HAL, even where it is empty
        return Response(None, answer.status, headers, background=after)
    return Response(json_text(answer.body), answer.status, headers, "application/hal+json", background=after)


def _refusal(error: HarnessError) -> Response:
    told = f"{error.message}. {error.remedy}".strip()
    status = status_of(error)
    notices: list[JSON] = [{"type": "error", "text": told}]
    body: JSON = {"error": {"message": error.message, "remedy": error.remedy}, "errors": [told], "notices": notices}
    response = _response(Answer(body, status))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _nothing_here(_request: Request, error: Exception) -> Response:
    status = int(getattr(error, "status_code", 404))
    words = "there is nothing at this address" if status == 404 else "this address does not take that method"
    return _response(Answer({"error": {"message": words}, "errors": [words]}, status))


async def _our_bug(_request: Request, error: Exception) -> Response:
    words = f"this is our bug: {type(error).__name__}"
    return _response(Answer({"error": {"message": words}, "errors": [words]}, 500))
