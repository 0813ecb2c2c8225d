"""A program that a Python program has evaluated, evaluated again by an evaluator that records.

`Program` of `explain.recording.program` says what is asked; here is how a value's origin becomes one.
"""

from __future__ import annotations

from nixlite.cli.auto_call import auto_call
from nixlite.explain.recording.program import Program
from nixlite.interop.from_python import attributes_from_python
from nixlite.interop.origins import Call, File, Flake, Text
from nixlite.interop.owning import Owning
from nixlite.interop.roots import add_builtin, evaluate_again, evaluate_root, flake_command, is_known
from nixlite.runtime.values import INT_MAX
from nixlite.source import Source
from nixlite.spelling import attribute_name, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeVar

    from nixlite.cli.explain.ways import FlakeWay
    from nixlite.evaluator import Evaluator
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.host.host import Host
    from nixlite.interop.owner import Handle, Origin
    from nixlite.runtime.values import Lazy

    T = TypeVar("T")

PYTHON = "«python»"
"""The name of the code that says what a Python program did with a value: it called it, or what is in it."""

BASE = "«string»\x1fbase"
"""The name of the program that an expression is applied to; what is asked about is the expression."""


class Replay(Owning):
    """What values and conversions need (`owner.Owner`), with an engine that records. Values that came with
    the program, as arguments, are evaluated again as well."""

    def __init__(self, engine: Evaluator, host: Host, builtins: Mapping[str, Any]) -> None:
        self.engine = engine
        self.host = host
        self.texts: dict[int, Text] = {}
        for name, value in builtins.items():
            if name not in engine.state.builtins:
                add_builtin(name, value, self)

    def nix_of(self, value: Handle) -> Lazy:
        """See `Owner`."""
        if value.evaluator is not self and is_known(value.origin):
            return evaluate_again(self.renamed(value.origin), self)
        return super().nix_of(value)

    def renamed(self, origin: Origin) -> Origin:
        """The origin with another name for its text: each evaluator calls the first one `«string»`."""
        if type(origin) is tuple:
            return (self.renamed(origin[0]), origin[1])
        if type(origin) is not Text:
            return origin
        if id(origin) not in self.texts:
            name = f"«string»\x1fvalue {len(self.texts)}"
            self.texts[id(origin)] = Text(name, origin.text, origin.base, origin.scope)
        return self.texts[id(origin)]


def split(origin: Origin) -> tuple[Origin, list[str]]:
    """A program, and the path in it of the value that has an origin."""
    path: list[str] = []
    while type(origin) is tuple and type(origin[1]) is not Call:
        origin, step = origin
        path.append(str(step))
    return origin, path[::-1]


def evaluate_lazily(payload: tuple[Any, Replay]) -> Any:
    """The code of a thunk for the program that a Python program began with."""
    root, owner = payload
    return owner.engine.base["force"](root_value(root, owner))


def root_value(root: Text | File | Flake, owner: Replay) -> Lazy:
    """The value of a program; what is called for a flake is recorded, too."""
    engine: Any = owner.engine  # it records
    if type(root) is not Flake:
        return evaluate_root(root, owner)
    way = flake_way(root, owner)
    if way.mark:
        found: Lazy = way.argument(engine, {}) if way.path else way.root(engine, [], {})
        return found
    from nixlite.builtins.flakes import call_flake

    whole: Lazy = engine.linker.link(call_flake)(engine.state, way.locked(engine))
    return whole


def flake_way(root: Flake, owner: Replay) -> FlakeWay:
    """A flake as the commands that explain have it."""
    from nixlite.cli.explain.ways import FlakeWay

    return FlakeWay(flake_command(owner), root.reference)


def written(origin: Origin) -> tuple[str, dict[str, Any]]:
    """What a Python program did with a program's value, as Nix code, and the values of the variables in it.

    So an override that Python has called is one that is written somewhere, and is seen by `stale`.
    """
    given: dict[str, Any] = {}

    def argument(data: Any) -> str:
        if literal(data):
            return data_to_nix(data)
        name = f"argument{len(given) + 1}"
        given[name] = data
        return name

    def code(origin: Origin) -> str:
        if type(origin) is not tuple:
            return "program"
        outer, step = origin
        inner = code(outer)
        if type(outer) is tuple and type(outer[1]) is Call:
            inner = f"({inner})"
        if type(step) is int:
            return f"(builtins.elemAt {inner} {step})"
        if type(step) is not Call:
            return f"{inner}.{attribute_name(step)}"
        words = [inner, *map(argument, step.arguments)]
        if step.attributes is not None:
            words.append(argument(dict(step.attributes)))
        return " ".join(words)

    return code(origin), given


def literal(data: Any) -> bool:
    """Whether data is written in Nix code as it is: exactly strings, numbers, lists and dictionaries."""
    if type(data) is dict:
        return all([type(name) is str and literal(item) for name, item in data.items()])
    if type(data) is list or type(data) is tuple:
        return all([literal(item) for item in data])
    return data is None or type(data) in (str, bool) or (type(data) is int and 0 <= data <= INT_MAX)


def data_to_nix(data: Any) -> str:
    """Nix code for such data."""
    if type(data) is dict:
        return "{ " + "".join([f"{attribute_name(n)} = {data_to_nix(x)}; " for n, x in data.items()]) + "}"
    if type(data) is list or type(data) is tuple:
        return "[ " + "".join([f"{data_to_nix(item)} " for item in data]) + "]"
    if type(data) is str:
        return quote(data)
    return "null" if data is None else str(data).lower()


def root_of(origin: Origin) -> Origin:
    """The text, file or flake that an origin begins with."""
    while type(origin) is tuple:
        origin = origin[0]
    return origin


def program_of(
    origin: Origin, engine: Evaluator, host: Host, builtins: Mapping[str, Any], expression: str | None = None
) -> Program:
    """The program with an origin, which `split` gave; with an *expression*, that function applied to its
    value.

    A function whose arguments all have defaults is called, as the commands do.
    """
    root = root_of(origin)
    entries = [PYTHON] if type(origin) is tuple else []
    if expression is not None:
        entries.append("«string»")
    elif type(root) is Text:
        entries.append(root.name)
    elif type(root) is File:
        entries.append(engine.resolve(root.path))
    elif type(root) is Flake:
        entries += flake_way(root, Replay(engine, host, {})).entries(engine)

    def value(recording: InstrumentedEvaluator) -> Lazy:
        owner = Replay(recording, host, builtins)
        if type(origin) is not tuple:
            return auto_call(root_value(origin, owner), {})
        text, given = written(origin)
        names = attributes_from_python(given, owner)
        names["program"] = [evaluate_lazily, (root, owner)]
        return auto_call(recording.evaluate_source(Source(PYTHON, text, base=engine.settings.cwd), names), {})

    def applied(recording: InstrumentedEvaluator) -> Lazy:
        if BASE not in recording.kept:
            recording.kept[BASE] = value(recording)
        assert expression is not None
        function = recording.evaluate_source(Source("«string»", expression, base=engine.settings.cwd))
        result: Lazy = recording.base["call"](function, recording.kept[BASE])
        return result

    evaluate = value if expression is None else applied
    return Program(engine.settings, host, evaluate, entries, engine.cache)
