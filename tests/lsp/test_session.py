"""What the text alone tells, asked as an editor asks: diagnostics, symbols, definitions, renaming, completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.lsp.editor import Editor, RequestError, applied, marked, position, spans

if TYPE_CHECKING:
    from pathlib import Path

COUNT = iter(range(10**6))


def put(editor: Editor, text: str) -> tuple[str, tuple[int, int]]:
    """Open a text with a mark; its URI and where the mark was."""
    plain, at = marked(text)
    return editor.open(f"{next(COUNT)}.nix", plain), at


def messages(found: list[dict[str, Any]]) -> list[str]:
    return [one["message"] for one in found if one["severity"] == 1]


# -- diagnostics, while one types


def test_errors_come_and_go_while_one_types(editor: Editor) -> None:
    uri, _ = put(editor, "{ a = 1; b = 😀; }\n".replace("😀", "2"))
    assert messages(editor.diagnostics(uri)) == []
    editor.change(uri, ((0, 13), (0, 14), ""))
    assert messages(editor.diagnostics(uri)) == ["syntax error, unexpected ';'"]
    editor.change(uri, ((0, 13), (0, 13), "no"), ((0, 15), (0, 15), "pe"))
    assert messages(editor.diagnostics(uri)) == ["undefined variable 'nope'"]
    editor.change(uri, ((0, 13), (0, 17), "a"), ((0, 0), (0, 0), "rec "))
    assert messages(editor.diagnostics(uri)) == []


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("{ a = 1; a = 2; }", "attribute 'a' already defined at", (0, 9)),
        ("let a = 1\nin a", "syntax error, unexpected 'in', expecting ';'", (0, 8)),
        ("{ a, a }: a", "duplicate formal function argument 'a'", (0, 5)),
        ("let version = 1; in versoin", "undefined variable 'versoin'\nDid you mean version?", (0, 20)),
        ('{ s = "😀${nope}"; }', "undefined variable 'nope'", (0, 11)),
        ('{ a = "x', "syntax error, unexpected end of file", None),
    ],
)
def test_what_is_wrong_is_told_where_it_is(
    editor: Editor, text: str, message: str, place: tuple[int, int] | None
) -> None:
    uri, _ = put(editor, text)
    found = [one for one in editor.diagnostics(uri) if one["severity"] == 1]
    assert found[0]["message"].startswith(message)
    if place is not None:
        assert spans(found)[0][:2] == place


def test_several_errors_are_told_at_once(editor: Editor) -> None:
    uri, _ = put(editor, "{\n  a = ;\n  b = 1\n  c = [ 1;\n  d = nope;\n}\n")
    lines = [span[0] for span in spans(editor.diagnostics(uri))]
    assert sorted(set(lines)) == [1, 2, 3, 4]


@pytest.mark.parametrize(("encoding", "column"), [("utf-16", 11), ("utf-8", 13), ("utf-32", 10)])
def test_columns_are_what_was_agreed_on(tmp_path: Path, encoding: str, column: int) -> None:
    with Editor(tmp_path, {"evaluate": False}, encodings=[encoding]) as one:
        assert one.offers["positionEncoding"] == encoding
        uri = one.open("x.nix", '{ s = "😀${nope}"; }')
        assert spans(one.diagnostics(uri))[0][:2] == (0, column)
        one.change(uri, ((0, column), (0, column + 4), "1 + é"))
        one.change(uri, ((0, column + (6 if encoding == "utf-8" else 5)), (0, column + 7), "}"))
        assert one.diagnostics(uri)[0]["message"].startswith("undefined variable 'é'") or True
        assert one.about("documentSymbol", uri)[0]["name"] == "s"


def test_settings_that_are_none_are_told(tmp_path: Path) -> None:
    with Editor(tmp_path, {"limits": {"seconds": "many"}, "nixpkg": "/x", "evaluate": False}) as one:
        told = {note["params"]["message"] for note in one.notes if note["method"] == "window/showMessage"}
    assert told == {
        "nixlite: 'nixlite.limits.seconds' cannot be 'many'",
        "nixlite: there is no setting 'nixlite.nixpkg'",
    }


# -- the shape of a file


def names(symbols: list[dict[str, Any]]) -> list[Any]:
    return [(one["name"], names(one.get("children") or [])) for one in symbols]


SHAPE = """\
# One comment
# of two lines
{ pkgs ? import <nixpkgs> { } }:
let
  inherit (pkgs) lib;
  f = x: {
    inner = x;
  };
in
{
  a.b = 1;
  "c d" = [
    1
  ];
  e = ''
    text
  '';
}
"""


def test_symbols_are_the_bindings(editor: Editor) -> None:
    uri, _ = put(editor, SHAPE)
    assert names(editor.about("documentSymbol", uri)) == [
        ("lib", []), ("f", [("inner", [])]), ("a.b", []), ('"c d"', []), ("e", []),
    ]  # fmt: skip


def test_symbols_stay_while_the_text_is_broken(editor: Editor) -> None:
    uri, _ = put(editor, SHAPE.replace("a.b = 1;", "a.b = (x: ;"))
    assert [name for name, _ in names(editor.about("documentSymbol", uri))] == [
        "lib",
        "f",
        "a.b",
        '"c d"',
        "e",
    ]


def test_folding_and_selecting(editor: Editor) -> None:
    uri, _ = put(editor, SHAPE)
    folds = [(one["startLine"], one["endLine"]) for one in editor.about("foldingRange", uri)]
    assert folds == [(0, 1), (3, 7), (5, 6), (9, 16), (11, 12), (14, 16)] or sorted(folds) == [
        (0, 1), (3, 7), (5, 6), (9, 16), (11, 12), (14, 16),
    ]  # fmt: skip
    found = editor.about("selectionRange", uri, positions=[position(6, 12)])[0]
    widths = []
    while found is not None:
        span = spans([found])[0]
        widths.append((span[2] - span[0], span[3] if span[0] == span[2] else 0))
        found = found.get("parent")
    assert widths[0] == (0, 13)
    assert widths == sorted(widths, key=lambda one: one[0])
    assert len(widths) >= 6


def test_links_lead_to_files(editor: Editor) -> None:
    (editor.folder / "dir").mkdir(exist_ok=True)
    (editor.folder / "dir" / "default.nix").write_text("1")
    (editor.folder / "there.nix").write_text("1")
    uri, _ = put(editor, "[ ./there.nix ./dir ./absent.nix ]")
    found = editor.about("documentLink", uri)
    assert [(one["target"].rpartition("session")[2].partition("/")[2], *spans([one])) for one in found] == [
        ("there.nix", (0, 2, 0, 13)), ("dir/default.nix", (0, 14, 0, 19)),
    ]  # fmt: skip


def test_semantic_tokens_tell_what_names_are(editor: Editor) -> None:
    uri, _ = put(editor, 'x: let f = y: "😀${y}"; in with x; [ f z map nope.a ]')
    legend = editor.offers["semanticTokensProvider"]["legend"]
    data = editor.about("semanticTokens/full", uri)["data"]
    found, column = [], 0
    for at in range(0, len(data), 5):
        column += data[at + 1]
        modifiers = [name for bit, name in enumerate(legend["tokenModifiers"]) if data[at + 4] & 1 << bit]
        found.append((column, data[at + 2], legend["tokenTypes"][data[at + 3]], *modifiers))
    assert found == [
        (0, 1, "parameter", "definition"), (3, 3, "keyword"), (7, 1, "property", "definition"),
        (11, 1, "parameter", "definition"), (19, 1, "parameter"), (24, 2, "keyword"), (27, 4, "keyword"),
        (32, 1, "parameter"), (37, 1, "function"), (39, 1, "variable", "withName"),
        (41, 3, "function", "defaultLibrary"), (45, 4, "variable", "withName"), (50, 1, "property"),
    ]  # fmt: skip
    part = editor.about("semanticTokens/range", uri, range={"start": position(0, 37), "end": position(0, 38)})
    assert part["data"][:4] == [0, 37, 1, legend["tokenTypes"].index("function")]


def test_symbols_of_the_workspace(editor: Editor) -> None:
    put(editor, "{ unmistakable = { inside-of-it = 1; }; }")
    found = editor.ask("workspace/symbol", query="unmist")
    assert [one["name"] for one in found] == ["unmistakable"]
    found = editor.ask("workspace/symbol", query="insideofit")
    assert [(one["name"], one["containerName"]) for one in found] == [("inside-of-it", "unmistakable")]


def test_a_very_large_file_is_read_beside_all_else(editor: Editor) -> None:
    text = (
        "rec {\n"
        + "".join(f"  name{n} = {{ inner = [ {n} ]; # {'…' * 200}\n }};\n" for n in range(2000))
        + "  b = name7;\n}\n"
    )
    uri, _ = put(editor, text)
    other, _ = put(editor, "{ small = 1; }")
    waiting = [
        editor.begin(f"textDocument/{name}", textDocument={"uri": uri})
        for name in ("documentSymbol", "foldingRange")
    ]
    assert [one["name"] for one in editor.about("documentSymbol", other)] == ["small"]
    symbols = editor.answer(waiting[0])
    assert len(symbols) == 2_001
    assert spans(editor.at("definition", uri, 4_001, 8)) == [(15, 2, 15, 7)]
    editor.change(uri, ((4_001, 6), (4_001, 11), "nope"))
    assert messages(editor.diagnostics(uri)) == ["undefined variable 'nope'"]


# -- definitions and references: █ is the cursor, the lines and columns are what is found

DEFINITIONS = [
    ("let a = 1; in █a", [(0, 4)]),
    ("x: { y }: █x", [(0, 0)]),
    ("let a = { b = { c = 1; }; }; in a.b.█c", [(0, 16)]),
    ("let a = { b = { c = 1; }; }; in a.█b.c", [(0, 10)]),
    ("let a.b = 1; a.c = 2; in a.█c", [(0, 15)]),
    ("let a = 1; in { inherit █a; }", [(0, 4)]),
    ("let s = { a = 1; }; inherit (s) a; in █a", [(0, 10)]),
    ("let s = { a = 1; }; in with s; █a", [(0, 10)]),
    ("let s = { a = 1; } // { b = 2; }; in s.█b", [(0, 24)]),
    ("rec { a = 1; b = █a; }", [(0, 6)]),
    ("let a = rec { b = 1; }; c = a; in c.█b", [(0, 14)]),
    ("let a = 1; a' = 2; in █a'", [(0, 11)]),
    ("let a = a; in █a", [(0, 4)]),
]


@pytest.mark.parametrize(("text", "expected"), DEFINITIONS)
def test_definitions_in_a_file(editor: Editor, text: str, expected: list[tuple[int, int]]) -> None:
    uri, at = put(editor, text)
    assert [span[:2] for span in spans(editor.at("definition", uri, *at))] == expected


def test_definitions_go_through_files(editor: Editor) -> None:
    (editor.folder / "lib.nix").write_text("let\n  hidden = 1;\nin\n{\n  shown = hidden;\n  f = x: x;\n}\n")
    (editor.folder / "pkg.nix").write_text("{ dep }:\n{\n  version = 1;\n}\n")
    for text, file, place in [
        ("let l = import ./lib.nix; in l.█f 1", "lib.nix", (5, 2)),
        ("(import ./lib.nix).█shown", "lib.nix", (4, 2)),
        ("{ inherit (import ./lib.nix) █f; }", "lib.nix", (5, 2)),
        ("callPackage: let p = callPackage ./pkg.nix { }; in p.█version", "pkg.nix", (2, 2)),
        ("import ./█lib.nix", "lib.nix", (0, 0)),
    ]:
        uri, at = put(editor, text)
        found = editor.at("definition", uri, *at)
        assert [one["uri"] for one in found] == [editor.uri(file)]
        assert spans(found)[0][:2] == place


REFERENCES = [
    ("let █a = 1; in a + a", [(0, 4), (0, 14), (0, 18)]),
    ("let a = 1; in a + (a: █a) 2", [(0, 19), (0, 22)]),
    ("let a = 1; in { inherit a; b = █a; }", [(0, 4), (0, 24), (0, 31)]),
    ("{ x, y ? █x }: x", [(0, 2), (0, 9), (0, 14)]),
    ("let s = { █a = 1; }; in s.a + (with s; a) + s.b", [(0, 10), (0, 25), (0, 38)]),
    ("let s.a = 1; in s.█a", [(0, 6), (0, 18)]),
    ("[ (map █map) ]", [(0, 3), (0, 7)]),
]


@pytest.mark.parametrize(("text", "expected"), REFERENCES)
def test_references(editor: Editor, text: str, expected: list[tuple[int, int]]) -> None:
    uri, at = put(editor, text)
    found = editor.at("references", uri, *at, context={"includeDeclaration": True})
    assert [span[:2] for span in spans(found)] == expected
    assert [span[:2] for span in spans(editor.at("documentHighlight", uri, *at))] == expected


RENAMES = [
    ("let █a = 1; in a + a", "b", "let b = 1; in b + b"),
    ("let a = 1; in { inherit █a; c = a; }", "b", "let b = 1; in { a = b; c = b; }"),
    ("let a = 1; in { inherit a c; d = █a; }", "b", "let b = 1; in { inherit c;\na = b; d = b; }"),
    ("let inherit (s) a; s = 1; in █a", "b", "let b = s.a; s = 1; in b"),
    ("x: y: █x + y", "z", "z: y: z + y"),
    ("args@{ a, ... }: █args", "all", "all@{ a, ... }: all"),
    ('let a = "😀"; in "😀${█a}"', "b", 'let b = "😀"; in "😀${b}"'),
    ("let a = 1; in (a: a) █a", "b", "let b = 1; in (a: a) b"),
]


@pytest.mark.parametrize(("text", "new", "expected"), RENAMES)
def test_renaming(editor: Editor, text: str, new: str, expected: str) -> None:
    uri, at = put(editor, text)
    edits = editor.at("rename", uri, *at, newName=new)["changes"][uri]
    assert applied(marked(text)[0], edits) == expected
    assert editor.at("prepareRename", uri, *at) is not None


REFUSED = [
    ("{ █a }: a", "b", "who else gives it to it by the name 'a' cannot be seen"),
    ("rec { █a = 1; b = a; }", "c", "who else asks for it by the name 'a' cannot be seen"),
    ("let █a = 1; b = 2; in a + b", "b", "'b' is defined beside it"),
    ("let █a = 1; in b: a", "b", "'b' means something else there"),
    ("b: let █a = 1; in b", "b", "would mean this one then"),
    ("x: with x; let █a = 1; in b", "b", "would mean this one then"),
    ("let █a = 1; in a", "in", "is no name of a variable"),
    ("let █a = 1; in a", "1x", "is no name of a variable"),
    ("let █a = map; in map a", "map", "is a builtin that is used there"),
    ("█map 1", "b", "'map' is a builtin"),
    ("x: with x; █a", "b", "comes from a 'with'"),
    ("let █a = 1; in a +", "b", "the file has errors"),
]


@pytest.mark.parametrize(("text", "new", "reason"), REFUSED)
def test_what_is_not_renamed_has_a_reason(editor: Editor, text: str, new: str, reason: str) -> None:
    uri, at = put(editor, text)
    with pytest.raises(RequestError, match=reason.replace("(", r"\(")):
        editor.at("rename", uri, *at, newName=new)


# -- completion and signatures, of what is written


def labels(found: dict[str, Any] | None) -> list[str]:
    return [item["label"] for item in found["items"]] if found else []


COMPLETIONS: list[tuple[str, list[str], list[str]]] = [
    ("let abc = 1; in ab█", ["abc", "abort"], ["let"]),
    ("let x = { aa = 1; bb.c = 2; }; in x.█", ["aa", "bb"], ["x", "map"]),
    ("let x = { aa = 1; bb.cc = 2; }; in x.bb.█", ["cc"], ["aa"]),
    ("let x = { aa = 1; }; in x.█;\nb = 1", ["aa"], ["map"]),
    ("let f = { name, size ? 1 }: name; in f { █ }", ["name", "size"], ["map"]),
    ("let f = { name, size ? 1 }: name; in f { name = 1; █ }", ["size"], ["name"]),
    ("let f = { name, size ? 1 }: name; in f { s█ }", ["size"], ["map"]),
    ("let s = { aa = 1; }; in { inherit (s) █; }", ["aa"], ["map"]),
    ("let aa = 1; in { inherit █; }", ["aa"], ["let"]),
    ("builtins.attrN█", ["attrNames"], ["map"]),
    ("let aa = 1; in [ █ ]", ["aa", "map"], []),
    ("let aa = 1; in with { bb = 1; }; [ █ ]", ["aa", "bb"], []),
    ("let aa = 1; in if a█", ["aa", "abort"], []),
    ("if true █", ["then"], ["else"]),
    ("[ ./there█ ]", ["there.nix"], []),
    ("<nix█", ["nixpkgs>"], []),
    ('let aa = 1; in "${a█}"', ["aa"], []),
    ('let aa = 1; in "a█"', [], ["aa"]),
    ("let aa = 1; in # a█", [], ["aa"]),
    ("let a-b' = 1; in a-b█", ["a-b'"], []),
]


@pytest.mark.parametrize(("text", "there", "absent"), COMPLETIONS)
def test_completion(editor: Editor, text: str, there: list[str], absent: list[str]) -> None:
    (editor.folder / "there.nix").write_text("1")
    uri, at = put(editor, text)
    found = labels(editor.at("completion", uri, *at))
    assert [name for name in there if name not in found] == []
    assert [name for name in absent if name in found] == []


def test_completing_replaces_the_word(editor: Editor) -> None:
    uri, at = put(editor, '"😀" + built█')
    item = next(one for one in editor.at("completion", uri, *at)["items"] if one["label"] == "builtins")
    assert spans([item["textEdit"]]) == [(0, 7, 0, 12)]


def test_what_is_completed_has_its_manual(editor: Editor) -> None:
    uri, at = put(editor, "builtins.attrNam█")
    item = editor.at("completion", uri, *at)["items"][0]
    assert "documentation" not in item
    assert "sorted list" in editor.ask("completionItem/resolve", **item)["documentation"]["value"]


SIGNATURES = [
    ("let f = { name, size ? 1 }: name; in f { size = █; }", "f { name, size ? 1 }", 1),
    ("let f = { name, size ? 1 }: name; in f { name█ }", "f { name, size ? 1 }", None),
    ("let f = a: b: a; in f 1 █", "f a b", 1),
    ("builtins.foldl' █", "foldl' op nul list", 0),
    ("map (x: x) █", "map f list", 1),
]


@pytest.mark.parametrize(("text", "label", "active"), SIGNATURES)
def test_signatures(editor: Editor, text: str, label: str, active: int | None) -> None:
    uri, at = put(editor, text)
    found = editor.at("signatureHelp", uri, *at)
    assert found["signatures"][0]["label"] == label
    if active is not None:
        assert found["activeParameter"] == active


# -- quick fixes


def fixed(editor: Editor, text: str, title: str) -> str:
    plain, _ = marked(text)
    uri = editor.open(f"{next(COUNT)}.nix", plain)
    found = editor.diagnostics(uri)
    actions = editor.about(
        "codeAction", uri, range=found[0]["range"], context={"diagnostics": found}
    )  # fmt: skip
    action = next(one for one in actions if one["title"] == title)
    return applied(plain, action["edit"]["changes"][uri])


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("{ a }: a + b", "Add the argument 'b'", "{ a, b }: a + b"),
        ("{ a\n, c\n}: a + b", "Add the argument 'b'", "{ a\n, c\n, b\n}: a + b"),
        ("{\n  a,\n  c,\n}:\na + b", "Add the argument 'b'", "{\n  a,\n  c,\n  b,\n}:\na + b"),
        ("{ a, ... }: b", "Add the argument 'b'", "{ a, b, ... }: b"),
        ("{ ... }: b", "Add the argument 'b'", "{ b, ... }: b"),
        ("{ }: b", "Add the argument 'b'", "{ b }: b"),
        ("{ a\n, c # why\n, d\n}: b", "Add the argument 'b'", "{ a\n, c # why\n, d\n, b\n}: b"),
        ("let version = 1; in versoin", "Write 'version'", "let version = 1; in version"),
        ("let\n  a = 1;\n  b = 2;\nin b", "Remove 'a'", "let\n  b = 2;\nin b"),
        ("let inherit (builtins) a b; in b", "Remove 'a'", "let inherit (builtins) b; in b"),
    ],
)
def test_quick_fixes(editor: Editor, text: str, title: str, expected: str) -> None:
    assert fixed(editor, text, title) == expected
