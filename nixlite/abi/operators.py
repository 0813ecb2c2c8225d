"""The operators that mean a call of a global, which a program may rebind (`__sub`, `__lessThan` …).

The others mean what they say. How strongly each of them binds is in `grammar/precedence.txt`.
"""

from __future__ import annotations


class Called:
    """What an operator calls: the builtin `name`, whose global is `variable`.

    *swapped*: with its operands the other way round; *negated*: and means the contrary of what that gives.
    """

    __slots__ = ("name", "negated", "swapped", "variable")

    def __init__(self, name: str, *, swapped: bool = False, negated: bool = False) -> None:
        self.name = name
        self.variable = f"__{name}"
        self.swapped = swapped
        self.negated = negated


CALLED = {
    "-": Called("sub"),
    "*": Called("mul"),
    "/": Called("div"),
    "<": Called("lessThan"),
    ">": Called("lessThan", swapped=True),
    "<=": Called("lessThan", swapped=True, negated=True),
    ">=": Called("lessThan", negated=True),
}
"""By the operator's symbol."""
