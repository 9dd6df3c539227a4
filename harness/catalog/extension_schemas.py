"""The JSON Schemas of our extra entries: for editors, and for the check of the same shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.model import join

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

_FOLDER = Path(__file__).parent.parent / "schemas"

_BY_TYPE: Mapping[tuple[str, str], str] = {
    ("resource", kind): f"catalog-{kind}.json"
    for kind in (
        "business-object",
        "critical-workflow",
        "environment",
        "mapping",
        "canonical-binding",
        "reconciliation-checkpoint",
        "close-calendar",
        "legal-entity",
        "failure-categories",
    )
}
_BY_KIND: Mapping[str, str] = {
    "api": "catalog-api.json",
    "user": "catalog-user.json",
    "component": "catalog-component.json",
}


def schema_for(kind: str, entity_type: str) -> str:
    """Return the file name of the schema for an entity, "" if none is ours."""
    return _BY_TYPE.get((kind.lower(), entity_type)) or _BY_KIND.get(kind.lower(), "")


@dataclass(slots=True)
class _Schemas:
    """Compiled schemas, each built when it is first needed."""

    built: dict[str, Draft202012Validator] = field(default_factory=dict)

    def errors(self, name: str, value: object) -> Iterator[tuple[str, str]]:
        """Yield (pointer, message) for each error of `value` under the schema file `name`."""
        if name not in self.built:
            from jsonschema_rs import Draft202012Validator  # noqa: PLC0415  (start-up)

            self.built[name] = Draft202012Validator(json.loads((_FOLDER / name).read_text("utf-8")))
        for error in self.built[name].iter_errors(value):
            yield join("", *error.instance_path), error.message


SCHEMAS = _Schemas()
