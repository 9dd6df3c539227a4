"""Canonical documents held to their contracts before anybody else sees them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import jsonschema_rs

from harness.model import JSON, UnreadableError
from synthetic.deeds import RefusedError

Check = Callable[[str, Mapping[str, JSON]], None]


def unchecked(kind: str, document: Mapping[str, JSON]) -> None:
    """Let every document through: where another check is at work, such as that of a test."""
    del kind, document


def canonical_check(landscape: Path) -> Check:
    """Return the check by the newest version of each contract in `contracts/canonical`.

    Raises:
        UnreadableError: They are not there.
    """
    folder = landscape / "contracts" / "canonical"
    validators: dict[str, jsonschema_rs.Validator] = {}
    for kind in sorted(one.name for one in folder.glob("*") if one.is_dir()):
        newest = max(folder.joinpath(kind).glob("*.json"), key=lambda path: _version(path.stem))
        validators[kind] = jsonschema_rs.validator_for(json.loads(newest.read_bytes()))
    if not validators:
        raise UnreadableError(f"no canonical contracts in {folder}", remedy="Name a landscape that has them.")

    def check(kind: str, document: Mapping[str, JSON]) -> None:
        validator = validators.get(kind)
        error = next(validator.iter_errors(_without_hints(document)), None) if validator else None
        if error is not None:
            place = "/".join(str(part) for part in error.instance_path)
            raise RefusedError("sync", "payload-invalid", f"canonical {kind} /{place}: {error.message}"[:500])

    return check


def _without_hints(document: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return a document without what the ledger is told beside the contract: the revenue class of a credited line."""
    lines = document.get("lines")
    if not isinstance(lines, list) or "price_mode" in document:
        return dict(document)
    plain = [
        {k: v for k, v in line.items() if k != "revenue_class"} if isinstance(line, dict) else line for line in lines
    ]
    return {**document, "lines": plain}


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
