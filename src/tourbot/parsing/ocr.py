"""The words of scanned pages: pypdfium2 renders them, Tesseract, where it is installed, reads them.

Tesseract is a program of its own, in no way needed by the rest.
"""

from __future__ import annotations

import csv
import functools
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2

from tourbot.errors import DocumentError
from tourbot.parsing import deadline

INSTALL = "apt-get install tesseract-ocr tesseract-ocr-fra"
MAX_PAGES = 100
_DPI = 200
_MAX_PIXELS = 20_000_000  # of a plan; an A4 page has four million
_SECONDS = 60  # for a page
_LANGUAGES = ("fra", "eng")
# Of a hundred. What Tesseract makes of a photograph is below.
_MIN_CONFIDENCE = 50
# How it reads a bullet.
_BULLETS = frozenset("¢©°»+*•·«")
_TOO_MANY = DocumentError(
    "too-large", f"of scanned pages, {MAX_PAGES} are read at most", "Split the file"
)
_SLOW = DocumentError(
    "ocr", f"Tesseract took more than {_SECONDS} seconds for a page", "Scan it again"
)
_WORD = "5"  # the level of words in its table


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a page, line by line."""

    lines: tuple[str, ...]


def available() -> bool:
    """Whether Tesseract is installed."""
    return shutil.which("tesseract") is not None


def read(data: bytes, numbers: list[int]) -> Iterator[tuple[int, list[Paragraph] | DocumentError]]:
    """Read pages of a PDF file, one after the other.

    Args:
        data: The whole file.
        numbers: Of the pages, from 1.

    Yields:
        The number of a page and its paragraphs, none where no words can be trusted, or why it could
        not be read. Pages that are not reached in time are among the latter.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        yield from ((number, _undrawn(error)) for number in numbers)
        return
    try:
        done = 0
        for number in numbers:
            try:
                if done >= MAX_PAGES:
                    raise _TOO_MANY
                if deadline.left() <= 0:
                    raise _late(done)
                found: list[Paragraph] | DocumentError = _read(_picture(document[number - 1]))
                done += 1
            except subprocess.TimeoutExpired:
                found = _late(done) if deadline.left() <= 0 else _SLOW
            except DocumentError as error:
                found = error
            except (pypdfium2.PdfiumError, IndexError) as error:
                found = _undrawn(error)
            yield number, found
    finally:
        document.close()


def _late(done: int) -> DocumentError:
    return DocumentError(
        "too-slow",
        "the time that reading a file may take ended before",
        f"Split it into files of {done} pages" if done > 1 else "Split it",
    )


def _undrawn(error: Exception) -> DocumentError:
    return DocumentError(
        "broken", f"the page cannot be drawn ({error})", "Print it into a new PDF file"
    )


def _picture(page: pypdfium2.PdfPage) -> bytes:
    """Render a page in grey, in the format that needs no library: PGM."""
    width, height = page.get_size()
    scale = min(_DPI / 72, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        rows = bytes(bitmap.buffer)
        lines = (rows[y * bitmap.stride :][: bitmap.width] for y in range(bitmap.height))
        return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(lines)
    finally:
        bitmap.close()


def _read(picture: bytes) -> list[Paragraph]:
    command = ["tesseract", "stdin", "stdout", "-l", _languages(), "--dpi", str(_DPI), "tsv"]
    done = _run(command, picture)
    if done.returncode:
        detail = done.stderr.decode(errors="replace").strip().split("\n")[-1][:200]
        raise DocumentError(
            "ocr",
            f"Tesseract failed on a page ({detail or f'exit status {done.returncode}'})",
            f"Install it again: {INSTALL}",
        )
    return _paragraphs(done.stdout.decode(errors="replace"))


def _run(command: list[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}  # more make it slower on small pages
    return subprocess.run(  # noqa: S603 – a fixed command, the page comes by a pipe
        command,
        input=given,
        capture_output=True,
        timeout=max(0, min(_SECONDS, deadline.left())),
        env=environment,
        check=False,
    )


@functools.cache
def _languages() -> str:
    """Return French and English as far as they are installed."""
    listed = _run(["tesseract", "--list-langs"], b"")
    found = (listed.stdout + listed.stderr).decode(errors="replace").split()
    return "+".join(name for name in _LANGUAGES if name in found) or "eng"


def _paragraphs(table: str) -> list[Paragraph]:
    """Return the paragraphs of Tesseract's table of words, unless most of them are guesses."""
    paragraphs: dict[tuple[str, str], dict[str, list[str]]] = {}
    sure = 0.0
    letters = 0
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        words = (row.get("text") or "").strip()
        if row.get("level") != _WORD or not words:
            continue
        letters += len(words)
        sure += float(row["conf"]) * len(words)
        lines = paragraphs.setdefault((row["block_num"], row["par_num"]), {})
        line = lines.setdefault(row["line_num"], [])
        line.append("•" if words in _BULLETS and not line else words)
    if not letters or sure / letters < _MIN_CONFIDENCE:
        return []
    return [
        Paragraph(tuple(" ".join(words) for words in lines.values()))
        for lines in paragraphs.values()
    ]
