"""`make bench`: every benchmark in turn, each as its own process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run the benchmark scripts beside this one; return the worst exit code."""
    scripts = sorted(path for path in Path(__file__).parent.glob("*.py") if path.name != "run.py")
    worst = 0
    for script in scripts:
        sys.stdout.write(f"== {script.stem}\n")
        sys.stdout.flush()
        worst = max(worst, subprocess.run([sys.executable, str(script)], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
