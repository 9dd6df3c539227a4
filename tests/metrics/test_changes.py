"""Failures are traced to the change that can have caused them, and to no other."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made_facts import NOON, ago, run_of

from harness.catalog import read_catalog
from harness.documents import FolderTree, GitRepository, Library
from harness.metrics.changes import Failure, contract_of, failures_of_consumers, failures_of_probes, traced
from harness.metrics.facts import ChangeFact
from harness.model.deployments import Verification
from harness.report.changes_text import changes_text

ROOT = Path(__file__).parents[2]
INVOICES = ChangeFact(ago(days=3), began_at=ago(days=4), commit="aaaaaaa", contracts=("billing-invoices",))
LONG_AGO = ago(days=9)
TAX = ChangeFact(ago(days=2), began_at=ago(days=2), commit="bbbbbbb", contracts=("tax",))


@pytest.fixture(scope="module")
def catalog():
    return read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])


def _failure(at, contracts=("billing-invoices", "tax"), worked=LONG_AGO, back=None):
    return Failure("probe x in sandbox", at, back, frozenset(contracts), worked)


@pytest.mark.parametrize(
    ("failure", "charged"),
    [
        (_failure(ago(days=1)), "bbbbbbb"),  # the newest that fits
        (_failure(ago(days=1), ("billing-invoices",)), "aaaaaaa"),
        (_failure(ago(days=1), ("pricing",)), None),
        (_failure(ago(days=1), worked=ago(hours=47)), None),  # it worked after both were merged
        (_failure(ago(days=1), worked=ago(hours=60)), "bbbbbbb"),  # it worked after the first was merged
        (_failure(ago(days=5)), None),  # before both
        (_failure(NOON + timedelta(days=6)), None),  # eight days after
    ],
)
def test_a_failure_is_traced_to_the_newest_change_that_can_have_caused_it(failure, charged):
    found = traced([INVOICES, TAX], [failure])
    assert [one.commit for one in found if one.failed_at] == ([charged] if charged else [])


def test_a_change_is_charged_once_with_its_first_failure():
    found = traced([INVOICES], [_failure(ago(days=1)), _failure(ago(days=2), back=ago(hours=40))])
    assert (found[0].failed_at, found[0].recovered_at) == (ago(days=2), ago(hours=40))


def test_only_a_probe_that_passed_before_can_begin_to_fail(catalog):
    runs = [
        run_of("failed", ago(hours=9), category="tax"),
        run_of("passed", ago(hours=8)),
        run_of("inconclusive", ago(hours=7)),
        run_of("failed", ago(hours=6), category="tax"),
        run_of("failed", ago(hours=5), category="tax"),
        run_of("passed", ago(hours=4)),
    ]
    (found,) = failures_of_probes(runs, catalog)
    assert found.at - ago(hours=6) < timedelta(minutes=5)
    assert found.recovered_at is not None
    assert "billing-invoices" in found.contracts
    assert "pricing" not in found.contracts


def test_a_pact_that_no_longer_holds_is_a_failure_of_what_its_provider_provides(catalog):
    rows = [
        Verification("erp-connector", "billing", "s", "1", success=True, at=ago(hours=9)),
        Verification("erp-connector", "billing", "s", "2", success=None, at=ago(hours=8)),
        Verification("erp-connector", "billing", "s", "3", success=False, at=ago(hours=7)),
    ]
    (found,) = failures_of_consumers(rows, catalog)
    assert (found.at, found.recovered_at) == (ago(hours=7), None)
    assert "billing-invoices" in found.contracts


def test_paths_name_their_contract():
    assert contract_of("contracts/apis/billing-invoices/2.3.0/openapi.yaml") == "billing-invoices"
    assert contract_of("contracts/pacts/billing/erp.json") == ""
    assert contract_of("catalog/apis.yaml") == ""


def test_the_screen_prints_what_went_in():
    text = changes_text([replace(INVOICES, failed_at=ago(days=2), failed_by="probe x in sandbox"), TAX])
    assert "1 of 2 followed within 7 d" in text
    assert "lead time 12 h (median of 2)" in text
    assert "1 not recovered" in text
    assert "probe x in sandbox failed 1 d later" in text
    assert changes_text([]) == ""


def test_git_tells_what_was_merged_and_when_it_was_begun(tmp_path):
    def git(*arguments, at):
        stamp = f"{int(at.timestamp())} +0000"
        env = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        names = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *names, *arguments], cwd=tmp_path, env=env, check=True, capture_output=True)

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    day = datetime(2027, 1, 1, tzinfo=UTC)
    git("init", "-b", "main", at=day)
    write("README", "a")
    git("add", "-A", at=day)
    git("commit", "-m", "first", at=day)
    git("switch", "-c", "change", at=day)
    for number in (1, 2):
        write("contracts/apis/tax/1.0.0/openapi.yaml", f"n: {number}")
        git("add", "-A", at=day)
        git("commit", "-m", f"change {number}", at=day + timedelta(hours=number))
    git("switch", "main", at=day)
    write("README", "b")
    git("commit", "-am", "elsewhere", at=day + timedelta(hours=3))
    git("merge", "--no-ff", "change", "-m", "merge", at=day + timedelta(hours=5))
    repository = GitRepository.open(tmp_path)
    ((commit, paths, began),) = repository.merged(repository.head(), day, "contracts")
    repository.close()
    assert (commit.time, began) == (day + timedelta(hours=5), day + timedelta(hours=1))
    assert paths == ("contracts/apis/tax/1.0.0/openapi.yaml",)
