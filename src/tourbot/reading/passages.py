"""How a question and a retrieved passage are put before the model that reads both together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tourbot.embedding.passage_reader import Reading, rarity
from tourbot.text import lexical
from tourbot.text.glossary import same_meaning, to_french
from tourbot.text.lexical import analyse

Idf = Callable[[str], float]


def reading(
    question: str,
    above: Sequence[str],
    segments: Sequence[str],
    lang: str,
    terms: frozenset[tuple[str, int]],
    intro: str = "",
) -> Reading:
    """Return what is to be read.

    Args:
        question: A standalone question.
        above: Title and headings of the passage.
        segments: Its sentences and list items.
        lang: Its language.
        terms: As ``terms_of`` gives them for that language.
        intro: The line that introduces the first segment's list, when it stands before the passage.
    """
    parts = [part for part in (*above, intro) if part]
    return Reading(question, tuple(dict.fromkeys(parts)), tuple(segments), lang, terms)


def terms_of(question: str, lang: str, passage_lang: str, idf: Idf) -> frozenset[tuple[str, int]]:
    """Return the index terms of a question in the language of a passage, with their marks.

    Args:
        question: A standalone question.
        lang: Its language.
        passage_lang: That of the passage; words of an English question are put into French.
        idf: Weight of a term among the documents; of "" that of a term that none of them has.
    """
    if lang == passage_lang == "fr":
        concepts = [same_meaning(terms) for terms in lexical.concepts(question, "fr")]
    elif lang == "en" and passage_lang == "fr":
        concepts = [
            same_meaning(term for word in words for term in analyse(word, "fr"))
            for words in to_french(question)
        ]
    else:
        concepts = [frozenset(terms) for terms in lexical.concepts(question, passage_lang)]
    marks: dict[str, int] = {}
    for concept in filter(None, concepts):
        mark = rarity(min(map(idf, concept)) / idf(""))
        for term in concept:
            marks[term] = max(mark, marks.get(term, 0))
    return frozenset(marks.items())
