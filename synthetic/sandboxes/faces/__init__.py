"""The landscape's own contracts over the systems of the sandbox: what a consumer's pact verifies against.

`Contract` reads one from `contracts/apis`, `face` serves it: requests are held to the contract before an operation
sees them, idempotency keys and pages are the same everywhere, refusals become problem documents.
"""

from synthetic.sandboxes.faces.contract import Contract
from synthetic.sandboxes.faces.face import Asked, Face, RefusalError, Replied, day, page

__all__ = ["Asked", "Contract", "Face", "RefusalError", "Replied", "day", "page"]
