"""What the command line found, for people and for machines."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.core.models import Problem, Severity
from bot.locales import catalogue
from bot.pipeline.publishing.notices import printable, sentence

ALIKE = 3
LOOKS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}

Finding = tuple[Path, Problem]


def finding_json(path: Path, problem: Problem) -> dict[str, Any]:
    """A problem as JSON: file, line (0: the file as a whole), severity, code and a sentence with the remedy."""
    return {
        # A name may hold bytes that are no text.
        "file": str(path).encode("utf-8", "backslashreplace").decode(),
        "line": problem.line,
        "severity": problem.severity.value,
        "code": problem.code,
        "message": sentence(Problem(problem.code, problem.severity, 0, problem.values), say=catalogue()),
    }


def refusal_json(error: Exception) -> dict[str, Any]:
    """Why nothing could be looked at, in the same form."""
    return {"file": "", "line": 0, "severity": "error", "code": "settings.wrong", "message": str(error)}


def print_findings(findings: Sequence[Finding], checked: int, *, error: bool = False) -> None:
    """Problems for a person, one a line, with their totals; of the same hint only the first few in a file."""
    out = Console(stderr=error, highlight=False, soft_wrap=True, emoji=False)
    same: Counter[tuple[Path, str]] = Counter((path, problem.code) for path, problem in findings)
    shown: Counter[tuple[Path, str]] = Counter()
    for path, problem in findings:
        kind = (path, problem.code)
        shown[kind] += 1
        if problem.severity is not Severity.HINT or shown[kind] <= ALIKE or same[kind] == ALIKE + 1:
            _print_finding(out, path, problem)
        elif shown[kind] == same[kind]:
            out.print(catalogue()("cli.alike", file=path, count=same[kind] - ALIKE, code=problem.code), markup=False)
    if not checked:
        out.print(catalogue()("cli.nothing"))
    elif not findings:
        out.print(catalogue()("cli.sound", count=checked), style="green")
    elif checked > 1:
        counts = Counter(problem.severity for _, problem in findings)
        totals = {severity.value: counts[severity] for severity in Severity}
        out.print(catalogue()("cli.totals", count=checked, **totals))


def _print_finding(out: Console, path: Path, problem: Problem) -> None:
    found = finding_json(path, problem)
    name = printable(str(path))
    place = f"{name}:{problem.line}" if problem.line else name
    out.print(f"{place}: ", markup=False, end="")
    out.print(f"{catalogue()('cli.' + problem.severity.value)} ", style=LOOKS[problem.severity], end="")
    out.print(f"{found['message']} [{found['code']}]", markup=False)


def print_json(value: object) -> None:
    """For machines."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
