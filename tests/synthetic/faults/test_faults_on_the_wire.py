"""Faults of orders, made again in another process from what it is told."""

from __future__ import annotations

import json

import pytest

from harness.model import NotFoundError, UnreadableError
from synthetic.cli.live_faults import CHOICE, known_faults, listed
from synthetic.deeds.categories import Categories
from synthetic.faults import Seen
from synthetic.faults.live import fault_of, live_faults, to_json

SEEN = Seen("erp", "post_invoice", {"invoice.id": ("in_1",), "invoice.tax": (22800, 0)}, is_deed=True)
NAMES = Categories(())


def test_every_fault_of_an_order_can_be_made_from_its_record():
    made = live_faults([SEEN], NAMES)
    assert {"erp.post_invoice/dropped", "erp.post_invoice/invoice.tax=plus-1", "erp.post_invoice/down"} <= {
        one.id for one in made
    }
    crossed = json.loads(json.dumps(to_json(SEEN)))
    for one in made:
        again = fault_of(one.id, crossed, NAMES)
        assert (again.id, again.places, again.names) == (one.id, one.places, one.names)


def test_an_outage_behind_the_middleware_is_called_by_what_does_not_arrive():
    down = next(one for one in live_faults([SEEN], NAMES) if one.id.endswith("/down"))
    assert {"missing", "late"} <= down.names


def test_looks_and_deeds_of_probes_pass_no_proxy():
    looks = Seen("erp", "posting_of", {"count": (1,)})
    elsewhere = Seen("crm", "accept_order", {}, is_deed=True)
    assert live_faults([looks, elsewhere], NAMES) == ()


def test_what_is_no_record_or_no_fault_is_said():
    with pytest.raises(UnreadableError):
        fault_of("x", {"port": "erp"}, NAMES)
    with pytest.raises(NotFoundError):
        fault_of("x", to_json(SEEN), NAMES)


@pytest.mark.slow
def test_what_a_drill_plays_by_itself_exists_and_covers_every_operator():
    known = known_faults()
    assert [one for one in CHOICE if one not in known] == []
    kinds = {known[one][0].kind for one in CHOICE}
    assert kinds >= {"drop", "delay", "duplicate", "reorder", "replay", "mutate", "5xx", "5xx burst", "429 burst"}
    assert kinds >= {"auth expiry", "double posting", "parallel run"}
    assert listed(["erp.post_invoice/d*"]) == ["erp.post_invoice/dropped", "erp.post_invoice/down"]
