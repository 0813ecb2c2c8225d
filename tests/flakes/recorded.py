"""Flakes and what Nix 2.34.8 says of them: `scenarios` here, `answers.json`, and recording anew.

A scenario is a directory of files, in which shell command lines are run one after the other. What depends on
where the directory is and when it was made is masked: `mask`.

    python -m tests.flakes.recorded ../shared/tools/real-nix     (a command that runs another with a real Nix)
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
ANSWERS = HERE / "answers.json"
CASE = "/tmp/case"
TIME = 1700000000
ENVIRONMENT = {
    "NIX_PATH": "", "HOME": f"{CASE}-home", "NO_COLOR": "1", "TERM": "dumb", "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip
GIT = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    "GIT_AUTHOR_DATE": f"{TIME} +0000", "GIT_COMMITTER_DATE": f"{TIME} +0000",
}  # fmt: skip


class Scenario(NamedTuple):
    """*files* by path; *git*: directories that become repositories, everything in them committed; *commands*
    begin with `nix`, or are other programs that change something."""

    files: dict[str, str]
    commands: list[str]
    git: tuple[str, ...] = ()


COMMANDS: dict[str, dict[str, Any]] = json.loads((HERE / "commands.json").read_text("utf-8"))
"""More scenarios. `$O` and the like in command lines are `OPTIONS`."""
OPTIONS = {
    "$O": "--option substitute false --option flake-registry ''",
    "$S": "--option substitute false",
    "$R": f"--option flake-registry {CASE}/sys/registry.json",
}
SHAPES = json.loads((HERE / "shapes.json").read_text("utf-8"))
"""Texts of lock files and of `flake.nix` that are not as they should be, and some that only look so."""
LOCKED = '{ inputs.d.url = "path:./d"; outputs = { self, d }: { foo = d.v; }; }\n'
PLAIN = "{ outputs = _: { v = 5; }; }\n"
DEEP = "[" * 5000 + "]" * 5000
ALL_LOCKS = [*SHAPES["locks"], DEEP]
FRAMES = {
    "throws": '{ inputs.d.url = "path:/tmp/case/d"; inputs.r.url = "path:./r";\noutputs = { self, d, r }: {'
    ' a = d.v; b = r.v; c = throw "x"; e = d.nope; f = self.zork; g = self.inputs.zork; h = self.outputs.zork;'
    " root = ./.; up = ./..; at = ./flake.nix; list = [ ./. ]; other = r.p; names = builtins.attrNames r;"
    " text = toString ./.; known = builtins.attrNames r.sourceInfo; }; }\n",
    "d": '{ outputs = { self }: { v = abort "d"; }; }\n',
    "throws/r": '{ outputs = { self }: { v = throw "r"; p = ./.; }; }\n',
    "formals": "{ outputs = { }: { x = 1; }; }\n",
    "all": '{ outputs = { self, ... }: throw "y"; }\n',
    "number": "{ outputs = _: 1; }\n",
    "self": "{ outputs = { self }: self; }\n",
    "loop": "{ outputs = { self }: self // { x = self.inputs; }; }\n",
    "of-formals": '{ inputs.d.url = "path:/tmp/case/formals";\noutputs = { self, d }: { x = d.x; }; }\n',
    "of-number": '{ inputs.d.url = "path:/tmp/case/number";\noutputs = { self, d }: { x = d.x; }; }\n',
    "plain": '{ inputs.d = { url = "path:/tmp/case/d"; flake = false; };\noutputs = { self, d }: { x = d.x; }; }\n',
}
FRAME_NAMES = "a b c e f g h root up at list other names text known".split()


SELF = "{ outputs = { self }: { names = builtins.attrNames self; all = removeAttrs self [ %s ]; }; }\n"
HIDDEN = '"all" "names" "outPath" "inputs" "outputs" "sourceInfo"'
ERRORS = {
    "string": '{ inputs = "a"; outputs = { self }: { x = 1; }; }',
    "no-outputs": "{ inputs = { }; }",
    "unsupported": "{ foo = 1; outputs = { self }: { x = 1; }; }",
    "url": "{ inputs.a.url = 1; outputs = { self, ... }: { x = 1; }; }",
    "attribute": '{ inputs.a.zz = "a"; outputs = { self, ... }: { x = 1; }; }',
    "list": '{ inputs.a = { type = "path"; path = [ ]; }; outputs = { self, ... }: { x = 1; }; }',
    "follows": '{ inputs.a.follows = "b"; outputs = { self, ... }: { x = 1; }; }',
    "both": '{ inputs.a.follows = "b"; inputs.a.url = "path:/x"; outputs = { self, ... }: { x = 1; }; }',
    "number": "1",
    "function": "{ outputs = 1; }",
    "missing": '{ inputs.a.url = "path:/nowhere/at-all"; outputs = { self, ... }: { x = 1; }; }',
    "throw": '{ outputs = { self }: { x = throw "no"; }; }',
    "circle": '{ inputs.a.follows = "b"; inputs.b.follows = "a"; outputs = { self, ... }: { x = 1; }; }',
}
TOP = """\
{
  inputs = {
    leaf.url = "path:/tmp/case/leaf";
    mid.url = "path:/tmp/case/mid";
    mid.inputs.leaf.follows = "leaf2";
    leaf2.url = "/tmp/case/leaf2";
    again.follows = "mid/leaf";
    plain = { url = "path:/tmp/case/plain"; flake = false; };
    repo.url = "git+file:///tmp/case/repo?dir=sub";
    rel.url = ./rel;
  };
  outputs = { self, leaf, mid, leaf2, again, plain, repo, rel }: {
    all = {
      inherit (mid) v;
      again = again.v;
      leaf = leaf.v;
      data = builtins.readFile "${plain}/data.txt";
      rev = repo.v;
      info = removeAttrs repo.sourceInfo [ "outPath" ];
      plain = builtins.attrNames plain;
      rel = rel.v;
      same = mid.inputs.leaf.outPath == leaf2.outPath;
      types = map (x: x._type or "none") [ self leaf plain ];
    };
    legacyPackages.x86_64-linux.foo.bar = "legacy";
    packages.x86_64-linux.pk = "pkgs";
  };
}
"""
SCENARIOS = {
    "path": Scenario(
        {
            "flake.nix": '{ inputs.sub.url = "path:./sub"; outputs = { self, sub }: { x = sub.v + 1; inherit self;'
            " names = builtins.attrNames self.sourceInfo; here = builtins.readDir self; }; }\n",
            "sub/flake.nix": "{ outputs = { self }: { v = 41; o = self.outPath; }; }\n",
        },
        [
            "nix eval path:.#x --no-write-lock-file",
            "nix eval path:.#names --json",
            "nix eval path:.#here --json --no-update-lock-file",
            "nix eval path:.#self.inputs.sub.o",
            "cat flake.lock",
            "nix eval .#nope",
            "nix eval .",
            "nix eval . --arg x 1",
            "nix-instantiate --eval --strict -E '(builtins.getFlake \"path:/tmp/case/sub\").v'",
            "nix-instantiate --eval -E 'builtins.getFlake ./.'",
            "nix-instantiate --eval -E 'builtins.getFlake \"./sub\"'",
            "nix eval --expr '(builtins.getFlake \"path:/tmp/case/sub\").v'",
            "nix eval ./nowhere#x",
            "nix eval ./sub/..#x",
        ],
    ),
    "git": Scenario(
        {"flake.nix": SELF % HIDDEN, "dir/flake.nix": SELF % HIDDEN, "file": "1\n"},
        [
            "nix eval --json .#all",
            "nix eval --json ./dir#all",
            "nix eval --json .#names",
            "nix eval --json --impure --expr '(builtins.getFlake \"git+file:///tmp/case?dir=dir\").all'",
            "nix eval --json git+file:///tmp/case?ref=master#all.rev",
            "sh -c 'echo 2 >> file; echo new > untracked'",
            "nix eval --json .#all",
            "nix eval --json .#names",
            "nix eval --json git+file:///tmp/case?ref=master#all.rev",
        ],
        git=("",),
    ),
    "inputs": Scenario(
        {
            "leaf/flake.nix": '{ outputs = { self }: { v = "leaf"; }; }\n',
            "leaf2/flake.nix": '{ outputs = { self }: { v = "leaf2"; }; }\n',
            "mid/flake.nix": '{ inputs.leaf.url = "path:/tmp/case/leaf";'
            ' outputs = { self, leaf }: { v = "mid+" + leaf.v; }; }\n',
            "plain/data.txt": "hello\n",
            "repo/sub/flake.nix": "{ outputs = { self }: { v = self.rev; }; }\n",
            "top/flake.nix": TOP,
            "top/rel/flake.nix": '{ inputs.a.url = "path:./a"; outputs = { self, a }: { v = a.w; }; }\n',
            "top/rel/a/flake.nix": "{ outputs = { self }: { w = self.outPath; }; }\n",
        },
        [
            "nix eval --json ./top#all --no-write-lock-file",
            "nix eval --json ./top#all",
            "nix eval --json ./top#all --no-update-lock-file",
            "cat top/flake.lock",
            "nix eval ./top#foo.bar",
            "nix eval ./top#pk",
            "nix eval ./top#.all.leaf",
            "nix eval ./top#all.leaf --override-input leaf path:/tmp/case/leaf2",
            "nix eval ./top#all.v --override-input mid/leaf path:/tmp/case/leaf",
            "nix eval ./top#all.v --override-input leaf2 ./leaf",
            "nix eval ./top#all.v --override-input nope ./leaf",
            "nix eval ./top#all.v --override-input '' ./leaf",
            "nix eval ./top#all.vv",
            "nix eval ./top#packages --apply builtins.attrNames --json",
            "sed -i 's|leaf2.url = .*|leaf2.url = \"path:/tmp/case/leaf\";|' top/flake.nix",
            "nix eval ./top#all.again --no-update-lock-file",
            "nix eval ./top#all.again --no-write-lock-file",
            "nix eval ./top#all.again",
            "nix-instantiate --eval -E '(builtins.getFlake \"path:/tmp/case/top\").all.again'",
        ],
        git=("repo",),
    ),
    "errors": Scenario(
        {f"{name}/flake.nix": text + "\n" for name, text in ERRORS.items()},
        [f"nix eval path:./{name}#x" for name in ERRORS],
    ),
    "locks": Scenario(
        {f"s{n}/{name}": text for n, lock in enumerate(ALL_LOCKS)
         for name, text in (("flake.nix", LOCKED), ("d/flake.nix", PLAIN), ("flake.lock", lock))},
        [f"nix eval --no-write-lock-file path:./s{n}#foo" for n in range(len(ALL_LOCKS))],
    ),
    "shapes": Scenario(
        {f"s{n}/{name}": text + "\n" for n, flake in enumerate(SHAPES["flakes"])
         for name, text in (("flake.nix", flake), ("d/flake.nix", PLAIN), ("o.nix", "_: { x = 1; }"))},
        [f"nix eval --option flake-registry '' --no-write-lock-file path:./s{n}#x"
         for n in range(len(SHAPES["flakes"]))],
    ),
    "frames": Scenario(
        {f"{name}/flake.nix": text for name, text in FRAMES.items()},
        [f"nix eval --no-write-lock-file {trace} path:./throws#{name}"
         for name in FRAME_NAMES for trace in ("", "--show-trace")]
        + [f"nix eval --no-write-lock-file {trace} path:./{name}#x"
           for name in FRAMES if "/" not in name for trace in ("", "--show-trace")]
        + [f"nix eval --impure --expr '(builtins.getFlake \"path:/tmp/case/{name}\").x'"
           for name in FRAMES if "/" not in name],
    ),
}  # fmt: skip


def options(line: str) -> str:
    """A command line with its options written out."""
    for name, text in OPTIONS.items():
        line = line.replace(name, text)
    return line


for key, row in COMMANDS.items():
    SCENARIOS[key] = Scenario(row["files"], [options(line) for line in row["commands"]], tuple(row["git"]))


def run_scenario(scenario: Scenario, directory: Path, run: Any) -> list[dict[str, Any]]:
    """Run a scenario's commands in an empty directory; *run* takes the words of those of Nix."""
    for name, text in scenario.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(CASE, str(directory)))
        os.utime(path, (TIME, TIME))
    for name in scenario.git:
        for words in (["init", "-q", "-b", "master"], ["add", "."], ["commit", "-q", "-m", "x"]):
            subprocess.run(["git", *words], cwd=directory / name, check=True, env={**ENVIRONMENT, **GIT})
    rows = []
    for line in scenario.commands:
        words = shlex.split(line.replace(CASE, str(directory)))
        if words[0].startswith("nix"):
            code, out, error = run(words, directory)
        else:
            done = subprocess.run(words, cwd=directory, capture_output=True, text=True, check=True)
            code, out, error = 0, done.stdout, ""
        rows.append(
            {"line": line, "rc": code, "stdout": mask(out, directory), "stderr": mask(error, directory)}
        )
    return rows


def mask(text: str, directory: Path) -> str:
    """What is the same wherever and whenever a scenario is run."""
    text = text.replace(str(directory), CASE)
    text = re.sub(r"/nix/store/[0-9a-z]{32}-", "/nix/store/HASH-", text)
    text = re.sub(r"sha256-[0-9A-Za-z+/%]{42,}=?", "sha256-HASH", text)
    text = re.sub(r'(lastModified["=: ]+)\d+', lambda match: match[1] + "TIME", text)
    text = re.sub(r'(lastModifiedDate[": ]+)\d+', lambda match: match[1] + "TIME", text)
    text = re.sub(r"\b[0-9a-f]{40}\b", "REV", text)
    text = re.sub(r'(shortRev|dirtyShortRev)":"[0-9a-f]{7}', r'\1":"REV', text)
    text = "".join(map(mask_excerpt, re.split(r"(?<=\n)(?= *(?:…|at |error:))", text)))
    text = re.sub(r"^ *nixlite (?:downloads no registry|builds nothing).*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"\b[0-9a-f]{64}\b", "FINGERPRINT", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", text)
    text = text.replace("Try 'nixlite --help'", "Try 'nix --help'")
    return re.sub(r"\(\d{4}-\d\d-\d\d\)", "(DATE)", text)


def mask_excerpt(text: str) -> str:
    """A part of a trace without the lines of the source, which may have the directory in them; those of Nix's
    own file are kept."""
    if "«flakes-internal»" in text:
        return text
    return re.sub(r"^( +\d*\| ).*", r"\1…", text, flags=re.MULTILINE)


def main() -> None:
    """Record what a real Nix answers."""
    prefix = [os.path.abspath(sys.argv[1])]

    def run(words: list[str], directory: Path) -> tuple[int, str, str]:
        done = subprocess.run(
            [*prefix, "env", f"HOME={directory}-home", *words], cwd=directory, capture_output=True, text=True, check=False,
            env={**os.environ, **{name: ENVIRONMENT[name] for name in ("NIX_PATH", "NO_COLOR", "TERM")}},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    answers = {}
    for name, scenario in SCENARIOS.items():
        with tempfile.TemporaryDirectory(dir="/tmp") as directory:
            answers[name] = run_scenario(scenario, Path(directory), run)
    ANSWERS.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
