"""Which of the runtime's functions stand for a Nix call, for `depth`, which counts them."""

from __future__ import annotations

from nixlite.runtime.call import call_functor
from nixlite.runtime.coerce import coerce_list, coerce_to_string
from nixlite.runtime.depth import CountedFunctions
from nixlite.runtime.operators import difference_inside, equal, same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def counted_functions(builtins: Callable[[], Any]) -> CountedFunctions:
    """These functions, and those of builtins, whose codes *builtins* gives."""
    ours = (same, difference_inside, coerce_to_string, coerce_list, call_functor)
    return CountedFunctions([function.__code__ for function in ours], equal.__code__, same.__code__, builtins)
