"""What takes longer, in a child process of its own: lint with its fixes, `stale` for code lenses, `why`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.cli.auto_call import auto_call
from nixlite.errors import NixError
from nixlite.explain.recording.program import Program
from nixlite.lsp.values.evaluating import PACKAGES, Values
from nixlite.lsp.values.scoping import is_code, is_overlay
from nixlite.runtime.values import NixPath
from nixlite.source import Source
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.stale.answer import Answer
    from nixlite.runtime.values import Lazy

MOST_NAMES = 60
"""Attributes of an overlay that are looked at."""
WHY_LINES = 3


# -- lint


def lint(values: Values, question: dict[str, Any]) -> Any:
    """The findings in a text."""
    from nixlite.explain.lint.linting import lint as find

    source = source_of(question)
    found = find(values.evaluator, source, tuple(question.get("ignored") or ()))
    return [finding._asdict() for finding in found]


def lint_fixes(values: Values, question: dict[str, Any]) -> Any:
    """What `lint --fix` makes of a text: each set that can be rewritten, with the text after it, or the
    reason why not."""
    from nixlite.explain.lint.fixes import fix_source

    caller = f"({packages_code(values.options)}).callPackage"
    path = question["path"]
    if "/python-modules/" in path:
        caller = f"({packages_code(values.options)}).python3Packages.callPackage"
    _, fixes = fix_source(values.make_evaluator, source_of(question), caller)
    return [fix._asdict() for fix in fixes]


def source_of(question: dict[str, Any]) -> Source:
    """The text that is asked about."""
    path = question["path"]
    return Source(path, question["text"], base=path.rpartition("/")[0] or "/", path=path)


def packages_code(options: dict[str, Any]) -> str:
    """Nix code for the package set."""
    nixpkgs = options.get("nixpkgs") or ""
    return f"{nixpkgs}" if is_code(nixpkgs) else PACKAGES


# -- programs


class Recorded(Values):
    """As `Values`, with an evaluator that records."""

    def __init__(self, values: Values, evaluator: InstrumentedEvaluator) -> None:
        self.options = values.options
        self.host = values.host
        self.disk = values.disk
        self.evaluator = evaluator
        self.kept = evaluator.kept
        self.trees = {}


def program_of_file(values: Values, question: dict[str, Any]) -> Program:
    """The program that a file is: its value, or that of what it describes. Raises NixError where that is not
    known."""
    tree, _ = values.tree(question["path"], question["text"])
    made = described(values, tree, question["path"])
    path = question["path"]

    def evaluate(evaluator: InstrumentedEvaluator) -> Lazy:
        value = evaluator.import_file(NixPath(path))
        if made is None:
            return auto_call(value, {})
        if "pkgs" not in evaluator.kept:
            text = f"overlays: {with_overlays(packages_code(values.options))}"
            evaluator.kept["pkgs"] = evaluator.evaluate_source(Source("«nixpkgs»", text, base="/"))
        function = evaluator.evaluate_source(Source("«file»", made, base="/"))
        call = evaluator.base["call"]
        found: Lazy = call(call(function, evaluator.kept["pkgs"]), value)
        return found

    program = Program(values.evaluator.settings, values.host, evaluate, [path], values.disk)
    program.quiet = True
    return program


def with_overlays(code: str) -> str:
    """The package set with *overlays*, in Nix."""
    if code == PACKAGES:
        return "import <nixpkgs> { inherit overlays; }"
    return f"builtins.foldl' (set: overlay: set.extend overlay) ({code}) overlays"


def described(values: Values, tree: n.Expr, path: str) -> str | None:
    """A Nix function of the package set's function and the file's value that gives what the file describes;
    None for the value itself. Raises NixError for what cannot be called."""
    if path.endswith("/flake.nix"):
        return described_flake(tree)
    body = tree
    while isinstance(body, (n.Let, n.With, n.Assert)):
        body = body.body
    if not isinstance(body, n.Lambda):
        return None
    if is_overlay(tree):
        names = overlay_names(body)
        listed = " ".join(f'"{name}"' for name in names[:MOST_NAMES])
        return (
            "make: overlay: let pkgs = make [ overlay ]; in builtins.listToAttrs (map (name: "
            f"{{ inherit name; value = pkgs.${{name}}; }}) [ {listed} ])"
        )
    if body.formals is None:
        raise NixError("it is not known what the function is called with")
    required = tuple([f.name for f in body.formals.items if f.default is None])
    if not required:
        return None
    if {"config", "options", "modulesPath", "self", "inputs"}.intersection(required):
        raise NixError("it is not known what the function is called with")
    where = "".join(f".{name}" for name in values.limited(lambda: values.set_for(required)))
    return f"make: function: (make [ ]){where}.callPackage function {{ }}"


FLAKE = """\
make: flake: let
  pkgs = make [ ];
  system = pkgs.stdenv.hostPlatform.system or pkgs.system;
  nixpkgs = { lib = pkgs.lib; legacyPackages.${system} = pkgs; outPath = pkgs.path; };
  self = flake.outputs { inherit self nixpkgs; };
in self.packages.${system} or { }
"""


def described_flake(tree: n.Expr) -> str:
    """As `described`, for the packages of a flake that has no inputs but `nixpkgs`."""
    outputs = (
        tree.bindings["outputs"].value if isinstance(tree, n.AttrSet) and "outputs" in tree.bindings else None
    )
    formals = outputs.formals if isinstance(outputs, n.Lambda) else None
    if formals is None or not {"self", "nixpkgs"}.issuperset({f.name for f in formals.items}):
        raise NixError("what the flake is called with is not known here")
    return FLAKE


def overlay_names(function: n.Lambda) -> list[str]:
    """The attributes that an overlay is seen to define."""
    body: Any = function.body
    while isinstance(body, (n.Lambda, n.Let, n.With, n.Assert)):
        body = body.body
    sets = [body]
    while sets and isinstance(sets[-1], n.Binary) and sets[-1].op == "//":
        last = sets.pop()
        sets += [last.left, last.right]
    return [
        name
        for attrs in sets
        if isinstance(attrs, n.AttrSet)
        for name in attrs.bindings
        if '"' not in name and "$" not in name and "\\" not in name
    ]


# -- stale


def stale(values: Values, question: dict[str, Any]) -> Any:
    """What became of the overrides in a file: `lenses`, one an override, and `fixes`."""
    from nixlite.explain.brief import folder_of
    from nixlite.explain.stale.several import Several, evaluator_of, stale_each

    answer = stale_each(program_of_file(values, question), question.get("attribute") or [])
    base = folder_of(evaluator_of(answer).state)
    members = answer.members.values() if isinstance(answer, Several) else [answer]
    lenses: dict[tuple[int, int], dict[str, Any]] = {}
    fixes: list[dict[str, Any]] = []
    for member in members:
        lenses_of(member, base, question["path"], lenses)
        fixes += fixes_of(member, question["path"])
    return {"lenses": [*lenses.values()], "fixes": fixes}


def lenses_of(answer: Answer, base: Any, path: str, lenses: dict[tuple[int, int], dict[str, Any]]) -> None:
    """Add the overrides of one package or set that are written in the file."""
    from nixlite.explain.stale.reach import GOOD
    from nixlite.explain.stale.text import phrases_for, show
    from nixlite.explain.stale.verdict import verdict

    if answer.plain is not None:
        plain_lenses(answer, base, path, lenses)
        return
    text = ""
    for item in answer.results:
        place = item.layer.place
        if place is None or place[0] != path or not item.reaches:
            continue
        if not text:
            text = show(answer, base)
            said = verdict(answer, phrases_for(answer, base))
        rows = [
            {
                "name": reach.given.name,
                "ok": reach.kind in GOOD and not reach.behind,
                "reach": reach.kind,
                "behind": [".".join(row.path) for row in reach.behind],
                "place": list(reach.given.place[1:])
                if reach.given.place and reach.given.place[0] == path
                else None,
            }
            for reach in item.reaches
        ]
        lenses.setdefault(place[1:], {
            "line": place[1], "column": place[2], "by": item.layer.what, "given": rows, "text": text,
            "headline": said.headline, "problems": [*said.problems],
        })  # fmt: skip


def plain_lenses(answer: Answer, base: Any, path: str, lenses: dict[tuple[int, int], dict[str, Any]]) -> None:
    """Add what was put over a set that is no package, by `//` say."""
    from nixlite.explain.stale.text import show

    report = answer.plain
    assert report is not None
    causes = {name for row in report.stale for name in [row.override.name]}
    rows = []
    first = None
    for entry in report.overrides:
        if entry.place is None or entry.place[0] != path:
            continue
        first = first or entry.place
        behind = [".".join(map(str, row.path)) for row in report.stale if row.override is entry]
        rows.append({
            "name": entry.name, "ok": entry.name not in causes, "reach": "set", "behind": behind,
            "place": list(entry.place[1:]),
        })  # fmt: skip
    if first is not None and causes:
        text = show(answer, base)
        lenses.setdefault(first[1:], {
            "line": first[1], "column": first[2], "by": "//", "given": rows, "text": text,
            "headline": text.strip().split("\n")[0], "problems": [],
        })  # fmt: skip


def fixes_of(answer: Answer, path: str) -> list[dict[str, Any]]:
    """The fixes that change this file."""
    plain = answer.plain_fix
    if plain is not None:
        row = {
            "say": "",
            "ok": plain.ok,
            "code": plain.code,
            "edits": [list(edit) for edit in plain.edits],
            "line": plain.line,
            "column": 1,
            "assumes_hash": plain.assumes_hash,
        }
        return [row] if plain.file == path and plain.edits else []
    from nixlite.explain.stale.text import shown_fixes

    return [
        {
            "say": fix.say,
            "ok": fix.ok,
            "code": fix.code,
            "edits": [list(edit) for edit in fix.edits],
            "line": fix.place[1],
            "column": fix.place[2],
            "assumes_hash": fix.assumes_hash,
        }
        for fix in (shown_fixes(answer) if answer.plain is None else ())
        if fix.place[0] == path and fix.edits
    ]


# -- why


def why(values: Values, question: dict[str, Any]) -> Any:
    """In three lines, where a value comes from: of an attribute of what the file describes, or of what a name
    means at a place."""
    from nixlite.explain.why.answering import answer

    path = list(question["attribute"])
    if question.get("whole"):
        program = program_of_file(values, question)
    else:
        program = program_of_part(values, question)
        path = ["it", *path]
    told = answer(program, path)
    return {"lines": three_lines(told.text), "text": told.text}


def program_of_part(values: Values, question: dict[str, Any]) -> Program:
    """The program that gives a part of a file, in a set as `it`."""
    path, text, span = question["path"], question["text"], tuple(question["span"])

    def evaluate(evaluator: InstrumentedEvaluator) -> Lazy:
        found = Recorded(values, evaluator).lazies(path, text, [span])[0]
        return {"it": found}

    program = Program(values.evaluator.settings, values.host, evaluate, [path], values.disk)
    program.quiet = True
    return program


def three_lines(text: str) -> list[str]:
    """What is most of use of an answer: its steps, the last ones where there are more."""
    lines = [line.strip() for line in text.split("\n")]
    steps = []
    for at, line in enumerate(lines):
        if line[:1].isdigit() and ". " in line[:4]:
            place = lines[at + 1] if at + 1 < len(lines) else ""
            steps.append(f"{line.partition('. ')[2]} — {place}" if place else line.partition(". ")[2])
    if not steps:
        return [line for line in lines if line][:WHY_LINES]
    if len(steps) > WHY_LINES:
        steps = [steps[0], f"… {len(steps) - 2} steps …", steps[-1]]
    return steps


EXAMINING = {"lint": lint, "lint fixes": lint_fixes, "stale": stale, "why": why}
