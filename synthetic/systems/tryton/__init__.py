"""Tryton as a system to talk to: its wire format, and the books of one company behind it.

Nothing of Tryton is imported (it is GPL software and runs as a process of its own); `wire` speaks its JSON-RPC and
REST, `company` finds the records of one company by the codes people use, `documents` writes invoices and moves.
"""

from synthetic.systems.tryton.wire import Tryton, TrytonRefusalError

__all__ = ["Tryton", "TrytonRefusalError"]
