"""The pages of a built site, as a browser sees their links."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urldefrag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = "sphinx-build -W -n nixlite/docs build"
"""What CONTRIBUTING says."""


class Link(NamedTuple):
    """A link of a page: the folder or file it leads to, and the anchor there."""

    page: Path
    target: str
    anchor: str


class Reader(HTMLParser):
    """Collects the anchors and the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element."""
        found = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := found.get(name))}
        named = found.get("href" if tag in ("a", "link") else "src")
        if named:
            self.links.append(named)


def read(page: Path) -> Reader:
    """What is in a page."""
    reader = Reader()
    reader.feed(page.read_text("utf-8"))
    return reader


def broken(site: Path) -> Iterator[Link]:
    """The links within a site that lead nowhere."""
    pages = {page: read(page) for page in sorted(site.rglob("*.html"))}
    for page, reader in pages.items():
        for link in reader.links:
            target, anchor = urldefrag(link)
            if ":" in target:
                continue
            path = (page.parent / unquote(target.partition("?")[0])).resolve() if target else page
            anchored = not anchor or path not in pages or unquote(anchor) in pages[path].anchors
            if not path.exists() or not anchored:
                yield Link(page.relative_to(site), target, anchor)


def outward(site: Path) -> dict[str, Path]:
    """The links that lead out of a site, each with a page that has it."""
    return {
        link: page
        for page in sorted(site.rglob("*.html"))
        for link in read(page).links
        if link.startswith(("http:", "https:"))
    }
