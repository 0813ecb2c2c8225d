"""The scalars of TOML 1.0: numbers, dates, times and strings."""

from __future__ import annotations

import re
from math import copysign, inf, nan

from nixlite.formats.toml.text import Fault, Text
from nixlite.runtime.utf8 import byte_view
from nixlite.runtime.values import INT_MAX, INT_MIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.ASCII)


NON_ASCII = (
    r"[\xc2-\xdf][\x80-\xbf]|(?:\xe0[\xa0-\xbf]|[\xe1-\xec][\x80-\xbf]|\xed[\x80-\x9f]|[\xee\xef][\x80-\xbf])"
    r"[\x80-\xbf]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2}"
)
ESCAPE = r'\\(?:["\\bfnrt]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})'
BASIC = rf"[ \t!#-\[\]-~]|{NON_ASCII}|{ESCAPE}"
LITERAL = rf"[\t -&(-~]|{NON_ASCII}"
NEWLINE_SOURCE = r"\r?\n"
JOINED = r"\\[ \t]*\r?\n(?:[ \t]|\r?\n)*"
BASIC_BLOCK = rf"(?:{BASIC}|{NEWLINE_SOURCE}|{JOINED})"
LITERAL_BLOCK = rf"(?:{LITERAL}|{NEWLINE_SOURCE})"

BASIC_STRING = _pattern(f'"(?:{BASIC})*"')
LITERAL_STRING = _pattern(f"'(?:{LITERAL})*'")
BASIC_TEXT = _pattern(f'"""{BASIC_BLOCK}*(?:""?{BASIC_BLOCK}+)*"""(?:""?)?')
LITERAL_TEXT = _pattern(f"'''{LITERAL_BLOCK}*(?:''?{LITERAL_BLOCK}+)*'''(?:''?)?")
SIMPLE_ESCAPES = {'"': '"', "\\": "\\", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
JOINED_LINES = _pattern(JOINED)

DECIMAL_SOURCE = r"[+-]?(?:[1-9](?:[0-9]|_[0-9])+|[0-9])"
DIGITS_SOURCE = r"[0-9](?:[0-9]|_[0-9])*"
EXPONENT_SOURCE = rf"[eE][+-]?{DIGITS_SOURCE}"
DATE_SOURCE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME_SOURCE = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
OFFSET_SOURCE = r"(?:[zZ]|[+-][0-9]{2}:[0-9]{2})"
DECIMAL = _pattern(DECIMAL_SOURCE)
HEXADECIMAL = _pattern("0x[0-9a-fA-F](?:[0-9a-fA-F]|_[0-9a-fA-F])*")
OCTAL = _pattern("0o[0-7](?:[0-7]|_[0-7])*")
BINARY = _pattern("0b[01](?:[01]|_[01])*")
FLOAT = _pattern(
    rf"{DECIMAL_SOURCE}(?:{EXPONENT_SOURCE}|\.{DIGITS_SOURCE}(?:{EXPONENT_SOURCE})?)|[+-]?(?:inf|nan)"
)
DATE = _pattern(DATE_SOURCE)
TIME = _pattern(TIME_SOURCE)
OFFSET = _pattern(OFFSET_SOURCE)
LOCAL_DATETIME = _pattern(rf"{DATE_SOURCE}[Tt ]{TIME_SOURCE}")
OFFSET_DATETIME = _pattern(rf"{DATE_SOURCE}[Tt ]{TIME_SOURCE}{OFFSET_SOURCE}")
BOOLEAN = _pattern("true|false")

DIGIT, COLON = (_pattern("[0-9]"), "digit [0-9]"), (_pattern(":"), ":")
TIME_STEPS = (DIGIT, DIGIT, COLON, DIGIT, DIGIT, COLON, DIGIT, DIGIT)
OFFSET_STEPS = ((_pattern("[+-]"), "+ or -"), DIGIT, DIGIT, COLON, DIGIT, DIGIT)
BOOLEAN_STEPS = ((_pattern("(?!)"), "true or false"),)
FLOAT_STEPS = ((_pattern("(?!)"), "from `1` to `9` or digit [0-9] or inf or nan"),)

INTEGER_HINT = (
    "Hint: valid  : -42, 1_000, 1_2_3_4_5, 0xC0FFEE, 0b0010, 0o755\nHint: invalid: _42, 1__000, 0123\n"
)
FLOAT_HINT = (
    "Hint: valid  : +1.0, -2e-2, 3.141_592_653_589, inf, nan\n"
    "Hint: invalid: .0, 1., _1.0, 1.0_, 1_.0, 1.0__0\n"
)
TIME_HINT = (
    "Hint: valid  : 1979-05-27T07:32:00, 1979-05-27 07:32:00.999999\n"
    "Hint: invalid: 1979-05-27T7:32:00, 1979-05-27 17:32\n"
)
OFFSET_HINT = "Hint: valid  : +09:00, -05:30\nHint: invalid: +9:00,  -5:30\n"
DATETIME_HINT = (
    "Hint: valid  : 1979-05-27T07:32:00-07:00, 1979-05-27 07:32:00.999999Z\n"
    "Hint: invalid: 1979-05-27T7:32:00-7:00, 1979-05-27 7:32-00:30"
)


class Timestamp:
    """A date, a time or both, as the text that C++ Nix shows."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


# --- which kind of value?


def guess_kind(text: Text) -> str:
    """The kind of the value at the position: "string", "array", "table", "boolean", "float", "integer",
    "offset-datetime", "local-datetime", "date", "time". Raises Fault; the position stays.
    """
    start = text.position
    try:
        return _guess(text)
    finally:
        text.position = start


def _guess(text: Text) -> str:
    match text.at:
        case '"' | "'":
            return "string"
        case "[":
            return "array"
        case "{":
            return "table"
        case "t" | "f":
            return "boolean"
        case "T" | "F":
            word = "true" if text.at == "T" else "false"
            raise text.expected(_not_lowercase(word), BOOLEAN_STEPS)
        case "i" | "I" | "n" | "N":
            word = "inf" if text.at in "iI" else "nan"
            if text.text.startswith(word, text.position):
                return "float"
            raise text.expected(_not_lowercase(word), FLOAT_STEPS)
    return _guess_number(text)


def _not_lowercase(word: str) -> str:
    return f"toml::parse_value: `{word}` must be in lowercase. A string must be surrounded by quotes."


def _guess_number(text: Text) -> str:
    start = text.position
    if text.take(OFFSET_DATETIME) is not None:
        return "offset-datetime"
    if text.take(LOCAL_DATETIME) is not None:
        if text.at and text.at in "+-":
            title = "bad offset: must be [+-]HH:MM or Z"
            raise text.expected(title, OFFSET_STEPS, OFFSET_HINT, prefix="z or Z or ")
        return "local-datetime"
    if text.take(DATE) is not None:
        _check_after_date(text)
        return "date"
    if text.take(TIME) is not None:
        return "time"
    if text.take(FLOAT) is not None:
        if text.at == "_":
            raise text.fault("bad float: `_` must be surrounded by digits", "invalid underscore", FLOAT_HINT)
        return "float"
    for pattern in (HEXADECIMAL, OCTAL, BINARY, DECIMAL):
        if text.take(pattern) is not None:
            _check_after_integer(text, start)
            return "integer"
    if text.at == ".":
        title = "bad float: integer part is required before decimal point"
        raise text.fault(title, "missing integer part", FLOAT_HINT)
    if text.at == "_":
        title = "bad number: `_` must be surrounded by digits"
        raise text.fault(title, "digits required before `_`", INTEGER_HINT)
    raise text.fault("bad format: unknown value appeared")


def _check_after_date(text: Text) -> None:
    after = text.at
    if after and after in "Tt ":
        text.position += 1
        if after != " " or (text.at and text.at in "0123456789"):
            raise text.expected("bad time: must be HH:MM:SS.subsec", TIME_STEPS, TIME_HINT)
    elif after and after in "0123456789":
        raise text.fault("bad datetime: missing T or space", "expected T, t, or 0x20(SPACE)", TIME_HINT)


def _check_after_integer(text: Text, start: int) -> None:
    after = text.at
    if after == "_":
        if text.text[start : text.position].lstrip("+-") == "0":
            title = "bad integer: leading zero is not allowed in decimal int"
            raise text.fault(title, "leading zero", INTEGER_HINT)
        title = "bad integer: `_` must be surrounded by digits"
        raise text.fault(title, "invalid underscore", INTEGER_HINT)
    if after == "0":
        text.position -= 1
        raise text.fault("bad integer: leading zero", "leading zero is not allowed", INTEGER_HINT)
    if after and after in "123456789":
        title = "bad integer: invalid digit after an integer"
        raise text.fault(title, "this digit is not allowed", INTEGER_HINT)
    if after and after in ":-":
        raise text.fault("bad datetime: invalid format", "here", DATETIME_HINT)
    if after and after in ".eE":
        raise text.fault("bad float: invalid format", "here", FLOAT_HINT)


# --- numbers and Booleans


def read_boolean(text: Text) -> bool:
    """`true` or `false`."""
    found = text.take(BOOLEAN)
    if found is None:
        raise text.expected(
            "toml::parse_boolean: invalid boolean: boolean must be `true` or `false`, in lowercase. "
            'string must be surrounded by `"`',
            BOOLEAN_STEPS,
        )
    return found == "true"


ZERO_B, ZERO_O, ZERO_X = (_pattern("0b"), "0b"), (_pattern("0o"), "0o"), (_pattern("0x"), "0x")
BASES: dict[str, tuple[str, re.Pattern[str], int, str, tuple[tuple[re.Pattern[str], str], ...]]] = {
    "b": ("bin", BINARY, 2, "0b0101, 0b1111_0000", (ZERO_B, (_pattern("[01]"), "0 or 1"))),
    "o": ("oct", OCTAL, 8, "0o775, 0o04_44", (ZERO_O, (_pattern("[0-7]"), "from `0` to `7`"))),
    "x": (
        "hex", HEXADECIMAL, 16, "0xC0FFEE, 0xdead_beef",
        (ZERO_X, (_pattern("[0-9a-fA-F]"), "hex [0-9a-fA-F]")),
    ),
}  # fmt: skip


def read_integer(text: Text) -> int:
    """An integer in base 10, or 2, 8 or 16 after `0b`, `0o`, `0x`; 64 bits with sign."""
    start = text.position
    unsigned = start + 1 if text.at in ("+", "-") else start
    prefix = text.text[unsigned + 1 : unsigned + 2] if text.text[unsigned : unsigned + 1] == "0" else ""
    if prefix in BASES:
        return _read_based(text, *BASES[prefix])
    found = text.take(DECIMAL)
    if found is None:
        raise text.fault("toml::parse_dec_integer: invalid integer: dec_int must be like: 42, 123_456_789")
    digits = found.replace("_", "")
    if len(digits) > 20 or not INT_MIN <= int(digits) <= INT_MAX:
        fault = _too_large(text, "dec", "digits")
        text.position = start
        raise fault
    return int(digits)


def _read_based(
    text: Text,
    name: str,
    pattern: re.Pattern[str],
    base: int,
    examples: str,
    steps: tuple[tuple[re.Pattern[str], str], ...],
) -> int:
    start = text.position
    found = text.take(pattern)
    if found is None:
        title = f"toml::parse_{name}_integer: invalid integer: {name}_int must be like: {examples}"
        fault = text.expected(title, steps)
        text.position = start
        raise fault
    value = int(found[2:].replace("_", ""), base)
    if value > INT_MAX:
        fault = _too_large(text, name, "value")
        text.position = start
        raise fault
    return value


def _too_large(text: Text, name: str, what: str) -> Fault:
    title = f"toml::parse_{name}_integer: too large integer: current max {what} = 2^63"
    return text.fault(title, "must be < 2^63")


def read_float(text: Text) -> float:
    """A float; `inf` and `nan` with or without a sign."""
    found = text.take(FLOAT)
    if found is None:
        title = (
            "toml::parse_floating: invalid floating: float must be like: -3.14159_26535, 6.022e+23, inf, or"
            " nan (lowercase)."
        )
        raise text.expected(title, FLOAT_STEPS)
    if found.endswith("inf"):
        return -inf if found.startswith("-") else inf
    if found.endswith("nan"):
        return copysign(nan, -1.0 if found.startswith("-") else 1.0)
    value = float(found.replace("_", ""))
    if value in (inf, -inf):
        raise text.fault("toml::parse_floating: failed to read floating point value from stream")
    return value


# --- dates and times


def read_date(text: Text) -> str:
    """`1979-05-27`, checked."""
    start = text.position
    found = text.take(DATE) or ""
    year, month, day = int(found[:4]), int(found[5:7]), int(found[8:])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = (29 if leap else 28) if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    if not 1 <= month <= 12 or not 1 <= day <= longest:
        raise _fault_at(
            text,
            start,
            "toml::parse_local_date: invalid date.",
            "month must be 01-12, day must be any of 01-28,29,30,31 depending on the month/year.",
        )
    return found


def read_time(text: Text) -> str:
    """`07:32:00.999`, checked; fractions in full groups of three digits, at most nine."""
    start = text.position
    found = text.take(TIME) or ""
    title = "toml::parse_local_time: invalid time."
    if int(found[:2]) > 23 or int(found[3:5]) > 59:
        raise _fault_at(text, start, title, "hour must be 00-23, minute must be 00-59.")
    if int(found[6:8]) > 60:
        raise _fault_at(text, start, title, "second must be 00-60.")
    fraction = found[9:18].ljust(9, "0")
    while fraction.endswith("000"):
        fraction = fraction[:-3]
    return found[:8] + (f".{fraction}" if fraction else "")


def _fault_at(text: Text, position: int, title: str, remark: str) -> Fault:
    """An error at an earlier position; the present one stays."""
    present, text.position = text.position, position
    fault = text.fault(title, remark)
    text.position = present
    return fault


def read_datetime(text: Text) -> str:
    """Date, `T`, `t` or a blank, and time."""
    date = read_date(text)
    text.position += 1
    return f"{date}T{read_time(text)}"


def read_offset_datetime(text: Text) -> str:
    """Date, time and offset from UTC."""
    start = text.position
    moment = read_datetime(text)
    offset = text.take(OFFSET) or "Z"
    if offset in "zZ":
        return f"{moment}Z"
    hours, minutes = int(offset[1:3]), int(offset[4:])
    if hours > 24 or minutes > 60:
        title = "toml::parse_offset_datetime: too large offset: |hour| <= 24, |minute| <= 60"
        raise Fault(title, (text.since(start), "here"))
    minutes += 60 * hours
    if not minutes:
        return f"{moment}Z"
    return f"{moment}{offset[0]}{minutes // 60:02d}:{minutes % 60:02d}"


# --- strings


def read_string(text: Text) -> str:
    """A string of any of the four forms, as a byte view."""
    if text.text.startswith('"""', text.position):
        return _read_text(text, BASIC_TEXT, "ml_basic", '"""')
    if text.text.startswith("'''", text.position):
        return _read_text(text, LITERAL_TEXT, "ml_literal", "'''")
    return read_quoted(text)


def read_quoted(text: Text) -> str:
    """A string on one line, which may also be a key."""
    if text.at == '"':
        found = text.take(BASIC_STRING)
        if found is None:
            raise _unfinished(text, "basic", '"', f"(?:{BASIC})*")
        return unescape(found[1:-1])
    found = text.take(LITERAL_STRING)
    if found is None:
        raise _unfinished(text, "literal", "'", f"(?:{LITERAL})*")
    return found[1:-1]


def _read_text(text: Text, pattern: re.Pattern[str], name: str, quotes: str) -> str:
    found = text.take(pattern)
    if found is None:
        block = BASIC_BLOCK if quotes == '"""' else LITERAL_BLOCK
        raise _unfinished(text, name, quotes, f"{block}*(?:{quotes[0]}{quotes[0]}?{block}+)*")
    content = found[3:-3]
    if content.startswith("\n"):
        content = content[1:]
    elif content.startswith("\r\n"):
        content = content[2:]
    return unescape(content) if quotes == '"""' else content


def _unfinished(text: Text, name: str, quotes: str, inside: str) -> Fault:
    """The error where a string cannot go on; the position stays."""
    start = text.position
    steps = ((_pattern(quotes), quotes), (_pattern(inside), ""), (_pattern(quotes), quotes))
    fault = text.expected(f"toml::parse_{name}_string: invalid string format", steps)
    text.position = start
    return fault


def unescape(content: str) -> str:
    """A byte view with its escapes replaced; joined lines are joined."""
    if "\\" not in content:
        return content
    pieces: list[str] = []
    position = 0
    while (backslash := content.find("\\", position)) >= 0:
        pieces.append(content[position:backslash])
        joined = JOINED_LINES.match(content, backslash)
        if joined is not None:
            position = joined.end()
            continue
        kind = content[backslash + 1]
        if kind in SIMPLE_ESCAPES:
            pieces.append(SIMPLE_ESCAPES[kind])
            position = backslash + 2
            continue
        position = backslash + (6 if kind == "u" else 10)
        pieces.append(_code_point(content, backslash, position))
    pieces.append(content[position:])
    return "".join(pieces)


def _code_point(content: str, backslash: int, end: int) -> str:
    code = int(content[backslash + 2 : end], 16)
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        rest = Text(content[backslash:], "internal temporary")
        rest.position = end - backslash
        if code > 0x10FFFF:
            title = "toml::parse_utf8_codepoint: input codepoint is too large."
            raise Fault(title, (rest.since(1), "must be in range [0x00, 0x10FFFF]"))
        title = "toml::parse_utf8_codepoint: [0xD800, 0xDFFF] is not a valid UTF-8"
        raise Fault(title, (rest.since(1), "here"))
    return byte_view(chr(code))


READERS: dict[str, Callable[[Text], Any]] = {
    "boolean": read_boolean,
    "integer": read_integer,
    "float": read_float,
    "string": read_string,
    "offset-datetime": lambda text: Timestamp(read_offset_datetime(text)),
    "local-datetime": lambda text: Timestamp(read_datetime(text)),
    "date": lambda text: Timestamp(read_date(text)),
    "time": lambda text: Timestamp(read_time(text)),
}
"""The reader of each kind of scalar."""
