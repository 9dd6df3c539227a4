"""Read pact files: tolerant of versions 2 to 4, strict about anything that would run code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.documents import Document, Library
from harness.model import JSON, HarnessError, Location, UnreadableError, join
from harness.pacts.matching.paths import Token
from harness.pacts.matching.rules import Rules, read_rules
from harness.pacts.values import Body, Interaction, Pact

_SPECIFICATIONS = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class PactSet:
    """Every pact of one revision, and those that could not or must not be read."""

    pacts: tuple[Pact, ...] = ()
    problems: tuple[HarnessError, ...] = ()

    def of_provider(self, provider: str) -> tuple[Pact, ...]:
        """Return the pacts with one provider, by consumer."""
        return tuple(sorted((pact for pact in self.pacts if pact.provider == provider), key=lambda pact: pact.consumer))


def read_pacts(library: Library, paths: Iterable[str], allowed_plugins: Iterable[str] = ()) -> PactSet:
    """Read every pact among `paths`; a broken or refused one becomes a problem, the others are read all the same.

    A file that is no pact (no `consumer` and `provider`) is skipped: globs may be wide.
    """
    pacts: list[Pact] = []
    problems: list[HarnessError] = []
    for path in sorted(paths):
        try:
            document = library.load(path)
            if is_pact(document.value):
                pacts.append(read_pact(document, allowed_plugins))
        except HarnessError as problem:
            problems.append(problem)
    return PactSet(tuple(pacts), tuple(problems))


def is_pact(value: object) -> bool:
    """Whether a JSON value looks like a pact file of any version."""
    return isinstance(value, dict) and {"consumer", "provider"} <= value.keys() and not value.keys() & {"openapi"}


def read_pact(document: Document, allowed_plugins: Iterable[str] = ()) -> Pact:
    """Return one pact.

    Raises:
        UnreadableError: No pact, an unknown specification version, or a plugin that the base does not allow.
    """
    value = document.value
    if not isinstance(value, dict):
        raise _wrong(document, "", "a pact file is an object with consumer, provider and interactions")
    metadata = _mapping(value.get("metadata"))
    _refuse_plugins(document, metadata, value, frozenset(allowed_plugins))
    return Pact(
        consumer=_name(document, "consumer"),
        provider=_name(document, "provider"),
        version=str(metadata.get("consumerVersion") or ""),
        specification=_specification(document, metadata),
        interactions=tuple(_interactions(document, value)),
        path=document.path,
        raw=document.digest,
    )


def _refuse_plugins(
    document: Document, metadata: Mapping[str, JSON], value: Mapping[str, JSON], allowed: frozenset[str]
) -> None:
    """Raise for a plugin nobody allowed: verifying such a pact starts the plugin's program (threats.md 4.2)."""
    plugins = metadata.get("plugins") or []
    for index, plugin in enumerate(plugins if isinstance(plugins, list) else [plugins]):
        name = str(_mapping(plugin).get("name", plugin))
        if name not in allowed:
            raise _plugin(document, join("/metadata/plugins", index), name)
    interactions = value.get("interactions")
    for index, interaction in enumerate(interactions if isinstance(interactions, list) else []):
        if _mapping(interaction).get("pluginConfiguration"):
            named = _mapping(_mapping(interaction)["pluginConfiguration"])
            unknown = sorted(set(named) - allowed) or ([] if named else ["unnamed"])
            if unknown:
                raise _plugin(document, join("/interactions", index, "pluginConfiguration"), unknown[0])


def _plugin(document: Document, pointer: str, name: str) -> UnreadableError:
    return UnreadableError(
        f'this pact names the plugin "{name}", and a plugin is a program that would run here',
        location=document.location(pointer),
        remedy="Write the pact without plugins, or have the base branch allow the plugin in harness.yaml: plugins.",
    )


def _specification(document: Document, metadata: Mapping[str, JSON]) -> str:
    for key in ("pactSpecification", "pact-specification"):
        version = _mapping(metadata.get(key)).get("version")
        if version is not None:
            if str(version).split(".")[0] not in _SPECIFICATIONS:
                raise _wrong(document, f"/metadata/{key}", f"pact specification {version} is not known here (2 to 4)")
            return str(version)
    return str(metadata.get("pactSpecificationVersion") or "2.0.0")


def _name(document: Document, role: str) -> str:
    value = _mapping(document.value)
    name = _mapping(value.get(role)).get("name")
    if not isinstance(name, str) or not name:
        raise _wrong(document, f"/{role}" if role in value else "", f"the pact does not name its {role}")
    return name


def _interactions(document: Document, value: Mapping[str, JSON]) -> Iterable[Interaction]:
    """Yield interactions of V2 and V4 (`interactions`) and messages of V3 (`messages`)."""
    for key in ("interactions", "messages"):
        listed = value.get(key)
        if listed is None:
            continue
        if not isinstance(listed, list):
            raise _wrong(document, f"/{key}", f"{key} must be a list")
        for index, item in enumerate(listed):
            yield from _interaction(document, f"/{key}/{index}", _mapping(item))


def _interaction(document: Document, pointer: str, item: dict[str, JSON]) -> Iterable[Interaction]:
    about = _About(
        description=str(item.get("description") or ""),
        location=document.location(pointer),
        states=_states(item),
        pending=item.get("pending") is True,
        reference=_reference(item),
    )
    kind = str(item.get("type") or "")
    request, answers = item.get("request"), item.get("response")
    if isinstance(request, dict) and not kind.lower().endswith("/messages"):
        yield about.http(request, _mapping(answers))
        return
    if not kind.lower().startswith("synchronous"):
        yield about.message(item, None, item)
        return
    replies = answers if isinstance(answers, list) else [answers]
    sent = _mapping(request)
    for reply in [_mapping(reply) for reply in replies if reply] or [{}]:
        yield about.message(sent or reply, sent, reply)


@dataclass(frozen=True, slots=True)
class _About:
    """What every kind of interaction says."""

    description: str
    location: Location
    states: tuple[str, ...]
    pending: bool
    reference: str

    def http(self, request: dict[str, JSON], response: dict[str, JSON]) -> Interaction:
        return Interaction(
            description=self.description,
            method=str(request.get("method") or "GET").upper(),
            path=str(request.get("path") or "/").split("?")[0],
            status=str(response.get("status") or 200),
            message="",
            request=_body(request.get("body"), request.get("matchingRules")),
            response=_body(response.get("body"), response.get("matchingRules")),
            location=self.location,
            states=self.states,
            pending=self.pending,
            reference=self.reference,
        )

    def message(self, named: dict[str, JSON], sent: dict[str, JSON] | None, reply: dict[str, JSON]) -> Interaction:
        return Interaction(
            description=self.description,
            method="",
            path="",
            status="",
            message=_message_name(named, self.description),
            request=_body(sent.get("contents"), sent.get("matchingRules")) if sent else None,
            response=_body(reply.get("contents"), reply.get("matchingRules")),
            location=self.location,
            states=self.states,
            pending=self.pending,
            reference=self.reference,
        )


def _states(item: Mapping[str, JSON]) -> tuple[str, ...]:
    """Return the names of provider states: `provider_state`, `providerState` or `providerStates`."""
    written = item.get("providerStates") or item.get("providerState") or item.get("provider_state") or []
    listed = written if isinstance(written, list) else [written]
    names = (state.get("name") if isinstance(state, dict) else state for state in listed)
    return tuple(str(name) for name in names if name)


def _reference(item: Mapping[str, JSON]) -> str:
    """Return the operationId that the interaction is pinned to, of OpenAPI or AsyncAPI."""
    references = _mapping(_mapping(item.get("comments")).get("references"))
    for kind in ("OpenAPI", "AsyncAPI"):
        named = _mapping(references.get(kind)).get("operationId")
        if isinstance(named, str) and named:
            return named
    return ""


def _message_name(item: Mapping[str, JSON], description: str) -> str:
    """The CloudEvents type of the content or metadata, else a named message, else the description."""
    content = _content(item.get("contents"))
    metadata = _mapping(item.get("metadata") or item.get("metaData"))
    candidates = (
        _mapping(content).get("type") if "specversion" in _mapping(content) else None,
        *(metadata.get(key) for key in ("ce-type", "ce_type", "type", "messageName", "name")),
    )
    return next((name for name in candidates if isinstance(name, str) and name), description)


def _body(value: JSON, rules: JSON = None) -> Body | None:
    # the example holds every field the consumer names: matching rules never add one, they say how it is compared
    content = _content(value)
    if content is None:
        return None
    pointers: set[str] = set()
    leaves: set[str] = set()
    matchers: dict[str, str] = {}
    _walk(content, ("", ()), (pointers, leaves, matchers), read_rules(rules).of("body"))
    return Body(tuple(sorted(pointers)), frozenset(leaves), tuple(sorted(matchers.items())))


def _content(value: JSON) -> JSON:
    """Unwrap `{"content": ..., "contentType": ..., "encoded": false}` of V4; V2 and V3 hold the body itself."""
    if isinstance(value, dict) and "content" in value and value.keys() <= {"content", "contentType", "encoded"}:
        # an encoded body is base64 of something that need not be JSON: nothing can be said about its fields
        return None if value.get("encoded") else value["content"]
    return value


def _walk(
    value: JSON,
    place: tuple[str, tuple[Token, ...]],
    found: tuple[set[str], set[str], dict[str, str]],
    rules: Rules,
) -> None:
    """Collect pointers, leaves and matchers of one example; depth is bounded by the reader of documents."""
    pointer, path = place
    pointers, leaves, matchers = found
    pointers.add(pointer)
    best = rules.best(path)
    if best is not None:
        matchers[pointer] = ",".join(sorted({rule.name for rule in best.rules}))
    children: list[tuple[str, tuple[Token, ...], JSON]] = []
    if isinstance(value, dict):
        children = [(join(pointer, key), (*path, key), item) for key, item in value.items()]
    elif isinstance(value, list):
        children = [(join(pointer, "*"), (*path, index), item) for index, item in enumerate(value)]
    if not children:
        leaves.add(pointer)
    for below, tokens, item in children:
        _walk(item, (below, tokens), found, rules)


def _mapping(value: object) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _wrong(document: Document, pointer: str, message: str) -> UnreadableError:
    return UnreadableError(
        message,
        location=document.location(pointer),
        remedy="Write the file anew with a pact library, or take it out of the folder of pacts.",
    )
