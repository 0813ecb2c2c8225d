"""`nixlite completion bash|zsh|fish`: a script that completes command lines, all tables written into it."""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.flags import COMMON
from nixlite.errors import UsageError, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.flag import Flags

PLACES = {
    "bash": "share/bash-completion/completions/nixlite",
    "zsh": "share/zsh/site-functions/_nixlite",
    "fish": "share/fish/vendor_completions.d/nixlite.fish",
}
"""Where shells look for what is installed, below the prefix of the system or of the user."""
SHELLS = tuple(PLACES)


def script(shell: str) -> str:
    """The script for one of `SHELLS`."""
    from nixlite.cli.shell.tables import entries

    if shell == "bash":
        from nixlite.cli.shell.bash import bash_script as write
    elif shell == "zsh":
        from nixlite.cli.shell.zsh import zsh_script as write
    else:
        from nixlite.cli.shell.fish import fish_script as write
    return write(entries())


class Completion(Command):
    """`completion`."""

    program = "nixlite completion"
    usage = "nixlite completion (bash | zsh | fish)"
    description = (
        "Print a script with which a shell completes nixlite's command lines. It knows commands, flags and "
        "their values, and offers files, those of Nix first. Nothing runs when TAB "
        "is pressed; print it again after an update.\n\n"
        "bash reads it from the folder named below, or where ~/.bashrc has a line 'source FILE'; zsh from a "
        "folder of $fpath, such as ~/.zfunc with 'fpath+=~/.zfunc; autoload -Uz compinit; compinit' in "
        "~/.zshrc."
    )
    flags: Flags = COMMON

    def run(self) -> int:
        """Print the script."""
        if len(self.words) != 1:
            raise UsageError("this takes the name of a shell: bash, zsh or fish")
        shell = self.words[0]
        if shell not in SHELLS:
            raise UsageError(
                f"there is no completion for '{shell}', only for bash, zsh and fish",
                hint=did_you_mean(shell, SHELLS),
            )
        self.host.write_stdout(script(shell))
        return 0
