"""FINDS: the search index built from the posts. It may be deleted at any time and is rebuilt."""
