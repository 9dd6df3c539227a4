"""Room of synthetic: where probes run. An environment is a set of adapters with pace and permissions.

`open_environment(name, catalog, ...)` reads the catalog entry and opens its adapters; the running sandbox needs no
entry of its own systems, its run folder tells where they are. `check_adapter` is the conformance of any new adapter.
"""

from synthetic.environments.environment import Environment
from synthetic.environments.opening import open_environment
from synthetic.environments.permissions import Permissions, permissions_of

__all__ = ["Environment", "Permissions", "open_environment", "permissions_of"]
