"""From drafts to changes: one per root cause and direction, named, located, fingerprinted and sorted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from harness.compat.drafts import Draft
from harness.compat.embedding import Embedding
from harness.compat.openapi_reading import FORM
from harness.compat.proof import Proof
from harness.compat.schemas import Found
from harness.compat.sides import Sides
from harness.compat.titles import reason_of, settle_of, subject_of, title_of
from harness.documents import Node
from harness.model import Basis, Change, Direction, Location, Side, Verdict, Witness, fingerprint, split

_TEMPLATE = re.compile(r"\{[^}/]*\}")
_RANK = {Verdict.COMPATIBLE: 0, Verdict.UNPROVEN: 1, Verdict.BREAKING: 2}


SHARED = "*"
"""Stands for the operation in what is told of a place that several operations share and that has no name to tell."""


def finish(found: Iterable[Found], sides: Sides | None = None) -> tuple[Change, ...]:
    """Return the changes that drafts amount to, loudest first, then by place.

    With `sides`, witnesses are put into the payload of their carrier.
    """
    merged: dict[tuple[str, str, str, str], Found] = {}
    for one in found:
        key = _identity(one.draft)
        known = merged.get(key)
        merged[key] = one if known is None else _merge(known, one)
    changes = [_change(one, key, sides) for key, one in merged.items()]
    return tuple(sorted(changes, key=_order))


def _identity(draft: Draft) -> tuple[str, str, str, str]:
    """Return what makes two drafts one root cause: rule, direction and places."""
    direction = draft.direction.value if draft.direction is not None else ""
    # What changed in a shared component is one cause, whichever operations reach it.
    named = _unnamed(draft.subject, draft) if draft.shared else draft.subject
    extra = f"\x00{named}" if named else ""
    return draft.rule + extra, direction, _pointer(draft.old), _pointer(draft.new)


def _unnamed(text: str, draft: Draft, name: str = "") -> str:
    """Return a text about an element with the shared component (or `name`) in the place of the operation."""
    carrier = draft.carriers[0] if draft.carriers else ""
    return text.replace(carrier, name or draft.shared, 1) if carrier else text


def _pointer(node: Node | None) -> str:
    return "" if node is None else f"{node.document.path}#{node.pointer}"


def _merge(one: Found, other: Found) -> Found:
    """Keep the worse verdict and every carrier; of equals the one whose carrier comes first in the alphabet."""
    carriers = tuple(sorted({*one.carriers, *other.carriers}))
    worse = min(one, other, key=lambda each: (-_RANK[each.draft.proof.verdict], each.draft.carriers))
    return replace(worse, carriers=carriers)


def _order(change: Change) -> tuple[int, str, str, str, str]:
    place = change.location
    direction = change.direction.value if change.direction is not None else ""
    return change.level.rank, place.file or "", place.pointer, change.rule, direction + change.fingerprint


def _change(found: Found, key: tuple[str, str, str, str], sides: Sides | None) -> Change:
    draft = found.draft
    carriers = tuple(sorted({*found.carriers, *draft.carriers}))
    side = Side.OLD if draft.new is None else Side.NEW
    here = _real(draft.old if draft.new is None else draft.new)
    other = _real(draft.old) if side is Side.NEW else None
    subject = _subject(draft, here, carriers)
    title = draft.title
    if draft.shared and len(carriers) > 1:
        more = f"{draft.carriers[0]} (and {len(carriers) - 1} more)" if draft.shared == SHARED else ""
        title, subject = _unnamed(title, draft, more), _unnamed(subject, draft, more)
    places = [_normal(node) for node in (draft.old, draft.new)]
    by_rule = draft.proof.verdict is Verdict.BREAKING and draft.proof.basis is Basis.RULE
    return Change(
        rule=draft.rule,
        title=title or title_of(draft.rule, subject, draft.before, draft.after),
        verdict=draft.proof.verdict,
        level=draft.loudness,
        basis=draft.proof.basis,
        direction=draft.direction,
        side=side,
        location=here.location if here is not None else Location(None),
        subject=subject,
        reached_from=carriers,
        before=draft.before,
        after=draft.after,
        counterpart=other.location if other is not None else None,
        witness=_witness(found, carriers, sides),
        derivation=draft.proof.derivation,
        reason=draft.proof.reason or (reason_of(draft.rule) if by_rule else ""),
        settle=draft.settle or ("" if draft.proof.verdict is Verdict.COMPATIBLE else settle_of(draft.rule)),
        fingerprint=fingerprint(key[0], key[1], *places),
    )


def _real(node: Node | None) -> Node | None:
    """Return where a place of a form of OpenAPI 2.0 is written: its parameter, else its operation."""
    if node is None or FORM not in node.pointer:
        return node
    value = node.value
    if isinstance(value, dict) and isinstance(value.get("$ref"), str):
        return node.document.root.child(*split(str(value["$ref"])[1:]))
    return node.document.root.child(*split(node.pointer.partition(FORM)[0]))


def _subject(draft: Draft, here: Node | None, carriers: tuple[str, ...]) -> str:
    if draft.subject and (here is None or draft.carriers):
        return draft.subject
    base = subject_of(here.pointer, carriers) if here is not None else ""
    return f"{base}.{draft.subject}" if draft.subject else base


def _normal(node: Node | None) -> str:
    """Return a pointer without the names of path parameters, which mean nothing."""
    if node is None:
        return ""
    tokens = split(node.pointer)
    if len(tokens) > 1 and tokens[0] == "paths":
        tokens[1] = _TEMPLATE.sub("{}", tokens[1])
    return "/".join(tokens)


def _witness(found: Found, carriers: tuple[str, ...], sides: Sides | None) -> Witness | None:
    draft = found.draft
    proof: Proof = draft.proof
    if not proof.has_instance or proof.verdict is not Verdict.BREAKING:
        return None
    old_writes = draft.direction is not Direction.SENT or draft.read
    view = draft.view
    if view != "raw":
        view = "writer" if draft.read else "reader"
    payload = None
    if sides is not None and found.root is not None and found.path is not None and draft.direction is not None:
        embedding = Embedding(sides, found.root, found.path, draft.direction, draft.read)
        payload = embedding.payload(proof.instance)
    return Witness(
        instance=proof.instance,
        valid_under=Side.OLD if old_writes else Side.NEW,
        invalid_under=Side.NEW if old_writes else Side.OLD,
        view=view,
        error=proof.error,
        failing=proof.failing,
        checked_with=_checked_with(),
        carrier=found.carrier or (carriers[0] if carriers else ""),
        payload=payload.value if payload is not None else None,
        payload_failing=payload.place + proof.failing if payload is not None else "",
    )


def _checked_with() -> str:
    from harness.schema.validation import checked_with  # noqa: PLC0415  (start-up)

    return checked_with()


def of_element(draft: Draft, *carriers: str) -> Found:
    """Return a draft that is reached from its own carriers only."""
    return Found(replace(draft, carriers=carriers or draft.carriers), carriers or draft.carriers)
