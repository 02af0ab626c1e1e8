"""Ask every question of a data set; one run is one JSON file with every result in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tourbot.errors import UsageError
from tourbot.evaluation.metrics import answers, citations, retrieval
from tourbot.evaluation.metrics.citations import Span
from tourbot.evaluation.questions import Question, Quote
from tourbot.evaluation.systems import Asked, Hit, System
from tourbot.text.sentences import segments
from tourbot.types import Answer, Citation, Document, Near

FORMAT = 1
# Of each question, the passages whose text is kept for the report.
_SHOWN = 5
REMOVED = "#removed"
# Words that a reader takes in at a glance: about two passages.
WORDS = 200
# A passage gives a part of the answer when it holds at least half of a gold quote.
_HELD = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Attributes:
        expected: Accepted answers, for people to read.
        gold: The quotes that answer.
        said: What a member reads as the answer; empty when the program abstained or gives none.
        confidence: Of the best evidence; None for systems that give no answers.
        forced: What would be said if nothing were withheld.
        retrieved: The best passages: document_id, start, end, score, text.
        values: Figures of this question by name; only those that are defined for it.
    """

    id: str
    lang: str
    kind: str
    question: str
    unanswerable: bool
    history: tuple[str, ...] = ()
    today: str = ""
    understood: str = ""
    expected: str = ""
    reason: str = ""
    gold: tuple[dict[str, Any], ...] = ()
    said: str = ""
    forced: str = ""
    abstained: bool = False
    confidence: float | None = None
    choices: tuple[str, ...] = ()
    citations: tuple[dict[str, Any], ...] = ()
    retrieved: tuple[dict[str, Any], ...] = ()
    seconds: float | None = None
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """All outcomes of one system on one data set.

    Attributes:
        settings: What it was made with: data, part, system, embedding, threshold, commit, day…
        index_bytes: Size of the index on disk.
    """

    settings: dict[str, Any]
    outcomes: tuple[Outcome, ...]
    index_bytes: int = 0

    def save(self, path: Path, figures: Mapping[str, Any]) -> None:
        """Write the run and its figures as JSON."""
        data = {"format": FORMAT, "settings": self.settings, "index_bytes": self.index_bytes}
        data |= {"figures": dict(figures), "questions": [asdict(o) for o in self.outcomes]}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Run:
        """Read what ``save`` wrote.

        Raises:
            UsageError: It is no run, or one of another format.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise ValueError(f"its format is {data['format']}, {FORMAT} is read")
            outcomes = tuple(Outcome(**_tuples(question)) for question in data["questions"])
            return cls(data["settings"], outcomes, data["index_bytes"])
        except OSError as error:
            raise UsageError(
                f"{path} cannot be read ({error.strerror}).\nMake a run with: tourbot evaluate"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"{path} is not a run of tourbot evaluate ({type(error).__name__}: {error}).\n"
                "Make it again with: tourbot evaluate"
            ) from error


def ask_all(
    system: System,
    questions: Sequence[Question],
    documents: Mapping[str, Document],
    *,
    by_document: bool = False,
    removed: bool = False,
    progress: Callable[[int], None] | None = None,
) -> tuple[Outcome, ...]:
    """Ask the questions in order; nothing is noted in the journal.

    Args:
        system: What is measured.
        questions: With quotes that hold in the documents.
        documents: By id.
        by_document: Whether a passage is relevant when its document is, else when it holds a gold
            quote.
        removed: Ask every answerable question a second time without the documents that answer it:
            then it is unanswerable.
        progress: Told after each question.

    Returns:
        One outcome for each question; with ``removed`` two, the second's id ending in
        ``#removed``.
    """
    outcomes = []
    for question in questions:
        # Asked first: what a ranking reads is remembered, and would make the answer look faster.
        asked = system.ask(question)
        hits = system.retrieve(question, retrieval.DEPTH)
        outcome = _outcome(asked, hits, system, question, documents)
        if not question.unanswerable:
            outcome.values.update(_retrieval_values(hits, question, by_document))
        outcomes.append(outcome)
        if removed and not question.unanswerable:
            outcomes.append(_ask_without(system, question, documents))
        if progress:
            progress(1)
    return tuple(outcomes)


def _retrieval_values(
    hits: Sequence[Hit], question: Question, by_document: bool
) -> dict[str, float]:
    relevant, units = _relevant(question, by_document), _units(hits, question, by_document)
    values = retrieval.per_question({question.id: relevant}, {question.id: units})[question.id]
    if not by_document:
        read = _units(_first_words(hits, WORDS), question, by_document)
        values[f"recall@{WORDS} words"] = len(set(read) & set(relevant)) / len(relevant)
    return values


def _first_words(hits: Sequence[Hit], count: int) -> list[Hit]:
    """Cut a ranking after so many words.

    Systems that cut documents into long passages find much at rank 1 because they show much; at an
    equal number of words they can be compared.

    Source:
        Chen et al., arXiv:2312.06648, § 4.
    """
    kept = []
    for hit in hits:
        words = list(re.finditer(r"\S+", hit.text))
        if count <= 0:
            break
        if len(words) > count:
            cut = words[count - 1].end()
            kept.append(replace(hit, end=hit.start + cut, text=hit.text[:cut]))
            break
        kept.append(hit)
        count -= len(words)
    return kept


def _ask_without(system: System, question: Question, documents: Mapping[str, Document]) -> Outcome:
    without = question.documents
    gone = question.model_copy(
        update={
            "id": question.id + REMOVED,
            "answers": (),
            "quotes": (),
            "relevant": {},
            "unanswerable": True,
            "reason": "the documents that answer are removed: " + ", ".join(sorted(without)),
        }
    )
    asked = system.ask(question, without)
    hits = system.retrieve(question, retrieval.DEPTH, without)
    return _outcome(asked, hits, system, gone, documents)


def _outcome(
    asked: Asked | None,
    hits: Sequence[Hit],
    system: System,
    question: Question,
    documents: Mapping[str, Document],
) -> Outcome:
    outcome = Outcome(
        id=question.id,
        lang=question.lang,
        kind=question.kind,
        question=question.question,
        unanswerable=question.unanswerable,
        history=question.history,
        today=question.today,
        understood=system.standalone(question) if asked is None else asked.answer.understood,
        expected=" / ".join(a if isinstance(a, str) else " + ".join(a) for a in question.answers),
        reason=question.reason,
        gold=tuple(quote.model_dump() for quote in question.quotes),
        retrieved=tuple(asdict(hit) for hit in hits[:_SHOWN]),
    )
    if asked is None:
        return outcome
    return replace(
        outcome,
        said=_said(asked.answer),
        forced=_said(asked.forced),
        abstained=asked.answer.abstained,
        confidence=asked.answer.confidence,
        choices=asked.answer.choices,
        citations=tuple(
            {"document_id": c.document_id, "start": c.start, "end": c.end, "quote": c.quote}
            for c in asked.answer.citations
        ),
        seconds=asked.seconds,
        values=_answer_values(asked, question, documents),
    )


def _answer_values(
    asked: Asked, question: Question, documents: Mapping[str, Document]
) -> dict[str, float]:
    """Compute what is defined for one question: answers where there are gold quotes."""
    values: dict[str, float] = {}
    answer = asked.answer
    if answer.citations:
        values["verbatim"] = sum(
            documents[c.document_id].text[c.start : c.end] == c.quote for c in answer.citations
        ) / len(answer.citations)
    if question.unanswerable:
        return values | {"right": float(answer.abstained), "forced right": 0.0}
    if not question.quotes:  # judged on documents only: nothing is known of the answer
        return values
    said = _said(answer)
    gold, context = _gold(question), _context(question, documents)
    values |= {
        "exact match": answers.exact_match(_short(answer), question.answers, question.lang),
        "token F1": answers.token_f1(_short(answer), question.answers, question.lang),
        "contained": float(answers.contained(said, question.answers)),
        "right": float(_is_right(answer, question, gold)),
        "forced right": float(_is_right(asked.forced, question, gold)),
        "hit@1": float(any(_on_gold(asked.forced.citations[:1], gold))),
        "shown@3": float(any(_on_gold([*answer.citations, *answer.near], gold))),
    }
    if answer.citations:
        spans = [_span(c) for c in answer.citations]
        precision, recall = citations.precision_and_recall(spans, gold, context)
        values |= {"citation precision": precision, "citation recall": recall}
    return values


def _is_right(answer: Answer, question: Question, gold: Mapping[int, Collection[Span]]) -> bool:
    """An accepted answer stands in what is quoted, and a gold quote is among the citations."""
    said = answers.contained(_said(answer), question.answers)
    return said and any(_on_gold(answer.citations, gold))


def _on_gold(cited: Sequence[Citation | Near], gold: Mapping[int, Collection[Span]]) -> list[bool]:
    """Tell of each sentence shown whether it stands where a gold quote stands."""
    quotes = [quote for alternatives in gold.values() for quote in alternatives]
    return [any(citations.supports(_span(c), quote) for quote in quotes) for c in cited]


def _span(shown: Citation | Near) -> Span:
    return Span(shown.document_id, shown.start, shown.end)


def _said(answer: Answer) -> str:
    return "\n".join(c.quote for c in answer.citations)


def _short(answer: Answer) -> str:
    """Return the words that answer where they are marked, the quotes themselves elsewhere."""
    return " ".join(c.quote[slice(*c.short)] if c.short else c.quote for c in answer.citations)


def _gold(question: Question) -> dict[int, list[Span]]:
    return {
        part: [Span(q.document_id, q.start, q.end) for q in question.quotes if q.part == part]
        for part in question.parts
    }


def _context(question: Question, documents: Mapping[str, Document]) -> list[Span]:
    """Return the lines that introduce the lists in which gold quotes stand."""
    found = []
    for quote in question.quotes:
        document = documents[quote.document_id]
        for block in document.blocks:
            if block.start <= quote.start < block.end:
                found += [
                    Span(document.id, *segment.intro)
                    for segment in segments(document.text, block.start, block.end)
                    if segment.intro and segment.start < quote.end and quote.start < segment.end
                ]
    return found


def _relevant(question: Question, by_document: bool) -> dict[str, int]:
    """Return what must be found: documents with their grades, or the parts of the answer."""
    if by_document:
        return dict(question.relevant) or dict.fromkeys(question.documents, 1)
    return {f"part {part}": 1 for part in question.parts}


def _units(hits: Sequence[Hit], question: Question, by_document: bool) -> list[str]:
    """Write a ranking in the terms of ``_relevant``.

    A passage that holds gold quotes stands for the parts they give, at their first appearance; any
    other stands for itself. In this way systems that cut documents differently can be compared.
    """
    units: dict[str, None] = {}
    for hit in hits:
        if by_document:
            units.setdefault(hit.document_id)
            continue
        parts = [f"part {q.part}" for q in question.quotes if _holds(hit, q)]
        for unit in parts or [f"{hit.document_id}#{hit.start}-{hit.end}"]:
            units.setdefault(unit)
    return list(units)


def _holds(hit: Hit, quote: Quote) -> bool:
    shared = min(hit.end, quote.end) - max(hit.start, quote.start)
    return hit.document_id == quote.document_id and shared >= _HELD * (quote.end - quote.start)


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    """Make tuples of JSON's lists, as ``Outcome`` has them."""
    return {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
