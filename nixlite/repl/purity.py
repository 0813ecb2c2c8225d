"""`:set pure`: a session whose program sees nothing of the machine, from now on.

What was evaluated already, or waits to be, belongs to an evaluator that sees files. So a pure one takes its
place, and the session's bindings are made anew in it; what came from files is not there.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.host.lookup_path import LISTENER
from nixlite.repl.watching import FileWatch
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.repl.conversation import Conversation


def make_pure(conversation: Conversation) -> None:
    """Go on in a pure evaluator, with the bindings that can be made there; says which names cannot."""
    from nixlite.evaluator import Evaluator

    refuse_in_debugger(conversation)
    former = conversation.evaluator
    settings = former.settings.copy()
    settings.pure_eval = True
    take(conversation, Evaluator(settings, former.host.twin(), former.cache))
    conversation.impure = former
    names, bound = set(conversation.scope) - {"_"}, conversation.bound
    conversation.scope, conversation.own, conversation.bound = {}, {}, []
    for item in bound:
        try:
            conversation.process(item.text)
        except NixError:  # it needs what is not there: its names are told below
            continue
    lost = sorted(names - set(conversation.scope))
    if lost:
        conversation.notice(f"not there in pure evaluation: {', '.join(map(attribute_name, lost))}")


def leave_purity(conversation: Conversation) -> None:
    """Go on in the evaluator from before; what pure evaluation has made stays as it is."""
    refuse_in_debugger(conversation)
    if conversation.impure is None:
        raise NixError("the session was started in pure evaluation mode, which stays")
    take(conversation, conversation.impure)
    conversation.impure = None


def take(conversation: Conversation, evaluator: Evaluator) -> None:
    """Have *evaluator* evaluate from now on."""
    listener = conversation.evaluator.state.caches.pop(LISTENER, None)
    if listener is not None:
        evaluator.state.caches[LISTENER] = listener
    evaluator.sources.update(conversation.evaluator.sources)  # for errors in what was typed before
    conversation.evaluator = evaluator
    conversation.watch = FileWatch(evaluator)


def refuse_in_debugger(conversation: Conversation) -> None:
    """The debugger belongs to one evaluator."""
    if conversation.debugging is not None or conversation.evaluator.rewrite is not None:
        raise NixError("'pure' cannot be changed under the debugger")
