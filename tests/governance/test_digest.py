"""Golden vectors of the change-set digest: what a sign-off is bound to never changes its meaning silently."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.governance.digest import ChangedThing, canonical, change_set_digest
from harness.model import (
    Basis,
    Bump,
    Change,
    ContentModel,
    ContractComparison,
    ContractKind,
    Direction,
    Level,
    Location,
    Side,
    Verdict,
    json_equal,
)

CHANGE = Change(
    rule="field-withdrawn",
    title="Invoice.tax_amount removed",
    verdict=Verdict.BREAKING,
    level=Level.ERROR,
    basis=Basis.PROJECTION,
    direction=Direction.SENT,
    side=Side.OLD,
    location=Location("a.yaml", "/components/schemas/Invoice/properties/tax_amount", 3, 1),
    before={"type": "integer", "maximum": Decimal("10.50")},
)


def thing(*changes, name="billing", old="2.3.0", new="3.0.0"):
    comparison = ContractComparison(ContractKind.OPENAPI, Verdict.BREAKING, changes, Bump.MAJOR, ContentModel.DECLARED)
    return ChangedThing(name, old, new, comparison)


OTHER = replace(CHANGE, rule="field-added", side=Side.NEW, before=None, after={"type": "string"})


@pytest.mark.parametrize(
    ("things", "digest"),
    [
        ((), "638d672ceffcb3a83b4e8ae308d356218239e213b5a5a314168e191b532064ec"),
        ((thing(),), "d24d8afec26ad2a087e1f631540d65049f26dc3357b9b944692c117e86c34a6c"),
        ((thing(CHANGE),), "d6f70fc0df397d3b799b7d3e0069127dbe15f98db963016babb1f5a053f1315b"),
        (
            (thing(CHANGE, OTHER), ChangedThing("tax", "", "1.0.0", None, "..ab")),
            "c06b12b7fa5a98472345221932c76102f4463439605a4a5f9635e8fdcf9ea9f3",
        ),
    ],
)
def test_the_digest_of_a_change_set_is_fixed(things, digest):
    assert change_set_digest(things) == digest


@pytest.mark.parametrize(
    "same",
    [
        replace(CHANGE, location=Location("moved.json", CHANGE.location.pointer, 9, 9)),
        replace(CHANGE, title="other words", level=Level.INFO, fingerprint="x"),
        replace(CHANGE, verdict=Verdict.UNPROVEN, basis=Basis.INCLUSION, reason="found nothing"),
        replace(CHANGE, before={"maximum": Decimal("10.5"), "type": "integer"}),
    ],
)
def test_files_wording_levels_and_proof_are_outside_of_the_digest(same):
    assert change_set_digest([thing(same)]) == change_set_digest([thing(CHANGE)])


@pytest.mark.parametrize(
    "different",
    [
        thing(replace(CHANGE, rule="field-became-optional")),
        thing(replace(CHANGE, before={"type": "string"})),
        thing(replace(CHANGE, direction=Direction.RECEIVED)),
        thing(replace(CHANGE, location=Location("a.yaml", "/components/schemas/Invoice"))),
        thing(CHANGE, CHANGE),
        thing(CHANGE, new="3.0.1"),
        thing(CHANGE, name="tax"),
        thing(),
    ],
)
def test_any_change_of_the_change_is_another_digest(different):
    assert change_set_digest([different]) != change_set_digest([thing(CHANGE)])


def test_the_order_of_contracts_and_changes_does_not_matter():
    one = change_set_digest([thing(CHANGE, OTHER), thing(name="tax")])
    assert one == change_set_digest([thing(name="tax"), thing(OTHER, CHANGE)])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"),
        (10, "1e1"),
        (Decimal("10.50"), "105e-1"),
        (0, "0"),
        (Decimal("-0.0"), "0"),
        (-120, "-12e1"),
        (Decimal("1e400"), "1e400"),
        (True, "true"),
        ('a\n\x01"ü', '"a\\n\\u0001\\"ü"'),
        ({"b": [None], "a": {}}, '{"a":{},"b":[null]}'),
    ],
)
def test_canonical_text_keeps_every_digit_and_no_notation(value, text):
    assert canonical(value) == text


LEAVES = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6)


@given(VALUES, VALUES)
def test_two_values_have_one_text_exactly_if_they_are_equal_as_json(left, right):
    assert (canonical(left) == canonical(right)) is json_equal(left, right)
