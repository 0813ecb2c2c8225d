"""Flakes on the command line: `.#attribute`, `path:./x#a.b`, and what may be done about their lock files.

Manual: `nix`, "Installables", "Flake output attribute"; `nix flake`, "Flake references".
"""

from __future__ import annotations

from nixlite.cli.auto_call import parse_attr_path
from nixlite.cli.flag import Flag, Flags
from nixlite.drives import given_path
from nixlite.errors import EvalError, NixError, NoAttribute, UsageError, did_you_mean
from nixlite.runtime.thunk import force

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from nixlite.cli.command import Command
    from nixlite.evaluator import Evaluator
    from nixlite.flakes.lock_graph import FlakeRef
    from nixlite.flakes.locking import LockedFlake, LockFlags
    from nixlite.runtime.values import Lazy, Value

SCHEME = r"(path|flake|github|gitlab|sourcehut|git|hg|tarball|file|(git|hg|tarball|file)\+[a-z]+):"
PATH_REFERENCE = r"(?s)([^?#]*)(?:\?([^#]*))?(?:#(.*))?"


class Locking:
    """What the command line says about lock files and inputs."""

    def __init__(self) -> None:
        self.update = True
        self.write = True
        self.recreate = False
        self.overrides: list[tuple[str, str]] = []
        self.updates: list[str] = []
        self.output = ""
        self.reference = ""
        self.registries: bool | None = None
        self.commit = False
        self.strict = False

    def flags(self, command: Command, evaluator: Evaluator) -> LockFlags:
        """The same with everything parsed. Raises UsageError and EvalError."""
        from nixlite.flakes.lock_graph import parse_input_path
        from nixlite.flakes.locking import LockFlags

        overrides = {}  # of several for one input the last counts
        for path, text in self.overrides:
            parsed = parse_input_path(path)
            if not parsed:
                raise UsageError(
                    "--override-input was passed a zero-length input path, which would refer to the flake"
                    " itself, not an input"
                )
            overrides[parsed] = whole_ref(command, evaluator, text, missing=True)
        for path in self.updates:
            if not parse_input_path(path):
                raise UsageError(
                    "--update-input was passed a zero-length input path, which would refer to the flake"
                    " itself, not an input"
                )
        return LockFlags(
            self.update,
            self.write,
            self.recreate,
            overrides=tuple(sorted(overrides.items(), key=lambda row: row[0])),
            updates=frozenset([parse_input_path(path) for path in self.updates]),
            output=absolute(command, self.output),
            reference=absolute(command, self.reference),
            registries=use_registries(command) if self.registries is None else self.registries,
            apply_config=True,
            commit=self.commit,
            strict=self.strict,
        )


def use_registries(command: Command) -> bool:
    """Whether names are looked up, by the settings."""
    return bool(command.settings.get("use-registries", True))


def absolute(command: Command, path: str) -> str:
    """A path from the command line as an absolute one; empty if it is empty."""
    return given_path(path, command.settings.cwd) if path else ""


def is_flake(command: Command, word: str) -> bool:
    """Whether an argument means a flake: it says so, is a directory with a `flake.nix`, or a name that is
    known to be a flake's."""
    import re  # what names no flake has no use for it

    if "#" in word or re.match(SCHEME, word):
        return True
    path = command.host.real_path(absolute(command, word))
    if not command.host.exists(path):
        return is_known_name(command, word)
    return command.host.file_type(path) == "directory" and command.host.exists(path + "/flake.nix")


def is_known_name(command: Command, word: str) -> bool:
    """Whether a registry knows what a name means; other words that are no files are taken for misspelt
    ones.
    """
    if not word.replace("-", "_").isidentifier() or not word.isascii() or word.startswith(("-", "_")):
        return False
    from nixlite.fetch.inputs import Input
    from nixlite.flakes.registry import Registries

    if any(len(given) == 2 and given[0].removeprefix("flake:") == word for given in command.registry_flags):
        return True
    try:
        Registries(command.settings, command.host).resolve(Input({"type": "indirect", "id": word}))
    except EvalError:
        return False
    return True


def whole_ref(command: Command, evaluator: Evaluator, text: str, *, missing: bool = False) -> FlakeRef:
    """The flake that a text without a fragment means; *missing*: see `parse_installable`."""
    ref, fragment = parse_installable(command, evaluator, text, missing=missing)
    if fragment:
        raise EvalError(f"unexpected fragment '{fragment}' in flake reference '{text}'")
    return ref


def parse_installable(
    command: Command, evaluator: Evaluator, text: str, *, missing: bool = False
) -> tuple[FlakeRef, str]:
    """The flake and the fragment that a text means; paths are relative to the working directory.

    *missing*: a directory need not have a `flake.nix`. Raises EvalError in Nix's words.
    """
    from nixlite.fetch.references import written_url
    from nixlite.flakes.lock_graph import ref_from_attrs

    features, warn = evaluator.settings.features, evaluator.settings.warn
    found = None
    if not text.startswith(("/", ".")):  # those are certainly paths
        found = written_url(text, features, base=command.settings.cwd, warn=warn)
    attrs, fragment = found or path_reference(command, text, missing=missing)
    return ref_from_attrs(attrs, features), fragment


def path_reference(command: Command, text: str, *, missing: bool) -> tuple[dict[str, Any], str]:
    """A directory as a reference: the git repository that it is in, or the directory itself."""
    import re

    from nixlite.fetch.url import decode_query, percent_decode

    match = re.fullmatch(PATH_REFERENCE, text)
    assert match is not None  # the pattern fits every text
    directory = flake_directory(command, absolute(command, match[1] or "."), missing=missing)
    attrs: dict[str, Any] = dict(decode_query(match[2] or "", lenient=True, warn=command.settings.warn))
    fragment = percent_decode(match[3] or "")
    root, subdir = directory, ""
    while root != "/":
        if command.host.exists(f"{root}/.git"):
            if subdir:
                if "dir" in attrs:
                    raise EvalError(f"flake URL '{text}' has an inconsistent 'dir' parameter")
                attrs["dir"] = subdir
            if command.host.exists(f"{root}/.git/shallow"):
                attrs["shallow"] = True
            return {"type": "git", "url": f"file://{root}", **attrs}, fragment
        root, _, name = root.rpartition("/")
        subdir = f"{name}/{subdir}" if subdir else name
        root = root or "/"
    return {"type": "path", "path": directory, **attrs}, fragment


def flake_directory(command: Command, path: str, *, missing: bool) -> str:
    """The directory with a `flake.nix` that a path means: this one or one above it."""
    host = command.host
    kind = host.file_type(path)
    if kind is None:
        raise NixError(f'getting status of "{path}": No such file or directory')
    if kind != "directory":
        parent, _, name = path.rpartition("/")
        if name != "flake.nix":
            raise EvalError(f'path "{path}" is not a flake (because it\'s not a directory)')
        command.settings.warn(
            f"Path \"{path}\" should point at the directory containing the 'flake.nix' file, not the file"
            f' itself. Pretending that you meant "{parent}"'
        )
        path = parent
    if missing or host.exists(f"{path}/flake.nix"):
        return path
    host.write_stderr(f"path \"{path}\" does not contain a 'flake.nix', searching up\n")
    while path != "/":
        if host.exists(f"{path}/flake.nix"):
            return path
        if host.exists(f"{path}/.git"):
            raise EvalError(
                f'path "{path}" is not part of a flake (neither it nor its parent directories contain a'
                " 'flake.nix' file)"
            )
        path = path.rpartition("/")[0] or "/"
    raise EvalError("could not find a flake.nix file")


def flake_attribute(command: Command, evaluator: Evaluator, word: str, locking: Locking) -> Lazy:
    """The value that `FLAKE#ATTRPATH` means.

    A path is looked for among the packages of this system first, as `nix` does; without one the default
    package is meant. Raises EvalError when there is nothing.
    """
    ref, fragment = parse_installable(command, evaluator, word.partition("^")[0])
    locked = locked_flake(command, evaluator, ref, locking)
    outputs = outputs_of(evaluator, locked)
    hint = None
    paths = attribute_paths(fragment, evaluator.settings.system)
    for path in paths:
        found, more = along(outputs, parse_attr_path(path))
        if found is not None:
            return found[0]
        hint = more or hint
    raise not_provided(locked, paths, hint)


def locked_flake(command: Command, evaluator: Evaluator, ref: FlakeRef, locking: Locking) -> LockedFlake:
    """The flake that a reference means, with its lock file."""
    from nixlite.flakes.locking import lock_flake

    if command.auto_arguments:
        raise UsageError("'--arg' and '--argstr' are incompatible with flakes")
    return lock_flake(evaluator.state, ref, locking.flags(command, evaluator))


def outputs_of(evaluator: Evaluator, locked: LockedFlake) -> Lazy:
    """The outputs of a locked flake."""
    from nixlite.builtins.flakes import call_flake

    flake = call_flake(evaluator.state, locked)
    outputs: Lazy = evaluator.guard(lambda value: force(value["outputs"]), flake)
    return outputs


def not_provided(locked: LockedFlake, paths: list[str], hint: str | None) -> EvalError:
    """The error for a flake that has none of the attributes that a fragment may mean."""
    quoted = [f"'{path}'" for path in paths]
    names = " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
    return NoAttribute(f"flake '{locked.flake.ref}' does not provide attribute {names}", hint=hint)


def attribute_paths(fragment: str, system: str) -> list[str]:
    """Where to look for what a fragment means, in order."""
    if not fragment:
        return [f"packages.{system}.default", f"defaultPackage.{system}"]
    if fragment.startswith("."):
        return [fragment[1:]]
    return [f"packages.{system}.{fragment}", f"legacyPackages.{system}.{fragment}", fragment]


def along(
    value: Lazy, path: Sequence[str], evaluate: Callable[[Lazy], Value] = force
) -> tuple[tuple[Lazy] | None, str | None]:
    """What an attribute path leads to (in a tuple, for it may be null), or None and perhaps a hint."""
    for name in path:
        inner = evaluate(value)
        if type(inner) is not dict:
            return None, None
        if name not in inner:
            return None, did_you_mean(name, inner)
        value = inner[name]
    return (value,), None


def apply_registry_flags(command: Command, evaluator: Evaluator) -> None:
    """Put what `--override-flake` and `--inputs-from` say into the registry of the flags."""
    from nixlite.fetch.inputs import Input
    from nixlite.flakes.lock_graph import LockNode, find_input
    from nixlite.flakes.locking import LockFlags, lock_flake
    from nixlite.flakes.reading import registries_of

    registry = registries_of(evaluator.state).flags
    for words in command.registry_flags:
        ref = whole_ref(command, evaluator, words[0])
        if len(words) == 2:
            target = whole_ref(command, evaluator, words[1])
            registry.add(ref.source, target.source, target.subdir)
            continue
        locked = lock_flake(evaluator.state, ref, LockFlags(write=False, registries=use_registries(command)))
        for name in sorted(locked.root.inputs):
            node = find_input(locked.root, (name,))
            if isinstance(node, LockNode) and node.locked is not None:
                registry.add(Input({"type": "indirect", "id": name}), node.locked.source, node.locked.subdir)


def locking(change: Callable[[Locking, list[str]], None]) -> Callable[[Any, list[str]], None]:
    """An action that changes the command's `locking`."""

    def act(command: Any, words: list[str]) -> None:
        change(command.locking, words)

    return act


def setting(name: str, value: bool, warning: str = "") -> Callable[[Any, list[str]], None]:
    """An action that sets an attribute of `locking`, with a warning where the flag is an old one."""

    def act(command: Any, words: list[str]) -> None:
        setattr(command.locking, name, value)
        if warning:
            command.settings.warn(warning)

    return act


def place(name: str) -> Callable[[Any, list[str]], None]:
    """An action that keeps a path in an attribute of `locking`."""
    return locking(lambda options, words: setattr(options, name, words[0]))


def override_input(options: Locking, words: list[str]) -> None:
    """`--override-input`; what is overridden is not written down."""
    options.write = False
    options.overrides.append((words[0], words[1]))


def update_input(command: Any, words: list[str]) -> None:
    """`--update-input`, an old form of `nix flake update NAME`."""
    command.settings.warn(
        "'--update-input' is a deprecated alias for 'flake update' and will be removed in a future version."
    )
    command.locking.updates.append(words[0])


LOCKING: Flags = {
    "--override-input": Flag(
        "input-path flake-url", locking(override_input), "take another flake for an input (A, or A/B)"
    ),
    "--update-input": Flag("input-path", update_input),
    "--recreate-lock-file": Flag(
        "",
        setting(
            "recreate",
            True,
            "'--recreate-lock-file' is deprecated and will be removed in a future version; use"
            " 'nix flake update' instead.",
        ),
    ),
    "--no-update-lock-file": Flag("", setting("update", False), "fail if the lock file has to change"),
    "--no-write-lock-file": Flag("", setting("write", False), "do not write the lock file"),
    "--reference-lock-file": Flag("flake-lock-path", place("reference"), "read this lock file"),
    "--output-lock-file": Flag("flake-lock-path", place("output"), "write this lock file"),
    "--no-registries": Flag(
        "", setting("registries", False, "'--no-registries' is deprecated; use '--no-use-registries'")
    ),
    "--commit-lock-file": Flag("", setting("commit", True), "commit the lock file to the flake's repository"),
    "--inputs-from": Flag(
        "flake-url",
        lambda command, words: command.registry_flags.append(words),
        "take names of flakes for the inputs of this flake",
    ),
}
