"""`:profile`: where an evaluation spends its time, by Nix function and by line.

A timer interrupts the program, some hundred times a second of processor time (the kernel's own clock sets
the limit), and the Python frames are looked at: those of compiled code tell the Nix line. Nothing is added
to what runs.
"""

from __future__ import annotations

from time import perf_counter

from nixlite.errors import NixError
from nixlite.runtime.sites import site_rows
from nixlite.runtime.values import LambdaInfo
from nixlite.source import Position, shown_name
from nixlite.traces.reading import TraceReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from nixlite.repl.conversation import Conversation

INTERVAL = 0.001  # seconds of processor time
DEEPEST = 400
"""Python frames looked at for one sample: what lies further out is not charged for it."""
ROWS = 12

Line = tuple[str, int]
Name = tuple[str, str]  # what it is, where


def profile(conversation: Conversation, text: str) -> str:
    """Evaluate all through and report; raises NixError where Python has no such timer."""
    from nixlite.formats.nix.deep import force_deep

    evaluator = conversation.evaluator
    sampler = Sampler(conversation)

    def run() -> None:
        value = conversation.evaluate(text)
        evaluator.guard(lambda x: force_deep(evaluator.state, x), value)

    start = perf_counter()
    sample_while(run, sampler.take)
    return sampler.report(perf_counter() - start)


def sample_while(run: Callable[[], None], take: Callable[[FrameType], None]) -> None:
    """Run a function, giving the frame that is running to *take* at each tick."""
    import signal

    if not hasattr(signal, "setitimer"):
        raise NixError("this system has no timer for profiling")

    def on_tick(number: int, frame: FrameType | None) -> None:
        if frame is not None:
            take(frame)

    try:
        former = signal.signal(signal.SIGPROF, on_tick)
    except ValueError:
        raise NixError("profiling needs the main thread") from None
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    try:
        run()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


class Sampler:
    """Counts: `own` by function for the innermost one, `total` for all that were running, `lines` by line."""

    def __init__(self, conversation: Conversation) -> None:
        from nixlite.builtins.install import code_names, declarations

        self.conversation = conversation
        declarations()  # what the program will call need not be loaded yet
        self.builtins = code_names()
        self.reader = TraceReader({}, {})
        self.samples = 0
        self.own: dict[Name, int] = {}
        self.total: dict[Name, int] = {}
        self.lines: dict[Line, int] = {}
        self.places: dict[CodeType, Name | None] = {}

    def take(self, frame: FrameType) -> None:
        """Take one sample."""
        self.samples += 1
        functions: dict[Name, None] = {}
        line: Line | None = None
        at: FrameType | None = frame
        count = 0
        while at is not None and count < DEEPEST:
            code = at.f_code
            if "SITES" in at.f_globals:
                if line is None:
                    line = self.line_of(at)
                name = self.function_of(at)
                if name is not None:
                    functions[name] = None
            elif code in self.builtins:
                functions[f"builtins.{self.builtins[code][0]}", ""] = None
            at = at.f_back
            count += 1
        for position, name in enumerate(functions):
            if not position:
                self.own[name] = self.own.get(name, 0) + 1
            self.total[name] = self.total.get(name, 0) + 1
        if line is not None:
            self.lines[line] = self.lines.get(line, 0) + 1

    def line_of(self, frame: FrameType) -> Line | None:
        """The Nix line that a frame of compiled code is at."""
        rows = site_rows(frame.f_globals)
        row = rows[self.reader.site_number(frame.f_code, frame.f_lasti)]
        while not row[0] and row[2]:
            row = rows[row[2]]
        return (frame.f_globals["FILE"], row[0]) if row[0] else None

    def function_of(self, frame: FrameType) -> Name | None:
        """The Nix function of a frame; None for the frames of thunks."""
        code = frame.f_code
        if code not in self.places:
            lambdas = frame.f_globals["LAMBDAS"]
            row = lambdas.get(code.co_name)
            if row is None:
                self.places[code] = None
            else:
                info = LambdaInfo(*row)
                self.places[code] = (info.name or "anonymous function", str(Position(*info.position)))
        return self.places[code]

    def report(self, seconds: float) -> str:
        """Two tables: functions, then lines with their text."""
        if not self.samples:
            return f"{seconds * 1000:.1f} ms: over before there was anything to see"
        lines = [f"{seconds:.2f} s, looked at {self.samples} times", "", "   own  total  function"]
        ranked = sorted(self.total, key=lambda name: (-self.own.get(name, 0), -self.total[name]))
        for name in ranked[:ROWS]:
            own, total = self.percent(self.own.get(name, 0)), self.percent(self.total[name])
            lines.append(f"  {own}   {total}  {name[0]}  {name[1]}".rstrip())
        lines += ["", "   own  line"]
        for place in sorted(self.lines, key=self.lines.__getitem__, reverse=True)[:ROWS]:
            shown = f"{shown_name(place[0])}:{place[1]}"
            lines.append(f"  {self.percent(self.lines[place])}  {shown}  {self.text_of(place)}".rstrip())
        return "\n".join(lines)

    def percent(self, count: int) -> str:
        """A share of the samples."""
        return f"{100 * count / self.samples:3.0f} %"

    def text_of(self, place: Line) -> str:
        """The source line, if it is at hand."""
        from nixlite.repl.commands.finding import source_of

        source = source_of(self.conversation, place[0])
        lines = source.lines() if source is not None else []
        return lines[place[1] - 1].strip() if place[1] <= len(lines) else ""
