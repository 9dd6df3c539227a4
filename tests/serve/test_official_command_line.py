"""The official Pact Broker command line, unchanged, against the server; with the traps it is known for."""

from __future__ import annotations

import json
import re

import pytest

from harness.history import (
    all_webhooks,
    deployments_in,
    environment_of,
    interaction_id,
    latest_pacts,
    pact_content,
    participant_of,
    published_pacts,
    record_deployment,
    record_environment,
    record_participant,
    record_verification,
    record_version,
    releases_in,
    version_of,
    webhook_of,
)
from harness.model.deployments import InteractionResult, Verification

pytestmark = pytest.mark.integration


@pytest.fixture
def published(broker, pact_folder):
    """Publish the pact of erp-connector 1.0 with billing-api."""
    done = broker("publish", str(pact_folder), "-a", "1.0", "--branch", "main", "--tag", "dev")
    assert done.returncode == 0, done.stdout + done.stderr
    return pact_folder


def verify(history, success, version="7.0"):
    """Store a verification of the newest pact, as a provider's build does."""
    (pact,) = latest_pacts(history, "billing-api")
    content = pact_content(history, pact.consumer, pact.provider, pact.sha)
    results = tuple(InteractionResult(interaction_id(one), "it", success) for one in content["interactions"])
    return record_verification(
        history,
        Verification(pact.consumer, pact.provider, pact.sha, version, success, pact.published, interactions=results),
    )


@pytest.mark.usefixtures("published")
def test_publish_stores_pact_version_branch_and_tag(served):
    (pact,) = published_pacts(served.history)
    assert (pact.consumer, pact.consumer_version, pact.provider) == ("erp-connector", "1.0", "billing-api")
    version = version_of(served.history, "erp-connector", "1.0")
    assert (version.branches, version.tags) == (("main",), ("dev",))
    assert participant_of(served.history, "erp-connector").main_branch == "main"


def test_publish_again_changes_nothing_and_other_content_under_the_version_is_refused(
    broker, served, published, pact_of_pair
):
    assert broker("publish", str(published), "-a", "1.0").returncode == 0
    (published / "erp-billing.json").write_text(json.dumps(pact_of_pair(field_name="total")))
    refused = broker("publish", str(published), "-a", "1.0")
    assert refused.returncode == 1
    assert "already published another pact" in refused.stdout + refused.stderr
    assert broker("publish", str(published), "-a", "1.1").returncode == 0
    assert len(published_pacts(served.history)) == 2


def test_publish_with_the_token_of_another_consumer_is_refused(broker, served, pact_folder):
    refused = broker("publish", str(pact_folder), "-a", "1.0", as_="analytics")
    assert refused.returncode == 1
    assert "does not write for erp-connector" in refused.stdout + refused.stderr
    assert published_pacts(served.history) == ()


def test_environments_are_created_listed_changed_and_deleted(broker, served):
    assert broker("create-environment", "--name", "prod", "--production", as_="operator").returncode == 0
    uuid = environment_of(served.history, "prod").uuid
    again = broker("create-environment", "--name", "prod", as_="operator")
    assert again.returncode == 1
    assert "already" in again.stdout + again.stderr
    listed = broker("list-environments")
    assert listed.returncode == 0
    assert re.search(r"prod .* prod .* true", listed.stdout), "a missing displayName makes the client panic"
    assert "Production: true" in broker("describe-environment", "--uuid", uuid).stdout
    changed = broker("update-environment", "--uuid", uuid, "--name", "prod", "--display-name", "Real", as_="operator")
    assert changed.returncode == 0, changed.stdout + changed.stderr
    assert environment_of(served.history, "prod").display_name == "Real"
    assert broker("delete-environment", "--uuid", uuid, as_="operator").returncode == 0
    assert environment_of(served.history, "prod") is None
    assert broker("create-environment", "--name", "x").returncode == 1, "a participant does not operate"


@pytest.mark.usefixtures("published")
def test_lists_and_descriptions(broker):
    assert '"erp-connector"' in broker("list-pacticipants").stdout
    assert "Main Branch: main" in broker("describe-pacticipant", "--name", "erp-connector").stdout
    for arguments in (("-e", "1.0"), ()):
        described = broker("describe-version", "-a", "erp-connector", *arguments)
        assert described.returncode == 0
        assert re.search(r"1\.0 .* dev", described.stdout)
    latest = broker("list-latest-pact-versions")
    assert re.search(r'"erp-connector" .*"1.0".* "billing-api"', latest.stdout)
    assert broker("get-pacts", "--provider", "billing-api").returncode == 0
    assert "erp-connector" in broker("get-pacts", "--provider", "billing-api", "--branch", "main").stdout
    assert "erp-connector" not in broker("get-pacts", "--provider", "billing-api", "--branch", "other").stdout


def test_versions_tags_and_branches_are_written(broker, served):
    made = broker("create-or-update-version", "-a", "erp-connector", "-e", "3.0", "--branch", "feat/x", "--tag", "t1")
    assert made.returncode == 0
    assert broker("create-version-tag", "-a", "erp-connector", "-e", "3.0", "--tag", "t2").returncode == 0
    version = version_of(served.history, "erp-connector", "3.0")
    assert (version.branches, version.tags) == (("feat/x",), ("t1", "t2"))
    gone = broker("delete-version-tag", "-a", "erp-connector", "-e", "3.0", "--tag", "t1")
    assert gone.returncode == 0, gone.stdout + gone.stderr
    forgotten = broker("delete-branch", "-a", "erp-connector", "--branch", "feat/x")
    assert forgotten.returncode == 0, forgotten.stdout + forgotten.stderr
    version = version_of(served.history, "erp-connector", "3.0")
    assert (version.branches, version.tags) == ((), ("t2",))
    main = broker("create-or-update-pacticipant", "--name", "crm", "--main-branch", "trunk", as_="operator")
    assert main.returncode == 0
    assert participant_of(served.history, "crm").main_branch == "trunk"


@pytest.mark.parametrize(("success", "code", "words"), [(True, 0, "are verified"), (False, 1, "does not do what")])
@pytest.mark.usefixtures("published")
def test_can_i_deploy_follows_the_verification_of_what_runs_there(broker, served, success, code, words):
    record_environment(served.history, "prod")
    verify(served.history, success)
    record_deployment(served.history, "billing-api", "7.0", "prod")
    for selected in (("-e", "1.0"), ("--latest",), ("--branch", "main")):
        asked = broker("can-i-deploy", "-a", "erp-connector", *selected, "--to-environment", "prod")
        assert asked.returncode == code, asked.stdout
        assert words in asked.stdout


@pytest.mark.usefixtures("published")
def test_can_i_deploy_is_no_without_any_verification(broker, served):
    record_environment(served.history, "prod")
    asked = broker("can-i-deploy", "-a", "erp-connector", "-e", "1.0", "--to-environment", "prod")
    assert asked.returncode == 1
    assert "no version of billing-api, which erp-connector 1.0 needs, is deployed in prod" in asked.stdout
    record_version(served.history, "billing-api", "8.0")
    record_deployment(served.history, "billing-api", "8.0", "prod")
    asked = broker("can-i-deploy", "-a", "erp-connector", "-e", "1.0", "--to-environment", "prod")
    assert asked.returncode == 1
    assert "billing-api 8.0 has not verified what erp-connector 1.0 asks" in asked.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--pacticipant=erp-connector", "--version=1.0", "--to-environment", "prod"), "no pacticipant is selected"),
        (("--pacticipant=erp-connector", "--version=", "--to-environment", "prod"), "no pacticipant is selected"),
        (("-a", "erp-connector", "-e", "", "--to-environment", "prod"), "version is empty"),
        (("-a", "", "-e", "1.0", "--to-environment", "prod"), "is empty"),
        (("-a", "erp-connector", "-e", "1.0", "--to-environment", ""), "environment is empty"),
        (("-a", "erp-connector", "-e", "9.9", "--to-environment", "prod"), "there is no erp-connector 9.9"),
        (("-a", "nobody", "-e", "1.0", "--to-environment", "prod"), "nobody has heard of nobody"),
        (("-a", "erp-connector", "-e", "1.0", "--to-environment", "pord"), 'there is no environment "pord"'),
    ],
)
@pytest.mark.usefixtures("published")
def test_an_empty_or_unknown_question_is_never_deployable(broker, served, arguments, words):
    """All is well in this landscape: only the question is wrong."""
    record_environment(served.history, "prod")
    verify(served.history, success=True)
    record_deployment(served.history, "billing-api", "7.0", "prod")
    asked = broker("can-i-deploy", *arguments)
    assert asked.returncode != 0
    assert words in asked.stdout + asked.stderr


@pytest.mark.usefixtures("published")
def test_can_i_deploy_of_two_named_versions_and_to_a_tag(broker, served):
    verify(served.history, success=True)
    pair = ("-a", "erp-connector", "-e", "1.0", "-a", "billing-api", "-e", "7.0")
    both = broker("can-i-deploy", *pair)
    assert both.returncode == 0, both.stdout + both.stderr
    record_version(served.history, "billing-api", "7.0", tags=["prod"])
    tagged = broker("can-i-deploy", "-a", "erp-connector", "-e", "1.0", "--to", "prod")
    assert tagged.returncode == 0, tagged.stdout + tagged.stderr
    assert broker("can-i-deploy", "-a", "erp-connector", "-e", "1.0", "--to", "none").returncode == 1


@pytest.mark.usefixtures("published")
def test_can_i_merge_asks_the_main_branches(broker, served):
    verify(served.history, success=True)
    assert broker("can-i-merge", "-a", "erp-connector", "-e", "1.0").returncode == 1
    record_version(served.history, "billing-api", "7.0", branch="main")
    record_participant(served.history, "billing-api", main_branch="main")
    merged = broker("can-i-merge", "-a", "erp-connector", "-e", "1.0")
    assert merged.returncode == 0, merged.stdout + merged.stderr


@pytest.mark.usefixtures("published")
def test_deployments_and_releases_are_recorded_and_ended(broker, served):
    record_environment(served.history, "prod")
    where = ("-a", "erp-connector", "--environment", "prod")
    assert broker("record-deployment", *where, "-e", "1.0").returncode == 0
    assert broker("record-deployment", *where, "-e", "1.0", "--application-instance", "eu").returncode == 0
    assert [one.target for one in deployments_in(served.history, environment="prod")] == ["", "eu"]
    assert broker("record-undeployment", *where, "--application-instance", "eu").returncode == 0
    assert [one.target for one in deployments_in(served.history, environment="prod")] == [""]
    assert broker("record-undeployment", *where).returncode == 0
    assert deployments_in(served.history, environment="prod") == ()
    assert broker("record-release", *where, "-e", "1.0").returncode == 0
    assert [one.version for one in releases_in(served.history, environment="prod")] == ["1.0"]
    assert broker("record-support-ended", *where, "-e", "1.0").returncode == 0
    assert releases_in(served.history, environment="prod") == ()


@pytest.mark.usefixtures("published")
def test_an_unknown_version_or_environment_is_never_recorded_as_deployed(broker, served):
    record_environment(served.history, "prod")
    for version, environment, token in (
        ("2.0", "prod", "erp-connector"),
        ("1.0", "pord", "erp-connector"),
        ("1.0", "prod", "analytics"),
        ("", "prod", "erp-connector"),
    ):
        where = ("-a", "erp-connector", "-e", version, "--environment", environment)
        assert broker("record-deployment", *where, as_=token).returncode != 0
    assert deployments_in(served.history, past=True) == ()
    assert version_of(served.history, "erp-connector", "2.0") is None


def test_webhooks_are_entered_changed_tried_and_dropped(broker, served):
    pair = ("--consumer", "erp-connector", "--provider", "billing-api", "--contract-published")
    made = broker("create-webhook", "https://ci.example/x", "-X", "POST", *pair, "-d", "{}", as_="operator")
    assert made.returncode == 0, made.stdout + made.stderr
    (webhook,) = all_webhooks(served.history)
    assert (webhook.consumer, webhook.provider, webhook.events) == (
        "erp-connector",
        "billing-api",
        ("contract_published",),
    )
    other = ("create-or-update-webhook", "https://ci.example/y", "--uuid", webhook.uuid, "-X", "POST", *pair)
    changed = broker(*other, "-d", "{}", as_="operator")
    assert changed.returncode == 0, changed.stdout + changed.stderr
    assert webhook_of(served.history, webhook.uuid).request["url"] == "https://ci.example/y"
    tried = broker("test-webhook", "--uuid", webhook.uuid, as_="operator")
    assert "may not call ci.example:443" in tried.stdout + tried.stderr
    gone = broker("delete-webhook", "--uuid", webhook.uuid, as_="operator")
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert all_webhooks(served.history) == ()
    assert broker("create-webhook", "https://ci.example/x", "-X", "POST", *pair, "-d", "{}").returncode != 0
