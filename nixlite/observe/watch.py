"""Waiting for an evaluation to take long, at the cost of a timer: only then is `progress` loaded."""

from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.observe.progress import Progress


PATIENCE = 2.0
"""Seconds before the line is shown, where nobody says otherwise."""


class Watch:
    """From `start` to `stop`, or as a context: once it has lasted long, a line on the terminal tells how it
    gets on.

    The host's standard error is a terminal (see `line.wanted`). *patience*: seconds before the line is shown.
    `note` says how far a longer task has come, of which the evaluation is a part.
    """

    def __init__(self, host: Host, evaluator: Evaluator, patience: float = PATIENCE) -> None:
        self.host = host
        self.evaluator = evaluator
        self.patience = patience
        self.note = ""
        self.since = 0.0
        self.progress: Progress | None = None

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to wait, where no block of code says how long."""
        import signal

        self.since = monotonic()
        try:
            signal.signal(signal.SIGALRM, self.on_alarm)
            signal.setitimer(signal.ITIMER_REAL, self.patience)
        except (AttributeError, ValueError):  # no such timer, or not the main thread: no line
            pass

    def stop(self) -> None:
        """Wait no longer; a line that is shown goes."""
        stop_timer()
        if self.progress is not None:
            self.progress.stop()
            self.progress = None

    def on_alarm(self, number: int, frame: FrameType | None) -> None:
        """It does take long."""
        import signal

        try:
            from nixlite.observe.progress import Progress
        except (ImportError, AttributeError, RecursionError):  # in the middle of some other import: later
            signal.setitimer(signal.ITIMER_REAL, self.patience / 4)
            return
        self.progress = Progress(self.host, self.evaluator, self.since)
        self.progress.note = self.note
        self.progress.start(frame)

    def follow(self, evaluator: Evaluator) -> None:
        """Another evaluator goes on."""
        self.evaluator = evaluator
        if self.progress is not None:
            self.progress.evaluator = evaluator

    def tell(self, note: str) -> None:
        """Say how far the task has come."""
        self.note = note
        if self.progress is not None:
            self.progress.note = note


def stop_timer() -> None:
    """No alarm any more, whoever is being watched: a person is going to type, say."""
    import signal

    if hasattr(signal, "setitimer"):
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        except ValueError:  # not the main thread
            return
