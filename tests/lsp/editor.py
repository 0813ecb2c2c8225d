"""An editor as small as can be: it speaks the protocol with a server in a process of its own, byte by byte."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 30.0
REFRESHES = ("codeLens", "inlayHint")
CAPABILITIES: dict[str, Any] = {
    "workspace": {"codeLens": {"refreshSupport": True}, "configuration": False},
    "window": {"showDocument": {"support": True}},
    "textDocument": {
        "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
        "rename": {"prepareSupport": True},
        "publishDiagnostics": {"versionSupport": True},
    },
}


class RequestError(Exception):
    """A request was answered with an error; *code* is that of JSON-RPC."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Editor:
    """One session; *folder* is where its files are. `notes` are the notifications and requests of the server's."""

    def __init__(
        self,
        folder: Path,
        options: Any = None,
        encodings: list[str] | None = None,
        env: dict[str, str] | None = None,
        workspace: dict[str, Any] | None = None,
        command: list[str] | None = None,
    ) -> None:
        self.folder = folder
        without_nix_path = {name: value for name, value in os.environ.items() if name != "NIX_PATH"}
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "nixlite", "lsp", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=folder,
            env={**without_nix_path, "PYTHONPATH": str(ROOT), **(env or {})},
        )  # fmt: skip
        self.answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self.notes: list[dict[str, Any]] = []
        self.noted = threading.Condition()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.count = 0
        self.configuration: Any = None
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        general = {"positionEncodings": encodings} if encodings else {}
        self.offers = self.ask(
            "initialize", processId=os.getpid(), rootUri=folder.as_uri(),
            capabilities={
                **CAPABILITIES, "general": general, "workspace": {**CAPABILITIES["workspace"], **(workspace or {})},
            },
            initializationOptions=options or {},
        )["capabilities"]  # fmt: skip
        self.tell("initialized")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session as an editor does; the server has to end, with exit code 0."""
        try:
            if self.process.poll() is None:
                self.ask("shutdown")
                self.tell("exit")
            assert self.process.wait(PATIENCE) == 0
        finally:
            self.process.kill()
            self.process.wait()
            self.reader.join(PATIENCE)
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                assert stream is not None
                stream.close()

    # -- messages

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                assert name == b"Content-Length" or name == b"Content-Type", (
                    line
                )  # nothing else may come here
                length = int(value) if name == b"Content-Length" else length
            if not length:
                return
            self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self.answers[message["id"]].put(message)
            return
        if "id" in message:
            result = [self.configuration] if message["method"] == "workspace/configuration" else None
            self._send(
                {"id": message["id"], "result": {"success": True} if "show" in message["method"] else result}
            )
        with self.noted:
            self.notes.append(message)
            self.noted.notify_all()

    def begin(self, method: str, **params: Any) -> int:
        """Send a request; its number."""
        self.count += 1
        self.answers[self.count] = queue.Queue()
        self._send({"id": self.count, "method": method, "params": params or None})
        return self.count

    def answer(self, number: int, patience: float = PATIENCE) -> Any:
        """The answer to a request."""
        message = self.answers[number].get(timeout=patience)
        if "error" in message:
            raise RequestError(message["error"]["message"], message["error"]["code"])
        return message["result"]

    def ask(self, method: str, **params: Any) -> Any:
        """Send a request and wait for the answer."""
        return self.answer(self.begin(method, **params))

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def wait(self, method: str, fits: Any = lambda params: True, patience: float = PATIENCE) -> Any:
        """The parameters of a notification that has come or comes."""
        end = time.monotonic() + patience
        with self.noted:
            while True:
                for note in reversed(self.notes):
                    if note["method"] == method and fits(note.get("params")):
                        return note.get("params")
                assert self.noted.wait(max(end - time.monotonic(), 0.01)) or time.monotonic() < end, method

    # -- documents

    def uri(self, name: str) -> str:
        """The URI of a file in the folder."""
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str) -> str:
        """Open a document; its URI."""
        uri = self.uri(name)
        self.texts[uri], self.versions[uri] = text, 1
        self.tell(
            "textDocument/didOpen", textDocument={"uri": uri, "languageId": "nix", "version": 1, "text": text}
        )
        return uri

    def change(self, uri: str, *changes: tuple[tuple[int, int], tuple[int, int], str]) -> None:
        """Change ranges of a document, given as lines and columns; one after the other."""
        self.versions[uri] += 1
        self.tell(
            "textDocument/didChange", textDocument={"uri": uri, "version": self.versions[uri]},
            contentChanges=[
                {"range": {"start": position(*start), "end": position(*end)}, "text": text}
                for start, end, text in changes
            ],
        )  # fmt: skip

    def rewrite(self, uri: str, text: str) -> None:
        """Replace a document's text."""
        self.versions[uri] += 1
        self.texts[uri] = text
        self.tell(
            "textDocument/didChange", textDocument={"uri": uri, "version": self.versions[uri]},
            contentChanges=[{"text": text}],
        )  # fmt: skip

    def diagnostics(
        self, uri: str, fits: Any = lambda found: True, patience: float = PATIENCE
    ) -> list[dict[str, Any]]:
        """The diagnostics of the present version."""

        def is_it(params: Any) -> bool:
            return bool(
                params["uri"] == uri
                and params.get("version") == self.versions[uri]
                and fits(params["diagnostics"])
            )

        found: list[dict[str, Any]] = self.wait("textDocument/publishDiagnostics", is_it, patience)[
            "diagnostics"
        ]
        return found

    def at(self, method: str, uri: str, line: int, column: int, **more: Any) -> Any:
        """Ask about a position."""
        return self.ask(
            f"textDocument/{method}", textDocument={"uri": uri}, position=position(line, column), **more
        )

    def about(self, method: str, uri: str, **more: Any) -> Any:
        """Ask about a document."""
        return self.ask(f"textDocument/{method}", textDocument={"uri": uri}, **more)


def position(line: int, column: int) -> dict[str, int]:
    """A position, 0-based."""
    return {"line": line, "character": column}


def marked(text: str, mark: str = "█") -> tuple[str, tuple[int, int]]:
    """A text without its mark, and the line and UTF-16 column where that was."""
    before, _, after = text.partition(mark)
    line = before.count("\n")
    last = before[before.rfind("\n") + 1 :]
    return before + after, (line, len(last.encode("utf-16-le")) // 2)


def spans(locations: list[dict[str, Any]]) -> list[tuple[int, int, int, int]]:
    """Ranges as numbers."""
    ranges = [one.get("range", one) for one in locations]
    return [
        (r["start"]["line"], r["start"]["character"], r["end"]["line"], r["end"]["character"]) for r in ranges
    ]


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """The text with edits made, all of whose places are in the text as it was."""
    lines = text.split("\n")

    def offset(place: dict[str, int]) -> int:
        data = lines[place["line"]].encode("utf-16-le")[: 2 * place["character"]]
        return sum(len(line) + 1 for line in lines[: place["line"]]) + len(data.decode("utf-16-le"))

    ordered = sorted(edits, key=lambda one: offset(one["range"]["start"]), reverse=True)
    for edit in ordered:
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
