"""Numbers about numbers."""

from __future__ import annotations

import math
import resource
from collections.abc import Iterable
from pathlib import Path


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that so many of them do not exceed: of ten, the 95th percentile is the largest."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def most_rss_mb() -> float:
    """The most memory this process has ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rss_mb(pid: int) -> float:
    """What another process has now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
