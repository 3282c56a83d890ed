"""Whom a story concerns: topics, entities, keywords, editions, threads."""
