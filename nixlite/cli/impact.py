"""`nixlite impact`: what a change of a package set reaches; whether two packages share their dependencies."""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments, auto_call, find_along_attr_path
from nixlite.cli.command import Command
from nixlite.cli.flags import COMMON, EVALUATION, Flag, Flags, store
from nixlite.cli.sources import file_path, string_source
from nixlite.cli.two_values import add_expression, named_value, two_values
from nixlite.errors import EvalError, UsageError
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.runtime.values import FunctionType, NixPath, lambda_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.explain.graphs import Graph
    from nixlite.explain.impact.packages import Impact
    from nixlite.runtime.host import Host
    from nixlite.runtime.settings import Settings
    from nixlite.runtime.values import Lazy

FORMS = ("summary", "list", "all", "tree", "dot", "mermaid", "svg", "json")


def add_attribute(command: Any, words: list[str]) -> None:
    """The action of `--of`."""
    command.only.append(words[0])


def share(command: Any, words: list[str]) -> None:
    """The action of `--shared`."""
    command.pair = words


class ImpactCommand(Command):
    """The command line of `nixlite impact`."""

    program = "nixlite impact"
    usage = "nixlite impact [flags] (--overlay FILE | --override EXPR | OLD NEW | --shared A B)"
    description = (
        "Which derivations of a package set change, which stay, and because of what? The set is <nixpkgs>\n"
        "or '-f FILE'. OLD and NEW are FILE or FILE#ATTRPATH, or '--expr EXPR'. With '--shared A B': which\n"
        "derivations two packages of the set have in common, and which there are in two variants."
    )

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.flags = FLAGS
        self.file = "<nixpkgs>"
        self.overlay = ""
        self.override = ""
        self.expressions: list[str] = []
        self.only: list[str] = []
        self.pair: list[str] = []
        self.format = "summary"

    def run(self) -> int:
        """Compare and print."""
        if self.format not in FORMS:
            raise UsageError(f"'--format' takes one of: {', '.join(FORMS)}")
        evaluator = self.start()
        text = self.shared(evaluator) if self.pair else self.changed(evaluator)
        self.host.write_stdout(f"{text}\n" if text else "")
        return 0

    def changed(self, evaluator: Evaluator) -> str:
        """The answer about two versions of a set."""
        from nixlite.explain.impact.packages import compare_packages, packages_of

        old, new = self.versions(evaluator)
        state = evaluator.state
        before = evaluator.guard(lambda value: packages_of(value, state, self.only), old)
        after = evaluator.guard(lambda value: packages_of(value, state, self.only), new)
        if not self.only and len(before.found) == len(after.found) == 1:  # two derivations of any name
            (name,) = after.found
            before = before._replace(found=dict.fromkeys([name], *before.found.values()))
        if self.only and not before.found and not before.failed:
            raise EvalError(f"there is no package at {', '.join(self.only)}")
        return self.show(compare_packages(before, after, state.store))

    def show(self, impact: Impact) -> str:
        """The answer in the form that is wanted."""
        from nixlite.explain import graphs
        from nixlite.explain.impact import text as impact_text

        colour = self.host.stdout_colour()
        match self.format:
            case "json":
                return json_text(impact_text.to_data(impact))
            case "tree":
                return impact_text.tree_text(impact)
            case "dot":
                return graphs.to_dot(graph_of(impact))
            case "mermaid":
                return graphs.to_mermaid(graph_of(impact))
            case "svg":
                return graphs.to_svg(graph_of(impact))
        parts = [impact_text.summary(impact)]
        if self.format != "summary":
            parts.append(impact_text.list_text(impact, everything=self.format == "all", colour=colour))
        return "\n\n".join(part for part in parts if part)

    def shared(self, evaluator: Evaluator) -> str:
        """The answer about two packages."""
        from nixlite.explain.diff.derivations import drv_path_of
        from nixlite.explain.impact.packages import compare_closures
        from nixlite.explain.impact.text import sharing_data, sharing_text

        base = None if self.words or any("#" in word for word in self.pair) else self.base(evaluator)
        paths = []
        for word in self.pair:
            if base is None:
                value = force(named_value(self, evaluator, word))
            else:
                value = auto_call(find_along_attr_path(base, word, {}), {})
            if type(value) is not dict or "drvPath" not in value:
                raise EvalError(f"'{word}' is no derivation")
            paths.append(evaluator.guard(lambda attrs: drv_path_of(attrs, evaluator.state), value))
        sharing = compare_closures(paths[0], paths[1], evaluator.state.store)
        if self.format == "json":
            return json_text(sharing_data(sharing))
        return sharing_text(sharing, *self.pair)

    # -- the two versions

    def base(self, evaluator: Evaluator) -> Lazy:
        """The package set."""
        return auto_call(self.imported(evaluator), auto_arguments(self, evaluator))

    def imported(self, evaluator: Evaluator) -> Lazy:
        """What the set's file holds."""
        return evaluator.import_file(NixPath(file_path(evaluator, self.file)))

    def versions(self, evaluator: Evaluator) -> tuple[Lazy, Lazy]:
        """The two versions that the command line names."""
        if bool(self.overlay) + bool(self.override) + bool(self.words or self.expressions) != 1:
            raise UsageError(
                "this takes one of '--overlay FILE', '--override EXPR', two versions, '--shared A B'"
            )
        if self.words or self.expressions:
            return two_values(self, evaluator, self.words, self.expressions, "")
        if self.overlay:
            return self.base(evaluator), self.with_overlay(evaluator)
        base = force(self.base(evaluator))
        function = evaluator.evaluate_source(string_source(self, self.override))
        changed = force(call(function, base))
        if type(base) is dict and type(changed) is dict:
            if changed.get("type") is not None and force(changed["type"]) == "derivation":
                raise UsageError(
                    "'--override' takes a function from the set to a set, such as"
                    " 'pkgs: { hello = pkgs.hello.override { … }; }'"
                )
            changed = base | changed
        return base, changed

    def with_overlay(self, evaluator: Evaluator) -> Lazy:
        """The set with the overlay: as an argument of the file's function, else through `extend`."""
        overlay = evaluator.import_file(NixPath(file_path(evaluator, self.overlay)))
        function = self.imported(evaluator)
        arguments = auto_arguments(self, evaluator)
        if type(function) is FunctionType and any(
            name == "overlays" for name, _ in lambda_info(function).formals or ()
        ):
            before = force(arguments.get("overlays", ()))
            if "overlays" not in arguments:
                before = force(self.own_overlays(evaluator))
            return auto_call(function, {**arguments, "overlays": (*before, overlay)})  # type: ignore[misc]
        base = force(self.base(evaluator))
        if type(base) is not dict or "extend" not in base:
            raise EvalError(f"'{self.file}' neither takes 'overlays' nor has 'extend'")
        return call(base["extend"], overlay)

    def own_overlays(self, evaluator: Evaluator) -> Lazy:
        """The overlays that the set has already, where it says so."""
        base = force(self.base(evaluator))
        overlays = force(base.get("overlays", ())) if type(base) is dict else ()
        return overlays if type(overlays) is tuple else ()


def graph_of(impact: Impact) -> Graph:
    """The derivations that change and who uses whom; marked: where the change begins."""
    from nixlite.explain.graphs import Graph
    from nixlite.explain.impact.text import change_name

    nodes = {path: change_name(impact, path) for path in sorted(impact.pairs, key=lambda p: p[44:])}
    edges = [(used, user, "") for used, users in sorted(impact.users.items()) for user in sorted(set(users))]
    return Graph(nodes, edges, frozenset(impact.origins))


def json_text(data: dict[str, Any]) -> str:
    """JSON to be read."""
    import json  # seldom

    return json.dumps(data, indent=2, ensure_ascii=False)


FLAGS: Flags = {
    "--file": Flag("file", store("file"), "the package set (<nixpkgs>)", "-f"),
    "--overlay": Flag("file", store("overlay"), "an overlay, final: prev: { … }"),
    "--override": Flag("expr", store("override"), "a function from the set to what is changed in it"),
    "--expr": Flag("expr", add_expression, "an expression; twice for both versions", "-E"),
    "--of": Flag(
        "attrpath", add_attribute, "look only at this package and what it is made of; may be repeated"
    ),
    "--shared": Flag("a b", share, "what two packages have in common"),
    "--format": Flag("form", store("format"), "summary, list, all, tree, dot, mermaid, svg or json"),
    "--list": Flag("", lambda command, words: store("format")(command, ["list"]), "list what changes"),
    "--tree": Flag(
        "", lambda command, words: store("format")(command, ["tree"]), "from the origin to its users"
    ),
    "--json": Flag("", lambda command, words: store("format")(command, ["json"]), "print JSON"),
    **EVALUATION,
    **COMMON,
}
