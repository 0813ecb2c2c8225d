"""What leads out of the session: `:q`, `:!` and `:save`."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation


@command(":q", ":quit", help="Exit nix-repl")
def leave(conversation: Conversation, text: str) -> str:
    """Leave."""
    conversation.reply.quit = True
    return ""


@command(":!", own_argument="<command>", help="Run a shell command", own=True)
def run_shell(conversation: Conversation, text: str) -> str:
    """`:!ls -l`: the command has the terminal; a failure's exit code is shown."""
    import subprocess

    done = subprocess.run(text, shell=True, check=False, cwd=conversation.evaluator.settings.cwd)
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

    path = os.path.join(conversation.evaluator.settings.cwd, os.path.expanduser(text))
    if path.endswith(".nix"):
        from nixlite.repl.commands.program import program_text

        shown = program_text(conversation, os.path.normpath(path))
        told = f"{count(len(conversation.own), 'name')} written to {path}; `:l {text}` brings them back"
        if os.path.dirname(os.path.normpath(path)) != os.path.normpath(conversation.evaluator.settings.cwd):
            told += "\nRelative paths in it are from where it lies."
    else:
        from nixlite.repl.commands.transcript import transcript_text

        shown = transcript_text(conversation.transcript)
        told = f"{len(conversation.transcript)} inputs written to {path}"
    try:
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(shown)
    except OSError as error:
        raise NixError(f"cannot write {path}: {error.strerror}") from None
    return told


def count(number: int, what: str) -> str:
    """`1 name`, `2 names`."""
    return f"{number} {what}{'' if number == 1 else 's'}"
