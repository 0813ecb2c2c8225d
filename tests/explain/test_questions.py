"""Questions that people have asked in public since 2015, answered: `questions/cases.toml` has each with its source,
the facts that real Nix 2.34.8 has proved, and what a good answer conveys.

Answers are judged by facts, not by wording: for each case the exit code, what must be named, and what must not be
said. `python -m tests.explain.test_questions ID …` prints question, what must be conveyed, and the answer.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from nixlite.__main__ import run
from nixlite.runtime.host import CapturingHost

HERE = Path(__file__).parent / "questions"
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in tomllib.loads((HERE / "cases.toml").read_text())["case"]
}

WRONG = (
    r"no effect|still (?:has|have|download)|is lost|are lost|Refused|only a variable|hash mismatch|old bytes"
)

ANSWERS: dict[str, tuple[int, list[str], str]] = {
    # id: (exit code, what must be found, what must not)
    "flag-off": (0, ["took effect", r"buildInputs: \[ .*zlib.* \] → \[ \]"], WRONG),
    "proper-bump": (0, ["All of it took effect"], WRONG),
    "placeholder-hash": (0, ["placeholder", "building once"], WRONG),
    "compiler-flags": (0, [r"cc-wrapper\.sh:11"], WRONG),
    "drop-one-flag": (0, ["--disable-docs", r'→ \[ "--sysconfdir=/etc" \]'], WRONG + "|replaced whole"),
    "add-patch": (0, ["patches", "built in"], WRONG),
    "both-orders": (0, ["patches +.*built in", "zlibSupport +.*built in"], WRONG),
    "python-bump": (1, ["still download", r"0\.4\.1", "`rec`", r"kornia\.nix:9", r"kornia\.nix:15", "fetchPypi", r"src = old\.src\.override", "✓"], ""),
    "rev-of-src": (1, ["only a variable", "fetchFromGitHub", r"fetch-from-github\.nix:40", r"o\.src\.override \{", "hash = ", "✓"], ""),
    "hash-of-src": (1, ["output path is the same", "outputHash", r"fixed-output\.nix:13", r"src\.override \{ hash|outputHash = ", "✓"], ""),
    "npm-hash": (1, ["buildNpmPackage", r"npm\.nix:14", r"npmDeps = old\.npmDeps\.overrideAttrs", "outputHash = ", "✓"], "✗"),
    "npm-bump": (1, [r"npmDeps\.name", r"npm\.nix:10", r"npmDeps = o\.npmDeps\.overrideAttrs", "inherit src", "name = ", "outputHash", "✓"], "✗"),
    "vendor-null": (1, ["buildGoModule", r"go\.nix:10", 'goModules = ""', "✓"], "✗"),
    "cargo-half": (1, ["hash mismatch", r"greet-0\.10\.0-vendor", r"rust\.nix:15", r"cargoDeps = o\.cargoDeps\.overrideAttrs", "✓"], ""),
    "python-pname": (1, ["only a variable", "buildPythonPackage", r"build-python-package\.nix:29", r"pillow\.nix:18", "fetchPypi", "overridePythonAttrs", "✓"], "✗"),
    "python-dependencies": (1, ["buildPythonPackage", "propagatedBuildInputs", r"build-python-package\.nix:42", "overridePythonAttrs", "✓"], "✗"),
    "url-same-hash": (1, ["Nothing new is built", "old bytes", r"src\.override \{", "hash = ", "✓"], "✗"),
    "finalattrs-github": (1, ["`name` and `version`", "old bytes", "`source`", r"glog\.nix:17", r"src\.override \{", "✓"], ""),
    "finalattrs-fetchurl": (1, ["hash mismatch", r"freetype\.nix:17"], "old bytes"),
    "env-postbuild": (1, ["symlinkJoin", "buildCommand", r"build-support/default\.nix:93", r"buildCommand = .*o?l?d?\.buildCommand", "✓"], "✗"),
    "python-docheck": (1, ["was false there already", "doInstallCheck", r"build-python-package\.nix:44", "overridePythonAttrs|doInstallCheck = false", "✓"], ""),
    "same-value": (0, ["Nothing changes, and nothing is wrong"], WRONG),
    "passthru-added": (0, ["no part of the build", "nothing is built again"], WRONG),
    "priority-by-slash": (1, ["Nothing that is built changes", "description.*license.*lost", r"overrideAttrs \(o: \{ meta = o\.meta // \{ priority = 1; \}; \}\)", "✓"], ""),
    "attrs-stdenv": (1, ["Nothing that is built changes", r"make-derivation\.nix:21", r"ps\.git\.override \{ stdenv", "✓"], "✗"),
    "shell-inputsfrom": (1, ["Nothing that is built changes", r"shell-from\.nix:2", "inputsFrom", "packages = ", "✓"], ""),
    "second-packageoverrides": (1, [r"set-chain\.nix:5", r"set-chain\.nix:10", "lost", "composeExtensions", r"old\.packageOverrides", "✓"], "✗"),
    "misspelt-old": (1, ["bzip2", "freetype", "libjpeg", "zlib", r"`old\.builtInputs` does not exist \(set-typo\.nix:8\)", "buildInputs", "✓"], "✗"),
    "kernel-args": (1, [r"kernel\.nix:12", "overrideAttrs", "modDirVersion", "src = ", "✓"], "✗"),
    "plugins-twice": (1, ["lost", "git", r"plugins = old\.plugins \+\+", "✓"], "✗"),
    "attrs-then-python": (1, ["lost", "overridePythonAttrs", r"build-python-package\.nix:73", r"overridePythonAttrs .*\)\.overrideAttrs", "✓"], "✗"),
    "env-shadows": (1, ["`env`", r"env-tool\.nix:7", r"make-derivation\.nix:17", r"env = old\.env // \{ NIX_CFLAGS_COMPILE", "✓"], "✗"),
    "flags-replaced": (1, ["--no-system-libs", "-DCMAKE_USE_OPENSSL", "lost", r"old\.configureFlags \+\+", "✓"], "✗"),
    "outputs-replaced": (0, ["`dev` is lost", "main output", r"x\.dev"], "no effect"),
    "src-passthru": (1, ["`rev`", "`owner`", "lost", "Nothing that is built changes", r"old\.passthru // \{", "✓"], "✗"),
    "meta-replaced": (1, ["`mainProgram`", r"lib\.getExe", r"python/default\.nix:72", r"old\.meta // \{", "✓"], "✗"),
    "env-replaced": (1, [r"`NIX_CFLAGS_COMPILE` \(env-tool\.nix:7\)", "lost", 'TZ: "UTC" → "Europe/Berlin"', r"old\.env // \{ TZ", "✓"], "✗"),
    "no-such-flag": (1, ["takes no argument `opensslSupport`", "`zlib` and `zlibSupport`", "`stdenv`", "--without-ssl", "overrideAttrs"], "✗"),
    "middle-layer": (1, ["`callPackage` and `zlib`", r"middle\.nix:2", r"override \(o: \{ callPackage", "✓"], "✗"),
    "no-override": (1, ["has no `override`", "callPackage", "makeOverridable", r"\[ p\.pillow \] \+\+ \[ ps\.python3Packages\.tqdm \]", "✓"], "✗"),
    "old-missing": (1, ["wrote no `configureFlags`", r"make-derivation\.nix:36", r"\(old\.configureFlags or \[ \]\) \+\+", "✓"], "✗"),
    "unfree-meta": (0, ["has an effect", "unfree license", "same as without that check", r"config\.allowUnfree", "allowUnfreePredicate"], WRONG),
    "wrapper-patch": (1, [r"only wraps ed-unwrapped-0\.9\.5", r"editor\.nix:16", r"override \(w: \{", r"old\.patches \+\+", "✓"], "✗"),
    "wrapper-inner": (1, [r"ed-unwrapped-0\.9\.6 still has the source of 0\.9\.5", r"editor\.nix:7", "src = ", "✓"], "✗"),
    "launcher": (1, [r"git-2\.47\.0", "hash mismatch", r"tools/git\.nix:15", "src = ", "✓"], "✗"),
    "withpackages-tests": (1, [r"only wraps python3\.8-Pillow", "`doInstallCheck` there is true", r"p\.pillow\.override", "✓"], "✗"),
    "shell-dep": (0, ["libpng", r"`propagatedBuildInputs` of freetype"], WRONG),
    "gcc-wrapper": (1, [r"only wraps gcc-13\.4\.0", r"13\.4\.0", "only hide", r"cc\.overrideAttrs", "src = ", "✓"], "✗"),
    "prev-callpackage": (0, ["All of it took effect", "expat.* through `buildInputs`"], WRONG),
    "compose-right": (0, ["All of it took effect", "doInstallCheck: true → false"], WRONG),
}  # fmt: skip


def answer(name: str) -> tuple[int, str]:
    """(exit code, what is printed), run in the folder of the questions' files."""
    host = CapturingHost({})
    here = os.getcwd()
    os.chdir(HERE / "files")
    try:
        code = run(list(CASES[name]["ask"]), host)
    finally:
        os.chdir(here)
    return code, "".join(host.stdout)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_conveys_the_facts(name: str) -> None:
    code, text = answer(name)
    flat = re.sub(r"\s+", " ", text)
    exit_code, wanted, unwanted = ANSWERS[name]
    missing = [pattern for pattern in wanted if not re.search(pattern, flat)]
    assert not missing, text
    assert not unwanted or not re.search(unwanted, flat), text
    assert code == exit_code, text


def test_every_question_about_an_override_is_judged() -> None:
    asked = {name for name, case in CASES.items() if case["ask"][0] == "stale"}
    assert asked <= ANSWERS.keys()


def main() -> None:
    """Print answers."""
    for name in sys.argv[1:] or ANSWERS:
        case = CASES[name]
        code, text = answer(name)
        print(f"== {name} ({case['reach']})\n{case['question']}")
        print("\n".join(f"  must convey: {point}" for point in case["answer"]))
        print(f"-- exit {code}\n{text}")


if __name__ == "__main__":
    main()
