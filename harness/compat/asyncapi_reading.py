"""AsyncAPI 2.x and 3.x documents as channels that carry messages, traits merged and references followed.

Version 2 speaks from the other side: `publish` is what others publish and the described application receives,
`subscribe` is what it sends (AsyncAPI 2.6.0, Channel Item Object). Version 3 says `receive` and `send` itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from harness.compat.versions import Version, referred_name
from harness.documents import Node
from harness.model import JSON, Direction, UnreadableError

_DRAFT = re.compile(r"draft[-/]?(0?[467]|2019-?09|2020-?12)|(2019-09|2020-12)")
_RETAINING = ("kafka", "pulsar", "kinesis", "eventhub")
_FLEETING = ("amqp", "http", "ws", "stomp", "jms", "sns", "sqs", "redis", "mercure", "ibmmq", "googlepubsub", "nats")
_ACTIONS = {"publish": Direction.RECEIVED, "subscribe": Direction.SENT}
_ACTIONS |= {"receive": Direction.RECEIVED, "send": Direction.SENT}


@dataclass(frozen=True, slots=True)
class Payload:
    """A described value: where it stands, in which schema language (`json`, `avro`, or another), as which dialect."""

    node: Node
    language: str = "json"
    dialect: str = "draft-07"
    format: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message with its traits merged in.

    Attributes:
        key: How the channel calls it.
        name: How readers and people call it; the key where no name is given.
        node: The definition, references followed.
        payload: What it carries, if described.
        headers: Schemas that its headers satisfy, all of them: its own and those of its traits.
        content_type: Media type, the document's default included; "" where nobody says.
        correlation: Runtime expression of the correlation id, "" where none.
        bindings: Protocol to binding, references followed.
        event_type: CloudEvents `type` where the payload or headers fix one.
    """

    key: str
    name: str
    node: Node
    payload: Payload | None
    headers: tuple[Node, ...]
    content_type: str
    correlation: str
    bindings: Mapping[str, JSON]
    event_type: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Messages that travel one way over a channel, and the operation that says so (None: none does)."""

    direction: Direction
    messages: tuple[str, ...]
    operation: Node | None
    name: str = ""
    reply: bool = False
    bindings: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel.

    Attributes:
        key: As the document calls it.
        address: Where messages travel, "" where only known at run time.
        node: The definition.
        messages: By key.
        routes: By operation; both directions without an operation.
        bindings: Protocol to binding.
        retained: Whether old messages are read again; None where nobody says.
    """

    key: str
    address: str
    node: Node
    messages: Mapping[str, Message]
    routes: tuple[Route, ...]
    bindings: Mapping[str, JSON]
    retained: bool | None = None

    def carried(self, direction: Direction) -> tuple[str, ...]:
        """Return the keys of the messages that travel this way, in order, once each."""
        keys = [key for route in self.routes if route.direction is direction for key in route.messages]
        return tuple(dict.fromkeys(keys))

    @property
    def label(self) -> str:
        """The address, else the key."""
        return self.address or self.key


@dataclass(frozen=True, slots=True)
class Events:
    """A whole document."""

    root: Node
    version: Version
    channels: tuple[Channel, ...]
    servers: Mapping[str, Node] = field(default_factory=dict)


def read_asyncapi(root: Node, version: Version) -> Events:
    """Return the document at `root`.

    Raises:
        UnreadableError: It is no AsyncAPI 2 or 3 document, or a reference leads nowhere.
    """
    written = str(_object(root.value).get("asyncapi", ""))
    if written[:2] not in {"2.", "3."}:
        raise UnreadableError(
            f'no AsyncAPI version 2 or 3: "{written}"', location=root.location, remedy="Write asyncapi: 3.0.0."
        )
    reading = _Reading(root, version)
    channels = tuple(reading.version_2() if written.startswith("2.") else reading.version_3())
    return Events(root, version, channels, reading.members(root, "servers"))


def _object(value: JSON) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


class _Reading:
    def __init__(self, root: Node, version: Version) -> None:
        self._root = root
        self._version = version
        self._default = str(_object(root.value).get("defaultContentType", ""))
        self._protocols = {
            str(_object(self._follow(node).value).get("protocol", "")).lower()
            for node in self.members(root, "servers").values()
        }

    def members(self, node: Node, *tokens: str) -> dict[str, Node]:
        """Return the members of the object below `node`, by key, not followed."""
        value: JSON = node.value
        for token in tokens:
            value = _object(value).get(token)
        return {key: node.child(*tokens, key) for key in _object(value)}

    def _follow(self, node: Node) -> Node:
        return self._version.follow(node)

    def version_2(self) -> Iterator[Channel]:
        """Yield the channels of a 2.x document; a channel's name is its address."""
        for address, written in self.members(self._root, "channels").items():
            node = self._follow(written)
            messages: dict[str, Message] = {}
            routes = []
            for action in ("publish", "subscribe"):
                if action not in _object(node.value):
                    continue
                operation = self._follow(node.child(action))
                found = list(self._messages_2(operation))
                messages |= {message.key: message for message in found}
                name = str(_object(operation.value).get("operationId", ""))
                bindings = self._bindings(self._with_traits(operation, traits_win=True))
                keys = tuple(one.key for one in found)
                routes.append(Route(_ACTIONS[action], keys, operation, name, bindings=bindings))
            yield self._channel(address, address, node, messages, routes)

    def _messages_2(self, operation: Node) -> Iterator[Message]:
        value = _object(operation.value).get("message")
        if value is None:
            return
        several = isinstance(value, dict) and isinstance(value.get("oneOf"), list)
        count = len(_list(value["oneOf"])) if several and isinstance(value, dict) else 0
        nodes = [operation.child("message", "oneOf", index) for index in range(count)]
        for index, node in enumerate(nodes or [operation.child("message")]):
            yield self._message(_key_2(node, self._follow(node), index), node, traits_win=True)

    def version_3(self) -> Iterator[Channel]:
        """Yield the channels of a 3.x document."""
        routes: dict[str, list[Route]] = {}
        for name, written in self.members(self._root, "operations").items():
            for key, route in self._routes_3(name, self._follow(written)):
                routes.setdefault(key, []).append(route)
        for key, written in self.members(self._root, "channels").items():
            node = self._follow(written)
            messages = {
                name: self._message(name, message, traits_win=False)
                for name, message in self.members(node, "messages").items()
            }
            address = _object(node.value).get("address")
            ways = [_all_if_none(route, messages) for route in routes.get(key, ())]
            yield self._channel(key, address if isinstance(address, str) else "", node, messages, ways)

    def _routes_3(self, name: str, operation: Node) -> Iterator[tuple[str, Route]]:
        value = _object(operation.value)
        direction = _ACTIONS.get(str(value.get("action")))
        if direction is None:
            raise UnreadableError(
                f'operation {name} neither sends nor receives: "{value.get("action")}"',
                location=operation.location,
                remedy="Write action: send or action: receive.",
            )
        bindings = self._bindings(self._with_traits(operation, traits_win=False))
        yield _channel_key(value), Route(direction, _message_keys(value), operation, name, bindings=bindings)
        if "reply" in value:
            reply = _object(self._follow(operation.child("reply")).value)
            if "channel" in reply:
                keys = _message_keys(reply)
                yield _channel_key(reply), Route(direction.opposite, keys, operation, name, reply=True)

    def _channel(
        self, key: str, address: str, node: Node, messages: dict[str, Message], routes: list[Route]
    ) -> Channel:
        ways = tuple(routes) or tuple(Route(direction, tuple(messages), None) for direction in Direction)
        bindings = self._bindings([node])
        return Channel(key, address, node, messages, ways, bindings, self._retained(node, bindings))

    def _with_traits(self, node: Node, *, traits_win: bool) -> list[Node]:
        """Return a message or operation and its traits, the one that wins first.

        Version 2 patches traits over the object, version 3 lets the object win; later traits win over earlier.
        """
        count = len(_list(_object(node.value).get("traits")))
        traits = [self._follow(node.child("traits", index)) for index in reversed(range(count))]
        return [*traits, node] if traits_win else [node, *traits]

    def _message(self, key: str, written: Node, *, traits_win: bool) -> Message:
        node = self._follow(written)
        sources = self._with_traits(node, traits_win=traits_win)
        content_type = _first(sources, "contentType") or self._default
        headers = tuple(source.child("headers") for source in reversed(sources) if "headers" in _object(source.value))
        return Message(
            key=key,
            name=str(_first(sources, "name") or key),
            node=node,
            payload=self._payload(node),
            headers=headers,
            content_type=str(content_type or ""),
            correlation=self._correlation(sources),
            bindings=self._bindings(sources),
            event_type=self._event_type(node, headers),
        )

    def _payload(self, node: Node) -> Payload | None:
        value = _object(node.value)
        if "payload" not in value:
            return None
        inner = node.child("payload")
        target = self._follow(inner)
        written = value.get("schemaFormat")
        if isinstance(target.value, dict) and "schemaFormat" in target.value and "schema" in target.value:
            written, inner = target.value["schemaFormat"], target.child("schema")
        text = written if isinstance(written, str) else ""
        language, dialect = language_of(text)
        return Payload(self._follow(inner) if language != "json" else inner, language, dialect, text)

    def _correlation(self, sources: list[Node]) -> str:
        for source in sources:
            if "correlationId" in _object(source.value):
                return str(_object(self._follow(source.child("correlationId")).value).get("location", ""))
        return ""

    def _bindings(self, sources: list[Node]) -> dict[str, JSON]:
        """Return protocol to binding, the first source winning."""
        found: dict[str, JSON] = {}
        for source in sources:
            if "bindings" in _object(source.value):
                bindings = self._follow(source.child("bindings"))
                for protocol, node in self.members(bindings).items():
                    found.setdefault(protocol, self._spelled(self._follow(node)))
        return found

    def _spelled(self, node: Node) -> JSON:
        """Return a binding with the references of its members followed."""
        return {key: self._follow(inner).value for key, inner in self.members(node).items()}

    def _retained(self, node: Node, bindings: Mapping[str, JSON]) -> bool | None:
        """Whether old messages are read again: said by the channel, else by what its protocol does."""
        said = _object(node.value).get("x-retention")
        if said is not None:
            return str(said).lower() not in {"none", "false", "p0d", "pt0s"}
        names = " ".join([*bindings, *self._protocols]).replace("-secure", "").lower()
        if any(protocol in names for protocol in _RETAINING):
            return True
        return False if any(protocol in names for protocol in _FLEETING) else None

    def _event_type(self, node: Node, headers: tuple[Node, ...]) -> str:
        from harness.compat.cloudevents import event_type  # noqa: PLC0415  (reads this room's version only)

        payload = node.child("payload") if "payload" in _object(node.value) else None
        return event_type(payload, headers, self._version)


def language_of(text: str) -> tuple[str, str]:
    """Return schema language and dialect of a `schemaFormat` (AsyncAPI 3.0.0, Multi Format Schema Object)."""
    name = text.lower()
    if not name or "vnd.aai.asyncapi" in name:
        return "json", "draft-07"
    if "avro" in name:
        return "avro", ""
    if "vnd.oai.openapi" in name:
        return "json", "2020-12" if "3.1" in name else "openapi-3.0"
    if "schema+json" in name or "schema+yaml" in name:
        found = _DRAFT.search(name)
        version = (found[1] or found[2]) if found else "07"
        return "json", version if "20" in version else f"draft-0{version[-1]}"
    return name.partition(";")[0].partition("+")[0], ""


def _first(sources: list[Node], key: str) -> JSON:
    return next((value[key] for source in sources if key in (value := _object(source.value))), None)


def _key_2(written: Node, node: Node, index: int) -> str:
    """Name a message of version 2, which has no key: by id, name or reference, else by its place."""
    value = _object(node.value)
    named = value.get("messageId") or value.get("name")
    if isinstance(named, str):
        return named
    reference = _object(written.value).get("$ref")
    return referred_name(reference) or str(index)


def _channel_key(value: Mapping[str, JSON]) -> str:
    return referred_name(_object(value.get("channel")).get("$ref"))


def _message_keys(value: Mapping[str, JSON]) -> tuple[str, ...]:
    names = (referred_name(_object(item).get("$ref")) for item in _list(value.get("messages")))
    return tuple(name for name in names if name)


def _all_if_none(route: Route, messages: Mapping[str, Message]) -> Route:
    """An operation that lists no messages carries all of its channel."""
    known = tuple(key for key in route.messages if key in messages)
    return replace(route, messages=known or tuple(messages))
