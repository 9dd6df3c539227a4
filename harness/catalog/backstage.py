"""What a genuine Backstage would accept: the ingestion pipeline's checks, in its order.

Source: @backstage/catalog-model 1.10.1 and plugin-catalog-backend 4.0.0 (CatalogBuilder): SchemaValid,
DefaultNamespace, NoForeignRootFields, FieldFormat, then the first of eight kind validators that takes the entity.
Backstage stops at the first error; here all errors of a stage are told, and a failed stage ends the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.catalog import formats

API_VERSIONS = frozenset({"backstage.io/v1alpha1", "backstage.io/v1beta1"})
_ROOT = ("apiVersion", "kind", "metadata", "spec")
_ROOT_OF_SCHEMA = frozenset({*_ROOT, "relations", "status"})


@dataclass(frozen=True, slots=True)
class KindSpec:
    """What one built-in kind says about its `spec`; other keys are free.

    Attributes:
        required: Keys that must be there.
        texts: Keys that hold a non-empty string.
        lists: Keys that hold a list of non-empty strings.
        profile: Whether `profile` holds displayName, email and picture.
        choices: Keys that hold one of a few words.
    """

    required: tuple[str, ...]
    texts: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    profile: bool = False
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()


KINDS: Mapping[str, KindSpec] = {
    "API": KindSpec(
        ("type", "lifecycle", "owner", "definition"), ("type", "lifecycle", "owner", "system", "definition")
    ),
    "Component": KindSpec(
        ("type", "lifecycle", "owner"),
        ("type", "lifecycle", "owner", "system", "subcomponentOf"),
        ("providesApis", "consumesApis", "dependsOn"),
    ),
    "Domain": KindSpec(("owner",), ("owner", "subdomainOf", "type")),
    "Group": KindSpec(("type", "children"), ("type", "parent"), ("children", "members"), profile=True),
    "Location": KindSpec((), ("type", "target"), ("targets",), choices=(("presence", ("required", "optional")),)),
    "Resource": KindSpec(("type", "owner"), ("type", "owner", "system"), ("dependsOn",)),
    "System": KindSpec(("owner",), ("owner", "domain", "type")),
    "User": KindSpec(("memberOf",), (), ("memberOf",), profile=True),
}
"""The eight kinds that Backstage knows without extra modules."""

_MODULES = {"scaffolder.backstage.io": "; a Backstage with the scaffolder's catalog module takes it"}


def validate(entity: object) -> tuple[str, ...]:
    """Return why the ingestion pipeline would refuse `entity`; empty if it would accept it.

    `entity` is what stands in the file after placeholders were resolved.
    """
    for stage in (_schema_errors, _foreign_fields, _format_errors, _kind_errors):
        errors = tuple(stage(entity))  # type: ignore[arg-type]  # the first stage proves the shape for the others
        if errors:
            return errors
    return ()


def validate_batch(rows: Iterable[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """Yield `{"id", "valid", "errors"}` for each `{"id", "entity"}`, in order, one row each."""
    for row in rows:
        errors = validate(row["entity"]) if "entity" in row else (str(row.get("error") or 'the row has no "entity"'),)
        yield {"id": row.get("id"), "valid": not errors, "errors": list(errors)}


def _schema_errors(entity: object) -> Iterator[str]:
    if not isinstance(entity, dict):
        yield "Malformed envelope, <root> must be object"
        return
    prefix = "Malformed envelope, "
    for key in ("apiVersion", "kind", "metadata"):
        if key not in entity:
            yield f"{prefix}<root> must have required property '{key}'"
    for key in entity:
        if key not in _ROOT_OF_SCHEMA:
            yield f"{prefix}<root> must NOT have additional properties: {key}"
    yield from (prefix + error for error in _texts(entity, "", ("apiVersion", "kind")))
    if "spec" in entity and not isinstance(entity["spec"], dict):
        yield f"{prefix}/spec must be object"
    if "metadata" in entity:
        yield from (prefix + error for error in _metadata_errors(entity["metadata"]))


def _metadata_errors(metadata: object) -> Iterator[str]:
    if not isinstance(metadata, dict):
        yield "/metadata must be object"
        return
    if "name" not in metadata:
        yield "/metadata must have required property 'name'"
    yield from _texts(metadata, "/metadata", ("uid", "etag", "name", "namespace", "title"))
    if not isinstance(metadata.get("description", ""), str):
        yield "/metadata/description must be string"
    for key in ("labels", "annotations"):
        yield from _string_map(metadata, key)
    yield from _lists(metadata, "/metadata", ("tags",))
    links = metadata.get("links", [])
    if not isinstance(links, list):
        yield "/metadata/links must be array"
        return
    for index, link in enumerate(links):
        yield from _link_errors(link, f"/metadata/links/{index}")


def _link_errors(link: object, path: str) -> Iterator[str]:
    if not isinstance(link, dict):
        yield f"{path} must be object"
        return
    if "url" not in link:
        yield f"{path} must have required property 'url'"
    yield from _texts(link, path, ("url", "title", "icon", "type"))


def _string_map(metadata: Mapping[str, object], key: str) -> Iterator[str]:
    values = metadata.get(key, {})
    if not isinstance(values, dict):
        yield f"/metadata/{key} must be object"
        return
    for name, value in values.items():
        if not isinstance(value, str):
            yield f"/metadata/{key}/{str(name).replace('~', '~0').replace('/', '~1')} must be string"


def _foreign_fields(entity: Mapping[str, object]) -> Iterator[str]:
    return (f"Unknown field {key}" for key in entity if key not in _ROOT)


def _format_errors(entity: Mapping[str, object]) -> Iterator[str]:
    metadata = entity["metadata"]
    if not isinstance(metadata, dict):  # pragma: no cover  (the schema stage has refused it)
        return
    for field, value, valid, expected in _format_questions(entity, metadata):
        if not valid(value):
            found = value if isinstance(value, str) else repr(value)
            yield f'"{field}" is not valid; expected {expected} but found "{found}"'


_Question = tuple[str, object, Callable[[object], bool], str]
_AS_NAME = "a string that is sequences of [a-zA-Z0-9] separated by any of [-_.], at most 63 characters in total"
_AS_LABEL = "a string that is sequences of [a-z0-9] separated by [-], at most 63 characters in total"
_AS_TAG = "a string that is sequences of [a-z0-9+#:] separated by [-], at most 63 characters in total"
_AS_KEY = "a valid prefix and/or suffix"


def _format_questions(entity: Mapping[str, object], metadata: Mapping[str, object]) -> Iterator[_Question]:
    yield "apiVersion", entity["apiVersion"], formats.is_valid_api_version, _AS_KEY
    yield "kind", entity["kind"], formats.is_valid_kind, "a string that is a sequence of [a-zA-Z][a-z0-9A-Z]"
    yield "metadata.name", metadata["name"], formats.is_valid_object_name, _AS_NAME
    if "namespace" in metadata:
        yield "metadata.namespace", metadata["namespace"], formats.is_dns_label, _AS_LABEL
    for key, value in _mapping(metadata, "labels").items():
        yield f"labels.{key}", key, formats.is_valid_key, _AS_KEY
        yield f"labels.{key}", value, formats.is_valid_label_value, _AS_NAME
    for key, value in _mapping(metadata, "annotations").items():
        yield f"annotations.{key}", key, formats.is_valid_key, _AS_KEY
        yield f"annotations.{key}", value, formats.is_valid_annotation_value, "a string"
    for index, tag in enumerate(_sequence(metadata, "tags")):
        yield f"tags.{index}", tag, formats.is_valid_tag, _AS_TAG
    for index, link in enumerate(_sequence(metadata, "links")):
        if isinstance(link, dict):
            yield f"links.{index}.url", link["url"], formats.is_valid_url, "a string that is a valid url"
            for key in ("title", "icon"):
                if key in link:
                    yield f"links.{index}.{key}", link[key], formats.is_non_empty_string, "a non empty string"


def _kind_errors(entity: Mapping[str, object]) -> Iterator[str]:
    kind, version = entity["kind"], entity["apiVersion"]
    known = KINDS.get(kind) if isinstance(kind, str) else None
    if known is None or version not in API_VERSIONS:
        module = _MODULES.get(str(version).partition("/")[0], "")
        yield f"No processor recognized the entity (kind={kind}, apiVersion={version})" + module
        return
    if "spec" not in entity:
        yield "<root> must have required property 'spec'"
        return
    spec = entity["spec"]
    if isinstance(spec, dict):
        yield from _spec_errors(spec, known)


def _spec_errors(spec: Mapping[str, object], known: KindSpec) -> Iterator[str]:
    for key in known.required:
        if key not in spec:
            yield f"/spec must have required property '{key}'"
    yield from _texts(spec, "/spec", known.texts)
    yield from _lists(spec, "/spec", known.lists)
    for key, words in known.choices:
        if key in spec and spec[key] not in words:
            yield f"/spec/{key} must be equal to one of the allowed values: {', '.join(words)}"
    if known.profile and "profile" in spec:
        profile = spec["profile"]
        if isinstance(profile, dict):
            yield from _texts(profile, "/spec/profile", ("displayName", "email", "picture"))
        else:
            yield "/spec/profile must be object"


def _texts(holder: Mapping[str, object], path: str, keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        if key in holder:
            yield from _text_error(holder[key], f"{path}/{key}")


def _lists(holder: Mapping[str, object], path: str, keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        if key not in holder:
            continue
        items = holder[key]
        if not isinstance(items, list):
            yield f"{path}/{key} must be array"
            continue
        for index, item in enumerate(items):
            yield from _text_error(item, f"{path}/{key}/{index}")


def _text_error(value: object, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path} must be string"
    elif value == "":
        yield f"{path} must NOT have fewer than 1 characters"


def _mapping(holder: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = holder.get(key, {})
    return value if isinstance(value, dict) else {}


def _sequence(holder: Mapping[str, object], key: str) -> list[object]:
    value = holder.get(key, [])
    return value if isinstance(value, list) else []
