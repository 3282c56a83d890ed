"""How long the engine waits before it tries again what does not work at present."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds. Those called first double with every failure, up to the longest of their kind.

    `trouble_s`: the state cannot be read. `first_write_s`: the ledger cannot be written. `first_probe_s`: Telegram does
    not answer. `first_settling_s`: the publisher's last step failed. `asking_s`: no admin could be asked.
    `lease_s`: the lease of the sender is prolonged, or asked for again while another has it.
    """

    trouble_s: float = 5.0
    first_write_s: float = 1.0
    longest_write_s: float = 10.0
    first_probe_s: float = 1.0
    longest_probe_s: float = 30.0
    first_settling_s: float = 1.0
    longest_settling_s: float = 60.0
    asking_s: float = 15.0
    lease_s: float = 5.0


USUAL = Pauses()
