"""What arrived, as one page for finance: the sentence about money first, then targets, companies, payments, exceptions.

Values only; the template places them. Figures of real ledgers and of probes stand in tables of their own and are never
added; every number has its denominator, window and "as of".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from harness.metrics.facts import Facts, Window
from harness.metrics.families import Family
from harness.metrics.figures import Figure, Latency, spoken
from harness.metrics.objectives import Attained, State
from harness.model.facts import Cursor
from harness.model.monitoring import Alert, AlertState
from harness.model.reconciliation import ExceptionState, ReconciliationException
from harness.report.amounts import money
from harness.report.figures_parts import Cell, Part, closes_part, events_part, response_part
from harness.report.templating import template
from harness.report.words import count

_STALE = 3600.0
_MINUTE = timedelta(minutes=1)
_MOST = 50
_STATES = {
    State.MET: ("yes", "✓ attained"),
    State.MISSED: ("no", "✗ missed"),
    State.TOO_FEW: ("look", "? too few to say"),
    State.NOTHING: ("look", "? nothing compared"),
    State.ELSEWHERE: ("look", "? only Prometheus can tell"),
}
_MONEY = ("invoice-posting-success", "subscription-accuracy", "reconciliation-match")


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """The whole page."""

    title: str
    sentence: str
    kind: str
    as_of: str
    parts: tuple[Part, ...]
    stale: str = ""


def figures_page(  # noqa: PLR0913, PLR0917  (everything that stands on it)
    several: Sequence[Facts],
    window: Window,
    figures: Sequence[Figure],
    latencies: Sequence[Latency],
    attained: Sequence[Attained],
    read: Sequence[Cursor],
    families: Sequence[Family] = (),
) -> FiguresPage:
    """Return the page of one or all environments over a window; `families` are the metrics that figures are made of."""
    names = [one.environment for one in several if one.environment]
    kind, sentence = _sentence(several, figures, window)
    return FiguresPage(
        title=f"What arrived in {', '.join(names) or 'the ledgers'}",
        sentence=sentence,
        kind=kind,
        as_of=f"{window.since:%d %b %Y %H:%M} to {window.until:%d %b %Y %H:%M} UTC",
        parts=(
            _exceptions(several, window.until),
            _targets(attained),
            _figures(
                "Real business by company",
                "Told by billing, ERP and middleware; what probes made is left out.",
                "ledger",
                figures,
            ),
            closes_part(several, window),
            _payments(latencies),
            events_part(families),
            _figures("Synthetic transactions", "Made by probes, and never added to real figures.", "probe", figures),
            _alerts(several, window.until),
            response_part(families),
            _changes(several, window),
            _read(read, window.until),
        ),
        stale=_stale(read, window.until),
    )


def figures_html(page: FiguresPage) -> str:
    """Return the page as one self-contained file: no script, no link to anywhere."""
    return template("figures.html.j2").render(page=page) + "\n"


def _sentence(several: Sequence[Facts], figures: Sequence[Figure], window: Window) -> tuple[str, str]:
    waiting = _waiting(several)
    if waiting:
        sums: dict[str, int] = {}
        for one in waiting:
            sums[one.currency] = sums.get(one.currency, 0) + abs(one.amount or 0)
        told = ", ".join(money(amount, currency) for currency, amount in sorted(sums.items()) if currency)
        where = ", ".join(sorted({one.entity for one in waiting if one.entity}))
        said = f"{count(len(waiting), 'exception')} open" + (f" over {told}" if told else "")
        return "no", f"{said} in {where}." if where else f"{said}."
    posted = [one for one in figures if one.name == "invoice-posting-success" and one.source == "ledger"]
    total, good = sum(one.denominator for one in posted), sum(one.numerator for one in posted)
    length = spoken((window.until - window.since).total_seconds())
    if not total:
        return "look", f"No real invoice was compared in {length}, so nothing can be said of them."
    if good < total:
        return "no", f"{total - good} of {total} invoices of {length} are not in the ledger as they should be."
    all_of_them = f"All {total} invoices of {length} are" if total > 1 else f"The one invoice of {length} is"
    return "yes", f"{all_of_them} in the ledger: once, right, and in time."


def _targets(attained: Sequence[Attained]) -> Part:
    rows = []
    for one in attained:
        kind, state = _STATES[one.state]
        share = _percent(one) if one.share is not None else "-"
        rows.append(
            (
                Cell(one.objective.title),
                Cell(state, kind),
                Cell(share),
                Cell(f"{float(one.objective.target * 100):g} %"),
                Cell(f"{one.good} of {one.total} in {one.objective.window.days} d"),
                Cell(_left(one), "quiet"),
            )
        )
    head = ("Target", "State", "Attained", "Wanted", "Counted", "Budget")
    return Part(
        "Targets",
        "Objectives of the catalog; budgets are whole invoices or runs.",
        head,
        tuple(rows),
        "No target is written here.",
    )


def _left(one: Attained) -> str:
    if one.state in {State.NOTHING, State.ELSEWHERE}:
        return ""
    if one.total < one.needed and one.state is State.MISSED:
        return f"{one.spent} bad of {one.total} is no chance"
    if one.total < one.needed:
        return f"the first may fail from {one.needed:,} on"
    return f"{one.left} of {one.allowed} left" if one.left >= 0 else f"{one.spent} failed, {one.allowed} allowed"


def _percent(one: Attained) -> str:
    share = one.share
    if share is None:
        return "-"
    hundredths = share * 10000
    whole = hundredths.numerator // hundredths.denominator
    return f"{whole // 100}.{whole % 100:02} %" if whole % 100 else f"{whole // 100} %"


def _figures(title: str, about: str, source: str, figures: Sequence[Figure]) -> Part:
    mine = [one for one in figures if one.source == source]
    first = {name: place for place, name in enumerate(_MONEY)}
    rows = []
    for one in sorted(mine, key=lambda row: (row.entity or "~", first.get(row.name, 9), row.title)):
        if one.share is None:
            continue
        bad = one.numerator < one.denominator if one.good else one.numerator > 0
        share = one.share * 1000
        told = f"{share.numerator // share.denominator / 10:g} %"
        glyph = "✗ " if bad else "✓ "
        rows.append(
            (
                Cell(one.entity or "all companies", "" if one.entity else "quiet"),
                Cell(one.title),
                Cell(glyph + told, "no" if bad else "yes"),
                Cell(f"{one.numerator:,} of {one.denominator:,}"),
            )
        )
    return Part(title, about, ("Company", "What", "Share", "Counted"), tuple(rows), "Nothing compared.")


def _payments(latencies: Sequence[Latency]) -> Part:
    rows = []
    for one in latencies:
        if one.source != "ledger":
            continue
        known = dict(one.percentiles)
        cells = [Cell("longer" if (value := known.get(rank)) is None else spoken(value)) for rank in (50, 95)]
        waits = f"✗ {count(one.waiting, 'payment')}, the oldest for {spoken(one.oldest)}" if one.oldest else "✓ none"
        rows.append((Cell(one.entity), Cell(f"{one.count:,}"), *cells, Cell(waits, "no" if one.oldest else "yes")))
    head = ("Company", "Applied", "Half within", "95 of 100 within", "Not applied yet")
    about = "From paid to applied in the ERP, by the systems' clocks; those that wait count as the slowest."
    return Part("Payments until applied", about, head, tuple(rows), "No real payment in this time.")


def _exceptions(several: Sequence[Facts], now: datetime) -> Part:
    found = _waiting(several)
    rows = tuple(
        (
            Cell(one.entity),
            Cell(f"✗ {one.category}", "no"),
            Cell(money(abs(one.amount), one.currency) if one.amount is not None else "-"),
            Cell(_object(one.details)),
            Cell(_age(one.first_seen, now)),
            Cell(one.owner or "nobody yet", "" if one.owner else "look"),
        )
        for one in sorted(found, key=lambda row: (-(abs(row.amount or 0)), row.key))[:_MOST]
    )
    head = ("Company", "What is wrong", "Difference", "Document", "For", "Who is at it")
    return Part("Exceptions open now", "What two systems do not agree on.", head, rows, "✓ None.")


def _waiting(several: Sequence[Facts]) -> list[ReconciliationException]:
    """Return the exceptions of real business that wait for somebody; those of probes stand in no sum with them."""
    return [
        one
        for facts in several
        for one in facts.exceptions
        if one.closed_at is None and one.state is ExceptionState.OPEN and one.source == "ledger"
    ]


def _age(since: datetime, now: datetime) -> str:
    return "just now" if now - since < _MINUTE else spoken((now - since).total_seconds())


def _object(details: object) -> str:
    found = details if isinstance(details, dict) else {}
    return str(found.get("invoice") or found.get("object") or "-")


def _alerts(several: Sequence[Facts], now: datetime) -> Part:
    found: list[Alert] = [one for facts in several for one in facts.alerts if one.state is not AlertState.CLOSED]
    rows = tuple(
        (
            Cell(f"✗ {one.level}", "no"),
            Cell(str(one.details.get("sentence", "")) if isinstance(one.details, dict) else one.key),
            Cell(one.entity or "-"),
            Cell(_age(one.opened, now)),
            Cell(one.owner or "nobody yet", "" if one.owner else "look"),
        )
        for one in found[:_MOST]
    )
    return Part(
        "Alerts open now", "One cause, one alert.", ("Level", "What", "Company", "For", "Who is at it"), rows, "✓ None."
    )


def _changes(several: Sequence[Facts], window: Window) -> Part:
    found = sorted(
        (one for facts in several for one in facts.changes if window.has(one.merged_at)), key=lambda one: one.merged_at
    )
    rows = tuple(
        (
            Cell(f"{one.merged_at:%d %b %H:%M} UTC"),
            Cell(one.commit),
            Cell(
                ", ".join(one.contracts[:3]) + (f" and {len(one.contracts) - 3} more" if len(one.contracts) > 3 else "")
            ),
            Cell(f"✗ {one.failed_by}", "no") if one.failed_at else Cell("✓ none", "yes"),
        )
        for one in reversed(found[-_MOST:])
    )
    head = ("Merged", "Commit", "Contracts", "Failure traced to it")
    return Part("Contract changes", "What came before a failure within 7 days.", head, rows, "None in this time.")


def _read(read: Sequence[Cursor], now: datetime) -> Part:
    rows = tuple(
        (
            Cell(one.environment),
            Cell(one.name),
            Cell(_age(one.at, now) if now - one.at < _MINUTE else f"{_age(one.at, now)} ago"),
            Cell(f"? not read: {one.problem}", "look") if one.problem else Cell("✓ complete", "yes"),
        )
        for one in read
        if "." not in one.name
    )
    return Part(
        "Where this comes from",
        "Lists of the ledgers.",
        ("Environment", "List", "Read", "State"),
        rows,
        "No ledger was read.",
    )


def _stale(read: Sequence[Cursor], now: datetime) -> str:
    """Return how old the ledgers' figures are, "" while they are fresh."""
    newest = max((one.at for one in read), default=None)
    if newest is None or (now - newest).total_seconds() < _STALE:
        return ""
    return f"The ledgers were read {spoken((now - newest).total_seconds())} ago: what is here may be over, or worse."
