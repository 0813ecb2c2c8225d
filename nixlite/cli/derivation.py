"""`nixlite derivation show`: derivations as JSON, as `nix derivation show` prints them.

Manual: `nix derivation show`; "Derivation JSON format".
"""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments
from nixlite.cli.evaluate import FLAGS as EVALUATE_FLAGS
from nixlite.cli.evaluate import Evaluate
from nixlite.cli.explain.packages import find_derivations, package_of
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import turn_on
from nixlite.cli.flake.locking import is_flake
from nixlite.cli.starting import start
from nixlite.errors import EvalError, NixTypeError, UsageError
from nixlite.runtime.messages import show_short
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, show_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Value


FLAGS: Flags = {
    "--recursive": Flag("", turn_on("recursive"), "the derivations that these depend on as well", "-r"),
    **{name: flag for name, flag in EVALUATE_FLAGS.items() if name not in ("--raw", "--json", "--write-to")},
}


class Derivation(Evaluate):
    """The command line of `nix derivation show`, and doing what it says."""

    usage = "nixlite derivation show [flags] [FLAKE#ATTRPATH | PATH.drv | FILE | ATTRPATH]…"
    description = "Print the derivations that programs mean as JSON, as nix derivation show does."
    flags = FLAGS
    recursive = False

    def run(self) -> int:
        """Print one JSON object for all derivations that are named."""
        if self.words[:1] != ["show"]:
            raise UsageError("'nixlite derivation' has one command, 'show'")
        words = self.words[1:]
        if self.file and self.expression is not None:
            raise UsageError("'--file' and '--expr' are exclusive")
        program = bool(self.file) or self.expression is not None
        plain = [word for word in words if not program and not self.is_drv(word) and not is_flake(self, word)]
        if self.file or plain:
            self.settings.pure_eval = False
        evaluator = start(self)
        paths: dict[str, None] = {}
        for word in words or ["" if program else "."]:
            paths.update(dict.fromkeys(self.drv_paths(evaluator, word, program=program)))
        store = evaluator.state.store
        if self.recursive:
            paths = dict.fromkeys([path for path in store.closure(paths) if path.endswith(".drv")])
        self.print_json(evaluator, paths)
        return 0

    def is_drv(self, word: str) -> bool:
        """Whether an argument is the path of a `.drv` file in the store, perhaps with outputs."""
        path = word.partition("^")[0]
        return path.startswith(self.settings.store_dir + "/") and path.endswith(".drv")

    def drv_paths(self, evaluator: Evaluator, word: str, *, program: bool) -> list[str]:
        """The `.drv` paths that an argument means."""
        path = word.partition("^")[0]
        if program:
            self.flake, attr_path = "", "" if path == "." else path
        elif self.is_drv(word):
            return [path]
        elif is_flake(self, word):
            self.flake, attr_path = word, ""
        else:
            self.words = [path]
            self.file, attr_path = self.plain_file(), ""
        value = force(self.selected(evaluator, attr_path))
        if not program and not self.flake:
            self.file = ""
        return self.paths_of(evaluator, value)

    def paths_of(self, evaluator: Evaluator, value: Value) -> list[str]:
        """The `.drv` paths of a value: a derivation, a string that depends on one, or a collection."""
        if isinstance(value, str | ContextString):
            return [path_of_string(evaluator.state, value)]
        if self.flake and not (type(value) is dict and is_derivation(value)):
            raise NixTypeError(
                f"expected flake output attribute '{self.flake.partition('#')[2]}' to be a derivation or"
                f" path but found {show_type(value)}: {show_short(value)}"
            )
        found = find_derivations(value, auto_arguments(self, evaluator))
        return [package_of(evaluator.state, derivation)[0] for derivation in found]

    def print_json(self, evaluator: Evaluator, paths: dict[str, None]) -> None:
        """Print the derivations at *paths*."""
        from nixlite.cli.json_output import json_text
        from nixlite.formats.json.derivations import JSON_VERSION, to_json
        from nixlite.store.derivation import base_name

        read = evaluator.state.store.read_derivation
        data = {
            "derivations": {base_name(path): to_json(read(path)) for path in paths},
            "version": JSON_VERSION,
        }
        self.host.write_stdout(json_text(self, data) + "\n")


def path_of_string(state: State, value: str | ContextString) -> str:
    """The derivation that a string is an output of, or whose path it is."""
    error_context = "while evaluating the attribute ''"
    context = value.context if isinstance(value, ContextString) else frozenset()
    text = value.text if isinstance(value, ContextString) else value
    if len(context) != 1:
        raise EvalError(
            f"string '{text}' has {len(context)} entries in its context."
            " It should only have exactly one entry"
        )
    element = next(iter(context))
    if element.startswith("="):
        raise EvalError(
            f"string '{text}' has a context which refers to a complete source and binary closure."
            " This is not supported at this time"
        )
    path = element
    if element.startswith("!"):
        _, output, path = element.split("!", 2)
        expected = state.store.read_derivation(path).outputs[output].path
        if expected not in ("", text):
            raise EvalError(
                f"string '{text}' has context with the output '{output}' from derivation '{path}', but the"
                " string is not the right placeholder for this derivation output."
                f" It should be '{expected}'"
            )
    if not path.endswith(".drv"):
        raise EvalError(f"'{path}' is not a store derivation")
    return path
