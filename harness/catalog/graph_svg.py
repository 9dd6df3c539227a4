"""The catalog as SVG, laid out here: systems as boxes from left to right, components inside, named arrows below.

Who needs most stands left, who is needed most right. One arrow stands for everything of one kind that one component
needs of another and has a row of its own, so nothing overlaps however dense the landscape. Every contract stands in
its title, as many as fit in its label. The same catalog gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from harness.catalog.catalog import Catalog
from harness.catalog.graph_parts import Tie, ties

_NODE_W, _NODE_H, _PAD, _HEAD = 124, 34, 12, 26
_BOX_GAP, _MARGIN, _TOP = 16, 24, 66
_ROW, _LETTER = 23, 5.2
_LEGEND_W, _NARROWEST = 760, 30  # pixels; letters that a label may have over however short an arrow
_ARROWS = _TOP + _HEAD + _NODE_H + _PAD + 34
_STYLES = {
    "calls": ("#1d4ed8", ""),
    "waits": ("#b45309", ' stroke-dasharray="6 3"'),
    "depends": ("#57534e", ' stroke-dasharray="2 3"'),
}
_MARKERS = "".join(
    f'<marker id="{kind}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>\n'
    for kind, (colour, _) in _STYLES.items()
)
_MARKERS = f"<defs>\n{_MARKERS}</defs>\n"


@dataclass(frozen=True, slots=True)
class _Page:
    """Where each component stands: the middle of its box, in pixels; systems with left and right edge."""

    middles: Mapping[str, float]
    systems: tuple[tuple[str, float, float], ...]
    width: float
    height: float


def svg(catalog: Catalog, shown: Iterable[str], title: str = "Systems and what flows between them") -> str:
    """Return the picture of the components in `shown`.

    Args:
        catalog: Where they stand.
        shown: References of components.
        title: What the picture is called.
    """
    names = sorted(set(shown))
    arrows = ties(catalog, names)
    page = _page(catalog, names, arrows)
    ordered = sorted(arrows, key=lambda tie: (page.middles[tie.source], page.middles[tie.target], tie.kind))
    body = [
        *(_system(catalog, *each) for each in page.systems),
        *(_lifeline(catalog, ref, middle, page.height) for ref, middle in page.middles.items()),
        *(_arrow(tie, page, _ARROWS + row * _ROW) for row, tie in enumerate(ordered)),
    ]
    width, height = f"{page.width:.0f}", f"{page.height:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Helvetica, Arial, sans-serif" role="img">\n'
        f"<title>{_text(title)}</title>\n{_MARKERS}"
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
        f'<text x="{_MARGIN}" y="30" font-size="18" font-weight="bold" fill="#111827">{_text(title)}</text>\n'
        f'<text x="{_MARGIN}" y="48" font-size="11" fill="#4b5563">An arrow leads from who needs to what it needs. '
        "Blue: calls an API. Orange, dashed: waits for events. Grey, dotted: depends on.</text>\n"
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _page(catalog: Catalog, names: list[str], arrows: tuple[Tie, ...]) -> _Page:
    """Place systems from left (needs most) to right (is needed most), components inside in the same order."""
    weight = dict.fromkeys(names, 0)
    for tie in arrows:
        weight[tie.source] -= len(tie.names)
        weight[tie.target] += len(tie.names)
    groups: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda one: (weight[one], one)):
        groups.setdefault(_system_of(catalog, name), []).append(name)
    middles: dict[str, float] = {}
    systems = []
    x = float(_MARGIN)
    for system in sorted(groups, key=lambda one: (sum(weight[name] for name in groups[one]), one)):
        left = x
        for name in groups[system]:
            middles[name] = x + _PAD + _NODE_W / 2
            x += _NODE_W + _PAD
        x += _PAD
        systems.append((system, left, x))
        x += _BOX_GAP
    return _Page(
        middles, tuple(systems), max(x - _BOX_GAP + _MARGIN, _LEGEND_W), _ARROWS + len(arrows) * _ROW + _MARGIN
    )


def _system_of(catalog: Catalog, name: str) -> str:
    entity = catalog.get(name)
    return entity.refer(entity.spec.get("system"), "system") if entity else ""


def _system(catalog: Catalog, ref: str, left: float, right: float) -> str:
    entity = catalog.get(ref) if ref else None
    title = entity.title if entity else ref or "No system"
    return (
        f"<g><title>{_text(ref or 'no system')}</title>"
        f'<rect x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}" height="{_HEAD + _NODE_H + _PAD}" rx="6" '
        'fill="#f3f4f6" stroke="#9ca3af"/>'
        f'<text x="{left + 8:.1f}" y="{_TOP + 17}" font-size="11" font-weight="bold" fill="#374151">'
        f"{_text(_short(title, int((right - left - 12) / 6.9)))}</text></g>"
    )


def _lifeline(catalog: Catalog, ref: str, middle: float, bottom: float) -> str:
    entity = catalog.get(ref)
    title = entity.title if entity else ref
    top = _TOP + _HEAD
    return (
        f"<g><title>{_text(ref)}</title>"
        f'<path d="M{middle:.1f} {top + _NODE_H}V{bottom - _MARGIN / 2:.1f}" stroke="#d1d5db"/>'
        f'<rect x="{middle - _NODE_W / 2:.1f}" y="{top}" width="{_NODE_W}" height="{_NODE_H}" rx="4" fill="#ffffff" '
        'stroke="#1f2937"/>'
        f'<text x="{middle:.1f}" y="{top + 21}" font-size="12" text-anchor="middle" fill="#111827">'
        f"{_text(_short(title, 17))}</text></g>"
    )


def _arrow(tie: Tie, page: _Page, y: float) -> str:
    """Draw one tie in a row of its own, its label above it: nothing can lie on anything else."""
    start, end = page.middles[tie.source], page.middles[tie.target]
    colour, dash = _STYLES[tie.kind]
    label = _label(tie.names, max(int(abs(end - start) / _LETTER) - 2, _NARROWEST))
    half = len(label) * _LETTER / 2 + 4
    middle = min(max((start + end) / 2, half), page.width - half)
    return (
        f"<g><title>{_text(f'{tie.source} {tie.verb} {tie.target}: ' + ', '.join(tie.names))}</title>"
        f'<circle cx="{start:.1f}" cy="{y}" r="2.5" fill="{colour}"/>'
        f'<path d="M{start:.1f} {y}H{end:.1f}" fill="none" stroke="{colour}" stroke-width="1.4"{dash} '
        f'marker-end="url(#{tie.kind})"/>'
        f'<rect x="{middle - half + 2:.1f}" y="{y - 14}" width="{2 * half - 4:.1f}" height="11" fill="#ffffff"/>'
        f'<text x="{middle:.1f}" y="{y - 5}" font-size="10" text-anchor="middle" fill="{colour}">{_text(label)}</text>'
        "</g>"
    )


def _label(names: tuple[str, ...], most: int) -> str:
    """Return the names that fit, and how many more there are; the title of the arrow holds them all."""
    kept = list(names)
    while len(kept) > 1 and len(", ".join(kept)) + 14 > most:
        kept.pop()
    more = f" and {len(names) - len(kept)} more" if len(kept) < len(names) else ""
    return _short(", ".join(kept), most) + more


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _text(text: str) -> str:
    """Return text that XML takes: markup escaped, control characters (no XML may hold them) made visible."""
    return escape("".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text))
