"""OpenMetrics 1.0 text of metric families. Source: the specification, "Text format" and "Types"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from harness.metrics.families import Family, Kind, Labels, number_text

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def openmetrics(families: Iterable[Family], created: datetime) -> str:
    """Return the text of an exposition, `# EOF` at its end.

    Args:
        families: What is exposed; those without a sample are named all the same, so that a query finds them.
        created: Since when counters count.
    """
    lines = [line for family in families for line in _family(family, created)]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _family(family: Family, created: datetime) -> list[str]:
    name = family.prometheus
    lines = [f"# TYPE {name} {family.kind.value}"]
    if family.unit == "s":
        lines.append(f"# UNIT {name} seconds")
    lines.append(f"# HELP {name} {_escaped(family.help)}")
    stamp = f"{created.timestamp():.3f}"
    if family.kind is Kind.HISTOGRAM:
        for one in family.histograms:  # every line of one set of labels together, as the format wants
            alone = replace(family, histograms=(one,))
            lines += [f"{sample}{_labels(labels)} {number_text(value)}" for sample, labels, value in _in_order(alone)]
            lines.append(f"{name}_created{_labels(one.labels)} {stamp}")
        return lines
    for sample, labels, value in family.flat():
        lines.append(f"{sample}{_labels(labels)} {number_text(value)}")
        if family.kind is Kind.COUNTER:
            lines.append(f"{name}_created{_labels(labels)} {stamp}")
    return lines


def _in_order(family: Family) -> Iterable[tuple[str, Labels, float]]:
    """Yield the samples of a histogram; its bounds are floats to OpenMetrics: `10.0`."""
    for sample, labels, value in family.flat():
        yield sample, tuple((key, _bound(text) if key == "le" else text) for key, text in labels), value


def _bound(text: str) -> str:
    return text if text == "+Inf" or "." in text else f"{text}.0"


def _labels(labels: Labels) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{inside}}}" if inside else ""


def _escaped(text: str) -> str:
    """Return a text for a label or a help line; control characters would end a line of the exposition."""
    plain = text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    return "".join(letter if letter >= " " else "?" for letter in plain)
