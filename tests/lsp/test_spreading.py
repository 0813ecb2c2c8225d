"""What is meant in several files: references, and renaming, after which all evaluates to the same."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

import nixlite
from tests.lsp.editor import Editor, RequestError, applied, marked, spans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with Editor(tmp_path_factory.mktemp("spreading"), {"evaluate": False}) as one:
        yield one


def put(editor: Editor, files: dict[str, str]) -> tuple[str, tuple[int, int]]:
    """Write the files of a case into a folder that has no other, and open the one with a mark."""
    for old in editor.folder.rglob("*.nix"):
        old.unlink()
    found = None
    for name, text in files.items():
        plain, at = marked(text)
        path = editor.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(plain, "utf-8")
        if "█" in text:
            found = (editor.open(name, plain), at)
    assert found is not None
    return found


def closed(editor: Editor, uri: str) -> None:
    editor.tell("textDocument/didClose", textDocument={"uri": uri})


LIB = "{\n  shout = s: s + s;\n  other = 1;\n}\n"
MAIN = 'let\n  lib = import ./lib.nix;\nin\nlib.shout (lib.shout "a")\n'

REFERENCES: list[tuple[dict[str, str], list[str]]] = [
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": MAIN},
     ["lib.nix:1:2", "main.nix:3:15", "main.nix:3:4"]),
    ({"lib.nix": LIB, "main.nix": MAIN.replace("(lib.shout", "(lib.█shout")},
     ["lib.nix:1:2", "main.nix:3:15", "main.nix:3:4"]),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "{ inherit (import ./lib.nix) shout; }",
      "third.nix": "(import ./main.nix).shout 1"},
     ["lib.nix:1:2", "main.nix:0:29", "third.nix:0:20"]),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "with import ./lib.nix; shout 1"},
     ["lib.nix:1:2", "main.nix:0:23"]),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "import ./user.nix { lib = import ./lib.nix; }",
      "user.nix": "{ lib }: lib.shout 1 + (lib ? shout)"},
     ["lib.nix:1:2", "user.nix:0:13", "user.nix:0:30"]),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "let lib = import ./lib.nix; in"
      " callPackage ./user.nix { inherit lib; }", "user.nix": "{ lib, ... }: lib.shout 1"},
     ["lib.nix:1:2", "user.nix:0:18"]),
    ({"pkg.nix": "{ name, █size ? 1 }: name + size", "main.nix": "import ./pkg.nix { name = 1; size = 2; }",
      "set.nix": "pkgs: pkgs.callPackage ./pkg.nix { size = 3; }", "sub/x.nix": "(import ../pkg.nix) { size = 4; }"},
     ["main.nix:0:29", "pkg.nix:0:27", "pkg.nix:0:8", "set.nix:0:35", "sub/x.nix:0:22"]),
    ({"pkg.nix": "{ name, size ? 1 }: name + size", "main.nix": "import ./pkg.nix { name = 1; █size = 2; }"},
     ["main.nix:0:29", "pkg.nix:0:27", "pkg.nix:0:8"]),
    ({"d/default.nix": "let █hidden = 1; in { inherit hidden; }", "main.nix": "(import ./d).hidden"},
     ["d/default.nix:0:29", "d/default.nix:0:4", "main.nix:0:13"]),
    ({"lib.nix": "x: { a.█b = x; a.c = 2; }", "main.nix": "let l = import ./lib.nix 1; in l.a.b + l.a.c"},
     ["lib.nix:0:7", "main.nix:0:35"]),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "let lib = { shout = 1; }; in lib.shout",
      "comment.nix": "# import ./lib.nix\n{ shout = 1; }"}, ["lib.nix:1:2"]),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "(import ./lib.nix // { shout = 1; }).shout",
      "right.nix": "({ shout = 1; } // import ./lib.nix).shout"}, ["lib.nix:1:2", "right.nix:0:37"]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), REFERENCES)
def test_references_go_through_files(session: Editor, files: dict[str, str], expected: list[str]) -> None:
    uri, at = put(session, files)
    found = session.at("references", uri, *at, context={"includeDeclaration": True})
    told = [
        f"{one['uri'].removeprefix(session.folder.as_uri() + '/')}:{line}:{column}"
        for one, (line, column, _, _) in zip(found, spans(found), strict=True)
    ]
    closed(session, uri)
    assert sorted(told) == sorted(expected)


REFERENCES += [
    (
        {
            "lib.nix": LIB,
            "main.nix": "import ./user.nix { lib = import ./lib.nix; }",
            "user.nix": "{ lib }: lib.█shout 1",
        },
        ["lib.nix:1:2", "user.nix:0:13"],
    ),
    (
        {"main.nix": "import ./user.nix { a = 1; }", "user.nix": "args: args.█a"},
        ["main.nix:0:20", "user.nix:0:11"],
    ),
]


def test_the_definition_of_what_an_argument_has(session: Editor) -> None:
    files = {"user.nix": "{ lib }: lib.█shout 1", "main.nix": "import ./user.nix { lib = import ./lib.nix; }"}
    uri, at = put(session, {"lib.nix": LIB, **files})
    found = session.at("definition", uri, *at)
    assert [(one["uri"], *spans([one])[0][:2]) for one in found] == [(session.uri("lib.nix"), 1, 2)]
    closed(session, uri)


RENAMES: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": MAIN},
     {"lib.nix": LIB.replace("shout", "new"), "main.nix": MAIN.replace("shout", "new")}),
    ({"lib.nix": LIB, "main.nix": MAIN.replace("(lib.shout", "(lib.█shout")},
     {"lib.nix": LIB.replace("shout", "new"), "main.nix": MAIN.replace("shout", "new")}),
    ({"lib.nix": LIB.replace("shout", "█shout"),
      "main.nix": "let\n  inherit (import ./lib.nix) shout;\nin\nshout \"b\"\n"},
     {"lib.nix": LIB.replace("shout", "new"),
      "main.nix": "let\n  shout = (import ./lib.nix).new;\nin\nshout \"b\"\n"}),
    ({"lib.nix": "rec {\n  █one = 1;\n  two = one + one;\n}\n", "main.nix": "let l = import ./lib.nix; in l.two + l.one"},
     {"lib.nix": "rec {\n  new = 1;\n  two = new + new;\n}\n", "main.nix": "let l = import ./lib.nix; in l.two + l.new"}),
    ({"lib.nix": "let one = 1; in { inherit (z) █a; b = one; }".replace("(z)", "({ a = 7; })"),
      "main.nix": "let l = import ./lib.nix; in l.a + l.b"},
     {"lib.nix": "let one = 1; in { new = { a = 7; }.a; b = one; }",
      "main.nix": "let l = import ./lib.nix; in l.new + l.b"}),
    ({"lib.nix": LIB.replace("shout", "█shout"), "user.nix": "{ lib }: lib.shout \"c\"",
      "main.nix": "import ./user.nix { lib = import ./lib.nix; }"},
     {"lib.nix": LIB.replace("shout", "new"), "user.nix": "{ lib }: lib.new \"c\""}),
    ({"pkg.nix": "{ a, b ? 1 }: a + b", "main.nix": "import ./pkg.nix { █a = 1; } + import ./pkg.nix { a = 2; b = 3; }"},
     {"pkg.nix": "{ new, b ? 1 }: new + b",
      "main.nix": "import ./pkg.nix { new = 1; } + import ./pkg.nix { new = 2; b = 3; }"}),
    ({"pkg.nix": "{ a, █b ? 1 }@all: a + all.b", "main.nix": "let b = 5; in import ./pkg.nix { a = 2; inherit b; }"},
     {"pkg.nix": "{ a, new ? 1 }@all: a + all.new",
      "main.nix": "let b = 5; in import ./pkg.nix { a = 2; new = b; }"}),
    ({"main.nix": "let f = { █a }: a; s = { x.y = 1; }; in f { a = s.x.y; }"},
     {"main.nix": "let f = { new }: new; s = { x.y = 1; }; in f { new = s.x.y; }"}),
    ({"main.nix": "let s = { x.█y = 1; x.z = 2; }; in s.x.y + s.x.z + (s.x.y or 3) + (if s ? x.y then 1 else 2)"},
     {"main.nix": "let s = { x.new = 1; x.z = 2; }; in s.x.new + s.x.z + (s.x.new or 3) + (if s ? x.new then 1 else 2)"}),
]  # fmt: skip


RENAMES += [
    (
        {
            "lib.nix": LIB,
            "user.nix": '{ lib }: lib.█shout "c"',
            "main.nix": "import ./user.nix { lib = import ./lib.nix; }",
        },
        {"lib.nix": LIB.replace("shout", "new"), "user.nix": '{ lib }: lib.new "c"'},
    ),
]


def value(folder: Path) -> Any:
    """What `main.nix` evaluates to."""
    found = nixlite.evaluate_file(folder / "main.nix")
    return found.to_python() if isinstance(found, nixlite.Value) else found


@pytest.mark.parametrize(("files", "expected"), RENAMES)
def test_renaming_goes_through_files(
    session: Editor, files: dict[str, str], expected: dict[str, str]
) -> None:
    uri, at = put(session, files)
    before = value(session.folder)
    changes = session.at("rename", uri, *at, newName="new")["changes"]
    closed(session, uri)
    for one, edits in changes.items():
        path = session.folder / one.removeprefix(session.folder.as_uri() + "/")
        path.write_text(applied(path.read_text("utf-8"), edits), "utf-8")
    after = {name: (session.folder / name).read_text("utf-8") for name in files}
    plain = {name: marked(text)[0] for name, text in files.items()}
    assert after == {**plain, **expected}
    assert value(session.folder) == before


REFUSED: list[tuple[dict[str, str], str]] = [
    ({"lib.nix": LIB.replace("shout", "█shout")}, "no file of this folder imports"),
    ({"flake.nix": "{ █a = 1; }", "main.nix": "(import ./flake.nix).a"}, "or people evaluate"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "with import ./lib.nix; shout 1"}, r"a 'with' gives its names there \(main.nix:1\)"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "builtins.attrNames (import ./lib.nix)"}, "given to a function"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "n: (import ./lib.nix).${n}"}, "computed name is selected"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "import ./lib.nix // { a = 1; }"}, "merged with another set"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "[ (import ./lib.nix) ]"}, "not followed"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "main.nix": "{ imports = [ ./lib.nix ]; }"}, "who imports it is not followed"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "a.nix": MAIN, "main.nix": "n: import (./. + n)"},
     r"which file is imported at main.nix:1 is not written there"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "a.nix": MAIN, "main.nix": "n: map import [ ./${n} ]"},
     "is not written there"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "a.nix": "(import ./lib.nix).new or 1"}, "'new' is asked for already, at a.nix:1"),
    ({"lib.nix": "{ █a = 1; new = 2; }", "a.nix": "(import ./lib.nix).a"}, "'new' is defined beside it"),
    ({"lib.nix": LIB.replace("shout", "█shout"), "user.nix": "{ lib }: lib.shout 1",
      "a.nix": "import ./user.nix { lib = import ./lib.nix; }", "b.nix": "import ./user.nix { lib = { shout = 1; }; }"},
     "gets another value at b.nix:1"),
    ({"pkg.nix": "{ █a }: a", "main.nix": "callPackage: (callPackage ./pkg.nix { }).x"},
     "'a' is given by 'callPackage' at main.nix:1"),
    ({"pkg.nix": "{ █a }: a", "main.nix": "callPackage: { p = callPackage ./pkg.nix { a = 1; }; }"},
     "has an 'override', which takes 'a'"),
    ({"pkg.nix": "{ █a }: a", "main.nix": "x: import ./pkg.nix x"}, "is not written there"),
    ({"pkg.nix": "{ █a, ... }@all: f all", "main.nix": "import ./pkg.nix { a = 1; }"}, "given to a function"),
    ({"pkg.nix": "{ █a, ... }: a", "main.nix": "import ./pkg.nix { a = 1; new = 2; }"}, "'new' is given as well at main.nix:1"),
    ({"pkg.nix": "{ █a }: let new = 1; in a", "main.nix": "import ./pkg.nix { a = 1; }"}, "means something else there"),
    ({"lib.nix": "{ █type = 1; }", "main.nix": "(import ./lib.nix).type"}, "a name that Nix"),
]  # fmt: skip

REFUSED += [
    ({"main.nix": "n: let s = { █a = 1; ${n} = 2; }; in s.a"}, "computed names as well"),
    ({"main.nix": "let s = { x.new = 1; x = { █a = 2; }; }; in s.x.a"}, "'new' is defined beside it"),
    ({"lib.nix": LIB, "user.nix": "{ lib }: lib.█shout 1", "a.nix": "import ./user.nix { lib = import ./lib.nix; }",
      "b.nix": "import ./user.nix { lib = { shout = 1; }; }"}, "is defined in several sets"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "reason"), REFUSED)
def test_what_cannot_all_be_seen_is_not_renamed(session: Editor, files: dict[str, str], reason: str) -> None:
    uri, at = put(session, files)
    with pytest.raises(RequestError, match=reason):
        session.at("rename", uri, *at, newName="new")
    closed(session, uri)


def test_edits_are_of_the_versions_that_the_editor_has(tmp_path: Path) -> None:
    """An open text counts as it is typed; a file that nobody has opened has no version."""
    (tmp_path / "lib.nix").write_text("{ }")
    (tmp_path / "main.nix").write_text(MAIN)
    knows = {"workspaceEdit": {"documentChanges": True}}
    with Editor(tmp_path, {"evaluate": False}, workspace=knows) as editor:
        uri = editor.open("lib.nix", LIB)
        editor.change(uri, ((0, 0), (0, 0), " "))
        found = editor.at("rename", uri, 1, 3, newName="new")["documentChanges"]
    told = [
        (one["textDocument"]["uri"], one["textDocument"].get("version"), len(one["edits"])) for one in found
    ]
    assert told == [(uri, 2, 1), (editor.uri("main.nix"), None, 2)]


def test_a_change_meanwhile_ends_a_rename(session: Editor) -> None:
    uri, at = put(session, {"lib.nix": LIB.replace("shout", "█shout"), "main.nix": MAIN})
    for n in range(300):
        (session.folder / f"more{n}.nix").write_text("import ./lib.nix")
    asked = session.begin(
        "textDocument/rename", textDocument={"uri": uri}, newName="new",
        position={"line": at[0], "character": at[1]},
    )  # fmt: skip
    session.change(uri, ((0, 0), (0, 0), " "))
    with pytest.raises(RequestError, match=r"was changed meanwhile|cannot be seen"):
        session.answer(asked)
    closed(session, uri)


def test_what_a_build_leaves_and_what_is_hidden_is_not_looked_into(session: Editor, tmp_path: Path) -> None:
    uri, at = put(session, {"lib.nix": LIB.replace("shout", "█shout"), "main.nix": MAIN})
    for folder in (session.folder / ".direnv", session.folder / "node_modules", tmp_path):
        folder.mkdir(exist_ok=True)
        (folder / "x.nix").write_text(MAIN.replace("./lib.nix", str(session.folder / "lib.nix")))
    (session.folder / "result").symlink_to(tmp_path)
    found = session.at("references", uri, *at, context={"includeDeclaration": False})
    assert {one["uri"] for one in found} == {session.uri("main.nix")}
    assert "looked at 2 files" in session.wait("window/logMessage")["message"]
    closed(session, uri)


def test_a_bound_is_told_and_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nixlite.lsp.library import Library
    from nixlite.lsp.texts import workspace
    from nixlite.lsp.texts.store import Documents

    monkeypatch.setattr(workspace, "MOST_FILES", 3)
    for n in range(5):
        (tmp_path / f"{n}.nix").write_text("import ./0.nix")
    documents = Documents(Library(), lambda: "utf-16")
    folder = workspace.Workspace(documents)
    folder.open_in([tmp_path.as_uri()])
    document = documents.load(str(tmp_path / "0.nix"))
    assert document is not None
    assert list(folder.look(document)) == []
    assert folder.bound.startswith("it has more than the 3 files")
    assert len(folder.naming(document.path)) == 3
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "near.nix").write_text("import ../0.nix")
    near = documents.load(str(tmp_path / "z" / "near.nix"))
    assert near is not None
    assert list(folder.look(near)) == []
    assert near.path in folder.naming(document.path)


def test_what_has_itself_in_it_comes_to_an_end(session: Editor) -> None:
    again = (
        "let make = f: args: f args // { override = new: make f (args // new); }; █add = { a }: { r = a; };"
    )
    uri, at = put(session, {"main.nix": again + " in ((make add { a = 3; }).override { a = 1; }).r"})
    begun = time.monotonic()
    found = session.at("references", uri, *at, context={"includeDeclaration": True})
    assert len(found) == 2
    assert time.monotonic() - begun < 10
    at = (0, again.index("make"))
    with pytest.raises(RequestError, match="is not written there"):
        session.at("rename", uri, 0, again.index("{ a }") + 1, newName="fresh")  # without the mark
    assert len(session.at("references", uri, *at, context={"includeDeclaration": True})) == 3
    assert time.monotonic() - begun < 20
    closed(session, uri)


def test_a_file_with_another_name_by_a_link(session: Editor) -> None:
    uri, at = put(session, {"lib.nix": LIB.replace("shout", "█shout"), "main.nix": MAIN})
    (session.folder / "other.nix").symlink_to("lib.nix")
    with pytest.raises(RequestError, match=r"lib\.nix has another name by a link"):
        session.at("rename", uri, *at, newName="new")
    closed(session, uri)
