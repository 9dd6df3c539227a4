"""The landscape of systems in one process, on one clock: what probes and the fault matrix run on.

`Landscape(catalog, clock, layers)` is CRM, billing, sync middleware, ledgers, entitlements and analytics behind ports.
"""

from synthetic.sandboxes.landscape.landscape import Landscape

__all__ = ["Landscape"]
