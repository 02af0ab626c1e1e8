"""Make a reading set of ``questions/``: find the passages that its questions were written over.

    python training/cut_reading_set.py --documents FOLDER --out FOLDER

``questions/questions.jsonl`` names documents by source and file, and passages by how they begin.
The documents of two sources, ``branches`` and ``programmes``, are our own writing about
organisations that do not exist, and stand beside it. Those of the others belong to others, are
under open licences and are looked for in ``FOLDER/SOURCE``: cds (Canadian Digital Service, MIT),
cdl (Capitole du Libre, CC BY-SA 4.0), etalab (guides of Etalab) and professionnels (service-public,
both Licence Ouverte 2.0) as ``fit_passage_reader.py`` has them; particuliers: what
``sheets.py`` makes of the sheets of service-public.fr for private persons. Passages that are not
found, since a document is missing or is cut otherwise now, are counted and left out.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

from fit_passage_reader import jsonl

from tourbot import chunking, sources
from tourbot.reading.reader import segments_of
from tourbot.types import Document, Passage
from tourbot.workers import Task, read_file

OWN = Path(__file__).parent / "questions"
BEGINS = 60  # characters by which a passage is known


def begins(passage: Passage) -> str:
    """Return what a passage is known by, in its document."""
    return " ".join(passage.text.split())[:BEGINS]


def cut(folder: Path, source: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Cut the documents of a source; return its passages by document and by how they begin."""
    found = {}
    for file in sources.find(folder).files:
        document = read_file(Task(f"{source}/{file.id}", file.path, file.sidecar)).document
        for passage in chunking.chunk(document) if document is not None else ():
            found[passage.document_id, begins(passage)] = _record(source, document, passage)
    return found


def _record(source: str, document: Document, passage: Passage) -> dict[str, Any]:
    segments, start = segments_of(document, passage), passage.start
    intros = [s.intro if s.intro and s.intro[0] < start else None for s in segments]
    return {
        "source": source,
        "document": document.id,
        "lang": passage.lang,
        "title": passage.title,
        "headings": list(passage.locator.headings),
        "text": document.text[start : passage.end],
        "segments": [[s.start - start, s.end - start] for s in segments],
        "introduced_by": [document.text[slice(*i)] if i else None for i in intros],
    }


def main() -> None:
    """Write ``passages.jsonl``, ``questions.jsonl``, ``follow_ups.jsonl`` and ``documents/``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--documents", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    asked = jsonl(OWN / "questions.jsonl")
    passages: dict[tuple[str, str], dict[str, Any]] = {}
    for source in sorted({str(q["document"]).split("/")[0] for q in asked}):
        places = [place / source for place in (OWN / "documents", *arguments.documents)]
        folder = next((place for place in places if place.is_dir()), None)
        if folder is None:
            print(f"{source}: no documents in {', '.join(map(str, places[1:]))}")
            continue
        passages |= cut(folder, source)
        kept = arguments.out / "documents" / source
        shutil.copytree(folder, kept, dirs_exist_ok=True)

    questions, missing = [], defaultdict(int)
    for question in asked:
        document, begun = str(question.pop("document")), str(question.pop("begins"))
        passage = passages.get((document, begun))
        if passage is None or len(passage["segments"]) != question.pop("of"):
            missing[document.split("/", maxsplit=1)[0]] += 1
            continue
        passage.setdefault("id", f"{document}#{begun}")
        questions.append(question | {"passage": passage["id"]})
    written = {
        "passages.jsonl": [p for p in passages.values() if "id" in p],
        "questions.jsonl": questions,
        "follow_ups.jsonl": jsonl(OWN / "follow_ups.jsonl"),
    }
    for name, records in written.items():
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (arguments.out / name).write_text("".join(lines), encoding="utf-8")
        print(f"{name}: {len(lines)}")
    for source, count in missing.items():
        print(f"{source}: the passages of {count} questions are not found")


if __name__ == "__main__":
    main()
