"""`harness explain X`: what a rule, a verdict, a decision or an exit code means."""

from __future__ import annotations

from difflib import get_close_matches

import click

from harness.cli.output import write
from harness.model import NotFoundError


@click.command()
@click.argument("name")
def explain(name: str) -> int:
    """Explain a rule, a verdict, a decision, a content model or an exit code.

    NAME is what stands on a screen: field-withdrawn, unproven, needs-sign-off, declared, 3.
    """
    from harness.report.explain_text import WORDS, word_text  # noqa: PLC0415  (start-up)
    from harness.rules import ids  # noqa: PLC0415

    if name in WORDS:
        write(word_text(name))
        return 0
    known = ids()
    if name in known:
        write(explain_rule(name))
        return 0
    near = get_close_matches(name, [*known, *WORDS], 1)
    raise NotFoundError(
        f'nothing is called "{name}".' + (f' Did you mean "{near[0]}"?' if near else ""),
        remedy="harness rules list shows every rule.",
    )


def explain_rule(rule_id: str) -> str:
    """Return the screen of one rule."""
    from harness.report.explain_text import rule_text  # noqa: PLC0415  (start-up)
    from harness.rules import PROFILES, example, get, level, mending  # noqa: PLC0415

    rule = get(rule_id)
    levels = {profile: level(rule.id, rule.level, profile).value for profile in PROFILES}
    return rule_text(rule, levels, example(rule.id), mending(rule.id))
