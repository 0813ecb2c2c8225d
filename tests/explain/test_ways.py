"""The same question has the same answer, whatever way its program is named."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from nixlite.__main__ import run
from nixlite.evaluator import Evaluator
from nixlite.host.capturing import CapturingHost
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.repl.session import Session
from tests.flakes.recorded import GIT

PACKAGES = Path(__file__).parent / "ways"
"""A package set, with a flake around it."""

# What Nix 2.34.8 instantiates the packages to.
DRVS = {
    "zlib": "/nix/store/6ylcxyfz4mxd4kldi9sl5qwqszdlpqyk-zlib-1.3.drv",
    "hello": "/nix/store/c5ylswjn85cn36j8y49fzg7is4a1179l-hello-1.0.drv",
    "hello2": "/nix/store/bzqx67bf993byl7dawfrr2lhb4sf9qrd-hello-1.0.drv",
    "hello3": "/nix/store/il16b39nhrbcy14c0vmipqrf1f6l7mc1-hello-3.0.drv",
}

WAYS: dict[str, list[str]] = {
    # PATH is the attribute path, in one word with what is before it where that has a '#'
    "file": ["default.nix", "PATH"],
    "file#": ["default.nix#PATH"],
    "-f": ["-f", "./default.nix", "PATH"],
    "folder": [".", "PATH"],
    "folder#": ["../plain#PATH"],
    "-I": ["-I", "set=.", "<set>", "PATH"],
    "-I #": ["-I", "set=./default.nix", "<set>#PATH"],
    "NIX_PATH": ["<myset>", "PATH"],
    "--expr": ["--expr", "import ./default.nix { }", "PATH"],
    "--expr of <set>": ["--expr", "import <myset> { }", "PATH"],
    "--expr getFlake": ["--expr", 'builtins.getFlake "path:HERE"', "legacyPackages.x86_64-linux.PATH"],
    "function": ["default.nix", "--expr", "set: set", "PATH"],
    "function of a flake": [".#", "--expr", "set: set", "PATH"],
    "flake": [".#PATH"],
    "flake, with a path": [".#", "PATH"],
    "flake, exact": [".#.legacyPackages.x86_64-linux.PATH"],
    "path:": ["path:HERE#PATH"],
    "path: and a path": ["path:.", "PATH"],
    "flake.nix alone": ["../alone", "PATH"],
    "registry": ["--override-flake", "myset", "path:HERE", "myset#PATH"],
    "registry, with a path": ["--override-flake", "myset", "path:HERE", "myset", "PATH"],
}
"""By name, what stands on the command line for the set and a path in it."""

QUESTIONS = {
    # command, its flags, the path, words after it, what the answer says
    "why": ("why", "hello2.version", [], "by overrideAttrs at default.nix:19"),
    "why, of a list": ("why", "hello3.buildInputs", [], "hello.nix:7"),
    "why, of what is not there": (
        "why",
        "helo2.version",
        [],
        "Did you mean one of hello2, hello, hello3 or hello4?",
    ),
    "why, of an attribute that is not there": ("why", "hello2.versoin", [], "Did you mean version?"),
    "stale": ("stale", "hello2", [], "`name` and `src` still have the old"),
    "stale, of what took effect": ("stale", "hello3", [], "All of it took effect"),
    "stale, of what is refused": ("stale", "hello4", [], "versoin"),
    "stale, of what is not there": ("stale", "hello9", [], "hello2"),
    "stale, of an attribute that is not there": ("stale", "hello2.versoin", [], "Did you mean version?"),
    "layers": ("layers", "zlib", [], "default.nix:18"),
    "override": ("override", "hello", ["version=9"], 'version = "9"'),
    "trace": ("trace", "hello3.name", [], 'result: "hello-3.0"'),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package set in a folder of its own, `all`, and beside it without the flake and with only that."""
    top = tmp_path_factory.mktemp("ways").resolve()
    shutil.copytree(PACKAGES, top / "all")
    shutil.copytree(PACKAGES, top / "plain", ignore=shutil.ignore_patterns("flake.nix"))
    shutil.copytree(PACKAGES, top / "alone")
    (top / "alone" / "default.nix").rename(top / "alone" / "set.nix")
    flake = top / "alone" / "flake.nix"
    flake.write_text(flake.read_text("utf-8").replace("default.nix", "set.nix"))
    return top / "all"


def ask(folder: Path, *words: str) -> tuple[int, str]:
    """The exit code and what is written, from inside *folder*."""
    host = CapturingHost({"NIX_PATH": f"myset={folder}", "HOME": f"{folder.parent}/home"})
    before = Path.cwd()
    os.chdir(folder)
    try:
        code = run([words[0], "--option", "system", "x86_64-linux", *words[1:]], host)
    finally:
        os.chdir(before)
    return code, "".join(host.stdout + host.stderr)


def words_of(way: list[str], path: str, folder: Path) -> list[str]:
    """The words of a way in for one path."""
    return [word.replace("PATH", path).replace("HERE", str(folder)) for word in way]


def neutral(text: str) -> str:
    """An answer without what the way in and the width of a line change: folders, and the way to the set."""
    text = text.replace("legacyPackages.x86_64-linux.", "").replace("set.nix", "default.nix")
    text = re.sub(r"[^\s(\"'`]*/(?=(default|hello|zlib|flake|shell)\.nix)", "", text)
    text = text.replace("<set>:", "default.nix:")
    return " ".join(text.split())


@cache
def answer(folder: Path, name: str, way: str, *flags: str) -> tuple[int, str]:
    """The answer to a question by a way in."""
    command, path, more, _ = QUESTIONS[name]
    return ask(folder, command, *flags, *words_of(WAYS[way], path, folder), *more)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", QUESTIONS)
def test_same_answer(name: str, way: str, folder: Path) -> None:
    code, text = answer(folder, name, way)
    expected_code, expected = answer(folder, name, "file")
    assert code == expected_code
    assert QUESTIONS[name][3] in neutral(text)
    if QUESTIONS[name][0] == "trace":  # the ways to the value are not the same
        text, expected = text[text.index("result:") :], expected[expected.index("result:") :]
    elif "Did you mean one of" in text:  # a flake is said to provide none, by Nix's rules
        text, expected = text[text.index("Did you") :], expected[expected.index("Did you") :]
    assert neutral(text) == neutral(expected)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["why, of a list", "stale", "layers", "override"])
def test_same_data(name: str, way: str, folder: Path) -> None:
    code, text = answer(folder, name, way, "--json")
    expected_code, expected = answer(folder, name, "file", "--json")
    assert code == expected_code
    assert neutral(text) == neutral(expected)
    assert isinstance(json.loads(text), dict | list)


@pytest.mark.parametrize("way", WAYS)
def test_same_derivations(way: str, folder: Path) -> None:
    for package, drv in DRVS.items():
        data = json.loads(ask(folder, "why", "--json", *words_of(WAYS[way], f"{package}.drvPath", folder))[1])
        assert data["value"] == f'"{drv}"'


SHELLS = {
    "file": ["shell.nix"],
    "-f": ["-f", "./shell.nix"],
    "--expr": ["--expr", "import ./shell.nix { }"],
    "a function of the set": ["default.nix", "--expr", "set: import ./shell.nix { inherit set; }"],
    "--arg": ["shell.nix", "--arg", "set", "import ./default.nix { }"],
    "flake": [".#devShells.x86_64-linux.default"],
    "flake, with a path": ["path:.", "devShells.x86_64-linux.default"],
    "flake.nix alone": ["../alone#devShells.x86_64-linux.default"],
}


@pytest.mark.parametrize("way", SHELLS)
def test_shell(way: str, folder: Path) -> None:
    """Of each input that is overridden is said whether that took effect."""
    (folder.parent / "alone" / "shell.nix").write_text(
        (folder / "shell.nix").read_text("utf-8").replace("default.nix", "set.nix")
    )
    code, text = ask(folder, "stale", *SHELLS[way])
    assert code == 1
    assert neutral(text) == neutral(ask(folder, "stale", "shell.nix")[1])
    assert "hello-5.0, `override` (shell.nix:5): took effect" in neutral(text)
    assert "hello-1.0, `overrideAttrs` (default.nix:19): did not take effect" in neutral(text)


# -- commands that take two programs, or a set, or files

PAIRS = {
    "file#": ["default.nix#A", "default.nix#B"],
    "-f": ["-f", "default.nix", "A", "B"],
    "-f folder": ["-f", ".", "A", "B"],
    "folder#": ["../plain#A", "../plain#B"],
    "-I #": ["-I", "set=.", "<set>#A", "<set>#B"],
    "--expr": ["--expr", "(import ./. { }).A", "--expr", "(import ./. { }).B"],
    "flake": [".#A", ".#B"],
    "-f flake": ["-f", ".#legacyPackages.x86_64-linux", "A", "B"],
    "path:": ["path:.#A", "path:HERE#B"],
    "registry": ["--override-flake", "myset", "path:HERE", "myset#A", "myset#B"],
    "a file and a flake": ["default.nix#A", ".#B"],
    "a flake and an expression": [".#A", "--expr", "(import ./. { }).B"],
}


def pair(way: str, folder: Path) -> list[str]:
    """The words for `hello` and `hello2`."""
    words = (re.sub(r"\bA$", "hello", re.sub(r"\bB$", "hello2", word)) for word in PAIRS[way])
    return [word.replace("HERE", str(folder)) for word in words]


@pytest.mark.parametrize("way", PAIRS)
def test_diff(way: str, folder: Path) -> None:
    answered = ask(folder, "diff", *pair(way, folder))
    assert answered[0] == 1
    assert answered == ask(folder, "diff", *pair("file#", folder))
    assert 'version: "1.0" → "2.0"' in answered[1]


@pytest.mark.parametrize("way", ["-I #", "flake", "registry", "a file and a flake"])
def test_impact_of_two(way: str, folder: Path) -> None:
    answered = ask(folder, "impact", *pair(way, folder))
    assert answered[0] == 1
    assert answered == ask(folder, "impact", *pair("file#", folder))


SETS = {
    "file": ["-f", "default.nix"],
    "folder": ["-f", "."],
    "-I": ["-I", "nixpkgs=.", "-f", "<nixpkgs>"],
    "as <nixpkgs>": ["-I", "nixpkgs=."],
    "flake": ["-f", ".#"],
    "flake, exact": ["-f", ".#legacyPackages.x86_64-linux"],
    "path:": ["-f", "path:HERE#"],
}


@pytest.mark.parametrize("way", SETS)
@pytest.mark.parametrize(
    "question",
    [
        ["--override", 'pkgs: { zlib = pkgs.zlib.overrideAttrs (old: { version = "2"; }); }'],
        ["--shared", "hello", "hello2"],
    ],
    ids=["override", "shared"],
)
def test_impact_of_a_set(question: list[str], way: str, folder: Path) -> None:
    answered = ask(folder, "impact", *words_of(SETS[way], "", folder), *question)
    assert answered == ask(folder, "impact", "-f", "./default.nix", *question)
    assert answered[0] == (1 if "--override" in question else 0)


@pytest.mark.parametrize("way", ["file#", "folder#", "-I #", "flake", "flake, exact", "path:", "registry"])
def test_args(way: str, folder: Path) -> None:
    code, text = ask(folder, "args", *words_of(WAYS[way], "hello", folder))
    assert code == 0
    assert re.findall(r"^  (\w+) +(\w+)", text, re.M) == [
        ("mkDerivation", "automatic"), ("zlib", "automatic"), ("version", "default"),
    ]  # fmt: skip
    assert "hello.nix:1:1" in text
    assert "/nix/store" not in text


def test_lint(folder: Path) -> None:
    found = [ask(folder, "lint", word) for word in (".", ".#", "path:.", f"path:{folder}")]
    assert len({neutral(text) for _, text in found}) == 1
    assert "rec-arguments" in found[0][1]
    assert "/nix/store" not in found[1][1]
    code, text = ask(folder, "lint", ".#hello")
    assert code == 1
    assert "'.#hello' is an attribute, and 'lint' looks at files" in text


# -- what is mistaken


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["why", "../home2"], "the folder '../home2' has neither a default.nix nor a flake.nix"),
        (["why", "../home2"], "There is shell.nix: name the file."),
        (["why", "../home2#x"], "could not find a flake.nix file"),
        (["why", "./no#x"], "No such file or directory"),
        (["why", "no#x"], "cannot find flake 'flake:no' in the flake registries"),
        (["stale", ".#hello", "--argstr", "a", "b"], "'--arg' and '--argstr' are incompatible with flakes"),
        (["override", ".#hello"], "what is wished?"),
        (["override", ".#"], "which package?"),
        (["diff", ".#hello"], "this takes two values, not 1"),
    ],
)
def test_mistakes(words: list[str], said: str, folder: Path) -> None:
    (folder.parent / "home2").mkdir(exist_ok=True)
    (folder.parent / "home2" / "shell.nix").write_text("1")
    assert said in ask(folder, *words)[1]


def test_flake_without_a_default_package(folder: Path) -> None:
    (folder.parent / "bare").mkdir()
    (folder.parent / "bare" / "flake.nix").write_text(
        "{ outputs = _: { packages.x86_64-linux = { a = 1; b-c = 2; }; }; }"
    )
    code, text = ask(folder, "why", "../bare")
    assert code == 1
    assert "does not provide attribute 'packages.x86_64-linux.default'" in text
    assert "It has packages: '../bare#a', '../bare#b-c'." in text
    assert ask(folder, "why", "../bare", "a")[1].startswith("a = 1")


def test_flake_is_evaluated_purely(folder: Path) -> None:
    (folder.parent / "impure").mkdir()
    (folder.parent / "impure" / "flake.nix").write_text(
        '{ outputs = _: { home = builtins.getEnv "HOME"; }; }'
    )
    assert ask(folder, "why", "../impure#home")[1].startswith('home = ""')
    assert "/home" in ask(folder, "why", "../impure#home", "--impure")[1].split("\n")[0]


def test_folder_is_evaluated_anew_in_trials(folder: Path) -> None:
    """What is to be written is tried in the file that a folder means."""
    assert "✓ evaluated: built as if the values had been there" in ask(folder, "stale", ".", "hello2")[1]


def test_flake_in_the_repl(folder: Path) -> None:
    """`:stale`, `:why` and the others see into a flake that `:lf` loaded."""
    settings = Settings()
    settings.cwd = str(folder)
    session = Session(Evaluator(settings, RealHost()))
    session.send(":lf .")
    for line, name in {
        ":stale legacyPackages.x86_64-linux.hello2": "stale",
        ":stale legacyPackages.x86_64-linux.hello3": "stale, of what took effect",
        ":stale legacyPackages.x86_64-linux.hello4": "stale, of what is refused",
        ":why legacyPackages.x86_64-linux.hello2.version": "why",
        ":why legacyPackages.x86_64-linux.hello3.buildInputs": "why, of a list",
        ":layers legacyPackages.x86_64-linux.zlib": "layers",
    }.items():
        assert neutral(session.send(line).text) == neutral(answer(folder, name, "file")[1]), line
    session.send("set = legacyPackages.x86_64-linux")
    assert "`name` and `src` still have the old" in neutral(session.send(":stale set.hello2").text)
    text = session.send(":override set.hello version=9").text
    assert "set.hello.overrideAttrs" in text
    assert "✓ evaluated: all of it gets through" in text


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_inputs_and_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flake in a git repository, with an input beside it: what is overridden there is the user's too."""
    for variable, value in GIT.items():
        monkeypatch.setenv(variable, value)
    top = folder.parent / "git"
    shutil.copytree(folder.parent / "plain", top / "set")
    (top / "set" / "flake.nix").write_text((folder / "flake.nix").read_text("utf-8"))
    (top / "flake.nix").write_text(
        '{ inputs.set.url = "path:./set"; outputs = { self, set }: { packages = set.legacyPackages; }; }'
    )
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=top, check=True, capture_output=True)
    code, text = ask(top, "stale", ".#hello2")
    assert code == 1
    assert "set/hello.nix:2" in text
    assert "✓ evaluated: built as if the values had been there from the start" in text
    assert "/nix/store" not in text
    assert text.count("warning: Git tree") == text.count("warning: creating lock file") == 1
    assert "updating" not in text
    assert (top / "flake.lock").exists()  # as `nix eval` does
    again = ask(top, "stale", "--no-write-lock-file", f"git+file://{top}#hello2")[1]
    assert again.split("warning")[0] == text.split("warning")[0]
    assert "✓ evaluated: all of it gets through" in ask(top, "override", ".#hello", "version=9")[1]
    code, text = ask(top, "why", "--override-input", "set", f"path:{folder}", ".#hello2.version")
    assert code == 0
    assert (
        '2. by overrideAttrs at ../all/default.nix:19: "1.0" → "2.0"' in text or "all/default.nix:19" in text
    )


def test_flake_that_is_a_package_set(folder: Path) -> None:
    """What a set of packages overrides in its own files was not written by who asks."""
    top = folder.parent / "nixpkgs"
    shutil.copytree(folder, top)
    (top / "pkgs" / "top-level").mkdir(parents=True)
    (top / "pkgs" / "top-level" / "default.nix").write_text("{ }")
    for words in (["path:.#hello2"], ["--expr", "import ./. { }", "hello2"]):
        assert ask(top, "stale", *words) == (0, "Nothing is overridden here.\n")


BROKEN = {
    # flake.nix, what is asked for, what is said
    "no Nix": ("{ outputs = ", "x", "syntax error, unexpected end of file"),
    "no outputs": ("{ }", "x", "lacks attribute 'outputs'"),
    "no function": ("{ outputs = 1; }", "x", "expected a function but got an integer"),
    "fails": ('{ outputs = _: throw "no"; }', "x", "error: no"),
    "no set": ("{ outputs = _: 1; }", "x", "expected a set but found an integer: 1"),
    "packages fail": ('{ outputs = _: { packages.x86_64-linux = throw "no"; }; }', "x", "error: no"),
    "packages are none": (
        "{ outputs = _: { packages.x86_64-linux = 1; }; }",
        "",
        "does not provide attribute",
    ),
    "a function": ("{ outputs = _: { lib.f = x: x; }; }", "lib.f.y", "y' "),
    "an empty name": ("{ outputs = _: { a = 1; }; }", "..a", ""),
    "a quotation mark": ("{ outputs = _: { a = 1; }; }", 'a."b', "missing closing quote"),
}


@pytest.mark.parametrize("command", ["why", "stale", "layers", "trace", "override", "diff", "args", "impact"])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_flakes(name: str, command: str, tmp_path: Path) -> None:
    text, path, said = BROKEN[name]
    (tmp_path / "home").mkdir()
    (tmp_path / "flake.nix").write_text(text)
    words = {"override": [f".#{path}", "a=1"], "diff": [f".#{path}"] * 2, "impact": [f".#{path}"] * 2}
    code, shown = ask(tmp_path, command, *words.get(command, [f".#{path}"]))
    assert code in (0, 1, 2)
    assert "internal error" not in shown
    if said and (command, path) != ("override", ""):
        assert said in shown


@pytest.mark.parametrize("command", ["why", "stale", "layers", "trace"])
@pytest.mark.parametrize("words", [["--expr", '1 + "a"'], ["--expr", "{ }.a"], ["--expr", "{ }", "a"], ["."]])
def test_failing_without_a_path(words: list[str], command: str, tmp_path: Path) -> None:
    code, shown = ask(tmp_path, command, *words)
    assert code == 1
    assert "error: " in shown or "fails" in shown
    assert "internal error" not in shown
