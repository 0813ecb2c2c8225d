"""Finding the derivations in a value, as `nix-instantiate` does without `--eval`."""

from __future__ import annotations

from nixlite.cli.auto_call import auto_call
from nixlite.errors import EvalError, NixTypeError
from nixlite.runtime.coerce import coerce_to_store_path
from nixlite.runtime.expect import force_string_no_context, wrong_type
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import attribute_position, force
from nixlite.source import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy


def find_derivations(value: Lazy, arguments: dict[str, Lazy]) -> list[dict[str, Lazy]]:
    """The derivations that *value* is or holds: in lists at any depth, in sets one level, and below it
    where a set has `recurseForDerivations = true`. Each set is taken once.

    Raises NixTypeError when the value is neither a derivation nor a set or list.
    """
    found: list[dict[str, Lazy]] = []
    search(value, arguments, found, set())
    return found


def search(value: Lazy, arguments: dict[str, Lazy], found: list[dict[str, Lazy]], seen: set[int]) -> None:
    """Collect derivations from *value*, functions being called."""
    called = auto_call(value, arguments)
    if not take_derivation(called, found, seen):
        return
    if type(called) is dict:
        combine = "_combineChannels" in called
        for name in sorted(called):
            if is_searched(name):
                search_attribute(name, called[name], arguments, found, seen, everything=combine)
    elif type(called) is tuple:
        for item in called:
            if take_derivation(item, found, seen):
                search(item, arguments, found, seen)
    else:
        raise NixTypeError("expression does not evaluate to a derivation (or a set or list of those)")


def is_searched(name: str) -> bool:
    """Whether *name* is `[A-Za-z_][A-Za-z0-9_+-]*`; attributes of other names are passed over."""
    if not name.isascii() or name.startswith(("+", "-")):
        return False
    return name.replace("+", "_").replace("-", "_").isidentifier()


def search_attribute(
    name: str,
    value: Lazy,
    arguments: dict[str, Lazy],
    found: list[dict[str, Lazy]],
    seen: set[int],
    *,
    everything: bool,
) -> None:
    """Collect from an attribute: the derivation that it is, or what it holds if that is wanted."""
    error_context = f"while evaluating the attribute '{name}'"
    error_position = attribute_position(value)  # read by `traces`
    if everything:
        search(value, arguments, found, seen)
    elif take_derivation(value, found, seen):
        inner = force(value)
        if type(inner) is dict and "recurseForDerivations" in inner and recurses(inner):
            search(inner, arguments, found, seen)
    del error_context, error_position


def recurses(attributes: dict[str, Lazy]) -> bool:
    """Whether a set asks to be looked into."""
    cell = attributes["recurseForDerivations"]
    error_context = "while evaluating the attribute `recurseForDerivations`"
    error_position = attribute_position(cell)
    value = force(cell)
    if type(value) is not bool:
        error = wrong_type("a Boolean", value)
        error.position = Position(*error_position) if error_position else None
        raise error
    return value


def take_derivation(value: Lazy, found: list[dict[str, Lazy]], seen: set[int]) -> bool:
    """Add *value* if it is a derivation not seen yet. Returns whether to look inside it."""
    inner = force(value)
    if type(inner) is not dict or not is_derivation(inner):
        return True
    if id(inner) not in seen:
        seen.add(id(inner))
        derivation_name(inner)
        found.append(inner)
    return False


def derivation_name(derivation: dict[str, Lazy]) -> str:
    """The name, which every derivation must have."""
    if "name" not in derivation:
        raise NixTypeError("derivation name missing")
    return force_string_no_context(
        derivation["name"], "while evaluating the 'name' attribute of a derivation"
    )


def drv_path_of(state: State, derivation: dict[str, Lazy]) -> str:
    """The path of the `.drv` file of a derivation. Raises EvalError where it has none."""
    if "drvPath" not in derivation:
        raise EvalError("derivation does not contain a 'drvPath' attribute")
    context = "while evaluating the 'drvPath' attribute of a derivation"
    place = attribute_position(derivation["drvPath"])
    path, _ = coerce_to_store_path(state, derivation["drvPath"], context, error_position=place)
    if not path.endswith(".drv"):
        error_context, error_position = context, place  # read by `traces`
        raise EvalError(f"store path '{path.rpartition('/')[2]}' is not a valid derivation path")
    return path


def package_of(state: State, derivation: dict[str, Lazy]) -> tuple[str, str]:
    """The store path and output of a derivation. Raises EvalError where it has none."""
    path = drv_path_of(state, derivation)
    output = ""
    if "outputName" in derivation:
        output = force_string_no_context(
            derivation["outputName"], "while evaluating the output name of a derivation"
        )
    if not output:
        raise EvalError(f"derivation '{path}' lacks an 'outputName' attribute")
    return path, output
