"""The completion script of zsh, by `_arguments`: flags with their help, then what they take."""

from __future__ import annotations

from nixlite.cli.shell.tables import ANY, FOLDER, NIX, NOTHING, SETTING, groups, settings, top_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.shell.tables import Entry

SCRIPT = r"""#compdef nixlite
# completion of nixlite for zsh, made by `nixlite completion zsh`

_nixlite_settings() {
    compadd "$@" -- @SETTINGS@
}

_nixlite_of() { # what is left of the command line, by its command: $words begins with the command's last word
    local -a flags
    case $1 in
@COMMANDS@    *) _files; return ;;
    esac
    _arguments -S $flags
}

_nixlite() {
    local state line name
    local -a commands
    typeset -A opt_args
    _arguments -C '--help[show what there is]' '--version[show versions]' '1: :->command' '*:: :->rest'
    case $state in
    command)
        commands=(
@TOP@        )
        _describe command commands
        ;;
    rest)
        name=$words[1]
        case $name in
@GROUPS@        *) _nixlite_of $name; return ;;
        esac
        if (( CURRENT == 2 )); then
            _describe command commands
        else
            name="$name $words[2]"
            shift words
            (( CURRENT-- ))
            _nixlite_of $name
        fi
        ;;
    esac
}

if [[ $funcstack[1] == _nixlite ]]; then _nixlite "$@"; else compdef _nixlite nixlite; fi
"""


def zsh_script(entries: list[Entry]) -> str:
    """The script that completes *entries*."""
    same: dict[str, list[str]] = {}
    for each in entries:
        same.setdefault(specs(each), []).append(each.name)
    summaries = {each.name: each.summary for each in entries}
    of_groups = [
        f"        {group})\n            commands=(\n"
        f"{described({n: summaries[f'{group} {n}'] for n in names})}"
        "            )\n            ;;\n"
        for group, names in groups().items()
    ]
    top = {name: summaries.get(name) or ", ".join(groups()[name]) for name in top_words()}
    parts = {
        "SETTINGS": " ".join(settings()),
        "COMMANDS": "".join(
            [f"    {' | '.join(map(quoted, names))})\n        flags=(\n{text}        )\n        ;;\n"
             for text, names in same.items()]
        ),
        "TOP": described(top),
        "GROUPS": "".join(of_groups),
    }  # fmt: skip
    text = SCRIPT
    for name, part in parts.items():
        text = text.replace(f"@{name}@", part)
    return text


def described(texts: dict[str, str]) -> str:
    """Lines for `_describe`."""
    return "".join([f"            {quoted(name + ':' + text)}\n" for name, text in texts.items()])


def quoted(text: str) -> str:
    """A word in single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"


def specs(each: Entry) -> str:
    """The specifications of a command for `_arguments`; every flag may come more than once."""
    lines = []
    for long, short, help_, labels, kinds in each.flags:
        taken = "".join([argument(label, kind) for label, kind in zip(labels, kinds, strict=True)])
        names = (short, long) if short else (long,)
        lines += [f"*{name}[{escaped(help_)}]{taken}" for name in names]
    for long, short, kinds in each.silent:  # '!': known, never shown
        taken = "".join([argument("value", kind) for kind in kinds])
        names = (short, long) if short else (long,)
        lines += [f"!*{name}{taken}" for name in names]
    if each.verbs:
        own, *others = [action(kind) for kind in each.first]
        more = "".join([f"; {other}" for other in others])
        lines.append(f"1: :{{_values word {own[1:-1]}{more}}}" if others else f"1: :{own}")
    if each.words != NOTHING:
        lines.append(f"*: :{action(each.words)}")
    return "".join([f"            {quoted(line)}\n" for line in lines])


def argument(label: str, kind: str) -> str:
    """What a flag takes."""
    return f":{label}:{action(kind)}"


def action(kind: str) -> str:
    """The action of `_arguments` that offers what a kind has."""
    known = {
        NIX: "_files -g '*.nix'",
        ANY: "_files",
        FOLDER: "_files -/",
        NOTHING: " ",
        SETTING: "_nixlite_settings",
    }
    return known.get(kind) or f"({kind})"


def escaped(text: str) -> str:
    """A flag's help, in which brackets and colons would mean something."""
    for character in "\\[]:":
        text = text.replace(character, f"\\{character}")
    return text
