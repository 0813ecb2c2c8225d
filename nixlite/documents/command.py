"""`nixlite test FILE.md`: do the examples of a document print what it shows?"""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, turn_on
from nixlite.drives import given_path
from nixlite.errors import NixError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host

FLAGS: Flags = {
    "--update": Flag("", turn_on("update"), "write what is printed now into the files"),
    **COMMON,
}
ENDINGS = (".md", ".markdown")


SESSION = "```console"


def has_sessions(host: Host, cwd: str, word: str) -> bool:
    """Whether a word of the command line is a Markdown file with what was typed and printed."""
    path = given_path(word, cwd)
    if not word.endswith(ENDINGS) or host.followed_type(path) != "regular":
        return False
    return SESSION in host.read_bytes(host.real_path(path)).decode("utf-8", "surrogateescape")


class TestDocuments(Command):
    """The command line of `nixlite test`. The exit code is 1 where something differs."""

    program = "nixlite test"
    usage = "nixlite test [--update] FILE.md…"
    description = (
        "Do the examples of a document print what it shows? Fenced blocks are run in an empty folder:\n"
        "'console' with '$ nixlite …', '$ nix-instantiate …', '$ cat NAME' (makes the file) and\n"
        "'nix-repl> …' (one session a document), 'nix' where a comment '# => VALUE' or '# error: …' follows\n"
        "an expression.\n"
        "Where '…' is shown there may be anything."
    )
    flags = FLAGS
    update = False

    def run(self) -> int:
        """Run the examples of each file."""
        if not self.words:
            raise UsageError("'nixlite test' takes Markdown files")
        return max([self.test(word) for word in self.words])

    def test(self, word: str) -> int:
        """One document."""
        from nixlite.documents.comparing import differences, told, updated
        from nixlite.documents.running import Runner

        if not word.endswith(ENDINGS):
            raise UsageError(f"'{word}' is no Markdown file")
        path = given_path(word, self.settings.cwd)
        if self.host.file_type(path) is None:
            raise NixError(f"path '{path}' does not exist")
        text = self.host.read_bytes(path).decode("utf-8", "surrogateescape")
        with self.host.scratch() as folder:
            found, foreign, count = differences(text, Runner(folder))
        for difference in found:
            self.host.write_stdout(told(word, difference))
        for step in foreign:
            self.host.write_stdout(
                f"{word}:{step.line}: not run, since it is no command of Nix: {step.text}\n"
            )
        if self.update and found:
            self.host.replace_file(path, updated(text, found))
        verb = "updated" if self.update else "differ"
        self.host.write_stdout(f"{word}: {count} examples, {len(found)} {verb}\n")
        return 1 if found and not self.update else 0
