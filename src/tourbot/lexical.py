"""BM25 with French analysis: what makes « l’adhésion » and "ADHESION" the same word.

Tokens are stems without accents. Elided words lose their article; names joined by an apostrophe,
hyphen, & or @ are indexed in parts and in one piece, so that « Numéric’Emploi », « numeric emploi »
and "NUMERICEMPLOI" meet; numbers lose their thousands separators (« 8 758 » = 8758).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

# Changes whenever the same text would give other tokens; part of the index fingerprint.
REVISION = "french-1"

_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ‘`´′＇", "'"))
_SPACES = "\u0020\u00a0\u202f\u2009\u2007"
_ELIDED = frozenset("l d j m t s n c qu jusqu lorsqu puisqu quoiqu presqu quelqu entr".split())
_THOUSANDS = re.compile(rf"(?<![\d.,])\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)")
_THOUSANDS_EN = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_WORD = re.compile(r"\d+(?:\.\d+)*[^\W\d_]*|[^\W_]+(?:['&@\-][^\W_]+)*")
_JOINTS = re.compile(r"['&@\-]")

# Words that carry no subject, interrogatives included: BM25 would take "quel" for a rare term.
STOPWORDS = {
    "fr": frozenset(
        """
le la les un une des du de et ou est sont a ont ai as avez avons etre avoir fait faire
il elle ils elles on nous vous je tu que qui quoi dont quel quelle quels quelles quand
comment combien pourquoi y en au aux sur sous dans par pour avec sans ce cet cette ces
ca cela son sa ses leur leurs mon ma mes notre nos votre vos se ne pas plus n l d s c j
m t qu si mais donc or ni car comme tout tous toute toutes etait etaient sera ete lui
meme aussi entre vers chez est-ce
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

    >>> analyse("l’adhésion à Numéric'Emploi : 8\u202f758 €")
    ['adhes', 'numer', 'numeric', 'emploi', 'numericemploi', '8758']
    """
    text = (
        unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).translate(_APOSTROPHES).lower()
    )
    text = _THOUSANDS.sub(lambda m: re.sub(rf"[{_SPACES}]", "", m.group()), text)
    text = _THOUSANDS_EN.sub(lambda m: m.group().replace(",", ""), text)
    text = _DECIMAL.sub(".", text)
    text = _ACRONYM.sub(lambda m: m.group().replace(".", "") + " ", text)
    terms: list[str] = []
    for word in _WORD.findall(text):
        parts = [part for part in _JOINTS.split(word) if part]
        while len(parts) > 1 and parts[0] in _ELIDED and "'" in word:
            parts = parts[1:]
        for part in parts:
            terms.extend(_terms(part, lang))
        if len(parts) > 1:
            terms.append(fold("".join(parts)))
    return terms


def analyse_question(text: str, languages: Sequence[str]) -> list[str]:
    """Return the distinct terms of a question, stemmed as each language of the documents stems."""
    return list(dict.fromkeys(term for lang in languages for term in analyse(text, lang)))


def fold(text: str) -> str:
    """Drop accents and case.

    >>> fold("Équipe ŒUVRE")
    'equipe oeuvre'
    """
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=50_000)
def _terms(word: str, lang: str) -> tuple[str, ...]:
    """Stem a word as written and as typed without accents: the two stems can differ."""
    folded = fold(word)
    if folded in STOPWORDS[lang] or (len(folded) == 1 and not folded.isdigit()):
        return ()
    if any(c.isdigit() for c in folded):
        return (folded,)
    with _stemming:
        stemmer = _stemmer(lang)
        stems = (fold(stemmer.stemWord(word)), stemmer.stemWord(folded))
    # Snowball leaves some plurals alone ("emplois" is not "emploi"); a lost final s hurts nobody.
    return tuple(dict.fromkeys(s[:-1] if len(s) > 3 and s.endswith("s") else s for s in stems))


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
        """Index n texts under n ids; text i is analysed in language i."""
        corpus = [analyse(text, lang) for text, lang in zip(texts, langs, strict=True)]
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
        """Return ln(1 + (n - df + 0.5) / (df + 0.5)), Robertson's smoothed idf; unseen terms have df = 0."""
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
