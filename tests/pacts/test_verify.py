"""A running provider against its pacts: every field that a consumer reads is guarded, and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli.pact import pact as command
from harness.model import HarnessError, UsageError
from harness.pacts.index import index_of
from harness.pacts.verification import Answer, findings_of, judge
from harness.pacts.verifying import Provider, check_address, verify

ROOT = Path(__file__).parents[2]
PACTS = ROOT / "contracts/pacts"
SANDBOX = ROOT / "synthetic/sandboxes/billing/pact_provider.py"
PLANTED = Path(__file__).parent / "planted_provider.py"


def run(*arguments):
    return CliRunner().invoke(command, ["verify", *map(str, arguments)], standalone_mode=False)


def read(name):
    return json.loads((PACTS / name).read_text("utf-8"))


def with_defects(pact, interaction, defects):
    """Return a pact that has an interaction once a defect."""
    made = []
    for number, defect in enumerate(defects):
        states = [{**state, "params": defect} for state in interaction["providerStates"]]
        words = f"{interaction['description']}|{number}"
        made.append({**interaction, "description": words, "providerStates": states, "key": str(number)})
    return {**pact, "interactions": made}


def verified(pact, folder, handlers=PLANTED, **more):
    file = folder / "pact.json"
    file.write_text(json.dumps(pact), "utf-8")
    return verify(Provider(pact["provider"]["name"], handlers=handlers, **more), [file])[0]


def members(value, at=""):
    """Yield the pointer of each member of an answer, `*` for the items of a list."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield f"{at}/{name}"
            yield from members(part, f"{at}/{name}")
    elif isinstance(value, list):
        for item in value:
            yield from members(item, f"{at}/*")


@pytest.fixture(scope="module")
def answers():
    """What the sandbox really answers, by description of the interaction."""
    import httpx  # noqa: PLC0415  (with the sandbox, for the tests that need it)

    from synthetic.sandboxes.billing import pact_provider  # noqa: PLC0415

    found = {}
    with pact_provider.provider() as url:
        for path in sorted(PACTS.glob("billing-*/*.json")):
            for one in json.loads(path.read_text("utf-8"))["interactions"]:
                pact_provider.STATES[one["providerStates"][0]["name"]]()
                if "request" in one:
                    asked = one["request"]
                    query = {name: values[0] for name, values in asked.get("query", {}).items()}
                    sent = {name: values[0] for name, values in asked["headers"].items()}
                    body = asked.get("body", {}).get("content")
                    answer = httpx.request(
                        asked["method"], url + asked["path"], params=query, headers=sent, json=body, trust_env=False
                    )
                    found[one["description"]] = answer.json()
                else:
                    found[one["description"]] = pact_provider.MESSAGES[one["description"]]()
    return found


@pytest.mark.integration
@pytest.mark.parametrize("name", sorted(p.relative_to(PACTS).as_posix() for p in PACTS.glob("billing-*/*.json")))
def test_deleting_a_field_breaks_exactly_the_consumers_that_read_it(name, answers, tmp_path):
    pact = read(name)
    wrong, tried = [], 0
    for interaction in pact["interactions"]:
        alone = {**pact, "interactions": [interaction]}
        used = {row.field for row in index_of(alone) if row.part == "body" and row.direction.value == "sent"}
        fields = sorted(set(members(answers[interaction["description"]])))
        used = {field for field in used if field and not field.endswith("*")}
        assert used <= set(fields)
        for field, one in zip(
            fields,
            verified(with_defects(alone, interaction, [{"without": f} for f in fields]), tmp_path).tried,
            strict=True,
        ):
            tried += 1
            reads = any(each == field or each.startswith(field + "/") for each in used)
            if one.success is reads:
                wrong.append((interaction["description"], field, one.success))
    assert tried > 10
    assert wrong == []


@pytest.mark.integration
@pytest.mark.parametrize(
    ("name", "interaction", "defect"),
    [
        ("billing-invoices/erp-connector.json", 0, {"without": "/tax_amount"}),
        ("billing-invoices/erp-connector.json", 0, {"retyped": "/tax_amount"}),
        ("billing-invoices/erp-connector.json", 0, {"status": 202}),
        ("billing-invoices/erp-connector.json", 0, {"emptied": "/number"}),
        ("billing-events/erp-connector.json", 0, {"without": "/data/tax_amount"}),
        ("billing-events/erp-connector.json", 0, {"retyped": "/data/total"}),
        ("billing-events/erp-connector.json", 0, {"emptied": "/data/lines"}),
        ("billing-events/entitlements.json", 0, {"grown": "/type"}),
    ],
    ids=str,
)
def test_a_planted_defect_is_told_with_the_consumer_it_hits(name, interaction, defect, tmp_path):
    pact = read(name)
    found = verified(with_defects(pact, pact["interactions"][interaction], [defect]), tmp_path)
    assert found.success is False
    said = [finding for finding in findings_of(found) if finding.rule == "pact-verification-mismatch"]
    assert said
    assert all(finding.title.startswith(pact["consumer"]["name"]) for finding in said)


@pytest.mark.integration
def test_the_sandbox_keeps_every_pact_and_the_results_are_stored(tmp_path):
    store = tmp_path / "history.sqlite"
    consumers = ("analytics", "crm", "entitlements", "erp-connector")
    versions = [word for name in consumers for word in ("--consumer-version", f"{name}=1.0.0")]
    done = run(
        *(PACTS / "billing-invoices", "--handlers", SANDBOX, "--format", "json"),
        *("--store", store, "--provider-version", "7.3.0", "--branch", "main", *versions),
    )
    assert done.return_value == 0, done.output
    assert [pact["success"] for pact in json.loads(done.output)["pacts"]] == [True] * 4

    from harness.history import open_history, verifications_of  # noqa: PLC0415

    history = open_history(store)
    kept = verifications_of(history, provider="billing-invoices")
    history.close()
    assert {(one.consumer, one.success, one.provider_version) for one in kept} == {
        (name, True, "7.3.0") for name in consumers
    }
    assert sum(len(one.interactions) for one in kept) == 7


@pytest.mark.integration
def test_requests_and_messages_of_one_pact_are_verified_in_one_call(tmp_path):
    http, event = read("billing-invoices/erp-connector.json"), read("billing-events/erp-connector.json")
    both = {**http, "interactions": http["interactions"] + event["interactions"]}
    found = verified(both, tmp_path, SANDBOX)
    assert [one.success for one in found.tried] == [True] * 5
    assert found.success is True


@pytest.mark.integration
def test_a_state_without_handler_is_a_finding_and_never_green(tmp_path):
    pact = read("billing-invoices/crm.json")
    pact["interactions"][0]["providerStates"] = [{"name": "an account nobody knows"}]
    file = tmp_path / "crm.json"
    file.write_text(json.dumps(pact), "utf-8")
    done = run(file, "--handlers", SANDBOX)
    assert done.return_value == 3
    assert "crm" in done.output
    assert "nobody establishes the state: an account nobody knows" in done.output


@pytest.mark.integration
def test_a_handler_that_breaks_leaves_its_interaction_untried(tmp_path):
    handlers = tmp_path / "handlers.py"
    handlers.write_text(
        """
def broken():
    raise RuntimeError("no database")

STATES = {"invoice in_D1 of DE-01 was finalised": lambda: None}
MESSAGES = {"a finalised invoice that is to be posted": broken}
""",
        "utf-8",
    )
    found = verified(read("billing-events/erp-connector.json"), tmp_path, handlers)
    assert found.success is None
    said = [finding.detail for finding in findings_of(found)]
    assert any("no database" in words for words in said)
    assert any("invoice in_D7 was voided" in words for words in said)


@pytest.mark.integration
@pytest.mark.parametrize(
    "code",
    [
        "import os; os.abort()",
        "raise SystemExit(0)",
        "raise RuntimeError('no provider today')",
        "import time; time.sleep(60)",
        "",
    ],
    ids=["crash", "silent end", "error", "endless", "no message handler and no url"],
)
def test_a_verifier_that_could_not_run_says_nothing(code, tmp_path):
    handlers = tmp_path / "handlers.py"
    handlers.write_text(code, "utf-8")
    seconds = 2 if "sleep" in code else 60
    found = verified(read("billing-invoices/crm.json"), tmp_path, handlers, seconds=seconds)
    assert found.success is not True
    assert list(findings_of(found))


@pytest.mark.integration
def test_a_pact_with_a_plug_in_is_refused_before_any_process_starts(tmp_path, monkeypatch):
    pact = read("billing-invoices/crm.json")
    pact["metadata"]["plugins"] = [{"name": "protobuf", "version": "0.3.0"}]
    started = []
    monkeypatch.setattr("subprocess.run", lambda *a, **_: started.append(a))
    with pytest.raises(HarnessError, match="plugin"):
        verified(pact, tmp_path, SANDBOX)
    assert started == []


def interaction(description="d", *, pending=False, state="s"):
    return {"description": description, "providerStates": [{"name": state}], "pending": pending}


def judged(results, interactions, **more):
    pact = {"consumer": {"name": "erp"}, "provider": {"name": "billing"}, "interactions": interactions}
    return judge(pact, "p.json", Answer(results, **more))


def result(outcome="OK", description="d", state="s"):
    return {"description": description, "providerStates": [{"name": state}], "result": outcome}


@pytest.mark.parametrize(
    ("results", "interactions", "more", "success"),
    [
        ({"result": True, "interactionResults": [result()]}, [interaction()], {}, True),
        ({"result": True, "interactionResults": [result()]}, [interaction()], {"raised": "RuntimeError"}, None),
        ({"result": False, "interactionResults": [result()]}, [interaction()], {}, None),
        ({"interactionResults": [result()]}, [interaction()], {}, None),
        ({"result": True, "interactionResults": []}, [interaction()], {}, None),
        ({"result": True, "errors": []}, [interaction()], {}, None),
        ({"result": True, "interactionResults": [result()]}, [interaction(), interaction("e")], {}, None),
        ({"result": True, "interactionResults": [result()]}, [interaction(), interaction()], {}, None),
        ({"result": True, "interactionResults": [result(state="t")]}, [interaction()], {}, None),
        ({"result": True, "interactionResults": []}, [], {}, None),
        ({}, [interaction()], {"raised": "killed"}, None),
        ({"result": False, "interactionResults": [result("Error")]}, [interaction()], {"raised": "x"}, False),
        ({"result": True, "interactionResults": [result("Error")]}, [interaction(pending=True)], {}, None),
        (
            {"result": True, "interactionResults": [result()]},
            [interaction()],
            {"missing_states": (("s", "no handler"),)},
            None,
        ),
    ],
)
def test_only_one_success_an_interaction_without_any_error_is_a_success(results, interactions, more, success):
    found = judged(results, interactions, **more)
    assert found.success is success
    assert (success is True) == (not list(findings_of(found)))


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest", "file:///etc/passwd", "ftp://127.0.0.1", "x"])
def test_an_address_that_is_no_provider_is_refused(address):
    with pytest.raises(UsageError):
        check_address(address)


def test_what_is_asked_wrongly_says_how_to_ask(tmp_path):
    other = tmp_path / "empty"
    other.mkdir()
    for arguments in (
        [other],
        [tmp_path / "absent.json"],
        [PACTS / "billing-invoices", "--store", tmp_path / "h"],
        [PACTS / "billing-invoices/crm.json", "--provider", "billing-events"],
        [PACTS / "billing-invoices/crm.json", "--header", "x"],
    ):
        done = run(*arguments)
        assert isinstance(done.exception, UsageError), (arguments, done.output)
        assert done.exception.remedy


def test_the_library_is_not_loaded_here():
    assert "pact_ffi" not in sys.modules


@pytest.mark.integration
@pytest.mark.parametrize("provider", ["billing-events", "erp-events", "sync-admin", "sync-events"])
def test_what_the_sandboxes_really_send_keeps_its_pacts(provider):
    handlers = SANDBOX if provider.startswith("billing") else ROOT / "synthetic/sandboxes/sync/pact_provider.py"
    done = run(PACTS / provider, "--handlers", handlers)
    assert done.return_value == 0, done.output
