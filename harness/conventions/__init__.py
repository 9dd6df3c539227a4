"""API conventions: what a contract should say besides being valid, each a rule of `harness.rules.conventions`.

They look at one version by itself. What a convention costs is policy (levels per profile); that it is not kept is a
fact with a place. `check_conventions` judges a contract, `spectral` reads what another linter said about it.
"""

from __future__ import annotations

from harness.conventions.check import brought, check_conventions, newest
from harness.conventions.spectral import read_spectral, with_evidence

__all__ = ["brought", "check_conventions", "newest", "read_spectral", "with_evidence"]
