"""The read side: question → answer.

Holds one open generation and notices when a new one is current.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock

from tourbot import acronyms, conversation, language, regions
from tourbot.embedding import Embedding
from tourbot.errors import UsageError
from tourbot.index import Fingerprint, Generation, IndexStore
from tourbot.journal import Journal
from tourbot.lookalikes import Family, Variant, families, subject
from tourbot.reading import Evidence, Reader
from tourbot.reading.reader import Judged
from tourbot.retrieval import Retriever
from tourbot.strings import NARROW, say
from tourbot.types import Answer, Citation, Metadata, Passage, Retrieved
from tourbot.typography import fold, loose_pattern

MAX_QUESTION_CHARS = 2000
PASSAGES_SHOWN = 5
_RETRIEVED = 10
# Of each look-alike document, this many passages are read.
_PASSAGES_PER_VARIANT = 3
# A look-alike is quoted when its sentence convinces nearly as much as the best one's: where one
# document clearly answers, a doubtful sentence of another would be taken for its answer.
_NEARLY_AS_GOOD = 0.6


class Assistant:
    """Answers questions over the current generation; safe to use from several threads.

    Args:
        index: Where the generations are.
        embedding: The one that the settings name.
        journal: Where questions are noted; none by default.
        threshold: Probability from which an answer is given; the fitted one by default.

    Raises:
        IndexUnusableError: There is no index or it does not fit the settings.
    """

    def __init__(
        self,
        index: IndexStore,
        embedding: Embedding,
        journal: Journal | None = None,
        threshold: float | None = None,
    ) -> None:
        self._index = index
        self._embedding = embedding
        self._journal = journal
        self._threshold = threshold
        self._lock = Lock()
        self._opened: _Opened | None = None
        self._previous: _Opened | None = None
        self._current()

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        record: bool = True,
        without: Collection[str] = (),
    ) -> Answer:
        """Answer a question.

        Args:
            question: As typed; what is no character is replaced first (see ``readable``).
            history: What was understood of the earlier questions of this conversation, oldest
                first.
            record: Whether to note it in the journal.
            without: Ids of documents to answer without, as if they had never been ingested.

        Returns:
            The answer, with citations, or abstaining.

        Raises:
            UsageError: The question is empty, too long or holds no words; the message is for the
                user, in the question's language.
            IndexUnusableError: The index has become unusable since the start.
        """
        question = readable(question)
        check_question(question)
        lang = language.detect(question)
        opened = self._current()
        understood = opened.understand(question, history)
        answer = opened.answer(question, understood, lang, frozenset(without))
        if record and self._journal is not None:
            self._journal.record(answer)
        return answer

    def warm_up(self) -> None:
        """Load now what the first question would wait for.

        Raises:
            ModelError: The embedding model cannot be loaded.
            IndexUnusableError: The index has become unusable since the start.
        """
        self.ask("Qui ?", record=False)

    def understand(self, question: str, history: Sequence[str] = ()) -> str:
        """Return the standalone question that ``ask`` would search for, without answering it.

        Raises:
            UsageError: As in ``ask``.
            IndexUnusableError: The index has become unusable since the start.
        """
        question = readable(question)
        check_question(question)
        return self._current().understand(question, history)

    def retrieve(
        self, question: str, lang: str, count: int, *, without: Collection[str] = ()
    ) -> list[Retrieved]:
        """Return the best passages for a standalone question, without reading them."""
        return self._current().retriever.retrieve(question, lang, count, _outside(without))

    def _current(self) -> _Opened:
        """Return the generation in use, opening a new one when the pointer has moved.

        The one left is closed at the next move, when the questions that were using it are done.
        """
        name = self._index.current_name()
        with self._lock:
            if self._opened is None or self._opened.generation.name != name:
                fresh = _Opened(
                    self._index.open(Fingerprint(self._embedding.fingerprint)),
                    self._embedding,
                    self._threshold,
                )
                if self._previous is not None:
                    self._previous.generation.close()
                self._previous, self._opened = self._opened, fresh
            return self._opened


@dataclasses.dataclass(frozen=True, slots=True)
class _Ask:
    """A question on its way: as typed, as understood, and as searched for (acronyms spelt out)."""

    question: str
    understood: str
    searched: str
    lang: str
    without: frozenset[str]


class _Opened:
    """One generation with everything that answering derives from it."""

    def __init__(
        self, generation: Generation, embedding: Embedding, threshold: float | None
    ) -> None:
        self.generation = generation
        self.metadata: dict[str, Metadata] = generation.catalogue.metadata()
        self.families = families(self.metadata)
        self.retriever = Retriever(generation, embedding)
        names = {fold(name): name for m in self.metadata.values() if (name := subject(m.title))}
        self.subjects = sorted(names.values())
        self.acronyms = acronyms.explained(d.text for d in generation.catalogue.documents())
        self.reader = Reader(generation, embedding, threshold, self.acronyms)

    def understand(self, question: str, history: Sequence[str]) -> str:
        """Complete a follow-up from the questions before it."""
        return conversation.standalone(_lower_if_shouted(question.strip()), history, self.subjects)

    def answer(self, question: str, understood: str, lang: str, without: frozenset[str]) -> Answer:
        """Answer a standalone question from all documents but those left out."""
        searched = acronyms.expand(self._as_written(understood), self.acronyms)
        ask = _Ask(question, understood, searched, lang, without)
        found = self.retriever.retrieve(ask.searched, lang, _RETRIEVED, _outside(without))
        judged = self.reader.judge(ask.searched, lang, found)
        family = self._ambiguous_family(understood, judged)
        if family is not None:
            meant = family.meant(understood)
            if meant or regions.mentioned(understood):
                others = {v.document_id for v in family.variants} - {v.document_id for v in meant}
                found = self.retriever.retrieve(
                    ask.searched, lang, _RETRIEVED, _outside(without | others)
                )
                judged = self.reader.judge(ask.searched, lang, found)
            else:
                answer = self._per_variant(ask, family, found)
                if answer is not None:
                    return answer
        return self._make(ask, self.reader.quote(judged), judged, found)

    def _as_written(self, question: str) -> str:
        """Write known names as the documents do: accents and capitals are part of them."""
        for name in self.subjects:
            question = loose_pattern(name).sub(name.replace("\\", r"\\"), question)
        return question

    def _ambiguous_family(self, understood: str, judged: Sequence[Judged]) -> Family | None:
        """Return the family whose members could be confused in answering this question, if any."""
        for family in {id(f): f for f in self.families.values()}.values():
            if family.named_in(understood):
                return family
        if not judged or conversation.subjects_of(understood, self.subjects):
            return None
        best = judged[0].candidate.retrieved.passage.document_id
        return self.families.get(best)

    def _per_variant(self, ask: _Ask, family: Family, found: Sequence[Retrieved]) -> Answer | None:
        """Answer once for each variant, or ask which one is meant; None when no variant answers."""
        evidence: list[Evidence] = []
        everything: list[Judged] = []
        for variant in family.variants:
            if variant.document_id in ask.without:
                continue
            own = self.retriever.retrieve(
                ask.searched, ask.lang, _PASSAGES_PER_VARIANT, _of_document(variant.document_id)
            )
            judged = self.reader.judge(ask.searched, ask.lang, own)
            judged = [j for j in judged if not _tells_of_another(j, variant, family)]
            everything += judged
            evidence += self.reader.quote(judged, most=1)
        if not evidence:
            return None
        everything.sort(key=lambda j: -j.probability)
        floor = _NEARLY_AS_GOOD * max(e.probability for e in evidence)
        evidence = [e for e in evidence if e.probability >= floor]
        labels = {v.document_id: v.label for v in family.variants}
        if len({e.document_id for e in evidence}) > 1 or family.named_in(ask.question):
            return self._make(ask, evidence, everything, found, labels)
        choices = tuple(v.label for v in family.variants if v.label)
        return dataclasses.replace(self._make(ask, [], everything, found), choices=choices)

    def _make(
        self,
        ask: _Ask,
        evidence: Sequence[Evidence],
        judged: Sequence[Judged],
        found: Sequence[Retrieved],
        labels: Mapping[str, str] | None = None,
    ) -> Answer:
        citations = tuple(
            Citation(
                number=number,
                document_id=e.document_id,
                metadata=self.metadata[e.document_id],
                locator=e.passage.locator,
                quote=self._slice(e),
                start=e.start,
                end=e.end,
                passage=e.passage,
                label=(labels or {}).get(e.document_id, ""),
            )
            for number, e in enumerate(evidence, start=1)
        )
        confidence = judged[0].probability if judged else 0.0
        shown = tuple(found[:PASSAGES_SHOWN])
        return Answer(ask.question, ask.understood, ask.lang, citations, confidence, shown)

    def _slice(self, evidence: Evidence) -> str:
        document = self.generation.catalogue.document(evidence.document_id)
        assert document is not None, evidence.document_id  # noqa: S101 - read from it a moment ago
        return document.text[evidence.start : evidence.end]


def _tells_of_another(judged: Judged, variant: Variant, family: Family) -> bool:
    """Tell whether a sentence names the region of another variant, and not its own."""
    named = set(regions.mentioned(judged.candidate.text))
    others = {v.region for v in family.variants} - {variant.region}
    return bool(named & others) and variant.region not in named


def _outside(ids: Collection[str]) -> Callable[[Passage], bool] | None:
    return (lambda passage: passage.document_id not in ids) if ids else None


def _of_document(id_: str) -> Callable[[Passage], bool]:
    return lambda passage: passage.document_id == id_


def readable(question: str) -> str:
    r"""Put « � » for what no tokenizer or database takes: control codes, halves of characters.

    >>> readable("\ud800Numeum\0?")
    '�Numeum�?'
    """
    return "".join(
        "�" if unicodedata.category(c) in {"Cc", "Cs"} and not c.isspace() else c for c in question
    )


def check_question(question: str, lang: str | None = None) -> None:
    """Refuse what cannot be searched.

    Args:
        question: As typed.
        lang: Language of the message; the question's own by default.

    Raises:
        UsageError: With a sentence for the person who asked.
    """
    text = question.strip()
    lang = lang or language.detect(text[:500])
    if not text:
        raise UsageError(say(lang, "error_empty"))
    if len(text) > MAX_QUESTION_CHARS:
        length = f"{len(text):,}".replace(",", NARROW if lang == "fr" else ",")
        limit = f"{MAX_QUESTION_CHARS:,}".replace(",", NARROW if lang == "fr" else ",")
        raise UsageError(say(lang, "error_too_long", length=length, limit=limit))
    letters = [c for c in text if c.isalpha()]
    if not letters and not any(c.isdigit() for c in text):
        raise UsageError(say(lang, "error_no_words", question=text[:40]))
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    if letters and latin < len(letters) / 2:
        raise UsageError(say(lang, "error_script"))


def _lower_if_shouted(question: str) -> str:
    """Put a question typed in capitals in lower case: the embedding reads it better.

    >>> _lower_if_shouted("QUI PORTE NUMÉRIC’EMPLOI ?")
    'Qui porte numéric’emploi ?'
    """
    letters = [c for c in question if c.isalpha()]
    if len(letters) > 12 and sum(c.isupper() for c in letters) > 0.8 * len(letters):
        return question.capitalize()
    return question
