"""THINKS: pure functions over frozen data. No await, no I/O, no Telegram."""
