"""One input, done as its kind says. What a user may see is fine; anything else is raised, or found by the parent."""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
import zlib
from contextlib import suppress
from functools import cache
from random import Random
from time import process_time
from typing import TYPE_CHECKING, Any

from nixlite.__main__ import make_command
from nixlite.__main__ import run as run_words
from nixlite.cli.running import run_command
from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.fetch.archive import unpack
from nixlite.formats.json.writing import to_json
from nixlite.formats.nix.evaluated import show_value
from nixlite.formats.nix.layout import LayoutOptions, show_layout
from nixlite.formats.xml import to_xml
from nixlite.host.memory import Link, MemoryHost
from nixlite.host.settings import Settings
from nixlite.limits.budget import Budget, Limits
from nixlite.source import Source
from nixlite.store.nar import dump, hash_tree, restore
from nixlite.store.tree import Directory, File, Symlink
from nixlite.syntax.parser import parse
from nixlite.syntax.unparse import show
from tests.fetch.test_mutations import ARCHIVES
from tests.fuzz.mutating import mutated_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fuzz.kinds import Input

SECONDS = 2.0
"""What each input is allowed to take, by nixlite's own limits."""

LATE = 5.0
"""Seconds of processor time beyond that which are a fault."""

LARGE = 50_000_000
"""Characters of a trace that are not written: each of its frames may show a line as long as the program."""

PACKAGES = """let
  derivation' = args: derivation ({ system = "x"; builder = "/b"; } // args);
  makeOverridable = f: args: let r = f args; in r // { override = more: makeOverridable f (args // (if builtins.isFunction more then more args else more)); };
  makeExtensible = rattrs: let x = rattrs x // { extend = f: makeExtensible (self: let super = rattrs self; in super // f self super); }; in x;
  mkDerivation = args: let a = if builtins.isFunction args then let self = args (self // { finalPackage = r; }); in self else args;
    r = derivation' { name = a.name or "${a.pname}-${a.version}"; inherit (a) version; src = a.src or null; buildInputs = a.buildInputs or [ ]; }
      // { inherit (a) version; src = a.src or null; passthru = a; meta = a.meta or { };
           overrideAttrs = f: mkDerivation (a // (let g = f a; in if builtins.isFunction g then f r a else g)); }; in r;
in makeExtensible (self: {
  inherit mkDerivation;
  zlib = mkDerivation { pname = "zlib"; version = "1.3"; };
  hello = makeOverridable ({ zlib ? self.zlib, doCheck ? false }: mkDerivation rec {
    pname = "hello"; version = "2.12"; buildInputs = [ zlib ]; meta.description = "hi";
    src = { url = "https://e.org/hello-${version}.tar.gz"; hash = "x"; };
  }) { };
})
"""

FILES: dict[str, str | bytes | Link] = {
    "/work/a.nix": "{ k = 1; n = [ 1 2 ]; f = x: x; a.b.c = 3; }",
    "/work/f.nix": "{ x ? 1, ... }@args: args // { inherit x; }",
    "/work/bad.nix": "{ x = ",
    "/work/data.json": '{"a": [1, 2.5, null]}',
    "/work/bytes": b"\xff\xfe\0\x01",
    "/work/link": Link("a.nix"),
    "/work/loop": Link("loop"),
    "/work/out": Link("../etc"),
    "/work/dir/default.nix": "x: y: { inherit x y; }",
    "/work/dir/flake.nix": "{ outputs = { self }: { x = 1; }; }",
    "/work/dir/sub/c": "text",
    "/work/pkgs.nix": PACKAGES,
    "/work/flake.nix": '{ inputs.d.url = "path:./dir"; outputs = { self, d }: { k = d.x; packages.x86_64-linux.default = (import ./pkgs.nix).hello; }; }',
    "/etc/nix/nix.conf": "experimental-features = nix-command flakes fetch-tree pipe-operators\n",
}
"""What is there, and no more: nothing of this machine is read."""

FEATURES = frozenset(
    {
        "nix-command",
        "flakes",
        "fetch-tree",
        "fetch-closure",
        "pipe-operators",
        "dynamic-derivations",
        "ca-derivations",
    }
)

UNSAFE = (":!", ":e", ":save", ":sh", ":b", ":i", ":u", ":log", ":learn")
"""Commands of a session with which a user may do anything: they are not tried."""


class Bug(Exception):
    """What nixlite itself called a bug of its own."""


def host_with(**files: str | bytes | Link) -> MemoryHost:
    """A host that has FILES, *files* in its directory `/work`, and a home."""
    env = {"HOME": "/home/u", "NIX_PATH": "work=/work"}
    return MemoryHost({**FILES, **{f"/work/{name}": text for name, text in files.items()}}, env=env)


def settings_for(random: Random) -> Settings:
    """Settings, mostly the usual ones."""
    made = Settings(pure_eval=random.random() < 0.1, cwd="/work")
    made.lookup_path = [("work", "/work"), ("", "/work/dir")]
    if random.random() < 0.9:
        made.features = made.features | FEATURES
    made.restrict_eval = random.random() < 0.05
    made.max_call_depth = random.choice((10_000, 10_000, 1000, 100))
    return made


def limits_for(random: Random) -> Limits:
    """Limits of several kinds; always one of the time."""
    some: dict[str, Any] = random.choice(
        ({}, {}, {}, {"steps": 20_000}, {"memory": 400 << 20}, {"output": 10_000}, {"depth": 200})
    )
    return Limits(seconds=SECONDS, **some)


def do(given: Input) -> None:
    """Do an input. Raises what is a fault of nixlite."""
    begun = process_time()
    random = Random(zlib.crc32("\0".join((given.kind, *given.texts)).encode("utf-8", "surrogateescape")))
    DOING[given.kind](random, *given.texts)
    took = process_time() - begun
    if took > SECONDS + LATE:
        raise TimeoutError(f"it took {took:.1f} s")


@cache
def parsing() -> Evaluator:
    """The evaluator that has no more to do than to show errors of parsing."""
    settings = Settings(cwd="/work")
    settings.features = settings.features | FEATURES
    return Evaluator(settings, host_with())


def parsed(random: Random, text: str) -> None:
    """Parse, and print what was parsed."""
    evaluator = parsing()
    evaluator.sources.clear()
    evaluator.host.stderr.clear()
    try:
        tree = parse(Source("«string»", text, base="/work"), evaluator.parse_options())
        show(tree)
    except NixError as error:
        rendered(evaluator, error, random)


def evaluated(random: Random, text: str, **scope: str) -> None:
    """Evaluate, print in several ways; of an error the trace."""
    evaluator = Evaluator(settings_for(random), host_with())
    evaluator.limit(Budget(limits_for(random)))
    state = evaluator.state
    ways: list[Callable[[Any], object]] = [
        lambda value: show_value(state, value),
        lambda value: show_layout(state, value, LayoutOptions()),
        lambda value: to_json(state, value),
        lambda value: to_xml(state, value),
    ]
    way = random.choice(ways)
    try:
        source = Source("«string»", text, base="/work")
        # Within a guard, as the library does it: the limits are for parsing and compiling as well.
        evaluator.guard(lambda _: way(evaluator.evaluate_source(source, dict(scope))), None)
    except NixError as error:
        rendered(evaluator, error, random)


def rendered(evaluator: Evaluator, error: NixError, random: Random) -> None:
    """Show an error with its trace."""
    evaluator.explain(error)
    longest = len(error.position.source.text) if error.position and error.position.source else 0
    show_trace = random.random() < 0.7 and len(error.trace or ()) * longest < LARGE
    text = error.render(color=random.random() < 0.3, show_trace=show_trace)
    assert "error:" in text


def used(random: Random, use: str, s: str, t: str) -> None:
    """Evaluate an expression that is given two texts."""
    s, t = s.replace("\0", ""), t.replace("\0", "")
    if use == "<${s}>":
        evaluated(random, f"<{s}>")
    else:
        evaluated(random, use, s=s, t=t)


def command(words: list[str], host: MemoryHost, settings: Settings | None = None) -> str:
    """Run a command; what it writes. Raises Bug."""
    if settings is None:
        code = run_words(words, host)
    else:
        code = run_command(make_command(words[0], settings, host), words[1:])
    written = "".join(host.stderr)
    if code == 70 or "this is a bug in nixlite" in written or "Traceback (most recent" in written:
        raise Bug(written)
    return written


def drv(random: Random, text: str) -> None:
    """A derivation that is read from a file."""
    path = "/nix/store/00000000000000000000000000000000-x.drv"
    host = host_with()
    host.add(path, text)
    words = random.choice(
        (["derivation", "show", path], ["derivation", "show", "-r", path], ["build", "--dry-run", path])
    )
    command(words, host)
    evaluated_with(host, random, f"builtins.attrNames (import {path})")


def evaluated_with(host: MemoryHost, random: Random, text: str) -> None:
    """Evaluate on a host."""
    evaluator = Evaluator(settings_for(random), host)
    evaluator.limit(Budget(limits_for(random)))
    try:
        source = Source("«string»", text, base="/work")
        evaluator.guard(lambda _: evaluator.evaluate_source(source), None)
    except NixError as error:
        rendered(evaluator, error, random)


FLAKE_COMMANDS = ["flake show", "flake metadata", "flake lock", "flake check", "flake info --json", "flake show --json --all-systems",
                  "eval --json", "flake update", "flake lock --no-write-lock-file"]  # fmt: skip


def flake(random: Random, text: str, lock: str) -> None:
    """A flake and its lock file."""
    files = {"flake.nix": text} if random.random() < 0.6 else {}
    if random.random() < 0.7:
        files["flake.lock"] = lock
    words = random.choice(FLAKE_COMMANDS).split()
    flags = ["--impure"] if words[0] == "eval" else []
    command([*words, "path:/work", *flags, "--max-seconds", str(SECONDS)], host_with(**files))


def archive(random: Random, seed: str) -> None:
    """A damaged archive, or NAR."""
    random = Random(int(seed))
    kind = random.choice([*ARCHIVES, "nar", "nar"])
    data = bytearray(ARCHIVES[kind] if kind in ARCHIVES else nar())
    for _ in range(random.choice((1, 1, 2, 4))):
        data = mutated_bytes(data, random)
    if random.random() < 0.1:
        data = bytearray(gzip.compress(bytes(data), 1, mtime=0))
    with suppress(NixError):
        hash_tree(restore(bytes(data)) if kind == "nar" else unpack(bytes(data), host_with()).node)


def nar() -> bytes:
    """An archive in Nix's format."""
    parts: list[bytes] = []
    dump(
        Directory({"a": File(b"1" * 9, True), "l": Symlink("a"), "d": Directory({"b": File(b"")})}),
        parts.append,
    )
    return b"".join(parts)


def line(random: Random, text: str) -> None:
    """A command line."""
    words = [word.replace("\x1f", " ") for word in text.split(" ") if word]
    if any(
        word in ("learn", "test", "repl", "warm", "clear") for word in words
    ):  # they want a terminal, or pytest
        words = [word for word in words if word not in ("learn", "test", "warm", "clear")]
    host = host_with()
    host.stdin = b"1 + 1\n"
    command(["--max-seconds", str(SECONDS), *words], host)  # some endless programs are endless in Nix, too


def session(random: Random, text: str) -> None:
    """Lines that come through a pipe."""
    lines = [each for each in text.split("\n") if not each.lstrip().startswith(UNSAFE)]
    host = host_with()
    host.stdin = "\n".join(lines).encode("utf-8", "surrogateescape")
    words = [
        "repl",
        *random.choice(([], ["--compat"], ["/work/pkgs.nix"], ["--expr", "{ k = 1; }"])),
        "--max-seconds",
        str(SECONDS),
    ]
    command(words, host, settings_for(random))


DOING: dict[str, Callable[..., None]] = {
    "parse": parsed,
    "eval": evaluated,
    "damaged": evaluated,
    "use": used,
    "drv": drv,
    "flake": flake,
    "archive": archive,
    "line": line,
    "session": session,
}

FORBIDDEN = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "socket.connect", "socket.getaddrinfo",
                       "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree", "os.kill"})  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Outside(BaseException):
    """An input was about to do something to this machine."""


def is_temporary(path: object) -> bool:
    """Whether a file is to have no name for long."""
    return str(path).startswith(tempfile.gettempdir())


def forbid_the_world() -> None:
    """Let this process touch nothing outside any more, whatever an input brings it to."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FORBIDDEN or (
            event == "open" and arguments[2] and arguments[2] & WRITING and not is_temporary(arguments[0])
        ):
            raise Outside(f"{event} {arguments!r}"[:300])

    sys.addaudithook(hook)
