"""A world with secrets in it, twice: whatever comes out differently in the two worlds has been let out.

`World.plant("a")` and `World.plant("b")` put different contents at the same places: files, links to them, a
directory whose names differ, an environment variable, a home directory, the time, what a server on loopback
answers and what fake programs print. Besides, everything that touches them is noted: connections, programs that
are started (be they fakes or not), and files below `secret/` that this process opens.
"""

from __future__ import annotations

import http.server
import io
import os
import shutil
import sys
import tarfile
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAMS = "nix-store nix nix-build git hg curl wget ssh zstd xz sh-secret".split()

NOTED: list[str] = []
"""What was touched, since it was last cleared."""
_watched: list[str] = []


def hook(event: str, arguments: tuple[object, ...]) -> None:
    """Python's audit hook, which cannot be taken away again: it does nothing unless a world is watched."""
    if not _watched:
        return
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "socket.connect"):
        about = arguments[1:2] if event == "socket.connect" else arguments[:1]
        NOTED.append(" ".join([event, *map(repr, about)]))
    elif event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], str | bytes):
        path = os.fsdecode(arguments[0])
        if path.startswith(_watched[0]):
            NOTED.append(f"{event} {path}")


sys.addaudithook(hook)


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers everything with the secret."""

    secret = b""

    def do_GET(self) -> None:
        NOTED.append(f"connection {self.path}")
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.secret)))
        self.end_headers()
        self.wfile.write(self.secret)

    def log_message(self, *arguments: object) -> None:
        pass


class World:
    """The world below *root*; `places` are the names that expressions have for what is in it."""

    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        self.log = root / "started"
        self.programs = root / "bin"
        self.places = {
            "secret": f"{root}/secret", "ok": f"{root}/ok", "http": f"http://127.0.0.1:{port}",
            "zeros": "sha256-" + "A" * 43 + "=", "rev": "1" * 40,
        }  # fmt: skip
        self.env: dict[str, str] = {}
        self.time = 0
        self.variant = ""
        self.build_fakes()

    def build_fakes(self) -> None:
        """Programs that say that they were started, and print the secret."""
        self.programs.mkdir(parents=True)
        for name in PROGRAMS:
            program = self.programs / name
            program.write_text(f'#!/bin/sh\necho {name} "$@" >> {self.log}\ncat {self.root}/secret/file\n')
            program.chmod(0o755)

    def plant(self, variant: str) -> None:
        """Put the secrets of one of the two worlds into their places."""
        self.variant = variant
        token = f"planted-{variant * 8}"
        secret, ok = self.root / "secret", self.root / "ok"
        home = self.root / f"home-{variant}"
        for old in (secret, ok, *self.root.glob("home-*")):
            shutil.rmtree(old, ignore_errors=True)
        for path, text in {
            secret / "file": f"{token}\n",
            secret / "x.nix": f'"{token}"\n',
            secret / f"only-{variant}": token,
            secret / f"default-{variant}.nix": token,
            secret / "lock.json": f'{{"{token}": {token}}}',
            secret / "flake" / "flake.nix": f'{{ outputs = _: {{ x = "{token}"; }}; }}',
            secret / "repo" / ".git" / "HEAD": f"ref: refs/heads/{token}\n",
            secret / "repo" / ".git" / "config": f"[core]\nbare = {token}\n",
            secret / "repo" / ".git" / "objects" / "x": token,
            secret / "repo" / ".git" / "refs" / "x": token,
            secret / "hg" / ".hg" / "requires": token,
            ok / "plain": "1\n",
            ok / "stolen" / ".git": f"gitdir: {secret}/repo/.git\n",
            ok / "flake" / "flake.nix": f'{{ inputs.no = {{ url = "path:{secret}"; flake = false; }};'
            ' outputs = { self, no }: { x = builtins.readFile "${no}/file"; }; }',
            ok / "set.nix": 'let make = args: derivation { name = args.name; system = "s"; builder = "b"; }'
            " // { override = new: make (args // new); overrideAttrs = f: make (args // f args); };"
            ' in { p = make { name = "p"; }; }',
            ok / "evil" / "flake.nix": "{ outputs = _: { packages.x86_64-linux.default = derivation { name ="
            f' builtins.readFile {secret}/file; system = "x86_64-linux"; builder = "b"; }}; }}; }}',
            ok / "locked" / "flake.nix": "{ outputs = _: { x = builtins.readFile ./leak; }; }",
            home / ".config" / "nix" / "nix.conf": f"system = {token}\n",
            home / ".config" / "nix" / "registry.json": '{"version":2,"flakes":[{"from":{"type":"indirect",'
            f'"id":"secret"}},"to":{{"type":"path","path":"{secret}/flake"}}}}]}}',
            home / ".nix-defexpr" / "channels" / f"channel-{variant}" / "default.nix": token,
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for link, target in {
            ok / "link": "../secret/file",
            ok / "nixlink": "../secret/x.nix",
            ok / "directory": "../secret",
            ok / "locked" / "flake.lock": "../../secret/lock.json",
            ok / "locked" / "leak": "../../secret/file",
        }.items():
            link.symlink_to(target)
        (secret / "tree.tar").write_bytes(archive(token.encode()))
        Answers.secret = archive(token.encode())
        self.env = {
            "HOME": str(home), "NIXLITE_SECRET": token, "PATH": f"{self.programs}:/usr/bin:/bin",
            "NIX_PATH": f"secret={secret}:{secret}", "XDG_CACHE_HOME": f"{home}/.cache", "TERM": "dumb",
        }  # fmt: skip
        self.time = {"a": 1111111111, "b": 1222222222}[variant]
        for top, seconds in ((secret, self.time), (ok, 1)):  # the time of files is a secret as well
            for path in (top, *top.rglob("*")):
                os.utime(path, (seconds, seconds), follow_symlinks=False)

    def touched(self) -> list[str]:
        """All that was touched: also by programs."""
        _watched.clear()
        started = self.log.read_text().splitlines() if self.log.exists() else []
        return [*NOTED, *started]

    def begin(self) -> None:
        """Note what is touched from now on."""
        NOTED.clear()
        self.log.unlink(missing_ok=True)
        _watched[:] = [self.places["secret"]]


def archive(data: bytes) -> bytes:
    """A tar archive of one directory with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo("tree/file")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def serve() -> Iterator[int]:
    """A server on loopback that notes who asks; yields its port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()
