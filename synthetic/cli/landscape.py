"""The reference landscape as files, from a checkout or from the installed wheel."""

from __future__ import annotations

import lzma
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from harness.model import UnreadableError
from synthetic.sandboxes.reference import LANDSCAPE_PARTS, landscape_root

if TYPE_CHECKING:
    from harness.catalog import Catalog

_SPECS = Path(__file__).parents[1] / "specs"
INVOICES = "contracts/apis/billing-invoices"
CURRENT = "2.3.0"


def read_landscape() -> Catalog:
    """Return the catalog of the reference landscape."""
    from harness.catalog import read_catalog  # noqa: PLC0415  (start-up)
    from harness.documents import FolderTree, Library  # noqa: PLC0415

    return read_catalog(Library(FolderTree(landscape_root() / "catalog")), ["**/*.yaml"])


def copy_landscape(target: Path) -> None:
    """Copy the landscape into `target`, with the configuration of the strictest profile."""
    for part in LANDSCAPE_PARTS:
        shutil.copytree(landscape_root() / part, target / part)
    (target / "harness.yaml").write_text("profile: finance\n", encoding="utf-8")


def published_spec(name: str) -> bytes:
    """Return a published specification that travels with the package (see specs/NOTICE.md)."""
    return lzma.decompress((_SPECS / f"{name}.json.xz").read_bytes())


def with_footer(text: str) -> str:
    """Return the invoices contract as 2.4.0: one optional field more."""
    footer = (
        "        footer: { type: string, maxLength: 500, description: Free text to the customer below the lines. }\n"
    )
    return _once(r"(?m)^        memo: \{.*\}\n", lambda found: found.group() + footer, _version(text, "2.4.0"))


def without_tax_amount(text: str) -> str:
    """Return the invoices contract as 2.3.1: `tax_amount` gone, called a patch."""
    text = _once(r"(?m)^        tax_amount:\n(?:          .*\n)+", lambda _: "", _version(text, "2.3.1"))
    return re.sub(r"tax_amount(: \d+)?, ?", "", text)


def with_text_tax_amount(text: str) -> str:
    """Return the invoices contract as 3.0.0: `tax_amount` a decimal text, called a major."""
    text = _once(
        r"(?m)^(        tax_amount:\n)          type: integer\n          format: int64\n",
        lambda found: found.group(1) + "          type: string\n          pattern: ^-?[0-9]+$\n",
        _version(text, "3.0.0"),
    )
    return re.sub(r"tax_amount: (\d+)", r'tax_amount: "\1"', text)


def _version(text: str, version: str) -> str:
    return _once(r'(?m)^  version: "[0-9.]+"$', lambda _: f'  version: "{version}"', text)


def _once(pattern: str, replacement: object, text: str) -> str:
    """Replace the first match, which must exist: an edit that does nothing would make the demo lie."""
    edited, times = re.subn(pattern, replacement, text, count=1)  # type: ignore[call-overload]
    if times != 1:
        raise UnreadableError(
            f"the reference contract {INVOICES}/{CURRENT} no longer has what the demo edits: {pattern}"
        )
    return str(edited)
