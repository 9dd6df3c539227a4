"""Reading a catalog: files by glob, several documents a file, placeholders, and Locations that name more files.

Source: Backstage's UrlReaderProcessor, FileReaderProcessor, PlaceholderProcessor and LocationEntityProcessor
(plugin-catalog-backend 4.0.0). Nothing outside the tree is read and nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.catalog.backstage import validate
from harness.catalog.catalog import Catalog
from harness.catalog.collector import collector_paused
from harness.catalog.entities import Entity, mapping, resolve_path, text, texts
from harness.documents import Document, Entry, EntryKind, Library, parse_all
from harness.documents.globs import is_pattern, matching
from harness.model import JSON, HarnessError, Location, UnreadableError

_EMPTY_BLOBS = frozenset(
    {
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",  # git's id of no bytes, SHA-1
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",  # and SHA-256
    }
)
_DEEPEST = 200  # placeholders are looked for no deeper than documents may be nested


def read_catalog(library: Library, globs: Iterable[str] = ("catalog/**/*.yaml",)) -> Catalog:
    """Read every entity in the files that match, and in files that Locations among them name.

    Documents with neither `apiVersion` nor `kind` are no entities (policies live beside them) and are left
    alone, and so are objectives in OpenSLO. A file that cannot be read is a problem of the catalog; the others are
    read.
    """
    reading = _Reading(library, library.tree.entries())
    with collector_paused():
        for pattern in globs:
            for path in matching(reading.entries, pattern):
                reading.visit(path)
        return Catalog(tuple(reading.entities), tuple(reading.problems))


@dataclass(slots=True)
class _Reading:
    """State of one reading; not seen from outside."""

    library: Library
    entries: Mapping[str, Entry]
    entities: list[Entity] = field(default_factory=list)
    problems: list[HarnessError] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def visit(self, path: str) -> None:
        """Read one file, once, and the files that its Locations name."""
        waiting = [path]
        while waiting:
            current = waiting.pop(0)
            if current in self.seen or self.entries[current].kind is not EntryKind.FILE:
                continue
            self.seen.add(current)
            for entity in self._file(current):
                self.entities.append(entity)
                if entity.kind == "Location":
                    waiting.extend(self._targets(entity))

    def _file(self, path: str) -> list[Entity]:
        try:
            data = self.library.tree.read(path)
            documents = () if _says_nothing(data) else parse_all(data, path, merge=False)
        except HarnessError as error:
            self.problems.append(error)
            return []
        found = (self._entity(document, path) for document in documents)
        return [entity for entity in found if entity is not None]

    def _entity(self, document: Document, path: str) -> Entity | None:
        value = document.value
        if not isinstance(value, dict) or not ("apiVersion" in value or "kind" in value):
            return None
        if str(value.get("apiVersion", "")).startswith("openslo/"):
            return None  # an objective (see `harness objectives`): no Location names it, so Backstage never meets it
        plain = not ("$" in document.text or "\\" in document.text)  # an escape may spell a $
        resolved = value if plain else mapping(self._resolved(value, document, 0))
        metadata = mapping(resolved.get("metadata"))
        return Entity(
            kind=text(resolved.get("kind")),
            namespace=text(metadata.get("namespace")) or "default",
            name=text(metadata.get("name")),
            metadata=metadata,
            spec=mapping(resolved.get("spec")),
            file=path,
            refused=validate(value if plain else self._read_through(resolved, path)),
            document=document,
        )

    def _resolved(self, value: JSON, document: Document, depth: int) -> JSON:
        """Return `value` with `$json` and `$yaml` replaced; other single-key `$` objects are left as Backstage does."""
        if isinstance(value, list):
            return [self._resolved(item, document, depth + 1) for item in value]
        if not isinstance(value, dict) or depth > _DEEPEST:
            return value
        if not any(key.startswith("$") for key in value):
            return {key: self._resolved(item, document, depth + 1) for key, item in value.items()}
        key, target = next(iter(value.items()))
        if len(value) != 1 or key not in {"$json", "$yaml", "$text"} or not isinstance(target, str):
            return value
        found = resolve_path(document.path, target)
        if found not in self.entries or self.entries[found].kind is not EntryKind.FILE:
            place = Location(document.path, "", *document.position())
            self._missing(place, f'placeholder {key} names "{target}", which is not in this tree')
            return value
        return value if key == "$text" else self._parsed(value, found)

    def _parsed(self, value: JSON, found: str) -> JSON:
        try:
            documents = parse_all(self.library.tree.read(found), found, merge=False)
        except HarnessError as error:
            self.problems.append(error)
            return value
        return documents[0].value if len(documents) == 1 else value

    def _read_through(self, value: Mapping[str, JSON], path: str) -> dict[str, JSON]:
        """Return the entity as the validators meet it: a `$text` of a file with bytes is a text.

        The bytes are not read: that a file has any is known from its object id, and no validator asks for more.
        """

        def through(item: JSON) -> JSON:
            if isinstance(item, list):
                return [through(one) for one in item]
            if not isinstance(item, dict):
                return item
            target = item.get("$text")
            if len(item) == 1 and isinstance(target, str):
                entry = self.entries.get(resolve_path(path, target))
                if entry is not None:
                    return "" if entry.object_id in _EMPTY_BLOBS else target
            return {key: through(one) for key, one in item.items()}

        seen = through(dict(value))
        return seen if isinstance(seen, dict) else {}

    def _targets(self, entity: Entity) -> list[str]:
        """Return the paths a Location names, in order; what leaves the tree is not followed."""
        path = entity.file or ""
        found: list[str] = []
        for target in (*texts(entity.spec.get("target")), *texts(entity.spec.get("targets"))):
            wanted = resolve_path(path, target)
            hits = matching(self.entries, wanted) if is_pattern(wanted) else [wanted] * (wanted in self.entries)
            if wanted and not hits and entity.spec.get("presence") != "optional" and not is_pattern(wanted):
                self._missing(
                    entity.at("spec"), f'location "{entity.name}" names "{target}", which is not in this tree'
                )
            found.extend(hits)
        return found

    def _missing(self, location: Location, message: str) -> None:
        self.problems.append(
            UnreadableError(message, location=location, remedy="Correct the path, or add the file to this revision.")
        )


def _says_nothing(data: bytes) -> bool:
    """Whether a file holds comments and document markers only; Backstage passes over it without a word."""
    return all(line.strip() in {b"", b"---", b"..."} or line.lstrip().startswith(b"#") for line in data.splitlines())
