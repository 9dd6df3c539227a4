"""The prepared database every Tryton sandbox is a copy of: built once, kept by what went into it.

The key is a digest of the pinned packages, the set-up and the mappings it reads; another digest builds another
template beside the old one. It is built in a temporary folder and renamed into place, under a lock.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from harness.catalog import Catalog
from synthetic.sandboxes.supervision.postgres import connected, start_postgres
from synthetic.sandboxes.supervision.processes import Process, start_of, stop
from synthetic.sandboxes.tryton.chart import MODULES
from synthetic.sandboxes.tryton.databases import POSTGRESQL, SQLITE, PostgresqlStore, SqliteStore, Store, Template, dump
from synthetic.sandboxes.tryton.installation import InstallationError, Say, home, install, locked, pins
from synthetic.sandboxes.tryton.server import TrytonServer, launch
from synthetic.sandboxes.tryton.setup import set_up

_MAPPINGS = ("accounts", "fx-rates", "terms", "skus", "tax-codes")
_ACTIVATE_SECONDS = 600
_FILES = {SQLITE: "template.sqlite", POSTGRESQL: "template.sql"}
_KEYS = (
    "create unique index harness_invoice_key on account_invoice (company, reference)",
    "create unique index harness_move_key on account_move (company, description)",
)
"""What makes the database refuse a natural key twice, whoever writes and however many at a time.

Tryton has no such constraint, and a search before the write is not one. Both columns are null where Tryton itself
writes a record, and null is never equal to null.
"""


def template(catalog: Catalog, say: Say, database: str = SQLITE) -> tuple[Path, Template]:
    """Return Tryton's programs and a prepared database for a catalog, built if it is not there yet.

    Args:
        catalog: What it is set up with.
        say: Takes a line of progress.
        database: `sqlite`, or `postgresql` for SQL that a server of PostgreSQL takes.

    Raises:
        InstallationError: Tryton cannot be installed or activated here.
    """
    programs = install(say)
    folder = _folder(catalog, database)
    if not folder.exists():
        with locked("template"):
            if not folder.exists():
                build = _build_sqlite if database == SQLITE else _build_postgresql
                with tempfile.TemporaryDirectory(dir=home(), prefix="build-") as work:
                    build(_Build(programs, Path(work), catalog, say)).replace(folder)
                say("The template is ready")
    secret = json.loads((folder / "secret.json").read_text("utf-8"))
    return programs, Template(folder / _FILES[database], secret["password"], secret["rest_key"])


def is_ready(catalog: Catalog, database: str = SQLITE) -> bool:
    """Return whether a prepared database for a catalog is there, so that a sandbox starts in seconds."""
    return _folder(catalog, database).exists()


def _folder(catalog: Catalog, database: str) -> Path:
    return home() / (f"template-{_key(catalog)}" + ("" if database == SQLITE else f"-{database}"))


def _key(catalog: Catalog) -> str:
    package = files("synthetic.sandboxes.tryton")
    code = [(package / name).read_text("utf-8") for name in ("setup.py", "chart.py", "codes.py")]
    rows = [repr(one) for one in catalog.legal_entities()]
    rows += [
        repr((one.name, row.key, sorted(row.values.items(), key=str), row.components))
        for one in catalog.mappings()
        if one.name in _MAPPINGS
        for row in one.rows
    ]
    return hashlib.sha256("\0".join([pins(), *_KEYS, *code, *rows]).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Build:
    """One template in the making."""

    programs: Path
    work: Path
    catalog: Catalog
    say: Say

    def set_up(self, store: Store, secret: Template) -> None:
        """Activate the modules in an empty database and set everything up there."""
        self.say("Activating the modules of Tryton (once, about half a minute)")
        _activate(self, store, secret.password)
        server = TrytonServer(self.programs, self.work / "run", secret, store)
        server.start(fresh=False)
        try:
            set_up(server.session(), self.catalog, secret.rest_key, lambda step: self.say(f"Setting up {step}"))
        finally:
            server.stop()

    def keep(self, secret: Template) -> Path:
        """Return the folder of what is kept, with what to log in with."""
        done = self.work / "done"
        done.mkdir(mode=0o700, exist_ok=True)
        (done / "secret.json").write_text(
            json.dumps({"password": secret.password, "rest_key": secret.rest_key}), "utf-8"
        )
        (done / "secret.json").chmod(0o600)
        return done


def _build_sqlite(build: _Build) -> Path:
    run = build.work / "run"
    run.mkdir()
    secret = Template(build.work / "nothing", secrets.token_urlsafe(24), secrets.token_urlsafe(40))
    store = SqliteStore(run, secret.path)
    (run / f"{store.name}.sqlite").touch()
    build.set_up(store, secret)
    done = build.keep(secret)
    with closing(sqlite3.connect(run / f"{store.name}.sqlite")) as found:
        for statement in _KEYS:
            found.execute(statement)
        found.commit()
        # a plain copy of the file would miss what is still in the write-ahead log
        found.execute("vacuum into ?", (str(done / _FILES[SQLITE]),))
    return done


def _build_postgresql(build: _Build) -> Path:
    """Build on a server of its own that lives as long as this takes, and keep the database as SQL."""
    build.say("Starting a PostgreSQL to build on")
    postgres = start_postgres(build.work / "postgres")
    try:
        secret = Template(build.work / "nothing", secrets.token_urlsafe(24), secrets.token_urlsafe(40))
        store = PostgresqlStore(postgres.url, secret.path, build.work, "erp")
        with connected(postgres.url) as server:
            server.execute(f'create database "{store.name}"'.encode())
        build.set_up(store, secret)
        with connected(postgres.url.replace("/postgres?", f"/{store.name}?")) as found:
            for statement in _KEYS:
                found.execute(statement.encode())
        done = build.keep(secret)
        dump(postgres.url, store.name, done / _FILES[POSTGRESQL])
        return done
    finally:
        stop([Process(postgres.pid, start_of(postgres.pid) or 0)])


def _activate(build: _Build, store: Store, password: str) -> None:
    work = build.work
    (work / "trytond.conf").write_text(f"[database]\n{store.settings()}", "utf-8")
    (work / "password").touch(mode=0o600)
    (work / "password").write_text(f"{password}\n", "utf-8")
    command = ["trytond-admin", "-c", str(work / "trytond.conf"), "-d", store.name, "--activate-dependencies", "--all"]
    command += ["--email", "admin@example.invalid", "-p", "-u", *MODULES]
    process = launch(build.programs, command, work / "admin.log", work, {"TRYTONPASSFILE": str(work / "password")})
    try:
        code = process.wait(_ACTIVATE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    if code:
        last = ((work / "admin.log").read_text("utf-8").strip().splitlines() or ["no message"])[-1]
        raise InstallationError(f"trytond-admin ended with {code}: {last}", remedy="Remove the folder and try again.")
