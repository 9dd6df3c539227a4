"""Compares two AsyncAPI documents: channels, the messages they carry each way, servers, and what messages hold.

Directions are those of the described application. A message that travels both ways, or on a channel without
operations, has to keep both promises; so has a message that is read again after the change (retained topics), where
new readers meet old messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from harness.compat.asyncapi_messages import Carried, MessageComparison, binding_drafts, replay_carrier, texts
from harness.compat.asyncapi_operations import operation_drafts, parameter_drafts
from harness.compat.asyncapi_pairing import message_pairs, pair_channels, positional
from harness.compat.asyncapi_reading import Channel, Events, Message, read_asyncapi
from harness.compat.asyncapi_servers import server_drafts
from harness.compat.change_log import finish, of_element
from harness.compat.compare import conclude
from harness.compat.drafts import Draft
from harness.compat.lifecycle import may_go
from harness.compat.proof import FINE, RULED_OUT, Proof
from harness.compat.renames import join_renames
from harness.compat.sides import Sides
from harness.documents import Library, Node
from harness.model import Change, ContentModel, ContractComparison, ContractKind, Direction, Level

_ACTION = {Direction.SENT: "send", Direction.RECEIVED: "receive"}
_VERB = {Direction.SENT: "sends", Direction.RECEIVED: "takes"}


def compare_asyncapi(
    old: Node,
    new: Node,
    old_library: Library,
    new_library: Library,
    model: ContentModel = ContentModel.DECLARED,
    as_of: date | None = None,
) -> ContractComparison:
    """Compare two AsyncAPI documents of any version 2 or 3; see `harness.compat.compare_contracts`."""
    sides = Sides.of(old_library, new_library, model, as_of)
    sides.start(old, new)
    comparison = _Comparison(sides, read_asyncapi(old, sides.old), read_asyncapi(new, sides.new))
    changes = comparison.changes()
    result = conclude(ContractKind.ASYNCAPI, model, changes, old, new, as_of)
    return replace(result, notes=(*result.notes, *comparison.notes()))


class _Comparison:
    def __init__(self, sides: Sides, old: Events, new: Events) -> None:
        self._sides = sides
        self._old, self._new = old, new
        self._messages = MessageComparison(sides)
        self._unknown: list[str] = []

    def changes(self) -> tuple[Change, ...]:
        """Return every change, loudest first."""
        elements = [of_element(draft, *draft.carriers) for draft in self._drafts()]
        found = finish(join_renames([*elements, *self._messages.found()], self._sides), self._sides)
        every = {(one.fingerprint, one.direction): one for one in _told_once(self._messages.changes())}
        return tuple(sorted([*found, *every.values()], key=lambda one: (one.level.rank, one.location, one.rule)))

    def notes(self) -> tuple[str, ...]:
        """Return what the answer rests on without having been told."""
        return tuple(
            f"retention of {label} is unknown: judged as if old messages are read again" for label in self._unknown
        )

    def _drafts(self) -> Iterator[Draft]:
        pairs, added, removed = pair_channels(self._old.channels, self._new.channels)
        for channel in removed:
            yield self._gone(channel)
        for channel in added:
            subject = f"channel {channel.label}"
            yield Draft(
                "channel-added", None, channel.node, subject=subject, title=f"{subject} added", carriers=(subject,)
            )
        for old, new in pairs:
            yield from self._channel(old, new)
        yield from server_drafts(self._old, self._new)
        root = self._old.root, self._new.root
        if any(texts(_info(node)) for node in root) and texts(_info(root[0])) != texts(_info(root[1])):
            yield Draft(
                "text-changed",
                *root,
                None,
                FINE,
                Level.INFO,
                "the document",
                title="the document is described otherwise",
            )

    def _gone(self, channel: Channel) -> Draft:
        subject = f"channel {channel.label}"
        return Draft(
            "channel-removed", channel.node, None, None, self._removal(channel.node), None, subject,
            title=f"{subject} removed", carriers=(subject,),
        )  # fmt: skip

    def _removal(self, *nodes: Node | None) -> Proof:
        """Return the proof of a removal: announced ones break nobody."""
        values = [node.value for node in nodes if node is not None and isinstance(node.value, dict)]
        return FINE if any(may_go(value, self._sides.as_of)[0] for value in values) else RULED_OUT

    def _channel(self, old: Channel, new: Channel) -> Iterator[Draft]:
        subject = f"channel {new.label}"
        base = Draft("binding-changed", old.node, new.node, subject=subject, carriers=(subject,))
        if not _same_place(old, new):
            title = f"channel {new.key} is at {new.address or 'no fixed address'} instead of {old.address or 'none'}"
            yield replace(
                base,
                rule="channel-address-changed",
                proof=RULED_OUT,
                title=title,
                before=old.address,
                after=new.address,
            )
        yield from binding_drafts((old.bindings, new.bindings), base, subject)
        if texts(old.node) != texts(new.node):
            yield replace(base, rule="text-changed", level=Level.INFO, title=f"{subject} is described otherwise")
        for direction in Direction:
            yield from self._way(old, new, direction)
        yield from operation_drafts(old, new, self._sides)
        yield from parameter_drafts(old, new, self._sides)

    def _way(self, old: Channel, new: Channel, direction: Direction) -> Iterator[Draft]:
        before, after = old.carried(direction), new.carried(direction)
        if before and not after:
            yield self._operation_gone(old, direction)
            return
        if after and not before:
            if old.messages or new.messages:
                yield _operation_added(old, new, direction)
            return
        pairs, added, removed = message_pairs(
            [old.messages[key] for key in before], [new.messages[key] for key in after]
        )
        for message in removed:
            yield self._message_removed(message, new, direction)
        for message in added:
            yield _message_added(message, old, direction)
        for left, right in pairs:
            self._pair(left, right, direction, old, new)

    def _pair(self, old: Message, new: Message, direction: Direction, before: Channel, after: Channel) -> None:
        name = f"event {new.name}"
        self._messages.compare(Carried(old, new, direction, f"{name} ({_ACTION[direction]})"))
        # Another address is another topic, on which no old messages wait.
        if direction is Direction.SENT and after.retained is not False and _same_place(before, after):
            if after.retained is None and after.label not in self._unknown:
                self._unknown.append(after.label)
            self._messages.compare(Carried(old, new, Direction.RECEIVED, replay_carrier(new), replay=True))

    def _operation_gone(self, old: Channel, direction: Direction) -> Draft:
        operation = next((route.operation for route in old.routes if route.direction is direction), None)
        subject = f"{_ACTION[direction]} on {old.label}"
        proof = self._removal(operation, old.node)
        carriers = tuple(f"event {old.messages[key].name} ({_ACTION[direction]})" for key in old.carried(direction))
        title = f"nothing is {'sent to' if direction is Direction.SENT else 'taken from'} channel {old.label} any more"
        return Draft(
            "operation-removed",
            operation or old.node,
            None,
            direction,
            proof,
            None,
            subject,
            title=title,
            carriers=carriers,
        )

    def _message_removed(self, message: Message, channel: Channel, direction: Direction) -> Draft:
        title = f"channel {channel.label} no longer {_VERB[direction]} {message.name}"
        carrier = f"event {message.name} ({_ACTION[direction]})"
        proof = self._removal(message.node)
        subject = f"event {message.name} on {channel.label}"
        return Draft(
            "message-removed", message.node, None, direction, proof, None, subject, title=title, carriers=(carrier,)
        )


def _message_added(message: Message, channel: Channel, direction: Direction) -> Draft:
    """Old consumers meet a message without a branch for it: the union of what they may read grew.

    `x-extensible-messages: true` on the old channel tells them beforehand, as `x-extensible-enum` does for values.
    """
    told = isinstance(channel.node.value, dict) and channel.node.value.get("x-extensible-messages") is True
    sent = direction is Direction.SENT and not told
    return Draft(
        "message-added", None, message.node, direction, RULED_OUT if sent else FINE,
        Level.WARNING if sent else Level.INFO, f"event {message.name} on {channel.label}",
        title=f"channel {channel.label} also {_VERB[direction]} {message.name}",
        settle="Let every consumer skip what it does not know first." if sent else "",
        carriers=(f"event {message.name} ({_ACTION[direction]})",),
    )  # fmt: skip


def _operation_added(old: Channel, new: Channel, direction: Direction) -> Draft:
    operation = next((route.operation for route in new.routes if route.direction is direction), None)
    subject = f"{_ACTION[direction]} on {new.label}"
    title = f"messages are now {'sent to' if direction is Direction.SENT else 'taken from'} channel {new.label}"
    return Draft("operation-added", None, operation or old.node, direction, FINE, None, subject, title=title)


def _told_once(changes: list[Change]) -> Iterator[Change]:
    """Yield each Avro change once a direction, with everything it is reached from."""
    reached: dict[str, set[str]] = {}
    for change in changes:
        reached.setdefault(f"{change.fingerprint}{change.direction}", set()).update(change.reached_from)
    for change in changes:
        carriers = reached[f"{change.fingerprint}{change.direction}"]
        yield replace(change, reached_from=tuple(sorted(carriers)))


def _info(root: Node) -> Node:
    has = isinstance(root.value, dict) and isinstance(root.value.get("info"), dict)
    return root.child("info") if has else root


def _same_place(old: Channel, new: Channel) -> bool:
    """Whether messages still travel at the same address; names of parameters mean nothing."""
    return positional(old.address) == positional(new.address)
