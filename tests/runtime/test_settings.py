"""Settings one by one: their names, the texts they take, and what they are where nobody sets them (Nix 2.34.8).

`settings.json` has what `nix config show --json` says (with all experimental features): of each setting the type
of its value and its older names; and the names that `nix __dump-xp-features` has.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from nixlite.errors import UsageError
from nixlite.host import settings as of_settings
from nixlite.host.setting_names import ALIASES, FEATURES, KIND_OF, NARROW, SIGNED
from nixlite.host.settings import CHATTY, ERROR, INFO, TALKATIVE, WARNING, Settings, this_system

NAMES = json.loads(Path(__file__).with_name("settings.json").read_text())
TYPES = {
    "boolean": {"bool"},
    "integer": {"int"},
    "list": {"list", "dict"},
    "features": {"list"},
    "level": {"str"},
    "text": {"str", "NoneType", "bool"},  # `sandbox` is neither
}


def test_the_names_are_those_of_nix() -> None:
    assert set(NAMES["settings"]) == set(KIND_OF) - {"result-cache"}
    assert {old: name for name, (_, *older) in NAMES["settings"].items() for old in older} == ALIASES
    assert set(NAMES["features"]) == FEATURES
    for name, (kind, *_) in NAMES["settings"].items():
        assert kind in TYPES[KIND_OF[name]], name
    assert [
        name for name, kind in KIND_OF.items() if kind == "text" and NAMES["settings"][name][0] == "bool"
    ] == ["sandbox"]
    assert KIND_OF["result-cache"] == "boolean"
    assert {KIND_OF[name] for name in NARROW | SIGNED} == {"integer"}


def invalid(name: str, text: str) -> str:
    return f"setting '{name}' has invalid value '{text}'"


WRONG_JOBS = "configuration setting 'max-jobs' should be 'auto' or an integer"
VALUES: list[tuple[str, str, object]] = [
    # name, text, value or message
    *[("pure-eval", text, True) for text in ("true", "yes", "1")],
    *[("pure-eval", text, False) for text in ("false", "no", "0")],
    ("pure-eval", "True", "Boolean setting 'pure-eval' has invalid value 'True'"),
    ("result-cache", "no", False),
    ("cores", "4K", 2**12), ("cores", "4k", 2**12), ("cores", "1M", 2**20), ("cores", "1G", 2**30),
    ("cores", "007", 7), ("cores", "+5", 5), ("cores", "0", 0), ("cores", "4294967295", 2**32 - 1),
    ("cores", "4T", 0), ("cores", "5G", 2**30), ("max-call-depth", "4G", 0), ("log-lines", "2T", 2**41),
    ("log-lines", "18446744073709551615", 2**64 - 1), ("log-lines", "8388608T", 2**63), ("log-lines", "32M", 2**25),
    ("timeout", "-1", -1), ("timeout", "-0", 0), ("timeout", "-1K", -1024), ("timeout", "+1K", 1024),
    ("timeout", "9223372036854775807", 2**63 - 1), ("timeout", "-9223372036854775808", -(2**63)),
    ("timeout", "8388608T", -(2**63)), ("gc-reserved-space", "-1", -1), ("max-silent-time", "-1", -1),
    *[("cores", text, invalid("cores", text)) for text in (
        "", "-1", "-0", "4294967296", "1KK", "K", "0x1", "1.5", "+", "-", "+-1", "1P", "٣",
    )],
    *[(name, "4294967296", invalid(name, "4294967296")) for name in (
        "build-poll-interval", "download-attempts", "download-speed", "eval-attrset-update-layer-rhs-threshold",
        "eval-profiler-frequency", "id-count", "max-call-depth", "max-substitution-jobs", "narinfo-cache-meta-ttl",
        "narinfo-cache-negative-ttl", "narinfo-cache-positive-ttl", "start-id", "tarball-ttl",
    )],
    *[(name, "4294967296", 2**32) for name in ("connect-timeout", "min-free", "nar-buffer-size", "timeout")],
    ("log-lines", "18446744073709551616", invalid("log-lines", "18446744073709551616")),
    ("timeout", "9223372036854775808", invalid("timeout", "9223372036854775808")),
    ("timeout", "-9223372036854775809", invalid("timeout", "-9223372036854775809")),
    ("max-jobs", "7", 7), *[("max-jobs", text, WRONG_JOBS) for text in ("2K", "x", "-1", "", "4294967296")],
    ("cores", "auto", invalid("cores", "auto")),
    *[("eval-profiler", text, text) for text in ("disabled", "flamegraph")],
    ("eval-profiler", "x", "option 'eval-profiler' has invalid value 'x'"),
    *[("lint-url-literals", text, text) for text in ("ignore", "warn", "fatal")],
    ("lint-url-literals", "Warn", (
        "option 'lint-url-literals' has invalid value 'Warn' (expected 'ignore', 'warn', or 'fatal')"
    )),
    ("eval-system", "any text", "any text"), ("allowed-uris", "a  b", ["a", "b"]),
    ("experimental-features", "flakes", {"flakes", "fetch-tree"}), ("experimental-features", "", set()),
    ("experimental-features", "pipe-operators cgroups", {"pipe-operators", "cgroups"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), VALUES)
def test_values(name: str, text: str, expected: object) -> None:
    settings = Settings(cwd="/")
    assert not settings.is_set(name)
    if isinstance(expected, str) and ("invalid value" in expected or expected == WRONG_JOBS):
        with pytest.raises(UsageError) as caught:
            settings.set_option(name, text)
        assert (caught.value.message, settings.is_set(name)) == (expected, False)
        return
    assert settings.set_option(name, text) is True
    kept = "features" if name == "experimental-features" else name
    found = settings.get(kept)
    assert (found, type(found) is bool) == (expected, type(expected) is bool)
    assert settings.is_set(kept)


def test_as_many_jobs_as_there_are_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    for count, jobs in ((3, 3), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        settings = Settings(cwd="/")
        settings.set_option("max-jobs", "auto")
        assert settings.get("max-jobs") == jobs


NIXOS_KEY = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY="


def test_lists_are_added_to_what_they_are() -> None:
    settings = Settings(cwd="/")
    for name, text, whole in [
        ("extra-trusted-users", "a b", ["root", "a", "b"]),
        ("extra-trusted-users", "c", ["root", "a", "b", "c"]),
        ("extra-binary-caches", "http://x", ["https://cache.nixos.org/", "http://x"]),
        ("extra-allowed-users", "a", ["*", "a"]),
        ("extra-ignored-acls", "a", ["security.csm", "security.selinux", "system.nfs4_acl", "a"]),
        ("extra-trusted-public-keys", "k", [NIXOS_KEY, "k"]),
        ("extra-allowed-uris", "u", ["u"]),
        ("allowed-uris", "v", ["v"]),
        ("extra-allowed-uris", "u", ["v", "u"]),
        ("binary-caches", "http://y", ["http://y"]),
    ]:
        assert settings.set_option(name, text)
        proper = name.removeprefix("extra-")
        assert settings.get(ALIASES.get(proper, proper)) == whole
    assert Settings(cwd="/").get("trusted-users") is None, "what one adds to is nobody else's"
    settings.set_option("experimental-features", "flakes")
    settings.set_option("extra-experimental-features", "cgroups")
    assert settings.features == {"flakes", "fetch-tree", "cgroups"}


def test_names_that_are_known() -> None:
    settings = Settings(cwd="/")
    known = [
        "cores",
        "build-cores",
        "extra-substituters",
        "extra-binary-caches",
        "extra-experimental-features",
    ]
    assert all(map(settings.knows, known))
    assert not any(map(settings.knows, ["nope", "extra-cores", "extra-system", "extra-", "features", "cwd"]))
    assert settings.set_option("nope", "1") is False


def test_what_is_told_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    settings = Settings(cwd="/")
    settings.warn = told.append
    settings.set_option("extra-experimental-features", "zork no-url-literals cgroups zork")
    assert settings.has_feature("cgroups")
    assert not settings.has_feature("zork")
    settings.set_option("warn-short-path-literals", "true")
    assert settings.lint_short_path_literals == "warn"
    settings.set_option("warn-short-path-literals", "false")
    assert settings.lint_short_path_literals == "ignore"
    deprecated = "'warn-short-path-literals' is deprecated, use 'lint-short-path-literals = {}' instead"
    assert told == [
        "experimental feature 'no-url-literals' has been stabilized and renamed; use 'lint-url-literals = fatal' setting instead",
        "unknown experimental feature 'zork'",
        deprecated.format("warn"),
        deprecated.format("ignore"),
    ]  # fmt: skip


def test_levels_are_numbered_as_in_records() -> None:
    """`--log-format internal-json` has the numbers."""
    assert (ERROR, WARNING, INFO, TALKATIVE, CHATTY) == (0, 1, 3, 4, 5)
    assert Settings(cwd="/").verbosity == INFO


def test_defaults() -> None:
    settings = Settings(cwd="/w")
    assert (settings.cwd, settings.store_dir, settings.max_call_depth) == ("/w", "/nix/store", 10_000)
    assert settings.features == {"nix-command", "flakes", "fetch-tree"}
    assert settings.allow_import_from_derivation is True
    off = """
        abort_on_warn ignore_try log_records pure_eval read_only restrict_eval show_trace trace_function_calls
        trace_verbose use_xdg_base_directories warn_short_path_literals
    """
    assert [name for name in off.split() if getattr(settings, name) is not False] == []
    lints = ("lint-absolute-path-literals", "lint-short-path-literals", "lint-url-literals")
    assert {settings.get(name) for name in lints} == {"ignore"}
    assert (settings.get("nope"), settings.get("nope", 5), settings.get("max-call-depth")) == (
        None,
        5,
        10_000,
    )
    assert Settings(pure_eval=True, cwd="/").pure_eval is True


def test_a_copy_has_all_and_shares_nothing() -> None:
    settings = Settings(pure_eval=True, cwd="/w")
    for name, text in [
        ("system", "s"),
        ("allowed-uris", "u"),
        ("cores", "3"),
        ("nope", "1"),
        ("show-trace", "true"),
    ]:
        settings.set_option(name, text)
    other = settings.copy()
    values = {name: getattr(settings, name) for name in Settings.__slots__}
    assert {name: getattr(other, name) for name in Settings.__slots__} == values
    other.set_option("extra-allowed-uris", "v")
    other.set_option("cores", "4")
    other.set_option("log-lines", "4")
    other.warn_unknown()
    assert (settings.allowed_uris, settings.get("cores"), settings.unknown) == (["u"], 3, {"nope": "1"})
    assert not settings.is_set("log-lines")


def test_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "a\\b"
    place.mkdir()
    monkeypatch.chdir(place)
    assert Settings().cwd == f"{place}"
    assert Settings(cwd="/a\\b").cwd == "/a\\b"
    place.rmdir()
    assert Settings().cwd == "/", "where it has been removed"
    monkeypatch.chdir("/")
    monkeypatch.setattr(of_settings, "DRIVES", True)
    assert Settings(cwd="C:\\a").cwd == "/C:/a"


SYSTEMS = [
    # platform, machine, Nix's name
    ("linux", "x86_64", "x86_64-linux"), ("linux", "aarch64", "aarch64-linux"), ("linux", "riscv64", "riscv64-linux"),
    ("darwin", "arm64", "aarch64-darwin"), ("darwin", "x86_64", "x86_64-darwin"), ("linux", "amd64", "x86_64-linux"),
    ("win32", "arm64", "x86_64-linux"), ("emscripten", "wasm32", "x86_64-linux"), ("linux", None, "x86_64-linux"),
]  # fmt: skip


@pytest.mark.parametrize(("platform", "machine", "name"), SYSTEMS)
def test_systems(monkeypatch: pytest.MonkeyPatch, platform: str, machine: str | None, name: str) -> None:
    """What has no Nix is taken for the system that package sets have most for."""
    monkeypatch.setattr(sys, "platform", platform)
    if machine is None:
        monkeypatch.delattr(os, "uname")
    else:
        monkeypatch.setattr(os, "uname", lambda: os.uname_result(("", "", "", "", machine)))
    assert this_system() == Settings(cwd="/").current_system == name
    settings = Settings(cwd="/")
    settings.set_option("system", "set")
    assert settings.current_system == "set"
    settings.set_option("eval-system", "other")
    assert settings.current_system == "other"
