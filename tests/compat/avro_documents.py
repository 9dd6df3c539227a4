"""Small Avro schemas for tests, and the comparison of two of them."""

from __future__ import annotations

from harness.compat.avro import compare_avro
from harness.model import ContractComparison, Location


def place(pointer: str) -> Location:
    return Location("schema.avsc", pointer)


def compare(old, new, mode: str = "backward") -> ContractComparison:
    return compare_avro(old, new, old_place=place, new_place=place, mode=mode)


def record(*fields, name: str = "Invoice", **more) -> dict:
    return {"type": "record", "name": name, "fields": list(fields), **more}


def field(name: str, kind, **more) -> dict:
    return {"name": name, "type": kind, **more}


def enum(*symbols: str, **more) -> dict:
    return {"type": "enum", "name": "TaxCode", "symbols": list(symbols), **more}


def decimal(precision: int, scale: int, **more) -> dict:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale, **more}
