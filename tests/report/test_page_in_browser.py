from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from gate_reports import REPORTS

from harness.report.html import gate_html

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MEASURE = """<script>
const find = s => document.querySelector(s);
const bottom = s => find(s) ? Math.ceil(find(s).getBoundingClientRect().bottom) : 0;
const width = document.documentElement.scrollWidth;
document.title = JSON.stringify({facts: bottom('.facts'), path: bottom('.path'), width});
</script></body>"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory, required) -> list[str]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        required("chromium")
    return [str(found), *FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"]


def measured(chromium: list[str], page: Path, html: str, *, width: int, height: int) -> dict[str, int]:
    """Return where blocks end, in CSS pixels, on a copy of the page that may run one script."""
    page.write_text(re.sub(r"<meta http-equiv[^>]*>", "", html).replace("</body>", MEASURE), "utf-8")
    command = [*chromium, f"--window-size={width},{height}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    title = re.search(r"<title>\{(.*?)\}</title>", done.stdout)
    assert title, "the page did not measure itself"
    return {key: int(value) for key, value in re.findall(r'"(\w+)":(\d+)', title.group(1))}


@pytest.mark.parametrize("name", ["blocked", "needs-sign-off"])
def test_the_sentence_the_three_facts_and_the_path_stand_above_the_fold(name: str, chromium, tmp_path: Path) -> None:
    sizes = measured(chromium, tmp_path / "page.html", gate_html(REPORTS[name]), width=1280, height=720)
    assert 0 < sizes["facts"] <= 720
    assert 0 < sizes["path"] <= 720
    assert sizes["width"] <= 1280


def test_a_narrow_window_needs_no_sideways_scrolling(chromium, tmp_path: Path) -> None:
    sizes = measured(chromium, tmp_path / "page.html", gate_html(REPORTS["blocked"]), width=500, height=900)
    assert sizes["width"] <= 500


def test_the_page_prints_on_at_most_two_sheets(chromium, tmp_path: Path) -> None:
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(gate_html(REPORTS["blocked"]), "utf-8")
    command = [*chromium, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=60, check=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf.read_bytes()))
    assert 1 <= sheets <= 2
