"""The operator's commands that need no Telegram. Each returns the process's exit code."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.archive import Archive, ArchiveDamaged, Page
from bot.config import SECRETS, Settings, load_settings, near_misses, source_of, unknown_names
from bot.core.models import plain
from bot.core.tags.topics import Taxonomy
from bot.findings import print_findings, print_json
from bot.locales import catalogue
from bot.pipeline.publishing.decisions import Answer, PublishError
from bot.pipeline.publishing.requests import request_publication
from bot.pipeline.watching.intake import Intake
from bot.pipeline.watching.parser import Parser
from bot.pipeline.watching.posts import list_posts
from bot.resources import digest_reader, existing_posts_dir, load_taxonomy, read_shelf
from bot.storage import Store
from bot.storage.errors import StoreError
from bot.storage.instance import AlreadyRunningError, hold, make_folder
from bot.terminal import highlighted

BUILDING_AT_MOST_S, LOOK_AGAIN_S = 60.0, 0.3


def publish(file: Path) -> int:
    """Approve a digest of the posts; the running bot, or the next one that starts, sends it."""
    settings = load_settings()
    taxonomy = load_taxonomy(settings.taxonomy_file)

    async def approve() -> Answer:
        with Parser(settings.posts_category) as parser:
            async with _state(settings) as store:
                intake = Intake(settings.posts_dir, parser, taxonomy, store.digests)
                return await request_publication(file, intake, store.digests)

    try:
        answer = asyncio.run(approve())
    except PublishError as error:
        print_findings([(file, problem) for problem in error.problems], 1, error=True)
        return 1
    Console(highlight=False).print(catalogue()(f"publish.{answer}"), markup=False)
    return 0 if answer is Answer.DONE else 1


def search(query: str, *, limit: int, offset: int, as_json: bool) -> int:
    """Print what the archive finds; it is built first when it is missing or out of date."""
    settings = load_settings()
    page = asyncio.run(_search(settings, query, limit, offset))
    if as_json:
        print_json({"total": page.total, "results": [_hit_json(hit) for hit in page.hits]})
        return 0
    out = Console(highlight=False, emoji=False)
    found = f"{query} · {page.total}" if page.total else catalogue()("search.none", query=query)
    out.print(found, markup=False, style="bold")
    for hit in page.hits:
        out.print(f"\n{hit.date} #{hit.number} ", highlighted(hit.marked), sep="")
        out.print("  ", highlighted(hit.snippet), sep="")
        if hit.url:
            out.print(f"  {hit.url}", markup=False, style="dim")
    return 0


def migrate() -> int:
    """Bring the state's schema up to date."""
    settings = load_settings()

    async def upgrade() -> None:
        async with _state(settings):
            pass

    asyncio.run(upgrade())
    sys.stdout.write("The state's schema is up to date.\n")
    return 0


def config() -> int:
    """Print every setting with its value and source."""
    settings = load_settings()
    table = Table("setting", "value", "from")
    values = settings.model_dump()
    for name in type(settings).model_fields:
        table.add_row(name.upper(), _shown(name, values[name]), source_of(name))
    Console().print(table)
    strangers = [f".env: {name} is no setting of the bot." for name, near in unknown_names().items() if not near]
    sys.stderr.writelines(f"{line}\n" for line in [*near_misses(), *strangers])
    return 0


@asynccontextmanager
async def _state(settings: Settings) -> AsyncIterator[Store]:
    """The state, its schema brought up to date."""
    make_folder(settings.data_dir)
    store = await Store.open(settings.database, clock=_now_ms)
    try:
        await store.migrate()
        yield store
    finally:
        await store.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _search(settings: Settings, query: str, limit: int, offset: int) -> Page:
    make_folder(settings.data_dir)
    taxonomy = load_taxonomy(settings.taxonomy_file)
    reader = digest_reader(settings.posts_category)
    archive = Archive(settings.data_dir / "archive.db", taxonomy, _now_ms, reader, settings.timezone)
    await archive.open()
    try:
        try:
            with hold(settings.data_dir):
                await _refresh(archive, settings, taxonomy)
        except AlreadyRunningError:
            await _until_built(archive)
        return await archive.search(query, limit=limit, offset=offset)
    finally:
        await archive.close()


async def _until_built(archive: Archive) -> None:
    """A running bot keeps its archive up to date by itself; while it still builds it, wait, but not for ever."""
    with Console(stderr=True).status(catalogue()("cli.building")), suppress(TimeoutError):
        async with asyncio.timeout(BUILDING_AT_MOST_S):
            while not archive.is_usable:
                await asyncio.sleep(LOOK_AGAIN_S)
                await archive.close()
                await archive.open()


async def _refresh(archive: Archive, settings: Settings, taxonomy: Taxonomy) -> None:
    """Bring the archive up to the posts: only what is new or changed, or everything when something is gone."""
    names = list_posts(existing_posts_dir(settings))
    keys = await _known_keys(settings)
    try:
        indexed = await archive.sources() if archive.is_usable else {}
    except ArchiveDamaged:
        indexed = {}
    with Console(stderr=True).status("") as status:

        def show(done: int) -> None:
            status.update(catalogue()("cli.indexing", done=done, total=len(names)))

        if archive.is_usable and indexed.keys() <= names.keys():
            with suppress(ArchiveDamaged):  # cannot be written: it is built anew
                for done, source in enumerate(read_shelf(settings, taxonomy, keys, indexed), 1):
                    await archive.index(source)
                    show(done)
                return
        await archive.rebuild(read_shelf(settings, taxonomy, keys), show)


async def _known_keys(settings: Settings) -> dict[str, str]:
    """The keys the state has given, so that an archive built here agrees with it."""
    if settings.database_url is None and not (settings.data_dir / "state.db").exists():
        return {}
    try:
        store = await Store.open(settings.database, clock=_now_ms)
    except StoreError:
        return {}
    try:
        return {known.key: known.slug for known in await store.digests.all()}
    finally:
        await store.close()


def _hit_json(hit: Any) -> dict[str, Any]:
    return {
        "date": hit.date.isoformat(),
        "number": hit.number,
        "headline": hit.headline,
        "url": hit.url,
        "section": hit.section,
        "tags": list(hit.tags),
        "snippet": plain(hit.snippet),
    }


def _shown(name: str, value: object) -> str:
    match value:
        case None | ():
            return ""
        case _ if name in SECRETS:
            return "********"
        case bool():
            return "on" if value else "off"
        case tuple():
            return ", ".join(str(piece) for piece in value)
        case dt.time():
            return f"{value:%H:%M}"
        case _:
            return str(value)
