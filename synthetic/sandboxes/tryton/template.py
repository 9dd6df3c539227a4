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
from importlib.resources import files
from pathlib import Path

from harness.catalog import Catalog
from synthetic.sandboxes.tryton.chart import MODULES
from synthetic.sandboxes.tryton.installation import InstallationError, Say, home, install, locked, pins
from synthetic.sandboxes.tryton.server import DATABASE, Template, TrytonServer, launch
from synthetic.sandboxes.tryton.setup import set_up

_MAPPINGS = ("fx-rates", "terms", "skus", "tax-codes")
_ACTIVATE_SECONDS = 600
_CONFIGURATION = "[database]\nuri = sqlite://\npath = {folder}\n"
_KEYS = (
    "create unique index harness_invoice_key on account_invoice (company, reference)",
    "create unique index harness_move_key on account_move (company, description)",
)
"""What makes the database refuse a natural key twice, whoever writes and however many at a time.

Tryton has no such constraint, and a search before the write is not one. Both columns are null where Tryton itself
writes a record, and null is never equal to null.
"""


def template(catalog: Catalog, say: Say) -> tuple[Path, Template]:
    """Return Tryton's programs and a prepared database for a catalog, built if it is not there yet.

    Raises:
        InstallationError: Tryton cannot be installed or activated here.
    """
    programs = install(say)
    folder = home() / f"template-{_key(catalog)}"
    if not folder.exists():
        with locked("template"):
            if not folder.exists():
                _build(programs, folder, catalog, say)
    secret = json.loads((folder / "secret.json").read_text("utf-8"))
    return programs, Template(folder / "template.sqlite", secret["password"], secret["rest_key"])


def is_ready(catalog: Catalog) -> bool:
    """Return whether a prepared database for a catalog is there, so that a sandbox starts in seconds."""
    return (home() / f"template-{_key(catalog)}").exists()


def _key(catalog: Catalog) -> str:
    package = files("synthetic.sandboxes.tryton")
    code = [(package / name).read_text("utf-8") for name in ("setup.py", "chart.py")]
    rows = [repr(one) for one in catalog.legal_entities()]
    rows += [
        repr((one.name, row.key, sorted(row.values.items(), key=str), row.components))
        for one in catalog.mappings()
        if one.name in _MAPPINGS
        for row in one.rows
    ]
    return hashlib.sha256("\0".join([pins(), *_KEYS, *code, *rows]).encode()).hexdigest()[:16]


def _build(programs: Path, folder: Path, catalog: Catalog, say: Say) -> None:
    with tempfile.TemporaryDirectory(dir=home(), prefix="build-") as work:
        password, rest_key = secrets.token_urlsafe(24), secrets.token_urlsafe(40)
        base = Path(work) / f"{DATABASE}.sqlite"
        say("Activating the modules of Tryton (once, about half a minute)")
        _activate(programs, Path(work), password)
        server = TrytonServer(programs, Path(work) / "run", Template(base, password, rest_key))
        server.start()
        try:
            set_up(server.session(), catalog, rest_key, lambda step: say(f"Setting up {step}"))
        finally:
            server.stop()
        done = Path(work) / "done"
        done.mkdir(mode=0o700)
        with closing(sqlite3.connect(Path(work) / "run" / f"{DATABASE}.sqlite")) as found:
            for statement in _KEYS:
                found.execute(statement)
            found.commit()
            # a plain copy of the file would miss what is still in the write-ahead log
            found.execute("vacuum into ?", (str(done / "template.sqlite"),))
        (done / "secret.json").write_text(json.dumps({"password": password, "rest_key": rest_key}), "utf-8")
        (done / "secret.json").chmod(0o600)
        done.replace(folder)
    say("The template is ready")


def _activate(programs: Path, work: Path, password: str) -> None:
    base = work / f"{DATABASE}.sqlite"
    base.touch()
    (work / "trytond.conf").write_text(_CONFIGURATION.format(folder=work), "utf-8")
    (work / "password").touch(mode=0o600)
    (work / "password").write_text(f"{password}\n", "utf-8")
    command = ["trytond-admin", "-c", str(work / "trytond.conf"), "-d", DATABASE, "--activate-dependencies", "--all"]
    command += ["--email", "admin@example.invalid", "-p", "-u", *MODULES]
    process = launch(programs, command, work / "admin.log", work, {"TRYTONPASSFILE": str(work / "password")})
    try:
        code = process.wait(_ACTIVATE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    if code:
        last = ((work / "admin.log").read_text("utf-8").strip().splitlines() or ["no message"])[-1]
        raise InstallationError(f"trytond-admin ended with {code}: {last}", remedy="Remove the folder and try again.")
