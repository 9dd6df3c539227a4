"""Tryton 8.2 as the ERP of the landscape: a real ERP nobody here wrote, in a process and an environment of its own.

`template(catalog, say)` installs it and prepares a database once, `TrytonServer` starts, resets and stops a copy of
it, `TrytonPort` is the `erp` port on top. Tryton is GPL software: it is run, never imported.

What differs from the embedded ledger, because Tryton is as it is:

- A month that is closed takes nothing, not even recognition; a locked one is never opened again.
- Natively (`Recognition.NATIVE`) revenue is recognised a whole month at a time, dated on its first day and for all
  months at once, and a rounding residue can stay in deferred revenue (`schedule_of` then shows `residue`).
- Legal numbers come from billing and stand in the description: Tryton numbers by itself, in the order of dates.
- Tax is computed by Tryton and then set to what was billed: it rounds halves to even, and never toward zero (JP-01).
- 2100 is a receivable account (an asset below zero), 1150 and 2400 are deposits: only there may documents post.
- It keeps one ledger a company; the second ledger of DE-01 is another system.
"""

from synthetic.sandboxes.tryton.books import Recognition
from synthetic.sandboxes.tryton.installation import InstallationError, install
from synthetic.sandboxes.tryton.port import TrytonPort
from synthetic.sandboxes.tryton.server import Template, TrytonServer
from synthetic.sandboxes.tryton.template import is_ready, template

__all__ = ["InstallationError", "Recognition", "Template", "TrytonPort", "TrytonServer", "install", "is_ready", "template"]
