"""The comparison itself: every interaction of a pact against OpenAPI, AsyncAPI or both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.pacts.comparator.asyncapi2 import as_version_3
from harness.pacts.comparator.bodies import request_body, response_body
from harness.pacts.comparator.context import Compiled, Operation
from harness.pacts.comparator.headers import request_headers, response_headers
from harness.pacts.comparator.interactions import Http, Messages, interactions
from harness.pacts.comparator.javascript import mapping
from harness.pacts.comparator.messages import compare_messages
from harness.pacts.comparator.parameters import path_parameters, query_parameters
from harness.pacts.comparator.routing import Found, Router
from harness.pacts.comparator.security import authorization
from harness.pacts.comparator.values import Result

_PREFIX = "x-opc-config-"


class Comparator:
    """Compares pacts with one specification; schemas are prepared once, whatever the number of pacts."""

    def __init__(
        self,
        openapi: dict[str, Any] | None = None,
        asyncapi: dict[str, Any] | None = None,
        *,
        unites: bool = False,
    ) -> None:
        """Take the documents, each with all its references inside itself.

        Args:
            openapi: For requests and responses.
            asyncapi: For messages.
            unites: Merge the parts of `allOf` in messages before unknown fields are refused. The comparator does not,
                so that it refuses every message whose envelope and data are two parts.
        """
        self.compiled = Compiled(_settings(openapi), unites=unites)
        self._openapi = openapi
        self._asyncapi = None if asyncapi is None else as_version_3(asyncapi)
        self._router = None if openapi is None else Router(openapi, self.compiled.settings)

    def compare(self, pact: dict[str, Any]) -> Iterator[Result]:
        """Yield the results of one pact, interaction by interaction."""
        for interaction in interactions(pact):
            yield from self.interaction(interaction)

    def interaction(self, interaction: Http | Messages) -> Iterator[Result]:
        """Yield the results of one interaction; one of the kind that no given document describes is left out."""
        if isinstance(interaction, Messages):
            if self._asyncapi is not None or self._openapi is None:
                yield from compare_messages(self.compiled, self._asyncapi, interaction)
        elif self._openapi is not None or self._asyncapi is None:
            yield from self._http(interaction)

    def operation(self, interaction: Http) -> Operation | None:
        """Return the operation that a request is routed to, None if there is none."""
        found = self._found(interaction)
        if found is None or self._openapi is None:
            return None
        return Operation(self.compiled, self._openapi, found, interaction)

    def _found(self, interaction: Http) -> Found | None:
        path = interaction.path if interaction.path.startswith("/") else f"/{interaction.path}"
        if self.compiled.settings.get("no-percent-encoding"):
            path = path.replace("%", "%25")
        if self._router is None or "?" in path:
            return None
        query = interaction.query
        if isinstance(query, dict):
            query = "&".join(f"{name}={value or ''}" for name, value in query.items())
        return self._router.find(interaction.method, f"{path}?{query}" if query else path)

    def _http(self, interaction: Http) -> Iterator[Result]:
        if self._openapi is None:
            message = "No OpenAPI document provided to validate HTTP interaction"
            yield Result("request.spec.missing", message, interaction.pointer)
            return
        operation = self.operation(interaction)
        if operation is None:
            yield unknown_path(interaction)
            return
        wrong = list(path_parameters(operation))
        if wrong:
            yield from wrong
            return
        yield from authorization(operation)
        headers = list(request_headers(operation))
        yield from headers
        yield from query_parameters(operation)
        if not any(result.code == "request.content-type.incompatible" for result in headers):
            yield from request_body(operation)
        headers = list(response_headers(operation))
        yield from headers
        if not any(result.code == "response.content-type.incompatible" for result in headers):
            yield from response_body(operation)


def unknown_path(interaction: Http) -> Result:
    """The result for a request that fits no operation."""
    message = f"Path or method not defined in the specification: {interaction.method} {interaction.path}"
    return Result("request.path-or-method.unknown", message, f"{interaction.pointer}/request/path", "/paths", "openapi")


def _settings(openapi: dict[str, Any] | None) -> dict[str, object]:
    info = mapping(mapping(openapi).get("info"))
    return {name.removeprefix(_PREFIX): value for name, value in info.items() if name.startswith(_PREFIX)}
