"""The admin API of the middleware follows its contract and does what it says."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import jsonschema_rs
import pytest
from conformity import ROOT, TOKEN, Checked
from starlette.applications import Starlette

from harness.catalog import read_catalog
from harness.compat.bundling import bundle
from harness.documents import FolderTree, Library
from synthetic.clock import VirtualClock
from synthetic.deeds import RefusedError
from synthetic.sandboxes.faces import Contract, Face
from synthetic.sandboxes.faces.sync_admin import SyncAdmin
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.sync import Sync
from synthetic.sandboxes.sync.events import guide_of
from synthetic.sandboxes.sync.relay import StoredBus, relay

CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
AT = int(datetime(2027, 1, 4, 9, tzinfo=UTC).timestamp())


class World:
    """A middleware whose ERP says yes or no as it is told."""

    def __init__(self):
        self.refuse = ""
        self.asked = []
        self.clock = VirtualClock(datetime(2027, 1, 4, 9, tzinfo=UTC))
        self.sync = Sync(Master(CATALOG), self._ask, self.clock.now, latency=0.0, guide=guide_of(CATALOG))
        self.bus = StoredBus(self.sync.storage)
        admin = SyncAdmin(self.sync, guide_of(CATALOG))
        assert set(admin.answers()) == set(SyncAdmin.OPERATIONS)
        kept = {}
        face = Face("sync-admin", lambda: Contract(ROOT, "sync-admin"), admin.answers(), TOKEN, lambda: kept)
        self.client = Checked(Starlette(routes=[face.route()]), "sync-admin")

    def _ask(self, port, operation, _):
        if port == "erp":
            self.asked.append(operation)
            if self.refuse:
                raise RefusedError("erp", self.refuse, f"no: {self.refuse}")
        known = self.asked.count(operation) > 1
        return {"id": "x", "replayed": known, "count": 0}

    def customer(self, name="cus_1", event="evt_1", version=AT):
        found = {"id": name, "object": "customer", "name": "K", "created": AT, "metadata": {"legal_entity": "DE-01"}}
        self.sync.receive({"id": event, "type": "customer.created", "created": version, "data": {"object": found}})
        self.sync.run_due()

    def told(self):
        relay(self.sync.storage, self.bus)
        return self.bus.published()


@pytest.fixture
def world():
    return World()


def key_of(name="cus_1", version=AT):
    return {"source_system": "billing", "object": "customer", "object_id": name, "version": version}


def asking(**more):
    return {"target": "erp", "reason": "cause fixed", "requested_by": "ada", **more}


def test_an_exception_is_listed_closed_with_its_cause_and_told_to_the_bus(world):
    async def story():
        ask = world.client.ask
        world.refuse = "terms-unmapped"
        world.customer()
        (row,) = (await ask("GET", "/exceptions?status=open&category=mapping&legal_entity=DE-01")).json()["data"]
        assert (row["message"], row["next_step"]) == ("erp refused: no: terms-unmapped", "R1")
        assert (await ask("GET", f"/exceptions/{row['id']}")).json() == row
        assert (await ask("GET", "/exceptions?status=closed")).json()["data"] == []
        closing = {"cause": "row added", "closed_by": "ada"}
        done = await ask("POST", f"/exceptions/{row['id']}/closing", closing)
        assert (done.status_code, done.json()["status"], done.json()["cause"]) == (200, "closed", "row added")
        assert (await ask("POST", f"/exceptions/{row['id']}/closing", closing)).json() == done.json()
        other = await ask("POST", f"/exceptions/{row['id']}/closing", closing, key="another-key")
        assert other.status_code == 409
        changed = await ask("POST", f"/exceptions/{row['id']}/closing", closing | {"cause": "else"})
        assert changed.status_code == 409
        kinds = [one["type"].split(".", 2)[2] for one in world.told()]
        assert kinds == ["exception.raised.v1", "exception.closed.v1"]

    asyncio.run(story())


def test_a_replay_sends_what_was_held_and_proves_what_was_there(world):
    async def story():
        ask = world.client.ask
        world.customer("cus_0", "evt_0")
        world.refuse = "period-closed"
        world.customer()
        assert world.sync.storage.backlog() == 1
        world.refuse = ""
        begun = await ask("POST", "/replays", asking(keys=[key_of("cus_1"), key_of("cus_0")]))
        assert (begun.status_code, begun.json()["status"]) == (202, "queued")
        assert begun.json()["event_ids"] == ["evt_0", "evt_1"]
        world.sync.run_due()
        done = (await ask("GET", f"/replays/{begun.json()['id']}")).json()
        assert (done["status"], done["sent"] + done["skipped"], done["failed"]) == ("completed", 2, 0)
        assert world.sync.storage.exceptions() == []
        assert [one["type"] for one in world.told()][-1] == "example.aster.replay.completed.v1"
        again = await ask("POST", "/replays", asking(keys=[key_of("cus_1"), key_of("cus_0")]))
        assert again.json() == begun.json()

    asyncio.run(story())


def test_a_replay_that_is_refused_again_has_failed(world):
    async def story():
        world.refuse = "period-closed"
        world.customer()
        begun = (await world.client.ask("POST", "/replays", asking(key=key_of()))).json()
        world.sync.run_due()
        done = (await world.client.ask("GET", f"/replays/{begun['id']}")).json()
        assert (done["status"], done["failed"]) == ("failed", 1)
        assert [one.category for one in world.sync.storage.exceptions()] == ["period"]

    asyncio.run(story())


def test_events_that_lead_to_nothing_are_not_sent_again(world):
    async def story():
        found = {"id": "in_1", "object": "invoice", "customer": "cus_1", "metadata": {"legal_entity": "DE-01"}}
        world.sync.receive({"id": "evt_1", "type": "invoice.created", "created": AT, "data": {"object": found}})
        key = {"source_system": "billing", "object": "invoice", "object_id": "in_1", "version": AT}
        assert (await world.client.ask("POST", "/replays", asking(key=key))).status_code == 422
        assert world.sync.storage.backlog() == 0

    asyncio.run(story())


def test_a_defect_of_ours_holds_its_own_lane_and_no_other(world):
    broken = {"id": "cus_x", "object": "customer", "metadata": {"legal_entity": "DE-01"}}
    world.sync.receive({"id": "evt_x", "type": "customer.created", "created": AT, "data": {"object": broken}})
    world.customer("cus_2", "evt_2")
    (problem,) = world.sync.storage.exceptions()
    assert (problem.object_id, problem.category, problem.code) == ("cus_x", "control", "defect")
    assert "KeyError" in problem.message
    assert world.asked == ["register_party"]


def test_a_paused_lane_keeps_its_order_and_loses_nothing(world):
    async def story():
        ask = world.client.ask
        world.customer()
        (lane,) = (await ask("GET", "/lanes")).json()["data"]
        assert (lane["id"], lane["paused"], lane["waiting"], lane["oldest_at"]) == ("DE-01:customer", False, 0, None)
        paused = await ask("PUT", f"/lanes/{lane['id']}/state", {"paused": True, "reason": "look first"})
        assert paused.json()["paused"]
        before = len(world.asked)
        for number in (2, 3):
            world.customer("cus_1", f"evt_{number}", AT + number)
        assert len(world.asked) == before
        (lane,) = (await ask("GET", "/lanes")).json()["data"]
        assert (lane["paused"], lane["waiting"]) == (True, 2)
        state = {"paused": False, "reason": "all well"}
        await ask("PUT", f"/lanes/{lane['id']}/state", state, key="resume-it")
        world.sync.run_due()
        assert (len(world.asked), world.sync.storage.backlog()) == (before + 2, 0)
        assert [row[1] for row in world.sync.storage.queue.audit() if row[1] in ("pause", "resume")] == [
            "pause",
            "resume",
        ]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/exceptions/ex_99", None, {}, 404),
        ("GET", "/exceptions/nothing", None, {}, 404),
        ("GET", f"/exceptions/ex_{'9' * 40}", None, {}, 404),
        ("GET", "/replays/rp_9", None, {}, 404),
        ("GET", "/exceptions?status=gone", None, {}, 400),
        ("GET", "/exceptions?limit=0", None, {}, 400),
        ("GET", "/exceptions?limit=ten", None, {}, 400),
        ("GET", "/exceptions?cursor=none", None, {}, 400),
        ("GET", "/lanes", None, {"authorization": "Bearer x"}, 401),
        ("GET", "/lanes", None, {"x-correlation-id": "short"}, 400),
        ("POST", "/replays", {}, {}, 400),
        ("POST", "/replays", asking(), {}, 422),
        ("POST", "/replays", asking(key=key_of("lost")), {}, 422),
        ("POST", "/replays", asking(key=key_of()), {"idempotency-key": "short"}, 400),
        ("POST", "/exceptions/ex_9/closing", {"cause": "why", "closed_by": "a"}, {}, 404),
        ("PUT", "/lanes/XX-01:none/state", {"paused": True, "reason": "why"}, {}, 404),
        ("DELETE", "/lanes", None, {}, 405),
        ("GET", "/nowhere", None, {}, 404),
    ],
)
def test_a_request_outside_of_the_contract_is_a_problem_of_the_contract(world, method, path, body, headers, status):
    answer = asyncio.run(world.client.ask(method, path, body, headers=headers))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_pages_follow_each_other_without_gap_or_repeat(world):
    async def story():
        world.refuse = "period-closed"
        for number in range(5):
            world.customer(f"cus_{number}", f"evt_{number}")
        seen, cursor = [], ""
        while True:
            found = (await world.client.ask("GET", f"/exceptions?limit=2{cursor}")).json()
            seen += [row["id"] for row in found["data"]]
            if not found["has_more"]:
                assert found["next_cursor"] is None
                return seen
            cursor = f"&cursor={found['next_cursor']}"

    assert asyncio.run(story()) == [f"ex_{number}" for number in range(1, 6)]


def test_every_event_on_the_bus_follows_its_contract(world):
    world.refuse = "period-closed"
    world.customer()
    world.refuse = ""
    asyncio.run(world.client.ask("POST", "/replays", asking(key=key_of())))
    world.sync.run_due()
    library = Library(FolderTree(ROOT))
    events = world.told()
    assert [one["source"] for one in events] == ["/erp-connector", "/erp-connector", "/crm", "/erp-connector"]
    for event in events:
        hold_to_contract(library, event)


def hold_to_contract(library, event):
    """Validate a CloudEvent against the message of the contract that its `dataschema` names."""
    contract = event["dataschema"].partition("/events/")[2].partition("#")[0]
    document = json.loads(
        json.dumps(bundle(library.load(f"contracts/events/{contract}/asyncapi.yaml").root, library), default=float)
    )
    messages = document["components"]["messages"].values()
    (message,) = (one for one in messages if f"example.aster.{one['name']}.v1" == event["type"])
    schema = {"components": document["components"], "$defs": document.get("$defs", {}), **message["payload"]}
    errors = list(jsonschema_rs.Draft202012Validator(schema, validate_formats=True).iter_errors(event))
    assert not errors, [(list(one.instance_path), one.message) for one in errors]
