"""Deep programs in threads whose C stack is small: no crash, whatever is done with the value in that thread.

    python -m tests.runtime.small_stacks
    python -m tests.runtime.small_stacks --kilobytes 128 --only list,JSON --large

Each program of `tests.programs.nesting` is evaluated in a thread of its own, in a process of its own; its value is
printed, converted, compared, looked into, passed on, and let go of there. A process that dies is told of.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from nixlite import Evaluator, Exhausted, Limits, MemoryHost, NixError
from tests.fuzz.workers import forked
from tests.programs.nesting import CASES, LARGE, SMALL, program

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60.0
"""What a program may take."""

TEXTS = {
    "deep JSON": "builtins.fromJSON (builtins.toJSON (builtins.foldl' (a: b: [ a ]) 1 (builtins.genList (x: x) {})))",
    "deep JSON of sets": "builtins.toJSON (builtins.foldl' (a: b: {{ inherit a; }}) 1 (builtins.genList (x: x) {}))",
    "deep TOML": "builtins.fromTOML ''a = ${{builtins.concatStringsSep \"\" (builtins.genList (x: \"[\") {})}}''",
    "deep XML": "builtins.toXML (builtins.foldl' (a: b: [ a ]) 1 (builtins.genList (x: x) {}))",
    "deep list": "builtins.foldl' (a: b: [ a ]) 1 (builtins.genList (x: x) {})",
    "deep set": "builtins.foldl' (a: b: {{ inherit a; }}) 1 (builtins.genList (x: x) {})",
    "deep chain of thunks": "let f = n: if n == 0 then 0 else 1 + f (n - 1); in map f [ {} ]",
    "deep error": "let f = n: if n == 0 then throw \"x\" else {{ a = (f (n - 1)).a; }}; in (f {}).a",
    "deep functors": "let f = n: if n == 0 then x: x else {{ __functor = self: f (n - 1); }}; in f {} 1",
    "deep strings": "let f = n: if n == 0 then \"\" else \"${{f (n - 1)}}x\"; in f {}",
    "deep deepSeq": "let l = builtins.foldl' (a: b: [ a ]) 1 (builtins.genList (x: x) {}); in builtins.deepSeq l l",
    "deep comparison": "let m = x: builtins.foldl' (a: b: [ a ]) x (builtins.genList (x: x) {}); in [ (m 1 == m 1) (m 1 < m 2) ]",
    "deep closure": "builtins.length (builtins.genericClosure {{ startSet = [ {{ key = [ 0 ]; }} ]; operator = x: if builtins.length x.key > 99 then [ ] else [ {{ key = x.key ++ [ {} ]; }} ]; }})",
    "deep path of names": "let f = n: if n == 0 then {{ }} else {{ a = f (n - 1); }}; in builtins.attrNames (f {})",
    "endless": "let f = x: 1 + f x; in f {}",
    "endless list": "let l = [ l {} ]; in l",
    "endless alias": "let a = {{ inherit (b) x; }}; b = {{ inherit (a) x; }}; n = {}; in a.x",
}  # fmt: skip
"""Programs, `{}` being how deep."""

DEPTHS = {SMALL: 3000, LARGE: 50_000}

USES: list[Callable[[Any], object]] = [
    str,
    repr,
    lambda value: value.to_json(),
    lambda value: value.to_python(),
    lambda value: value.to_python(max_depth=3),
    lambda value: [each for each in value],  # noqa: C416 # whatever it is
    lambda value: value == Evaluator(host=MemoryHost()).evaluate("[ [ 1 ] ]"),
]
"""What is done with a value."""


def use(text: str) -> None:
    """Evaluate a program and use its value in every way; what is wrong with it is an error."""
    value = None
    for action in USES:
        try:
            if value is None:
                value = Evaluator(host=MemoryHost(), limits=Limits(seconds=SECONDS)).evaluate(text)
            action(value)
        except Exhausted:
            value = None
        except NixError as error:
            error.render(show_trace=len(text) < 10_000)
            if value is None:  # it will be the same each time
                return
        except (TypeError, ValueError, KeyError):  # it is no list, or too deep for Python's own json
            continue


def in_thread(text: str, kilobytes: int) -> int:
    """Use a program in a thread with so small a stack; the exit code of this process."""
    failed: list[object] = []
    threading.excepthook = lambda told: failed.append(
        sys.__excepthook__(told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback)
    )
    threading.stack_size(kilobytes << 10)
    thread = threading.Thread(target=use, args=(text,))
    thread.start()
    thread.join()
    return 1 if failed else 0


def of_process(text: str, kilobytes: int) -> str:
    """How a process that does so ends: "" if it does as it should."""
    sys.stdout.flush()
    child = forked()
    if child == 0:
        code = 1
        try:
            code = in_thread(text, kilobytes)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return "" if code == 0 else signal.Signals(-code).name if code < 0 else f"exit {code}"


def programs(size: int) -> dict[str, str]:
    """All programs by name."""
    found = {f"{kind}: {name}": program(kind, name, size) for kind, name in CASES}
    return found | {name: text.format(DEPTHS[size]) for name, text in TEXTS.items()}


def main() -> int:
    """The command line; 1 if a process has died."""
    reader = argparse.ArgumentParser(prog="python -m tests.runtime.small_stacks")
    reader.add_argument("--kilobytes", type=int, default=256)
    reader.add_argument("--large", action="store_true", help="programs ten times as large")
    reader.add_argument(
        "--only", default="", help="programs with one of these words, separated by commas, in their names"
    )
    options = reader.parse_args()
    wrong, done, begun = 0, 0, time.monotonic()
    for name, text in programs(LARGE if options.large else SMALL).items():
        if not any(word in name for word in options.only.split(",")):
            continue
        end = of_process(text, options.kilobytes)
        done += 1
        if done % 20 == 0:
            print(f"… {done} programs", flush=True)
        if end:
            wrong += 1
            print(f"{name}: {end}", flush=True)
    took = time.monotonic() - begun
    print(
        f"Python {sys.version.split()[0]}: {wrong} of {done} programs in {options.kilobytes} kB died ({took:.0f} s)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
