"""Objectives as other tools read them: OpenSLO as it stands, Sloth's own and OpenSLO v1alpha, Pyrra's resource."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from harness.metrics.objectives import Matcher, Objective, Selector
from harness.model import JSON

FORMATS = ("sloth", "openslo-v1alpha", "pyrra")
_WINDOW = "{{.window}}"


def exported(objectives: Iterable[Objective], form: str) -> tuple[list[dict[str, JSON]], list[str]]:
    """Return the documents of one format, and a sentence for every objective it cannot express."""
    documents: list[dict[str, JSON]] = []
    left_out: list[str] = []
    for one in objectives:
        made = _MAKERS[form](one)
        if made is None:
            left_out.append(f"{one.name}: {form} cannot express {one.queries[0]} of {one.queries[1]}")
        else:
            documents.append(made)
    return documents, left_out


def _sloth(one: Objective) -> dict[str, JSON]:
    good, total = (_increase(query) for query in one.queries)
    alerting: dict[str, JSON] = {"name": one.name.replace("-", "_")}
    if _is_of_probes(one):
        # burn rates need traffic; probes are judged by runs, and one alert is enough
        alerting |= {"page_alert": {"disable": True}}
    return {
        "version": "prometheus/v1",
        "service": one.service or "contract-harness",
        "slos": [
            {
                "name": one.name,
                "objective": _percent(one.target),
                "description": one.description or one.title,
                "sli": {"events": {"error_query": f"{total} - {good}", "total_query": total}},
                "alerting": alerting,
            }
        ],
    }


def _openslo_v1alpha(one: Objective) -> dict[str, JSON]:
    good, total = (_increase(query) for query in one.queries)

    def source(query: str) -> dict[str, JSON]:
        return {"source": "prometheus", "queryType": "promql", "query": query}

    return {
        "apiVersion": "openslo/v1alpha",
        "kind": "SLO",
        "metadata": {"name": one.name, "displayName": one.title},
        "spec": {
            "service": one.service or "contract-harness",
            "description": one.description or one.title,
            "budgetingMethod": "Occurrences",
            "timeWindows": [{"count": one.window // timedelta(days=1), "unit": "Day", "isRolling": True}],
            "objectives": [
                {
                    "displayName": one.title,
                    "target": _decimal(one.target),
                    "ratioMetrics": {"incremental": True, "good": source(good), "total": source(total)},
                }
            ],
        },
    }


def _pyrra(one: Objective) -> dict[str, JSON] | None:
    indicator = _pyrra_indicator(one)
    if indicator is None:
        return None
    return {
        "apiVersion": "pyrra.dev/v1alpha1",
        "kind": "ServiceLevelObjective",
        "metadata": {"name": one.name, "labels": {"pyrra.dev/service": one.service or "contract-harness"}},
        "spec": {
            "target": str(_percent(one.target)),
            "window": _duration(one.window),
            "description": one.description or one.title,
            "indicator": indicator,
        },
    }


def _pyrra_indicator(one: Objective) -> dict[str, JSON] | None:
    """Pyrra wants the bad ones by a selector: what is selected by the total and not by the one matcher more."""
    good, total = one.good, one.total
    if good is None or total is None:
        return None
    if good.name.endswith("_bucket") and total.name.endswith("_count"):
        return {"latency": {"success": {"metric": good.text}, "total": {"metric": total.text}}}
    bad = _bad(good, total)
    if bad is None:
        return None
    return {"ratio": {"errors": {"metric": _written(bad)}, "total": {"metric": _written(total)}}}


def _bad(good: Selector, total: Selector) -> Selector | None:
    """Return what is selected by the total and not by the good; None where one matcher cannot say it."""
    more = [matcher for matcher in good.matchers if matcher not in total.matchers]
    less = [matcher for matcher in total.matchers if matcher not in good.matchers]
    if good.name != total.name or len(more) != 1 or len(less) > 1:
        return None
    if not less:
        return Selector(total.name, (*total.matchers, Matcher(more[0].label, more[0].values, not more[0].wanted)), "")
    narrowed = less[0].label == more[0].label and less[0].wanted and more[0].wanted and more[0].values < less[0].values
    if not narrowed:
        return None
    rest = Matcher(less[0].label, less[0].values - more[0].values, wanted=True)
    kept = [matcher for matcher in total.matchers if matcher is not less[0]]
    return Selector(total.name, (*kept, rest), "")


def _written(one: Selector) -> str:
    inside = ",".join(_matcher(matcher) for matcher in one.matchers)
    return f"{one.name}{{{inside}}}" if inside else one.name


def _matcher(one: Matcher) -> str:
    several = len(one.values) > 1
    operator = ("=~" if several else "=") if one.wanted else ("!~" if several else "!=")
    return f'{one.label}{operator}"{"|".join(sorted(one.values))}"'


def _increase(query: str) -> str:
    return f"sum(rate({query}[{_WINDOW}]))"


def _is_of_probes(one: Objective) -> bool:
    return 'source="probe"' in one.queries[1] or "billing_erp_probe_" in one.queries[1]


def _percent(share: Fraction) -> Decimal:
    return _decimal(share * 100)


def _decimal(share: Fraction) -> Decimal:
    found = Decimal(share.numerator) / Decimal(share.denominator)
    return Decimal(int(found)) if found == int(found) else found.normalize()


def _duration(window: timedelta) -> str:
    weeks, rest = divmod(window, timedelta(weeks=1))
    return f"{weeks}w" if not rest and weeks else f"{window // timedelta(days=1)}d"


_MAKERS = {"sloth": _sloth, "openslo-v1alpha": _openslo_v1alpha, "pyrra": _pyrra}


def yaml_text(document: dict[str, JSON]) -> str:
    """Return a document as YAML, its keys in the order they were made, long queries on one line."""
    import yaml  # noqa: PLC0415  (only where something is exported)

    return str(yaml.safe_dump(_plain(document), sort_keys=False, allow_unicode=True, width=10_000))


def _plain(value: JSON) -> Any:
    """Return a value in which decimals are what YAML can write."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value
