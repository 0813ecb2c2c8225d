"""The language server: what an editor asks, and who answers.

All answers that the text alone gives are made here, on the event loop: they take milliseconds. What evaluates
is asked of child processes (`workers`): `values` answers what a person waits for, `overrides` what takes
longer. Very large texts are read on a thread before anything else is asked about them.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from typing import TYPE_CHECKING, Any

from lsprotocol import types as t
from pygls.lsp.server import LanguageServer

from nixlite.lsp import diagnostics, hovering, overrides
from nixlite.lsp.asking import question
from nixlite.lsp.library import Library
from nixlite.lsp.settings import Settings
from nixlite.lsp.texts.document import Document, uri_of
from nixlite.lsp.texts.following import At, Follower
from nixlite.lsp.texts.store import Documents
from nixlite.lsp.texts.workspace import Workspace
from nixlite.lsp.values.workers import PATIENCE, Failure, Worker

if TYPE_CHECKING:
    from collections.abc import Coroutine

LOOK = 0.1
"""Seconds between two looks whether something has come."""
MOST_ANSWERS = 2000
QUIET = 0.8
"""Seconds without a change after which what takes long is looked at."""


class Server(LanguageServer):
    """The state of one session with an editor."""

    def __init__(self) -> None:
        super().__init__("nixlite", version(), max_workers=2)
        self.library = Library()
        self.settings = Settings()
        self.documents = Documents(self.library, self.encoding)
        self.follower = Follower(self.documents.load)
        self.folder = Workspace(self.documents)
        self.workers: dict[str, Worker] = {}
        self.reading: dict[Document, asyncio.Future[Any]] = {}
        """What is being read on a thread, once for all who ask about it."""
        self.ended = False
        """Whether the editor has said that the session is over."""
        self.tasks: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self.found: dict[str, dict[str, Any]] = {}
        """By URI, what children have said of a text: `lint`, `stale`, `fixes`, each with the `text` it is
        about."""
        self.answers: dict[tuple[str, str], Any] = {}
        """What children have said since the last change, by question and text."""
        self.given_up: set[tuple[str, str]] = set()
        """(question, text) that has ended a child: it is not asked again."""

    # -- about the session

    def encoding(self) -> str:
        """What columns are counted in."""
        try:
            return str(self.workspace.position_encoding or "utf-16")
        except RuntimeError:  # there is no workspace yet
            return "utf-16"

    def log(self, line: str) -> None:
        """Write to the editor's log."""
        self.window_log_message(t.LogMessageParams(t.MessageType.Log, line))

    def configure(self, given: Any) -> None:
        """Take settings."""
        old = self.settings.options()
        self.settings = Settings(given)
        for problem in self.settings.problems:
            self.window_show_message(t.ShowMessageParams(t.MessageType.Warning, f"nixlite: {problem}"))
        if self.settings.options() != old:
            for worker in self.workers.values():
                worker.kill()
            self.workers.clear()
            self.found.clear()
            self.given_up.clear()

    def worker(self, name: str) -> Worker:
        """The child process of a name."""
        if name not in self.workers:
            self.workers[name] = Worker(name, self.settings.options(), self.log)
        return self.workers[name]

    async def ask(self, worker: str, ask: str, patience: float | None = None, **about: Any) -> Any:
        """An answer from a child. Raises Failure."""
        if not self.settings["evaluate"]:
            raise Failure("evaluation is off", "unknown")
        plain = {name: value for name, value in about.items() if name != "text"}
        key = (f"{ask} {plain}", about.get("text", ""))
        if key in self.answers:
            return self.answers[key]
        if key in self.given_up:
            raise Failure("it ended the process that evaluated it", "unknown")
        state = self.documents.state
        try:
            answer = await self.worker(worker).ask(ask, patience, open=self.documents.texts(), **about)
            if state == self.documents.state and len(self.answers) < MOST_ANSWERS:
                self.answers[key] = answer
            return answer
        except Failure as failure:
            if failure.kind in ("crashed", "endless", "memory"):
                self.log(f"{ask}: {failure.message}")
                self.given_up.add(key)
            raise

    def stop(self) -> None:
        """End all that is going on."""
        for task in self.tasks.values():
            task.cancel()
        self.end_children()

    def end_children(self) -> None:
        """End all children; that is all that can be done once the event loop is closed."""
        for worker in self.workers.values():
            worker.kill()

    def spawn(self, kind: str, uri: str, work: Coroutine[Any, Any, Any]) -> None:
        """Begin work about a document, in place of what is still going on of the same kind."""
        key = (kind, uri)
        if key in self.tasks:
            self.tasks[key].cancel()
        self.tasks[key] = asyncio.ensure_future(work)

    # -- documents

    async def document(self, uri: str) -> Document:
        """The present state of a document, read."""
        found = self.documents.get(uri)
        if found.is_large and not found.is_read:
            reading = self.reading.get(found)
            if reading is None:
                loop = asyncio.get_running_loop()
                reading = self.reading[found] = loop.run_in_executor(self.thread_pool, lambda: found.names)
                reading.add_done_callback(lambda _: self.reading.pop(found, None))
            await asyncio.shield(reading)
        return found

    def changed(self, uri: str) -> None:
        """A text is another: see what is wrong with it, soon; and later what takes long."""
        self.answers.clear()
        self.spawn("check", uri, self.check(uri))

    async def check(self, uri: str) -> None:
        """Publish diagnostics, once nobody has typed for a moment."""
        await asyncio.sleep(self.settings["diagnostics.delay"])
        document = await self.document(uri)
        loop = asyncio.get_running_loop()
        if document.is_large:
            read = await loop.run_in_executor(self.thread_pool, lambda: diagnostics.diagnostics(document))
        else:
            read = diagnostics.diagnostics(document)
        known = self.found.setdefault(uri, {})
        known["read"] = read
        self.publish(document)
        if self.settings["evaluate"]:
            self.spawn("examine", uri, self.examine(uri))

    def publish(self, document: Document) -> None:
        """Send all that is known to be wrong: of what is about an earlier text, nothing."""
        known = self.found.get(document.uri, {})
        items = list(known.get("read", ()))
        text = document.text.text
        if known.get("lint", ("", None))[0] == text:
            items += diagnostics.of_lint(document, known["lint"][1])
        if known.get("stale", ("", None))[0] == text:
            items += overrides.remarks(document, known["stale"][1])
        self.text_document_publish_diagnostics(
            t.PublishDiagnosticsParams(uri=document.uri, diagnostics=items, version=document.version)
        )

    async def examine(self, uri: str) -> None:
        """Lint, and what became of overrides: in the background."""
        await asyncio.sleep(QUIET)
        document = await self.document(uri)
        if document.read.repairs or document.is_large:
            return
        about = {"path": document.path, "text": document.text.text}
        known = self.found.setdefault(uri, {})
        if self.settings["lint.enable"]:
            ignored = self.settings["lint.ignore"]
            await self.learn(document, "lint", ignored=ignored, **about)
        if self.settings["codeLens.enable"] and overrides.has_overrides(document):
            await self.learn(document, "stale", **about)
            if self.refreshes_lenses:
                self.workspace_code_lens_refresh(None)
        known.pop("fixes", None)

    async def learn(self, document: Document, ask: str, **about: Any) -> None:
        """Ask a child about a text and publish what it says."""
        known = self.found.setdefault(document.uri, {})
        try:
            answer = await self.ask("overrides", ask, PATIENCE, **about)
        except Failure as failure:
            if failure.kind == "broken":
                self.log(f"{ask}: {failure.message}")
            answer = [] if ask == "lint" else {"lenses": [], "fixes": [], "failed": failure.message}
        known[ask] = (document.text.text, answer)
        current = self.documents.get(document.uri)
        if current.text.text == document.text.text:
            self.publish(current)

    def known_about(self, document: Document, ask: str) -> Any:
        """What a child has said of this very text, None if nothing."""
        text, answer = self.found.get(document.uri, {}).get(ask, ("", None))
        return answer if text == document.text.text else None

    @property
    def refreshes_lenses(self) -> bool:
        """Whether the editor asks again when it is told that there is something new."""
        workspace = self.client_capabilities.workspace
        return bool(workspace and workspace.code_lens and workspace.code_lens.refresh_support)

    async def once_known(self, document: Document, ask: str) -> Any:
        """What a child says of a text, waited for; None where the text is another meanwhile."""
        for _ in range(int(PATIENCE / LOOK)):
            known = self.known_about(document, ask)
            current = self.documents.open.get(document.uri)
            if known is not None or current is None or current.text.text != document.text.text:
                return known
            if document.read.repairs:
                return None
            await asyncio.sleep(LOOK)
        return None

    # -- answers

    def location(self, at: At) -> t.Location:
        """A place as the editor has it."""
        return t.Location(uri=at.document.uri, range=at.document.range_of(at.part))

    def nix_location(self, place: list[Any]) -> t.Location | None:
        """A place of Nix's as the editor has it."""
        path, line, column = place
        if not path.startswith("/") or not os.path.exists(path):
            return None
        text = self.documents.plain(uri_of(path))
        if text is None:
            return None
        document = Document(uri_of(path), text, None, frozenset())
        offset = document.nix_offset(line, column)
        end = diagnostics.token_end(document, offset)
        return t.Location(uri=document.uri, range=document.range(offset, end))

    async def hover(self, document: Document, offset: int) -> t.Hover | None:
        """What is said about an offset."""
        about = hovering.subject(document, offset, self.follower, self.library)
        if about is None:
            return None
        value, failed, why = None, None, None
        if about.asked is not None and self.settings["evaluate"]:
            wait = self.settings["hover.wait"]
            asked = self.ask("values", "value", **question(document, about.asked))
            reason = self.why(document, about) if self.settings["hover.why"] else nothing()
            patience = wait if about.whole and overrides.has_overrides(document) else SHORT
            first, second = await waited(wait, patience, asked, reason)
            value, failed = first if isinstance(first, tuple) else (None, None)
            why = second[0] if isinstance(second, tuple) else None
        text = hovering.text(about, value, failed, why)
        return t.Hover(
            contents=t.MarkupContent(kind=t.MarkupKind.Markdown, value=text),
            range=document.range(*about.span),
        )

    async def why(self, document: Document, about: hovering.Subject) -> list[str]:
        """In three lines where a value comes from, of what is not simply written there."""
        if document.read.repairs or document.is_large:
            return []
        if about.whole:
            answer = await self.ask(
                "overrides",
                "why",
                PATIENCE,
                path=document.path,
                text=document.text.text,
                attribute=about.whole,
                whole=True,
            )
        elif about.asked is not None and about.asked.attribute:
            answer = await self.ask("overrides", "why", PATIENCE, **question(document, about.asked))
        else:
            return []
        lines: list[str] = answer["lines"]
        return lines

    def further(self, place: t.Location) -> list[t.Location]:
        """Where a place leads to that is only an `inherit`."""
        from nixlite.lsp import finding

        document = self.documents.get(place.uri)
        if document.is_large:
            return []
        offset = document.offset(place.range.start)
        what = finding.chosen(document, offset)
        if what is None or what.kind != finding.INHERITED:
            return []
        return [self.location(at) for at in finding.definitions(document, offset, self.follower)]

    async def fallback(self, document: Document, offset: int) -> Any:
        """Where the value at an offset is from, when the text does not tell."""
        from nixlite.lsp.asking import asked_at

        asked = asked_at(document, offset)
        if asked is None:
            return None
        try:
            return await self.ask("values", "place", **question(document, asked))
        except Failure:
            return None

    def lookup(self, name: str) -> str | None:
        """The file or folder that `<name>` means."""
        first, _, rest = name.partition("/")
        entries = [*self.settings["nixPath"], *os.environ.get("NIX_PATH", "").split(":")]
        if self.settings["nixpkgs"].startswith("/"):
            entries.insert(0, f"nixpkgs={self.settings['nixpkgs']}")
        for entry in entries:
            prefix, _, folder = entry.partition("=")
            if prefix == first and folder:
                path = os.path.join(folder, rest) if rest else folder
                path = os.path.join(path, "default.nix") if os.path.isdir(path) else path
                return path if os.path.exists(path) else None
        return None

    def show(self, text: str) -> None:
        """Show a text to the person: as a document where the editor can, else as a message."""
        window = self.client_capabilities.window
        if window is not None and window.show_document is not None and window.show_document.support:
            handle, path = tempfile.mkstemp(prefix="nixlite-", suffix=".txt")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            self.window_show_document(
                t.ShowDocumentParams(uri=uri_of(path), take_focus=False), lambda _: None
            )
        else:
            self.window_show_message(t.ShowMessageParams(t.MessageType.Info, text))


async def nothing() -> list[str]:
    """No question."""
    return []


async def waited(seconds: float, more: float, *works: Coroutine[Any, Any, Any]) -> list[Any]:
    """What comes of works within some time, of the second within *more* seconds after that of the first:
    (answer, None), or (None, (kind, message)). What takes longer goes on, and its answer is there next
    time."""
    tasks = [asyncio.ensure_future(work) for work in works]
    for task in tasks:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait(tasks[:1], timeout=seconds)
    if len(tasks) > 1 and not tasks[1].done():
        await asyncio.wait(tasks[1:], timeout=more)
    found: list[Any] = []
    for task in tasks:
        if not task.done():
            found.append((None, ("waiting", "*being evaluated …*")))
        elif isinstance(failure := task.exception(), Failure):
            found.append((None, (failure.kind, failure.message)))
        elif failure is not None:
            raise failure
        else:
            found.append((task.result(), None))
    return found


SHORT = 0.03
"""Seconds that are waited for what may come later as well."""


def version() -> str:
    """nixlite's version."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    try:
        return version_of("nixlite")
    except PackageNotFoundError:
        return "0"
