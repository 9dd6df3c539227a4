"""What a consumer test declares and tries out: a pact of its own, whose parts are kept only if they were used."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from harness.model import UsageError

if TYPE_CHECKING:
    from pact.interaction import Interaction

Kind = Literal["HTTP", "Async", "Sync"]


class ConsumerPact:
    """One pact of one test, of specification version 4.

    One pact a test, since the library's cost grows with about the cube of the interactions that one pact serves, and
    since serving checks every interaction declared so far.
    """

    def __init__(self, consumer: str, provider: str) -> None:
        """Begin an empty pact between two components, by their names in the catalog."""
        os.environ["PACT_DO_NOT_TRACK"] = "true"  # the library would tell its makers of every run
        from pact import Pact  # noqa: PLC0415  (17 MB of native code, only for tests that ask)

        self.consumer = consumer
        self.provider = provider
        self._pact = Pact(consumer, provider).with_specification("V4")
        self._is_declared = False
        self._is_used = False

    def upon_receiving(self, description: str, kind: Kind = "HTTP") -> Interaction:
        """Begin an interaction; go on with pact-python's `given`, `with_request`, `will_respond_with`, `with_body`."""
        self._is_declared = True
        self._is_used = False
        interaction: Interaction = self._pact.upon_receiving(description, kind)
        return interaction

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve what was declared on loopback and give its URL.

        Raises:
            UsageError: The consumer asked for something else, or not for all that was declared. An error of the test
                itself comes out unchanged.
        """
        with self._pact.serve(addr="127.0.0.1", raises=False, verbose=False) as server:
            yield str(server.url)
            mismatches = list(server.mismatches)
        if mismatches:
            listed = "\n".join(f"  {mismatch}" for mismatch in mismatches)
            raise UsageError(
                f"{self.consumer} did not do what its pact with {self.provider} says:\n{listed}",
                remedy="Correct the declaration or the consumer.",
            )
        self._is_used = True

    def verify(self, handler: Callable[[Any, dict[str, object]], None]) -> None:
        """Give every declared message to the consumer's handler, which takes the body and the metadata.

        Raises:
            UsageError: The handler refused a message it declared; the handler's own error is the cause.
        """
        errors = self._pact.verify(_decoding(handler), "Async", raises=False) or []
        if errors:
            raise UsageError(
                f"{self.consumer} cannot read a message that its pact with {self.provider} declares: {errors[0]}",
                remedy="Correct the declaration or the handler.",
            ) from errors[0]
        self._is_used = True

    def parts(self) -> list[dict[str, Any]]:
        """Return what was declared, as pacts to merge.

        Raises:
            UsageError: An interaction was declared and never tried, so nobody knows that the consumer behaves so.
        """
        if not self._is_declared:
            return []
        if not self._is_used:
            raise UsageError(
                f"a pact of {self.consumer} with {self.provider} was declared and never tried",
                remedy="Call the consumer inside `with pact.serve() as url:`, or `pact.verify(handler)` for messages.",
            )
        with TemporaryDirectory() as folder:
            self._pact.write_file(folder, overwrite=True)
            return [json.loads(path.read_text("utf-8")) for path in sorted(Path(folder).glob("*.json"))]


def _decoding(handler: Callable[[Any, dict[str, object]], None]) -> Callable[[Any, dict[str, object]], None]:
    def handle(body: Any, metadata: dict[str, object]) -> None:
        handler(json.loads(body) if isinstance(body, (str, bytes)) else body, metadata)

    return handle
