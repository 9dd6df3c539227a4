"""The reference sync middleware between billing and everything that follows it.

`canonical` turns billing objects into canonical documents, `handlers` say what each event leads to, `Sync` keeps order,
takes everything once, retries what is unreachable and queues what is refused.
"""

from synthetic.sandboxes.sync.queue import Problem
from synthetic.sandboxes.sync.storage import Inbound
from synthetic.sandboxes.sync.sync import Sync

__all__ = ["Inbound", "Problem", "Sync"]
