"""Reading settings from where Nix reads them: `nix.conf` files and the environment.

In this order, later ones winning: `nix.conf` in `$NIX_CONF_DIR` (`/etc/nix`), the user's files (the most
personal last; `$NIX_USER_CONF_FILES` names them instead), `$NIX_CONFIG`, `$NIX_PATH`. The command line
comes after all of these.
Manual: nix.conf.
"""

from __future__ import annotations

from nixlite.errors import NixError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings

Assignment = tuple[str, str]


def load_configuration(settings: Settings, host: Host) -> None:
    """Set what the configuration files and the environment say.

    Raises UsageError, in Nix's words, for a line that is none or a value that a setting cannot have.
    """
    for path in [system_file(host), *reversed(user_files(host))]:
        try:
            text = host.read_bytes(path).decode("utf-8", "surrogateescape")
        except NixError:  # absent or unreadable files say nothing
            continue
        apply_text(settings, host, text, path)
    if host.has_env("NIX_CONFIG"):
        apply_text(settings, host, host.get_env("NIX_CONFIG"), "NIX_CONFIG")
    if host.has_env("NIX_PATH"):
        from nixlite.host.lookup_path import parse_nix_path

        settings.nix_path = parse_nix_path(host.get_env("NIX_PATH"))
    if host.get_env("NIX_ABORT_ON_WARN") in ("1", "yes", "true"):
        settings.abort_on_warn = True
    settings.store_dir = host.get_env("NIX_STORE_DIR") or settings.store_dir


def system_file(host: Host) -> str:
    """The configuration file of the machine."""
    return f"{host.get_env('NIX_CONF_DIR') or '/etc/nix'}/nix.conf"


def user_files(host: Host) -> list[str]:
    """The configuration files of the user, the most personal first."""
    if host.has_env("NIX_USER_CONF_FILES"):
        return [path for path in host.get_env("NIX_USER_CONF_FILES").split(":") if path]
    own = host.get_env("XDG_CONFIG_HOME") or f"{host.home()}/.config"
    others = host.get_env("XDG_CONFIG_DIRS") or "/etc/xdg"
    first = host.get_env("NIX_CONFIG_HOME") or f"{own}/nix"
    return [f"{first}/nix.conf", *(f"{path}/nix/nix.conf" for path in others.split(":"))]


def apply_text(settings: Settings, host: Host, text: str, path: str) -> None:
    """Apply the lines of a configuration file; experimental features first, they decide what is known."""
    assignments = parse_configuration(host, text, path)
    features = ("experimental-features", "extra-experimental-features")
    for name, value in assignments:
        if name in features:
            settings.set_option(name, value)
    for name, value in assignments:
        if name not in features:
            settings.set_option(name, value)


def parse_configuration(host: Host, text: str, path: str) -> list[Assignment]:
    """The assignments `name = value` of a text, those of included files in their places."""
    found: list[Assignment] = []
    for whole_line in text.split("\n"):
        line = whole_line.partition("#")[0]
        words = line.split()
        if not words:
            continue
        if words[0] in ("include", "!include") and len(words) == 2:
            found += parse_included(host, words[1], path, required=words[0] == "include")
        elif len(words) < 2 or words[1] != "=":
            raise UsageError(f"syntax error in configuration line '{line}' in \"{path}\"")
        else:
            found.append((words[0], " ".join(words[2:])))
    return found


def parse_included(host: Host, name: str, path: str, *, required: bool) -> list[Assignment]:
    """The assignments of an included file, whose *name* is relative to the including one's directory."""
    if not name.startswith("/"):
        directory, slash, _ = path.rpartition("/")
        if not slash:  # `NIX_CONFIG` lies nowhere
            raise NixError(f'not an absolute path: "{name}"')
        name = f"{directory}/{name}"
    if not host.exists(host.real_path(name)):
        if required:
            raise NixError(f'file "{name}" included from "{path}" not found')
        return []
    return parse_configuration(host, host.read_bytes(name).decode("utf-8", "surrogateescape"), name)
