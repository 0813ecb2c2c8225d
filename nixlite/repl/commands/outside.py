"""What leads out of the session: `:q`, `:!` and `:save`."""

from __future__ import annotations

from nixlite.drives import given_path
from nixlite.errors import NixError
from nixlite.host.real import fs_path
from nixlite.repl.commands.declaring import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation


REMEMBERED = 100
"""Inputs that `:history` shows."""


@command(":q", ":quit", help="Exit nix-repl")
def leave(conversation: Conversation, text: str) -> str:
    """Leave."""
    conversation.reply.quit = True
    return ""


@command(":!", own_argument="<command>", help="Run a shell command", own=True)
def run_shell(conversation: Conversation, text: str) -> str:
    """`:!ls -l`: the command has the terminal; a failure's exit code is shown."""
    import subprocess

    conversation.give_terminal()
    done = subprocess.run(text, shell=True, check=False, cwd=fs_path(conversation.evaluator.settings.cwd))
    return f"(exit code {done.returncode})" if done.returncode else ""


@command(
    ":save",
    own_argument="<path>",
    help="Write the session to a file: FILE.nix for :l,\nelse a transcript",
    own=True,
)
def save(conversation: Conversation, text: str) -> str:
    """`:save x.nix`: what was loaded and bound, as a program whose attributes `:l x.nix` brings back.

    Any other name: prompts, inputs and answers as they were shown, without colours. Both can be piped into
    `nixlite repl`.
    """
    import os
    import posixpath

    path = given_path(os.path.expanduser(text), conversation.evaluator.settings.cwd)
    if path.endswith(".nix"):
        from nixlite.repl.commands.program import program_text

        shown = program_text(conversation, path)
        told = f"{count(len(conversation.own), 'name')} written to {path}; `:l {text}` brings them back"
        if posixpath.dirname(path) != conversation.evaluator.settings.cwd:
            told += "\nRelative paths in it are from where it lies."
    else:
        from nixlite.repl.commands.transcript import transcript_text

        shown = transcript_text(conversation.transcript)
        told = f"{len(conversation.transcript)} inputs written to {path}"
    try:
        with open(fs_path(path), "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(shown)
    except OSError as error:
        raise NixError(f"cannot write {path}: {error.strerror}") from None
    return told


def count(number: int, what: str) -> str:
    """`1 name`, `2 names`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


@command(":history", own_argument="[word]", help="Show inputs of this and earlier sessions", own=True)
def show_history(conversation: Conversation, text: str) -> str:
    """What was typed on terminals, by session and folder; `:history lib` only what has `lib` in it.

    On the line, Up gives what was typed in this folder first, and Ctrl-R searches.
    """
    from nixlite.repl.history import entries, history_path

    path = history_path(conversation.evaluator.host)
    found = [entry for entry in entries(path) if text in entry.text] if path is not None else []
    lines: list[str] = []
    last = None
    for entry in found[-REMEMBERED:]:
        if (entry.session, entry.folder) != last:
            last = entry.session, entry.folder
            lines.append(f"{entry.time}  {entry.folder}".rstrip())
        first, *others = entry.text.split("\n")
        lines += [f"  {first}", *[f"  {line}" for line in others]]
    return "\n".join(lines) or "nothing"
