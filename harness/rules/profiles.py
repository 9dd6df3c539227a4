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
        # Advises: what no consumer may ever meet is said, not shouted, and so are conventions nobody agreed to yet.
        "starter": {
            "security-weakened": _W,
            "deprecated-without-sunset": _I,
            "error-not-problem-details": _I,
            "event-uncorrelated": _I,
            "event-unversioned": _I,
            "finance-field-unclassified": _I,
            "interaction-unsaid": _I,
            "list-without-pagination": _I,
            "money-inexact": _I,
            "money-without-currency": _I,
            "money-without-idempotency-key": _I,
            "operation-without-authentication": _I,
            "pii-unclassified": _I,
            "post-without-ordering-key": _I,
            "rate-limit-untold": _I,
            "spectral-finding": _I,
            "timestamp-not-rfc3339": _I,
            "trace-headers-missing": _I,
            "validate-writes": _I,
        },
        "standard": {},
        # A grown list or a withdrawn field books wrong amounts without a word, so both are loud here.
        "finance": {
            "avro-logical-type-changed": _E,
            "enum-value-added": _E,
            "field-renamed": _E,
            "field-withdrawn": _E,
            "mapping-rate-unreasoned": _E,
            "message-added": _E,
            "money-inexact": _E,
            "money-without-currency": _E,
            "money-without-idempotency-key": _E,
            "operation-without-authentication": _E,
            "pact-broken-by-change": _E,
            "post-without-ordering-key": _E,
            "server-removed": _E,
            "validate-writes": _E,
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
