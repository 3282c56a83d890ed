"""The author's desk on the command line: what is wrong with digests, and what they will look like."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from bot.config import ConfigError, Settings, load_settings
from bot.core.delivery.throttle import PAID_PER_SECOND
from bot.core.durations import spell_duration
from bot.core.format import publication, reader_card
from bot.core.format.cards import group_keyboard
from bot.core.format.deep_links import Links
from bot.core.format.parts import Part, to_params, utf16_len
from bot.core.format.rich import SEND_RICH, RichPart, rich_publication, to_rich_params
from bot.core.keys import digest_key
from bot.core.models import Digest, Severity
from bot.findings import finding_json, print_findings, print_json, refusal_json
from bot.locales import catalogue
from bot.pipeline.watching.parser import Parser
from bot.pipeline.watching.posts import list_posts
from bot.preview import Chat, preview_page
from bot.proofreader import Proofreader, proof
from bot.resources import existing_posts_dir, load_taxonomy
from bot.terminal import draw_part, draw_rich

PREVIEW_BOT = "your_bot"
"""Stands in the deep links of a preview: which bot it will be is known only to Telegram."""

Style = Literal["full", "card", "rich"]


def check(files: Sequence[Path], *, as_json: bool) -> int:
    """Print what is wrong with the files, those of folders or those of all posts; 1 when an error is among it."""
    try:
        return _check(files, load_settings(), as_json=as_json)
    except ConfigError as error:
        if as_json:
            print_json([refusal_json(error)])
        raise


def _check(files: Sequence[Path], settings: Settings, *, as_json: bool) -> int:
    paths = dict(_expanded(files or [existing_posts_dir(settings)]))
    with Parser(settings.posts_category) as parser:
        reader = _proofreader(settings, parser)
        proofs = {path: reader.problems(path, is_named=is_named) for path, is_named in paths.items()}
    findings = [(path, problem) for path, problems in proofs.items() for problem in problems or ()]
    if as_json:
        print_json([finding_json(path, problem) for path, problem in findings])
    else:
        others = sum(problems is None for problems in proofs.values())
        print_findings(findings, len(paths) - others)
        if others:
            _print(catalogue()("cli.others", count=others, category=settings.posts_category))
        if len(paths) == 1:
            _print_lengths(reader, next(iter(paths)))
    return int(any(problem.severity is Severity.ERROR for _, problem in findings))


def _expanded(files: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """The files, and the posts in the folders; with each, whether it was named itself."""
    for path in files:
        if path.is_dir() and os.access(path, os.R_OK | os.X_OK):
            yield from ((path / name, False) for name in list_posts(path))
        else:
            yield path, True


def _proofreader(settings: Settings, parser: Parser) -> Proofreader:
    return Proofreader(
        settings.posts_dir,
        parser,
        load_taxonomy(settings.taxonomy_file),
        Links(PREVIEW_BOT, _group(settings)),
        subscribers=_count_subscribers(settings),
        per_second=PAID_PER_SECOND if settings.paid_broadcast else settings.rate_per_second,
    )


def preview(file: Path, *, style: Style, as_json: bool, html: Path | None) -> int:
    """Show the messages of a digest; 1 with its problems when it cannot be read.

    One without a date is shown all the same, under the date of its file's name, and with its problem.
    """
    settings = load_settings()
    with Parser("") as parser:
        parsed = proof(file, parser).parsed
    errors = {problem.code for problem in parsed.errors} if parsed else set()
    if parsed is None or parsed.digest is None or errors:
        print_findings([(file, problem) for problem in (parsed.problems if parsed else ())], 1, error=True)
    if parsed is None or parsed.digest is None or errors - {"date.missing"}:
        return 1
    digest = load_taxonomy(settings.taxonomy_file).label(parsed.digest)
    messages = _messages(digest, style, _group(settings))
    if html is not None and not _write_page(html, digest, messages, style, settings):
        return 1
    if as_json:
        print_json([_call_json(message) for message in messages])
    elif html is None:
        _draw(messages)
    return 1 if errors else 0


def _group(settings: Settings) -> str | None:
    return next((str(group.chat) for group in settings.group_chats), None)


def _messages(digest: Digest, style: Style, group: str | None) -> tuple[Part | RichPart, ...]:
    key, links, say = digest_key(digest.date, digest.slug, {}), Links(PREVIEW_BOT, group), catalogue()
    match style:
        case "full":
            return publication(digest, key, links=links, say=say).parts
        case "card":
            return (reader_card(digest, key, say=say, links=links),)
        case "rich":
            return rich_publication(digest, say=say, keyboard=group_keyboard(links, say))


def _call_json(message: Part | RichPart) -> dict[str, Any]:
    if isinstance(message, RichPart):
        return {"method": SEND_RICH, "params": to_rich_params(message)}
    return {"method": "sendMessage", "params": to_params(message)}


def _write_page(
    html: Path, digest: Digest, messages: Sequence[Part | RichPart], style: Style, settings: Settings
) -> bool:
    say = catalogue()
    is_group = style != "card"
    name = (_group(settings) or say("page.group")) if is_group else say("page.bot")
    chat = Chat(name, " · ".join((say("page.preview"), say(f"page.{style}"))), is_group)
    hour = "08:00" if settings.publish_at == "now" else f"{settings.publish_at:%H:%M}"
    page = preview_page(digest.title, digest.date, hour, messages, chat, say=say)
    try:
        html.write_text(page, "utf-8", errors="replace")
    except OSError as error:
        sys.stderr.write(say("preview.unwritable", path=html, reason=error.strerror) + "\n")
        return False
    sys.stderr.write(say("preview.written", path=html) + "\n")
    return True


def _draw(messages: Sequence[Part | RichPart]) -> None:
    out = Console(highlight=False)
    for number, message in enumerate(messages, 1):
        title = f"{number}/{len(messages)}"
        out.print(draw_rich(message, title) if isinstance(message, RichPart) else draw_part(message, title))


def _print(words: str) -> None:
    Console(highlight=False, soft_wrap=True, emoji=False).print(words, markup=False)


def _print_lengths(reader: Proofreader, path: Path) -> None:
    """How long the digest is when it is sent, and how long that takes."""
    digest, say = reader.read(path).digest, catalogue()
    if digest is None:
        return
    parts = reader.printed(digest).parts
    longest, entities = max(utf16_len(part.text) for part in parts), max(len(part.entities) for part in parts)
    _print(say("lengths.one", messages=len(parts), longest=longest, entities=entities))
    if reader.subscribers:
        duration = spell_duration(reader.subscribers / reader.per_second, say)
        _print(say("lengths.readers", subscribers=reader.subscribers, duration=duration))


def _count_subscribers(settings: Settings) -> int:
    """Today's subscribers; 0 when there is no state, or it cannot be read just now."""
    if settings.database_url is None and not (settings.data_dir / "state.db").exists():
        return 0
    from bot.storage import Store
    from bot.storage.errors import StoreError

    async def count() -> int:
        store = await Store.open(settings.database, clock=lambda: 0)
        try:
            return await store.chats.count_subscribers()
        finally:
            await store.close()

    try:
        return asyncio.run(count())
    except StoreError:
        return 0
