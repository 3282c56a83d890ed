"""PRETENDS: a local Bot API with a chat page, so that everything can be tried without a token."""
