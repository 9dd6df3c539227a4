"""Check files on disk, and say what was found as text or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.compat.bundling import bundle
from harness.documents import Document, FolderTree, Library
from harness.model import Direction, Finding, HarnessError, Level, UnreadableError, UsageError
from harness.model.findings import explanation
from harness.pacts.batch import finding_row
from harness.pacts.checking import PactCheck, PactChecker, findings_of
from harness.pacts.files import is_pact, read_pact
from harness.pacts.index import index_of
from harness.pacts.values import Pact

_INSIDE = "/$defs/harness:files/$defs/"
_GLYPHS = {Level.ERROR: "✗", Level.WARNING: "!", Level.INFO: "-"}


@dataclass(frozen=True, slots=True)
class SpecificationCheck:
    """One pact file against its specifications."""

    pact: Document
    consumer: str
    provider: str
    check: PactCheck

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in file order."""
        return tuple(f for checked in self.check.interactions for f in findings_of(checked, self.pact.path))

    @property
    def exit_code(self) -> int:
        """1 if an interaction fails, 3 if something could not be decided, else 0."""
        return 1 if self.check.fails else 3 if self.check.undecided else 0


@dataclass(frozen=True, slots=True)
class Given:
    """A pact file with the specifications of its provider, references to other files put inside."""

    document: Document
    pact: Pact
    value: dict[str, Any]
    specifications: dict[str, dict[str, Any]]
    files: dict[str, str]

    def place(self, pointer: str) -> str:
        """Return a place of a specification as `#/pointer`, or `file#/pointer` where it was put inside."""
        if not pointer.startswith(_INSIDE):
            return f"#{pointer}"
        name, _, rest = pointer.removeprefix(_INSIDE).partition("/")
        return f"{self.files.get(name, name)}#/{rest}"


def read_files(pact: Path, specifications: Sequence[Path]) -> Given:
    """Read a pact file, and one OpenAPI and one AsyncAPI file at most.

    Raises:
        UsageError: A file does not exist, or two specifications are of one kind.
        UnreadableError: A file is no pact or no specification.
    """
    document = _load(pact)[1]
    value = document.value
    if not isinstance(value, dict) or not is_pact(value):
        raise UnreadableError(
            f"{pact} is no pact", location=document.location(""), remedy="Name a file with consumer and provider."
        )
    known = read_pact(document)
    given: dict[str, dict[str, Any]] = {}
    files: dict[str, str] = {}
    for path in specifications:
        library, specification = _load(path)
        kind = specification_kind(specification.value)
        if kind is None:
            raise UnreadableError(
                f"{path} is neither OpenAPI nor AsyncAPI",
                location=specification.location(""),
                remedy="Name an OpenAPI 2.0, 3.0, 3.1 or AsyncAPI 2, 3 document.",
            )
        if kind in given:
            raise UsageError(f"two documents are {kind}", remedy="Give one OpenAPI and one AsyncAPI document at most.")
        whole = bundle(library.node(specification.path), library)
        given[kind] = whole if isinstance(whole, dict) else {}
        files |= {file.replace("/", "_"): file for file in library.references(specification.path)}
    return Given(document, known, value, given, files)


def check_files(pact: Path, specifications: Sequence[Path]) -> SpecificationCheck:
    """Check a pact file against specification files; errors as `read_files`."""
    given = read_files(pact, specifications)
    checked = PactChecker(**given.specifications).check(given.value)
    return SpecificationCheck(given.document, given.pact.consumer, given.pact.provider, checked)


def fields_json(given: Given) -> list[dict[str, Any]]:
    """Return the field-usage index as one JSON value a row."""
    who = {"consumer": given.pact.consumer, "version": given.pact.version, "provider": given.pact.provider}
    rows = index_of(given.value, **given.specifications)
    return [{**who, **asdict(row), "schema": [given.place(place) for place in row.schema]} for row in rows]


def fields_text(given: Given) -> str:
    """Return the field-usage index by operation."""
    lines: list[str] = []
    operation = ""
    for row in index_of(given.value, **given.specifications):
        if row.operation != operation:
            operation = row.operation
            lines.append(f"{operation}   {given.pact.consumer} {given.pact.version}".rstrip())
        verb = "reads" if row.direction is Direction.SENT else "sends"
        exact = ", value counts" if row.value_sensitive else ""
        schema = f"   {given.place(row.schema[-1])}" if row.schema else ""
        lines.append(f"  {verb} {row.part} {row.field or '(whole)'}   {row.matcher}{exact}{schema}")
    lines = [_safe(line) for line in lines] or ["! the pact has no interaction"]
    return "\n".join([*lines, "Next: harness impact --field NAME#/Schema/field     says who else reads it"]) + "\n"


def specification_kind(value: object) -> str | None:
    """Return `openapi` or `asyncapi`, None for anything else."""
    if not isinstance(value, dict):
        return None
    if "asyncapi" in value:
        return "asyncapi"
    return "openapi" if "openapi" in value or value.get("swagger") == "2.0" else None


def _load(path: Path) -> tuple[Library, Document]:
    if not path.is_file():
        raise UsageError(f"there is no file {path}", remedy="Name a file that exists.")
    resolved = path.resolve()
    root = _root(resolved)
    library = Library(FolderTree(root))
    return library, library.load(resolved.relative_to(root).as_posix())


def _root(path: Path) -> Path:
    """Return the folder that references may lead to: the repository around a file, else its own folder."""
    return next((parent for parent in path.parents if (parent / ".git").exists()), path.parent)


def check_json(found: SpecificationCheck) -> dict[str, Any]:
    """Return the answer as JSON values: the comparator's codes and every finding with its line."""
    rows = []
    for finding in found.findings:
        line, column = _position(found.pact, finding.location.pointer)
        rows.append({**finding_row(finding), "file": found.pact.path, "line": line, "column": column})
    return {
        "consumer": found.consumer,
        "provider": found.provider,
        "interactions": len(found.check.interactions),
        "codes": found.check.codes,
        "findings": rows,
        "undecided": list(found.check.undecided),
    }


def _position(document: Document, pointer: str) -> tuple[int, int]:
    """Return line and column of a place, of the nearest place above it where it does not exist itself."""
    while pointer:
        try:
            return document.position(pointer)
        except (HarnessError, KeyError, ValueError):
            pointer = pointer.rpartition("/")[0]
    return 1, 1


def check_text(found: SpecificationCheck) -> str:
    """Return the screen: the answer, each finding at its place, and what could not be decided."""
    failing = sum(checked.fails for checked in found.check.interactions)
    count = len(found.check.interactions)
    pair = f"{found.consumer} with {found.provider}"
    if not count:
        head = f"! {pair}: the pact has no interaction"
    elif failing:
        head = f"✗ {pair}: the specification does not promise {failing} of {count} interaction(s)"
    else:
        head = f"✓ {pair}: the specification promises what {count} interaction(s) expect"
    lines = [_safe(head)]
    for finding in found.findings:
        line, _ = _position(found.pact, finding.location.pointer)
        lines.append(_safe(f"  {_GLYPHS[finding.level]} {found.pact.path}:{line}  {finding.title}   {finding.rule}"))
        if finding.detail:
            lines.append(_safe(f"      {finding.detail[:300]}"))
    lines += [_safe(f"  ? could not be decided: {item[:200]}") for item in found.check.undecided]
    lines += explanation(found.findings)
    return "\n".join(lines) + "\n"


def _safe(text: str) -> str:
    """Keep control characters of documents off the terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
