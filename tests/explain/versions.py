"""Whether `stale` tells the truth about version bumps: an oracle that knows nothing of how it works.

For a package of a tree, *E* is what becomes of it when `version = "…"` is edited in its file, and *F* what the
fix of `stale` for `overrideAttrs { version = …; }` gives, the made-up hash replaced by the old one. A fix with a
✓ must give F = E. Both are evaluated by a Nix, in a copy of the tree.

    python -m tests.explain.versions --tree ~/nixpkgs --number 200 --nix nix-instantiate
    python -m tests.explain.versions                               the bundled set, evaluated by nixlite itself
    python -m tests.explain.versions --override …                  what `nixlite override PACKAGE version=…` writes
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.explain.override.answer import write
from nixlite.explain.override.wishes import Wish
from nixlite.explain.recording.program import Program
from nixlite.explain.stale.answer import stale
from nixlite.explain.stale.data import data
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.runtime.thunk import force
from nixlite.runtime.values import NixPath
from nixlite.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSION = re.compile(r'^(\s*version\s*=\s*)"([0-9][^"$]*)"\s*;', re.MULTILINE)
ZEROS = re.compile(r'"(?:sha256-A{43}=|0{52}|0{103}|0{64})"')
NEW = "97.53.1"

Evaluate = "Callable[[str], str]"


class Outcome(NamedTuple):
    """One package: *kind* is `equal`, `explained` (no ✓, and a reason), `false ✓`, `unexplained` or `skipped`."""

    attribute: str
    kind: str
    detail: str
    json: dict[str, Any] | None


def evaluated_by(command: list[str], tree: Path) -> Callable[[str], str]:
    """What evaluates an expression to a string with a Nix; raises RuntimeError with what that said."""

    def evaluate(expression: str) -> str:
        call = [
            *command,
            "--eval",
            "--strict",
            "--json",
            "--readonly-mode",
            "-I",
            f"nixpkgs={tree}",
            "-E",
            expression,
        ]
        done = subprocess.run(call, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip().rpartition("error: ")[2][:200])
        return str(json.loads(done.stdout))

    return evaluate


def evaluated_here(tree: Path) -> Callable[[str], str]:
    """As `evaluated_by`, with nixlite's normal evaluator, a new one each time."""

    def evaluate(expression: str) -> str:
        evaluator = Evaluator(settings(tree), quiet())
        try:
            value = evaluator.evaluate_source(Source("«string»", expression, base="/"))
        except NixError as error:
            raise RuntimeError(str(error)) from None
        return value if isinstance(value, str) else value.text  # type: ignore[union-attr]

    return evaluate


def settings(tree: Path) -> Settings:
    """Those of a command with `-I nixpkgs=TREE`."""
    found = Settings()
    found.lookup_path = (("nixpkgs", str(tree)),)
    return found


def quiet() -> RealHost:
    """A host that prints no warnings."""
    host = RealHost()
    host.write_stderr = lambda text: None  # type: ignore[method-assign]
    return host


def files_of(tree: Path) -> Iterator[tuple[Path, str]]:
    """The files in which exactly one version is written, with it."""
    for path in sorted(tree.rglob("*.nix")):
        try:
            found = VERSION.findall(path.read_text())
        except (OSError, UnicodeDecodeError):
            continue
        if len(found) == 1:
            yield path, found[0][1]


SETS = ("", "python3Packages")


def attributes(tree: Path, seed: int) -> Iterator[tuple[str, Path, str]]:
    """(attribute path, file, version) of packages whose version is written in a file of their own, at random."""
    known = {str(path): version for path, version in files_of(tree)}
    evaluator = Evaluator(settings(tree), quiet())
    names: list[tuple[str, str, object]] = []
    for prefix in SETS:
        text = f"(import <nixpkgs> {{ config = {{ }}; overlays = [ ]; }}){'.' if prefix else ''}{prefix}"
        packages = evaluator.evaluate_source(Source("«string»", text, base="/"))
        assert isinstance(packages, dict)
        names += [(prefix, name, packages[name]) for name in sorted(packages)]
    random.Random(seed).shuffle(names)
    for prefix, name, cell in names:
        try:
            value = evaluator.guard(force, cell)
            if not isinstance(value, dict) or force(value.get("type")) != "derivation":
                continue
            attrs = evaluator.guard(force, value["drvAttrs"])
            version = evaluator.guard(force, attrs["version"])
            file = attrs["version"][2][0]
        except (NixError, KeyError, IndexError, TypeError):
            continue
        if known.get(file) == version and attrs["version"][2][0] in known:
            yield f"{prefix}.{name}".lstrip("."), Path(file), version


def ask(tree: Path, attribute: str) -> dict[str, Any]:
    """The answer of `stale`."""
    text = f'ps: ps.{attribute}.overrideAttrs (o: {{ version = "{NEW}"; }})'
    return data(stale(program(tree, text), []))


def ask_override(tree: Path, attribute: str) -> dict[str, Any]:
    """What `nixlite override` writes, as if it were a fix of `stale`."""
    written = write(
        lambda text: program(tree, text), attribute.split("."), [Wish("version", NEW, adds=False)]
    )
    fix = {"code": written.code, "whole": True, "ok": written.ok}
    return {"fixes": [fix], "verdict": {"code": 1 - written.ok, "problems": written.problems}}


def program(tree: Path, text: str) -> Program:
    """A function applied to the package set of a tree."""

    def evaluate(evaluator: Any) -> Any:
        if "base" not in evaluator.kept:
            function = evaluator.import_file(NixPath(str(tree)))
            arguments = evaluator.evaluate_source(
                Source("«arguments»", "{ config = { }; overlays = [ ]; }", base="/")
            )
            evaluator.kept["base"] = evaluator.base["call"](function, arguments)
        function = evaluator.evaluate_source(Source("«string»", text, base="/"))
        return evaluator.base["call"](function, evaluator.kept["base"])

    return Program(settings(tree), quiet(), evaluate, ["«string»"])


def judge(
    tree: Path,
    attribute: str,
    file: Path,
    version: str,
    evaluate: Callable[[str], str],
    question: Callable[[Path, str], dict[str, Any]] = ask,
) -> Outcome:
    """Compare E and F for one package; *question* gives the fixes."""
    package = f"(import <nixpkgs> {{ config = {{ }}; overlays = [ ]; }}).{attribute}"
    original = file.read_text()
    stdenv = "(import <nixpkgs> { config = { }; overlays = [ ]; }).stdenv.drvPath"
    try:
        before = evaluate(f'"${{{package}.drvPath}} ${{{stdenv}}}"').split(" ")[1]
        file.write_text(VERSION.sub(rf'\1"{NEW}";', original))
        wanted, after = evaluate(f'"${{{package}.drvPath}} ${{{stdenv}}}"').split(" ")
        if before != after:
            return Outcome(attribute, "skipped", "it is part of its own stdenv", None)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        return Outcome(attribute, "skipped", str(error), None)
    finally:
        file.write_text(original)
    try:
        answer = question(tree, attribute)
    except NixError as error:
        return Outcome(attribute, "unexplained", f"stale fails: {error}", None)
    candidates = [fix for fix in answer["fixes"] if fix["ok"]]
    try:
        for fix in candidates:
            if evaluate(with_old_hash(evaluate, attribute, package, file, fix)) == wanted:
                return Outcome(attribute, "equal", "", answer)
        if not candidates and answer["verdict"]["code"] == 0:
            plain = evaluate(f'({package}.overrideAttrs (o: {{ version = "{NEW}"; }})).drvPath')
            return Outcome(attribute, "equal" if plain == wanted else "false ✓", "everything follows", answer)
    except RuntimeError as error:
        return Outcome(attribute, "false ✓", f"fails: {error}", answer)
    if candidates:
        return Outcome(attribute, "false ✓", candidates[0]["code"], answer)
    return Outcome(attribute, "explained" if answer["verdict"]["problems"] else "unexplained", "", answer)


def hash_of(evaluate: Callable[[str], str], package: str, file: Path, before: str) -> str:
    """The hash that stands where *before* ends: of what is fetched there, or an argument in the file."""
    *lines, last = before.split("\n")
    name = last.split("=")[0].split()[-1]
    written = re.search(rf'\b{name}\s*=\s*"([^"]+)"', file.read_text())
    if name not in ("hash", "sha256", "sha512", "outputHash"):
        return written[1] if written else ""
    depth = len(last) - len(last.lstrip())
    around = [re.match(r"( *)([\w-]+) = ", line) for line in lines]
    owner = next((found[2] for found in reversed(around) if found and len(found[1]) < depth), "src")
    try:
        return evaluate(f"{package}.{owner}.outputHash")
    except RuntimeError:  # no attribute of the package but a variable that the fix takes along
        call = re.search(rf"\b{owner}\s*=\s*[\w.]+\s*(?:rec\s*)?{{(.*?)}};", file.read_text(), re.DOTALL)
        own = re.search(rf'\b{name}\s*=\s*"([^"]+)"', call[1]) if call else None
        return own[1] if own else ""


def with_old_hash(
    evaluate: Callable[[str], str], attribute: str, package: str, file: Path, fix: dict[str, Any]
) -> str:
    """The drvPath of a fix as an expression, the old hashes in place of made-up ones."""
    code = fix["code"] if fix["whole"] else f"ps.{attribute}.overrideAttrs (o: {fix['code']})"
    while made_up := ZEROS.search(code):
        old = hash_of(evaluate, package, file, code[: made_up.start()])
        before, after = code[: made_up.start()], code[made_up.end() :]
        if "-" in old:
            before = re.sub(r"\bsha256(?=\s*=\s*$)", "hash", before)
        code = f'{before}"{old}"{after}'
    return f"let ps = import <nixpkgs> {{ config = {{ }}; overlays = [ ]; }}; pkgs = ps; in ({code}).drvPath"


def run(
    tree: Path,
    number: int,
    seed: int,
    evaluate: Callable[[str], str],
    question: Callable[[Path, str], dict[str, Any]] = ask,
) -> list[Outcome]:
    """The outcomes for packages taken at random."""
    outcomes: list[Outcome] = []
    for attribute, file, version in attributes(tree, seed):
        if sum(item.kind != "skipped" for item in outcomes) >= number:
            break
        outcomes.append(judge(tree, attribute, file, version, evaluate, question))
        last = outcomes[-1]
        print(f"{last.kind:12} {attribute} {last.detail[:100]}", file=sys.stderr, flush=True)
    return outcomes


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.explain.versions", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--tree", type=Path, help="a nixpkgs (the bundled one)")
    parser.add_argument("--number", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nix", help="a command such as nix-instantiate (nixlite's own evaluator)")
    parser.add_argument("--json", type=Path, help="where the answers are written to")
    parser.add_argument("--override", action="store_true", help="what `nixlite override` writes")
    options = parser.parse_args()
    source = options.tree or Path(__file__).parents[2] / "stdlib" / "nixpkgs"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "nixpkgs"
        shutil.copytree(source, tree, symlinks=True)
        command = shlex.split(options.nix) if options.nix else None
        evaluate = evaluated_by(command, tree) if command else evaluated_here(tree)
        question = ask_override if options.override else ask
        outcomes = run(tree, options.number, options.seed, evaluate, question)
    kinds = [item.kind for item in outcomes]
    for kind in ("equal", "explained", "unexplained", "false ✓", "skipped"):
        print(f"{kind}: {kinds.count(kind)}")
    if options.json:
        options.json.write_text(
            json.dumps([item._asdict() for item in outcomes], indent=1, ensure_ascii=False)
        )
    return "false ✓" in kinds or "unexplained" in kinds


if __name__ == "__main__":
    sys.exit(main())
