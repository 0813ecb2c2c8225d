"""Evaluating an origin: the first time, and again by an evaluator that records."""

from __future__ import annotations

from nixlite.interop.from_python import attributes_from_python, from_python
from nixlite.interop.origins import Call, File, Flake, Text
from nixlite.runtime.thunk import force
from nixlite.runtime.values import NixPath
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.cli.evaluate import Evaluate
    from nixlite.interop.owner import Origin, Owner
    from nixlite.runtime.values import Lazy


def evaluate_root(origin: Text | File | Flake, owner: Owner) -> Lazy:
    """The value of a program."""
    engine = owner.engine
    if type(origin) is Text:
        names = attributes_from_python(origin.scope, owner) if origin.scope else {}
        return engine.evaluate_source(Source(origin.name, origin.text, base=origin.base), names)
    if type(origin) is File:
        return engine.import_file(NixPath(origin.path))
    assert type(origin) is Flake
    return flake(origin.reference, owner)


def flake(reference: str, owner: Owner) -> Lazy:
    """What `FLAKE#ATTRPATH` means, or without `#` the flake itself."""
    from nixlite.builtins.flakes import call_flake
    from nixlite.cli.flake.locking import flake_attribute, whole_ref
    from nixlite.flakes.locking import lock_flake

    engine, command = owner.engine, flake_command(owner)
    if "#" in reference:
        return flake_attribute(command, engine, reference, command.locking)
    flags = command.locking.flags(command, engine)
    locked = lock_flake(engine.state, whole_ref(command, engine, reference), flags)
    return call_flake(engine.state, locked)


def flake_command(owner: Owner) -> Evaluate:
    """What the functions about flakes take the settings and the host from; no lock file is written."""
    from nixlite.cli.evaluate import Evaluate

    command = Evaluate(owner.engine.settings, owner.host)
    command.locking.write = False
    return command


def evaluate_again(origin: Origin, owner: Owner) -> Lazy:
    """What an origin leads to, evaluated with *owner*'s engine, which may be one that records."""
    if type(origin) is not tuple:
        return evaluate_root(origin, owner)
    base: dict[str, Any] = owner.engine.base
    outer, step = origin
    value = evaluate_again(outer, owner)
    if type(step) is not Call:
        inner: Lazy = base["force"](value)[step]
        return inner
    for argument in step.arguments:
        value = base["call"](value, from_python(argument, owner))
    if step.attributes is not None:
        value = base["call"](value, attributes_from_python(step.attributes, owner))
    return value


def is_known(origin: Origin) -> bool:
    """Whether an origin leads back to a program."""
    while type(origin) is tuple:
        origin = origin[0]
    return origin is not None


def add_builtin(name: str, value: Any, owner: Owner) -> None:
    """Make `builtins.NAME` a Python function or plain data."""
    from nixlite.interop.functions import python_function

    if callable(value):
        owner.engine.state.builtins[name] = python_function(value, owner, name)
    else:
        owner.engine.state.builtins[name] = force(from_python(value, owner))
