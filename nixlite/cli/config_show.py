"""`nixlite config show`: the settings and their values. Manual: `nix config show`; nix.conf."""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, turn_on
from nixlite.errors import EvalError, UsageError
from nixlite.host.setting_names import KIND_OF, LIST_DEFAULTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.settings import Settings

HIDDEN = {"auto-allocate-uids": "auto-allocate-uids", "impure-env": "configurable-impure-env"}
"""Settings that are there only with an experimental feature."""

DEFAULTS = """\
allow-dirty = true
allow-import-from-derivation = true
build-poll-interval = 5
builders = @/etc/nix/machines
compress-build-log = true
connect-timeout = 15
cores = 0
download-attempts = 5
download-buffer-size = 1048576
download-speed = 0
eval-attrset-update-layer-rhs-threshold = 16
eval-cache = true
eval-profile-file = nix.profile
eval-profiler = disabled
eval-profiler-frequency = 99
external-builders = []
filter-syscalls = true
flake-registry = https://channels.nixos.org/flake-registry.json
fsync-metadata = true
gc-reserved-space = 8388608
http-connections = 25
http2 = true
id-count = 8388608
keep-build-log = true
keep-derivations = true
lint-absolute-path-literals = ignore
lint-short-path-literals = ignore
lint-url-literals = ignore
log-lines = 25
max-build-log-size = 0
max-call-depth = 10000
max-free = 9223372036854775807
max-jobs = 1
max-silent-time = 0
max-substitution-jobs = 16
min-free = 0
min-free-check-interval = 5
nar-buffer-size = 33554432
narinfo-cache-meta-ttl = 604800
narinfo-cache-negative-ttl = 3600
narinfo-cache-positive-ttl = 2592000
netrc-file = /etc/nix/netrc
nix-shell-always-looks-for-shell-nix = true
nix-shell-shebang-arguments-relative-to-script = true
print-missing = true
require-drop-supplementary-groups = true
require-sigs = true
sandbox = true
sandbox-build-dir = /build
sandbox-dev-shm-size = 50%
sandbox-fallback = true
stalled-download-timeout = 300
start-id = 872415232
store = auto
substitute = true
tarball-ttl = 3600
timeout = 0
trust-tarballs-from-git-forges = true
use-registries = true
use-sqlite-wal = true
warn-dirty = true
warn-large-path-threshold = 0
"""
"""What Nix 2.34.8 says where nobody has set anything, and where that is not the empty text, or `false` for
Booleans. Lists are in `LIST_DEFAULTS`. What it finds out about the machine is not among them."""

FLAGS: Flags = {"--json": Flag("", turn_on("json")), **COMMON}


class ConfigShow(Command):
    """The command line of `nix config show`."""

    usage = "nixlite config show [flags] [NAME]"
    description = "Print the settings, or the value of one."
    pure = True
    flags = FLAGS
    json = False

    def run(self) -> int:
        """Print all settings or one."""
        if len(self.words) > 1:
            raise UsageError(f"unexpected argument '{self.words[1]}'")
        values = all_settings(self.settings)
        if self.words:
            if self.json:
                raise UsageError("'--json' is not supported when specifying a setting name")
            if self.words[0] not in values:
                raise EvalError(f"could not find setting '{self.words[0]}'")
            self.host.write_stdout(f"{values[self.words[0]]}\n")
        elif self.json:
            raise EvalError("nixlite has not the documentation of settings that '--json' prints")
        else:
            lines = [f"{name} = {text}\n" for name, text in sorted(values.items())]
            self.host.write_stdout("".join(lines) + "\n")
        return 0


def all_settings(settings: Settings) -> dict[str, str]:
    """The texts of all settings."""
    defaults = dict(line.split(" = ", 1) for line in DEFAULTS.splitlines())
    defaults |= {name: " ".join(words) for name, words in LIST_DEFAULTS.items()}
    values = {}
    for name, kind in KIND_OF.items():
        if name in HIDDEN and HIDDEN[name] not in settings.features:
            continue
        default = defaults.get(name, "false" if kind == "boolean" else "")
        values[name] = text_of(settings.get("features" if kind == "features" else name, default))
    return values


def text_of(value: object) -> str:
    """The text of a setting's value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset | list):
        return " ".join(sorted(value) if isinstance(value, frozenset) else value)
    return str(value)
