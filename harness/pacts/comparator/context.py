"""What the checks of one interaction share: the operation, and validators that are prepared once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.model import join
from harness.pacts.comparator.interactions import Headers, Http
from harness.pacts.comparator.javascript import either, listed, mapping, resolved, truthy
from harness.pacts.comparator.media import content_for
from harness.pacts.comparator.routing import Found
from harness.pacts.comparator.schemas import minimum_schema
from harness.pacts.comparator.validation import ExampleValidator, Failure, UnusableSchemaError
from harness.pacts.comparator.values import Result


@dataclass(slots=True)
class Compiled:
    """Validators by the place of their schema.

    Attributes:
        settings: The `x-opc-config-*` switches.
        validators: By name of the place; built when first asked for.
        unusable: Places whose schema could not be applied, and why.
        unites: Whether the parts of `allOf` in messages are merged before unknown fields are refused.
    """

    settings: Mapping[str, object]
    validators: dict[str, ExampleValidator] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)
    unites: bool = False

    def failures(self, name: str, value: Any, schema: Callable[[], Any], *, convert: bool = False) -> list[Failure]:
        """Hold a value against the schema of a place; a schema that cannot be applied is noted and finds nothing."""
        if name not in self.validators:
            self.validators[name] = ExampleValidator(schema(), convert=convert)
        try:
            return self.validators[name].failures(value)
        except UnusableSchemaError as problem:
            self.unusable[name] = str(problem)
            return []


def _texts(written: object) -> list[str]:
    return [item for item in listed(written) if isinstance(item, str)]


@dataclass(frozen=True, slots=True)
class Operation:
    """One interaction and the operation its request is routed to."""

    compiled: Compiled
    document: dict[str, Any]
    found: Found
    interaction: Http

    @property
    def value(self) -> dict[str, Any]:
        """The operation object with what it inherits."""
        return self.found.route.operation

    @property
    def pointer(self) -> str:
        """JSON pointer of the operation."""
        return join("/paths", self.found.route.path, self.found.route.method)

    @property
    def setting(self) -> Mapping[str, object]:
        """The switches of the document."""
        return self.compiled.settings

    def resolved(self, node: Any) -> dict[str, Any]:
        """Return what a node refers to, as an object."""
        return mapping(resolved(node, self.document))

    @property
    def request_content(self) -> dict[str, Any]:
        """Media type objects of the request body."""
        return mapping(self.resolved(self.value.get("requestBody")).get("content"))

    @property
    def request_types(self) -> list[str]:
        """Media types the operation consumes."""
        written = self.value.get("consumes")
        return _texts(written) if truthy(written) else list(self.request_content)

    def response_types(self, response: dict[str, Any]) -> list[str]:
        """Media types the operation produces in one response."""
        written = self.value.get("produces")
        return _texts(written) if truthy(written) else list(mapping(response.get("content")))

    @property
    def responses(self) -> dict[str, Any]:
        """Responses by status as written."""
        return mapping(self.value.get("responses"))

    @property
    def response_key(self) -> str | None:
        """The status the response is written under: exact, `2XX` or `default`; None if there is none."""
        status = self.interaction.status
        keys = (str(status), f"{status // 100}XX", "default")
        return next((key for key in keys if truthy(self.responses.get(key))), None)

    @property
    def response(self) -> dict[str, Any]:
        """The response object, {} if there is none."""
        return self.resolved(self.responses.get(self.response_key or ""))

    def parameters(self, place: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the parameters of one place with their index."""
        for index, parameter in enumerate(self.value["parameters"]):
            if parameter.get("in") == place:
                yield index, parameter

    def schema(self, parameter: dict[str, Any]) -> Any:
        """Return the schema of a parameter; in Swagger 2 the parameter itself is one."""
        omitted = {"name", "in", "description", "required"}
        return either(parameter.get("schema"), {key: item for key, item in parameter.items() if key not in omitted})

    def parameter_failures(self, index: int, parameter: dict[str, Any], value: Any, *, checked: bool) -> list[Failure]:
        """Hold a value of path, query or header against its parameter; texts are converted."""
        name = f"{self.found.route.method} {self.found.route.path} parameter {index} {checked}"
        return self.compiled.failures(
            name,
            value,
            lambda: minimum_schema(self.schema(parameter), self.document) if checked else {},
            convert=True,
        )

    def skips_complex(self, schema: Any) -> bool:
        """Whether a switch leaves lists and objects of parameters unchecked."""
        kind = self.resolved(schema).get("type")
        return bool(self.setting.get("no-validate-complex-parameters")) and kind in ("array", "object")

    def request_headers(self) -> Headers:
        """The headers of the request."""
        return Headers(self.interaction.request_headers)

    def security_names(self, place: str) -> set[str]:
        """Names of the API keys in `header` or `query` that the operation may ask for."""
        schemes = [
            mapping(self.found.route.security_schemes.get(name))
            for requirement in listed(self.value.get("security"))
            for name in mapping(requirement)
        ]
        return {str(s.get("name")) for s in schemes if s.get("type") == "apiKey" and s.get("in") == place}

    def result(self, code: str, message: str, pact: str, spec: str = "") -> Result:
        """Return a result at a place of the interaction and of the operation."""
        return Result(code, message, self.interaction.pointer + pact, self.pointer + spec, "openapi")

    def content(self, content: object, media_type: str) -> dict[str, Any]:
        """Return the media type object that fits; {} if none does."""
        return content_for(content, media_type)
