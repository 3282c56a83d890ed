"""What holds for every test."""

import asyncio
import os

import pytest
from hypothesis import HealthCheck, settings

from bot import memory
from tests.support.states import blank_state, migrate, postgres_database, wipe

# Machines are noisy: no property fails for being slow. The same examples are tried each time, so that a failure comes
# with the change that caused it; `pytest --hypothesis-profile=exploring` looks for new ones.
settings.register_profile("exploring", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", settings.get_profile("exploring"), derandomize=True)
settings.load_profile("steady")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Twice as many as processors: much of the time goes into waiting for processes, browsers and databases."""
    return min(2 * (os.cpu_count() or 1), 12)


@pytest.fixture
def sqlite_url(tmp_path):
    """A state in a file."""
    return blank_state(tmp_path / "state.db")


@pytest.fixture(scope="session")
def postgres_server():
    """The address of the test server."""
    server = os.environ.get("TEST_POSTGRES_URL")
    if not server:
        pytest.skip("TEST_POSTGRES_URL names no server")
    return server


@pytest.fixture(scope="session")
def postgres_of_this_process(postgres_server):
    """A state on it, for one test after the other."""
    with postgres_database(postgres_server) as url:
        asyncio.run(migrate(url))
        yield url


@pytest.fixture
async def postgres_url(postgres_of_this_process):
    """The same, empty."""
    yield postgres_of_this_process
    await wipe(postgres_of_this_process)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    """A state of either kind, for what holds on both."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request, tmp_path):
    """A database of either kind without a table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    else:
        with postgres_database(request.getfixturevalue("postgres_server")) as url:
            yield url


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not go through it again and again."""
    memory.settle()
