"""Data sets in their own formats: SQuAD files (PIAF, FQuAD), BEIR, NoMIRACL, AfriQA, reading sets.

A file or folder is recognised by what it is called and holds; ``load`` is the only face.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tourbot.errors import UsageError
from tourbot.evaluation import reading_set
from tourbot.evaluation.questions import Dataset, Question, Quote, load_questions, read
from tourbot.parsing.builder import TextBuilder
from tourbot.text import language
from tourbot.types import Document, Metadata

_TOPICS = "topics"
_AFRIQA = "gold_span_passages.afriqa.*.{split}.json"


def load(path: Path, split: str | None = None) -> Dataset:
    """Read a data set, whatever its format.

    Args:
        path: A ``.jsonl`` file of our own questions, a ``.json`` file in SQuAD's format, a BEIR
            folder (``corpus.jsonl``, ``queries.jsonl``, ``qrels/<split>.tsv``), one of NoMIRACL
            (``corpus.jsonl``, ``topics/``, ``qrels/``), a folder of AfriQA or a reading set
            (``passages.jsonl``, ``questions.jsonl``).
        split: The part to take: of our own file all by default, of BEIR ``test``, of NoMIRACL,
            AfriQA and a reading set ``dev``. A SQuAD file is one part.

    Raises:
        UsageError: There is no such data set, or a line of it is broken.
    """
    if path.is_dir():
        if (path / _TOPICS).is_dir():
            return load_nomiracl(path, split or "dev")
        if (path / "corpus.jsonl").exists():
            return load_beir(path, split or "test")
        if (path / reading_set.PASSAGES).exists():
            return reading_set.load_reading(path, split or "dev")
        if any(path.glob(_AFRIQA.format(split="*"))):
            return load_afriqa(path, split or "dev")
    elif path.suffix == ".jsonl":
        name = f"{path.stem}-{split}" if split else path.stem
        return Dataset(name, tuple(load_questions(path, split)))
    elif path.suffix == ".json":
        return load_squad(path)
    raise UsageError(
        f"{path} is no data set that is known here.\n"
        "Give a .jsonl file of questions, a .json file in SQuAD's format, a BEIR folder "
        "(corpus.jsonl, queries.jsonl, qrels/), a folder of NoMIRACL (corpus.jsonl, topics/, "
        "qrels/) or AfriQA, or a reading set "
        "(passages.jsonl, questions.jsonl)."
    )


def load_squad(path: Path) -> Dataset:
    """Read a file in SQuAD's format (1.1 or 2.0): one document per context, titled as its article.

    Source:
        Rajpurkar et al., arXiv:1606.05250; PIAF: Keraron et al., LREC 2020; FQuAD: d’Hoffschmidt
        et al., arXiv:2002.06071.

    Raises:
        UsageError: The file is missing or of another format; the message names the question.
    """
    documents: list[Document] = []
    questions: list[Question] = []
    where = "its outermost object"
    try:
        for number, article in enumerate(json.loads(read(path))["data"]):
            for position, paragraph in enumerate(article["paragraphs"]):
                id_ = f"{path.stem}/{number}-{position}"
                document = _document(id_, article.get("title") or "", paragraph["context"])
                if document is None:
                    continue
                documents.append(document)
                for qa in paragraph["qas"]:
                    where = f"question {qa.get('id')}"
                    questions.append(_squad_question(qa, document))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} is not a file in SQuAD's format: {where}: {type(error).__name__} {error}."
        ) from error
    if not questions:
        raise UsageError(f"{path} holds no question.\nName another file.")
    return Dataset(path.stem, tuple(questions), tuple(documents), by_document=True)


def _squad_question(qa: dict[str, Any], document: Document | None) -> Question:
    """Make a question of its record; the document is not looked at where there is no answer."""
    base = {
        "id": str(qa["id"]),
        "lang": language.detect(qa["question"]),
        "kind": "squad",
        "split": "all",
        "question": qa["question"],
    }
    if not qa["answers"] or document is None:
        return Question(**base, unanswerable=True, reason="the data set gives no answer")
    quotes = tuple(
        _squad_quote(document, answer["text"], int(answer["answer_start"]))
        for answer in qa["answers"]
    )
    return Question(**base, answers=tuple(a["text"] for a in qa["answers"]), quotes=quotes)


def _squad_quote(document: Document, answer: str, near: int) -> Quote:
    """Find an answer in the cleaned text, where spaces may have been joined."""
    loose = r"\s+".join(map(re.escape, answer.split()))
    places = list(re.finditer(loose, document.text)) if loose else []
    if not places:
        raise ValueError(f"the context does not hold the answer {answer!r}")
    best = min(places, key=lambda found: abs(found.start() - near))
    return Quote(document_id=document.id, start=best.start(), end=best.end(), text=best.group())


def load_beir(folder: Path, split: str = "test") -> Dataset:
    """Read a BEIR folder. Only questions with a judgement in the part are kept.

    Source:
        Thakur et al., arXiv:2104.08663.

    Raises:
        UsageError: A file is missing or a line broken; the message names both.
    """
    kept = _corpus(folder / "corpus.jsonl", "_id")
    known = {d.id for d in kept}
    queries = {}
    for number, record in _jsonl(folder / "queries.jsonl"):
        id_ = str(_field(folder / "queries.jsonl", number, record, "_id"))
        queries[id_] = str(_field(folder / "queries.jsonl", number, record, "text"))
    questions = []
    for id_, relevant in _qrels(folder / "qrels" / f"{split}.tsv", known, set(queries)).items():
        questions.append(
            Question(
                id=id_,
                lang=language.detect(queries[id_]),
                kind="beir",
                split=split,
                question=queries[id_],
                relevant=relevant,
            )
        )
    if not questions:
        raise UsageError(f"{folder} holds no judged question of the part {split!r}.")
    return Dataset(f"{folder.name}-{split}", tuple(questions), kept, by_document=True)


def load_nomiracl(folder: Path, split: str = "dev") -> Dataset:
    """Read a folder of NoMIRACL: questions of which people looked at some ten passages each.

    Those that no passage was found to answer are unanswerable.

    Source:
        Thakur et al., arXiv:2312.11361.

    Raises:
        UsageError: A file is missing or a line broken; the message names both.
    """
    kept = _corpus(folder / "corpus.jsonl", "docid")
    known = {d.id for d in kept}
    questions = []
    for subset in ("relevant", "non_relevant"):
        name = f"{split}.{subset}.tsv"
        asked = dict(_table(folder / _TOPICS / name, 2, "query id, query"))
        answering: dict[str, dict[str, int]] = {}
        judged = _table(folder / "qrels" / name, 4, "query id, Q0, document id, grade")
        for query, _, document, grade in judged:
            if document in known and grade != "0":
                answering.setdefault(query, {})[document] = 1
        for id_, text in asked.items():
            known_of: dict[str, Any] = {"relevant": answering.get(id_, {})}
            if subset == "non_relevant":
                known_of = {"unanswerable": True, "reason": "no passage was judged to answer"}
            elif id_ not in answering:
                continue
            lang = language.detect(text)
            questions.append(
                Question(id=id_, lang=lang, kind="beir", split=split, question=text, **known_of)
            )
    if not questions:
        raise UsageError(f"{folder} holds no judged question of the part {split!r}.")
    return Dataset(f"{folder.name}-{split}", tuple(questions), kept, by_document=True)


def _corpus(path: Path, id_field: str) -> tuple[Document, ...]:
    documents = []
    for number, record in _jsonl(path):
        title = str(_field(path, number, record, "title", ""))
        text = str(_field(path, number, record, "text"))
        id_ = str(_field(path, number, record, id_field))
        documents.append(_document(id_, title, text or title))
    return tuple(d for d in documents if d is not None)


def _table(path: Path, columns: int, expected: str) -> Iterator[list[str]]:
    """Yield the cells of each line of a table."""
    for number, line in enumerate(read(path).splitlines(), start=1):
        cells = line.split("\t")
        if line.strip() and len(cells) != columns:
            raise UsageError(
                f"{path}, line {number}: {columns} columns are expected ({expected}), it is "
                f"{line!r}.\nMend that line."
            )
        if line.strip():
            yield cells


def _qrels(path: Path, documents: set[str], queries: set[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(read(path).splitlines(), start=1):
        cells = line.split("\t")
        if not line.strip() or (number == 1 and cells[0] == "query-id"):
            continue
        try:
            query, document, grade = cells[0], cells[1], int(cells[2])
        except (IndexError, ValueError):
            raise UsageError(
                f"{path}, line {number}: three columns are expected (query-id, corpus-id, score), "
                f"it is {line!r}.\nMend that line."
            ) from None
        for id_, known, file in ((query, queries, "queries"), (document, documents, "corpus")):
            if id_ not in known:
                raise UsageError(f"{path}, line {number}: {file}.jsonl has no {id_!r}.")
        if grade > 0:
            found.setdefault(query, {})[document] = grade
    return found


def load_afriqa(folder: Path, split: str = "dev") -> Dataset:
    """Read AfriQA's French side: questions put into French by people, over French passages.

    Answerable questions are those whose answer stands in a passage. Those whose answer is an empty
    list are unanswerable. The rest (yes and no, answers that no passage gives) are left out.

    Source:
        Ogundepo et al., arXiv:2305.06897.

    Raises:
        UsageError: A file is missing or a line broken; the message names both.
    """
    documents: dict[tuple[str, str], Document] = {}
    questions = []
    for path in _one_per_language(folder, _AFRIQA.format(split=split)):
        for number, record in _jsonl(path):
            try:
                questions += _afriqa_question(path, record, documents)
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError(
                    f"{path}, line {number}: {type(error).__name__} {error}."
                ) from error
    for path in _one_per_language(folder, f"queries.afriqa.*.{split}.json"):
        for number, record in _jsonl(path):
            question = str(_field(path, number, record, "translated_question"))
            if _is_empty(str(_field(path, number, record, "translated_answer"))):
                qa = {"id": f"{path.stem}-{record['id']}", "question": question, "answers": []}
                questions.append(_squad_question(qa, None))
    return Dataset(f"afriqa-{split}", tuple(questions), tuple(documents.values()), by_document=True)


def _afriqa_question(
    path: Path, record: dict[str, Any], documents: dict[tuple[str, str], Document]
) -> list[Question]:
    """Note the passage of a record, and return its question if the passage answers it."""
    key = (record["title"] or "", record["context"] or "")  # some have no passage
    document = documents.get(key) or _document(f"{path.stem}/{len(documents)}", *key)
    if document is None:
        return []
    documents[key] = document
    spans = record["answer_pivot"]
    # No place, or the place -1: nobody found the answer in the passage.
    answers = [
        {"text": text, "answer_start": start}
        for text, start in zip(spans["text"], spans["answer_start"], strict=False)
        if start >= 0
    ]
    qa = {"id": f"{path.stem}-{record['id']}", "question": record["question_translated"]}
    return [_squad_question(qa | {"answers": answers}, document)] if answers else []


def _one_per_language(folder: Path, pattern: str) -> list[Path]:
    found = sorted(folder.glob(pattern))
    if not found:
        raise UsageError(f"{folder} holds no file {pattern}.\nName a part that it has (--split).")
    return found


def _is_empty(listing: str) -> bool:
    try:
        return not any(str(answer).strip() for answer in ast.literal_eval(listing))
    except (ValueError, SyntaxError, TypeError):
        return not listing.strip()


def _jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(read(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise UsageError(
                f"{path}, line {number} is not valid JSON ({error}).\nMend that line."
            ) from error
        yield number, record


def _field(
    path: Path, number: int, record: dict[str, Any], name: str, default: str | None = None
) -> Any:
    if not isinstance(record, dict) or (name not in record and default is None):
        raise UsageError(f"{path}, line {number} has no field {name!r}.\nMend that line.")
    return record.get(name, default)


def _document(id_: str, title: str, text: str) -> Document | None:
    builder = TextBuilder()
    for line in text.split("\n"):
        builder.line(line)
    parsed = builder.build(Metadata(title=title))
    if not parsed.blocks:
        return None
    lang = language.detect(text[:2000])
    digest = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    return Document(id_, digest, parsed.metadata, lang, parsed.text, parsed.blocks)


def joined(dataset: Dataset, distractors: Sequence[Dataset]) -> Dataset:
    """Add the documents of other data sets, without their questions."""
    if dataset.documents is None:
        raise UsageError(
            f"{dataset.name} is asked over the index in use: ingest further documents instead of "
            "adding them."
        )
    more = [document for other in distractors for document in other.documents or ()]
    return replace(dataset, documents=(*dataset.documents, *more))
