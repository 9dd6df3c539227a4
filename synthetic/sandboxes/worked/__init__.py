"""Business done in a running sandbox through its own contracts, and by operation what can be asked of it then.

`worked_examples(running)` opens accounts, orders, bills, pays, disputes, credits and posts, and returns values that
exist there in the state each operation needs: what `harness conform --given` tries a contract with.
"""

from synthetic.sandboxes.worked.examples import worked_examples

__all__ = ["worked_examples"]
