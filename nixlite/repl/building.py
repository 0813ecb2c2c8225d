"""Building, which nixlite leaves to an installed Nix: `:b`, `:bl`, `:i`, `:sh`, `:u`, `:log`.

The derivation and what it needs are given to that Nix as `nix-store --import` takes them.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.formats.nix.evaluated import derivation_path
from nixlite.installed.commands import give_to_nix, run
from nixlite.runtime.call import call
from nixlite.runtime.operators import is_derivation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.repl.session import Session
    from nixlite.runtime.values import Value

SHELL_PACKAGE = 'drv: (import <nixpkgs> {}).runCommand "shell" { buildInputs = [ drv ]; } ""'


def derivation_of(session: Session, value: Value) -> str:
    """The store path of the .drv file; raises NixError for what is no derivation."""
    if type(value) is not dict or not is_derivation(value):
        raise NixError("expression does not evaluate to a derivation, so I can't build it")
    if "drvPath" not in value:
        raise NixError("expression did not evaluate to a valid derivation (no 'drvPath' attribute)")
    return derivation_path(session.evaluator.state, value["drvPath"])


def build(session: Session, value: Value, *, link: bool = False) -> str:
    """Build all outputs and say where they are; with *link* they get links in the working directory."""
    drv_path = derivation_of(session, value)
    give_to_nix(session.evaluator.state.store, drv_path)
    paths = run(["nix-store", "--realise", drv_path], capture=True).split()
    names = sorted(session.evaluator.state.store.read_derivation(drv_path).outputs)
    lines = ["", "This derivation produced the following outputs:"]
    for name, path in zip(names, paths, strict=False):
        if link:
            root = f"repl-result-{name}"
            run(["nix-store", "--realise", path, "--add-root", root], capture=True)
            lines.append(f"  ./{root} -> {path}")
        else:
            lines.append(f"  {name} -> {path}")
    return "\n".join(lines)


def use(session: Session, value: Value) -> str:
    """A shell in which the derivation is there."""
    make = session.evaluator.evaluate_source(session.source(SHELL_PACKAGE), session.scope)
    return hand_over(session, call(make, value), ["nix-shell"])


def hand_over(session: Session, value: Value, command: Sequence[str]) -> str:
    """Run a command of the installed Nix on the derivation."""
    drv_path = derivation_of(session, value)
    give_to_nix(session.evaluator.state.store, drv_path)
    run([*command, drv_path])
    return ""
