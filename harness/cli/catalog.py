"""`harness catalog`: show entries, the graph, owners; validate as Backstage does."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.mapping_check import mapping_group
from harness.cli.opening import open_library, root_of
from harness.cli.options import as_of_option, format_option, repo_option
from harness.cli.output import write, write_file
from harness.model import NotFoundError, UsageError

if TYPE_CHECKING:
    from harness.catalog import Catalog


@click.group()
def catalog() -> None:
    """Show the catalog: entries, graph, owners."""


catalog.add_command(mapping_group)


def _read(repo: Path) -> Catalog:
    from harness.catalog import read_catalog  # noqa: PLC0415  (start-up)
    from harness.registry import read_config  # noqa: PLC0415

    library = open_library(repo)
    return read_catalog(library, read_config(library).catalog)


@catalog.command()
@click.argument("ref", required=False)
@format_option
@repo_option
def show(ref: str | None, form: str, repo: Path) -> int:
    """List all entries, or show one: what it is, who owns it, what it depends on and who depends on it."""
    from harness.report.catalog_text import catalog_table, entity_text, entity_to_json  # noqa: PLC0415  (start-up)

    entries = _read(repo)
    if ref is None:
        write(
            json.dumps([e.ref for e in entries.entities], indent=1) + "\n" if form == "json" else catalog_table(entries)
        )
        return 0
    entity = entries.get(ref)
    if entity is None:
        raise NotFoundError(f'no catalog entry "{ref}"', remedy=_nearest(ref, entries))
    write(
        json.dumps(entity_to_json(entity, entries), indent=1, default=str) + "\n"
        if form == "json"
        else entity_text(entity, entries)
    )
    return 0


def _nearest(ref: str, entries: Catalog) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  (only for this message)

    near = get_close_matches(ref, [entity.ref for entity in entries.entities], 3, 0.4)
    return f"Did you mean {' or '.join(near)}?" if near else "harness catalog show lists every entry."


@catalog.command()
@click.option(
    "--format",
    "--form",
    "form",
    type=click.Choice(["mermaid", "dot", "svg"]),
    default="mermaid",
    help="What is written.",
)
@click.option("--of", "ref", default=None, help="Only this entry and its neighbours (mermaid, dot).")
@click.option("--system", default=None, help="Only components of this system and those they are tied to.")
@click.option("--workflow", default=None, help="Only components of this critical workflow, such as W3.")
@click.option("--component", default=None, help="Only this component and those it is tied to.")
@repo_option
def graph(form: str, ref: str | None, repo: Path, **filters: str | None) -> int:
    """Print systems, components, APIs and events and what flows between them, as Mermaid, DOT or SVG."""
    from harness.catalog import graph as graphs  # noqa: PLC0415  (start-up)
    from harness.catalog.graph_parts import chosen  # noqa: PLC0415

    entries = _read(repo)
    if ref is not None and (form == "svg" or any(filters.values())):
        raise UsageError("--of goes with mermaid and dot, and with no other filter.", remedy="Use --component NAME.")
    if form == "svg":
        from harness.catalog.graph_svg import svg  # noqa: PLC0415

        write(svg(entries, chosen(entries, **filters)))
        return 0
    only = chosen(entries, **filters) if any(filters.values()) else None
    write(graphs.mermaid(entries, ref, only) if form == "mermaid" else graphs.dot(entries, ref, only))
    return 0


@catalog.command()
@click.argument("component", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="What is written."
)
@as_of_option
@repo_option
def scorecard(component: str | None, form: str, repo: Path, as_of: date | None) -> int:
    """Show how far each component is, 0 to 4, from evidence in the repository, and the next thing to do."""
    from dataclasses import asdict  # noqa: PLC0415  (start-up)

    from harness.catalog.scorecard import card_of  # noqa: PLC0415
    from harness.governance import landscape_of  # noqa: PLC0415
    from harness.registry import read_config, read_registry  # noqa: PLC0415
    from harness.report.scorecard_text import scorecard_markdown, scorecard_text  # noqa: PLC0415

    library = open_library(repo)
    config = read_config(library)
    scape = landscape_of(library, config)
    chosen = [scape.catalog.get(component, "component")] if component else scape.catalog.of_kind("component")
    files: dict[str, dict[str, str]] = {}
    for contract in read_registry(library, config).contracts:
        files.setdefault(contract.name, {})[contract.path] = library.load(contract.path).text
    pacts = {(pact.provider, pact.consumer) for pact in scape.pacts.pacts}
    day = (as_of or datetime.now(UTC).date()).isoformat()
    cards = [card_of(one, scape.catalog, files, pacts, day) for one in chosen if one and one.kind == "Component"]
    if component and not cards:
        raise NotFoundError(f'no component "{component}"', remedy=_nearest(component, scape.catalog))
    if form == "json":
        write(json.dumps({"schema_version": 1, "cards": [asdict(one) for one in cards]}, indent=1) + "\n")
    else:
        write(scorecard_markdown(cards) if form == "markdown" else scorecard_text(cards, detailed=bool(component)))
    return 0


@catalog.command()
@click.argument("term", required=False)
@format_option
@repo_option
def glossary(term: str | None, form: str, repo: Path) -> int:
    """Say what a business word means here, how each system names it, and what it is not."""
    from dataclasses import asdict  # noqa: PLC0415  (start-up)

    from harness.catalog import glossary as words  # noqa: PLC0415
    from harness.report.glossary_text import glossary_text  # noqa: PLC0415

    known = words.glossary(_read(repo))
    terms = [one for one in known if term is None or one.name == term]
    if term is not None and not terms:
        raise NotFoundError(f'no word "{term}"', remedy=f"There is {', '.join(one.name for one in known) or 'none'}.")
    write(json.dumps([asdict(one) for one in terms], indent=1) + "\n" if form == "json" else glossary_text(terms))
    return 0


@catalog.command()
@format_option
@repo_option
def owners(form: str, repo: Path) -> int:
    """List who owns what, and what nobody owns."""
    from harness.report.catalog_text import owner_rows, owners_text  # noqa: PLC0415  (start-up)

    entries = _read(repo)
    write(json.dumps(owner_rows(entries), indent=1) + "\n" if form == "json" else owners_text(entries))
    return 0


@catalog.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path, exists=True))
@click.option("--batch", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Entities as JSON Lines.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where --batch writes its rows.")
@format_option
def validate(paths: tuple[Path, ...], batch: Path | None, out: Path | None, form: str) -> int:
    """Say which entries a genuine Backstage would accept.

    Each PATH is a folder or a file; without one it is this folder. With --batch, each row {"id", "entity"} is
    answered by {"id", "valid", "errors"}. Exit code 0 all accepted, 1 some refused, 3 something could not be read.
    """
    if (batch is None) is not (out is None) or (batch is not None and paths):
        raise UsageError("--batch goes with --out and without PATH.", remedy="harness catalog validate --help")
    if batch is not None and out is not None:
        return _validate_batch(batch, out)
    from harness.report.catalog_text import validation_text, validation_to_json  # noqa: PLC0415  (start-up)

    found = _entries_below(paths or (Path(),))
    write(json.dumps(validation_to_json(found), indent=1) + "\n" if form == "json" else validation_text(found))
    if found.problems:
        return 3
    return 1 if any(entity.refused for entity in found.entities) else 0


def _entries_below(paths: tuple[Path, ...]) -> Catalog:
    """Return the entries of files and of folders, one reading a repository, so that none is told twice."""
    from harness.catalog import Catalog, read_catalog  # noqa: PLC0415  (start-up)

    globs: dict[Path, list[str]] = {}
    for path in paths:
        folder = path.parent if path.is_file() else path
        root = root_of(folder)
        below = folder.resolve().relative_to(root)
        names = (path.name,) if path.is_file() else ("**/*.yaml", "**/*.yml")
        globs.setdefault(root, []).extend((below / name).as_posix() for name in names)
    read = [read_catalog(open_library(root), found) for root, found in globs.items()]
    entities = tuple(entity for one in read for entity in one.entities)
    return read[0] if len(read) == 1 else Catalog(entities, tuple(problem for one in read for problem in one.problems))


def _validate_batch(batch: Path, out: Path) -> int:
    """Judge every row; exit 0 whatever the answers, since each row carries its own."""
    from harness.catalog import validate_batch  # noqa: PLC0415  (start-up)

    lines = batch.read_bytes().split(b"\n")
    rows = [_row(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    write_file(out, "".join(json.dumps(row) + "\n" for row in validate_batch(rows)))
    return 0


def _row(line: bytes, number: int) -> dict[str, object]:
    """Return a row; one that is no JSON object has no entity and an error of its own, so that no other is lost."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"row {number} is not JSON: {error}"}
    return row if isinstance(row, dict) else {"id": None, "error": f"row {number} is not a JSON object"}
