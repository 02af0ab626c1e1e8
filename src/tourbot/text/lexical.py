"""BM25 with French analysis: what makes « l’adhésion » and "ADHESION" the same word.

Tokens are stems without accents. Elided words lose their article; names joined by an apostrophe,
hyphen, & or @ are indexed in parts and in one piece, so that « Numéric’Emploi », « numeric emploi »
and "NUMERICEMPLOI" meet; numbers lose their thousands separators (« 8 758 » = 8758).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

from tourbot.text.typography import fold

# Changes whenever the same text would give other tokens; part of the index fingerprint.
REVISION = "french-2"

_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ‘`´′＇", "'"))
_SPACES = "\u0020\u00a0\u202f\u2009\u2007"
_ELIDED = frozenset("l d j m t s n c qu jusqu lorsqu puisqu quoiqu presqu quelqu entr".split())
_THOUSANDS = re.compile(rf"(?<![\d.,])\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)")
_THOUSANDS_EN = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_WORD = re.compile(r"\d+(?:\.\d+)*[^\W\d_]*|[^\W_]+(?:['&@\-][^\W_]+)*")
_JOINTS = re.compile(r"['&@\-]")
_SIGNS = frozenset("&@")
# « NIS 2 » is also written "NIS2"; years, amounts and shares are not part of the name before them.
_NUMBERED = re.compile(r"\b([A-Z]{2,6}) ((?!(?:19|20)\d\d\b)\d{1,5})\b(?![.,]?\d| ?[\d%€$])")
# « Est » is a region after "grand" and where it has a capital within a sentence, else a verb.
_EAST = re.compile(r"((?i:(?<=\bgrand[ \-])est\b)|(?<=[^\W\d_][ '\-])Est\b)(?!-)")
_EAST_TERM = "EST"  # the one word that is not in lower case when stop words are dropped

# Words that carry no subject, interrogatives included: BM25 would take "quel" for a rare term.
STOPWORDS = {
    "fr": frozenset(
        """
le la les un une des du de et ou est sont a ont ai as avez avons etre avoir fait faire
il elle ils elles on nous vous je tu que qui quoi dont quel quelle quels quelles quand
comment combien pourquoi y en au aux sur sous dans par pour avec sans ce cet cette ces
ca cela son sa ses leur leurs mon ma mes notre nos votre vos se ne pas plus n l d s c j
m t qu si mais donc or ni car comme tout tous toute toutes etait etaient sera ete lui
meme aussi entre vers chez
""".split()
    ),
    "en": frozenset(
        """
the a an of and or is are was were be been being has have had do does did who whom whose
what which when where why how many much in on at to for by with from as it its this that
these those there not no than then but if into about i you he she we they their our your
his her will would can could should may me my us
""".split()
    ),
}
_STEMMER_NAMES = {"fr": "french", "en": "english"}
_stemming = Lock()  # a Stemmer object is not thread-safe


def analyse(text: str, lang: str = "fr") -> list[str]:
    """Return the index terms of a text, in order, with repetitions.

    >>> analyse("l’adhésion à Numéric'Emploi en Grand Est : 8\u202f758 €")
    ['adhe', 'numeric', 'emploi', 'numericemploi', 'grand', 'est', '8758']
    """
    terms: list[str] = []
    for parts, whole in _words(text, lang):
        terms.extend(term for part in parts for term in part)
        terms.extend(whole)
    return terms


def concepts(text: str, lang: str = "fr") -> list[frozenset[str]]:
    """Return, for each word of a text that means something, the index terms that stand for it.

    A word has several terms where its stem depends on its accents, or where it is part of a name:
    one of them in a passage is enough.

    >>> [sorted(terms) for terms in concepts("Qui préside la R&D ?")]
    [['presid'], ['rd']]
    """
    found = []
    for parts, whole in _words(text, lang):
        meaningful = [part for part in parts if part] or [()]
        found += [frozenset((*part, *whole)) for part in meaningful]
    return [terms for terms in found if terms]


Terms = tuple[str, ...]


def _words(text: str, lang: str) -> Iterator[tuple[list[Terms], Terms]]:
    """Yield the terms of each word: those of its parts, and those of a name in one piece."""
    for word in _WORD.findall(_plain(text)):
        parts = [part for part in _JOINTS.split(word) if part]
        while len(parts) > 1 and parts[0] in _ELIDED and "'" in word:
            parts = parts[1:]
        found = [_terms(part, lang) for part in parts]
        # « est-ce » and « a-t-il » say nothing in one piece either, unlike « R&D ».
        named = len(parts) > 1 and (any(found) or _SIGNS & set(word))
        yield found, _terms("".join(parts).lower(), lang) if named else ()


def _plain(text: str) -> str:
    """Write apostrophes, numbers, acronyms and capitals in one way."""
    text = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).translate(_APOSTROPHES)
    text = _NUMBERED.sub(r"\g<0> \1\2", text)
    pieces = _EAST.split(text)
    text = "".join(_EAST_TERM if n % 2 else piece.lower() for n, piece in enumerate(pieces))
    text = _THOUSANDS.sub(lambda m: re.sub(rf"[{_SPACES}]", "", m.group()), text)
    text = _THOUSANDS_EN.sub(lambda m: m.group().replace(",", ""), text)
    text = _DECIMAL.sub(".", text)
    return _ACRONYM.sub(lambda m: m.group().replace(".", "") + " ", text)


def analyse_question(text: str, languages: Sequence[str]) -> list[str]:
    """Return the distinct terms of a question, stemmed as each language of the documents stems."""
    return list(dict.fromkeys(term for lang in languages for term in analyse(text, lang)))


@lru_cache(maxsize=50_000)
def _terms(word: str, lang: str) -> tuple[str, ...]:
    """Stem a word as written and as typed without accents: the two stems can differ."""
    folded = fold(word)
    if word == _EAST_TERM:
        return (folded,)
    if folded in STOPWORDS[lang] or (len(folded) == 1 and not folded.isdigit()):
        return ()
    if any(c.isdigit() for c in folded):
        return (folded,)
    with _stemming:
        stemmer = _stemmer(lang)
        stems = (fold(stemmer.stemWord(word)), stemmer.stemWord(folded))
    return tuple(dict.fromkeys(map(_singular, stems)))


def _singular(stem: str) -> str:
    """Drop the plural that Snowball leaves ("emplois", "enjeux").

    A stem whose s is no plural ("entrepris") loses it too, so that it is the same for all forms of
    a word; over a vocabulary of this field that glues no two words together that matter.
    """
    return stem[:-1] if len(stem) > 3 and stem.endswith(("s", "eux")) else stem


@lru_cache(maxsize=2)
def _stemmer(lang: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_STEMMER_NAMES[lang])


class LexicalIndex:
    """BM25 over passages, saved beside the vectors of the same generation."""

    def __init__(self, bm25: bm25s.BM25 | None, ids: list[str]) -> None:
        self._bm25 = bm25
        self.ids = ids
        self._rows = {id_: row for row, id_ in enumerate(ids)}
        self._idf = _idf(bm25, len(ids))

    @classmethod
    def build(cls, ids: list[str], texts: Sequence[str], langs: Sequence[str]) -> LexicalIndex:
        """Index n texts under n ids; text i is analysed in language i.

        Raises:
            ValueError: There are not as many ids, texts and languages.
        """
        corpus = [analyse(text, lang) for _, text, lang in zip(ids, texts, langs, strict=True)]
        if not any(corpus):
            return cls(None, ids)
        bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        bm25.index(corpus, show_progress=False)
        return cls(bm25, ids)

    def save(self, folder: Path) -> None:
        """Write the index into a new folder."""
        folder.mkdir(parents=True)
        (folder / "ids.json").write_text(json.dumps(self.ids), encoding="utf-8")
        if self._bm25 is not None:
            self._bm25.save(str(folder / "bm25"), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read what ``save`` wrote."""
        ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        if not (folder / "bm25").exists():
            return cls(None, ids)
        return cls(bm25s.BM25.load(str(folder / "bm25"), show_progress=False), ids)

    def scores(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return BM25 scores, float32 of shape (n,), ≥ 0, in the order of ``ids``."""
        known = [term for term in terms if term in self._idf]
        if self._bm25 is None or not known:
            return np.zeros(len(self.ids), dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def row(self, id_: str) -> int:
        """Return the position of a passage in ``ids``."""
        return self._rows[id_]

    def idf(self, term: str) -> float:
        """Return Robertson's smoothed idf, ln(1 + (n - df + 0.5) / (df + 0.5)).

        A term that was never seen has df = 0.
        """
        n = len(self.ids)
        return self._idf.get(term, float(np.log(1 + (n + 0.5) / 0.5)))

    def __contains__(self, term: str) -> bool:
        return term in self._idf


def _idf(bm25: bm25s.BM25 | None, n: int) -> dict[str, float]:
    """Document frequencies, read back from the sparse score matrix: one column per term."""
    if bm25 is None:
        return {}
    df = np.diff(np.asarray(bm25.scores["indptr"]))
    return {
        term: float(np.log(1 + (n - df[i] + 0.5) / (df[i] + 0.5)))
        for term, i in bm25.vocab_dict.items()
        if term and i < len(df) and df[i] > 0
    }
