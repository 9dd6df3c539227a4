"""What changed about the servers of an event contract: where they are, how they speak, what they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.compat.asyncapi_reading import Events
from harness.compat.drafts import Draft
from harness.compat.proof import FINE, RULED_OUT
from harness.compat.versions import Version, canonical
from harness.documents import Node
from harness.model import JSON, Level


def server_drafts(old: Events, new: Events) -> Iterator[Draft]:
    """Yield servers added, removed and moved, and what they newly ask for."""
    for name in sorted({*old.servers, *new.servers}):
        before, after = old.servers.get(name), new.servers.get(name)
        subject = f"server {name}"
        draft = Draft("server-removed", before, after, subject=subject, carriers=(subject,))
        if before is None:
            yield replace(draft, rule="server-added", title=f"{subject} added")
        elif after is None:
            yield replace(draft, level=Level.WARNING, title=f"{subject} removed")
        else:
            yield from _changed(old.version.follow(before), new.version.follow(after), draft, old, new)


def _changed(before: Node, after: Node, draft: Draft, old: Events, new: Events) -> Iterator[Draft]:
    places = _place(before), _place(after)
    if places[0] != places[1]:
        title = f"{draft.subject} is at {places[1]} instead of {places[0]}"
        yield replace(draft, level=Level.WARNING, title=title, before=places[0], after=places[1])
    yield from security_drafts((before, old.version), (after, new.version), draft)


def security_drafts(old: tuple[Node, Version], new: tuple[Node, Version], draft: Draft) -> Iterator[Draft]:
    """Yield what a server or operation asks for that it did not ask for, or no longer asks for."""
    asked = _security(*old), _security(*new)
    if asked[0] == asked[1]:
        return
    if not asked[0]:
        title = f"{draft.subject} now asks for credentials"
        yield replace(draft, rule="security-added", proof=RULED_OUT, title=title)
    elif not asked[1]:
        title = f"{draft.subject} no longer asks for credentials"
        yield replace(draft, rule="security-weakened", proof=FINE, level=Level.ERROR, title=title)
    elif not set(asked[0]) <= set(asked[1]):
        title = f"{draft.subject} asks for other credentials"
        yield replace(draft, rule="security-alternative-removed", proof=RULED_OUT, title=title)
    else:
        title = f"{draft.subject} takes further credentials"
        yield replace(draft, rule="security-alternative-added", title=title)


def _place(node: Node) -> str:
    """Return protocol and address, as version 2 (`url`) or 3 (`host`, `pathname`) write them."""
    value = node.value if isinstance(node.value, dict) else {}
    address = value.get("url") or f"{value.get('host', '')}{value.get('pathname', '')}"
    return f"{value.get('protocol', '')} {address}".strip()


def _security(node: Node, version: Version) -> tuple[str, ...]:
    """Return the alternatives a server takes, each as canonical text of what it means."""
    value = node.value if isinstance(node.value, dict) else {}
    written = value.get("security")
    count = len(written) if isinstance(written, list) else 0
    found: list[JSON] = [_without_words(version.follow(node.child("security", index)).value) for index in range(count)]
    return tuple(sorted(canonical(one) for one in found))


def _without_words(value: JSON) -> JSON:
    return {key: inner for key, inner in value.items() if key != "description"} if isinstance(value, dict) else value
