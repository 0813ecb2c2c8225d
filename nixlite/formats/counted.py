"""Which functions that go through values stand for a Nix call, for `depth`: each level in a value is one."""

from __future__ import annotations

from nixlite.formats.json.writing import JsonWriter
from nixlite.formats.nix.deep import force_inside
from nixlite.formats.xml import XmlWriter
from nixlite.runtime.thunk import attribute_position, is_application, peek, peel
from nixlite.runtime.values import FunctionType, lambda_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from nixlite.runtime.attributes import Place
    from nixlite.runtime.overflow import Counted


def place_in_json(frame: FrameType) -> Place:
    """The attribute that a value which is written as JSON belongs to."""
    place: Place = frame.f_locals["place"]
    return place


def place_in_xml(frame: FrameType) -> Place:
    """The attribute that a value which is written as XML belongs to."""
    return attribute_position(frame.f_locals["attribute"])


def place_inside(frame: FrameType) -> Place | dict[str, Any]:
    """Where what is evaluated deeply begins, if it is a function, a set or the delayed call of a function
    (C++ Nix: `Value::determinePos`)."""
    value: Any = peel(frame.f_locals["x"])
    # What is written there Nix has not evaluated yet.
    if type(value) is dict and frame.f_locals["depth"] == 0:
        return None
    if type(value) is list:
        code, payload = value[0], value[1]
        if code is None:
            value = payload
        elif is_application(code):
            value = code if "LAMBDAS" in code.__globals__ else peek(payload[0])
    if type(value) is FunctionType:
        return lambda_info(value).position
    return value if type(value) is dict else None


def counted_functions() -> dict[CodeType, Counted]:
    """These functions by their codes."""
    write = JsonWriter.write.__code__
    return {
        write: (None, place_in_json),
        JsonWriter.write_set.__code__: (write, place_in_json),
        JsonWriter.write_list.__code__: (write, place_in_json),
        XmlWriter.write.__code__: (None, place_in_xml),
        force_inside.__code__: (None, place_inside),
    }
