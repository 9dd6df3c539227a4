"""The screen of `harness compare`: the sentence, then each change with its proof, then the next command."""

from __future__ import annotations

from harness.model import Basis, Bump, Change, ContentModel, ContractComparison, ContractKind, Location, Side, Verdict
from harness.report.payload import one_line
from harness.report.printable import printable
from harness.report.words import GLYPHS, count, day, next_version

_MODELS = {
    ContentModel.DECLARED: "declared (readers ignore unknown fields; `format` is asserted)",
    ContentModel.OPEN: "open (plain JSON Schema: unknown fields are allowed, `format` is an annotation)",
    ContentModel.LENIENT: "lenient (undeclared fields are ignored on both sides)",
}
_BASES = {
    Basis.INCLUSION: "inclusion proved",
    Basis.PROJECTION: "proved on views",
    Basis.RULE: "by rule",
}
_TITLE_COLUMN = 54


def comparison_text(comparison: ContractComparison, declared: Bump, *, most: int = 20) -> str:
    """Return the whole screen for one comparison, without colour.

    Args:
        comparison: What was found.
        declared: The step between the two version numbers.
        most: How many changes of each verdict are shown before they are counted only.
    """
    lines = [headline(comparison, declared)]
    for verdict in (Verdict.BREAKING, Verdict.UNPROVEN, Verdict.COMPATIBLE):
        chosen = [change for change in comparison.changes if change.verdict is verdict]
        for change in chosen[:most]:
            lines += change_lines(change, comparison)
        if len(chosen) > most:
            lines.append(f"  … and {len(chosen) - most} more {verdict} (all of them: --all, or --format json)")
    lines += [f"Note: {printable(note)}" for note in comparison.notes]
    if comparison.changes:
        lines.append(_judged_by(comparison))
    if comparison.as_of:
        lines.append(f"Sunsets as of {day(comparison.as_of)}")
    return "\n".join(lines) + "\n"


def _judged_by(comparison: ContractComparison) -> str:
    """Say which rules decided; the content models are not for Avro, whose specification resolves schemas itself."""
    if comparison.kind is ContractKind.AVRO:
        return "Judged by: schema resolution of the Avro specification"
    return f"Content model: {_MODELS[comparison.content_model]}"


def headline(comparison: ContractComparison, declared: Bump) -> str:
    """Return the first sentence: the verdict, how many of how many, and what the version number says."""
    if not comparison.changes:
        return f"✓ No change in what the contract says.{_directions(comparison)}"
    total = len(comparison.changes)
    hurt = sum(change.verdict is comparison.verdict for change in comparison.changes)
    words = {
        Verdict.BREAKING: f"Breaking: {hurt} of {count(total, 'change')}.",
        Verdict.UNPROVEN: f"Could not tell: {hurt} of {count(total, 'change')} not proved.",
        Verdict.COMPATIBLE: f"Compatible: {count(total, 'change')}.",
    }
    verdict = f"{GLYPHS[comparison.verdict]} {words[comparison.verdict]}{_directions(comparison)}"
    return f"{verdict} {version_words(comparison, declared)}".rstrip()


def _directions(comparison: ContractComparison) -> str:
    if comparison.backward is None and comparison.forward is None:
        return ""
    parts = [
        f"{name} {verdict}"
        for name, verdict in (("backward", comparison.backward), ("forward", comparison.forward))
        if verdict is not None
    ]
    return " " + ", ".join(parts).capitalize() + "."


def version_words(comparison: ContractComparison, declared: Bump) -> str:
    """Return `Version says 2.4.0 (minor), the change needs 3.0.0 (major).`, as far as versions are known."""
    needed = comparison.required_bump
    if not comparison.new_version:
        return f"The change needs a {needed} version step." if needed is not Bump.NONE else ""
    if comparison.old_version == comparison.new_version:
        return f"The version stays {printable(comparison.new_version)}; the change needs {_target(comparison, needed)}."
    said = f"Version says {printable(comparison.new_version)} ({declared})"
    if declared.covers(needed):
        return f"{said}, enough for what changed ({needed})."
    return f"{said}, the change needs {_target(comparison, needed)}."


def _target(comparison: ContractComparison, needed: Bump) -> str:
    version = next_version(comparison.old_version, needed)
    return f"{version} ({needed})" if version else f"a {needed} step"


def change_lines(change: Change, comparison: ContractComparison) -> list[str]:
    """Return the lines of one change: title with reach and rule, place, both sides, proof, way out."""
    lines = [_title(change)]
    if change.verdict is Verdict.COMPATIBLE:
        return lines
    lines.append(f"    {_place(change.location)}")
    lines += _sides(change, comparison)
    if change.witness:
        lines += _proof(change, comparison)
    elif change.verdict is Verdict.BREAKING:
        lines.append(f"    By rule, no payload is needed to show it: harness explain {change.rule}")
    if change.reason:
        lines.append(f"    Not proved safe: {printable(change.reason, 300)}")
    if change.settle:
        lines.append(f"    Way out: {printable(change.settle, 300)}")
    return lines


def _title(change: Change) -> str:
    title = f"{GLYPHS[change.verdict]} {printable(change.title, 110)}"
    loud = "" if change.level == _usual_level(change.verdict) else f"{change.level}   "
    return f"{title.ljust(_TITLE_COLUMN)}  {_reach(change).ljust(24)} {loud}{change.rule}".rstrip()


def _usual_level(verdict: Verdict) -> str:
    return {"breaking": "error", "unproven": "warning", "compatible": "info"}[verdict]


def _reach(change: Change) -> str:
    if change.verdict is Verdict.COMPATIBLE:
        return f"compatible, {_BASES[change.basis]}"
    if len(change.reached_from) == 1:
        return printable(change.reached_from[0], 40)
    is_event = any(carrier.startswith(("event", "message")) for carrier in change.reached_from)
    noun = "message" if is_event else {"received": "request", "sent": "response"}.get(change.direction or "", "place")
    return count(len(change.reached_from), noun) if change.reached_from else ""


def _place(location: Location) -> str:
    return f"{printable(location)}   #{printable(location.pointer)}"


def side_names(comparison: ContractComparison) -> tuple[str, str]:
    """Return what to call the two sides: their versions where they differ, else old and new."""
    names = (comparison.old_version or "old", comparison.new_version or "new")
    return names if names[0] != names[1] else ("old", "new")


def _sides(change: Change, comparison: ContractComparison) -> list[str]:
    """Return what each side says at the changed place."""
    names = side_names(comparison)
    width = max(map(len, names))
    rows = [
        (name, value) for name, value in zip(names, (change.before, change.after), strict=True) if value is not None
    ]
    return [f"    {printable(name).ljust(width)}  {one_line(value).text}" for name, value in rows]


def _proof(change: Change, comparison: ContractComparison) -> list[str]:
    """Return the witness as the request, response or message that breaks, the failing place marked."""
    witness = change.witness
    if witness is None:
        return []
    embedded = witness.payload is not None
    value, mark = (witness.payload, witness.payload_failing) if embedded else (witness.instance, witness.failing)
    line = one_line(value, mark)
    old, new = side_names(comparison)
    accepts, refuses = (old, new) if witness.valid_under is Side.OLD else (new, old)
    lines = [f"    Proof: {_carrier(change)}", f"      {line.text}"]
    error = f"{printable(refuses)}: {printable(witness.error, 120)}"
    lines.append(f"      {line.marker}  {error}" if line.marker.strip() else f"      {error}")
    if witness.checked_with:
        lines.append(f"    Checked with {printable(witness.checked_with)}: {_checked(accepts, refuses, witness.view)}.")
    return lines


def _carrier(change: Change) -> str:
    """Say in words where the payload travels and what is new about it."""
    carrier = change.witness.carrier if change.witness else ""
    where = printable(carrier or (change.reached_from[0] if change.reached_from else "this payload"), 120)
    if change.witness and change.witness.valid_under is Side.NEW:
        return f"{where} may now be"
    if change.direction == "sent":
        return f"{where} was, and readers may use what it lost"
    return f"{where} was accepted with" if change.direction == "received" else where


def _checked(accepts: str, refuses: str, view: str) -> str:
    views = "" if view == "raw" else " (as a reader or writer of the content model sees it)"
    return f"valid under {printable(accepts)}, refused under {printable(refuses)}{views}"
