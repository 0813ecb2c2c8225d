"""What `<name>` means: entries in their order, links, warnings, what is fetched, and nixlite's own nixpkgs.

What Nix would answer is as Nix 2.34.8 has answered it, in a folder with these files.
"""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from nixlite import Evaluator, MemoryHost, Settings
from nixlite.errors import EvalError, NixError, RestrictedError, Thrown
from nixlite.host import lookup_path as of_lookup_path
from nixlite.host.lookup_path import (
    LISTENER,
    allow_lookup_path,
    find_file,
    lookup_path,
    parse_entry,
    parse_nix_path,
)
from nixlite.host.memory import Link
from nixlite.host.outside import Answer
from nixlite.resources import stdlib_directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILES: dict[str, str | bytes | Link] = {
    "/lp/one/a": "1",
    "/lp/one/sub/b": "2",
    "/lp/two/a": "3",
    "/lp/two/c": "4",
    "/lp/two/nix/x": "5",
    "/lp/link": Link("one"),
}
NOT_FOUND = "file '{}' was not found in the Nix search path (add it using $NIX_PATH or -I)"
IGNORED = "Nix search path entry '{}' does not exist, ignoring"


def evaluator(path: str = "", host: MemoryHost | None = None, **changed: object) -> Evaluator:
    settings = Settings(cwd="/lp", pure_eval=bool(changed.pop("pure_eval", False)))
    settings.nix_path = parse_nix_path(path)
    for name, value in changed.items():
        setattr(settings, name, value)
    return Evaluator(settings, host or MemoryHost(FILES, env={"NIX_PATH": path}))


def told(host: MemoryHost) -> list[str]:
    """The warnings."""
    return [line.removeprefix("warning: ") for line in "".join(host.stderr).splitlines()]


FOUND = [
    # NIX_PATH, expression, value
    ("/lp/one:/lp/two", "<a>", "/lp/one/a"),
    ("/lp/one:/lp/two", "<c>", "/lp/two/c"),
    ("x=/lp/one:x=/lp/two", "<x>", "/lp/one"),
    ("x=/lp/one:x=/lp/two", "<x/c>", "/lp/two/c"),
    ("y=/lp/one:x=/lp/two", "<x/a>", "/lp/two/a"),
    ("x=/lp/link", "<x/sub/b>", "/lp/one/sub/b"),
    ("x=/lp/link", "<x>", "/lp/one"),
    ("x=/lp/one/a", "<x>", "/lp/one/a"),
    ("x=/", "<x/lp/one/a>", "/lp/one/a"),
    ("x=/", "<x>", "/"),
    ("x=one", "<x/a>", "/lp/one/a"),
    ("https=/lp/one", "<https/a>", "/lp/one/a"),
    ("/lp/two", "<nix/x>", "/lp/two/nix/x"),
    ("", 'builtins.findFile [ ] "nix/fetchurl.nix"', "<nix/fetchurl.nix>"),
    ("", 'builtins.findFile [ ] "nix/a/../b"', "<nix/b>"),
    ("x=/lp/one", 'builtins.findFile builtins.nixPath "x/sub/../a"', "/lp/one/a"),
    ("x=/lp/none", "(builtins.head builtins.nixPath).path", "/lp/none"),
    ("nixpkgs=/lp/one", "<nixpkgs/a>", "/lp/one/a"),
]


@pytest.mark.parametrize(("path", "expression", "value"), FOUND)
def test_found(path: str, expression: str, value: str) -> None:
    assert evaluator(path).evaluate(f"toString ({expression})").to_python() == value


MISSING = [
    # NIX_PATH, expression, message
    ("y=/lp/one", "<x>", NOT_FOUND.format("x")),
    ("y=/lp/one", "<yy>", NOT_FOUND.format("yy")),
    ("x=/lp/one/a", "<x/y>", NOT_FOUND.format("x/y")),
    ("x=/lp/one", 'builtins.findFile builtins.nixPath "x/../two/c"', NOT_FOUND.format("x/../two/c")),
    ("", "<nixpkgs>", NOT_FOUND.format("nixpkgs")),
    ("nixpkgs=/lp/one", "<nixpkgs/lib>", NOT_FOUND.format("nixpkgs/lib")),
]


@pytest.mark.parametrize(("path", "expression", "message"), MISSING)
def test_not_found(path: str, expression: str, message: str) -> None:
    asked = evaluator(path)
    with pytest.raises(Thrown) as caught:
        asked.evaluate(expression).to_python()
    assert caught.value.message == message
    assert asked.evaluate(f"(builtins.tryEval ({expression})).success").to_python() is False


def test_each_entry_that_is_not_there_is_told_once() -> None:
    host = MemoryHost(FILES)
    asked = evaluator("/lp/none:gone:/lp/one", host)
    value = asked.evaluate("map toString [ <a> <sub> ]").to_python()
    assert value == ["/lp/one/a", "/lp/one/sub"]
    assert told(host) == [IGNORED.format("/lp/none"), IGNORED.format("gone")]


def test_pure_evaluation_has_none() -> None:
    asked = evaluator("x=/lp/one", pure_eval=True)
    assert asked.evaluate("builtins.nixPath").to_python() == []
    for name in ("x", "nixpkgs", "nixpkgs/lib"):
        with pytest.raises(Thrown) as caught:
            asked.evaluate(f"<{name}>").to_python()
        message = f"cannot look up '<{name}>' in pure evaluation mode (use '--impure' to override)"
        assert caught.value.message == message


def test_restricted_evaluation_sees_what_the_entries_name() -> None:
    host = MemoryHost({**FILES, "/lp/two/other/z": ""})
    settings = Settings(cwd="/lp")
    settings.restrict_eval = True
    settings.nix_path = ["x=one", "/lp/two/nix", "gone"]
    asked = Evaluator(settings, host)
    allow_lookup_path(asked.engine.state)
    assert told(host) == [IGNORED.format("gone")], "before anything is evaluated"
    assert asked.evaluate('[ (import <x/a>) (import (<x> + "/a")) (import /lp/two/nix/x) ]').to_python() == [
        1,
        1,
        5,
    ]
    for expression in ("import /lp/two/c", 'builtins.findFile [ { path = /lp/two; prefix = ""; } ] "c"'):
        with pytest.raises(
            RestrictedError, match=r"^access to absolute path '/lp/two(/c)?' is forbidden in restricted"
        ):
            asked.evaluate(expression).to_python()
    expression = 'builtins.findFile [ { path = "/elsewhere"; } ] "a"'
    with pytest.raises(
        RestrictedError, match=r"^access to absolute path '/elsewhere' is forbidden in restricted mode$"
    ):
        asked.evaluate(expression).to_python()
    everywhere = evaluator("x=/", MemoryHost(), restrict_eval=True)
    assert everywhere.evaluate("toString <x>").to_python() == "/"
    with pytest.raises(Thrown):
        everywhere.evaluate("<nixpkgs>").to_python()


# --- channels

ROOT = "/nix/var/nix/profiles/per-user/root/channels"
CHANNELS = [
    # files, environment, `use-xdg-base-directories`, entries
    ([], {}, False, []),
    (["/h/.nix-defexpr/channels/x"], {}, False, [("", "/h/.nix-defexpr/channels")]),
    (["/h/.nix-defexpr/channels/x"], {}, True, []),
    (["/h/.local/state/nix/defexpr/channels/x"], {}, True, [("", "/h/.local/state/nix/defexpr/channels")]),
    (["/s/nix/defexpr/channels/x"], {"XDG_STATE_HOME": "/s"}, True, [("", "/s/nix/defexpr/channels")]),
    ([f"{ROOT}/x"], {}, False, [("", ROOT)]),
    ([f"{ROOT}/nixpkgs/x"], {}, False, [("nixpkgs", f"{ROOT}/nixpkgs"), ("", ROOT)]),
    (["/v/profiles/per-user/root/channels/x"], {"NIX_STATE_DIR": "/v"}, False, [
        ("", "/v/profiles/per-user/root/channels"),
    ]),
    (["/h/.nix-defexpr/channels/x", f"{ROOT}/nixpkgs/x"], {}, False, [
        ("", "/h/.nix-defexpr/channels"), ("nixpkgs", f"{ROOT}/nixpkgs"), ("", ROOT),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "env", "xdg", "entries"), CHANNELS)
def test_channels(files: list[str], env: dict[str, str], xdg: bool, entries: list[tuple[str, str]]) -> None:
    host = MemoryHost(dict.fromkeys(files, ""), env={"HOME": "/h", **env})
    settings = Settings(cwd="/")
    settings.use_xdg_base_directories = xdg
    assert lookup_path(settings, host) == entries


# --- what is downloaded


class Server(MemoryHost):
    """Which answers for archives."""

    def __init__(self) -> None:
        super().__init__(FILES)
        self.asked: list[str] = []

    def open_url(self, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        self.asked.append(url)
        if "none" in url:
            return Answer(url, status=404)
        with io.BytesIO() as data:
            with tarfile.open(fileobj=data, mode="w") as archive:
                entry = tarfile.TarInfo("top/a")
                entry.size = 2
                archive.addfile(entry, io.BytesIO(b"10"))
            return Answer(url, data.getvalue())


ARCHIVES = ["http://u/t.tar", "https://u/t.tar", "channel:nixos-25.05"]


@pytest.mark.parametrize("url", ARCHIVES)
def test_archives_are_fetched(url: str) -> None:
    host = Server()
    asked = evaluator(f"y=/lp/none:x={url}", host)
    assert asked.evaluate("import <x/a> + import <x/a>").to_python() == 20
    assert asked.evaluate(f'import (builtins.findFile [ {{ path = "{url}"; }} ] "a")').to_python() == 10
    assert len(host.asked) == 1
    assert host.asked[0].startswith(("http://u/", "https://"))


def test_what_cannot_be_fetched_is_told() -> None:
    host = Server()
    assert evaluator("http://u/none:/lp/one", host).evaluate("import <a>").to_python() == 1
    assert told(host)[-2:] == [
        "Nix search path entry 'http://u/none' cannot be downloaded, ignoring",
        IGNORED.format("http://u/none"),
    ]


def test_only_the_users_own_urls_are_fetched_where_that_is_restricted() -> None:
    host = Server()
    own = evaluator("/lp/one:x=http://u/t.tar", host, restrict_eval=True)
    with pytest.raises(RestrictedError, match=r"-source/a' is forbidden in restricted mode$"):
        own.evaluate("import <x/a>").to_python()  # fetched, but not to be read: as in Nix
    expression = 'builtins.findFile [ { path = "http://other/t.tar"; prefix = ""; } ] "a"'
    with pytest.raises(NixError):
        own.evaluate(expression).to_python()
    assert host.asked == ["http://u/t.tar"]


def test_flakes_may_be_entries() -> None:
    files = {"/lp/flake/flake.nix": "{ outputs = _: { }; }", "/lp/flake/a": "7"}
    asked = evaluator(host=MemoryHost(files), lookup_path=[("x", "flake:path:/lp/flake")])
    assert asked.evaluate("import <x/a>").to_python() == 7
    with pytest.raises(EvalError, match="cannot find flake 'flake:nope'"):
        evaluator(host=MemoryHost(files), lookup_path=[("x", "flake:nope")]).evaluate("<x>").to_python()


# --- nixlite's own nixpkgs


def test_those_who_have_none_get_nixlites() -> None:
    """And whoever listens is told of it, save where it is only looked at."""
    place = f"{stdlib_directory()}/nixpkgs"
    heard: list[str] = []
    asked = evaluator("other=/lp/one", MemoryHost(env={"NIX_PATH": "other=/lp/one"}))
    asked.engine.state.caches[LISTENER] = heard.append
    assert asked.evaluate("toString <nixpkgs>").to_python() == place
    assert asked.evaluate("toString <nixpkgs/lib>").to_python() == f"{place}/lib"
    assert find_file(asked.engine.state, [], "nixpkgs/lib", tell=False) == f"{place}/lib"
    assert heard == [place, f"{place}/lib"]
    for name in ("nixpkgs/none", "nixpkgsx", "other/nixpkgs", "lib"):
        with pytest.raises(Thrown):
            asked.evaluate(f"<{name}>").to_python()
    assert heard == [place, f"{place}/lib"]
    unheard = evaluator("", MemoryHost())
    assert unheard.evaluate("toString <nixpkgs>").to_python() == place


# --- reading it

ENTRIES = [
    ("a=b", ("a", "b")),
    ("b", ("", "b")),
    ("a=b=c", ("a", "b=c")),
    ("=b", ("", "b")),
    ("C:\\a", ("", "C:\\a")),
]


@pytest.mark.parametrize(("text", "entry"), ENTRIES)
def test_entries(text: str, entry: tuple[str, str]) -> None:
    assert parse_entry(text) == entry


PATHS: list[tuple[str, Sequence[str]]] = [
    ("a b:c", ["a", "b", "c"]),
    ("::a:", ["a"]),
    ("a=https://x/y:b", ["a=https://x/y", "b"]),
    ("a=http://x:b:c", ["a=http://x", "b", "c"]),
    ("channel:x", ["channel:x"]),
    ("flake:x::y", ["flake:x", "y"]),
    ("flake::y", ["flake:", "y"]),
    *[
        (f"{scheme}://x:b", [f"{scheme}://x", "b"])
        for scheme in ("https", "file", "git", "s3", "ssh", "channel")
    ],
    ("zork://x:b", ["zork", "//x", "b"]),
]


@pytest.mark.parametrize(("text", "entries"), PATHS)
def test_nix_path(text: str, entries: list[str]) -> None:
    assert parse_nix_path(text) == entries


def test_where_there_are_drives_semicolons_separate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_lookup_path, "DRIVES", True)
    assert parse_nix_path("C:\\a;;x=D:/b;http://u/t") == ["C:\\a", "x=D:/b", "http://u/t"]
    assert [parse_entry(text) for text in ("C:\\a", "x=D:/b", "x=http://u", "y")] == [
        ("", "/C:/a"), ("x", "/D:/b"), ("x", "http://u"), ("", "y")
    ]  # fmt: skip
