"""`GET /matrix`: may these versions be deployed? An empty question is refused, never answered with yes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.history import Selector, Target, deployability
from harness.model import JSON, UsageError
from harness.model.deployments import Answer as Answered
from harness.model.deployments import Deployability, DeployRow
from harness.serve.call import Answer, Call

_MEMBER = re.compile(r"(q|ignore)\[(?:\d*)\]\[(\w+)\]")
_TRUE = {"true", "1", "yes"}


def show_matrix(call: Call) -> Answer:
    """Answer the matrix of the selected versions, and whether they may be deployed."""
    selected, ignored = _groups(call.query)
    plain = {name: value for name, value in call.query if "[" not in name}
    if not selected:
        raise UsageError(
            "no pacticipant is selected, so there is nothing to judge",
            remedy="Send q[][pacticipant] and q[][version]; write --pacticipant NAME with a space, not with =.",
        )
    found = deployability(call.history, [_selector(one) for one in selected], _target(plain, ignored))
    return Answer(matrix_body(call, found))


def matrix_body(call: Call, found: Deployability) -> dict[str, JSON]:
    """Return an answer as the official client reads it: `deployable` is null where it is unknown."""
    deployable = {Answered.YES: True, Answered.NO: False, Answered.UNKNOWN: None}[found.answer]
    kind = "success" if deployable else "error"
    counted = [row.answer for row in found.rows if not row.ignored]
    return {
        "summary": {
            "deployable": deployable,
            "reason": "\n".join(found.reasons),
            "success": counted.count(Answered.YES),
            "failed": counted.count(Answered.NO),
            "unknown": counted.count(Answered.UNKNOWN),
        },
        "notices": [{"type": kind, "text": reason} for reason in found.reasons],
        "matrix": [_row(call, row) for row in found.rows],
        "_links": {"self": {"href": f"{call.base}/matrix"}},
    }


def _groups(query: tuple[tuple[str, str], ...]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the `q[]` and `ignore[]` of a query: a name that is there already begins the next group."""
    groups: dict[str, list[dict[str, str]]] = {"q": [], "ignore": []}
    for name, value in query:
        if (found := _MEMBER.fullmatch(name)) is not None:
            listed = groups[found[1]]
            if not listed or found[2] in listed[-1] or (found[2] == "pacticipant" and listed[-1]):
                listed.append({})
            listed[-1][found[2]] = value
    return groups["q"], groups["ignore"]


def _selector(one: Mapping[str, str]) -> Selector:
    known = {"pacticipant", "version", "branch", "tag", "latest", "mainBranch"}
    if unknown := sorted(set(one) - known):
        raise UsageError(f'no selector "{unknown[0]}" of a version', remedy=f"Known: {', '.join(sorted(known))}.")
    for name in ("pacticipant", "version", "branch", "tag"):
        if name in one and not one[name].strip():
            raise UsageError(f"{name} is empty in a selector", remedy="See that the variable behind it is set.")
    if not one.get("pacticipant"):
        raise UsageError("a selector names no pacticipant", remedy="Send q[][pacticipant].")
    return Selector(
        participant=one["pacticipant"],
        version=one.get("version", ""),
        branch=one.get("branch", ""),
        tag=one.get("tag", ""),
        main_branch=one.get("mainBranch", "").lower() in _TRUE,
    )


def _target(plain: Mapping[str, str], ignored: list[dict[str, str]]) -> Target:
    for name in ("environment", "tag", "branch"):
        if name in plain and not plain[name].strip():
            raise UsageError(f"{name} is empty", remedy="See that the variable behind it is set.")
    ignore = frozenset(one.get("pacticipant", "") for one in ignored)
    chosen = {name: plain[name] for name in ("environment", "tag", "branch") if name in plain}
    main = plain.get("mainBranch", "").lower() in _TRUE
    if len(chosen) + main > 1:
        raise UsageError("several targets are named", remedy="Name an environment, a tag or a branch.")
    if "environment" in chosen:
        return Target(environment=chosen["environment"], ignore=ignore)
    return Target(
        branch=chosen.get("branch", ""),
        tag=chosen.get("tag", ""),
        main_branch=main,
        latest=not chosen and not main,
        ignore=ignore,
    )


def _row(call: Call, row: DeployRow) -> dict[str, JSON]:
    verified: JSON = None
    if row.verification:
        path = ("pacts", "provider", row.provider, "consumer", row.consumer, "pact-version", row.sha)
        verified = {
            "success": row.answer is Answered.YES,
            "_links": {"self": call.link(*path, "verification-results", str(row.verification))},
        }
    return {
        "consumer": _version(call, row.consumer, row.consumer_version),
        "provider": _version(call, row.provider, row.provider_version),
        "verificationResult": verified,
        "verificationType": "pact" if verified else None,
        "ignored": row.ignored,
    }


def _version(call: Call, name: str, number: str) -> dict[str, JSON]:
    link: dict[str, JSON] = {"self": call.link("pacticipants", name)}
    version: JSON = None
    if number:
        version = {"number": number, "_links": {"self": call.link("pacticipants", name, "versions", number)}}
    return {"name": name, "version": version, "_links": link}
