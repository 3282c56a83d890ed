"""FINDS: the search index built from the posts. It may be deleted at any time and is rebuilt."""

from bot.archive.archive import Archive
from bot.archive.files import ArchiveDamaged
from bot.archive.records import Filed, Hit, Page, PostSource, content_hash

__all__ = ["Archive", "ArchiveDamaged", "Filed", "Hit", "Page", "PostSource", "content_hash"]
