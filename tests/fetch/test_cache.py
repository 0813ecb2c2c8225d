"""Where downloads and clones are kept, for a user who has no `XDG_CACHE_HOME`."""

from __future__ import annotations

import ast
import http.server
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import nixlite
from nixlite.host.host import Host
from nixlite.host.real import RealHost
from tests.fetch.archives import ARCHIVES
from tests.support import nixlite as run

if TYPE_CHECKING:
    from collections.abc import Iterator


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with one archive; `asked` counts."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        data = ARCHIVES["t.tgz"]
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Handler.asked = 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


def test_download_is_kept_below_the_home_directory(server: str, tmp_path: Path) -> None:
    for _ in range(2):
        expression = f'builtins.readFile (builtins.fetchTarball "{server}/t.tgz" + "/sub/b")'
        done = run(["instantiate", "--eval", "-E", expression], cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, '"1"\n')
    assert Handler.asked == 1
    assert [path.name for path in tmp_path.iterdir()] == [".cache"]
    assert sorted(path.suffix for path in (tmp_path / ".cache/nixlite/http").iterdir()) == [".body", ".json"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_clone_is_kept_below_the_home_directory(tmp_path: Path) -> None:
    home, repository = tmp_path / "home", tmp_path / "r.git"
    home.mkdir()
    names = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(repository)], check=True)
    tree = subprocess.run(
        ["git", "-C", str(repository), "mktree"], input="", capture_output=True, text=True, check=True
    ).stdout.strip()
    commit = subprocess.run(
        ["git", *names, "-C", str(repository), "commit-tree", "-m", "x", tree],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    subprocess.run(["git", "-C", str(repository), "update-ref", "refs/heads/main", commit], check=True)
    expression = f'builtins.readDir (builtins.fetchGit "file://{repository}")'
    done = run(["instantiate", "--eval", "-E", expression], cwd=home)
    assert (done.returncode, done.stdout) == (0, "{ }\n")
    assert [path.name for path in home.iterdir()] == [".cache"]
    assert len(list((home / ".cache/nixlite/git").iterdir())) == 1


def shown(tree: ast.AST) -> Iterator[ast.Attribute]:
    """The attributes that are formatted as they are: `{x.name}` in an f-string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Attribute):
            yield node.value


def test_no_text_shows_a_method_of_a_host() -> None:
    """`f"{host.home}/.cache"` made a directory named `<bound method …>`: a call had no parentheses."""
    methods = {name for name, value in vars(RealHost).items() if callable(value)} | {
        name for name, value in vars(Host).items() if callable(value)
    }
    found = [
        f"{path.name}:{node.lineno}"
        for path in Path(nixlite.__file__).parent.rglob("*.py")
        for node in shown(ast.parse(path.read_text("utf-8")))
        if node.attr in methods and ast.unparse(node.value).rpartition(".")[2] in ("host", "self", "inner")
    ]
    assert found == []
