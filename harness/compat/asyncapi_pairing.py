"""Which channel and which message of the new document is the one of the old document."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from harness.compat.asyncapi_reading import Channel, Message, Route
from harness.compat.versions import canonical

_PARAMETER = re.compile(r"\{[^{}/]*\}")
_Thing = TypeVar("_Thing")
_Pairing = tuple[list[tuple[_Thing, _Thing]], list[_Thing], list[_Thing]]


def positional(address: str) -> str:
    """Return an address whose parameters have no names: `{id}` and `{invoiceId}` mean the same place."""
    return _PARAMETER.sub("{}", address)


def pair_channels(old: Sequence[Channel], new: Sequence[Channel]) -> _Pairing[Channel]:
    """Return pairs, added and removed channels: by address, then by key."""
    return _pair(old, new, (lambda one: positional(one.address), lambda one: one.key))


def message_pairs(old: Sequence[Message], new: Sequence[Message]) -> _Pairing[Message]:
    """Return pairs, added and removed messages of one channel.

    A CloudEvents type names a message first, since readers choose by it; then the key, the name and an equal payload.
    A single message on each side is one message, whatever it is called now.
    """
    names: tuple[Callable[[Message], str], ...] = (
        lambda one: one.event_type,
        lambda one: one.key,
        lambda one: one.name,
        lambda one: canonical(one.payload.node.value) if one.payload is not None else "",
    )
    pairs, added, removed = _pair(old, new, names)
    if len(added) == len(removed) == 1 and not pairs:
        return [(removed[0], added[0])], [], []
    return pairs, added, removed


def pair_routes(old: Sequence[Route], new: Sequence[Route]) -> list[tuple[Route, Route]]:
    """Return the operations of one direction that both versions have: by name, else the only one by the only one."""
    pairs, added, removed = _pair(old, new, (lambda one: one.name,))
    if len(added) == len(removed) == 1:
        pairs.append((removed[0], added[0]))
    return pairs


def _pair(old: Sequence[_Thing], new: Sequence[_Thing], names: Sequence[Callable[[_Thing], str]]) -> _Pairing[_Thing]:
    """Pair by each name in turn; what is left over was removed or added."""
    left, right = list(old), list(new)
    pairs: list[tuple[_Thing, _Thing]] = []
    for name in names:
        named = {name(one): one for one in reversed(right) if name(one)}
        for one in list(left):
            other = named.pop(name(one), None) if name(one) else None
            if other is not None:
                pairs.append((one, other))
                left.remove(one)
                right.remove(other)
    return pairs, right, left
