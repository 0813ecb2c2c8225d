"""Builtins for data formats: JSON, XML and TOML. The readers and writers are in `runtime`."""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.limits.growth import NOTABLE, grow
from nixlite.opaque import TEXTS, seen
from nixlite.runtime.expect import force_string_no_context
from nixlite.runtime.values import make_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


@builtin("toJSON", args=("e",), state=True)
def to_json_builtin(e: Lazy, state: State) -> Value:
    """Return *e* as a JSON text. Sets become objects, unless they have `__toString` or, as derivations do,
    `outPath`: its value then stands for them. Paths are copied to the store.

    Forces everything in *e*. Functions cannot be converted.
    """
    from nixlite.formats.json.writing import to_json

    text, context = to_json(state, e)
    return make_string(text, context)


@builtin("fromJSON", args=("e",))
def from_json_builtin(e: Lazy) -> Value:
    """Return the value that the JSON text *e* means: `fromJSON ''{"x": [1]}''` is `{ x = [ 1 ]; }`.

    See `formats.json.values` for numbers that do not fit.
    """
    from nixlite.formats.json.reader import JsonError
    from nixlite.formats.json.values import from_json

    text = force_string_no_context(e, "while evaluating the first argument passed to builtins.fromJSON")
    if TEXTS:
        seen(text)
    if len(text) > NOTABLE:
        grow(4 * len(text))  # a guess: numbers and short strings take many times more than their text
    try:
        return from_json(text)
    except JsonError:
        error_context = "while decoding a JSON string"
        raise


@builtin("toXML", args=("e",), state=True)
def to_xml_builtin(e: Lazy, state: State) -> Value:
    """Return *e* as an XML text, which tells numbers, strings, paths and sets apart. Functions show what they
    take.

    Forces everything in *e*.
    """
    from nixlite.formats.xml import to_xml

    text, context = to_xml(state, e)
    return make_string(text, context)


@builtin("fromTOML", args=("e",), state=True, top_level=True)
def from_toml_builtin(e: Lazy, state: State) -> Value:
    """Return the value that the TOML text *e* means: `fromTOML "x = 1"` is `{ x = 1; }`.

    TOML 1.0.0. Dates and times need the experimental feature `parse-toml-timestamps`.
    """
    from nixlite.formats.toml.reader import from_toml

    text = force_string_no_context(e, "while evaluating the argument passed to builtins.fromTOML")
    if TEXTS:
        seen(text)
    return from_toml(text, timestamps="parse-toml-timestamps" in state.settings.features)
