"""Policy: how loudly each profile reports a rule. The verdict is proof and is never touched here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harness.model import Level, UsageError

PROFILES: tuple[str, ...] = ("starter", "standard", "finance")

_E, _W, _I = Level.ERROR, Level.WARNING, Level.INFO

# Only deviations from the default level stand here, so that the table says what a profile is about.
_DEVIATIONS: Mapping[str, Mapping[str, Level]] = MappingProxyType(
    {
        # Advises: what no consumer may ever meet is said, not shouted.
        "starter": {
            "security-weakened": _W,
            "version-not-bumped": _W,
            "no-trusted-base": _W,
        },
        "standard": {},
        # A grown enum or a withdrawn optional field books wrong amounts silently, so both are loud here.
        "finance": {
            "enum-grew": _E,
            "field-withdrawn": _E,
            "map-opened": _W,
            "default-changed": _W,
            "oneof-overlap": _E,
            "server-removed": _E,
            "message-added": _E,
            "closed-reader": _E,
            "avro-logical-type-changed": _E,
        },
    }
)


def level(rule_id: str, default: Level, profile: str) -> Level:
    """Return how loudly `profile` reports `rule_id`, whose change or finding carries the level `default`.

    An `info` stays an `info`: a profile raises what is at least a warning by default, because the comparator
    has already said that nobody is hurt.

    Raises:
        UsageError: `profile` is not one of `PROFILES`.
    """
    if profile not in _DEVIATIONS:
        raise UsageError(f'no profile "{profile}"', remedy=f"Use one of {', '.join(PROFILES)}.")
    return default if default is _I else _DEVIATIONS[profile].get(rule_id, default)


def deviations(profile: str) -> Mapping[str, Level]:
    """Return the rules that `profile` reports otherwise than by default."""
    return _DEVIATIONS[profile]
