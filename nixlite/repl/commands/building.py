"""Building, which nixlite leaves to an installed Nix: `:b`, `:bl`, `:i`, `:sh`, `:u`, `:log`.

The derivation and what it needs are given to that Nix as `nix-store --import` takes them.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.formats.nix.evaluated import derivation_path
from nixlite.installed.commands import give_to_nix, run
from nixlite.repl.commands.declaring import command
from nixlite.runtime.call import call
from nixlite.runtime.operators import is_derivation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Value

SHELL_PACKAGE = 'drv: (import <nixpkgs> {}).runCommand "shell" { buildInputs = [ drv ]; } ""'


@command(":b", argument="<expr>", help="Build a derivation")
def build(conversation: Conversation, text: str) -> str:
    """Hand the derivation to an installed Nix and name the outputs."""
    return build_outputs(conversation, conversation.evaluate(text))


@command(
    ":bl",
    argument="<expr>",
    help="Build a derivation, creating GC roots in the\nworking directory",
)
def build_and_link(conversation: Conversation, text: str) -> str:
    """As `:b`, with links `repl-result-…` that keep the outputs from being collected."""
    return build_outputs(conversation, conversation.evaluate(text), link=True)


@command(":i", argument="<expr>", help="Build derivation, then install result into\ncurrent profile")
def install(conversation: Conversation, text: str) -> str:
    """`nix-env -i` of the derivation."""
    return hand_over(conversation, conversation.evaluate(text), ["nix-env", "-i"])


@command(":sh", argument="<expr>", help="Build dependencies of derivation, then start\nnix-shell")
def shell(conversation: Conversation, text: str) -> str:
    """`nix-shell` of the derivation."""
    return hand_over(conversation, conversation.evaluate(text), ["nix-shell"])


@command(":u", argument="<expr>", help="Build derivation, then start nix-shell")
def use(conversation: Conversation, text: str) -> str:
    """`nix-shell` of a derivation that has the given one as its input."""
    value = conversation.evaluate(text)
    make = conversation.evaluator.evaluate_source(conversation.source(SHELL_PACKAGE), conversation.scope)
    return hand_over(conversation, call(make, value), ["nix-shell"])


@command(":log", argument="<expr>", help="Show logs for a derivation")
def show_log(conversation: Conversation, text: str) -> str:
    """`nix-store --read-log` of the derivation."""
    return hand_over(conversation, conversation.evaluate(text), ["nix-store", "--read-log"])


def derivation_of(conversation: Conversation, value: Value) -> str:
    """The store path of the .drv file; raises NixError for what is no derivation."""
    if type(value) is not dict or not is_derivation(value):
        raise NixError("expression does not evaluate to a derivation, so I can't build it")
    if "drvPath" not in value:
        raise NixError("expression did not evaluate to a valid derivation (no 'drvPath' attribute)")
    return derivation_path(conversation.evaluator.state, value["drvPath"])


def build_outputs(conversation: Conversation, value: Value, *, link: bool = False) -> str:
    """Build all outputs and say where they are; with *link* they get links in the working directory."""
    drv_path = derivation_of(conversation, value)
    host = conversation.evaluator.state.host
    give_to_nix(host, conversation.evaluator.state.store, drv_path)
    conversation.give_terminal()
    realise = ["nix-store", *conversation.build_options, "--no-gc-warning", "--realise"]
    run(host, [*realise, drv_path], capture=True)
    outputs = conversation.evaluator.state.store.read_derivation(drv_path).outputs
    lines = ["", "This derivation produced the following outputs:"]
    for name in sorted(outputs):
        # It tells the paths of several in an order of its own; some are only known when they are built.
        path = outputs[name].path or run(host, [*realise, f"{drv_path}!{name}"], capture=True).strip()
        if link:
            root = f"repl-result-{name}"
            run(host, [*realise, path, "--add-root", root], capture=True)
            lines.append(f"  ./{root} -> {path}")
        else:
            lines.append(f"  {name} -> {path}")
    return "\n".join(lines)


def hand_over(conversation: Conversation, value: Value, words: Sequence[str]) -> str:
    """Run a command of the installed Nix on the derivation."""
    drv_path = derivation_of(conversation, value)
    host = conversation.evaluator.state.host
    give_to_nix(host, conversation.evaluator.state.store, drv_path)
    conversation.give_terminal()
    run(host, [*words, *conversation.build_options, drv_path])
    return ""
