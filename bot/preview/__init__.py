"""The author's preview: the messages of a digest as one self-contained page that looks like the chat."""

from bot.preview.page import Chat, preview_page

__all__ = ["Chat", "preview_page"]
