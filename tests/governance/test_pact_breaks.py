"""A contract change is held against the pacts of the base: what held and holds no longer names the consumer."""

import json
from types import SimpleNamespace

import pytest

from harness.documents import Library, MemoryTree
from harness.governance.pact_breaks import pact_breaks
from harness.governance.values import ContractChange
from harness.impact import ChangedContract, Document, Landscape
from harness.model import Bump, Level, Side
from harness.pacts import read_pacts
from harness.rules import level

PATH = "contracts/apis/billing/1.0.0/openapi.json"
PACT = "contracts/pacts/billing/erp.json"


def openapi(*fields):
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in fields}}
    answer = {"description": "", "content": {"application/json": {"schema": schema}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"get": {"responses": {"200": answer}}}},
    }


def library(document, body):
    interaction = {
        "description": "reads the tax",
        "request": {"method": "GET", "path": "/x"},
        "response": {"status": 200, "body": body},
    }
    pact = {"consumer": {"name": "erp"}, "provider": {"name": "billing"}, "interactions": [interaction]}
    return Library(MemoryTree({PATH: json.dumps(document), PACT: json.dumps(pact)}))


def findings(before, after, body, profile="standard", step=Bump.PATCH):
    old, new = library(before, body), library(after, body)
    documents = [Document(side, one.node(PATH), one) for side, one in ((Side.OLD, old), (Side.NEW, new))]
    report = ContractChange("billing", PATH, PATH, "1.0.0", "", step, None)
    changed = SimpleNamespace(changed=ChangedContract("billing", None, *documents), report=report)
    landscape = Landscape(pacts=read_pacts(old, [PACT]))
    return list(pact_breaks([changed], landscape, old, lambda rule, default: level(rule, default, profile)))


def test_a_removed_field_that_a_pact_reads_names_its_consumer_and_the_interaction():
    (finding,) = findings(openapi("net", "tax"), openapi("net"), {"tax": 1})
    assert "erp" in finding.title
    assert finding.location.pointer == "/interactions/0"
    assert "response.body.incompatible" in finding.detail
    assert "reads the tax" in finding.detail


def test_a_removed_field_that_no_pact_reads_is_silent():
    assert findings(openapi("net", "tax"), openapi("tax"), {"tax": 1}) == []


def test_a_pact_that_failed_before_is_not_the_doing_of_this_branch():
    assert findings(openapi("net"), openapi("net", "gross"), {"tax": 1}) == []


@pytest.mark.parametrize(("profile", "loud"), [("standard", Level.WARNING), ("finance", Level.ERROR)])
def test_the_profile_says_how_loud_it_is(profile, loud):
    (finding,) = findings(openapi("tax"), openapi("net"), {"tax": 1}, profile)
    assert finding.level is loud


def test_a_break_that_the_version_announces_asks_the_consumer_and_does_not_block():
    (finding,) = findings(openapi("tax"), openapi("net"), {"tax": 1}, "finance", Bump.MAJOR)
    assert finding.level is Level.WARNING
