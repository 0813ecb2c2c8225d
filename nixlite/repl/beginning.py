"""What a session starts with: files, flakes and expressions of the command line."""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments, auto_call, find_along_attr_path
from nixlite.cli.sources import file_path, stdin_source, string_source
from nixlite.cli.starting import start
from nixlite.repl import app, memory
from nixlite.repl.session import Session
from nixlite.repl.style import Style
from nixlite.runtime.thunk import force
from nixlite.runtime.values import NixPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator
    from nixlite.repl.command_line import ReplLine
    from nixlite.repl.terminal.early import EarlyPrompt
    from nixlite.runtime.values import Lazy, Value


PATIENCE = 1
"""Seconds that showing an answer may spend on evaluating what is deep in it."""


def begin(command: ReplLine, early: EarlyPrompt | None) -> int:
    """Talk, as the command line says; the exit code. *early*: the prompt that is there already."""
    evaluator = start(command)
    style = Style(compat=command.compat, colour=command.host.stdout_colour(forced=not command.compat))
    style.layout.patience = PATIENCE
    session = Session(evaluator, style, auto_arguments=auto_arguments(command, evaluator))
    if command.file or command.expression is not None:
        for path in command.words or [""]:
            session.startup.append((path, delayed_installable(command, session, path)))
    else:
        for word in command.words:
            take_word(command, session, word)
    session.build_options = command.build_options
    session.progress = command.talks and command.host.stderr_colour()
    if command.debugger:
        from nixlite.repl.debugging.debugger import attach

        attach(evaluator, Session, outer=session)
    if command.inputs:
        return run_inputs(command, session)
    try:
        return app.run(session, fail=command.fail, early=early)
    finally:
        memory.release()


def take_word(command: ReplLine, session: Session, word: str) -> None:
    """Start with the attributes of a file, of a flake's outputs, or of `FLAKE#ATTRPATH`."""
    from nixlite.cli.explain.ways import way_in

    if looks_like_nix_file(word) or not way_in(command, word).flake:
        session.files.append(word)
        return
    reference, _, fragment = word.partition("#")
    if not fragment and not command.compat:
        session.flakes.append(reference)  # whose history the explaining commands know
    else:
        session.startup.append((word, lambda: flake_value(command, session, word)))


def flake_value(command: ReplLine, session: Session, word: str) -> Value:
    """The outputs of a flake, or what an attribute path in it leads to, looked for as `nix` does."""
    from nixlite.cli.flake.locking import (
        Locking,
        flake_attribute,
        locked_flake,
        outputs_of,
        parse_installable,
    )

    evaluator = session.evaluator
    reference, _, fragment = word.partition("#")
    value: Value
    if fragment:
        value = evaluator.guard(force, flake_attribute(command, evaluator, word, Locking()))
        return value
    ref = parse_installable(command, evaluator, reference)[0]
    value = evaluator.guard(force, outputs_of(evaluator, locked_flake(command, evaluator, ref, Locking())))
    return value


def delayed_installable(command: ReplLine, session: Session, path: str) -> Callable[[], Value]:
    """What evaluates `installable`."""
    return lambda: installable(command, session, path)


def installable(command: ReplLine, session: Session, path: str) -> Value:
    """The value of the file or expression, or of what the attribute path in it leads to."""
    evaluator, arguments = session.evaluator, session.auto_arguments
    value = find_along_attr_path(program_value(command, evaluator), path, arguments)
    return auto_call(value, arguments)


def program_value(command: ReplLine, evaluator: Evaluator) -> Lazy:
    """The value of `--file` or `--expr`."""
    if command.expression is not None:
        return evaluator.evaluate_source(string_source(command, command.expression, "--expr"))
    if command.file == "-":
        return evaluator.evaluate_source(stdin_source(command))
    return evaluator.import_file(NixPath(file_path(evaluator, command.file)))


def run_inputs(command: ReplLine, session: Session) -> int:
    """`-c`: do what is given and leave, without prompts."""
    if not app.start(session):
        return 1
    for text in command.inputs:
        reply = session.send(text)
        reply.deliver(command.host)
        if reply.incomplete:
            command.host.write_stderr("error: the input ends too early\n")
        if reply.quit:
            break
        if command.fail and (reply.incomplete or reply.error is not None):
            return 1
    return 0


def looks_like_nix_file(word: str) -> bool:
    """Whether a word is a file by its looks, so that nobody need ask: most are."""
    return word.startswith("<") or (word.endswith(".nix") and "#" not in word and word != "flake.nix")
