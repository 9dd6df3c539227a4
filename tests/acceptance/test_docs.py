"""What the documents say is what the program does: commands, options, exit codes, rules, files."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from harness.cli.commands import COMMANDS
from harness.cli.main import EXIT_CODES, cli
from harness.cli.page import commands_page
from harness.rules import all_rules, ids
from harness.rules.page import rules_page

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_the_pages_of_commands_and_rules_are_current() -> None:
    assert (ROOT / "docs/commands.md").read_text("utf-8") == commands_page(), "run python -m harness.cli.page"
    assert (ROOT / "docs/rules.md").read_text("utf-8") == rules_page(), "run python -m harness.rules.page"


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_is_named_in_the_readme(name: str) -> None:
    assert re.search(rf"`harness {name}\b|^harness {name}\b", README, re.MULTILINE)


def test_every_option_stands_on_the_page_of_commands() -> None:
    page, context = commands_page(), click.Context(cli, info_name="harness")
    sections = dict(re.findall(r"## `(harness [^`]+)`\n(.*?)(?=\n## |\Z)", page, re.DOTALL))
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        commands = {f"harness {name}": command}
        if isinstance(command, click.Group):
            commands |= {f"harness {name} {inner}": found for inner, found in command.commands.items()}
        for path, found in commands.items():
            options = [word for option in found.params if isinstance(option, click.Option) for word in option.opts]
            assert [word for word in options if f"`{word}" not in sections[path]] == []
            assert found.help
            assert found.help.split(".")[0].split("\n")[0] in sections[path]


def test_every_exit_code_is_explained_in_the_readme() -> None:
    assert " ".join(EXIT_CODES.split(": ", 1)[1].split()) in README.replace(", ", " ").replace("`", "")


def test_every_rule_and_every_family_stands_on_the_page_of_rules() -> None:
    page = rules_page()
    assert [rule for rule in ids() if f"\n### {rule}\n" not in page] == []
    assert [area for area in {rule.area for rule in all_rules()} if f"\n## {area.capitalize()}\n" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_between_the_documents_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text("utf-8"))
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_document_keeps_a_gap_to_be_filled_in(page: Path) -> None:
    assert re.findall(r"@@\w+@@|\bTBD\b|\bXXX\b|lorem ipsum", page.read_text("utf-8")) == []
