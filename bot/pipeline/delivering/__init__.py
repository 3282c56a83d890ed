"""The ledger worked off: claim, send, record, recover; live cards and recalls."""
