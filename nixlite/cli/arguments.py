"""`nixlite args`: what `callPackage` would do with a function."""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments, auto_call, find_along_attr_path
from nixlite.cli.command import Command
from nixlite.cli.flags import COMMON, EVALUATION, Flag, Flags, store, turn_on
from nixlite.cli.sources import file_path, string_source
from nixlite.errors import NixTypeError, UsageError
from nixlite.runtime.expect import force_attrs
from nixlite.runtime.thunk import force
from nixlite.runtime.values import NixPath, show_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.runtime.host import Host
    from nixlite.runtime.settings import Settings
    from nixlite.runtime.values import Lazy

FAILS = 1


class Arguments(Command):
    """The command line of `nixlite args`."""

    program = "nixlite args"
    usage = "nixlite args [flags] (FUNCTION | --expr EXPR)"
    description = (
        "What would callPackage do with a function? FUNCTION is FILE or FILE#ATTRPATH, also of a package;\n"
        "arguments come from <nixpkgs> or '-f FILE', or '-f FILE#ATTRPATH', such as\n"
        "'<nixpkgs>#python3Packages'. The exit code is 1 where the call would fail for an argument."
    )

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.flags = FLAGS
        self.file = "<nixpkgs>"
        self.expression: str | None = None
        self.given = ""
        self.json = False

    def run(self) -> int:
        """Explain one call."""
        from nixlite.explain.arguments import plan_call, render_plan, to_data

        evaluator = self.start()
        function = self.function(evaluator)
        scope = self.scope(evaluator)
        given = {}
        if self.given:
            value = evaluator.evaluate_source(string_source(self, self.given, "--given"))
            given = force_attrs(value, "while evaluating the arguments given by '--given'")
        plan = evaluator.guard(lambda f: plan_call(evaluator, f, scope, given), function)
        if self.json:
            import json  # seldom

            text = json.dumps(to_data(plan), indent=2, ensure_ascii=False)
        else:
            text = render_plan(plan, self.file)
            if not plan.takes_set and type(force(function)) is dict:
                text = "the package's override does not tell what it takes: name the file of its function"
        self.host.write_stdout(f"{text}\n")
        return FAILS if plan.fails else 0

    def scope(self, evaluator: Evaluator) -> dict[str, Lazy]:
        """The set that arguments come from; with `FILE#ATTRPATH`, what is there goes before the file's own,
        as in scopes such as python3Packages."""
        file, _, path = self.file.partition("#")
        arguments = auto_arguments(self, evaluator)
        base = auto_call(evaluator.import_file(NixPath(file_path(evaluator, file))), arguments)
        scope = force(base)
        if type(scope) is not dict:
            raise NixTypeError(f"'{self.file}' holds {show_type(scope)}, not a set of packages")
        if not path:
            return scope
        inner = force(find_along_attr_path(base, path, arguments))
        if type(inner) is not dict:
            raise NixTypeError(f"'{self.file}' holds {show_type(inner)}, not a set of packages")
        return {**scope, **inner}

    def function(self, evaluator: Evaluator) -> Lazy:
        """The function that the command line names; it is not called."""
        if (self.expression is None) != (len(self.words) == 1):
            raise UsageError("this takes one function: FILE, FILE#ATTRPATH, or '--expr EXPR'")
        if self.expression is not None:
            return evaluator.evaluate_source(string_source(self, self.expression))
        file, _, path = self.words[0].partition("#")
        value = evaluator.import_file(NixPath(file_path(evaluator, file)))
        if path:
            return force(find_along_attr_path(value, path, auto_arguments(self, evaluator)))
        return value


FLAGS: Flags = {
    "--expr": Flag("expr", store("expression"), "the function as an expression", "-E"),
    "--file": Flag("file", store("file"), "the set that arguments come from (<nixpkgs>)", "-f"),
    "--given": Flag("expr", store("given"), "a set of arguments that are given by hand"),
    "--json": Flag("", turn_on("json"), "print JSON"),
    **EVALUATION,
    **COMMON,
}
