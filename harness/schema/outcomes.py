"""What became of a goal, and of a branch of its tableau."""

from __future__ import annotations

from dataclasses import dataclass

from harness.schema.nodes import Node

Goal = frozenset[Node]
"""Formulas about one value."""
Tree = tuple[object, ...]
"""A closed tableau: its kind, then what `derivation.py` lists for the kind."""


@dataclass(frozen=True, slots=True)
class Found:
    """The goal has a value."""

    value: object


@dataclass(frozen=True, slots=True)
class Refuted:
    """The goal has no value; the closed tableau."""

    tree: Tree


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither a value nor a refutation; with the reason."""

    reason: str


Outcome = Found | Refuted | Unknown


@dataclass(frozen=True, slots=True)
class Closed:
    """A branch without a value: the decisions it rests on (a bit each), and the tree."""

    rests_on: int
    tree: Tree
