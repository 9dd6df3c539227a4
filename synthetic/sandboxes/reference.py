"""Where the reference landscape is: in an installed wheel, or in the checkout around the package."""

from __future__ import annotations

from pathlib import Path

import harness
from harness.model import UnreadableError

LANDSCAPE_PARTS = ("contracts", "catalog")


def landscape_root() -> Path:
    """Return the folder that holds `contracts/` and `catalog/`: in the wheel, or the checkout around the package."""
    package = Path(harness.__file__).parent
    for folder in (package / "landscape", package.parent):
        if all((folder / part).is_dir() for part in LANDSCAPE_PARTS):
            return folder
    raise UnreadableError(
        "the reference landscape is not part of this installation", remedy="Install the wheel, or use a checkout."
    )
