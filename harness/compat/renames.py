"""A field that disappeared beside one that appeared with the same schema is one change: it was renamed."""

from __future__ import annotations

from dataclasses import replace

from harness.compat.drafts import Draft
from harness.compat.schemas import Found
from harness.compat.sides import Sides
from harness.compat.versions import Version
from harness.documents import Node
from harness.model import Direction

_ADDED = ("field-added", "field-added-required")


def join_renames(found: list[Found], sides: Sides) -> list[Found]:
    """Return the drafts with each renamed field told once: the withdrawal becomes the rename."""
    withdrawn: dict[tuple[str, str, Direction | None], list[int]] = {}
    added: dict[tuple[str, str, Direction | None], list[int]] = {}
    for index, one in enumerate(found):
        draft = one.draft
        if draft.rule == "field-withdrawn" and draft.old is not None:
            withdrawn.setdefault(_object(draft.old, draft, sides.old), []).append(index)
        elif draft.rule in _ADDED and draft.new is not None:
            added.setdefault(_object(draft.new, draft, sides.new), []).append(index)
    joined: dict[int, Found] = {}
    dropped: set[int] = set()
    for key, gone in withdrawn.items():
        for index in gone:
            partners = [
                other
                for other in added.get(key, ())
                if other not in dropped and _alike(found[index].draft, found[other].draft, sides)
            ]
            rivals = [one for one in gone if partners and _alike(found[one].draft, found[partners[0]].draft, sides)]
            if len(partners) == 1 and len(rivals) == 1:
                joined[index] = replace(found[index], draft=_renamed(found[index].draft, found[partners[0]].draft))
                dropped.add(partners[0])
    return [joined.get(index, one) for index, one in enumerate(found) if index not in dropped]


def _object(node: Node, draft: Draft, version: Version) -> tuple[str, str, Direction | None]:
    """Return what names the object that a field belongs to, whatever the compared files are called."""
    path = node.document.path
    file = "" if path == version.root_path else path.rsplit("/", 1)[-1]
    return file, node.pointer.rsplit("/", 1)[0], draft.direction


def _alike(gone: Draft, come: Draft, sides: Sides) -> bool:
    if gone.old is None or come.new is None:
        return False
    return sides.sameness.alike(gone.old, come.new) and _says_something(gone.old)


def _says_something(node: Node) -> bool:
    """Whether a schema is more than a bare type: any two plain strings are alike without being the same field."""
    value = node.value
    return isinstance(value, dict) and (len(value) > 1 or "$ref" in value)


def _renamed(gone: Draft, come: Draft) -> Draft:
    name = come.new.pointer.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~") if come.new is not None else ""
    worse = gone if gone.loudness.rank <= come.loudness.rank else come
    return replace(
        gone, rule="field-renamed", new=come.new, after=name, proof=worse.proof, read=worse.read, level=worse.level
    )
