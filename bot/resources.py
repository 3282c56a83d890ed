"""What both the running bot and the operator's commands open: the taxonomy, and posts made into digests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from bot.archive import PostSource
from bot.config import ConfigError, Settings
from bot.core.digest import parse_digest
from bot.core.digest.lint import shape_problem
from bot.core.keys import digest_key
from bot.core.models import Digest, Problem
from bot.core.tags.topics import MAX_BYTES, Taxonomy, TaxonomyError
from bot.pipeline.watching.parser import Parser
from bot.pipeline.watching.posts import list_posts, read_post


def load_taxonomy(path: Path | None) -> Taxonomy:
    """The operator's taxonomy, or the one that comes with the bot.

    Raises:
        ConfigError: the file cannot be read or used.
    """
    if path is None:
        return Taxonomy.parse(files("bot.core.tags").joinpath("taxonomy.json").read_bytes())
    try:
        return Taxonomy.parse(_read_taxonomy(path))
    except (OSError, TaxonomyError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"TAXONOMY_FILE {path}: {reason}. Mend the file, or leave the setting empty.") from None


def _read_taxonomy(path: Path) -> bytes:
    if not path.exists():
        raise TaxonomyError("there is no such file")
    if not path.is_file():  # a pipe would be read for ever
        raise TaxonomyError("it is no file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def existing_posts_dir(settings: Settings) -> Path:
    """The folder of the posts.

    Raises:
        ConfigError: there is no such folder.
    """
    if not settings.posts_dir.is_dir():
        raise ConfigError(f"POSTS_DIR: there is no folder {settings.posts_dir}. Create it, or name another.")
    return settings.posts_dir


def digest_reader(category: str) -> Callable[[bytes, str, dt.date], Digest | None]:
    """How the archive understands a file it has stored."""

    def read(raw: bytes, name: str, date: dt.date) -> Digest | None:
        parsed = parse_digest(raw, name, category=category, makeshift=date)
        return parsed.digest if parsed else None

    return read


def read_shelf(
    settings: Settings, taxonomy: Taxonomy, keys: dict[str, str], indexed: Mapping[str, str] | None = None
) -> Iterator[PostSource]:
    """The sound digests of the posts, for an archive without a bot, but those whose content is `indexed` already.

    `keys`: those already given, to their slugs. `indexed`: content hashes by file name.
    """
    today = dt.datetime.now(settings.timezone).date()
    with Parser(settings.posts_category) as parser:
        for name in list_posts(settings.posts_dir):
            post = read_post(settings.posts_dir, name)
            if post is None or isinstance(post, Problem) or post.content_hash == (indexed or {}).get(name):
                continue
            parsed = parser.parse(post.raw, name)
            digest = parsed.digest if parsed and not parsed.errors else None
            if digest is None or digest.is_draft or digest.date > today or shape_problem(digest):
                continue
            key = digest_key(digest.date, digest.slug, keys)
            keys[key] = digest.slug
            yield PostSource(key, name, post.raw, taxonomy.label(digest))
