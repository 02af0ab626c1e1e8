"""What is known of the documents of a generation before anything is asked of them."""

from __future__ import annotations

import re
from functools import cache, cached_property

from tourbot.answering.editions import Editions
from tourbot.answering.events import Events
from tourbot.index import Generation
from tourbot.lookalikes import Family, families, newer_versions, subject
from tourbot.strings import date_label
from tourbot.text.lexical import analyse
from tourbot.text.typography import fold
from tourbot.types import Metadata
from tourbot.understanding import conversation
from tourbot.understanding.spelling import Spelling


class Atlas:
    """Names, versions, look-alikes, acronyms, events and editions of the documents.

    Args:
        generation: Open for reading.

    Attributes:
        metadata: Of each document, by id.
        events, editions: What happens when, and the times of one event.
        spelling: Of a language, the words of its documents.
        newer: Of each document of which there is a newer version, that version.
        families: Of each document that has look-alikes, all of them.
        subjects: Names that the documents are about, from their titles.
        acronyms: Those that the documents explain, with their long forms.
    """

    def __init__(self, generation: Generation) -> None:
        self.metadata: dict[str, Metadata] = generation.catalogue.metadata()
        self.newer = newer_versions(self.metadata)
        self.families = families(
            {id_: m for id_, m in self.metadata.items() if id_ not in self.newer}
        )
        self.events = Events(generation, self.metadata)
        self.editions = Editions(generation)
        names = {fold(name): name for m in self.metadata.values() if (name := subject(m.title))}
        self.subjects = sorted(names.values())
        self.acronyms = generation.vocabulary.acronyms
        self._words = generation.vocabulary.words
        self.spelling = cache(self._spelling)

    def family_named(self, question: str) -> Family | None:
        """Return the look-alikes that a question names, if any."""
        terms = set(analyse(question))
        return next((family for family in self._families if family.named_by(terms)), None)

    def named(self, question: str) -> list[str]:
        """Return the names in a question: those of documents first."""
        return conversation.subjects_of(question, self.subjects)

    def thing(self, question: str, otherwise: str = "") -> frozenset[str]:
        """Return the index terms of what a question names."""
        named = self.named(question)
        return frozenset(analyse(re.sub(r"[’'&@-]", " ", named[0] if named else otherwise)))

    def about(self, name: str) -> list[str]:
        """Return the ids of the documents whose title begins with a name."""
        return [id_ for id_, metadata in self.metadata.items() if subject(metadata.title) == name]

    def source(self, document_id: str, lang: str) -> str:
        """Name the publisher of a document, or the document, and its date."""
        metadata = self.metadata[document_id]
        return f"{metadata.publisher or metadata.title}, {date_label(lang, metadata.date)}"

    def _spelling(self, lang: str) -> Spelling:
        """Return the words of the documents in a language."""
        return Spelling(self._words.get(lang, {}))

    @cached_property
    def _families(self) -> list[Family]:
        return list({id(f): f for f in self.families.values()}.values())
