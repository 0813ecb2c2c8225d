"""The completion script of fish: each flag once, with the commands that have it as its condition."""

from __future__ import annotations

from nixlite.cli.shell.bash import taken_by
from nixlite.cli.shell.tables import NIX, groups, settings, top_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.cli.shell.tables import Entry

SCRIPT = r"""# completion of nixlite for fish, made by `nixlite completion fish`

function __nixlite_kinds # command, flag: prints what the flag's arguments are, a line each
    switch "$argv[1] $argv[2]"
@KINDS@    end
end

function __nixlite_words # command: prints what its words are
    switch "$argv[1]"
@WORDS@        case '*'
            echo nix
    end
end

function __nixlite_first # command: prints what its first word is
    switch "$argv[1]"
@FIRST@        case '*'
            __nixlite_words $argv[1]
    end
end

function __nixlite_state # sets what is to be completed: command, kinds, and whether flags are welcome
    set -g __nixlite_command ''
    set -g __nixlite_wanted
    set -g __nixlite_flags yes
    set -l group ''
    set -l first yes
    set -l skip
    for word in (commandline -opc)[2..-1]
        if test (count $skip) -gt 0
            set -e skip[1]
        else if test -z "$__nixlite_flags"
            set first ''
        else if test "$word" = --
            set __nixlite_flags ''
        else if string match -q -- '-?*' "$word"
            set skip (__nixlite_kinds "$__nixlite_command" "$word")
        else if test -n "$__nixlite_command"
            set first ''
        else if test -n "$group"
            set __nixlite_command "$group $word"
        else if contains -- "$word" @GROUPS@
            set group $word
        else
            set __nixlite_command $word
        end
    end
    if test (count $skip) -gt 0
        set __nixlite_wanted $skip[1]
        set __nixlite_flags ''
    else if test -z "$__nixlite_command"
        set __nixlite_wanted "command $group"
    else if test -n "$first"
        set __nixlite_wanted (__nixlite_first "$__nixlite_command")
    else
        set __nixlite_wanted (__nixlite_words "$__nixlite_command")
    end
end

function __nixlite_has # commands: is it one of these whose flag is to be completed?
    __nixlite_state
    test -n "$__nixlite_flags"; and contains -- "$__nixlite_command" $argv
end

function __nixlite_offer # prints what can stand here
    __nixlite_state
    for kind in $__nixlite_wanted
        switch $kind
            case nothing
            case nix
                __fish_complete_suffix .nix
            case any
                __fish_complete_path (commandline -ct)
            case folder
                __fish_complete_directories (commandline -ct)
            case setting
                string split ' ' -- '@SETTINGS@'
            case 'command '
@TOP@@SECOND@            case '*'
                string split ' ' -- $kind
        end
    end
end

complete -c nixlite -e
complete -c nixlite -f -a '(__nixlite_offer)'
complete -c nixlite -n '__nixlite_has ""' -l help -d 'show what there is'
complete -c nixlite -n '__nixlite_has ""' -l version -d 'show versions'
@FLAGS@"""


def fish_script(entries: list[Entry]) -> str:
    """The script that completes *entries*."""
    summaries = {each.name: each.summary for each in entries}
    top = {name: summaries.get(name) or ", ".join(groups()[name]) for name in top_words()}
    second = [
        f"            case 'command {group}'\n{told({n: summaries[f'{group} {n}'] for n in names})}"
        for group, names in groups().items()
    ]
    parts = {
        "KINDS": kinds(entries),
        "WORDS": cases({each.name: [each.words] for each in entries if each.words != NIX}),
        "FIRST": cases({each.name: each.first for each in entries if each.verbs}),
        "GROUPS": " ".join(groups()),
        "SETTINGS": " ".join(settings()),
        "TOP": told(top),
        "SECOND": "".join(second),
        "FLAGS": flags(entries),
    }
    text = SCRIPT
    for name, part in parts.items():
        text = text.replace(f"@{name}@", part)
    return text


def quoted(text: str) -> str:
    """A word in single quotes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def told(texts: dict[str, str]) -> str:
    """Lines that print words with what they are for."""
    return "".join(
        [f"                printf '%s\\t%s\\n' {name} {quoted(text)}\n" for name, text in texts.items()]
    )


def cases(table: dict[str, list[str]]) -> str:
    """Lines of a `switch` that prints kinds."""
    return "".join(
        [f"        case {quoted(name)}\n            {printed(kinds)}\n" for name, kinds in table.items()]
    )


def printed(kinds: Sequence[str]) -> str:
    """The command that prints kinds, a line each."""
    return f"printf '%s\\n' {' '.join(map(quoted, kinds))}" if kinds else "true"


def kinds(entries: list[Entry]) -> str:
    """Lines of the `switch` that knows what follows a flag."""
    special, usual = taken_by(entries)
    lines = [
        f"        case {quoted(f'{command} {flag}')}\n            {printed(way)}\n"
        for command, flag, way in special
    ]
    for way, names in usual:
        patterns = " ".join([quoted(f"* {name}") for name in names])
        lines.append(f"        case {patterns}\n            {printed(way)}\n")
    return "".join(lines)


def flags(entries: list[Entry]) -> str:
    """A `complete` for each flag; those of the same commands share a condition, which fish asks once."""
    having: dict[tuple[str, str, str], list[str]] = {}
    for each in entries:
        for long, short, help_, *_ in each.flags:
            having.setdefault((long, short, help_), []).append(each.name)
    lines = []
    for (long, short, help_), commands in having.items():
        condition = quoted("__nixlite_has " + " ".join([f'"{name}"' for name in commands]))
        names = f"-s {short[1:]} -l {long[2:]}" if short else f"-l {long[2:]}"
        lines.append(f"complete -c nixlite -n {condition} {names} -d {quoted(help_)}\n")
    return "".join(lines)
