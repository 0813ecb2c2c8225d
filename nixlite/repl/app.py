"""`nixlite repl`: a conversation between an input and an output.

From a pipe it writes prompt and input back, so that the output reads like a session; on a terminal
`terminal/` edits the lines.
"""

from __future__ import annotations

from nixlite.repl import memory
from nixlite.repl.commands.loading import load_all
from nixlite.repl.conversation import Reply
from nixlite.repl.inputs import without_prompts
from nixlite.repl.prompts import BANNER, CONTINUATION
from nixlite.repl.terminal.early import EarlyPrompt, is_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nixlite.host.host import Host
    from nixlite.repl.conversation import Conversation


def run(
    conversation: Conversation,
    *,
    terminal: bool | None = None,
    fail: bool = False,
    early: EarlyPrompt | None = None,
) -> int:
    """Talk until the input ends or the user leaves; returns the exit code.

    *terminal* decides between line editing and plain text; None: whatever standard input and output are.
    With *fail* plain text ends at the first input that fails; whoever types goes on. *early*: banner and
    prompt are there already.
    """
    host = conversation.evaluator.host
    if early is None and (
        conversation.debugging is None or conversation.debugging.is_first or not conversation.style.compat
    ):
        host.write_stderr(banner(conversation))
    if not start(conversation):
        return 1
    if is_terminal(host) if terminal is None else terminal:
        if early is None and not conversation.style.compat and conversation.debugging is None:
            from nixlite.repl.terminal.startup import run_startup_file

            host.write_stderr(run_startup_file(conversation))
        return run_terminal(conversation, early or EarlyPrompt(host, conversation.prompt))
    if conversation.lines is None:
        conversation.lines = input_lines(host)
    return run_pipe(conversation, conversation.lines, echo=not is_typed(host), fail=fail)


def run_terminal(conversation: Conversation, early: EarlyPrompt) -> int:
    """Talk with a person, who can type before the line editor is there."""

    def load() -> None:
        import nixlite.repl.terminal.prompt  # noqa: F401 - it takes long

    try:
        early.attend(load)
        from nixlite.repl.terminal import prompt

        return prompt.run_terminal(conversation, early)
    finally:
        early.end()


def start(conversation: Conversation) -> bool:
    """Load what the command line names; False, the error being shown, when that fails."""
    conversation.reply = Reply()
    loaded = conversation.guarded(lambda: load_all(conversation))
    conversation.reply.deliver(conversation.evaluator.host)
    return loaded


def banner(conversation: Conversation) -> str:
    """What comes before the first prompt."""
    if conversation.style.compat:
        from nixlite.builtins.constants import NIX_VERSION

        what = "" if conversation.debugging is None else " debugger"
        return f"Nix {NIX_VERSION}{what}\nType :? for help.\n"
    if conversation.debugging is not None:
        if conversation.debugging.is_over:
            return "It is over. :bt shows where, :env variables, :up goes to the caller, :q back.\n"
        return "Stopped. :bt shows where, :c goes on, :s goes a step, :q gives up; :? for more.\n"
    return BANNER


def is_typed(host: Host) -> bool:
    """Whether someone types into a terminal that can do no more than print: it shows itself what is typed."""
    return host.is_terminal("stdin")


def run_pipe(
    conversation: Conversation, lines: Iterable[str], *, echo: bool = True, fail: bool = False
) -> int:
    """Send *lines* to the session as they come, and write the conversation; the exit code.

    With *echo* each line is written behind its prompt, else the prompt is there before the line is. Of a
    transcript, which has prompts, the answers are passed over. With *fail* the first input that fails ends
    it, with 1.
    """
    host = conversation.evaluator.host
    given = conversation.new_input()
    if not echo:
        lines = prompting(lines, lambda: CONTINUATION if given.lines else conversation.prompt, host)
    for line in lines if conversation.style.compat else without_prompts(lines):
        if echo:
            host.write_stdout(f"{CONTINUATION if given.lines else conversation.prompt}{line}\n")
            host.flush()
        given.add(line)
        if given.is_open:
            continue
        compat = conversation.style.compat
        reply = (
            conversation.send(given.text) if compat else conversation.send_inputs([given] * given.has_begun)
        )
        memory.settle()
        if reply.incomplete:
            continue
        given = conversation.new_input()
        reply.deliver(host)
        if reply.quit:
            return 0
        if fail and reply.error is not None:
            return 1
        if compat:
            host.write_stdout("\n")
    host.write_stdout(f"{CONTINUATION if given.lines else conversation.prompt}\n" if echo else "\n")
    if given.lines and not conversation.style.compat:
        host.write_stderr("error: the input ends too early\n")
    host.flush()
    return 1 if given.lines and fail else 0


def prompting(lines: Iterable[str], prompt: Callable[[], str], host: Host) -> Iterator[str]:
    """The lines, with a prompt written before each is asked for."""
    source = iter(lines)
    while True:
        host.write_stdout(prompt())
        host.flush()
        line = next(source, None)
        if line is None:
            return
        yield line


def input_lines(host: Host) -> Iterator[str]:
    """The lines of the standard input without their ends, each as soon as it is there."""
    for line in host.stdin_lines():
        yield line.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
