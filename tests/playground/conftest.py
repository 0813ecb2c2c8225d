"""A browser for the tests that need one: begun once, and a fresh context (no cookies, no storage) for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.playground import browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="package")
def site() -> str:
    """The folder of a built site."""
    reason = browser.missing()
    if reason:
        pytest.skip(f"no browser test was run: {reason}")
    return browser.built()


@pytest.fixture(scope="package")
def chromium(site: str) -> Iterator[Any]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=browser.chromium(), args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="package")
def address(site: str) -> Iterator[str]:
    """Where the site is shown."""
    with browser.serving(site) as found:
        yield found


@pytest.fixture
def open_tab(chromium: Any, address: str) -> Iterator[Callable[..., browser.Tab]]:
    """Opens tabs; at the end none of them may have complained."""
    contexts, tabs = [], []

    def make(at: str = address, **options: Any) -> browser.Tab:
        context = chromium.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
        contexts.append(context)
        tabs.append(browser.Tab(context.new_page(), at))
        return tabs[-1]

    yield make
    said = [text for tab in tabs for text in tab.said]
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def tab(open_tab: Callable[..., browser.Tab]) -> browser.Tab:
    """A tab with the page."""
    made = open_tab()
    made.go()
    made.settled("value")
    return made
