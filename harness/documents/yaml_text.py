"""YAML text to values: the fast parser where the outline proves the file harmless, the event reader elsewhere."""

from __future__ import annotations

from decimal import Decimal

from harness.documents.json_text import read_json
from harness.documents.yaml_events import EventReader
from harness.documents.yaml_outline import DuplicateKeyError, Outline, outline
from harness.model import JSON, Location, UnreadableError


class _DifferentError(Exception):
    """The fast parser met something only the careful reader may judge."""


def read_yaml(text: str, path: str | None, first_line: int = 1) -> JSON:
    """Return the value of one YAML document (1.2, core schema; dates, `no` and `on` stay strings).

    Args:
        text: The document without `---`.
        path: For messages.
        first_line: Line of the file at which `text` begins.

    Raises:
        UnreadableError: Not YAML, a duplicate key, or out of bounds; with line and column.
    """
    try:
        shape = outline(text)
    except DuplicateKeyError as error:
        raise UnreadableError(
            f'"{error.key}" appears twice (first at line {error.first + first_line - 1})',
            location=Location(path, line=error.line + first_line - 1, column=error.column),
            remedy="Which one wins differs between tools, so neither is used. Remove one.",
        ) from None
    if shape is not None and shape.exact:
        try:
            return _fast(text, shape)
        except (_DifferentError, UnreadableError, ValueError):
            pass  # the careful reader either reads it or says what is wrong and where
    return EventReader(text, path, first_line).read()


def _fast(text: str, shape: Outline) -> JSON:
    import yaml12  # noqa: PLC0415  (start-up: JSON needs no YAML)

    for flow, _, _ in shape.flows:
        _check_flow(flow)
    value = yaml12.parse_yaml(text)
    if shape.typed_keys or shape.floats:
        return _plain(value, yaml12.Yaml)
    return value  # type: ignore[return-value]  # no floats and no typed keys: proved by the outline


def _check_flow(flow: str) -> None:
    """Refuse duplicate keys in a flow collection; most are JSON, which the C scanner reads fastest."""
    try:
        read_json(flow, None)
    except UnreadableError:
        EventReader(flow, None).read()


def _plain(value: object, wrapper: type) -> JSON:
    """Return the fast parser's value with exact numbers and text keys; depth was bounded by the outline."""
    kind = type(value)
    if kind is dict:
        return {
            (key if type(key) is str else _key(key)): (_plain(item, wrapper) if type(item) not in _AS_IS else item)
            for key, item in value.items()  # type: ignore[attr-defined]  # narrowed by `kind`, which is faster
        }
    if kind is list:
        return [_plain(item, wrapper) if type(item) not in _AS_IS else item for item in value]  # type: ignore[attr-defined]
    if kind is float:
        number = Decimal(repr(value))
        if not number.is_finite():
            raise _DifferentError
        return number
    if isinstance(value, wrapper):
        raise _DifferentError
    return value  # type: ignore[return-value]  # str, int, bool or None


_AS_IS = frozenset((str, int, bool, type(None)))


def _key(key: object) -> str:
    if key is None:
        return "null"
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int):
        return str(key)
    raise _DifferentError
