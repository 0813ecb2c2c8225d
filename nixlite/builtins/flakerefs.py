"""Builtins for flake references; what they mean is in `fetch.references`."""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError
from nixlite.runtime.attributes import attribute_value
from nixlite.runtime.expect import force_attrs, force_string_no_context
from nixlite.runtime.symbols import in_symbol_order, make_symbols
from nixlite.runtime.values import ContextString, show_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


@builtin("parseFlakeRef", args=("flake-ref",), state=True)
def parse_flake_ref_builtin(reference: Lazy, state: State) -> Value:
    """Take a flake reference apart: `parseFlakeRef "github:NixOS/nixpkgs/23.05?dir=lib"` returns
    `{ dir = "lib"; owner = "NixOS"; ref = "23.05"; repo = "nixpkgs"; type = "github"; }`.
    """
    from nixlite.fetch.inputs import require_feature
    from nixlite.fetch.references import parse_flake_ref

    text = force_string_no_context(
        reference, "while evaluating the argument passed to builtins.parseFlakeRef"
    )
    require_feature("flakes", state.settings.features)
    attributes: dict[str, Any] = {**parse_flake_ref(text, state.settings.features, warn=state.settings.warn)}
    make_symbols(sorted(attributes))
    return attributes


@builtin("flakeRefToString", args=("attrs",), state=True)
def flake_ref_to_string_builtin(attrs: Lazy, state: State) -> Value:
    """Write a flake reference given as an attribute set in its URL form, the reverse of `parseFlakeRef`."""
    from nixlite.fetch.inputs import require_feature
    from nixlite.fetch.references import flake_ref_to_string

    given = force_attrs(attrs, "while evaluating the argument passed to builtins.flakeRefToString")
    attributes: dict[str, Any] = {}
    for name in in_symbol_order(given):
        value: Any = attribute_value(given[name])
        kind = type(value)
        if kind is ContextString:
            value = value.text
        elif kind is int and value < 0:
            raise EvalError(f"negative value given for flake ref attr {name}: {value}")
        elif kind not in (int, bool, str):
            raise EvalError(
                "flake reference attribute sets may only contain integers, Booleans, and strings, but"
                f" attribute '{name}' is {show_type(value)}"
            )
        attributes[name] = value
    require_feature("flakes", state.settings.features)
    return flake_ref_to_string(attributes, state.settings.features)
