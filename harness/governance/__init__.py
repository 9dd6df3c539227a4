"""Decision: a pure function of findings, impact, policy, sign-offs and waivers, and the trust it stands on.

`gate(repo, base, head)` answers whether a branch may merge; `decide(facts, policy)` is its pure core;
`check_repository(library, config, today)` looks at one revision alone; `read_event(environ)` says who proposes.
What reads repositories is loaded on first use, because reports need the values alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from harness.governance.values import (
    ContractChange,
    GateReport,
    RequiredSignoff,
    Revision,
    Signature,
    Waived,
)

if TYPE_CHECKING:
    from harness.governance.check import CheckReport, check_repository
    from harness.governance.decision import Outcome, decide
    from harness.governance.event import Event, read_event
    from harness.governance.facts import Facts
    from harness.governance.gating import gate
    from harness.governance.policy import Policy
    from harness.governance.sides import landscape_of

_LATER = {
    "CheckReport": "check",
    "Event": "event",
    "Facts": "facts",
    "Outcome": "decision",
    "Policy": "policy",
    "check_repository": "check",
    "decide": "decision",
    "gate": "gating",
    "landscape_of": "sides",
    "read_event": "event",
}

__all__ = [
    "CheckReport",
    "ContractChange",
    "Event",
    "Facts",
    "GateReport",
    "Outcome",
    "Policy",
    "RequiredSignoff",
    "Revision",
    "Signature",
    "Waived",
    "check_repository",
    "decide",
    "gate",
    "landscape_of",
    "read_event",
]


def __getattr__(name: str) -> object:
    """Load what reads repositories on first use."""
    if name not in _LATER:
        raise AttributeError(name)
    found = getattr(import_module(f"harness.governance.{_LATER[name]}"), name)
    globals()[name] = found
    return found
