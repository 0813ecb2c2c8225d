"""A real browser with the playground in it: Debian's Chromium, driven by Playwright.

Where there is no Chromium, or no npm and no site that was built before, what needs them says so and is not run.
`NIXLITE_CHROMIUM` names another Chromium.
"""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.playground import site
from nixlite.playground.archive import contents
from nixlite.playground.packages import lock_key
from nixlite.playground.serving import Handler, server
from nixlite.resources import cache_home

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60_000
"""Milliseconds that anything may take on a busy machine."""


def chromium() -> str | None:
    """The path of a Chromium, None where there is none."""
    named = os.environ.get("NIXLITE_CHROMIUM")
    for name in [named] if named else ["chromium", "chromium-browser", "google-chrome"]:
        found = shutil.which(name)
        if found:
            return found
    return None


def built() -> str:
    """The folder of a site of these very sources: built once, and kept in the cache directory. Raises
    NixError where that cannot be done."""
    home = cache_home()
    assert home is not None
    sources = dict(contents().items())
    for folder in (site.PAGE, site.PLACE):
        for at, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(at, name), "rb") as file:
                    sources[os.path.join(at, name)] = file.read()
    for path in (site.BOOT, site.__file__):
        with open(path, "rb") as file:
            sources[path] = file.read()
    key = site.digest_of(sources)
    folder = os.path.join(home, "playground", f"tested-{lock_key()}")
    mark = os.path.join(folder, "key")
    try:
        with open(mark, encoding="utf-8") as file:
            if file.read() == key:
                return os.path.join(folder, "site")
    except OSError:
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    site.build(os.path.join(folder, "site"))
    with open(mark, "w", encoding="utf-8") as file:
        file.write(key)
    return os.path.join(folder, "site")


def missing() -> str:
    """Why there can be no browser tests here; empty where there can."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "Playwright is not installed"
    if chromium() is None:
        return "there is no Chromium: 'apt-get install chromium', or let NIXLITE_CHROMIUM name one"
    try:
        built()
    except NixError as error:
        return f"the site cannot be built: {error.message} {error.hint or ''}"
    return ""


@contextmanager
def serving(folder: str, handler: type[Handler] = Handler) -> Iterator[str]:
    """The address at which a folder is shown meanwhile."""
    with server(folder, 0, handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}/"
        finally:
            running.shutdown()
            thread.join()


class Tab:
    """A tab with the page, and what a person does in it. `said`: what the console had to complain of."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.address = address
        self.said: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on(
            "console", lambda one: self.said.append(one.text) if one.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def go(self, fragment: str = "") -> None:
        """Open the page, and wait until it is there."""
        self.page.goto(self.address + fragment)
        self.page.wait_for_function("document.documentElement.dataset.begun !== undefined")

    def settled(self, pane: str) -> None:
        """Wait until a pane has the answer for what is there now."""
        self.page.wait_for_function(
            "pane => nixlite.app.fresh.has(pane) && !nixlite.client.current && !nixlite.client.waiting.length",
            arg=pane,
        )

    def idle(self) -> None:
        """Wait until nothing is asked any more."""
        self.page.wait_for_function(
            "nixlite.client.ready && !nixlite.client.current && !nixlite.client.waiting.length"
        )

    def write(self, text: str) -> None:
        """Put a text into the editor, in place of what is there, as a paste."""
        self.page.click(".cm-content")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def type(self, text: str) -> None:
        """Type at the cursor, key by key."""
        self.page.keyboard.type(text)

    def pane(self, pane: str) -> None:
        """Take a pane."""
        self.page.click(f"#tab-{pane}")

    def text(self, selector: str) -> str:
        """What is written in an element."""
        return str(self.page.inner_text(selector))

    def editor(self) -> str:
        """What is in the editor."""
        return str(self.page.evaluate("nixlite.app.editor.text"))

    def say(self, text: str) -> str:
        """Type an input into the session, and what comes of it."""
        field = self.page.locator(".prompt-field")
        before = self.page.locator(".log pre").count()
        field.click()
        self.type(text)
        field.press("Enter")
        self.idle()
        self.page.wait_for_function("([n]) => document.querySelectorAll('.log pre').length > n", arg=[before])
        self.page.wait_for_timeout(50)
        shown = self.page.locator(".log pre").all_inner_texts()[before + 1 :]
        return "\n".join(shown)
