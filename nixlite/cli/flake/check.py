"""`nixlite flake check`: whether the outputs of a flake are what they should be. Nothing is built.

Manual: `nix flake check`.
"""

from __future__ import annotations

from nixlite.builtins.flakes import call_flake
from nixlite.cli.auto_call import find_along_attr_path
from nixlite.cli.explain.packages import derivation_name, package_of
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import turn_off, turn_on
from nixlite.cli.flake.commands import FLAGS, FlakeCommand
from nixlite.cli.flake.show import forbid_import_from_derivation
from nixlite.cli.reporting import report_error
from nixlite.errors import EvalError, NixError, NixTypeError
from nixlite.runtime.coerce import coerce_to_path
from nixlite.runtime.expect import force_attrs, force_string, force_string_no_context
from nixlite.runtime.symbols import in_symbol_order
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import FunctionType, lambda_info, show_type
from nixlite.source import Position, shown_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy

    Place = tuple[str, int, int] | None
    CheckOf = Callable[[str, Lazy, Place], object]

RENAMED = {
    "defaultPackage": "packages.<system>.default",
    "defaultApp": "apps.<system>.default",
    "defaultTemplate": "templates.default",
    "defaultBundler": "bundlers.<system>.default",
    "overlay": "overlays.default",
    "devShell": "devShells.<system>.default",
    "nixosModule": "nixosModules.default",
}
"""Old names of outputs, and what is said now."""

UNCHECKED = frozenset({
    "lib", "darwinConfigurations", "darwinModules", "flakeModule", "flakeModules", "herculesCI",
    "homeConfigurations", "homeModule", "homeModules", "nixopsConfigurations",
})  # fmt: skip
"""Outputs that are known, and of which nothing is known."""

OWN_FLAGS: Flags = {
    "--no-build": Flag("", turn_off("build"), "do not build what `checks` has; nixlite cannot"),
    "--all-systems": Flag("", turn_on("all_systems"), "check outputs for other systems too"),
    **FLAGS,
}


class Check(FlakeCommand):
    """The command line of `nix flake check`."""

    usage = "nixlite flake check [flags] [FLAKE]"
    description = (
        "Check that the outputs of a flake evaluate to what they should be.\n"
        "nixlite builds nothing: with '--no-build' it does all that Nix does."
    )
    flags = OWN_FLAGS
    build = True
    all_systems = False

    def work(self, evaluator: Evaluator) -> int:
        """Lock the flake and check it."""
        if not self.build:
            forbid_import_from_derivation(self)
        locked = self.lock(evaluator, apply_config=True)
        self.say("evaluating flake...")
        flake = call_flake(evaluator.state, locked)
        checker = Checker(self, evaluator)
        evaluator.guard(checker.outputs, flake)
        if self.build and checker.builds:
            count = len(checker.builds)
            raise EvalError(
                f"cannot run {count} flake check{'s' if count > 1 else ''}: nixlite builds nothing"
                " ('--no-build' checks the rest)"
            )
        if checker.failed:
            raise EvalError("some errors were encountered during the evaluation")
        self.say("all checks passed!")
        if checker.omitted:
            self.settings.warn(
                f"The check omitted these incompatible systems: {', '.join(sorted(checker.omitted))}\n"
                "Use '--all-systems' to check all."
            )
        return 0


class Checker:
    """Checks outputs. *failed*: there were errors, and `--keep-going`. *omitted*: systems that were not
    looked at. *builds*: derivations that a check would build.

    Methods that check take the path of an attribute, its value and the place where it is defined.
    """

    def __init__(self, command: Check, evaluator: Evaluator) -> None:
        self.command = command
        self.state = evaluator.state
        self.system = command.settings.system
        self.failed = False
        self.omitted: set[str] = set()
        self.builds: set[str] = set()
        derivation, app, overlay = map(self.leaf, (self.derivation, self.app, self.overlay))
        module, template, bundler = map(self.leaf, (self.module, self.template, self.bundler))
        self.checks: dict[str, CheckOf] = {
            "checks": self.by_system(self.each(self.leaf(self.check_build))),
            "formatter": self.by_system(derivation),
            "packages": self.by_system(self.each(derivation)),
            "devShells": self.by_system(self.each(derivation)),
            "apps": self.by_system(self.each(app)),
            "defaultPackage": self.by_system(derivation),
            "devShell": self.by_system(derivation),
            "defaultApp": self.by_system(app),
            "legacyPackages": self.by_system(lambda path, value, place: None),
            "overlay": overlay,
            "overlays": self.each(overlay),
            "nixosModule": module,
            "nixosModules": self.each(module),
            "nixosConfigurations": self.each(self.leaf(self.configuration)),
            "hydraJobs": self.leaf(self.jobs),
            "defaultTemplate": template,
            "templates": self.each(template),
            "defaultBundler": self.by_system(bundler),
            "bundlers": self.by_system(self.each(bundler)),
        }

    def outputs(self, flake: dict[str, Lazy]) -> None:
        """Check all outputs; jobs of Hydra come first."""
        outputs = force_attrs(flake["outputs"], "while evaluating the outputs of a flake")
        names = in_symbol_order(outputs)
        for name in sorted(names, key=lambda name: name != "hydraJobs"):
            self.leaf(self.output)(name, outputs[name], attribute_position(outputs[name]))

    def leaf(self, check: CheckOf) -> CheckOf:
        """A check that, with `--keep-going`, shows what is wrong at once, so that the rest is checked too."""

        def run(path: str, value: Lazy, place: Place) -> None:
            if not self.command.settings.get("keep-going", False):
                check(path, value, place)
                return
            try:
                check(path, value, place)
            except NixError as error:
                report_error(self.command, error)
                self.failed = True

        return run

    def output(self, name: str, value: Lazy, place: Place) -> None:
        """Check one output."""
        self.command.say(f"checking flake output '{name}'...")
        error_context, error_position = (
            f"while checking flake output '{name}'",
            place,
        )  # read by `traces`
        settings = self.command.settings
        if not settings.is_set("allow-import-from-derivation") and self.command.build:
            settings.allow_import_from_derivation = name != "hydraJobs"
        force(value)
        if name in RENAMED:
            settings.warn(f"flake output attribute '{name}' is deprecated; use '{RENAMED[name]}' instead")
        if name in self.checks:
            self.checks[name](name, value, place)
        elif name not in UNCHECKED:
            settings.warn(f"unknown flake output '{name}'")
        del error_context, error_position

    # --- sets of things

    def each(self, check: CheckOf) -> CheckOf:
        """Checks every attribute of a set."""

        def run(path: str, value: Lazy, place: Place) -> None:
            error_context, error_position = "", place
            found = force_attrs(value, "")
            del error_context, error_position
            for name in in_symbol_order(found):
                check(f"{path}.{name}", found[name], attribute_position(found[name]))

        return run

    def by_system(self, check: CheckOf) -> CheckOf:
        """Checks those attributes of a set whose names are the systems to be checked."""

        def run(path: str, value: Lazy, place: Place) -> None:
            found = force_attrs(value, "")
            for system in in_symbol_order(found):
                self.leaf(self.system_name)(system, found[system], attribute_position(found[system]))
                if self.command.all_systems or system == self.system:
                    check(f"{path}.{system}", found[system], attribute_position(found[system]))
                else:
                    self.omitted.add(system)

        return run

    def system_name(self, name: str, value: Lazy, place: Place) -> None:
        """A system has a dash in its name."""
        if "-" not in name:
            raise EvalError(f"'{name}' is not a valid system type, at {shown_place(place)}")

    # --- things

    def derivation(self, path: str, value: Lazy, place: Place) -> str:
        """Check a derivation; the path of its `.drv` file."""
        self.command.say(f"checking derivation {path}...")
        error_context, error_position = f"while checking the derivation '{path}'", place
        found = force(value)
        if not is_derivation(found):
            raise EvalError(f"flake attribute '{path}' is not a derivation")
        assert type(found) is dict
        derivation_name(found)
        drv_path = package_of(self.state, found)[0]
        self.command.say(f"derivation evaluated to {drv_path}")
        del error_context, error_position
        return drv_path

    def check_build(self, path: str, value: Lazy, place: Place) -> None:
        """Check a derivation that a check builds, if it is for this system."""
        drv_path = self.derivation(path, value, place)
        if path.split(".")[1] == self.system:
            self.builds.add(drv_path)

    def app(self, path: str, value: Lazy, place: Place) -> None:
        """Check an app."""
        self.command.say(f"checking app '{path}'...")
        error_context, error_position = f"while checking the app definition '{path}'", place
        found = force_attrs(value, "")
        for name in ("type", "program"):
            if name not in found:
                raise EvalError(f"app '{path}' lacks attribute '{name}'")
            check_text(found[name], force_string_no_context if name == "type" else force_string)
        meta = force_attrs(found["meta"], "") if "meta" in found else {}
        if "description" in meta:
            check_text(meta["description"], force_string_no_context)
        else:
            missing = "meta.description" if "meta" in found else "meta"
            self.command.settings.warn(f"app '{path}' lacks attribute '{missing}'")
        for name in in_symbol_order(found):
            if name not in ("type", "program", "meta"):
                raise EvalError(f"app '{path}' has unsupported attribute '{name}'")
        del error_context, error_position

    def overlay(self, path: str, value: Lazy, place: Place) -> None:
        """Check an overlay: `final: prev: …`."""
        self.command.say(f"checking overlay '{path}'...")
        error_context, error_position = f"while checking the overlay '{path}'", place
        found = force(value)
        if type(found) is not FunctionType:
            raise EvalError(f"overlay is not a function, but {show_type(found)} instead")
        info = lambda_info(found)
        if info.formals is not None or info.argument not in ("final", "_", "_final"):
            raise EvalError("overlay does not take an argument named 'final'")
        del error_context, error_position

    def module(self, path: str, value: Lazy, place: Place) -> None:
        """Check a module of NixOS: it need only evaluate."""
        self.command.say(f"checking NixOS module '{path}'...")
        error_context, error_position = f"while checking the NixOS module '{path}'", place
        force(value)
        del error_context, error_position

    def configuration(self, path: str, value: Lazy, place: Place) -> None:
        """Check a configuration of NixOS."""
        self.command.say(f"checking NixOS configuration '{path}'...")
        error_context, error_position = f"while checking the NixOS configuration '{path}'", place
        if not is_derivation(force(find_along_attr_path(value, "config.system.build.toplevel", {}))):
            raise EvalError("attribute 'config.system.build.toplevel' is not a derivation")
        del error_context, error_position

    def jobs(self, path: str, value: Lazy, place: Place) -> None:
        """Check a set of jobs of Hydra."""
        self.command.say(f"checking Hydra job '{path}'...")
        error_context, error_position = f"while checking the Hydra jobset '{path}'", place
        found = force_attrs(value, "")
        if is_derivation(found):
            raise EvalError("jobset should not be a derivation at top-level")
        for name in in_symbol_order(found):
            item, inner = found[name], f"{path}.{name}"
            force_attrs(item, "")
            if is_derivation(force(item)):
                self.command.say(f"checking Hydra job '{inner}'...")
                self.leaf(self.derivation)(inner, item, attribute_position(item))
            else:
                self.leaf(self.jobs)(inner, item, attribute_position(item))
        del error_context, error_position

    def template(self, path: str, value: Lazy, place: Place) -> None:
        """Check a template."""
        self.command.say(f"checking template '{path}'...")
        error_context, error_position = f"while checking the template '{path}'", place
        found = force_attrs(value, "")
        if "path" not in found:
            raise EvalError(f"template '{path}' lacks attribute 'path'")
        where, _ = coerce_to_path(self.state, found["path"], "")
        if not self.state.host.exists(where):
            raise EvalError(f"template '{path}' refers to a non-existent path '{where}'")
        if "description" not in found:
            raise EvalError(f"template '{path}' lacks attribute 'description'")
        check_text(found["description"], force_string_no_context)
        for name in in_symbol_order(found):
            if name not in ("path", "description", "welcomeText"):
                raise EvalError(f"template '{path}' has unsupported attribute '{name}'")
        del error_context, error_position

    def bundler(self, path: str, value: Lazy, place: Place) -> None:
        """Check a bundler, which is a function."""
        self.command.say(f"checking bundler '{path}'...")
        error_context, error_position = f"while checking the template '{path}'", place  # as Nix has it
        if type(force(value)) is not FunctionType:
            raise EvalError("bundler must be a function")
        del error_context, error_position


def check_text(lazy: Lazy, as_text: Callable[[Lazy, str], str]) -> None:
    """Raise NixTypeError, at the place of the attribute, where *as_text* finds no string."""
    value = force(lazy)
    try:
        as_text(value, "")
    except NixTypeError as error:
        place = attribute_position(lazy)
        error.position = Position(*place) if place else None
        raise


def is_derivation(value: Lazy) -> bool:
    """Whether a value is a set that says it is a derivation."""
    return type(value) is dict and "type" in value and force(value["type"]) == "derivation"
