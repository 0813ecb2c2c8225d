"""The page as a page: phone, keyboard, names for screen readers, contrast, weight, time, static hosts, offline."""

from __future__ import annotations

import gzip
import os
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.playground.command import sizes
from nixlite.playground.serving import Handler, Plain
from nixlite.playground.site import ARCHIVE, MARK, SNAPSHOT, files_of
from tests.playground.asking import FORUM
from tests.playground.browser import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.playground.browser import Tab

PHONE = {"viewport": {"width": 375, "height": 740}, "is_mobile": True, "has_touch": True}
PANES = ("value", "why", "stale", "steps", "layers", "difference", "session", "lessons")

UNNAMED = """() => [...document.querySelectorAll('button, a, input, select, textarea, [role=tab], [role=treeitem], [tabindex="0"]')]
  .filter((e) => e.offsetParent !== null)
  .filter((e) => !(e.getAttribute('aria-label') || e.getAttribute('title') || e.innerText?.trim() || e.labels?.length
    || (e.getAttribute('aria-labelledby') && document.getElementById(e.getAttribute('aria-labelledby')))))
  .map((e) => e.outerHTML.slice(0, 120))"""

CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const over = (top, under) => { const a = top[3] / 255; return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a)).concat(255); };
  const light = (c) => { const l = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * l(c[0]) + 0.7152 * l(c[1]) + 0.0722 * l(c[2]); };
  const behind = (e) => { const layers = []; for (; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor)); return layers.reverse().reduce((a, b) => over(b, a), [255, 255, 255, 255]); };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.offsetParent || e.closest('.sr, select, #toast, .skip') || getComputedStyle(e).visibility === 'hidden') continue;
    const back = behind(e), text = over(rgba(getComputedStyle(e).color), back);
    const [a, b] = [light(text), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push([ratio.toFixed(2), node.data.trim().slice(0, 40), e.className]);
  }
  return found;
}"""


def fill(tab: Tab) -> None:
    """Have every pane show something."""
    tab.write(FORUM)
    tab.settled("value")
    if tab.page.is_visible("#view-panes"):
        tab.page.click("#view-panes")
    for pane in ("why", "stale", "steps", "layers"):
        tab.pane(pane)
        tab.settled(pane)


def test_the_page_is_light(site: str) -> None:
    """All but Python and nixlite itself, as hosts send it."""
    sent = 0
    for name in files_of(site):
        if not name.startswith("pyodide-") and not name.endswith((ARCHIVE, SNAPSHOT)):
            with open(os.path.join(site, name), "rb") as file:
                sent += len(gzip.compress(file.read(), 6))
    assert sent <= 400_000
    assert sizes(site, files_of(site)).startswith(f"compressed: page {sent / 1000:.0f} kB, ")


def test_a_second_visit_is_soon_there(tab: Tab) -> None:
    """Beside other work on the machine it takes longer: what the same machine takes for Python is the measure."""
    began = time.process_time(), time.monotonic()
    while time.process_time() - began[0] < 0.5:
        pass
    slower = (time.monotonic() - began[1]) / 0.5
    began_at = time.monotonic()
    tab.go()
    tab.settled("value")
    assert time.monotonic() - began_at < 2 * max(slower, 1) * 2


def test_a_phone_shows_all_of_it(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(**PHONE)
    tab.go()
    tab.settled("value")
    fill(tab)
    for pane in PANES:
        tab.pane(pane)
        tab.page.wait_for_timeout(150)
        tab.idle()
        wide = tab.page.evaluate(
            "[document.documentElement.scrollWidth, document.querySelector('.pane:not([hidden])').scrollWidth]"
        )
        assert max(wide) <= 375, pane
    tab.pane("stale")
    tab.page.click("[data-fix='0']")
    tab.page.wait_for_selector("#pane-stale .verdict.good")
    assert tab.page.evaluate("document.body.dataset.view") == "panes"
    tab.page.click("#pane-stale .place")
    assert tab.page.evaluate("document.body.dataset.view") == "code"
    small = tab.page.evaluate(
        """[...document.querySelectorAll('.bar button, .bar select, .views button, #tabs button')]
          .filter((e) => e.offsetParent).map((e) => e.getBoundingClientRect().height).filter((h) => h < 36)"""
    )
    assert small == []


def test_everything_has_a_name(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.go()
    tab.settled("value")
    fill(tab)
    for pane in PANES:
        tab.pane(pane)
        tab.idle()
        assert tab.page.evaluate(UNNAMED) == [], pane
    assert tab.page.evaluate("document.documentElement.lang") == "en"
    assert tab.page.evaluate(
        "[...document.querySelectorAll('[id]')].length === new Set([...document.querySelectorAll('[id]')].map((e) => e.id)).size"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough(open_tab: Callable[..., Tab], scheme: str) -> None:
    tab = open_tab(color_scheme=scheme)
    tab.go()
    tab.settled("value")
    assert tab.page.evaluate("document.documentElement.dataset.theme") == scheme
    assert tab.page.evaluate(CONTRAST) == []
    fill(tab)
    for pane in PANES:
        tab.pane(pane)
        tab.idle()
        tab.page.wait_for_timeout(100)
        assert tab.page.evaluate(CONTRAST) == [], pane
    tab.pane("value")
    tab.write("{ a = b; # comment\n x = [ 1 true ]; }")
    tab.page.wait_for_selector("#problems .error")
    tab.settled("value")
    assert tab.page.evaluate(CONTRAST) == []


def focus(tab: Tab) -> str:
    """What has the focus, in few words."""
    return str(
        tab.page.evaluate("""(() => { const e = document.activeElement;
      return e.id || e.dataset.tab || e.dataset.path || e.className || e.tagName; })()""")
    )


def test_the_order_of_focus_is_that_of_reading(tab: Tab) -> None:
    tab.page.evaluate("document.activeElement.blur()")
    order = []
    for _ in range(10):
        tab.page.keyboard.press("Tab")
        order.append(focus(tab))
    assert order[:6] == ["skip", "brand", "examples", "run", "share", "theme"]
    assert order[6:8] == ["tab-main.nix", "add"]
    assert "cm-content" in order[8]


def test_by_keyboard_alone(tab: Tab) -> None:
    press = tab.page.keyboard.press
    tab.page.evaluate("document.activeElement.blur()")
    for _ in range(9):
        press("Tab")
    press("Control+A")
    tab.type("let x = 1; in {\na = { b = x + 1; };")
    tab.page.wait_for_selector("[data-path='[\"a\"]']")
    press("Escape")  # closes what is proposed, and lets Tab leave the editor
    press("Escape")
    for _ in range(20):
        press("Tab")
        if focus(tab) == "tab-value":
            break
    press("Tab")
    assert focus(tab) == "[]"  # the root of the tree
    press("ArrowDown")
    press("ArrowRight")
    tab.page.wait_for_selector('[data-path=\'["a","b"]\']')
    press("ArrowRight")
    assert focus(tab) == '["a","b"]'
    press("w")
    tab.settled("why")
    assert tab.page.input_value("#pane-why .path") == "a.b"
    tab.page.focus("#tab-why")
    for _ in range(3):
        press("Tab")
    press("Enter")
    assert "cm-content" in focus(tab)
    assert tab.text(".cm-jumped") == "b"
    tab.page.focus("#tab-why")
    press("ArrowRight")
    assert focus(tab) == "tab-stale"
    press("End")
    tab.page.wait_for_selector(".course")
    press("Home")
    assert focus(tab) == "tab-value"
    tab.page.focus("#splitter")
    press("ArrowLeft")
    assert tab.page.get_attribute("#splitter", "aria-valuenow") == "48"


# -- hosts


def test_a_static_host_below_a_path_and_then_without_a_network(
    open_tab: Callable[..., Tab], site: str, tmp_path: Path
) -> None:
    """It sends no headers: the service worker adds them, and keeps what is there."""
    (tmp_path / MARK).touch()
    shutil.copytree(site, tmp_path / "some/path")
    with serving(str(tmp_path), Plain) as root:
        tab = open_tab(f"{root}some/path/")
        tab.page.goto(tab.address)
        tab.page.wait_for_function(
            "crossOriginIsolated && document.documentElement.dataset.begun !== undefined"
        )
        tab.settled("value")
        tab.write("{ offline = 1; }")
        tab.page.wait_for_selector("[data-path='[\"offline\"]']")
        tab.page.wait_for_function(
            """async () => { for (const name of await caches.keys()) {
                 const kept = await (await caches.open(name)).keys();
                 if (kept.some((one) => one.url.endsWith('.wasm')) && kept.some((one) => one.url.endsWith('archive.bin'))
                   && kept.some((one) => one.url.endsWith('/some/path/'))) return true; } return false; }"""
        )
    tab.page.reload()  # there is no server any more
    tab.page.wait_for_function("document.documentElement.dataset.begun !== undefined")
    tab.settled("value")
    assert tab.editor() == "{ offline = 1; }"
    assert tab.page.evaluate("crossOriginIsolated")
    tab.write("{ still = 20 + 1; }")
    tab.page.wait_for_selector("[data-path='[\"still\"]'] .text >> text=21")


def test_stop_works_without_shared_memory(open_tab: Callable[..., Tab], site: str) -> None:
    """No headers and no service worker: another worker takes the place of the one that is ended."""
    with serving(site, Plain) as address:
        tab = open_tab(address, service_workers="block")
        tab.go()
        tab.settled("value")
        assert not tab.page.evaluate("crossOriginIsolated")
        assert tab.said == ["Service Worker registration blocked by Playwright"]
        tab.said.clear()
        tab.write(
            "builtins.foldl' (a: b: a + builtins.length (builtins.genList (n: n) 5000)) 0 (builtins.genList (n: n) 90000)"
        )
        tab.page.wait_for_selector("#run.running")
        tab.page.click("#run")
        tab.page.wait_for_selector("#pane-value >> text=Stopped")
        tab.write("1 + 1")
        tab.page.wait_for_selector("#pane-value .text >> text=2")


def test_without_a_snapshot_it_begins_all_the_same(
    open_tab: Callable[..., Tab], site: str, tmp_path: Path
) -> None:
    class NoSnapshot(Handler):
        """A host that has lost a file."""

        def do_GET(self) -> None:  # noqa: N802 - as the base class calls it
            if self.path.endswith(SNAPSHOT):
                self.send_error(404)
            else:
                super().do_GET()

    with serving(site, NoSnapshot) as address:
        tab = open_tab(address)
        tab.go()
        tab.settled("value")
        assert "Hello, Nix!" in tab.text("#pane-value")
        assert all("404" in line for line in tab.said)
        tab.said.clear()


def test_a_page_that_cannot_load_nixlite_says_so(open_tab: Callable[..., Tab], site: str) -> None:
    class Broken(Handler):
        """A host without Python."""

        def do_GET(self) -> None:  # noqa: N802 - as the base class calls it
            if ".asm." in self.path:
                self.send_error(404)
            else:
                super().do_GET()

    with serving(site, Broken) as address:
        tab = open_tab(address)
        tab.page.goto(address)
        tab.page.wait_for_selector("#status >> text=could not be loaded")
        assert "could not be loaded" in tab.text("#pane-value")
        tab.said.clear()


def test_other_documents_embed_it(open_tab: Callable[..., Tab], address: str, tab: Tab) -> None:
    tab.write("{ shown = 6 * 7; }")
    tab.settled("value")
    tab.page.click("#share")
    tab.page.wait_for_function("location.hash.length > 2")
    fragment = tab.page.evaluate("location.hash")
    host = open_tab(address, viewport={"width": 700, "height": 420})
    host.page.route(
        "**/document.html",
        lambda route: route.fulfill(
            content_type="text/html",
            headers={
                "Cross-Origin-Embedder-Policy": "require-corp",
                "Cross-Origin-Opener-Policy": "same-origin",
            },
            body=f'<!DOCTYPE html><title>d</title><link rel=icon href="data:,"><iframe src="./?embed{fragment}" width=660 height=380 allow="cross-origin-isolated"></iframe>',
        ),
    )
    host.page.goto(f"{address}document.html")
    frame: Any = host.page.frame_locator("iframe")
    frame.locator("[data-path='[\"shown\"]'] .text").wait_for()
    assert frame.locator("#share").is_hidden()
    assert frame.locator("#open").is_visible()
    frame.locator("#open").hover()
    assert frame.locator("#open").get_attribute("href").startswith("/#1")
