"""The commands of a session, in the order in which `:?` shows them."""

from __future__ import annotations

from nixlite.repl.commands import (
    building,
    explaining,
    learning,
    names,
    options,
    outside,
    overview,
    packages,
    places,
    searching,
    stopped,
    values,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.commands.declaring import ReplCommand

COMMANDS: list[ReplCommand] = [
    names.add,
    building.build,
    building.build_and_link,
    places.edit,
    building.install,
    names.load,
    names.load_flake,
    names.show_last_loaded,
    values.print_whole,
    outside.leave,
    names.reload,
    building.shell,
    values.describe_type,
    building.use,
    places.document,
    building.show_log,
    options.show_traces,
    overview.show_help,
    # not in nix repl
    packages.show_arguments,
    packages.call_package,
    explaining.show_why,
    explaining.show_stale,
    explaining.show_override,
    explaining.show_layers,
    explaining.show_steps,
    learning.open_lesson,
    values.print_json,
    places.show_position,
    places.show_source,
    values.show_diff,
    names.list_scope,
    searching.search,
    options.set_option,
    values.time_it,
    values.profile,
    outside.run_shell,
    outside.save,
    outside.show_history,
    stopped.debug,
    # in the debugger
    stopped.environment,
    stopped.backtrace,
    stopped.select_trace,
    stopped.go_up,
    stopped.go_down,
    stopped.go_on,
    stopped.step,
]
