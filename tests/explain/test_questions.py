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
from nixlite.host.capturing import CapturingHost

HERE = Path(__file__).parent / "questions"
MODULES = HERE.parent / "modulelib"
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
    # impact and diff
    "extend-zlib": (1, ["38 of 77 packages", r"zlib-1\.3\.1 \(doCheck", r"gcc, stdenv, .* stay: made with another zlib", r"change \(38\) .*curl.*git.*libpng.*zlib"], ""),
    "new-name": (1, ["None of 77 packages changes", "libjpeg-turbo is new", "5 packages use libjpeg"], r"change \("),
    "impact-expat": (1, [r"because of expat-2\.7\.1", r"change \(32\) expat, fontconfig, gd, graphviz, graphviz-nox, python, python27.*python38Packages", r"stay \(45\).*cmake.*curl.*git"], ""),
    "impact-identity": (0, ["Nothing changes: all 77 packages stay"], r"change \("),
    "diff-url": (1, ["Nothing is built: both have the same output paths", r"url: .*curl-8\.20\.0\.tar\.xz. → .*curl-8\.21\.0"], "outputHash|buildInputs"),
    "diff-flag": (1, ["buildInputs lost zlib", "1 input less", "The same as before: configureFlags, src and stdenv"], "~ (?!buildInputs)"),
    "shared-numpy": (1, [r"two of python3\.8-numpy", r"b gets it through python3\.8-pytorch", "b itself uses it", "packageOverrides"], ""),
    # args
    "args-shadow": (0, [r"modules automatic from set-modules\.nix", r"instead of the default \[ \]", r"modules = \[ \]", "rename"], "missing"),
    "args-misspelt": (1, [r"libPng missing .*Did you mean libpng\?", r"stdenv automatic", r"freetype automatic"], ""),
    "args-ellipsis": (1, ["callPackage passes none", "stdenv automatic", "'...' gets nothing", r"\{ stdenv, curl, \.\.\. \}"], ""),
    "args-scope-wrong": (1, ["buildPythonPackage missing", "pillow missing", "tqdm missing", r"python3Packages\.callPackage"], "automatic"),
    # lint
    "lint-misspelt-old": (1, [r"set-typo\.nix:8:", r"'old\.builtInputs' is assigned to 'buildInputs'", r"better: old\.buildInputs"], ""),
    "lint-clean-overlay": (0, ["nothing found in 1 file"], "better"),
    "lint-prev-callpackage": (0, ["nothing found in 1 file"], "better"),
    "lint-old-version": (1, [r"'old\.version' is the version before", "better: version"], ""),
    "lint-prev-pkgs": (1, [r"'prev\.pkgs' is the finished set", "made from itself", r"better: prev\.lib"], ""),
    "lint-rec": (1, ["'mypng' is the one of this 'rec' set", "later overlay", r"better: final\.mypng"], ""),
    "lint-nested": (1, ["takes the place of the whole 'xorg'", "libX11", r"better: xorg = prev\.xorg // \{"], ""),
    # overlays
    "toplevel-python": (0, [r"is python3Packages\.numpy", r"set-toplevel\.nix:2", "changes nothing", r"packageOverrides of python38", "✓"], "✗"),
    "fresh-import": (0, [r"set-jdk\.nix:5", r"set-jdk\.nix:4 .*is lost", r"boost = prev\.boost\.overrideAttrs", "✓"], "✗"),
    "nested-set": (0, ["xorg has lost libX11", "they do not merge", r"xorg = prev\.xorg // \{", "✓"], "✗"),
    "python2": (1, ["numpy in propagatedBuildInputs", r"torchvision\.nix:27", r"numpy\.nix:12: `disabled"], "✗"),
    "config-typo": (1, ["`allowUnFree` .*read by nothing", "the check reads `allowUnfree`", "allowUnfree = true", "✓"], "✗"),
    "order": (0, [r"`prev\.curl` is what the layers before have", r"set-order\.nix:4", r"curl = final\.curl", "✓"], "✗"),
    "rec-overlay": (0, [r"set-rec\.nix:5, `mypng` stands in a `rec` set", r"final\.mypng", "no `rec`", "✓"], "✗"),
    "cycle": (1, ["zlib → git → curl → zlib", r"prev\.git does not help", r"prev\.git\.override \{ curl = prev\.curl\.override \{ inherit \(prev\) zlib", "✓"], "✗"),
    "cond-names": (1, ["which names the overlay .* has depends on `final`", "decide by `prev`", "inside of each attribute", "✓"], "✗"),
    "lib-pkgs": (1, [r"`prev\.pkgs` is the finished set", r"lib = prev\.lib //", "✓"], "✗"),
    "config-overrides": (0, ["the argument of `packageOverrides`.* is the set as it was before", r"final\.libpng", "✓"], "✗"),
    "two-boosts": (0, [r"boost is what set-jdk\.nix:5 says", "last word", r"set-jdk\.nix:4"], ""),
    # modules
    "two-defaults": (1, ["same priority", "1000", r"m-user-default\.nix:1", r"m-theme\.nix:1", "without mkDefault", "100", "✓"], "✗"),
    "plain-over-default": (0, [r"\"Mono\": m-user-plain\.nix:1", "100", r"\"Serif\" at m-theme\.nix:1 \(mkDefault, 1000\) is discarded"], "✗"),
    "default-list": (0, ["only definitions of the best priority are merged", "whole", "firewire", "without mkDefault", r"\[ \"firewire\" \"thunderbolt\" \]", "✓"], "✗"),
    "default-keys": (0, ["one definition of priority 1500", "dropped whole", r"mkOptionDefault \{ \"Mod\+d\" = lib\.mkForce", "repeat", "✓"], "✗"),
    "attrs-drops": (0, [r"`nix` of m-attrs-b\.nix:1 is lost", "its priority is the same", "one level deep", r"attrsOf lib\.types\.anything", "✓"], "✗"),
    "vhost-default": (0, [r"config\.wiki", "plain, 100", r"mkDefault, 1000\) is discarded", "mkOverride 90", "✓"], "✗"),
    "list-not-emptied": (0, ["same priority count together, and lists are joined", r"mkForce \[ \]", "✓"], "✗"),
    "imports-config": (1, ["which modules there are depends on `config`", r"m-imports\.nix:1", "import always", "mkIf", "✓"], "✗"),
    "two-forces": (1, ["mkForce, 50", "it goes down to each option", "mkOverride 49", "✓"], "✗"),
    "if-false": (0, [r"\[ 80 443 \] at m-if\.nix:4 is left out by mkIf", r"config\.server\.enable is false \(its default", r"server\.enable = true", "✓"], "✗"),
    "list-order": (0, [r"\"mine\" m-order-user\.nix:1 mkBefore, 500", r"\"system\" .* plain, 1000", r"\"last\" .* mkAfter, 1500"], "✗"),
    "option-typo": (1, [r"`fonts` at m-typo\.nix:1 .* is no option", r"font, declared at m-theme\.nix:1", "✓"], "✗"),
}  # fmt: skip


def answer(name: str) -> tuple[int, str]:
    """(exit code, what is printed), run in the folder of the questions' files."""
    host = CapturingHost({})
    words = list(CASES[name]["ask"])
    if CASES[name]["reach"] == "modules":
        words[1:1] = ["-I", f"lib={MODULES}"]
    here = os.getcwd()
    os.chdir(HERE / "files")
    try:
        code = run(words, host)
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


def test_every_question_is_judged() -> None:
    assert ANSWERS.keys() == CASES.keys()


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
