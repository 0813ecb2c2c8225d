"""`nixlite lint`: what is probably not meant; `--fix` changes files."""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.explain.ways import FlakeWay, way_in
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, store, turn_on
from nixlite.cli.flake.locking import LOCKING, Locking
from nixlite.cli.reporting import report_error
from nixlite.cli.sources import file_path, string_source
from nixlite.cli.starting import start
from nixlite.errors import NixError, UsageError
from nixlite.explain.remarks import GITHUB, JSON, SARIF, check_format, written
from nixlite.host.mounts import origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.explain.lint.tree import Finding
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.source import Source

FOUND, UNTOLD = 1, 2
FORMAT_HELP = "text, json, sarif (for code scanning) or github (annotations of a workflow)"


def ignore_rule(command: Any, words: list[str]) -> None:
    """The action of `--ignore`."""
    command.ignored.append(words[0])


FLAGS: Flags = {
    "--expr": Flag("expr", store("expression"), "look at an expression", "-E"),
    "--ignore": Flag("rule", ignore_rule, "leave out a rule; may be repeated"),
    "--syntax": Flag("", turn_on("syntax"), "only whether files parse, and no name in them is undefined"),
    "--fix": Flag("", turn_on("fix"), "rewrite 'rec' and 'let' where that is proved to be the same"),
    "--call": Flag("expr", store("caller"), "the callPackage for --fix ((import <nixpkgs> { }).callPackage)"),
    "--json": Flag("", turn_on("json"), "print JSON"),
    "--format": Flag("format", store("format"), FORMAT_HELP),
    **EVALUATION,
    **COMMON,
    **LOCKING,
}


class Lint(Command):
    """The command line of `nixlite lint`."""

    program = "nixlite lint"
    usage = "nixlite lint [flags] FILE…"
    description = (
        "Find what is probably not meant in the source of Nix files, and mend some of it. The\n"
        "exit code is 1 where something is found, 2 where nothing is and a\n"
        "file cannot be read. A line that ends in '# lint: ignore' is left out, directories and\n"
        "flakes are searched for .nix files. What a finding supposes of a package of <nixpkgs> is looked up\n"
        "there. With --fix, 'mkDerivation rec' and 'let … in mkDerivation' become 'mkDerivation (finalAttrs:"
        " …)' where evaluating both gives the same derivation."
    )
    flags = FLAGS
    expression: str | None = None
    json = False
    format = "text"
    syntax = False
    fix = False
    caller = "(import <nixpkgs> { }).callPackage"

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.ignored: list[str] = []
        self.locking = Locking()

    def run(self) -> int:
        """Look at each file."""
        self.check()
        evaluator = start(self)
        results: list[tuple[Source, list[Finding]]] = []
        errors: list[tuple[NixError, str]] = []
        from nixlite.explain.lint.linting import lint

        for source in self.sources(evaluator):
            try:
                if self.fix and source.path is not None:
                    source = self.fixed(evaluator, source)
                results.append((source, lint(evaluator, source, self.ignored)))
            except NixError as error:  # a file that does not parse must not hide what is in the others
                report_error(self, error)
                errors.append((error, source.name))
        if self.format in (SARIF, GITHUB):
            self.print_remarks(results, errors)
        elif results or not errors:
            self.print(results, done=not errors)
        return FOUND if any(findings for _, findings in results) else UNTOLD if errors else 0

    def check(self) -> None:
        """Complain of a command line that makes no sense."""
        from nixlite.errors import did_you_mean
        from nixlite.explain.lint.rules import RULES

        check_format(self.format)
        self.json = self.json or self.format == JSON
        names = [rule.name for rule in RULES]
        for name in self.ignored:
            if name not in names:
                hint = did_you_mean(name, names)
                raise UsageError(f"there is no rule '{name}'; the rules: {', '.join(names)}", hint=hint)
        if self.syntax:
            self.ignored = names
        if not self.words and self.expression is None:
            raise UsageError("there is nothing to look at: name files or give '--expr EXPR'")

    def sources(self, evaluator: Evaluator) -> list[Source]:
        """The texts that the command line names."""
        found = [string_source(self, self.expression)] if self.expression is not None else []
        for word in self.words:
            path = self.path_of(evaluator, word)
            if self.host.file_type(self.host.real_path(path)) == "directory":
                found += [evaluator.read_source(file) for file in nix_files(self.host, path)]
            else:
                found.append(evaluator.read_source(path))
        return found

    def path_of(self, evaluator: Evaluator, word: str) -> str:
        """The file or folder that a word names: of a flake the folder that it was copied from."""
        way = way_in(self, word)
        if way.path:
            hint = f"'{self.program} {word.partition('#')[0] or '.'}' looks at all that is there."
            raise UsageError(f"'{word}' is an attribute, and 'lint' looks at files", hint=hint)
        if type(way) is not FlakeWay:
            return file_path(evaluator, way.word)
        directory = way.locked(evaluator).flake.directory
        written = origin(directory, evaluator.state.caches["shown trees"])
        if written.startswith("/"):
            return written
        if self.fix:
            raise UsageError(f"'--fix' changes files, and those of '{word}' are only a copy")
        return directory

    def fixed(self, evaluator: Evaluator, source: Source) -> Source:
        """The source with what can be fixed fixed, in the file too."""
        from nixlite.explain.lint.fixes import fix_source
        from nixlite.host.real import fs_path
        from nixlite.source import Source as NewSource

        assert source.path is not None
        text, fixes = fix_source(lambda: start(self), source, self.caller)
        for fix in fixes:
            place = source.position(min(fix.offset, len(source.text)))
            what = f"not fixed: {fix.refusal}" if fix.refusal else "fixed: the same derivation as before"
            self.host.write_stderr(f"{place}: {what}\n")
        if text == source.text:
            return source
        with open(fs_path(source.path), "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        self.evaluator = evaluator
        return NewSource(source.name, text, base=source.base, path=source.path)

    def print(self, results: list[tuple[Source, list[Finding]]], *, done: bool) -> None:
        """Write the findings of all files; *done*: all of them were looked at."""
        from nixlite.explain.lint.linting import render, to_data

        if self.json:
            import json  # seldom

            data = [row for source, findings in results for row in to_data(source, findings)]
            text = json.dumps(data, indent=2, ensure_ascii=False)
        else:
            colour = self.host.stdout_colour()
            text = "\n\n".join(render(*result, colour=colour) for result in results if result[1])
            if not text and results and done and not self.fix:
                count = f" in {len(results)} file{'s' * (len(results) != 1)}"
                text = "nothing found" + count * bool(self.words)
            from nixlite.cli.links import linked

            text = linked(text, self.host, self.settings)
        self.host.write_stdout(f"{text}\n" if text else "")

    def print_remarks(
        self, results: list[tuple[Source, list[Finding]]], errors: list[tuple[NixError, str]]
    ) -> None:
        """Write the findings for programs that show them beside the source."""
        from nixlite.explain.lint.rules import RULES
        from nixlite.explain.remarks import UNREADABLE, remark_of, remark_of_error

        remarks = [remark_of(source, finding) for source, findings in results for finding in findings]
        remarks += [remark_of_error(*error) for error in errors]
        rules = {rule.name: rule.about for rule in RULES} | {UNREADABLE: "a file that cannot be read"}
        self.host.write_stdout(written(self.format, remarks, rules, self.host, self.settings.cwd))


def nix_files(host: Host, directory: str) -> list[str]:
    """The .nix files below a directory, links not followed."""
    found: list[str] = []
    for name, kind in sorted(host.list_dir(directory).items()):
        if kind == "directory" and not name.startswith("."):
            found += nix_files(host, f"{directory}/{name}")
        elif kind == "regular" and name.endswith(".nix"):
            found.append(f"{directory}/{name}")
    return found
