"""Evaluating under observation: `--profile`, `--stats`, and what Nix has for them; loaded when asked for.

    --profile FILE                 eval-profiler = flamegraph, eval-profile-file = FILE
    --profile-frequency N          eval-profiler-frequency = N
    --stats                        NIX_SHOW_STATS=1 in the environment; NIX_SHOW_STATS_PATH names a file
    --profile-calls                NIX_COUNT_CALLS=1: which functions and builtins were called how often

Profiles are written whatever comes of the evaluation, counters only where it succeeds (both as in Nix).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.drives import given_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.cli.command import Command
    from nixlite.evaluator import Evaluator
    from nixlite.observe.stacks import Stacks


def observed_run(command: Command, evaluator: Evaluator, run: Callable[[], int]) -> int:
    """The exit code of `run()`, observed as command line, settings and environment ask for."""
    if command.count_calls or profile_wanted(command) or command.host.has_env("NIX_SHOW_STATS"):
        command.host.unkept("what is observed")
    if counters_wanted(command):
        run = counted(command, evaluator, run)
    if profile_wanted(command):
        run = profiled(command, evaluator, run)
    return run()


def counters_wanted(command: Command) -> bool:
    """Whether counters are asked for; `NIX_SHOW_STATS` may have any value but `0`, as in Nix."""
    host = command.host
    asked: bool = command.stats or command.count_calls
    return asked or (host.has_env("NIX_SHOW_STATS") and host.get_env("NIX_SHOW_STATS") != "0")


def profile_wanted(command: Command) -> bool:
    """Whether a profile is asked for."""
    return bool(command.profile) or command.settings.get("eval-profiler", "disabled") == "flamegraph"


# -- profiles


def profiled(command: Command, evaluator: Evaluator, run: Callable[[], int]) -> Callable[[], int]:
    """*run* with a profile written at its end. Raises NixError where that cannot be."""
    from nixlite.observe.sampling import Profiler, open_profile
    from nixlite.observe.stacks import nix_stacks

    settings = command.settings
    name = command.profile or settings.get("eval-profile-file", "nix.profile")
    path = given_path(name, settings.cwd)
    profiler = Profiler(settings.get("eval-profiler-frequency", 99))
    open_profile(command.host, path)

    def run_profiled() -> int:
        try:
            with profiler:
                return run()
        finally:
            write_profile(path, nix_stacks(profiler.samples, evaluator))

    return run_profiled


def write_profile(path: str, stacks: Stacks) -> None:
    """Write a profile: a picture where the file's name ends in `.svg`, else collapsed stacks."""
    from nixlite.host.real import fs_path, os_error

    if path.endswith(".svg"):
        from nixlite.observe.flame import svg

        data = svg(stacks).encode("utf-8", "replace")
    else:
        data = stacks.collapsed().encode("utf-8", "surrogateescape")
    try:
        with open(fs_path(path), "wb") as file:
            file.write(data)
    except OSError as error:
        raise os_error(f'writing to file "{path}"', error) from None


# -- counters


def counted(command: Command, evaluator: Evaluator, run: Callable[[], int]) -> Callable[[], int]:
    """*run* with counters written when it has succeeded."""
    from nixlite.observe.stats import Statistics

    host = command.host
    calls = command.count_calls or (
        host.has_env("NIX_COUNT_CALLS") and host.get_env("NIX_COUNT_CALLS") != "0"
    )
    statistics = Statistics(evaluator)

    def run_counted() -> int:
        with statistics:
            code = run()
        write_counters(command, statistics.text(each=calls))
        return code

    return run_counted


def write_counters(command: Command, text: str) -> None:
    """Write counters to the standard error or to the file that NIX_SHOW_STATS_PATH names.

    As in Nix, one that cannot be written is passed over in silence, and `-` means the standard error.
    """
    from nixlite.host.real import fs_path

    path = command.host.get_env("NIX_SHOW_STATS_PATH") or "-"
    if path == "-":
        command.host.write_aside(text)
        return
    try:
        with open(fs_path(path), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return
