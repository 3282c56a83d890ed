"""The AI-daily bot: a finished Markdown digest in, well-cut Telegram messages out."""

__version__ = "0.1.0"
