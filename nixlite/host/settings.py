"""The settings of an evaluation: one object that is passed, never module globals.

The names, kinds and defaults are Nix 2.34.8's (`nix config show`). Those that change what nixlite does are
attributes of `Settings`; the others are known, checked and kept in `other`, so that a `nix.conf` written
for Nix gives neither warnings nor surprises here.
"""

from __future__ import annotations

from nixlite.drives import DRIVES, nix_path
from nixlite.errors import UsageError
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

ERROR, WARNING, INFO, TALKATIVE, CHATTY = 0, 1, 3, 4, 5
"""Levels of what is told beside the answer, as in Nix; `Settings.verbosity` is the highest that is wanted."""

LEVELS = ("ignore", "warn", "fatal")
UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


DEFAULT_DEPTH = 10000
"""Nix's `max-call-depth`."""


class Settings:
    """The settings of one evaluator; attributes are Nix's setting names with underscores.

    Beyond Nix's: `lookup_path` holds the `-I` entries as pairs (prefix, path), `cwd` the absolute directory
    that relative names on the command line mean, `store_dir` the logical store directory, `read_only`
    that nothing may be added to the store (`nix-instantiate --eval` without `--read-write-mode`), `warn` what
    to do with a warning, `given` the settings that configuration files or the command line have set,
    `verbosity` up to which level is told what goes on (`traces.log`), `log_records` that it is for programs
    to read.
    """

    __slots__ = (
        "abort_on_warn",
        "allow_import_from_derivation",
        "allowed_uris",
        "cwd",
        "eval_system",
        "features",
        "given",
        "ignore_try",
        "lint_absolute_path_literals",
        "lint_short_path_literals",
        "lint_url_literals",
        "log_records",
        "lookup_path",
        "max_call_depth",
        "nix_path",
        "other",
        "pure_eval",
        "read_only",
        "restrict_eval",
        "show_trace",
        "store_dir",
        "system",
        "trace_function_calls",
        "trace_verbose",
        "unknown",
        "use_xdg_base_directories",
        "verbosity",
        "warn",
        "warn_short_path_literals",
    )

    def __init__(self, *, pure_eval: bool = False, cwd: str | None = None) -> None:
        self.pure_eval = pure_eval
        self.restrict_eval = False
        self.abort_on_warn = False
        self.allow_import_from_derivation = True
        self.allowed_uris: list[str] = []
        self.eval_system = ""
        self.system = this_system()
        self.features: frozenset[str] = frozenset({"nix-command", "flakes", "fetch-tree"})
        self.given: set[str] = set()
        self.ignore_try = False
        self.lint_absolute_path_literals = "ignore"
        self.lint_short_path_literals = "ignore"
        self.lint_url_literals = "ignore"
        self.warn_short_path_literals = False
        self.max_call_depth = DEFAULT_DEPTH
        self.nix_path: list[str] = []
        self.show_trace = False
        self.trace_function_calls = False
        self.trace_verbose = False
        self.use_xdg_base_directories = False
        self.log_records = False
        self.lookup_path: list[tuple[str, str]] = []
        self.cwd = working_directory() if cwd is None else nix_path(cwd) if DRIVES else cwd
        self.store_dir = "/nix/store"
        self.read_only = False
        self.other: dict[str, Any] = {}
        self.unknown: dict[str, str] = {}
        self.verbosity = INFO
        self.warn: Callable[[str], None] = ignore_warning

    @property
    def current_system(self) -> str:
        """`builtins.currentSystem`: `eval-system` where it is given, else `system`."""
        return self.eval_system or self.system

    def has_feature(self, name: str) -> bool:
        """Whether the experimental feature *name* is on."""
        return name in self.features

    def knows(self, name: str) -> bool:
        """Whether *name* is a setting, an alias of one, or `extra-` and a setting that can be added to."""
        return find_setting(name) is not None

    def set_option(self, name: str, text: str) -> bool:
        """Set *name* from its text as in `nix.conf`; False when there is no such setting.

        Raises UsageError with Nix's message for a text that the setting cannot have.
        Manual: nix.conf.
        """
        from nixlite.host.setting_names import KIND_OF, LIST_DEFAULTS

        found = find_setting(name)
        if found is None:
            self.unknown[name] = text
            return False
        name, append = found
        kind = KIND_OF[name]
        value: Any
        if kind == "boolean":
            value = parse_boolean(name, text)
        elif kind == "integer":
            value = parse_integer(name, text)
        elif kind == "features":
            value = frozenset(self.parse_features(text.split()))
            if append:
                value = self.features | value
            name = "features"
        elif kind == "list":
            before = self.get(name, LIST_DEFAULTS.get(name, ())) if append else ()
            value = [*before, *text.split()]
        elif kind == "level":
            value = parse_level(name, text)
        else:
            value = parse_profiler(text) if name == "eval-profiler" else text
        self.assign(name, value)
        return True

    def assign(self, name: str, value: Any) -> None:
        """Give a setting its value, wherever it lives; some are old names that switch others."""
        self.given.add(name)
        attribute = name.replace("-", "_")
        if attribute in Settings.__slots__:
            setattr(self, attribute, value)
        else:
            self.other[name] = value
        if name == "warn-short-path-literals":
            level = "warn" if value else "ignore"
            self.warn(f"'{name}' is deprecated, use 'lint-short-path-literals = {level}' instead")
            self.lint_short_path_literals = level

    def is_set(self, name: str) -> bool:
        """Whether anybody has set a setting, be it to its default."""
        return name in self.given

    def get(self, name: str, default: Any = None) -> Any:
        """The value of any known setting by Nix's name; *default* where nobody has set it."""
        attribute = name.replace("-", "_")
        if attribute in Settings.__slots__:
            return getattr(self, attribute)
        return self.other.get(name, default)

    def parse_features(self, names: Iterable[str]) -> set[str]:
        """The known features among *names*, with what they imply; warns of the unknown ones."""
        from nixlite.host.setting_names import FEATURES

        features: set[str] = set()
        for name in sorted(set(names)):
            if name in FEATURES:
                features.add(name)
                if name == "flakes":
                    features.add("fetch-tree")
            elif name == "no-url-literals":
                self.warn(
                    f"experimental feature '{name}' has been stabilized and renamed;"
                    " use 'lint-url-literals = fatal' setting instead"
                )
            else:
                self.warn(f"unknown experimental feature '{name}'")
        return features

    def warn_unknown(self) -> None:
        """Nix's warnings for names that no setting has; each is given once."""
        for name in sorted(self.unknown):
            self.warn(f"unknown setting '{name}'")
        self.unknown.clear()

    def copy(self) -> Settings:
        """Settings that can be changed without changing these."""
        other = Settings(cwd=self.cwd)
        for name in Settings.__slots__:
            value = getattr(self, name)
            setattr(other, name, value.copy() if type(value) in (list, dict, set) else value)
        return other


def ignore_warning(text: str) -> None:
    """The `warn` of settings that nobody listens to."""


def find_setting(name: str) -> tuple[str, bool] | None:
    """The proper name of a setting and whether a value is to be appended (`extra-…`), or None."""
    from nixlite.host.setting_names import ALIASES, KIND_OF  # often nothing is set

    name = ALIASES.get(name, name)
    if name in KIND_OF:
        return name, False
    if name.startswith("extra-"):
        base = ALIASES.get(name[6:], name[6:])
        if KIND_OF.get(base) in ("list", "features"):
            return base, True
    return None


def parse_boolean(name: str, text: str) -> bool:
    """Nix's words for true and false in settings."""
    if text in ("true", "yes", "1"):
        return True
    if text in ("false", "no", "0"):
        return False
    raise UsageError(f"Boolean setting '{name}' has invalid value '{text}'")


def parse_integer(name: str, text: str) -> int:
    """A number, possibly with a unit (`4K`), by which it may grow beyond its bits: then the lower ones are
    left, as in Nix. `auto` is the number of processors for `max-jobs`, which takes no unit.
    """
    from nixlite.host.setting_names import NARROW, SIGNED

    jobs = name == "max-jobs"
    if jobs and text == "auto":
        import os  # rarely wanted

        return os.cpu_count() or 1
    digits, factor = text, 1
    if not jobs and text[-1:].upper() in UNITS:
        digits, factor = text[:-1], UNITS[text[-1].upper()]
    size = 2**32 if name in NARROW else 2**64
    half = size // 2 if name in SIGNED else size
    negative = name in SIGNED and digits.startswith("-")
    value = natural(
        digits[1:] if negative or digits.startswith("+") else digits, half if negative else half - 1
    )
    if value is None and jobs:
        raise UsageError("configuration setting 'max-jobs' should be 'auto' or an integer")
    if value is None:
        raise UsageError(f"setting '{name}' has invalid value '{text}'")
    value = (-value if negative else value) * factor % size
    return value if value < half else value - size


def parse_level(name: str, text: str) -> str:
    """The level of a lint."""
    if text not in LEVELS:
        raise UsageError(
            f"option '{name}' has invalid value '{text}' (expected 'ignore', 'warn', or 'fatal')"
        )
    return text


def parse_profiler(text: str) -> str:
    """The value of `eval-profiler`."""
    if text not in ("disabled", "flamegraph"):
        raise UsageError(f"option 'eval-profiler' has invalid value '{text}'")
    return text


def this_system() -> str:
    """The system this Python runs on, as Nix names it (`x86_64-linux`); elsewhere `x86_64-linux` too."""
    import os
    import sys

    if sys.platform not in ("linux", "darwin") or not hasattr(os, "uname"):
        return "x86_64-linux"  # Windows, for which package sets have nothing; a browser
    machine = os.uname().machine
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(machine, machine)
    return f"{machine}-{sys.platform}"


def working_directory() -> str:
    """The current directory; `/` when it has been removed."""
    import os

    try:
        found = os.getcwd()
    except OSError:
        return "/"
    return nix_path(found) if DRIVES else found
