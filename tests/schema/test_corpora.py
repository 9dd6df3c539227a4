"""The prover against thousands of pairs labelled by others: never wrong, hardly ever without an answer."""

import json
import random
from collections import Counter
from decimal import Decimal

import jsonschema
import pytest

from harness.model import HarnessError
from harness.schema import Dialect, Prover
from harness.schema.validation import Validator

pytestmark = pytest.mark.corpus

FILES = ("jsts", "constructed", "jsonsubschema", "jsoncompat")
VERDICTS = {"included": True, "excluded": False, "unknown": None}
SECOND_OPINION = {
    Dialect.DRAFT_04: jsonschema.Draft4Validator,
    Dialect.DRAFT_07: jsonschema.Draft7Validator,
    Dialect.DRAFT_2020_12: jsonschema.Draft202012Validator,
}


def questions(corpus, name):
    """Yield (id, sub, sup, dialect, label) for every direction that has a label nobody refuted."""
    for line in (corpus / "compat" / f"{name}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line, parse_float=Decimal)
        if row.get("label_refuted_by_witness"):
            continue
        for direction, sub, sup in (("backward", "old", "new"), ("forward", "new", "old")):
            label = row["expected"].get(direction)
            if label is not None:
                yield f"{row['id']} {direction}", row[sub], row[sup], row["dialect"], label


def with_floats(value):
    """Return a value as jsonschema reads it (it knows no Decimal in `multipleOf`)."""
    return json.loads(json.dumps(value, default=float))


def confirmed_by_both(sub, sup, dialect, witness):
    """Whether jsonschema-rs and jsonschema agree that a witness is valid under `sub` and not under `sup`."""
    first, second = Validator(sub, dialect), Validator(sup, dialect)
    if first.error(witness) is not None or second.error(witness) is None:
        return False
    opinion = SECOND_OPINION[Dialect.parse(dialect)]
    shown = with_floats(witness)
    return opinion(with_floats(sub)).is_valid(shown) and not opinion(with_floats(sup)).is_valid(shown)


def judged(corpus, name):
    """Return {"right": [...], "unproven": [...], ...}: the ids by what became of them."""
    found = {key: [] for key in ("right", "unproven", "false compatible", "false breaking", "label refuted", "refused")}
    for id_, sub, sup, dialect, label in questions(corpus, name):
        try:
            answer = Prover(sub, sup, dialect=dialect).includes()
        except HarnessError as problem:
            found["refused"].append((id_, problem.message))
            continue
        verdict = VERDICTS[answer.verdict]
        if verdict is None:
            found["unproven"].append((id_, answer.reason))
        elif verdict is label:
            found["right"].append((id_, ""))
        elif verdict:
            found["false compatible"].append((id_, ""))
        else:
            refuted = confirmed_by_both(sub, sup, dialect, answer.witness)
            found["label refuted" if refuted else "false breaking"].append((id_, repr(answer.witness)))
    return found


@pytest.mark.parametrize("name", FILES)
def test_no_verdict_of_a_published_file_is_wrong_and_hardly_any_is_missing(corpus, name):
    found = judged(corpus, name)
    number = sum(map(len, found.values()))
    assert found["false compatible"] == []
    assert found["false breaking"] == []
    assert len(found["unproven"]) <= 0.02 * number, found["unproven"]
    # what rests on a document that is not there is unproven, not refused
    assert found["refused"] == []
    assert len(found["right"]) > 0.95 * number


def test_true_inclusions_hide_behind_unproven_in_at_most_one_of_twenty(corpus):
    found = judged(corpus, "constructed")
    assert len(found["unproven"]) <= 0.05 * sum(map(len, found.values()))


def test_published_labels_are_contradicted_only_by_a_line_feed(corpus):
    found = judged(corpus, "jsonsubschema")
    # ECMA-262's dot matches no line end, so `.+` is not "at least one character"
    assert all("\\n" in witness for _, witness in found["label refuted"]), found["label refuted"]


def permuted(value, rng):
    """Return the same schema with members, alternatives and enum values in another order."""
    if isinstance(value, dict):
        names = list(value)
        rng.shuffle(names)
        return {name: permuted_keyword(name, value[name], rng) for name in names}
    return [permuted(item, rng) for item in value] if isinstance(value, list) else value


def permuted_keyword(name, value, rng):
    inside = permuted(value, rng)
    if name in {"enum", "allOf", "anyOf", "oneOf", "required", "type"} and isinstance(inside, list):
        rng.shuffle(inside)
    return inside


@pytest.mark.parametrize("name", FILES)
def test_the_order_of_members_never_changes_a_verdict(corpus, name):
    rng = random.Random(7)  # noqa: S311  (a shuffle, not a secret)
    changed = []
    for id_, sub, sup, dialect, _ in list(questions(corpus, name))[::5]:
        if "#/" in json.dumps([sub, sup], default=str):
            continue  # a pointer such as #/allOf/0 means the order
        verdicts = Counter()
        for first, second in ((sub, sup), (permuted(sub, rng), permuted(sup, rng))):
            try:
                verdicts[Prover(first, second, dialect=dialect).includes().verdict] += 1
            except HarnessError:
                verdicts["refused"] += 1
        if len(verdicts) > 1:
            changed.append((id_, dict(verdicts)))
    assert changed == []
