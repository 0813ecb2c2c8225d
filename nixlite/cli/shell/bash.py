"""The completion script of bash, from 3.2 (which macOS has) on; it needs no bash-completion."""

from __future__ import annotations

from nixlite.cli.shell.tables import groups, settings, top_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.shell.tables import Entry

SCRIPT = r"""# completion of nixlite for bash, made by `nixlite completion bash`

_nixlite_kinds() { # command, flag: sets `kinds` to what the flag's arguments are, separated by ';'
    kinds=
    case "$1 $2" in
@KINDS@    esac
}

_nixlite_flags() { # command: sets `flags` to its flags
    flags=
    case $1 in
@FLAGS@    esac
}

_nixlite_words() { # command, whether it is its first word: sets `kinds` to what it may be
    kinds=nix
    case $1 in
@WORDS@    esac
    $2 || return
    case $1 in
@VERBS@    esac
}

_nixlite_add() { # what compgen prints, a line each
    local line
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(compgen "$@" -- "$cur")
}

_nixlite_offer() { # kind
    case $1 in
    nothing) return ;;
    setting) _nixlite_add -W '@SETTINGS@'; return ;;
    nix | any | folder) compopt -o filenames 2>/dev/null ;;
    *) _nixlite_add -W "$1"; return ;;
    esac
    case $1 in
    nix)
        _nixlite_add -f -X '!*.nix'
        if [ ${#COMPREPLY[@]} -eq 0 ]; then _nixlite_add -f; else _nixlite_add -d; fi
        ;;
    any) _nixlite_add -f ;;
    folder) _nixlite_add -d ;;
    esac
}

_nixlite() {
    local cur=${COMP_WORDS[COMP_CWORD]} command='' group='' flags='' kinds='' word at=1 first=true rest=false
    COMPREPLY=()
    while [ "$at" -lt "$COMP_CWORD" ]; do
        word=${COMP_WORDS[at]}
        at=$((at + 1))
        if $rest; then first=false; continue; fi
        case $word in
        --) rest=true ;;
        -?*)
            _nixlite_kinds "$command" "$word"
            while [ -n "$kinds" ] && [ "$at" -lt "$COMP_CWORD" ]; do
                at=$((at + 1))
                case $kinds in *';'*) kinds=${kinds#*;} ;; *) kinds= ;; esac
            done
            if [ -n "$kinds" ]; then _nixlite_offer "${kinds%%;*}"; return; fi
            ;;
        *)
            if [ -n "$command" ]; then
                first=false
            elif [ -n "$group" ]; then
                command="$group $word"
            else
                case $word in
                @GROUPS@) group=$word ;;
                *) command=$word ;;
                esac
            fi
            ;;
        esac
    done
    if [ -z "$command" ]; then
        case $group in
        '') case $cur in -*) _nixlite_add -W '--help --version' ;; *) _nixlite_add -W '@TOP@' ;; esac ;;
@SECOND@        esac
        return
    fi
    case $cur in
    -*)
        if ! $rest; then
            _nixlite_flags "$command"
            _nixlite_add -W "$flags"
            return
        fi
        ;;
    esac
    _nixlite_words "$command" "$first"
    case $kinds in
    *';'*)
        _nixlite_offer "${kinds#*;}"
        _nixlite_offer "${kinds%%;*}"
        ;;
    *) _nixlite_offer "$kinds" ;;
    esac
}

complete -F _nixlite nixlite
"""


def bash_script(entries: list[Entry]) -> str:
    """The script that completes *entries*."""
    second = [
        f"        {group}) _nixlite_add -W '{' '.join(names)}' ;;\n" for group, names in groups().items()
    ]
    parts = {
        "KINDS": "".join([f"    {line}" for line in arguments(entries)]),
        "FLAGS": "".join([f"    {line}" for line in flags(entries)]),
        "WORDS": "".join([f"    {name!r}) kinds={kind} ;;\n" for name, kind in words(entries)]),
        "VERBS": "".join(
            [f"    {each.name!r}) kinds={';'.join(each.first)!r} ;;\n" for each in entries if each.verbs]
        ),
        "SETTINGS": " ".join(settings()),
        "GROUPS": " | ".join(groups()),
        "TOP": " ".join(top_words()),
        "SECOND": "".join(second),
    }
    text = SCRIPT
    for name, part in parts.items():
        text = text.replace(f"@{name}@", part)
    return text


def words(entries: list[Entry]) -> list[tuple[str, str]]:
    """What the words are of the commands whose words are not files of Nix."""
    return [(each.name, each.words) for each in entries if each.words != "nix"]


def arguments(entries: list[Entry]) -> list[str]:
    """Lines of the `case` that knows what follows a flag."""
    special, usual = taken_by(entries)
    return [
        *[f"{command + ' ' + flag!r}) kinds={';'.join(way)!r} ;;\n" for command, flag, way in special],
        *[f"{' | '.join([f'*{chr(32)!r}{name}' for name in names])}) kinds={';'.join(way)!r} ;;\n"
          for way, names in usual],
    ]  # fmt: skip


Kinds = tuple[str, ...]


def taken_by(
    entries: list[Entry],
) -> tuple[list[tuple[str, str, Kinds]], list[tuple[Kinds, list[str]]]]:
    """What flags take: where a command has a flag take something else than most do, as (command, flag,
    kinds), and what most have them take, as (kinds, flags)."""
    taken: dict[str, dict[Kinds, list[str]]] = {}
    for each in entries:
        for long, short, kinds in [*[(f[0], f[1], f[4]) for f in each.flags], *each.silent]:
            for name in (long, short) if short else (long,):
                taken.setdefault(name, {}).setdefault(tuple(kinds), []).append(each.name)
    special: list[tuple[str, str, Kinds]] = []
    usual: dict[Kinds, list[str]] = {}
    for name, ways in taken.items():
        most = max(ways, key=lambda way: len(ways[way]))
        if most:
            usual.setdefault(most, []).append(name)
        special += [
            (command, name, way) for way, commands in ways.items() if way != most for command in commands
        ]
    return special, list(usual.items())


def flags(entries: list[Entry]) -> list[str]:
    """Lines of the `case` that knows the flags of a command; commands with the same flags share one."""
    same: dict[str, list[str]] = {}
    for each in entries:
        names = [name for long, short, *_ in each.flags for name in (long, short) if name]
        same.setdefault(" ".join(names), []).append(each.name)
    return [f"{' | '.join(map(repr, names))}) flags='{text}' ;;\n" for text, names in same.items()]
