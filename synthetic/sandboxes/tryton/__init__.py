"""Tryton 8.2 as the ERP of the landscape: a real ERP nobody here wrote, in a process and an environment of its own.

`template(catalog, say)` installs it and prepares a database once, `TrytonServer` starts, resets and stops a copy of
it, `TrytonPort` is the `erp` port on top. Tryton is GPL software: it is run, never imported. What holds, what differs
from the embedded ledger and why: `docs/tryton.md`.
"""

from synthetic.sandboxes.tryton.books import Recognition
from synthetic.sandboxes.tryton.databases import PostgresqlStore, Template
from synthetic.sandboxes.tryton.installation import InstallationError, install
from synthetic.sandboxes.tryton.port import TrytonPort
from synthetic.sandboxes.tryton.server import TrytonServer
from synthetic.sandboxes.tryton.template import is_ready, template

__all__ = [
    "InstallationError",
    "PostgresqlStore",
    "Recognition",
    "Template",
    "TrytonPort",
    "TrytonServer",
    "install",
    "is_ready",
    "template",
]
