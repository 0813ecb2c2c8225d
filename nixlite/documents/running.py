"""Running a document's examples, in a folder and a session of their own."""

from __future__ import annotations

import os
import shlex

from nixlite.__main__ import make_command, run
from nixlite.cli.running import run_command
from nixlite.cli.table import COMMANDS
from nixlite.documents.blocks import FAILS, GIVES
from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.formats.nix.evaluated import show_value
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.repl import app
from nixlite.repl.session import Session
from nixlite.resources import stdlib_directory
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.documents.blocks import Step

STAND_INS = {"nix-instantiate": ["instantiate"]}
"""Commands of Nix, and what is run for them; `nix X` is `nixlite X`."""


class Runner:
    """Runs steps in *folder*, one after the other."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        names = {name: value for name, value in os.environ.items() if not name.startswith("NIX_")}
        self.env = {**names, "HOME": folder, "NO_COLOR": "1", "TERM": "dumb"}
        self.session: Session | None = None

    def run(self, step: Step) -> str | None:
        """What a step prints now; None for what is no command of Nix."""
        if step.kind == "file":
            path = os.path.join(self.folder, step.text)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"{step.shown}\n")
            return step.shown
        if step.kind == "command":
            return self.command(step.text)
        if step.kind == "expression":
            return self.expression(step)
        if step.kind == "fresh":
            self.begin(shlex.split(step.text))
            return step.shown
        return self.input(step.text)

    def command(self, text: str) -> str | None:
        """What a command prints, on both of its streams."""
        words = shlex.split(text)
        host = CapturingHost(self.env)
        name, rest = words[0], words[1:]
        if name in ("nixlite", "nix"):
            found = next((n for n in (2, 1) if " ".join(rest[:n]) in COMMANDS), 0)
            if not found:  # the refusal is what is shown
                run(rest, host)
                return self.short("".join([*host.stdout, *host.stderr]))
            name, rest = " ".join(rest[:found]), rest[found:]
            if name == "test":  # pytest runs those, in the folder of the process
                return None
        elif name in STAND_INS:
            name = STAND_INS[name][0]
        else:
            return None
        run_command(make_command(name, Settings(cwd=self.folder), host), rest)
        return self.short("".join([*host.stdout, *host.stderr]))

    def short(self, text: str) -> str:
        """What is printed, with paths as they look from the folder."""
        library = stdlib_directory()
        return text.replace(f"{self.folder}/", "").replace(f"{library}/", "stdlib/").rstrip()

    def begin(self, files: list[str]) -> None:
        """Begin a session with files."""
        settings = Settings(cwd=self.folder)
        self.session = Session(Evaluator(settings, CapturingHost(self.env)))
        self.session.files += files
        app.start(self.session)

    def input(self, text: str) -> str:
        """What the session answers."""
        if self.session is None:
            self.begin([])
        assert self.session is not None
        return self.short(self.session.send(text).text)

    def expression(self, step: Step) -> str:
        """The comment that an expression would have behind it."""
        evaluator = Evaluator(Settings(cwd=self.folder), CapturingHost(self.env))
        try:
            source = Source("«document»", step.text, base=self.folder)
            value = evaluator.guard(
                lambda _: show_value(evaluator.state, evaluator.evaluate_source(source)), None
            )
        except NixError as error:
            return self.short(FAILS + evaluator.explain(error).message.partition("\n")[0])
        return self.short(f"{GIVES}{value}")
