"""TALKS: an update in, a reply out."""
