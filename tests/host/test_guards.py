"""What hosts grant works, what they do not is said, and what changes while it is looked at is not followed."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from nixlite import Evaluator, Host, MemoryHost, NixError, PureHost, RestrictedHost, Settings
from nixlite.__main__ import make_command
from nixlite.cli.running import run_command
from nixlite.errors import NotGranted, RestrictedError
from nixlite.host.capturing import CapturingHost
from nixlite.host.guarded import GuardedHost, is_allowed_uri
from nixlite.host.outside import Answer
from nixlite.store.hashing import hash_bytes
from nixlite.store.nar import hash_tree
from nixlite.store.tree import host_tree
from tests.host.world import Answers, World, archive, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for port in serve():
        world = World(tmp_path_factory.mktemp("w"), port)
        world.plant("a")
        (world.root / "ok" / "sub").mkdir()
        (world.root / "ok" / "sub" / "f").write_text("within\n")
        (world.root / "ok" / "inside").symlink_to("sub/f")
        yield world


# --- capabilities

CAPABILITIES: dict[str, Callable[[Host], object]] = {
    "run_program": lambda host: host.run_program("git", []),
    "open_url": lambda host: host.open_url("http://127.0.0.1/", {}, 1.0),
    "keep": lambda host: host.keep("/x", b""),
    "scratch": lambda host: host.scratch(),
    "replace_file": lambda host: host.replace_file("/x", ""),
    "write_file": lambda host: host.write_file("/x", ""),
    "make_directory": lambda host: host.make_directory("/x"),
    "make_link": lambda host: host.make_link("/x", "y"),
}


@pytest.mark.parametrize("name", CAPABILITIES)
def test_what_is_not_granted_says_how_it_would_be(name: str) -> None:
    class Own(Host):
        """Grants nothing."""

    with pytest.raises(NotGranted) as caught:
        CAPABILITIES[name](Own())
    assert caught.value.message.endswith(f": Own does not grant '{name}'")
    assert f"'{name}'" in str(caught.value.hint)


def test_a_refusal_is_an_error_with_a_place() -> None:
    with pytest.raises(NixError) as caught:
        Evaluator(Settings(), MemoryHost()).evaluate('{ x = builtins.fetchurl "http://h/x"; }.x')
    assert caught.value.message == "cannot ask 'http://h/x': MemoryHost does not grant 'open_url'"
    assert caught.value.trace is not None
    assert "while calling the 'fetchurl' builtin" in caught.value.trace[-1].text


def test_an_empty_host_computes() -> None:
    evaluator = Evaluator(Settings(), Host())
    assert evaluator.evaluate("map (x: x * x) [ 1 2 3 ]").to_python() == [1, 4, 9]
    assert evaluator.evaluate('builtins.trace "unseen" (builtins.pathExists /etc)').to_python() is False
    with pytest.raises(NixError, match="path '/etc/passwd' does not exist"):
        evaluator.evaluate("builtins.readFile /etc/passwd")


def test_fetchers_read_the_files_of_their_host() -> None:
    """`file:` and `path:` mean the files that the host has, and none of this machine."""
    host = MemoryHost({"/p/f": "text", "/p/t.tar": archive(b"in the archive")})
    evaluator = Evaluator(Settings(), host)
    for text, value in (
        ('builtins.readFile (builtins.fetchurl "file:///p/f")', "text"),
        ('builtins.readFile (fetchTarball "file:///p/t.tar" + "/file")', "in the archive"),
        ('builtins.readFile (fetchTree { type = "path"; path = "/p"; } + "/f")', "text"),
        ('builtins.attrNames (builtins.readDir (fetchTree { type = "path"; path = "/p"; }))', ["f", "t.tar"]),
    ):
        assert evaluator.evaluate(text).to_python() == value
    with pytest.raises(NixError, match="Could not open file /etc/passwd"):
        evaluator.evaluate('builtins.fetchurl "file:///etc/passwd"')


# --- what is granted

READABLE = [
    ("builtins.readFile {ok}/plain", "1\n"),
    ("builtins.readFile {ok}/inside", "within\n"),
    ("builtins.attrNames (builtins.readDir {ok}/sub)", ["f"]),
    ('builtins.hashFile "md5" {ok}/inside', hashlib.md5(b"within\n").hexdigest()),
    ("builtins.pathExists {ok}/nothing", False),
    ("builtins.pathExists {secret}", False),
    ("builtins.pathExists {ok}/sub/..", True),
    ('builtins.readFile (builtins.path {{ path = {ok}/inside; name = "x"; }})', "within\n"),
    ('builtins.readFile (builtins.fetchurl "file://{ok}/inside")', "within\n"),
    ('builtins.readFile ((builtins.getFlake "path:{ok}/set").outPath + "/f")', "x"),
]


@pytest.mark.parametrize(("text", "value"), READABLE)
def test_restricted_host_shows_what_it_was_told_to(world: World, text: str, value: object) -> None:
    flake = world.root / "ok" / "set"
    flake.mkdir(exist_ok=True)
    (flake / "flake.nix").write_text("{ outputs = _: { }; }")
    (flake / "f").write_text("x")
    host = RestrictedHost([world.places["ok"]], inner=CapturingHost(world.env))
    assert Evaluator(None, host).evaluate(text.format(**world.places)).to_python() == value


def test_restricted_host_is_restricted_whatever_the_settings_say(world: World) -> None:
    host = RestrictedHost([world.places["ok"]])
    settings = Settings()
    with pytest.raises(RestrictedError, match="is forbidden in restricted mode"):
        Evaluator(settings, host).evaluate("builtins.readFile {secret}/file".format(**world.places))
    assert not settings.restrict_eval  # they are the caller's


def test_restricted_host_asks_the_servers_it_was_told(world: World) -> None:
    http = world.places["http"]
    host = RestrictedHost([], [f"{http}/a"])
    evaluator = Evaluator(None, host)
    fetched = evaluator.evaluate(f'builtins.readDir (fetchTarball "{http}/a/t.tar")')
    assert set(fetched.to_python().values()) <= {"regular", "directory", "symlink"}
    assert len(fetched) > 0
    for url in (f"{http}/b", f"{http}/ab", http):
        with pytest.raises(RestrictedError, match=r"access to URI '.*' is forbidden in restricted mode"):
            evaluator.evaluate(f'builtins.fetchurl {{ url = "{url}"; name = "x"; }}')


@pytest.mark.parametrize("kind", ["restricted", "pure"])
def test_what_was_fetched_is_kept_where_it_was_told(world: World, tmp_path: Path, kind: str) -> None:
    """A second evaluation asks nobody."""
    http = world.places["http"]
    known = hash_bytes("sha256", Answers.secret).text("sri")
    for asked in (True, False):
        cache = str(tmp_path / "cache")
        host = RestrictedHost([], [http], cache=cache) if kind == "restricted" else PureHost(cache=cache)
        world.begin()
        text = f'builtins.fetchurl {{ url = "{http}/kept"; sha256 = "{known}"; }}'
        assert Evaluator(None, host).evaluate(text).type == "string"
        assert any(line == "connection /kept" for line in world.touched()) is asked


def test_pure_host_fetches_what_is_locked(world: World) -> None:
    http = world.places["http"]
    known = hash_bytes("sha256", Answers.secret).text("sri")
    evaluator = Evaluator(None, PureHost())
    found = evaluator.evaluate(
        f'builtins.stringLength (builtins.hashFile "md5" (builtins.fetchurl {{ url = "{http}/x";'
        f' sha256 = "{known}"; }}))'
    )
    assert found.to_python() == 32
    with pytest.raises(NixError, match="in pure evaluation mode, 'fetchurl' requires a 'sha256' argument"):
        evaluator.evaluate(f'builtins.fetchurl "{http}/x"')
    assert evaluator.evaluate("builtins ? currentTime || builtins ? currentSystem").to_python() is False


def test_pure_host_has_the_local_files_that_it_was_told(world: World) -> None:
    sub = f"{world.places['ok']}/sub"
    known = hash_tree(host_tree(CapturingHost({}), sub)).text("sri")
    text = f'builtins.readFile ((fetchTree {{ type = "path"; path = "{sub}"; narHash = "{known}"; }}) + "/f")'
    assert Evaluator(None, PureHost([sub])).evaluate(text).to_python() == "within\n"
    with pytest.raises(RestrictedError, match="is forbidden in pure evaluation mode"):
        Evaluator(None, PureHost()).evaluate(text)


BUILD = 'builtins.readFile (derivation { name = "x"; system = "x86_64-linux"; builder = "/b"; })'


@pytest.mark.parametrize("kind", [PureHost, RestrictedHost])
def test_building_is_granted_by_name(world: World, kind: type[PureHost | RestrictedHost]) -> None:
    for programs, started in (((), []), (("nix-store",), ["nix-store --import"])):
        host = kind(programs=programs, inner=CapturingHost(world.env))
        world.begin()
        with pytest.raises(NixError):
            Evaluator(None, host).evaluate(BUILD)
        assert [line for line in world.touched() if line.startswith("nix-store")][:1] == started


# --- a host of one's own


class Served(Host):
    """Files from a dictionary, and one server that answers."""

    def __init__(self, files: Mapping[str, bytes], url: str) -> None:
        self.files = files
        self.url = url

    def file_type(self, path: str) -> str | None:
        if path in self.files:
            return "regular"
        within = any(name.startswith(f"{path}/") for name in self.files)
        return "directory" if within else super().file_type(path)

    def read_bytes(self, path: str) -> bytes:
        return self.files[path] if path in self.files else super().read_bytes(path)

    def open_url(self, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        if url != self.url:
            return Answer(url, b"nothing here", status=404)
        return Answer(url, b"\x1f\x8b no archive", headers=[("ETag", "x"), ("Content-Length", "13")])


def test_a_host_of_ones_own() -> None:
    host = Served({"/p/default.nix": b'builtins.readFile ./f + "!"', "/p/f": b"text"}, "http://h/x")
    evaluator = Evaluator(Settings(), host)
    assert evaluator.evaluate("import /p").to_python() == "text!"
    assert evaluator.evaluate('builtins.hashFile "md5" (builtins.fetchurl "http://h/x")').type == "string"
    with pytest.raises(NixError, match="HTTP error 404\n\nresponse body:\n\nnothing here"):
        evaluator.evaluate('builtins.fetchurl "http://h/y"')
    with pytest.raises(NixError, match="Served does not grant 'run_program'"):
        evaluator.evaluate('fetchMercurial "/p"')


# --- links

SWAPS: list[tuple[str, Callable[[GuardedHost, str], object]]] = [
    ("read_plain", lambda host, path: host.read_bytes(f"{path}/f")),
    ("list_plain", lambda host, path: host.list_dir(path)),
    ("read_plain_link", lambda host, path: host.read_link(f"{path}/l")),
]


@pytest.mark.parametrize(("method", "look"), SWAPS, ids=[row[0] for row in SWAPS])
def test_a_link_that_comes_meanwhile_is_not_followed(
    tmp_path: Path, method: str, look: Callable[[GuardedHost, str], object]
) -> None:
    """A directory turns into a link after it was looked at, before it is opened."""
    for name in ("ok/d", "no"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "f").write_text(name)
        (tmp_path / name / "l").symlink_to(name)

    class Swapping(CapturingHost):
        """Somebody else is faster."""

        def __getattribute__(self, name: str) -> object:
            if name == method:
                shutil.rmtree(tmp_path / "ok" / "d", ignore_errors=True)
                (tmp_path / "ok" / "d").symlink_to(tmp_path / "no")
            return super().__getattribute__(name)

    guard = GuardedHost(Swapping({}), "here", [f"{tmp_path}/ok"])
    with pytest.raises(NixError):
        look(guard, f"{tmp_path}/ok/d")


def test_a_guard_follows_no_link_by_itself(tmp_path: Path) -> None:
    """Whoever forgets to resolve a path gets an error."""
    (tmp_path / "ok").mkdir()
    (tmp_path / "no").mkdir()
    (tmp_path / "no" / "f").write_text("x")
    (tmp_path / "ok" / "d").symlink_to("../no")
    (tmp_path / "ok" / "f").symlink_to("../no/f")
    guard = GuardedHost(CapturingHost({}), "here", [f"{tmp_path}/ok"])
    for look in (
        lambda: guard.read_bytes(f"{tmp_path}/ok/f"), lambda: guard.read_bytes(f"{tmp_path}/ok/d/f"),
        lambda: guard.list_dir(f"{tmp_path}/ok/d"), lambda: guard.file_type(f"{tmp_path}/ok/d/f"),
        lambda: guard.read_bytes(f"{tmp_path}/ok/../no/f"), lambda: guard.read_link(f"{tmp_path}/ok/d/f"),
    ):  # fmt: skip
        with pytest.raises(NixError):
            look()
    assert guard.file_type(f"{tmp_path}/ok/../no/f") is None


def test_what_is_forbidden_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "ok").mkdir()
    (tmp_path / "no").mkdir()
    guard = GuardedHost(CapturingHost({}), "here", [f"{tmp_path}/ok"])
    place = f"{tmp_path}/no"
    for look in (
        guard.read_bytes, guard.list_dir, guard.read_link, guard.is_executable, guard.modified, guard.require_type,
        guard.check_access, guard.check_all_below,
    ):  # fmt: skip
        with pytest.raises(RestrictedError) as caught:
            look(place)
        assert caught.value.message == f"access to absolute path '{place}' is forbidden here"
    guard.check_access(str(tmp_path))  # what leads to it may be seen
    with pytest.raises(RestrictedError):
        guard.check_all_below(str(tmp_path))


@pytest.mark.parametrize("make", [PureHost, RestrictedHost])
def test_evaluators_with_one_host_share_nothing(make: Callable[[], PureHost | RestrictedHost]) -> None:
    host = make()
    one, other = Evaluator(Settings(), host), Evaluator(Settings(), host)
    path = one.evaluate('builtins.unsafeDiscardStringContext (builtins.toFile "x" "of one")').to_python()
    other.evaluate('builtins.toFile "y" "of the other"')
    assert one.evaluate('builtins.readFile (builtins.toFile "x" "of one")').to_python() == "of one"
    with pytest.raises(RestrictedError):
        other.evaluate(f'builtins.readFile "{path}"')
    assert host.prefixes == set()


@pytest.mark.parametrize("kind", [PureHost, RestrictedHost])
def test_nothing_of_the_user_is_behind_a_secluded_host(
    world: World, kind: type[PureHost | RestrictedHost]
) -> None:
    host = kind(inner=CapturingHost(world.env))
    assert [host.get_env(name) for name in world.env] == [""] * len(world.env)
    assert not any(host.has_env(name) for name in world.env)
    assert (host.home(), host.read_stdin(), host.cache_home(), host.cache_directory()) == (
        "/",
        b"",
        None,
        None,
    )
    assert (host.now() == 0) is (kind is PureHost)
    settings = Evaluator(Settings(), host).engine.settings
    assert (settings.pure_eval, settings.restrict_eval) == (kind is PureHost, kind is RestrictedHost)


def test_what_a_lock_file_names_is_fetched_by_its_uri(world: World) -> None:
    """That the directory may be read is not enough, as in Nix 2.34.8."""
    sub, flake = f"{world.places['ok']}/sub", world.root / "ok" / "entry"
    known = hash_tree(host_tree(CapturingHost({}), sub)).text("sri")
    entry = {"type": "path", "path": sub, "narHash": known, "lastModified": 1}
    nodes = {
        "root": {"inputs": {"sub": "sub"}},
        "sub": {"flake": False, "locked": entry, "original": {"type": "path", "path": sub}},
    }
    flake.mkdir()
    (flake / "flake.lock").write_text(json.dumps({"nodes": nodes, "root": "root", "version": 7}))
    (flake / "flake.nix").write_text(
        f'{{ inputs.sub = {{ url = "path:{sub}"; flake = false; }}; outputs = {{ self, sub }}: {{ x = "${{sub}}"; }}; }}'
    )
    text = f'builtins.readDir (builtins.getFlake "path:{flake}").x'
    with pytest.raises(
        RestrictedError, match=f"access to URI 'path:{sub}.*' is forbidden in restricted mode"
    ):
        Evaluator(None, RestrictedHost([world.places["ok"]])).evaluate(text)
    found = Evaluator(None, RestrictedHost([world.places["ok"]], [f"path:{world.places['ok']}"])).evaluate(
        text
    )
    assert found.to_python() == {"f": "regular"}


def test_guards_behind_guards(world: World) -> None:
    """What is locked is fetched from where both allow it."""
    http = world.places["http"]
    known = hash_bytes("sha256", Answers.secret).text("sri")
    evaluator = Evaluator(None, PureHost(inner=RestrictedHost([], [f"{http}/a"])))
    text = 'builtins.typeOf (builtins.fetchurl {{ url = "{}"; sha256 = "{}"; }})'
    assert evaluator.evaluate(text.format(f"{http}/a/x", known)).to_python() == "string"
    with pytest.raises(RestrictedError, match="access to URI"):
        evaluator.evaluate(text.format(f"{http}/b/y", known))


URIS = [
    ("https://h/a", ["https://h"], True),
    ("https://h/a", ["https://h/"], True),
    ("https://h.evil/a", ["https://h"], False),
    ("https://h:1/a", ["https://h"], False),
    ("github:a/b", ["github:"], True),
    ("https://h", [""], False),
]


@pytest.mark.parametrize(("uri", "allowed", "answer"), URIS)
def test_allowed_uris(uri: str, allowed: list[str], answer: bool) -> None:
    assert is_allowed_uri(uri, allowed) is answer


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("make", [CapturingHost, MemoryHost])
def test_a_session_reads_its_hosts_input(make: Callable[..., CapturingHost], pure: bool) -> None:
    """Not the process's, whatever guard the settings put before the host; lines end at newlines only."""
    host = make(env={"NIX_PATH": ""}, stdin=b'"a\x0cb"\n1 + 1\n')
    assert run_command(make_command("repl", Settings(pure_eval=pure), host), []) == 0
    answers = [line for line in "".join(host.stdout).split("\n") if line and "nix-repl>" not in line]
    assert answers == ['"a\\u000cb"', "2"]
