"""Hosts: the real one, one in memory, and the guards of pure and restricted evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite import Evaluator
from nixlite.cache.files import Cache
from nixlite.errors import EvalError, RestrictedError
from nixlite.host.guarded import guarded
from nixlite.host.memory import Link, MemoryHost
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.host.source_files import read_source, resolve_import_path
from nixlite.source import SMALL, Source

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.host.host import Host

FILES: dict[str, str] = {
    "file": "text\n",
    "dir/inner/deep": "deep\n",
    "dir/default.nix": "1\n",
    "link": "@file",
    "dirlink": "@dir",
    "broken": "@nowhere",
    "loop": "@loop",
    "dir/up": "@../file",
}


@pytest.fixture(params=["real", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Host, str]:
    """The same files on disk and in memory; both hosts must give the same answers."""
    if request.param == "memory":
        return MemoryHost({f"/p/{n}": Link(t[1:]) if t[0] == "@" else t for n, t in FILES.items()}), "/p"
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text[0] == "@":
            path.symlink_to(text[1:])
        else:
            path.write_text(text)
    return RealHost({}), str(tmp_path)


TYPES = [
    ("file", "regular"),
    ("dir", "directory"),
    ("link", "symlink"),
    ("broken", "symlink"),
    ("missing", None),
    ("file/below", None),
]


@pytest.mark.parametrize(("name", "kind"), TYPES, ids=[name for name, _ in TYPES])
def test_types_are_those_of_the_thing_itself(place: tuple[Host, str], name: str, kind: str | None) -> None:
    host, directory = place
    assert host.file_type(f"{directory}/{name}") == kind


REAL_PATHS = [
    # path                    resolved              why
    ("link", "file", "a link is followed"),
    ("dirlink/inner", "dir/inner", "a link on the way too"),
    ("dir/up", "file", "a target may go upwards"),
    ("broken", "nowhere", "a target need not be there"),
    ("missing/x", "missing/x", "nor anything else"),
    ("dirlink/../file", "file", "`..` is what lies above the target"),
]


@pytest.mark.parametrize(("name", "resolved", "why"), REAL_PATHS, ids=[row[2] for row in REAL_PATHS])
def test_real_path(place: tuple[Host, str], name: str, resolved: str, why: str) -> None:
    host, directory = place
    assert host.real_path(f"{directory}/{name}") == f"{directory}/{resolved}"


def test_last_component_may_be_kept(place: tuple[Host, str]) -> None:
    host, directory = place
    assert host.real_path(f"{directory}/dirlink/up", last=False) == f"{directory}/dir/up"


ERRORS = [
    # what                        message, P being the directory           (Nix 2.34.8)
    ("read_bytes", "missing", "path 'P/missing' does not exist"),
    ("read_bytes", "file/x", "path 'P/file/x' does not exist"),
    ("read_bytes", "dir", "read of 4096 bytes: Is a directory"),
    ("list_dir", "file", 'cannot read directory "P/file": Not a directory'),
    ("list_dir", "missing", "path 'P/missing' does not exist"),
    ("list_dir", "file/x", "path 'P/file/x' does not exist"),
    ("require_type", "missing", "path 'P/missing' does not exist"),
    ("require_type", "loop/x", "path 'P/loop' is a symlink"),
    ("require_type", "dirlink/inner", "path 'P/dirlink' is a symlink"),
    ("real_path", "loop/x", "infinite symlink recursion in path 'P/loop/x'"),
]


@pytest.mark.parametrize(("method", "name", "message"), ERRORS, ids=[f"{m} {n}" for m, n, _ in ERRORS])
def test_errors_in_the_words_of_nix(place: tuple[Host, str], method: str, name: str, message: str) -> None:
    host, directory = place
    with pytest.raises(EvalError) as caught:
        getattr(host, method)(f"{directory}/{name}")
    assert caught.value.message == message.replace("P/", f"{directory}/")


IMPORTS = [
    ("file", "file", "a file is itself"),
    ("dir/up", "file", "a link may lead upwards"),
    ("dir", "dir/default.nix", "a directory stands for its default.nix"),
    ("dirlink", "dir/default.nix", "a link to one too, and then the file's directory is the target"),
    ("link", "file", "relative paths start where the file really is"),
    ("dirlink/default.nix", "dirlink/default.nix", "but a directory on the way keeps its name"),
]


@pytest.mark.parametrize(("name", "resolved", "why"), IMPORTS, ids=[row[2] for row in IMPORTS])
def test_import_paths(place: tuple[Host, str], name: str, resolved: str, why: str) -> None:
    host, directory = place
    assert resolve_import_path(host, f"{directory}/{name}") == f"{directory}/{resolved}"


@pytest.mark.parametrize(("name", "resolved", "why"), IMPORTS, ids=[row[2] for row in IMPORTS])
def test_import_paths_beside_others(place: tuple[Host, str], name: str, resolved: str, why: str) -> None:
    """Where a directory is known, less is looked at; the answers stay, and so does what is read."""
    host, directory = place
    for beside in ("file", "dir/default.nix", "dirlink/default.nix", name):
        resolve_import_path(host, f"{directory}/{beside}")
    found = resolve_import_path(host, f"{directory}/{name}")
    assert found == f"{directory}/{resolved}"
    text = FILES["file" if resolved == "file" else "dir/default.nix"]
    source = read_source(host, found)
    assert (source.text, source.name, source.base) == (text, found, found.rpartition("/")[0])


def test_the_root_may_be_imported() -> None:
    """It cannot be a link, and what lies in it has `/` as its directory; bytes that are no UTF-8 are kept."""
    host = MemoryHost({"/default.nix": b'"\xff"', "/d/link": Link("/"), "/up": Link("./..//default.nix")})
    for path in ("/", "/d/link", "/up"):
        assert resolve_import_path(host, path) == "/default.nix"
    source = read_source(host, "/default.nix")
    assert (source.text, source.base, source.path) == ('"\udcff"', "/", "/default.nix")


READ = [
    # what             contents, or the message, P being the directory
    ("file", "text\n"),
    ("link", "text\n"),
    ("dir/up", "text\n"),
    ("dirlink/inner/deep", "deep\n"),
    ("dir", "read of 4096 bytes: Is a directory"),
    ("missing", "path 'P/missing' does not exist"),
    ("broken", "path 'P/nowhere' does not exist"),
    ("file/x", "path 'P/file/x' does not exist"),
    ("loop", "infinite symlink recursion in path 'P/loop'"),
]


@pytest.mark.parametrize(("name", "expected"), READ, ids=[name for name, _ in READ])
def test_reading_through_links(place: tuple[Host, str], name: str, expected: str) -> None:
    host, directory = place
    for _ in range(2):  # the second time more is known
        try:
            found = host.read_real(f"{directory}/{name}").decode()
        except EvalError as error:
            found = error.message.replace(f"{directory}/", "P/")
        assert found == expected
        assert host.first_link(directory) is None


@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL + 7])
def test_files_are_read_whole(tmp_path: Path, size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    (tmp_path / "x").write_bytes(data[:size])
    assert RealHost({}).read_bytes(f"{tmp_path}/x") == data[:size]


def test_import_of_a_loop_ends(place: tuple[Host, str]) -> None:
    host, directory = place
    with pytest.raises(EvalError, match="too many symbolic links encountered while traversing the path"):
        resolve_import_path(host, f"{directory}/loop")


def restricted(host: Host, *allowed: str) -> Host:
    settings = Settings()
    settings.restrict_eval = True
    guard = guarded(host, settings)
    for path in allowed:
        guard.allow(path)
    return guard


def test_pure_evaluation_sees_nothing(place: tuple[Host, str]) -> None:
    host, directory = place
    guard = guarded(host, Settings(pure_eval=True))
    assert guard.file_type(f"{directory}/file") is None
    for read in (guard.read_bytes, guard.list_dir, guard.read_link, guard.require_type):
        with pytest.raises(RestrictedError) as caught:
            read(f"{directory}/file")
        assert caught.value.message == (
            f"access to absolute path '{directory}/file' is forbidden in pure evaluation mode"
            " (use '--impure' to override)"
        )


def test_restricted_evaluation_shows_what_is_allowed(place: tuple[Host, str]) -> None:
    host, directory = place
    guard = restricted(host, f"{directory}/dir")
    assert guard.read_bytes(f"{directory}/dir/inner/deep") == b"deep\n"
    assert guard.list_dir(directory) == {"dir": "directory"}, "the way there is visible, the rest is not"
    with pytest.raises(RestrictedError, match="is forbidden in restricted mode"):
        guard.read_bytes(f"{directory}/file")


def test_names_that_begin_alike_are_not_below(place: tuple[Host, str]) -> None:
    host, directory = place
    guard = restricted(host, f"{directory}/di")
    assert guard.file_type(f"{directory}/dir") is None


def test_a_link_does_not_lead_out(place: tuple[Host, str]) -> None:
    """The link is allowed, its target is not: it resolves, and then the target may not be read."""
    host, directory = place
    guard = restricted(host, f"{directory}/dir")
    target = guard.real_path(f"{directory}/dir/up")
    assert target == f"{directory}/file"
    assert guard.file_type(target) is None
    with pytest.raises(RestrictedError):
        guard.read_bytes(target)


def test_a_forbidden_link_is_not_followed(place: tuple[Host, str]) -> None:
    """Where a link leads is something to know, so a link that may not be seen is like a missing file."""
    host, directory = place
    guard = restricted(host, f"{directory}/file")
    assert guard.real_path(f"{directory}/link") == f"{directory}/link"


def test_bundled_files_are_always_there() -> None:
    guard = guarded(MemoryHost(), Settings(pure_eval=True))
    assert guard.file_type("<nix/fetchurl.nix>") == "regular"
    assert b"builtin:fetchurl" in guard.read_bytes("<nix/fetchurl.nix>")
    assert guard.list_dir("<nix/>") == {"fetchurl.nix": "regular"}
    assert guard.file_type("<nix/nope>") is None


def test_environment_is_the_given_one() -> None:
    host = RealHost({"A": "b", "EMPTY": ""})
    assert (host.get_env("A"), host.get_env("PATH"), host.has_env("EMPTY")) == ("b", "", True)


BUNDLED = [
    # expression                              Nix 2.34.8
    ("readFileType {nix/}", "directory"),
    ("readFileType {nix/fetchurl.nix}", "regular"),
    ("readFileType {nix/none}", "path '<nix/none>' does not exist"),
    ("toJSON (readDir {nix/})", '{"fetchurl.nix":"regular"}'),
    ("readDir {nix/fetchurl.nix}", "file '<nix/fetchurl.nix>' is not a directory"),
    ("readDir {nix/none}", "file '<nix/none>' does not exist"),
    ("readFile {nix/}", "file '<nix/>' is not a regular file"),
    ("readFile {nix/none}", "file '<nix/none>' does not exist"),
    ("typeOf (import {nix/fetchurl.nix})", "lambda"),
    ("import {nix/}", "file '<nix/default.nix>' does not exist"),
    ("import {nix/none.nix}", "path '<nix/none.nix>' does not exist"),
]


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("kind", [RealHost, MemoryHost])
@pytest.mark.parametrize(("expression", "expected"), BUNDLED)
def test_bundled_files_as_programs_see_them(
    expression: str, expected: str, kind: type[Host], pure: bool
) -> None:
    expression = expression.replace("{", '(findFile [ ] "').replace("}", '")')
    evaluator = Evaluator(Settings(pure_eval=pure), kind())
    try:
        found = evaluator.evaluate(f"with builtins; {expression}").to_python()
    except EvalError as error:
        found = error.message
    assert found == expected


def test_text_is_decoded_when_it_is_read() -> None:
    source = Source("/a.nix", "{ ä = \udcff; }".encode("utf-8", "surrogateescape"))
    cache = Cache("/nowhere")
    before = cache.key(source, "")
    assert source.data is not None
    assert source.text == "{ ä = \udcff; }"
    assert source.data is None
    assert cache.key(source, "") == before
    with pytest.raises(AttributeError):
        _ = source.texts
