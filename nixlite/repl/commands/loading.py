"""Files and sets whose attributes become variables: `:l`, `:a`, `:r` and the command line."""

from __future__ import annotations

import os

from nixlite.builtins.flakes import flake_of
from nixlite.cli.auto_call import auto_call
from nixlite.cli.sources import file_path
from nixlite.drives import given_path
from nixlite.errors import NixError
from nixlite.runtime.values import NixPath
from nixlite.spelling import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator
    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


def load_file(conversation: Conversation, name: str) -> None:
    """Evaluate a file, call it if it is a function of named arguments, and bring its attributes into scope.

    `nix repl` remembers the name for `:r` even if that fails; here a failing file is not remembered.
    """
    if conversation.style.compat:
        remember(conversation, name)
    conversation.add_attributes(evaluate_file(conversation, name), name)
    remember(conversation, name)


def forget_files(conversation: Conversation) -> None:
    """Have every file be read again when it is next imported: it may have changed."""
    conversation.evaluator.files.clear()
    conversation.watch.stamps.clear()
    conversation.failures.clear()
    conversation.watches.clear()
    conversation.recording = None


def remember(conversation: Conversation, name: str) -> None:
    """Have `:r` load *name* as the last."""
    if name in conversation.files:
        conversation.files.remove(name)
    conversation.files.append(name)


def evaluate_file(conversation: Conversation, name: str) -> Value:
    """The value of the file that *name* means on the command line: a path or `<a/lookup/path>`."""
    path = resolve_file(conversation, name)
    return auto_call(conversation.evaluator.import_file(NixPath(path)), conversation.auto_arguments)


def resolve_file(conversation: Conversation, name: str) -> str:
    """The path that *name* means; a missing `lib.nix` is the bundled one, with a notice."""
    path = file_path(conversation.evaluator, name)
    if not conversation.style.compat and "/" not in name and not conversation.evaluator.host.exists(path):
        bundled = bundled_file(name)
        if bundled is not None:
            conversation.notice(f"There is no {name} here, so this is the bundled one: {bundled}")
            return bundled
    return path


def bundled_file(name: str) -> str | None:
    """The absolute path of a library file that comes with nixlite."""
    from nixlite.resources import stdlib_directory

    path = os.path.join(stdlib_directory(), name)
    return path if name.endswith(".nix") and os.path.isfile(path) else None


def load_all(conversation: Conversation, former: dict[str, Lazy] | None = None) -> None:
    """Load the files, flakes and expressions that the session was told of.

    In the style of `nix repl` the first error stops it; else an error is shown, and the others are loaded all
    the same. Of what fails, the names in *former* stay.
    """
    files, flakes = conversation.files, conversation.flakes
    conversation.files, conversation.flakes = [], []
    for name in files:
        conversation.notice(f"Loading {quote(name)}...")
        if not loaded(conversation, name, lambda name=name: load_file(conversation, name), former or {}):
            remember(conversation, name)
    for what, evaluate in conversation.startup:
        if conversation.style.compat or what:
            conversation.notice(f"Loading installable '{what}'...")
        origin = what or "the command line"

        def add(evaluate: Callable[[], Value] = evaluate, origin: str = origin) -> None:
            conversation.add_attributes(evaluate(), origin)

        loaded(conversation, origin, add, former)
    for reference in flakes:
        conversation.notice(f"Loading flake '{reference}'...")
        if not loaded(conversation, reference, lambda ref=reference: load_flake(conversation, ref), former):
            conversation.flakes.append(reference)


def loaded(
    conversation: Conversation, origin: str, load: Callable[..., None], former: dict[str, Lazy] | None
) -> bool:
    """Load; whether that went well. Raises the error where loading stops, which at the start it does for all
    but files."""
    try:
        load()
    except NixError as error:
        if conversation.style.compat or former is None:
            raise
        conversation.fail(error)
        kept = {n: x for n, x in former.items() if conversation.origins.get(n) == origin}
        conversation.scope.update(kept)
        if kept:
            conversation.notice(f"What {origin} gave before stays.")
        return False
    return True


def reload_all(conversation: Conversation) -> None:
    """Load everything anew, files having changed perhaps.

    `nix repl` forgets what was bound by hand, and everything if a file cannot be loaded; here it stays.
    """
    forget_files(conversation)
    former, conversation.scope = conversation.scope, {}
    if conversation.style.compat:
        conversation.own = {}
    try:
        load_all(conversation, former)
    finally:
        conversation.scope.update(conversation.own)
        conversation.origins.update(dict.fromkeys(conversation.own, "bound by hand"))


def load_flake(conversation: Conversation, reference: str) -> None:
    """Bring the outputs of a flake into scope (`:lf`), by way of `builtins.getFlake`."""
    if not reference:
        raise NixError(
            "cannot use ':load-flake' without a path specified. (Use '.' for the current working directory.)"
        )
    conversation.add_attributes(flake_value(conversation.evaluator, reference), reference)
    if reference in conversation.flakes:
        conversation.flakes.remove(reference)
    conversation.flakes.append(reference)


def flake_value(
    evaluator: Evaluator, reference: str, get: Callable[[State, str], dict[str, Lazy]] = flake_of
) -> dict[str, Lazy]:
    """What `builtins.getFlake` makes of a reference; a path is one from the working directory.

    *get* does so. It is not called as a builtin, which would be a row of the trace that Nix has not.
    """
    text = reference
    if reference.startswith((".", "/")):
        directory = given_path(reference, evaluator.settings.cwd)
        if not evaluator.host.exists(directory):
            raise NixError(f"getting status of {quote(directory)}: No such file or directory")
        text = f"path:{directory}"
    flake: dict[str, Lazy] = evaluator.guard(lambda given: get(evaluator.state, given), text)
    return flake
