"""The start-up file: REPL inputs that a person wants done before each session on a terminal.

`$XDG_CONFIG_HOME/nixlite/repl-startup`, by default in `~/.config`, holds what one would type, commands too:

    :set keys vi
    :l ~/lib.nix
    double = x:
      x * 2
"""

from __future__ import annotations

from nixlite.errors import NixError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host
    from nixlite.repl.conversation import Conversation


def startup_path(host: Host) -> str:
    """Where the file is looked for."""
    config = host.get_env("XDG_CONFIG_HOME") or f"{host.home()}/.config"
    return f"{config}/nixlite/repl-startup"


def run_startup_file(conversation: Conversation) -> str:
    """Send the inputs in the file, if there is one; what went wrong, with the lines where it did."""
    host = conversation.evaluator.host
    path = startup_path(host)
    try:
        if not host.exists(path):
            return ""
        text = host.read_bytes(path).decode("utf-8", "surrogateescape")
    except NixError:  # pure evaluation sees no files
        return ""
    problems = run_inputs(conversation, text, path)
    conversation.transcript.clear()
    for bound in conversation.bound:
        bound.at = -1
    conversation.failures = []
    conversation.scope.pop("_", None)
    return problems


def run_inputs(conversation: Conversation, text: str, path: str) -> str:
    """Send one input after the other; each takes as many lines as it needs. Returns the errors."""
    problems = []
    given, first = conversation.new_input(), 1
    for number, line in enumerate(text.split("\n"), 1):
        if not given.has_begun:
            first = number
        given.add(line)
        if given.is_open:
            continue
        if given.has_begun:
            reply = conversation.send(given.text)
            if reply.error is not None:
                problems.append(f"{path}:{first}:\n{reply.err}")
        given = conversation.new_input()
    if given.lines:
        problems.append(f"{path}:{first}:\nerror: the input ends too early\n")
    return "".join(problems)
