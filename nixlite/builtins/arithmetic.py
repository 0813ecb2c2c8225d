"""Builtins that compute with numbers, and the order of values.

`sub`, `mul`, `div` and `lessThan` are also the operators `- * / <`: compiled code calls these functions
directly. Two integers are done on the spot; everything else goes through a slow path.
"""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError
from nixlite.runtime.expect import force_float, force_int
from nixlite.runtime.operators import (
    add_numbers,
    divide_numbers,
    less_than,
    multiply_numbers,
    subtract_numbers,
)
from nixlite.runtime.thunk import force
from nixlite.runtime.values import INT_MAX, INT_MIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.values import Lazy, Value


@builtin("add", args=("e1", "e2"))
def add(e1: Lazy, e2: Lazy) -> Value:
    """Return the sum of the numbers *e1* and *e2*.

    Raises EvalError on 64-bit overflow. The operator `+` is something else: it also joins strings.
    """
    if type(e1) is list:
        e1 = force(e1)
    if type(e2) is list:
        e2 = force(e2)
    if type(e1) is not int or type(e2) is not int:
        e1, e2 = _numbers(
            e1,
            e2,
            "while evaluating the first argument of the addition",
            "while evaluating the second argument of the addition",
        )
    return add_numbers(e1, e2)


@builtin("sub", args=("e1", "e2"))
def sub(e1: Lazy, e2: Lazy) -> Value:
    """Return the difference between the numbers *e1* and *e2*.

    Also the operators `-`, binary and unary. Raises EvalError on 64-bit overflow.
    """
    if type(e1) is list:
        e1 = force(e1)
    if type(e2) is list:
        e2 = force(e2)
    if type(e1) is int and type(e2) is int:
        result = e1 - e2
        if INT_MIN <= result <= INT_MAX:
            return result
    else:
        e1, e2 = _numbers(
            e1,
            e2,
            "while evaluating the first argument of the subtraction",
            "while evaluating the second argument of the subtraction",
        )
    return subtract_numbers(e1, e2)


@builtin("mul", args=("e1", "e2"))
def mul(e1: Lazy, e2: Lazy) -> Value:
    """Return the product of the numbers *e1* and *e2*.

    Also the operator `*`. Raises EvalError on 64-bit overflow.
    """
    if type(e1) is list:
        e1 = force(e1)
    if type(e2) is list:
        e2 = force(e2)
    if type(e1) is int and type(e2) is int:
        result = e1 * e2
        if INT_MIN <= result <= INT_MAX:
            return result
    elif type(e1) is float or type(e2) is float:
        # Nix 2.34.8 leaves out the word "argument" in this one text.
        e1 = force_float(e1, "while evaluating the first of the multiplication")
        e2 = force_float(e2, "while evaluating the second argument of the multiplication")
    else:
        e1 = force_int(e1, "while evaluating the first argument of the multiplication")
        e2 = force_int(e2, "while evaluating the second argument of the multiplication")
    return multiply_numbers(e1, e2)


@builtin("div", args=("e1", "e2"))
def div(e1: Lazy, e2: Lazy) -> Value:
    """Return the quotient of the numbers *e1* and *e2*; integers are divided towards zero.

    Also the operator `/`. The divisor is checked first, for its type and for being zero.
    """
    if type(e1) is list:
        e1 = force(e1)
    if type(e2) is list:
        e2 = force(e2)
    if type(e1) is int and type(e2) is int:
        if e1 >= 0 and e2 > 0:
            return e1 // e2
        return divide_numbers(e1, e2)
    divisor = force_float(e2, "while evaluating the second operand of the division")
    if divisor == 0:
        raise EvalError("division by zero")
    if type(e1) is float or type(e2) is float:
        return force_float(e1, "while evaluating the first operand of the division") / divisor
    return force_int(e1, "while evaluating the first operand of the division")  # no integer: an error


def _numbers(a: Lazy, b: Lazy, first: str, second: str) -> tuple[float, float]:
    """Two forced operands that are not both integers: both floats, or an error with the text that fits."""
    if type(a) is float or type(b) is float:
        return force_float(a, first), force_float(b, second)
    return force_int(a, first), force_int(b, second)


@builtin("lessThan", args=("e1", "e2"))
def less_than_builtin(e1: Lazy, e2: Lazy) -> Value:
    """Return `true` if *e1* is less than *e2*: numbers, strings, paths, or lists of these.

    Also the operators `< > <= >=`. Raises EvalError for other types and for two different ones.
    """
    if type(e1) is list:
        e1 = force(e1)
    if type(e2) is list:
        e2 = force(e2)
    if type(e1) is int and type(e2) is int:
        return e1 < e2
    return less_than(e1, e2)


@builtin("ceil", args=("number",))
def ceil(number: Lazy) -> Value:
    """Round *number* up to the next integer.

    Raises EvalError where that is no 64-bit integer, or where an integer has no exact float (a bug that
    Nix keeps: every number goes through a float).
    """
    from math import ceil as round_up  # here, to keep start-up short

    value = force_float(number, "while evaluating the first argument passed to builtins.ceil")
    return _rounded(number, value, round_up(value) if _is_finite(value) else 0)


@builtin("floor", args=("number",))
def floor(number: Lazy) -> Value:
    """Round *number* down to the next integer.

    Raises EvalError as `ceil` does.
    """
    from math import floor as round_down

    value = force_float(number, "while evaluating the first argument passed to builtins.floor")
    return _rounded(number, value, round_down(value) if _is_finite(value) else 0)


def _is_finite(value: float) -> bool:
    return value - value == 0


def _rounded(number: Lazy, value: float, result: int) -> int:
    from nixlite.runtime.messages import short_float

    original = force(number)
    in_range = INT_MIN <= result <= INT_MAX and _is_finite(value)
    if type(original) is not int:
        if not in_range:
            raise EvalError(f"NixFloat argument {short_float(value)} is not in the range of NixInt")
    elif not in_range:
        raise EvalError(
            "Due to a bug (see https://github.com/NixOS/nix/issues/12899) the NixInt argument "
            f"{original} caused undefined behavior in previous Nix versions.\n"
            "\tFuture Nix versions might implement the correct behavior."
        )
    elif result != original:
        raise EvalError(
            "Due to a bug (see https://github.com/NixOS/nix/issues/12899) a loss of precision occurred in "
            f"previous Nix versions because the NixInt argument {original} was rounded to {result}.\n"
            "\tFuture Nix versions might implement the correct behavior."
        )
    return result


@builtin("bitAnd", args=("e1", "e2"))
def bit_and(e1: Lazy, e2: Lazy) -> Value:
    """Return the bitwise AND of the integers *e1* and *e2* (two's complement)."""
    if type(e1) is int and type(e2) is int:
        return e1 & e2
    a = force_int(e1, "while evaluating the first argument passed to builtins.bitAnd")
    return a & force_int(e2, "while evaluating the second argument passed to builtins.bitAnd")


@builtin("bitOr", args=("e1", "e2"))
def bit_or(e1: Lazy, e2: Lazy) -> Value:
    """Return the bitwise OR of the integers *e1* and *e2* (two's complement)."""
    if type(e1) is int and type(e2) is int:
        return e1 | e2
    a = force_int(e1, "while evaluating the first argument passed to builtins.bitOr")
    return a | force_int(e2, "while evaluating the second argument passed to builtins.bitOr")


@builtin("bitXor", args=("e1", "e2"))
def bit_xor(e1: Lazy, e2: Lazy) -> Value:
    """Return the bitwise exclusive OR of the integers *e1* and *e2* (two's complement)."""
    if type(e1) is int and type(e2) is int:
        return e1 ^ e2
    a = force_int(e1, "while evaluating the first argument passed to builtins.bitXor")
    return a ^ force_int(e2, "while evaluating the second argument passed to builtins.bitXor")
