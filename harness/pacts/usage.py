"""The field-usage index: one row for every field an interaction sends or reads."""

from __future__ import annotations

from collections.abc import Iterable

from harness.model import Direction
from harness.pacts.operations import Operations
from harness.pacts.values import Body, FieldUse, Interaction, Pact


def field_uses(pact: Pact, offered: Operations, provider: str = "") -> tuple[FieldUse, ...]:
    """Return which fields of which operations `pact` uses.

    An interaction without any body still yields one use of the operation itself (pointer ""), because removing
    the operation hits it. An interaction that matches nothing yields uses with `matched=False`.

    Args:
        pact: The pact.
        offered: Operations and messages of the provider's contract.
        provider: Contract name; the provider's name of the pact by default.
    """
    return tuple(
        use for interaction in pact.interactions for use in _uses(pact, interaction, offered, provider or pact.provider)
    )


_BY_VALUE = frozenset({"equality", "regex", "include", "statusCode", "contentType", "null"})


def is_sensitive(matchers: str) -> bool:
    """Whether another value of the same type may fail: `matchers` are names separated by commas."""
    return bool(_BY_VALUE & set(matchers.split(",")))


def _uses(pact: Pact, interaction: Interaction, offered: Operations, provider: str) -> Iterable[FieldUse]:
    if interaction.method:
        found = offered.match(interaction.method, interaction.path)
    else:
        known = offered.message(interaction.message)
        found = f"message {known}" if known else None
    sides: list[tuple[Direction, Body]] = []
    if interaction.request:
        sides.append((Direction.RECEIVED, interaction.request))
    sides.append((Direction.SENT, interaction.response or Body(("",))))
    for direction, body in sides:
        matchers = dict(body.matchers)
        for pointer in body.pointers:
            yield FieldUse(
                consumer=pact.consumer,
                provider=provider,
                operation=found or interaction.operation,
                status=interaction.status if direction is Direction.SENT else "",
                pointer=pointer,
                direction=direction,
                interaction=interaction.description,
                location=interaction.location,
                matched=found is not None,
                leaf=pointer in body.leaves,
                matcher=matchers.get(pointer, "equality"),
                value_sensitive=pointer in body.leaves and is_sensitive(matchers.get(pointer, "equality")),
                version=pact.version,
            )
