"""Facts about packages of a recorded evaluation: what they are built to, with what, and whether two are
equal.

All of it is found by evaluating; what fails is a fact too (the NixError). Nothing here raises.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError, levenshtein
from nixlite.explain.brief import text_of
from nixlite.explain.recording.history import alias
from nixlite.explain.recording.leaves import ask_for, forced, is_derivation
from nixlite.explain.recording.recorder import plain
from nixlite.runtime.values import MISSING, ContextString, PrimOp, PrimOpApp
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.explain.recording.program import Examination
    from nixlite.explain.recording.recorder import Node

DEPTH = 4
"""How deep values are compared that are no derivations."""

FUNCTIONS = (FunctionType, PrimOp, PrimOpApp)

HASHES = frozenset({"outputHash", "outputHashAlgo", "hash", "sha256", "sha512", "sha1", "md5"})
"""Attributes that say which bytes a fixed output has."""

NOT_BUILT = frozenset({"meta", "passthru", "pos"})
"""Attributes of a package that its builder does not get."""


def value_of(found: Examination, cell: Any) -> Any:
    """The value of a lazy in weak head normal form, or the NixError that it ends in."""
    if cell is MISSING:
        return MISSING
    _, value = ask_for(found, cell)
    return value


def asked(found: Examination, cell: Any) -> Node:
    """A node that reads what evaluating a lazy deeply reads."""
    node, _ = found.recorder.ask(lambda: key_of(found, cell))
    return node


def attribute(found: Examination, attrs: Any, *path: str) -> Any:
    """The value at a path below a set; MISSING where there is none, a NixError where that fails."""
    at = attrs
    for name in path:
        value = value_of(found, at)
        if type(value) is not dict or name not in value:
            return value if isinstance(value, NixError) else MISSING
        at = value[name]
    return value_of(found, at)


def is_package(found: Examination, value: Any) -> bool:
    """Whether a value is a derivation."""
    return type(value) is dict and "type" in value and is_derivation(found, value)


def drv_path(found: Examination, package: Any) -> str | NixError:
    """The path of the .drv file of a package, or why it has none."""
    value = attribute(found, package, "drvPath")
    if value is MISSING:
        return NixError("this has no drvPath")
    return value if isinstance(value, NixError) else text_of(value)


def out_path(found: Examination, package: Any) -> str | NixError:
    """The path of the main output of a package, or why it has none."""
    value = attribute(found, package, "outPath")
    return value if isinstance(value, NixError) else text_of(value)


def name_of(found: Examination, package: Any) -> str:
    """The name of a package, "?" where that cannot be said."""
    value = attribute(found, package, "name")
    return text_of(value) if type(value) in (str, ContextString) else "?"


def built_from(found: Examination, package: Any) -> dict[str, Any]:
    """What Nix gets of a package: the attributes of its `derivation` call, as lazies."""
    value = attribute(found, package, "drvAttrs")
    if type(value) is dict:
        return {name: cell for name, cell in value.items() if not name.startswith("__")}
    if type(package) is not dict:
        return {}
    return {name: cell for name, cell in package.items() if name not in NOT_BUILT and "Path" not in name}


def is_fixed(found: Examination, package: Any) -> bool:
    """Whether a package's bytes are known beforehand: something that is fetched."""
    return type(package) is dict and "outputHash" in built_from(found, package)


def key_of(found: Examination, cell: Any, depth: int = DEPTH) -> Any:
    """A value as plain data that is equal in two evaluations when the values are. A package counts by its
    .drv file; raises NixError."""
    value = forced(found, cell)
    kind = type(value)
    if kind is tuple:
        return tuple([key_of(found, item, depth - 1) for item in value]) if depth else "…"
    if kind is dict:
        if "drvPath" in value and is_package(found, value):
            return ("derivation", plain(forced(found, value["drvPath"])))
        if not depth:
            return "…"
        return tuple([(name, key_of(found, value[name], depth - 1)) for name in sorted(value)])
    if kind is ContextString:  # what is fetched has the path that its hash says, wherever it comes from
        return (value.text, value.context)
    return "«function»" if kind in FUNCTIONS else plain(value)


def safe_key(found: Examination, cell: Any) -> Any:
    """As `key_of`; for what fails the message."""
    if cell is MISSING:
        return MISSING
    _, key = found.recorder.ask(lambda: key_of(found, cell))
    return ("error", str(key)) if isinstance(key, NixError) else key


def same(found: Examination, old: Any, new: Any) -> bool:
    """Whether two lazies of one evaluation have the same value; functions only if they are the same one."""
    if old is MISSING or new is MISSING:
        return old is new
    if alias(old) is alias(new):
        return True
    a, b = value_of(found, old), value_of(found, new)
    if type(a) in FUNCTIONS or type(b) in FUNCTIONS:
        return a is b
    key = safe_key(found, old)
    return key == safe_key(found, new) and "«function»" not in str(key)


def read_for(found: Examination, starts: Iterable[Node]) -> set[Node]:
    """Everything that some nodes read, directly or not, but for what other packages are built from: their
    paths are read, how these came about is a story of their own."""
    seen = set(starts)
    todo = list(seen)
    while todo:
        for other in todo.pop().reads:
            if other not in seen:
                seen.add(other)
                if not is_path(found, other):
                    todo.append(other)
    return seen


def is_path(found: Examination, node: Node) -> bool:
    """Whether a node is the path of some package."""
    place = node.place
    return place is not None and (
        place[0].startswith("«nix-internal»") or found.places.name_at(place) in PATHS
    )


PATHS = frozenset({"outPath", "drvPath"})


def names_in(root: Any) -> set[str]:
    """The variables and attributes that an expression names."""
    names: set[str] = set()
    for at in walk(root):
        if type(at) is n.Var:
            names.add(at.name)
        elif type(at) is n.Select:
            names.update(name for name in at.path if isinstance(name, str))
    return names


class Differing(NamedTuple):
    """Something that two packages are built with differently, at a path below them (`npmDeps`,
    `outputHash`); MISSING where one has none."""

    path: tuple[str, ...]
    old: Any
    new: Any

    @property
    def name(self) -> str:
        """The attribute of the package itself."""
        return self.path[0]


def differences(
    found: Examination, old: Any, other: Examination, new: Any, path: tuple[str, ...] = ()
) -> list[Differing]:
    """What two packages are built with differently, by name; *new* may be of another evaluation."""
    a, b = built_from(found, old), built_from(other, new)
    return [
        Differing((*path, name), a.get(name, MISSING), b.get(name, MISSING))
        for name in sorted({*a, *b})
        if safe_key(found, a.get(name, MISSING)) != safe_key(other, b.get(name, MISSING))
    ]


def inside(found: Examination, row: Differing, other: Examination) -> list[Differing]:
    """A difference, of a package its own differences: what was fetched or made for the package. Others are
    packages in their own right."""
    old, new = value_of(found, row.old), value_of(other, row.new)
    if len(row.path) >= DEPTH or not is_package(found, old) or not is_package(other, new):
        return [row]
    if not is_fixed(found, old) or not is_fixed(other, new):
        return [row]
    rows = [
        part
        for below in differences(found, old, other, new, row.path)
        for part in inside(found, below, other)
    ]
    return rows or [row]


def nearest(name: str, known: Iterable[str]) -> str:
    """The name that another one is most likely a slip of: at most two letters differ, and not half of them;
    "" if there is none."""
    near = sorted((distance, other) for other in known if (distance := levenshtein(name, other)) <= 2)
    return near[0][1] if near and len(name) > 2 * near[0][0] + 1 else ""


class Fetched(NamedTuple):
    """What a derivation with a fixed output says: *what* tells from where or of what its bytes are made
    (every attribute but name, hashes and what only helps), *shown* is the URL or another word for it."""

    name: str
    what: tuple[Any, ...]
    shown: str
    digest: str
    path: str


PLACES = ("url", "urls", "rev", "tag", "owner", "repo", "src", "srcs")
"""Attributes that say where the bytes of a fixed output come from."""


def fetched(found: Examination, value: Any) -> Fetched | None:
    """The facts about a package with a fixed output; None for anything else."""
    if not is_package(found, value) or not is_fixed(found, value):
        return None
    attrs = built_from(found, value)
    names = source_names(found, attrs)
    what = tuple([(name, source_key(found, attrs[name])) for name in names])
    digest, path = value_of(found, attrs["outputHash"]), out_path(found, value)
    if isinstance(digest, NixError) or isinstance(path, NixError):
        return None
    return Fetched(name_of(found, value), what, shown_source(found, attrs), text_of(digest), path)


def source_names(found: Examination, attrs: dict[str, Any]) -> list[str]:
    """The attributes that the builder of a fixed output reads to know what to fetch: a `rev` beside `urls`
    is read by nobody. Nix's own `builtin:fetchurl` reads `url`, the `fetchurl` of nixpkgs `urls`."""
    builder = value_of(found, attrs.get("builder", MISSING))
    if type(builder) is str and builder.startswith("builtin:") and "url" in attrs:
        return ["url"]
    return ["urls"] if "urls" in attrs else [name for name in PLACES if name in attrs]


def source_key(found: Examination, cell: Any) -> Any:
    """What something is fetched from, comparable; a list of one is that one."""
    key = safe_key(found, cell)
    return key[0] if type(key) is tuple and len(key) == 1 and type(key[0]) is tuple else key


def shown_source(found: Examination, attrs: dict[str, Any]) -> str:
    """From where something is fetched, in a word: the URL, or the name of what it is made of."""
    for name in ("url", "urls", "src", "rev"):
        value = value_of(found, attrs.get(name, MISSING))
        if type(value) is tuple and value:
            value = value_of(found, value[0])
        if is_package(found, value):
            inner = fetched(found, value)
            return inner.shown if inner is not None else name_of(found, value)
        if type(value) in (str, ContextString) and text_of(value):
            return text_of(value)
    return "?"


def is_placeholder(digest: str) -> bool:
    """Whether a hash only asks for the right one: empty, `lib.fakeHash`, all zeros."""
    text = digest.partition("-")[2] if "-" in digest else digest.rpartition(":")[2]
    return not text.strip("=") or set(text.rstrip("=")) in ({"A"}, {"0"})
