"""The command lines of `recorded.py`."""

from __future__ import annotations

from tests.fetch.archives import ARCHIVES

TARBALL = '(builtins.fetchTarball "file:///tmp/case/a/t.tgz")'
FILE = '(builtins.fetchurl "file:///tmp/case/f.nix")'
GIT = "(builtins.fetchGit /tmp/case/repo)"
TREES = (
    '(builtins.fetchTree { type = "git"; url = "file:///tmp/case/repo"; })',
    '(builtins.fetchTree { type = "git"; url = "file:///tmp/case/repo"; ref = "main"; })',
    '(builtins.fetchTree { type = "tarball"; url = "file:///tmp/case/a/t.tgz"; })',
    '(builtins.fetchTree { type = "path"; path = "/tmp/case/pkg"; })',
    '(builtins.fetchTree "path:/tmp/case/pkg")',
)
READING = [
    *[
        f"{reading} {tree}"
        for tree in (TARBALL, GIT, *TREES)
        for reading in ("builtins.readDir", "builtins.pathExists")
    ],
    *[f'builtins.readFile ({tree} + "/sub/b")' for tree in (TARBALL, GIT, *TREES)],
    f"import {GIT}",
    f"import {TREES[3]}",
    f"import {FILE}",
    f"builtins.readFile {FILE}",
    f"builtins.pathExists {FILE}",
    f"builtins.readDir {FILE}",
    'builtins.readFile (builtins.fetchTree { type = "file"; url = "file:///tmp/case/f.nix"; })',
    f"builtins.filterSource (p: t: builtins.trace p true) {TARBALL}",
    f"builtins.path {{ path = {TARBALL}; }}",
    f'builtins.path {{ path = {GIT}.outPath; name = "x"; }}',
    f"builtins.path {{ path = {FILE}; }}",
    f'builtins.hashFile "sha256" {FILE}',
    f'builtins.readFileType ({TARBALL} + "/l")',
    f"builtins.storePath {TARBALL}",
    f'"${{{GIT}}}/sub"',
    f"import (/. + builtins.unsafeDiscardStringContext {GIT})",
    f'"${{/. + builtins.unsafeDiscardStringContext {TARBALL} + "/sub"}}"',
    'builtins.readDir (builtins.path { path = /tmp/case/pkg; name = "source"; })',
    f'[ (builtins.path {{ path = /tmp/case/pkg; name = "source"; }}) (builtins.readDir {TREES[3]}) ]',
    'builtins.readFile (builtins.toFile "x" "y")',
    # of two things that are only computed, one is no reason to take the other for there
    (
        '[ (builtins.path { path = ./f.nix; name = "x"; }) (builtins.path { path = ./pkg; name = "x";'
        ' sha256 = "sha256-+zzPrrNHwWY7ybNwn6MQ4U0uXGjlhFqct+SSA21I170="; }) ]'
    ),
]
LOOKUP = [
    "-I q=file:///tmp/case/a/t.tgz --eval -E '<q>'",
    "-I q=file:///tmp/case/a/t.tgz --eval -E '<q/sub>'",
    "-I q=file:///tmp/case/a/t.tgz --eval -E '[ builtins.nixPath (builtins.readDir <q>) (builtins.readFile <q/sub/b>) ]' --strict",
    "-I q=file:///tmp/case/a/t.tgz --eval -E 'import <q>' --restrict-eval",
    "-I q=file:///tmp/case/a/t.tgz --eval -E '<q/sub>' --restrict-eval --option allowed-uris file:///tmp/case",
    "-I q=file:///tmp/case/a/none.tgz --eval -E '<q>'",
    "-I q=file:///tmp/case/a/none.tgz --eval -E '<q>' --restrict-eval",
    "-I q=file:///tmp/case/a/text.tgz --eval -E '<q>'",
    "-I q=flake:path:/tmp/case/pkg --eval -E 'import <q>'",
    "-I q=flake:path:/tmp/case/pkg --eval -E '<q/sub>' --restrict-eval",
    "-I q=flake:../case/pkg --eval -E '<q/sub>'",
    "-I q=flake:path:/tmp/case/pkg --eval -E '<q/sub>' --option experimental-features nix-command",
    "--eval file:///tmp/case/a/t.zip",
    "--eval flake:git+file:///tmp/case/repo",
    "--eval file:///tmp/case/a/none.tgz",
    "--eval file:///tmp/case/a/t.tgz --restrict-eval",
    """--eval -E 'builtins.findFile [ { prefix = "z"; path = "file:///tmp/case/a/t.tgz"; } ] "z/sub"'""",
    """--eval -E 'builtins.findFile [ { prefix = "z"; path = "file:///tmp/case/a/no"; } { path = ./pkg; } ] "sub"'""",
]
COMMANDS = [
    *[f"nix-instantiate --eval --strict -E '{expression}'" for expression in READING],
    *[f"nix-instantiate {arguments}" for arguments in LOOKUP],
    *[f"nix eval --impure --read-only --expr 'import {tree}'" for tree in (FILE, GIT, TREES[0])],
    *[f"nix eval --impure --expr 'import {tree}'" for tree in (FILE, GIT, TREES[0])],
    *[f"nix-instantiate --eval --strict walk.nix --argstr archive {name}" for name in ARCHIVES],
]
"""Each begins with the program; `/tmp/case` is the directory with the material."""
