"""The garbage collector leaves alone what lives as long as the process."""

import gc

from bot import memory


def test_what_is_loaded_is_not_gone_through_again() -> None:
    """A full pass finds only what came afterwards."""
    before = len(gc.get_objects())
    try:
        memory.settle()
        assert len(gc.get_objects()) < before / 10
    finally:
        gc.unfreeze()


def test_nothing_is_collected_while_a_command_is_loaded() -> None:
    """From then on garbage is collected as ever."""
    try:
        memory.begin_loading()
        assert not gc.isenabled()
        memory.end_loading()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
