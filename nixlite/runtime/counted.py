"""Which of the runtime's functions stand for a Nix call, for `depth`, which counts them."""

from __future__ import annotations

from nixlite.runtime.call import call_functor
from nixlite.runtime.coerce import coerce_list, coerce_to_string
from nixlite.runtime.depth import ALONE
from nixlite.runtime.operators import difference_inside, equal, same
from nixlite.runtime.overflow import CountedFunctions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType
    from typing import Any

    from nixlite.runtime.overflow import Counted


def counted_functions(of_values: Mapping[CodeType, Counted], builtins: Callable[[], Any]) -> CountedFunctions:
    """The runtime's own functions, those *of_values* that go through values, and builtins."""
    alone = (same, difference_inside, coerce_to_string, coerce_list, call_functor)
    ours = {function.__code__: ALONE for function in alone}
    halves: dict[CodeType, Counted] = {equal.__code__: (same.__code__, None)}
    return CountedFunctions({**ours, **halves, **of_values}, builtins)
