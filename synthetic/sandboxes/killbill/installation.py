"""Kill Bill from Maven Central: its WAR, a servlet container, and an empty database with its tables.

Version 0.24 has its modules on Maven Central but not its WAR (`killbill-profiles-killbill` ends at 0.22.26), so 0.22
it is. It carries H2, an embedded database: nothing else is needed. The tables are in the `ddl.sql` of its modules.
"""

from __future__ import annotations

import fcntl
import os
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
        database: Empty H2 database with every table.
    """

    war: Path
    jetty: Path
    database: Path


def install(say: Say) -> Installed:
    """Return Kill Bill, fetched and prepared if it is not there yet.

    Raises:
        MissingError: No Java or Maven here, or Maven Central could not be reached.
    """
    folder = _home() / f"killbill-{VERSION}"
    if not folder.exists():
        for program in ("java", "mvn"):
            if shutil.which(program) is None:
                raise MissingError(f"Kill Bill needs {program}", remedy="Install Java 17 and Maven.")
        _home().mkdir(parents=True, exist_ok=True)
        with (_home() / "killbill.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                _build(folder, say)
    return Installed(folder / "killbill.war", folder / "jetty.jar", folder / "killbill.mv.db")


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
        say("Making the tables of Kill Bill")
        h2, script = _unpack(work)
        url = f"jdbc:h2:{work / 'killbill'};MODE=MYSQL"
        tool = ["java", "-cp", str(h2), "org.h2.tools.RunScript", "-url", url]
        _run([*tool, "-user", "killbill", "-password", "killbill", "-script", str(script)], work)
        done = work / "done"
        done.mkdir()
        for part in ("killbill.war", "jetty.jar", "killbill.mv.db"):
            (work / part).rename(done / part)
        done.replace(folder)


def _unpack(work: Path) -> tuple[Path, Path]:
    """Take the database engine and the tables of every module out of the WAR."""
    script, engine = work / "tables.sql", work / "h2.jar"
    with zipfile.ZipFile(work / "killbill.war") as war, script.open("wb") as tables:
        names = war.namelist()
        engine.write_bytes(war.read(next(one for one in names if one.startswith("WEB-INF/lib/h2-"))))
        for module in _MODULES:
            with war.open(f"WEB-INF/lib/killbill-{module}-{VERSION}.jar") as jar, zipfile.ZipFile(jar) as inside:
                tables.write(inside.read(f"org/killbill/billing/{module}/ddl.sql") + b"\n")
    return engine, script


def _run(command: list[str], where: Path) -> None:
    done = subprocess.run(  # noqa: S603
        command, cwd=where, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode:
        last = ((done.stdout + done.stderr).strip().splitlines() or ["no message"])[0]
        raise MissingError(f"{command[0]} failed: {last}", remedy="Check that Maven can reach Maven Central.")
