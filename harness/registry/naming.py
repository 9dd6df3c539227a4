"""A contract's name and version from where its file stands."""

from __future__ import annotations

from typing import NamedTuple

from harness.registry.versions import is_version

_GENERIC_FILES = frozenset(
    {"openapi", "swagger", "asyncapi", "api", "apis", "spec", "schema", "contract", "definition", "index", "main",
     "catalog-info"}
)  # fmt: skip
_GENERIC_FOLDERS = frozenset(
    {"api", "apis", "doc", "docs", "spec", "specs", "schema", "schemas", "openapi", "asyncapi", "swagger", "contract",
     "contracts", "src", "main", "resources", "static", "public", "events", "definitions", "app", "rest", "services",
     "packages", "canonical"}
)  # fmt: skip
_ENDINGS = (".openapi", ".swagger", ".asyncapi", ".schema", "-openapi", "-asyncapi", "_openapi", "_asyncapi")


class Named(NamedTuple):
    """Name, version ("" where the path has none), the folder that stands for the contract, and the layout."""

    name: str
    version: str
    home: str
    in_place: bool


def name_of(path: str) -> Named:
    """Return the name of the contract in a file.

    `billing/2.4.0/openapi.yaml` and `invoice/1.1.0.json` are versions of `billing` and `invoice`;
    `services/billing/api/openapi.yaml` is `billing`, kept in place; `crm/v2/openapi.yaml` is `crm-v2`, kept in place.
    """
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0] or name
    if is_version(stem) and folders:
        return Named(folders[-1], stem, "/".join(folders), in_place=False)
    if len(folders) >= 2 and is_version(folders[-1]):
        return Named(folders[-2], folders[-1], "/".join(folders[:-1]), in_place=False)
    for ending in _ENDINGS:
        stem = stem.removesuffix(ending)
    major = folders[-1] if folders and _is_major(folders[-1]) else ""
    named = [folder for folder in folders if folder.lower() not in _GENERIC_FOLDERS and not _is_major(folder)]
    base = stem if stem.lower() not in _GENERIC_FILES or not named else named[-1]
    return Named(f"{base}-{major}" if major else base, "", path, in_place=True)


def _is_major(folder: str) -> bool:
    return folder[:1] in {"v", "V"} and folder[1:].isdecimal()
