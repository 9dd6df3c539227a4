"""Entity and location references, with the semantics of Backstage's own functions.

Source: @backstage/catalog-model 1.10.1, `entity/ref` and `location/helpers`: a reference is
`[<kind>:][<namespace>/]<name>`, split at the first colon and the first slash; comparison ignores case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from harness.catalog.formats import trimmed
from harness.model import HarnessError

DEFAULT_NAMESPACE = "default"

_SCRIPT = re.compile(r"[\x00-\x1f ]*" + r"[\r\n\t]*".join("javascript") + r"[\r\n\t]*:", re.IGNORECASE)


class BadReferenceError(HarnessError):
    """A text is no entity or location reference."""


@dataclass(frozen=True, slots=True, order=True)
class EntityRef:
    """A complete reference, in the spelling it was written in.

    `str()` is the normal form of Backstage: lower-case `kind:namespace/name`; use that as a key.
    """

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}".lower()


def parse_entity_ref(ref: object, default_kind: str | None = None, default_namespace: str | None = None) -> EntityRef:
    """Parse a string or a compound `{"kind", "namespace", "name"}` (catalog-model `parseEntityRef`).

    Raises:
        BadReferenceError: Empty, of another type, or without a kind, namespace or name.
    """
    namespace = default_namespace or DEFAULT_NAMESPACE
    if not ref:
        raise BadReferenceError("Entity reference must not be empty", remedy=_FORM)
    if isinstance(ref, str):
        kind_part, namespace_part, name = _split(ref)
        parts: tuple[object, object, object] = (
            default_kind if kind_part is None else kind_part,
            namespace if namespace_part is None else namespace_part,
            name,
        )
    elif isinstance(ref, dict):
        parts = (_or(ref.get("kind"), default_kind), _or(ref.get("namespace"), namespace), ref.get("name"))
    else:
        parts = (default_kind, namespace, None)
    for what, part in zip(("kind", "namespace", "name"), parts, strict=True):
        if not isinstance(part, str) or not part:
            raise BadReferenceError(f"Entity reference {ref!r} had missing or empty {what}", remedy=_FORM)
    return EntityRef(*(str(part) for part in parts))


def stringify_entity_ref(entity: dict[str, object]) -> str:
    """Return the normal form of an entity or of a compound reference (catalog-model `stringifyEntityRef`)."""
    inner = entity["metadata"] if isinstance(entity.get("metadata"), dict) else entity
    names = inner if isinstance(inner, dict) else entity
    namespace = _or(names.get("namespace"), DEFAULT_NAMESPACE)
    return str(EntityRef(str(entity.get("kind", "")), str(namespace), str(names.get("name", ""))))


@lru_cache(maxsize=1 << 16)  # a catalog names the same owners and systems thousands of times
def normal_ref(text: str, default_kind: str | None = None, default_namespace: str | None = None) -> str:
    """Return the normal form of a written reference, or "" where it is none."""
    try:
        return str(parse_entity_ref(text, default_kind, default_namespace))
    except BadReferenceError:
        return ""


def parse_location_ref(ref: object) -> tuple[str, str]:
    """Return (type, target) of a location reference such as `url:https://host/path`.

    Raises:
        BadReferenceError: No `type:target`, a bare http(s) URL, or a script URL.
    """
    if not isinstance(ref, str):
        raise BadReferenceError(f"Unable to parse location ref {ref!r}", remedy=_LOCATION_FORM)
    kind, colon, target = (trimmed(part) for part in ref.partition(":"))
    if not colon or not kind or not target:
        raise BadReferenceError(f"Unable to parse location ref {ref!r}", remedy=_LOCATION_FORM)
    if kind in {"http", "https"}:
        raise BadReferenceError(f"Invalid location ref {ref!r}", remedy=f"Prefix it: url:{ref}")
    _refuse_script(kind, target)
    return kind, target


def stringify_location_ref(kind: str, target: str) -> str:
    """Return `type:target`.

    Raises:
        BadReferenceError: A part is empty, or the target is a script URL.
    """
    if not kind or not target:
        raise BadReferenceError(f"Unable to stringify location ref, empty {'target' if kind else 'type'}")
    _refuse_script(kind, target)
    return f"{kind}:{target}"


def source_location(entity: dict[str, object]) -> tuple[str, str]:
    """Return where an entity's sources are: annotation `source-location`, else `managed-by-location`.

    Raises:
        BadReferenceError: The entity has neither.
    """
    metadata = entity.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    for key in ("backstage.io/source-location", "backstage.io/managed-by-location"):
        if isinstance(annotations, dict) and annotations.get(key) is not None:
            if not annotations[key]:
                break
            return parse_location_ref(annotations[key])
    raise BadReferenceError(f"Entity {stringify_entity_ref(entity)!r} is missing location")


_FORM = "Write [<kind>:][<namespace>/]<name>, such as component:default/billing."
_LOCATION_FORM = "Write <type>:<target>, such as url:https://host/path."


def _split(ref: str) -> tuple[str | None, str | None, str]:
    colon, slash = ref.find(":"), ref.find("/")
    if slash != -1 and slash < colon:
        colon = -1  # a colon behind the slash belongs to the name
    kind = None if colon == -1 else ref[:colon]
    namespace = None if slash == -1 else ref[colon + 1 : slash]
    name = ref[max(colon + 1, slash + 1) :]
    if "" in (kind, namespace, name):
        raise BadReferenceError(
            f'Entity reference "{ref}" was not on the form [<kind>:][<namespace>/]<name>', remedy=_FORM
        )
    return kind, namespace, name


def _or(value: object, default: object) -> object:
    return default if value is None else value


def _refuse_script(kind: str, target: str) -> None:
    if _SCRIPT.match(target):
        raise BadReferenceError(f"Invalid location ref '{kind}:{target}', target is a javascript: URL")
