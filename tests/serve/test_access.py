"""Who may call what: writes need a token of their own participant, and hostile calls end in words, not in stores."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from harness.history import (
    all_participants,
    create_token,
    open_history,
    publish_pact,
    published_pacts,
    record_environment,
    revoke_token,
    verifications_of,
)
from harness.model.access import Scope
from harness.serve.app import ROUTES, make_app

pytestmark = pytest.mark.integration

_FREE = {("POST", "/pacts/provider/{provider}/for-verification")}
_WRITES = [*sorted({(m, p) for m, p, _ in ROUTES if m != "GET"} - _FREE), ("POST", "/webhooks/{uuid}/execute")]


def publication(pact: dict, version: str = "1.0", name: str = "erp-connector", **more: object) -> dict:
    content = base64.b64encode(json.dumps(pact).encode()).decode()
    contract = {"consumerName": name, "specification": "pact", "content": content, **more}
    return {"pacticipantName": name, "pacticipantVersionNumber": version, "contracts": [contract]}


@pytest.fixture
def known(served, pact_of_pair):
    """Store a pact and an environment, so that every route finds what it names."""
    pact = publish_pact(served.history, pact_of_pair(), "1.0")
    place = record_environment(served.history, "prod")
    return {
        "pacticipant": "erp-connector",
        "consumer": "erp-connector",
        "provider": "billing-api",
        "version": "1.0",
        "sha": pact.sha,
        "environment": place.uuid,
        "uuid": "x",
        "number": "1",
        "tag:path": "t",
        "branch:path": "b",
    }


@pytest.mark.parametrize(("method", "path"), _WRITES)
def test_every_write_needs_a_token(served, known, method, path):
    place = path
    for name, value in known.items():
        place = place.replace("{" + name + "}", value)
    expected = 404 if "deployed-versions/x" in place or "released-versions/x" in place else 401
    body = {"success": True, "pacticipantName": "erp-connector"}
    for token in ("", "wrong-secret"):
        status, answer = served.ask(method, place, body, token)
        assert status == expected, answer
    status, _ = served.ask(method, place, body, "reader")
    assert status == (404 if expected == 404 else 403)


def test_a_token_writes_only_the_pacts_of_its_consumer(served, pact_of_pair):
    status, answer = served.ask("POST", "/contracts/publish", publication(pact_of_pair()), "analytics")
    assert (status, published_pacts(served.history)) == (403, ())
    assert "does not write for erp-connector" in answer["errors"][0]
    forged = publication(pact_of_pair(consumer="erp-connector"), name="analytics")
    status, _ = served.ask("POST", "/contracts/publish", forged, "analytics")
    assert (status, published_pacts(served.history)) == (400, ())
    assert served.ask("POST", "/contracts/publish", publication(pact_of_pair()), "erp-connector")[0] == 200


def test_the_same_version_with_other_content_is_409_unless_it_is_merged(served, pact_of_pair):
    assert served.ask("POST", "/contracts/publish", publication(pact_of_pair()), "erp-connector")[0] == 200
    other = pact_of_pair(field_name="total")
    assert served.ask("POST", "/contracts/publish", publication(other), "erp-connector")[0] == 409
    merged = publication(other, onConflict="merge")
    assert served.ask("POST", "/contracts/publish", merged, "erp-connector")[0] == 409, "one interaction, two contents"
    other["interactions"][0]["description"] = "another request"
    status, _ = served.ask("POST", "/contracts/publish", publication(other, onConflict="merge"), "erp-connector")
    assert status == 200
    (pact,) = published_pacts(served.history)
    status, answer = served.ask("GET", f"/pacts/provider/billing-api/consumer/erp-connector/pact-version/{pact.sha}")
    assert len(answer["interactions"]) == 2
    assert all(one["_id"] for one in answer["interactions"])


def test_a_pact_with_a_plugin_is_refused(served, pact_of_pair):
    pact = pact_of_pair()
    pact["metadata"]["plugins"] = [{"name": "protobuf", "version": "0.3"}]
    status, answer = served.ask("POST", "/contracts/publish", publication(pact), "erp-connector")
    assert (status, published_pacts(served.history)) == (400, ())
    assert "plugin" in answer["errors"][0]


@pytest.mark.parametrize("name", ["../../x", "x" * 10_000, "a\u202eb", " ", "", "</script>\n"])
def test_a_name_that_is_no_name_is_refused_whole(served, pact_of_pair, name):
    token = create_token(served.history, "t", (Scope.WRITE,), name.strip() or "-")
    status, answer = served.ask("POST", "/contracts/publish", publication(pact_of_pair(name), name=name), token)
    assert status in {400, 403, 422}, answer
    assert all_participants(served.history) == ()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 400),
        (b'{"a": NaN}', 422),
        (b'{"a": 1, "a": 2}', 422),
        (b"\xff\xfe", 422),
        (b"[" * 100_000, 422),
        (json.dumps({"pacticipantName": "erp-connector", "contracts": [{"content": "%%%"}]}).encode(), 422),
        (json.dumps({"pacticipantName": "erp-connector", "contracts": []}).encode(), 400),
    ],
)
def test_a_hostile_body_ends_in_words(served, body, status):
    answered, answer = served.ask("POST", "/contracts/publish", body, "erp-connector")
    assert answered == status
    assert answer["errors"][0]
    assert published_pacts(served.history) == ()


def test_a_body_beyond_measure_is_not_read(served):
    status, answer = served.ask("POST", "/contracts/publish", b" " * 21_000_000, "erp-connector")
    assert status == 422
    assert "larger than" in answer["errors"][0]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?latestby=cvpv&environment=prod",
        "?q[][version]=1.0&environment=prod",
        "?q[][pacticipant]=&q[][version]=1.0&environment=prod",
        "?q[][pacticipant]=erp-connector&q[][version]=&environment=prod",
        "?q[][pacticipant]=erp-connector&q[][version]=1.0&environment=",
        "?q[][pacticipant]=erp-connector&q[][versions]=1.0",
        "?q[][pacticipant]=erp-connector&q[][version]=1.0&environment=prod&tag=x",
    ],
)
@pytest.mark.usefixtures("known")
def test_an_empty_question_is_400_and_never_deployable(served, query):
    status, answer = served.ask("GET", f"/matrix{query}")
    assert status == 400
    assert "summary" not in answer


@pytest.mark.parametrize(
    "body",
    [
        {"consumerVersionSelectors": [{}]},
        {"consumerVersionSelectors": [{"mainBranch": False}]},
        {"consumerVersionSelectors": [{"branch": ""}]},
        {"consumerVersionSelectors": [{"mainbranch": True}]},
        {"consumerVersionSelectors": "latest"},
        {"consumerVersionSelectors": [{"latest": True}], "includePendingStatus": True},
        {"consumerVersionSelectors": [{"latest": True}], "includeWipPactsSince": "soon", "providerVersionBranch": "m"},
    ],
)
@pytest.mark.usefixtures("known")
def test_a_selector_that_selects_nothing_is_400(served, body):
    assert served.ask("POST", "/pacts/provider/billing-api/for-verification", body)[0] == 400


def test_results_that_miss_an_interaction_are_no_success(served, known):
    path = f"/pacts/provider/billing-api/consumer/erp-connector/pact-version/{known['sha']}/verification-results"
    body = {"success": True, "providerApplicationVersion": "7.0", "testResults": []}
    status, answer = served.ask("POST", path, body, "billing-api")
    assert (status, answer["success"]) == (201, False)
    (stored,) = verifications_of(served.history)
    assert stored.success is None
    assert "0 of 1 interactions" in stored.reason
    assert served.ask("POST", path, {**body, "success": "yes"}, "billing-api")[0] == 400
    assert served.ask("POST", path, {**body, "providerApplicationVersion": ""}, "billing-api")[0] == 400
    assert served.ask("POST", path.replace(known["sha"], "0" * 64), body, "billing-api")[0] == 404


def test_another_name_of_this_machine_is_refused(served):
    status, answer = served.ask("GET", "/pacticipants", Host="evil.example:80")
    assert status == 400
    assert "evil.example" in answer["errors"][0]


def test_a_revoked_or_expired_token_is_none(served, pact_of_pair):
    old = create_token(served.history, "old", (Scope.WRITE,), "erp-connector", timedelta(microseconds=1))
    assert served.ask("POST", "/contracts/publish", publication(pact_of_pair()), old)[0] == 401
    assert revoke_token(served.history, "erp-connector")
    assert not revoke_token(served.history, "erp-connector")
    assert served.ask("POST", "/contracts/publish", publication(pact_of_pair()), "erp-connector")[0] == 401


def test_beyond_this_machine_reading_needs_a_token(served, tmp_path, serving):
    history = open_history(tmp_path / "h.sqlite")
    closed = replace(served, url=serving(history, closed=True))
    secret = create_token(history, "reader", (Scope.READ,))
    assert closed.ask("GET", "/pacticipants")[0] == 401
    assert closed.ask("GET", "/pacticipants", token=secret)[0] == 200
    history.close()


def test_an_unknown_address_or_method_is_told(served):
    assert served.ask("GET", "/nothing")[0] == 404
    assert served.ask("DELETE", "/pacticipants")[0] == 405


def test_secrets_are_kept_as_digests_only(served, tmp_path):
    data = b"".join(path.read_bytes() for path in tmp_path.glob("history.sqlite*"))
    assert all(secret.encode() not in data for secret in served.tokens.values())


def test_every_route_has_its_own_place():
    assert len({(method, path) for method, path, _ in ROUTES}) == len(ROUTES)
    assert callable(make_app)
