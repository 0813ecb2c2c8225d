"""Settings, the files and variables they come from, and the lookup path. Expected values: Nix 2.34.8."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError, UsageError
from nixlite.host.configuration import load_configuration
from nixlite.host.lookup_path import lookup_path, parse_nix_path, suffix_of
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

NIX_PATHS = [
    ("", [], "nothing"),
    ("a=b:c", ["a=b", "c"], "entries are separated by colons"),
    ("a:", ["a"], "a colon at the end is no entry"),
    (
        "http://x/y:a=b:c=channel:nixos:d=flake:nixpkgs:e",
        ["http://x/y", "a=b", "c=channel:nixos", "d=flake:nixpkgs", "e"],
        "colons in URLs do not separate",
    ),
]


@pytest.mark.parametrize(("text", "entries", "why"), NIX_PATHS, ids=[row[2] for row in NIX_PATHS])
def test_nix_path_is_taken_apart(text: str, entries: list[str], why: str) -> None:
    assert parse_nix_path(text) == entries


SUFFIXES = [
    ("", "a/b", "a/b", "an empty prefix matches all"),
    ("a", "a/b", "b", "a whole component"),
    ("a", "a", "", "the name itself"),
    ("a", "ab", None, "not half a component"),
    ("a/b", "a/b/c", "c", "more components"),
    ("a/", "a/b", None, "a slash at the end matches nothing"),
]


@pytest.mark.parametrize(("prefix", "name", "rest", "why"), SUFFIXES, ids=[row[3] for row in SUFFIXES])
def test_prefixes(prefix: str, name: str, rest: str | None, why: str) -> None:
    assert suffix_of(prefix, name) == rest


def configured(files: Mapping[str, str | bytes], **env: str) -> Settings:
    host = MemoryHost(dict(files), env={"HOME": "/home", **env})
    settings = Settings(cwd="/")
    load_configuration(settings, host)
    return settings


def test_the_most_personal_file_wins() -> None:
    files = {
        "/etc/nix/nix.conf": "show-trace = true\nmax-call-depth = 1 # a comment\n\nsystem = a",
        "/etc/xdg/nix/nix.conf": "max-call-depth = 2\nsystem = b\n",
        "/home/.config/nix/nix.conf": "max-call-depth = 3\n",
    }
    settings = configured(files)
    assert (settings.show_trace, settings.max_call_depth, settings.system) == (True, 3, "b")
    assert configured(files, NIX_CONFIG="max-call-depth = 4").max_call_depth == 4
    assert configured(files, XDG_CONFIG_HOME="/else").max_call_depth == 2
    assert configured(files, NIX_USER_CONF_FILES="/none").max_call_depth == 1
    assert configured(files, NIX_CONF_DIR="/none", NIX_USER_CONF_FILES="").max_call_depth == 10000


FILES: dict[str, str | bytes] = {
    "/a": "cores = 1\nlog-lines = 1\n",
    "/b": "cores = 2\ntimeout = 2\n",
    "/one/nix/nix.conf": "cores = 3\n",
    "/two/nix/nix.conf": "cores = 33\ntimeout = 44\n",
    "/own/nix.conf": "cores = 55\n",
    "/bytes": b"eval-system = a\xff#b\n",
    "/include-bytes": "include bytes",
    "/absolute": "include /a",
    "/blanks": "\tcores\t=\t7  \r\n\r\n  # no\n",
    "/empty": "substituters =",
}
PLACES: list[tuple[dict[str, str], dict[str, object]]] = [
    # the environment, what is set then
    ({"NIX_USER_CONF_FILES": "/a:/b"}, {"cores": 1, "log-lines": 1, "timeout": 2}),
    ({"NIX_USER_CONF_FILES": ":/b::/a"}, {"cores": 2, "log-lines": 1, "timeout": 2}),
    ({"XDG_CONFIG_DIRS": "/one:/two"}, {"cores": 3, "timeout": 44}),
    ({"XDG_CONFIG_DIRS": "/two:/one"}, {"cores": 33, "timeout": 44}),
    ({"XDG_CONFIG_DIRS": "/two", "XDG_CONFIG_HOME": "/one"}, {"cores": 3, "timeout": 44}),
    ({"NIX_CONFIG_HOME": "/own"}, {"cores": 55}),
    ({"NIX_CONFIG_HOME": "/own", "XDG_CONFIG_HOME": "/one"}, {"cores": 55}),
    ({"NIX_CONF_DIR": "/own", "NIX_USER_CONF_FILES": "/b"}, {"cores": 2, "timeout": 2}),
    ({"NIX_USER_CONF_FILES": "/bytes"}, {"eval-system": "a\udcff"}),
    ({"NIX_USER_CONF_FILES": "/include-bytes"}, {"eval-system": "a\udcff"}),
    ({"NIX_USER_CONF_FILES": "/absolute"}, {"cores": 1, "log-lines": 1}),
    ({"NIX_USER_CONF_FILES": "/blanks"}, {"cores": 7}),
    ({"NIX_USER_CONF_FILES": "/empty"}, {"substituters": []}),
    ({"NIX_CONFIG": "cores = 5\ninclude /b"}, {"cores": 2, "timeout": 2}),
]


@pytest.mark.parametrize(("env", "values"), PLACES)
def test_where_settings_come_from(env: dict[str, str], values: dict[str, object]) -> None:
    settings = configured(FILES, **env)
    assert {name: settings.get(name) for name in settings.given} == values


WRONG = [
    ("cores", "syntax error in configuration line 'cores' in \"NIX_CONFIG\""),
    ("cores 5", "syntax error in configuration line 'cores 5' in \"NIX_CONFIG\""),
    ("cores=5", "syntax error in configuration line 'cores=5' in \"NIX_CONFIG\""),
    ("include", "syntax error in configuration line 'include' in \"NIX_CONFIG\""),
    ("# c\n a b # c", "syntax error in configuration line ' a b ' in \"NIX_CONFIG\""),
    ("include a", 'not an absolute path: "a"'),
    ("!include a", 'not an absolute path: "a"'),
    ("include /none", 'file "/none" included from "NIX_CONFIG" not found'),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_lines_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(NixError) as caught:
        configured({"/a": "cores = 1"}, NIX_CONFIG=text)
    assert caught.value.message == message


def warnings_of(text: str) -> list[str]:
    told: list[str] = []
    settings = Settings(cwd="/")
    settings.warn = told.append
    load_configuration(settings, MemoryHost({}, env={"NIX_CONFIG": text}))
    return told


@pytest.mark.parametrize("name", ["experimental-features", "extra-experimental-features"])
def test_features_are_switched_first(name: str) -> None:
    """They decide what is known."""
    assert warnings_of(f"warn-short-path-literals = true\ncores = 2\n{name} = zork\n{name} = zonk") == [
        "unknown experimental feature 'zork'",
        "unknown experimental feature 'zonk'",
        "'warn-short-path-literals' is deprecated, use 'lint-short-path-literals = warn' instead",
    ]
    text = "experimental-features = flakes\nexperimental-features = cgroups\nextra-experimental-features = cgroups\n"
    assert configured({}, NIX_CONFIG=text).features == {"cgroups"}


def test_variables_that_are_settings() -> None:
    for text, wanted in (
        ("1", True),
        ("yes", True),
        ("true", True),
        ("0", False),
        ("", False),
        ("no", False),
    ):
        assert configured({}, NIX_ABORT_ON_WARN=text).abort_on_warn is wanted
    assert configured({}, NIX_STORE_DIR="/s").store_dir == "/s"
    assert configured({}, NIX_STORE_DIR="").store_dir == "/nix/store"
    text = "nix-path = q=/q\ncores = 4\nextra-nix-path = r=/r\nlog-lines = 6\n"
    for env, path in (({}, ["q=/q", "r=/r"]), ({"NIX_PATH": "x=/x"}, ["x=/x"]), ({"NIX_PATH": ""}, [])):
        settings = configured({}, NIX_CONFIG=text, **env)
        assert (settings.nix_path, settings.get("cores"), settings.get("log-lines")) == (path, 4, 6)


def test_files_include_others() -> None:
    files = {"/etc/nix/nix.conf": "include more.conf\n!include none.conf", "/etc/nix/more.conf": "cores = 7"}
    assert configured(files).get("cores") == 7
    with pytest.raises(NixError) as caught:
        configured({"/etc/nix/nix.conf": "include none.conf"})
    assert caught.value.message == 'file "/etc/nix/none.conf" included from "/etc/nix/nix.conf" not found'


def test_lines_must_be_assignments() -> None:
    with pytest.raises(UsageError, match="syntax error in configuration line 'nope 1 2' in \"NIX_CONFIG\""):
        configured({}, NIX_CONFIG="nope 1 2")


def test_nix_path_hides_the_setting() -> None:
    assert configured({}, NIX_CONFIG="nix-path = a=b c").nix_path == ["a=b", "c"]
    assert configured({}, NIX_CONFIG="nix-path = a=b", NIX_PATH="x:y").nix_path == ["x", "y"]
    assert configured({}, NIX_CONFIG="extra-nix-path = a=b", NIX_PATH="").nix_path == []


def test_lookup_path_order() -> None:
    host = MemoryHost({"/home/.nix-defexpr/channels/x": ""}, env={"HOME": "/home"})
    settings = Settings(cwd="/")
    settings.lookup_path.append(("i", "/i"))
    settings.nix_path = ["n=/n"]
    channels = ("", "/home/.nix-defexpr/channels")
    assert lookup_path(settings, host) == [("i", "/i"), ("n", "/n"), channels]
    settings.restrict_eval = True
    assert lookup_path(settings, host) == [("i", "/i"), ("n", "/n")]
    settings.pure_eval = True
    assert lookup_path(settings, host) == []


def test_values_are_checked() -> None:
    settings = Settings(cwd="/")
    for name, text, message in [
        ("pure-eval", "maybe", "Boolean setting 'pure-eval' has invalid value 'maybe'"),
        ("max-call-depth", "abc", "setting 'max-call-depth' has invalid value 'abc'"),
        ("lint-url-literals", "x", "option 'lint-url-literals' has invalid value 'x' (expected 'ignore', 'warn', or 'fatal')"),
    ]:  # fmt: skip
        with pytest.raises(UsageError) as caught:
            settings.set_option(name, text)
        assert caught.value.message == message


def test_units_aliases_and_additions() -> None:
    settings = Settings(cwd="/")
    settings.set_option("max-call-depth", "2K")
    settings.set_option("build-cores", "3")
    settings.set_option("extra-experimental-features", "pipe-operators")
    assert (settings.max_call_depth, settings.get("cores")) == (2048, 3)
    assert settings.features == {"nix-command", "flakes", "fetch-tree", "pipe-operators"}
    settings.set_option("experimental-features", "flakes")
    assert settings.features == {"flakes", "fetch-tree"}, "flakes bring fetch-tree with them"


def test_unknown_settings_are_warned_of_once() -> None:
    settings = Settings(cwd="/")
    warnings: list[str] = []
    settings.warn = warnings.append
    assert not settings.set_option("nope", "1")
    assert not settings.set_option("extra-pure-eval", "1"), "only lists can be added to"
    settings.warn_unknown()
    settings.warn_unknown()
    assert warnings == ["unknown setting 'extra-pure-eval'", "unknown setting 'nope'"]


def test_a_copy_is_independent() -> None:
    settings = Settings(cwd="/")
    other = settings.copy()
    other.lookup_path.append(("a", "b"))
    other.pure_eval = True
    assert (settings.lookup_path, settings.pure_eval) == ([], False)
