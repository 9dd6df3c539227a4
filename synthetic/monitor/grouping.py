"""One cause, one alert: which open alert explains another.

Money flows through systems in the order of the workflows' steps, and a component needs those it calls or waits for.
What is wrong upstream is wrong downstream as well, so the alert downstream is kept under the one upstream and nobody
is told twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from harness.catalog import Catalog, Step, Workflow
from harness.model.monitoring import Alert

UNREACHABLE = "unreachable"
_ABSENCE = frozenset(
    {"missing", "late", "state", "order", "unapplied", "application", "entitlement", "collections", UNREACHABLE}
)
"""What follows from something that did not arrive; a wrong amount does not."""
_PORTS = {"sync": "erp-connector", "tax": "tax-engine", "bus": "erp-connector"}
"""Components of the ports that are not called like theirs."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Which systems stand before which.

    Attributes:
        before: System -> every system upstream of it, by ports or component names as alerts use them.
    """

    before: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def explains(self, upstream: str, downstream: str) -> bool:
        """Whether a failure of the first system can show in the second."""
        return _component(upstream) in self.before.get(_component(downstream), frozenset())

    def rank(self, system: str) -> int:
        """How many systems stand before this one: the fewer, the nearer to the cause."""
        return len(self.before.get(_component(system), frozenset()))


def dependencies_of(catalog: Catalog) -> Dependencies:
    """Read them from the order of the workflows' steps, and from what components are said to depend on.

    A system that comes back later in a workflow (billing hears that an invoice was posted) counts where it stood
    first. Where two workflows disagree about two systems, the order that more of them have counts, and none if as
    many have the other.
    """
    votes: Counter[tuple[str, str]] = Counter()
    for flow in catalog.workflows():
        votes.update(_orders(flow))
    for entity in catalog.of_kind("Component"):
        for relation in catalog.relations_from(entity.ref):
            if relation.type == "dependsOn" and relation.target.lower().startswith("component:"):
                votes[_name(relation.target), entity.name] += 1
    direct: dict[str, set[str]] = {}
    for (first, then), count in list(votes.items()):
        if count > votes[then, first]:
            direct.setdefault(then, set()).add(first)
    reached = {name: _reached(direct[name], direct) for name in direct}
    return Dependencies(
        {
            # systems that wait for each other all the same have no order
            name: frozenset(one for one in found if one != name and name not in reached.get(one, ()))
            for name, found in reached.items()
        }
    )


def _orders(flow: Workflow) -> set[tuple[str, str]]:
    """Return the pairs of systems of one workflow of which the first must have done its part before the second."""
    steps = {step.id: step for step in flow.steps}
    seen: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for step in flow.steps:
        system = _name(step.system)
        if system not in seen:
            seen.add(system)
            pairs |= {(earlier, system) for earlier in _upstream(step, steps) if earlier != system}
    return pairs


def _upstream(step: Step, steps: Mapping[str, Step]) -> set[str]:
    """Return the systems of every step before this one."""
    reached = _reached(step.after, {name: one.after for name, one in steps.items()})
    return {_name(steps[name].system) for name in reached if name in steps}


def _reached(first: Iterable[str], links: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(links.get(name, ()))
    return reached


def grouped(alerts: Sequence[Alert], dependencies: Dependencies) -> dict[str, str]:
    """Return the key of the cause of every alert that has one, by key of the alert.

    An alert is explained by one of the same environment, upstream, of an entity that fits and a kind of failure from
    which its own follows. Causes are looked for among alerts nearer to the source, so none explains its own cause.
    """
    order = sorted(alerts, key=lambda one: _nearness(one, dependencies))
    causes: dict[str, str] = {}
    for index, alert in enumerate(order):
        for earlier in order[:index]:
            if earlier.key not in causes and _follows(earlier, alert, dependencies):
                causes[alert.key] = earlier.key
                break
    return causes


def _nearness(alert: Alert, dependencies: Dependencies) -> tuple[bool, int, datetime, str]:
    return alert.category != UNREACHABLE, dependencies.rank(alert.system), alert.opened, alert.key


def _follows(cause: Alert, alert: Alert, dependencies: Dependencies) -> bool:
    if cause.environment != alert.environment or not cause.system or not alert.system:
        return False
    if cause.entity and alert.entity and cause.entity != alert.entity:
        return False
    same_system = _component(cause.system) == _component(alert.system)
    if not same_system and not dependencies.explains(cause.system, alert.system):
        return False
    if cause.category == UNREACHABLE:
        return alert.category in _ABSENCE
    if same_system:
        return False
    return cause.category == alert.category or ({cause.category, alert.category} <= _ABSENCE)


def _name(ref: str) -> str:
    return ref.rpartition("/")[2].rpartition(":")[2]


def _component(system: str) -> str:
    return _PORTS.get(system, system)
