"""A catalog of 10,000 entities with more than 40,000 relations: reading, checking, and one full impact query.

Run by `make bench`. Bound of the task: all three under 5 s of CPU, the query alone under 50 ms.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from harness.catalog import check_catalog, read_catalog
from harness.documents import Library, MemoryTree
from harness.impact.outage import outage_of

ENTITIES = 10_000
APIS = 3_000
RUNS = 3
_Result = TypeVar("_Result")


def entry(kind: str, name: str, spec: str) -> str:
    """Return one entity as real catalogs write it, in block style with two common annotations."""
    return (
        f"apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n  description: What {name} does\n"
        f"  annotations:\n    github.com/project-slug: org/{name}\n    backstage.io/techdocs-ref: dir:.\nspec:\n{spec}"
    )


def landscape() -> dict[str, str]:
    """Return the files, one entity each; the same ones on every run."""
    rng = random.Random(1)  # noqa: S311  (a benchmark, no secret)
    texts = [entry("Group", f"team-{number}", "  type: team\n  children: []\n") for number in range(20)]
    texts += [entry("System", f"system-{number}", f"  owner: team-{number % 20}\n") for number in range(80)]
    common = "  type: {}\n  lifecycle: production\n  owner: team-{}\n  system: system-{}\n"
    for number in range(APIS):
        spec = common.format("openapi", rng.randrange(20), rng.randrange(80)) + "  definition: x\n"
        texts.append(entry("API", f"api-{number}", spec))
    for number in range(ENTITIES - len(texts)):
        spec = common.format("service", rng.randrange(20), number % 80) + "  consumesApis:\n"
        spec += "".join(f"    - api-{rng.randrange(APIS)}\n" for _ in range(2))
        spec += f"  providesApis:\n    - api-{number}\n" if number < APIS else ""
        spec += f"  dependsOn:\n    - component:service-{rng.randrange(number)}\n" if number else ""
        texts.append(entry("Component", f"service-{number}", spec))
    return {f"catalog/{number % 100}/{number}.yaml": text for number, text in enumerate(texts)}


def timed(work: Callable[[], _Result]) -> tuple[float, _Result]:
    """Return CPU seconds and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main() -> int:
    """Print the medians."""
    files = landscape()
    rows = []
    for _ in range(RUNS):
        library = Library(MemoryTree(files))
        reading, catalog = timed(lambda library=library: read_catalog(library))  # type: ignore[misc]  # bound now
        checking, _ = timed(lambda catalog=catalog: check_catalog(catalog))  # type: ignore[misc]  # bound now
        query, outage = timed(lambda catalog=catalog: outage_of("component:service-77", catalog))  # type: ignore[misc]
        rows.append((reading, checking, query))
    relations = sum(len(catalog.relations_from(entity.ref)) for entity in catalog.entities)
    reading, checking, query = (statistics.median(column) for column in zip(*rows, strict=True))
    sys.stdout.write(
        f"{len(catalog.entities)} entities, {relations} relations, median of {RUNS}: "
        f"read and validated {reading:.2f} s, checked {checking:.2f} s, "
        f"query {query * 1000:.2f} ms ({len(outage.dependents)} components, {len(outage.procedures)} procedures)\n"
    )
    return 0 if reading + checking + query < 5 and query < 0.05 else 1


if __name__ == "__main__":
    sys.exit(main())
