"""The catalog of the landscape agrees with itself, with the contracts, and with the workflow specification."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from harness.catalog import Catalog, read_catalog, validate
from harness.catalog.durations import parse_duration
from harness.documents import Library, MemoryTree

ROOT = Path(__file__).parents[2]
TREE = MemoryTree(
    {
        str(path.relative_to(ROOT)): path.read_bytes()
        for folder in ("catalog", "contracts")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file()
    }
)
LIBRARY = Library(TREE)
PATHS = tuple(TREE.entries())

# Owner, RTO, RPO, RTO in the close window, interval of the probe: the first line of each workflow's specification.
WORKFLOWS = {
    "W1": ("revops", "PT8H", "PT15M", "", "PT30M"),
    "W2": ("revops", "PT1H", "PT0S", "", "PT15M"),
    "W3": ("finance-systems", "PT4H", "PT0S", "PT1H", "PT15M"),
    "W4": ("ar", "PT4H", "PT0S", "", "PT15M"),
    "W5": ("revops", "PT4H", "PT0S", "", "PT1H"),
    "W6": ("revops", "PT8H", "PT0S", "", "P1D"),
    "W7": ("team-billing", "PT4H", "PT5M", "", "PT1H"),
    "W8": ("ar", "PT8H", "PT0S", "", "PT1H"),
    "W9": ("ar", "PT4H", "PT0S", "", "PT1H"),
    "W10": ("revops", "PT1H", "PT0S", "", "PT1H"),
    "W11": ("controller", "PT4H", "PT0S", "", "PT15M"),
    "W12": ("controller", "PT1H", "PT0S", "PT1H", "P1D"),
}
# Deadlines in minutes, in the order of the steps that have one.
DEADLINES = {
    "W1": [Decimal(2) / 60, 2, 10, 10],
    "W2": [Decimal(2) / 60, 2, 2],
    "W3": [1, 15, 5],
    "W4": [10, 24 * 60, 24 * 60, 10],
    "W5": [2, 5, 15],
    "W6": [60, 15, 4 * 60],
    "W7": [1, 15, 48 * 60],
    "W8": [5, 60, 21 * 24 * 60, 30 * 24 * 60, 90 * 24 * 60, 15],
    "W9": [15, 10],
    "W10": [5, 4 * 60],
    "W11": [15],
    "W12": [],
}


@cache
def catalog() -> Catalog:
    return read_catalog(LIBRARY)


def current(folder: str, file: str) -> dict[str, str]:
    """Return contract -> path of its newest version."""
    found: dict[str, str] = {}
    pattern = re.compile(rf"contracts/{folder}/([a-z-]+)/(\d+)\.(\d+)\.(\d+)/{file}")
    for _, name, path in sorted(
        (tuple(map(int, match.groups()[1:])), match[1], path) for path in PATHS if (match := pattern.fullmatch(path))
    ):
        found[name] = path
    return found


CONTRACTS = {**current("apis", "openapi.yaml"), **current("events", "asyncapi.yaml")}


def test_everything_is_read() -> None:
    assert catalog().problems == ()
    assert len(catalog().entities) > 150


def test_a_genuine_backstage_would_take_every_entry() -> None:
    assert {entity.ref: entity.refused for entity in catalog().entities if entity.refused} == {}


def test_the_one_location_to_register_names_every_file() -> None:
    through_location = read_catalog(Library(TREE), ["catalog/catalog-info.yaml"])
    assert through_location.problems == ()
    assert {entity.ref for entity in through_location.entities} == {entity.ref for entity in catalog().entities}


def test_every_contract_has_one_api_entry_with_its_newest_version_and_the_other_way_round() -> None:
    assert set(catalog().contracts()) == set(CONTRACTS)
    for name, path in CONTRACTS.items():
        entity = catalog().api_for_contract(name)
        assert entity is not None
        assert entity.text_path("definition") == path
        assert entity.annotation("contract-version") == path.split("/")[3]
        assert entity.annotation("finance-sensitivity") in {"none", "financial", "sox-key"}


def test_the_component_a_contract_names_as_owner_is_the_one_that_provides_it() -> None:
    for name, path in CONTRACTS.items():
        info = LIBRARY.node(path, "/info").value
        assert isinstance(info, dict)
        entity = catalog().api_for_contract(name)
        assert entity is not None
        assert [one.ref for one in catalog().providers_of(entity.ref)] == [info["x-owner"]]
        assert entity.owner == info["x-owner-team"]


def test_every_event_contract_has_a_reader() -> None:
    for name in current("events", "asyncapi.yaml"):
        assert catalog().consumers_of(f"api:default/{name}"), name


def messages(name: str) -> set[str]:
    """Return the names of the messages an event contract carries."""
    found = LIBRARY.node(CONTRACTS[name], "/components/messages").value
    assert isinstance(found, dict)
    return {str(body.get("name", key)) if isinstance(body, dict) else key for key, body in found.items()}


def test_every_event_of_a_step_is_a_message_of_a_contract_of_that_step() -> None:
    events = {name: messages(name) for name in current("events", "asyncapi.yaml")}
    missing = [
        (flow.id, step.id, event)
        for flow in catalog().workflows()
        for step in flow.steps
        for event in step.events
        if not any(event in events.get(name, ()) for name in step.contracts)
    ]
    assert missing == []


def test_every_message_moves_some_workflow_or_is_known_to_move_none() -> None:
    used = {event for flow in catalog().workflows() for step in flow.steps for event in step.events}
    carried = set().union(*(messages(name) for name in current("events", "asyncapi.yaml")))
    beside = {  # they change master data or report on the middleware; no step of W1 to W12 waits for them
        *("customer.updated", "account.merged", "contract.accepted", "invoice.voided", "posting.reversed"),
        *("tax_id.status_changed", "exemption_certificate.changed", "tax_rate.changed"),
        *("exception.closed", "replay.completed", "period.reopened"),
    }
    assert carried - used == beside


def test_the_twelve_workflows_have_the_objectives_of_their_specification() -> None:
    found = {
        flow.id: (
            flow.owner.rpartition("/")[2],
            flow.recovery.rto,
            flow.recovery.rpo,
            flow.recovery.close_window_rto,
            flow.probe_every,
        )
        for flow in catalog().workflows()
    }
    assert found == WORKFLOWS


def test_the_steps_have_the_deadlines_of_their_specification() -> None:
    for flow in catalog().workflows():
        minutes = [parse_duration(step.deadline) for step in flow.steps if step.deadline]
        assert [length and Decimal(length.total_seconds()) / 60 for length in minutes] == DEADLINES[flow.id], flow.id


def test_every_workflow_is_covered_by_a_checkpoint_and_has_a_procedure_with_numbered_steps() -> None:
    for flow in catalog().workflows():
        assert flow.checkpoints, flow.id
        text = TREE.read(flow.recovery.procedure).decode()
        assert text.startswith(f"# {flow.id}: ")
        assert len(re.findall(r"^\d+\. ", text, re.MULTILINE)) >= 5


def test_a_link_of_a_procedure_leads_to_a_procedure() -> None:
    for path in PATHS:
        if path.startswith("catalog/recovery/"):
            for target in re.findall(r"\]\(([a-z0-9-]+\.md)\)", TREE.read(path).decode()):
                assert f"catalog/recovery/{target}" in PATHS, (path, target)


def test_there_are_ten_checkpoints_with_the_tolerance_of_the_specification() -> None:
    points = catalog().checkpoints()
    assert [point.id for point in points] == [f"C{number}" for number in range(1, 11)]
    for point in points:
        entity = catalog().get(point.ref)
        assert entity is not None
        assert entity.governance["tolerance"] == {
            "document": "0",
            "functionalPerLine": "1",
            "capPercent": "0.001",
            "capMinorUnits": "10000",
        }


def canonical_objects() -> Iterator[tuple[str, str]]:
    """The newest version of each: no canonical payload has a minor of two digits."""
    newest = {}
    for path in sorted(PATHS):
        if match := re.fullmatch(r"contracts/canonical/([a-z-]+)/\d\.\d\.\d\.json", path):
            newest[match[1]] = path
    yield from newest.items()


def test_every_canonical_payload_has_a_business_object_that_lists_each_field_and_no_other() -> None:
    objects = {thing.name: thing for thing in catalog().business_objects() if thing.canonical}
    payloads = dict(canonical_objects())
    assert {name: thing.canonical for name, thing in objects.items()} == payloads
    for name, path in payloads.items():
        fields = LIBRARY.node(path, "/properties").value
        assert isinstance(fields, dict)
        assert {row.path for row in objects[name].fields} == set(fields), name
        assert objects[name].default_owner == "", "every field is listed, so that a new one is not owned by accident"


def test_the_owners_are_those_of_the_specification() -> None:
    objects = {thing.name: thing for thing in catalog().business_objects()}

    def owners(thing: str, field: str) -> set[tuple[str, tuple[str, ...], str]]:
        return {
            (row.owner.rpartition("/")[2], row.states, row.when) for row in objects[thing].fields if row.path == field
        }

    assert owners("customer", "legal_name") == {("crm", (), "")}
    assert owners("customer", "payment_method") == {("billing", (), "")}
    assert owners("customer", "credit_limit") == {("erp", (), "")}
    assert owners("customer", "tax_profile") == {("tax-engine", (), "")}
    assert owners("invoice", "tax") == {("tax-engine", ("draft",), ""), ("billing", ("finalised", "paid", "void"), "")}
    assert owners("invoice", "number") == {("billing", (), "")}
    assert owners("invoice", "journal_number") == {("erp", (), "")}
    assert owners("invoice", "open") == {
        ("billing", (), "payment_terms=CARD"),
        ("erp", (), "payment_terms=NET30,NET60"),
    }
    assert owners("payment", "status") == {
        ("billing", (), "method=card,direct_debit"),
        ("erp", (), "method=bank_transfer"),
    }
    assert owners("journal-entry", "lines") == {
        ("erp", (), "ledger=US-01,DE-01,JP-01"),
        ("erp-legacy", (), "ledger=DE-01-L"),
    }
    assert owners("entitlement", "status") == {("entitlements", (), "")}


def test_amounts_and_postings_are_marked_as_finance_sensitive() -> None:
    for thing in catalog().business_objects():
        for row in thing.fields:
            assert row.sensitivity in {"none", "financial", "sox-key"}
            if row.path in {"net", "tax", "total", "amount", "open", "posting_date", "journal_number"}:
                assert row.sensitivity != "none", (thing.name, row.path)


def test_a_bundle_divides_as_the_worked_example_says() -> None:
    skus = next(table for table in catalog().mappings() if table.name == "skus")
    row = skus.lookup(date(2027, 1, 15), "SUITE-ANNUAL", "direct")
    assert row is not None
    weights = [part.weight or Decimal(0) for part in row.components]
    total, parts, before = 179900, [], 0
    for number in range(1, len(weights) + 1):
        upto = int((total * sum(weights[:number]) / sum(weights)).quantize(Decimal(1), "ROUND_HALF_UP"))
        parts.append(upto - before)
        before = upto
    assert parts == [95947, 47973, 35980]


@pytest.mark.parametrize(
    ("name", "count"),
    [("skus", 7), ("accounts", 18), ("tax-codes", 10), ("terms", 3), ("fx-rates", 4)],
)
def test_a_mapping_has_every_row_of_the_specification(name: str, count: int) -> None:
    table = next(table for table in catalog().mappings() if table.name == name)
    assert len(table.rows) == count


def test_a_tax_rate_and_a_rate_of_exchange_are_found_by_day() -> None:
    tables = {table.name: table for table in catalog().mappings()}
    tax = tables["tax-codes"].lookup(date(2027, 1, 1), "DE-S19")
    early, late = (tables["fx-rates"].lookup(date(2027, 1, day), "USD", "EUR") for day in (30, 31))
    assert tax is not None
    assert early is not None
    assert late is not None
    assert (tax.values["rate"], tax.values["erp"]) == ("19", "T-DE19")
    assert (early.values["rate"], late.values["rate"]) == ("0.92", "0.93")
    assert tables["fx-rates"].lookup(date(2027, 1, 3), "USD", "EUR") is None


CLOSE = {"US-01": (2, 5), "DE-01": (3, 6), "JP-01": (3, 8)}


def working_day(day: date, count: int, holidays: frozenset[date]) -> date:
    """Return the working day `count` days after (before, if negative) `day`, which itself is not counted."""
    step = timedelta(1 if count > 0 else -1)
    while count:
        day += step
        if day.weekday() < 5 and day not in holidays:
            count -= step.days
    return day


def test_the_close_calendar_holds_the_days_its_rules_give() -> None:
    calendars = {calendar.legal_entity: calendar for calendar in catalog().close_calendars()}
    assert set(calendars) == set(CLOSE)
    for name, (soft, hard) in CLOSE.items():
        calendar = calendars[name]
        entity = catalog().get(calendar.ref)
        assert entity is not None
        holidays = frozenset(date.fromisoformat(str(day)) for day in entity.governance["holidays"] or ())
        assert [period.period for period in calendar.periods] == [
            f"{year}-{month:02}" for year in (2026, 2027) for month in range(1, 13) if (year, month) >= (2026, 11)
        ]
        for period in calendar.periods:
            assert period.end is not None
            last = period.end - timedelta(1)
            assert period.window_start == working_day(period.end, -2, holidays)
            assert period.window_end == working_day(last, 5, holidays) + timedelta(1)
            assert period.soft_close == working_day(last, soft, holidays)
            assert period.hard_close == working_day(last, hard, holidays)


def test_a_day_in_the_close_window_is_found() -> None:
    calendar = next(one for one in catalog().close_calendars() if one.legal_entity == "DE-01")
    hit = calendar.window_of(date(2027, 2, 1))
    assert hit is not None
    assert hit.period == "2027-01"
    assert calendar.window_of(date(2027, 1, 20)) is None


def test_the_five_groups_of_the_board_have_two_people_each_and_everybody_has_a_key() -> None:
    board = [group for group in catalog().groups() if group.type == "board-group"]
    assert {group.name for group in board} == {
        *("enterprise-architecture", "finance-systems", "revops", "security", "platform-engineering"),
    }
    assert len(catalog().members_of("group:default/governance-board")) == 10
    for group in catalog().groups():
        if group.type in {"board-group", "team"}:
            assert len(catalog().members_of(group.ref)) >= 2 or group.name == "internal-audit", group.name
    for person in catalog().people():
        assert len(person.keys) == 1
        assert person.keys[0].startswith("ssh-ed25519 ")
        assert person.email.endswith("@aster.example")


def test_every_group_the_policy_asks_can_sign_even_if_the_author_is_one_of_them() -> None:
    policy = LIBRARY.load("catalog/policies.yaml").text
    named = set(re.findall(r"group:default/[a-z-]+", policy))
    assert named
    for group in named:
        assert catalog().get(group) is not None, group
        assert len(catalog().members_of(group)) >= (2 if group != "group:default/internal-audit" else 1), group


def test_production_is_looked_at_and_never_written_to() -> None:
    where = {environment.name: environment for environment in catalog().environments()}
    assert list(where) == ["sandbox", "test-accounts", "production"]
    assert (where["production"].probes, where["production"].deeds) == ("read-only", "refused")
    assert where["production"].promotion_from == where["test-accounts"].ref


def test_every_component_that_reads_a_contract_says_which_version_runs_in_production() -> None:
    for entity in catalog().of_kind("component"):
        if entity.spec.get("consumesApis"):
            deployments = entity.governance["deployments"]
            assert isinstance(deployments, dict)
            assert deployments["production"] == entity.annotation("version")


def test_an_entry_written_inline_is_judged_like_one_in_a_file() -> None:
    entity = {"apiVersion": "backstage.io/v1alpha1", "kind": "System", "metadata": {"name": "x"}, "spec": {}}
    assert validate(entity) == ("/spec must have required property 'owner'",)
