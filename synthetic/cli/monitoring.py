"""Builds a monitor from options and runs it; shows its state."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from harness.catalog import Catalog
from harness.cli.opening import open_library
from harness.cli.output import write, write_error
from harness.cli.storing import history_place, opened_history
from harness.documents import FolderTree, Library
from harness.history import (
    History,
    live_runners,
    open_alerts,
    open_window,
    recent_requests,
    record_facts,
    windows_between,
)
from harness.metrics.facts import Window
from harness.metrics.objectives import Objective, ProbeTarget, probe_targets, read_objectives
from harness.metrics.reading import read_facts
from harness.model import HarnessError, UsageError
from harness.model.facts import KeptFact
from harness.model.monitoring import MaintenanceWindow, RequestState
from harness.model.runs import Run
from harness.report.words import count
from synthetic.cli.landscape import read_landscape
from synthetic.cli.ledgers import Reader, read_now
from synthetic.cli.live_orders import live_handlers
from synthetic.cli.monitor import to_json_text
from synthetic.cli.running import IN_PROCESS, open_place, play_in
from synthetic.clock import SystemClock
from synthetic.matrix.suites import chosen
from synthetic.monitor.calls import CallCounts
from synthetic.monitor.canary import ORIGIN as CANARY_ORIGIN
from synthetic.monitor.canary import Canary, wrong_invoice
from synthetic.monitor.executors import Executor, Threads, Work
from synthetic.monitor.fleet import Fleet
from synthetic.monitor.grouping import dependencies_of
from synthetic.monitor.monitor import Monitor, exit_code
from synthetic.monitor.orders import Orders
from synthetic.monitor.planning import Plan
from synthetic.monitor.playing import Keeper, Playing, runner_name
from synthetic.monitor.real import LONGEST, Real, judge_real
from synthetic.monitor.recording import on_real_time, recorded
from synthetic.monitor.schedule import Schedule, check_schedule, parse_shard
from synthetic.monitor.telling import Telling
from synthetic.monitor.watching import Watcher
from synthetic.monitor.webhook import Target, ping
from synthetic.sandboxes.reference import landscape_root
from synthetic.transaction import Probe, seconds


class Wall:
    """The clock of this machine; a stop wakes whoever waits."""

    def __init__(self, stop: threading.Event) -> None:
        """Keep the event that ends a wait."""
        self._stop = stop

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def wait(self, length: timedelta) -> None:
        """Wait, or until a stop."""
        self._stop.wait(length.total_seconds())


@dataclass(frozen=True, slots=True)
class ProbePlayer:
    """Plays probes in one environment, each run with a way to the systems of its own."""

    environment: str
    catalog: Catalog
    probes: Mapping[str, Probe]
    keep: Callable[[Sequence[KeptFact]], object] = field(default=lambda _found: None)

    def __call__(self, work: Work) -> Run:
        """Play one slot; a run in the landscape of this process took place when it was played, not in its own year."""
        probe = self.probes[work.slot.probe]
        place = open_place(self.environment, 0, catalog=self.catalog)
        calls = CallCounts()
        try:
            with place.alone():
                started = datetime.now(UTC)
                run = recorded(asyncio.run(play_in(probe, place, work.slot.slot, heard=calls.count)), owner=probe.owner)
                ended = datetime.now(UTC)
        finally:
            place.close()
        self.keep(calls.facts(self.environment, f"run/{run.id}", "probe", started))
        return run if isinstance(place.clock, SystemClock) else on_real_time(run, started, ended)


def run_monitor(options: Mapping[str, Any]) -> int:
    """Run until stopped."""
    stop = threading.Event()
    with _stopped_by_signals(stop), opened_history(options["repo"], options["place"], create=True) as history:
        wall = Wall(stop)
        made = _monitor(options, history, wall)
        keeper = made.playing.keeper
        keeper.start()
        until = wall.now() + seconds(options["length"]) if options["length"] else None
        names = ", ".join(one.probe for one in made.plan.mine)
        write(f"{made.playing.runner} runs {names or 'nothing'} in {options['environment']}; history {history.url}\n")
        try:
            made.run(stop, until)
        finally:
            keeper.close()
            _wait_for(made)
    return 0


def _wait_for(made: Monitor) -> None:
    """Let a reading of the ledgers end before the history is closed."""
    if isinstance(made.collect, Reader):
        made.collect.wait()


def run_once(options: Mapping[str, Any]) -> int:
    """Play what is due, and end."""
    stop = threading.Event()
    with opened_history(options["repo"], options["place"], create=True) as history:
        made = _monitor({"threads": 1, "lease": 90, "executor": "threads", **options}, history, Wall(stop))
        made.playing.keeper.start()
        try:
            runs = made.once(datetime.now(UTC))
        finally:
            made.playing.keeper.close()
            made.executor.close()
            _wait_for(made)
    if options["form"] == "json":
        rows = [{"probe": one.probe, "slot": one.slot, "run": one.id, "verdict": one.verdict.value} for one in runs]
        write(to_json_text(rows))
    else:
        write("".join(_line(run) for run in runs) or "nothing is due that nobody has played\n")
    return 0 if options["exit_zero"] else exit_code(runs)


def show_status(place: str | None, repo: Path, *, as_json: bool) -> int:
    """Show runners, alerts, orders and windows; 1 without a live runner."""
    with opened_history(repo, place) as history:
        now = datetime.now(UTC)
        runners = live_runners(history)
        alerts = open_alerts(history)
        queued = recent_requests(history, state=RequestState.QUEUED)
        windows = windows_between(history, now, now + timedelta(days=7))
    if as_json:
        write(
            to_json_text(
                {
                    "runners": [{"name": one.name, "seen": one.seen.isoformat()} for one in runners],
                    "alerts": [
                        {"key": one.key, "level": one.level, "state": one.state.value, "cause": one.cause}
                        for one in alerts
                    ],
                    "queued": len(queued),
                    "windows": [{"id": one.id, "owner": one.owner, "ends": one.ends.isoformat()} for one in windows],
                }
            )
        )
    else:
        head = f"{count(len(runners), 'live runner')}, {count(len(queued), 'order')} queued"
        lines = [f"{'✓' if runners else '✗'} {head}\n"]
        lines += [f"  {one.name}  seen {one.seen:%H:%M:%S} UTC\n" for one in runners]
        lines += [f"  ✗ {one.level}  {one.key}  since {one.opened:%d %b %H:%M} UTC\n" for one in alerts]
        lines += [
            f"  ! maintenance of {one.environment} by {one.owner} to {one.ends:%d %b %H:%M} UTC: {one.reason}\n"
            for one in windows
        ]
        write("".join(lines))
    return 0 if runners else 1


def enter_window(options: Mapping[str, Any]) -> int:
    """Open a maintenance window from now."""
    now = datetime.now(UTC)
    with opened_history(options["repo"], options["place"], create=True) as history:
        entered = open_window(
            history,
            MaintenanceWindow(
                id="",
                environment=options["environment"],
                owner=options["owner"],
                reason=options["reason"],
                starts=now,
                ends=now + seconds(options["length"]),
                probes=options["names"],
                created_by=options["owner"],
            ),
        )
    write(f"✓ {entered.id}: nobody is told of {entered.environment} until {entered.ends:%d %b %H:%M} UTC\n")
    return 0


def _monitor(options: Mapping[str, Any], history: History, wall: Wall) -> Monitor:
    catalog = read_landscape()
    probes = {one.name: one for one in chosen(options["names"])}
    schedules = _schedules(options, list(probes.values()))
    canary = _canary(options)
    if canary is not None:
        probes[wrong_invoice.name] = wrong_invoice
        schedules = (*schedules, canary.schedule)
    started = wall.now()
    name = runner_name(socket.gethostname(), os.getpid(), started)
    telling = _telling(options)
    watcher = Watcher(
        history,
        name,
        schedules,
        started,
        send=telling.send,
        observe=seconds(options["observe"]),
        targets=_targets(options["repo"]),
        dependencies=dependencies_of(catalog),
        categories=catalog.categories(),
        canary=canary,
        real=_real(options, history),
    )
    player = ProbePlayer(options["environment"], catalog, probes, partial(record_facts, history))
    playing = Playing(history, player, name, Keeper(history, options["lease"]), wall.now, watcher.observing)
    executor = _executor(options, playing)
    collect = _collecting(options["environment"], history, catalog)
    return Monitor(
        history=history,
        time=wall,
        plan=Plan(schedules, started, parse_shard(options["shard"])),
        playing=playing,
        executor=executor,
        orders=Orders(history, name, executor, schedules, wall.now, live_handlers(options["environment"], catalog)),
        watcher=watcher,
        alive=_alive(options["heartbeat_env"]),
        collect=collect,
        collected=collect.wait if isinstance(collect, Reader) else lambda: None,
        report=_report,
    )


def _real(options: Mapping[str, Any], history: History) -> Callable[[str, datetime], Real]:
    """Return what judges real business, at most once a minute; a landscape of this process has none."""
    found = _objectives(options["repo"])
    last: dict[str, tuple[datetime, Real]] = {}

    def judged(environment: str, now: datetime) -> Real:
        if environment == IN_PROCESS:
            return Real((), known=False)
        known = last.get(environment)
        if known is None or now - known[0] >= timedelta(minutes=1):
            (facts,) = read_facts(history, environment, Window(now - LONGEST, now))
            last[environment] = known = (now, Real(judge_real(facts, found, now)))
        return known[1]

    return judged


def _targets(repo: Path) -> Mapping[str, ProbeTarget]:
    """Return what share of its runs each probe must pass; objectives that cannot be read are told, the others count."""
    return probe_targets(_objectives(repo, write_error))


def _objectives(repo: Path, tell: Callable[[HarnessError], object] = lambda _problem: None) -> tuple[Objective, ...]:
    """Return the objectives of the repository, or of the landscape where it has none."""
    for library in (open_library(repo), Library(FolderTree(landscape_root()))):
        found, problems = read_objectives(library)
        for problem in problems:
            tell(problem)
        if found:
            return found
    return ()


def _collecting(environment: str, history: History, catalog: Catalog) -> Reader | Callable[[datetime], None]:
    """Return what reads the ledgers each minute; a landscape of this process keeps none."""
    if environment == IN_PROCESS:
        return lambda _now: None
    return Reader(partial(read_now, environment, history, catalog=catalog), _report)


def _report(line: str) -> None:
    write(line + "\n", err=True)


def _canary(options: Mapping[str, Any]) -> Canary | None:
    """Return when the canary is played; None where nobody asked for one."""
    if not options["canary"]:
        return None
    when = Schedule(
        wrong_invoice.name, options["environment"], options["canary"], options["zone"], origin=CANARY_ORIGIN
    )
    check_schedule(when)
    return Canary(when)


def _schedules(options: Mapping[str, Any], probes: Sequence[Probe]) -> tuple[Schedule, ...]:
    changed = dict(_pair(one) for one in options["schedules"])
    unknown = sorted(set(changed) - {one.name for one in probes} - {"*"})
    if unknown:
        raise UsageError(f"no probe {unknown[0]} is run here", remedy="harness probe list names them.")
    found = []
    for probe in probes:
        when = changed.get(probe.name) or changed.get("*") or probe.every
        found.append(Schedule(probe.name, options["environment"], when, options["zone"]))
        check_schedule(found[-1])
    return tuple(found)


def _pair(text: str) -> tuple[str, str]:
    name, equals, when = text.partition("=")
    if not (name and equals and when):
        raise UsageError(f'"{text}" is no schedule', remedy='Write --schedule "invoice-posting=*/5 * * * *".')
    return name, when


def _telling(options: Mapping[str, Any]) -> Telling:
    targets = []
    if options["webhook"]:
        secret = _variable(options["webhook_secret_env"]) if options["webhook_secret_env"] else ""
        targets.append(Target(options["webhook"], secret, tuple(options["hosts"])))
    services = tuple(_variable(options["apprise_env"]).split()) if options["apprise_env"] else ()
    telling = Telling(targets, services, show=lambda text: write(text + "\n", err=True))
    telling.check()
    return telling


def _alive(variable: str) -> Any:
    if not variable:
        return lambda: None
    return partial(ping, Target(_variable(variable)))


def _variable(name: str) -> str:
    found = os.environ.get(name, "").strip()
    if not found:
        raise UsageError(f"the environment variable {name} is empty", remedy=f"export {name}=...")
    return found


def _executor(options: Mapping[str, Any], playing: Playing) -> Executor:
    def play(work: Work) -> None:
        playing.play(work)

    if options["executor"] == "procrastinate":
        url = options["place"] or history_place(options["repo"])
        return Fleet(url, play, options["threads"]).start()
    return Threads(play, options["threads"])


def _line(run: Run) -> str:
    glyph = {"passed": "✓", "failed": "✗"}.get(run.verdict.value, "?")
    return f"  {glyph} {run.probe}  {run.slot}  {run.category or run.verdict.value}  {run.reason}".rstrip() + "\n"


@contextlib.contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let TERM and Ctrl-C end the loop instead of the process."""
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
