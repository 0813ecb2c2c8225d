"""The store of an evaluation: what it would add to `/nix/store`, kept in memory.

Evaluation needs the *paths* of sources and derivations; nobody has to write them down. `Store` computes the
paths, remembers what belongs to them (so that `builtins.readFile "${./x}"` works without a Nix installation,
through `lookup`). `export` writes it all out in a form that an installed Nix accepts.
"""

from __future__ import annotations

from nixlite.errors import EvalError, NixError, NoSuchFile
from nixlite.opaque import TEXTS, seen_bytes
from nixlite.store.aterm import ending, parse, unparse, unparse_with
from nixlite.store.derivation import name_of_drv
from nixlite.store.hashing import digest
from nixlite.store.modulo import hash_modulo
from nixlite.store.nar import hash_tree
from nixlite.store.path import (
    DRV_EXTENSION,
    STORE_DIR,
    fixed_path,
    is_drv_path,
    is_in_store,
    is_store_path,
    make_store_path,
    split_store_path,
    text_path,
    upstream_placeholder,
)
from nixlite.store.tree import Directory, File, Node, find, host_tree
from nixlite.store.written import Inputs, Shared, fill_in_outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Protocol

    from nixlite.store.derivation import Derivation
    from nixlite.store.hashing import Hash
    from nixlite.store.modulo import Modulo
    from nixlite.store.tree import Files, SeenFiles
    from nixlite.store.written import Written

    class Copying(Protocol):
        """What copying to the store needs of an evaluation's state."""

        @property
        def host(self) -> SeenFiles:
            """The files that the program sees."""

        def tell(self, level: int, text: str) -> None:
            """Say what goes on."""


def needed_first(roots: Iterable[str], needs: Callable[[str], Iterable[str]]) -> list[str]:
    """All paths that can be reached from *roots* by *needs*, of which the path itself may be one; what is
    needed before what needs it."""
    done: dict[str, None] = {}
    stack = [(path, False) for path in sorted(roots, reverse=True)]
    while stack:
        path, finished = stack.pop()
        if finished:
            done[path] = None
        elif path not in done:
            stack.append((path, True))
            stack += [(each, False) for each in needs(path) if each not in done and each != path]
    return list(done)


class StoreObject:
    """A store object: a file tree and the store paths that it refers to."""

    __slots__ = ("node", "references")

    def __init__(self, node: Node, references: tuple[str, ...] = ()) -> None:
        self.node = node
        self.references = references


CHATTY = 5
"""The level of what is told of single paths, as in `traces.log`."""


def to_bytes(drv: Derivation) -> bytes:
    """The contents of a derivation's `.drv` file."""
    return unparse(drv).encode("utf-8", "surrogateescape")


class Store:
    """Store objects by path, in memory.

    *store_dir* is the directory that paths name, and so part of every hash. *host* is used to read objects
    that exist on disk already (a `.drv` file of an installed Nix). *read_only*: paths are computed but what
    belongs to them is not there to be read, as in `nix-instantiate --eval` without `--read-write-mode`; only
    what was fetched is.
    """

    def __init__(
        self, store_dir: str = STORE_DIR, host: Files | None = None, *, read_only: bool = False
    ) -> None:
        self.store_dir = store_dir
        self.host = host
        self.read_only = read_only
        self.objects: dict[str, StoreObject] = {}
        self.mounted: set[str] = set()
        """Objects that are there even in a read-only store: what was fetched, for a fetch reads it anyway."""
        self.shared = Shared()
        self._derivations: dict[str, Derivation] = {}
        self._modulos: dict[str, Modulo] = {}
        self._copied: dict[str, str] = {}

    # --- adding

    def add_text(self, name: str, text: str, references: Iterable[str] = ()) -> str:
        """Add a text file as `builtins.toFile` does; returns its path."""
        return self.add_text_bytes(name, text.encode("utf-8", "surrogateescape"), references)

    def add_text_bytes(self, name: str, data: bytes, references: Iterable[str] = ()) -> str:
        """As `add_text`, from bytes."""
        references = tuple(sorted(references))
        if TEXTS:
            seen_bytes(data)
        path = text_path(name, digest("sha256", data), references, self.store_dir)
        if path not in self.objects:
            self.objects[path] = StoreObject(File(data), references)
        return path

    def add_bytes(self, name: str, data: bytes, *, recursive: bool = True, executable: bool = False) -> str:
        """Add a single file as a source, hashed as an archive or flatly; returns its path."""
        return self.add_tree(name, File(data, executable), "nar" if recursive else "flat")

    def add_tree(
        self,
        name: str,
        node: Node,
        method: str = "nar",
        algorithm: str = "sha256",
        references: Iterable[str] = (),
    ) -> str:
        """Add a file tree as a source; returns its path.

        The bytes are read here, to be hashed; they are not kept when they are on disk.
        """
        content = hash_tree(node, method, algorithm)
        return self.add_hashed(name, node, method, content, references)

    def add_hashed(
        self, name: str, node: Node, method: str, content: Hash, references: Iterable[str] = ()
    ) -> str:
        """Add a tree whose content hash is known."""
        references = tuple(references)
        path = fixed_path(name, method, content, references, self.store_dir)
        if path not in self.objects:
            self.objects[path] = StoreObject(node, references)
        return path

    def add_object(self, path: str, node: Node, references: Iterable[str]) -> None:
        """Add an object under a path that somebody else has computed (a binary cache): a fetched one."""
        self.objects[path] = StoreObject(node, tuple(sorted(references)))
        self.mounted.add(path)

    def copy_path(self, state: Copying, path: str) -> str:
        """Add the file or directory at *path*, as `"${./path}"` does; returns its store path.

        Seen through `state.host`, once in an evaluation. The name is the last part of the path.
        """
        known = self._copied.get(path)
        if known is None:
            if is_drv_path(path):
                raise EvalError(f"file names are not allowed to end in '{DRV_EXTENSION}'")
            place = state.host.real_path(path, last=False)  # the copy is of the link, if it is one
            self.tell_of_copy(state, place)
            known = self.add_tree(path.rpartition("/")[2] or "source", host_tree(state.host, place))
            state.host.allow(known)
            self._copied[path] = known
            state.tell(CHATTY, f"copied source '{path}' -> '{known}'")
        return known

    def copied_from(self, store_path: str) -> str | None:
        """The path of the file or directory that was copied to a store path in this evaluation."""
        return next((path for path, copy in self._copied.items() if copy == store_path), None)

    def tell_of_copy(self, state: Copying, path: str) -> None:
        """Say, where so much is wanted, that a path is copied; in a read-only store it is only hashed."""
        state.tell(CHATTY, f"hashing '{path}'..." if self.read_only else f"copying '{path}' to the store...")

    def add_derivation(
        self, drv: Derivation, inputs: Inputs | None = None, written: Written | None = None
    ) -> str:
        """Add the `.drv` file of a derivation whose outputs are filled in; returns its path.

        Nothing in *drv* is to be changed from now on: the file is written when somebody reads it. *inputs*
        and *written*: what is known of its text.
        """
        end = ending(drv, drv.env) if written is None else written.ending()
        if inputs is None:
            inputs = Inputs(drv.inputs, drv.sources)
        text = unparse_with(inputs.head, drv.outputs, inputs.text, end)
        data = text.encode("utf-8", "surrogateescape")
        if TEXTS:
            seen_bytes(data)
        hash_text = f"sha256:{digest('sha256', data).hex()}"
        path = make_store_path(inputs.kind, hash_text, drv.name + DRV_EXTENSION, self.store_dir)
        if path not in self.objects:  # its bytes are some 5 KB, which hardly any evaluation looks at
            self.objects[path] = StoreObject(File(lambda: to_bytes(drv)), inputs.references)
        self._derivations[path] = drv
        if path not in self._modulos:
            self._modulos[path] = hash_modulo(drv, self.modulo, end=end, inputs=inputs.masked)
        return path

    # --- asking

    def contains(self, path: str) -> bool:
        """Whether a store path is there, in memory or on disk."""
        return path in self.objects or self.is_on_disk(path)

    def is_on_disk(self, path: str) -> bool:
        """Whether a store path is there without us: an installed Nix has written it."""
        return self.host is not None and self.host.exists(path)

    def is_valid(self, path: str) -> bool:
        """Whether a store path is there to be read: in a read-only store, if it was fetched or is on disk."""
        if self.read_only and path not in self.mounted:
            return self.is_on_disk(path)
        return self.contains(path)

    def is_store_path(self, path: str) -> bool:
        """Whether *path* has the form of a store path, with nothing below it."""
        return is_store_path(path, self.store_dir)

    def lookup(self, path: str) -> Node | None:
        """The node in memory at an absolute path in the store directory (or below a store path), if any.

        This is what a `Host` asks for files that are not on disk. Raises BadStorePathError for names that
        nothing in a store can have: of those Nix does not say whether they exist.
        """
        if self.store_dir.startswith(f"{path}/"):  # directories around it exist as it does
            return Directory({self.store_dir[len(path) + 1 :].partition("/")[0]: Directory({})})
        if path == self.store_dir:  # there is one wherever there is Nix
            return Directory(
                {} if self.read_only else {at[len(path) + 1 :]: o.node for at, o in self.objects.items()}
            )
        found = None if self.read_only and not self.is_mounted(path) else self.node_at(path)
        if found is None and is_in_store(path, self.store_dir):
            self.split(path)
        return found

    def is_mounted(self, path: str) -> bool:
        """Whether *path* is one of `mounted` or lies in one."""
        base_name = path[len(self.store_dir) + 1 :].partition("/")[0]
        return f"{self.store_dir}/{base_name}" in self.mounted

    def node_at(self, path: str) -> Node | None:
        """As `lookup`, in a read-only store as well."""
        if not is_in_store(path, self.store_dir):
            return None
        base_name, slash, rest = path[len(self.store_dir) + 1 :].partition("/")
        found = self.objects.get(f"{self.store_dir}/{base_name}")
        if found is None:
            return None
        return find(found.node, rest) if slash else found.node

    def read(self, path: str) -> bytes:
        """The bytes of a file in the store, in memory or on disk."""
        node = self.node_at(path)
        if isinstance(node, File):
            return node.read()
        if self.host is None:
            raise NoSuchFile(f"path '{path}' does not exist")
        return self.host.read_bytes(path)

    def read_derivation(self, drv_path: str) -> Derivation:
        """The derivation in a `.drv` file, in memory or on disk."""
        drv = self._derivations.get(drv_path)
        if drv is None:
            if not self.contains(drv_path):
                raise EvalError(f"path '{drv_path}' is not a valid store path")
            drv = self._parse(drv_path, self.read(drv_path))
            self._derivations[drv_path] = drv
        return drv

    def _parse(self, drv_path: str, data: bytes) -> Derivation:
        try:
            if not is_drv_path(drv_path):
                name = drv_path.rpartition("/")[2]
                raise EvalError(f"store path '{name}' is not a valid derivation path")
            return parse(data.decode("utf-8", "surrogateescape"), name_of_drv(drv_path))
        except NixError as error:
            raise EvalError(f"error parsing derivation '{drv_path}': {error.message}") from None

    def modulo(self, drv_path: str) -> Modulo:
        """The hash modulo of a derivation in the store, remembered."""
        modulo = self._modulos.get(drv_path)
        if modulo is None:
            modulo = hash_modulo(self.read_derivation(drv_path), self.modulo)
            self._modulos[drv_path] = modulo
        return modulo

    def fill_in_outputs(
        self, drv: Derivation, inputs: Inputs | None = None, written: Written | None = None
    ) -> None:
        """Compute the paths of a derivation's input-addressed outputs; *inputs*, *written* as above."""
        if inputs is None:
            inputs = Inputs(drv.inputs, drv.sources)
        fill_in_outputs(drv, inputs, written, self.modulo, self.store_dir, self._modulos)

    def references(self, path: str) -> tuple[str, ...]:
        """The store paths that an object refers to; a derivation on disk is read for them."""
        found = self.objects.get(path)
        if found is not None:
            return found.references
        if is_drv_path(path):
            return tuple(self.read_derivation(path).references())
        return ()

    def closure(self, roots: Iterable[str]) -> list[str]:
        """All store paths that can be reached from *roots*, what is referred to before what refers."""
        return needed_first(roots, self.references)

    def split(self, path: str) -> tuple[str, str]:
        """`split_store_path` for this store."""
        return split_store_path(path, self.store_dir)

    def placeholder(self, drv_path: str, output: str) -> str:
        """The text that stands for an output whose path is known only after building."""
        return upstream_placeholder(drv_path, output)
