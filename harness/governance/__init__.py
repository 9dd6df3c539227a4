"""Decision: a pure function of findings, impact, policy, sign-offs and waivers."""

from harness.governance.values import (
    ContractChange,
    GateReport,
    RequiredSignoff,
    Revision,
    Signature,
    Waived,
)

__all__ = ["ContractChange", "GateReport", "RequiredSignoff", "Revision", "Signature", "Waived"]
