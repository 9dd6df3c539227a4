"""Check one pact against the documents of its provider: the comparator's results, and what lies between the lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.model import Finding, Level, Location
from harness.pacts.comparator import Comparator, Result
from harness.pacts.comparator.bodies import response_schema
from harness.pacts.comparator.interactions import Content, Http, Messages, interactions
from harness.pacts.comparator.javascript import copied, mapping, tokens, value_at
from harness.pacts.comparator.schemas import minimum_schema, resolved_schema
from harness.pacts.matching.rules import read_rules
from harness.pacts.reliance import Reliance, reliances

LEVELS: Mapping[str, Level] = {
    "response.field.optional": Level.WARNING,
    "response.field.nullable": Level.WARNING,
    "response.enum.wider-than-matcher": Level.WARNING,
    "matcher.type.mismatch": Level.WARNING,
    "narrower-than-enum": Level.INFO,
    "schema.undecided": Level.WARNING,
}


_REFUSED = "message.no.match"
_PARDONED = "The message fits; PactFlow's comparator refuses it, closing each part of an allOf"


@dataclass(frozen=True, slots=True)
class Checked:
    """One interaction of a pact and what was found.

    Attributes:
        pointer: Of the interaction in the pact.
        description: The consumer's words.
        results: In the comparator's order.
        reliances: What the consumer relies on beyond the schema.
        pardoned: Pointers of messages that the comparator refuses only because it does not see that the parts of an
            `allOf` belong together.
    """

    pointer: str
    description: str
    results: tuple[Result, ...]
    reliances: tuple[Reliance, ...] = ()
    pardoned: frozenset[str] = frozenset()

    @property
    def fails(self) -> bool:
        """Whether the provider need not satisfy the interaction."""
        return any(self.level(result) is Level.ERROR for result in self.results)

    def level(self, result: Result) -> Level:
        """How loud a result is here."""
        return Level.INFO if result.code == _REFUSED and result.pact in self.pardoned else result.level


@dataclass(frozen=True, slots=True)
class PactCheck:
    """All interactions of one pact.

    Attributes:
        interactions: In file order.
        undecided: Patterns and schemas of the specification that nobody could apply.
    """

    interactions: tuple[Checked, ...]
    undecided: tuple[str, ...] = ()

    @property
    def codes(self) -> list[str]:
        """The comparator's codes, sorted, as often as they occur."""
        return sorted(result.code for checked in self.interactions for result in checked.results)

    @property
    def fails(self) -> bool:
        """Whether an interaction fails."""
        return any(checked.fails for checked in self.interactions)


class PactChecker:
    """Checks pacts against one provider; its schemas are prepared once."""

    def __init__(self, openapi: dict[str, Any] | None = None, asyncapi: dict[str, Any] | None = None) -> None:
        """Take the provider's documents, each with all references inside itself."""
        self._openapi = openapi
        self._asyncapi = asyncapi
        self._comparator = Comparator(openapi, asyncapi)
        self._uniting = Comparator(None, asyncapi, unites=True)
        self._prepared: dict[tuple[str, str], Any] = {}

    def check(self, pact: dict[str, Any]) -> PactCheck:
        """Check every interaction of a pact."""
        checked = tuple(map(self.interaction, interactions(pact)))
        compiled = self._comparator.compiled
        patterns = {pattern for validator in compiled.validators.values() for pattern in validator.undecided}
        return PactCheck(checked, tuple(sorted({*patterns, *compiled.unusable.values()})))

    def interaction(self, interaction: Http | Messages) -> Checked:
        """Check one interaction."""
        results = tuple(self._comparator.interaction(interaction))
        united: tuple[Result, ...] = ()
        if isinstance(interaction, Messages) and any(result.code == _REFUSED for result in results):
            united = tuple(self._uniting.interaction(interaction))
        found = _once(self._reliances(interaction, (*results, *united)))
        return Checked(
            interaction.pointer,
            interaction.description,
            _explained(results, united),
            found,
            frozenset(result.pact for result in united if result.code == "message.matched"),
        )

    def _reliances(self, interaction: Http | Messages, results: tuple[Result, ...]) -> Iterator[Reliance]:
        if isinstance(interaction, Messages):
            for answer in interaction.answers:
                yield from self._message(answer, results)
            return
        operation = self._comparator.operation(interaction)
        if operation is None or operation.response_key is None:
            return
        media_type, schema = response_schema(operation)
        key = (operation.pointer, f"{operation.response_key} {media_type}")
        if key not in self._prepared:
            self._prepared[key] = minimum_schema(schema, self._openapi)
        rules = read_rules(interaction.response_rules).of("body")
        yield from reliances(self._prepared[key], interaction.response_body, rules)

    def _message(self, content: Content, results: tuple[Result, ...]) -> Iterator[Reliance]:
        matched = next((r for r in results if r.code == "message.matched" and r.pact == content.pointer), None)
        if matched is None:
            return
        key = ("message", matched.spec)
        if key not in self._prepared:
            message = mapping(value_at(self._asyncapi, tokens(f"#{matched.spec}")))
            self._prepared[key] = copied(resolved_schema(message.get("payload"), self._asyncapi))
        yield from reliances(self._prepared[key], content.payload, read_rules(content.rules).of("body"))


def _explained(results: tuple[Result, ...], united: tuple[Result, ...]) -> tuple[Result, ...]:
    """Return the results, each refusal with the causes that remain where the parts of `allOf` are united."""
    better = {result.pact: result for result in united if result.code == _REFUSED}
    return tuple(better.get(result.pact, result) if result.code == _REFUSED else result for result in results)


def _once(found: Iterable[Reliance]) -> tuple[Reliance, ...]:
    return tuple(dict.fromkeys(found))


def rule_of(code: str) -> str:
    """Return the id of the rule that explains a code: `response.body.unknown` is `pact-response-body-unknown`."""
    return "pact-" + code.replace(".", "-")


def findings_of(checked: Checked, file: str | None) -> Iterator[Finding]:
    """Yield the findings of one interaction; `file` is the pact."""
    said = f"interaction: {checked.description}" if checked.description else ""
    for result in checked.results:
        if result.code == "message.matched":
            continue
        yield Finding(
            rule=rule_of(result.code),
            title=_clause(result.message) if (level := checked.level(result)) == result.level else _PARDONED,
            level=level,
            location=Location(file, result.pact),
            detail=said if len(result.message) <= 90 else f"{result.message}. {said}".strip(),
            values=(result.code, result.spec),
        )
    for reliance in checked.reliances:
        yield Finding(
            rule=rule_of(reliance.code),
            title=_clause(reliance.message),
            level=LEVELS[reliance.code],
            location=Location(file, checked.pointer),
            detail=said,
            values=(reliance.code, reliance.field),
        )


def _clause(message: str) -> str:
    return message if len(message) <= 90 else message[:87] + "..."
