"""The evaluator of a command, made once the command line has been read, and evaluating as it asks."""

from __future__ import annotations

from nixlite.host.settings import TALKATIVE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.cli.command import Command
    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host


def start(command: Command, host: Host | None = None) -> Evaluator:
    """The evaluator, made now that the settings are known; *host*: another than the command's."""
    from nixlite.cache.files import Cache
    from nixlite.evaluator import Evaluator

    directory = command.host.cache_directory() if command.cache else None
    cache = Cache(directory) if directory else None
    evaluator = command.evaluator = Evaluator(command.settings, host or command.host, cache)
    if command.budget is not None:
        evaluator.limit(command.budget)
    told = "evaluating file '«nix-internal»/derivation-internal.nix'"  # Nix does so at once
    evaluator.state.tell(TALKATIVE, told)
    if command.watch is not None:
        command.watch.follow(evaluator)
    if command.shows_progress and command.watch is None and command.talks and command.host.stderr_colour():
        from nixlite.observe.watch import PATIENCE, Watch

        command.watch = Watch(command.host, evaluator, command.patience or PATIENCE)
        command.watch.start()  # until `unwatch`, when the command is over at the latest
    if command.registry_flags:
        from nixlite.cli.flake.locking import apply_registry_flags

        apply_registry_flags(command, evaluator)
    return evaluator


def observed(command: Command, run: Callable[[], int]) -> int:
    """The exit code of `run()`, which evaluates; with a profile or counters where they are asked for."""
    profile = command.profile or command.settings.get("eval-profiler", "disabled") != "disabled"
    if not (profile or command.stats or command.count_calls or command.host.has_env("NIX_SHOW_STATS")):
        return run()
    from nixlite.cli.observing import observed_run

    assert command.evaluator is not None
    return observed_run(command, command.evaluator, run)
