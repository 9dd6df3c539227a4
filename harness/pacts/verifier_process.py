"""The process that runs pact-python's Verifier: `python -m harness.pacts.verifier_process JOB.json ANSWERS.jsonl`.

A process of its own, since the library is native code: what crashes or hangs here is "could not tell" over there. The
job holds pacts that name no plug-in, written again by us; the environment has an empty plug-in folder, a home of its
own, and a proxy that nobody serves, so that nothing can be fetched.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, TextIO
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pact.types import Message

EVENT_TYPE: Final = "application/cloudevents+json"
JSON_TYPE: Final = "application/json"


@dataclass(slots=True)
class Handlers:
    """What the provider's module offers.

    Attributes:
        states: By name of the state; called with its parameters as keywords, or without any.
        messages: By description; each gives the body, or the body and its content type.
        missing_states: States that could not be established, each with the reason.
        missing_messages: Messages that could not be produced, each with the reason.
    """

    states: Mapping[str, Callable[..., None]]
    messages: Mapping[str, Callable[[], Any]]
    missing_states: list[list[str]] = field(default_factory=list)
    missing_messages: list[list[str]] = field(default_factory=list)

    def state(self, state: str, action: str, parameters: Mapping[str, Any] | None) -> None:
        """Establish a state; tearing down is the module's own business at the next setup."""
        if action == "teardown":
            return
        if state not in self.states:
            self.missing_states.append([state, "no handler has this name"])
            return
        # an error raised here would leave the library waiting for an answer, so it is kept and told at the end
        try:
            self.states[state](**(parameters or {}))
        except Exception as error:  # noqa: BLE001  (the provider's own code may raise anything)
            self.missing_states.append([state, f"{type(error).__name__}: {error}"])

    def message(self, name: str, metadata: Mapping[str, Any] | None = None) -> Message:
        """Produce a message; an empty one, kept as missing, where that cannot be done."""
        del metadata  # what the consumer would like; the producer says what it really sends
        contents, kind = b"", JSON_TYPE
        if name not in self.messages:
            self.missing_messages.append([name, "no producer has this name"])
            return {"contents": contents, "content_type": kind, "metadata": {"contentType": kind}}
        try:
            made = self.messages[name]()
            body, kind = made if isinstance(made, tuple) else (made, _kind_of(made))
            contents = body if isinstance(body, bytes) else json.dumps(body).encode()
        except Exception as error:  # noqa: BLE001  (as above)
            self.missing_messages.append([name, f"{type(error).__name__}: {error}"])
        return {"contents": contents, "content_type": kind, "metadata": {"contentType": kind}}


def _kind_of(body: object) -> str:
    return EVENT_TYPE if isinstance(body, Mapping) and "specversion" in body else JSON_TYPE


def main(job_path: str, answers_path: str) -> None:
    """Verify each pact of the job and write one answer a line, as soon as it is known."""
    job = json.loads(Path(job_path).read_text("utf-8"))
    with ExitStack() as stack, Path(answers_path).open("w", encoding="utf-8") as out:
        module = _module(job["handlers"]) if job["handlers"] else None
        url = job["url"] or stack.enter_context(_provider(module))
        for path in job["pacts"]:
            _answer(job, url, path, module, out)


def _module(path: str) -> ModuleType:
    """Load the provider's module by its path; its folder can be imported from, as if it were run."""
    sys.path.insert(0, str(Path(path).parent))
    spec = importlib.util.spec_from_file_location("pact_provider", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["pact_provider"] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _provider(module: ModuleType | None) -> Iterator[str]:
    """Start the provider where the module can; else there is none, and only messages are verified."""
    start = getattr(module, "provider", None)
    if start is None:
        yield ""
        return
    with start() as url:
        yield url


def _answer(job: Mapping[str, Any], url: str, path: str, module: ModuleType | None, out: TextIO) -> None:
    handlers = Handlers(getattr(module, "STATES", {}), getattr(module, "MESSAGES", {}))
    results, raised, output = _verified(job, url, path, handlers)
    row = {
        "results": results,
        "raised": raised,
        "missing_states": handlers.missing_states,
        "missing_messages": handlers.missing_messages,
        "output": output[-20_000:],
    }
    out.write(json.dumps(row) + "\n")
    out.flush()


def _verified(job: Mapping[str, Any], url: str, path: str, handlers: Handlers) -> tuple[Any, str, str]:
    if not url and _asks(path):
        return {}, "nobody said where the provider runs: give its address, or handlers with provider()", ""
    from pact import Verifier  # noqa: PLC0415  (native code, only in this process)

    verifier = Verifier(job["provider"], host=urlsplit(url).hostname or "127.0.0.1").set_coloured_output(enabled=False)
    if url:
        verifier.add_transport(url=url)
    if handlers.messages or not url:
        verifier.message_handler(handlers.message)
    if job["state_url"]:
        verifier.state_handler(job["state_url"], teardown=True, body=True)
    else:
        verifier.state_handler(handlers.state, teardown=False)
    verifier.set_request_timeout(job["timeout_ms"])
    for name, value in job["headers"].items():
        verifier.add_custom_header(name, value)
    verifier.add_source(path)
    raised = ""
    try:
        verifier.verify()
    except Exception as error:  # noqa: BLE001  (the library raises the same class for a mismatch and a crash)
        raised = f"{type(error).__name__}: {error}"
    try:
        return verifier.results, raised, str(verifier.output(strip_ansi=True))
    except Exception as error:  # noqa: BLE001  (without results there is nothing to count, which is an answer)
        return {}, raised or f"{type(error).__name__}: {error}", ""


def _asks(path: str) -> bool:
    """Return whether a pact holds requests; without an address the library would wait for a minute."""
    pact = json.loads(Path(path).read_text("utf-8"))
    return any("request" in one and "path" in one["request"] for one in pact["interactions"])


if __name__ == "__main__":
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    main(sys.argv[1], sys.argv[2])
