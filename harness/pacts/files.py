"""Read pact files: tolerant of versions 2 to 4, strict about anything that would run code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.documents import Document, Library
from harness.model import JSON, HarnessError, UnreadableError, join
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
    location = document.location(pointer)
    description = str(item.get("description") or "")
    kind = str(item.get("type") or "")
    if "request" in item and not kind.endswith("Messages"):
        request, response = _mapping(item.get("request")), _mapping(item.get("response"))
        yield Interaction(
            description=description,
            method=str(request.get("method") or "GET").upper(),
            path=str(request.get("path") or "/").split("?")[0],
            status=str(response.get("status") or 200),
            message="",
            request=_body(request.get("body")),
            response=_body(response.get("body")),
            location=location,
        )
        return
    answers = item.get("response")
    parts = [item.get("request"), *(answers if isinstance(answers, list) else [answers])] if kind else []
    contents = [_mapping(part) for part in parts if part] or [item]
    for part in contents:
        yield Interaction(
            description=description,
            method="",
            path="",
            status="",
            message=_message_name(part, description),
            request=None,
            response=_body(part.get("contents")),
            location=location,
        )


def _message_name(item: Mapping[str, JSON], description: str) -> str:
    """The CloudEvents type of the content or metadata, else a named message, else the description."""
    content = _content(item.get("contents"))
    metadata = _mapping(item.get("metadata") or item.get("metaData"))
    candidates = (
        _mapping(content).get("type") if "specversion" in _mapping(content) else None,
        *(metadata.get(key) for key in ("ce-type", "ce_type", "type", "messageName", "name")),
    )
    return next((name for name in candidates if isinstance(name, str) and name), description)


def _body(value: JSON) -> Body | None:
    # matching rules are not read: they never add a field, the example holds every field the consumer names
    content = _content(value)
    if content is None:
        return None
    pointers: set[str] = set()
    leaves: set[str] = set()
    _walk(content, "", pointers, leaves)
    return Body(tuple(sorted(pointers)), frozenset(leaves))


def _content(value: JSON) -> JSON:
    """Unwrap `{"content": ..., "contentType": ..., "encoded": false}` of V4; V2 and V3 hold the body itself."""
    if isinstance(value, dict) and "content" in value and value.keys() <= {"content", "contentType", "encoded"}:
        # an encoded body is base64 of something that need not be JSON: nothing can be said about its fields
        return None if value.get("encoded") else value["content"]
    return value


def _walk(value: JSON, pointer: str, pointers: set[str], leaves: set[str]) -> None:
    """Collect pointers of one example; depth is bounded by the reader of documents."""
    pointers.add(pointer)
    children: list[tuple[str, JSON]] = []
    if isinstance(value, dict):
        children = [(join(pointer, key), item) for key, item in value.items()]
    elif isinstance(value, list):
        children = [(join(pointer, "*"), item) for item in value]
    if not children:
        leaves.add(pointer)
    for below, item in children:
        _walk(item, below, pointers, leaves)


def _mapping(value: object) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _wrong(document: Document, pointer: str, message: str) -> UnreadableError:
    return UnreadableError(
        message,
        location=document.location(pointer),
        remedy="Write the file anew with a pact library, or take it out of the folder of pacts.",
    )
