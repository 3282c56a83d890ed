"""What the command line found, for people and for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.core.models import Problem, Severity
from bot.locales import catalogue
from bot.pipeline.notices import sentence

Finding = tuple[Path, Problem]


def finding_json(path: Path, problem: Problem) -> dict[str, Any]:
    """A problem as JSON: file, line (0: the file as a whole), severity, code and a sentence with the remedy."""
    return {
        "file": str(path),
        "line": problem.line,
        "severity": problem.severity.value,
        "code": problem.code,
        "message": sentence(Problem(problem.code, problem.severity, 0, problem.values), say=catalogue()),
    }


def print_findings(findings: Iterable[Finding], checked: int, *, error: bool = False) -> None:
    """Problems for a person, one a line, with their totals."""
    out = Console(stderr=error, highlight=False, soft_wrap=True, emoji=False)
    looks = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}
    counts = dict.fromkeys(Severity, 0)
    for path, problem in findings:
        found = finding_json(path, problem)
        place = f"{path}:{problem.line}" if problem.line else str(path)
        out.print(f"{place}: ", markup=False, end="")
        out.print(f"{catalogue()('cli.' + problem.severity.value)} ", style=looks[problem.severity], end="")
        out.print(f"{found['message']} [{found['code']}]", markup=False)
        counts[problem.severity] += 1
    if not any(counts.values()):
        out.print(catalogue()("cli.sound", count=checked), style="green")
    elif checked > 1:
        totals = {severity.value: count for severity, count in counts.items()}
        out.print(catalogue()("cli.totals", count=checked, **totals))


def print_json(value: object) -> None:
    """For machines."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
