"""Room of harness: what the harness needs of systems outside, as protocols.

Adapters implement them (billing sandboxes and real billing alike); nothing here does anything.
"""

from harness.ports.billing import Billing, Fields

__all__ = ["Billing", "Fields"]
