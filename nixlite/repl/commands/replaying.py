"""The session as a program that can be evaluated again, recorded: what the explaining commands ask.

Its files, flakes and bindings are evaluated anew, and print nothing: the session has shown their warnings.
The session's own values are not touched; what came into scope by other ways is taken as it is, without a
history. What was recorded answers the next question, too.
"""

from __future__ import annotations

import re

from nixlite.builtins.flakes import flake_of
from nixlite.cli.auto_call import auto_call
from nixlite.cli.sources import file_path
from nixlite.errors import NixError, ParseError
from nixlite.explain.modules.asked import modules_at
from nixlite.explain.recording.observing import Observer, Trial
from nixlite.explain.recording.program import Program
from nixlite.repl.commands.loading import flake_value
from nixlite.repl.watching import FileWatch
from nixlite.runtime.thunk import force
from nixlite.runtime.values import NixPath
from nixlite.source import Source
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.recording.recorder import Recorder
    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy

_NAME = re.compile(r"[A-Za-z_][\w'-]*")


class Recording:
    """What explaining commands have in common: compiled sources, trees, fetched trees; and what was recorded
    of the session's variables, until something in it changes."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.base: Evaluator = conversation.evaluator
        self.model: Program | None = None
        self.found: Examination | None = None
        self.watch: FileWatch | None = None
        self.state: tuple[object, ...] = ()
        self.bound = 0
        self.asked: set[str] = set()
        self.observed: tuple[Observer, InstrumentedEvaluator, tuple[object, ...], FileWatch] | None = None

    def share(self, program: Program) -> None:
        """Let a program have what others before have read."""
        if self.model is not None:
            for name in ("codes", "indexes", "caches", "store"):
                setattr(program, name, getattr(self.model, name))
        self.model = program

    def examine(self, program: SessionProgram) -> Examination:
        """The session's variables as they are, recorded; `root` is the scope."""
        if not self.is_current(program.asked, program.path):
            self.asked = {program.asked}
            found = self.found = program.evaluated(program.open())
            self.watch = self.conversation.watches["recorded"] = FileWatch(found.evaluator)
            self.state, self.bound = self.state_now(), len(self.conversation.bound)
        self.asked.add(program.asked)
        assert self.found is not None
        return self.found

    def observing(self, program: SessionProgram) -> tuple[Observer, InstrumentedEvaluator]:
        """An evaluator in which overrides are watched; what the session's own sources do not define has the
        values from the last question, if nothing has changed since."""
        known = self.observed
        if known is not None and known[2] == self.state_now() and not known[3].changed():
            observer, evaluator = known[:2]
            if not evaluator.recorder.cycle:
                observer.owns = program.owns
                evaluator.again(Trial())
                return observer, evaluator
        observer = Observer(program.owns)
        evaluator = program.open(observer=observer)
        self.observed = observer, evaluator, self.state_now(), FileWatch(evaluator)
        self.conversation.watches["observed"] = self.observed[3]
        return observer, evaluator

    def is_current(self, name: str, path: Sequence[str]) -> bool:
        """Whether there is a recording that answers a question about a variable, and what is at a *path* in
        it; later bindings are added.

        Where a circle was met, the answer might be about that; and about another variable's options, where
        it is about an option and calls of the module system were written down before.
        """
        found, watch = self.found, self.watch
        if found is None or watch is None or found.error is not None:
            return False
        if found.recorder.cycle:
            return False
        if self.state_now() != self.state or watch.changed():
            return False
        for number, line in list(enumerate(self.conversation.bound, 1))[self.bound :]:
            bind(self.conversation, found.evaluator, found.root, line.text, number)
        self.bound = len(self.conversation.bound)
        return self.asked == {name} or modules_at(found, (name, *path)) is None

    def state_now(self) -> tuple[object, ...]:
        """What a recording stands for, bindings by hand aside: these are only ever added."""
        talk = self.conversation
        given = [(name, id(x)) for name, x in talk.scope.items() if name not in talk.own and name != "_"]
        return (*talk.files, *talk.flakes, *given)


class SessionProgram(Program):
    """A session that is asked about a variable: the recording that is kept answers. *kept* has what is kept
    for questions about anything else."""

    recording: Recording | None = None
    kept: Recording | None = None
    asked = ""
    path: Sequence[str] = ()

    def watching(self) -> tuple[Observer, InstrumentedEvaluator]:
        """As that of every program; the evaluator of an earlier question knows most of the answer."""
        return super().watching() if self.kept is None else self.kept.observing(self)

    def run(self, recorder: Recorder | None = None, edits: dict[str, str] | None = None) -> Examination:
        """As that of every program, where it is evaluated in another way than it was written."""
        if self.recording is None or recorder is not None or edits is not None:
            return super().run(recorder, edits)
        return self.recording.examine(self)


def recording_of(conversation: Conversation) -> Recording:
    """The session's recording."""
    known = conversation.recording
    if not isinstance(known, Recording) or known.base is not conversation.evaluator:
        known = conversation.recording = Recording(conversation)
    return known


def question(
    conversation: Conversation, text: str, scopes: dict[InstrumentedEvaluator, dict[str, Lazy]] | None = None
) -> tuple[SessionProgram, list[str]]:
    """The program that an expression asks about, and the path in its value; *scopes* takes what is in scope
    in each of its evaluations."""
    tree: Any = conversation.evaluator.parse(source(conversation, text, 0))
    path: list[str] = []
    if type(tree) is n.Select and tree.default is None and all(isinstance(name, str) for name in tree.path):
        path = [name for name in tree.path if isinstance(name, str)]
        tree = tree.subject
    if type(tree) is n.Var and tree.name in conversation.scope:
        program = replay(conversation, lambda evaluator, scope: scope, scopes)
        program.recording, program.asked, program.path = recording_of(conversation), tree.name, path
        return program, [tree.name, *path]
    subject = text[tree.start : tree.end]
    return replay(
        conversation,
        lambda evaluator, scope: evaluator.evaluate_source(source(conversation, subject, 0), scope),
        scopes,
    ), path


def replay(
    conversation: Conversation,
    answer: Callable[[InstrumentedEvaluator, dict[str, Lazy]], Lazy],
    scopes: dict[InstrumentedEvaluator, dict[str, Lazy]] | None = None,
    *,
    bound: dict[int, str] | None = None,
) -> SessionProgram:
    """The session as a program: files, then bindings, then what *answer* makes of evaluator and scope, which
    *scopes* keeps. *bound*: only these bindings, by their numbers."""
    from nixlite.explain.brief import text_of

    if bound is None:
        bound = {number: line.text for number, line in enumerate(conversation.bound, 1)}

    def evaluate(evaluator: InstrumentedEvaluator) -> Lazy:
        scope = dict(conversation.scope)
        for name in conversation.files:
            add_file(conversation, evaluator, scope, name)
        for reference in conversation.flakes:
            add_flake(conversation, evaluator, scope, reference)
        for number, line in bound.items():
            bind(conversation, evaluator, scope, line, number)
        if scopes is not None:
            scopes[evaluator] = scope
        return answer(evaluator, scope)

    entries = [source(conversation, "", number).name for number in range(len(conversation.bound) + 1)]
    for name in conversation.files:
        try:
            entries.append(conversation.evaluator.resolve(file_path(conversation.evaluator, name)))
        except NixError:
            continue  # it is gone; its attributes are still there
    evaluator = conversation.evaluator
    for reference in conversation.flakes:
        try:
            entries.append(f"{text_of(force(flake_value(evaluator, reference)['outPath']))}/flake.nix")
        except NixError:
            continue
    program = SessionProgram(evaluator.settings, evaluator.host, evaluate, entries, evaluator.cache)
    program.quiet = True
    program.kept = recording_of(conversation)
    program.kept.share(program)
    return program


def taking_part(conversation: Conversation, text: str) -> dict[int, str]:
    """The bindings that an expression can read, itself or by way of others, by their numbers."""
    wanted = set(_NAME.findall(text))
    found = {}
    for number, bound in reversed(list(enumerate(conversation.bound, 1))):
        if bound.names & wanted:
            found[number] = bound.text
            wanted.update(_NAME.findall(bound.text))
    return dict(reversed(found.items()))


def add_file(
    conversation: Conversation, evaluator: InstrumentedEvaluator, scope: dict[str, Lazy], name: str
) -> None:
    """Bring the attributes of a file into scope, as `:l` did; a file that is gone leaves what it gave."""
    try:
        path = NixPath(file_path(evaluator, name))
        value = auto_call(evaluator.import_file(path), conversation.auto_arguments)
    except NixError:
        return
    add_set(conversation, evaluator, scope, value)


def add_flake(
    conversation: Conversation, evaluator: InstrumentedEvaluator, scope: dict[str, Lazy], reference: str
) -> None:
    """Bring the outputs of a flake into scope, as `:lf` did; one that is gone leaves what it gave."""
    try:
        value = flake_value(evaluator, reference, evaluator.linker.link(flake_of))
    except NixError:
        return
    add_set(conversation, evaluator, scope, value)


def add_set(
    conversation: Conversation, evaluator: InstrumentedEvaluator, scope: dict[str, Lazy], value: Any
) -> None:
    """Bring attributes into scope, except where a name was bound by hand."""
    from nixlite.explain.recording.notes import Made

    if type(value) is dict:
        scope.update({key: cell for key, cell in value.items() if key not in conversation.own})
        made = evaluator.recorder.made
        made[id(scope)] = Made("scope", None, scope, (value,))  # so that the layers of the set are seen


def bind(
    conversation: Conversation,
    evaluator: InstrumentedEvaluator,
    scope: dict[str, Lazy],
    line: str,
    number: int,
) -> None:
    """Evaluate bindings again."""
    for text in (line, f"{line}\n;"):
        origin = source(conversation, text, number)
        try:
            tree = evaluator.parse_bindings(origin)
        except ParseError:
            continue
        scope.update(evaluator.bind(tree, origin, scope))
        return


def source(conversation: Conversation, text: str, number: int) -> Source:
    """A text of the session; the numbers tell them apart, 0 is the question."""
    return Source(f"«string»\x1fexplained {number}", text, base=conversation.evaluator.settings.cwd)
