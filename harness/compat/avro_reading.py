"""Reads an Avro schema from JSON; what the specification forbids is an error with its place."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from harness.compat.avro_names import default_fits, full_name, is_full_name, is_name, logical_type
from harness.compat.avro_schema import NAMED, PRIMITIVES, AvroField, AvroSchema, AvroType
from harness.model import JSON, Location, UnreadableError, join

_SPECIFICATION = "See avro.apache.org/docs/1.12.0/specification."
_DEEPEST = 200


def read_avro(value: JSON, locate: Callable[[str], Location]) -> AvroSchema:
    """Return the schema written in `value`.

    Args:
        value: A schema as JSON: a name, an object, or a list of union branches.
        locate: Gives the place of a JSON pointer, for errors.

    Raises:
        UnreadableError: The schema breaks a rule of the specification.
    """
    return _Reading(locate).schema(value)


class _Reading:
    """One pass over one document, depth first and left to right, which is the order names are defined in."""

    def __init__(self, locate: Callable[[str], Location]) -> None:
        self._locate = locate
        self._names: dict[str, AvroType] = {}
        self._open: set[str] = set()
        self._defaults: list[AvroField] = []

    def schema(self, value: JSON) -> AvroSchema:
        """Read the whole document, then check defaults, which may mention types defined later."""
        if isinstance(value, dict) and "protocol" in value:
            raise self._error("", "this is an Avro protocol, not a schema", "Compare the schemas of its types.")
        root = self._type(value, "", "", 0)
        schema = AvroSchema(root, MappingProxyType(dict(self._names)))
        for member in self._defaults:
            if not default_fits(member.default, member.type, schema.target):
                problem = f'the default of field "{member.name}" is not a value of its type'
                raise self._error(join(member.pointer, "default"), problem, "Give a default of the field's type.")
        return schema

    def _error(self, pointer: str, problem: str, remedy: str = _SPECIFICATION) -> UnreadableError:
        return UnreadableError(f"not a valid Avro schema: {problem}", location=self._locate(pointer), remedy=remedy)

    def _type(self, value: JSON, pointer: str, namespace: str, depth: int) -> AvroType:
        if depth > _DEEPEST:
            raise self._error(
                pointer, f"nested deeper than {_DEEPEST} levels", "Name the inner types and refer to them."
            )
        if isinstance(value, str):
            return self._named_or_primitive(value, pointer, namespace)
        if isinstance(value, list):
            return self._union(value, pointer, namespace, depth)
        if not isinstance(value, dict):
            raise self._error(pointer, "a schema is a name, an object or a list of branches")
        if "type" not in value:
            raise self._error(pointer, 'an object without "type"')
        kind = value["type"]
        if not isinstance(kind, str):
            return self._type(kind, join(pointer, "type"), namespace, depth + 1)
        return self._complex(kind, value, pointer, namespace, depth)

    def _named_or_primitive(self, text: str, pointer: str, namespace: str) -> AvroType:
        if text in PRIMITIVES:
            return AvroType(text, pointer)
        for name in (full_name(text, namespace), text):
            if name in self._names or name in self._open:
                return AvroType("reference", pointer, name)
        raise self._error(pointer, f'"{text}" is not a type that is defined before it is used', "Define it first.")

    def _complex(self, kind: str, value: dict[str, JSON], pointer: str, namespace: str, depth: int) -> AvroType:
        if kind in {"array", "map"}:
            key = "items" if kind == "array" else "values"
            if key not in value:
                raise self._error(pointer, f'{kind} without "{key}"')
            inner = self._type(value[key], join(pointer, key), namespace, depth + 1)
            return AvroType(kind, pointer, items=inner, notes=_notes(value))
        if kind in NAMED or kind == "error":
            return self._named("record" if kind == "error" else kind, value, pointer, namespace, depth)
        plain = self._named_or_primitive(kind, pointer, namespace)
        if plain.kind == "reference":
            return plain
        return AvroType(kind, pointer, logical=logical_type(kind, 0, value), notes=_notes(value))

    def _union(self, value: list[JSON], pointer: str, namespace: str, depth: int) -> AvroType:
        branches = tuple(
            self._type(branch, join(pointer, index), namespace, depth + 1) for index, branch in enumerate(value)
        )
        seen: set[str] = set()
        for branch in branches:
            if branch.kind == "union":
                raise self._error(branch.pointer, "a union stands directly inside a union", "Merge the two.")
            if branch.label in seen:
                raise self._error(branch.pointer, f'the union holds "{branch.label}" twice', "Remove one.")
            seen.add(branch.label)
        return AvroType("union", pointer, branches=branches)

    def _named(self, kind: str, value: dict[str, JSON], pointer: str, namespace: str, depth: int) -> AvroType:
        name = self._define(value, pointer, namespace)
        inner = name.rpartition(".")[0]
        aliases = tuple(full_name(alias, inner) for alias in self._aliases(value, pointer, is_full_name))
        if kind == "record":
            self._open.add(name)
            fields = self._fields(value, pointer, inner, depth)
            self._open.discard(name)
            node = AvroType(kind, pointer, name, aliases, fields=fields, notes=_notes(value))
        elif kind == "enum":
            symbols, default = self._symbols(value, pointer)
            node = AvroType(kind, pointer, name, aliases, symbols=symbols, default=default, notes=_notes(value))
        else:
            size = self._size(value, pointer)
            logical = logical_type("fixed", size, value)
            node = AvroType(kind, pointer, name, aliases, size=size, logical=logical, notes=_notes(value))
        self._names[name] = node
        return AvroType("reference", pointer, name)

    def _define(self, value: dict[str, JSON], pointer: str, namespace: str) -> str:
        """Return the full name of a definition (specification, "Names")."""
        name, own = value.get("name"), value.get("namespace", namespace)
        if not isinstance(name, str) or not is_full_name(name):
            raise self._error(join(pointer, "name"), f"{name!r} is not a name")
        if own is None or own == "":
            own = ""
        elif not isinstance(own, str) or not is_full_name(own):
            raise self._error(join(pointer, "namespace"), f"{own!r} is not a namespace")
        full = full_name(name, own)
        if full in PRIMITIVES:
            raise self._error(join(pointer, "name"), f'"{name}" is the name of a primitive type')
        if full in self._names or full in self._open:
            raise self._error(join(pointer, "name"), f'"{full}" is defined twice', "Refer to it by name.")
        return full

    def _aliases(self, value: dict[str, JSON], pointer: str, good: Callable[[object], bool]) -> tuple[str, ...]:
        aliases = value.get("aliases", [])
        if not isinstance(aliases, list) or not all(map(good, aliases)):
            raise self._error(join(pointer, "aliases"), "aliases are a list of names")
        return tuple(str(alias) for alias in aliases)

    def _fields(self, value: dict[str, JSON], pointer: str, namespace: str, depth: int) -> tuple[AvroField, ...]:
        raw = value.get("fields")
        if not isinstance(raw, list):
            raise self._error(pointer, 'a record needs "fields", a list')
        fields: dict[str, AvroField] = {}
        for index, member in enumerate(raw):
            place = join(pointer, "fields", index)
            field = self._field(member, place, namespace, depth)
            if field.name in fields:
                raise self._error(place, f'field "{field.name}" appears twice', "Remove one.")
            fields[field.name] = field
        return tuple(fields.values())

    def _field(self, member: JSON, pointer: str, namespace: str, depth: int) -> AvroField:
        if not isinstance(member, dict) or not is_name(member.get("name")) or "type" not in member:
            raise self._error(pointer, 'a field needs "name" and "type"')
        field = AvroField(
            str(member["name"]),
            self._type(member["type"], join(pointer, "type"), namespace, depth + 1),
            pointer,
            self._aliases(member, pointer, is_name),
            "default" in member,
            member.get("default"),
            {key: member[key] for key in sorted(member) if key not in {"name", "type", "aliases", "default"}},
        )
        if field.has_default:
            self._defaults.append(field)
        return field

    def _symbols(self, value: dict[str, JSON], pointer: str) -> tuple[tuple[str, ...], str]:
        symbols, default = value.get("symbols"), value.get("default")
        if not isinstance(symbols, list) or not all(map(is_name, symbols)):
            raise self._error(join(pointer, "symbols"), "an enum needs a list of symbols, each a name")
        if len(set(map(str, symbols))) != len(symbols):
            raise self._error(join(pointer, "symbols"), "a symbol appears twice", "Remove one.")
        if default is not None and default not in symbols:
            raise self._error(join(pointer, "default"), f"the default {default!r} is not among the symbols")
        return tuple(map(str, symbols)), str(default or "")

    def _size(self, value: dict[str, JSON], pointer: str) -> int:
        size = value.get("size")
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise self._error(join(pointer, "size"), "a fixed needs a size in bytes, not negative")
        return size


_STRUCTURAL = frozenset(
    {"type", "name", "namespace", "aliases", "fields", "symbols", "default", "size", "items", "values"}
    | {"logicalType", "precision", "scale"}
)


def _notes(value: dict[str, JSON]) -> JSON:
    """Return what says something to people only, in key order."""
    return {key: value[key] for key in sorted(value) if key not in _STRUCTURAL} or None
