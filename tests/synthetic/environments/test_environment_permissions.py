"""Environments: what the catalog allows, what only the base branch can allow, and which adapters there are."""

from __future__ import annotations

import asyncio
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from harness.catalog import Catalog, read_catalog
from harness.documents import FolderTree, Library, MemoryTree
from harness.model import NotFoundError, UsageError
from synthetic.deeds import Call, DeniedError
from synthetic.deeds.calls import Kind
from synthetic.environments import open_environment, permissions_of
from synthetic.systems import opening

ROOT = Path(__file__).parents[3]
REFERENCE = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


def catalog(probes="full", deeds="allowed", more="", systems="{ billing: { adapter: stripe, key: BILLING_KEY } }"):
    text = f"""
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {{ name: environment-shop }}
spec:
  type: environment
  owner: group:ops
  x-governance: {{ name: shop, kind: test-accounts, probes: {probes}, deeds: {deeds}, systems: {systems}{more} }}
"""
    found = read_catalog(Library(MemoryTree({"catalog/shop.yaml": text.encode()})))
    # mappings come with the landscape; the environment under test is its own
    return Catalog((*REFERENCE.entities, *found.entities), ())


KEYS = {"BILLING_KEY": "sk_test_1"}


def test_an_environment_opens_its_adapters_and_its_pace(tmp_path):
    found = open_environment("shop", catalog(more=", pace: 0.5"), sandbox=tmp_path, variables=KEYS)
    assert (found.kind, found.pace, sorted(found.adapters)) == ("test-accounts", 0.5, ["billing"])
    assert not asyncio.run(found.clock.advance(1))


@pytest.mark.parametrize(
    ("probes", "deeds", "allowed"),
    [("full", "allowed", True), ("read-only", "allowed", False), ("full", "refused", False)],
)
def test_a_deed_needs_the_word_of_both_rows(probes, deeds, allowed):
    assert permissions_of("shop", catalog(probes, deeds)).deeds is allowed


def test_the_branch_can_only_tighten():
    loose, tight = catalog(), catalog("read-only")
    assert not permissions_of("shop", loose, tight).deeds
    assert not permissions_of("shop", tight, loose).deeds
    live = catalog(more=", liveKeys: allowed")
    assert not permissions_of("shop", live, loose).live_keys
    assert permissions_of("shop", live, live).live_keys


def test_a_deed_is_refused_before_any_call_where_probes_only_look(tmp_path):
    found = open_environment("shop", catalog("read-only"), sandbox=tmp_path, variables=KEYS)
    deed = Call("billing", "pay", {"invoice": "in_1"}, Kind.DEED, "k")
    with pytest.raises(DeniedError, match="read-only"):
        asyncio.run(found.boundary().perform(deed))


def test_an_environment_without_probes_is_not_opened(tmp_path):
    with pytest.raises(DeniedError, match="takes no probes"):
        open_environment("shop", catalog("none"), sandbox=tmp_path, variables=KEYS)


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
def test_a_live_key_is_refused_unless_the_base_says_so_and_never_printed(tmp_path, key):
    loose = catalog(more=", liveKeys: allowed")
    with pytest.raises(UsageError) as refused:
        open_environment("shop", loose, base=catalog(), sandbox=tmp_path, variables={"BILLING_KEY": key})
    assert "live key" in str(refused.value)
    assert key not in str(refused.value)
    found = open_environment("shop", loose, base=loose, sandbox=tmp_path, variables={"BILLING_KEY": key})
    assert key not in repr(found)


@pytest.mark.parametrize(
    ("name", "systems", "variables", "says"),
    [
        ("nowhere", "{}", KEYS, "no environment nowhere"),
        ("shop", "{}", KEYS, "names no systems"),
        ("shop", "{ billing: { adapter: stripe, key: BILLING_KEY } }", {}, "BILLING_KEY for billing"),
        ("shop", "{ billing: { adapter: strype } }", KEYS, "no adapter named strype"),
        ("shop", "{ erp: { adapter: ledger } }", KEYS, "names no url for erp"),
        ("shop", "{ erp: { adapter: ledger, url: 'http://erp.example' } }", KEYS, "plain text"),
        ("shop", "{ erp: { adapter: ledger, url: 'ftp://erp.example' } }", KEYS, "no usable address"),
    ],
)
def test_what_is_missing_is_named(tmp_path, name, systems, variables, says):
    with pytest.raises(UsageError, match=says):
        open_environment(name, catalog(systems=systems), sandbox=tmp_path, variables=variables)


def test_no_sandbox_is_said_with_the_remedy(tmp_path):
    with pytest.raises(UsageError, match="no sandbox is up") as refused:
        open_environment("sandbox", REFERENCE, sandbox=tmp_path)
    assert "harness sandbox up" in refused.value.remedy


def test_adapters_are_registered_by_entry_points_under_the_names_the_code_knows():
    written = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    assert written[opening.GROUP] == dict(opening.OURS)


def test_an_adapter_of_another_distribution_is_found(monkeypatch):
    class Point:
        name, value = "acme", "acme.nowhere:open_erp"

    monkeypatch.setattr(opening, "entry_points", lambda group: [Point()] if group == opening.GROUP else [])
    assert "acme" in opening.adapter_names()
    with pytest.raises(UsageError, match="cannot be loaded"):
        opening.factory_of("acme")


def test_unknown_environment_is_not_found():
    with pytest.raises(NotFoundError):
        permissions_of("nowhere", replace(REFERENCE) if hasattr(REFERENCE, "__dataclass_fields__") else REFERENCE)
