"""The rules about `overrideAttrs` and `override`: what comes too late, what is lost, what nothing reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import did_you_mean, levenshtein
from nixlite.explain.lint.building import BUILDERS
from nixlite.explain.lint.overlay_rules import BUILT_FROM, some
from nixlite.explain.lint.tree import Finding, callee_name, written_set
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.lint.asking import Package
    from nixlite.explain.lint.program import Linted
    from nixlite.explain.lint.shapes import Change

WHERE_FROM = frozenset(("url", "urls", "rev", "tag"))
"""Arguments of fetchers that say which version is fetched."""

LATE = frozenset(("rev", "tag", "owner", "repo", "url", "urls", "version", "ref"))
"""Arguments that fetchers make their URLs of."""

HASHES = frozenset(("hash", "sha256", "sha512", "sha1", "md5", "outputHash"))

CONSUMED = {
    "vendorSha256": ("buildGoModule", "goModules"),
    "modSha256": ("buildGoModule", "goModules"),
    "cargoSha256": ("buildRustPackage", "cargoDeps"),
    "cargoHash": ("buildRustPackage", "cargoDeps"),
}
"""Arguments that a builder makes another derivation of before `mkDerivation` is called: the builder, and the
attribute which that derivation becomes. Not `vendorHash`, which `buildGoModule` reads from the finished
attributes since nixpkgs 25.05, nor `npmDepsHash`, which many a package reads itself."""

VENDORED = frozenset(("goModules", "go-modules", "cargoDeps", "cargoVendorDir", "npmDeps"))

NESTED = ("env", "meta", "passthru")
"""Attributes of a derivation that are sets, of which an override mostly wants to change a part."""

MOST_ARGUMENTS = 20

INPUTS = ("buildInputs", "nativeBuildInputs", "propagatedBuildInputs")

KNOWN = frozenset(
    ("name", "pname", "version", "src", "srcs", "patches", "prePatch", "postPatch", "buildInputs",
     "nativeBuildInputs", "propagatedBuildInputs", "checkInputs", "nativeCheckInputs", "configureFlags",
     "cmakeFlags", "makeFlags", "mesonFlags", "ldflags", "preBuild", "postBuild", "preInstall",
     "postInstall", "preConfigure", "postConfigure", "preCheck", "postCheck", "preFixup", "postFixup",
     "preUnpack", "postUnpack", "buildPhase", "checkPhase", "doCheck", "meta", "passthru", "env", "outputs",
     "output", "dependencies",
     "dependency", "path", "paths", "hash", "tag", "tags")
)  # fmt: skip
"""Names that are no misspelling of others, though some are alike."""


def old_versions(program: Linted) -> Iterator[Finding]:
    """`version = "4"; src = fetchurl { url = "…${old.version}…"; }`: the version before the override."""
    for change in program.shapes.changes:
        for attrs in change.results:
            version, src = attrs.bindings.get("version"), attrs.bindings.get("src")
            if version is None or src is None or src.value is None or change.old is None:
                continue
            if version.value is None or program.shapes.uses(version.value, change.old):
                continue  # `version = "${old.version}-patched"`
            for offset in places_of_old_version(program, change, src.value):
                old = f"{change.old.name}.version"
                new = f"{change.final.name}.version" if change.final is not None else "version"
                yield Finding(
                    offset,
                    "old-version",
                    f"'{old}' is the version before this override, so the source is still that of the old"
                    f" version; probably '{new}' is meant, which is given here",
                    new
                    if change.final is not None or attrs.recursive
                    else "rec { version = …; … ${version} … }",
                )


def places_of_old_version(program: Linted, change: Change, src: n.Expr) -> Iterator[int]:
    """Where `old.version` is in the URL or revision of a fetcher's arguments."""
    for node in walk(src):
        if type(node) is not n.AttrSet:
            continue
        for name, binding in node.bindings.items():
            if name in WHERE_FROM and binding.value is not None:
                uses = program.shapes.uses(binding.value, change.old, "version")
                if uses:
                    yield uses[0].start


def misspelt_names(program: Linted) -> Iterator[Finding]:
    """`buildInputs = old.builtInputs or [ ] ++ …`: the old value is asked for by another name."""
    for change in program.shapes.changes:
        if change.old is None:
            continue
        for attrs in change.results:
            for name, binding in attrs.bindings.items():
                if binding.value is None or program.shapes.uses(binding.value, change.old, name):
                    continue
                for node in walk(binding.value):
                    other = old_name(program, change, node)
                    if other is not None and is_misspelt(other, name, attrs):
                        yield misspelt_finding(program, change, node, other, name)


def old_name(program: Linted, change: Change, node: n.Expr) -> str | None:
    """The name that is selected from the old attributes by a node, if it is that."""
    if type(node) is not n.Select or program.analysis.variables.get(node.subject) is not change.old:
        return None
    name = node.path[0]
    return name if isinstance(name, str) else None


def is_misspelt(other: str, name: str, attrs: n.AttrSet) -> bool:
    """Whether a name is unknown and hardly different from the one that is assigned."""
    if other in KNOWN or name not in KNOWN or other in attrs.bindings or len(name) < 5:
        return False
    return levenshtein(other, name) <= 2


def misspelt_finding(program: Linted, change: Change, node: Any, other: str, name: str) -> Finding:
    """What is said of a name that is misspelt."""
    assert change.old is not None
    old = change.old.name
    lost = (
        "so what is after 'or' is taken and the package's own value is lost"
        if node.default is not None
        else "so this fails"
    )
    return Finding(
        node.start,
        "misspelt-name",
        f"'{old}.{other}' is assigned to '{name}': there is no attribute '{other}', {lost}; probably"
        f" '{old}.{name}' is meant",
        f"{old}.{name}" + (f" or {program.text(node.default)}" if node.default is not None else ""),
    )


def consumed_arguments(program: Linted) -> Iterator[Finding]:
    """`overrideAttrs (old: { cargoHash = …; })`: the builder has used it before."""
    for change in program.shapes.changes:
        for attrs in change.results:
            if change.method != "overrideAttrs" or VENDORED & set(attrs.bindings):
                continue
            for name, binding in attrs.bindings.items():
                if name in CONSUMED and binding.kind == n.PLAIN:
                    yield consumed_finding(program, change, name, binding)


def consumed_finding(program: Linted, change: Change, name: str, binding: n.Binding) -> Finding:
    """What is said of an argument that the builder has used up."""
    builder, attribute = CONSUMED[name]
    old = change.old.name if change.old is not None else "old"
    value = program.text(binding.value) if binding.value is not None else "…"
    if attribute == "goModules":
        fix = (
            f"override the builder's argument: {program.text(change.package)}.override"
            f" {{ {builder} = args: {builder} (args // {{ {name} = {value}; }}); }}"
        )
    elif name == "cargoSha256":
        fix = f"{attribute} = {old}.{attribute}.overrideAttrs (_: {{ outputHash = {value}; }});"
    else:  # since nixpkgs 25.05 `cargoDeps` is made of another derivation, which has the hash
        fix = f"{attribute} = rustPlatform.fetchCargoVendor {{ src = …; hash = {value}; }};"
    return Finding(
        binding.pos,
        "consumed-argument",
        f"'{name}' comes too late: {builder} has used its argument up, to make '{attribute}', before"
        " overrideAttrs sees it; here it only becomes an environment variable that nothing reads",
        fix,
    )


def missing_patches(program: Linted) -> Iterator[Finding]:
    """`patches = old.patches ++ [ … ]`: fails for a package that has no patches."""
    for change in program.shapes.changes:
        for attrs in change.results:
            binding = attrs.bindings.get("patches")
            if binding is None or binding.value is None or change.old is None:
                continue
            asked = program.shapes.uses(attrs, change.old, "patches")
            if len(asked) != 1 or asks(program, change, attrs) or has(program, change, "patches"):
                continue
            (node,) = asked
            if node in added(binding.value) and type(node) is n.Select and node.default is None:
                old = change.old.name
                known = known_package(program, change)  # which has none, or it would not be told
                certain = known is not None and known.old is not None and not program.packages.stand_in
                yield Finding(
                    node.start,
                    "missing-patches",
                    f"'{old}.patches' fails for a package that has no patches"
                    + (
                        ", as this one in <nixpkgs>"
                        if certain
                        else "; most have none, and a new version may lose them"
                    ),
                    f"({old}.patches or [ ])",
                )


def added(value: n.Expr) -> list[n.Expr]:
    """What a list is put together of with `++`."""
    if type(value) is n.Binary and value.op == "++":
        return [*added(value.left), *added(value.right)]
    return [value]


def asks(program: Linted, change: Change, attrs: n.AttrSet) -> bool:
    """Whether `old ? patches` is asked in the set."""
    return any(
        type(node) is n.HasAttr
        and node.path[0] == "patches"
        and program.analysis.variables.get(node.subject) is change.old
        for node in walk(attrs)
    )


def replaced_lists(program: Linted) -> Iterator[Finding]:
    """`overrideAttrs (old: { buildInputs = [ … ]; })` where the package has others, which are dropped."""
    for change in program.shapes.changes:
        if change.method != "overrideAttrs" or change.old is None or change.old.name.startswith("_"):
            continue  # who does not take the old attributes means to do without
        if not is_given(program, change):
            continue
        for attrs in change.results:
            if program.shapes.uses(change.call.arguments[0], change.old):
                continue  # who knows how to keep what there was means not to
            for name in INPUTS:
                binding = attrs.bindings.get(name)
                value = binding.value if binding is not None else None
                listed = value.body if type(value) is n.With else value
                if binding is None or value is None or type(listed) is not n.ListLiteral:
                    continue
                if listed.items and has(program, change, name) is not False:
                    yield list_finding(program, change, name, binding.pos, program.text(value))


def list_finding(program: Linted, change: Change, name: str, offset: int, value: str) -> Finding:
    """What is said of a list that replaces another one."""
    old = change.old.name if change.old is not None else "old"
    known = known_package(program, change)
    had = list(known.lists.get(name, ())) if known is not None and not program.packages.stand_in else []
    return Finding(
        offset,
        "replaced-list",
        f"this list takes the place of the package's '{name}'"
        + (f" ({some(had)})" if had else "")
        + " instead of adding to it: what it does not name again is lost",
        f"{name} = ({old}.{name} or [ ]) ++ {value};",
    )


def dropped_parts(program: Linted) -> Iterator[Finding]:
    """`overrideAttrs (old: { env.x = 1; })` drops the rest of `env`."""
    for change in program.shapes.changes:
        for attrs in change.results:
            for name in NESTED:
                binding = attrs.bindings.get(name)
                value = binding.value if binding is not None else None
                if (
                    binding is None
                    or type(value) is not n.AttrSet
                    or value.recursive
                    or change.method != "overrideAttrs"
                ):
                    continue
                if program.shapes.uses(value, change.old, name):
                    continue  # `{ inherit (old.meta) license; … }` has chosen
                if not has(program, change, name) and (name != "meta" or is_whole_meta(value)):
                    continue
                old = change.old.name if change.old is not None else "old"
                yield Finding(
                    binding.pos,
                    "dropped-set",
                    f"this '{name}' takes the place of the package's whole '{name}': what else is in that is"
                    " lost",
                    f"{name} = {old}.{name} or {{ }} // {written_set(program, value)};",
                )


def is_whole_meta(attrs: n.AttrSet) -> bool:
    """Whether a `meta` says all there is to be said of a package, as for another one."""
    return {"description", "license"} <= set(attrs.bindings)


# -- what is known of the package


def has(program: Linted, change: Change, name: str) -> bool | None:
    """Whether the builder of the package that is changed was given an attribute; None: not known."""
    made = program.meaning(change.package)
    if (
        type(made) is n.Call
        and callee_name(made.function) in BUILDERS
        and type(made.arguments[0]) is n.AttrSet
    ):
        return name in made.arguments[0].bindings
    known = known_package(program, change)
    if known is None or known.old is None:
        return None
    return name in known.old and known.lists.get(name, True) != ()


def is_given(program: Linted, change: Change) -> bool:
    """Whether the package that is changed is one of a set or an argument, and not made here."""
    root = program.shapes.root(program.meaning(change.package))
    return root is not None and root[0] not in program.values


def known_package(program: Linted, change: Change) -> Package | None:
    """What is known of the package that is changed, where it is one of the set of all packages."""
    path = program.shapes.package_path(change.package)
    return program.packages.get(path) if path else None


def late_sources(program: Linted) -> Iterator[Finding]:
    """`src = old.src.overrideAttrs (s: { rev = …; })`: the URL is made, and the hash stays."""
    for change in program.shapes.changes:
        package = change.package
        path = package.path if type(package) is n.Select else ()
        if change.method != "overrideAttrs" or not path or path[-1] != "src":
            continue
        for attrs in change.results:
            late = [name for name in attrs.bindings if name in LATE]
            if late and not HASHES & set(attrs.bindings) and not attrs.dynamic:
                yield late_finding(program, change, attrs, late)


def late_finding(program: Linted, change: Change, attrs: n.AttrSet, late: list[str]) -> Finding:
    """What is said of a fetcher's argument that `overrideAttrs` gives."""
    names = " and ".join(f"'{name}'" for name in late)
    given = " ".join(
        f"{name} = {program.text(b.value) if (b := attrs.bindings[name]).value is not None else '…'};"
        for name in late
    )
    return Finding(
        attrs.bindings[late[0]].pos,
        "late-source",
        f"{names} on src {'comes' if len(late) == 1 else 'come'} too late: most fetchers have made the URL of"
        " their arguments before; and the hash stays, by which the old source is found, whatever the URL",
        f"{program.text(change.package)}.override {{ {given} hash = …; }}  (sha256, if the package has that)",
    )


# -- override


def override_arguments(program: Linted) -> Iterator[Finding]:
    """`.override { x = …; }` of a function that is known and has no argument `x`."""
    for node in program.of(n.Call):
        if type(node.function) is not n.Select:
            continue
        select, attrs = node.function, node.arguments[0]
        change = attrs.body if type(attrs) is n.Lambda else attrs
        if select.path[-1] != "override" or type(change) is not n.AttrSet or change.dynamic:
            continue
        names, refused, where = accepted_names(program, select, change)
        for name in refused:
            hint = did_you_mean(name, names)
            package = program.text(select)[: -len(".override")]
            yield Finding(
                change.bindings[name].pos,
                "override-argument",
                f"'{name}' is no argument of the function of '{package}'{where}, so override fails"
                f" (its arguments: {some(names, MOST_ARGUMENTS)})" + (f". {hint}" if hint else ""),
                f"{package}.overrideAttrs (old: {{ {attribute_name(name)} = …; }})"
                if name in BUILT_FROM
                else "",
            )


def accepted_names(program: Linted, select: n.Select, attrs: n.AttrSet) -> tuple[list[str], list[str], str]:
    """The arguments of a package's function, those of a set that it would refuse, and who says so."""
    formals = callee_formals(program, select.subject) if len(select.path) == 1 else None
    if formals is not None:
        names = [formal.name for formal in formals.items]
        return names, [name for name in attrs.bindings if name not in names and not formals.ellipsis], ""
    path = program.shapes.package_path(select)[:-1]
    known = program.packages.get(path) if path else None
    if known is None or not known.arguments:
        return [], [], ""
    unknown = [name for name in attrs.bindings if name not in known.arguments]
    if program.packages.stand_in:  # other sets have the same packages with more arguments
        unknown = [name for name in unknown if name in BUILT_FROM]
    return list(known.arguments), unknown, " in <nixpkgs>"


def callee_formals(program: Linted, package: n.Expr) -> n.Formals | None:
    """The named arguments of the function that a package is made with, where that can be seen."""
    node = program.meaning(package)
    if type(node) is not n.Call or callee_name(node.function) not in ("callPackage", "makeOverridable"):
        return None
    function: Any = program.meaning(node.arguments[0])
    if type(function) is n.Call and callee_name(function.function) == "import":
        function = function.arguments[0]
    if type(function) is n.PathLiteral:
        function = program.imported(function.value)
    return function.formals if type(function) is n.Lambda else None
