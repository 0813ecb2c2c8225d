"""`nixlite repl`: its command line, which is that of `nix repl` and more. Manual: `nix repl`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.cli.auto_call import auto_arguments, auto_call, find_along_attr_path
from nixlite.cli.command import FAILURE, Command
from nixlite.cli.flags import COMMON, EVALUATION, Flag, Flags, ignore, store, turn_on
from nixlite.cli.sources import file_path, stdin_source, string_source
from nixlite.errors import UsageError
from nixlite.runtime.values import NixPath

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator
    from nixlite.repl.session import Session
    from nixlite.runtime.host import Host
    from nixlite.runtime.settings import Settings
    from nixlite.runtime.values import Lazy, Value


class Repl(Command):
    """The command line of `nix repl`, and starting the session."""

    program = "nix"
    usage = "nixlite repl [flags] [FILE… | --expr EXPR [ATTRPATH…] | -f FILE [ATTRPATH…]]"
    description = "Talk to the evaluator. The attributes of what is named on the command line are in scope."

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.flags = FLAGS
        self.file = ""
        self.expression: str | None = None
        self.compat = False
        self.inputs: list[str] = []
        self.fail = False

    def run(self) -> int:
        """Load what is named, then talk; with `-c` only answer what is given."""
        from nixlite.repl.session import Session
        from nixlite.repl.style import Style

        if self.file and self.expression is not None:
            raise UsageError("'--file' and '--expr' are exclusive")
        evaluator = self.start()
        arguments = auto_arguments(self, evaluator)
        style = Style(compat=self.compat, colour=self.host.stdout_colour())
        session = Session(evaluator, style, auto_arguments=arguments)
        self.prepare(session, evaluator, arguments)
        if self.inputs:
            return self.answer(session)
        from nixlite.repl.app import run

        return run(session)

    def prepare(self, session: Session, evaluator: Evaluator, arguments: dict[str, Lazy]) -> None:
        """Tell the session what to load at its start."""
        if not self.file and self.expression is None:
            for word in self.words:
                session.startup.append((word, self.loader(evaluator, word, "", arguments)))
            return
        for path in self.words or [""]:
            session.startup.append((path, self.loader(evaluator, self.file, path, arguments)))

    def loader(
        self, evaluator: Evaluator, file: str, path: str, arguments: dict[str, Lazy]
    ) -> Callable[[], Value]:
        """A function that evaluates an attribute path of *file*, or of the expression where that is empty."""

        def load() -> Value:
            if file == "-":
                root = evaluator.evaluate_source(stdin_source(self))
            elif file:
                root = evaluator.import_file(NixPath(file_path(evaluator, file)))
            else:
                root = evaluator.evaluate_source(string_source(self, self.expression or ""))
            return auto_call(find_along_attr_path(root, "" if path == "." else path, arguments), arguments)

        return load

    def answer(self, session: Session) -> int:
        """Send the inputs of `-c` one after the other; with `--fail` stop at the first error."""
        from nixlite.repl.app import deliver

        code = 0
        for text in self.inputs:
            reply = session.send(text)
            deliver(reply, self.host)
            if reply.error is not None or reply.incomplete:
                code = FAILURE if self.fail else code
            if reply.quit or code:
                break
        return code


def add_input(command: Any, words: list[str]) -> None:
    """`-c`."""
    command.inputs.append(words[0])


FLAGS: Flags = {
    "--expr": Flag("expr", store("expression"), "bring the attributes of an expression into scope"),
    "--file": Flag("file", store("file"), "bring the attributes of a file into scope", "-f"),
    "--command": Flag("input", add_input, "answer this input and leave (may be repeated)", "-c"),
    "--fail": Flag("", turn_on("fail"), "with -c: end with exit code 1 at the first error"),
    "--compat": Flag("", turn_on("compat"), "print exactly what nix repl prints"),
    **EVALUATION,
    **COMMON,
    "--offline": Flag("", ignore),
    "--refresh": Flag("", ignore),
    "--print-build-logs": Flag("", ignore, short="-L"),
}
