"""Match one header: by its matchers, by its parameters, or as a list separated by commas."""

from __future__ import annotations

from collections.abc import Iterator

from harness.pacts.matching.matchers import apply_rules, shown
from harness.pacts.matching.rules import Rules
from harness.pacts.matching.values import Mismatch

_PARAMETERISED = frozenset({"accept", "content-type"})


def compare_header(name: str, expected: str, actual: str, rules: Rules) -> Iterator[Mismatch]:
    """Yield what is wrong with the value of one header; `name` is in lower case."""
    best = rules.best((name,)) or rules.best((name, 0))
    if best is not None:
        answers = [apply_rules(best, expected, value, as_text=True) for value in _values(expected, actual)]
        for wanted in (False, None):
            message = next((message for answer, message in answers if answer is wanted), None)
            if message is not None:
                yield Mismatch("headers", name, message, wanted is False)
                return
        return
    has_parameters = name in _PARAMETERISED
    if not (_same_with_parameters(expected, actual) if has_parameters else _list(expected) == _list(actual)):
        yield Mismatch("headers", name, f"expected {shown(expected)} but got {shown(actual)}")


def _values(expected: str, actual: str) -> list[str]:
    """A single expected value stands for each of several."""
    return [actual] if "," not in actual or "," in expected else _list(actual)


def _list(value: str) -> list[str]:
    return [part.strip() for part in value.split(",")]


def _same_with_parameters(expected: str, actual: str) -> bool:
    """Whether media types are equal and every expected parameter is there; more parameters may be."""
    wanted, came = _list(expected), _list(actual)
    return len(wanted) == len(came) and all(map(_same_type, wanted, came))


def _same_type(expected: str, actual: str) -> bool:
    wanted, came = _split(expected), _split(actual)
    return wanted[0] == came[0] and all(came[1].get(key) == value for key, value in wanted[1].items())


def _split(value: str) -> tuple[str, dict[str, str]]:
    first, *rest = value.split(";")
    parameters: dict[str, str] = {}
    for part in rest:
        key, _, text = part.strip().partition("=")
        key = key.strip().lower()
        parameters[key] = text.strip().lower() if key == "charset" else text.strip()
    return first.strip(), parameters
