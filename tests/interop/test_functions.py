"""Python functions in Nix programs: given as arguments, and as builtins."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal, Optional

import pytest

import nixlite
from nixlite.errors import Thrown


@pytest.fixture
def evaluator() -> nixlite.Evaluator:
    return nixlite.Evaluator(nixlite.Settings(cwd="/w"), nixlite.MemoryHost({"/w/f": "text"}))


@dataclasses.dataclass
class Server:
    name: str
    port: int = 80
    tags: list[str] = dataclasses.field(default_factory=list)
    started: bool = dataclasses.field(default=False, init=False)


def test_a_function_takes_what_it_requires(evaluator: nixlite.Evaluator) -> None:
    call = evaluator.evaluate("f: f 1 2")
    assert call(lambda a, b: [a.to_python(), b.to_python()]) == [1, 2]
    assert call(lambda a, b, c=3: [a, b, c]) == [1, 2, 3]
    assert call(functools.partial(lambda a, b, c: [a, b, c], 0)) == [0, 1, 2]
    once = evaluator.evaluate("f: f 5")
    assert once(lambda a=1: a) == 5
    assert once(lambda *all_of_them: list(all_of_them)) == [5]
    assert once(lambda a, *, b=1: [a, b]) == [5, 1]
    assert evaluator.evaluate('f: f "abc"')(lambda s: len(s.to_python())) == 3
    curried = evaluator.evaluate("f: builtins.map (f 10) [ 1 2 ]")
    assert curried(lambda a, b: a.to_python() + b.to_python()) == [11, 12]

    def bare(a, *, b):  # type: ignore[no-untyped-def] # as programs have them
        return a

    def optional(a, *, b=1):  # type: ignore[no-untyped-def]
        return [a, b]

    with pytest.raises(TypeError, match="'bare' requires 'b' by keyword"):
        once(bare)
    assert once(optional) == [5, 1]
    assert once(functools.wraps(lambda a, b: [a, b])(lambda *both: list(both)))(6) == [5, 6]

    def only(a: int, *, b: int) -> int:
        return a + b

    with pytest.raises(TypeError, match="'only' requires 'b' by keyword"):
        once(only)


def test_what_a_function_returns_is_converted(evaluator: nixlite.Evaluator) -> None:
    call = evaluator.evaluate("f: f 1")
    assert call(lambda x: {"x": x, "l": (1, None)}) == {"x": 1, "l": [1, None]}
    assert call(lambda x: lambda y: [x, y])(2) == [1, 2]
    with pytest.raises(nixlite.PythonError) as caught:
        call(lambda x: {"a": [1j]})
    assert (
        str(caught.value)
        == "what the Python function '<lambda>' returned: no Nix value for complex, at [\"a\"][0]"
    )
    assert isinstance(caught.value.__cause__, TypeError)


def test_what_a_function_raises(evaluator: nixlite.Evaluator) -> None:
    @evaluator.builtin("secret")
    def secret(name: str) -> str:
        return {"db": "hunter2"}[name]

    value = evaluator.evaluate('{ a = builtins.secret "db"; b = builtins.tryEval (builtins.secret "no"); }')
    assert value["a"] == "hunter2"
    for _ in range(2):  # what failed fails again in the same way
        with pytest.raises(nixlite.PythonError) as caught:
            value["b"]
        assert caught.value.message == "error in the Python function 'secret': KeyError: 'no'"
        assert isinstance(caught.value.__cause__, KeyError)
        assert [frame.text for frame in caught.value.trace or ()][
            -1
        ] == "while calling the Python function 'secret'"
    assert caught.value.render() == (
        "error:\n"
        "       … while calling the 'tryEval' builtin\n"
        "         at «string»:1:33:\n"
        '            1| { a = builtins.secret "db"; b = builtins.tryEval (builtins.secret "no"); }\n'
        "             |                                 ^\n\n"
        "       … while calling the Python function 'secret'\n"
        "         at «string»:1:51:\n"
        '            1| { a = builtins.secret "db"; b = builtins.tryEval (builtins.secret "no"); }\n'
        "             |                                                   ^\n\n"
        "       error: error in the Python function 'secret': KeyError: 'no'"
    )

    def silent(x: Any) -> None:
        raise ValueError

    with pytest.raises(nixlite.PythonError, match=r"^error in the Python function 'silent': ValueError$"):
        evaluator.evaluate("f: f 1")(silent)


def test_errors_of_nix_go_through_a_function(evaluator: nixlite.Evaluator) -> None:
    def inner(x: nixlite.Value) -> Any:
        return x["missing"] if x.type == "list" else evaluator.evaluate("builtins.head")(x)

    call = evaluator.evaluate("f: x: 1 + f x")
    with pytest.raises(nixlite.NixError, match="expected a list but found a set") as caught:
        call(inner, {})
    texts = [frame.text for frame in caught.value.trace or ()]
    assert "while calling the Python function 'inner'" in texts
    caught_inside = []

    def lenient(x: nixlite.Value) -> int:
        try:
            return x["n"].to_python() + 1
        except nixlite.NixError as error:
            caught_inside.append(str(error))
            return 0

    assert evaluator.evaluate('f: f { n = throw "it"; }')(lenient) == 0
    assert caught_inside == ["it"]

    def throwing(x: Any) -> None:
        raise Thrown("mine")

    assert evaluator.evaluate("f: (builtins.tryEval (f 1)).success")(throwing) == False  # noqa: E712


def test_what_ends_a_program_ends_it(evaluator: nixlite.Evaluator) -> None:
    for kind, raised in (
        (KeyboardInterrupt, KeyboardInterrupt),
        (SystemExit, SystemExit),
        (MemoryError, nixlite.Exhausted),  # the evaluation's: it cannot go on
    ):

        def ending(x: Any, kind: Any = kind) -> None:
            raise kind

        with pytest.raises(raised):
            nixlite.evaluate("f: f 1")(ending)

    def endless(x: Any) -> Any:
        return endless(x)

    with pytest.raises(nixlite.PythonError, match="RecursionError"):
        evaluator.evaluate("f: f 1")(endless)


def test_a_function_is_called_once_however_deep(evaluator: nixlite.Evaluator) -> None:
    """An evaluation that Python's limit has stopped is run again, with more room."""
    calls = []

    def deep(n: int) -> int:
        return 0 if n == 0 else 1 + deep(n - 1)

    def note(n: int) -> int:
        calls.append(n)
        return deep(800)

    program = evaluator.evaluate("f: let go = n: if n == 0 then 0 else f n + go (n - 1); in go 3000")
    assert program(note) == 800 * 3000
    assert len(calls) == 3000


ANNOTATED: list[tuple[Any, str, Any, str]] = [
    # the annotation, an argument, what the function is given; another argument and the complaint of it
    (str, '"a"', "a", "1: expects a string for 'x' but got an integer"),
    (str, "./f", "/w/f", "null: expects a string for 'x' but got null"),
    (int, "1", 1, "true: expects an integer for 'x' but got a Boolean"),
    (int, "2", 2, "1.0: expects an integer for 'x' but got a float"),
    (bool, "true", True, "1: expects a Boolean for 'x' but got an integer"),
    (float, "1.5", 1.5, '"1": expects a float for \'x\' but got a string'),
    (float, "1", 1.0, "true: expects a float for 'x' but got a Boolean"),
    (None, "null", None, "{ }: expects null for 'x' but got a set"),
    (Any, "[ 1 { } ]", [1, {}], ""),
    (object, "[ 1 { } ]", [1, {}], ""),
    (Path, "./f", Path("/w/f"), "[ ]: expects a path for 'x' but got a list"),
    (PurePosixPath, '"a/b"', PurePosixPath("a/b"), "x: x: expects a path for 'x' but got a function"),
    (list, "[ 1 null ]", [1, None], "{ }: expects a list for 'x' but got a set"),
    (list[int], "[ 1 2 ]", [1, 2], "[ 1 null ]: expects an integer for 'x' at [1] but got null"),
    (Sequence[str], '[ "a" ]', ["a"], '[ "a" 1 ]: expects a string for \'x\' at [1] but got an integer'),
    (tuple[int, ...], "[ 1 2 ]", (1, 2), "[ true ]: expects an integer for 'x' at [0] but got a Boolean"),
    (tuple[int, str], '[ 1 "a" ]', (1, "a"), "[ 1 ]: expects a list of 2 for 'x' but got a list"),
    (tuple, "[ 1 ]", (1,), "1: expects a list for 'x' but got an integer"),
    (dict, "{ a = 1; }", {"a": 1}, "[ ]: expects a set for 'x' but got a list"),
    (dict[str, int], "{ a = 1; }", {"a": 1}, '{ a = 1; "b c" = ""; }: expects an integer for \'x\' at ["b c"] but got a string'),
    (Mapping[str, list[int]], "{ a = [ 1 ]; }", {"a": [1]}, '{ a = [ { } ]; }: expects an integer for \'x\' at ["a"][0] but got a set'),
    (int | None, "null", None, '"": expects an integer or null for \'x\' but got a string'),
    (Optional[int], "3", 3, '"": expects an integer or null for \'x\' but got a string'),  # noqa: UP045
    (list[int] | str, "[ 1 ]", [1], "[ null ]: expects an integer for 'x' at [0] but got null"),
    (Literal["a", 1], '"a"', "a", "true: expects one of 'a', 1 for 'x' but got a Boolean"),
    (Server, '{ name = "a"; tags = [ "t" ]; }', Server("a", 80, ["t"]),
     "{ port = 1; }: expects a set with the attributes of Server (name, port, tags) for 'x' but got a set"),
    (Server, '{ name = "a"; port = 1; }', Server("a", 1),
     '{ name = "a"; nme = "b"; }: expects a set with the attributes of Server (name, port, tags) for \'x\' but got a set'),
    (list[Server], "[ ]", [], '[ { name = 1; } ]: expects a string for \'x\' at [0]["name"] but got an integer'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "good", "data", "bad"), ANNOTATED, ids=[f"{row[0]} {row[1]}" for row in ANNOTATED]
)
def test_annotations(evaluator: nixlite.Evaluator, annotation: Any, good: str, data: Any, bad: str) -> None:
    given = []

    def take(x: Any) -> str:
        given.append(x)
        return "done"

    take.__annotations__ = {"x": annotation, "return": str}
    assert evaluator.evaluate(f"f: f ({good})")(take) == "done"
    assert given == [data]
    assert type(given[0]) is type(data)
    if bad:
        argument, message = bad.split(": expects")
        with pytest.raises(nixlite.NixError) as caught:
            evaluator.evaluate(f"f: f ({argument})")(take)
        assert caught.value.message == f"the Python function 'take' expects{message}"
        assert len(given) == 1


def test_arguments_without_a_type_are_values(evaluator: nixlite.Evaluator) -> None:
    def first(x: nixlite.Value, y, z: Callable[[int], int]) -> Any:  # type: ignore[no-untyped-def]
        assert isinstance(x, nixlite.Value)
        assert isinstance(y, nixlite.Value)
        return z(x["n"])

    program = 'f: f { n = 1; bad = throw "no"; } (throw "lazy" : 1) (x: x + 1)'.replace(
        '(throw "lazy" : 1)', "[ ]"
    )
    assert evaluator.evaluate(program)(first) == 2
    with pytest.raises(nixlite.NixError, match="expects a function for 'z' but got an integer"):
        evaluator.evaluate("f: f { } 1 2")(first)


def test_annotations_that_say_nothing_of_nix_values(evaluator: nixlite.Evaluator) -> None:
    def strange(x: bytes) -> None: ...
    def keyed(x: dict[int, str]) -> None: ...
    def unknown(x: "Missing") -> None: ...  # type: ignore[name-defined]  # noqa: F821, UP037

    for function, message in (
        (strange, "'a' has no use for the annotation of 'x': <class 'bytes'> is no type"),
        (keyed, "'a' has no use for the annotation of 'x': the names of a set are strings"),
        (unknown, "the annotations of 'a' cannot be read: name 'Missing' is not defined"),
    ):
        with pytest.raises(TypeError, match=message):
            evaluator.builtin("a", function)
        assert "a" not in evaluator.engine.state.builtins


def test_builtins(evaluator: nixlite.Evaluator) -> None:
    @evaluator.builtin("join")
    def join(separator: str, items: list[str]) -> str:
        """Put texts together."""
        return separator.join(items)

    assert join("-", ["a"]) == "a"
    assert evaluator.builtin("version", {"major": 1}) == {"major": 1}
    assert evaluator.evaluate('builtins.join "-" [ "a" "b" ]') == "a-b"
    assert evaluator.evaluate('with builtins; map (join "/") [ [ "a" "b" ] [ ] ]') == ["a/b", ""]
    assert evaluator.evaluate("builtins.version.major") == 1
    assert evaluator.evaluate("builtins ? join && builtins ? version && !(builtins ? none)") == True  # noqa: E712
    assert evaluator.evaluate("builtins.typeOf builtins.join") == "lambda"
    assert evaluator.evaluate("builtins.join").nix.doc == "Put texts together."
    for name in ("map", "join", "builtins"):
        with pytest.raises(ValueError, match=f"there is a builtin '{name}' already"):
            evaluator.builtin(name, len)
    with pytest.raises(TypeError, match="no Nix value for complex"):
        evaluator.builtin("x", 1j)
    with pytest.raises(nixlite.NixError, match="attribute 'join' missing"):
        nixlite.evaluate("builtins.join")


def test_builtins_are_there_in_pure_evaluation_and_in_files() -> None:
    host = nixlite.MemoryHost({"/w/f.nix": "builtins.answer + 1"})
    settings = nixlite.Settings(cwd="/w")
    evaluator = nixlite.Evaluator(settings, host)
    evaluator.builtin("answer", 42)
    assert evaluator.evaluate_file("f.nix") == 43
    pure = nixlite.Evaluator(nixlite.Settings(pure_eval=True), host)
    pure.builtin("twice", lambda x: x.to_python() * 2)
    assert pure.evaluate("builtins.twice 4") == 8
