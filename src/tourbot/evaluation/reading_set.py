"""Questions written over passages of whole documents, as documents to ingest and questions to ask.

A folder with ``passages.jsonl`` (``id``, ``source``, ``document``, ``text``, ``segments``: offsets
in the text) and ``questions.jsonl`` (``id``, ``part``, ``passage``, ``lang``, ``question``,
``segments``: the indices of all that answer, none for a near miss; ``short``: the shortest answer,
or null). ``follow_ups.jsonl``, where there is one, tells how a question is typed after another
(``part``, ``first``, ``second``, ``as_typed``). The documents of a source stand in
``documents/<source>`` below the folder, or in ``../documents/<source>`` beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tourbot import sources
from tourbot.errors import UsageError
from tourbot.evaluation.questions import Dataset, Question, Quote, read
from tourbot.types import Document
from tourbot.workers import Task, read_file

PASSAGES, QUESTIONS, FOLLOW_UPS = "passages.jsonl", "questions.jsonl", "follow_ups.jsonl"
_FOLLOWING = "follow-ups-"


def load_reading(folder: Path, part: str = "dev") -> Dataset:
    """Read one part: its questions, and all documents of the sources that they are about.

    The part ``follow-ups-dev`` has the second questions of the dialogues in ``dev``, each twice: in
    full, and as it is typed after the first.

    A right answer quotes a segment that answers and holds the shortest answer where there is one; a
    near miss is unanswerable. Questions whose segments the document does not hold word by word (it
    was read otherwise by another version of the parsers) are left out.

    Raises:
        UsageError: A file or the documents of a source are missing, or a line is broken.
    """
    following = part.startswith(_FOLLOWING)
    name, part = part, part.removeprefix(_FOLLOWING)
    passages = {str(record["id"]): record for record in _records(folder / PASSAGES)}
    asked = [r for r in _records(folder / QUESTIONS) if r.get("part") == part]
    if not asked:
        raise UsageError(f"{folder / QUESTIONS} holds no question of the part {part!r}.")
    try:
        names = sorted({passages[r["passage"]]["source"] for r in asked})
        documents = {d.id: d for name in names for d in _documents(folder, name)}
        questions = [
            question
            for record in asked
            if (question := _question(record, passages[record["passage"]], documents)) is not None
        ]
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise UsageError(
            f"{folder} is no reading set: {type(error).__name__} {error}.\nMend {QUESTIONS} or "
            f"{PASSAGES}."
        ) from error
    if following:
        questions = list(_dialogues(folder, part, {q.id: q for q in questions}))
    return Dataset(f"reading-{name}", tuple(questions), tuple(documents.values()))


def _dialogues(folder: Path, part: str, known: Mapping[str, Question]) -> Iterator[Question]:
    for record in _records(folder / FOLLOW_UPS):
        first, second = (known.get(str(record[name])) for name in ("first", "second"))
        if record["part"] == part and first and second and not second.unanswerable:
            yield second.model_copy(update={"id": f"{first.id}+{second.id} in full"})
            typed = {"question": record["as_typed"], "history": (first.question,)}
            ids = {"id": f"{first.id}+{second.id}", "kind": "follow-up"}
            yield second.model_copy(update=ids | typed)


def _documents(folder: Path, source: str) -> Iterator[Document]:
    places = [folder / "documents" / source, folder.parent / "documents" / source]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise UsageError(f"The documents of {source!r} are missing: there is no {places[0]}.")
    for file in sources.find(found).files:
        document = read_file(Task(f"{source}/{file.id}", file.path, file.sidecar)).document
        if document is not None:
            yield document


def _question(
    record: Mapping[str, Any], passage: Mapping[str, Any], documents: Mapping[str, Document]
) -> Question | None:
    base = {
        "id": str(record["id"]),
        "lang": record["lang"],
        "kind": "reading",
        "split": record["part"],
        "question": record["question"],
    }
    if not record["segments"]:
        return Question(**base, unanswerable=True, reason="a near miss: its passage does not tell")
    document = documents.get(passage["document"])
    spans: Sequence[tuple[int, int]] = [passage["segments"][n] for n in record["segments"]]
    quotes = tuple(_quotes(document, passage["text"], spans)) if document is not None else ()
    if len(quotes) < len(spans):
        return None
    short = re.sub(r"\s+", " ", record["short"] or "").strip()
    answers = (short,) if short else tuple(quote.text for quote in quotes)
    return Question(**base, answers=answers, quotes=quotes)


def _quotes(document: Document, passage: str, spans: Sequence[tuple[int, int]]) -> Iterator[Quote]:
    """Find segments of a passage, or each by itself where the passage is cut otherwise now."""
    whole = document.text.find(passage)
    for start, end in spans:
        said = passage[start:end]
        at = whole + start if whole >= 0 else document.text.find(said)
        if at >= 0:
            yield Quote(document_id=document.id, start=at, end=at + len(said), text=said)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(read(path).splitlines(), start=1):
        try:
            if line.strip():
                yield json.loads(line)
        except ValueError as error:
            raise UsageError(
                f"{path}, line {number} is not valid JSON ({error}).\nMend that line."
            ) from error
