"""From a set of changes to consumers, workflows, business objects, legal entities and recovery objectives."""

from harness.impact.values import (
    BusinessObjectImpact,
    ConsumerImpact,
    Hit,
    Impact,
    WorkflowImpact,
)

__all__ = ["BusinessObjectImpact", "ConsumerImpact", "Hit", "Impact", "WorkflowImpact"]
