"""A whole tree with nixlite and with real Nix in the same sitting: are all paths the same, and what does it take?

    python -m tests.jobs.measure TREE --nix '../../shared/tools/real-nix nix-instantiate'

TREE is a file or folder as for `nixlite jobs`; Nix evaluates the same attributes in one process, and those that
fail, too, as far as a program can go on after an error (`tryEval`). Each form is run
with nothing kept (`--no-result-cache`), then one process with and without anything changed since (with
`--change FILE`, a copy of the tree is changed). Memory is that of the largest process, shared pages included;
processor time that of all processes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.jobs.test_processes import descendants
from tests.support import ROOT

CALL = """
let
  set = call (import %s);
  call = v: if builtins.isFunction v then v { } else if v ? drvPath then v else if v ? __functor
    then call (v.__functor v) else v;
  get = builtins.foldl' (set: name: call set.${name}) set;
  fails = path: ! (builtins.tryEval (get path).drvPath).success;
in {
  paths = map (path: (get path).drvPath) [
%s
  ];
  fail = map fails [
%s
  ];
}
"""

LAST = (
    r"error: (assertion .* failed|attribute '.*' missing|.* called without required argument '.*'"
    r"|cannot (evaluate|coerce|read|compare|build) .*|expected .* but found .*|infinite recursion encountered"
    r"|undefined variable .*|evaluation aborted .*|path '.*' does not exist.*|stack overflow.*|value is .*"
    r"|(getting status of|opening file) .*|access to .*|unable to .*|derivation .*|Failed to open archive .*|hash mismatch .*)"
)
"""Errors that end a program; a failed assertion may be caught, but what it says may hold another error."""


class Run(NamedTuple):
    """Seconds of the clock and of the processor, MiB of the largest process, exit code, what was printed."""

    seconds: float
    processor: float
    memory: int
    code: int
    output: bytes


def usage(number: int) -> tuple[float, int]:
    """Seconds of processor time that a process has used, and MiB that it takes."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{number}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0, 0
    ticks = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / ticks, pages * os.sysconf("SC_PAGE_SIZE") >> 20


def measured(words: list[str], variables: dict[str, str] | None = None) -> Run:
    """Run a command and look at all its processes meanwhile."""
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        process = subprocess.Popen(
            words, stdout=out, stderr=subprocess.DEVNULL, env={**os.environ, **(variables or {})}
        )
        processor: dict[int, float] = {}
        memory = 0
        while process.poll() is None:
            for number in (process.pid, *descendants(process.pid)):
                seconds, size = usage(number)
                processor[number] = max(processor.get(number, 0.0), seconds)
                memory = max(memory, size)
            time.sleep(0.1)
        seconds = time.monotonic() - began
        out.seek(0)
        return Run(seconds, sum(processor.values()), memory, process.returncode, out.read())


def quoted(text: str) -> str:
    """A name as a Nix string."""
    return json.dumps(text).replace("${", "\\${")


def is_caught(line: dict[str, Any]) -> bool:
    """Whether a program goes on after the error that a job ended in."""
    lines = [text.strip() for text in re.sub(r"\x1b\[[0-9;]*m", "", line["error"]).splitlines()]
    errors = [text for text in lines if text.startswith("error: ")]
    return bool(errors) and re.fullmatch(LAST, errors[-1]) is None


def by_nix(command: str, tree: str, rows: list[dict[str, Any]], folder: str) -> tuple[Run, list[str]]:
    """What Nix says of attributes, in one process; ends the program where it fails at one."""
    paths = [f"[{' '.join(map(quoted, row['attrPath']))}]" for row in rows if "drvPath" in row]
    fail = [
        f"[{' '.join(map(quoted, row['attrPath']))}]" for row in rows if "error" in row and is_caught(row)
    ]
    program = Path(folder) / "all.nix"
    program.write_text(CALL % (tree, "\n".join(paths), "\n".join(fail)), "utf-8")
    run = measured([*shlex.split(command), "--eval", "--strict", "--json", str(program)])
    if run.code:
        sys.exit(
            f"Nix fails at an attribute that nixlite has a path for (exit code {run.code}): {command} --eval …"
        )
    answer = json.loads(run.output)
    print(
        f"of those that fail {len(fail):,} were evaluated by Nix, and {answer['fail'].count(True):,} failed"
    )
    return run, answer["paths"]


def jobs(tree: str, *words: str, cache: str) -> Run:
    """A run of `nixlite jobs`."""
    command = [sys.executable, "-m", "nixlite", "jobs", "--sorted", "--quiet", tree, *words]
    return measured(command, {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": cache})


def row(name: str, run: Run, base: Run | None) -> str:
    """A line of the table."""
    times = f"{run.seconds / base.seconds:.2f}" if base is not None and base.seconds else ""
    return f"| {name} | {run.seconds:.1f} | {times} | {run.processor:.1f} | {run.memory} |"


def told(name: str, run: Run) -> Run:
    """*run*, of which is said at once what it took: a whole tree takes minutes."""
    figures = f"{run.seconds:.1f} s, {run.processor:.1f} s of the processor, {run.memory} MiB"
    print(f"{name}: {figures}, {run.output.count(10):,} lines, code {run.code}", flush=True)
    return run


FORMS = {
    "1 process": [],
    "2 processes": ["--workers", "2"],
    "Dask with 2 workers": ["--cluster", "local:2"],
}


def main() -> int:
    """Measure, print the table; 1 where a path differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tree")
    parser.add_argument("--nix", help="the command nix-instantiate")
    parser.add_argument("--change", help="a file of the tree that is changed, for the last row")
    parser.add_argument("--forms", default=",".join(FORMS), help="which forms to run")
    given = parser.parse_args()
    tree = str(Path(given.tree).resolve())
    with tempfile.TemporaryDirectory() as folder:
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        runs: dict[str, Run] = {}
        for name in given.forms.split(","):
            runs[name] = told(name, jobs(tree, "--no-result-cache", *FORMS[name], cache=cache))
        first = next(iter(runs.values()))
        same = all(run.output == first.output for run in runs.values())
        rows = [json.loads(line) for line in first.output.splitlines()]
        found = [line for line in rows if "drvPath" in line]
        nix: Run | None = None
        wrong: list[Any] = []
        if given.nix:
            nix, paths = by_nix(given.nix, tree, rows, folder)
            told("Nix", nix)
            wrong = [line["attr"] for line, path in zip(found, paths, strict=True) if line["drvPath"] != path]
        if given.change:
            runs |= changed(tree, given.change, folder)
    print(
        f"\n{len(found):,} jobs, {len(rows) - len(found):,} that fail; {len(wrong)} paths differ: {wrong[:5]}"
    )
    print(f"all forms print the same: {same}\n")
    print("| | seconds | of Nix's | processor | MiB |\n|---|---|---|---|---|")
    if nix is not None:
        print(row("Nix, 1 process", nix, nix))
    for name, run in runs.items():
        print(row(name, run, nix))
    return 1 if wrong or not same else 0


def changed(tree: str, file: str, folder: str) -> dict[str, Run]:
    """Runs on a copy of the tree: everything, with notes taken; nothing changed; one file changed."""
    copy = f"{folder}/tree"
    subprocess.run(["cp", "-r", tree, copy], check=True)
    cache = f"{folder}/cache"
    runs = {"2 processes, kept": told("kept", jobs(copy, "--workers", "2", cache=cache))}
    runs["nothing changed"] = told("nothing changed", jobs(copy, "--workers", "2", cache=cache))
    path = Path(copy) / file
    path.write_text(f"{path.read_text('utf-8')}\n# changed\n", "utf-8")
    runs["one file changed"] = told("one file changed", jobs(copy, "--workers", "2", cache=cache))
    assert (
        runs["one file changed"].output
        == jobs(copy, "--no-result-cache", "--workers", "2", cache=cache).output
    )
    return runs


if __name__ == "__main__":
    sys.exit(main())
