"""What `harness init` finds, and the configuration it writes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from harness.documents import EntryKind, Library, Tree
from harness.documents.globs import matches
from harness.model import ContractKind, HarnessError
from harness.registry.candidates import is_candidate
from harness.registry.config import PROFILES, Config
from harness.registry.registry import Listed, Registry
from harness.registry.sniffing import is_pact
from harness.registry.versions import is_version

_ENTITY = re.compile(rb"""^apiVersion:[ ]*["']?backstage\.io/""", re.MULTILINE)

_FEW = 4


@dataclass(frozen=True, slots=True)
class Discovery:
    """What is in a tree.

    Attributes:
        contracts_by_kind: Kind and number, in the order of the kinds, without zeros.
        contract_globs: Globs that cover the contracts and nothing else found.
        catalog_files: Number of Backstage files.
        catalog_globs: Globs that cover them.
        pacts: Number of pact files.
        pact_globs: Globs that cover them.
        skipped: Files that look like contracts and cannot be used, each with place and reason.
    """

    contracts_by_kind: tuple[tuple[str, int], ...]
    contract_globs: tuple[str, ...]
    catalog_files: int
    catalog_globs: tuple[str, ...]
    pacts: int
    pact_globs: tuple[str, ...]
    skipped: tuple[str, ...]


def discover(tree: Tree) -> Discovery:
    """Return what is there, found by content; every contract is parsed once, to say which are unusable."""
    library = Library(tree)
    registry = Registry(library, Config())
    usable: list[Listed] = []
    skipped: list[str] = []
    for item in registry.listed:
        try:
            library.load(item.path)
        except HarnessError as error:
            skipped.append(_said(error))
        else:
            usable.append(item)
    skipped += [_said(error) for error in registry.problems]
    catalogs, pacts = _others(library)
    counts = Counter(item.sniffed.kind for item in usable)
    return Discovery(
        contracts_by_kind=tuple((kind.value, counts[kind]) for kind in ContractKind if counts[kind]),
        contract_globs=_globs([item.path.partition("#")[0] for item in usable]),
        catalog_files=len(catalogs),
        catalog_globs=_globs(catalogs),
        pacts=len(pacts),
        pact_globs=_globs(pacts),
        skipped=tuple(dict.fromkeys(skipped)),
    )


def render_config(found: Discovery, profile: str = "starter") -> str:
    """Return the text of `harness.yaml` for what was found.

    Contracts stay found by content: a list of what is here today would leave tomorrow's contract unwatched.
    """
    defaults = Config()
    lines = [
        "# What contract-harness watches here, and how strictly. A branch can only tighten what its base says.",
        f"profile: {profile}   # one of {', '.join(PROFILES)}",
        "",
        "# Contracts (OpenAPI, AsyncAPI, JSON Schema, Avro) are found by content, new ones too. A list narrows that:",
        f"# {_list('contracts', found.contract_globs)}",
        "# Backstage files: who owns and uses what. Optional.",
        _list("catalog", _with_found(defaults.catalog, found.catalog_globs)),
        "# Pacts: what consumers read. Optional.",
        _list("pacts", _with_found(defaults.pacts, found.pact_globs)),
    ]
    return "\n".join(lines) + "\n"


def _with_found(defaults: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    """Return the usual places and those found elsewhere; a found glob is a path to the patterns that cover it."""
    return (*defaults, *(glob for glob in found if not matches(glob, defaults)))


def _list(key: str, globs: tuple[str, ...]) -> str:
    return f"{key}: [{', '.join(_quoted(glob) for glob in globs)}]"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'" if re.search(r"[^\w/.@-]|\A[^\w]", text) else text


def _said(error: HarnessError) -> str:
    place = error.location
    where = "" if place is None else str(place) + (f":{place.column}" if place.line and place.column else "") + "   "
    return where + error.message


def _others(library: Library) -> tuple[list[str], list[str]]:
    catalogs: list[str] = []
    pacts: list[str] = []
    for path, entry in library.tree.entries().items():
        if entry.kind is not EntryKind.FILE or not is_candidate(path):
            continue
        try:
            data = library.tree.read(path)
        except HarnessError:
            continue
        if path.endswith(".json") and is_pact(data):
            pacts.append(path)
        elif path.endswith((".yaml", ".yml")) and _ENTITY.search(data):
            catalogs.append(path)
    return catalogs, pacts


def _globs(paths: list[str]) -> tuple[str, ...]:
    """Return few globs that cover `paths`: versions, then what differs within one shape of path, become `*`."""
    shapes: dict[tuple[int, str, str], list[list[str]]] = {}
    for path in paths:
        *folders, name = path.split("/")
        stem, dot, suffix = name.rpartition(".")
        parts = ["*" if is_version(folder) else folder for folder in folders]
        parts.append(f"*{dot}{suffix}" if is_version(stem) else name)
        first = parts[0] if len(parts) > 2 else ""
        shapes.setdefault((len(parts), first, parts[-1]), []).append(parts)
    globs = {_merged(rows) for rows in shapes.values()}
    return tuple(sorted(_shortened(globs)))


def _merged(rows: list[list[str]]) -> str:
    """Replace what differs between paths of one length, first folder and file name by `*`."""
    return "/".join(column[0] if len(set(column)) == 1 else "*" for column in zip(*rows, strict=True))


def _shortened(globs: set[str]) -> set[str]:
    """Replace several file names of one folder by `*.yaml`, and many folders below one by `**`."""
    by_folder: dict[tuple[str, str], set[str]] = {}
    for glob in globs:
        folder, _, name = glob.rpartition("/")
        by_folder.setdefault((folder, name.rpartition(".")[2]), set()).add(glob)
    short = {
        f"{folder}/*.{suffix}" if folder and len(group) > 2 else glob
        for (folder, suffix), group in by_folder.items()
        for glob in group
    }
    if len(short) <= _FEW:
        return short
    return {
        f"{parts[0]}/**/*.{parts[-1].rpartition('.')[2]}" if len(parts := glob.split("/")) > 1 else glob
        for glob in short
    }
