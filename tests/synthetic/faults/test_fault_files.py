"""Fault files from outside the package: the interface others write against."""

from __future__ import annotations

from datetime import UTC, datetime
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
        (OUTSIDE + OUTSIDE.split("\n", 2)[2].replace("def wrong_entity", "def again"), "two faults are called"),
    ],
)
def test_a_file_that_cannot_be_played_is_refused_with_its_name(tmp_path, text, words):
    (tmp_path / "bad.py").write_text(text)
    with pytest.raises(UnreadableError) as caught:
        load_faults(tmp_path)
    assert words in caught.value.message


def test_an_empty_folder_is_no_set_of_faults(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(NotFoundError):
            load_faults(folder)


def test_a_fault_that_answers_no_object_is_told_by_its_id(tmp_path):
    (tmp_path / "f.py").write_text(
        'from synthetic.faults import fault\n@fault("x", port="erp", operation="*", names=())\n'
        "def x(call, forward, rng):\n    return None\n"
    )
    with pytest.raises(UnreadableError, match="fault x answered NoneType"):
        Played(load_faults(tmp_path)[0])(attempt(), answering())


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
