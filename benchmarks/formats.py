"""Read every file of a folder in a process of its own, and say what came of it by format.

    python benchmarks/formats.py FOLDER [FOLDER …] [--details]

Prints a Markdown table: files, those with text, the others by the code of their error, crashes,
those that took longer than the limit, the slowest and the one that took most memory. Exit status 1
when a file crashed the process, took too long or took more memory than the limit. The time is that
of ``parse`` alone, the import of its library included; the memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

LIMIT_SECONDS = 20
LIMIT_MB = 1000


@dataclass(frozen=True)
class Result:
    """What came of a file.

    Attributes:
        outcome: ``text``, the code of a ``DocumentError``, ``crash`` or ``hang``.
        gaps: How many parts could not be read.
    """

    path: Path
    outcome: str
    seconds: float
    mb: float
    gaps: int = 0
    detail: str = ""


def read_one(path: Path) -> None:
    """Read one file and print the result."""
    from tourbot.errors import DocumentError
    from tourbot.parsing import parse

    logging.disable(logging.CRITICAL)
    data = path.read_bytes()
    began = time.perf_counter()
    outcome, gaps, detail = "text", 0, ""
    try:
        gaps = len(parse(data, path.name).gaps)
    except DocumentError as error:
        outcome, detail = error.code, error.reason
    seconds = time.perf_counter() - began
    processes = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)  # Tesseract is one
    mb = max(resource.getrusage(who).ru_maxrss for who in processes) / 1024
    print(json.dumps([outcome, seconds, mb, gaps, detail]))


def measure(path: Path) -> Result:
    """Read one file in a process of its own."""
    command = [sys.executable, __file__, "--one", str(path)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_SECONDS + 5, check=False
        )
        outcome, seconds, mb, gaps, detail = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return Result(path, "hang", float(LIMIT_SECONDS), 0.0)
    except (ValueError, IndexError):
        return Result(path, "crash", 0.0, 0.0, detail=done.stderr[-300:])
    return Result(path, "hang" if seconds > LIMIT_SECONDS else outcome, seconds, mb, gaps, detail)


def table(results: list[Result]) -> str:
    """Write the results by format, unknown formats in one line."""
    from tourbot.parsing import SUFFIXES

    groups = defaultdict[str, list[Result]](list)
    for result in results:
        suffix = result.path.suffix.lower()
        groups[suffix[1:] if suffix in SUFFIXES else "others"].append(result)
    lines = [
        "| format | files | with text | in part | named failures | crashes | hangs | slowest | most memory |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, group in sorted(groups.items(), key=lambda pair: (pair[0] == "others", pair[0])):
        codes = Counter(result.outcome for result in group)
        read, crashes, hangs = (codes.pop(key, 0) for key in ("text", "crash", "hang"))
        named = ", ".join(f"{number} {code}" for code, number in codes.most_common()) or "–"
        partly = sum(result.gaps > 0 for result in group)
        lines.append(
            f"| {name} | {len(group)} | {read} | {partly} | {named} | {crashes} | {hangs}"
            f" | {max(r.seconds for r in group):.1f} s | {max(r.mb for r in group):.0f} MB |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--details", action="store_true", help="a line for each file not read")
    given = parser.parse_args()
    if given.one:
        read_one(given.one)
        return 0
    if not given.folders:
        parser.error("name a folder")
    files = sorted(p for folder in given.folders for p in folder.rglob("*") if p.is_file())
    results = [measure(path) for path in files]
    for result in results if given.details else ():
        if result.outcome != "text" or result.gaps:
            print(f"{result.outcome:14} {result.path}: {result.detail or f'{result.gaps} gaps'}")
    print(table(results))
    bad = [r for r in results if r.outcome in {"crash", "hang"} or r.mb > LIMIT_MB]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
