"""What the comparator's results depend on of JavaScript: absence beside null, truth, and writing into nested values."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote


class _Missing:
    """Absence: what JavaScript calls undefined, which JSON's null is not."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final[Any] = _Missing()


def truthy(value: object) -> bool:
    """Whether a condition on `value` holds: empty lists and objects do, empty texts and zero do not."""
    return value is not MISSING and value is not None and value is not False and value != "" and not _is_zero(value)


def either(*values: Any) -> Any:
    """Return the first value on which a condition holds, else the last."""
    return next((value for value in values if truthy(value)), values[-1])


def _is_zero(value: object) -> bool:
    return not isinstance(value, (str, list, dict, bool)) and value == 0


def mapping(value: object) -> dict[str, Any]:
    """Return an object's members, none for anything that is no object."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """Return a list's items, none for anything that is no list."""
    return value if isinstance(value, list) else []


def tokens(reference: str) -> list[str]:
    """Return the path of a reference into the document; a reference elsewhere is one token that nothing bears."""
    if reference.startswith("#/"):
        reference = reference[1:]
    if not reference.startswith("/"):
        return [reference]
    return [unquote(part.replace("~1", "/").replace("~0", "~")) for part in reference[1:].split("/")]


def value_at(root: object, path: list[str]) -> Any:
    """Return what stands at a path, MISSING where nothing does."""
    for token in path:
        if isinstance(root, dict) and token in root:
            root = root[token]
        elif isinstance(root, list) and token.isdecimal() and int(token) < len(root):
            root = root[int(token)]
        else:
            return MISSING
    return root


def put(root: dict[str, Any], path: list[str], value: object) -> None:
    """Write a value at a path, making the objects on the way."""
    here: Any = root
    for token in path[:-1]:
        below = value_at(here, [token])
        if not isinstance(below, (dict, list)):
            below = {}
            if not _write(here, token, below):
                return
        here = below
    _write(here, path[-1], value)


def _write(container: Any, token: str, value: object) -> bool:
    if isinstance(container, dict):
        container[token] = value
        return True
    if isinstance(container, list) and token.isdecimal() and int(token) < len(container):
        container[int(token)] = value
        return True
    return False


def copied(value: Any) -> Any:
    """Return a copy of a JSON value that shares no container with it."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def merge(target: Any, source: Any) -> Any:
    """Merge `source` into `target` member by member, lists item by item, and return `target`."""
    pairs = source.items() if isinstance(source, dict) else enumerate(source)
    for key, value in pairs:
        if isinstance(value, (dict, list)):
            _set(target, key, merge(_base(_get(target, key), value), value))
        else:
            _set(target, key, value)
    return target


def _base(known: Any, value: Any) -> Any:
    """Return what a container is merged into: the known one where it can take the members."""
    if isinstance(value, list):
        return known if isinstance(known, list) else []
    return known if isinstance(known, dict) else {}


def _get(target: Any, key: Any) -> Any:
    if isinstance(target, list):
        return target[key] if key < len(target) else MISSING
    return target.get(str(key), MISSING)


def _set(target: Any, key: Any, value: object) -> None:
    if isinstance(target, list):
        if key < len(target):
            target[key] = value
        else:
            target.append(value)
    else:
        target[str(key)] = value


def follow(node: Any, document: object) -> tuple[Any, str]:
    """Return what a chain of references leads to and the last reference; (MISSING, "") for a circle."""
    seen: set[str] = set()
    reference = ""
    while isinstance(node, dict) and isinstance(node.get("$ref"), str) and node["$ref"]:
        if node["$ref"] in seen:
            return MISSING, ""
        reference = node["$ref"]
        seen.add(reference)
        node = value_at(document, tokens(reference))
    return node, reference


def resolved(node: Any, document: object) -> Any:
    """Return what a chain of references leads to, the node itself where it leads nowhere."""
    found, _ = follow(node, document)
    return node if found is MISSING else found
