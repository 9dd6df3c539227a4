"""Fault files from outside the package: the interface others write against."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from harness.model import NotFoundError, UnreadableError
from synthetic.deeds import Attempt, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.faults import Played, load_faults, noise

NOW = datetime(2027, 1, 1, tzinfo=UTC)

OUTSIDE = """
from synthetic.faults import fault

@fault("wrong-entity", port="erp", operation="posting_of", names={"entity"})
def wrong_entity(call, forward, rng):
    answer = forward()
    if answer.get("count"):
        answer["entity"] = rng.choice(["US-01", "JP-01"])
    return answer

@fault("slow", port="erp", operation="posting_of", names={"late", "missing"})
def slow(call, forward, rng):
    answer = forward(call)
    return answer if len(call.history) > 2 else {"count": 0}
"""


def attempt(operation="posting_of", kind=Kind.LOOK, **request):
    return Attempt("erp", operation, request, kind, "", NOW)


def answering(**fields):
    return lambda _attempt: {"count": 1, "entity": "DE-01"} | fields


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "faults.py").write_text(OUTSIDE)
    return tmp_path


def test_faults_of_a_folder_are_read_with_their_names_and_their_file(folder):
    first, second = load_faults(folder)
    assert (first.id, first.places, first.names) == ("wrong-entity", {("erp", "posting_of")}, {"entity"})
    assert second.origin.endswith("faults.py")


def test_a_fault_acts_on_its_operation_only(folder):
    played = Played(load_faults(folder)[0])
    assert played(attempt(), answering())["entity"] != "DE-01"
    assert played(attempt("receivable_of"), answering())["entity"] == "DE-01"
    assert (played.met, played.changed) == (1, 1)


def test_a_fault_that_changes_nothing_knows_it(folder):
    played = Played(load_faults(folder)[0])
    assert played(attempt(), answering(count=0))["count"] == 0
    assert (played.met, played.changed) == (1, 0)


def test_a_fault_sees_what_was_answered_before_to_the_same_request(folder):
    played = Played(load_faults(folder)[1])
    found = [played(attempt(invoice="in_1"), answering())["count"] for _ in range(4)]
    assert found == [0, 0, 0, 1]
    assert played(attempt(invoice="in_2"), answering())["count"] == 0


def test_random_numbers_are_the_same_for_the_same_seed(folder):
    fault = load_faults(folder)[0]
    first, again = ([Played(fault, 7)(attempt(), answering())["entity"] for _ in range(1)] for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import nothing_of_this_name\n", "cannot be run: ModuleNotFoundError"),
        ("def broken(:\n", "cannot be run: SyntaxError"),
    ],
)
def test_a_file_that_cannot_be_played_is_refused_with_its_name(tmp_path, text, words):
    (tmp_path / "bad.py").write_text(text)
    with pytest.raises(UnreadableError) as caught:
        load_faults(tmp_path)
    assert words in caught.value.message


def test_two_faults_of_one_id_are_told_apart(folder):
    (folder / "more.py").write_text(OUTSIDE)
    assert [one.id for one in load_faults(folder)] == ["wrong-entity", "slow", "wrong-entity@more", "slow@more"]


def test_a_file_that_cannot_be_run_keeps_no_other_from_being_read(folder):
    (folder / "bad.py").write_text("import nothing_of_this_name\n")
    broken = []
    assert len(load_faults(folder, broken)) == 2
    assert [(one.location.file, one.location.line) for one in broken] == [(str(folder / "bad.py"), 1)]


def test_an_empty_folder_is_no_set_of_faults(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(NotFoundError):
            load_faults(folder)


def played(tmp_path, text, number=0):
    (tmp_path / "f.py").write_text("from synthetic.faults import *\nfrom synthetic.faults import fault\n" + text)
    return Played(load_faults(tmp_path)[number])


def test_a_fault_that_answers_no_object_is_told_by_its_id(tmp_path):
    text = '@fault("x", port="erp", operation="*", names=())\ndef x(call, forward, rng):\n    return 3\n'
    with pytest.raises(UnreadableError, match="fault x answered int"):
        played(tmp_path, text)(attempt(), answering())


SPOILS = '@fault("x", "erp", "posting_of", ["entity"])\n'


@pytest.mark.parametrize(
    "body",
    [
        'def x(call, forward, rng):\n    answer = forward()\n    answer["entity"] = "US-01"\n',
        'def x(call, forward):\n    return {**forward(call.request), "entity": "US-01"}\n',
        "async def x(call, forward, rng):\n    found = forward(call)\n    found.entity = 'US-01'\n    return found\n",
        "x = None\ndef y(call, forward, rng):\n    return dict(forward(), entity='US-01')\n",
        "class Y:\n    def __call__(self, call, forward, rng):\n        return forward() | {'entity': 'US-01'}\n",
    ],
    ids=["returns None", "two arguments", "coroutine", "another name", "class"],
)
def test_a_fault_is_written_in_any_shape(tmp_path, body):
    text = body.replace("def x", SPOILS + "def x").replace("async " + SPOILS + "def", SPOILS + "async def")
    text = text.replace("def y", SPOILS + "def y")
    if "class Y" in text:
        text += 'fault("x", "erp", "posting_of", {"entity"})(Y())\n'
    one = played(tmp_path, text)
    assert one(attempt(), answering())["entity"] == "US-01"
    assert one.changed == 1


@pytest.mark.parametrize(
    "change",
    [
        'call.request["invoice"]["lines"][0]["net"] = 1',
        "call.request.invoice.lines[0].net = 1",
        'call.request["invoice.lines.0.net"] = 1',
        'call.request = {"invoice": {"lines": [{"net": 1}]}}',
        'call.request.get("invoice").update(lines=[{"net": 1}])',
    ],
)
def test_a_request_is_changed_in_any_way(tmp_path, change):
    text = (
        f'@fault("x", "erp", "post_invoice", ())\ndef x(call, forward, rng):\n    {change}\n    return forward(call)\n'
    )
    sent = []
    one = played(tmp_path, text)
    asked = attempt("post_invoice", Kind.DEED, invoice={"lines": [{"net": 5}]})
    one(asked, lambda found: sent.append(found.request) or {})
    assert sent == [{"invoice": {"lines": [{"net": 1}]}}]
    assert type(sent[0]["invoice"]) is dict
    assert asked.request == {"invoice": {"lines": [{"net": 5}]}}


@pytest.mark.parametrize("how", ["replace(call, key='k2')", "call, key='k2'", "set_key(call)"])
def test_a_key_that_a_fault_changes_is_the_key_that_is_sent(tmp_path, how):
    text = (
        "from dataclasses import replace\n"
        "def set_key(call):\n    call.key = 'k2'\n    return call\n"
        f'@fault("x", "billing", "onboard", ())\ndef x(call, forward, rng):\n    return forward({how})\n'
    )
    one, sent = played(tmp_path, text), []
    asked = Attempt("billing", "onboard", {"account": "a"}, Kind.DEED, "k1", NOW)
    one(asked, lambda found: sent.append((dict(found.request), found.key)) or {})
    assert sent == [({"account": "a"}, "k2")]
    assert one.changed == 1


def test_a_fault_has_the_name_of_its_function(folder):
    assert [one.__name__ for one in load_faults(folder)] == ["wrong_entity", "slow"]


def test_what_a_fault_file_remembers_ends_with_the_run(tmp_path):
    text = (
        "fired = []\ncount = 0\n"
        '@fault("once", "erp", "posting_of", ())\n'
        "def once(call, forward, rng):\n    global count\n    count += 1\n    answer = forward()\n"
        "    if not fired:\n        fired.append(count)\n        answer['entity'] = 'US-01'\n    return answer\n"
    )
    (tmp_path / "f.py").write_text("from synthetic.faults import fault\n" + text)
    (once,) = load_faults(tmp_path)
    for _ in range(2):
        run = Played(once)
        assert [run(attempt(), answering())["entity"] for _ in range(3)] == ["US-01", "DE-01", "DE-01"]


@pytest.mark.parametrize("how", ["import time\n    time.sleep(600)", "from time import sleep\n    sleep(600)"])
def test_a_fault_that_sleeps_answers_so_long_after_it_was_first_asked_and_nobody_waits(tmp_path, how):
    text = f'@fault("x", "erp", "posting_of", ())\ndef x(call, forward, rng):\n    {how}\n    return forward()\n'
    one = played(tmp_path, text)
    with pytest.raises(UnreachableError, match="no answer in time") as caught:
        one(attempt(), answering())
    assert caught.value.retry_after == 600
    later = Attempt("erp", "posting_of", {}, Kind.LOOK, "", NOW + timedelta(seconds=601))
    assert one(later, answering())["count"] == 1


def test_an_error_that_a_fault_raises_is_an_outage_and_one_that_happens_to_it_is_not(tmp_path):
    text = '@fault("x", "erp", "posting_of", ())\ndef x(call, forward, rng):\n    {}\n'
    for meant in ("raise RuntimeError('500')", "raise ConnectionResetError", "raise Exception('boom')"):
        with pytest.raises(UnreachableError):
            played(tmp_path, text.format(meant))(attempt(), answering())
    for slip in ("forward()['nothing']", "return undefined", "1 / 0"):
        one = played(tmp_path, text.format(slip))
        assert one(attempt(), answering()) == {"count": 1, "entity": "DE-01"}
        assert (one.slips, one.changed) == (1, 0)
        assert "fault x stopped" in one.error.message


def test_a_fault_that_slips_on_some_calls_changes_the_others(tmp_path):
    text = '@fault("x", "erp", "*_of", ())\ndef x(call, forward, rng):\n    found = forward()\n'
    one = played(tmp_path, text + '    found["net"] += 1\n    return found\n')
    assert one(attempt(), answering(net=5))["net"] == 6
    assert one(attempt(), answering()) == {"count": 1, "entity": "DE-01"}
    assert (one.met, one.changed, one.slips) == (2, 1, 1)


def test_a_look_asked_otherwise_is_held_to_what_was_really_asked(tmp_path):
    text = '@fault("x", "erp", "posting_of", ())\ndef x(call, forward, rng):\n    return forward(ledger="DE-01")\n'
    one = played(tmp_path, text)
    assert one(attempt(ledger="US-01"), lambda asked: {"count": 1, **asked.request}) == {"count": 1, "ledger": "DE-01"}
    assert one.changed == 1


@pytest.mark.parametrize(
    "form",
    [
        "class x:\n    def __call__(self, call, forward, rng):\n        return {**forward(), 'net': 1}\n",
        "class x:\n    by = 1\n    def play(self, call, forward, rng):\n        return {**forward(), 'net': self.by}\n",
        "async def x(call, forward, rng):\n    found = await forward()\n    found.net = 1\n    return found\n",
        "@functools.wraps(len)\ndef x(call, forward, rng):\n    return {**forward(), 'net': 1}\n",
    ],
)
def test_a_fault_is_a_function_a_class_or_a_coroutine(tmp_path, form):
    one = played(tmp_path, "import functools\n@fault('x', 'erp', 'posting_of', {'amount'})\n" + form)
    assert one(attempt(), answering(net=5))["net"] == 1


def test_faults_of_a_shared_file_belong_to_the_file_that_makes_them(tmp_path):
    (tmp_path / "shared.py").write_text(
        "from synthetic.faults import fault\n"
        "def wrong(id, field):\n"
        "    @fault(id, 'erp', 'posting_of', {'entity'})\n"
        "    def made(call, forward, rng):\n        return {**forward(), field: 'x'}\n    return made\n"
        "own = wrong('of-shared', 'memo')\n"
    )
    (tmp_path / "a.py").write_text("from .shared import wrong\none = wrong('of-a', 'entity')\n")
    (tmp_path / "b.py").write_text("import shared\ntwo = shared.wrong('of-b', 'currency')\n")
    assert [one.id for one in load_faults(tmp_path)] == ["of-a", "of-b", "of-shared"]


def test_an_operation_that_does_not_exist_is_a_problem_of_that_fault_only(tmp_path):
    text = "".join(
        f'@fault("{name}", port="{port}", operation="{operation}", names=())\ndef f(*call):\n    return {{}}\n'
        for name, port, operation in (("a", "erp", "posting_off"), ("b", "bank", "x"), ("c", "*", "posting_of"))
    )
    (tmp_path / "f.py").write_text("from synthetic.faults import fault\n" + text)
    first, second, third = load_faults(tmp_path)
    assert "did you mean posting_of?" in first.problem
    assert "no port bank" in second.problem
    assert (third.problem, third.places) == ("", {("erp", "posting_of")})


def test_noise_is_repeatable_and_has_about_its_share():
    def outcome(seed):
        layer, found = noise(seed, errors=0.2, stale=0.3), []
        values = iter(range(1000))
        for _ in range(500):
            try:
                found.append(layer(attempt(), lambda _attempt: {"count": next(values)})["count"])
            except UnreachableError:
                found.append(None)
        return found

    assert outcome(1) == outcome(1) != outcome(2)
    assert 60 < outcome(1).count(None) < 140
    seen = [value for value in outcome(1) if value is not None]
    assert 60 < sum(later <= earlier for earlier, later in pairwise(seen)) < 180


@pytest.mark.parametrize(
    ("said", "became"),
    [
        ("call.request['amount'] -= 1", {"payment": {"amount": 4, "legal_entity": "DE-01"}, "ledger": "DE-01"}),
        ("call.request.entity = 'JP-01'", {"payment": {"amount": 5, "legal_entity": "JP-01"}, "ledger": "DE-01"}),
        ("call.request.update(amount=7)", {"payment": {"amount": 7, "legal_entity": "DE-01"}, "ledger": "DE-01"}),
        ("call.request['ledger'] = 'X'", {"payment": {"amount": 5, "legal_entity": "DE-01"}, "ledger": "X"}),
        (
            "call.request['tax_id'] = 'X'",
            {"payment": {"amount": 5, "legal_entity": "DE-01"}, "ledger": "DE-01", "tax_id": "X"},
        ),
    ],
)
def test_a_part_is_found_without_its_document_and_under_its_other_name(tmp_path, said, became):
    text = (
        f"@fault('x', 'erp', 'apply_payment', ())\ndef x(call, forward, rng):\n    {said}\n    return forward(call)\n"
    )
    asked = []
    request = {"payment": {"amount": 5, "legal_entity": "DE-01"}, "ledger": "DE-01"}
    call = attempt("apply_payment", Kind.DEED, **request)
    played(tmp_path, text)(call, lambda sent: asked.append(sent.request) or {"done": True})
    assert asked == [became]
