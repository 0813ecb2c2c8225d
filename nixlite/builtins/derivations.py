"""`derivationStrict`: from an attribute set to a derivation in the store.

`derivation` itself is Nix code, `stdlib/derivation.nix`, as in Nix: it is what makes the attributes of a
derivation lazy. Everything here follows the order in which Nix looks at things, because that order decides
which of two mistakes is reported.
Manual: Language, "Derivations" and "Advanced attributes".
"""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError, NixTypeError
from nixlite.host.settings import CHATTY
from nixlite.runtime.coerce import coerce_list, coerce_to_string
from nixlite.runtime.collecting import POLICY
from nixlite.runtime.expect import (
    force_attrs,
    force_bool,
    force_list,
    force_string_no_context,
    force_string_with_context,
)
from nixlite.runtime.string_context import parse_element
from nixlite.runtime.symbols import make_symbol
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import ContextString, NixPath
from nixlite.source import shown_place
from nixlite.spelling import attribute_name
from nixlite.store.derivation import Derivation, InputNode, Output
from nixlite.store.hashing import HASH_SIZES, expected_hash, parse_algorithm
from nixlite.store.modulo import fixed_output
from nixlite.store.path import (
    METHOD_PREFIXES,
    BadStorePathError,
    check_name,
    is_drv_path,
    output_placeholder,
    upstream_placeholder,
)
from nixlite.store.written import ODD, SETTINGS, Inputs, Written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value
    from nixlite.store.written import Row

    Place = tuple[str, int, int] | None

BLANKS = str.maketrans("\t\n\r", "   ")
NOT_WITH_STRUCTURED = frozenset(
    ("allowedReferences", "allowedRequisites", "disallowedReferences", "disallowedRequisites", "maxSize",
     "maxClosureSize")
)  # fmt: skip
METHODS = {"recursive": "nar", "nar": "nar", "flat": "flat", "text": "text", "git": "git"}


@builtin("derivationStrict", args=("attrs",), state=True, top_level=True)
def derivation_strict(attrs: Lazy, state: State) -> Value:
    """Add the derivation that *attrs* describes to the store; return `drvPath` and the paths of its outputs.

    Forces every attribute. What a user calls is `derivation`, which does this lazily.
    """
    values = force_attrs(attrs, "while evaluating the argument passed to builtins.derivationStrict")
    name = required_name(values)
    POLICY.part()
    return named_derivation(state, values, name)


def required_name(values: dict[str, Lazy]) -> str:
    """The derivation's name; everything else is evaluated under a frame that shows it."""
    if "name" not in values:
        error_context = "in the attrset passed as argument to builtins.derivationStrict"
        raise NixTypeError("attribute 'name' missing")
    error_context = "while evaluating the derivation attribute 'name'"
    error_position = attribute_position(values["name"])
    return force_string_no_context(
        values["name"], "while evaluating the `name` attribute passed to builtins.derivationStrict"
    )


def frame_of_derivation(names: dict[str, Any]) -> str:
    """The text of the frame around everything that is done with a derivation."""
    shown = shown_place(attribute_position(names["values"]["name"]))
    return f"while evaluating derivation '{names['name']}'\n  whose name attribute is located at {shown}"


def named_derivation(state: State, values: dict[str, Lazy], name: str) -> dict[str, Lazy]:
    """The result of `derivationStrict`, once the name is known."""
    error_context = frame_of_derivation
    try:
        check_name(name)
    except BadStorePathError as error:
        raise EvalError(
            f"invalid derivation name: {error.message}. Please pass a different 'name'."
        ) from None
    parts = Parts(state, name)
    parts.structured = flag(values, "__structuredAttrs")
    parts.ignore_nulls = flag(values, "__ignoreNulls")
    store, written = state.store, None
    if not parts.structured:
        shape = store.shared.shapes.get(tuple(values)) or store.shared.new_shape(tuple(values))
        if shape is not None:
            written = add_attributes(parts, values, *shape)
    if written is None:
        for key in sorted(values):
            if key != "__ignoreNulls":
                add_attribute(parts, key, values[key])
    if parts.structured:
        from nixlite.formats.json.structured import structured_json  # few derivations are structured

        parts.drv.env["__json"] = structured_json(parts.json)
    inputs = add_inputs(parts)
    if parts.impure:
        parts.require_feature("ca-derivations")
    check_complete(parts)
    if written is not None:
        store.shared.begin(written, parts.drv, inputs)
    add_outputs(parts, inputs, written)
    path = store.add_derivation(parts.drv, inputs, written)
    if state.settings.verbosity >= CHATTY:
        state.tell(CHATTY, f"instantiated '{name}' -> '{path}'")
    return result_of(parts.drv, path)


def flag(values: dict[str, Lazy], name: str) -> bool:
    """A Boolean attribute that says how the others are to be read."""
    if name not in values:
        return False
    return force_bool(
        values[name], f"while evaluating the `{name}` attribute passed to builtins.derivationStrict"
    )


class Parts:
    """A derivation while its attributes are collected."""

    __slots__ = (
        "algorithm", "content_addressed", "context", "drv", "hash_text", "ignore_nulls", "impure", "json",
        "method", "outputs", "state", "structured",
    )  # fmt: skip

    def __init__(self, state: State, name: str) -> None:
        self.state = state
        self.drv = Derivation(name)
        self.context: set[str] = set()
        self.structured = False
        self.ignore_nulls = False
        self.content_addressed = False
        self.impure = False
        self.json: dict[str, str] = {}
        self.outputs: list[str] = ["out"]
        self.hash_text: str | None = None
        self.algorithm: str | None = None
        self.method: str | None = None

    def require_feature(self, feature: str, detail: str = "") -> None:
        """Raise Nix's error unless the experimental feature is on."""
        if not self.state.settings.has_feature(feature):
            raise EvalError(
                f"experimental Nix feature '{feature}' is disabled{detail}; "
                f"add '--extra-experimental-features {feature}' to enable it"
            )


# --- attributes


def frame_of_attribute(names: dict[str, Any]) -> tuple[str, Place]:
    """The frame around the evaluation of an attribute, from the locals of who does it."""
    text = f"while evaluating attribute '{attribute_name(names['key'])}' of derivation '{names['drv'].name}'"
    return text, attribute_position(names["value"])


def add_attributes(parts: Parts, values: dict[str, Lazy], keys: list[str], rows: list[Row]) -> Written:
    """Take in all attributes, whose `Shared.new_shape` is given, and write them down.

    A package set makes derivations by the ten thousands: so this does what `add_attribute` does without a
    call for each.
    """
    drv, context, shared, state = parts.drv, parts.context, parts.state.store.shared, parts.state
    env, pieces, written = drv.env, list[str](), keys.copy()
    error_context: Any = frame_of_attribute
    text: str
    for row in rows:
        key, kind, empty, texts = row
        value: Any = values[key]
        if kind and kind == ODD:
            error_context = None  # it gets one there
            add_attribute(parts, key, value)
            error_context = frame_of_attribute
            continue
        known: Any = value
        if type(value) is list:
            known = value[1] if value[0] is None else force(value)
        sort = type(known)
        if sort is str:
            text = known
        elif sort is tuple:
            text = coerce_list(state, known, context) if known else ""
        elif sort is bool:
            text = "1" if known else ""
        elif sort is ContextString:
            text = known.text
            context |= known.context
        elif known is None:
            if parts.ignore_nulls:
                del written[len(pieces)]
                continue
            text = ""
        elif sort is dict and (package := output_of(known)) is not None:
            text = package.text
            context |= package.context
        else:
            text, more = coerce_to_string(state, known, "", coerce_more=True)
            context |= more
        env[key] = text
        pieces.append(texts.get(text) or shared.new_pair(row, text) if text else empty)
        if kind:
            take_setting(parts, key, text)
    return Written(written, pieces)


def output_of(attrs: dict[str, Lazy]) -> ContextString | None:
    """What a package is as a text, if that is there already."""
    output: Any = attrs.get("outPath")
    if type(output) is list and output[0] is None:
        output = output[1]
    return output if type(output) is ContextString and "__toString" not in attrs else None


def add_attribute(parts: Parts, key: str, value: Lazy) -> None:
    """Take in one attribute; errors get the frame that names it."""
    drv, error_context = parts.drv, frame_of_attribute  # noqa: F841 - read by `frame_of_attribute`
    if parts.ignore_nulls and force(value) is None:
        return
    if key == "__contentAddressed":
        parts.content_addressed = force_bool(value, "")
        if parts.content_addressed:
            parts.require_feature("ca-derivations")
    elif key == "__impure":
        parts.impure = force_bool(value, "")
        if parts.impure:
            parts.require_feature("impure-derivations")
    elif key == "args":
        add_arguments(parts, value)
    elif not parts.structured:
        add_variable(parts, key, value)
    elif key != "__structuredAttrs":
        add_structured(parts, key, value)


def add_arguments(parts: Parts, value: Lazy) -> None:
    """`args`: the builder's arguments."""
    state, context, arguments = parts.state, parts.context, parts.drv.args
    for item in force_list(value, ""):
        known: Any = item[1] if type(item) is list and item[0] is None else item
        if type(known) is str:
            text: str = known
        elif type(known) is NixPath and not known.path.endswith(".drv"):
            text = state.store.copy_path(state, known.path)
            context.add(text)
        else:
            text, more = coerce_to_string(
                state, item, "while evaluating an element of the argument list", coerce_more=True
            )
            context |= more
        arguments.append(text)


def add_variable(parts: Parts, key: str, value: Lazy) -> None:
    """An attribute that becomes an environment variable."""
    text, context = coerce_to_string(parts.state, value, "", coerce_more=True)
    parts.context |= context
    if key == "__json":
        parts.state.settings.warn(
            f"In derivation '{parts.drv.name}': setting structured attributes via '__json' is deprecated, "
            "and may be disallowed in future versions of Nix. Set '__structuredAttrs = true' instead."
        )
        from nixlite.formats.json.structured import canonical_json  # hardly ever

        text = canonical_json(text)
    parts.drv.env[key] = text
    if key in SETTINGS:
        take_setting(parts, key, text)


def take_setting(parts: Parts, key: str, text: str) -> None:
    """The attributes that mean something to Nix itself, as text."""
    if key == "builder":
        parts.drv.builder = text
    elif key == "system":
        parts.drv.system = text
    elif key == "outputHash":
        parts.hash_text = text
    elif key == "outputHashAlgo":
        known = text in HASH_SIZES
        parts.algorithm = parse_algorithm(text, parts.state.settings.features) if known else None
    elif key == "outputHashMode":
        parts.method = hash_method(parts, text)
    elif key == "outputs":
        take_outputs(parts, [name for name in text.translate(BLANKS).split(" ") if name])


def hash_method(parts: Parts, text: str) -> str:
    """`outputHashMode`."""
    if text not in METHODS:
        raise EvalError(f"invalid value '{text}' for 'outputHashMode' attribute")
    if text == "text":
        parts.require_feature(
            "dynamic-derivations", f" (text-hashed derivation '{parts.drv.name}', outputHashMode = \"text\")"
        )
    if text == "git":
        parts.require_feature("git-hashing")
    return METHODS[text]


def take_outputs(parts: Parts, names: list[str]) -> None:
    """`outputs`."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise EvalError(f"duplicate derivation output '{name}'")
        if name == "drvPath":
            raise EvalError("invalid derivation output name 'drvPath'")
        seen.add(name)
    if not seen:
        raise EvalError("derivation cannot have an empty set of outputs")
    parts.outputs = names


def add_structured(parts: Parts, key: str, value: Lazy) -> None:
    """An attribute that becomes a member of the JSON object `__json`."""
    from nixlite.formats.json.writing import to_json  # few derivations are structured

    parts.json[key], context = to_json(parts.state, value, copy_to_store=True)
    parts.context |= context
    if key == "builder":
        parts.drv.builder, context = force_string_with_context(value, "")
        parts.context |= context
    elif key in ("system", "outputHash", "outputHashAlgo", "outputHashMode"):
        take_setting(parts, key, force_string_no_context(value, ""))
    elif key == "outputs":
        take_outputs(parts, [force_string_no_context(item, "") for item in force_list(value, "")])
    elif key in NOT_WITH_STRUCTURED:
        parts.state.settings.warn(
            f"In a derivation named '{parts.drv.name}', 'structuredAttrs' disables the effect of the "
            f"derivation attribute '{key}'; use 'outputChecks.<output>.{key}' instead"
        )


# --- inputs and outputs


def add_inputs(parts: Parts) -> Inputs:
    """Depend on everything in the context of the attributes' strings; what that is, is found once."""
    drv, shared, context = parts.drv, parts.state.store.shared, frozenset(parts.context)
    inputs = shared.inputs.get(context)
    if inputs is None:
        left = shared.take_inputs(context, drv)
        if left:
            take_odd_inputs(parts, left)
        inputs = Inputs(drv.inputs, drv.sources)
        if not left:
            shared.keep_inputs(context, inputs)
    drv.inputs, drv.sources = inputs.derivations, inputs.sources
    return inputs


def take_odd_inputs(parts: Parts, left: list[str]) -> None:
    """Depend on whole closures, and on outputs of outputs."""
    drv = parts.drv
    drv.inputs = {path: InputNode(node.outputs) for path, node in drv.inputs.items()}  # these are changed
    for text in left:
        element = parse_element(text)
        if element.outputs:
            drv.add_input(element.path, list(element.outputs))
        elif element.deep:
            add_closure(parts.state, drv, element.path)
        else:
            drv.sources.add(element.path)


def add_closure(state: State, drv: Derivation, drv_path: str) -> None:
    """Depend on a derivation, all it depends on, and all their outputs (`drvPath` in a string)."""
    store = state.store
    if state.settings.read_only and not store.is_on_disk(drv_path):
        raise EvalError(f"path '{drv_path}' is not valid")  # Nix has not written it, and looks for it
    for path in store.closure([drv_path]):
        drv.sources.add(path)
        if is_drv_path(path):
            for output in store.read_derivation(path).outputs:
                drv.add_input(path, [output])


def check_complete(parts: Parts) -> None:
    """The attributes that every derivation needs."""
    if not parts.drv.builder:
        raise EvalError("required attribute 'builder' missing")
    if not parts.drv.system:
        raise EvalError("required attribute 'system' missing")
    if is_drv_path(parts.drv.name) and not (parts.method == "text" and parts.outputs == ["out"]):
        raise EvalError(
            "derivation names are allowed to end in '.drv' only if they produce a single derivation file"
        )


def add_outputs(parts: Parts, inputs: Inputs, written: Written | None) -> None:
    """Fill in the outputs: fixed, floating, impure or input-addressed; *inputs*, *written*: see the store."""
    drv, store, settings = parts.drv, parts.state.store, parts.state.settings
    if parts.hash_text is not None:
        if parts.outputs != ["out"]:
            raise EvalError("multiple outputs are not supported in fixed-output derivations")
        content = expected_hash(parts.hash_text, parts.algorithm, settings.features, settings.warn)
        output = fixed_output(drv.name, parts.method or "flat", content, store.store_dir)
        drv.outputs["out"] = output
        drv.env["out"] = output.path
        if written is not None:
            written.put("out", output.path)
    elif parts.content_addressed or parts.impure:
        if parts.content_addressed and parts.impure:
            raise EvalError("derivation cannot be both content-addressed and impure")
        method = METHOD_PREFIXES[parts.method or "nar"] + (parts.algorithm or "sha256")
        for name in parts.outputs:
            drv.env[name] = output_placeholder(name)
            if written is not None:
                written.put(name, drv.env[name])
            drv.outputs[name] = Output("", method, "impure" if parts.impure else "")
    else:
        for name in parts.outputs:
            drv.env[name] = ""
            drv.outputs[name] = Output()
        store.fill_in_outputs(drv, inputs, written)


def result_of(drv: Derivation, drv_path: str) -> dict[str, Lazy]:
    """`drvPath` and the outputs, with their contexts."""
    result: dict[str, Lazy] = {"drvPath": ContextString(drv_path, frozenset(("=" + drv_path,)))}
    for name, output in sorted(drv.outputs.items()) if len(drv.outputs) > 1 else drv.outputs.items():
        result[make_symbol(name)] = output_string(drv_path, name, output)
    return result


def output_string(drv_path: str, name: str, output: Output) -> ContextString:
    """The text that stands for an output: its path, or a placeholder as long as that is not known."""
    text = output.path or upstream_placeholder(drv_path, name)
    return ContextString(text, frozenset((f"!{name}!{drv_path}",)))
