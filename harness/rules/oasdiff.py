"""Moves settings of oasdiff here: its check ids, its severity file and its ignore files.

Formats: docs/CUSTOMIZING-CHECKS.md (severity levels) and docs/BREAKING-CHANGES.md (ignoring errors) of oasdiff 1.x.
Its ids are a cross product of subject, keyword and action; ours name the cause once, for both directions. So an id is
recognised by its ending, and ids that a later oasdiff adds in the same manner are recognised, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from harness.model import Level, Location, UnreadableError

_LEVELS = {
    "err": Level.ERROR,
    "error": Level.ERROR,
    "warn": Level.WARNING,
    "warning": Level.WARNING,
    "info": Level.INFO,
}

WITHOUT_RULE: Mapping[str, str] = MappingProxyType(
    {
        "api-schema-removed": "a component that nothing sends or receives cannot break anybody",
        "api-schema-added": "as above",
        "request-property-x-extensible-enum-value-added": "readers were told to expect it",
    }
)
"""Checks of oasdiff that have no rule here, with the reason."""

_WHOLE: Mapping[str, str] = MappingProxyType(
    {
        "api-global-security-added": "security-added",
        "api-global-security-removed": "security-weakened",
        "api-operation-id-added": "operation-id-changed",
        "api-operation-id-changed": "operation-id-changed",
        "api-operation-id-removed": "operation-id-changed",
        "api-security-added": "security-added",
        "api-security-removed": "security-weakened",
        "api-security-scope-added": "scope-added",
        "api-security-scope-removed": "security-weakened",
        "api-sunset-date-changed-too-small": "sunset-moved-earlier",
        "api-sunset-date-too-small": "sunset-moved-earlier",
        "endpoint-added": "operation-added",
        "endpoint-deprecated": "operation-deprecated",
        "endpoint-deprecated-with-sunset": "operation-deprecated",
        "endpoint-reactivated": "operation-reinstated",
        "new-optional-request-property": "field-added",
        "new-required-request-header-property": "field-added-required",
        "new-required-request-property": "field-added-required",
        "new-required-request-property-with-default": "field-added",
        "request-body-added-optional": "request-body-added",
        "request-body-added-required": "request-body-added-required",
        "request-body-became-optional": "request-body-became-optional",
        "request-body-became-required": "request-body-became-required",
        "request-body-removed": "request-body-removed",
        "request-parameter-became-optional": "parameter-became-optional",
        "request-parameter-became-required": "parameter-became-required",
        "request-parameter-deprecated": "parameter-deprecated",
        "request-parameter-deprecated-with-sunset": "parameter-deprecated",
        "request-parameter-reactivated": "parameter-reinstated",
        "request-parameter-removed": "parameter-removed",
        "response-header-became-optional": "header-became-optional",
        "response-non-success-status-added": "response-added",
        "response-non-success-status-removed": "response-removed",
        "response-success-status-added": "response-added",
        "response-success-status-removed": "response-removed",
    }
)

_STARTS: tuple[tuple[str, str], ...] = (
    ("api-path-removed", "operation-removed"),
    ("api-removed", "operation-removed"),
    ("api-tag-", "tags-changed"),
    ("api-security-component-", "security-scheme-changed"),
    ("new-optional-request-", "parameter-added"),
    ("new-required-request-", "parameter-added-required"),
    ("request-parameter-default-value-", "parameter-default-changed"),
)

_ENDS: tuple[tuple[str, str], ...] = (
    ("sunset-parse", "sunset-unreadable"),
    ("sunset-deleted", "sunset-removed"),
    ("sunset-date-too-small", "sunset-moved-earlier"),
    ("stability-decreased", "stability-lowered"),
    ("stability-increased", "stability-raised"),
    ("invalid-stability-level", "stability-unknown"),
    ("media-type-schema-added", "schema-added"),
    ("media-type-schema-removed", "schema-removed"),
    ("content-media-type-added", "content-changed"),
    ("content-media-type-changed", "content-changed"),
    ("content-media-type-removed", "content-changed"),
    ("media-type-added", "media-type-added"),
    ("media-type-removed", "media-type-removed"),
    ("response-header-removed", "header-removed"),
    ("response-header-added", "header-added"),
    ("x-extensible-enum-value-added", "extensible-enum-value-added"),
    ("x-extensible-enum-value-removed", "extensible-enum-value-removed"),
    ("enum-value-added", "enum-value-added"),
    ("enum-value-removed", "enum-value-removed"),
    ("became-enum", "enum-added"),
    ("const-added", "enum-added"),
    ("const-changed", "enum-value-removed"),
    ("const-removed", "enum-removed"),
    ("annotation-only", "text-changed"),
    ("wrapped-in-one-of", "union-changed"),
    ("one-of-added", "union-branch-added"),
    ("any-of-added", "union-branch-added"),
    ("one-of-removed", "union-branch-removed"),
    ("any-of-removed", "union-branch-removed"),
    ("all-of-added", "schema-changed"),
    ("all-of-removed", "schema-changed"),
    ("became-not-nullable", "null-refused"),
    ("became-nullable", "null-allowed"),
    ("list-of-types-narrowed", "type-narrowed"),
    ("list-of-types-widened", "type-widened"),
    ("type-generalized", "type-widened"),
    ("type-specialized", "type-narrowed"),
    ("type-compatible", "type-narrowed"),
    ("type-changed", "type-changed"),
    ("pattern-property-added", "pattern-properties-changed"),
    ("pattern-property-removed", "pattern-properties-changed"),
    ("pattern-property-changed", "pattern-properties-changed"),
    ("pattern-added", "pattern-added"),
    ("pattern-changed", "pattern-changed"),
    ("pattern-generalized", "pattern-changed"),
    ("pattern-removed", "pattern-removed"),
    ("became-not-read-only", "field-no-longer-read-only"),
    ("became-read-only", "field-became-read-only"),
    ("became-not-write-only", "field-no-longer-write-only"),
    ("became-write-only", "field-became-write-only"),
    ("property-became-optional", "field-became-optional"),
    ("property-became-required", "field-became-required"),
    ("property-became-required-with-default", "field-became-required"),
    ("property-deprecated", "field-deprecated"),
    ("property-deprecated-with-sunset", "field-deprecated"),
    ("property-reactivated", "field-reinstated"),
    ("property-added", "field-added"),
    ("property-removed", "field-withdrawn"),
)

# Keywords whose every action is one rule, and those where tighter and looser are two.
_KEYWORDS: tuple[tuple[str, str], ...] = (
    ("content-encoding", "content-changed"),
    ("content-schema", "content-changed"),
    ("default-value", "default-changed"),
    ("dependent-required", "dependent-required-changed"),
    ("dependent-schema", "dependent-schemas-changed"),
    ("discriminator-mapping", "discriminator-mapping-changed"),
    ("discriminator", "discriminator-changed"),
    ("prefix-items", "prefix-items-changed"),
    ("property-names", "property-names-changed"),
    ("unevaluated-items", "unevaluated-changed"),
    ("unevaluated-properties", "unevaluated-changed"),
    ("min-contains", "contains-changed"),
    ("max-contains", "contains-changed"),
    ("contains", "contains-changed"),
    ("if", "condition-changed"),
    ("then", "condition-changed"),
    ("else", "condition-changed"),
    ("not", "not-changed"),
)
_LIMITS: tuple[tuple[str, str], ...] = (
    ("length", "length"),
    ("items", "item-count"),
    ("properties", "property-count"),
    ("", "bounds"),
)
_ACTIONS = ("added", "changed", "removed", "deleted", "increased", "decreased", "set", "unset")


def rule_for(check: str) -> str | None:
    """Return the id of our rule that reports what oasdiff's `check` reports, or None."""
    if check in WITHOUT_RULE:
        return None
    if check in _WHOLE:
        return _WHOLE[check]
    by_start = next((rule for start, rule in _STARTS if check.startswith(start)), None)
    if by_start is not None:
        return by_start
    by_end = next((rule for end, rule in _ENDS if check.endswith(f"-{end}") or check == end), None)
    return by_end or _by_limit(check) or _by_keyword(check)


def _by_limit(check: str) -> str | None:
    """Recognise `...-[exclusive-]max[-length|-items|-properties]-(increased|decreased|set|unset)`."""
    for name, rule in _LIMITS:
        for edge in ("max", "min"):
            stem = f"-{edge}-{name}-" if name else f"-{edge}-"
            for action in ("increased", "decreased", "set", "unset"):
                if check.endswith(stem + action):
                    tighter = action in {"set", "decreased" if edge == "max" else "increased"}
                    return f"{rule}-{'tightened' if tighter else 'loosened'}"
    return None


def _by_keyword(check: str) -> str | None:
    return next((rule for word, rule in _KEYWORDS for action in _ACTIONS if check.endswith(f"-{word}-{action}")), None)


def levels_from_severity_file(text: str, path: str) -> dict[str, Level]:
    """Return rule id -> level from the text of a severity-levels file: lines of `check-id err|warn|info|none`.

    Where several checks map to one rule, the loudest level wins: our rule speaks for both directions. `none` is an
    info here, since nothing is hidden. Checks without a rule are left out.

    Raises:
        UnreadableError: A line is not of that form, or names an unknown check or level.
    """
    levels: dict[str, Level] = {}
    for number, words in _lines(text):
        where = Location(path, "", number)
        if len(words) != 2:
            raise UnreadableError("a line is not `check-id level`", location=where, remedy="Write: check-id warn")
        check, word = words
        level = Level.INFO if word.lower() == "none" else _LEVELS.get(word.lower())
        rule = rule_for(check)
        if level is None or (rule is None and check not in WITHOUT_RULE):
            what = f'level "{word}"' if level is None else f'check "{check}"'
            raise UnreadableError(f"unknown {what}", location=where, remedy="Levels are err, warn, info and none.")
        if rule is not None and (rule not in levels or level.rank < levels[rule].rank):
            levels[rule] = level
    return levels


@dataclass(frozen=True, slots=True)
class Ignored:
    """One line of an oasdiff ignore file, to be written as a waiver with reason, approver and expiry.

    Attributes:
        line: Line number from 1.
        method: `GET`, or "" where the line is about a component.
        path: `/invoices/{id}`, or "".
        message: Part of oasdiff's message, lower case.
    """

    line: int
    method: str
    path: str
    message: str


_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def ignored_lines(text: str) -> tuple[Ignored, ...]:
    """Return the lines of an err-ignore or warn-ignore file: `METHOD /path message`, or `message` alone.

    oasdiff compares by part of its wording, which is not ours; so a line becomes a waiver only after a person has
    named the rule. `waivers_from_ignore_file` gives the draft.
    """
    found = []
    for number, words in _lines(text):
        if words[0].lower() in _METHODS and len(words) > 1 and words[1].startswith("/"):
            found.append(Ignored(number, words[0].upper(), words[1], " ".join(words[2:]).lower()))
        else:
            found.append(Ignored(number, "", "", " ".join(words).lower()))
    return tuple(found)


def waivers_from_ignore_file(text: str) -> tuple[dict[str, str], ...]:
    """Return drafts of waivers: `scope` and `reason` filled in, `rule`, `approver`, `ticket`, `expires` left empty."""
    return tuple(
        {
            "rule": "",
            "scope": f"{line.method} {line.path}".strip(),
            "reason": f"ignored in oasdiff: {line.message}",
            "approver": "",
            "ticket": "",
            "expires": "",
        }
        for line in ignored_lines(text)
    )


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return number and words of every line that says something; `#` starts a comment."""
    numbered = ((number, line.partition("#")[0].split()) for number, line in enumerate(text.splitlines(), 1))
    return [(number, words) for number, words in numbered if words]
