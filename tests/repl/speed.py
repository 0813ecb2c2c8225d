"""How quick the REPL is to a person: `python -m tests.repl.speed [--nix COMMAND…]`.

    first prompt               from the start to the prompt on a terminal, beside COMMAND's ("nix repl"), in turn
    first answer               to an input that is typed as soon as the prompt is there
    1,200 lines from a pipe    one set, and a binding a line: less what starting takes
    a key in 200 lines         from the key to its letter on the screen
    first TAB on pkgs.         from the key to the menu; `<nixpkgs>` is what NIX_PATH says, else the bundled one

Seconds on the clock and, in brackets, of the processor: the first are what a person waits, on a machine that
has nothing else to do; on one that is shared the second tell more. Medians. `nixlite` is that of the same `bin` as
this Python, so a virtual environment with the wheel in it is measured as users have it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import pexpect

if TYPE_CHECKING:
    from collections.abc import Iterable

PROMPT = "nix-repl> "
RATIO = "first prompt, of nix repl's"
WANTED = {
    RATIO: 1.3,
    "1,200 lines of one set": 0.5,
    "1,200 bindings": 0.5,
    "a key in 200 lines": 0.025,
    "first TAB on pkgs.": 0.3,
}
"""Seconds; the first is a ratio."""
MENU = 300
"""Characters of the least menu."""
SET = (
    "x = {\n"
    + "".join(f'  a{n} = {{ name = "n{n}"; value = [ {n} ]; }};\n' for n in range(1197))
    + "}\nx.a5.name\n"
)
BINDINGS = "".join(f"v{n} = {n} + {n}\n" for n in range(1199)) + "v7\n"


class Taken(NamedTuple):
    """Seconds on the clock, and of the processor."""

    clock: float
    processor: float


def middle(figures: Iterable[Taken]) -> Taken:
    """The medians."""
    both = list(figures)
    return Taken(median(one.clock for one in both), median(one.processor for one in both))


class Terminal:
    """A command on a terminal; times are since it began or since what was sent last."""

    def __init__(self, words: list[str], home: str) -> None:
        names = {**os.environ, "HOME": home, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
        names |= {f"XDG_{name}_HOME": f"{home}/{name}" for name in ("STATE", "CONFIG")}
        names["XDG_CACHE_HOME"] = f"{home}/cache"
        self.begin, self.used = time.perf_counter(), 0.0
        self.process = pexpect.spawn(words[0], words[1:], env=names, dimensions=(40, 100), timeout=120)
        self.process.delaybeforesend = None

    def processor(self) -> float:
        """Seconds of the processor that it has used, all threads together."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def press(self, keys: str) -> None:
        """Press keys: times are from then on."""
        self.begin, self.used = time.perf_counter(), self.processor()
        self.process.send(keys)

    def taken(self) -> Taken:
        """What it took since."""
        return Taken(time.perf_counter() - self.begin, self.processor() - self.used)

    def wait(self, text: str) -> Taken:
        """What it takes until something is written."""
        self.process.expect_exact(text)
        return self.taken()

    def send(self, keys: str, wanted: str) -> Taken:
        """Press keys; what it takes until they led to something."""
        self.press(keys)
        return self.wait(wanted)

    def draws(self, keys: str, least: int) -> Taken:
        """Press keys; what it takes until so many characters were drawn."""
        self.press(keys)
        drawn = 0
        while drawn < least:
            drawn += len(self.process.read_nonblocking(65536, 30))
        return self.taken()

    def settle(self, seconds: float = 0.5) -> None:
        """Take in what is written, until nothing is for so long."""
        try:
            while True:
                self.process.read_nonblocking(65536, seconds)
        except pexpect.TIMEOUT:
            return

    def close(self) -> None:
        """End it."""
        self.process.close(force=True)


def starts(words: list[str], home: str) -> tuple[Taken, Taken]:
    """What the first prompt takes, and from then on the answer to what is typed at once."""
    terminal = Terminal(words, home)
    prompt = terminal.wait(PROMPT)
    answer = terminal.send("7 * 191\r", "1337")
    terminal.close()
    return prompt, answer


def piped(words: list[str], text: str, home: str) -> Taken:
    """What a text takes from a pipe."""
    begin, used = time.perf_counter(), of_children()
    subprocess.run(
        words, input=text, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
        env={**os.environ, "HOME": home, "XDG_CACHE_HOME": f"{home}/cache"},
    )  # fmt: skip
    return Taken(time.perf_counter() - begin, of_children() - used)


def of_children() -> float:
    """Seconds of the processor that processes which have ended have used."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def keys(words: list[str], home: str) -> Taken:
    """What a key in an input of 200 lines takes."""
    terminal = Terminal(words, home)
    terminal.wait(PROMPT)
    terminal.settle()
    body = "".join(f"a{n} = [ {n} ];\n" for n in range(200))
    terminal.send(f"\x1b[200~x = {{\n{body}b = \x1b[201~", "b =")
    terminal.settle(1.0)
    taken = []
    for letter in "qwertyuiopasdfghjklz":
        taken.append(terminal.send(letter, letter))
        terminal.settle(0.3)
    terminal.close()
    return middle(taken)


def completes(words: list[str], home: str) -> Taken:
    """What the first TAB behind `pkgs.` takes."""
    terminal = Terminal(words, home)
    terminal.wait(PROMPT)
    terminal.settle()
    terminal.send("pkgs = import <nixpkgs> { }\r", PROMPT)
    terminal.settle()
    terminal.send("pkgs.", "pkgs.")
    terminal.settle()
    taken = terminal.draws("\t", MENU)
    terminal.close()
    return taken


def main(arguments: list[str]) -> int:
    """Print the figures; 1 where one is more than is wanted."""
    here = Path(sys.executable).parent / "nixlite"
    ours = [str(here), "repl"] if here.exists() else [sys.executable, "-m", "nixlite", "repl"]
    theirs = arguments[1:] if arguments[:1] == ["--nix"] else []
    figures: dict[str, Taken] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        starts(ours, home)  # fills the cache
        rounds = [(starts(ours, home), starts(theirs, home) if theirs else None) for _ in range(11)]
        figures["first prompt"] = middle(mine[0] for mine, _ in rounds)
        figures["first answer"] = middle(mine[1] for mine, _ in rounds)
        pairs = [(mine[0], other[0]) for mine, other in rounds if other is not None]
        if pairs:
            figures["nix repl's first prompt"] = middle(other for _, other in pairs)
            figures[RATIO] = middle(Taken(*(x / y for x, y in zip(*pair, strict=True))) for pair in pairs)
        nothing = middle(piped(ours, "", home) for _ in range(5))
        for name, text in (("1,200 lines of one set", SET), ("1,200 bindings", BINDINGS)):
            whole = middle(piped(ours, text, home) for _ in range(5))
            figures[name] = Taken(whole.clock - nothing.clock, whole.processor - nothing.processor)
        figures["a key in 200 lines"] = keys(ours, home)
        piped(ours, "(import <nixpkgs> { }).lib.version\n", home)  # fills the cache
        figures["first TAB on pkgs."] = middle(completes(ours, home) for _ in range(3))
    for name, taken in figures.items():
        most = f"   at most {WANTED[name]}" if name in WANTED else ""
        print(f"{name:28} {taken.clock:7.3f} ({taken.processor:.3f}){most}")
    return int(any(taken.clock > WANTED.get(name, taken.clock) for name, taken in figures.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
