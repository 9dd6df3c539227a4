"""What may be done in an environment: the base branch says, and a branch under judgement can only say less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.catalog import Catalog
from harness.catalog import Environment as Entry
from harness.model import NotFoundError, UsageError
from synthetic.deeds import DeniedError

_LIVE = ("sk_live", "rk_live")


@dataclass(frozen=True, slots=True)
class Permissions:
    """What an environment allows: looks, deeds, and keys that move real money."""

    looks: bool
    deeds: bool
    live_keys: bool


def entry_of(name: str, catalog: Catalog) -> Entry:
    """Return the catalog entry of an environment.

    Raises:
        NotFoundError: There is none of that name.
    """
    known = catalog.environments()
    found = next((entry for entry in known if entry.name == name), None)
    if found is None:
        names = ", ".join(sorted(entry.name for entry in known)) or "none"
        raise NotFoundError(f"the catalog has no environment {name}", remedy=f"It names: {names}.")
    return found


def permissions_of(name: str, catalog: Catalog, base: Catalog | None = None) -> Permissions:
    """Return what is allowed by `catalog` and by `base` (the catalog at the tip of the base branch).

    Raises:
        NotFoundError: One of them has no such environment.
    """
    both = [_said(entry_of(name, one)) for one in (catalog, base or catalog)]
    return Permissions(*(all(one) for one in zip(*((p.looks, p.deeds, p.live_keys) for p in both), strict=True)))


def _said(entry: Entry) -> Permissions:
    looks = entry.probes in ("full", "read-only")
    return Permissions(
        looks=looks, deeds=entry.probes == "full" and entry.deeds != "refused", live_keys=entry.live_keys == "allowed"
    )


def check_looks(name: str, allowed: Permissions) -> None:
    """Refuse an environment in which probes do nothing at all.

    Raises:
        DeniedError: Its entry says `probes: none`.
    """
    if not allowed.looks:
        raise DeniedError(f"environment {name} takes no probes", remedy="Its catalog entry says `probes`: none.")


def secret_of(name: str, port: str, variable: str, allowed: Permissions, variables: Mapping[str, str]) -> str:
    """Return the key of a system from the variable that the catalog names; it is never part of an error.

    Raises:
        UsageError: The variable is not set, or holds a live key where those are refused.
    """
    if not variable:
        return ""
    key = variables.get(variable, "")
    if not key:
        raise UsageError(
            f"environment {name} needs {variable} for {port}, and it is not set", remedy=f"Set {variable}."
        )
    if key.startswith(_LIVE) and not allowed.live_keys:
        raise UsageError(
            f"{variable} holds a live key, and environment {name} refuses those",
            remedy="Use a test key; `liveKeys: allowed` counts only on the base branch.",
        )
    return key
