"""`Host` itself, which other hosts are made of: an empty world that grants nothing, and what it makes of
what a subclass shows of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite import Evaluator, Host, MemoryHost, Settings
from nixlite.errors import EvalError, NixError, NotGranted
from nixlite.host.memory import Link
from nixlite.host.mounts import Mounts
from nixlite.host.outside import Answer
from nixlite.host.source_files import resolve_import_path
from nixlite.store.tree import Directory, File, Symlink

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nixlite.store.tree import Node


class Own(Host):
    """An embedding program's own: a file `/own` and the variable `SET`, nothing more."""

    def file_type(self, path: str) -> str | None:
        return "regular" if path == "/own" else super().file_type(path)

    def read_bytes(self, path: str) -> bytes:
        return b"1 + 1" if path == "/own" else super().read_bytes(path)

    def get_env(self, name: str) -> str:
        return "set" if name == "SET" else super().get_env(name)


def test_an_own_host_shows_what_it_wants_to() -> None:
    with Evaluator(host=Own()) as evaluator:
        for expression, answer in [
            ("import /own", 2),
            ('builtins.getEnv "SET" + builtins.getEnv "HOME"', "set"),
            ("map builtins.pathExists [ /own /other ]", [True, False]),
            ('builtins.readFile (builtins.toFile "x" "kept")', "kept"),
        ]:
            assert evaluator.evaluate(expression).to_python() == answer
        with pytest.raises(EvalError, match=r"^path '/other' does not exist$"):
            evaluator.evaluate("builtins.readFile /other").to_python()


class Web(Host):
    """Which has an answer for everything that programs fetch."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def open_url(self, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        self.asked.append(url)
        if url.endswith("/none"):
            return Answer(url, b"sorry", status=404)
        return Answer(f"{url}/there", b"text" * 50_000, headers=[("ETag", "1"), ("X", "2"), ("x", "3")])


def test_an_own_host_answers_for_servers() -> None:
    host = Web()
    with Evaluator(host=host) as evaluator:
        expression = 'builtins.readFile (builtins.fetchurl "http://u/x")'
        assert evaluator.evaluate(expression).to_python() == "text" * 50_000
        assert host.asked == ["http://u/x"]
        with pytest.raises(NixError, match=r"HTTP error 404\n\nresponse body:\n\nsorry"):
            evaluator.evaluate('builtins.fetchurl "http://u/none"').to_python()


def test_answers_are_read_piece_by_piece() -> None:
    answer = Web().open_url("http://u", {}, 1)
    assert (answer.url, answer.status, answer.chunked) == ("http://u/there", 200, False)
    assert (answer.header("Etag"), answer.header("None"), answer.headers("X")) == ("1", None, ["2", "3"])
    assert [len(answer.read(150_000)) for _ in range(3)] == [150_000, 50_000, 0]
    answer.close()


REFUSED: list[tuple[Callable[[Host], object], str, str]] = [
    (lambda host: host.write_file("/p", ""), "write '/p'", "write_file"),
    (lambda host: host.write_file("/p", "", "out"), "write 'out'", "write_file"),
    (lambda host: host.make_directory("/p"), "make the directory '/p'", "make_directory"),
    (lambda host: host.make_directory("/p", "out"), "make the directory 'out'", "make_directory"),
    (lambda host: host.make_link("/p", "/t"), "make the link '/p'", "make_link"),
    (lambda host: host.find_program("git"), "look for the program 'git'", "run_program"),
    (lambda host: host.run_program("git", []), "run the program 'git'", "run_program"),
    (lambda host: host.open_url("http://u", {}, 1), "ask 'http://u'", "open_url"),
    (lambda host: host.keep("/p", b""), "write '/p'", "keep"),
    (lambda host: host.make_room("/p"), "make the directory '/p'", "keep"),
    (lambda host: host.scratch(), "make a temporary directory", "scratch"),
    (lambda host: host.replace_file("/p", ""), "write '/p'", "replace_file"),
]  # fmt: skip


@pytest.mark.parametrize("kind", [Host, Own])
@pytest.mark.parametrize(("ask", "what", "capability"), REFUSED)
def test_what_is_not_granted_is_named(
    kind: type[Host], ask: Callable[[Host], object], what: str, capability: str
) -> None:
    """With the method by which a host would grant it."""
    with pytest.raises(NotGranted) as caught:
        ask(kind())
    assert caught.value.message == f"cannot {what}: {kind.__name__} does not grant '{capability}'"
    assert caught.value.hint == (
        f"A host grants it by its method '{capability}' (nixlite.host.host); RealHost does."
    )
    assert hasattr(Host, capability)


def test_nothing_is_there() -> None:
    host = Host()
    assert (host.file_type("/"), host.exists("/x"), host.followed_type("/x")) == (None, False, None)
    assert (host.get_env("HOME"), host.has_env("HOME"), host.home()) == ("", False, "/")
    assert (host.read_stdin(), list(host.stdin_lines())) == (b"", [])
    assert (host.now(), host.modified("/x"), host.moment()()) == (0, 0, 0)
    assert (host.cache_home(), host.cache_directory()) == (None, None)
    assert [host.is_terminal(name) for name in ("stdin", "stdout", "stderr")] == [False] * 3
    assert (host.stdout_colour(), host.stderr_colour(), host.is_executable("/x")) == (False, False, False)
    assert (host.has_kept("/x"), host.plain_type("/x")) == (False, None)
    for ask in (
        host.read_bytes, host.read_plain, host.read_real, host.read_kept, host.read_link, host.read_plain_link,
        host.list_dir, host.list_plain, host.require_type,
    ):  # fmt: skip
        with pytest.raises(EvalError) as caught:
            ask("/x")
        assert caught.value.message == "path '/x' does not exist"
    with pytest.raises(EvalError, match=r"^path '<nix/x>' does not exist$"):
        host.require_type("<nix/x>")
    host.write_stdout("x")
    host.write_stderr("x")
    host.flush()


class Store:
    """A store in memory."""

    store_dir = "/nix/store"

    def lookup(self, path: str) -> Node | None:
        tree = Directory({"f": File(b"kept"), "l": Symlink("f"), "p": File(b"", executable=True)})
        return tree if path == "/nix/store/d" else tree.entries.get(path.removeprefix("/nix/store/d/"))


def test_the_store_is_there() -> None:
    host = Host()
    host.store = Store()
    place = "/nix/store/d"
    assert host.list_dir(place) == {"f": "regular", "l": "symlink", "p": "regular"}
    assert [host.file_type(f"{place}/{name}") for name in "flx"] == ["regular", "symlink", None]
    assert (host.read_bytes(f"{place}/f"), host.read_real(f"{place}/l")) == (b"kept", b"kept")
    assert host.read_link(f"{place}/l") == "f"
    assert [host.is_executable(f"{place}/{name}") for name in "fpx"] == [False, True, False]
    assert (host.exists(f"{place}/f"), host.followed_type(f"{place}/l")) == (True, "regular")
    for ask, name, message in [
        (host.read_bytes, "", "read of 4096 bytes: Is a directory"),
        (host.read_bytes, "/l", f"opening file '{place}/l': Too many levels of symbolic links"),
        (host.read_link, "/f", f"path '{place}/f' does not exist"),
        (host.list_dir, "/f", f'cannot read directory "{place}/f": Not a directory'),
        (host.list_dir, "/x", f"path '{place}/x' does not exist"),
    ]:
        with pytest.raises(EvalError) as caught:
            ask(place + name)
        assert caught.value.message == message
    for listing in (host.list_dir, host.list_plain):
        with pytest.raises(EvalError, match=r"^path '/nix/store/' is not in the Nix store$"):
            listing("/nix/store")


def test_trees_have_the_names_of_where_they_come_from() -> None:
    """In pure evaluation, and git's objects have words of their own (Nix 2.34.8)."""
    host = Host()
    host.store = Store()
    assert host.shown_path("/nix/store/d/f") == "/nix/store/d/f"
    host.mounts = Mounts("/nix/store", host)
    host.mounts.add("/nix/store/d", "«git+file:///r»")
    assert host.shown_path("/nix/store/d/f") == "«git+file:///r»/f"
    for ask, message in [
        (lambda: host.read_bytes("/nix/store/d/x"), "'«git+file:///r»/x' does not exist"),
        (lambda: host.read_link("/nix/store/d/x"), "'«git+file:///r»/x' does not exist"),
        (lambda: host.list_dir("/nix/store/d/x"), "'«git+file:///r»/x' does not exist"),
        (lambda: host.require_type("/nix/store/d/x"), "path '«git+file:///r»/x' does not exist"),
    ]:
        with pytest.raises(EvalError) as caught:
            ask()
        assert caught.value.message == message
    assert host.is_directory("/nix/store/d/x").message == "'«git+file:///r»/x' is not a regular file"
    assert host.is_directory("/other").message == "read of 4096 bytes: Is a directory"


def test_what_a_host_does_for_evaluators() -> None:
    """Nothing, where it neither guards nor remembers."""
    host, settings = Host(), Settings(cwd="/")
    assert host.settings_for(settings) is settings
    assert host.for_evaluator() is host
    assert host.fetching("http://u") is host
    assert host.fetched({}, lambda: 5) == 5
    attributes = {"rev": "1"}
    assert host.facts("/x", attributes) is attributes


def test_a_twin_has_a_store_of_its_own() -> None:
    host = MemoryHost({"/f": "f"})
    told: list[str] = []
    twin = host.twin(told.append)
    twin.store = Store()
    assert (host.store, twin.read_bytes("/f"), type(twin)) == (None, b"f", MemoryHost)
    twin.write_stderr("a")
    host.write_stderr("b")
    host.twin().write_aside("c")
    assert (told, host.stderr) == (["a"], ["b", "c"])


def test_moments() -> None:
    host = MemoryHost(time=5)
    assert (host.now(), host.modified("/x")) == (5, 5)
    assert [host.is_before(second) for second in (4, 5, 6)] == [False, False, True]


def test_home() -> None:
    assert MemoryHost(env={"HOME": "/h", "HOME~": "/i"}).home() == "/h"
    assert MemoryHost(env={"HOME": ""}).home() == "/"


# --- colours

COLOURS = [
    # terminal, environment, messages (Nix 2.34.8), answers
    (True, {"TERM": "xterm"}, True, True),
    (True, {"TERM": ""}, True, True),
    (True, {}, False, False),
    (True, {"TERM": "dumb"}, False, False),
    (True, {"TERM": "dumb", "CLICOLOR_FORCE": "1"}, False, False),
    (True, {"TERM": "xterm", "NO_COLOR": ""}, False, False),
    (True, {"TERM": "xterm", "NOCOLOR": "1"}, False, False),
    (False, {"TERM": "xterm"}, False, False),
    (False, {"CLICOLOR_FORCE": "1"}, False, True),
    (False, {"CLICOLOR_FORCE": "0"}, False, False),
    (False, {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False, False),
]


class Terminal(MemoryHost):
    """Whose one output is a terminal."""

    terminals: tuple[str, ...] = ()

    def is_terminal(self, stream: str) -> bool:
        return stream in self.terminals


@pytest.mark.parametrize(("terminal", "env", "messages", "answers"), COLOURS)
def test_colours(terminal: bool, env: dict[str, str], messages: bool, answers: bool) -> None:
    host = Terminal({}, env=env)
    host.terminals = ("stderr",) if terminal else ()
    assert host.stderr_colour() is messages
    host.terminals = ("stdout",) if terminal else ()
    assert host.stdout_colour() is answers
    assert host.stdout_colour(forced=False) is (answers and terminal)


# --- paths

PATHS = [
    # path, what is meant, what is meant if the last part is not followed
    ("/", "/", "/"), ("//a//f", "/a/f", "/a/f"), ("/a/./f/.", "/a/f", "/a/f"), ("/a/../..", "/", "/"),
    ("/x/../a/f", "/a/f", "/a/f"), ("/a/l", "/a/f", "/a/l"), ("/a/up", "/b", "/a/up"), ("/d/l", "/a/f", "/a/l"),
    ("/d/../d/f", "/a/f", "/a/f"), ("/a/abs/f", "/a/f", "/a/f"), ("/none/x", "/none/x", "/none/x"),
    ("/a/gone", "/a/nothing", "/a/gone"), ("<nix/fetchurl.nix>", "<nix/fetchurl.nix>", "<nix/fetchurl.nix>"),
]  # fmt: skip
TREE: dict[str, str | bytes | Link] = {
    "/a/f": "f",
    "/a/l": Link("f"),
    "/a/up": Link("../b"),
    "/a/abs": Link("/d"),
    "/a/gone": Link("nothing"),
    "/b": "b",
    "/d": Link("a"),
}


@pytest.mark.parametrize(("path", "meant", "last_kept"), PATHS)
def test_links_are_followed(path: str, meant: str, last_kept: str) -> None:
    host = MemoryHost(TREE)
    assert host.real_path(path) == meant
    assert host.real_path(path, last=False) == last_kept


def test_the_topmost_link_is_told() -> None:
    host = MemoryHost(TREE)
    asked = ["/a/f", "/d", "/d/l", "/a/abs/up/x", "/a/up", "/", ""]
    assert [host.first_link(path) for path in asked] == [None, "/d", "/d", "/a/abs", "/a/up", None, None]
    assert (host.require_type("/d"), host.require_type("/a")) == ("symlink", "directory")
    with pytest.raises(EvalError, match=r"^path '/d' is a symlink$"):
        host.require_type("/d/f")


def test_so_many_links_are_followed_as_nix_does() -> None:
    files: dict[str, str | bytes | Link] = {f"/{n}": Link(f"{n - 1}") for n in range(1, 1026)}
    host = MemoryHost({**files, "/0": "end"})
    assert (host.read_real("/1024"), host.followed_type("/1024")) == (b"end", "regular")
    assert host.followed_type("/1025") is None
    with pytest.raises(EvalError, match=r"^infinite symlink recursion in path '/1025'$"):
        host.read_real("/1025")
    assert resolve_import_path(host, "/1022") == "/0"
    with pytest.raises(EvalError) as caught:
        resolve_import_path(host, "/1024")
    assert caught.value.message == "too many symbolic links encountered while traversing the path '/1'"
