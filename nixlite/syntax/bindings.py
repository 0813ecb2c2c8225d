"""Bindings: attribute sets, `let`, attribute paths, formal arguments, and the names that functions get.

`{ a.b = 1; a.c = 2; }` and `{ a = { b = 1; }; a = { c = 2; }; }` define one set `a`. The corners are Nix's:
the set that comes first decides whether the merged one is recursive; a `rec` on the later one is forgotten.
Manual: Nix Language, "Attribute set".
"""

from __future__ import annotations

from nixlite.syntax.nodes import (
    INHERITED,
    INHERITED_FROM,
    NO_POS,
    PLAIN,
    AttrName,
    AttrSet,
    Binding,
    DynamicBinding,
    Expr,
    Formal,
    Formals,
    Interpolation,
    Lambda,
    Select,
    Skimmed,
    Str,
    Var,
)
from nixlite.syntax.rules import Rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.errors import ParseError
    from nixlite.syntax.rules import Args

Path = list[AttrName]


class BindingRules(Rules):
    """The rules for what binds names."""

    # ── sets ──

    def empty_set(self, args: Args, start: int, end: int) -> Expr:
        """`{ }`."""
        return AttrSet(False, start, start, end)

    def set_(self, args: Args, start: int, end: int) -> Expr:
        """`{ a = 1; }`."""
        return _finish(args[1], False, start, end)

    def recursive_set(self, args: Args, start: int, end: int) -> Expr:
        """`rec { a = 1; }`."""
        return _finish(args[2], True, start, end)

    def old_let(self, args: Args, start: int, end: int) -> Expr:
        """`let { body = a; a = 1; }`: means `(rec { … }).body`."""
        return Select(_finish(args[2], True, start, end), ("body",), None, NO_POS, start, end)

    def repl_bindings(self, args: Args, start: int, end: int) -> AttrSet:
        """`a = 1; b = 2;` without braces."""
        attrs: AttrSet = args[1]
        return attrs

    # ── bindings ──

    def no_bindings(self, args: Args, start: int, end: int) -> AttrSet:
        """Nothing between the braces, so far."""
        return AttrSet(False, NO_POS, end, end)

    def first_binding(self, args: Args, start: int, end: int) -> AttrSet:
        """`a.b = 1;` at the beginning."""
        return self.bind(AttrSet(False, NO_POS, start, end), args[0], args[2])

    def more_bindings(self, args: Args, start: int, end: int) -> AttrSet:
        """`a.b = 1;` after other bindings."""
        return self.bind(args[0], args[1], args[3])

    def bind(self, attrs: AttrSet, path: Args, value: Expr) -> AttrSet:
        """Bind an attribute path (after its offset) in *attrs*. Raises ParseError when it is defined."""
        pos, name = path[0], path[1]
        if len(path) == 2 and type(name) is str and name not in attrs.bindings and not self.docs:
            attrs.bindings[name] = Binding(PLAIN, value, pos)  # by far the most frequent case, in short
            if type(value) is Lambda:
                set_name(value, name)
        else:
            self.define_path(attrs, path[1:], value, pos)
        return attrs

    def inherit(self, args: Args, start: int, end: int) -> AttrSet:
        """`inherit a b;`."""
        attrs: AttrSet = args[0]
        for pos, name in args[2]:
            self.check_new(attrs, name, pos)
            value = Var(name, pos, pos, pos + len(name))
            attrs.bindings[name] = Binding(INHERITED, value, pos, doc=self.doc(pos))
        return attrs

    def inherit_from(self, args: Args, start: int, end: int) -> AttrSet:
        """`inherit (e) a b;`."""
        attrs: AttrSet = args[0]
        source = len(attrs.inherit_from)
        attrs.inherit_from.append(args[3])
        for pos, name in args[5]:
            self.check_new(attrs, name, pos)
            attrs.bindings[name] = Binding(INHERITED_FROM, None, pos, source, self.doc(pos))
        return attrs

    def more_names(self, args: Args, start: int, end: int) -> Args:
        """A name to inherit."""
        names: Args = args[0]
        self.names[args[1]] = None
        names.append((end - len(args[1]), args[1]))
        return names

    def more_quoted_names(self, args: Args, start: int, end: int) -> Args:
        """A name in quotes to inherit."""
        names: Args = args[0]
        pos, name = args[1]
        if not isinstance(name, str):
            raise self.error("dynamic attributes not allowed in inherit", pos)
        self.names[name] = None
        names.append((pos, name))
        return names

    # ── attribute paths: the offset, then the names ──

    def one_name(self, args: Args, start: int, end: int) -> Args:
        """`a`."""
        self.names[args[0]] = None
        return [start, args[0]]

    def one_quoted_name(self, args: Args, start: int, end: int) -> Args:
        """`"a"` or `${a}`."""
        self.met(args[0][1])
        return [*args[0]]

    def longer_path(self, args: Args, start: int, end: int) -> Args:
        """`….a`."""
        path: Args = args[0]
        self.names[args[2]] = None
        path.append(args[2])
        return path

    def longer_path_quoted(self, args: Args, start: int, end: int) -> Args:
        """`…."a"` or `….${a}`."""
        path: Args = args[0]
        self.met(args[2][1])
        path.append(args[2][1])
        return path

    def met(self, name: AttrName) -> None:
        """Note a name in quotes, unless it is computed."""
        if isinstance(name, str):
            self.names[name] = None

    def string_name(self, args: Args, start: int, end: int) -> tuple[int, AttrName]:
        """`"a"`: static; `"a${b}"`: dynamic."""
        parts: tuple[int, str] | Interpolation = args[1]
        return start, parts[1] if isinstance(parts, tuple) else parts

    def dynamic_name(self, args: Args, start: int, end: int) -> tuple[int, AttrName]:
        """`${a}`: dynamic; `${"a"}`: static."""
        return start, args[1].value if type(args[1]) is Str else args[1]

    # ── formal arguments ──

    def plain_formal(self, args: Args, start: int, end: int) -> Formal:
        """`a`."""
        self.names[args[0]] = None
        return Formal(args[0], None, start)

    def formal_with_default(self, args: Args, start: int, end: int) -> Formal:
        """`a ? 1`."""
        self.names[args[0]] = None
        return Formal(args[0], args[2], start)

    def first_formal(self, args: Args, start: int, end: int) -> Args:
        """One formal argument."""
        return [args[0]]

    def more_formals(self, args: Args, start: int, end: int) -> Args:
        """One more."""
        formals: Args = args[0]
        formals.append(args[2])
        return formals

    def no_formals(self, args: Args, start: int, end: int) -> Formals:
        """`{ }`."""
        return Formals((), False)

    def only_ellipsis(self, args: Args, start: int, end: int) -> Formals:
        """`{ ... }`."""
        return Formals((), True)

    def closed_formals(self, args: Args, start: int, end: int) -> Formals:
        """`{ a, b }`."""
        return Formals(tuple(args[1]), False)

    def open_formals(self, args: Args, start: int, end: int) -> Formals:
        """`{ a, b, ... }`."""
        return Formals(tuple(args[1]), True)

    # ── merging ──

    def define_path(self, attrs: AttrSet, path: Path, value: Expr, pos: int) -> None:
        """`a.b.c = value;`: the sets on the way are those defined already or new ones."""
        doc = self.doc(pos)
        for depth in range(1, len(path)):
            attrs = self.inner_set(attrs, path, depth, pos, doc)
        name = path[-1]
        if isinstance(name, str):
            self.define(attrs, path, name, Binding(PLAIN, value, pos, doc=doc))
        else:
            attrs.dynamic.append(DynamicBinding(name, value, pos))
        if doc is not None:
            set_doc(value, doc)

    def inner_set(self, attrs: AttrSet, path: Path, depth: int, pos: int, doc: str | None) -> AttrSet:
        """The set that the name at *depth* of an attribute path (from 1) means in the middle of it."""
        name = path[depth - 1]
        inner = AttrSet(False, NO_POS, pos, pos)
        if not isinstance(name, str):
            attrs.dynamic.append(DynamicBinding(name, inner, pos))
            return inner
        found = attrs.bindings.get(name)
        if found is None:
            attrs.bindings[name] = Binding(PLAIN, inner, pos, doc=doc)
            return inner
        parse_skimmed(found)
        if isinstance(found.value, AttrSet):
            return found.value
        raise self.already_defined(path[:depth], pos, found.pos)

    def define(self, attrs: AttrSet, path: Path, name: str, binding: Binding) -> None:
        """Bind *name*, the last of *path* (which is for the message), merging two sets into one."""
        found = attrs.bindings.get(name)
        if found is None:
            attrs.bindings[name] = binding
            if binding.value is not None:
                set_name(binding.value, name)
            return
        parse_skimmed(found)
        old, new = found.value, binding.value
        if not isinstance(old, AttrSet) or not isinstance(new, AttrSet):
            raise self.already_defined(path, binding.pos, found.pos)
        shift = len(old.inherit_from)
        for inner_name, inner in new.bindings.items():
            if inner.source is not None:
                inner.source += shift
            self.define(old, [*path, inner_name], inner_name, inner)
        old.dynamic += new.dynamic
        old.inherit_from += new.inherit_from

    def check_new(self, attrs: AttrSet, name: str, pos: int) -> None:
        """Raise ParseError when an inherited name is defined already."""
        found = attrs.bindings.get(name)
        if found is not None:
            raise self.already_defined([name], pos, found.pos)

    def already_defined(self, path: Path, pos: int, earlier: int) -> ParseError:
        """The error for a second definition."""
        from nixlite.syntax.unparse import show_path

        where = self.source.position(earlier)
        return self.error(f"attribute '{show_path(path)}' already defined at {where}", pos)


def parse_skimmed(binding: Binding) -> None:
    """Replace a value that was only skimmed by its tree."""
    if isinstance(binding.value, Skimmed):
        binding.value = binding.value.tree()


def set_name(value: Expr, name: str) -> None:
    """Name a function after what it is bound to, also the functions it returns at once (`x: y: …`)."""
    while isinstance(value, Lambda):
        value.name = name
        value = value.body


def set_doc(value: Expr, doc: str) -> None:
    """Give a function its doc comment, unless it has a nearer one; so too those it returns at once."""
    while isinstance(value, Lambda) and value.doc is None:
        value.doc = doc
        value = value.body


def _finish(attrs: AttrSet, recursive: bool, start: int, end: int) -> AttrSet:
    attrs.recursive = recursive
    attrs.pos = attrs.start = start
    attrs.end = end
    return attrs
