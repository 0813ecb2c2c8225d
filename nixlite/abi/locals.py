"""The local variables of our own functions that others read from their frames.

Nothing is recorded while a program runs: a trace, a profile and the search for an endless recursion read what
they need from Python's frames. So these names mean something, and a change of one changes what is read. A
test looks that each is assigned where it is said here, and that no reader reads another.
"""

from __future__ import annotations

ANYWHERE = {
    "error_context": "the text of a trace's frame: `while …`",
    "error_position": "its place: file, line and column, or `values.HERE`; or a set and a function's place",
    "error_always": "true where the frame is shown without --show-trace, too",
    "error_site": "the place that what is evaluated is charged to",
    "error_selection": "the attribute path that is being selected, as messages name it",
    "error_forces_deeply": "true where everything in a value is evaluated, so that calls have no place",
}
"""What any function of the rooms that `traces.reading` looks at may assign, and what it means there."""

SELECTING = "nixlite.runtime.select"

WHERE: dict[str, dict[str, tuple[str, ...]]] = {
    "nixlite.traces.reading": {
        "selected": (
            f"{SELECTING}.select",
            f"{SELECTING}.selection",
            f"{SELECTING}.path_selection",
            f"{SELECTING}.lookup_selection",
            f"{SELECTING}.select_path",
            f"{SELECTING}.find",
            f"{SELECTING}.find_one",
            f"{SELECTING}.find_named",
            f"{SELECTING}.select_computed",
            f"{SELECTING}.find_computed",
            f"{SELECTING}.default_of",
        ),
        "name": (
            f"{SELECTING}.select",
            f"{SELECTING}.selection",
            f"{SELECTING}.path_selection",
            f"{SELECTING}.lookup_selection",
            f"{SELECTING}.select_path",
            f"{SELECTING}.find",
            f"{SELECTING}.find_one",
            f"{SELECTING}.find_named",
            f"{SELECTING}.select_computed",
            f"{SELECTING}.find_computed",
            f"{SELECTING}.default_of",
        ),
        "path": (
            f"{SELECTING}.path_selection",
            f"{SELECTING}.select_path",
            f"{SELECTING}.find",
            f"{SELECTING}.select_computed",
            f"{SELECTING}.find_computed",
            f"{SELECTING}.default_of",
        ),
        "step": (
            f"{SELECTING}.select_computed",
            f"{SELECTING}.find_computed",
            f"{SELECTING}.default_of",
        ),
        "error_at_end": (f"{SELECTING}.select_computed", f"{SELECTING}.find_computed"),
        "applied": ("nixlite.builtins.sets.call2_delayed",),
        "functor": ("nixlite.runtime.call.call_functor",),
        "error_unplaced": ("nixlite.builtins.sets.call2_delayed",),
    },
    "nixlite.runtime.overflow": {
        "error_site": (
            "nixlite.runtime.call.call_functor",
            "nixlite.formats.json.writing.write",
            "nixlite.formats.xml.write",
        ),
    },
    "nixlite.runtime.told": {"x": ("nixlite.runtime.thunk.force", "nixlite.runtime.noting.noting_force")},
    "nixlite.formats.counted": {
        "place": (
            "nixlite.formats.json.writing.write",
            "nixlite.formats.json.writing.write_set",
            "nixlite.formats.json.writing.write_list",
        ),
        "attribute": ("nixlite.formats.xml.write",),
        "x": ("nixlite.formats.nix.deep.force_inside",),
        "depth": ("nixlite.formats.nix.deep.force_inside",),
    },
    "nixlite.runtime.thunk": {
        "x": ("nixlite.runtime.thunk.force",),
        "code": ("nixlite.runtime.thunk.force",),
    },
    "nixlite.jobs.walk": {"x": ("nixlite.runtime.thunk.force",)},
    "nixlite.observe.sampling": {
        "name": ("nixlite.builtins.derivations.named_derivation",),
        "source": ("nixlite.translator.code_of",),
    },
    "nixlite.repl.debugging.kept": {},  # those of compiled code, whose names the compiler tells it
    "nixlite.observe.progress": {"source": ("nixlite.translator.code_of",)},
    "nixlite.observe.counting": {
        "second": ("nixlite.runtime.call.curry",),
        "third": ("nixlite.runtime.call.curry",),
        "function": ("nixlite.runtime.call.curry", "nixlite.runtime.call.waiting"),
    },
}
"""By the module that reads: the variables, and the functions in which it expects each, by module and name."""
