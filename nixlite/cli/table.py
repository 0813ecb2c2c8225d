"""Which commands there are, and where; imported to find the one that is meant, so it imports nothing."""

from __future__ import annotations

COMMANDS = {
    "build": "nixlite.cli.building.Build",
    "cache": "nixlite.cli.cache.CacheCommand",
    "completion": "nixlite.cli.shell.completion.Completion",
    "config show": "nixlite.cli.config_show.ConfigShow",
    "derivation": "nixlite.cli.derivation.Derivation",
    "eval": "nixlite.cli.evaluate.Evaluate",
    "flake archive": "nixlite.cli.flake.commands.Archive",
    "flake check": "nixlite.cli.flake.check.Check",
    "flake info": "nixlite.cli.flake.commands.Info",
    "flake lock": "nixlite.cli.flake.commands.Lock",
    "flake metadata": "nixlite.cli.flake.commands.Metadata",
    "flake show": "nixlite.cli.flake.show.Show",
    "flake update": "nixlite.cli.flake.commands.Update",
    "hash convert": "nixlite.cli.hash.Convert",
    "hash file": "nixlite.cli.hash.HashFile",
    "hash path": "nixlite.cli.hash.HashPath",
    "hash to-base16": "nixlite.cli.hash.ToBase16",
    "hash to-base32": "nixlite.cli.hash.ToBase32",
    "hash to-base64": "nixlite.cli.hash.ToBase64",
    "hash to-sri": "nixlite.cli.hash.ToSri",
    "instantiate": "nixlite.cli.instantiate.Instantiate",
    "jobs": "nixlite.jobs.command.Jobs",
    "path-info": "nixlite.cli.building.PathInfo",
    "registry add": "nixlite.cli.flake.registry.Add",
    "registry list": "nixlite.cli.flake.registry.List",
    "registry pin": "nixlite.cli.flake.registry.Pin",
    "registry remove": "nixlite.cli.flake.registry.Remove",
    "registry resolve": "nixlite.cli.flake.registry.Resolve",
    "playground build": "nixlite.playground.command.Build",
    "playground serve": "nixlite.playground.command.Serve",
    "repl": "nixlite.repl.command.Repl",
    "store add": "nixlite.cli.store_add.StoreAdd",
    "store add-file": "nixlite.cli.store_add.StoreAddFile",
    "store add-path": "nixlite.cli.store_add.StoreAddPath",
    "why": "nixlite.cli.explain.why.Why",
    "diff": "nixlite.cli.explain.difference.Diff",
    "impact": "nixlite.jobs.impact.Impact",
    "args": "nixlite.cli.explain.arguments.Arguments",
    "lint": "nixlite.cli.explain.lint.Lint",
    "stale": "nixlite.cli.explain.stale.StaleCommand",
    "override": "nixlite.cli.explain.override.OverrideCommand",
    "layers": "nixlite.cli.explain.layers.Layers",
    "test": "nixlite.testing.command.Test",
    "trace": "nixlite.cli.explain.trace.Trace",
    "learn": "nixlite.learn.command.Learn",
    "lsp": "nixlite.lsp.command.Lsp",
    "kernel install": "nixlite.kernel.command.Install",
    "kernel start": "nixlite.kernel.command.Start",
}
"""The class of each command; its module is imported when the command is chosen. A name of two words is a
command of a group."""

STORE = "it needs a Nix store, and nixlite has none"
BUILDS = "it has to build something, and nixlite builds nothing"
UNFIT: dict[str, str] = {
    **dict.fromkeys(
        "copy fmt log nar profile realisation sigs upgrade-nix why-depends daemon doctor key"
        " make-content-addressed optimise-store search".split(), STORE),
    **dict.fromkeys("bundle develop run shell env formatter print-dev-env".split(), BUILDS),
    "edit": "'nixlite why' tells where a package is defined",
    "config check": "there is no installation of Nix to be checked",
    "derivation add": STORE,
    "flake clone": "'git clone' does the same",
    "flake init": "templates are copied by an installed Nix only",
    "flake new": "templates are copied by an installed Nix only",
    "flake prefetch": STORE,
    "flake prefetch-inputs": STORE,
    **dict.fromkeys(
        [f"store {name}" for name in (
            "cat copy-log copy-sigs delete diff-closures dump-path gc info ls make-content-addressed optimise"
            " path-from-hash-part ping prefetch-file repair sign verify").split()], STORE),
}  # fmt: skip
"""Commands of Nix that nixlite has not, and why."""

GROUPS = frozenset(name.partition(" ")[0] for name in [*COMMANDS, *UNFIT] if " " in name) - COMMANDS.keys()
"""Names that only the next word makes a command."""

OLD_NAMES = {
    "add-to-store": "store add-path",
    "dev-shell": "develop",
    "doctor": "config check",
    "hash-file": "hash file",
    "hash-path": "hash path",
    "show-config": "config show",
    "show-derivation": "derivation show",
    "to-base16": "hash to-base16",
    "to-base32": "hash to-base32",
    "to-base64": "hash to-base64",
}
"""Commands that Nix has renamed, and what it takes them for."""
