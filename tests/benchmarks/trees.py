"""Real trees as benchmark programs: a nixpkgs of any age, its `lib`, corepkgs, home-manager, disko.

The trees are the user's: nothing of them is here. What a tree is, is told by its files; what cannot be evaluated
by Nix in it is left out, and said. A program prints the names of derivations, so evaluators that agree have
evaluated the same.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.contestants import Contestant, Failed
from tests.benchmarks.programs import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SETS = (100, 200, 400)
"""How many Python packages are evaluated, for growth; the second is in the table."""

CHUNK = 20
"""So many packages are tried together: of a chunk in which one fails in a way that no program can catch, none is
taken."""

MOST_CHUNKS = 60

SYSTEM = 'system = "x86_64-linux";'

BROWSERS = ("firefox", "gimp", "git", "vim", "perl")
"""Large packages: the first one that can be evaluated is taken."""

DRV_PATH = 'x: let r = builtins.tryEval (x.drvPath or "none"); in if r.success then "${r.value}" else "fails"'
"""The derivation of a package, as text; of what is none, or is refused, a word."""


class Part(NamedTuple):
    """A program that a tree may have: its name, and expressions of which the first that Nix can evaluate is taken."""

    name: str
    expressions: tuple[str, ...]


class Tree(NamedTuple):
    """A directory that was recognised: *label* for the table, *parts*, *packages* (an expression for the set that
    growth is looked at in, "" for none), how many of them are one program, and words for the command line."""

    label: str
    parts: list[Part]
    packages: str
    count: int
    arguments: tuple[str, ...] = ()


# -- what a directory is


def recognised(directory: Path, others: list[Path], scratch: Path) -> Tree | None:
    """What *directory* is, None if it is nothing known; *others* may have what it needs."""
    for kind in (nixpkgs, corepkgs, home_manager, disko, library):
        found = kind(directory, others, scratch)
        if found is not None:
            return found
    return None


def version(directory: Path) -> str:
    """What `.version` says, or the directory's name."""
    for file in (directory / ".version", directory / "lib" / ".version"):
        if file.is_file():
            return file.read_text("utf-8").strip()
    return directory.name


def nixpkgs(directory: Path, others: list[Path], scratch: Path) -> Tree | None:
    """A nixpkgs, of any age."""
    if not (directory / "pkgs/top-level/all-packages.nix").is_file():
        return None
    packages = f"import {directory} {{ {SYSTEM} config = {{ }}; }}"
    cross = (
        f'import {directory} {{ {SYSTEM} config = {{ }}; crossSystem.config = "aarch64-unknown-linux-gnu"; }}'
    )
    container = f"import {directory}/nixos {{ {SYSTEM} configuration.boot.isContainer = true; }}"
    machine = (
        f'import {directory}/nixos {{ {SYSTEM} configuration = {{ boot.loader.grub.device = "/dev/sda"; '
        'fileSystems."/".device = "/dev/sda1"; }; }'
    )
    parts = [
        Part("hello", (f"({packages}).hello.drvPath",)),
        Part("browser", tuple(f"({packages}).{name}.drvPath" for name in BROWSERS)),
        Part("cross hello", (f"({cross}).hello.drvPath",)),
        Part("NixOS container", (f"({container}).system.drvPath",)),
        Part("NixOS machine", (f"({machine}).system.drvPath",)),
        *library_parts(directory),
    ]
    python = f"({packages}).python3Packages"
    return Tree(f"nixpkgs {version(directory)}", parts, python, SETS[1], ("-I", f"nixpkgs={directory}"))


def library_parts(directory: Path) -> list[Part]:
    """`lib`'s own tests, as far as they are there."""
    tests = directory / "lib/tests/misc.nix"
    return [Part("lib tests", (f"import {tests}",))] if tests.is_file() else []


def library(directory: Path, others: list[Path], scratch: Path) -> Tree | None:
    """nixpkgs' `lib` alone, in a folder of that name or not: its tests, as far as they are there, and modules."""
    if (directory / "modules.nix").is_file() and (directory / "trivial.nix").is_file():
        return Tree(directory.name, [Part("modules", (modules(directory),))], "", 0)
    if not (directory / "lib/modules.nix").is_file():
        return None
    parts = [*library_parts(directory), Part("modules", (modules(directory / "lib"),))]
    return Tree(f"lib {version(directory)}", parts, "", 0)


def modules(directory: Path) -> str:
    """A program of 200 options and as many definitions, in the module system of a `lib`."""
    return (
        f"let lib = import {directory}; names = map toString (lib.range 1 200);\n"
        '  option = n: { options.s."x${n}" = lib.mkOption {\n'
        "    type = lib.types.attrsOf (lib.types.listOf lib.types.str); default = { }; }; };\n"
        '  value = n: { config.s."x${n}" = lib.mkIf (n != "7") { a = lib.mkBefore [ n ]; b = [ "c" ]; }; };\n'
        'in builtins.hashString "sha256" (builtins.toJSON (lib.evalModules {\n'
        "  modules = map option names ++ map value names ++ map value names; }).config.s)"
    )


def corepkgs(directory: Path, others: list[Path], scratch: Path) -> Tree | None:
    """corepkgs. It downloads its `lib` unless a tree of that is among *others*: then a copy takes that one."""
    if not ((directory / "pkgs-many").is_dir() and (directory / "pins.nix").is_file()):
        return None
    own = next(
        (each for each in others if (each / "modules.nix").is_file() and (each / "systems").is_dir()), None
    )
    place = directory
    if own is not None:
        place = scratch / f"copy-of-{directory.name}"
        shutil.copytree(directory, place, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        (place / "pins.nix").write_text(f"{{ lib = {own}; }}\n", "utf-8")
    packages = f"import {place} {{ {SYSTEM} }}"
    parts = [
        Part("stdenv", (f"({packages}).stdenv.drvPath",)),
        Part("hello", (f"({packages}).hello.drvPath",)),
    ]
    return Tree("corepkgs", parts, f"({packages})", SETS[0])


def newest_nixpkgs(others: list[Path]) -> Path | None:
    """Of the trees that are a nixpkgs, the newest."""
    found = [each for each in others if (each / "pkgs/top-level/all-packages.nix").is_file()]
    return max(found, key=version, default=None)


def home_manager(directory: Path, others: list[Path], scratch: Path) -> Tree | None:
    """home-manager, with the newest nixpkgs of *others*."""
    if not (directory / "modules/home-environment.nix").is_file():
        return None
    base = newest_nixpkgs(others) or "<nixpkgs>"
    configuration = (
        'home.username = "me"; home.homeDirectory = "/home/me"; home.stateVersion = "20.09"; '
        "programs.git.enable = true; programs.bash.enable = true;"
    )
    made = (
        f"import {directory}/modules {{ pkgs = import {base} {{ }}; configuration = {{ {configuration} }}; }}"
    )
    return Tree("home-manager", [Part("generation", (f"({made}).activationPackage.drvPath",))], "", 0)


def disko(directory: Path, others: list[Path], scratch: Path) -> Tree | None:
    """disko: the file systems of its examples, with the newest `lib` of *others*."""
    examples = directory / "example"
    if not ((directory / "disk-deactivate").is_dir() and examples.is_dir()):
        return None
    having = [each for each in others if (each / "lib/modules.nix").is_file()]
    lib = max(having, key=version, default=None)
    if lib is None:
        return None
    names = [f"./{name}" for name in ("simple-efi.nix", "hybrid.nix", "lvm-raid.nix", "btrfs-subvolumes.nix")]
    files = " ".join(f"({examples / name})" for name in names if (examples / name).is_file())
    text = (
        f"let lib = import {lib}/lib; it = import {directory}/lib {{ inherit lib; }};\n"
        '  device = { disks = [ "/dev/vda" "/dev/vdb" "/dev/vdc" ]; };\n'
        "  of = file: let e = import file; in if builtins.isFunction e then e device else e;\n"
        f"in builtins.toJSON (map (file: it.config (of file)) [ {files} ])"
    )
    return Tree("disko", [Part("examples", (text,))], "", 0)


# -- programs


def tree_programs(
    directories: list[Path], reference: Contestant, scratch: Path, say: Callable[[str], None], limit: float
) -> Iterator[Program]:
    """The programs that Nix can evaluate in the trees; `say` tells what is left out, and why."""
    for directory in directories:
        others = [each for each in directories if each != directory]
        tree = recognised(directory, others, scratch)
        if tree is None:
            say(f"{directory}: no tree that is known here")
            continue
        for part in tree.parts:
            program = first_that_works(tree, part, reference, scratch, say, limit)
            if program is not None:
                yield program
        if tree.packages:
            yield from package_programs(tree, reference, scratch, say, limit)


def written(name: str, expression: str, tree: Tree) -> Program:
    """A program of one expression."""
    return Program(name, 1, 1, "", None, "", make=lambda _, __: expression + "\n", arguments=tree.arguments)


def first_that_works(
    tree: Tree, part: Part, reference: Contestant, scratch: Path, say: Callable[[str], None], limit: float
) -> Program | None:
    """The program of a part, None if Nix fails at all of its expressions."""
    why = ""
    for expression in part.expressions:
        try:
            evaluated(expression, tree, reference, scratch, limit)
        except Failed as failure:
            why = why or str(failure)
            continue
        return written(f"{tree.label}: {part.name}", expression, tree)
    say(f"{tree.label}: {part.name} left out: {why}")
    return None


def evaluated(expression: str, tree: Tree, reference: Contestant, scratch: Path, limit: float) -> str:
    """What the reference prints for an expression. Raises Failed."""
    file = scratch / "try.nix"
    file.write_text(expression + "\n", "utf-8")
    return reference.run([*tree.arguments, str(file)], limit).output


def package_programs(
    tree: Tree, reference: Contestant, scratch: Path, say: Callable[[str], None], limit: float
) -> Iterator[Program]:
    """The program that evaluates many packages of a tree."""
    wanted = SETS[-1] if tree.count == SETS[1] else tree.count
    try:
        names = package_names(tree, wanted, reference, scratch, limit)
    except Failed as failure:
        say(f"{tree.label}: packages left out: {failure}")
        return
    if len(names) < wanted:
        say(f"{tree.label}: only {len(names)} packages can be evaluated of the first ones")
    if len(names) >= tree.count:
        yield packages_program(tree, names)


def packages_program(tree: Tree, names: list[str]) -> Program:
    """The first packages of *names*; its size says how many."""
    return Program(
        f"{tree.label}: packages", tree.count, SETS[0], "", None, "",
        make=lambda _, size: derivations(tree, names[:size]) + "\n",
        sizes=SETS if len(names) >= SETS[-1] else (),
        arguments=tree.arguments,
    )  # fmt: skip


def derivations(tree: Tree, names: list[str]) -> str:
    """A program that prints one hash for the derivations of packages."""
    items = " ".join(f'(p."{name}" or null)' for name in names)
    return (
        f'let p = {tree.packages}; in builtins.hashString "sha256" (toString (map ({DRV_PATH}) [ {items} ]))'
    )


def package_names(tree: Tree, wanted: int, reference: Contestant, scratch: Path, limit: float) -> list[str]:
    """The names of packages that Nix can evaluate, in alphabetic order. Raises Failed if it has no names to try."""
    listed = f"toString (builtins.attrNames {tree.packages})"
    known = evaluated(listed, tree, reference, scratch, limit).strip('"').split(" ")
    found: list[str] = []
    for start in range(0, min(len(known), CHUNK * MOST_CHUNKS), CHUNK):
        chunk = known[start : start + CHUNK]
        try:
            evaluated(derivations(tree, chunk), tree, reference, scratch, limit)
        except Failed:
            continue
        found += chunk
        if len(found) >= wanted:
            break
    return found[:wanted]
