"""The screen of `harness init`, and the workflow file that it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.printable import printable
from harness.report.words import columns, count, listing

if TYPE_CHECKING:
    from harness.registry import Discovery

_KIND_WORDS = {"openapi": "OpenAPI", "asyncapi": "AsyncAPI", "jsonschema": "JSON Schema", "avro": "Avro"}

_WORKFLOW = """\
# Written by `harness init`: decides on every pull request whether its contract changes may merge.
name: contracts
on: pull_request
permissions:
  contents: read
jobs:
  gate:
    runs-on: ubuntu-latest
    env:
      PYTHONSAFEPATH: "1"
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          fetch-depth: 0
          persist-credentials: false
      # Installed from a pinned release and run outside the checkout: nothing of the judged branch is executed.
      - run: |
          cd "$RUNNER_TEMP"
          python3 -m venv harness
          harness/bin/pip install --quiet contract-harness=={version}
          harness/bin/harness gate --repo "$GITHUB_WORKSPACE" --head HEAD --html gate.html --sarif gate.sarif.json
"""


def workflow(version: str) -> str:
    """Return `.github/workflows/contracts.yml` for one version of this program."""
    return _WORKFLOW.format(version=version)


def found_text(found: Discovery) -> str:
    """Return what is there: contracts by kind, catalog files, pacts, and what was skipped."""
    kinds = [f"{number} {_KIND_WORDS.get(kind, kind)}" for kind, number in found.contracts_by_kind if number]
    total = sum(number for _, number in found.contracts_by_kind)
    told = f"Found {count(total, 'contract')}" + (f": {listing(kinds)}" if kinds else "")
    globs = ", ".join(printable(glob, 60) for glob in found.contract_globs[:4])
    catalog = f"Found {count(found.catalog_files, 'catalog file')}, {count(found.pacts, 'pact')}"
    missing = not found.catalog_files or not found.pacts
    lines = columns([(told, globs), (catalog, "the gate works without them" if missing else "")], gap=4)
    lines += [f"Skipped: {printable(problem, 300)}" for problem in found.skipped[:10]]
    if len(found.skipped) > 10:
        lines.append(f"Skipped: {len(found.skipped) - 10} more")
    return "\n".join(lines) + "\n"
