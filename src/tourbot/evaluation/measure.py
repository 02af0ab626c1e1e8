"""One run: a data set, an index and the program over it."""

from __future__ import annotations

import datetime
import hashlib
import platform
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tourbot.embedding import Embedding
from tourbot.evaluation.questions import Dataset, Question, check_quotes
from tourbot.evaluation.run import Outcome, Run, ask_all
from tourbot.evaluation.systems import Tourbot, index_bytes
from tourbot.index import Fingerprint, IndexStore
from tourbot.types import Document


def measure(
    dataset: Dataset,
    path: Path,
    index: IndexStore,
    embedding: Embedding,
    *,
    threshold: float | None = None,
    removed: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Run:
    """Ask all questions of a data set over an index.

    Args:
        dataset: What is asked.
        path: Where it came from, named in messages.
        index: Holds the documents of the data set.
        embedding: The one that the index was built with.
        threshold: As in ``Assistant``.
        removed: See ``ask_all``.
        progress: Told after each question.

    Raises:
        UsageError: A gold quote does not stand in the documents of the index.
        IndexUnusableError: There is no index or it does not fit the embedding.
    """
    documents = documents_of(index, embedding)
    check_quotes(path, dataset.questions, {id_: d.text for id_, d in documents.items()})
    system = Tourbot(index, embedding, threshold)
    system.assistant.warm_up()
    outcomes = ask_all(
        system,
        dataset.questions,
        documents,
        by_document=dataset.by_document,
        removed=removed,
        progress=progress,
    )
    settings = {
        "data": dataset.name + (" (documents removed)" if removed else ""),
        "system": system.name,
        "questions": len(dataset.questions),
        "documents": len(documents),
        "embedding": embedding.fingerprint,
        "threshold": threshold,
        "commit": commit(),
        "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }
    return Run(settings, outcomes, index_bytes(index))


def asking(
    dataset: Dataset, index: IndexStore, embedding: Embedding, threshold: float | None = None
) -> Callable[[Sequence[Question]], tuple[Outcome, ...]]:
    """Return what asks questions of an index again and again; passages are read once only."""
    system = Tourbot(index, embedding, threshold)
    documents = documents_of(index, embedding)
    by_document = dataset.by_document
    return lambda questions: ask_all(system, questions, documents, by_document=by_document)


def documents_of(index: IndexStore, embedding: Embedding) -> dict[str, Document]:
    """Return the documents of the generation in use, by id."""
    generation = index.open(Fingerprint(embedding.fingerprint))
    try:
        return {document.id: document for document in generation.catalogue.documents()}
    finally:
        generation.close()


def sample(dataset: Dataset, count: int | None) -> Dataset:
    """Keep some of the questions, always the same ones, in their order; all by default.

    Chosen by their ids: a question more or less changes one of them.
    """
    if count is None or count >= len(dataset.questions):
        return dataset
    first = sorted(dataset.questions, key=lambda q: hashlib.sha256(q.id.encode()).digest())[:count]
    kept = {q.id for q in first}
    return replace(dataset, questions=tuple(q for q in dataset.questions if q.id in kept))


def commit() -> str:
    """Return the commit that is measured, marked where files differ from it; empty outside git."""
    here = Path(__file__).parent
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"],  # noqa: S607
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return described.stdout.strip()
