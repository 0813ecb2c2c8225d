"""What a guard lets through, rule by rule: each of a host's methods, each way to name a path, each kind of fetch."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from nixlite import Host, MemoryHost, PureHost, RestrictedHost, Settings
from nixlite.errors import EvalError, NotGranted, RestrictedError
from nixlite.host.guarded import PURE, RESTRICTED, GuardedHost, allows, file_places, guarded, is_allowed_uri
from nixlite.host.memory import Link

if TYPE_CHECKING:
    from collections.abc import Callable

FILES: dict[str, str | bytes | Link] = {
    "/ok/f": "f",
    "/ok/sub/g": "g",
    "/ok/link": Link("/secret"),
    "/okay": "no",
    "/secret": "s",
    "/b/c/d": "d",
}


def restricted(*prefixes: str, inner: Host | None = None, programs: list[str] | None = None) -> GuardedHost:
    return GuardedHost(inner or MemoryHost(FILES), RESTRICTED, prefixes, programs)


# --- paths

ALLOWED = [
    (["/ok"], "/ok", True), (["/ok"], "/ok/sub/g", True), (["/ok"], "/okay", False), (["/ok"], "/o", False),
    (["/ok"], "/", True), ([], "/", False), (["/b/c"], "/b", True), (["/b/c"], "/b/c2", False),
    (["/ok"], "/ok/../secret", False), (["/ok"], "/ok/./sub", False), (["/ok"], "/ok/.hidden", True),
    (["/"], "/secret", True), (["/x", "/ok"], "/ok/f", True), ([], "<nix/fetchurl.nix>", True),
]  # fmt: skip


@pytest.mark.parametrize(("prefixes", "path", "answer"), ALLOWED)
def test_paths_that_may_be_seen(prefixes: list[str], path: str, answer: bool) -> None:
    host = restricted(*prefixes)
    assert host.is_allowed(path) is answer
    if not answer:
        asked: list[Callable[[str], object]] = [
            host.check_access, host.require_type, host.read_bytes, host.read_link, host.list_dir, host.is_executable,
            host.modified, host.check_all_below,
        ]  # fmt: skip
        for ask in asked:
            with pytest.raises(RestrictedError) as caught:
                ask(path)
            assert caught.value.message == f"access to absolute path '{path}' is forbidden in restricted mode"
        assert host.file_type(path) is None


BELOW = [(["/ok"], "/ok"), (["/ok"], "/ok/f"), (["/x", "/ok"], "/ok/f"), (["/"], "/ok"), (["/"], "/")]


@pytest.mark.parametrize(("prefixes", "path"), BELOW)
def test_paths_that_may_be_copied_whole(prefixes: list[str], path: str) -> None:
    restricted(*prefixes).check_all_below(path)
    for other in ("/b", "/okay", "/"):
        if "/" not in prefixes:
            with pytest.raises(RestrictedError):
                restricted(*prefixes).check_all_below(other)


def test_each_of_several_paths_may_be_copied_whole() -> None:
    host = restricted("/b", "/ok", "/secret")
    for path in ("/b/c", "/ok/f", "/secret"):
        host.check_all_below(path)


def test_what_is_below_an_allowed_path() -> None:
    host = restricted("/ok", "/b/c/d")
    assert host.list_dir("/") == {"ok": "directory", "b": "directory"}
    assert host.list_dir("/b") == {"c": "directory"}
    assert host.list_dir("/ok") == {"f": "regular", "sub": "directory", "link": "symlink"}
    assert (host.require_type("/ok/f"), host.read_bytes("/ok/f")) == ("regular", b"f")
    assert host.is_executable("/ok/f") is False
    assert (
        restricted("/ok", inner=MemoryHost(FILES, executables=frozenset({"/ok/f"}))).is_executable("/ok/f")
        is True
    )
    with pytest.raises(EvalError) as caught:
        host.file_type("/ok/link/x")
    assert caught.value.message == "path '/ok/link' is a symlink"


def test_what_is_allowed_later_is_allowed_by_all_guards() -> None:
    inner = restricted()
    outer = restricted(inner=inner)
    outer.allow("/ok")
    assert outer.read_bytes("/ok/f") == b"f"
    twin = outer.twin()
    twin.allow("/secret")
    with pytest.raises(RestrictedError):
        outer.read_bytes("/secret")


# --- what is passed on

ARGUMENTS = {
    "str": "/ok/f", "bytes": b"data", "int": 7, "float": 2.5, "dict[str, Any]": {"a": 1}, "Sequence[str]": ["x"],
    "Mapping[str, str]": {"h": "v"}, "Mapping[str, str | None] | None": {"V": None}, "bytes | None": b"in",
}  # fmt: skip
PASSED_ON = [
    "facts", "find_program", "flush", "get_env", "has_env", "has_kept", "home", "is_before", "is_executable",
    "is_terminal", "keep", "make_room", "modified", "moment", "now", "open_url", "read_kept", "read_stdin",
    "run_program", "scratch", "stdin_lines", "unkept", "write_stderr", "write_stdout",
]  # fmt: skip


class Recorder(Host):
    """Answers each method with what it was called with."""


def recording(name: str) -> Callable[..., Any]:
    return lambda self, *words, **named: (name, words, named)


for each in PASSED_ON:
    setattr(Recorder, each, recording(each))


@pytest.mark.parametrize("name", PASSED_ON)
def test_what_is_no_programs_doing_is_passed_on(name: str) -> None:
    calls: list[tuple[Any, ...]] = []
    inner = Recorder()

    def answered(*words: Any, **named: Any) -> object:
        calls.append((words, named))
        return "answer", len(calls)

    vars(inner)[name] = answered
    host = restricted("/ok", inner=inner)
    words, named = [], {}
    for parameter in list(inspect.signature(getattr(Host, name)).parameters.values())[1:]:
        value = "none" if parameter.name == "capture" else ARGUMENTS[str(parameter.annotation)]
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            words.append(value)
    answer = getattr(host, name)(*words, **named)
    assert calls == [(tuple(words), named)]
    if name not in ("unkept", "write_stdout", "write_stderr", "flush", "keep", "make_room"):
        assert answer == ("answer", 1)


def test_what_a_program_shows_is_kept_unless_it_is_said() -> None:
    assert restricted(inner=Recorder()).run_program("git", ["x"])[2]["capture"] == "both"  # type: ignore[index]


# --- programs


def test_programs_are_run_that_were_named() -> None:
    host = restricted(inner=Recorder(), programs=["git"])
    assert host.find_program("git")
    assert host.run_program("/usr/bin/git", [])
    asked: list[tuple[str, Callable[[], object]]] = [
        ("nix-store", lambda: host.find_program("nix-store")),
        ("nix-store", lambda: host.run_program("nix-store", [])),
        ("git/nix-store", lambda: host.run_program("git/nix-store", [])),
    ]
    for name, ask in asked:
        with pytest.raises(NotGranted) as caught:
            ask()
        assert (
            caught.value.message
            == f"cannot run the program '{name}': GuardedHost does not grant 'run_program'"
        )


@pytest.mark.parametrize("kind", [PureHost, RestrictedHost])
def test_a_secluded_host_runs_what_fetching_needs(kind: type[PureHost | RestrictedHost]) -> None:
    host = kind(inner=Recorder())
    assert host.find_program("git")
    assert host.find_program("zstd")
    for name in ("hg", "nix-store", "git~"):
        with pytest.raises(NotGranted) as caught:
            host.find_program(name)
        assert caught.value.hint == f"Name it in '{kind.__name__}(programs=…)' to grant it."
    with pytest.raises(NotGranted) as caught:
        host.write_file("/x", "")
    assert (
        caught.value.hint == "A host grants it by its method 'write_file' (nixlite.host.host); RealHost does."
    )
    assert (host.get_env("HOME"), host.has_env("HOME"), host.home(), host.read_stdin()) == (
        "",
        False,
        "/",
        b"",
    )


def test_all_paths_that_were_named_are_seen() -> None:
    host = RestrictedHost(["/ok", "/b", "/secret"], inner=MemoryHost(FILES))
    assert [host.is_allowed(path) for path in ("/ok/f", "/b/c", "/secret", "/okay")] == [
        True,
        True,
        True,
        False,
    ]


# --- fetching


class Fetching(MemoryHost):
    """Remembers how it was asked to fetch."""

    asked: Any = ()

    def fetching(self, uri: str, **words: Any) -> Host:
        self.asked = uri, words
        return self


def test_pure_evaluation_fetches_what_is_locked() -> None:
    inner = Fetching(FILES)
    host = GuardedHost(inner, PURE)
    for locked in (None, lambda: False):
        with pytest.raises(RestrictedError) as caught:
            host.fetching("https://h/x", locked=locked)
        assert caught.value.message == (
            "access to 'https://h/x', which is not locked, is forbidden"
            " in pure evaluation mode (use '--impure' to override)"
        )
    assert inner.asked == ()
    assert host.fetching("https://h/x", path="/p", locked=lambda: True) is inner
    uri, words = inner.asked
    assert (uri, words["path"], words["locked"]()) == ("https://h/x", "/p", True)
    assert host.fetching("https://h/y", trusted=True, allowed=["z"], locked=None) is inner
    assert inner.asked == ("https://h/y", {"path": None, "locked": None, "trusted": True, "allowed": ["z"]})


@pytest.mark.parametrize(
    "make", [lambda: restricted("/ok"), lambda: RestrictedHost(["/ok"], inner=MemoryHost(FILES))]
)
def test_restricted_evaluation_fetches_what_is_allowed(make: Callable[[], GuardedHost]) -> None:
    host = make()
    for uri in ("https://h/x", "file:///secret"):
        with pytest.raises(RestrictedError) as caught:
            host.fetching(uri, allowed=["https://g/"])
        assert caught.value.message == f"access to URI '{uri}' is forbidden in restricted mode"
    assert host.fetching("file:///ok/f", path="/ok/f") is host
    with pytest.raises(RestrictedError, match="access to absolute path '/secret' is forbidden"):
        host.fetching("file:///secret", path="/secret")
    with pytest.raises(RestrictedError):
        host.fetching("https://h/x", locked=lambda: True)
    given = host.fetching("file:///b/c", path="/b/c", allowed=["https://g/", "file:///secret", "file:///b"])
    both = host.fetching("file:///b/c", path="/b/c", allowed=["file:///b/c", "file:///b"])
    assert both.exists("/b/c/d")
    both.check_access("/b/x")  # as either allows
    assert (given.read_bytes("/b/c/d"), given.exists("/secret"), given.exists("/ok/f")) == (
        b"d",
        False,
        False,
    )


PLACES = [
    (["/b"], "/b/c", ["/b"]), (["file:///b"], "file:///b/c", ["/b"]), (["path:/b/../b"], "path:/b/../b/c", ["/b"]),
    (["https://h/"], "https://h/x", []), (["/x", "git+file:/b", "/b"], "git+file:/b/c", ["/b"]),
    (["hg+file:/b"], "hg+file:/b", ["/b"]), (["tarball+file:/b"], "tarball+file:/b", ["/b"]),
    (["file+file:/b"], "file+file:/b", ["/b"]), (["file:///b%20c"], "file:///b%20c/d", ["/b c"]), (["path:/b?dir=x"], "path:/b?dir=x", ["/b"]),
    (["file:///b%FF"], "file:///b%FF", ["/b\udcff"]), (["path:/b:c"], "path:/b:c", ["/b:c"]), (["file:"], "file:/b", ["/"]),
]  # fmt: skip


@pytest.mark.parametrize(("prefixes", "uri", "places"), PLACES)
def test_local_places_that_allowed_uris_name(prefixes: list[str], uri: str, places: list[str]) -> None:
    assert list(file_places(uri, prefixes)) == places


def test_any_of_the_allowed_uris_allows() -> None:
    assert is_allowed_uri("https://h/x", ["https://g/", "https://h/"]) is True
    assert is_allowed_uri("https://h/x", ["", "https://h/xy", "https://h/x/"]) is False
    assert is_allowed_uri("https://hx", ["https://h"]) is False
    assert [allows(prefix, "https://h/x") for prefix in ("", "https://g", "https://h", "https:")] == [
        False,
        False,
        True,
        True,
    ]


def test_settings_put_a_guard_before_a_host() -> None:
    plain, pure, limited, both = Settings(), Settings(pure_eval=True), Settings(), Settings(pure_eval=True)
    limited.restrict_eval = both.restrict_eval = True
    host = MemoryHost(FILES)
    assert guarded(host, plain) is host
    for settings, mode in ((pure, PURE), (limited, RESTRICTED), (both, PURE)):
        guard = guarded(host, settings)
        assert isinstance(guard, GuardedHost)
        assert (guard.mode, guard.inner, guard.is_allowed("/ok/f")) == (mode, host, False)
        again = guarded(guard, settings)  # of nobody's who embeds: what it allows is another evaluation's
        assert isinstance(again, GuardedHost)
        assert again.inner is guard
    own = RestrictedHost(["/ok"], inner=host)
    assert guarded(own, limited) is own
    before = guarded(own, pure)
    assert isinstance(before, GuardedHost)
    assert (before.mode, before.inner) == (PURE, own)
