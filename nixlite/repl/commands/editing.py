"""`:e`: the file that a value comes from, in the user's editor."""

from __future__ import annotations

import os
from types import FunctionType

from nixlite.errors import NixError
from nixlite.runtime.coerce import coerce_to_path, coerce_to_string
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, NixPath, lambda_info
from nixlite.source import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy, Value

TAKE_A_LINE = ("emacs", "nano", "vim", "kak")
"""Editors that understand `+LINE`; others only get the file."""


def edit(conversation: Conversation, text: str) -> str:
    """Open what the value of *text* comes from and, when the editor is done, load everything anew."""
    import subprocess

    from nixlite.repl.commands.loading import reload_all

    path, line = place_of(conversation, conversation.evaluate(text), text)
    try:
        conversation.give_terminal()
        subprocess.run(editor_command(conversation, path, line), check=True)
    except OSError as error:
        raise NixError(f"cannot start the editor: {error.strerror}") from None
    except subprocess.CalledProcessError as error:
        raise NixError(f"the editor failed with exit code {error.returncode}") from None
    if not path.startswith(conversation.evaluator.settings.store_dir + "/"):
        reload_all(conversation)
    return ""


def edit_text(conversation: Conversation, text: str) -> str:
    """*text* as the user's editor leaves it; raises NixError when the editor fails."""
    import subprocess
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".nix", encoding="utf-8", errors="surrogateescape") as file:
        file.write(f"{text}\n")
        file.flush()
        try:
            conversation.give_terminal()
            subprocess.run(editor_command(conversation, file.name, 0), check=True)
        except OSError as error:
            raise NixError(f"cannot start the editor: {error.strerror}") from None
        except subprocess.CalledProcessError as error:
            raise NixError(f"the editor failed with exit code {error.returncode}") from None
        with open(file.name, encoding="utf-8", errors="surrogateescape") as edited:
            return edited.read()


def place_of(conversation: Conversation, value: Value, text: str) -> tuple[str, int]:
    """File and line (0 for none) of a path, function or package; *text* names it in messages."""
    state = conversation.evaluator.state
    kind = type(value)
    if kind is NixPath or kind is str or kind is ContextString:
        return coerce_to_path(state, value, "while evaluating the filename to edit")[0], 0
    if type(value) is FunctionType:
        file, line, column = lambda_info(value).position
        if not file.startswith("/"):
            raise NixError(f"'{Position(file, line, column)}' cannot be shown in an editor")
        return file, line
    return place_of_package(conversation, value, text)


def place_of_package(conversation: Conversation, value: Value, text: str) -> tuple[str, int]:
    """What the `meta.position` of a package says, `FILE:LINE`."""
    position = attribute(attribute(value, "meta"), "position")
    if position is None:
        raise NixError(f"package '{text}' has no source location information")
    place, _ = coerce_to_string(
        conversation.evaluator.state,
        position,
        "while evaluating the 'meta.position' attribute of a derivation",
        copy_to_store=False,
    )
    file, colon, line = place.rpartition(":")
    if not colon:
        file = place
    if not file.startswith("/"):
        coerce_to_path(
            conversation.evaluator.state,
            file,
            "while evaluating the 'meta.position' attribute of a derivation",
        )
    if colon and not (line.isascii() and line.isdigit()):
        raise NixError(f"cannot parse 'meta.position' attribute '{place}'")
    return file, int(line) if colon else 0


def attribute(value: Lazy, name: str) -> Lazy:
    """The attribute of what should be a set; None when it is none or has none."""
    value = force(value)
    return value.get(name) if type(value) is dict else None


def editor_command(conversation: Conversation, path: str, line: int) -> list[str]:
    """The words of the command that opens *path* at *line*."""
    import shlex

    host = conversation.evaluator.host
    words = shlex.split(host.get_env("EDITOR") or "nano")
    if line > 0 and any(name in os.path.basename(words[0]) for name in TAKE_A_LINE):
        words.append(f"+{line}")
    return [*words, path]
