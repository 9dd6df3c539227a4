"""An answer as a probe reads it: a field that is not there ends the run under a name, not with a traceback."""

from __future__ import annotations

from collections.abc import Callable

from harness.model import JSON
from synthetic.deeds import Answer, Call


class Reply(dict[str, JSON]):
    """What was answered to one call.

    Args:
        lacks: Stops the run because of a field: it is not there, or nothing stands in it (`is_there=True`).
        title: Of the step.
        call: That was answered.
        answer: The fields.
    """

    def __init__(self, lacks: Callable[..., None], title: str, call: Call, answer: Answer) -> None:
        """Keep the fields, and what to say where one is missing."""
        super().__init__(answer)
        self._lacks, self._title, self._call = lacks, title, call

    def __getitem__(self, name: str) -> JSON:
        """Return a field that can be used."""
        found = super().__getitem__(name)
        if found is None:
            self._lacks(self._title, self._call, name, is_there=True)
        return found

    def __missing__(self, name: str) -> JSON:
        """Stop: the field is not there."""
        self._lacks(self._title, self._call, name)
        raise KeyError(name)
