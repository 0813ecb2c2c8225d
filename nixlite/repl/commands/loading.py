"""Files and sets whose attributes become variables: `:l`, `:a`, `:r` and the command line."""

from __future__ import annotations

import os

from nixlite.cli.auto_call import auto_call
from nixlite.cli.sources import file_path
from nixlite.errors import NixError
from nixlite.runtime.values import NixPath
from nixlite.spelling import attribute_name, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.session import Session
    from nixlite.runtime.values import Lazy, Value

NAMES_SHOWN = 20


def added_text(attrs: dict[str, Lazy], *, names: bool) -> str:
    """`Added 2 variables.`, which is always plural, and with *names* the first twenty of them."""
    text = f"Added {len(attrs)} variables."
    if not names:
        return text
    text += "\n" + ", ".join(attribute_name(name) for name in sorted(attrs)[:NAMES_SHOWN])
    if len(attrs) > NAMES_SHOWN:
        text += f"\n... and {len(attrs) - NAMES_SHOWN} more; view with :ll"
    return text


def load_file(session: Session, name: str) -> None:
    """Evaluate a file, call it if it is a function of named arguments, and bring its attributes into scope.

    `nix repl` remembers the name for `:r` even if that fails; here a failing file is not remembered.
    """
    if session.style.compat:
        remember(session, name)
    session.add_attributes(evaluate_file(session, name), name)
    remember(session, name)


def forget_files(session: Session) -> None:
    """Have every file be read again when it is next imported: it may have changed."""
    session.evaluator.files.clear()
    session.watch.stamps.clear()


def remember(session: Session, name: str) -> None:
    """Have `:r` load *name* as the last."""
    if name in session.files:
        session.files.remove(name)
    session.files.append(name)


def evaluate_file(session: Session, name: str) -> Value:
    """The value of the file that *name* means on the command line: a path or `<a/lookup/path>`."""
    path = resolve_file(session, name)
    return auto_call(session.evaluator.import_file(NixPath(path)), session.auto_arguments)


def resolve_file(session: Session, name: str) -> str:
    """The path that *name* means; a missing `lib.nix` is the bundled one, with a notice."""
    path = file_path(session.evaluator, name)
    if not session.style.compat and "/" not in name and not session.evaluator.host.exists(path):
        bundled = bundled_file(name)
        if bundled is not None:
            session.notice(f"There is no {name} here, so this is the bundled one: {bundled}")
            return bundled
    return path


def bundled_file(name: str) -> str | None:
    """The absolute path of a library file that comes with nixlite."""
    from nixlite.resources import stdlib_directory

    path = os.path.join(stdlib_directory(), name)
    return path if name.endswith(".nix") and os.path.isfile(path) else None


def load_all(session: Session) -> None:
    """Load the files, flakes and expressions that the session was told of.

    In the style of `nix repl` the first error stops it; else an error in a file is shown, and the other files
    are loaded all the same.
    """
    files, flakes = session.files, session.flakes
    session.files, session.flakes = [], []
    for name in files:
        session.notice(f"Loading {quote(name)}...")
        if session.style.compat:
            load_file(session, name)
        else:
            try:
                load_file(session, name)
            except NixError as error:
                session.fail(error)
                remember(session, name)
    for what, evaluate in session.startup:
        if session.style.compat or what:
            session.notice(f"Loading installable '{what}'...")
        session.add_attributes(evaluate(), what or "the command line")
    for reference in flakes:
        session.notice(f"Loading flake '{reference}'...")
        load_flake(session, reference)


def reload_all(session: Session) -> None:
    """Load everything anew, files having changed perhaps.

    `nix repl` forgets what was bound by hand; here it stays.
    """
    forget_files(session)
    session.scope = {}
    if session.style.compat:
        session.own = {}
    try:
        load_all(session)
    finally:
        session.scope.update(session.own)
        session.origins.update(dict.fromkeys(session.own, "bound by hand"))


def load_flake(session: Session, reference: str) -> None:
    """Bring the outputs of a flake into scope (`:lf`), by way of `builtins.getFlake`."""
    if not reference:
        raise NixError(
            "cannot use ':load-flake' without a path specified. (Use '.' for the current working directory.)"
        )
    from nixlite.runtime.call import call

    text = reference
    if reference.startswith((".", "/")):
        directory = os.path.normpath(os.path.join(session.evaluator.settings.cwd, reference))
        if not session.evaluator.host.exists(directory):
            raise NixError(f"getting status of {quote(directory)}: No such file or directory")
        text = f"path:{directory}"
    get_flake = session.evaluator.state.builtins.get("getFlake")
    if get_flake is None:
        raise NixError("nixlite does not evaluate flakes")
    session.add_attributes(call(get_flake, text), reference)
    if reference in session.flakes:
        session.flakes.remove(reference)
    session.flakes.append(reference)
