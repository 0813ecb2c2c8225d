"""`nixlite cache`: compiled sources and what else is kept on disk; filling, looking at and clearing it."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, turn_on
from nixlite.cli.sources import file_path
from nixlite.cli.starting import start
from nixlite.errors import EvalError, UsageError, did_you_mean
from nixlite.spelling import natural

if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.observe.warm import Outcome

FAILURE = 1
ACTIONS = ("warm", "info", "clear")


def set_jobs(command: CacheCommand, words: list[str]) -> None:
    """The action of `--jobs`."""
    text = words[0]
    jobs = natural(text)
    if not jobs:
        raise UsageError(f"'--jobs' takes a number of processes, not '{text}'")
    command.jobs = jobs


FLAGS: Flags = {
    "--stale": Flag("", turn_on("stale"), "clear: only what other versions of nixlite or Python have left"),
    "--json": Flag("", turn_on("json"), "info: print JSON"),
    "--include": EVALUATION["--include"],
    "--impure": EVALUATION["--impure"],
    **COMMON,
    "--jobs": Flag("n", set_jobs, "warm: this many processes (one for each processor)", "-j"),
}


class CacheCommand(Command):
    """The command line of `nixlite cache`."""

    program = "nixlite"
    shows_progress = False  # it has a bar
    usage = "nixlite cache warm [flags] PATH… | nixlite cache info [--json] | nixlite cache clear [--stale]"
    description = (
        "Compile sources ahead, and tell or clear what is kept of them on disk. 'warm' compiles all "
        ".nix files at or below the given paths (which may be <…>) for programs that run later with the same "
        "settings; files with mistakes "
        "are listed, and the exit code is then 1. 'info' tells what is there, 'clear' removes it. Evaluation "
        "is impure unless --pure-eval is given, which is compiled for apart."
    )
    flags = FLAGS
    jobs = 0
    json = False
    stale = False

    def run(self) -> int:
        """Do what the first word says."""
        action = self.words.pop(0) if self.words else ""
        if action not in ACTIONS:
            what = f"'{action}' is not something to do with the cache" if action else "say what is to be done"
            raise UsageError(f"{what}: 'warm', 'info' or 'clear'", hint=did_you_mean(action, ACTIONS))
        if self.words and action != "warm":
            raise UsageError(f"unexpected argument '{self.words[0]}'")
        if action == "info":
            return self.info()
        return self.warm() if action == "warm" else self.clear()

    def directory(self) -> str:
        """Where the cache is. Raises UsageError where there is none."""
        directory = self.host.cache_directory() if self.cache else None
        if directory is None:
            raise UsageError("there is no cache" + ("" if self.cache else ": '--no-cache' says so"))
        return directory

    # -- warm

    def warm(self) -> int:
        """Compile trees into the cache."""
        from nixlite.observe import line, warm

        if not self.words:
            raise UsageError("there is nothing to compile: name files or directories")
        self.directory()
        evaluator = start(self)
        began = monotonic()
        paths = self.paths(evaluator)
        self.check(evaluator)
        jobs = self.jobs or processors()
        bar = line.Bar(self.host, "compiling", len(paths), quiet=not self.talks)
        outcomes = []
        self.host.flush()  # what is not yet written would be written by each process
        try:
            for outcome in warm.compile_all(EvaluatorMaker(self), paths, jobs):
                outcomes.append(outcome)
                bar.step(outcome.path)
        finally:
            bar.end()
        return self.report(outcomes, monotonic() - began)

    def paths(self, evaluator: Evaluator) -> list[str]:
        """The files that the command line names."""
        from nixlite.observe.warm import files_below

        found: dict[str, None] = {}
        for word in self.words:
            path = file_path(evaluator, word)
            if not self.host.exists(self.host.real_path(path)):
                raise EvalError(f"path '{path}' does not exist")
            found.update(dict.fromkeys(files_below(self.host, path)))
        return list(found)

    def check(self, evaluator: Evaluator) -> None:
        """Raise EvalError where nothing could be kept."""
        cache = evaluator.cache
        assert cache is not None
        if not cache.prepare():
            raise EvalError(f"cannot keep anything in '{cache.directory}': it must be ours, and only ours")

    def report(self, outcomes: list[Outcome], seconds: float) -> int:
        """Say what was done, and what is wrong with which files."""
        from nixlite.observe.warm import COMPILED, FAILED, PRESENT, UNKEPT

        count = dict.fromkeys((COMPILED, PRESENT, UNKEPT, FAILED), 0)
        for outcome in outcomes:
            count[outcome.kind] += 1
        parts = [f"{count[COMPILED]} compiled", f"{count[PRESENT]} there already"]
        if count[UNKEPT]:
            parts.append(f"{count[UNKEPT]} not kept, for they warn")
        if count[FAILED]:
            parts.append(f"{count[FAILED]} with mistakes")
        failures = sorted(outcome.message for outcome in outcomes if outcome.kind == FAILED)
        self.host.write_stdout(f"{files(len(outcomes))}: {', '.join(parts)} ({seconds:.1f} s)\n")
        self.host.write_stderr("".join(f"error: {message}\n" for message in failures))
        return FAILURE if failures else 0

    # -- info and clear

    def info(self) -> int:
        """Print what is in the cache."""
        from nixlite.cache.bounds import MOST_BYTES, MOST_ENTRIES
        from nixlite.cache.files import version_folder
        from nixlite.observe.entries import versions

        directory = self.directory()
        found = versions(directory, version_folder())
        answers, starts, steps = self.kept("results"), self.kept("modules"), self.kept("jobs")
        if self.json:
            import json  # seldom

            rows = [version._asdict() for version in found]
            data = {
                "directory": directory,
                "versions": rows,
                "bounds": {"entries": MOST_ENTRIES, "size": MOST_BYTES},
                "answers": {"entries": answers[0], "size": answers[1]},
                "start": {"entries": starts[0], "size": starts[1]},
                "jobs": {"entries": steps[0], "size": steps[1]},
            }
            self.host.write_stdout(json.dumps(data, indent=2) + "\n")
            return 0
        current, others = found[0], found[1:]
        entries, size = sum(row.entries for row in others), sum(row.size for row in others)
        lines = [
            f"directory       {directory}",
            f"this version    {counted(current.entries)}, {amount(current.size)}   ({current.name})",
            f"other versions  {counted(entries)}, {amount(size)}"
            + ("   (cache clear --stale)" * bool(others)),
            f"at most         {counted(MOST_ENTRIES)}, {amount(MOST_BYTES)}; what is not used goes first",
            f"answers         {counted(answers[0])}, {amount(answers[1])}",
            f"start-up        {counted(starts[0])}, {amount(starts[1])}",
            f"jobs            {counted(steps[0])}, {amount(steps[1])}",
        ]
        self.host.write_stdout("\n".join(lines) + "\n")
        return 0

    def clear(self) -> int:
        """Remove entries."""
        import sys

        from nixlite.cache.files import version_folder
        from nixlite.observe.entries import clear

        sys.dont_write_bytecode = True  # or `loading` would write its file anew when this ends
        removed, freed = clear(self.directory(), version_folder(), stale=self.stale)
        if not self.stale:
            for folder in ("results", "modules", "jobs"):
                entries, size = self.kept(folder, remove=True)
                removed, freed = removed + entries, freed + size
        self.host.write_stdout(f"removed {counted(removed)}, {amount(freed)}\n")
        return 0

    def kept(self, folder: str, *, remove: bool = False) -> tuple[int, int]:
        """How much is kept beside the compiled sources, and how many bytes; removed if that is wanted."""
        from nixlite.observe.entries import check, kept
        from nixlite.observe.entries import remove as remove_entry

        home = self.host.cache_home()
        rows = kept(home, folder) if home is not None else []
        if remove and home is not None:
            check(f"{home}/{folder}")
            for path, _ in rows:
                remove_entry(path)
        return len(rows), sum(size for _, size in rows)


class EvaluatorMaker:
    """Makes the evaluator of a compiling process; plain data, so that it can be sent to one."""

    def __init__(self, command: Command) -> None:
        from nixlite.host.settings import ignore_warning

        self.settings = command.settings.copy()
        self.settings.warn = ignore_warning
        directory = command.host.cache_directory()
        assert directory is not None
        self.directory = directory

    def __call__(self) -> Evaluator:
        """The evaluator; what it has to say is kept, for `compile_file` tells what went wrong."""
        from nixlite.cache.files import Cache
        from nixlite.evaluator import Evaluator
        from nixlite.host.capturing import CapturingHost

        return Evaluator(self.settings, CapturingHost(), Cache(self.directory))


def processors() -> int:
    """How many processors this process may use."""
    import os

    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def files(count: int) -> str:
    """`3 files`."""
    return f"{count} file{'' if count == 1 else 's'}"


def counted(count: int) -> str:
    """`3 entries`."""
    return f"{count} entr{'y' if count == 1 else 'ies'}"


def amount(size: int) -> str:
    """Bytes as people say them: `4.2 MB`."""
    if size < 1000:
        return f"{size} bytes"
    power = 1 if size < 999_950 else 2 if size < 999_950_000 else 3
    return f"{size / 1000**power:.1f} {'kMG'[power - 1]}B"
