"""Contracts and catalog agree on who may say what: a field is taken from its owner and echoed by everyone else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from contract_documents import APIS, EVENTS, followed, items, library, members, messages, newest, operations, step

from harness.catalog import read_catalog
from harness.documents import Node

WRITES = {"post", "propagate"}
IDENTITY = {"id", "version", "source_system"}


@cache
def fields() -> dict[str, set[str]]:
    """Owners of every field of every business object, as `invoice.lines.net` to component references."""
    catalog = read_catalog(library(), ["catalog/**/*.yaml"])
    found: dict[str, set[str]] = {}
    for thing in catalog.business_objects():
        for field in thing.fields:
            found.setdefault(f"{thing.name}.{field.path}", set()).add(short(field.owner))
    return found


def short(reference: str) -> str:
    return reference.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def owners(path: str) -> set[str]:
    """Owners of a field, or of the part it lies in."""
    while path and path not in fields():
        path = path.rpartition(".")[0]
    return fields().get(path, set())


def mapped(schema: Node, above: str = "") -> Iterator[tuple[Node, str]]:
    """Every leaf property with its canonical field; local ones are left out."""
    node = followed(schema)
    owner = node.value.get("x-business-object") or node.value.get("x-canonical-field") or above
    for branch in items(node, "allOf"):
        yield from mapped(branch, owner)
    for name in node.value.get("properties", {}):
        found = node.child("properties").child(name)
        target = found.value.get("x-canonical-field") or (f"{owner}.{name}" if owner else "")
        if found.value.get("x-local") or not target:
            continue
        inner = step(found, "items") or followed(found)
        if "properties" in inner.value:
            yield from mapped(inner, target)
        elif target.rpartition(".")[2] not in IDENTITY:  # keys say which object, they change nothing
            yield found, target


def bodies(operation: Node) -> list[Node]:
    media = [step(node, "schema") for _, node in members(operation, "requestBody", "content")]
    swagger = [step(node, "schema") for node in items(operation, "parameters") if node.value.get("in") == "body"]
    return [node for node in [*media, *swagger] if node is not None]


def provider(path: str) -> str:
    return short(library().node(path).value["info"]["x-owner"])


def test_the_catalog_says_who_owns_the_fields_that_matter_here():
    assert owners("invoice.posting_date") == {"erp"}
    assert owners("customer.payment_method") == {"billing"}
    assert owners("invoice.lines.net") == {"billing"}


@pytest.mark.parametrize("path", newest(APIS))
def test_no_operation_takes_a_field_that_another_system_owns(path):
    for _, url, operation in operations(path):
        if operation.value["x-interaction"] not in WRITES or "x-shadow-of" in operation.value:
            continue
        for body in bodies(operation):
            strangers = {
                target: owners(target)
                for _, target in mapped(body)
                if owners(target) and provider(path) not in owners(target)
            }
            assert not strangers, f"{path} {url}"


@pytest.mark.parametrize("path", newest(EVENTS))
def test_an_event_marks_what_it_only_echoes_and_names_the_owner(path):
    for name, message in messages(path):
        for part in items(message, "payload", "allOf"):
            data = step(part, "properties", "data")
            for node, target in mapped(data) if data is not None else ():
                owning = owners(target)
                own = not owning or provider(path) in owning
                echo = node.value.get("x-echo")
                assert own == (echo is None), f"{path} {name}: {target} is owned by {owning}"
                assert echo is None or short(echo) in owning, f"{path} {name}: {target}"


def test_only_the_legacy_ledger_is_a_shadow():
    shadows = {
        (path.split("/")[2], operation.value["x-shadow-of"])
        for path in newest(APIS)
        for _, _, operation in operations(path)
        if "x-shadow-of" in operation.value
    }
    assert shadows == {("erp-legacy-postings", "erp-postings")}
