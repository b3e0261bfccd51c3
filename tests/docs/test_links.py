"""Links within the documentation lead somewhere: to a file that is there, to a heading in it."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def pages() -> list[str]:
    """All Markdown that git has or does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = listed.stdout.split() if listed.returncode == 0 else []
    # A tree without git: what is shipped.
    shipped = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    return found or [str(path.relative_to(ROOT)) for path in shipped]


@cache
def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    made = set()
    for heading in _HEADING.findall(_FENCE.sub("", path.read_text())):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        plain = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        number = found.get(plain, 0)
        found[plain] = number + 1
        made.add(f"{plain}-{number}" if number else plain)
    return made


def links(page: Path) -> list[str]:
    return _LINK.findall(_CODE.sub("", _FENCE.sub("", page.read_text())))


@pytest.mark.parametrize("name", pages())
def test_links_of_a_page_lead_somewhere(name):
    page = ROOT / name
    broken = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = unquote(link).partition("#")
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            broken.append(link)
    assert broken == []


def test_every_page_is_in_the_index():
    index = {link.partition("#")[0] for link in links(ROOT / "docs/README.md")}
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - index == {"README.md"}


def test_there_are_links_to_look_at():
    assert sum(len(links(ROOT / name)) for name in pages()) > 50
