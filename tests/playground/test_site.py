"""What a site is made of, and the server; no package of npm is needed for these."""

from __future__ import annotations

import io
import json
import re
import socket
import struct
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError, UsageError
from nixlite.playground import packages, site
from nixlite.playground.archive import archive, contents
from nixlite.playground.boot import packed
from nixlite.playground.serving import Plain, server
from tests.support import ROOT

if TYPE_CHECKING:
    from email.message import Message

FILES = contents()


def test_the_archive_has_what_a_page_needs_and_no_more() -> None:
    assert {"nixlite/evaluator.py", "nixlite/_stdlib/lib.nix", "nixlite/syntax/_tables.bin"} <= FILES.keys()
    assert "nixlite/builtins/manual/builtins.md" in FILES  # what hovering shows
    assert not [
        name for name in FILES if re.match("nixlite/(testing|packaging|documents|playground/page)/", name)
    ]
    assert not [name for name in FILES if "__pycache__" in name or name.endswith(".pyc")]
    assert "nixlite/builtins/manual/builtins.md" in FILES  # for `:doc`


def test_the_same_files_make_the_same_archive() -> None:
    made = archive(FILES)
    assert made == archive(dict(reversed(FILES.items())))
    assert zipfile.ZipFile(io.BytesIO(made)).namelist() == sorted(FILES)


def test_python_imports_nixlite_from_the_archive(tmp_path: Path) -> None:
    """As the worker does, in a Python that knows of no other nixlite; half of the modules are compiled."""
    modules = {}
    for at, (name, content) in enumerate(FILES.items()):
        if name.endswith(".py"):
            dotted = name.removesuffix(".py").replace("/", ".")
            import marshal

            code = marshal.dumps(compile(content, name, "exec", dont_inherit=True)) if at % 2 else content
            modules[dotted.removesuffix(".__init__")] = (dotted.endswith(".__init__"), bool(at % 2), code)
    others = {name: content for name, content in FILES.items() if not name.endswith(".py")}
    (tmp_path / "archive.bin").write_bytes(packed(modules, others))
    program = (
        (ROOT / "nixlite/playground/boot.py").read_text("utf-8")
        + f"""
import json
install({str(tmp_path / "archive.bin")!r}, {str(tmp_path / "root")!r})
install({str(tmp_path / "archive.bin")!r}, {str(tmp_path / "root")!r})  # as after a snapshot
assert sum(type(each).__name__ == "Archive" for each in sys.meta_path) == 1
from nixlite.playground.bridge.wire import Wire
question = dict(do="evaluate", main="a.nix", files={{"a.nix": "(import <nixpkgs> {{ }}).hello.drvPath"}})
print(json.loads(Wire().handle(json.dumps(question)))["data"]["text"])
question = dict(do="hover", file="a.nix", offset=12, files={{"a.nix": "builtins.length [ ]"}})
assert json.loads(Wire().handle(json.dumps(question)))["data"]["doc"]
import nixlite; print(nixlite.__file__)
"""
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == [
        '"/nix/store/0rdzrkcgg3w064rplpbqc3d1z86444hp-hello-2.12.1.drv"',
        str(tmp_path / "root/nixlite/__init__.py"),
    ]


def test_every_package_is_pinned_with_its_hash() -> None:
    lock = json.loads((ROOT / "nixlite/playground/npm/package-lock.json").read_text("utf-8"))
    found = {name: row for name, row in lock["packages"].items() if name}
    assert {"node_modules/pyodide", "node_modules/esbuild", "node_modules/@codemirror/view"} <= found.keys()
    assert [name for name, row in found.items() if not row.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, row in found.items() if "resolved" in row] == []  # the registry is the user's


def test_nothing_of_a_page_is_fetched_from_elsewhere() -> None:
    for path in Path(site.PAGE).rglob("*.*"):
        addresses = set(re.findall(r"https?://[^\s\"'`)]+", path.read_text("utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path


def test_without_npm_it_is_told_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIXLITE_NPM", "no-such-npm")
    with pytest.raises(NixError, match="there is no 'npm'") as raised:
        packages.install(str(tmp_path))
    assert "NIXLITE_NPM" in (raised.value.hint or "")


def test_a_package_that_is_another_is_refused() -> None:
    text = packages.told(["/bin/npm"], "npm error code EINTEGRITY\nnpm error sha512-… wanted")
    assert text.startswith("a package is not the one that was pinned")


def test_what_npm_says_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(NixError, match="failed:\nno network"):
        packages.called([sys.executable, "-c", "import sys; sys.exit('no network')"], str(tmp_path))


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(UsageError, match="not empty"):
        site.build(str(tmp_path))
    with pytest.raises(UsageError, match="no folder"):
        site.check_folder(str(tmp_path / "thesis.txt"))
    assert (tmp_path / "thesis.txt").read_text() == "years"


# -- the server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        site.MARK: "",
        "index.html": "hello",
        "page-1/app.js": "1",
        "page-1/x.wasm": "w",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def get(folder: Path, path: str, **kind: type) -> tuple[int, dict[str, str], bytes]:
    with server(str(folder), 0, **kind) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{serving.server_address[1]}{path}", timeout=10
            ) as got:
                return got.status, lowered(got.headers), got.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, lowered(error.headers), error.read()
        finally:
            serving.shutdown()
            thread.join()


def test_the_server_isolates_the_page(folder: Path) -> None:
    status, headers, body = get(folder, "/")
    assert (status, body) == (200, b"hello")
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["cache-control"] == "no-cache"


def test_types_and_caching(folder: Path) -> None:
    headers = get(folder, "/page-1/x.wasm")[1]
    assert headers["content-type"] == "application/wasm"
    assert "immutable" in headers["cache-control"]
    assert get(folder, "/page-1/app.js")[1]["content-type"] == "text/javascript"


@pytest.mark.parametrize("path", ["/page-1/", "/../secret", "/%2e%2e/secret", "/nothing"])
def test_what_is_not_there(folder: Path, path: str) -> None:
    (folder.parent / "secret").write_text("s")
    assert get(folder, path)[0] == 404


def test_a_browser_that_goes_is_no_error(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "page-1/large").write_bytes(bytes(1 << 24))
    with server(str(folder), 0) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        for path in ("/page-1/large", "/", "/nothing"):
            with socket.create_connection(serving.server_address) as gone:
                gone.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )  # reset, not ended
                gone.sendall(f"GET {path} HTTP/1.1\r\n\r\n".encode())
                gone.recv(1)
        serving.shutdown()
        thread.join()
    assert capfd.readouterr() == ("", "")


def test_a_host_that_sets_no_headers(folder: Path) -> None:
    assert "cross-origin-opener-policy" not in get(folder, "/", handler=Plain)[1]


def test_only_a_playground_is_served(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no playground"):
        server(str(tmp_path), 0)


def test_a_port_that_is_taken(folder: Path) -> None:
    with server(str(folder), 0) as serving, pytest.raises(UsageError, match="cannot listen"):
        server(str(folder), serving.server_address[1])
    with pytest.raises(UsageError, match="there is no port 70000"):
        server(str(folder), 70000)
