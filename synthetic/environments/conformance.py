"""What every adapter of a port must do, whoever wrote it: the checks a new one is held to.

```python
from synthetic.environments.conformance import CHECKS, Subject

@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_my_adapter(check):
    check(Subject("erp", MyErp(url), deed=Call("erp", "post_invoice", ...), look=Call(...), unknown=Call(...)))
```

A check raises `NotConformError`, which says what was asked, what came and what is asked for. Nothing of a test
framework is needed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from harness.model import JSON, HarnessError
from synthetic.deeds import Adapter, Answer, Attempt, Call, RefusedError, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.deeds.ports import DEEDS, LOOKS


class NotConformError(HarnessError):
    """An adapter does not do what every adapter must."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """An adapter under check, with calls that its system can answer.

    Attributes:
        port: The port it serves.
        adapter: What is checked.
        deed: Something that changes the system, with a key and an `id` in its answer where it makes something.
        look: A look that shows what `deed` did: `count` is 1 after it.
        unknown: A look at something that is not there.
        refused: A deed that the system must refuse; None if its port has none.
        unreachable: The same adapter where nobody answers, such as one for a closed port; None to leave that out.
    """

    port: str
    adapter: Adapter
    deed: Call
    look: Callable[[Answer], Call]
    unknown: Call
    refused: Call | None = None
    unreachable: Adapter | None = None


def answers_are_plain(subject: Subject) -> None:
    """Answers are JSON objects: no NaN, nothing that only this process can read."""
    for call in (subject.deed, subject.unknown):
        answer = _asked(subject, call)
        try:
            again = json.loads(json.dumps(answer, allow_nan=False))
        except (TypeError, ValueError) as error:
            raise _wrong(call, f"answers with something that is no JSON: {error}") from None
        if again != answer:
            raise _wrong(call, "answers with something that JSON writes differently")


def a_look_counts(subject: Subject) -> None:
    """Every look says how many there are: 0 for nothing there, and that is an answer and no refusal."""
    answer = _asked(subject, subject.unknown)
    if answer.get("count") != 0:
        raise _wrong(subject.unknown, f"shows count {answer.get('count')!r} for something that is not there; want 0")


def a_deed_is_seen(subject: Subject) -> None:
    """What a deed did shows in a look."""
    look = subject.look(_asked(subject, subject.deed))
    answer = _asked(subject, look)
    if answer.get("count") != 1:
        raise _wrong(look, f"shows count {answer.get('count')!r} after {subject.deed.name}; want 1")


def a_deed_is_done_once(subject: Subject) -> None:
    """The same deed under the same key is done once, and answered alike where it names what it made."""
    first, second = _asked(subject, subject.deed), _asked(subject, subject.deed)
    if first.get("id") != second.get("id"):
        raise _wrong(subject.deed, f"made {first.get('id')!r} and then {second.get('id')!r} under one key")
    look = subject.look(second)
    if _asked(subject, look).get("count") != 1:
        raise _wrong(look, "shows more than one after the same deed under the same key")


def a_look_changes_nothing(subject: Subject) -> None:
    """Looking twice shows the same."""
    look = subject.look(_asked(subject, subject.deed))
    if (first := _asked(subject, look)) != (second := _asked(subject, look)):
        names = sorted(name for name in {*first, *second} if first.get(name) != second.get(name))
        raise _wrong(look, f"shows other {', '.join(names)} when looked at twice")


def an_unknown_operation_is_refused(subject: Subject) -> None:
    """An operation that the port does not have is refused, never guessed."""
    call = Call(subject.port, "no_such_operation", {}, Kind.LOOK)
    try:
        _asked(subject, call)
    except RefusedError:
        return
    raise _wrong(call, "is answered; want RefusedError")


def a_refusal_names_its_code(subject: Subject) -> None:
    """A business refusal is a RefusedError with a word for machines, on the port it came from."""
    if subject.refused is None:
        return
    try:
        _asked(subject, subject.refused)
    except RefusedError as error:
        if error.port != subject.port or not error.code:
            raise _wrong(subject.refused, f"refuses as {error.port!r} with code {error.code!r}") from None
        return
    raise _wrong(subject.refused, "is done; want RefusedError")


def an_outage_is_no_refusal(subject: Subject) -> None:
    """Where nobody answers the adapter says so: then nothing is known, and the verdict is inconclusive."""
    if subject.unreachable is None:
        return
    silent = replace(subject, adapter=subject.unreachable)
    for call in (subject.unknown, subject.deed):
        try:
            _asked(silent, call)
        except UnreachableError as error:
            if error.port != subject.port:
                raise _wrong(call, f"names {error.port!r} as unreachable") from None
            continue
        except RefusedError:
            raise _wrong(call, "refuses where nobody answers; want UnreachableError") from None
        raise _wrong(call, "is answered where nobody answers")


def it_serves_its_port(subject: Subject) -> None:
    """The calls it is checked with are operations of its port."""
    known = {*DEEDS.get(subject.port, ()), *LOOKS.get(subject.port, ())}
    for call in (subject.deed, subject.unknown, *([subject.refused] if subject.refused else [])):
        if call.port != subject.port or call.operation not in known:
            raise _wrong(call, f"is no operation of {subject.port}")


def its_request_is_its_own(subject: Subject) -> None:
    """The adapter does not change the request it is given: it belongs to the caller, who may send it again."""
    for call in (subject.deed, subject.unknown):
        before: Mapping[str, JSON] = json.loads(json.dumps(dict(call.request)))
        _asked(subject, call)
        if dict(call.request) != before:
            raise _wrong(call, "changes the request")


CHECKS: tuple[Callable[[Subject], None], ...] = (
    it_serves_its_port,
    answers_are_plain,
    a_look_counts,
    a_deed_is_seen,
    a_deed_is_done_once,
    a_look_changes_nothing,
    an_unknown_operation_is_refused,
    a_refusal_names_its_code,
    an_outage_is_no_refusal,
    its_request_is_its_own,
)
"""Every check, each on its own: one adapter may be held to them in any order and again and again."""


def check_adapter(subject: Subject) -> None:
    """Hold an adapter to every check.

    Raises:
        NotConformError: The first that it does not pass.
    """
    for check in CHECKS:
        check(subject)


def _asked(subject: Subject, call: Call) -> Answer:
    attempt = Attempt(call.port, call.operation, call.request, call.kind, call.key, datetime.now(UTC))
    answer = subject.adapter.call(attempt)
    if isinstance(answer, dict):
        return answer

    async def waited() -> object:
        return await answer

    found = asyncio.run(waited())
    if not isinstance(found, dict):
        raise _wrong(call, f"answers with {type(found).__name__}; want an object")
    return found


def _wrong(call: Call, what: str) -> NotConformError:
    return NotConformError(f"{call.name} {what}", remedy="See synthetic/environments/conformance.py for what is asked.")
