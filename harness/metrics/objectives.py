"""Objectives as OpenSLO v1 documents, and what is attained of them; counted in runs, since there are few.

The queries of an objective are plain counters with matchers, which Prometheus reads as well as we do; a query we cannot
read is one that only Prometheus can answer, and is said to be so. Source: github.com/OpenSLO/OpenSLO, version v1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction

from harness.documents import Document, EntryKind, Library, parse_all
from harness.documents.globs import matching
from harness.metrics.families import Family
from harness.model import JSON, HarnessError, Location, UnreadableError

GLOBS = ("catalog/objectives/**/*.yaml", "catalog/objectives/**/*.yml")
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_MATCHER = re.compile(r'\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"([^"\\]*)"\s*(?:,|$)', re.ASCII)
_PLAIN = re.compile(r"[\w.+|-]*", re.ASCII)


GROSS = Fraction(1, 100)
"""A miss is said with however few events if it were rarer than this by chance alone."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; `values` are those it names, `wanted` whether the label must or must not have one."""

    label: str
    values: frozenset[str]
    wanted: bool


@dataclass(frozen=True, slots=True)
class Selector:
    """A counter and conditions, as Prometheus writes them: `name{result="posted"}`."""

    name: str
    matchers: tuple[Matcher, ...]
    text: str

    def value(self, families: Iterable[Family]) -> int:
        """Return the sum of the samples it selects."""
        return int(
            sum(
                value
                for family in families
                for name, labels, value in family.flat()
                if name == self.name and self._takes(dict(labels))
            )
        )

    def _takes(self, labels: Mapping[str, str]) -> bool:
        return all((labels.get(one.label, "") in one.values) is one.wanted for one in self.matchers)


@dataclass(frozen=True, slots=True)
class Objective:
    """One target of one SLO.

    Attributes:
        name: Of the SLO.
        title: For people.
        description: What it means.
        service: What it is about, such as the name of a critical workflow.
        target: Share that must be good.
        window: Rolling length.
        good: Numerator, None where only Prometheus can read the query.
        total: Denominator, the same.
        queries: Both as they are written.
        place: Where it stands.
        query_places: Where the queries stand, the good one first.
    """

    name: str
    title: str
    description: str
    service: str
    target: Fraction
    window: timedelta
    good: Selector | None
    total: Selector | None
    queries: tuple[str, str]
    place: Location
    query_places: tuple[Location, ...] = ()


class State(StrEnum):
    """Whether an objective is attained."""

    MET = "met"
    MISSED = "missed"
    TOO_FEW = "too few"
    NOTHING = "nothing compared"
    ELSEWHERE = "only Prometheus can tell"


@dataclass(frozen=True, slots=True)
class Attained:
    """What is attained of an objective.

    Attributes:
        objective: Which.
        good: Numerator in the window.
        total: Denominator.
    """

    objective: Objective
    good: int
    total: int

    @property
    def share(self) -> Fraction | None:
        """Good of total, None of nothing."""
        return Fraction(self.good, self.total) if self.total else None

    @property
    def allowed(self) -> int:
        """How many may be bad of so many."""
        return math.floor((1 - self.objective.target) * self.total)

    @property
    def spent(self) -> int:
        """How many were bad."""
        return self.total - self.good

    @property
    def left(self) -> int:
        """Budget left, in runs or events; below 0 it is overdrawn."""
        return self.allowed - self.spent

    @property
    def needed(self) -> int:
        """The least total of which a single bad one is allowed; below it the target is all or nothing."""
        return math.ceil(1 / (1 - self.objective.target)) if self.objective.target < 1 else 1

    @property
    def chance(self) -> Fraction:
        """Chance of so many bad ones or more among the total if just the target were met: exact binomial tail."""
        bad = 1 - self.objective.target
        return 1 - sum(
            (math.comb(self.total, n) * bad**n * (1 - bad) ** (self.total - n) for n in range(self.spent)), Fraction()
        )

    @property
    def state(self) -> State:
        """Met, missed, or why neither can be said.

        One bad of a few says little: 99 % of 30 runs is no claim. Three of eleven say enough: were the target met, so
        many would be bad less than once in a hundred times.
        """
        if self.objective.good is None or self.objective.total is None:
            return State.ELSEWHERE
        if not self.total:
            return State.NOTHING
        if self.spent and self.total < self.needed:
            return State.MISSED if self.chance < GROSS else State.TOO_FEW
        return State.MET if self.left >= 0 else State.MISSED


def attained(objective: Objective, families: Iterable[Family]) -> Attained:
    """Return what is attained, from counters that count the objective's window."""
    if objective.good is None or objective.total is None:
        return Attained(objective, 0, 0)
    counted = tuple(families)
    return Attained(objective, objective.good.value(counted), objective.total.value(counted))


def read_objectives(library: Library, globs: Iterable[str] = GLOBS) -> tuple[tuple[Objective, ...], list[HarnessError]]:
    """Return the objectives of a tree, and the documents that could not be read."""
    entries = library.tree.entries()
    found: list[Objective] = []
    problems: list[HarnessError] = []
    for path in dict.fromkeys(path for pattern in globs for path in matching(entries, pattern)):
        if entries[path].kind is not EntryKind.FILE:
            continue
        try:
            for document in parse_all(library.tree.read(path), path):
                found += _objectives(document)
        except HarnessError as error:
            problems.append(error)
    return tuple(found), problems


def is_openslo(value: JSON) -> bool:
    """Whether a document is one of OpenSLO, and so none of Backstage."""
    return isinstance(value, dict) and str(value.get("apiVersion", "")).startswith("openslo/")


def selector(text: str) -> Selector | None:
    """Read a counter with matchers; None for any other expression. No pattern of a file is run as one."""
    head = _NAME.match(text.strip())
    if head is None:
        return None
    rest = text.strip()[head.end() :].strip()
    if not rest:
        return Selector(head.group(), (), text.strip())
    if not (rest.startswith("{") and rest.endswith("}")):
        return None
    matchers = _matchers(rest[1:-1])
    return None if matchers is None else Selector(head.group(), matchers, text.strip())


def _matchers(inside: str) -> tuple[Matcher, ...] | None:
    found = []
    position = 0
    while position < len(inside):
        one = _MATCHER.match(inside, position)
        if one is None:
            return None
        label, operator, value = one.groups()
        if operator in {"=~", "!~"} and not _PLAIN.fullmatch(value):
            return None
        values = frozenset(value.split("|")) if "~" in operator else frozenset({value})
        found.append(Matcher(label, values, operator in {"=", "=~"}))
        position = one.end()
    return tuple(found)


def _objectives(document: Document) -> list[Objective]:
    value = document.value
    if not is_openslo(value) or not isinstance(value, dict):
        raise UnreadableError(
            "this is no OpenSLO document",
            location=document.location(""),
            remedy="apiVersion: openslo/v1 and kind: SLO; catalog entries stand elsewhere.",
        )
    if value["apiVersion"] != "openslo/v1":
        raise _wrong(document, "/apiVersion", f"{value['apiVersion']} is not read", "apiVersion: openslo/v1")
    if value.get("kind") != "SLO":
        return []  # services, alert policies and targets are for other tools
    return [_objective(document, value, index) for index, _ in enumerate(_list(value, "spec", "objectives"))]


def _objective(document: Document, value: dict[str, JSON], index: int) -> Objective:
    name = str(_in(value, "metadata", "name") or "")
    row = _list(value, "spec", "objectives")[index]
    row = row if isinstance(row, dict) else {}
    target = row.get("target", _percent(row))
    pointer = f"/spec/objectives/{index}"
    share = _share(target)
    if not name or target is None:
        raise _wrong(document, pointer if name else "", "an objective needs a name and a target", "target: 0.99")
    if share is None:
        said = f"no objective can be {target}: a target is a share above 0, at most 1"
        raise _wrong(document, f"{pointer}/{'target' if 'target' in row else 'targetPercent'}", said, "target: 0.99")
    if _in(value, "spec", "budgetingMethod") not in {None, "Occurrences"}:
        raise _wrong(document, "/spec/budgetingMethod", "only occurrences are counted here", "Occurrences")
    queries = _query(value, "good"), _query(value, "total")
    if not all(queries):
        raise _wrong(document, "/spec", "an objective needs the queries of a ratio", "indicator.spec.ratioMetric")
    for query in filter(None, map(selector, queries)):
        if not _keeps_apart(query):
            remedy = 'Add source="ledger" or source="probe".'
            raise _wrong(document, "/spec/indicator", f"{query.name} would add synthetic and real figures", remedy)
    several = f" ({row.get('displayName') or index + 1})" if index else ""
    return Objective(
        name=name,
        title=str(_in(value, "metadata", "displayName") or name) + several,
        description=str(_in(value, "spec", "description") or ""),
        service=str(_in(value, "spec", "service") or ""),
        target=share,
        window=_window(document, value),
        good=selector(queries[0]),
        total=selector(queries[1]),
        queries=queries,
        place=document.location(pointer),
        query_places=tuple(
            document.location(f"/spec/indicator/spec/ratioMetric/{part}/metricSource/spec/query")
            for part in ("good", "total")
        ),
    )


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """What share of its conclusive runs a probe must pass, and over how long that is counted."""

    share: Fraction
    window: timedelta


def probe_targets(objectives: Iterable[Objective]) -> dict[str, ProbeTarget]:
    """Return the strictest target of each probe that an objective over runs names; "" for those that none names."""
    found: dict[str, ProbeTarget] = {}
    for one in objectives:
        if one.total is None or one.total.name != "billing_erp_probe_runs_total":
            continue
        named = [row.values for row in one.total.matchers if row.label == "probe" and row.wanted]
        mine = ProbeTarget(one.target, one.window)
        for probe in named[0] if named else {""}:
            known = found.get(probe, mine)
            found[probe] = max(known, mine, key=lambda row: (row.share, row.window))
    return found


def _keeps_apart(one: Selector) -> bool:
    """Whether a query counts one source only; runs of probes have no other."""
    if one.name.startswith(("billing_erp_probe_", "billing_erp_alert_", "contract_")):
        return True
    return any(row.label == "source" and row.wanted and len(row.values) == 1 for row in one.matchers)


def _percent(row: dict[str, JSON]) -> JSON:
    found = _share(row.get("targetPercent"), 100)
    return str(found.numerator / found.denominator) if found is not None else row.get("targetPercent")


def _share(value: JSON, most: int = 1) -> Fraction | None:
    try:
        found = Fraction(str(value)) if not isinstance(value, bool | type(None)) else None
    except (ValueError, ZeroDivisionError):
        return None
    return found / most if found is not None and 0 < found <= most else None


def _window(document: Document, value: dict[str, JSON]) -> timedelta:
    rows = _list(value, "spec", "timeWindow")
    text = str(rows[0].get("duration", "")) if rows and isinstance(rows[0], dict) else ""
    length = parse_window(text)
    if length is None:
        pointer = "/spec/timeWindow" if rows else "/spec"
        raise _wrong(document, pointer, f'"{text}" is no window of fixed length', "timeWindow: [{duration: 28d, ...}]")
    return length


def parse_window(text: str) -> timedelta | None:
    """Return the length of `15m`, `24h`, `28d` or `4w`; None if it is none."""
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS or not (number.isascii() and number.isdigit() and 0 < len(number) < 6 and int(number)):
        return None
    return timedelta(seconds=int(number) * _UNITS[unit])


def _query(value: dict[str, JSON], part: str) -> str:
    found = _in(value, "spec", "indicator", "spec", "ratioMetric", part, "metricSource", "spec", "query")
    return found if isinstance(found, str) else ""


def _in(value: JSON, *names: str) -> JSON:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _list(value: JSON, *names: str) -> list[JSON]:
    found = _in(value, *names)
    return found if isinstance(found, list) else []


def _wrong(document: Document, pointer: str, message: str, remedy: str) -> UnreadableError:
    return UnreadableError(message, location=document.location(pointer), remedy=remedy)
