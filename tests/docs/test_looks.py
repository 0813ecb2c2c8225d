"""How the pages look: on a narrow screen nothing is wider than it, and all text can be read, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.playground.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NARROW = {"width": 375, "height": 800}
LEAST = 4.5
"""The contrast that text must have: WCAG 2.2, 1.4.3."""

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FAINT = """least => {
  const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = numbers(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.5) return colour;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  for (const element of document.querySelectorAll("article .highlight span, article :is(p, a, td, th, code)")) {
    if (!element.textContent.trim()) continue;
    const pair = [numbers(getComputedStyle(element).color), behind(element)].map(light).sort((a, b) => a - b);
    const contrast = (pair[1] + 0.05) / (pair[0] + 0.05);
    if (contrast < least) faint.add(`${element.tagName}.${element.className} ${contrast.toFixed(1)}`);
  }
  return [...faint];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = chromium()
    if program is None:
        pytest.skip("there is no Chromium: no page was looked at")
    with playwright.sync_playwright() as running:
        made = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_can_be_read(site: Path, browser: Any, scheme: str) -> None:
    context = browser.new_context(viewport=NARROW, color_scheme=scheme)
    tab = context.new_page()
    found = {}
    for page in sorted(site.rglob("*.html")):
        tab.goto(page.as_uri())
        complaints = (tab.evaluate(TOO_WIDE), tab.evaluate(FAINT, LEAST))
        if complaints != (0, []):
            found[str(page.relative_to(site))] = complaints
    context.close()
    assert found == {}
