"""`nixlite flake metadata|info|lock|update|archive`: what a flake is and which inputs it has.

Manual: `nix flake metadata`, `nix flake lock`, `nix flake update`, `nix flake archive`.
"""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, ignore, store, turn_on
from nixlite.cli.flake.locking import LOCKING, Locking, whole_ref
from nixlite.cli.starting import start
from nixlite.errors import EvalError, UsageError
from nixlite.fetch.inputs import date_text
from nixlite.flakes.lock_graph import LockNode, first_unlocked, lock_text, lock_to_json, parse_input_path
from nixlite.host.settings import INFO
from nixlite.traces.log import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.fetch.inputs import Input
    from nixlite.flakes.locking import LockedFlake
    from nixlite.flakes.reading import Flake
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings

BOLD, NORMAL = "\x1b[1m", "\x1b[0m"
"""C++ Nix writes these to its standard output even where that is no terminal."""

DATE = "%Y-%m-%d %H:%M:%S"
"""The form of dates, for `strftime`."""

BRANCH, LAST_BRANCH, TRUNK, NO_TRUNK = "├───", "└───", "│   ", "    "


def without(flags: Flags, *names: str) -> Flags:
    """A table of flags without some of them."""
    return {name: flag for name, flag in flags.items() if name not in names}


JSON: Flags = {
    "--json": Flag("", turn_on("json"), "print JSON"),
    "--pretty": Flag("", turn_on("pretty"), "spread JSON over lines"),
    "--no-pretty": Flag("", turn_on("compact"), "JSON on one line"),
}

FLAGS: Flags = {
    **LOCKING,
    **EVALUATION,
    **COMMON,
    "--offline": Flag("", ignore),
    "--no-net": Flag("", ignore),
    "--refresh": Flag("", ignore),
}

UPDATE_FLAGS: Flags = {
    **without(FLAGS, "--no-write-lock-file", "--no-update-lock-file"),
    "--flake": Flag("flake-url", store("flake_url"), "the flake (that of this directory)"),
}

ARCHIVE_FLAGS: Flags = {
    **FLAGS,
    **JSON,
    "--dry-run": Flag("", turn_on("dry_run"), "only tell the paths (needed)"),
    "--to": Flag("store-uri", ignore),
    "--no-check-sigs": Flag("", ignore),
}


class FlakeCommand(Command):
    """A command about one flake, `flake_url`; that of the working directory by default."""

    pure = True
    most_words = 1
    flags = FLAGS
    flake_url = "."
    json = False
    pretty = False
    compact = False

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.locking = Locking()

    def run(self) -> int:
        """Read the words and do the work."""
        if len(self.words) > self.most_words:
            raise UsageError(f"unexpected argument '{self.words[self.most_words]}'")
        if self.words and self.most_words == 1:
            self.flake_url = self.words[0]
        return self.work(start(self))

    def work(self, evaluator: Evaluator) -> int:
        """What the command does; returns the exit code."""
        raise NotImplementedError

    def lock(self, evaluator: Evaluator, *, apply_config: bool = False) -> LockedFlake:
        """The flake with its lock file, which is written where the command line lets it. Raises EvalError."""
        from nixlite.flakes.locking import lock_flake

        flags = self.locking.flags(self, evaluator)._replace(apply_config=apply_config)
        return lock_flake(evaluator.state, whole_ref(self, evaluator, self.flake_url), flags)

    def say(self, text: str) -> None:
        """Tell of progress as Nix does where no terminal shows a line of it."""
        settings = self.settings
        if settings.verbosity > INFO or settings.log_records or not self.host.is_terminal("stderr"):
            tell(settings, self.host, INFO, text)

    def print_json(self, data: Any) -> None:
        """Print JSON, over several lines where that is asked for or a terminal shows it."""
        from nixlite.cli.json_output import json_text

        self.host.write_stdout(json_text(self, data) + "\n")


class Metadata(FlakeCommand):
    """`nix flake metadata`."""

    usage = "nixlite flake metadata [flags] [FLAKE]"
    description = "Print what is known of a flake: where it is, its revision, its inputs."
    flags = FLAGS | JSON

    def work(self, evaluator: Evaluator) -> int:
        """Lock the flake and print."""
        locked = self.lock(evaluator)
        if self.json:
            self.print_json(metadata(locked, evaluator))
        else:
            lines = [f"{BOLD}{name}{NORMAL}{text}" for name, text in summary(locked, evaluator)]
            self.host.write_stdout("\n".join([*lines, *input_lines(locked.root)]) + "\n")
        return 0


class Info(Metadata):
    """`nix flake info`, an old name."""

    usage = "nixlite flake info [flags] [FLAKE]"

    def run(self) -> int:
        """As `metadata`."""
        self.settings.warn("'nix flake info' is a deprecated alias for 'nix flake metadata'")
        return super().run()


def metadata(locked: LockedFlake, evaluator: Evaluator) -> dict[str, Any]:
    """The object that `--json` prints."""
    flake = locked.flake
    attrs = flake.locked.attrs()
    rev = flake.locked.source.rev
    values = {
        "description": flake.description,
        "originalUrl": str(flake.ref),
        "original": flake.ref.attrs(),
        "resolvedUrl": str(flake.resolved),
        "resolved": flake.resolved.attrs(),
        "url": str(flake.locked),
        "locked": attrs,
        "revision": None if rev is None else rev.raw.hex(),
        "dirtyRevision": attrs.get("dirtyRev"),
        "revCount": attrs.get("revCount"),
        "lastModified": attrs.get("lastModified"),
        "path": flake.tree.path,
        "locks": lock_to_json(locked.root)[0],
        "fingerprint": fingerprint(locked, evaluator),
    }
    return {name: value for name, value in values.items() if value is not None}


def summary(locked: LockedFlake, evaluator: Evaluator) -> list[tuple[str, str]]:
    """The lines that are printed, in two parts, without those about inputs."""
    flake = locked.flake
    source = flake.locked.source
    rows: list[tuple[str, object]] = [("Resolved URL:  ", flake.resolved)]
    if source.is_locked:
        rows.append(("Locked URL:    ", flake.locked))
    modified = source.integer("lastModified")
    rows += [
        ("Description:   ", flake.description),
        ("Path:          ", flake.tree.path),
        ("Revision:      ", None if source.rev is None else source.rev.raw.hex()),
        ("Revision:      ", source.text("dirtyRev")),
        ("Revisions:     ", source.integer("revCount")),
        ("Last modified: ", None if modified is None else date_text(modified, DATE, local=True)),
        ("Fingerprint:   ", fingerprint(locked, evaluator)),
        ("Inputs:", "" if locked.root.inputs else None),
    ]
    return [
        (label.rstrip(), label[len(label.rstrip()) :] + str(text)) for label, text in rows if text is not None
    ]


def input_lines(node: LockNode, prefix: str = "", seen: set[int] | None = None) -> list[str]:
    """The tree of inputs, a node's own inputs once."""
    seen = {id(node)} if seen is None else seen
    lines: list[str] = []
    for at, (name, edge) in enumerate(sorted(node.inputs.items()), 1):
        last = at == len(node.inputs)
        head = f"{prefix}{LAST_BRANCH if last else BRANCH}{BOLD}{name}{NORMAL}"
        if isinstance(edge, tuple):
            lines.append(f"{head} follows input '{'/'.join(edge)}'")
            continue
        assert edge.locked is not None  # only the root has none, and no edge leads to it
        modified = edge.locked.source.integer("lastModified")
        when = "" if modified is None else f" ({date_text(modified, DATE)})"
        lines.append(f"{head}: {edge.locked}{when}")
        if id(edge) not in seen:
            seen.add(id(edge))
            lines += input_lines(edge, prefix + (NO_TRUNK if last else TRUNK), seen)
    return lines


def fingerprint(locked: LockedFlake, evaluator: Evaluator) -> str | None:
    """The hash by which Nix knows an evaluation of the flake again; None where there is none."""
    from nixlite.store.hashing import digest

    allowed = bool(evaluator.settings.get("allow-dirty-locks", False))
    if first_unlocked(locked.root, dirty=allowed) is not None:
        return None
    flake = locked.flake
    content = content_of(flake, evaluator)
    if content is None:
        return None
    text = f"{content};{flake.locked.subdir};{lock_text(locked.root).rstrip()}"
    for name in ("revCount", "lastModified"):
        number = flake.locked.source.integer(name)
        if number is not None:
            text += f";{name}={number}"
    return digest("sha256", text.encode("utf-8", "surrogateescape")).hex()


def content_of(flake: Flake, evaluator: Evaluator) -> str | None:
    """What stands for the content of a flake's tree in its fingerprint."""
    source = flake.locked.source
    nar_hash = flake.tree.content.text("sri")
    if source.type == "path":
        return f"path:{nar_hash}"
    if source.type in ("tarball", "file"):
        return nar_hash
    rev = source.rev
    if rev is None:
        return state_of(source, evaluator)
    marks = (("submodules", ";s"), ("exportIgnore", ";e"), ("lfs", ";l")) if source.type == "git" else ()
    return rev.raw.hex() + "".join([mark for name, mark in marks if source.flag(name)])


def state_of(source: Input, evaluator: Evaluator) -> str | None:
    """What stands for a working tree of git; None where there is none."""
    from nixlite.fetch.git import local_repository
    from nixlite.fetch.trees import git_of
    from nixlite.fetch.url import parse_url
    from nixlite.host.guarded import innermost

    if source.type != "git":
        return None
    host = innermost(evaluator.state.host)
    path = local_repository(host, parse_url(source.required_text("url")))
    return None if path is None else str(git_of(evaluator.state, host).state_text(path))


class Lock(FlakeCommand):
    """`nix flake lock`."""

    usage = "nixlite flake lock [flags] [FLAKE]"
    description = "Write what is missing in a flake's lock file."
    flags = without(FLAGS, "--no-write-lock-file")

    def work(self, evaluator: Evaluator) -> int:
        """Lock the flake."""
        self.settings.other["tarball-ttl"] = 0
        self.locking.write = self.locking.strict = True
        self.lock(evaluator, apply_config=True)
        return 0


class Update(FlakeCommand):
    """`nix flake update`."""

    usage = "nixlite flake update [flags] [INPUT…]"
    description = "Lock the inputs of a flake anew: all of them, or those that are named."
    most_words = 2**31
    flags = UPDATE_FLAGS

    def work(self, evaluator: Evaluator) -> int:
        """Lock the flake."""
        self.settings.other["tarball-ttl"] = 0
        for word in self.words:
            self.take_input(word)
        if not self.locking.updates:
            self.locking.recreate = True
        self.locking.write = True
        self.lock(evaluator, apply_config=True)
        return 0

    def take_input(self, word: str) -> None:
        """An input that is to be updated. Raises UsageError for what cannot be one."""
        try:
            if not parse_input_path(word):
                raise UsageError(
                    "input path to be updated cannot be zero-length; it would refer to the flake itself,"
                    " not an input"
                )
        except UsageError as error:
            self.settings.warn(
                f"Invalid flake input '{word}'. To update a specific flake, use"
                f" 'nix flake update --flake {word}' instead."
            )
            raise EvalError(error.message) from None
        if parse_input_path(word) in [parse_input_path(known) for known in self.locking.updates]:
            path = "/".join(parse_input_path(word))
            self.settings.warn(
                f"Input '{path}' was specified multiple times. You may have done this by accident."
            )
        self.locking.updates.append(word)


class Archive(FlakeCommand):
    """`nix flake archive --dry-run`: what would be copied to a store."""

    usage = "nixlite flake archive --dry-run [--json] [flags] [FLAKE]"
    description = "Tell the store paths of a flake and its inputs."
    dry_run = False
    flags = ARCHIVE_FLAGS

    def work(self, evaluator: Evaluator) -> int:
        """Print the paths as JSON, or nothing."""
        if not self.dry_run:
            raise EvalError("nixlite has no store to copy a flake to; '--dry-run --json' tells the paths")
        locked = self.lock(evaluator)
        inputs = input_paths(locked.root, evaluator)
        if self.json:
            self.print_json({"path": locked.flake.tree.path, "inputs": inputs})
        return 0


def input_paths(node: LockNode, evaluator: Evaluator) -> dict[str, Any]:
    """The store paths of a node's inputs, and of theirs."""
    from nixlite.store.path import fixed_path

    found: dict[str, Any] = {}
    for name, edge in sorted(node.inputs.items()):
        if isinstance(edge, tuple) or edge.locked is None:
            continue
        row: dict[str, Any] = {"inputs": input_paths(edge, evaluator)}
        if not edge.locked.is_relative:
            source = edge.locked.source
            if source.nar_hash is None:
                raise EvalError(f"cannot compute store path for unlocked input '{source}'")
            row["path"] = fixed_path(source.name, "nar", source.nar_hash, (), evaluator.settings.store_dir)
        found[name] = row
    return found
