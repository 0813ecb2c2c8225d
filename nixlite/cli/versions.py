"""The old and the new version of a package set that `nixlite impact` compares, and how a change is applied.

A change is a change *of the set*: what it puts in place of `zlib` is what all packages are made with. Sets
offer several ways to say so, and the first that is there is taken: the argument `overlays`, the functions
`extend` and `overrideScope`, the argument `config.packageOverrides` of nixpkgs before 2017.
"""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments, auto_call
from nixlite.cli.explain.ways import file_way
from nixlite.cli.sources import file_path, string_source
from nixlite.errors import EvalError, UsageError
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.runtime.values import FunctionType, NixPath, lambda_info
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.command import Command
    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy

OVERLAY = """
change: final: prev:
let changed = change prev; in if builtins.isFunction changed then change final prev else changed
"""
"""What makes an overlay of a function of the set; an overlay is one already."""

OVERRIDES = """
config: change: config // {
  packageOverrides = pkgs:
    let before = (config.packageOverrides or (pkgs: { })) pkgs; in before // change (pkgs // before);
}
"""

ATTRIBUTES = "attributes"
"""How a change is applied to a set that offers no way: its attributes are replaced, and nothing else."""


class PackageSet:
    """The set in a file or flake, as an evaluator has it, and the set with a change."""

    def __init__(self, command: Command, evaluator: Evaluator, file: str) -> None:
        self.file = file
        self.evaluator = evaluator
        self.arguments = auto_arguments(command, evaluator)
        self.function = file_way(command, file).packages(evaluator, self.arguments)

    def base(self) -> Lazy:
        """The set as it is."""
        return auto_call(self.function, self.arguments)

    def takes(self, name: str) -> bool:
        """Whether the file's value is a function with this argument."""
        return type(self.function) is FunctionType and any(
            formal == name for formal, _ in lambda_info(self.function).formals or ()
        )

    def with_overlay(self, overlay: Lazy) -> tuple[Lazy, str]:
        """The set with an overlay, and how it was applied; "" if there is no way to do so."""
        base = force(self.base())
        attrs = base if type(base) is dict else {}
        if self.takes("overlays"):
            own = self.arguments.get("overlays", attrs.get("overlays", ()))
            before = force(own)
            before = before if type(before) is tuple else ()
            return auto_call(self.function, {**self.arguments, "overlays": (*before, overlay)}), "overlays"
        for name in ("extend", "overrideScope"):
            if name in attrs:
                return call(attrs[name], overlay), name
        return base, ""

    def with_change(self, change: Lazy) -> tuple[Lazy, str]:
        """The set with what a function of it gives, or an overlay; and how it was applied."""
        overlay = call(self.evaluator.evaluate_source(Source("«overlay»", OVERLAY)), change)
        changed, how = self.with_overlay(overlay)
        if how:
            return changed, how
        base = force(changed)
        attrs = base if type(base) is dict else {}
        result = force(call(change, base))
        if type(result) is not dict:
            raise EvalError(
                f"'{self.file}' has no way to apply an overlay, but the attributes in it can be replaced:"
                " give '--override' a function of the set, 'pkgs: { … }'"
            )
        config = force(attrs["config"]) if "config" in attrs else None
        if self.takes("config") and type(config) is dict:
            overrides = self.evaluator.evaluate_source(Source("«overrides»", OVERRIDES))
            arguments = {**self.arguments, "config": call(call(overrides, config), change)}
            return auto_call(self.function, arguments), "packageOverrides"
        return attrs | result, ATTRIBUTES


def with_overlay_file(command: Command, evaluator: Evaluator, file: str, overlay: str) -> tuple[Lazy, str]:
    """The set in *file* with the overlay in another file, and how that was applied."""
    packages = PackageSet(command, evaluator, file)
    changed, how = packages.with_overlay(evaluator.import_file(NixPath(file_path(evaluator, overlay))))
    if not how:
        raise EvalError(f"'{file}' neither takes 'overlays' nor has 'extend'")
    return changed, how


def with_override(command: Command, evaluator: Evaluator, file: str, text: str) -> tuple[Lazy, str]:
    """The set in *file* with what a function of it, or an overlay, gives; and how that was applied."""
    packages = PackageSet(command, evaluator, file)
    function = evaluator.evaluate_source(string_source(command, text))
    result = force(call(function, packages.base()))
    is_set = type(result) is dict and not ("type" in result and force(result["type"]) == "derivation")
    if not is_set and type(result) is not FunctionType:
        raise UsageError(
            "'--override' takes a function from the set to a set, such as"
            " 'pkgs: { hello = pkgs.hello.override { … }; }', or an overlay 'final: prev: { … }'"
        )
    return packages.with_change(function)
