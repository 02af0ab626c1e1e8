"""Build the PDF, Word, PowerPoint and Excel files of the corpus from the texts in its ``sources/``.

    python scripts/corpus/build.py            write them into corpus/
    python scripts/corpus/build.py --check    exit 1, naming the files that are not what would be written

The same texts give the same bytes: dates are those of the documents, PDF streams are not packed,
and archives are written in one order with one date. It needs the development extra (reportlab).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from office import slides, word, workbook
from pdf import columns, programme, report
from source import CORPUS, SOURCES, Source, read

DOCUMENTS: dict[str, tuple[str, Callable[[Source], bytes]]] = {
    "atlas-de-l-alternance": (".pdf", report),
    "barometre-ayming-international": (".pdf", report),
    "brgm": (".pdf", report),
    "csirt-rapport-2024": (".pdf", columns),
    "forum-incyber-lille": (".pdf", programme),
    "france-2030-centre-val-de-loire": (".pdf", report),
    "impactcyber-2024": (".pdf", columns),
    "loi-finances-2026-innovation": (".pdf", report),
    "panorama-cybermenace-2024": (".pdf", report),
    "atos-bull-angers": (".docx", word),
    "csirt-regionaux-lancement": (".docx", word),
    "forum-regional-ia-orleans-2019": (".docx", word),
    "inria": (".docx", word),
    "human-tech-days": (".pptx", slides),
    "semaine-nsi-2023-2024": (".pptx", slides),
    "vivatech-reperes": (".pptx", slides),
    "chiffres-cles-numerique": (".xlsx", workbook),
}


def build(folder: Path) -> list[Path]:
    """Write all documents into a folder."""
    written = []
    for name, (suffix, make) in DOCUMENTS.items():
        path = folder / f"{name}{suffix}"
        path.write_bytes(make(read(SOURCES / f"{name}.md")))
        written.append(path)
    return written


def differing(folder: Path) -> list[str]:
    """Name the documents of a folder that are not what would be written today."""
    with tempfile.TemporaryDirectory() as fresh:
        return [
            path.name
            for path in build(Path(fresh))
            if not (folder / path.name).is_file() or _content(path) != _content(folder / path.name)
        ]


def _content(path: Path) -> object:
    """What a file holds, however its archive was packed."""
    if path.suffix == ".pdf":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> str | None:
    """Run the command line; return a message if something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    if not parser.parse_args().check:
        build(CORPUS)
    elif names := differing(CORPUS):
        return (
            f"Not as built from sources/: {', '.join(names)}. Run: python scripts/corpus/build.py"
        )
    return None


if __name__ == "__main__":
    sys.exit(main())
