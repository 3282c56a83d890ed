"""The logbook tells which calls had begun when a process died, and keeps silent where it cannot know."""

import uuid

import pytest

from bot.storage.errors import StoreError
from bot.storage.logbook import Flight, Logbook

ONE, TWO = uuid.uuid4().hex, uuid.uuid4().hex
CALL, NEXT = Flight(7, -100, 2), Flight(7, 2001, 0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "logbook"


@pytest.fixture
def book(path):
    opened = Logbook(path)
    opened.open_for(ONE)
    yield opened
    opened.close()


def reread(path, predecessor=ONE, **options):
    found = Logbook(path, **options)
    flights = found.flights_of(predecessor)
    found.close()
    return flights


def test_calls_under_way_are_found_by_the_next_process(book, path):
    """Those that ended are not."""
    with book.flight(NEXT):
        pass
    with book.flight(CALL):
        assert reread(path) == {CALL}
    assert reread(path) == frozenset()


def test_it_tells_who_wrote_it(book, path):
    """So that a process knows its predecessor on this machine."""
    assert book.owner == ONE
    assert Logbook().owner is None


def test_a_call_that_was_broken_off_stays_noted(book, path):
    """Nobody knows its end."""
    with pytest.raises(RuntimeError), book.flight(CALL):
        raise RuntimeError
    with book.flight(NEXT):
        assert reread(path) == {CALL, NEXT}


def test_the_notes_of_another_process_are_not_believed(book, path):
    """On a server's state somebody elsewhere may have been the last to send; after an orderly end nobody is asked."""
    assert reread(path, TWO) is None
    assert reread(path, None) is None


def test_a_new_page_forgets_the_old_one(book, path):
    """Each process answers for itself."""
    with book.flight(CALL):
        book.open_for(TWO)
        assert reread(path, TWO) == frozenset()
        assert reread(path, ONE) is None


def test_after_a_restart_of_the_system_nothing_is_believed(book, path, tmp_path):
    """What was not synced may be gone with the power; and some systems do not tell."""
    for name, content in (("other", f"{uuid.uuid4()}\n"), ("odd", "no id"), ("missing", None)):
        if content is not None:
            (tmp_path / name).write_text(content)
        assert reread(path, boot_id=tmp_path / name) is None


def test_more_calls_than_it_has_room_for_make_it_keep_silent(book, path):
    """What it does not hold it must not deny."""
    book._free.clear()
    with book.flight(CALL):
        assert reread(path) is None


def test_a_new_or_foreign_file_says_nothing(path):
    """The first start, or something else of that name."""
    assert reread(path) is None
    path.write_bytes(b"short")
    assert reread(path) is None


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    """With the remedy."""
    with pytest.raises(StoreError, match="DATA_DIR"):
        Logbook(tmp_path / "missing" / "logbook")


def test_without_a_file_it_lives_as_long_as_the_process():
    """For those who try the engine without a folder."""
    book = Logbook()
    book.open_for(ONE)
    with book.flight(CALL):
        assert book.flights_of(ONE) == {CALL}
