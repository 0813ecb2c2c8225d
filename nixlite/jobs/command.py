"""`nixlite jobs`: the derivations of a whole set, a line of JSON each, as `nix-eval-jobs` prints them."""

from __future__ import annotations

from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, ignore, number, store, turn_on
from nixlite.cli.flake.locking import LOCKING
from nixlite.errors import UsageError
from nixlite.jobs.asking import Asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MIB = 1 << 20
LEAST_MIB = 32

NO_STORE = (
    "'--check-cache-status' asks a Nix store and its binary caches what is built already, and nixlite has"
    " neither"
)


def add_expression(command: Any, words: list[str]) -> None:
    """The action of `--expr`; with `--diff` it may be given twice."""
    command.expressions.append(words[0])


def bound(name: str) -> Callable[[Any, list[str]], None]:
    """The action of a flag that limits a run, or what each attribute may use."""

    def act(command: Any, words: list[str]) -> None:
        from nixlite.cli.limits import limit  # seldom

        command.bounds[name] = limit(name.removeprefix("attr_"), words[0])

    return act


def compare(command: Any, words: list[str]) -> None:
    """The action of `--diff`; exit codes are those of `nixlite diff`."""
    command.diff, command.failure = True, 2


def set_store(command: Any, words: list[str]) -> None:
    """The action of `--store`; a plain name is a directory too, where it names no store of Nix's."""
    plain = "/" not in words[0] and words[0] not in ("auto", "daemon", "local", "dummy", "")
    command.store_uri = f"./{words[0]}" if plain else words[0]


def no_store(command: Any, words: list[str]) -> None:
    """The action of `--check-cache-status`."""
    raise UsageError(
        NO_STORE,
        hint="The lines have 'outputs': ask a cache for their hashes (HASH.narinfo), or nix-eval-jobs.",
    )


BOUNDS: Flags = {
    "--max-seconds": Flag("n", bound("seconds"), "end after N seconds; lines found until then are printed"),
    "--max-attr-seconds": Flag("n", bound("attr_seconds"), "an attribute that takes longer is an error"),
    "--max-steps": Flag("n", bound("steps"), "so is one that starts more functions and thunks"),
    "--max-memory": Flag("bytes", bound("memory"), "one at which the process grows by more: 500M, 2G"),
    "--max-output": Flag("bytes", bound("output"), "one that writes more text: meta, toJSON, trace"),
    "--max-depth": Flag("n", bound("depth"), "one with more calls within each other"),
    "--max-fetch-bytes": Flag("bytes", bound("fetch_bytes"), "one that gets more over the network"),
}
"""As of other commands, but for the set itself and then for each attribute, save the first."""

FLAGS: Flags = {
    "--expr": Flag("expr", add_expression, "evaluate an expression", "-E"),
    "--flake": Flag("", turn_on("flake"), "what is named is a flake, whatever it looks like"),
    "--select": Flag("expr", store("select"), "apply a function to the set before it is gone into"),
    "--apply": Flag("expr", store("apply"), "apply a function to each derivation: its 'extraValue'"),
    "--force-recurse": Flag("", turn_on("everywhere"), "go into all sets, with recurseForDerivations or not"),
    "--meta": Flag("", turn_on("meta"), "print 'meta' as well"),
    "--show-input-drvs": Flag("", turn_on("input_drvs"), "print 'inputDrvs' as well"),
    "--constituents": Flag("", turn_on("constituents"), "resolve aggregates of Hydra's"),
    "--no-instantiate": Flag("", turn_on("bare"), "print only what needs no .drv file"),
    "--check-cache-status": Flag("", no_store),
    "--sorted": Flag("", turn_on("sorted"), "print the lines at the end, by attribute path"),
    "--diff": Flag("", compare, "tell which jobs another version of the set has otherwise: OLD NEW"),
    "--workers": Flag("n", number("workers", 1), "evaluate in N processes (1)"),
    "--max-memory-size": Flag(
        "mib", number("max_memory_size", LEAST_MIB), "memory that a process may take, in MiB (4096)"
    ),
    "--no-fork": Flag("", turn_on("no_fork"), "start processes anew, as where none can be forked"),
    "--cluster": Flag("address", store("cluster"), "evaluate on a cluster of Dask's; local:N makes one here"),
    "--shared-files": Flag("", turn_on("shared_files"), "the cluster sees the same files: send none"),
    "--store": Flag("dir", set_store, "write .drv files and what they need to DIR/nix/store"),
    "--gc-roots-dir": Flag("dir", store("gc_roots_dir"), "make a link to each .drv file in DIR"),
    **{name: flag for name, flag in EVALUATION.items() if not name.startswith("--max-")},
    **BOUNDS,
    **COMMON,
    "--no-result-cache": Flag(
        "", turn_on("no_result_cache"), "evaluate all, whatever was found before, and keep nothing"
    ),
    "--refresh": Flag("", ignore),
    **LOCKING,
}


class Jobs(Asking):
    """The command line of `nix-eval-jobs`, and doing what it says."""

    usage = (
        "nixlite jobs [flags] (FILE[#ATTRPATH] | FLAKE#ATTRPATH | --expr EXPR)\n"
        "       nixlite jobs --diff [flags] OLD NEW"
    )
    description = (
        "Print a line of JSON for each derivation in a set, as nix-eval-jobs does. It has 'attr',\n"
        "'attrPath', 'name', 'system', 'drvPath', 'outputs'; one that cannot be evaluated has 'error'.\n"
        "Sets below the first are gone into where they have 'recurseForDerivations = true'. Of a flake\n"
        "without ATTRPATH 'hydraJobs' is taken, or else the packages; with '--select' it is a set of\n"
        "'outputs' and 'inputs'.\n\n"
        "With '--diff' there is a line for each job that another version of the set has otherwise: added,\n"
        "removed, changed (to be rebuilt or not), broken, mended.\n\n"
        "Limits are for the set itself and then for each attribute anew: one that goes beyond them is an\n"
        "error, and the rest goes on. '--max-seconds' ends the run.\n\n"
        "The exit code is 0 where all could be looked at, also if jobs fail, and 1 where the set itself\n"
        "cannot be evaluated or time is up; with '--diff' 1 where anything is different, and 2 where\n"
        "nobody can tell."
    )
    flags = FLAGS

    def run(self) -> int:
        """Find the jobs and print them."""
        from nixlite.jobs.running import run_jobs

        self.check()
        return run_jobs(self)

    def check(self) -> None:
        """See whether what the command line asks for goes together."""
        named = len(self.words) + len(self.expressions)
        if not named:
            raise UsageError("there is nothing to evaluate: name a file or flake, or give '--expr EXPR'")
        if self.diff and named != 2:
            raise UsageError(f"'--diff' compares two sets, not {named}: OLD NEW, or '--expr EXPR' for each")
        if named > 1 and not self.diff:
            word = [*self.words, *self.expressions][1]
            raise UsageError(f"unexpected argument '{word}': there can be one set")
        wanted = {
            "--show-input-drvs": self.input_drvs,
            "--constituents": self.constituents,
            "--store": self.store_uri,
            "--gc-roots-dir": self.gc_roots_dir,
        }
        if self.diff and self.constituents:
            raise UsageError("'--diff' and '--constituents' are exclusive")
        clashing = [name for name, given in wanted.items() if given]
        if self.bare and clashing:
            raise UsageError(
                f"--no-instantiate is incompatible with: {', '.join(clashing)}."
                " These features require instantiated derivations."
            )
        if self.cluster:
            self.check_cluster()
        if self.gc_roots_dir and not self.store_directory():
            self.settings.warn(
                f"no store is written, so that the links in '{self.gc_roots_dir}' lead nowhere;"
                " '--store DIR' names one"
            )

    def check_cluster(self) -> None:
        """See whether what is asked for can be had from a cluster."""
        refused = {
            "--store": self.store_uri,
            "--gc-roots-dir": self.gc_roots_dir,
            "--constituents": self.constituents,
            "--workers": self.workers > 1,
        }
        for name, given in refused.items():
            if given:
                raise UsageError(f"'--cluster' and '{name}' are exclusive")
