"""One line of the output: what nix-eval-jobs says of a derivation, its names sorted.

README of nix-eval-jobs 2.33; where that is silent, its source (`src/drv.cc`, `src/worker.cc`): which
attributes are read, in which order, and what is left out.
"""

from __future__ import annotations

from nixlite.cli.explain.packages import derivation_name, drv_path_of
from nixlite.errors import EvalError
from nixlite.formats.json.writing import data_to_json, quote_json, to_json
from nixlite.runtime.call import call
from nixlite.runtime.coerce import coerce_to_store_path, coerce_to_string
from nixlite.runtime.expect import force_attrs, force_bool, force_list, force_string_no_context
from nixlite.runtime.string_context import context_order, parse_element
from nixlite.runtime.symbols import in_symbol_order
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import ContextString

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value
    from nixlite.store.derivation import Derivation

    Fields = dict[str, str]
    """The JSON text of each field, by name."""

PLAIN = (int, bool, float, str, ContextString)


class Wishes:
    """What the command line wants to know of each job. *apply*: a function whose result becomes
    `extraValue`, None for none."""

    __slots__ = ("apply", "constituents", "input_drvs", "instantiate", "meta")

    def __init__(
        self,
        *,
        meta: bool = False,
        input_drvs: bool = False,
        constituents: bool = False,
        instantiate: bool = True,
        apply: Value = None,
    ) -> None:
        self.meta = meta
        self.input_drvs = input_drvs
        self.constituents = constituents
        self.instantiate = instantiate
        self.apply = apply


def attr_text(path: Sequence[str]) -> str:
    """The field `attr`: names with a dot in them are quoted, and nothing is escaped; `attrPath` is exact."""
    return ".".join([f'"{name}"' if "." in name else name for name in path])


def line(path: Sequence[str], fields: Fields) -> str:
    """The line of a job, without a newline."""
    whole = {**fields, "attr": quote_json(attr_text(path)), "attrPath": data_to_json(tuple(path))}
    text = "{" + ",".join([f'"{name}":{whole[name]}' for name in sorted(whole)]) + "}"
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def error_fields(text: str) -> Fields:
    """The fields of a job that fails."""
    return {"error": quote_json(text)}


def job_fields(state: State, attrs: dict[str, Lazy], path: Sequence[str], wishes: Wishes) -> Fields:
    """The fields of the derivation *attrs*. Raises NixError: such a job has `error` instead."""
    name = derivation_name(attrs)
    fields: Fields = {}
    if wishes.constituents:
        fields |= constituents(state, attrs)
    if wishes.apply is not None:
        fields["extraValue"] = applied(state, wishes.apply, attrs)
    outputs = outputs_of(state, attrs, attr_text(path))
    drv_path = drv_path_of(state, attrs)
    fields |= {
        "name": quote_json(name),
        "drvPath": quote_json(drv_path),
        "outputs": data_to_json(outputs),
    }
    if wishes.instantiate:
        drv = state.store.read_derivation(drv_path)
        fields["system"] = quote_json(drv.system)
        fields["requiredSystemFeatures"] = data_to_json(tuple(required_features(drv)))
        if wishes.input_drvs:
            inputs = {below: tuple(sorted(node.outputs)) for below, node in drv.inputs.items()}
            fields["inputDrvs"] = data_to_json(inputs)
    else:
        fields["system"] = quote_json(system_of(attrs))
    if wishes.meta:
        fields["meta"] = meta_of(state, attrs)
    return fields


def system_of(attrs: dict[str, Lazy]) -> str:
    """The attribute `system`; what is `unknown` to `nix-env`."""
    if "system" not in attrs:
        return "unknown"
    return force_string_no_context(attrs["system"], "while evaluating the 'system' attribute of a derivation")


def outputs_of(state: State, attrs: dict[str, Lazy], attr: str) -> dict[str, str | None]:
    """Paths of the outputs by name; None where the path is known only after building."""
    if "outputs" not in attrs:
        return {"out": own_path(state, attrs, "while evaluating the output path of a derivation")}
    found: dict[str, str | None] = {}
    context = "while evaluating the 'outputs' attribute of a derivation"
    for item in force_list(attrs["outputs"], context):
        name = force_string_no_context(item, "while evaluating the name of an output of a derivation")
        if name not in attrs:
            continue
        output = force_attrs(attrs[name], "while evaluating an output of a derivation")
        if "outPath" in output:
            found[name] = own_path(state, output, "while evaluating an output path of a derivation")
    return found


def own_path(state: State, attrs: dict[str, Lazy], context: str) -> str | None:
    """The attribute `outPath` as a store path; None for the text that stands for one not known yet."""
    if "outPath" not in attrs:
        raise EvalError("derivation has no 'outPath' attribute")
    cell = attrs["outPath"]
    if state.settings.has_feature("ca-derivations"):
        text, _ = coerce_to_string(state, cell, context, copy_to_store=False)
        if not state.store.is_store_path(text):
            return None
    return coerce_to_store_path(state, cell, context, error_position=attribute_position(cell))[0]


def required_features(drv: Derivation) -> list[str]:
    """What a machine must have to build it (`requiredSystemFeatures`), sorted."""
    if "__json" in drv.env:
        from json import loads  # few derivations have structured attributes

        given = loads(drv.env["__json"]).get("requiredSystemFeatures", [])
        found = {item for item in given if isinstance(item, str)} if isinstance(given, list) else set()
    else:
        found = set(drv.env.get("requiredSystemFeatures", "").split())
    if not all(output.path for output in drv.outputs.values()):
        found.add("ca-derivations")
    return sorted(found)


def meta_of(state: State, attrs: dict[str, Lazy]) -> str:
    """`meta`, of which what is no data is left out; null where there is nothing."""
    if "meta" not in attrs:
        return "null"
    meta = force_attrs(attrs["meta"], "while evaluating the 'meta' attribute of a derivation")
    parts = [
        f"{quote_json(name)}:{to_json(state, meta[name])[0]}" for name in sorted(meta) if is_data(meta[name])
    ]
    return "{" + ",".join(parts) + "}" if parts else "null"


def is_data(x: Lazy) -> bool:
    """Whether a part of `meta` is made of numbers, Booleans and strings only, no null and no package."""
    value: Any = force(x)
    if type(value) is tuple:
        return all([is_data(item) for item in value])
    if type(value) is dict:
        return "outPath" not in value and all([is_data(value[name]) for name in in_symbol_order(value)])
    return type(value) in PLAIN


def applied(state: State, function: Value, attrs: dict[str, Lazy]) -> str:
    """The JSON of what a function makes of the derivation, which must be a set."""
    result = force_attrs(call(function, attrs), "apply needs to evaluate to an attrset")
    return to_json(state, result)[0]


# -- aggregates of Hydra's


def constituents(state: State, attrs: dict[str, Lazy]) -> Fields:
    """What an aggregate (`_hydraAggregate`) is made of: .drv paths, and names of jobs still to be found."""
    paths: list[str] = []
    names: list[str] = []
    globs = False
    context = "while evaluating the `_hydraAggregate` attribute"
    if "_hydraAggregate" in attrs and force_bool(attrs["_hydraAggregate"], context):
        if "constituents" not in attrs:
            raise EvalError("derivation must have a 'constituents' attribute")
        cell = attrs["constituents"]
        context = "while evaluating the `constituents` attribute"
        _, elements = coerce_to_string(state, cell, context, coerce_more=True, copy_to_store=False)
        parsed = [parse_element(text) for text in sorted(elements, key=context_order)]
        paths += [element.path for element in parsed if element.outputs]
        for item in force_list(cell, context):
            value = force(item)
            if isinstance(value, str | ContextString):
                names.append(value if isinstance(value, str) else value.text)
        context = "while evaluating the `_hydraGlobConstituents` attribute"
        globs = "_hydraGlobConstituents" in attrs and force_bool(attrs["_hydraGlobConstituents"], context)
    return {
        "constituents": data_to_json(tuple(paths)),
        "namedConstituents": data_to_json(tuple(names)),
        "globConstituents": data_to_json(globs),
    }
