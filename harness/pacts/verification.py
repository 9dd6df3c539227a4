"""What a verifier said about one pact, counted: a run that lost an interaction, or raised, is never green."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.model import Finding, Level, Location, join

MISMATCH = "pact-verification-mismatch"
STATE_MISSING = "pact-state-missing"
MESSAGE_MISSING = "pact-message-missing"
NOT_TOLD = "pact-verification-incomplete"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one run of the verifier over one pact.

    Attributes:
        results: `Verifier.results` as it stands.
        raised: The error that the run ended with, "" if none; a failed interaction is one too.
        missing_states: Provider states that nobody could establish, each with the reason.
        missing_messages: Messages that nobody could produce, each with the reason.
        output: What the verifier printed, for people.
    """

    results: Mapping[str, Any]
    raised: str = ""
    missing_states: tuple[tuple[str, str], ...] = ()
    missing_messages: tuple[tuple[str, str], ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """One interaction and how it went.

    Attributes:
        position: In the pact file, from 0.
        interaction: As the pact has it.
        success: Whether the provider did as promised; None if it could not be tried.
        differences: Place and sentence of everything that differed.
    """

    position: int
    interaction: Mapping[str, Any]
    success: bool | None
    differences: tuple[tuple[str, str], ...] = ()

    @property
    def description(self) -> str:
        """The consumer's words."""
        return str(self.interaction.get("description") or "")

    @property
    def states(self) -> tuple[str, ...]:
        """Names of its provider states."""
        return _states(self.interaction)

    @property
    def is_pending(self) -> bool:
        """Whether its consumer marked it as not yet promised: its failure is told and fails nothing."""
        return self.interaction.get("pending") is True


@dataclass(frozen=True, slots=True)
class Verified:
    """One pact, verified or not.

    Attributes:
        pact: The content.
        file: Path of the pact.
        tried: Each interaction in file order.
        success: True if every interaction did as promised; False if one did not; None if it could not be told.
        reason: A sentence where it is None.
        answer: What the verifier said.
    """

    pact: Mapping[str, Any]
    file: str
    tried: tuple[Tried, ...]
    success: bool | None
    reason: str
    answer: Answer

    @property
    def consumer(self) -> str:
        """Whose pact it is."""
        return str(self.pact["consumer"]["name"])


def judge(pact: Mapping[str, Any], file: str, answer: Answer) -> Verified:
    """Count what the verifier said against the pact.

    True needs three things at once (threats.md 4.3): nothing was raised, the result is true, and each interaction of
    the file has a success of its own.
    """
    told = _told(answer.results)
    tried = tuple(
        _tried(position, interaction, told, answer) for position, interaction in enumerate(pact["interactions"])
    )
    success, reason = _verdict(tried, answer)
    return Verified(pact, file, tried, success, reason, answer)


def _verdict(tried: Sequence[Tried], answer: Answer) -> tuple[bool | None, str]:
    if any(one.success is False and not one.is_pending for one in tried):
        return False, ""
    if not tried:
        return None, "the pact has no interaction, so nothing was verified"
    if unknown := [one.description for one in tried if one.success is None]:
        return None, f"{len(unknown)} of {len(tried)} interactions were not tried: {unknown[0]}"
    if any(one.success is False for one in tried):
        return None, "only pending interactions failed, so the rest holds and the whole is not promised"
    if answer.raised or answer.results.get("result") is not True:
        return None, f"the verifier did not end well: {answer.raised or 'it gave no result'}"
    return True, ""


def _told(results: Mapping[str, Any]) -> dict[tuple[str, tuple[str, ...]], list[Mapping[str, Any]]]:
    found = defaultdict(list)
    for result in results.get("interactionResults") or []:
        found[str(result.get("interactionDescription") or result.get("description") or ""), _states(result)].append(
            result
        )
    return found


def _tried(position: int, interaction: Mapping[str, Any], told: Mapping[Any, list[Any]], answer: Answer) -> Tried:
    name = str(interaction.get("description") or ""), _states(interaction)
    waiting = told.get(name) or []
    if not waiting or set(name[1]) & dict(answer.missing_states).keys() or name[0] in dict(answer.missing_messages):
        return Tried(position, interaction, None)
    result = waiting.pop(0)
    if result.get("result") == "OK":
        return Tried(position, interaction, success=True)
    return Tried(position, interaction, success=False, differences=tuple(_differences(result.get("mismatch"))))


def _differences(mismatch: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(mismatch, Mapping):
        yield "", str(mismatch or "the verifier gave no reason")
        return
    listed = mismatch.get("mismatches")
    if not isinstance(listed, list) or not listed:
        yield "", str(mismatch.get("message") or mismatch.get("mismatch") or dict(mismatch))
        return
    for one in listed:
        place = str(one.get("path") or one.get("parameter") or one.get("key") or one.get("type") or "")
        yield place, str(one.get("mismatch") or one.get("description") or one)


def _states(interaction: Mapping[str, Any]) -> tuple[str, ...]:
    listed = interaction.get("providerStates")
    if isinstance(listed, list):
        return tuple(str(state.get("name") if isinstance(state, Mapping) else state) for state in listed)
    single = interaction.get("providerState") or interaction.get("provider_state")
    return (str(single),) if single else ()


def findings_of(verified: Verified) -> Iterator[Finding]:
    """Yield what is wrong with one pact, each naming its consumer."""
    missing = verified.answer
    for state, why in dict(missing.missing_states).items():
        users = [one for one in verified.tried if state in one.states]
        yield _finding(verified, users, STATE_MISSING, f"nobody establishes the state: {state} ({why})", (state,))
    for message, why in dict(missing.missing_messages).items():
        users = [one for one in verified.tried if one.description == message]
        yield _finding(verified, users, MESSAGE_MISSING, f"nobody produces: {message} ({why})", (message,))
    for one in verified.tried:
        level = Level.WARNING if one.is_pending else Level.ERROR
        for place, sentence in one.differences:
            yield _finding(verified, [one], MISMATCH, f"{place}: {sentence}".strip(": "), (place,), level=level)
    if verified.success is None and not (missing.missing_states or missing.missing_messages):
        yield _finding(verified, [], NOT_TOLD, verified.reason, ())


def _finding(
    verified: Verified,
    tried: Sequence[Tried],
    rule: str,
    said: str,
    values: tuple[str, ...],
    *,
    level: Level = Level.ERROR,
) -> Finding:
    where = join("/interactions", tried[0].position) if tried else ""
    words = f", in the interaction: {tried[0].description}" if tried else ""
    title = f"{verified.consumer}: {said}".split("\n")[0]
    return Finding(
        rule=rule,
        title=title if len(title) <= 90 else title[:87] + "...",
        level=level,
        location=Location(verified.file, where),
        detail=f"{said}{words}",
        values=(verified.consumer, *values),
    )
