"""MOVES: watcher → publisher → delivery → sender."""
