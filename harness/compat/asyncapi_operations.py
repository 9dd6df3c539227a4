"""What changed about the operations of a channel: their names, bindings and credentials, and address parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.compat.asyncapi_messages import binding_drafts
from harness.compat.asyncapi_pairing import pair_routes
from harness.compat.asyncapi_reading import Channel, Route
from harness.compat.asyncapi_servers import security_drafts
from harness.compat.drafts import Draft
from harness.compat.proof import FINE, RULED_OUT
from harness.compat.sides import Sides
from harness.compat.versions import Version
from harness.documents import Node
from harness.model import JSON, Direction, Level


def operation_drafts(old: Channel, new: Channel, sides: Sides) -> Iterator[Draft]:
    """Yield what changed about operations that both versions have."""
    for direction in Direction:
        for before, after in pair_routes(_named(old, direction), _named(new, direction)):
            if before.operation is not None and after.operation is not None:
                yield from _operation(before, after, f"channel {new.label}", sides)


def _named(channel: Channel, direction: Direction) -> Sequence[Route]:
    return [route for route in channel.routes if route.direction is direction and not route.reply]


def _operation(before: Route, after: Route, carrier: str, sides: Sides) -> Iterator[Draft]:
    old, new = before.operation, after.operation
    if old is None or new is None:
        return
    subject = f"operation {after.name}" if after.name else f"the operation on {carrier}"
    base = Draft("binding-changed", old, new, subject=subject, carriers=(carrier,))
    if before.name and after.name and before.name != after.name:
        title = f"operation {before.name} is now called {after.name}"
        yield replace(
            base, rule="operation-id-changed", level=Level.INFO, title=title, before=before.name, after=after.name
        )
    yield from binding_drafts((before.bindings, after.bindings), base, subject)
    yield from security_drafts((old, sides.old), (new, sides.new), base)


def parameter_drafts(old: Channel, new: Channel, sides: Sides) -> Iterator[Draft]:
    """Yield values that an address parameter lost or gained; parameters are paired by their place in the address.

    Consumers choose the value when they subscribe, whichever way messages flow: a value that went away is a
    place where nothing happens any more.
    """
    for before, after in zip(_parameters(old, sides.old), _parameters(new, sides.new), strict=False):
        values = _values(before, sides.old), _values(after, sides.new)
        if values[0] == values[1]:
            continue
        name = after.pointer.rpartition("/")[2]
        base = Draft("enum-value-removed", before, after, subject=f"{name} of channel {new.label}")
        base = replace(base, carriers=(f"channel {new.label}",))
        if values[0] is None:
            yield replace(base, rule="enum-added", proof=RULED_OUT, after=values[1], title=f"{base.subject} is limited")
        elif values[1] is None:
            yield replace(base, rule="enum-removed", proof=FINE, before=values[0], title=f"{base.subject} is free")
        else:
            yield from _grown(base, values[0], values[1])


def _grown(base: Draft, before: list[JSON], after: list[JSON]) -> Iterator[Draft]:
    for value in before:
        if value not in after:
            yield replace(base, proof=RULED_OUT, before=value, title=f"{base.subject} may no longer be {value}")
    for value in after:
        if value not in before:
            title = f"{base.subject} may now be {value}"
            yield replace(base, rule="enum-value-added", proof=FINE, after=value, title=title)


def _parameters(channel: Channel, version: Version) -> list[Node]:
    """Return the parameters in the order of the address, followed."""
    written = channel.node.value.get("parameters") if isinstance(channel.node.value, dict) else None
    known = written if isinstance(written, dict) else {}
    names = [name for name in known if f"{{{name}}}" in channel.address]
    names.sort(key=lambda name: channel.address.index(f"{{{name}}}"))
    return [version.follow(channel.node.child("parameters", name)) for name in names]


def _values(parameter: Node, version: Version) -> list[JSON] | None:
    """Return the allowed values: `enum` (version 3) or that of the schema (version 2); None where any is."""
    value = parameter.value if isinstance(parameter.value, dict) else {}
    if isinstance(value.get("schema"), dict):
        schema = version.follow(parameter.child("schema")).value
        value = schema if isinstance(schema, dict) else {}
    found = value.get("enum")
    return found if isinstance(found, list) else None
