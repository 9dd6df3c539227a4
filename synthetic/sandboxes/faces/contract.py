"""One OpenAPI contract as something to hold requests to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs

from harness.compat.bundling import bundle
from harness.documents import FolderTree, Library
from harness.model import NotFoundError
from synthetic.sandboxes.faces.dialects import METHODS, modern

Wrong = tuple[str, str]
"""Where (a JSON pointer or the name of a parameter) and what."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation; `place` is `path`, `query` or `header`."""

    name: str
    place: str
    is_required: bool
    schema: Mapping[str, Any] = field(hash=False)
    validator: Any = field(hash=False, repr=False)

    def read(self, text: str) -> Any:
        """Return a value of the type that the contract gives it; text where it is none of that type."""
        wanted = self.schema.get("type")
        if wanted == "integer" and text.lstrip("-").isdecimal() and text.isascii() and len(text) < 19:
            return int(text)
        if wanted == "boolean" and text in ("true", "false"):
            return text == "true"
        return text


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        id: Its `operationId`.
        method: In capitals.
        path: Template, as Starlette writes it too.
        parameters: Those of its path as well.
        body: Validator of the JSON body, None if it takes none.
        success: The status of a success.
    """

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: Any = field(hash=False, repr=False)
    success: int = 200

    @property
    def takes_key(self) -> bool:
        """Whether a request carries an idempotency key."""
        return any(one.name == "Idempotency-Key" for one in self.parameters)


class Contract:
    """The newest version of a contract.

    Attributes:
        name: Such as `erp-postings`.
        version: Of the contract.
        document: The whole OpenAPI document, referring to nothing but itself.
    """

    def __init__(self, landscape: Path, name: str) -> None:
        """Read it.

        Raises:
            NotFoundError: The landscape has no such contract.
        """
        folder = landscape / "contracts/apis" / name
        versions = sorted(folder.glob("*/openapi.yaml"), key=lambda path: _version(path.parent.name))
        if not versions:
            raise NotFoundError(f"no contract {name} in {folder}", remedy="Name a landscape that has it.")
        library = Library(FolderTree(landscape))
        node = library.load(versions[-1].relative_to(landscape).as_posix()).root
        self.name = name
        self.version = versions[-1].parent.name
        self.document = modern(json.loads(json.dumps(bundle(node, library), default=float)))

    def operations(self) -> Iterator[Operation]:
        """Yield every operation."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield self._operation(path, method, item)

    def validator(self, schema: Mapping[str, Any]) -> Any:
        """Return a validator of a schema that stands in the document; formats count."""
        return jsonschema_rs.Draft202012Validator(
            {"components": self.document.get("components", {}), "$defs": self.document.get("$defs", {}), **schema},
            validate_formats=True,
        )

    def response(self, operation: str, status: int) -> Mapping[str, Any] | None:
        """Return what the contract says of a response, None where it does not know the status."""
        for item in self.document["paths"].values():
            for method in METHODS:
                if item.get(method, {}).get("operationId") == operation:
                    found = item[method]["responses"].get(str(status))
                    return None if found is None else self.resolved(found)
        return None

    def resolved(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a reference inside the document leads to."""
        while "$ref" in value:
            found: Any = self.document
            for token in str(value["$ref"]).removeprefix("#/").split("/"):
                found = found[token.replace("~1", "/").replace("~0", "~").replace("%7E1", "/")]
            value = found
        return value

    def _operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        found = item[method]
        given = [self.resolved(one) for one in (*item.get("parameters", ()), *found.get("parameters", ()))]
        parameters = tuple(
            Parameter(
                one["name"],
                one["in"],
                bool(one.get("required")),
                self.resolved(one["schema"]),
                self.validator(one["schema"]),
            )
            for one in given
        )
        body = found.get("requestBody")
        media = self.resolved(body)["content"]["application/json"] if body else None
        success = min(int(status) for status in found["responses"] if status.isdecimal())
        validator = self.validator(media["schema"]) if media else None
        return Operation(found["operationId"], method.upper(), path, parameters, validator, success)


def wrong_in(validator: Any, value: Any, place: str = "") -> Iterator[Wrong]:
    """Yield what a validator says of a value, at most twenty."""
    for number, error in enumerate(validator.iter_errors(value)):
        if number == 20:
            return
        pointer = "".join(f"/{part}" for part in error.instance_path)
        yield (place or pointer), str(error.message)[:300]


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())
