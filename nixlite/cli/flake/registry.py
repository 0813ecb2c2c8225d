"""`nixlite registry list|add|remove|pin|resolve`: what names of flakes mean. Manual: `nix registry`."""

from __future__ import annotations

import os

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, ignore, store
from nixlite.cli.flake.locking import absolute
from nixlite.cli.starting import start
from nixlite.drives import DRIVES, system_path
from nixlite.errors import EvalError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.flakes.registry import Registries, Registry

PLAIN: Flags = {**COMMON, "--offline": Flag("", ignore), "--refresh": Flag("", ignore)}
CHANGING: Flags = {
    "--registry": Flag("registry", store("registry"), "the registry's file (that of the user)"),
    **PLAIN,
}

LABELS = {"flags": "flags ", "user": "user  ", "system": "system", "global": "global"}


class RegistryCommand(Command):
    """A command about registries; `words` are between *least* and *most*."""

    least = most = 0
    flags = PLAIN
    registry = ""

    def run(self) -> int:
        """Check the number of words and do the work."""
        if len(self.words) > self.most:
            raise UsageError(f"unexpected argument '{self.words[self.most]}'")
        if len(self.words) < self.least:
            raise UsageError("more arguments are required")
        from nixlite.flakes.reading import registries_of

        evaluator = start(self)
        self.work(evaluator, registries_of(evaluator.state))
        return 0

    def work(self, evaluator: Evaluator, registries: Registries) -> None:
        """What the command does."""
        raise NotImplementedError

    def chosen(self, registries: Registries) -> tuple[Registry, str]:
        """The registry that is to be changed, and its file: that of `--registry`, or the user's."""
        from nixlite.flakes.registry import read_registry

        if not self.registry:
            return registries.get("user"), registries.path("user")
        path = absolute(self, self.registry)
        return read_registry(self.host, path, "custom", self.settings), path


class List(RegistryCommand):
    """`nix registry list`."""

    usage = "nixlite registry list [flags]"
    description = "Print what names of flakes mean."

    def work(self, evaluator: Evaluator, registries: Registries) -> None:
        """Print all entries."""
        from nixlite.flakes.registry import KINDS, entry_url

        for registry in [registries.get(kind) for kind in KINDS]:
            for entry in registry.entries:
                line = f"{LABELS[registry.kind]} {entry.source} {entry_url(entry.target, entry.more)}"
                self.host.write_stdout(f"{line}\n")


class Add(RegistryCommand):
    """`nix registry add`."""

    usage = "nixlite registry add [--registry FILE] [flags] FROM TO"
    description = "Let a flake's name mean another flake."
    least = most = 2
    flags = CHANGING | EVALUATION

    def work(self, evaluator: Evaluator, registries: Registries) -> None:
        """Put an entry in the place of what was there."""
        from nixlite.flakes.reading import parse_ref

        source, target = (parse_ref(evaluator.state, word) for word in self.words)
        registry, path = self.chosen(registries)
        registry.remove(source.source)
        registry.add(source.source, target.source, target.subdir)
        write_registry(registry, path)


class Remove(RegistryCommand):
    """`nix registry remove`."""

    usage = "nixlite registry remove [--registry FILE] [flags] NAME"
    description = "Forget what a flake's name means."
    least = most = 1
    flags = CHANGING

    def work(self, evaluator: Evaluator, registries: Registries) -> None:
        """Take an entry out."""
        from nixlite.flakes.reading import parse_ref

        registry, path = self.chosen(registries)
        registry.remove(parse_ref(evaluator.state, self.words[0]).source)
        write_registry(registry, path)


class Pin(RegistryCommand):
    """`nix registry pin`."""

    usage = "nixlite registry pin [--registry FILE] [flags] NAME [FLAKE]"
    description = "Let a flake's name mean what it means now, or what another one means now, for ever."
    least, most = 1, 2
    flags = CHANGING | EVALUATION

    def work(self, evaluator: Evaluator, registries: Registries) -> None:
        """Put an entry in the place of what was there."""
        from nixlite.fetch.inputs import Input
        from nixlite.fetch.trees import fetch_input
        from nixlite.flakes.reading import parse_ref

        registry, path = self.chosen(registries)
        ref, target = (parse_ref(evaluator.state, word) for word in (self.words[0], self.words[-1]))
        source, _ = registries.resolve(target.source)
        tree = fetch_input(evaluator.state, source, trusted=True)
        attrs = {**tree.source.attrs, "__final": True}
        if tree.count_revisions is not None and "rev" in attrs:
            attrs["revCount"] = tree.count_revisions()
        locked = Input(attrs)
        if not locked.is_locked:
            self.settings.warn(f"flake '{locked}' is not locked")
        registry.remove(ref.source)
        registry.add(ref.source, locked, ref.subdir)
        write_registry(registry, path)


class Resolve(RegistryCommand):
    """`nix registry resolve`."""

    usage = "nixlite registry resolve [flags] FLAKE…"
    description = "Print what flakes mean by the registries."
    most = 2**31

    def work(self, evaluator: Evaluator, registries: Registries) -> None:
        """Print one line for each."""
        from nixlite.fetch.inputs import Input
        from nixlite.flakes.lock_graph import FlakeRef
        from nixlite.flakes.reading import parse_ref

        for word in self.words:
            ref = parse_ref(evaluator.state, word)
            source, more = registries.resolve(ref.source)
            self.host.write_stdout(f"{FlakeRef(source, Input(more).text('dir') or ref.subdir)}\n")


def write_registry(registry: Registry, path: str) -> None:
    """Write a registry to its file; directories are made. Raises EvalError."""
    path = system_path(path) if DRIVES else path
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(registry.text())
    except OSError as error:
        raise EvalError(f'opening file "{path}": {error.strerror}') from None
