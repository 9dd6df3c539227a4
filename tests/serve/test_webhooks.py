"""Webhooks are called for their events, only where the operator allows it, and never by a detour."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.history import all_webhooks, save_webhook, webhook_calls_of
from harness.model import UsageError
from harness.model.access import Webhook
from harness.serve import calling
from harness.serve.broker.webhooks import call_webhooks
from harness.serve.call import Event
from harness.serve.calling import place_of, send

_EVENT = Event("contract_published", "erp-connector", "billing-api", (("consumerVersionNumber", 'a"b'),))


class _Heard(ThreadingHTTPServer):
    calls: list[tuple[str, str, bytes]]
    status = 200


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.calls.append((self.path, self.headers.get("Authorization", ""), body))
        self.send_response(self.server.status)
        self.send_header("Location", "http://169.254.169.254/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def far() -> Iterator[_Heard]:
    """Serve a place that webhooks may call."""
    server = _Heard(("127.0.0.1", 0), _Handler)
    server.calls = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


def _webhook(port: int, **request: object) -> Webhook:
    asked = {"method": "POST", "url": f"http://127.0.0.1:{port}/hook", "headers": {}, "body": {}, **request}
    return Webhook("w-1", ("contract_published",), asked, "erp-connector")


def _answers(monkeypatch, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    monkeypatch.setattr(calling.socket, "getaddrinfo", lambda *_, **__: [(family, 1, 6, "", (address, 443))])


@pytest.mark.integration
def test_an_event_calls_the_webhooks_that_wait_for_it_with_its_values(served, far):
    body = {"version": "${pactbroker.consumerVersionNumber}", "event": "${pactbroker.eventName}"}
    headers = {"Authorization": "Bearer s", "X-Split": "a\r\nb"}
    save_webhook(served.history, _webhook(far.server_port, body=body, headers=headers))
    save_webhook(served.history, replace(_webhook(far.server_port), uuid="w-2", consumer="crm"))
    save_webhook(served.history, replace(_webhook(far.server_port), uuid="w-3", enabled=False))
    save_webhook(
        served.history, replace(_webhook(far.server_port), uuid="w-4", events=("provider_verification_failed",))
    )
    assert call_webhooks(served.history, [_EVENT], frozenset({f"127.0.0.1:{far.server_port}"})) == 1
    ((path, authorization, sent),) = far.calls
    assert (path, authorization) == ("/hook", "Bearer s")
    assert json.loads(sent) == {"version": 'a"b', "event": "contract_published"}
    (call,) = webhook_calls_of(served.history, "w-1")
    assert (call.success, call.status, call.event) == (True, 200, "contract_published")


@pytest.mark.integration
def test_publishing_calls_them_after_the_answer(served, far, serving, pact_of_pair):
    save_webhook(served.history, _webhook(far.server_port))
    url = serving(served.history, webhook_hosts=frozenset({f"127.0.0.1:{far.server_port}"}))
    path = "/pacts/provider/billing-api/consumer/erp-connector/version/1.0"
    assert replace(served, url=url).ask("PUT", path, pact_of_pair(), "erp-connector")[0] == 201
    deadline = time.monotonic() + 20
    while not webhook_calls_of(served.history, "w-1"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert len(far.calls) == 1


@pytest.mark.integration
def test_without_a_listed_host_nothing_is_called(served, far):
    save_webhook(served.history, _webhook(far.server_port))
    call_webhooks(served.history, [_EVENT], frozenset())
    assert far.calls == []
    (call,) = webhook_calls_of(served.history, "w-1")
    assert not call.success
    assert "may not call 127.0.0.1" in call.reason


@pytest.mark.integration
def test_a_redirect_is_not_followed(far):
    far.status = 302
    assert send(_webhook(far.server_port), {}, frozenset({"127.0.0.1"})) == 302
    assert len(far.calls) == 1


@pytest.mark.integration
def test_what_does_not_answer_is_told_and_stops_nobody(served):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    save_webhook(served.history, _webhook(port))
    call_webhooks(served.history, [_EVENT], frozenset({"127.0.0.1"}))
    (call,) = webhook_calls_of(served.history, "w-1")
    assert "Refused" in call.reason


@pytest.mark.integration
def test_secrets_of_a_webhook_are_not_shown(served):
    headers = {"Authorization": "Bearer hush", "X-Api-Key": "hush", "Accept": "x"}
    save_webhook(served.history, _webhook(1, headers=headers, url="http://127.0.0.1/x?token=hush"))
    _, answer = served.ask("GET", "/webhooks")
    assert "hush" not in json.dumps(answer)
    assert all_webhooks(served.history)[0].request["headers"] == headers


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://other.example/x", "may not call other.example:443"),
        ("https://ci.example:8443/x", "may not call ci.example:8443"),
        ("ftp://ci.example/x", "without user"),
        ("https://user@ci.example/x", "without user"),
        ("https://ci.example/x\r\nHost: y", "without user"),
        ("https://ci.example:99999/x", "cannot be read"),
        ("https:///x", "without user"),
    ],
)
def test_an_address_that_is_not_listed_or_not_plain_is_refused(url, words):
    with pytest.raises(UsageError, match=words):
        place_of(url, frozenset({"ci.example:443"}))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "169.254.169.254", "10.0.0.5", "192.168.1.1", "0.0.0.0", "224.0.0.1"),  # noqa: S104  (refused)
        *("::1", "fe80::1", "::ffff:127.0.0.1"),
    ],
)
def test_a_listed_name_that_stands_for_an_inner_address_is_refused(monkeypatch, address):
    _answers(monkeypatch, address)
    with pytest.raises(UsageError, match="which webhooks may not reach"):
        place_of("https://ci.example/x", frozenset({"ci.example"}))


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "224.0.0.1"])  # noqa: S104  (refused)
def test_the_metadata_of_a_cloud_is_refused_even_where_it_is_listed(monkeypatch, address):
    _answers(monkeypatch, address)
    with pytest.raises(UsageError, match="may not reach"):
        place_of(f"http://{address}/latest", frozenset({address}))


def test_a_public_address_needs_https_and_is_pinned(monkeypatch):
    _answers(monkeypatch, "93.184.215.14")
    allowed = frozenset({"ci.example"})
    with pytest.raises(UsageError, match="goes by https"):
        place_of("http://ci.example/x", allowed)
    place = place_of("https://ci.example/x?y=1", allowed)
    assert (place.address, place.host, place.path) == ("93.184.215.14", "ci.example", "/x?y=1")


def test_a_value_cannot_leave_its_place_in_the_address():
    hook = _webhook(1, url="https://ci.example/${pactbroker.consumerName}")
    with pytest.raises(UsageError, match=r"may not call ci\.example"):
        send(hook, {"consumerName": "../@evil.example/"}, frozenset())
