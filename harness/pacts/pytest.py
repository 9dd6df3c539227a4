"""A pytest layer for consumer tests: `pytest -p harness.pacts.pytest --pact-write contracts/pacts`.

It is loaded only when asked for. The fixture `pact_between(consumer, provider)` gives each test a pact of its own; at
the end of a run in which every test passed, the parts are merged into `FOLDER/PROVIDER/CONSUMER.json`, canonical and
with the operation of the newest contract named in each interaction. `--pact-check FOLDER` compares instead of writing
and fails where they differ. Works under pytest-xdist. Tests that were left out (-k, -m, --lf) leave the files alone.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final
from uuid import uuid4

import pytest

from harness.model import HarnessError
from harness.pacts.consumer import ConsumerPact
from harness.pacts.landscape import newest_contracts
from harness.pacts.writing import Pact, Pair, merge, render, with_references

PARTS: Final = pytest.StashKey[Path]()
NEWS: Final = pytest.StashKey[list[str]]()
LEFT_OUT: Final = pytest.StashKey[int]()
PASSED: Final = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("pacts", "pacts of consumer tests")
    group.addoption("--pact-write", metavar="FOLDER", type=Path, help="Write FOLDER/PROVIDER/CONSUMER.json.")
    group.addoption("--pact-check", metavar="FOLDER", type=Path, help="Fail where the files of FOLDER differ.")
    group.addoption(
        "--pact-contracts", metavar="REPOSITORY", type=Path, help="Where the providers' contracts are (default: root)."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder where the processes of a run put their parts."""
    given = getattr(config, "workerinput", {}).get("pact_parts")
    config.stash[PARTS] = Path(given or mkdtemp(prefix="pacts-"))
    config.stash[NEWS] = []
    config.stash[LEFT_OUT] = 0


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where its parts go."""
    node.workerinput["pact_parts"] = str(node.config.stash[PARTS])


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count what a run leaves out."""
    if items:
        items[0].config.stash[LEFT_OUT] += len(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Remember whether the test itself passed, for its fixtures."""
    report: Any = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report


@pytest.fixture
def pact_between(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], ConsumerPact]]:
    """Give `pact_between(consumer, provider)`: an empty pact, kept if the test passes."""
    begun: list[ConsumerPact] = []

    def begin(consumer: str, provider: str) -> ConsumerPact:
        begun.append(ConsumerPact(consumer, provider))
        return begun[-1]

    yield begin
    if request.node.stash.get(PASSED, False):
        for part in [part for one in begun for part in one.parts()]:
            (request.config.stash[PARTS] / f"{uuid4().hex}.json").write_text(json.dumps(part), "utf-8")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write or compare the pacts, in the process that started the run."""
    config = session.config
    if hasattr(config, "workerinput"):
        return
    try:
        if _finished(config, exitstatus):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    finally:
        shutil.rmtree(config.stash[PARTS], ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was written, or what differs."""
    for line in terminalreporter.config.stash[NEWS]:
        terminalreporter.write_line(f"pacts: {line}")


def _finished(config: pytest.Config, exitstatus: int) -> bool:
    """Do what was asked; return whether that fails the run."""
    write, check = config.getoption("pact_write"), config.getoption("pact_check")
    news = config.stash[NEWS]
    if write is None and check is None:
        return False
    if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        news.append("nothing written or compared, since a test failed")
        return False
    if left_out := config.stash[LEFT_OUT]:
        news.append(f"nothing written or compared, since {left_out} tests were left out")
        return check is not None
    parts = [json.loads(path.read_text("utf-8")) for path in sorted(config.stash[PARTS].glob("*.json"))]
    try:
        texts = _texts(parts, config.getoption("pact_contracts") or config.rootpath)
    except HarnessError as error:
        news.append(f"{error.message}. {error.remedy}")
        return True
    if not texts:
        news.append("no test declared an interaction")
        return True
    if write is not None:
        news.extend(_write(write, texts))
    differing = _differing(check, texts) if check is not None else []
    news.extend(differing)
    return bool(differing)


def _texts(parts: list[Pact], repository: Path) -> dict[Pair, str]:
    contracts = newest_contracts(repository)
    found: dict[Pair, str] = {}
    for pair, pact in merge(parts).items():
        if pair.provider in contracts:
            kind, document = contracts[pair.provider]()
            pact = with_references(pact, document, kind)  # noqa: PLW2901  (the pact of the pair, completed)
        found[pair] = render(pact)
    return found


def _write(folder: Path, texts: dict[Pair, str]) -> Iterator[str]:
    for pair, text in texts.items():
        path = folder / pair.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    yield f"{len(texts)} written to {folder}"
    for name in _unwritten(folder, texts):
        yield f"{name} was written by no test of this run; delete it if its tests are gone"


def _differing(folder: Path, texts: dict[Pair, str]) -> list[str]:
    wrong = [pair.path for pair, text in texts.items() if _text(folder / pair.path) != text]
    remedy = f"run the same tests with --pact-write {folder}"
    return [f"{path} is not what the tests write: {remedy}" for path in wrong] + [
        f"{path} is written by no test: delete it" for path in _unwritten(folder, texts)
    ]


def _unwritten(folder: Path, texts: dict[Pair, str]) -> list[str]:
    known = {pair.path for pair in texts}
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.glob("*/*.json")))
    return [path for path in found if path not in known]


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""
