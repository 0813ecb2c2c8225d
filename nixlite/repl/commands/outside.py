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


@command(":save", own_argument="<path>", help="Write the session so far to a file, as a transcript", own=True)
def save(conversation: Conversation, text: str) -> str:
    """Prompts, inputs and answers as they were shown, without colours."""
    import os

    from nixlite.repl.commands.transcript import transcript_text

    path = os.path.join(conversation.evaluator.settings.cwd, os.path.expanduser(text))
    shown = transcript_text(conversation.transcript)
    try:
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(shown)
    except OSError as error:
        raise NixError(f"cannot write {path}: {error.strerror}") from None
    return f"{len(conversation.transcript)} inputs written to {path}"
