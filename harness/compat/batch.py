"""`compare --batch`: one row in, one row out, in the same order, whatever a row holds.

The rows are described by `harness/schemas/compare-batch-row.json` and `compare-batch-result.json`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from harness.compat.avro_schema import PRIMITIVES
from harness.compat.encoding import dumps, result_to_json
from harness.compat.inline import inline_node
from harness.documents import MAX_BYTES, FolderTree, Library, Node
from harness.documents.json_text import exact
from harness.model import JSON, ContentModel, ContractComparison, ContractKind, HarnessError, UnreadableError

_MAX_DEPTH = 200
_KINDS = [kind.value for kind in ContractKind]
_MODELS = [model.value for model in ContentModel]


def run_batch(
    lines: Iterable[str | bytes], *, base: Path, timings: bool = False, as_of: date | None = None
) -> Iterator[str]:
    """Yield one line of JSON (without line end) per non-empty line of `lines`, in the same order.

    Args:
        lines: JSON Lines, split at line feeds only (JSON texts may hold other line separators); bytes are UTF-8.
            A line that cannot be read gives a row with `error`.
        base: Folder that file paths in rows are relative to.
        timings: Add `ms`, which makes output differ from run to run.
        as_of: The day that sunset rules use in rows without `as_of` of their own.
    """
    for line in lines:
        if line.strip():
            yield dumps(_answer(line, base, timings=timings, as_of=as_of))


def compare_row(
    row: dict[str, JSON], *, base: Path, timings: bool = False, as_of: date | None = None
) -> dict[str, JSON]:
    """Return the result row of one input row; errors are told in the row, never raised."""
    started = time.perf_counter()
    try:
        result = result_to_json(row.get("id"), _compare(row, base, as_of))
    except HarnessError as error:
        result = _refused(row, _sentence(error))
    except Exception as error:  # noqa: BLE001  (a defect of ours in one row must not take the other rows with it)
        result = _refused(row, f"our bug: {type(error).__name__}: {error}"[:500])
    if timings:
        result["ms"] = Decimal(f"{(time.perf_counter() - started) * 1000:.3f}")
    return result


def _answer(line: str | bytes, base: Path, *, timings: bool, as_of: date | None) -> dict[str, JSON]:
    try:
        row = _parse(line)
    except HarnessError as error:
        return _refused({}, _sentence(error))
    return compare_row(row, base=base, timings=timings, as_of=as_of)


def _parse(line: str | bytes) -> dict[str, JSON]:
    """Read one row. More is allowed than in a file: NUL and lone surrogates are legal test data."""
    if len(line) > MAX_BYTES:
        raise UnreadableError(f"the row is longer than {MAX_BYTES} bytes", remedy="Give paths of files instead.")
    try:
        text = line if isinstance(line, str) else line.decode("utf-8-sig")
        row = json.loads(text, parse_float=exact, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"the row is not JSON: {error}", remedy="Write one JSON object a line.") from error
    if not isinstance(row, dict):
        raise UnreadableError("the row is not a JSON object", remedy='Write {"id", "kind", "old", "new"}.')
    _bound(row)
    return row


def _refuse_constant(text: str) -> JSON:
    raise ValueError(f"{text} is not a JSON number")


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has two members of one name")
    return found


def _bound(row: dict[str, JSON]) -> None:
    """Refuse nesting that would exhaust the stack of whatever walks the documents."""
    level: list[JSON] = [row]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise UnreadableError(f"nested deeper than {_MAX_DEPTH} levels", remedy="Flatten the documents.")


def _compare(row: dict[str, JSON], base: Path, as_of: date | None) -> ContractComparison:
    missing = [key for key in ("id", "kind", "old", "new") if key not in row]
    if missing:
        raise UnreadableError(f"the row has no {', '.join(missing)}", remedy='Write {"id", "kind", "old", "new"}.')
    kind = ContractKind(_one_of(row, "kind", _KINDS))
    model = ContentModel(_one_of(row, "content_model", _MODELS)) if row.get("content_model") is not None else None
    (old_library, old), (new_library, new) = (_operand(row[side], kind, base) for side in ("old", "new"))
    if kind is ContractKind.JSONSCHEMA:
        from harness.compat.jsonschema_kind import compare_jsonschema  # noqa: PLC0415  (only the kinds in use)

        return compare_jsonschema(old, new, old_library, new_library, dialect=_dialect(row), content_model=model)
    from harness.compat import compare_nodes  # noqa: PLC0415  (the package imports its parts)

    return compare_nodes(
        old, new, old_library, new_library, kind=kind, content_model=model, as_of=_day(row.get("as_of")) or as_of
    )


def _one_of(row: dict[str, JSON], key: str, known: list[str]) -> str:
    value = row[key]
    if not isinstance(value, str) or value not in known:
        raise UnreadableError(f"unknown {key} {dumps(value)[:80]}", remedy=f"Use {', '.join(known)}.")
    return value


def _dialect(row: dict[str, JSON]) -> str | None:
    dialect = row.get("dialect")
    if dialect is not None and not isinstance(dialect, str):
        raise UnreadableError("the dialect is not a text", remedy="Write 2020-12, draft-07 or a metaschema URI.")
    return dialect


def _day(value: JSON) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise UnreadableError(f"as_of {value!s:.40} is no day", remedy="Write it as 2026-11-22.") from error


def _operand(value: JSON, kind: ContractKind, base: Path) -> tuple[Library, Node]:
    """Return the document a row gives, inline or by path."""
    if not isinstance(value, str):
        return inline_node(value)
    path = _path(value, base)
    if kind is ContractKind.AVRO and (value in PRIMITIVES or path is None or not path.is_file()):
        return inline_node(value)
    if path is None:
        raise UnreadableError(f"{value[:40]!r} is no path of a file", remedy="Give a path, or the document itself.")
    root = base if path.resolve().is_relative_to(base.resolve()) else path.parent
    library = Library(FolderTree(root))
    return library, library.node(path.relative_to(root).as_posix() if root == path.parent else value)


def _path(value: str, base: Path) -> Path | None:
    """Return the path of an operand, None if the system could not even look for it."""
    path = base / value
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return path
    except (OSError, ValueError):  # too long a name, a NUL
        return None
    return path


def _refused(row: dict[str, JSON], error: str) -> dict[str, JSON]:
    kind = row.get("kind")
    return {
        "id": row.get("id"),
        "kind": kind if isinstance(kind, str) and kind in _KINDS else None,
        "backward": None,
        "forward": None,
        "verdict": None,
        "required_bump": None,
        "error": error,
        "changes": [],
    }


def _sentence(error: HarnessError) -> str:
    """Return what happened, where, and what to do, in one line."""
    where = f" ({error.location})" if error.location is not None else ""
    remedy = f" {error.remedy}" if error.remedy else ""
    return f"{error.message}{where}.{remedy}".replace("..", ".")
