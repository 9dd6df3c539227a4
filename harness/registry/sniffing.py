"""What a file is, told from its bytes without parsing it: a repository may hold thousands."""

from __future__ import annotations

import re
from typing import NamedTuple

from harness.documents import Document, parse
from harness.model import ContractKind, HarnessError

_YAML_ROOT = re.compile(rb"""^["']?(openapi|swagger|asyncapi)["']?[ ]*:[ ]*["']?v?\d""", re.MULTILINE)
_JSON_KIND = re.compile(rb'"(openapi|swagger|asyncapi)"\s*:\s*"\d')
_YAML_CONTENT = re.compile(rb"""^["']?(?:paths|webhooks|channels)["']?[ ]*:(?![ ]*\{[ ]*\})""", re.MULTILINE)
_YAML_SCHEMA = re.compile(rb"""^["']?\$schema["']?[ ]*:[ ]*["']?https?://json-schema\.org/""", re.MULTILINE)
_JSON_SCHEMA = re.compile(rb'"\$schema"\s*:\s*"https?://json-schema\.org/')
_YAML_INFO = re.compile(rb"^info:[ ]*(?:#.*)?\r?\n((?:[ ]+.*\r?\n|[ ]*\r?\n|[ ]*#.*\r?\n)*)", re.MULTILINE)
_YAML_VERSION = re.compile(
    rb"""^([ ]+)version:[ ]+(?:"([^"\\\n]*)"|'([^'\n]*)'|([^\s"'#&*!|>][^#\r\n]*?))[ ]*(?:#.*)?\r?$""", re.MULTILINE
)
_NUMBER = re.compile(r"\d+\.\d*\Z|\d+\Z")
_NAMED = b"x-contract"
_SCHEMA_FOLDERS = frozenset({"contracts", "contract", "schemas", "schema", "canonical", "events"})
_KINDS = {"openapi": ContractKind.OPENAPI, "swagger": ContractKind.OPENAPI, "asyncapi": ContractKind.ASYNCAPI}


class Sniffed(NamedTuple):
    """What a file seems to be.

    Attributes:
        kind: The language of the contract.
        version: As it declares it; "" if it does not.
        version_is_number: The version is written as a number, so that 1.10 would be read as 1.1.
        name: The name it gives itself, "" usually.
        line: Of the version, from 1; 0 where unknown.
    """

    kind: ContractKind
    version: str = ""
    version_is_number: bool = False
    name: str = ""
    line: int = 0


def sniff(data: bytes, path: str) -> Sniffed | None:
    """Return what contract a file is, None where it is none: pacts, shared parts and other data.

    A document without operations and channels is a shared part: other contracts refer to it, and their
    comparison covers it.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return _sniff_json(data, path)
    root = _YAML_ROOT.search(data)
    if root is not None:
        if _YAML_CONTENT.search(data) is None:
            return None
        return _yaml_version(_KINDS[root[1].decode()], data, path)
    if _YAML_SCHEMA.search(data) and may_be_schema(path):
        return Sniffed(ContractKind.JSONSCHEMA, name=_own_name(data, path))
    return None


def may_be_schema(path: str) -> bool:
    """Whether a file with `$schema` is meant as a contract: configuration files have `$schema` too."""
    *folders, name = path.split("/")
    return name.endswith((".schema.json", ".schema.yaml")) or any(folder in _SCHEMA_FOLDERS for folder in folders)


def is_pact(data: bytes) -> bool:
    """Whether a file is a pact, by its content."""
    return b'"consumer"' in data and b'"provider"' in data and (b'"interactions"' in data or b'"messages"' in data)


def _sniff_json(data: bytes, path: str) -> Sniffed | None:
    marked = _JSON_KIND.search(data) is not None
    schema = not marked and _JSON_SCHEMA.search(data) is not None and may_be_schema(path)
    avro = not marked and not schema and (path.endswith(".avsc") or (b'"fields"' in data and b'"record"' in data))
    if not (marked or schema or avro):
        return None
    try:
        document = parse(data, path)
    except HarnessError:
        if not marked:
            return None if not path.endswith(".avsc") else Sniffed(ContractKind.AVRO)
        found = _JSON_KIND.search(data)
        return Sniffed(_KINDS[found[1].decode()]) if found else None  # broken, and said so when it is read
    return _from_value(document, path, is_avro=avro)


def _from_value(document: Document, path: str, *, is_avro: bool) -> Sniffed | None:
    value = document.value
    if isinstance(value, list):
        return Sniffed(ContractKind.AVRO) if path.endswith(".avsc") else None
    if not isinstance(value, dict):
        return None
    name = name_in(value)
    for key, kind in _KINDS.items():
        if isinstance(value.get(key), str):
            if not any(value.get(part) for part in ("paths", "webhooks", "channels")):
                return None
            return _with_version(kind, document)
    if isinstance(value.get("$schema"), str) and may_be_schema(path) and "interactions" not in value:
        version = value.get("x-version") or value.get("version")
        return Sniffed(ContractKind.JSONSCHEMA, version if isinstance(version, str) else "", name=name)
    is_record = value.get("type") == "record" and isinstance(value.get("fields"), list)
    return Sniffed(ContractKind.AVRO, name=name) if is_avro and (is_record or path.endswith(".avsc")) else None


def name_in(value: object) -> str:
    """Return the name a contract gives itself: `info.x-contract`, or `x-contract-harness: {name: ...}`."""
    if not isinstance(value, dict):
        return ""
    info, own = value.get("info"), value.get("x-contract-harness")
    for found in (
        info.get("x-contract") if isinstance(info, dict) else None,
        own.get("name") if isinstance(own, dict) else None,
    ):
        if isinstance(found, str) and found:
            return found
    return ""


def _own_name(data: bytes, path: str) -> str:
    if _NAMED not in data:
        return ""
    try:
        return name_in(parse(data, path).value)
    except HarnessError:
        return ""


def _yaml_version(kind: ContractKind, data: bytes, path: str) -> Sniffed:
    name = _own_name(data, path)
    info = _YAML_INFO.search(data)
    if info is None:
        return _parsed_version(kind, data, path)
    block = info[1]
    indents = [
        len(line) - len(line.lstrip(b" ")) for line in block.split(b"\n") if line.strip() and line.strip()[:1] != b"#"
    ]
    for found in _YAML_VERSION.finditer(block):
        if len(found[1]) == min(indents):
            plain = found[4].decode("utf-8", "replace").strip() if found[4] is not None else None
            text = plain if plain is not None else (found[2] or found[3] or b"").decode("utf-8", "replace")
            line = data.count(b"\n", 0, info.start(1) + found.start()) + 1
            return Sniffed(kind, text, plain is not None and bool(_NUMBER.match(plain)), name, line)
    return _parsed_version(kind, data, path)


def _parsed_version(kind: ContractKind, data: bytes, path: str) -> Sniffed:
    """Parse a file whose version does not stand on a line of its own, such as `info: {version: 1.0.0}`."""
    try:
        document = parse(data, path)
    except HarnessError:
        return Sniffed(kind)  # said when it is read
    return _with_version(kind, document)


def _with_version(kind: ContractKind, document: Document) -> Sniffed:
    value = document.value
    info = value.get("info") if isinstance(value, dict) else None
    version = info.get("version") if isinstance(info, dict) else None
    if version is None:
        return Sniffed(kind, name=name_in(value))
    is_number = not isinstance(version, str)
    text = document.source_of("/info/version") if is_number else str(version)
    return Sniffed(kind, text, is_number, name_in(value), document.position("/info/version")[0])
