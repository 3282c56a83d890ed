"""What is searched and how it is found: terms, queries, aliases, snippets."""
