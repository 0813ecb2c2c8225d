"""`nixlite impact`: what a change of a package set reaches; whether two packages share their dependencies."""

from __future__ import annotations

from nixlite.cli.auto_call import auto_call, find_along_attr_path, parse_attr_path
from nixlite.cli.command import Command
from nixlite.cli.explain.two_values import add_expression, named_value, two_makers
from nixlite.cli.explain.ways import file_way, settle_purity, way_in
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import store, turn_on
from nixlite.cli.flake.locking import Locking
from nixlite.cli.starting import start
from nixlite.cli.versions import ATTRIBUTES, PackageSet, with_overlay_file, with_override
from nixlite.errors import EvalError, UsageError
from nixlite.runtime.thunk import force

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.explain.graphs import Graph
    from nixlite.explain.impact.packages import Impact, Packages
    from nixlite.explain.impact.survey import Survey
    from nixlite.explain.impact.table import Table
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Lazy, Value

    Version = Callable[[Evaluator], Lazy]

DIFFERENT = 1

NOT_THE_SET = (
    "Only the attributes themselves were replaced, for '{file}' has no way to change the set: it neither\n"
    "takes 'overlays' or 'config' nor has 'extend' or 'overrideScope'. What uses them keeps the old ones."
)

FORMS = ("summary", "list", "all", "tree", "dot", "mermaid", "svg", "json")


def add_attribute(command: Any, words: list[str]) -> None:
    """The action of `--of`."""
    command.only.append(tuple(parse_attr_path(words[0])))


def share(command: Any, words: list[str]) -> None:
    """The action of `--shared`."""
    command.pair = words


FLAGS: Flags = {
    "--file": Flag("file", store("file"), "the package set (<nixpkgs>): FILE[#ATTRPATH], FLAKE#", "-f"),
    "--overlay": Flag("file", store("overlay"), "an overlay, final: prev: { … }"),
    "--override": Flag(
        "expr", store("override"), "a function from the set to what is changed in it, pkgs: { … }"
    ),
    "--expr": Flag("expr", add_expression, "an expression; twice for both versions", "-E"),
    "--of": Flag(
        "attrpath", add_attribute, "look only at this package and what it is made of; may be repeated"
    ),
    "--shared": Flag("a b", share, "what two packages have in common"),
    "--format": Flag("form", store("format"), "summary, list, all, tree, dot, mermaid, svg or json"),
    "--all": Flag("", turn_on("everything"), "list everything: what stays, what cannot be evaluated and why"),
    "--list": Flag("", lambda command, words: store("format")(command, ["list"]), "list what changes"),
    "--tree": Flag(
        "", lambda command, words: store("format")(command, ["tree"]), "from the origin to its users"
    ),
    "--json": Flag("", lambda command, words: store("format")(command, ["json"]), "print JSON"),
}
"""Those of its own."""


class ImpactCommand(Command):
    """What `nixlite impact` does by itself; its flags, and other processes: `nixlite.jobs.impact`."""

    program = "nixlite impact"
    usage = "nixlite impact [flags] (--overlay FILE | --override EXPR | OLD NEW | --shared A B)"
    description = (
        "Which derivations of a package set change, which stay, and because of what? The set is <nixpkgs>\n"
        "or '-f FILE' (FILE#ATTRPATH, FLAKE#ATTRPATH, or FLAKE# for its packages). OLD and NEW are FILE,\n"
        "FILE#ATTRPATH or FLAKE#ATTRPATH, or '--expr EXPR'. With '--shared A B': which derivations two\n"
        "packages of the set have in common, and which there are in two variants.\n\n"
        "The exit code is 0 where nothing changes (or there is one of everything), 1 where something does,\n"
        "and 2 where nobody can tell, since the set or the change cannot be evaluated."
    )
    failure = 2
    patience = 1.0
    file = "<nixpkgs>"
    overlay = ""
    override = ""
    format = "summary"
    everything = False
    applied = ""

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.expressions: list[str] = []
        self.only: list[tuple[str, ...]] = []
        self.pair: list[str] = []
        self.locking = Locking()

    def run(self) -> int:
        """Compare and print."""
        if self.format not in FORMS:
            raise UsageError(f"'--format' takes one of: {', '.join(FORMS)}")
        if not self.expressions and not self.overlay:
            words = self.words or [word for word in self.pair if "#" in word]
            settle_purity(self, [way_in(self, word) for word in words] or [file_way(self, self.file)])
        text, differs = self.shared() if self.pair else self.changed()
        self.host.write_stdout(f"{text}\n" if text else "")
        return DIFFERENT if differs else 0

    # -- two versions of a set

    def changed(self) -> tuple[str, bool]:
        """The answer about two versions of a set, and whether there is a difference."""
        from nixlite.explain.impact.packages import compare_packages
        from nixlite.explain.impact.table import Table

        versions = self.versions()
        host = speaking_once(self.host)
        self.settings.warn = once(self.settings.warn)
        with Table(self.settings.store_dir) as table:
            before, after = self.packages(versions, table, host)
            if not self.only and len(before.found) == len(after.found) == 1:  # two derivations of any name
                (name,) = after.found
                before = before._replace(found=dict.fromkeys([name], *before.found.values()))
            if not any((*before, *after)):
                where = f"at {', '.join(map('.'.join, self.only))}" if self.only else "in the set"
                raise EvalError(f"there is no package {where}")
            self.tell("comparing")
            impact = compare_packages(before, after, table)
        return self.show(impact), not impact.nothing

    def packages(self, versions: list[Version], table: Table, host: Host) -> list[Packages]:
        """The packages of both versions, their derivations in *table*."""
        return [self.survey(version, table, host, at).run() for at, version in enumerate(versions)]

    def survey(self, version: Version, table: Table, host: Host, at: int) -> Survey:
        """What finds the packages of the old version (*at* 0) or the new one, for a *table*."""
        from nixlite.explain.impact.survey import Survey

        def make() -> tuple[Evaluator, Lazy]:
            evaluator = start(self, host)
            return evaluator, evaluator.guard(version, evaluator)

        def tell(done: int, known: int) -> None:
            self.tell(f"{('before', 'after')[at]} the change: {done:,} of {known:,} attributes")

        return Survey(make, table, self.only, tell)

    def tell(self, note: str) -> None:
        """Show on a terminal how far this has come."""
        if self.watch is not None:
            self.watch.tell(note)

    def versions(self) -> list[Version]:
        """The two versions that the command line names."""
        if bool(self.overlay) + bool(self.override) + bool(self.words or self.expressions) != 1:
            raise UsageError(
                "this takes one of '--overlay FILE', '--override EXPR', two versions, '--shared A B'"
            )
        if self.words or self.expressions:
            return two_makers(self, self.words, self.expressions, "")
        return [self.base, self.with_change]

    def base(self, evaluator: Evaluator) -> Lazy:
        """The package set."""
        return PackageSet(self, evaluator, self.file).base()

    def with_change(self, evaluator: Evaluator) -> Lazy:
        """The package set with the overlay or override."""
        if self.overlay:
            changed, self.applied = with_overlay_file(self, evaluator, self.file, self.overlay)
        else:
            changed, self.applied = with_override(self, evaluator, self.file, self.override)
        return changed

    def show(self, impact: Impact) -> str:
        """The answer in the form that is wanted."""
        from nixlite.explain import graphs
        from nixlite.explain.impact import text as impact_text

        colour = self.host.stdout_colour()
        match self.format:
            case "json":
                return json_text({**impact_text.to_data(impact), "applied": self.applied or None})
            case "tree":
                return impact_text.tree_text(impact)
            case "dot":
                return graphs.to_dot(graph_of(impact))
            case "mermaid":
                return graphs.to_mermaid(graph_of(impact))
            case "svg":
                return graphs.to_svg(graph_of(impact))
        everything = self.everything or self.format == "all"
        parts = [impact_text.summary(impact, everything=everything, colour=colour)]
        if self.applied == ATTRIBUTES:
            parts.append(NOT_THE_SET.format(file=self.file))
        if everything or self.format == "list":
            parts.append(impact_text.list_text(impact, everything=everything, colour=colour))
        return "\n\n".join(part for part in parts if part)

    # -- two packages

    def shared(self) -> tuple[str, bool]:
        """The answer about two packages, and whether there is anything in two variants."""
        from nixlite.explain.diff.derivations import drv_path_of
        from nixlite.explain.impact.sharing import compare_closures
        from nixlite.explain.impact.sharing_text import sharing_data, sharing_text
        from nixlite.explain.impact.table import Table

        if self.words:
            raise UsageError(f"unexpected argument '{self.words[0]}'")
        evaluator = start(self)
        with Table(self.settings.store_dir) as table:
            paths = []
            for value, word in zip(self.shared_values(evaluator), self.pair, strict=True):
                if type(value) is not dict or "drvPath" not in value:
                    raise EvalError(f"'{word}' is no derivation")
                paths.append(evaluator.guard(lambda attrs: drv_path_of(attrs, evaluator.state), value))
                table.add(evaluator.state.store, paths[-1])
            sharing = compare_closures(paths[0], paths[1], table)
        if self.format == "json":
            text = json_text(sharing_data(sharing))
        else:
            text = sharing_text(sharing, *self.pair, everything=self.everything or self.format == "all")
        return text, bool(sharing.variants)

    def shared_values(self, evaluator: Evaluator) -> list[Value]:
        """The two packages: attributes of the set, or of files that they name."""
        if any("#" in word for word in self.pair):
            return [force(named_value(self, evaluator, word)) for word in self.pair]
        base = self.base(evaluator)
        return [auto_call(find_along_attr_path(base, word, {}), {}) for word in self.pair]


def speaking_once(host: Host) -> Host:
    """A host like *host*, except that what is written to the standard error a second time is not."""
    return host.twin(once(host.write_stderr))


def once(say: Callable[[str], None]) -> Callable[[str], None]:
    """*say* that says nothing twice: both versions have what they share."""
    said: set[str] = set()

    def say_once(text: str) -> None:
        if text not in said:
            said.add(text)
            say(text)

    return say_once


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
