"""Interactions that consumer tests declared to the pact files of a repository: merged, canonical, with references."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.model import UsageError
from harness.pacts.comparator import Comparator
from harness.pacts.operations import operations

Pact = dict[str, Any]
SPECIFICATION_VERSION = "4.0"
_KINDS = {"openapi": "OpenAPI", "asyncapi": "AsyncAPI"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Whose pact a file is."""

    provider: str
    consumer: str

    @property
    def path(self) -> str:
        """Where the file lies below the folder of pacts."""
        return f"{self.provider}/{self.consumer}.json"


def pair_of(pact: Mapping[str, Any]) -> Pair:
    """Return whose pact this is."""
    return Pair(str(pact["provider"]["name"]), str(pact["consumer"]["name"]))


def merge(pacts: Iterable[Pact]) -> dict[Pair, Pact]:
    """Return one canonical pact a pair, from parts in any order.

    Interactions are sorted by key, description and states; what only says which program wrote a part is left out, so
    that the same tests write the same bytes on every machine.

    Raises:
        UsageError: Two tests describe one interaction differently; a broker would refuse the second.
    """
    found: dict[Pair, dict[str, Pact]] = {}
    for pact in pacts:
        known = found.setdefault(pair_of(pact), {})
        for interaction in pact.get("interactions", []):
            name = _name(interaction)
            if known.setdefault(name, interaction) != interaction:
                raise UsageError(
                    f'two tests describe "{interaction.get("description")}" of {pair_of(pact).consumer} differently',
                    remedy="Give one of them another description or another state, and use fixed examples.",
                )
    return {pair: _canonical(pair, found[pair].values()) for pair in sorted(found, key=lambda pair: pair.path)}


def render(pact: Pact) -> str:
    """Return the bytes of a pact file as text: sorted members, two spaces, a newline at the end."""
    return json.dumps(pact, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def with_references(pact: Pact, document: Any, kind: str) -> Pact:
    """Return the pact with `comments.references` naming the operation of each interaction.

    A reference that a test wrote itself stays. Nothing is added where no operation, or more than one, fits.

    Args:
        pact: As `merge` returns it.
        document: The provider's contract, with all references inside itself.
        kind: `openapi` or `asyncapi`.
    """
    name = _KINDS[kind]
    interactions = [_referring(item, document, kind, name) for item in pact["interactions"]]
    return {**pact, "interactions": interactions}


def _referring(interaction: Pact, document: Any, kind: str, name: str) -> Pact:
    comments = dict(interaction.get("comments") or {})
    references = dict(comments.get("references") or {})
    if name in references:
        return interaction
    operation = _http(interaction, document) if kind == "openapi" else _message(interaction, document)
    if operation is None:
        return interaction
    return {**interaction, "comments": {**comments, "references": {**references, name: {"operationId": operation}}}}


def _http(interaction: Pact, document: Any) -> str | None:
    request = interaction.get("request")
    if not isinstance(request, dict) or "path" not in request:
        return None
    found = operations(document).match(str(request.get("method", "GET")), str(request["path"]))
    if found is None:
        return None
    method, _, template = found.partition(" ")
    operation = document["paths"][template][method.lower()]
    return str(operation["operationId"]) if operation.get("operationId") else None


def _message(interaction: Pact, document: Any) -> str | None:
    """Return the only operation one of whose messages is what the consumer reads."""
    if interaction.get("type") != "Asynchronous/Messages":
        return None
    comparator = Comparator(None, document, unites=True)
    fitting = [name for name in document.get("operations") or {} if _fits(comparator, interaction, name)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(comparator: Comparator, interaction: Pact, operation: str) -> bool:
    asked = {**interaction, "comments": {"references": {"AsyncAPI": {"operationId": operation}}}}
    return [result.code for result in comparator.compare({"interactions": [asked]})] == ["message.matched"]


def _canonical(pair: Pair, interactions: Iterable[Pact]) -> Pact:
    return {
        "consumer": {"name": pair.consumer},
        "provider": {"name": pair.provider},
        "interactions": sorted(interactions, key=_order),
        "metadata": {"pactSpecification": {"version": SPECIFICATION_VERSION}},
    }


def _order(interaction: Pact) -> tuple[str, str]:
    return str(interaction.get("key") or ""), _name(interaction)


def _name(interaction: Pact) -> str:
    return json.dumps([interaction.get("description"), list(_states(interaction))], sort_keys=True)


def _states(interaction: Pact) -> Iterator[Any]:
    yield from interaction.get("providerStates") or []
