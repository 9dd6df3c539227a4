"""Request bodies, answers and their headers: media types, statuses and all inside (content models, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.compat.drafts import Draft
from harness.compat.openapi_encodings import encoding_changes
from harness.compat.openapi_headers import header_changes
from harness.compat.openapi_reading import Body, Media, Response
from harness.compat.proof import FINE, RULED_OUT
from harness.documents import Node
from harness.model import Direction

if TYPE_CHECKING:
    from harness.compat.openapi import OpenApiComparison, OperationPair


def body_changes(comparison: OpenApiComparison, pair: OperationPair) -> None:
    """Compare the request bodies of an operation."""
    old, new = (
        reader.body(item, node) for reader, item, node in zip(comparison.readers, pair.items, pair.nodes, strict=True)
    )
    comparison.add(_presence(old, new, pair), pair.name)
    if old is not None and new is not None:
        media_changes(comparison, (old.media, new.media), pair.direction, f"{pair.name} request")


def _presence(old: Body | None, new: Body | None, pair: OperationPair) -> Iterator[Draft]:
    received = pair.direction is Direction.RECEIVED
    subject = f"{pair.name} request body"
    if old is None or new is None:
        if new is not None:
            rule = "request-body-added-required" if new.required else "request-body-added"
            proof = RULED_OUT if new.required and received else FINE
            title = f"{pair.name} {'now needs' if new.required else 'may now carry'} a body"
            yield Draft(rule, None, new.node, pair.direction, proof, None, subject, title=title)
        elif old is not None:
            title = f"{pair.name} no longer {'takes' if received else 'sends'} a body"
            yield Draft("request-body-removed", old.node, None, pair.direction, RULED_OUT, None, subject, title=title)
        return
    if old.required == new.required:
        return
    if new.required:
        proof, rule = RULED_OUT if received else FINE, "request-body-became-required"
        title = f"{pair.name} now needs its body"
    else:
        proof, rule = FINE if received else RULED_OUT, "request-body-became-optional"
        title = f"{pair.name} may now leave out its body"
    yield Draft(rule, old.node, new.node, pair.direction, proof, None, subject, title=title)


def media_changes(
    comparison: OpenApiComparison,
    media: tuple[tuple[Media, ...], tuple[Media, ...]],
    direction: Direction,
    carrier: str,
) -> None:
    """Compare the media types of a body: each old one with the new one that covers it."""
    old, new = media
    answered: set[str] = set()
    for one in old:
        cover = covering(one.name, new)
        narrowed = [] if cover is not None else [other for other in new if covers(one.name, other.name)]
        if cover is None and not (narrowed and direction is Direction.SENT):
            title = f"{carrier} no longer has media type {one.name}"
            draft = Draft("media-type-removed", one.node, None, direction, RULED_OUT, None, carrier, one.name)
            comparison.add(iter([_titled(draft, title)]), carrier)
        for other in [cover] if cover is not None else narrowed:
            answered.add(other.name)
            comparison.schemas.compare(one.site, other.site, direction, carrier)
            comparison.add(encoding_changes(comparison, one, other, direction, carrier), carrier)
    for other in new:
        if other.name not in answered:
            title = f"{carrier} may also have media type {other.name}"
            draft = Draft("media-type-added", None, other.node, direction, FINE, None, carrier, None, other.name)
            comparison.add(iter([_titled(draft, title)]), carrier)


def _titled(draft: Draft, title: str) -> Draft:
    return replace(draft, title=title)


def covering(name: str, media: tuple[Media, ...]) -> Media | None:
    """Return the media type that takes everything `name` does: itself, with other parameters, or a range."""
    exact = [one for one in media if one.name == name]
    if exact:
        return exact[0]
    same = [one for one in media if _bare(one.name) == _bare(name)]
    if same:
        return same[0]
    ranges = sorted((one for one in media if covers(one.name, name)), key=lambda one: one.name, reverse=True)
    return ranges[0] if ranges else None


def covers(range_name: str, name: str) -> bool:
    """Whether a media range takes a media type (RFC 9110, section 12.5.1)."""
    kind, _, subtype = _bare(range_name).partition("/")
    other, _, _ = _bare(name).partition("/")
    return subtype == "*" and (kind in ("*", other))


def _bare(name: str) -> str:
    return name.partition(";")[0].strip().lower()


def response_changes(comparison: OpenApiComparison, pair: OperationPair) -> None:
    """Compare the answers of an operation, status by status."""
    old, new = (reader.responses(node) for reader, node in zip(comparison.readers, pair.nodes, strict=True))
    direction = pair.direction.opposite
    for status in sorted(old):
        cover = new.get(status) or _cover(status, new)
        if cover is not None:
            _response(comparison, pair, old[status], cover, direction)
        elif not (status.endswith("XX") and any(other[:1] == status[:1] for other in new)):
            comparison.add(_removed(old[status], pair, direction), pair.name)
    for status in sorted(new.keys() - old.keys()):
        before = _cover(status, old)
        if before is not None:
            _response(comparison, pair, before, new[status], direction)
        title = f"{pair.name} may now answer {status}"
        draft = Draft("response-added", None, new[status].node, direction, FINE, None, f"{pair.name} {status}")
        comparison.add(iter([_titled(draft, title)]), f"{pair.name} {status}")


def _cover(status: str, responses: dict[str, Response]) -> Response | None:
    """Return what answers a status that is not listed itself."""
    if status == "default":
        return None
    return responses.get(f"{status[:1]}XX") or responses.get("default")


def _removed(response: Response, pair: OperationPair, direction: Direction) -> Iterator[Draft]:
    """4xx, 5xx and default may go: a caller has to expect any error anyway."""
    failure = response.status == "default" or response.status[:1] in ("4", "5")
    title = f"{pair.name} no longer answers {response.status}"
    proof = FINE if failure else RULED_OUT
    subject = f"{pair.name} {response.status}"
    yield Draft("response-removed", response.node, None, direction, proof, None, subject, title=title)


def _response(
    comparison: OpenApiComparison, pair: OperationPair, old: Response, new: Response, direction: Direction
) -> None:
    carrier = f"{pair.name} {new.status}"
    shared = _shared(old.node, new.node)
    media_changes(comparison, (old.media, new.media), direction, carrier)
    for name in sorted(old.headers.keys() | new.headers.keys()):
        before, after = old.headers.get(name), new.headers.get(name)
        drafts = header_changes(comparison, before, after, direction, carrier)
        comparison.add((replace(draft, shared=shared) for draft in drafts), carrier)
        if before is not None and after is not None:
            subject = f"{carrier} header {after.name}"
            comparison.schemas.compare(before.site, after.site, direction, subject, wire=True)
            if before.media and after.media:
                media_changes(comparison, (before.media, after.media), direction, subject)
    texts = [
        response.node.value.get("description") if isinstance(response.node.value, dict) else None
        for response in (old, new)
    ]
    if texts[0] != texts[1]:
        title = f"{carrier} is described differently"
        draft = Draft("text-changed", old.node, new.node, None, FINE, None, carrier, title=title, shared=shared)
        comparison.add(iter([draft]), carrier)


def _shared(old: Node, new: Node) -> str:
    """Return what a response is called if both versions keep it among the components, else nothing."""
    if any(node.pointer.startswith(("/paths/", "/webhooks/")) for node in (old, new)):
        return ""
    return f"response {new.pointer.rsplit('/', 1)[-1]}"
