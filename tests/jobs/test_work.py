"""Which steps a process is given."""

from __future__ import annotations

from nixlite.jobs.work import Work, kin_of

PERL = [f"Perl{at}" for at in range(200)]
PYTHON = [f"python{at}" for at in range(300)]


def handed_out(work: Work, turns: list[str]) -> dict[tuple[str, ...], set[str]]:
    """By set, who was given steps in it; the processes take turns."""
    found: dict[tuple[str, ...], set[str]] = {}
    at = 0
    while work.left():
        who = turns[at % len(turns)]
        for path in work.take(who):
            found.setdefault(path[:-1], set()).add(who)
        at += 1
    return found


def test_sets_of_the_same_names_go_to_one_process() -> None:
    """Also where they differ a little."""
    work = Work(2)
    work.add(("python",), PYTHON)
    work.add(("perl",), PERL)
    work.add(("perl-again",), PERL)
    work.add(("perl-5",), ["Perl-more", *PERL[1:]])
    work.add(("other",), [f"x{at}" for at in range(2000)])
    found = handed_out(work, ["one", "two"])
    assert len(found[("perl",)] | found[("perl-again",)] | found[("perl-5",)]) == 1


def test_nobody_waits_for_sets_that_are_like_those_of_another() -> None:
    work = Work(2)
    for at in range(6):
        work.add((f"set{at}",), PERL)
    assert work.take("one")
    assert work.take("two")


def test_sets_of_a_process_that_is_gone_are_free() -> None:
    work = Work(2)
    work.add(("perl",), PERL)
    work.take("one")
    work.leave("one")
    at = 200 - work.left()
    assert work.take("two")[0] == ("perl", f"Perl{at}")


def test_likeness() -> None:
    assert kin_of(PERL) == kin_of(reversed(PERL))
    assert kin_of(PERL) != kin_of(PYTHON)
    assert kin_of([]) == 0
