"""docs/probes.md is what the probes and ports say today."""

from pathlib import Path

from synthetic.cli.page import page


def test_the_page_of_probes_is_up_to_date():
    assert (Path(__file__).parents[3] / "docs" / "probes.md").read_text("utf-8") == page()
