"""can-i-deploy is yes only where every pair is verified; whatever is not known makes it unknown."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from harness.history import (
    Selector,
    Target,
    content_sha,
    deployability,
    deployments_in,
    interaction_id,
    latest_pacts,
    open_history,
    publish_pact,
    record_deployment,
    record_environment,
    record_release,
    record_undeployment,
    record_verification,
    record_version,
)
from harness.model import NotFoundError, UsageError
from harness.model.deployments import Answer, InteractionResult, Verification

_PROD = Target(environment="prod")


def pact(consumer: str = "erp", provider: str = "billing", *fields: str) -> dict:
    one = {"description": "an invoice", "request": {"path": "/i"}, "response": {"body": {"content": list(fields)}}}
    return {"consumer": {"name": consumer}, "provider": {"name": provider}, "interactions": [one]}


def verified(history, version, success, content=None, lost=0) -> Verification:
    content = content or pact()
    results = tuple(
        InteractionResult(interaction_id(one), one["description"], success) for one in content["interactions"]
    )
    names = content["consumer"]["name"], content["provider"]["name"]
    at = latest_pacts(history)[0].published
    return record_verification(
        history, Verification(*names, content_sha(content), version, success, at, interactions=results[lost:])
    )


@pytest.fixture
def shop(history):
    """erp 1.0 asks of billing 7.0, which runs in prod and has verified it."""
    record_environment(history, "prod", production=True)
    publish_pact(history, pact(), "1.0")
    verified(history, "7.0", success=True)
    record_deployment(history, "billing", "7.0", "prod")
    return history


def ask(history, name="erp", version="1.0", target=_PROD):
    return deployability(history, [Selector(name, version)], target)


def test_yes_where_the_pair_is_verified(shop):
    found = ask(shop)
    assert (found.answer, found.exit_code, found.reasons) == (Answer.YES, 0, ("1 of 1 pairs are verified",))
    assert found.rows[0].reason == "billing 7.0 verified what erp 1.0 asks"


def test_a_version_that_asks_the_same_needs_no_new_verification(shop):
    publish_pact(shop, {**pact(), "metadata": {"pactRust": {"models": "9"}}}, "1.1")
    assert ask(shop, version="1.1").answer is Answer.YES


def test_no_where_it_failed_and_the_newest_verification_counts(shop):
    verified(shop, "7.0", success=False)
    found = ask(shop)
    assert (found.answer, found.exit_code) == (Answer.NO, 1)
    assert found.reasons == ('billing 7.0 does not do what erp 1.0 asks ("an invoice")',)
    verified(shop, "7.0", success=True)
    assert ask(shop).answer is Answer.YES


def test_a_verifier_that_lost_an_interaction_leaves_it_unknown(shop):
    stored = verified(shop, "7.0", success=True, lost=1)
    assert (stored.success, stored.reason) == (None, "0 of 1 interactions have a result")
    found = ask(shop)
    assert (found.answer, found.exit_code) == (Answer.UNKNOWN, 3)
    assert "could not be verified" in found.reasons[0]


def test_a_pact_without_interactions_verifies_nothing(shop):
    empty = {**pact("crm"), "interactions": []}
    publish_pact(shop, empty, "1.0")
    assert verified(shop, "7.0", success=True, content=empty).success is None
    assert ask(shop, "crm").answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("name", "version", "environment", "words"),
    [
        ("erp", "9.9", "prod", "there is no erp 9.9 (newest known: 1.0)"),
        ("nobody", "1.0", "prod", "nobody has heard of nobody"),
        ("erp", "1.0", "pord", 'there is no environment "pord" (known: prod)'),
    ],
)
def test_what_nobody_knows_is_unknown(shop, name, version, environment, words):
    found = ask(shop, name, version, Target(environment=environment))
    assert found.answer is Answer.UNKNOWN
    assert words in found.reasons


@pytest.mark.parametrize("selectors", [[], [Selector("")], [Selector(" ", "1.0")]])
def test_an_empty_question_is_asked_wrongly(shop, selectors):
    with pytest.raises(UsageError, match="nothing to judge"):
        deployability(shop, selectors, _PROD)


def test_unknown_where_the_provider_does_not_run_there(shop):
    record_undeployment(shop, "billing", "prod")
    found = ask(shop)
    assert found.answer is Answer.UNKNOWN
    assert found.reasons == ("no version of billing, which erp 1.0 needs, is deployed in prod",)


def test_a_provider_is_judged_by_every_consumer_that_runs_there(shop):
    record_version(shop, "billing", "8.0")
    assert ask(shop, "billing", "8.0").answer is Answer.YES, "nobody who needs it runs there"
    record_deployment(shop, "erp", "1.0", "prod")
    assert ask(shop, "billing", "8.0").reasons == ("billing 8.0 has not verified what erp 1.0 asks",)
    other = pact("erp", "billing", "tax")
    publish_pact(shop, other, "1.1")
    record_release(shop, "erp", "1.1", "prod")
    verified(shop, "8.0", success=True)
    verified(shop, "8.0", success=False, content=other)
    found = ask(shop, "billing", "8.0")
    assert found.answer is Answer.NO
    assert [(row.consumer_version, row.answer) for row in found.rows] == [("1.0", Answer.YES), ("1.1", Answer.NO)]


def test_a_version_that_published_no_pact_is_unknown_where_others_have_one(shop):
    record_version(shop, "erp", "2.0")
    assert ask(shop, version="2.0").reasons == (
        "erp 2.0 published no pact, and other versions of it have one with billing",
    )
    record_deployment(shop, "erp", "2.0", "prod")
    record_version(shop, "billing", "8.0")
    assert ask(shop, "billing", "8.0").answer is Answer.UNKNOWN


def test_a_component_that_no_pact_names_is_unknown(shop):
    record_version(shop, "crm", "1.0")
    assert ask(shop, "crm").reasons == ("no pact names crm, so nothing was checked",)


def test_what_is_ignored_is_listed_and_never_makes_a_yes_by_itself(shop):
    verified(shop, "7.0", success=False)
    found = ask(shop, target=Target(environment="prod", ignore=frozenset({"billing"})))
    assert found.answer is Answer.UNKNOWN
    assert found.rows[0].ignored
    publish_pact(shop, pact("erp", "tax"), "1.0")
    verified(shop, "3.0", success=True, content=pact("erp", "tax"))
    record_deployment(shop, "tax", "3.0", "prod")
    assert ask(shop, target=Target(environment="prod", ignore=frozenset({"billing"}))).answer is Answer.YES


def test_a_deployment_ends_the_one_before_at_the_same_target_only(shop):
    record_version(shop, "billing", "8.0")
    record_deployment(shop, "billing", "8.0", "prod", "eu")
    assert [one.version for one in deployments_in(shop, participant="billing")] == ["7.0", "8.0"]
    record_deployment(shop, "billing", "8.0", "prod")
    record_deployment(shop, "billing", "8.0", "prod")
    assert [(one.version, one.target) for one in deployments_in(shop, participant="billing")] == [
        ("8.0", ""),
        ("8.0", "eu"),
    ]
    past = deployments_in(shop, participant="billing", past=True)
    assert [one.version for one in past if one.undeployed_at] == ["7.0"]


@pytest.mark.parametrize(("version", "place"), [("9.9", "prod"), ("7.0", "pord"), ("", "prod")])
def test_a_deployment_of_what_nobody_knows_is_refused(shop, version, place):
    with pytest.raises(UsageError):
        record_deployment(shop, "billing", version, place)
    assert len(deployments_in(shop, past=True)) == 1


def test_a_verification_of_a_pact_nobody_published_is_refused(shop):
    with pytest.raises(NotFoundError, match="no pact of erp with billing"):
        verified(shop, "7.0", success=True, content=pact("erp", "billing", "unpublished"))


def harness(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", *arguments, "--repo", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.integration
def test_the_commands_answer_record_and_list(tmp_path):
    (tmp_path / "harness.yaml").write_text("history: facts/history.sqlite\n")
    missing = harness(tmp_path, "can-i-deploy", "--component", "erp", "--version", "1.0", "--to", "prod")
    assert missing.returncode == 3
    assert "there is no history at" in missing.stderr
    assert harness(tmp_path, "environment", "create", "prod", "--production").returncode == 0
    history = open_history(tmp_path / "facts" / "history.sqlite", create=False)
    publish_pact(history, pact(), "1.0")
    verified(history, "7.0", success=True)
    history.close()
    record = ("deployment", "record", "--component", "billing", "--to", "prod", "--version")
    assert harness(tmp_path, *record, "7.0").returncode == 0
    assert harness(tmp_path, *record, "9.9").returncode == 2
    asked = harness(tmp_path, "can-i-deploy", "--component", "erp", "--version", "1.0", "--to", "prod")
    assert (asked.returncode, asked.stdout.splitlines()[0]) == (0, "✓ yes   erp 1.0 to prod")
    for blank in (("erp", "1.0", ""), ("erp", " ", "prod"), ("", "1.0", "prod")):
        options = [f"{name}={value}" for name, value in zip(("--component", "--version", "--to"), blank, strict=True)]
        refused = harness(tmp_path, "can-i-deploy", *options)
        assert refused.returncode == 2
        assert "is empty, so nothing was asked" in refused.stderr
    unknown = harness(
        tmp_path, "can-i-deploy", "--component", "erp", "--version", "2", "--to", "prod", "--format", "json"
    )
    assert unknown.returncode == 3
    schema = json.loads((Path(__file__).parents[2] / "harness" / "schemas" / "can-i-deploy.json").read_text())
    jsonschema_rs.validator_for(schema).validate(json.loads(unknown.stdout))
    assert "billing    7.0" in harness(tmp_path, "deployment", "list").stdout
    assert harness(tmp_path, "deployment", "end", "--component", "billing", "--to", "prod").returncode == 0
    assert harness(tmp_path, "deployment", "end", "--component", "billing", "--to", "prod").returncode == 2
    shown = json.loads(harness(tmp_path, "history", "show", "--format", "json").stdout)
    assert shown["rows"]["pact_versions"] == 1


@pytest.mark.parametrize(
    "place", ["/etc/x.sqlite", "../x.sqlite", "postgresql://u:secret@h/db", "postgresql://h/db?password=x", "[1]"]
)
def test_a_committed_address_stays_inside_and_holds_no_password(tmp_path, place):
    from harness.documents import FolderTree, Library  # noqa: PLC0415
    from harness.registry import read_config  # noqa: PLC0415

    (tmp_path / "harness.yaml").write_text(f"history: {place}\n")
    with pytest.raises(UsageError) as refused:
        read_config(Library(FolderTree(tmp_path)))
    assert "secret" not in refused.value.message
