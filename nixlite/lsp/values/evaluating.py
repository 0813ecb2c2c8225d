"""Values of parts of a file, for hovering, completing and going to definitions: the work of the child
process.

A part is evaluated in its scope. What the functions around it are called with is known for three of them: the
function that a file is gets what `callPackage` would give it, or its defaults; that of an overlay the package
set and the one before; that of `x.overrideAttrs` what `x` is made of. What comes from other arguments is not
known, and nothing is said of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError, UndefinedVariable
from nixlite.evaluator import Evaluator
from nixlite.host.configuration import load_configuration
from nixlite.host.lookup_path import lookup_path, parse_entry
from nixlite.host.settings import ERROR, Settings
from nixlite.limits.budget import Budget, Limits
from nixlite.lsp.texts.tree import MISSING
from nixlite.lsp.values.buffers import EditedHost
from nixlite.lsp.values.scoping import (
    OUTER,
    OVERLAY_NAMES,
    chain_of,
    is_code,
    is_inner_of,
    is_outermost,
    is_outputs,
    is_overlay,
    same,
    scope_nodes,
    scoped,
    way_to,
)
from nixlite.runtime.thunk import force
from nixlite.source import Source
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nixlite.cache.files import Cache
    from nixlite.runtime.values import Lazy

UNKNOWN = "it depends on an argument that is not known here"
OVERRIDES = ("overrideAttrs", "overridePythonAttrs", "overrideDerivation")
PACKAGE_SETS: dict[str, frozenset[str]] = {
    "python3Packages": frozenset(
        {"buildPythonPackage", "buildPythonApplication", "pythonOlder", "pythonAtLeast", "isPy3k", "pytest",
         "pytestCheckHook", "setuptools", "numpy", "six"}
    ),
    "xorg": frozenset({"libX11", "libXext", "libXrender", "libXi", "xorgproto", "libxcb"}),
    "perlPackages": frozenset({"buildPerlPackage", "buildPerlModule"}),
    "haskellPackages": frozenset({"mkDerivation", "base"}),
    "ocamlPackages": frozenset({"buildDunePackage", "findlib", "ocamlbuild"}),
    "libsForQt5": frozenset({"qtbase", "extra-cmake-modules", "qttools"}),
    "rPackages": frozenset({"buildRPackage"}),
    "coqPackages": frozenset({"mkCoqDerivation"}),
    "beamPackages": frozenset({"buildMix", "buildRebar3", "erlang"}),
    "linuxPackages": frozenset({"kernel"}),
}  # fmt: skip
"""Sets of <nixpkgs> whose `callPackage` gives more than the outermost one's, and names that tell that it is
meant. (To look into each of them would take seconds.)"""

OF_MODULES = frozenset({"config", "options", "modulesPath", "specialArgs", "self", "inputs"})
"""Arguments of modules and flakes, which no package set gives."""
MOST_TREES = 8
"""Files whose trees are kept."""
PACKAGES = "import <nixpkgs> { }"
OVERLAID = "overlay: import <nixpkgs> { overlays = [ overlay ]; }"
OLD = "package: (package.overrideAttrs (old: { passthru = { nixliteOld = old; }; })).nixliteOld"


class Part:
    """A part of a text: *text* is that of the file at *path*, from *start* to *end* is an expression.

    *attribute*: names that are selected from its value. *variable*: what is meant is a variable there.
    """

    __slots__ = ("attribute", "end", "path", "start", "text", "variable")

    def __init__(
        self, path: str, text: str, start: int, end: int, attribute: Sequence[str] = (),
        variable: str | None = None,
    ) -> None:  # fmt: skip
        self.variable = variable
        self.path = path
        self.text = text
        self.start = start
        self.end = end
        self.attribute = tuple(attribute)


class Values:
    """Evaluates parts of files; remembers what files are, and the package set, as long as they are the same.

    *options*: `nixpkgs` (a path, or Nix code for the set), `nixPath`, `seconds`.
    """

    def __init__(self, options: dict[str, Any], cache: Cache | None = None) -> None:
        self.options = options
        self.host = EditedHost(network=options["network"])
        self.disk = cache
        self.evaluator = self.make_evaluator()
        self.kept: dict[str, Lazy] = {}
        self.trees: dict[str, tuple[list[n.Expr], Source]] = {}

    # -- evaluators

    def make_settings(self) -> Settings:
        """The settings of an evaluation."""
        settings = Settings()
        load_configuration(settings, self.host)
        settings.verbosity = ERROR
        settings.read_only = True
        nixpkgs = self.options.get("nixpkgs") or ""
        entries = list(self.options.get("nixPath") or [])
        if nixpkgs and not is_code(nixpkgs):
            entries.insert(0, f"nixpkgs={nixpkgs}")
        if entries:
            settings.lookup_path = [parse_entry(entry) for entry in entries]
        return settings

    def make_evaluator(self) -> Evaluator:
        """An evaluator that knows nothing yet."""
        return Evaluator(self.make_settings(), self.host, self.disk)

    def refresh(self, open_files: dict[str, str]) -> None:
        """Take in what was changed: files that an editor has open, and others that were read."""
        self.host.open = open_files
        self.host.said.clear()
        changed = self.host.changed()
        if not changed:
            return
        own = [path for path in changed if not self.is_nixpkgs(path)]
        if len(own) == len(changed):
            for path in list(self.evaluator.files):
                if not self.is_nixpkgs(path):
                    del self.evaluator.files[path]
            self.host.seen = {path: s for path, s in self.host.seen.items() if self.is_nixpkgs(path)}
        else:
            self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.host.seen.clear()
        self.kept.clear()
        self.trees.clear()
        self.evaluator = self.make_evaluator()

    def is_nixpkgs(self, path: str) -> bool:
        """Whether a file belongs to the package set or to what it reads at its start."""
        return path.startswith(self.nixpkgs_folders()) or "/.config/nixpkgs/" in path

    def nixpkgs_folders(self) -> tuple[str, ...]:
        """The folders of package sets."""
        entries = lookup_path(self.evaluator.settings, self.host)
        folders = [path for prefix, path in entries if prefix == "nixpkgs"]
        real = [self.host.real_path(path) for path in folders if path.startswith("/")]
        return tuple([f"{path.rstrip('/')}/" for path in [*folders, *real] if path.startswith("/")]) or (
            "\0",
        )

    def limited(self, work: Any) -> Any:
        """What *work*, which evaluates, gives; within the limits of one question."""
        self.evaluator.budget = Budget(Limits(seconds=self.options.get("seconds") or 5.0))
        return self.evaluator.guard(lambda _: work(), None)

    # -- parts

    def tree(self, path: str, text: str, number: int = 0) -> tuple[n.Expr, Source]:
        """A tree of a text, the last ones being kept; parts of a large one are only skimmed. Several, by
        *number*, are alike: a node cannot be in two places."""
        found = self.trees.get(path)
        if found is None or found[1].text != text:
            folder = path.rpartition("/")[0] or "/"
            if len(self.trees) >= MOST_TREES:
                del self.trees[next(iter(self.trees))]
            found = self.trees[path] = ([], Source(path, text, base=folder, path=path))
        trees, source = found
        while len(trees) <= number:
            trees.append(self.evaluator.parse(source, skim=True))
        self.evaluator.sources[path] = source
        return trees[number], source

    def lazies(self, path: str, text: str, spans: Sequence[tuple[int, int]]) -> list[Lazy]:
        """The values, not yet evaluated, of parts of a text that are in the same scope."""
        found: Any = self.placed(path, text, spans, lambda ways: [way[-1] for way in ways])
        return list(found)

    def variable(self, path: str, text: str, span: tuple[int, int], name: str) -> Lazy:
        """The value, not yet evaluated, of a variable as it is at the beginning of a part."""
        at = span[0]
        found: Any = self.placed(path, text, [span], lambda _: [n.Var(name, n.NO_POS, at, at)], exact=False)
        value: Lazy = found[0]
        return value

    def placed(
        self, path: str, text: str, spans: Sequence[tuple[int, int]],
        parts: Callable[[list[list[n.Expr]]], list[n.Expr]], *, exact: bool = True,
    ) -> Any:  # fmt: skip
        """The list of *parts*, which are made of the ways to spans, in what is around them."""
        tree, source = self.tree(path, text)
        way = way_to(tree, *spans[0])
        number, around = 0, []
        for at, through in scope_nodes(way):
            around.append(way_to(self.tree(path, text, number)[0], *spans[0])[at])
            number += through
        ways = [way_to(self.tree(path, text, number)[0], *span) for span in spans]
        for found, (start, end) in zip(ways, spans, strict=True):
            if exact and (found[-1].start, found[-1].end) != (start, end):
                raise NixError("there is no expression")
        body = n.ListLiteral(tuple(parts(ways)), n.NO_POS, tree.start, tree.end)
        return self.run(tree, source, around, body)

    def run(self, tree: n.Expr, source: Source, around: Sequence[n.Expr], body: n.Expr) -> Any:
        """The value of a part in what is around it."""
        evaluator = self.evaluator
        values = self.arguments(tree, source, around)
        made, wanted = scoped(around, body, frozenset(values))
        scope: dict[str, Lazy] = {argument.outer: not_known(argument.name) for argument in wanted}
        scope |= {name: value for name, value in values.items() if name in scope}
        scope[MISSING] = not_known("what is missing")
        for _ in range(200):
            try:
                compiled = evaluator.compile(made, source, tuple(scope))
                break
            except UndefinedVariable as error:
                name = error.message.partition("'")[2].rpartition("'")[0]
                if not name or name in scope:
                    raise
                scope[name] = failing(error)
        return evaluator.run(compiled, scope)

    # -- what functions are called with

    def arguments(self, tree: n.Expr, source: Source, around: Sequence[n.Expr]) -> dict[str, Lazy]:
        """The values of arguments that are known, by their outer names."""
        found: dict[str, Lazy] = {}
        functions = [node for node in around if isinstance(node, n.Lambda)]
        for number, function in enumerate(functions):
            outer = f"{OUTER}{number}"
            if not number and is_overlay(tree):
                found[f"{outer}@{function.argument}"] = [of_overlay, (self, source)]
            elif number == 1 and is_overlay(tree) and is_inner_of(function, tree):
                found[f"{outer}@{function.argument}"] = [packages, self]
            elif not number and function.formals is not None and is_outermost(tree, function):
                found |= self.called(function, outer)
            elif source.name.endswith("/flake.nix") and is_outputs(tree, function):
                found |= self.of_flake(source, function, outer)
            else:
                found |= self.inner(tree, source, function, outer)
            found = self.by_name(tree, function, outer) | found
        return found

    def of_flake(self, source: Source, function: n.Lambda, outer: str) -> dict[str, Lazy]:
        """What the function `outputs` of a flake is called with, as far as that is here: `nixpkgs` is the
        package set of the settings, whatever is locked, `self` has the outputs."""
        inputs: dict[str, Lazy] = {
            "self": [of_part, (self, source, function.body)],
            "nixpkgs": [flake_of_packages, self],
        }
        found = {f"{outer}.{name}": value for name, value in inputs.items()}
        if function.argument is not None:
            found[f"{outer}@{function.argument}"] = inputs
        formals = (
            {f"{outer}.{formal.name}" for formal in function.formals.items} if function.formals else set()
        )
        return {name: value for name, value in found.items() if "@" in name or name in formals}

    def by_name(self, tree: n.Expr, function: n.Lambda, outer: str) -> dict[str, Lazy]:
        """What is called `pkgs` or `lib` is that everywhere; in nixpkgs' own `res: pkgs: super:`, so are the
        others."""
        names = [(function.argument, f"{outer}@{function.argument}")] if function.argument else []
        if function.formals is not None:
            names = [(f.name, f"{outer}.{f.name}") for f in function.formals.items if f.default is None]
        alike = OVERLAY_NAMES | {"res"} if "pkgs" in chain_of(tree) else ()
        found: dict[str, Lazy] = {}
        for name, key in names:
            if name == "pkgs" or (name in alike and function.formals is None):
                found[key] = [packages, self]
            elif name == "lib":
                found[key] = [library, self]
        return found

    def called(self, function: n.Lambda, outer: str) -> dict[str, Lazy]:
        """What `callPackage` gives the function that a file is."""
        assert function.formals is not None
        names = [formal.name for formal in function.formals.items if formal.name not in OF_MODULES]
        required = [formal.name for formal in function.formals.items if formal.default is None]
        if not required:
            return {}
        found: dict[str, Lazy] = {}
        where = self.set_for(tuple(required))
        for name in names:
            value: Any = self.package(where, name)
            if value is not None:
                found[f"{outer}.{name}"] = value
        return found

    def set_for(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The sets whose `callPackage` gives most of *names*: the outermost one, and perhaps one in it."""
        pkgs: Any = force([packages, self])
        absent = {name for name in names if name not in pkgs}
        for inner, marks in PACKAGE_SETS.items():
            if inner in pkgs and not marks.isdisjoint(absent):
                return (inner,)
        return ()

    def package(self, where: tuple[str, ...], name: str) -> Lazy | None:
        """An argument that `callPackage` gives."""
        pkgs: dict[str, Lazy] = packages(self)
        if name == "pkgs":
            return pkgs
        for inner in where:
            attrs: Any = tried(pkgs[inner])
            if type(attrs) is dict and name in attrs:
                found: Lazy = attrs[name]
                return found
        return pkgs.get(name)

    def inner(self, tree: n.Expr, source: Source, function: n.Lambda, outer: str) -> dict[str, Lazy]:
        """What the function in `x.overrideAttrs (old: …)`, or in `mkDerivation (final: …)`, is called
        with."""
        way = way_to(tree, function.start, function.end)
        while way and not same(way[-1], function):
            way.pop()
        before = way[:-1]
        curried = bool(before) and isinstance(before[-1], n.Lambda) and same(before[-1].body, function)
        call = before[-2 if curried else -1] if len(before) > curried else None
        if function.argument is None or not isinstance(call, n.Call):
            return {}
        if not isinstance(call.function, n.Select):
            return {}
        name = call.function.path[-1]
        takes_two = not curried and isinstance(function.body, n.Lambda)
        if name in OVERRIDES and not takes_two:
            return {f"{outer}@{function.argument}": [of_override, (self, source, call.function)]}
        if name == "mkDerivation" or (takes_two and name in OVERRIDES):
            return {f"{outer}@{function.argument}": [of_part, (self, source, call)]}
        return {}


# -- thunks


def packages(values: Values) -> Any:
    """The package set."""
    if "pkgs" not in values.kept:
        code = values.options.get("nixpkgs") or ""
        text = code if is_code(code) else PACKAGES
        values.kept["pkgs"] = values.evaluator.evaluate_source(Source("«nixpkgs»", text, base="/"))
    return values.kept["pkgs"]


def library(values: Values) -> Any:
    """The library of the package set."""
    pkgs: Any = packages(values)
    return force(pkgs["lib"])


FLAKE = """\
pkgs: {
  lib = pkgs.lib;
  legacyPackages.${pkgs.stdenv.hostPlatform.system or pkgs.system} = pkgs;
  outPath = pkgs.path;
}
"""


def flake_of_packages(values: Values) -> Any:
    """The flake `nixpkgs`, as far as outputs of others look into it."""
    function: Any = values.evaluator.evaluate_source(Source("«flake»", FLAKE, base="/"))
    return values.evaluator.base["call"](function, packages(values))


def of_part(payload: Any) -> Any:
    """The value of a part of a file."""
    values, source, node = payload
    return force(values.lazies(source.name, source.text, [(node.start, node.end)])[0])


def of_overlay(payload: Any) -> Any:
    """The package set with the overlay that a file is."""
    values, source = payload
    tree, _ = values.tree(source.name, source.text)
    overlay = values.lazies(source.name, source.text, [(tree.start, tree.end)])[0]
    function: Any = values.evaluator.evaluate_source(Source("«overlay»", OVERLAID, base="/"))
    return values.evaluator.base["call"](function, overlay)


def of_override(payload: Any) -> Any:
    """What the package is made of that `overrideAttrs` is called on."""
    values, source, select = payload
    subject = select.subject
    package = values.lazies(source.name, source.text, [(subject.start, subject.end)])[0]
    for name in select.path[:-1]:
        attrs: Any = force(package)
        if type(attrs) is not dict or name not in attrs:
            raise NixError(f"{UNKNOWN}: {name}")
        package = attrs[name]
    function: Any = values.evaluator.evaluate_source(Source("«old»", OLD, base="/"))
    return values.evaluator.base["call"](function, package)


def unknown(name: str) -> Any:
    """The code of a thunk for an argument that is not known."""
    error = NixError(f"{UNKNOWN}: {name}")
    raise error


def not_known(name: str) -> Any:
    """A thunk for an argument that is not known."""
    return [unknown, name]


def raising(error: NixError) -> Any:
    """The code of a thunk that fails."""
    raise error


def failing(error: NixError) -> Any:
    """A thunk that fails."""
    return [raising, error]


def tried(x: Lazy) -> Any:
    """The value of a lazy, None where it fails."""
    try:
        return force(x)
    except NixError:
        return None
