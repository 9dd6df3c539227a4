"""Captured messages a second, held against the landscape's largest event contract, with order and duplicates.

Run by `make bench`. Bound of the task: at least 5,000 messages a second and core.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from harness.conform import Messages, check_events, open_target

ROOT = Path(__file__).parents[2]
MESSAGES = 20_000
RUNS = 3
LEAST = 5_000


def capture(document: dict) -> list[bytes]:
    """Return as many messages, of every type, each of an object of its own."""
    examples = [one["payload"] for m in document["components"]["messages"].values() for one in m["examples"]]
    return [
        json.dumps({**examples[n % len(examples)], "id": f"ev_{n}", "subject": f"s_{n}"}).encode()
        for n in range(MESSAGES)
    ]


def main() -> int:
    """Print the median rate in CPU time; 1 if it is below the bound or a message was not right."""
    target = open_target("billing-events", ROOT)
    lines = capture(target.document)
    rates = []
    for _ in range(RUNS):
        messages = Messages(target.name, target.document)
        begun = time.process_time()
        found = check_events(messages, lines, "capture")
        rates.append(len(lines) / (time.process_time() - begun))
        if found.findings or found.messages != MESSAGES:
            return 1
    rate = statistics.median(rates)
    size = sum(map(len, lines)) / len(lines)
    sys.stdout.write(
        f"{rate:,.0f} messages a second of CPU ({size:.0f} bytes each, median of {RUNS}); bound {LEAST:,}\n"
    )
    return int(rate < LEAST)


if __name__ == "__main__":
    sys.exit(main())
