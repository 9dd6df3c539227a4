"""`harness probe`: what it shows, and what its exit code means."""

from __future__ import annotations

import json

import pytest

import synthetic.cli.matrix
from harness.cli.main import main
from harness.history import latest_runs, open_history
from synthetic.matrix import reference
from synthetic.probes import PROBES

FAULTS = """
import synthetic.faults
from synthetic.faults import fault, UnreachableError

@fault("wrong-company", port="erp", operation="posting_of", names={"entity-wrong"})
def wrong_company(call, forward, rng):
    answer = forward()
    answer["entity"] = "US-01" if answer["entity"] == "DE-01" else "DE-01"
    return answer

@fault("tax-lost-on-the-way", port="erp", operation="post_invoice", names={"tax", "missing"})
def tax_lost(call, forward, rng):
    call.request["invoice"]["tax"] = 0
    return forward(call)

@synthetic.faults.fault("down", port="ledger", operation=["posting", "receivable_of"], names="outage")
def down(call, forward, rng):
    raise TimeoutError("nobody there")

for field in ("net", "total"):
    @fault(f"one-cent-{field}", operation="erp.posting_of", names={"amount"})
    def one_cent(call, forward, rng, field=field):
        answer = forward(call)
        return answer | {field: answer[field] + 1} if answer["count"] else answer
"""
NOT_SEEN = """
from synthetic.faults import fault

@fault("memo", port="billing", operation="invoice_of", names={"state"})
def memo(call, forward, rng):
    return forward() | {"quantity": 99}
"""


@pytest.fixture(scope="module", autouse=True)
def one_reference():
    """Play the clean suite once for all tests: it is the same for each, and most of what they would wait for."""
    kept = {}

    def once(suite):
        names = tuple(probe.name for probe in suite.probes)
        return kept[names] if names in kept else kept.setdefault(names, reference(suite))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(synthetic.cli.matrix, "reference", once)
        yield


@pytest.fixture
def harness(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["probe", *map(str, arguments)])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def written(folder, text):
    (folder / "faults.py").write_text(text)
    return folder


def test_faults_of_a_folder_are_found_and_named(harness, tmp_path):
    code, out, _ = harness("matrix", "--faults", written(tmp_path, FAULTS), "--format", "json", "--processes", 1)
    found = json.loads(out)
    summary = found["summary"]
    assert (code, summary["faults"], summary["detected"], summary["named_right"], summary["leaks"]) == (0, 5, 5, 5, 0)
    rows = {row["fault"]: row for row in found["rows"]}
    assert rows["wrong-company"]["category"] == "entity"
    assert rows["down"]["verdict"] == "inconclusive"
    for name in ("fault", "probe", "seed", "verdict", "category", "named_right", "leaks", "ttd_s"):
        assert all(name in row for row in rows.values())


def test_a_fault_written_wrongly_fails_the_run_that_it_changed_nothing_in(harness, tmp_path):
    folder = written(tmp_path, NOT_SEEN.replace('"quantity": 99', '"quantity": undefined'))
    code, out, err = harness("run", "invoice-posting", "--fault", folder)
    assert code == 3
    assert "and changed 0" in out
    assert "fault memo stopped: NameError" in err


def test_a_document_that_is_held_back_is_told_with_the_code_that_holds_it(harness, tmp_path):
    text = "from synthetic.faults import fault, RefusedError\n"
    text += "@fault('x', 'erp', 'post_invoice', {'mapping'})\n"
    text += "def x(call, forward, rng):\n    raise RefusedError('erp', 'sku-unmapped', 'no such item')\n"
    code, out, _ = harness("run", "invoice-posting", "--fault", written(tmp_path, text))
    assert code == 1
    assert "held for   none                sku-unmapped" in out
    assert "1 too low" in out
    assert "failed   mapping" in out


def test_a_survivor_is_exit_1_until_it_is_waived_with_a_reason(harness, tmp_path):
    folder = written(tmp_path, NOT_SEEN)
    code, out, _ = harness("matrix", "--faults", folder, "--processes", 1, "--probe", "invoice-posting")
    assert code == 1
    assert "0 of 1 faults found" in out
    assert "Survivors" in out
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text("waivers: [{faults: [memo], reason: for people only}]")
    code, out, _ = harness("matrix", "--faults", folder, "--waivers", waivers, "--probe", "invoice-posting")
    assert code == 0
    assert "memo   for people only" in out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (NOT_SEEN.replace("invoice_of", "invoice_off"), "did you mean invoice_of?"),
        (NOT_SEEN.replace('"billing"', '"warehouse"'), "no port warehouse: there are analytics, billing"),
        (NOT_SEEN.replace('"state"', '"strange"'), "no failure category strange: there are account"),
        (NOT_SEEN.replace('"quantity": 99', '"quantity": undefined'), "fault memo stopped: NameError"),
    ],
)
def test_a_fault_that_cannot_be_played_is_told_with_what_there_is(harness, tmp_path, text, words):
    code, out, err = harness("matrix", "--faults", written(tmp_path, text), "--processes", 1)
    assert code == (1 if "category" in words else 3)
    assert words in out
    assert "Traceback" not in out + err


WAYS = """
from dataclasses import replace
from synthetic.faults import fault, RefusedError, UnreachableError

@fault("absorbed", port="erp", operation="post_invoice", names={"duplicate"})
def absorbed(call, forward, rng):
    forward()
    return forward()

@fault("did-nothing", port="erp", operation="register_party", names={"mapping"})
def did_nothing(call, forward, rng):
    if call.request.get("payment_terms") == "NEVER":
        return {}
    return forward()

@fault("unknown-field", port="erp", operation="posting_of", names={"entity"})
def unknown(call, forward, rng):
    return forward() | {"company": "9999"}

@fault("never-played", port="erp", operation="assign_collection", names={"duplicate"})
def never(call, forward, rng):
    return {}

@fault("left-behind", port="billing", operation="cancel", names={"control"})
def left(call, forward, rng):
    raise RefusedError("billing", "locked", "nobody cancels here")

@fault("no-answer-at-the-end", port="billing", operation="cancel", names={"unreachable"})
def unanswered(call, forward, rng):
    raise UnreachableError("billing", "503", retry_after=5)

@fault("slip-in-a-systems-order", port="erp", operation="post_invoice", names={"entity"})
def slip(call, forward, rng):
    call.request["invoice"]["no_such_field"] += 1
    return forward(call)

@fault("key-ignored", port="billing", operation="onboard", names={"identity"})
def key_ignored(call, forward, rng):
    forward(replace(call, key=call.key + "-again"))
    return forward()
"""


def test_never_called_did_nothing_absorbed_left_behind_and_broken_are_told_apart(harness, tmp_path):
    code, out, _ = harness("matrix", "--faults", written(tmp_path, WAYS), "--format", "json", "--processes", 1)
    found = json.loads(out)
    rows = {row["fault"]: row for row in found["rows"]}
    assert {name: row["result"] for name, row in rows.items()} == {
        "absorbed": "absorbed",
        "did-nothing": "did-nothing",
        "unknown-field": "did-nothing",
        "never-played": "never-played",
        "left-behind": "found",
        "no-answer-at-the-end": "found",
        "slip-in-a-systems-order": "broken",
        "key-ignored": "found",
    }
    assert "request.customer.payment_terms" in rows["did-nothing"]["note"]
    assert rows["absorbed"]["met"] == rows["absorbed"]["changed"] > 0
    assert [(rows[one]["category"], rows[one]["leaks"]) for one in ("left-behind", "no-answer-at-the-end")] == [
        ("control", 0),
        ("control", 0),
    ]
    assert all(rows[one]["left"] for one in ("left-behind", "no-answer-at-the-end"))
    assert rows["key-ignored"]["category"] == "identity"
    assert (found["summary"]["did_nothing"], found["summary"]["survivors_unwaived"], code) == (2, 0, 3)


def test_what_is_only_ever_refused_is_called_too(harness, tmp_path):
    text = (
        "from synthetic.faults import fault, RefusedError\n"
        '@fault("accepts", port="crm", operation="accept_order", names={"state", "control"})\n'
        "def accepts(call, forward, rng):\n"
        "    try:\n        return forward()\n"
        "    except RefusedError:\n        return {'order': call.request['order']}\n"
    )
    code, out, _ = harness("matrix", "--faults", written(tmp_path, text), "--format", "json", "--processes", 1)
    (row,) = json.loads(out)["rows"]
    assert (code, row["detected"], row["step"]) == (0, True, "An order above the credit limit is refused")


def test_one_fault_that_cannot_be_played_keeps_no_other_from_it(harness, tmp_path):
    strange = '@fault("strange", "erp", "posted", {"tax"})\ndef strange(call, forward, rng):\n    return 1\n'
    folder = written(tmp_path, FAULTS + strange)
    code, out, _ = harness("matrix", "--faults", folder, "--format", "json", "--processes", 1)
    found = json.loads(out)
    assert (code, found["summary"]["detected"], found["summary"]["not_played"]) == (3, 5, 1)
    (row,) = [row for row in found["rows"] if not row["played"]]
    assert (row["verdict"], row["detected"], row["equivalent"]) == ("never-played", False, False)


def test_clean_runs_are_a_run_of_their_own(harness):
    code, out, _ = harness("matrix", "--clean", 30, "--format", "json", "--processes", 2)
    assert code == 0
    assert json.loads(out)["summary"]["clean_runs"] == 30


def test_a_run_shows_its_hops_and_its_verdict(harness):
    code, out, _ = harness("run", "card-payment")
    assert code == 0
    assert "✓ Applied in the ledger" in out
    assert "✓ passed   44 facts asserted" in out


def test_a_failed_run_shows_expected_and_seen_and_is_exit_1(harness, tmp_path):
    code, out, _ = harness(
        "run", "invoice-posting", "--fault", written(tmp_path, FAULTS.split('@fault("tax', maxsplit=1)[0])
    )
    assert code == 1
    assert "entity   DE-01               US-01" in out
    assert "✗ failed   entity" in out


def test_what_could_not_be_looked_at_is_exit_3(harness, tmp_path):
    down = FAULTS.split("for field", maxsplit=1)[0].replace("wrong-company", "a").replace("tax-lost", "b")
    (tmp_path / "f.py").write_text(down.split("@fault")[0] + "@synthetic" + down.split("@synthetic")[1])
    code, out, _ = harness("run", "invoice-posting", "--fault", tmp_path, "--format", "json")
    (run,) = json.loads(out)
    assert (code, run["verdict"], run["category"]) == (3, "inconclusive", "unreachable")


def test_list_and_describe_know_every_probe(harness):
    _, out, _ = harness("list", "--format", "json")
    names = [one["name"] for one in json.loads(out)]
    assert len(names) == len(set(names)) == len(PROBES)
    code, out, _ = harness("describe", "credit-and-refund", "--format", "json")
    assert code == 0
    assert json.loads(out)[0]["steps"][0]["title"] == "Account accepted"


def test_runs_can_be_stored_where_the_monitor_stores_its_own(harness, tmp_path):
    place = tmp_path / "history.sqlite"
    assert harness("run", "card-payment", "--history", place, "--slot", "a")[0] == 0
    history = open_history(str(place))
    (kept,) = latest_runs(history, "card-payment", "landscape")
    history.close()
    assert (kept.slot, kept.verdict.value, len(kept.steps)) == ("a", "passed", 13)


def test_nothing_is_left_to_reap_in_a_fresh_landscape(harness):
    assert harness("reap")[:2] == (0, "0 left behind in landscape, 0 taken back.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "card-paymet"), "Did you mean card-payment?"),
        (("matrix", "--seeds", "x"), "x is no seed"),
        (("matrix", "--probe", "nothing"), "no probe nothing"),
        (("run", "card-payment", "--environment", "nowhere"), "nowhere"),
    ],
)
def test_what_is_asked_wrongly_is_exit_2(harness, arguments, words):
    code, _, err = harness(*arguments)
    assert code == 2
    assert words in err


def test_probes_are_repeated_in_a_line_each_until_one_is_not_clean(harness, tmp_path):
    code, out, _ = harness("run", "card-payment", "write-off", "--repeat", "3")
    assert code == 0
    assert [line.split("   ")[0].strip() for line in out.splitlines()[:-1]] == [f"round {n} of 3" for n in (1, 2, 3)]
    assert out.splitlines()[-1].startswith("3 rounds of 2 probes clean: 6 runs, ")
    code, out, _ = harness("run", "card-payment", "--repeat", "3", "--fault", written(tmp_path, FAULTS))
    assert code == 1
    assert "✗ failed" in out
    said = next(line for line in out.splitlines() if line.startswith("0 rounds of 1 probes clean: 0 runs, "))
    assert said.endswith("stopped in round 1 at card-payment.")
    code, _, err = harness("run", "card-payment", "--repeat", "2", "--reset")
    assert (code, "landscape cannot be emptied" in err) == (2, True)
