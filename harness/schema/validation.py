"""The independent opinion: whether a concrete value satisfies a schema, by a validator that is not ours.

jsonschema-rs calculates exactly with `int` and `Decimal`, matches patterns with a bounded number of steps and fetches
nothing. OpenAPI 3.0 schemas are translated to draft-04 first.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from harness.model import JSON, Location, UnreadableError, join
from harness.schema.dialects import Dialect
from harness.schema.trimming import UntrimmableError, is_big, names_in, trimmed

_BACKTRACKS = 200_000
_CONTENT_ASSERTED = frozenset({Dialect.DRAFT_06, Dialect.DRAFT_07})
_ROOT = "urn:contract-harness:root"


@cache
def checked_with() -> str:
    """Return the name and version of the validator, for output."""
    import jsonschema_rs as rs  # noqa: PLC0415  (start-up)

    folders = sorted(Path(str(rs.__file__)).parents[1].glob("jsonschema_rs-*.dist-info"))
    if len(folders) == 1:
        return f"jsonschema-rs {folders[0].name.split('-')[1].removesuffix('.dist')}"
    from importlib.metadata import version  # noqa: PLC0415  (it imports the e-mail package: 50 ms)

    return f"jsonschema-rs {version('jsonschema-rs')}"


@cache
def _classes() -> dict[Dialect, tuple[Any, int]]:
    import jsonschema_rs as rs  # noqa: PLC0415  (start-up)

    return {
        Dialect.OPENAPI_30: (rs.Draft4Validator, rs.Draft4),
        Dialect.DRAFT_04: (rs.Draft4Validator, rs.Draft4),
        Dialect.DRAFT_06: (rs.Draft6Validator, rs.Draft6),
        Dialect.DRAFT_07: (rs.Draft7Validator, rs.Draft7),
        Dialect.DRAFT_2019_09: (rs.Draft201909Validator, rs.Draft201909),
        Dialect.DRAFT_2020_12: (rs.Draft202012Validator, rs.Draft202012),
    }


class Validator:
    """Validates values against one schema."""

    def __init__(
        self, schema: object, dialect: Dialect | str = Dialect.DRAFT_2020_12, *, formats: bool = False
    ) -> None:
        """Compile the schema.

        Raises:
            UnreadableError: It is no valid schema of its dialect, or has a reference that leads nowhere.
        """
        self._validator = _build(schema, Dialect.parse(dialect), formats=formats)

    def error(self, instance: JSON) -> str | None:
        """Return what is wrong with a value, None if nothing is."""
        found = self.failure(instance)
        return None if found is None else found[0]

    def failure(self, instance: JSON) -> tuple[str, str] | None:
        """Return (what is wrong, JSON pointer to where), None if nothing is."""
        try:
            for error in self._validator.iter_errors(instance):
                return error.message, join("", *error.instance_path)
        except UnicodeEncodeError:
            raise _broken_text() from None
        return None


class ValidatorFamily:
    """Validators for many places of one document, each compiled when first asked for."""

    def __init__(self, root: object, dialect: Dialect | str, *, formats: bool = False) -> None:
        """Keep the document."""
        self._dialect = Dialect.parse(dialect)
        self._root = root
        self._formats = formats
        self._registry: object = None
        self._big: bool | None = None
        self._known: dict[str, Validator] = {}

    def at(self, pointer: str) -> Validator:
        """Return the validator for a JSON pointer, with or without leading `#`.

        Raises:
            UnreadableError: As `Validator`.
        """
        pointer = pointer.removeprefix("#")
        known = self._known.get(pointer)
        if known is None:
            known = Validator.__new__(Validator)
            known._validator = self._build(pointer)  # noqa: SLF001  (the family's second constructor)
            self._known[pointer] = known
        return known

    def failure(self, pointer: str, instance: JSON) -> tuple[str, str] | None:
        """Return (what is wrong with a value, where), None if nothing is, as `at(pointer).failure(instance)` would.

        For a big document only the part that can say something about the value is compiled.

        Raises:
            UnreadableError: As `Validator`.
        """
        pointer = pointer.removeprefix("#")
        if self._big is None:
            self._big = is_big(self._root)
        if not self._big or pointer in self._known:
            return self.at(pointer).failure(instance)
        start = self._root.get("$ref") if not pointer and isinstance(self._root, dict) else f"#{pointer}"
        try:
            part = trimmed(self._root, str(start).removeprefix("#"), names_in(instance))
        except UntrimmableError:
            return self.at(pointer).failure(instance)
        return Validator({**part, "allOf": [{"$ref": start}]}, self._dialect, formats=self._formats).failure(instance)

    def _build(self, pointer: str) -> Any:
        if not pointer:
            return _build(self._root, self._dialect, formats=self._formats)
        import jsonschema_rs as rs  # noqa: PLC0415  (start-up)

        if self._registry is None:
            root = _translated(self._root, self._dialect, formats=self._formats)
            try:
                self._registry = rs.Registry([(_ROOT, root)], draft=_classes()[self._dialect][1])
            except UnicodeEncodeError:
                raise _broken_text() from None
            except (ValueError, rs.ReferencingError) as problem:
                raise _refused(problem) from None
        schema = {"$ref": f"{_ROOT}#{_quoted(pointer)}"}
        return _build(schema, self._dialect, formats=self._formats, registry=self._registry)


def _quoted(pointer: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415  (start-up)

    return quote(pointer, safe="/~")


def _build(schema: object, dialect: Dialect, *, formats: bool, registry: object = None) -> Any:
    import jsonschema_rs as rs  # noqa: PLC0415  (start-up)

    options: dict[str, Any] = {} if registry is None else {"registry": registry}
    if formats:
        options["formats"] = _extra_formats()
    if dialect in _CONTENT_ASSERTED:
        options["keywords"] = dict.fromkeys(("contentEncoding", "contentMediaType"), _Annotation)
    try:
        return _classes()[dialect][0](
            schema if registry is not None else _translated(schema, dialect, formats=formats),
            validate_formats=formats,
            pattern_options=rs.FancyRegexOptions(backtrack_limit=_BACKTRACKS),
            offline=True,
            **options,
        )
    except UnicodeEncodeError:
        raise _broken_text() from None
    except (rs.ValidationError, rs.ReferencingError, ValueError) as problem:
        raise _refused(problem) from None


class _Annotation:
    """A keyword that limits nothing. Drafts 6 and 7 leave it open whether content is checked; the prover does not."""

    def __init__(self, *_: object) -> None:
        """Keep nothing."""

    def validate(self, instance: object) -> None:
        """Accept every value."""


def _translated(schema: object, dialect: Dialect, *, formats: bool) -> Any:
    if dialect is Dialect.OPENAPI_30:
        from harness.schema.openapi30 import translated  # noqa: PLC0415  (one dialect of six)

        schema = translated(schema)
    if formats:
        from harness.schema.formats import with_ranges  # noqa: PLC0415  (it asks this module about string formats)

        schema = with_ranges(schema)
    return schema


def _broken_text() -> UnreadableError:
    return UnreadableError(
        "a text holds half of a surrogate pair, which is no character",
        remedy="write the character itself, or both halves of the pair",
    )


def _refused(problem: Exception) -> UnreadableError:
    message = str(getattr(problem, "message", "") or problem).strip().splitlines()[0]
    path = getattr(problem, "instance_path", None) or getattr(problem, "schema_path", None) or []
    return UnreadableError(
        f"the schema is not valid: {message}",
        location=Location(None, join("", *path)),
        remedy="correct the schema; the location is a JSON pointer into it",
    )


def _extra_formats() -> dict[str, Any]:
    import base64  # noqa: PLC0415  (rare)
    import binascii  # noqa: PLC0415  (rare)

    def byte(text: str) -> bool:
        try:
            base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return False
        return True

    return {"byte": byte}


def format_checker(name: str) -> Any:
    """Return a validator of one string format."""
    return _build({"format": name}, Dialect.DRAFT_2020_12, formats=True)


def rendered(instance: object) -> str:
    """Return a value as JSON text, for messages; every number keeps its digits."""
    if isinstance(instance, Decimal):
        return str(instance)
    if isinstance(instance, dict):
        return "{" + ", ".join(f"{rendered(str(key))}: {rendered(item)}" for key, item in instance.items()) + "}"
    if isinstance(instance, list):
        return "[" + ", ".join(map(rendered, instance)) + "]"
    return json.dumps(instance, default=str, ensure_ascii=False)
