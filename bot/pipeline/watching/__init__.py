"""From the folder of posts to read digests: watcher, files, the worker that parses them."""
