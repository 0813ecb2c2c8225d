"""An infinite recursion of a module system: which modules, names or options depend on themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import brief, forcing, shown_place
from nixlite.explain.modules.changes import library_function
from nixlite.explain.modules.written import Writing, attribute, writing
from nixlite.explain.recording.history import alias
from nixlite.explain.recording.places import PART, callee_name, variables_below
from nixlite.explain.trials import Advice, Change, edited, outcome
from nixlite.runtime.values import NixPath
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.modules.asked import Asked
    from nixlite.explain.recording.places import Definition, Parent

FILE, MERGING = "modules.nix", "mergeDefinitions"
"""The file of a module system, and what it has."""

IMPORTS, CONFIG, VALUES = "imports", "config", "values"
"""What depends on itself: which modules there are, which names a module defines, or values of options."""


class Circle(NamedTuple):
    """*kind*; *written*: what the person wrote on the circle, in the order of asking; *options*: whose
    values are on it."""

    kind: str
    written: list[Writing]
    options: list[tuple[str, ...]]


def circle(asked: Asked) -> Circle | None:
    """The circle of the last evaluation, None if there was none or nothing of it is a module's."""
    found, options = asked.found, asked.options
    options.refresh()
    library = options.library or library_of(asked)
    if not library:
        return None
    if not any(node.place is not None and node.place[0] == library + FILE for node in found.recorder.cycle):
        return None
    seen: dict[tuple[str, int, int], Writing] = {}
    locs: dict[tuple[str, ...], None] = {}
    kind = VALUES
    for node in found.recorder.cycle:
        loc = options.values.get(id(alias(node.cell))) if node.cell is not None else None
        if loc is not None:
            locs[loc] = None
        if node.place is None or node.place[0].startswith((library, "«nix-internal»")):
            continue
        made = writing(found.places, node)
        if made is None or made.definition is None:
            continue
        seen.setdefault(made.place, made)
        kind = kind if kind != VALUES else kind_of(made.definition)
        if kind in (IMPORTS, CONFIG):
            seen = {made.place: made} if kind_of(made.definition) == kind else seen
    written = list(seen.values())
    if kind == IMPORTS and written:
        written = [imports_around(asked, written[0])]
    return Circle(kind, written, list(locs)) if seen else None


def imports_around(asked: Asked, inner: Writing) -> Writing:
    """The attribute `imports` that an expression is written in."""
    definition = inner.definition
    at: Parent | None = definition.parents if definition is not None else None
    index = asked.found.places.index(inner.place[0])
    while at is not None and index is not None:
        binding = at.node.bindings.get("imports") if isinstance(at.node, n.AttrSet) else None
        if binding is not None:
            entry = index.definitions.get(index.source.line_column(binding.pos))
            return attribute(entry, "imports") if entry is not None and entry.kind != PART else inner
        at = at.up
    return inner


def library_of(asked: Asked) -> str:
    """The folder of the module system, when it came to no option yet."""
    for node in asked.found.recorder.cycle:
        source = asked.found.evaluator.sources.get(node.place[0]) if node.place is not None else None
        if source is not None and source.name.endswith("/" + FILE) and MERGING in source.text:
            assert node.place is not None
            return node.place[0].rpartition("/")[0] + "/"
    return ""


def kind_of(definition: Definition) -> str:
    """Whether something is written in a module's `imports`, or is all of its `config`."""
    if definition.name == "config":
        return CONFIG
    if definition.name == "imports":
        return IMPORTS
    at, below = definition.parents, definition.value
    while at is not None and type(at.node) is not n.Lambda:
        if type(at.node) is n.AttrSet:
            name = next((key for key, item in at.node.bindings.items() if item.value is below), "")
            return IMPORTS if name == "imports" else VALUES
        below, at = at.node, at.up
    return VALUES


def explain(asked: Asked, at: Circle) -> tuple[list[str], list[Advice]]:
    """(what is to be said, what to do)."""
    first = at.written[0]
    place = shown_place(first.place, asked.base)
    if at.kind == IMPORTS:
        argument = module_argument(first)
        if argument:
            what = f"which modules there are depends on `{argument}`, an argument that comes from `config`"
            line = f"Infinite recursion: {what}, which depends on the modules: {place}, `{first.text}`."
            say = f"give `{argument}` in specialArgs where the modules are evaluated: those are known before"
            return [line], [Advice(say, f"specialArgs = {{ {argument} = …; }};", None, "")]
        what = "which modules there are depends on `config`, and `config` on which modules there are"
        line = f"Infinite recursion: {what}. The circle begins at {place}: `{first.text}`."
        return [line], import_always(asked, first)
    if at.kind == CONFIG:
        what = f"which options the module at {place} defines depends on `config`"
        line = f"Infinite recursion: {what}, and `config` on what the modules define: `{first.text}`."
        return [f"{line} `mkIf` decides later, `if` at once."], decide_later(asked, first)
    names = [asked.option_name(loc) for loc in at.options]
    chain = f": {' → '.join([*names, names[0]])}" if names else ""
    lines = [f"Infinite recursion: the value needs itself{chain}."]
    lines += [f"{shown_place(item.place, asked.base)}: `{item.text}`" for item in at.written]
    say = (
        "give one of them a value that reads none of the others; `lib.mkForce` with such a value ends it too"
    )
    name = names[0].removeprefix("config.") if names else "…"
    return lines, [Advice(say, f"{name} = lib.mkForce …;", first.place, "")]


# -- what to do


def module_argument(written: Writing) -> str:
    """The argument of the module, other than `config` and `options`, that its `imports` read; "" for none."""
    at = written.definition.parents if written.definition is not None else None
    while at is not None and not (type(at.node) is n.Lambda and at.node.formals is not None):
        at = at.up
    if at is None or written.value is None:
        return ""
    formals = at.node.formals
    names = [item.name for item in formals.items] if formals is not None else []
    used = [var.name for var in variables_below(written.value) if var.name in names]
    known = ("config", "options", "lib")
    return (
        next((name for name in used if name not in known), "")
        if not {"config", "options"} & set(used)
        else ""
    )


def branches(value: Any) -> tuple[n.Expr, n.Expr, n.Expr | None] | None:
    """(condition, what it brings, what else), of `if` and of `lib.optional`, `optionals`, `optionalAttrs`."""
    if type(value) is n.If:
        return value.condition, value.then, value.otherwise
    names = ("optional", "optionals", "optionalAttrs")
    if type(value) is n.Call and callee_name(value) in names and len(value.arguments) == 2:
        return value.arguments[0], value.arguments[1], None
    return None


def is_nothing(node: n.Expr | None) -> bool:
    """Whether an expression is `[ ]`, `{ }` or missing."""
    if type(node) is n.AttrSet:
        return not node.bindings and not node.dynamic
    return node is None or (type(node) is n.ListLiteral and not node.items)


def decide_later(asked: Asked, written: Writing) -> list[Advice]:
    """`mkIf` in place of `if` around a module's definitions."""
    parts = branches(written.value)
    definition = written.definition
    if parts is None or definition is None or written.value is None:
        return [Advice("decide inside of each definition, with lib.mkIf", "", written.place, "")]
    source = definition.source
    condition, first, second = (
        source.text[node.start : node.end] if node is not None else "" for node in parts
    )
    function, more = library_function(definition.parents, source, None, "mkIf")
    condition = (
        condition if condition.startswith("(") or type(parts[0]) in (n.Var, n.Select) else f"({condition})"
    )
    text = f"{function} {condition} {first}"
    if not is_nothing(parts[2]):
        merge, _ = library_function(definition.parents, source, None, "mkMerge")
        text = f"{merge} [ ({text}) ({function} (!{condition}) {second}) ]"
    changes = [Change(source.name, written.value.start, written.value.end, text), *more]
    result = outcome(asked.program.run(edits=edited(asked.found, changes)), asked.path)
    code = f"{written.path} = {text};" if written.names else text
    code = " ".join(code.split())
    return [Advice("write it with lib.mkIf", code, written.place, told(asked, result), changes)]


def import_always(asked: Asked, written: Writing) -> list[Advice]:
    """Import in any case; the imported module decides."""
    say = "import always, and let the imported module decide with lib.mkIf"
    parts = branches(written.value)
    definition = written.definition
    if parts is None or definition is None or written.value is None or not is_nothing(parts[2]):
        return [Advice(say, "", written.place, "")]
    source = definition.source
    condition = source.text[parts[0].start : parts[0].end]
    modules: list[Any] = list(parts[1].items) if type(parts[1]) is n.ListLiteral else [parts[1]]
    texts = " ".join(source.text[item.start : item.end] for item in modules)
    changes = [Change(source.name, written.value.start, written.value.end, f"[ {texts} ]")]
    edits = edited(asked.found, changes)
    found = [Advice(say, f"{written.path or 'imports'} = [ {texts} ];", written.place, "")]
    for item in modules:
        inside = conditional(asked, item, condition)
        if inside is None:
            return found
        name, text, code = inside
        edits[name] = text
        found.append(
            Advice(f"and {shown_place((name, 1, 1), asked.base).rpartition(':')[0]} becomes", code, None, "")
        )
    result = outcome(asked.program.run(edits=edits), asked.path)
    return [*found[:-1], found[-1]._replace(proved=told(asked, result))] if told(asked, result) else found[:1]


def conditional(asked: Asked, item: n.Expr, condition: str) -> tuple[str, str, str] | None:
    """(file, its new text, the module as code) for an imported file that is plain definitions."""
    if type(item) is not n.PathLiteral:
        return None
    try:
        source = asked.found.evaluator.read_source(NixPath(item.value).path)
        tree: Any = asked.found.evaluator.parse(source)
    except NixError:
        return None
    body = tree.body if type(tree) is n.Lambda else tree
    if type(body) is not n.AttrSet or {"options", "config", "imports"} & set(body.bindings):
        return None
    text = source.text
    if condition and not condition.startswith("(") and " " in condition:
        condition = f"({condition})"
    wrapped = f"{{ config = lib.mkIf {condition} {text[body.start : body.end]}; }}"
    head = "{ lib, config, ... }: "
    if type(tree) is n.Lambda:
        names = [formal.name for formal in tree.formals.items] if tree.formals is not None else []
        if tree.formals is None:
            return None
        missing = [name for name in ("lib", "config") if name not in names]
        brace = text.find("{", tree.start) + 1
        more = "".join(f" {name}," for name in missing)
        head = text[tree.start : brace] + more + text[brace : body.start]
    code = head + wrapped
    return source.name, text[: tree.start] + code + text[tree.end :], " ".join(code.split())


def told(asked: Asked, result: Any) -> str:
    """What came of a trial, "" when it failed."""
    return f"{asked.name} is then {brief(result.value, 2, forcing(result.found))}" if result.ok else ""
