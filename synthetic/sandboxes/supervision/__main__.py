"""The supervisor as a process of its own: `python -m synthetic.sandboxes.supervision FOLDER PLAN REPORT`.

PLAN is JSON, REPORT a file descriptor that takes one JSON line per step until the sandbox is up or cannot be.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from harness.model import HarnessError
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.running import Running
from synthetic.sandboxes.supervision.supervisor import Supervisor


def main(folder: str, plan: str, report: int) -> int:
    """Be the supervisor; returns the exit code."""
    telling: list[int] = [report]

    def tell(line: dict[str, object]) -> None:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        if telling:
            try:
                os.write(telling[0], json.dumps(line).encode() + b"\n")
            except BrokenPipeError:
                telling.clear()

    def up(running: Running) -> None:
        tell({"up": str(running.folder)})
        os.close(telling.pop() if telling else os.open(os.devnull, os.O_RDONLY))

    try:
        wanted = Plan.from_json(json.loads(plan)).checked()
        return Supervisor(wanted, Path(folder), lambda step, took: tell({"step": step, "seconds": took})).run(up)
    except HarnessError as error:
        tell({"error": error.message, "remedy": error.remedy, "exit": error.exit_code})
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
