"""The author's desk on the command line: what is wrong with digests, and what they will look like."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from bot.config import Settings, load_settings
from bot.core.delivery.throttle import PAID_PER_SECOND
from bot.core.digest import Parsed
from bot.core.digest.lint import lint, story_urls
from bot.core.durations import spell_duration
from bot.core.format import Publication, publication, reader_card
from bot.core.format.cards import group_keyboard
from bot.core.format.deep_links import Links
from bot.core.format.lengths import delivery_problem, length_problems
from bot.core.format.parts import Part, to_params, utf16_len
from bot.core.format.rich import RichPart, rich_publication, to_rich_params
from bot.core.keys import digest_key
from bot.core.models import Digest, Problem, Severity
from bot.core.tags.topics import Taxonomy
from bot.findings import finding_json, print_findings, print_json
from bot.locales import catalogue
from bot.pipeline.parser import Parser
from bot.pipeline.posts import list_posts, read_post
from bot.preview import Chat, preview_page
from bot.resources import existing_posts_dir, load_taxonomy
from bot.storage import Store
from bot.storage.errors import StoreError
from bot.terminal import draw_part, draw_rich

PREVIEW_BOT = "your_bot"
"""Stands in the deep links of a preview: which bot it will be is known only to Telegram."""
RECENT_DAYS = 30
NAME_SLACK_DAYS = 2
"""A file's name may carry another day than its front matter."""

Style = Literal["full", "card", "rich"]


def check(files: Sequence[Path], *, as_json: bool) -> int:
    """Print what is wrong with the files, or with all posts; 1 when an error is among it."""
    settings = load_settings()
    paths = files or [settings.posts_dir / name for name in list_posts(existing_posts_dir(settings))]
    with Parser(settings.posts_category) as parser:
        reader = Reader(settings, parser, load_taxonomy(settings.taxonomy_file), _count_subscribers(settings))
        findings = [(path, problem) for path in paths for problem in reader.problems(path)]
    if as_json:
        print_json([finding_json(path, problem) for path, problem in findings])
    else:
        print_findings(findings, len(paths))
        if len(paths) == 1:
            _print_lengths(reader, paths[0])
    return int(any(problem.severity is Severity.ERROR for _, problem in findings))


def preview(file: Path, *, style: Style, as_json: bool, html: Path | None) -> int:
    """Show the messages of a digest; 1 with its problems when it cannot be read."""
    settings = load_settings()
    with Parser("") as parser:
        parsed = _parsed(file, parser)
    if parsed is None or parsed.digest is None:
        print_findings([(file, problem) for problem in (parsed.problems if parsed else ())], 1, error=True)
        return 1
    digest = load_taxonomy(settings.taxonomy_file).label(parsed.digest)
    messages = _messages(digest, style, _group(settings))
    if html is not None and not _write_page(html, digest, messages, style, settings):
        return 1
    if as_json:
        print_json([_call_json(message) for message in messages])
    elif html is None:
        _draw(messages)
    return 0


@dataclass
class Reader:
    """Reads posts for `check`; each file is parsed once. `subscribers` is None when there is no state to count in."""

    settings: Settings
    parser: Parser
    taxonomy: Taxonomy
    subscribers: int | None
    _read: dict[Path, Parsed | None] = field(default_factory=dict)

    def parsed(self, path: Path) -> Parsed | None:
        """What the file says; None when it is none of our posts."""
        if path not in self._read:
            self._read[path] = _parsed(path, self.parser)
        return self._read[path]

    def problems(self, path: Path) -> tuple[Problem, ...]:
        """Everything worth mending in the file."""
        parsed = self.parsed(path)
        if parsed is None:
            return ()
        if parsed.digest is None:
            return lint(parsed)
        lengths = [*length_problems(parsed.digest, self.printed(parsed.digest), say=catalogue()), *self._delivery()]
        return lint(parsed, recent=self._recent(parsed.digest.date), lengths=lengths)

    def printed(self, digest: Digest) -> Publication:
        """The digest as a group gets it."""
        labelled = self.taxonomy.label(digest)
        links = Links(PREVIEW_BOT, _group(self.settings))
        return publication(labelled, digest_key(digest.date, digest.slug, {}), links=links, say=catalogue())

    @property
    def per_second(self) -> float:
        """The pace of private messages."""
        return PAID_PER_SECOND if self.settings.paid_broadcast else self.settings.rate_per_second

    def _delivery(self) -> list[Problem]:
        problem = delivery_problem(self.subscribers or 0, self.per_second)
        return [problem] if problem else []

    def _recent(self, date: dt.date) -> Mapping[str, str]:
        """Where the stories of the days before were told: addresses with the date of their digest."""
        told: dict[str, str] = {}
        for path in self._neighbours(date):
            parsed = self.parsed(path)
            digest = parsed.digest if parsed else None
            if digest and date - dt.timedelta(RECENT_DAYS) <= digest.date < date:
                told |= dict.fromkeys(story_urls(digest), digest.date.isoformat())
        return told

    def _neighbours(self, date: dt.date) -> Iterator[Path]:
        """The posts that may be of the days before, judged by their names; those without a date in it, too."""
        reach = dt.timedelta(RECENT_DAYS + NAME_SLACK_DAYS)
        for name in _names(self.settings.posts_dir):
            try:
                named = dt.date.fromisoformat(name[:10])
            except ValueError:
                named = date
            if date - reach <= named <= date + dt.timedelta(NAME_SLACK_DAYS):
                yield self.settings.posts_dir / name


def _parsed(path: Path, parser: Parser) -> Parsed | None:
    """What a file says; None when it is none of our posts. A file that is not there is a problem of its own."""
    post = read_post(path.parent, path.name)
    if post is None:
        return Parsed(None, (Problem("file.missing", Severity.ERROR),))
    return Parsed(None, (post,)) if isinstance(post, Problem) else parser.parse(post.raw, path.name)


def _names(posts_dir: Path) -> Iterable[str]:
    try:
        return list_posts(posts_dir)
    except OSError:
        return ()


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
        return {"method": "sendRichMessage", "params": to_rich_params(message)}
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


def _print_lengths(reader: Reader, path: Path) -> None:
    """How long the digest is when it is sent, and how long that takes."""
    parsed, say = reader.parsed(path), catalogue()
    if parsed is None or parsed.digest is None:
        return
    parts = reader.printed(parsed.digest).parts
    longest, entities = max(utf16_len(part.text) for part in parts), max(len(part.entities) for part in parts)
    out = Console(highlight=False, soft_wrap=True)
    out.print(say("lengths.one", messages=len(parts), longest=longest, entities=entities))
    if reader.subscribers:
        duration = spell_duration(reader.subscribers / reader.per_second, say)
        out.print(say("lengths.readers", subscribers=reader.subscribers, duration=duration))


def _count_subscribers(settings: Settings) -> int | None:
    """Today's subscribers; None when there is no state, or it cannot be read just now."""
    if settings.database_url is None and not (settings.data_dir / "state.db").exists():
        return None

    async def count() -> int:
        store = await Store.open(settings.database, clock=lambda: 0)
        try:
            return await store.chats.count_subscribers()
        finally:
            await store.close()

    try:
        return asyncio.run(count())
    except StoreError:
        return None
