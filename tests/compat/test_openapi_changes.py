"""Around the schema: operations, parameters, bodies, answers, security, lifecycle, as the decision table says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from openapi_documents import compare, document, only, rules

from harness.compat.bumps import required_bump
from harness.model import Basis, Bump, Direction, Level, Verdict

STRING = {"type": "string"}
DONE = {"responses": {"204": {"description": "done"}}}


def with_parameters(*parameters: dict[str, Any], path: str = "/invoices") -> dict[str, Any]:
    return document({path: {"get": {**DONE, "parameters": list(parameters)}}})


def query(name: str, schema: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema or STRING, **more}


def operation(**more: Any) -> dict[str, Any]:
    return document({"/invoices": {"get": {**DONE, **more}}})


def nothing() -> dict[str, Any]:
    return document({"/other": {"get": DONE}})


def invoices(**more: Any) -> dict[str, Any]:
    found = nothing()
    found["paths"]["/invoices"] = {"get": {**DONE, **more}}
    return found


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, Verdict.BREAKING),
        ({"deprecated": True}, Verdict.COMPATIBLE),
        ({"deprecated": True, "x-sunset": "2026-06-30"}, Verdict.COMPATIBLE),
        ({"deprecated": True, "x-sunset": "2026-07-02"}, Verdict.BREAKING),
        ({"deprecated": True, "x-sunset": "soon"}, Verdict.BREAKING),
        ({"x-stability-level": "alpha"}, Verdict.COMPATIBLE),
    ],
)
def test_an_operation_may_go_only_after_it_was_announced(more: dict[str, Any], expected: Verdict) -> None:
    change = only(compare(invoices(**more), nothing()))
    assert (change.rule, change.verdict, change.basis) == ("operation-removed", expected, Basis.RULE)
    assert change.title.startswith("GET /invoices removed")
    assert change.reached_from == ("GET /invoices",)


def test_the_day_of_the_question_decides_about_a_sunset() -> None:
    old = invoices(deprecated=True, **{"x-sunset": "2026-07-02"})
    assert compare(old, nothing(), as_of=date(2026, 7, 3)).verdict is Verdict.COMPATIBLE
    assert compare(old, nothing(), as_of=None).verdict is Verdict.BREAKING


@pytest.mark.parametrize(
    ("before", "after", "rule", "verdict"),
    [
        ({"x-sunset": "2027-01-01"}, {}, "sunset-removed", Verdict.BREAKING),
        ({"x-sunset": "2027-01-01"}, {"x-sunset": "2026-12-01"}, "sunset-moved-earlier", Verdict.BREAKING),
        ({"x-sunset": "2027-01-01"}, {"x-sunset": "2027-02-01"}, "sunset-moved-later", Verdict.COMPATIBLE),
        ({}, {"x-sunset": "2027-02-01T00:00:00Z"}, "sunset-added", Verdict.COMPATIBLE),
        ({}, {"x-sunset": "some day"}, "sunset-unreadable", Verdict.BREAKING),
        ({"x-stability-level": "stable"}, {"x-stability-level": "beta"}, "stability-lowered", Verdict.BREAKING),
        ({"x-stability-level": "alpha"}, {"x-stability-level": "beta"}, "stability-raised", Verdict.COMPATIBLE),
        ({}, {"x-stability-level": "rock solid"}, "stability-unknown", Verdict.BREAKING),
    ],
)
def test_promises_about_the_end_are_kept(
    before: dict[str, Any], after: dict[str, Any], rule: str, verdict: Verdict
) -> None:
    change = only(compare(operation(deprecated=True, **before), operation(deprecated=True, **after)))
    assert (change.rule, change.verdict) == (rule, verdict)


def test_a_date_nobody_could_read_is_told_when_it_begins_to_matter() -> None:
    more = {"x-sunset": "some day"}
    found = compare(operation(**more), operation(deprecated=True, **more))
    assert sorted(rules(found)) == ["operation-deprecated", "sunset-unreadable"]
    assert found.verdict is Verdict.BREAKING
    assert compare(operation(deprecated=True, **more), operation(deprecated=True, **more)).changes == ()


def test_the_names_of_path_parameters_mean_nothing() -> None:
    def path(name: str) -> dict[str, Any]:
        parameter = {"name": name, "in": "path", "required": True, "schema": STRING}
        return with_parameters(parameter, path=f"/invoices/{{{name}}}")

    assert compare(path("id"), path("invoiceId")).changes == ()


def test_a_literal_path_is_not_its_template() -> None:
    old = document({"/invoices/latest": {"get": DONE}, "/invoices/{id}": {"get": DONE}})
    assert rules(compare(old, document({"/invoices/{id}": {"get": DONE}}))) == ["operation-removed"]


PARAMETERS = [
    ("removed", [query("limit")], [], "parameter-removed", "B"),
    ("added", [], [query("limit")], "parameter-added", "C"),
    ("added required", [], [query("limit", required=True)], "parameter-added-required", "B"),
    (
        "added required with default",
        [],
        [query("limit", {"type": "integer", "default": 5}, required=True)],
        "parameter-added-required",
        "C",
    ),
    ("became required", [query("limit")], [query("limit", required=True)], "parameter-became-required", "B"),
    ("became optional", [query("limit", required=True)], [query("limit")], "parameter-became-optional", "C"),
    (
        "default changed",
        [query("limit", {"type": "integer", "default": 5})],
        [query("limit", {"type": "integer", "default": 6})],
        "parameter-default-changed",
        "B",
    ),
    ("any text instead of a number", [query("limit", {"type": "integer"})], [query("limit")], "type-changed", "C"),
    ("a number instead of any text", [query("limit")], [query("limit", {"type": "integer"})], "type-changed", "B"),
    (
        "several instead of one",
        [query("state")],
        [query("state", {"type": "array", "items": STRING})],
        "type-widened",
        "C",
    ),
    (
        "another style",
        [query("state", {"type": "array", "items": STRING})],
        [query("state", {"type": "array", "items": STRING}, style="pipeDelimited")],
        "parameter-style-changed",
        "B",
    ),
    (
        "no longer exploded",
        [query("state", {"type": "array", "items": STRING})],
        [query("state", {"type": "array", "items": STRING}, explode=False)],
        "parameter-style-changed",
        "B",
    ),
    (
        "no empty values",
        [query("q", allowEmptyValue=True)],
        [query("q", allowEmptyValue=False)],
        "parameter-empty-value-changed",
        "B",
    ),
    (
        "no reserved characters",
        [query("q", allowReserved=True)],
        [query("q")],
        "parameter-reserved-changed",
        "B",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "rule", "expected"), [row[1:] for row in PARAMETERS], ids=[row[0] for row in PARAMETERS]
)
def test_parameters_are_compared_as_the_texts_that_travel(
    old: list[dict[str, Any]], new: list[dict[str, Any]], rule: str, expected: str
) -> None:
    change = only(compare(with_parameters(*old), with_parameters(*new)))
    verdict = Verdict.BREAKING if expected == "B" else Verdict.COMPATIBLE
    assert (change.rule, change.verdict, change.direction) == (rule, verdict, Direction.RECEIVED)


def test_null_cannot_be_written_in_a_parameter() -> None:
    old = with_parameters(query("limit", {"type": ["string", "null"]}))
    assert compare(old, with_parameters(query("limit"))).changes == ()


def test_header_names_have_no_case_and_some_are_ignored() -> None:
    old = with_parameters({"name": "X-Trace", "in": "header", "schema": STRING})
    new = with_parameters(
        {"name": "x-trace", "in": "header", "schema": STRING},
        {"name": "Authorization", "in": "header", "schema": STRING, "required": True},
    )
    assert compare(old, new).changes == ()


def test_a_parameter_shared_by_operations_is_one_change() -> None:
    def shared(schema: dict[str, Any]) -> dict[str, Any]:
        uses = {**DONE, "parameters": [{"$ref": "#/components/parameters/limit"}]}
        paths = {"/invoices": {"get": uses}, "/payments": {"get": uses}}
        return document(paths, components={"parameters": {"limit": query("limit", schema)}})

    change = only(compare(shared({"type": "integer"}), shared({"type": "integer", "maximum": 100})))
    assert change.verdict is Verdict.BREAKING
    assert change.reached_from == ("GET /invoices parameter limit", "GET /payments parameter limit")


def body(*types: str, required: bool = True, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    content = {name: {"schema": schema or STRING} for name in types}
    return operation(requestBody={"required": required, "content": content})


def answer(*types: str, status: str = "200", **more: Any) -> dict[str, Any]:
    content = {name: {"schema": STRING} for name in types}
    return operation(responses={status: {"description": "done", "content": content, **more}})


BODIES = [
    ("became required", body("text/plain", required=False), body("text/plain"), "request-body-became-required", "B"),
    ("became optional", body("text/plain"), body("text/plain", required=False), "request-body-became-optional", "C"),
    ("removed", body("text/plain"), operation(), "request-body-removed", "B"),
    ("added", operation(), body("text/plain", required=False), "request-body-added", "C"),
    ("added and required", operation(), body("text/plain"), "request-body-added-required", "B"),
    ("type gone", body("text/plain", "text/csv"), body("text/plain"), "media-type-removed", "B"),
    ("type come", body("text/plain"), body("text/plain", "text/csv"), "media-type-added", "C"),
    ("type of an answer gone", answer("text/plain", "text/csv"), answer("text/plain"), "media-type-removed", "B"),
]


@pytest.mark.parametrize(
    ("old", "new", "rule", "expected"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES]
)
def test_bodies_keep_their_media_types(old: dict[str, Any], new: dict[str, Any], rule: str, expected: str) -> None:
    change = only(compare(old, new))
    assert (change.rule, change.verdict) == (rule, Verdict.BREAKING if expected == "B" else Verdict.COMPATIBLE)


@pytest.mark.parametrize("cover", ["text/*", "*/*", "text/plain; charset=utf-8"])
def test_a_range_or_other_parameters_cover_a_media_type(cover: str) -> None:
    assert compare(body("text/plain"), body(cover)).verdict is Verdict.COMPATIBLE


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [("200", "201", "B"), ("200", "2XX", "C"), ("200", "default", "C"), ("404", "410", "C"), ("302", "303", "B")],
)
def test_a_status_may_go_if_it_is_covered_or_an_error(old: str, new: str, expected: str) -> None:
    found = compare(answer("text/plain", status=old), answer("text/plain", status=new))
    assert found.verdict is (Verdict.BREAKING if expected == "B" else Verdict.COMPATIBLE)


@pytest.mark.parametrize("odd", ["", "2", "ok", "XX", "20", "2xx"])
def test_a_status_that_is_none_is_no_reason_to_fail(odd: str) -> None:
    old, new = (operation(responses={status: {"description": ""} for status in found}) for found in (["200"], [odd]))
    for pair in ((old, new), (new, old), (new, new)):
        assert isinstance(compare(*pair).verdict, Verdict)


def test_a_covering_status_is_compared_with_what_it_covers() -> None:
    old = answer("text/plain")
    new = operation(responses={"2XX": {"description": "done", "content": {"text/plain": {"schema": {}}}}})
    assert "type-widened" in rules(compare(old, new))


@pytest.mark.parametrize(
    ("before", "after", "rule", "verdict", "level"),
    [
        ({"required": True}, None, "header-removed", Verdict.BREAKING, Level.ERROR),
        ({}, None, "header-removed", Verdict.BREAKING, Level.WARNING),
        ({"required": True}, {}, "header-became-optional", Verdict.BREAKING, Level.ERROR),
        ({}, {"required": True}, "header-became-required", Verdict.COMPATIBLE, Level.INFO),
        (None, {}, "header-added", Verdict.COMPATIBLE, Level.INFO),
    ],
)
def test_headers_of_answers(
    before: dict[str, Any] | None, after: dict[str, Any] | None, rule: str, verdict: Verdict, level: Level
) -> None:
    old, new = (
        answer("text/plain", headers={} if header is None else {"X-Rate": {"schema": STRING, **header}})
        for header in (before, after)
    )
    change = only(compare(old, new))
    assert (change.rule, change.verdict, change.level) == (rule, verdict, level)


SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "login": {
        "type": "oauth2",
        "flows": {
            "clientCredentials": {"tokenUrl": "https://id.example.com/token", "scopes": {"read": "", "write": ""}}
        },
    },
}


def secured(*alternatives: dict[str, list[str]], schemes: dict[str, Any] = SCHEMES) -> dict[str, Any]:
    found = operation(security=list(alternatives)) if alternatives else operation()
    return {**found, "components": {"securitySchemes": schemes}}


@pytest.mark.parametrize(
    ("old", "new", "rule", "expected"),
    [
        ([], [{"key": []}], "security-added", "B"),
        ([{"key": []}], [{"key": [], "login": []}], "security-added", "B"),
        ([{"key": []}, {"login": []}], [{"key": []}], "security-alternative-removed", "B"),
        ([{"login": ["read"]}], [{"login": ["read", "write"]}], "scope-added", "B"),
        ([{"login": ["read", "write"]}], [{"login": ["read"]}], "security-weakened", "C"),
        ([{"key": []}], [], "security-weakened", "C"),
        ([{"key": []}], [{"key": []}, {"login": []}], "security-alternative-added", "C"),
    ],
)
def test_every_old_way_to_authenticate_stays_enough(
    old: list[dict[str, list[str]]], new: list[dict[str, list[str]]], rule: str, expected: str
) -> None:
    change = only(compare(secured(*old), secured(*new)))
    assert (change.rule, change.verdict) == (rule, Verdict.BREAKING if expected == "B" else Verdict.COMPATIBLE)
    if rule == "security-weakened":
        assert change.level is Level.ERROR


def test_a_used_scheme_may_not_work_differently_but_may_be_renamed() -> None:
    moved = {**SCHEMES, "key": {"type": "apiKey", "in": "query", "name": "X-Key"}}
    old = secured({"key": []})
    assert only(compare(old, secured({"key": []}, schemes=moved))).rule == "security-scheme-changed"
    assert compare(old, secured({"token": []}, schemes={"token": SCHEMES["key"]})).changes == ()
    assert compare(secured(), secured(schemes=moved)).changes == ()


def test_callbacks_and_webhooks_swap_the_direction() -> None:
    def calling(schema: dict[str, Any]) -> dict[str, Any]:
        content = {"content": {"application/json": {"schema": schema}}}
        called = {"post": {"requestBody": content, **DONE}}
        found = operation(callbacks={"paid": {"{$request.query.url}": called}})
        return {**found, "webhooks": {"invoice.paid": called}}

    found = compare(
        calling({"type": "object", "properties": {"a": STRING}}),
        calling({"type": "object", "properties": {"a": {"type": ["string", "null"]}}}),
    )
    assert {change.direction for change in found.changes} == {Direction.SENT}
    assert found.verdict is Verdict.BREAKING
    assert {change.reached_from[0].split(" ")[0] for change in found.changes} == {"GET", "webhook"}


def test_a_server_that_goes_is_a_warning_and_words_are_patches() -> None:
    old = {**operation(), "servers": [{"url": "https://api.example.com"}]}
    change = only(compare(old, operation()))
    assert (change.rule, change.verdict, change.level) == ("server-removed", Verdict.COMPATIBLE, Level.WARNING)
    assert compare(operation(), operation(summary="List invoices")).required_bump is Bump.PATCH


def test_the_step_between_versions_follows_from_the_changes() -> None:
    breaking = compare(invoices(), nothing())
    assert breaking.required_bump is Bump.MAJOR
    assert required_bump(breaking.changes, "0.9.0") is Bump.MINOR
    assert compare(nothing(), invoices()).required_bump is Bump.MINOR
    assert compare(nothing(), nothing()).required_bump is Bump.NONE
