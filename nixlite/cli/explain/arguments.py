"""`nixlite args`: what `callPackage` would do with a function."""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments, auto_call, find_along_attr_path
from nixlite.cli.command import Command
from nixlite.cli.explain.ways import FileWay, FlakeWay, way_in
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, store, turn_on
from nixlite.cli.flake.locking import LOCKING, Locking
from nixlite.cli.sources import string_source
from nixlite.cli.starting import start
from nixlite.errors import NixTypeError, UsageError
from nixlite.runtime.expect import force_attrs
from nixlite.runtime.thunk import force
from nixlite.runtime.values import show_type
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.explain.arguments.calling import Scope
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Lazy

FAILS, UNTOLD = 1, 2


FLAGS: Flags = {
    "--expr": Flag("expr", store("expression"), "the function as an expression", "-E"),
    "--file": Flag(
        "file",
        store("file"),
        "the set that arguments come from (<nixpkgs>, or the set that has FUNCTION)",
        "-f",
    ),
    "--given": Flag("expr", store("given"), "a set of arguments that are given by hand"),
    "--json": Flag("", turn_on("json"), "print JSON"),
    **EVALUATION,
    **COMMON,
    **LOCKING,
}


class Arguments(Command):
    """The command line of `nixlite args`."""

    program = "nixlite args"
    usage = "nixlite args [flags] (FUNCTION | --expr EXPR)"
    description = (
        "What would callPackage do with a function? FUNCTION is FILE, FILE#ATTRPATH or FLAKE#ATTRPATH,\n"
        "also of a package; arguments are what the callPackage of <nixpkgs> finds, or of '-f FILE' or '-f\n"
        "FILE#ATTRPATH', such as '<nixpkgs>#python3Packages'. The exit code is 1 where the call would fail\n"
        "for an argument, 2 where that cannot be told."
    )
    flags = FLAGS
    file = ""
    expression: str | None = None
    given = ""
    json = False

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.bases: dict[str, Lazy] = {}
        self.locking = Locking()

    def run(self) -> int:
        """Explain one call."""
        from nixlite.explain.arguments.plan import plan_call
        from nixlite.explain.arguments.text import render_plan, to_data

        evaluator = start(self)
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
        for tree, origin in evaluator.state.caches.get("shown trees", {}).items():
            text = text.replace(f"{tree}/", f"{origin}/")
        self.host.write_stdout(f"{text}\n")
        return UNTOLD if plan.untold else FAILS if plan.fails else 0

    def scope(self, evaluator: Evaluator) -> Scope:
        """The set that arguments come from, with its `callPackage`. Where what `FILE#ATTRPATH` leads to has
        none, its attributes go before the file's own."""
        from nixlite.explain.arguments.calling import Scope, scope_of_set

        if not self.file:
            around = self.set_around(evaluator)
            if around is not None:
                return around
            self.file = "<nixpkgs>"
        file, _, path = self.file.partition("#")
        scope = self.set_in(evaluator, file, "")
        if not path:
            return scope_of_set(scope)
        inner = self.set_in(evaluator, file, path)
        return scope_of_set(inner) if "callPackage" in inner else Scope({**scope, **inner})

    def set_around(self, evaluator: Evaluator) -> Scope | None:
        """For the function `FILE#a.b` the set that has it, if that has a `callPackage`: it was called with
        that one."""
        from nixlite.explain.arguments.calling import scope_of_set

        if not self.words:
            return None
        file = self.words[0].partition("#")[0]
        parts = way_in(self, self.words[0]).path
        for end in range(len(parts) - 1, -1, -1):
            prefix = ".".join(map(attribute_name, parts[:end]))
            try:
                attrs = self.set_in(evaluator, file, prefix)
            except NixTypeError:  # a list, say
                continue
            if "callPackage" in attrs:
                self.file = f"{file}#{prefix}" if prefix else file
                return scope_of_set(attrs)
        return None

    def set_in(self, evaluator: Evaluator, file: str, path: str) -> dict[str, Lazy]:
        """The set that a program gives, or what a path in it leads to; a file is evaluated once."""
        arguments = auto_arguments(self, evaluator)
        word = f"{file}#{path}"
        way = way_in(self, word)
        if way.flake:
            value = force(way.packages(evaluator, arguments))
        else:
            if file not in self.bases:
                base = way_in(self, f"{file}#").packages(evaluator, arguments)
                self.bases[file] = evaluator.guard(lambda value: auto_call(value, arguments), base)
            value = force(find_along_attr_path(self.bases[file], path, arguments))
        if type(value) is not dict:
            shown = word if path else file
            raise NixTypeError(f"'{shown}' holds {show_type(value)}, not a set of packages")
        return value

    def function(self, evaluator: Evaluator) -> Lazy:
        """The function that the command line names; it is not called."""
        if (self.expression is None) != (len(self.words) == 1):
            raise UsageError("this takes one function: FILE, FILE#ATTRPATH, FLAKE#ATTRPATH, or '--expr EXPR'")
        if self.expression is not None:
            return evaluator.evaluate_source(string_source(self, self.expression))
        way = way_in(self, self.words[0])
        if type(way) is FlakeWay:
            return way.selected(evaluator, auto_arguments(self, evaluator))
        assert type(way) is FileWay
        if not way.path:
            return way.function(evaluator)
        base = self.set_in(evaluator, way.word, "")
        return force(find_along_attr_path(base, way.fragment, auto_arguments(self, evaluator)))
