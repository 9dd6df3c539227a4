"""The official client's wire in process, and the middleware that holds every answer to Stripe's document."""

from __future__ import annotations

import asyncio
import json
import lzma
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stripe

import synthetic
from harness.schema.validation import ValidatorFamily
from synthetic.clock import LoopClock
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.search import FIELDS
from synthetic.sandboxes.billing.stripe_app import create_app

# What the published document (2020-08-27) does not know yet, and the schema its answers are held to instead.
LATER = {
    **{("GET", f"/v1/{kind}s/search"): {"required": ["object", "data", "has_more", "url"]} for kind in FIELDS},
    ("POST", "/v1/invoices/create_preview"): "invoice",
    ("POST", "/v1/billing/meters"): {"required": ["id", "object", "event_name", "status"]},
    ("GET", "/v1/billing/meters"): {"required": ["data", "has_more", "url"]},
    ("GET", "/v1/billing/meters/{id}"): {"required": ["id", "object", "event_name", "status"]},
    ("GET", "/v1/billing/meters/{id}/event_summaries"): {"required": ["data", "has_more"]},
    ("POST", "/v1/billing/meter_events"): {"required": ["event_name", "identifier", "payload", "timestamp"]},
    ("POST", "/v1/test_helpers/test_clocks"): {"required": ["id", "frozen_time", "status"]},
    ("GET", "/v1/test_helpers/test_clocks"): {"required": ["data", "has_more", "url"]},
    ("GET", "/v1/test_helpers/test_clocks/{id}"): {"required": ["id", "frozen_time", "status"]},
    ("DELETE", "/v1/test_helpers/test_clocks/{id}"): {"required": ["id", "deleted"]},
    ("POST", "/v1/test_helpers/test_clocks/{id}/advance"): {"required": ["id", "frozen_time", "status"]},
    ("POST", "/v1/test_helpers/customers/{id}/fund_cash_balance"): {"required": ["id", "net_amount"]},
}


class Document:
    """Stripe's published document: which schema an answer must satisfy."""

    def __init__(self) -> None:
        packed = Path(synthetic.__file__).parent / "specs" / "stripe-2022-02.json.xz"
        self.root = json.loads(lzma.decompress(packed.read_bytes()), object_hook=_nullable)
        self._schemas = ValidatorFamily(self.root, "openapi-3.0")
        self._paths = [
            (path, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path.count("{"))
            for path in self.root["paths"]
        ]
        self._paths.sort(key=lambda each: each[2])
        self.checked = 0

    def complaint(self, method: str, path: str, status: int, body: object) -> str | None:
        """Return what is wrong with an answer, None if nothing is."""
        self.checked += 1
        if status >= 400:
            return self._failure("/components/schemas/error", body)
        later = next((schema for (verb, known), schema in LATER.items() if verb == method and known == path), None)
        found = None if later else next((each for each, pattern, _ in self._paths if pattern.match(path)), None)
        if found is not None and method.lower() in self.root["paths"][found]:
            steps = (found.replace("~", "~0").replace("/", "~1"), method.lower())
            return self._failure(f"/paths/{steps[0]}/{steps[1]}/responses/200/content/application~1json/schema", body)
        later = later or next(
            (schema for (verb, template), schema in LATER.items() if verb == method and _matches(template, path)), None
        )
        if later is None:
            return f"{method} {path} is neither in the document nor listed as later than it"
        if isinstance(later, str):
            return self._failure(f"/components/schemas/{later}", body)
        missing = set(later["required"]) - set(body if isinstance(body, dict) else ())
        return f"{method} {path} lacks {sorted(missing)}" if missing else None

    def _failure(self, pointer: str, body: object) -> str | None:
        found = self._schemas.failure(pointer, body)
        return None if found is None else f"{pointer}: {found[1]}: {found[0][:400]}"


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Let `nullable` count beside `anyOf` and `enum`, as Stripe means it; OpenAPI 3.0.3 is stricter."""
    if schema.get("nullable") is True and isinstance(schema.get("enum"), list):
        return schema | {"enum": [*schema["enum"], None]}
    if schema.get("nullable") is True and "anyOf" in schema and "type" not in schema:
        nothing = {"type": "string", "nullable": True, "enum": [None]}
        return schema | {"anyOf": [*schema["anyOf"], nothing]}
    return schema


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) is not None


@cache
def document() -> Document:
    return Document()


class Checked:
    """ASGI middleware: no answer leaves that the document does not allow."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.document = document()
        self.complaints: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent: dict[str, Any] = {"body": b""}

        async def keep(message: Any) -> None:
            if message["type"] == "http.response.start":
                sent["status"] = message["status"]
            else:
                sent["body"] += message.get("body", b"")
            await send(message)

        await self.app(scope, receive, keep)
        complaint = self.document.complaint(scope["method"], scope["path"], sent["status"], json.loads(sent["body"]))
        if complaint is not None:
            self.complaints.append(complaint)  # behind a socket nobody sees the assertion fail
        assert complaint is None, complaint


class AsgiClient(stripe.HTTPClient):
    """The official client's transport: straight into an ASGI app, waiting on the loop's own time."""

    name = "asgi"

    def __init__(self, app: Any) -> None:
        super().__init__(verify_ssl_certs=False)
        self.app = app
        self.headers: dict[str, str] = {}

    async def request_async(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        parts = urlsplit(url)
        raw = post_data.encode() if isinstance(post_data, str) else post_data or b""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method.upper(),
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "scheme": "http",
            "root_path": "",
            "server": ("billing", 80),
            "client": ("127.0.0.1", 1),
            "headers": [(name.lower().encode(), str(value).encode()) for name, value in headers.items()],
        }
        got: dict[str, Any] = {"body": b""}

        async def receive() -> Any:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                got.update(status=message["status"], headers=message["headers"])
            else:
                got["body"] += message.get("body", b"")

        await self.app(scope, receive, send)
        self.headers = {name.decode(): value.decode() for name, value in got["headers"]}
        return got["body"], got["status"], self.headers

    def sleep_async(self, secs: float) -> Any:
        return asyncio.sleep(secs)

    async def close_async(self) -> None:
        return None


class Wire:
    """The official client, its transport and the core behind it."""

    def __init__(self, delay: float = 0.0) -> None:
        self.core = BillingCore(LoopClock())
        self.http = AsgiClient(Checked(create_app(self.core, delay=delay)))
        self.v1 = stripe.StripeClient("sk_test_sandbox", http_client=self.http, max_network_retries=2).v1
