"""Whether a directory is a git repository that libgit2 opens, which is what Nix reads local ones with.

The program `git` looks further up where it finds none, and has other words; so this is looked at first.
Messages are those of libgit2 1.9, with its error codes.
"""

from __future__ import annotations

import posixpath
import re

from nixlite.errors import EvalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host

EXTENSIONS = frozenset({"noop", "objectformat", "worktreeconfig", "preciousobjects"})
TRUE, FALSE = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off", ""})
UNITS = {"k": 2**10, "m": 2**20, "g": 2**30}
SECTION = re.compile(r'([A-Za-z0-9.-]+)(?:[ \t]+"((?:\\.|[^"\\])*)")?$')
BAD_REFERENCE = re.compile(r"\.\.|[\x00-\x20~^:?*\[\\\x7f]|@\{|//|/$|(?:^|/)\.|\.(?:/|$)|\.lock(?:/|$)")
OS, REFERENCE, REPOSITORY, CONFIG = 2, 4, 6, 7
"""The classes that libgit2 gives its errors."""


def check_repository(host: Host, path: str) -> None:
    """Raise EvalError unless the working tree at *path* belongs to a repository that can be opened."""
    try:
        directory = git_directory(host, path)
        common = common_directory(host, directory)
        if not is_repository(host, directory, common):
            raise Refusal(f"could not find repository at '{path}'", REPOSITORY)
        config = read_config(host, f"{common}/config")
        check_version(config)
        bare = boolean(config.get("core.bare", "false"))
    except Refusal as refusal:
        raise refusal.error(f'opening Git repository "{path}"') from None
    check_head(read_text(host, f"{directory}/HEAD").rstrip())
    if bare:
        message = "cannot status. This operation is not allowed against bare repositories."
        raise Refusal(message, REPOSITORY).error("getting working directory status")


class Refusal(Exception):
    """Why libgit2 does not go on: its message and the class of the error."""

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.message = message
        self.number = number

    def error(self, action: str) -> EvalError:
        """The error in Nix's form."""
        return EvalError(f"{action}: {self.message} (libgit2 error code = {self.number})")


def git_directory(host: Host, path: str) -> str:
    """The `.git` directory of a working tree, or what a file of that name points to."""
    link = f"{path}/.git"
    if host.followed_type(link) == "directory":
        return link
    text = read_text(host, link).rstrip()
    target = text.removeprefix("gitdir:").strip()
    if not text.startswith("gitdir:") or not target:
        raise Refusal(f"the `.git` file at '{link}' is malformed", REPOSITORY)
    found = posixpath.normpath(posixpath.join(path, target))
    if host.followed_type(found) is None:
        raise Refusal(f"failed to resolve path '{found}': No such file or directory", OS)
    return found


def common_directory(host: Host, directory: str) -> str:
    """Where objects, references and configuration are: elsewhere for a further working tree."""
    shared = f"{directory}/commondir"
    if host.followed_type(shared) != "regular":
        return directory
    return posixpath.normpath(posixpath.join(directory, read_text(host, shared).strip()))


def is_repository(host: Host, directory: str, common: str) -> bool:
    """Whether all is there that makes a repository."""
    return (
        host.followed_type(f"{directory}/HEAD") == "regular"
        and host.followed_type(f"{common}/objects") == "directory"
        and host.followed_type(f"{common}/refs") == "directory"
    )


def check_version(config: dict[str, str]) -> None:
    """Raise Refusal for a repository of a form that is not known."""
    version = integer(config.get("core.repositoryformatversion", "0"))
    if version > 1:
        raise Refusal(
            f"unsupported repository version {version}; only versions up to 1 are supported", REPOSITORY
        )
    if version < 1:
        return
    for name, value in config.items():
        section, _, extension = name.partition(".")
        if section == "extensions" and extension not in EXTENSIONS:
            raise Refusal(f"unsupported extension name {name}", REPOSITORY)
        if name == "extensions.objectformat" and value != "sha1":
            raise Refusal(f"unknown object format '{value}'", REPOSITORY)


def check_head(head: str) -> None:
    """Raise EvalError for a `HEAD` that names neither a reference nor a commit."""
    name = head.removeprefix("ref: ")
    if name == head and re.fullmatch("[0-9a-f]{40}", head) is None:
        raise Refusal("corrupted loose reference file: HEAD", REFERENCE).error("resolving HEAD")
    if name != head and BAD_REFERENCE.search(name):
        refusal = Refusal(f"the given reference name '{name}' is not valid", REFERENCE)
        raise refusal.error("getting working directory status")


# --- the configuration, as far as opening needs it


def read_config(host: Host, path: str) -> dict[str, str]:
    """The settings of a configuration file: `section.name`, in small letters; none where there is no file."""
    settings: dict[str, str] = {}
    section = ""
    lines = read_text(host, path).split("\n") if host.followed_type(path) is not None else []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text[0] in "#;":
            continue
        try:
            if text[0] == "[":
                section = section_name(text)
                continue
        except Refusal as refusal:
            place = f"(in {path}:{number})"
            raise Refusal(f"failed to parse config file: {refusal.message} {place}", CONFIG) from None
        name, equals, value = text.partition("=")
        settings[f"{section}.{name.strip().lower()}"] = plain_value(value) if equals else "true"
    return settings


def section_name(text: str) -> str:
    """What stands in the brackets of `[core]` or `[remote "x"]`."""
    inside, bracket, _ = text[1:].partition("]")
    if not bracket and inside.count('"') != 1:
        raise Refusal("missing ']' in section header", CONFIG)
    if inside.count('"') % 2:
        raise Refusal("missing closing quotation mark in section header", CONFIG)
    if re.search(r"[ \t]", inside.strip()) and '"' not in inside:
        raise Refusal("missing quotation marks in section header", CONFIG)
    match = SECTION.match(inside.strip())
    if match is None or text[1:].startswith(f"{inside}]]"):
        raise Refusal("invalid configuration key", CONFIG)
    return match[1].lower() if match[2] is None else f"{match[1].lower()}.{match[2]}"


def plain_value(text: str) -> str:
    """A value without its quotes, escapes and comment."""
    bad = re.search(r'\\([^ntb"\\\n])', text)
    if bad is not None:
        raise Refusal(f"invalid escape at {bad[1]}", CONFIG)
    found = re.match(r'(?:"(?:\\.|[^"\\])*"|[^#;"])*', text.strip())
    return (found[0] if found is not None else "").strip().replace('"', "")


def boolean(text: str) -> bool:
    """A truth value of the configuration."""
    word = text.lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    try:
        return integer(text) != 0
    except Refusal:
        raise Refusal(f"failed to parse '{text}' as a boolean", CONFIG) from None


def integer(text: str) -> int:
    """A number of the configuration, with its unit."""
    found = re.fullmatch(r"\s*([+-]?\d+)([kmg]?)", text.lower())
    if found is None:
        raise Refusal(f"failed to parse '{text}' as a 32-bit integer", CONFIG)
    return int(found[1]) * UNITS.get(found[2], 1)


def read_text(host: Host, path: str) -> str:
    """The text of a small file."""
    return host.read_real(path).decode("utf-8", "surrogateescape")
