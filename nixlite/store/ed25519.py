"""Ed25519 signatures, checked only: binary caches sign what they hold, and Python has no such thing.

After RFC 8032, section 5.1, in plain integers: some milliseconds a signature.
"""

from __future__ import annotations

from nixlite.store.hashing import digest

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
"""Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z."""


def add(p: Point, q: Point) -> Point:
    """The sum of two points."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    """A multiple of a point."""
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def same_point(p: Point, q: Point) -> bool:
    """Whether two points are equal."""
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def decode_point(data: bytes) -> Point | None:
    """The point that 32 bytes stand for, None if they stand for none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def recover_x(y: int, sign: int) -> int | None:
    """The x coordinate of a point, given y and the lowest bit of x."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def base_point() -> Point:
    """The generator."""
    y = 4 * pow(5, P - 2, P) % P
    x = recover_x(y, 0)
    assert x is not None
    return x, y, 1, x * y % P


def is_valid(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether *signature* (64 bytes) is that of *message* by the owner of *public_key* (32 bytes)."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, first = decode_point(public_key), decode_point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or first is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(digest("sha512", signature[:32] + public_key + message), "little") % ORDER
    return same_point(multiply(scalar, base_point()), add(first, multiply(challenge, key)))
