"""Floats in JSON: the digits of Grisu2, the algorithm of the JSON library that C++ Nix uses.

Grisu2 finds a text that reads back as the same number, and nearly always the shortest one. Not always: so
Python's `repr`, which is always the shortest, would now and then give another text, and with it another hash
of a derivation.
Florian Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers", 2010.
"""

from __future__ import annotations

from math import copysign, frexp, isfinite

FEWEST_EXPONENT = -4
MOST_DIGITS = 15  # before the point; beyond that `1e+15` is written


def json_float(number: float) -> str:
    """A float as nlohmann's JSON library writes it: `1.0`, `1e+17`, `1e-05`; `null` when it is not finite."""
    if not isfinite(number):
        return "null"
    if number and abs(number) < 1e12 and number * 8 == int(number * 8):
        return repr(number)  # at most 15 digits, and exactly these: no algorithm would write others
    sign = "-" if copysign(1.0, number) < 0 else ""
    if number == 0:
        return f"{sign}0.0"
    digits, exponent = grisu2(abs(number))
    return sign + place_point(digits, exponent)


def place_point(digits: str, exponent: int) -> str:
    """The text of `digits * 10**exponent`."""
    count = len(digits)
    point = count + exponent
    if count <= point <= MOST_DIGITS:
        return f"{digits}{'0' * (point - count)}.0"
    if 0 < point <= MOST_DIGITS:
        return f"{digits[:point]}.{digits[point:]}"
    if FEWEST_EXPONENT < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{fraction}e{'-' if point < 1 else '+'}{abs(point - 1):02d}"


def grisu2(number: float) -> tuple[str, int]:
    """Digits and decimal exponent of a positive, finite float."""
    fraction, exponent = frexp(number)
    mantissa, exponent = int(fraction * 2.0**53), exponent - 53
    if exponent < -1074:  # subnormal: fewer bits
        mantissa, exponent = mantissa >> (-1074 - exponent), -1074
    # The numbers half-way to the neighbours, with 64-bit mantissas and one exponent for all three.
    closer = mantissa == 2**52 and exponent > -1074
    upper, upper_exponent = normalised(2 * mantissa + 1, exponent - 1)
    low, low_exponent = (4 * mantissa - 1, exponent - 2) if closer else (2 * mantissa - 1, exponent - 1)
    lower = low << (low_exponent - upper_exponent)
    middle, _ = normalised(mantissa, exponent)
    power, power_exponent, decimal = cached_power(upper_exponent)
    return make_digits(
        multiply(lower, power) + 1,
        multiply(middle, power),
        multiply(upper, power) - 1,
        -(upper_exponent + power_exponent + 64),
        -decimal,
    )


def normalised(mantissa: int, exponent: int) -> tuple[int, int]:
    """The same number with a mantissa of 64 bits."""
    shift = 64 - mantissa.bit_length()
    return mantissa << shift, exponent - shift


def multiply(a: int, b: int) -> int:
    """The upper half of the product of two 64-bit numbers, rounded."""
    return (a * b + (1 << 63)) >> 64


def cached_power(exponent: int) -> tuple[int, int, int]:
    """Mantissa, binary exponent and k of the power 10**k that scales a number to 2**-60 … 2**-34."""
    wanted = -60 - exponent - 1
    k = int(wanted * 78913 / 2**18) + (wanted > 0)
    decimal = (300 + k + 7) // 8 * 8 - 300
    if decimal >= 0:
        value = 10**decimal
        shift = value.bit_length() - 64
        mantissa = (value + (1 << shift >> 1)) >> shift if shift > 0 else value << -shift
        return mantissa, shift, decimal
    divisor = 10**-decimal
    shift = divisor.bit_length() + 63
    if (1 << shift) // divisor >= 1 << 64:
        shift -= 1
    return (2 * (1 << shift) // divisor + 1) >> 1, -shift, decimal


def make_digits(lower: int, middle: int, upper: int, bits: int, exponent: int) -> tuple[str, int]:
    """Digits of a number between *lower* and *upper*, near *middle*; all have *bits* bits after the point."""
    unit = 1 << bits
    delta, distance = upper - lower, upper - middle
    whole, rest = upper >> bits, upper & (unit - 1)
    digits = 0
    places = len(str(whole))
    while places:
        power = 10 ** (places - 1)
        digit, whole = divmod(whole, power)
        digits = 10 * digits + digit
        places -= 1
        remaining = (whole << bits) + rest
        if remaining <= delta:
            digits = rounded(digits, distance, delta, remaining, power << bits)
            return str(digits), exponent + places
    while True:
        rest *= 10
        digits = 10 * digits + (rest >> bits)
        rest &= unit - 1
        exponent -= 1
        delta *= 10
        distance *= 10
        if rest <= delta:
            return str(rounded(digits, distance, delta, rest, unit)), exponent


def rounded(digits: int, distance: int, delta: int, rest: int, unit: int) -> int:
    """*digits* with the last one lowered as long as that brings the number nearer to the middle."""
    while (
        rest < distance
        and delta - rest >= unit
        and (rest + unit < distance or distance - rest > rest + unit - distance)
    ):
        digits -= 1
        rest += unit
    return digits
