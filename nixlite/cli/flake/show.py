"""`nixlite flake show`: the outputs of a flake as a tree. Manual: `nix flake show`."""

from __future__ import annotations

from nixlite.builtins.flakes import call_flake
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import turn_on
from nixlite.cli.flake.commands import (
    BOLD,
    BRANCH,
    FLAGS,
    JSON,
    LAST_BRANCH,
    NO_TRUNK,
    NORMAL,
    TRUNK,
    FlakeCommand,
)
from nixlite.errors import EvalError, ImportFromDerivation, NixTypeError
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, NixPath, show_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy, Value

    Path = tuple[str, ...]

GREEN, MAGENTA = "\x1b[32;1m", "\x1b[35;1m"

OF_SYSTEMS = ("apps", "checks", "devShells", "legacyPackages", "packages")
"""Outputs with a set for each system and things in it."""
SETS_OF_SYSTEMS = ("apps", "checks", "devShells", "packages")
TREES = (
    "defaultApp", "defaultPackage", "devShell", "formatter", "nixosConfigurations", "nixosModules",
    "overlays", "templates",
)  # fmt: skip
"""Outputs that are a set of things."""
ONE_A_SYSTEM = ("defaultPackage", "devShell", "formatter")
"""Outputs with one derivation for each system."""
HIDDEN_WHEN_EMPTY = ("formatter", "nixosConfigurations", "nixosModules", "overlays")


class Cursor:
    """A value among the outputs and the path that leads to it; it is evaluated when that is asked for."""

    def __init__(self, value: Lazy, path: Path = ()) -> None:
        self.lazy = value
        self.path = path

    @property
    def name(self) -> str:
        """The path as messages have it."""
        return ".".join(self.path)

    @property
    def value(self) -> Value:
        """The value in WHNF."""
        return force(self.lazy)

    def names(self) -> list[str]:
        """The names of the attributes. Raises NixTypeError for what is no set."""
        value = self.value
        if type(value) is not dict:
            raise NixTypeError(f"'{self.name}' is not an attribute set")
        return sorted(value)

    def find(self, name: str) -> Cursor | None:
        """An attribute, None where there is none or this is no set."""
        value = self.value
        if type(value) is not dict or name not in value:
            return None
        return Cursor(value[name], (*self.path, name))

    def get(self, name: str) -> Cursor:
        """An attribute. Raises EvalError where there is none."""
        found = self.find(name)
        if found is None:
            raise EvalError(f"attribute '{'.'.join((*self.path, name))}' does not exist")
        return found

    def text(self) -> str:
        """A string. Raises NixTypeError."""
        value: Any = self.value
        if type(value) is ContextString:
            return value.text
        if type(value) is NixPath:
            return str(value.path)
        if type(value) is str:
            return value
        raise NixTypeError(f"'{self.name}' is not a string but {show_type(value)}")

    def is_derivation(self) -> bool:
        """Whether this says that it is a derivation."""
        kind = self.find("type")
        return kind is not None and kind.text() == "derivation"

    def description(self) -> str | None:
        """What `meta.description` says."""
        meta = self.find("meta")
        found = None if meta is None else meta.find("description")
        return None if found is None else found.text()


OWN_FLAGS: Flags = {
    "--legacy": Flag("", turn_on("legacy"), "show what is in `legacyPackages` too"),
    "--all-systems": Flag("", turn_on("all_systems"), "show outputs for other systems too"),
    **JSON,
    **FLAGS,
}


class Show(FlakeCommand):
    """The command line of `nix flake show`, and doing what it says."""

    usage = "nixlite flake show [flags] [FLAKE]"
    description = "Print the outputs of a flake as a tree."
    flags = OWN_FLAGS
    legacy = False
    all_systems = False

    def work(self, evaluator: Evaluator) -> int:
        """Lock the flake and show it; nothing is built for that."""
        forbid_import_from_derivation(self)
        locked = self.lock(evaluator)
        system = self.settings.system
        outputs = evaluator.guard(lambda flake: flake["outputs"], call_flake(evaluator.state, locked))
        shower = Shower(self, system)
        head = f"{BOLD}{locked.flake.locked}{NORMAL}"
        data = evaluator.guard(lambda root: shower.visit(root, head, ""), Cursor(outputs))
        if self.json:
            self.print_json(data)
        return 0


def forbid_import_from_derivation(command: FlakeCommand) -> None:
    """Unless the user has said otherwise."""
    if not command.settings.is_set("allow-import-from-derivation"):
        command.settings.allow_import_from_derivation = False


class Shower:
    """Walks through the outputs; prints lines, or makes the data that `--json` prints."""

    def __init__(self, command: Show, system: str) -> None:
        self.command = command
        self.system = system
        self.json = command.json

    def print(self, text: str) -> None:
        """Print a line of the tree."""
        self.command.host.write_stdout(f"{text}\n")

    def visit(self, cursor: Cursor, head: str, indent: str) -> dict[str, Any]:
        """Show a part of the outputs: *head* begins its line, *indent* those of what is in it."""
        self.command.say(f"evaluating '{cursor.name}'...")
        data: dict[str, Any] = {}
        try:
            self.show(cursor, head, indent, data)
        except EvalError:
            if cursor.path[:1] != ("legacyPackages",):
                raise
        return data

    def show(self, cursor: Cursor, head: str, indent: str, data: dict[str, Any]) -> None:
        """Show one part, by where it is."""
        path = cursor.path
        depth, kind = len(path), path[0] if path else ""
        if depth == 0 or (depth == 1 and kind in TREES) or (depth <= 2 and kind in SETS_OF_SYSTEMS):
            self.recurse(cursor, head, indent, data)
        elif (depth == 2 and kind in ONE_A_SYSTEM) or (
            depth == 3 and kind in ("checks", "devShells", "packages")
        ):
            self.show_package(cursor, head, data)
        elif kind == "hydraJobs":
            self.unless_built(cursor, head, lambda: self.show_job(cursor, head, indent, data))
        elif kind == "legacyPackages":
            self.show_legacy(cursor, head, indent, data)
        elif (depth == 2 and kind == "defaultApp") or (depth == 3 and kind == "apps"):
            self.show_app(cursor, head, data)
        elif (depth == 1 and kind == "defaultTemplate") or (depth == 2 and kind == "templates"):
            text = cursor.get("description").text()
            data |= {"type": "template", "description": text}
            self.line(f"{head}: template: {BOLD}{text}{NORMAL}")
        else:
            name, shown = other_kind(path)
            data["type"] = name
            self.line(f"{head}: {MAGENTA}{shown}{NORMAL}")

    def line(self, text: str) -> None:
        """Print a line, where JSON is not wanted."""
        if not self.json:
            self.print(text)

    def omit(self, cursor: Cursor, head: str, why: str, *, plain: str = "") -> None:
        """Say that something is not shown; *plain* stands behind the coloured part."""
        if self.json:
            self.command.settings.warn(f"{cursor.name} omitted{why}{plain}")
        else:
            self.print(f"{head} {MAGENTA}omitted{why}{NORMAL}{plain}")

    def recurse(self, cursor: Cursor, head: str, indent: str, data: dict[str, Any]) -> None:
        """Show what is in a set."""
        self.line(head)
        names = [name for name in cursor.names() if has_content(cursor, name)]
        for name in names:
            last = name == names[-1]
            branch = f"{GREEN}{indent}{LAST_BRANCH if last else BRANCH}{NORMAL}{BOLD}{name}{NORMAL}"
            data[name] = self.visit(cursor.get(name), branch, indent + (NO_TRUNK if last else TRUNK))

    def show_derivation(self, cursor: Cursor, head: str, data: dict[str, Any]) -> None:
        """Show a derivation."""
        name = cursor.get("name").text()
        if self.json:
            data |= {"type": "derivation", "name": name, "description": cursor.description() or ""}
            return
        depth, kind = len(cursor.path), cursor.path[0]
        shown = "package"
        if kind in ("devShell", "devShells") and depth >= 2:
            shown = "development environment"
        elif (kind == "checks" and depth == 3) or kind == "hydraJobs":
            shown = "derivation"
        self.print(f"{head}: {shown} '{name}'")

    def show_package(self, cursor: Cursor, head: str, data: dict[str, Any]) -> None:
        """Show what should be a derivation for one system."""
        if not self.command.all_systems and cursor.path[1] != self.system:
            self.omit(cursor, head, "", plain=" (use '--all-systems' to show)")
            return

        def act() -> None:
            if cursor.is_derivation():
                self.show_derivation(cursor, head, data)
            else:
                self.command.settings.warn(f"{'.'.join((*cursor.path, 'name'))} is not a derivation")

        self.unless_built(cursor, head, act)

    def unless_built(self, cursor: Cursor, head: str, act: Any) -> None:
        """Do something that may need what would have to be built first, and say so where it does."""
        try:
            act()
        except ImportFromDerivation:
            self.omit(cursor, head, " due to use of import from derivation")

    def show_job(self, cursor: Cursor, head: str, indent: str, data: dict[str, Any]) -> None:
        """Show a job of Hydra, or a set of them."""
        if cursor.is_derivation():
            self.show_derivation(cursor, head, data)
        else:
            self.recurse(cursor, head, indent, data)

    def show_legacy(self, cursor: Cursor, head: str, indent: str, data: dict[str, Any]) -> None:
        """Show what may be as large as nixpkgs."""
        if len(cursor.path) == 1:
            self.recurse(cursor, head, indent, data)
        elif not self.command.legacy:
            self.omit(cursor, head, "", plain=" (use '--legacy' to show)")
        elif not self.command.all_systems and cursor.path[1] != self.system:
            self.omit(cursor, head, "", plain=" (use '--all-systems' to show)")
        else:

            def act() -> None:
                if cursor.is_derivation():
                    self.show_derivation(cursor, head, data)
                elif len(cursor.path) <= 2:
                    self.recurse(cursor, head, indent, data)

            self.unless_built(cursor, head, act)

    def show_app(self, cursor: Cursor, head: str, data: dict[str, Any]) -> None:
        """Show an app."""
        kind = cursor.find("type")
        text = cursor.description()
        if kind is None or kind.text() != "app":
            raise EvalError("not an app definition")
        data["type"] = "app"
        if text is not None:
            data["description"] = text
        self.line(f"{head}: app: {BOLD}{'no description' if text is None else text}{NORMAL}")


def other_kind(path: Path) -> tuple[str, str]:
    """What something is by where it is, for JSON and for people."""
    depth, kind = len(path), path[0]
    if (depth, kind) in ((1, "overlay"), (2, "overlays")):
        return "nixpkgs-overlay", "Nixpkgs overlay"
    if (depth, kind) == (2, "nixosConfigurations"):
        return "nixos-configuration", "NixOS configuration"
    if (depth, kind) in ((1, "nixosModule"), (2, "nixosModules")):
        return "nixos-module", "NixOS module"
    return "unknown", "unknown"


def has_content(cursor: Cursor, name: str) -> bool:
    """Whether an attribute is worth a line: sets that only frameworks have put there, and that are empty all
    through, are not. What fails is."""
    inner = cursor.get(name)
    depth, kind = len(inner.path), inner.path[0]
    if not (depth <= 2 and kind in OF_SYSTEMS) and not (depth == 1 and kind in HIDDEN_WHEN_EMPTY):
        return True
    try:
        return any(has_content(inner, each) for each in inner.names())
    except EvalError:
        return True
