"""The hosts and modes that the secret is to be kept from, and what each of them grants on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite import Host, MemoryHost, PureHost, RestrictedHost, Settings
from nixlite.host.capturing import CapturingHost

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.host.world import World

    Made = tuple[Settings | None, Host]

FEATURES = frozenset({"nix-command", "flakes", "fetch-tree", "fetch-closure"})


def settings(world: World, *, pure: bool = False, restricted: bool = False) -> Settings:
    """Settings with all the features that builtins need."""
    made = Settings(pure_eval=pure, cwd=world.places["ok"])
    made.features = made.features | FEATURES
    made.restrict_eval = restricted
    return made


def memory(world: World) -> MemoryHost:
    """A host that has a file and nothing else."""
    return MemoryHost({f"{world.places['ok']}/plain": "1\n"})


def inner(world: World) -> CapturingHost:
    """The real machine, its outputs kept."""
    return CapturingHost(world.env)


def restricted_by_settings(world: World, *, pure: bool = False) -> Made:
    """As `--restrict-eval -I {ok}` on the command line."""
    made = settings(world, pure=pure, restricted=True)
    made.lookup_path = [("", world.places["ok"])]
    return made, inner(world)


def restricted_with_uris(world: World) -> Made:
    """Local files are allowed as URIs as well, and a server that is not this one."""
    ok = world.places["ok"]
    uris = [f"file://{ok}", f"path:{ok}", f"git+file://{ok}", ok, "https://example.org", "github:"]
    return settings(world), RestrictedHost([ok], uris, inner=inner(world))


HOSTS: dict[str, Callable[[World], Made]] = {
    "Host": lambda world: (settings(world), Host()),
    "MemoryHost": lambda world: (settings(world), memory(world)),
    "MemoryHost, configured": lambda world: (None, memory(world)),
    "MemoryHost, pure": lambda world: (settings(world, pure=True), memory(world)),
    "MemoryHost, restricted": lambda world: (settings(world, restricted=True), memory(world)),
    "PureHost": lambda world: (settings(world), PureHost(inner=inner(world))),
    "PureHost, configured": lambda world: (None, PureHost(inner=inner(world))),
    "PureHost, files": lambda world: (
        settings(world), PureHost([world.places["ok"]], cache=f"{world.root}/cache", inner=inner(world))
    ),
    "PureHost of its own": lambda world: (settings(world), PureHost()),
    "RestrictedHost": lambda world: (settings(world), RestrictedHost([world.places["ok"]], inner=inner(world))),
    "RestrictedHost, configured": lambda world: (None, RestrictedHost([world.places["ok"]], inner=inner(world))),
    "RestrictedHost, URIs": restricted_with_uris,
    "RestrictedHost, pure": lambda world: (
        settings(world, pure=True), RestrictedHost([world.places["ok"]], inner=inner(world))
    ),
    "--pure-eval": lambda world: (settings(world, pure=True), inner(world)),
    "--restrict-eval": restricted_by_settings,
    "--pure-eval --restrict-eval": lambda world: restricted_by_settings(world, pure=True),
}  # fmt: skip

GRANTED: dict[str, set[str]] = {
    # What is locked is fetched from servers; but nothing local that was not named.
    "PureHost": {"locked", "locked git"},
    "PureHost, configured": {"locked", "locked git"},
    "PureHost, files": {"locked", "locked git"},
    "PureHost of its own": {"locked", "locked git"},
    # As in Nix, the time is no secret in restricted evaluation.
    "RestrictedHost": {"clock"},
    "RestrictedHost, configured": {"clock"},
    "RestrictedHost, URIs": {"clock"},
    # Nix 2.34.8 builds in either mode, unless `allow-import-from-derivation` is off, and fetches what is locked.
    "--pure-eval": {"locked", "locked git", "locked hg", "locked file", "build"},
    "--restrict-eval": {"clock", "build", "home"},
    "--pure-eval --restrict-eval": {"build"},
}
"""The kinds of probes that a host grants, and that are not held against it; the others grant none."""
