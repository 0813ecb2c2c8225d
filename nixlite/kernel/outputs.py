"""What a cell gives, as Jupyter's messages have it: texts that are written, answers, pictures, an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.repl.conversation import Reply

    Show = Callable[["Output"], None]

STREAM, RESULT, DISPLAY, ERROR = "stream", "execute_result", "display_data", "error"
PLAIN, HTML, SVG = "text/plain", "text/html", "image/svg+xml"
INTERRUPTED = "interrupted by the user"
BUG = "this is a bug in nixlite"


class Output(NamedTuple):
    """A message: its *kind*, and what it holds: of a stream `stdout` or `stderr` the text, of an error its
    lines (under the name of its class and its message), else texts by their media types."""

    kind: str
    data: dict[str, str]


def metadata_of(output: Output) -> dict[str, dict[str, str]]:
    """What is told of a picture to those who do not see it."""
    return {SVG: {"alt": output.data[PLAIN]}} if SVG in output.data else {}


def stream(text: str, name: str = "stdout") -> Output:
    """Text that is written."""
    return Output(STREAM, {"name": name, "text": text})


def failure(error: BaseException | None, text: str) -> Output:
    """An error, as the session shows it; one that is not Nix's without Python's traceback."""
    if isinstance(error, NixError):
        return Output(
            ERROR, {"ename": type(error).__name__, "evalue": error.message, "text": text.rstrip("\n")}
        )
    if isinstance(error, KeyboardInterrupt):
        name, message = "KeyboardInterrupt", INTERRUPTED
    else:
        name, message = type(error).__name__, f"{BUG}: {error!r}"
    return Output(ERROR, {"ename": name, "evalue": message, "text": f"error: {message}"})


def texts_of(reply: Reply) -> tuple[list[tuple[str, str]], str]:
    """What a reply wrote, pairs of a stream and a text, without the error that it ended in; and that."""
    pieces = list(reply.pieces)
    if reply.error is None:
        return pieces, ""
    at = max((n for n, (name, _) in enumerate(pieces) if name == "err"), default=-1)
    text = pieces.pop(at)[1] if at >= 0 else f"error: {reply.error}"
    return pieces, text
