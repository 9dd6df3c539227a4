"""A served store on loopback, its tokens, and the official command line."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn

from harness.history import History, create_token, open_history
from harness.model.access import Scope
from harness.serve import make_app

INTERACTION = {
    "type": "Synchronous/HTTP",
    "description": "a request for an invoice",
    "providerStates": [{"name": "an invoice exists"}],
    "request": {"method": "GET", "path": "/invoices/in_1"},
    "response": {"status": 200, "body": {"content": {"id": "in_1"}, "contentType": "application/json"}},
}


def make_pact(consumer: str = "erp-connector", provider: str = "billing-api", field_name: str = "id") -> dict:
    """Return a pact whose one interaction reads a field."""
    body = {"content": {field_name: "in_1"}, "contentType": "application/json", "encoded": False}
    response = {
        "status": 200,
        "headers": {"Content-Type": ["application/json"]},
        "body": body,
        "matchingRules": {"body": {f"$.{field_name}": {"combine": "AND", "matchers": [{"match": "type"}]}}},
    }
    return {
        "consumer": {"name": consumer},
        "provider": {"name": provider},
        "interactions": [{**INTERACTION, "pending": False, "response": response}],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


@dataclass
class Served:
    """A running server and its store."""

    url: str
    history: History
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: object = None, token: str = "", **headers: str) -> tuple[int, dict]:
        """Make one call; return the status and the JSON answer."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)  # noqa: S310  (our server)
        if token:
            request.add_header("Authorization", f"Bearer {self.tokens.get(token, token)}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  (our server)
                text, status = answer.read(), answer.status
        except urllib.error.HTTPError as error:
            with error:
                text, status = error.read(), error.code
        return status, json.loads(text) if text else {}


def start(history: History, **options: object) -> tuple[str, Callable[[], None]]:
    """Serve a store on a free port; return its address and what stops it."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(make_app(history, **options), log_level="error", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)

    def stop() -> None:
        server.should_exit = True
        thread.join(20)
        listener.close()
        assert not thread.is_alive()

    return f"http://127.0.0.1:{listener.getsockname()[1]}", stop


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve an empty store with a token for each participant and one for the operator."""
    history = open_history(tmp_path / "history.sqlite")
    tokens = {
        name: create_token(history, name, (Scope.WRITE,), name)
        for name in ("erp-connector", "billing-api", "analytics")
    }
    tokens["operator"] = create_token(history, "operator", (Scope.OPERATE,))
    tokens["reader"] = create_token(history, "reader", (Scope.READ,))
    url, stop = start(history)
    yield Served(url, history, tokens)
    stop()
    history.close()


@pytest.fixture(scope="session")
def pact_of_pair() -> Callable[..., dict]:
    """Return a maker of pacts of one interaction."""
    return make_pact


@pytest.fixture
def serving() -> Iterator[Callable[..., str]]:
    """Return a function that serves a store with options and returns its address."""
    stops: list[Callable[[], None]] = []

    def serve(history: History, **options: object) -> str:
        url, stop = start(history, **options)
        stops.append(stop)
        return url

    yield serve
    for stop in stops:
        stop()


@pytest.fixture
def broker(served: Served, required: Callable[[str], None]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return the official command line against the server, as a participant."""
    program = Path(sys.executable).with_name("pact")
    found = str(program) if program.exists() else shutil.which("pact")
    if not found:
        required("pact-cli")

    def run(*arguments: str, as_: str = "erp-connector") -> subprocess.CompletedProcess[str]:
        command = [found, "broker", *arguments, "-b", served.url, "-k", served.tokens[as_]]
        environment = {**os.environ, "PACT_DO_NOT_TRACK": "true", "NO_COLOR": "1"}
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)

    return run


@pytest.fixture
def pact_folder(tmp_path: Path) -> Path:
    """Return a folder with one pact file."""
    folder = tmp_path / "pacts"
    folder.mkdir()
    (folder / "erp-billing.json").write_text(json.dumps(make_pact()))
    return folder
