"""The documentation builds without a warning, and no link of it leads nowhere."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from nixlite.builtins.install import declarations
from nixlite.cli.table import COMMANDS
from nixlite.host.setting_names import KIND_OF
from nixlite.host.settings import Settings
from nixlite.resources import DOCUMENTATION, HOME
from tests.docs.site import COMMAND, broken, outward, read
from tests.readme import DOCS, PAGES, README
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CONTRIBUTING = ROOT / ".github" / "CONTRIBUTING.md"
ADDRESS = re.compile(r"https?://[^\s)>\"'`]+")


def test_the_command_is_contributing_s() -> None:
    assert f"`{COMMAND}`" in CONTRIBUTING.read_text("utf-8")


def test_every_page_is_there(site: Path) -> None:
    pages = {page.relative_to(DOCS).with_suffix(".html").as_posix() for page in DOCS.rglob("*.md")}
    assert {page for page in pages if not (site / page).is_file()} == set()
    assert not list(site.rglob("*.md"))


def test_no_link_leads_nowhere(site: Path) -> None:
    assert list(broken(site)) == []


def test_a_broken_link_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="b.html#there">1</a> <a href="b.html#gone">2</a> <img src="c.svg">'
    )
    (tmp_path / "b.html").write_text(
        '<p id="there"><a href="#nor-here">3</a> <a href="https://example.org">4</a>'
    )
    assert [(link.target, link.anchor) for link in broken(tmp_path)] == [
        ("b.html", "gone"),
        ("c.svg", ""),
        ("", "nor-here"),
    ]


def in_the_repository(address: str) -> Path | None:
    """The file or folder that an address of the repository's means."""
    found = re.match(rf"(?:{HOME}/(?:blob|tree|edit)|{RAW})/main/([^?]*)", address)
    return ROOT / found[1] if found else None


RAW = HOME.replace("github.com", "raw.githubusercontent.com")


def test_what_is_linked_to_in_the_repository_is_there(site: Path) -> None:
    files = {address: path for address in outward(site) if (path := in_the_repository(address))}
    assert len(files) > 20
    assert {address for address, path in files.items() if not path.exists()} == set()


def addresses(path: Path) -> set[str]:
    """The addresses of ours that a file names."""
    text = path.read_text("utf-8")
    return {
        address.rstrip(".,")
        for address in ADDRESS.findall(text)
        if address.startswith((DOCUMENTATION, HOME, RAW))
    }


def leads_somewhere(address: str, site: Path) -> bool:
    """Whether an address of ours is that of a page, with its anchor, of a file, or of the repository."""
    at, anchor = urldefrag(address)
    if at.startswith(DOCUMENTATION):
        inside = at.removeprefix(DOCUMENTATION).strip("/")
        if inside == "playground":
            return True
        page = site / (inside or "index.html")
        return page.is_file() and (not anchor or anchor in read(page).anchors)
    path = in_the_repository(at)
    return path.exists() if path else at.rstrip("/") in (HOME, f"{HOME}/issues", f"{HOME}/releases")


OURS = [
    README,
    *(page for page in PAGES if page != README),
    ROOT / "pyproject.toml",
    *(ROOT / "nixlite").rglob("command.py"),
]


def test_addresses_of_the_documentation_are_right(site: Path) -> None:
    """In the README, which other hosts show, in the project's metadata, and in what `--help` says."""
    named = {address for path in OURS for address in addresses(path)}
    named |= {
        f"{DOCUMENTATION}{rest}"
        for path in OURS
        for rest in re.findall(r"{DOCUMENTATION}([\w/.#-]+)", path.read_text("utf-8"))
    }
    assert {address for address in named if not leads_somewhere(address, site)} == set()


def test_the_project_names_these_addresses() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"].get("urls", {})
    known = {label.lower(): address.rstrip("/") for label, address in urls.items()}
    assert known.get("documentation", DOCUMENTATION) == DOCUMENTATION
    assert known.get("source", HOME) == known.get("repository", HOME) == HOME


def test_every_command_and_builtin_has_its_section(site: Path) -> None:
    commands = read(site / "reference" / "commands.html").anchors
    assert {name for name in COMMANDS if f"nixlite-{name.replace(' ', '-')}" not in commands} == set()
    builtins = read(site / "reference" / "builtins.html").anchors
    assert {name for name in declarations() if re.sub(r"\W", "", name).lower() not in builtins} == set()


def test_settings_that_do_something_are_told() -> None:
    text = (DOCS / "reference" / "settings.md").read_text("utf-8")
    rows = set(re.findall(r"(?:^\| |^|and )`([\w-]+)`", text, re.MULTILINE))
    known = {name.replace("_", "-") for name in Settings.__slots__} & KIND_OF.keys()
    assert known - rows == set()


def test_pages_say_nothing_of_this_machine(site: Path) -> None:
    found = [page for page in site.rglob("*.html") if str(ROOT) in page.read_text("utf-8")]
    assert found == []


# -- the README, which PyPI shows as well


def test_the_readme_is_short_and_its_links_are_addresses() -> None:
    text = README.read_text("utf-8")
    assert text.count("\n") <= 125
    assert re.findall(r"\]\((?!https://)[^)]*\)", text) == []
    assert "mermaid" not in text


def test_its_first_screen_says_what_it_is_for_and_how_to_begin() -> None:
    first = "\n".join(README.read_text("utf-8").split("\n")[:45])
    assert "why an override did not take effect" in first.split("\n\n")[1]
    assert "$ nixlite stale" in first
    assert "pip install nixlite" in first
    assert "uvx nixlite" in first
    assert len(re.findall(r"\]\(https://", first)) >= 5
