"""The names of the settings and experimental features of Nix 2.34.8 (`nix config show`), by kind."""

from __future__ import annotations

NAMES = {
    "boolean": """
        abort-on-warn accept-flake-config allow-dirty allow-dirty-locks allow-import-from-derivation
        allow-new-privileges allow-symlinked-store allow-unsafe-native-code-during-evaluation
        always-allow-substitutes auto-allocate-uids auto-optimise-store builders-use-substitutes
        compress-build-log debugger-on-trace debugger-on-warn eval-cache fallback filter-syscalls
        fsync-metadata fsync-store-paths http2 ignore-try impersonate-linux-26 keep-build-log
        keep-derivations keep-env-derivations keep-failed keep-going keep-outputs
        nix-shell-always-looks-for-shell-nix nix-shell-shebang-arguments-relative-to-script
        preallocate-contents print-missing pure-eval require-drop-supplementary-groups require-sigs
        restrict-eval run-diff-hook sandbox-fallback show-trace substitute sync-before-registering
        trace-function-calls trace-import-from-derivation trace-verbose trust-tarballs-from-git-forges
        use-case-hack use-cgroups use-registries use-sqlite-wal use-xdg-base-directories warn-dirty
        warn-short-path-literals
    """,
    "integer": """
        build-poll-interval connect-timeout cores download-attempts download-buffer-size download-speed
        eval-attrset-update-layer-rhs-threshold eval-profiler-frequency gc-reserved-space
        http-connections id-count log-lines max-build-log-size max-call-depth max-free max-jobs
        max-silent-time max-substitution-jobs min-free min-free-check-interval nar-buffer-size
        narinfo-cache-meta-ttl narinfo-cache-negative-ttl narinfo-cache-positive-ttl
        stalled-download-timeout start-id tarball-ttl timeout warn-large-path-threshold
    """,
    "list": """
        allowed-impure-host-deps allowed-uris allowed-users build-hook external-builders extra-platforms
        hashed-mirrors ignored-acls nix-path plugin-files secret-key-files substituters system-features
        trusted-public-keys trusted-substituters trusted-users access-tokens impure-env
        sandbox-paths
    """,
    "features": "experimental-features",
    "level": "lint-absolute-path-literals lint-short-path-literals lint-url-literals",
    "text": """
        bash-prompt bash-prompt-prefix bash-prompt-suffix build-dir build-users-group builders
        commit-lock-file-summary diff-hook eval-profile-file eval-profiler eval-system flake-registry
        json-log-path netrc-file post-build-hook pre-build-hook sandbox sandbox-build-dir
        sandbox-dev-shm-size ssl-cert-file store system upgrade-nix-store-path-url
        user-agent-suffix
    """,
}
KIND_OF: dict[str, str] = {name: kind for kind, names in NAMES.items() for name in names.split()}

KIND_OF["result-cache"] = "boolean"  # nixlite's own

NARROW = frozenset(
    """
    build-poll-interval cores download-attempts download-speed eval-attrset-update-layer-rhs-threshold
    eval-profiler-frequency id-count max-call-depth max-jobs max-substitution-jobs narinfo-cache-meta-ttl
    narinfo-cache-negative-ttl narinfo-cache-positive-ttl start-id tarball-ttl
    """.split()
)
"""Numbers that Nix keeps in 32 bits; the others in 64."""

SIGNED = frozenset("gc-reserved-space max-silent-time timeout".split())
"""Numbers that may be negative."""

LIST_DEFAULTS: dict[str, list[str]] = {
    "allowed-users": ["*"],
    "ignored-acls": ["security.csm", "security.selinux", "system.nfs4_acl"],
    "substituters": ["https://cache.nixos.org/"],
    "trusted-public-keys": ["cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY="],
    "trusted-users": ["root"],
}
"""What `extra-…` adds to where nobody has set a list; elsewhere it is empty, or the machine's."""

# Older names.
ALIASES: dict[str, str] = {
    "binary-cache-public-keys": "trusted-public-keys",
    "binary-caches": "substituters",
    "binary-caches-parallel-connections": "http-connections",
    "build-chroot-dirs": "sandbox-paths",
    "build-compress-log": "compress-build-log",
    "build-cores": "cores",
    "build-fallback": "fallback",
    "build-impersonate-linux-26": "impersonate-linux-26",
    "build-keep-log": "keep-build-log",
    "build-max-jobs": "max-jobs",
    "build-max-log-size": "max-build-log-size",
    "build-max-silent-time": "max-silent-time",
    "build-sandbox-paths": "sandbox-paths",
    "build-timeout": "timeout",
    "build-use-chroot": "sandbox",
    "build-use-sandbox": "sandbox",
    "build-use-substitutes": "substitute",
    "commit-lockfile-summary": "commit-lock-file-summary",
    "env-keep-derivations": "keep-env-derivations",
    "gc-keep-derivations": "keep-derivations",
    "gc-keep-outputs": "keep-outputs",
    "substitution-max-jobs": "max-substitution-jobs",
    "trusted-binary-caches": "trusted-substituters",
}

FEATURE_NAMES = """
    auto-allocate-uids blake3-hashes ca-derivations cgroups configurable-impure-env
    daemon-trust-override dynamic-derivations external-builders fetch-closure fetch-tree flakes
    git-hashing impure-derivations local-overlay-store mounted-ssh-store nix-command
    parse-toml-timestamps pipe-operators read-only-local-store recursive-nix verified-fetches
"""
FEATURES: frozenset[str] = frozenset(FEATURE_NAMES.split())
