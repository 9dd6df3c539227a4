"""Kill Bill 0.22 as the billing of the landscape: a real billing system nobody here wrote, in a Java process.

`install(say)` fetches it with Maven and prepares an empty database once, `KillBillServer` runs it with its test clock,
`KillBillEvents` tells the sync middleware what happens there. See docs/killbill.md.
"""

from synthetic.sandboxes.killbill.events import KillBillEvents
from synthetic.sandboxes.killbill.installation import Installed, MissingError, install
from synthetic.sandboxes.killbill.server import KillBillServer

__all__ = ["Installed", "KillBillEvents", "KillBillServer", "MissingError", "install"]
