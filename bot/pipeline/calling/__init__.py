"""Telegram at the other end of the wire: transport, throttle in time, sender, inbox, webhook."""
