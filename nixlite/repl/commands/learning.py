"""`:learn`: a lesson of the course in the session, its names bound."""

from __future__ import annotations

from nixlite.cli.auto_call import auto_call
from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.values import NixPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.learn.course import Lesson
    from nixlite.learn.progress import Progress
    from nixlite.repl.conversation import Conversation

NAME = "exercise"


@command(
    ":learn",
    argument="[lesson]",
    help="A lesson of 'nixlite learn', its names bound; without one, the list",
    own=True,
)
def open_lesson(conversation: Conversation, text: str) -> str:
    """The lesson's text and what it asks; `exercise` is bound to the value of its exercise, which is your own
    file where you have begun one, and the attributes of that become variables.

    `:learn 4` opens lesson 4. `nixlite learn` has the whole course, with checks.
    """
    from nixlite.learn.course import read_course
    from nixlite.learn.progress import Progress

    course = read_course(None)
    progress = Progress(conversation.evaluator.host, course)
    if not text:
        rows = [f"{'✓' if progress.done(one) else ' '} {one.number:2} {one.title}" for one in course.lessons]
        return "\n".join([*rows, "", ":learn N opens one; 'nixlite learn' is the whole course."])
    lesson = next((one for one in course.lessons if text in (str(one.number), one.slug)), None)
    if lesson is None:
        raise NixError(f"there is no lesson '{text}': they go from 1 to {len(course.lessons)}")
    return "\n".join(
        [page(lesson, conversation.style.layout.width), "", bind(conversation, lesson, progress)]
    )


def page(lesson: Lesson, width: int) -> str:
    """The lesson's text, and its questions as inputs."""
    from nixlite.learn.pages import plain

    asked = "\n\n".join(f"{question.ask}\n\n```nix\n{question.show}\n```" for question in lesson.questions)
    title = f"# {lesson.number} · {lesson.title}"
    told = f"{title}\n\n{lesson.text}\n\nWhat do you expect of these? Then try them.\n\n{asked}"
    return plain(told, min(width or 80, 100))


def bind(conversation: Conversation, lesson: Lesson, progress: Progress) -> str:
    """Bind what the exercise gives; says what was bound, and of which file."""
    folder = progress.data.get("folder")
    own = f"{folder}/{lesson.slug}/exercise.nix"
    path = own if folder and conversation.evaluator.host.exists(own) else str(lesson.folder / "exercise.nix")
    value = auto_call(conversation.evaluator.import_file(NixPath(path)), conversation.auto_arguments)
    conversation.add_attributes({NAME: value}, path)
    names = NAME
    if type(value) is dict and not is_derivation(value):
        conversation.add_attributes(value, path)
        names = ", ".join([NAME, *sorted(value)])
    return f"Bound, from {path}: {names}"
