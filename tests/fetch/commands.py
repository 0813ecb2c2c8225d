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
INPUTS = """\
builtins.fetchTree { type = "github"; owner = "a"; repo = "b"; host = "x/y"; }
builtins.fetchTree { type = "github"; owner = "a"; repo = "b"; ref = "c..d"; }
builtins.fetchTree { type = "github"; owner = "a"; repo = "b"; ref = "c"; rev = "d"; }
builtins.fetchTree { type = "github"; owner = "a"; repo = "b"; rev = "d"; }
builtins.fetchTree { type = "github"; owner = "a"; }
builtins.fetchTree { type = "github"; owner = "a"; repo = 1; }
builtins.fetchTree { type = "sourcehut"; owner = "a"; repo = "b"; host = "x y"; }
builtins.fetchTree { type = "gitlab"; owner = "a"; repo = "b"; ref = "-x"; }
builtins.fetchTree { type = "git"; url = "x:a/b"; }
builtins.fetchTree { type = "git"; url = "repo"; }
builtins.fetchTree { type = "git"; url = "./repo"; }
builtins.fetchTree { type = "git"; url = "/tmp/case/nope"; ref = "c..d"; }
builtins.fetchTree { type = "git"; url = "/tmp/case/nope"; ref = ""; }
builtins.fetchTree { type = "git"; url = "a b"; }
builtins.fetchTree { type = "git"; url = "http://["; }
builtins.fetchGit "x:a/b"
builtins.fetchGit "repo"
builtins.fetchGit "http://[x"
builtins.fetchGit { url = "x:a/b"; }
builtins.fetchGit { url = "/tmp/case/repo"; ref = "-x"; }
builtins.fetchGit { url = "/tmp/case/repo"; ref = "@"; }
builtins.fetchGit { url = "/tmp/case/repo"; ref = "a/-x"; }
builtins.fetchGit { url = "/tmp/case/repo"; ref = "x.lock/y"; }
builtins.fetchGit { url = "/tmp/case/repo"; ref = "refs/heads/ü"; }
builtins.fetchGit { url = "/tmp/case/repo"; rev = "x"; }
builtins.fetchGit { url = "/tmp/case/repo"; rev = "1234"; }
builtins.fetchGit { url = "/tmp/case/repo"; narHash = "x"; }
builtins.fetchGit { url = "/tmp/case/repo"; narHash = "sha1-x"; }
builtins.fetchGit { url = "/tmp/case/repo"; shallow = 1; }
builtins.fetchGit { url = "/tmp/case/repo"; submodules = "x"; }
builtins.fetchGit { url = "/tmp/case/repo"; verifyCommit = true; }
builtins.fetchGit { url = "/tmp/case/repo"; lastModified = "x"; }
builtins.fetchGit { url = "/tmp/case/repo"; revCount = true; }
builtins.fetchGit { url = 1; }
builtins.fetchGit { }
builtins.fetchTree { }
builtins.fetchTree { type = 1; }
builtins.fetchTree { type = "zork"; a = 1; }
builtins.fetchTree { type = "path"; path = "x"; }
builtins.fetchTree { type = "path"; path = 1; }
builtins.fetchTree { type = "path"; path = "/tmp/case/pkg"; narHash = "x"; }
builtins.fetchTree { type = "path"; path = "/tmp/case/pkg"; rev = "x"; }
builtins.fetchTree { type = "path"; path = "/tmp/case/none"; rev = "x"; }
builtins.fetchTree { type = "path"; path = "/tmp/case/pkg"; rev = "0000000000000000000000000000000000000001"; }
builtins.fetchTree { type = "tarball"; url = "file:///nope"; narHash = "x"; }
builtins.fetchTree { type = "tarball"; url = "file:///nope"; narHash = "sha1-x"; }
builtins.fetchTree { type = "tarball"; url = "file:///nope"; narHash = "md5-AAAAAAAAAAAAAAAAAAAAAA=="; }
builtins.fetchTree { type = "tarball"; url = "a b"; }
builtins.fetchTree { type = "tarball"; url = "x"; }
builtins.fetchTree { type = "tarball"; url = "path:/x"; }
builtins.fetchTree { type = "file"; url = ""; }
builtins.fetchTree { type = "indirect"; id = "x/y"; }
builtins.fetchTree { type = "indirect"; id = "1x"; }
builtins.fetchTree { type = "hg"; url = "x"; }
builtins.fetchTree { type = "hg"; url = "/x"; ref = "a b"; }
builtins.fetchTree "github:a/b?host=x/y"
builtins.fetchTree "github:a/b?ref=c..d"
builtins.fetchTree "github:a/b/c..d"
builtins.fetchTree "github:a"
builtins.fetchTree "github:a/b?ref=c&rev=0000000000000000000000000000000000000001"
builtins.fetchTree "github:a/b/c?ref=d"
builtins.fetchTree "github:a/b/0000000000000000000000000000000000000001?rev=d"
builtins.fetchTree "path:/tmp/case/pkg?x=a b"
builtins.fetchTree "path:/tmp/case/pkg?x=1"
builtins.fetchTree "path:/tmp/case/pkg?revCount=x"
builtins.fetchTree "path://h/tmp/case/pkg"
builtins.fetchTree "path:tmp/hf/pkg"
builtins.fetchTree "path:/tmp/case/a%2fb"
builtins.fetchTree "path:/tmp/case/a%00b"
builtins.fetchTree "/tmp/case/pkg"
builtins.fetchTree "./pkg"
builtins.fetchTree "file+git:///x"
builtins.fetchTree "zork:x"
builtins.fetchTree "git+zork:x"
builtins.fetchTree "git+file:///tmp/case/repo?ref=c..d"
builtins.fetchTree "git+file:///tmp/case/repo?rev=x"
builtins.fetchTree "git+file:///tmp/case/repo?shallow=x&submodules=2"
builtins.fetchTree "git+file:/tmp/case/repo"
builtins.fetchTree "flake:x/y z"
builtins.fetchTree "flake:1x"
builtins.fetchTree "flake:x/c..d"
builtins.fetchTree "flake:a/b/c"
builtins.fetchTree "flake:a/b/c/d"
builtins.fetchTree "hg+http://x/y?ref=a b"
builtins.fetchTree "x"
builtins.fetchTree ""
builtins.fetchTree "file:///tmp/case/a/t.tgz?narHash=x"
builtins.fetchTree "file:///tmp/case/a/t.tgz?revCount=x&lastModified=99999999999999999999"
builtins.fetchTree "file:///tmp/case/a/t.tgz?revCount=5"
builtins.fetchTree "tarball+file:///tmp/case/a/t.tgz"
builtins.fetchTree "file+file:///tmp/case/f.nix"
builtins.fetchTree "flake+https://h:1234567890/x"
builtins.fetchTree "flake+https://h:0000000000000080/x"
builtins.fetchTree "flake+https://h:000000000000065536/x"
builtins.fetchTree "file:///tmp/case/f.nix"
"""
"""Inputs that are refused before anything is fetched, for the most part: one a line."""
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
    "--eval file:///tmp/case/a/t.zip --quiet",
    "--eval flake:git+file:///tmp/case/repo",
    "--eval file:///tmp/case/a/none.tgz",
    "--eval file:///tmp/case/a/t.tgz --restrict-eval",
    """--eval -E 'builtins.findFile [ { prefix = "z"; path = "file:///tmp/case/a/t.tgz"; } ] "z/sub"'""",
    """--eval -E 'builtins.findFile [ { prefix = "z"; path = "file:///tmp/case/a/no"; } { path = ./pkg; } ] "sub"'""",
]
COMMANDS = [
    *[f"nix-instantiate --eval --strict -E '{expression}'" for expression in READING],
    *[f"nix-instantiate --eval --strict -E '{line}'" for line in INPUTS.splitlines()],
    *[f"nix-instantiate {arguments}" for arguments in LOOKUP],
    *[f"nix eval --impure --read-only --expr 'import {tree}'" for tree in (FILE, GIT, TREES[0])],
    *[f"nix eval --impure --expr 'import {tree}'" for tree in (FILE, GIT, TREES[0])],
    *[f"nix-instantiate --eval --strict walk.nix --argstr archive {name}" for name in ARCHIVES],
]
"""Each begins with the program; `/tmp/case` is the directory with the material."""
