"""Long tracebacks are taken apart from their deep end, and what others have of them is left alone."""

from __future__ import annotations

import sys

import pytest

from nixlite.errors import NixError
from nixlite.limits.tracebacks import SHORT, let_go, let_go_of_own


def deep(n: int) -> None:
    """Fail with a traceback of *n* more links."""
    if n == 0:
        raise NixError("at the bottom")
    deep(n - 1)


def failure(n: int) -> NixError:
    """An error with a traceback of that length."""
    try:
        deep(n)
    except NixError as error:
        return error
    raise AssertionError


def length(error: BaseException) -> int:
    count, traceback = 0, error.__traceback__
    while traceback is not None:
        count, traceback = count + 1, traceback.tb_next
    return count


@pytest.fixture(autouse=True)
def _room() -> object:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10 * SHORT)
    yield
    sys.setrecursionlimit(limit)


def test_a_long_one_is_cut_everywhere() -> None:
    error = failure(3 * SHORT)
    let_go(error.__traceback__)
    assert length(error) == 1


def test_a_short_one_stays() -> None:
    error = failure(SHORT // 2)
    before = length(error)
    let_go(error.__traceback__)
    assert length(error) == before


def test_what_another_error_goes_on_from_stays() -> None:
    """`NixError.again` shares all but the first link: its trace still tells how it first went wrong."""
    error = failure(3 * SHORT)
    copy, before = error.again(), length(error)
    let_go(error.__traceback__)
    assert length(copy) == before - 1
    let_go(copy.__traceback__)  # now it is its own
    assert length(copy) == 1


def test_as_a_finalizer(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the playground uses it: an error lets go of its traceback when nobody has it any more."""
    freed: list[int] = []

    def finalize(error: NixError) -> None:
        links = length(error)
        let_go_of_own(error)
        freed.append(links)

    monkeypatch.setattr(NixError, "__del__", finalize, raising=False)
    error = failure(2 * SHORT)
    links = length(error)
    del error
    assert links in freed
