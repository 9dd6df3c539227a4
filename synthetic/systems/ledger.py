"""The `erp` port over HTTP: the ledger as a process of its own, or several of them when two ERPs run in parallel."""

from __future__ import annotations

from collections.abc import Mapping

from synthetic.deeds import Adapter, Answer, Attempt, UnreachableError
from synthetic.systems.opening import Opening
from synthetic.systems.remote import RemotePort


class LedgerErp:
    """Adapter of one ERP, or of a cloud and a legacy one.

    Args:
        main: Answers whatever names no ledger of the second.
        second: The other ERP, by the ledgers that are kept there.
    """

    def __init__(self, main: Adapter, second: Mapping[str, Adapter] | None = None) -> None:
        """Keep them."""
        self._main = main
        self._second = dict(second or {})

    def call(self, attempt: Attempt) -> Answer:
        """Answer one call from the ERP that keeps the ledger it names.

        Raises:
            UnreachableError: Nobody there.
            RefusedError: The ERP says no.
        """
        keeper = self._second.get(str(attempt.request.get("ledger", "")), self._main)
        answer = keeper.call(attempt)
        if not isinstance(answer, dict):
            raise UnreachableError(attempt.port, "it answers later, and nobody waits here")
        return answer

    def close(self) -> None:
        """Close the connections of both."""
        for adapter in (self._main, *self._second.values()):
            close = getattr(adapter, "close", None)
            if close is not None:
                close()


def open_ledger(opening: Opening) -> Adapter:
    """Open the ledger at `url`; `second_url` and `second_ledgers` (by comma) name the ERP of a parallel run."""
    main = RemotePort(opening.port, opening.setting("url"), opening.secret)
    second_url = opening.settings.get("second_url", "")
    if not second_url:
        return LedgerErp(main)
    second = RemotePort(opening.port, second_url, opening.secret)
    return LedgerErp(main, dict.fromkeys(opening.setting("second_ledgers").split(","), second))
