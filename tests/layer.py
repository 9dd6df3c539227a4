"""Run one layer of the tests, print its time, and fail where it takes over twice its budget."""

from __future__ import annotations

import os
import subprocess
import sys
import time

OVER = 2
NO_TESTS = 5


def main(name: str, budget: int, arguments: list[str]) -> int:
    """Run pytest with `arguments`; `budget` is in seconds of wall time on two idle cores."""
    started = time.monotonic()
    code = subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode
    seconds = time.monotonic() - started
    sys.stdout.write(f"{name} tests: {seconds:.0f} s of {budget} s\n")
    if code == NO_TESTS:
        sys.stdout.write(f"{name} tests: none in this layer yet\n")
        return 0
    if code == 0 and os.environ.get("CI") and seconds > OVER * budget:
        sys.stdout.write(f"{name} tests took over twice their budget\n")
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
