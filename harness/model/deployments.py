"""Participants, their versions, what they promised each other, what was verified, and what runs where.

The words are those of the Pact Broker: a participant is a component that publishes or verifies pacts. Times are aware
UTC. Imported as `harness.model.deployments`: the gate needs none of it until a history is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from harness.model.json import JSON


@dataclass(frozen=True, slots=True)
class Participant:
    """A component that is a consumer or a provider.

    Attributes:
        name: Unique.
        main_branch: Name of its main branch, "" if nobody said.
        display_name: For people; the name where nobody said.
        repository_url: Where its code is, "" if nobody said.
        created: When it was first heard of.
    """

    name: str
    main_branch: str = ""
    display_name: str = ""
    repository_url: str = ""
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParticipantVersion:
    """One version of a participant.

    Attributes:
        participant: Whose.
        number: As its builder calls it, often a commit.
        order: Later versions have greater numbers: the order in which the store heard of them.
        branches: Branches it was built on.
        tags: Free labels.
        build_url: The build, "" if nobody said.
        created: When it was first heard of.
    """

    participant: str
    number: str
    order: int = 0
    branches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    build_url: str = ""
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class PactVersion:
    """One version of a consumer promising what it needs of one provider.

    Attributes:
        consumer: Name of the consumer.
        consumer_version: Its version.
        provider: Name of the provider.
        sha: Digest of the interactions; equal for versions that ask the same.
        published: When.
    """

    consumer: str
    consumer_version: str
    provider: str
    sha: str
    published: datetime


@dataclass(frozen=True, slots=True)
class InteractionResult:
    """How one interaction of a pact went.

    Attributes:
        interaction: Id of the interaction in its pact, "" if the verifier did not say.
        description: The consumer's words.
        success: Whether it did as promised; None if it could not be tried.
        states: Names of the provider states.
        mismatches: What differed, as the verifier says it.
    """

    interaction: str
    description: str
    success: bool | None
    states: tuple[str, ...] = ()
    mismatches: JSON = None


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification of one pact content by one version of the provider.

    Attributes:
        consumer: Name of the consumer.
        provider: Name of the provider.
        sha: Digest of the pact's interactions.
        provider_version: Version that was verified.
        success: Whether every interaction did as promised; None if it could not be told, which is never green.
        at: When.
        provider_branch: Branch the provider's version was built on, "" if nobody said.
        build_url: The build, "" if nobody said.
        reason: A sentence where it could not be told.
        verified_by: Program and version that verified.
        interactions: One row an interaction.
        id: Row of the store, 0 before it is stored.
    """

    consumer: str
    provider: str
    sha: str
    provider_version: str
    success: bool | None
    at: datetime
    provider_branch: str = ""
    build_url: str = ""
    reason: str = ""
    verified_by: str = ""
    interactions: tuple[InteractionResult, ...] = ()
    id: int = 0


@dataclass(frozen=True, slots=True)
class Environment:
    """A place where versions run.

    Attributes:
        name: Unique.
        production: Whether real business runs there.
        display_name: For people; the name where nobody said.
        uuid: Id in the Pact Broker API.
        contacts: Who to ask, as the Pact Broker API holds it.
        created: When it was entered.
    """

    name: str
    production: bool = False
    display_name: str = ""
    uuid: str = ""
    contacts: JSON = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """A version that runs, or ran, in an environment; the next one to the same target ends it.

    Attributes:
        participant: Whose version.
        version: Which.
        environment: Where.
        deployed_at: Since when.
        target: Application instance, "" where there is one only.
        undeployed_at: Until when, None while it runs.
        uuid: Id in the Pact Broker API.
    """

    participant: str
    version: str
    environment: str
    deployed_at: datetime
    target: str = ""
    undeployed_at: datetime | None = None
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A version that others run in an environment, such as an app or a library, until its support ends.

    Attributes:
        participant: Whose version.
        version: Which.
        environment: Where.
        released_at: Since when.
        support_ended_at: Until when, None while it is supported.
        uuid: Id in the Pact Broker API.
    """

    participant: str
    version: str
    environment: str
    released_at: datetime
    support_ended_at: datetime | None = None
    uuid: str = ""


class Answer(StrEnum):
    """May it be deployed? Unknown is never yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeployRow:
    """One consumer's version against one provider's version, and what is known of the pair.

    Attributes:
        consumer: Name of the consumer.
        consumer_version: Its version; "" if none is known.
        provider: Name of the provider.
        provider_version: Its version; "" if none is known.
        answer: Yes with a successful verification, no with a failed one, unknown with neither.
        reason: In words.
        verification: Row of the verification that decided, 0 without one.
        sha: Digest of the pact, "" without one.
        ignored: Whether the answer of the whole does not count it.
    """

    consumer: str
    consumer_version: str
    provider: str
    provider_version: str
    answer: Answer
    reason: str
    verification: int = 0
    sha: str = ""
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Deployability:
    """Whether versions may be deployed together, or into what is there.

    Attributes:
        subject: What was asked about, in words.
        target: Where to, in words.
        answer: No if a row says no; unknown if one is unknown, or nothing could be looked at; else yes.
        reasons: Why, in words; what no row can say stands first.
        rows: Every pair that was looked at.
    """

    subject: str
    target: str
    answer: Answer
    reasons: tuple[str, ...]
    rows: tuple[DeployRow, ...]

    @property
    def exit_code(self) -> int:
        """0 yes, 1 no, 3 unknown."""
        return {Answer.YES: 0, Answer.NO: 1, Answer.UNKNOWN: 3}[self.answer]
