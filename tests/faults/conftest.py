"""How much is tried: `FAULTS=N` in the environment goes N times as far as CI does (default 1)."""

import os

import pytest


@pytest.fixture
def depth() -> int:
    """At least 1."""
    return max(1, int(os.environ.get("FAULTS", "1")))
