"""One step into a set: an attribute is a job, a set that is gone into, or nothing.

As `nix-eval-jobs` does: functions on the way are called with what `--arg` gives; the first set is always gone
into, those below where they have `recurseForDerivations = true` or `--force-recurse` is given. Unlike there,
a set that contains itself is not gone into again, and a name that is a number is a name.
"""

from __future__ import annotations

from types import TracebackType

from nixlite.cli.auto_call import auto_call
from nixlite.errors import NO_MEMORY, Exhausted, NixError, NoAttribute, StackOverflow
from nixlite.jobs.job import attr_text, error_fields, job_fields, line
from nixlite.runtime.expect import force_bool
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import failed, force
from nixlite.traces.rendering import render_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.jobs.job import Wishes
    from nixlite.runtime.values import Lazy, Value

    Path = tuple[str, ...]
    Step = tuple[str, Any, str]
    """What a step gives: its kind, the line of a job or the names of a set, and the path of a .drv file."""

OLD, NEW = "old", "new"
"""The attributes that two versions of a set are, where two are gone into."""

JOB, FAILED, SET, NOTHING = "job", "failed", "set", "nothing"
"""What an attribute is. A failed one has a line as a job has."""

UNKEPT = "unkept"
"""In place of the path of a .drv file: the same step may give something else the next time."""


class Walk:
    """Steps into the value *root* with one evaluator; functions are called with *arguments*.

    *both*: two versions of a set, each with its arguments, in place of these; paths then begin with `old` or
    `new`.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        root: Lazy,
        arguments: dict[str, Lazy],
        wishes: Wishes,
        *,
        everywhere: bool = False,
        both: dict[str, tuple[Value, dict[str, Lazy]]] | None = None,
    ) -> None:
        self.evaluator = evaluator
        self.root = root
        self.arguments = arguments
        self.wishes = wishes
        self.everywhere = everywhere
        self.both = both
        self.sets: dict[Path, Any] = {}
        self.seconds: float | None = None
        """What one attribute may take, if that is limited; other limits are the evaluator's budget."""

    def step(self, path: Path) -> Step:
        """Look at one attribute. What goes wrong is a line with `error`."""
        budget = self.evaluator.budget
        try:
            if budget is not None:
                budget.renew(self.seconds)
            found: Step = self.evaluator.guard(self.look, path)
        except Exhausted as error:  # what others have evaluated before costs nothing: not the same each time
            return FAILED, line(path, error_fields(f"error: {error.message}")), UNKEPT
        except NixError as error:
            return FAILED, line(path, error_fields(self.text_of(error))), ""
        except RecursionError as error:
            overflow = StackOverflow().with_traceback(error.__traceback__)
            return FAILED, line(path, error_fields(self.text_of(overflow))), ""
        except MemoryError:
            return FAILED, line(path, error_fields(f"error: {NO_MEMORY}")), UNKEPT
        except Exception:
            from traceback import format_exc  # a mistake of ours

            return FAILED, line(path, error_fields(f"internal error of nixlite's: {format_exc()}")), UNKEPT
        return found

    def text_of(self, error: NixError) -> str:
        """An error as Nix writes it, without colours; its trace is that of this step, whoever came first."""
        error.__traceback__ = own_traceback(error.__traceback__)
        self.evaluator.explain(error)
        return render_error(error, show_trace=self.evaluator.settings.show_trace)

    def look(self, path: Path) -> Step:
        """As `step`; raises what evaluating raises."""
        value = self.at(path) if path else self.set_at(path)
        if type(value) is not dict:
            return NOTHING, None, ""
        if is_derivation(value):
            fields = job_fields(self.evaluator.state, value, path, self.wishes)
            return JOB, line(path, fields), fields["drvPath"][1:-1]
        if self.is_wanted(path, value) and not self.is_within_itself(path, value):
            return SET, tuple(sorted(value)), ""
        return NOTHING, None, ""

    def at(self, path: Path) -> Any:
        """The value at a path, functions called."""
        if self.both is not None:
            if not path:
                return {side: value for side, (value, _) in self.both.items()}
            self.arguments = self.both[path[0]][1]
        elif not path:
            return auto_call(self.root, self.arguments)
        above = self.set_at(path[:-1])
        if type(above) is not dict or path[-1] not in above:
            raise NoAttribute(f"attribute '{attr_text(path)}' is not there any more")
        return auto_call(above[path[-1]], self.arguments, known=False)  # as if nobody came upon it before

    def set_at(self, path: Path) -> Any:
        """The value at a path below which steps are taken, evaluated once."""
        if path not in self.sets:
            self.sets[path] = self.at(path)
        return self.sets[path]

    def is_wanted(self, path: Path, attrs: dict[str, Lazy]) -> bool:
        """Whether to look into a set."""
        if len(path) <= (self.both is not None) or self.everywhere:
            return True
        return "recurseForDerivations" in attrs and force_bool(
            attrs["recurseForDerivations"], "while evaluating recurseForDerivations"
        )

    def is_within_itself(self, path: Path, attrs: dict[str, Lazy]) -> bool:
        """Whether a set is one of those around it, as `pkgs.pkgs` is: it would never end."""
        return any(self.sets.get(path[:end]) is attrs for end in range(len(path)))


def own_traceback(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback without what was going on when others came upon a thunk that fails.

    Who asks again for such a thunk has the error with the trace of who asked first, as with C++ Nix; which
    attribute that was depends on the order in which they are looked at.
    """
    rows: list[TracebackType] = []
    skipped: Any = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if skipped is not None:
            if code is force.__code__ and traceback.tb_frame.f_locals.get("x") is skipped:
                skipped = None
        elif code is failed.__code__ and rows and rows[-1].tb_frame.f_code is force.__code__:
            skipped = rows[-1].tb_frame.f_locals["x"]
            if not fails_below(traceback, skipped):
                skipped = None
        else:
            rows.append(traceback)
        traceback = traceback.tb_next
    found = None
    for row in reversed(rows):
        found = TracebackType(found, row.tb_frame, row.tb_lasti, row.tb_lineno)
    return found


def fails_below(traceback: TracebackType, cell: Any) -> bool:
    """Whether a traceback leads on to where a thunk was evaluated."""
    row = traceback.tb_next
    while row is not None:
        if row.tb_frame.f_code is force.__code__ and row.tb_frame.f_locals.get("x") is cell:
            return True
        row = row.tb_next
    return False
