"""The contracts of the landscape, read as the product reads them, and flattened for validation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from harness.documents import FolderTree, Library, Node

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts"
METHODS = ("get", "put", "post", "delete", "patch")


@cache
def library() -> Library:
    return Library(FolderTree(ROOT))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


APIS = sorted(relative(p) for p in CONTRACTS.glob("apis/*/*/openapi.yaml"))
EVENTS = sorted(relative(p) for p in CONTRACTS.glob("events/*/*/asyncapi.yaml"))
CANONICAL = sorted(relative(p) for p in CONTRACTS.glob("canonical/*/*.json"))
SHARED = sorted(relative(p) for p in CONTRACTS.glob("*/common/*/*.yaml"))
FILES = [*APIS, *EVENTS, *CANONICAL, *SHARED]


def version_key(path: str) -> tuple[int, ...]:
    name = path.removesuffix(".json").split("/")[-1 if path.endswith(".json") else -2]
    return tuple(int(part) for part in name.split("."))


def pairs(paths: list[str]) -> list[tuple[str, str]]:
    """Consecutive versions of the same contract."""
    names: dict[str, list[str]] = {}
    for path in paths:
        names.setdefault("/".join(path.split("/")[:3]), []).append(path)
    chains = [sorted(versions, key=version_key) for versions in names.values()]
    return [pair for chain in chains for pair in pairwise(chain)]


def newest(paths: list[str]) -> list[str]:
    last = {"/".join(path.split("/")[:3]): path for path in sorted(paths, key=version_key)}
    return sorted(last.values())


def walk(node: Node) -> Iterator[Node]:
    """This node and every node below it, references not followed."""
    yield node
    if isinstance(node.value, dict | list):
        keys = node.value if isinstance(node.value, dict) else range(len(node.value))
        for key in keys:
            yield from walk(node.child(str(key)))


def followed(node: Node) -> Node:
    """The node, or what its `$ref` names."""
    while isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
        node = library().resolve(node, node.value["$ref"])
    return node


def members(node: Node, *tokens: str) -> list[tuple[str, Node]]:
    """Members of the object at `tokens` below `node`, references followed; empty where it is absent."""
    at = step(node, *tokens)
    return [(key, followed(at.child(key))) for key in at.value] if at and isinstance(at.value, dict) else []


def step(node: Node, *tokens: str) -> Node | None:
    here: Node | None = followed(node)
    for token in tokens:
        if here is None or not isinstance(here.value, dict) or token not in here.value:
            return None
        here = followed(here.child(token))
    return here


def items(node: Node, *tokens: str) -> list[Node]:
    at = step(node, *tokens)
    return [followed(at.child(str(n))) for n in range(len(at.value))] if at and isinstance(at.value, list) else []


def flat(node: Node) -> object:
    """The schema at `node` as one 2020-12 schema without references; older dialects are read as meant."""
    value = node.value
    if isinstance(value, list):
        return [flat(node.child(str(n))) for n in range(len(value))]
    if not isinstance(value, dict):
        return value
    beside = {
        key: flat(node.child(key)) if isinstance(member, dict | list) else member
        for key, member in value.items()
        if key not in {"$ref", "$id", "$schema", "$defs", "example", "examples"}
    }
    if isinstance(value.get("$ref"), str):
        return {"allOf": [flat(library().resolve(node, value["$ref"])), beside]}
    if value.get("nullable") is True or value.get("x-nullable") is True:
        beside["type"] = [value["type"], "null"]
        beside |= {"enum": [*value["enum"], None]} if "enum" in value else {}
    return beside


def operations(path: str) -> list[tuple[str, str, Node]]:
    """Method, path template and node of every operation."""
    root = library().node(path)
    found = members(root, "paths")
    return [(method, url, node) for url, item in found for method, node in members(item) if method in METHODS]


def parameters(path: str, url: str, operation: Node) -> list[Node]:
    item = dict(members(library().node(path), "paths"))[url]
    return [*items(item, "parameters"), *items(operation, "parameters")]


def messages(path: str) -> list[tuple[str, Node]]:
    return members(library().node(path), "components", "messages")


@cache
def examples(path: str) -> tuple[tuple[str, object, object], ...]:
    """Place, flattened schema and value of every example in one file."""
    return tuple(found_examples(path))


def found_examples(path: str) -> Iterator[tuple[str, object, object]]:
    for node in walk(library().node(path)):
        value = node.value
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("schema"), dict):
            yield from media_examples(node)
        if isinstance(value.get("payload"), dict) and isinstance(value.get("examples"), list):
            yield from message_examples(node)
        if isinstance(value.get("properties"), dict) and isinstance(value.get("examples"), list):
            yield from ((f"{node.pointer}/examples", flat(node), example) for example in value["examples"])


def media_examples(node: Node) -> Iterator[tuple[str, object, object]]:
    schema = flat(node.child("schema"))
    if "example" in node.value:
        yield f"{node.pointer}/example", schema, node.value["example"]
    for key, example in members(node, "examples"):
        swagger = "/" in key  # Swagger 2.0 has one example a media type
        yield f"{node.pointer}/examples/{key}", schema, example.value if swagger else example.value["value"]


def message_examples(node: Node) -> Iterator[tuple[str, object, object]]:
    for n, example in enumerate(node.value["examples"]):
        yield f"{node.pointer}/examples/{n}/payload", flat(node.child("payload")), example["payload"]
        yield f"{node.pointer}/examples/{n}/headers", flat(node.child("headers")), example["headers"]
