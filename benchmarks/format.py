"""A folder of digests as messages: our formatter, telegramify-markdown if installed, and a naive cut of HTML.

    python -m benchmarks.format posts

TDLib judges every message as Telegram's server would; white space trimmed at the ends and another order of entities
are no change to a reader. Each formatter gets the same bodies and is timed from Markdown to messages; what belongs to
an item or a section is read from the parsed digest for all of them alike. Ours has one message more a digest: the card.
"""

from __future__ import annotations

import argparse
import html
import importlib
import json
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tdjson
from markdown_it import MarkdownIt
from rich.console import Console
from rich.table import Table

from bot import memory
from bot.core.digest import parse_digest
from bot.core.format import Links, publication
from bot.core.format.parts import to_params, utf16_len
from bot.core.models import Digest, Item, ListBlock, Paragraph
from bot.core.wording import block_lines
from bot.locales import catalogue
from tests.support.oracle import judge
from tests.support.words import count_words, rendered_words

LIMIT = 4096
ROUNDS = 5
WHOLE = 3500
"""Letters of an item that one message can certainly hold."""
FRONT_MATTER = re.compile(r"\A\ufeff?---\r?\n.*?\r?\n---\r?\n", re.DOTALL)
ADVERT = re.compile(r"<div class=\"telegram-card\">.*\Z", re.DOTALL)
MISSPELT = re.compile(r"(深度解读\s*&\s*)\w\w")
KEPT_TAGS = re.compile(r"</?(?:b|i|s|u|code|pre|a|blockquote|strong|em)\b[^>]*>")
HARMLESS = re.compile(r"white space is trimmed|in another order")
LETTERS = re.compile(r"[\W_]+")

Params = Mapping[str, Any]
Formatter = Callable[["Paper"], list[Params]]


@dataclass(frozen=True, slots=True)
class Paper:
    """A digest as a file and understood; `body` is what every formatter has to show."""

    name: str
    raw: bytes
    body: str
    digest: Digest


@dataclass
class Score:
    """The sums over all digests; `fills` are shares of a full message, `times_ms` medians of each digest."""

    messages: int = 0
    refused: int = 0
    altered: int = 0
    lost: int = 0
    torn: int = 0
    mixed: int = 0
    orphans: int = 0
    fills: list[float] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)


def ours(paper: Paper) -> list[Params]:
    """The messages of a group in style full, from the file on."""
    parsed = parse_digest(paper.raw, paper.name)
    assert parsed
    assert parsed.digest
    parts = publication(parsed.digest, "20260206", links=Links("bench_bot"), say=catalogue()).parts
    return [to_params(part) for part in parts]


def telegramify() -> Formatter:
    """telegramify-markdown: text and entities, cut at its own boundaries.

    Raises:
        ImportError: it is not installed.
    """
    library = importlib.import_module("telegramify_markdown")

    def convert(paper: Paper) -> list[Params]:
        text, entities = library.convert(paper.body)
        chunks = library.split_entities(text, entities, LIMIT)
        return [{"text": piece, "entities": [entity.to_dict() for entity in found]} for piece, found in chunks]

    return convert


def naive(paper: Paper) -> list[Params]:
    """Markdown rendered, the tags that Telegram does not know removed, and every 4,096 characters a cut."""
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(paper.body)
    text = re.sub(r"<(?!/?(?:b|i|s|u|code|pre|a|blockquote|strong|em)\b)[^>]*>", "", rendered)
    return [{"text": text[at : at + LIMIT], "parse_mode": "HTML"} for at in range(0, len(text), LIMIT)]


def shown(params: Params) -> tuple[str, bool, bool]:
    """The words readers get, and whether Telegram refuses or alters the message."""
    if "parse_mode" in params:
        return _parsed_html(params["text"])
    verdict = judge(params)
    altered = [reason for reason in verdict.altered if not HARMLESS.search(reason)]
    return params["text"], bool(verdict.refused), bool(altered)


def _parsed_html(text: str) -> tuple[str, bool, bool]:
    mode = {"@type": "textParseModeHTML"}
    request = {"@type": "parseTextEntities", "text": text, "parse_mode": mode}
    answer = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"{}")
    if answer["@type"] == "error":
        return html.unescape(KEPT_TAGS.sub("", text)), True, False
    return answer["text"], False, False


def measure(formatter: Formatter, papers: Sequence[Paper]) -> Score:
    """Format everything and count what is wrong with it."""
    score = Score()
    for paper in papers:
        score.times_ms.append(_median_ms(formatter, paper))
        messages = [shown(params) for params in formatter(paper)]
        texts = [text for text, is_refused, _ in messages if not is_refused]
        score.messages += len(messages)
        score.refused += sum(is_refused for _, is_refused, _ in messages)
        score.altered += sum(is_altered for _, _, is_altered in messages)
        score.lost += sum((rendered_words(paper.body) - count_words("\n".join([paper.digest.title, *texts]))).values())
        _judge_cuts(score, paper, [text for text, _, _ in messages])
        score.fills += [utf16_len(text) / LIMIT for text, _, _ in messages]
    return score


def _judge_cuts(score: Score, paper: Paper, texts: Sequence[str]) -> None:
    digest, whole = paper.digest, _letters(re.sub(r"<[^>]*>", "", MarkdownIt("commonmark").render(paper.body)))
    letters = [_letters(text) for text in texts]
    for item in digest.items:
        lines = [line for line in _lines(item) if line]
        if sum(map(len, lines)) < WHOLE:
            score.torn += not any(all(line in text for line in lines) for text in letters)
    # A headline that stands in the text twice says nothing about where a message ends.
    heads = {
        section.number: [title for item in section.items if whole.count(title := _letters(item.title)) == 1]
        for section in digest.sections
    }
    for text, plain_text in zip(letters, texts, strict=True):
        present = [number for number, titles in heads.items() if any(title in text for title in titles)]
        score.mixed += len(present) > 1 and not _is_contents(digest, plain_text)
        last = _letters(plain_text.strip().rpartition("\n")[2])
        score.orphans += bool(last) and last in _headings(digest)


def _is_contents(digest: Digest, text: str) -> bool:
    """Whether this is the index card, which tells of all sections on purpose."""
    return text.startswith(digest.title)


def _headings(digest: Digest) -> set[str]:
    stories = {_letters(item.title) for item in digest.items if not item.is_brief and (item.blocks or item.commentary)}
    labels = {_letters(one.label) for item in digest.items for one in item.commentary}
    return stories | labels | {_letters(section.title) for section in digest.sections}


def _lines(item: Item) -> Iterator[str]:
    yield _letters(item.title)
    remarks = [block for one in item.commentary for block in one.blocks]
    for block in (*item.blocks, *remarks):
        if isinstance(block, Paragraph | ListBlock):
            yield from map(_letters, block_lines([block]))


def _letters(text: str) -> str:
    return LETTERS.sub("", text).casefold()


def _median_ms(formatter: Formatter, paper: Paper) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        formatter(paper)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def read_papers(folder: Path, category: str) -> list[Paper]:
    """The sound digests of a folder."""
    found = []
    for path in sorted(folder.glob("*.md")):
        parsed = parse_digest(path.read_bytes(), path.name, category=category)
        if parsed and parsed.digest:
            body = ADVERT.sub("", FRONT_MATTER.sub("", path.read_text("utf-8")))
            found.append(Paper(path.name, path.read_bytes(), MISSPELT.sub(r"\1洞察", body), parsed.digest))
    return found


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--category", default="AI 日报")
    given = arguments.parse_args()
    papers = read_papers(given.folder, given.category)
    tdjson.td_execute(b'{"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}')
    memory.settle()
    columns = ("messages", "refused", "altered", "words lost", "items torn", "sections mixed", "orphans", "fill", "ms")
    table = Table("formatter", *columns, title=f"{len(papers)} digests of {given.folder.name}")
    table.add_row("ours", *_row(measure(ours, papers)))
    try:
        table.add_row("telegramify-markdown", *_row(measure(telegramify(), papers)))
    except ImportError as reason:
        table.add_row("telegramify-markdown", f"skipped: {reason}")
    table.add_row("naive HTML cut", *_row(measure(naive, papers)))
    Console(width=150).print(table)


def _row(score: Score) -> list[str]:
    names = ("messages", "refused", "altered", "lost", "torn", "mixed", "orphans")
    slowest = max(score.times_ms)
    times = f"{statistics.median(score.times_ms):.1f} (slowest {slowest:.0f})"
    return [*(f"{getattr(score, name):,}" for name in names), f"{statistics.mean(score.fills):.0%}", times]


if __name__ == "__main__":
    main()
