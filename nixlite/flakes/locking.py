"""Locking a flake: a lock file that fits what `flake.nix` says, made from the one that is there.

What an old lock file says of an input holds as long as `flake.nix` asks for the same; only what is new or has
changed is fetched. Manual: `nix flake lock`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from nixlite.errors import EvalError
from nixlite.fetch.inputs import Input, require_feature
from nixlite.flakes.configuration import apply_settings
from nixlite.flakes.lock_file import read_lock
from nixlite.flakes.lock_graph import (
    FlakeRef,
    InputPath,
    LockNode,
    check_follows,
    difference,
    first_unlocked,
    lock_text,
)
from nixlite.flakes.reading import (
    Flake,
    FlakeInput,
    below,
    fetch_mounted,
    get_flake,
    locked_ref,
    read_flake,
    resolve,
)
from nixlite.flakes.registry import KINDS, LIMITED
from nixlite.host.guarded import innermost
from nixlite.runtime.utf8 import to_bytes
from nixlite.spelling import normalise

if TYPE_CHECKING:
    from nixlite.fetch.trees import Fetched
    from nixlite.host.host import Host
    from nixlite.runtime.state import State


class LockFlags(NamedTuple):
    """What may be done about a lock file that does not fit, as the command line has it.

    *overrides*: what to take for some inputs. *updates*: inputs that are to be locked anew. *output* and
    *reference*: paths of the lock files to write and to read. *registries*: whether names are looked up.
    *apply_config*: whether the flake's `nixConfig` counts. *strict*: an input that cannot be locked is an
    error and not only a warning. *trusted*: the user has named the flake, not a program.
    """

    update: bool = True
    write: bool = True
    recreate: bool = False
    allow_unlocked: bool = True
    overrides: tuple[tuple[InputPath, FlakeRef], ...] = ()
    updates: frozenset[InputPath] = frozenset()
    output: str = ""
    reference: str = ""
    registries: bool = True
    apply_config: bool = False
    commit: bool = False
    strict: bool = False
    trusted: bool = True


class Override(NamedTuple):
    """What replaces an input: said by the flake in *directory*, or (*parent* None) on the command line."""

    input: FlakeInput
    flake: Flake
    parent: InputPath | None


class Context(NamedTuple):
    """Where in the graph `Locker.compute` is.

    *prefix* leads to the node from the root, *follows* to where its `follows` begin. *trusted*: the inputs
    come from the lock file and not from a `flake.nix`.
    """

    node: LockNode
    prefix: InputPath
    old: LockNode | None
    follows: InputPath
    flake: Flake
    trusted: bool


KnownTree: TypeAlias = "tuple[Fetched, str, LockNode]"


class LockedFlake(NamedTuple):
    """A flake with its lock file. *trees*: by the `id` of a node, its tree, the directory in it and the node
    itself, where it had to be fetched."""

    flake: Flake
    root: LockNode
    trees: dict[int, KnownTree]


def lock_flake(state: State, ref: FlakeRef, flags: LockFlags) -> LockedFlake:
    """Fetch a flake and see to its lock file; it is written only where *flags* say so.

    Raises EvalError in Nix's words.
    """
    require_feature("flakes", state.settings.features)
    flake = get_flake(state, ref, kinds=KINDS if flags.registries else (), trusted=flags.trusted)
    if flags.apply_config:
        apply_settings(state, flake.config)
    error_context = f"while updating the lock file of flake '{flake.locked}'"
    if flags.reference and not state.settings.get("allow-dirty", True):
        raise EvalError("reference lock file was provided, but the `allow-dirty` setting is set to false")
    locker = Locker(state, flake, flags)
    old = read_old_lock(state, flags.reference or f"{flake.directory}/flake.lock", flags)
    locker.lock(old)
    new = locker.root
    if flags.output or lock_text(old) != lock_text(new):
        write_lock(state, flake, old, new, flags)
    del error_context
    return LockedFlake(flake, new, locker.trees)


def read_old_lock(state: State, path: str, flags: LockFlags) -> LockNode:
    """The lock file that is there, or an empty one."""
    host = innermost(state.host) if flags.reference else state.host
    if not host.exists(path):
        return LockNode()
    if not flags.reference and host.file_type(path) == "symlink":
        raise EvalError(f"path '{host.shown_path(path)}' is a symlink")
    return read_lock(host.read_real(path), path, state.settings.features, state.settings.warn)


class Locker:
    """Computes the graph of a lock file."""

    def __init__(self, state: State, flake: Flake, flags: LockFlags) -> None:
        self.state = state
        self.flake = flake
        self.flags = flags
        self.kinds = LIMITED if flags.registries else ()
        # To lock a flake is to fetch what is not locked yet. Restricted evaluation restricts that as well.
        self.trusts_inputs = flags.trusted and not state.settings.restrict_eval
        self.root = LockNode()
        self.trees: dict[int, KnownTree] = {id(self.root): (flake.tree, flake.directory, self.root)}
        self.overrides: dict[InputPath, Override] = {}
        self.explicit = {path for path, _ in flags.overrides}
        self.used: set[InputPath] = set()
        self.seen: set[InputPath] = set()
        self.parents: list[FlakeRef] = []
        for path, ref in flags.overrides:
            self.overrides.setdefault(path, Override(FlakeInput(ref), flake, None))

    def lock(self, old: LockNode) -> None:
        """Compute the graph below the root."""
        warn = self.state.settings.warn
        known = None if self.flags.recreate else old
        self.compute(self.flake.inputs, Context(self.root, (), known, (), self.flake, False))
        for path, ref in self.flags.overrides:
            if path not in self.used:
                warn(f"the flag '--override-input {'/'.join(path)} {ref}' does not match any input")
        for path in sorted(self.flags.updates):
            if path not in self.seen:
                warn(f"'{'/'.join(path)}' does not match any input of this flake")
        check_follows(self.root)

    def compute(self, inputs: dict[str, FlakeInput], context: Context) -> None:
        """Lock the inputs of one node."""
        for name in sorted(inputs):
            self.add_overrides(inputs[name], (*context.prefix, name), context)
        for path in sorted(self.overrides):
            if path[:-1] == context.prefix and path[-1] not in inputs:
                place = "/".join(context.prefix)
                self.state.settings.warn(
                    f"input '{place}' has an override for a non-existent input '{path[-1]}'"
                )
        for name in sorted(inputs):
            self.lock_input(name, inputs[name], context)

    def add_overrides(self, given: FlakeInput, path: InputPath, context: Context) -> None:
        """Remember what is said of an input's own inputs; what was said further out counts."""
        for name, override in sorted(given.overrides.items()):
            below_it = (*path, name)
            if override.ref is not None or override.follows is not None:
                self.overrides.setdefault(below_it, Override(override, context.flake, context.prefix))
            self.add_overrides(override, below_it, context)

    def lock_input(self, name: str, given: FlakeInput, context: Context) -> None:
        """Lock one input."""
        path = (*context.prefix, name)
        error_context = f"while updating the flake input '{'/'.join(path)}'"
        override = self.overrides.get(path)
        wanted, sayer, parent_path = given, context.flake, context.prefix
        if override is not None:
            self.used.add(path)
            wanted, sayer = override.input, override.flake
            parent_path = override.parent or ()
        if wanted.follows is not None:
            context.node.inputs[name] = wanted.follows
            return
        ref = wanted.ref or FlakeRef(Input({"type": "indirect", "id": name}))
        self.seen.add(path)
        parent = parent_path if ref.is_relative else None
        if override is not None and override.parent is None:
            parent = None
        old = context.old.inputs.get(name) if context.old is not None else None
        if (
            isinstance(old, LockNode)
            and path not in self.flags.updates
            and path not in self.explicit
            and old.original is not None
            and old.original.canonical() == ref.canonical()
            and old.parent == parent
        ):
            self.keep(name, old, sayer, context)
        else:
            original = given.ref if given.ref is not None and path in self.explicit else ref
            new = Wanted(path, ref, original, given.is_flake, parent, sayer)
            self.add(name, new, context)
        del error_context

    def keep(self, name: str, old: LockNode, sayer: Flake, context: Context) -> None:
        """Take an input from the old lock file; it is fetched only if something below it may have changed."""
        path = (*context.prefix, name)
        node = LockNode(old.locked, old.original, old.is_flake, old.parent)
        context.node.inputs[name] = node
        inputs = None
        if not any(
            [update[: len(path)] == path and len(update) > len(path) for update in self.flags.updates]
        ):
            inputs = self.inputs_of(old, path, context)
        if inputs is not None:
            self.compute(inputs, Context(node, path, old, context.follows, context.flake, True))
            return
        assert old.locked is not None
        flake = self.input_flake(old.locked, path, sayer)
        self.trees[id(node)] = (flake.tree, flake.directory, node)
        self.compute(flake.inputs, Context(node, path, old, context.follows, flake, False))

    def inputs_of(self, old: LockNode, path: InputPath, context: Context) -> dict[str, FlakeInput] | None:
        """The inputs of an input as the lock file has them; None if they have to be read again."""
        inputs: dict[str, FlakeInput] = {}
        for name, edge in sorted(old.inputs.items()):
            if isinstance(edge, LockNode):
                inputs[name] = FlakeInput(edge.original, is_flake=edge.is_flake)
            elif not context.trusted and (*path, name) not in self.overrides:
                return None
            else:
                inputs[name] = FlakeInput(follows=(*context.follows, *edge))
        return inputs

    def input_flake(self, ref: FlakeRef, path: InputPath, sayer: Flake) -> Flake:
        """The flake of an input; a relative one lies in the tree of the flake that names it."""
        if not ref.is_relative:
            kinds = KINDS if path in self.explicit and self.flags.registries else self.kinds
            return get_flake(self.state, ref, path, kinds, trusted=self.trusts_inputs)
        flake = Flake(ref, ref, sayer.tree, relative_directory(ref, sayer))
        read_flake(self.state, flake, path)
        return flake

    def add(self, name: str, wanted: Wanted, context: Context) -> None:
        """Make a new entry."""
        ref = wanted.ref
        if not self.flags.allow_unlocked and not ref.source.is_locked and not ref.is_relative:
            raise EvalError(f"cannot update unlocked flake input '{'/'.join(wanted.path)}' in pure mode")
        if not wanted.is_flake:
            context.node.inputs[name] = self.plain_input(wanted)
            return
        flake = self.input_flake(ref, wanted.path, wanted.sayer)
        node = LockNode(flake.locked, wanted.original, True, wanted.parent)
        context.node.inputs[name] = node
        for parent in self.parents:
            if parent.attrs() == ref.attrs():
                raise EvalError(f"found circular import of flake '{parent}'")
        self.parents.append(ref)
        self.trees[id(node)] = (flake.tree, flake.directory, node)
        old = read_old_lock(self.state, f"{flake.directory}/flake.lock", LockFlags())
        self.compute(flake.inputs, Context(node, wanted.path, old, wanted.path, flake, False))
        self.parents.pop()

    def plain_input(self, wanted: Wanted) -> LockNode:
        """A new entry for a tree that is no flake."""
        ref = wanted.ref
        if ref.is_relative:
            node = LockNode(ref, wanted.original, False, wanted.parent)
            self.trees[id(node)] = (wanted.sayer.tree, relative_directory(ref, wanted.sayer), node)
            return node
        source = resolve(self.state, ref, self.kinds).source
        tree = fetch_mounted(self.state, source, trusted=self.trusts_inputs)
        node = LockNode(locked_ref(tree, ref.subdir), wanted.original, False, wanted.parent)
        self.trees[id(node)] = (tree, tree.path, node)
        return node


class Wanted(NamedTuple):
    """An input to be added: its reference, the one to note as `original`, and the flake that names it."""

    path: InputPath
    ref: FlakeRef
    original: FlakeRef
    is_flake: bool
    parent: InputPath | None
    sayer: Flake


def relative_directory(ref: FlakeRef, sayer: Flake) -> str:
    """Where `path:./…` leads from the flake that names it."""
    return normalise(f"{sayer.directory}/{ref.source.required_text('path')}/{ref.subdir}")


# --- a lock file that has changed


def write_lock(state: State, flake: Flake, old: LockNode, new: LockNode, flags: LockFlags) -> None:
    """Write the lock file if that is allowed, or say what is not written.

    The flake stays as it was fetched, also where that changes it: C++ Nix does not look at it again.
    """
    warn = state.settings.warn
    changes = difference(old, new)
    if not flags.write:
        warn(f"not writing modified lock file of flake '{flake.ref}':\n{changes}")
        flake.dirty = True
        return
    directory = source_directory(innermost(state.host), flake.ref)
    if directory is None and not flags.output:
        raise EvalError(
            f"cannot write modified lock file of flake '{flake.ref}' (use '--no-write-lock-file' to ignore)"
        )
    unlocked = first_unlocked(new, dirty=bool(state.settings.get("allow-dirty-locks", False)))
    if unlocked is not None:
        because = f"of flake '{flake.ref}' because it has an unlocked input ('{unlocked}')"
        if flags.strict:
            raise EvalError(
                f"Not writing lock file {because}. Use '--allow-dirty-locks' to allow this anyway."
            )
        if state.settings.get("warn-dirty", True):
            warn(f"not writing lock file {because}")
        return
    if not flags.update:
        raise EvalError(
            f"flake '{flake.ref}' requires lock file changes but they're not allowed"
            " due to '--no-update-lock-file'"
        )
    if flags.output:
        if flags.commit:
            raise EvalError("'--commit-lock-file' and '--output-lock-file' are incompatible")
        innermost(state.host).replace_file(flags.output, lock_text(new))
    else:
        write_file(state, flake, f"{directory}/flake.lock", (changes, lock_text(new)), commit=flags.commit)


def write_file(state: State, flake: Flake, path: str, change: tuple[str, str], *, commit: bool) -> None:
    """Write the lock file and let git know of it, as Nix does."""
    host = innermost(state.host)
    changes, text = change
    exists = host.followed_type(path) is not None
    if exists:
        state.settings.warn(f'updating lock file "{path}"' + (f":\n{changes}" if changes else ""))
    else:
        state.settings.warn(f'creating lock file "{path}": \n{changes}')
    host.replace_file(path, text)
    if flake.ref.source.type != "git":
        return
    from nixlite.fetch.trees import git_of

    git, (directory, _, name) = git_of(state, host), path.rpartition("/")
    if git.ignores(directory, name):
        return
    git.run("-C", directory, "add", "--intent-to-add", "--", name)
    if commit:
        within = f"{flake.ref.subdir}/{name}" if flake.ref.subdir else name
        summary = state.settings.get("commit-lock-file-summary", "")
        summary = summary or f"{within}: {'Update' if exists else 'Add'}"
        message = f"{summary}\n\nFlake lock file updates:\n\n{changes}\n"
        git.run("-C", directory, "commit", "-F", "-", "--", name, data=to_bytes(message))


def source_directory(host: Host, ref: FlakeRef) -> str | None:
    """Where a flake's files can be written; None for what is not a plain directory or working tree here."""
    from nixlite.fetch.git import local_repository
    from nixlite.fetch.url import parse_url

    source = ref.source
    root = None
    if source.type == "path":
        root = source.required_text("path")
    elif source.type == "git" and source.rev is None and source.text("ref") is None:
        root = local_repository(host, parse_url(source.required_text("url")))
    return None if root is None else below(root, ref.subdir)
