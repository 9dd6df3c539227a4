"""pact-python's Verifier, unchanged, against the server: selectors, pending, work in progress, results."""

from __future__ import annotations

import gc
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.history import (
    create_token,
    publish_pact,
    record_deployment,
    record_environment,
    record_participant,
    record_release,
    record_version,
    verifications_of,
    version_of,
)
from harness.model.access import Scope

pytestmark = pytest.mark.integration


class _Invoices(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"id": "in_1"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[str]:
    """Serve a billing API whose invoices have an id and nothing else."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Invoices)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def verify(served, provider, monkeypatch) -> Callable[..., tuple[bool, dict]]:
    """Return a function that verifies what the server hands out; it returns the result and the details."""
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    pact = pytest.importorskip("pact")

    def run(choose: Callable | None = None, *, branch: str = "main", version: str = "7.0") -> tuple[bool, dict]:
        verifier = pact.Verifier("billing-api", host="127.0.0.1").add_transport(url=provider)
        verifier = verifier.state_handler({"an invoice exists": lambda: None}, teardown=False)
        source = verifier.broker_source(served.url, token=served.tokens["billing-api"], selector=True)
        source = source.provider_branch(branch)
        (choose or (lambda chosen: chosen.consumer_version(latest=True)))(source)
        source.build()
        verifier.set_publish_options(version=version, branch=branch)
        try:
            verifier.verify()
            succeeded = True
        except RuntimeError:
            succeeded = False
        results = verifier.results
        del verifier, source
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # its own state server is left to the collector
            gc.collect()
        return succeeded, results

    return run


@pytest.fixture
def publish(served, pact_of_pair) -> Callable[..., str]:
    """Return a function that publishes a pact: one that holds, or one that asks for a field nobody sends."""

    def run(version: str, *, holds: bool = True, branch: str = "main", consumer: str = "erp-connector") -> str:
        record_participant(served.history, consumer, main_branch="main")
        content = pact_of_pair(consumer, field_name="id" if holds else "total")
        return publish_pact(served.history, content, version, branch=branch).sha

    return run


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def consumers(results: dict) -> list[str]:
    return sorted({one["consumer"] for one in results["interactionResults"]})


def test_a_success_is_published_with_one_result_for_each_interaction(served, publish, verify):
    sha = publish("1.0")
    succeeded, results = verify()
    assert succeeded, results
    (stored,) = verifications_of(served.history)
    assert (stored.sha, stored.provider_version, stored.success) == (sha, "7.0", True)
    assert [one.success for one in stored.interactions] == [True]
    assert stored.interactions[0].description == "a request for an invoice"
    assert stored.verified_by
    assert version_of(served.history, "billing-api", "7.0").branches == ("main",)


def test_a_failure_is_published_with_what_differed(served, publish, verify):
    publish("1.0", holds=False)
    succeeded, _ = verify()
    assert not succeeded
    (stored,) = verifications_of(served.history)
    assert stored.success is False
    assert "total" in json.dumps(stored.interactions[0].mismatches)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"main_branch": True}, ["1.0", "c1"]),
        ({"branch": "feat/x"}, ["1.1"]),
        ({"branch": "feat/none", "fallback_branch": "feat/x"}, ["1.1"]),
        ({"matching_branch": True}, ["1.0", "c1"]),
        ({"deployed_or_released": True}, ["0.8", "0.9"]),
        ({"deployed": True}, ["0.9"]),
        ({"released": True}, ["0.8"]),
        ({"environment": "prod"}, ["0.8", "0.9"]),
        ({"environment": "test"}, []),
        ({"tag": "gold"}, ["0.8"]),
        ({"latest": True}, ["1.1", "c1"]),
        ({"consumer": "crm", "main_branch": True}, ["c1"]),
    ],
)
def test_each_selector_selects(served, pact_of_pair, selector, expected):
    """What the official builder writes as selectors is taken as it is; versions are told by their content."""
    contents = {}
    for version, branch, consumer in (
        ("0.8", "main", "erp-connector"),
        ("0.9", "main", "erp-connector"),
        ("1.0", "main", "erp-connector"),
        ("1.1", "feat/x", "erp-connector"),
        ("c1", "main", "crm"),
    ):
        record_participant(served.history, consumer, main_branch="main")
        pact = publish_pact(served.history, pact_of_pair(consumer, field_name=f"f{version}"), version, branch=branch)
        contents[pact.sha] = version
    record_version(served.history, "erp-connector", "0.8", tags=["gold"])
    for name in ("prod", "test"):
        record_environment(served.history, name)
    record_deployment(served.history, "erp-connector", "0.9", "prod")
    record_release(served.history, "erp-connector", "0.8", "prod")
    words = {_camel(key): value for key, value in selector.items()}
    body = {"consumerVersionSelectors": [words], "providerVersionBranch": "main"}
    status, answer = served.ask("POST", "/pacts/provider/billing-api/for-verification", body)
    assert status == 200
    links = [one["_links"]["self"]["href"] for one in answer["_embedded"]["pacts"]]
    assert sorted(contents[link.rsplit("/", 1)[1]] for link in links) == expected


@pytest.mark.parametrize(
    ("choose", "expected"),
    [
        (lambda source: source.consumer_version(main_branch=True), ["crm", "erp-connector"]),
        (lambda source: source.consumer_version(consumer="crm", main_branch=True), ["crm"]),
        (lambda source: source.consumer_version(branch="feat/x"), ["analytics"]),
        (lambda source: source.consumer_version(deployed_or_released=True), ["erp-connector"]),
    ],
)
def test_the_verifier_verifies_what_its_selectors_select(served, publish, verify, choose, expected):
    publish("1.0")
    publish("1.0", consumer="crm")
    publish("1.0", consumer="analytics", branch="feat/x")
    record_environment(served.history, "prod")
    record_deployment(served.history, "erp-connector", "1.0", "prod")
    succeeded, results = verify(choose)
    assert succeeded, results
    assert consumers(results) == expected


def test_a_pact_that_never_held_is_pending_and_does_not_fail_the_build(served, publish, verify):
    publish("1.0", holds=False)
    succeeded, results = verify(lambda source: source.consumer_version(latest=True).include_pending())
    assert succeeded, results
    assert results["pendingErrors"]
    (stored,) = verifications_of(served.history)
    assert stored.success is False, "what is pending failed all the same, and nothing that needs it is deployable"


def test_a_pact_that_held_on_this_branch_is_not_pending_again(served, publish, verify):
    publish("1.0")
    assert verify()[0]
    body = {"consumerVersionSelectors": [{"latest": True}], "includePendingStatus": True}
    for branch, pending in (("main", False), ("feat/y", True)):
        asked = {**body, "providerVersionBranch": branch}
        _, answer = served.ask("POST", "/pacts/provider/billing-api/for-verification", asked)
        (pact,) = answer["_embedded"]["pacts"]
        assert pact["verificationProperties"]["pending"] is pending


def test_the_pact_of_a_deployed_version_is_never_pending(served, publish, verify):
    publish("1.0", holds=False)
    record_environment(served.history, "prod")
    record_deployment(served.history, "erp-connector", "1.0", "prod")
    succeeded, results = verify(lambda source: source.consumer_version(latest=True).include_pending())
    assert not succeeded
    assert not results["pendingErrors"]


def test_work_in_progress_of_other_branches_is_added_and_pending(publish, verify):
    publish("1.0")
    publish("1.1", branch="feat/x", holds=False)
    choose = lambda source: source.consumer_version(main_branch=True).include_pending().include_wip_since("2020-01-01")  # noqa: E731
    succeeded, results = verify(choose)
    assert succeeded, results
    assert len(results["interactionResults"]) == 2
    later = lambda source: source.consumer_version(main_branch=True).include_pending().include_wip_since("2999-01-01")  # noqa: E731
    assert len(verify(later)[1]["interactionResults"]) == 1


def test_nothing_to_verify_is_not_a_success(served, publish, verify):
    publish("1.0")
    succeeded, _ = verify(lambda source: source.consumer_version(branch="feat/none"))
    assert not succeeded
    assert verifications_of(served.history) == ()


def test_results_are_stored_with_the_token_of_the_provider_only(served, publish, verify):
    publish("1.0")
    served.tokens["billing-api"] = create_token(served.history, "another", (Scope.WRITE,), "analytics")
    verify()
    assert verifications_of(served.history) == ()
