"""Docs say what the code does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
READ = re.compile(r'\benv\.\w+\(\s*"([A-Z_]+)"|"([A-Z_]+)" in env')
READ_BY_OTHERS = {"FORWARDED_ALLOW_IPS", "POSTGRES_PASSWORD"}
"""Uvicorn reads the first, compose.yaml the second."""


def test_the_page_of_state_machines_is_drawn_from_this_code():
    call_command("draw_state_machines", "--check")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_house_leads_somewhere(page):
    lost = [target for target in links(page) if not arrives(page, target)]
    assert lost == []


def test_every_page_can_be_reached_from_the_readme():
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        found = [(page.parent / target.partition("#")[0]).resolve() for target in links(page)]
        ahead += [target for target in found if target.suffix == ".md" and target.exists()]
    assert set(PAGES) - reached == set()


def test_every_variable_that_is_read_is_in_the_example_and_documented():
    read = variables_read()
    assert len(read) > 15
    assert read | READ_BY_OTHERS == set(re.findall(r"^#?([A-Z_]+)=", example(), re.MULTILINE))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/operations.md").read_text()))
    assert read <= documented


def test_the_tree_in_the_readme_stands_as_drawn():
    tree = re.search(r"```text\n(manage\.py.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert tree
    folder = ROOT
    for line in tree[1].splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            folder = ROOT / name
        path = ROOT / name if not line.startswith(" ") else folder / name
        assert path.exists(), line
        assert path.is_dir() == name.endswith("/"), line


def test_the_tree_in_the_readme_names_every_folder():
    text = (ROOT / "README.md").read_text()
    left_by_tools = {"node_modules", "var", "htmlcov", "test-results"}
    folders = {
        path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")
    }
    unnamed = {name for name in folders - left_by_tools if f"\n{name}/ " not in text}
    assert unnamed == set()


def test_a_page_can_be_read_in_one_go():
    # Drawn from the code, a tour with commands, and a reference; and what grows with every change.
    longer = {"state-machines.md", "integrators.md", "process-language.md", "CHANGELOG.md"}
    lengths = {page.name: len(page.read_text().splitlines()) for page in PAGES}
    assert {name for name, lines in lengths.items() if lines > 150} <= longer


def test_pictures_are_light():
    heavy = [p.name for p in (ROOT / "docs/images").iterdir() if p.stat().st_size > 200_000]
    assert heavy == []


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links that stay within the repository."""
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if not target.startswith(("http://", "https://", "mailto:")):
            yield target


def arrives(page: Path, target: str) -> bool:
    """Tell whether the file is there, and the heading when the link names one."""
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists() or not file.is_relative_to(ROOT):
        return False
    return not anchor or anchor in map(anchored, HEADING.findall(file.read_text()))


def anchored(heading: str) -> str:
    """Return the anchor that a heading gets on the page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def variables_read() -> set[str]:
    """Return the environment variables that the settings read."""
    source = (ROOT / "portal/settings.py").read_text()
    return {one or other for one, other in READ.findall(source)} | services_named(source)


def services_named(source: str) -> set[str]:
    """Return the variables that choose the mode; they are listed once and asked for by name."""
    listed = re.search(r"name in env for name in \(([^)]*)\)", source)
    assert listed
    return set(re.findall(r'"([A-Z_]+)"', listed[1]))


def example() -> str:
    return (ROOT / "deploy/.env.example").read_text()
