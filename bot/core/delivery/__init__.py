"""What may be sent when, and what became of it: throttle, wire, retry."""
