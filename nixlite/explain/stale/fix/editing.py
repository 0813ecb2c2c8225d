"""What an override would have to give so that nothing is behind: bindings for its set, as Nix code.

For each attribute that is behind, the first of these that can be said:

* `src = old.src.override { rev = version; … }`, where an overridable function made it of the old value;
* `cargoDeps = old.cargoDeps.overrideAttrs { outputHash = …; }`, where a builder made it;
* its definition once more, where everything in it can be said in the override: `src = fetchurl { … }`;
* the value that it would have, with `${version}` put in again.

A hash that goes with a replaced value is replaced by zeros: the real one is only known after downloading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.explain.stale.facts import HASHES, built_from, drv_path, is_fixed, is_package, value_of
from nixlite.explain.stale.fix.respelling import ZEROS, Again, Replaced, Respeller
from nixlite.runtime.values import MISSING, ContextString
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.fix.writing import Writing
    from nixlite.explain.stale.givens import Layer
    from nixlite.explain.stale.reach import Reached
    from nixlite.explain.stale.target import Target


class Bindings(Again):
    """Works out the bindings for one layer; *prefix* leads to the functions of the package set ("pkgs.", ""
    where they are in scope, None where they are not to be had).

    `needs_rec` tells whether one reads another, `assumes_hash` whether a hash was made up.
    """

    def __init__(
        self,
        found: Examination,
        target: Target,
        layer: Layer,
        rows: list[Differing],
        written: Writing,
        prefix: str | None,
    ) -> None:
        self.found = found
        self.target = target
        self.layer = layer
        self.rows = rows
        self.written = written
        self.needs_rec = False
        self.assumes_hash = False
        self.texts = given_texts(found, self.layer)
        replaced = [
            Replaced(item.given.name, item.place)
            for item in target.origins
            if item.given in self.layer.given and item.place is not None
        ]
        names = set(self.attributes())
        self.respeller = Respeller(
            found,
            replaced,
            {row.name for row in self.rows},
            names,
            written.previous,
            prefix,
            (written.site.source.name, written.site.call.start),
        )

    def attributes(self) -> dict[str, Any]:
        """What the override may name of what was before."""
        previous = self.layer.previous
        return previous if type(previous) is dict else self.layer.before

    def bindings(self) -> dict[str, str]:
        """Code by name, for what can be said."""
        groups: dict[str, list[Differing]] = {}
        for row in self.rows:
            groups.setdefault(row.name, []).append(row)
        result: dict[str, str] = {}
        for name, rows in groups.items():
            code = (
                self.by_override(name)
                or self.definition_again(name, self.definition(name))
                or self.by_parts(name, rows)
                or self.by_value(rows)
            )
            if code is not None:
                result[name] = code
        return self.into_env(result)

    def into_env(self, codes: dict[str, str]) -> dict[str, str]:
        """Bindings of names that the package has in its `env`, which would be put over them: there."""
        env = self.old_value("env")
        names = [name for name in codes if type(env) is dict and name in env]
        if not names:
            return codes
        inner = "".join(f"\n    {attribute_name(name)} = {codes[name]};" for name in names)
        others = {name: code for name, code in codes.items() if name not in names}
        return {**others, "env": f"{self.written.previous}.env // {{{inner}\n  }}"}

    def definition(self, name: str) -> Definition | None:
        """The definition that an attribute goes back to."""
        cell = self.attributes().get(name, self.layer.before.get(name, MISSING))
        chain = self.found.origins.chain(cell) if type(cell) is list else []
        return self.found.places.of(chain[-1]) if chain else None

    def old_value(self, name: str) -> Any:
        """The value of an attribute as the override can name it, MISSING where it cannot."""
        return value_of(self.found, self.attributes().get(name, MISSING))

    def by_override(self, name: str) -> str | None:
        """`old.src.override { … }`, with the arguments that were made of the old value."""
        value, entry = self.old_value(name), self.definition(name)
        if type(value) is not dict or "override" not in value or entry is None:
            return None
        parts, follow = self.arguments_again(entry)
        if not follow:
            return None
        rest = "".join(f"\n    {part}" for part in parts)
        return f"{self.written.previous}.{attribute_name(name)}.override {{{rest}\n  }}"

    def by_parts(self, name: str, rows: list[Differing]) -> str | None:
        """`old.cargoDeps.overrideAttrs { … }`, with what it would be built with."""
        value = self.old_value(name)
        if (
            not is_package(self.found, value)
            or "overrideAttrs" not in value
            or not is_fixed(self.found, value)
        ):
            return None
        parts: dict[str, str] = {}
        for row in rows:
            if len(row.path) < 2:
                return None
            part = row.path[1]
            code = self.part_code(name, part) if len(row.path) > 2 else self.literal(row.new)
            if code is None:
                return None
            parts[part] = code
        if parts.keys() & {"url", "urls", "rev", "src", "name"} and not parts.keys() & HASHES:
            parts |= self.new_hash(value)
        lines = [f"inherit {part};" if code == part else f"{part} = {code};" for part, code in parts.items()]
        rest = "".join(f"\n    {line}" for line in lines)
        self.needs_rec = self.needs_rec or any(code in self.texts for code in parts.values())
        return f"{self.written.previous}.{attribute_name(name)}.overrideAttrs (_: {{{rest}\n  }})"

    def new_hash(self, package: Any) -> dict[str, str]:
        """A hash that asks for the right one, as a package with a fixed output has it."""
        self.assumes_hash = True
        attrs = built_from(self.found, package)
        algorithm = value_of(self.found, attrs.get("outputHashAlgo", MISSING))
        written = value_of(self.found, attrs.get("outputHash", MISSING))
        if algorithm in (MISSING, None, "") or (type(written) is str and written.startswith("sha256-")):
            return {"outputHash": f'"{ZEROS["hash"]}"'}
        return {"outputHash": f'"{ZEROS.get(str(algorithm), ZEROS["sha256"])}"'}

    def part_code(self, name: str, part: str) -> str | None:
        """The name of a package that is given, where one that was made is to be made of that one."""
        if self.target.record is None:
            return None
        then = self.target.record.found
        whole = self.target.of(self.layer)
        wanted = drv_path(then, attribute_of(then, whole, name, part))
        names = {given.name for given in self.layer.given} | {row.name for row in self.rows}
        if part in names and wanted == drv_path(then, attribute_of(then, whole, part)):
            self.needs_rec = True
            return part
        return None

    def by_value(self, rows: list[Differing]) -> str | None:
        """The value that an attribute would have, written down; of a text in which the old value stands,
        the old text with the new one in place of it."""
        if len(rows) != 1 or len(rows[0].path) != 1:
            return None
        code = self.literal(rows[0].new)
        return (self.replaced(rows[0]) or code) if code is None or "\\n" in code else code

    def replaced(self, row: Differing) -> str | None:
        """`builtins.replaceStrings [ OLD ] [ NEW ] old.buildCommand`."""
        old, new = text_of(value_of(self.found, row.old)), text_of(self.then(row.new))
        for given in self.layer.given:
            origin = self.target.origin(given)
            if origin is None or not origin.nodes or old is None or new is None:
                continue
            first = text_of(value_of(self.found, origin.nodes[0].cell))
            second = text_of(value_of(self.found, given.new))
            if first and second and old.count(first) >= 1 and old.replace(first, second) == new:
                self.needs_rec = True
                shown = self.found.evaluator.shown(first)
                name = attribute_name(row.name)
                previous = self.written.previous
                return f"builtins.replaceStrings [ {shown} ] [ {given.name} ] {previous}.{name}"
        return None

    def then(self, cell: Any) -> Any:
        """The value of a lazy of the target."""
        return value_of(self.target.record.found, cell) if self.target.record is not None else MISSING

    def literal(self, cell: Any) -> str | None:
        """A value as Nix code; `${version}` where a given value is part of a string."""
        value = self.then(cell)
        if (
            value is MISSING
            or isinstance(value, NixError)
            or type(value) is ContextString
            or type(value) is dict
        ):
            return None
        if callable(value):
            return None
        if type(value) is tuple and any(type(self.then(item)) in (dict, ContextString) for item in value):
            return None
        try:
            code = self.found.evaluator.shown(value)
        except NixError:
            return None
        if "«" in code or "<" in code or "/nix/store" in code:
            return None
        for name, text in sorted(self.texts.items(), key=lambda item: -len(item[1])):
            if code == f'"{text}"' and text:
                self.needs_rec = True
                return name
            if text and len(text) > 1 and text in code and type(value) is str:
                self.needs_rec = True
                code = code.replace(text, f"${{{name}}}")
        return code


def attribute_of(found: Examination, package: Any, *path: str) -> Any:
    """What a package is built with at a path."""
    at = package
    for name in path:
        at = value_of(found, built_from(found, at).get(name, MISSING))
    return at


def rows_of(reached: Reached) -> list[Differing]:
    """What is behind a layer, each once."""
    rows = {row.path: row for reach in reached.reaches for row in reach.behind}
    return list(rows.values())


def given_texts(found: Examination, layer: Layer) -> dict[str, str]:
    """The strings that a layer gives, by name."""
    values = {given.name: value_of(found, given.new) for given in layer.given if given.name not in HASHES}
    return {name: value for name, value in values.items() if type(value) is str}


def text_of(value: Any) -> str | None:
    """The text of a string, None of anything else."""
    if type(value) is ContextString:
        return value.text
    return value if type(value) is str else None
