"""Answers to readers: today, days, weeks, search, opened items, inline mode, saved ones."""
