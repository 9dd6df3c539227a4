"""What a contract is: a named, versioned document that a provider promises to keep."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ContractKind(StrEnum):
    """The languages a contract may be written in."""

    OPENAPI = "openapi"
    ASYNCAPI = "asyncapi"
    JSONSCHEMA = "jsonschema"
    AVRO = "avro"


@dataclass(frozen=True, slots=True, order=True)
class Contract:
    """One version of one contract at one revision.

    Attributes:
        name: Stable across versions, unique in a repository, such as `billing`.
        version: As declared, such as `2.4.0`; "" where none is declared.
        kind: The language.
        path: The file, relative to the root of its tree.
        digest: SHA-256 (hex) of the file's bytes and of every file it refers to.
        in_place: True where one path holds every version in turn and git history tells them apart.
        lifecycle: `draft`, `active`, `deprecated` or `retired`; "" where nobody says.
        owner: Catalog reference of the owning team, "" where nobody says.
    """

    name: str
    version: str
    kind: ContractKind
    path: str
    digest: str
    in_place: bool = False
    lifecycle: str = ""
    owner: str = ""
