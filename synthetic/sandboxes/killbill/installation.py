"""Kill Bill from Maven Central: its WAR, a servlet container, and the tables of its modules.

Version 0.24 has its modules on Maven Central but not its WAR (`killbill-profiles-killbill` ends at 0.22.26), so 0.22
it is. Its data is in PostgreSQL: on H2, which the WAR carries, it makes its tables anew at every start, and opens the
console of H2 on a fixed port.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.model import HarnessError

VERSION = "0.22.26"
_WAR = f"org.kill-bill.billing:killbill-profiles-killbill:{VERSION}:war"
_JETTY = "org.eclipse.jetty:jetty-runner:9.4.57.v20241219:jar"
_MODULES = (
    "util",
    "account",
    "catalog",
    "entitlement",
    "invoice",
    "payment",
    "subscription",
    "tenant",
    "usage",
    "beatrix",
)
_NARROW, _WIDE = re.compile(rb"(?:numeric|decimal)\(15, ?9\)", re.IGNORECASE), b"numeric(24, 9)"
"""Amounts in the tables as they come stay below a million: an invoice over JPY 1,200,000 cannot be stored."""
_SECONDS = 900
_POM = '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>x</groupId>'
_POM += "<artifactId>x</artifactId><version>1</version></project>"

Say = Callable[[str], None]


class MissingError(HarnessError):
    """Kill Bill cannot be had on this machine."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Installed:
    """What a server starts from.

    Attributes:
        war: Kill Bill.
        jetty: The servlet container.
        prelude: SQL that makes an empty PostgreSQL database alike to MySQL; for its superuser.
        tables: SQL that makes every table in it.
    """

    war: Path
    jetty: Path
    prelude: Path
    tables: Path


def install(say: Say) -> Installed:
    """Return Kill Bill, fetched and prepared if it is not there yet.

    Raises:
        MissingError: No Java or Maven here, or Maven Central could not be reached.
    """
    folder = _home() / f"killbill-{VERSION}-{_recipe()}"
    if not folder.exists():
        for program in ("java", "mvn"):
            if shutil.which(program) is None:
                raise MissingError(f"Kill Bill needs {program}", remedy="Install Java 17 and Maven.")
        _home().mkdir(parents=True, exist_ok=True)
        with (_home() / "killbill.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                _build(folder, say)
    return Installed(folder / "killbill.war", folder / "jetty.jar", folder / "prelude.sql", folder / "tables.sql")


def _recipe() -> str:
    """Return a digest of what is prepared how: another recipe is prepared beside this one."""
    return hashlib.sha256(repr((_WAR, _JETTY, "postgresql", _MODULES, _NARROW.pattern, _WIDE)).encode()).hexdigest()[:8]


def _home() -> Path:
    if own := os.environ.get("HARNESS_KILLBILL_HOME"):
        return Path(own)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "contract-harness"


def _build(folder: Path, say: Say) -> None:
    with tempfile.TemporaryDirectory(dir=_home(), prefix="build-") as name:
        work = Path(name)
        (work / "pom.xml").write_text(_POM, "utf-8")
        for artifact, target in ((_WAR, "killbill.war"), (_JETTY, "jetty.jar")):
            say(f"Fetching {artifact.split(':')[1]} from Maven Central (once)")
            fetched = work / target.replace(".", "-")
            _run(["mvn", "-B", "-q", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={fetched}"], work)
            next(fetched.iterdir()).rename(work / target)
            fetched.rmdir()
        _collect_tables(work / "killbill.war", work)
        done = work / "done"
        done.mkdir()
        for part in ("killbill.war", "jetty.jar", "prelude.sql", "tables.sql"):
            (work / part).rename(done / part)
        done.replace(folder)


def _collect_tables(war: Path, target: Path) -> None:
    """Take the tables of every module out of the WAR."""
    wanted = [("prelude", "util", "ddl-postgresql.sql"), *(("tables", one, "ddl.sql") for one in _MODULES)]
    with zipfile.ZipFile(war) as archive:
        for file, module, name in wanted:
            with archive.open(f"WEB-INF/lib/killbill-{module}-{VERSION}.jar") as jar, zipfile.ZipFile(jar) as inside:
                found = inside.read(f"org/killbill/billing/{module}/{name}")
            with (target / f"{file}.sql").open("ab") as script:
                script.write(_NARROW.sub(_WIDE, found) + b"\n")


def _run(command: list[str], where: Path) -> None:
    done = subprocess.run(  # noqa: S603
        command, cwd=where, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode:
        last = ((done.stdout + done.stderr).strip().splitlines() or ["no message"])[0]
        raise MissingError(f"{command[0]} failed: {last}", remedy="Check that Maven can reach Maven Central.")
