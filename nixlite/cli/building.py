"""`nixlite build --dry-run` and `nixlite path-info`: what would be built, and which paths there are.

Manual: `nix build`, `nix path-info`.
"""

from __future__ import annotations

from nixlite.cli.derivation import FLAGS as DERIVATION_FLAGS
from nixlite.cli.derivation import Derivation
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import ignore, turn_on
from nixlite.errors import EvalError
from nixlite.host.settings import INFO
from nixlite.runtime.expect import force_attrs, force_bool, force_list, force_string_no_context
from nixlite.store.store import needed_first
from nixlite.traces.log import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.cli.command import Command
    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Value
    from nixlite.store.store import Store

    Wanted = dict[str, tuple[str, ...]]
    """The wanted outputs of derivations, by the paths of their `.drv` files."""

BUILD_FLAGS: Flags = {
    "--dry-run": Flag("", turn_on("dry_run"), "only tell what would be built (needed)"),
    "--json": Flag("", turn_on("json"), "print the wanted outputs as JSON"),
    **{name: flag for name, flag in DERIVATION_FLAGS.items() if name != "--recursive"},
    "--out-link": Flag("path", ignore, short="-o"),
    "--no-link": Flag("", ignore),
    "--print-out-paths": Flag("", ignore),
    "--rebuild": Flag("", ignore),
    "--profile": Flag("path", ignore),
}

PATH_FLAGS: Flags = {
    "--derivation": Flag("", turn_on("derivation"), "print the paths of derivations"),
    **DERIVATION_FLAGS,
}


class Build(Derivation):
    """The command line of `nix build`; only `--dry-run` needs no store."""

    usage = "nixlite build --dry-run [--json] [flags] [FLAKE#ATTRPATH | PATH.drv | FILE | ATTRPATH]…"
    description = (
        "Print what `nix build` would build, without building. No binary cache is asked: what one has is\n"
        "listed as well; only outputs that are in /nix/store already are left out."
    )
    flags = BUILD_FLAGS
    dry_run = False
    json = False

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.chosen: Wanted = {}

    def run(self) -> int:
        """Print what is missing."""
        if not self.dry_run:
            raise EvalError("nixlite builds nothing; '--dry-run' tells what nix build would build")
        self.words.insert(0, "show")
        return super().run()

    def paths_of(self, evaluator: Evaluator, value: Value) -> list[str]:
        """As for `derivation show`, with what is wanted of each."""
        paths = super().paths_of(evaluator, value)
        if len(paths) == 1:
            self.chosen[paths[0]] = wanted_outputs(value)
        return paths

    def drv_paths(self, evaluator: Evaluator, word: str, *, program: bool) -> list[str]:
        """As for `derivation show`; `^out,dev` says which outputs are wanted."""
        paths = super().drv_paths(evaluator, word, program=program)
        _, caret, names = word.partition("^")
        for path in paths:
            outputs = evaluator.state.store.read_derivation(path).outputs
            if caret:
                self.chosen[path] = tuple(sorted(outputs)) if names == "*" else tuple(names.split(","))
            self.chosen.setdefault(path, ("out",))
        return paths

    def print_json(self, evaluator: Evaluator, paths: dict[str, None]) -> None:
        """Tell what would be built, and with `--json` what is wanted."""
        objects = evaluator.state.store
        tell_missing(self, objects, {path: self.chosen[path] for path in paths})
        if self.json:
            from nixlite.cli.json_output import json_text

            rows = [row(objects, path, self.chosen[path]) for path in paths]
            self.host.write_stdout(json_text(self, rows) + "\n")


def row(objects: Store, path: str, names: tuple[str, ...]) -> dict[str, Any]:
    """A derivation and its wanted outputs, as JSON."""
    outputs = objects.read_derivation(path).outputs
    places = {name: outputs[name].path or None for name in sorted(names) if name in outputs}
    return {"drvPath": path, "outputs": places} if places else {"drvPath": path}


def tell_missing(command: Command, objects: Store, wanted: Wanted) -> None:
    """Say which derivations would have to be built, if any."""
    missing = Missing(objects)
    for path, names in wanted.items():
        missing.visit(path, names)
    if missing.drvs and command.settings.get("substitute", True):
        command.settings.warn("nixlite asks no binary cache: what one has is listed as to be built")
    lines = [f"\n  {path}" for path in missing.in_order()]
    if lines:
        many = f"these {len(lines)} derivations" if len(lines) > 1 else "this derivation"
        tell(command.settings, command.host, INFO, f"{many} will be built:{''.join(lines)}")


def wanted_outputs(value: Value) -> tuple[str, ...]:
    """The outputs that are meant where nothing is said: what the derivation asks to be installed."""
    if type(value) is not dict or value.get("type") is None:
        return ("out",)
    if "outputSpecified" in value:
        if force_bool(value["outputSpecified"], "") and "outputName" in value:
            return (force_string_no_context(value["outputName"], ""),)
    elif "meta" in value:
        meta = force_attrs(value["meta"], "")
        if "outputsToInstall" in meta:
            names = [force_string_no_context(item, "") for item in force_list(meta["outputsToInstall"], "")]
            return tuple(sorted(set(names))) or ("out",)
    return ("out",)


class Missing:
    """The derivations that have to be built, because outputs of theirs are not there."""

    def __init__(self, objects: Store) -> None:
        self.objects = objects
        self.drvs: dict[str, None] = {}

    def visit(self, path: str, names: tuple[str, ...]) -> None:
        """Take a derivation of which some outputs are wanted, and what it needs in its turn."""
        todo = [(path, names)]
        while todo:
            path, names = todo.pop()
            if path in self.drvs:
                continue
            drv = self.objects.read_derivation(path)
            places = [drv.outputs[name].path for name in names if name in drv.outputs]
            if all([place and self.on_disk(place) for place in places]):
                continue
            self.drvs[path] = None
            todo += [(each, tuple(node.outputs)) for each, node in drv.inputs.items()]

    def on_disk(self, path: str) -> bool:
        """Whether something was built already."""
        host = self.objects.host
        return bool(host is not None and host.exists(path))

    def in_order(self) -> list[str]:
        """The derivations, what is needed before what needs it; else by their paths."""

        def needs(path: str) -> list[str]:
            below = self.objects.read_derivation(path).inputs
            return sorted((each for each in below if each in self.drvs), reverse=True)

        return needed_first(self.drvs, needs)


class PathInfo(Derivation):
    """The command line of `nix path-info`; with `--derivation` no store is needed."""

    usage = "nixlite path-info --derivation [-r] [flags] [FLAKE#ATTRPATH | PATH.drv | FILE | ATTRPATH]…"
    description = (
        "Print the paths of derivations, or of outputs. With '--derivation' it is those of derivations, "
        "else of outputs that are there."
    )
    flags = PATH_FLAGS
    derivation = False

    def run(self) -> int:
        """Print the paths."""
        self.words.insert(0, "show")
        return super().run()

    def print_json(self, evaluator: Evaluator, paths: dict[str, None]) -> None:
        """Print the paths, one on a line."""
        if self.derivation:
            ordered = evaluator.state.store.closure(paths)
            lines = [path for path in ordered if path in paths]
        else:
            lines = self.outputs(evaluator, paths)
        self.host.write_stdout("".join([f"{path}\n" for path in lines]))

    def outputs(self, evaluator: Evaluator, paths: dict[str, None]) -> list[str]:
        """The paths of outputs, which must be there. Raises EvalError."""
        tell_missing(self, evaluator.state.store, dict.fromkeys(paths, ("out",)))
        found = []
        for path in sorted(paths):
            output = evaluator.state.store.read_derivation(path).outputs.get("out")
            place = output.path if output is not None else ""
            if not place or not evaluator.state.store.is_on_disk(place):
                raise EvalError(
                    f"path '{place}' is not valid",
                    hint="nixlite builds nothing; '--derivation' prints the derivation's path.",
                )
            found.append(place)
        return found
