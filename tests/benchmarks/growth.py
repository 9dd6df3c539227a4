"""How the cost of one comparison grows: with the components that changed, and with those that did not.

Run by `make bench`. A document of 5,000 components, of which 1, 10, 100 and 1,000 change (each in a way of its own, one
in three breaking), then one changed component among 500 to 20,000. Reading both texts is measured apart from judging.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections import Counter
from typing import Any

from harness.compat import compare_nodes
from harness.documents import Library, MemoryTree
from harness.model import Verdict

RUNS = 3
COMPONENTS = 5_000
PER_OPERATION = 5


def component(number: int, *, changed: bool) -> dict[str, Any]:
    """Return a schema of a billing document; what changes differs from component to component."""
    properties: dict[str, Any] = {
        "id": {"type": "string", "maxLength": 40 + number % 7},
        "amount": {"type": "integer", "minimum": 0, "maximum": 100_000 + number},
        "currency": {"type": "string", "enum": ["EUR", "USD", "GBP"]},
        "lines": {"type": "array", "items": {"$ref": f"#/components/schemas/C{number // 2}"}} if number else {},
    }
    required = ["id", "amount"]
    if changed and number % 3 == 0:
        properties["amount"]["maximum"] -= 50_000
    elif changed and number % 3 == 1:
        properties["note"] = {"type": "string"}
    elif changed:
        properties["currency"]["description"] = "ISO 4217"
    return {"type": "object", "properties": properties, "required": required}


def document(components: int, changed: frozenset[int]) -> str:
    """Return the text of a document whose operations take and give every component."""
    schemas = {f"C{number}": component(number, changed=number in changed) for number in range(components)}
    paths = {}
    for start in range(0, components, PER_OPERATION):
        references = [
            {"$ref": f"#/components/schemas/C{n}"} for n in range(start, min(start + PER_OPERATION, components))
        ]
        content = {"application/json": {"schema": {"type": "array", "items": {"anyOf": references}}}}
        answer = {"description": "done", "content": content}
        paths[f"/r{start}"] = {"post": {"requestBody": {"content": content}, "responses": {"200": answer}}}
    whole = {"openapi": "3.0.3", "info": {"title": "billing", "version": "1.0.0"}, "paths": paths}
    return json.dumps({**whole, "components": {"schemas": schemas}})


def measured(components: int, number: int) -> tuple[float, float, Counter[Verdict]]:
    """Return CPU seconds of reading, those of judging, and the verdicts, as medians of several runs."""
    changed = frozenset(range(components - 1, -1, -max(1, components // number))[:number])
    texts = document(components, frozenset()), document(components, changed)
    readings, judgings = [], []
    for _ in range(RUNS):
        start = time.process_time()
        libraries = [Library(MemoryTree({"api.json": text})) for text in texts]
        nodes = [library.node("api.json") for library in libraries]
        read = time.process_time()
        found = compare_nodes(nodes[0], nodes[1], libraries[0], libraries[1])
        judgings.append(time.process_time() - read)
        readings.append(read - start)
    return statistics.median(readings), statistics.median(judgings), Counter(change.verdict for change in found.changes)


def main() -> int:
    """Print both tables; 1 if judging grows faster than what changed."""
    out = sys.stdout
    out.write(
        f"load {os.getloadavg()[0]:.1f}, median of {RUNS}\n  components  changed  read s  judged s  ms a change\n"
    )
    times = {}
    plan = [(COMPONENTS, number) for number in (1, 10, 100, 1_000)] + [(500, 1), (20_000, 1)]
    for components, number in plan:
        reading, judging, verdicts = measured(components, number)
        times[components, number] = judging
        out.write(f"  {components:10,} {number:8,} {reading:7.2f} {judging:9.3f} {judging / number * 1000:12.2f}   ")
        out.write(", ".join(f"{count} {verdict.value}" for verdict, count in sorted(verdicts.items())) + "\n")
        out.flush()
    fixed = times[COMPONENTS, 1]
    return 0 if times[COMPONENTS, 1_000] - fixed < 20 * (times[COMPONENTS, 100] - fixed + 0.01) else 1


if __name__ == "__main__":
    sys.exit(main())
