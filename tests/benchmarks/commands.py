"""Whole commands on real documents: CPU, memory and size of output, beside its peers in the same run.

Run by `make bench`. The peers are taken from `.cache/peers/bin` or the path (`go install
github.com/oasdiff/oasdiff@latest`, and `what_changed/main.go` beside this file); an absent one has no row. Ratios are
what counts: absolute seconds belong to the machine. "cold" keeps nothing, "cached documents" reads parsed YAML of an
earlier run and compares anew, "again" is the same question a second time.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """One command over several runs: medians of CPU seconds and peak MiB, and bytes written."""

    cpu: float
    peak: float
    written: int
    steady: bool


def measure(command: list[str], environment: dict[str, str], *, forget: Path | None = None) -> Measured:
    """Run `command` once to warm up and then several times, each time without the folder to `forget`.

    Its exit code is its own affair.
    """
    runs, outputs = [], set()
    for number in range(RUNS + 1):
        if forget is not None:
            shutil.rmtree(forget, ignore_errors=True)
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=environment)
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            out.seek(0)
            size, seal = 0, hashlib.sha256()
            while block := out.read(1 << 20):
                size += len(block)
                seal.update(block)
            outputs.add((size, seal.hexdigest()))
        if number:
            runs.append((usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    cpu, peak = (statistics.median(values) for values in zip(*runs, strict=True))
    return Measured(cpu, peak, max(size for size, _ in outputs), len(outputs) == 1)


def documents(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Return the pairs to compare: the Stripe pair that travels with the package, and the shared ones if present."""
    for name in ("stripe-2021-08", "stripe-2022-02"):
        packed = ROOT / "synthetic/specs" / f"{name}.json.xz"
        (folder / f"{name}.json").write_bytes(lzma.decompress(packed.read_bytes()))
    old, new = folder / "stripe-2021-08.json", folder / "stripe-2022-02.json"
    pairs = {"Stripe, half a year, JSON": (old, new), "Stripe, identical, JSON": (new, new)}
    shared = Path(os.environ.get("HARNESS_CORPUS", ROOT.parent / "shared/corpus")) / "specs"
    if shared.is_dir():
        pairs["Stripe, adjacent, JSON"] = (shared / "stripe-adjacent-old.json", shared / "stripe-new.json")
        pairs["Stripe, half a year, YAML"] = (shared / "stripe-old.yaml", shared / "stripe-new.yaml")
        pairs["Xero accounting, YAML"] = (shared / "xero-accounting-old.yaml", shared / "xero-accounting-new.yaml")
        pairs["Lago, YAML"] = (shared / "lago-old.yaml", shared / "lago-new.yaml")
    return pairs


def tool(name: str) -> str | None:
    """Return the path of a peer, or None."""
    return shutil.which(name, path=f"{ROOT / '.cache/peers/bin'}{os.pathsep}{os.environ.get('PATH', '')}")


def peers(old: Path, new: Path) -> dict[str, list[str] | None]:
    """Return the command of each peer, None for one that is not here."""
    oasdiff, libopenapi = tool("oasdiff"), tool("libopenapi-what-changed")
    return {
        "oasdiff": [oasdiff, "changelog", str(old), str(new), "-f", "json"] if oasdiff else None,
        "libopenapi": [libopenapi, str(old), str(new)] if libopenapi else None,
    }


def main() -> None:
    """Print the table."""
    sys.stdout.write(f"load {os.getloadavg()[0]:.1f}, median of {RUNS}\n")
    plain = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    with tempfile.TemporaryDirectory() as folder:
        for name, (old, new) in documents(Path(folder)).items():
            ours = [sys.executable, "-P", "-m", "harness.cli", "compare", str(old), str(new), "--format", "json"]
            cold = measure(ours, plain | {"HARNESS_NO_CACHE": "1"})
            kept = plain | {"XDG_CACHE_HOME": f"{folder}/cache"}
            answers = Path(folder, "cache/contract-harness/answers")
            rows = [
                ("cold", cold),
                ("cached documents", measure(ours, kept, forget=answers)),
                ("again", measure(ours, kept)),
            ]
            rows += [(label, measure(command, plain)) for label, command in peers(old, new).items() if command]
            sys.stdout.write(f"{name}\n")
            for label, row in rows:
                told = f"{row.cpu:7.2f} s CPU {row.peak:7.0f} MiB {row.written:12,} bytes, {row.cpu / cold.cpu:5.1f} x"
                sys.stdout.write(f"  {label:16} {told}{'' if row.steady else '   differs from run to run'}\n")


if __name__ == "__main__":
    main()
