"""Answers about flakes in git repositories hold across commits, as long as nothing that was asked has changed."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from nixlite import opaque
from nixlite.results import questions
from nixlite.results.kept import Kept
from nixlite.results.repository import is_plain_name
from tests.results.edits import answered, evaluated
from tests.results.git_edits import compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FLAKE = """{{
  outputs = {{ self }}: {{
    v = {expression};
  }};
}}
"""

Asked = "Callable[[str], bool]"


def git(folder: Path, *words: str) -> None:
    """Run git."""
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a flake that was committed long ago, which is where we are."""
    monkeypatch.setattr(questions, "RACY", 0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tree = tmp_path / "tree"
    (tree / "d").mkdir(parents=True)
    git(tree, "init", "-q", "-b", "main")
    git(tree, "config", "user.email", "a@b.c")
    git(tree, "config", "user.name", "n")
    (tree / "a.nix").write_text("1")
    (tree / "d" / "x").write_text("text")
    (tree / "unrelated").write_text("0")
    monkeypatch.chdir(tree)
    return tree


def keep(repository: Path, expression: str, *flags: str) -> Callable[[], bool]:
    """Commit a flake with an output, keep its answer; the result tells whether that answers again, and sees to
    it that it is right then."""
    (repository / "flake.nix").write_text(FLAKE.format(expression=expression))
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "first")
    words = ["eval", "--json", *flags, ".#v"]
    answers = repository.parent / "results"
    assert answered(words, answers)[1] is False
    assert answered(words, answers)[1] is True

    def asked() -> bool:
        told, hit = answered(words, answers)
        assert told == evaluated(words, None)
        return hit

    return asked


def empty_commit(repository: Path) -> None:
    git(repository, "commit", "-q", "--allow-empty", "-m", "nothing")


def other_commit(repository: Path) -> None:
    (repository / "unrelated").write_text("1")
    git(repository, "commit", "-q", "-a", "-m", "unrelated")


CARRIED = [
    "import ./a.nix",
    "builtins.readDir ./d",
    'builtins.readFile "${self}/d/x"',
    'map baseNameOf [ ./a.nix "${self}/a.nix" ]',
    "builtins.stringLength (toString ./.)",
    "toString ./a.nix == toString ./d",
    "builtins.substring (builtins.stringLength (toString ./.)) 6 (toString ./a.nix)",
    "builtins.substring 0 11 (toString ./.)",
    "builtins.length (builtins.genericClosure { startSet = [ { key = toString ./d; } ]; operator = _: [ ]; })",
    "map baseNameOf (builtins.sort builtins.lessThan (map toString [ ./d ./a.nix ]))",
    "toString ./d < toString ./a.nix",
    'builtins.length (builtins.split "/" (toString ./a.nix))',
    'builtins.match "(/)/" (toString ./a.nix)',
    'builtins.stringLength (builtins.replaceStrings [ "/" ] [ "--" ] (toString ./.))',
    'builtins.replaceStrings [ (toString ./.) ] [ "here" ] (toString ./a.nix)',
    '"${./d}"',
    '(builtins.tryEval (throw "${self}")).success',
    "self ? rev",
    "builtins.length (builtins.attrNames self.sourceInfo)",
    "builtins.stringLength (builtins.toJSON [ (toString ./.) ])",
    'throw "no"',
    "(import ./a.nix).b",
]

USED = [
    "self.rev or null",
    "builtins.stringLength self.shortRev",
    "self.lastModified > 0",
    'builtins.substring 0 4 self.lastModifiedDate != ""',
    "self.narHash",
    "self.revCount",
    '"${self}"',
    "toString ./.",
    '"${./.}"',
    "builtins.substring 11 1 (toString ./.)",
    "builtins.substring 0 12 (toString ./.)",
    "builtins.substring 42 (-1) (toString ./a.nix)",
    'builtins.hashString "md5" (toString ./a.nix)',
    'toString ./. < "/nix/store/m"',
    'builtins.head (builtins.sort builtins.lessThan [ (toString ./.) "/nix/store/m" ])',
    'builtins.sort builtins.lessThan [ (toString ./.) ] == [ "${self}" ] && ./. < /nix/store/m',
    'builtins.match "/nix/store/(.).*" (toString ./.)',
    'builtins.length (builtins.split "a" (toString ./.))',
    'builtins.replaceStrings [ "a" ] [ "A" ] (toString ./.)',
    'builtins.replaceStrings [ "" ] [ "-" ] (toString ./.)',
    "builtins.attrNames { ${toString ./a.nix} = 1; }",
    "builtins.length (builtins.attrNames (builtins.listToAttrs [ { name = toString ./.; value = 1; } ]))",
    "builtins.length (builtins.attrNames (builtins.groupBy toString [ ./a.nix ]))",
    'builtins.length (builtins.attrNames (builtins.getContext "${self}"))',
    '(derivation { name = "n"; system = "s"; builder = "b"; src = self; }).drvPath',
    '(derivation { name = "n"; system = "s"; builder = "b"; args = [ (toString ./a.nix) ]; }).outPath',
    'builtins.toFile "n" (builtins.unsafeDiscardStringContext "${self}")',
    "builtins.fromJSON (builtins.toJSON (toString ./.)) != null",
    "builtins.fromTOML \"x = '${toString ./.}'\" != { }",
    'builtins.compareVersions (toString ./.) "1"',
    "builtins.length (builtins.splitVersion (toString ./.))",
    "(builtins.parseDrvName (baseNameOf ./.)).version",
    "builtins.substring 11 1 (builtins.path { path = ./d; name = baseNameOf ./.; }) != null",
    "builtins.trace self.sourceInfo 1",
    "builtins.trace (toString ./a.nix) 1",
    'throw "at ${toString ./a.nix}"',
    'builtins.readDir (builtins.path { path = ./.; name = "source"; }) != { } && "${self}" == "x"',
    "builtins.placeholder (toString ./.)",
]


@pytest.mark.parametrize("expression", CARRIED)
def test_who_carries_the_name_around_is_answered_after_other_commits(
    repository: Path, expression: str
) -> None:
    asked = keep(repository, expression)
    empty_commit(repository)
    assert asked()
    other_commit(repository)
    assert asked()
    (repository / "new").write_text("not tracked")
    assert asked()


@pytest.mark.parametrize("expression", USED)
def test_who_looks_into_the_name_is_not(repository: Path, expression: str) -> None:
    asked = keep(repository, expression)
    other_commit(repository)
    assert not asked()


def test_what_is_asked_of_the_commit_is_the_same_while_that_is(repository: Path) -> None:
    asked = keep(repository, "self.rev")
    git(repository, "pack-refs", "--all")
    git(repository, "gc", "-q")
    assert asked()
    empty_commit(repository)
    assert not asked()


@pytest.mark.parametrize(
    ("change", "expression"),
    [
        ("echo 2 > a.nix && git commit -qam 2", "import ./a.nix"),
        ("echo 2 > a.nix", "1"),
        ("git rm -q --cached a.nix && git commit -qm 2", "import ./a.nix"),
        ("git rm -q a.nix && git commit -qm 2", "builtins.pathExists ./a.nix"),
        ("echo 2 > b.nix && git add b.nix && git commit -qm 2", "builtins.pathExists ./b.nix"),
        ("echo 2 > d/y && git add d && git commit -qm 2", "builtins.readDir ./d"),
        ("echo 2 > d/y && git add d && git commit -qm 2", '"${./d}"'),
        ("chmod +x d/x && git commit -qam 2", '"${./d}"'),
        ("git mv d/x d/y && git commit -qm 2", "builtins.readDir ./d"),
        ("mv d e && ln -s e d", "builtins.readFile ./d/x"),
        ("rm d/x && mkdir d/x", "builtins.readFileType ./d/x"),
        ("git branch -q other && echo 2 > a.nix && git commit -qam 2", "import ./a.nix"),
        ("rm unrelated && mkfifo unrelated", "1"),
        ("rm -rf .git", "1"),
        ("printf 'ref: refs/heads/a..b' > .git/HEAD", "1"),
        ("printf '[core' >> .git/config", "1"),
    ],
)  # fmt: skip
def test_what_it_asked_has_changed(repository: Path, change: str, expression: str) -> None:
    asked = keep(repository, expression)
    subprocess.run(["sh", "-c", change], cwd=repository, check=True)
    assert not asked()


def test_a_dirty_tree_is_told_of_again_and_only_while_it_is_dirty(repository: Path) -> None:
    asked = keep(repository, "import ./a.nix")
    (repository / "unrelated").write_text("dirty")
    assert not asked()
    assert asked()
    (repository / "unrelated").write_text("otherwise dirty")
    assert asked()
    git(repository, "commit", "-q", "-a", "-m", "clean")
    assert not asked()


@pytest.mark.parametrize(
    ("expression", "same"), [("self.narHash", False), ("self.dirtyRev", True), ("1", True)]
)
def test_a_dirty_tree_that_changes_has_another_name_and_the_same_commit(
    repository: Path, expression: str, same: bool
) -> None:
    keep(repository, expression)
    words, answers = ["eval", ".#v"], repository.parent / "results"
    (repository / "unrelated").write_text("dirty")
    assert [answered(words, answers)[1] for _ in range(2)] == [False, True]
    (repository / "unrelated").write_text("otherwise")
    told, hit = answered(words, answers)
    assert told == evaluated(words, None)
    assert hit is same


def test_what_is_behind_a_link_is_no_part_of_a_dirty_tree_either(repository: Path) -> None:
    keep(repository, "builtins.readFile ./d/x")
    words, answers = ["eval", ".#v"], repository.parent / "results"
    (repository / "a.nix").write_text("dirty")
    assert [answered(words, answers)[1] for _ in range(2)] == [False, True]
    (repository / "d").rename(repository / "e")
    (repository / "d").symlink_to("e")
    told, hit = answered(words, answers)
    assert not hit
    assert told.code == 1


def test_what_cannot_be_copied_to_the_store_is_an_error_whoever_reads_it(repository: Path) -> None:
    keep(repository, "1")
    words, answers = ["eval", ".#v"], repository.parent / "results"
    (repository / "a.nix").write_text("dirty")
    assert [answered(words, answers)[1] for _ in range(2)] == [False, True]
    (repository / "unrelated").unlink()
    os.mkfifo(repository / "unrelated")
    told, hit = answered(words, answers)
    assert not hit
    assert "unsupported type" in told.errors


def test_two_trees_that_may_become_the_same(repository: Path) -> None:
    """Their names are different now, and the same when one of them has changed."""
    other = repository.parent / "other"
    git(repository.parent, "clone", "-q", str(repository), str(other))
    words = [
        "eval",
        "--impure",
        "--expr",
        f'"${{builtins.fetchGit ./.}}" == "${{builtins.fetchGit {other}}}"',
    ]
    (repository / "unrelated").write_text("different")
    for tree in (repository, other):
        git(tree, "add", "-A")
        git(tree, "-c", "user.email=a@b.c", "-c", "user.name=n", "commit", "-q", "-m", "x", "--allow-empty")
    for text, equal in (("different", "false\n"), ("0", "false\n"), ("1", "false\n")):
        (repository / "unrelated").write_text(text)
        git(repository, "commit", "-q", "-a", "-m", "y", "--allow-empty")
        told, _ = answered(words, repository.parent / "results")
        assert told == evaluated(words, None)
        assert told.output == equal


def test_of_two_trees_only_what_was_read_is_different(repository: Path) -> None:
    """That a file is there says nothing about what it will be."""
    other = repository.parent / "other"
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "x")
    git(repository.parent, "clone", "-q", str(repository), str(other))
    mine, theirs = "builtins.fetchGit ./.", f"builtins.fetchGit {other}"
    same = f'"${{{mine}}}" == "${{{theirs}}}"'
    words = ["eval", "--impure", "--expr", f'[ (builtins.pathExists "${{{mine}}}/unrelated") ({same}) ]']
    read = ["eval", "--impure", "--expr", f'[ (builtins.readFile "${{{mine}}}/unrelated") ({same}) ]']
    answers = repository.parent / "results"
    (repository / "unrelated").write_text("1")
    git(repository, "commit", "-q", "-a", "-m", "y")
    assert [answered(words, answers)[1] for _ in range(2)] == [False, True]
    assert [answered(read, answers)[1] for _ in range(2)] == [False, True]
    empty_commit(repository)
    assert answered(read, answers)[1]  # the other one has another text there
    (other / "unrelated").write_text("1")
    git(other, "-c", "user.email=a@b.c", "-c", "user.name=n", "commit", "-q", "-a", "-m", "z")
    for each in (words, read):
        told, hit = answered(each, answers)
        assert told == evaluated(each, None)
        assert not hit


def test_what_goes_on_in_a_submodule(repository: Path) -> None:
    """It is no part of the tree, but may make it dirty."""
    other = repository.parent / "other"
    git(repository, "commit", "-q", "--allow-empty", "-m", "x")
    git(repository.parent, "clone", "-q", str(repository), str(other))
    (other / "file").write_text("1")
    git(other, "add", "-A")
    git(other, "-c", "user.email=a@b.c", "-c", "user.name=n", "commit", "-q", "-m", "z")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "module")
    asked = keep(repository, "builtins.readDir ./.")
    empty_commit(repository)
    assert asked()
    (repository / "module" / "file").write_text("2")
    assert not asked()


def test_a_name_that_is_written_somewhere(repository: Path) -> None:
    """It may be the one that the source will have."""
    name = "/nix/store/" + "a" * 32 + "-source"
    asked = keep(repository, f'toString ./. == "{name}"')
    other_commit(repository)
    assert not asked()


def test_a_branch_that_is_fetched_is_asked_for(repository: Path) -> None:
    (repository / "f.nix").write_text('import "${builtins.fetchGit { url = ./.; ref = "side"; }}/a.nix"')
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "x")
    git(repository, "branch", "side")
    words, answers = ["eval", "-f", "f.nix"], repository.parent / "results"
    assert [answered(words, answers)[1] for _ in range(2)] == [False, True]
    other_commit(repository)
    assert answered(words, answers)[1]
    git(repository, "branch", "-f", "side", "HEAD")
    assert not answered(words, answers)[1]


def test_a_commit_without_a_branch(repository: Path) -> None:
    asked = keep(repository, "import ./a.nix")
    git(repository, "checkout", "-q", "--detach")
    assert asked()
    empty_commit(repository)
    assert asked()


def test_a_file_more_in_a_directory_that_was_listed(repository: Path) -> None:
    (repository / "f.nix").write_text('builtins.readDir "${builtins.fetchGit ./.}/d"')
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "x")
    words, answers = ["eval", "-f", "f.nix"], repository.parent / "results"
    assert [answered(words, answers)[1] for _ in range(2)] == [False, True]
    other_commit(repository)
    assert answered(words, answers)[1]
    (repository / "d" / "y").write_text("y")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "y")
    told, hit = answered(words, answers)
    assert not hit
    assert "y = " in told.output


def test_what_is_not_exported_counts(repository: Path) -> None:
    (repository / "f.nix").write_text("builtins.readDir (builtins.fetchGit ./.)")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "x")
    words, answers = ["eval", "-f", "f.nix"], repository.parent / "results"
    assert [answered(words, answers)[1] for _ in range(2)] == [False, True]
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("a.nix export-ignore\n")
    told, hit = answered(words, answers)
    assert not hit
    assert "a.nix" not in told.output


def test_a_further_working_tree(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(repository, "import ./a.nix")
    other = repository.parent / "further"
    git(repository, "worktree", "add", "-q", "--detach", str(other))
    monkeypatch.chdir(other)
    words, answers = ["eval", ".#v"], repository.parent / "results"
    assert [answered(words, answers)[1] for _ in range(2)] == [False, True]
    empty_commit(other)
    assert answered(words, answers)[1]
    (other / "a.nix").write_text("7")
    assert not answered(words, answers)[1]


def test_git_is_only_asked_where_something_is_another(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = keep(repository, "1")
    runs: list[str] = []
    start = os.posix_spawnp
    monkeypatch.setattr(os, "posix_spawnp", lambda *a, **k: runs.append(a[0]) or start(*a, **k))
    assert asked()
    assert runs == []
    empty_commit(repository)
    assert asked()
    assert runs == ["git", "git"]
    assert asked()
    assert len(runs) == 2
    monkeypatch.setattr(questions, "RACY", 10**18)  # a change might not show
    assert asked()
    assert len(runs) == 4


def test_after_random_things_done_in_a_repository() -> None:
    found = compare(60, 3)
    assert found.wrong == []
    assert found.hits > 15
    assert found.different > 15


def test_names_of_branches_about_which_nobody_argues() -> None:
    good = ["ref: refs/heads/main", "ref: refs/heads/a/b-c_d.e", "0" * 40]
    bad = [
        "",
        "ref: refs/heads/",
        "ref: refs/heads/a..b",
        "ref: refs/heads/.a",
        "ref: refs/heads/a.lock",
        "0" * 39,
    ]
    assert all(map(is_plain_name, good))
    assert not any(
        map(is_plain_name, [*bad, "ref: refs/heads/a b", "ref: refs/heads/ä", "ref: HEAD", "x" * 40])
    )


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What programs have looked into."""
    seen: list[str] = []
    opaque.TEXTS.update({"abc": seen.append, "xyz": seen.append})
    yield seen
    opaque.TEXTS.clear()


def test_what_looks_into_a_text(told: list[str]) -> None:
    opaque.cut("--abc--", 2, 5)
    opaque.cut("--abc--", 0, 2)
    opaque.compared("--abc-", "--abc+")
    opaque.compared("+", "abc")
    opaque.compared("--", "--abc")
    opaque.put_in_order(["--", "-xyz", "xyz"])
    opaque.searched("-abc-", ["/", "+abc"])
    opaque.matched("-abc-", "(/)\\.")
    opaque.seen("ab c")
    opaque.seen_bytes(b"\xff")
    assert told == ["abc", "xyz"]  # which differ from "+" and "-" in a letter of theirs
    opaque.TEXTS["xyz"] = told.append
    opaque.cut("ä xyz", 0, 1)
    assert told == ["abc", "xyz", "xyz"]
    opaque.seen("abc xyz")
    assert len(told) == 3  # each once


def test_an_entry_of_another_form_is_none(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = keep(repository, "1")
    monkeypatch.setattr("nixlite.results.kept.FORM", 99)
    assert not asked()
    assert Kept(["eval", "--json", ".#v"], str(repository.parent / "results")).load() is not None
