"""The table of commands: what `--help` shows, and which function runs. Importing it costs nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the program.

    Attributes:
        name: What the user types.
        help: One line for `--help`.
        target: `module:attribute` of the click command, imported when it is run.
        section: Heading in `--help`; "" keeps it out of the short help.
    """

    name: str
    help: str
    target: str
    section: str = ""


BEFORE = "Before a change lands"
AFTER = "After it lands"
LEARN = "Learn and set up"

COMMANDS: tuple[Command, ...] = (
    Command(
        "check",
        "Read every contract, catalog entry and pact here; report what is wrong",
        "harness.cli.check:check",
        BEFORE,
    ),
    Command("compare", "Compare two versions of one contract, with proof", "harness.cli.compare:compare", BEFORE),
    Command("gate", "Decide whether a branch may merge", "harness.cli.gate:gate", BEFORE),
    Command(
        "impact", "Show who and what depends on a contract, a field or a component", "harness.cli.impact:impact", BEFORE
    ),
    Command(
        "changelog", "List what changed between two versions, for people", "harness.cli.changelog:changelog", BEFORE
    ),
    Command(
        "pact",
        "Check pacts against specifications, verify running providers, match recorded traffic",
        "harness.cli.pact:pact",
        BEFORE,
    ),
    Command(
        "can-i-deploy",
        "Say whether a version works with what runs in an environment",
        "harness.cli.can_i_deploy:can_i_deploy",
        BEFORE,
    ),
    Command("environment", "Create and list environments", "harness.cli.deployment:environment", AFTER),
    Command(
        "deployment", "Record, end and list what runs in an environment", "harness.cli.deployment:deployment", AFTER
    ),
    Command("metrics", "Show what arrived, each figure with its denominator", "harness.cli.metrics:metrics", AFTER),
    Command("objectives", "Show what is attained of each objective", "harness.cli.metrics:objectives", AFTER),
    Command("history", "Show the store, roll closed days to Parquet", "harness.cli.history:history", AFTER),
    Command("serve", "Serve the Pact Broker API over the store", "harness.cli.serve:serve", AFTER),
    Command("token", "Create, list and revoke tokens for serve", "harness.cli.token:token", AFTER),
    Command(
        "conform",
        "Hold a running API or a stream of events against its contract",
        "harness.cli.conform:conform",
        AFTER,
    ),
    Command("init", "Find the contracts here and write harness.yaml", "harness.cli.init:init", LEARN),
    Command("explain", "Explain a rule, a verdict, a decision or an exit code", "harness.cli.explain:explain", LEARN),
    Command("catalog", "Show the catalog: entries, graph, owners", "harness.cli.catalog:catalog", LEARN),
    Command("rules", "List the rules, or show one", "harness.cli.rules:rules", LEARN),
)
