"""Writes `docs/sandbox-contracts.md`: `python -m synthetic.cli.contracts_page`."""

from __future__ import annotations

from pathlib import Path

from synthetic.sandboxes.supervision.surface import page

if __name__ == "__main__":
    Path("docs/sandbox-contracts.md").write_text(page(), "utf-8")
