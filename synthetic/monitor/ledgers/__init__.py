"""Reads what real ledgers say into the history: page by page, each fact once, with a cursor per list."""

from synthetic.monitor.ledgers.reading import Ledgers, Told, read_ledgers

__all__ = ["Ledgers", "Told", "read_ledgers"]
