"""What is sent, where it may go, and what is refused. Servers are on loopback."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager

import pytest

from harness.model import UsageError
from synthetic.monitor.webhook import DeliveryError, Target, is_genuine, ping, post, signature


@contextmanager
def server(status=204, headers=(), body=b""):
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            received.append((self.path, dict(self.headers), content))
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.do_POST()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}", received
        running.shutdown()
        thread.join()


@pytest.mark.integration
def test_a_message_arrives_signed_and_only_its_receiver_can_say_so():
    with server() as (url, received):
        post(Target(f"{url}/hook?team=a", "s3cret"), {"headline": "✗ 5 invoices"}, now=lambda: 1_800_000_000, name="n1")
    path, headers, body = received[0]
    assert path == "/hook?team=a"
    assert headers["Harness-Notice"] == "n1"
    header = headers["Harness-Signature"]
    assert is_genuine("s3cret", body, header, 1_800_000_010)
    assert not is_genuine("s3cret", body, header, 1_800_000_301)
    assert not is_genuine("other", body, header, 1_800_000_010)
    assert not is_genuine("s3cret", body + b" ", header, 1_800_000_010)


@pytest.mark.integration
def test_a_redirect_is_not_followed_and_an_error_is_said():
    with server(302, [("Location", "http://169.254.169.254/latest/meta-data")]) as (url, received):
        with pytest.raises(DeliveryError, match="redirect"):
            post(Target(url), {})
        assert len(received) == 1
    with server(500) as (url, _), pytest.raises(DeliveryError, match="answered 500"):
        post(Target(url), {})
    with pytest.raises(DeliveryError, match="could not be reached"):
        post(Target(url), {})


@pytest.mark.integration
def test_a_huge_answer_is_not_read_to_its_end():
    with server(200, body=b"x" * (3 << 20)) as (url, received):
        ping(Target(url))
    assert len(received) == 1


@pytest.mark.integration
def test_a_proxy_of_the_environment_is_ignored(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with server() as (url, received):
        post(Target(url), {})
    assert received


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://hooks.example/x", "s"),
        ("ftp://hooks.example/x", "s"),
        ("hooks.example", "s"),
        ("https://hooks.example/x", ""),
        ("https://user:word@hooks.example/x", "s"),
        ("file:///etc/passwd", "s"),
        ("http://127.0.0.1.hooks.example/x", "s"),
    ],
)
def test_addresses_that_are_never_called(url, secret):
    with pytest.raises(UsageError):
        post(Target(url, secret), {}, resolve=lambda *_: ["93.184.216.34"])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "169.254.169.254",
        "10.0.0.8",
        "192.168.1.1",
        "::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",  # noqa: S104  (refused, not bound)
        "fd00::1",
    ],
)
def test_a_name_that_leads_inside_is_not_called(address):
    with pytest.raises(DeliveryError, match="not called"):
        post(Target("https://hooks.example/x", "s"), {}, resolve=lambda *_: ["93.184.216.34", address])


@pytest.mark.parametrize("address", ["169.254.169.254", "127.0.0.1", "::ffff:169.254.169.254"])
def test_listing_a_host_never_opens_this_machine_or_the_metadata_service(address):
    with pytest.raises(DeliveryError, match="not called"):
        post(Target("https://hooks.example/x", "s", ("hooks.example",)), {}, resolve=lambda *_: [address])


def test_the_secret_is_in_no_text_of_a_target_or_an_error():
    target = Target("https://hooks.example/T000/verysecretpath", "s3cret")
    assert "s3cret" not in repr(target)

    def broken(*_):
        raise OSError("no route to verysecretpath")

    with pytest.raises(DeliveryError) as raised:
        post(target, {}, resolve=broken)
    assert "verysecretpath" not in raised.value.message


def test_signatures_that_are_none():
    for header in ("", "t=,v1=", "t=abc,v1=00", "v1=00", "t=²,v1=", "t=99999999999999999999,v1=a"):
        assert not is_genuine("s", b"{}", header, 1_800_000_000)
    assert is_genuine("s", b"{}", signature("s", b"{}", 1_800_000_000), 1_800_000_000)
