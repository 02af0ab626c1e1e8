"""Exact match, token F1 and « answer contained », with normalisation for French and English."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

from tourbot.text.typography import plain

_ARTICLES = {
    "fr": re.compile(r"\b(?:le|la|les|un|une|du|de|des|au|aux)\b"),
    "en": re.compile(r"\b(?:a|an|the)\b"),
}
_ELIDED = re.compile(r"\b[dl]'")
_PUNCTUATION = dict.fromkeys(map(ord, string.punctuation + "«»“”„…–—’‘·•"), None)
Accepted = Sequence[str | Sequence[str]]


def normalise(text: str, lang: str = "fr") -> str:
    """Lower-case, drop punctuation, articles (elided ones too) and further spaces.

    Source:
        SQuAD's evaluation script (Rajpurkar et al., arXiv:1606.05250), with French articles in the
        place of English ones, as FQuAD (arXiv:2002.06071) and PIAF have them. Elided articles go
        first, while their apostrophe is there.

    >>> normalise("L’Opco Atlas, et la Région !")
    'opco atlas et région'
    """
    text = text.lower().replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ")
    if lang == "fr":
        text = _ELIDED.sub(" ", text)
    return " ".join(_ARTICLES[lang].sub(" ", text.translate(_PUNCTUATION)).split())


def exact_match(said: str, accepted: Accepted, lang: str = "fr") -> float:
    """Return 1.0 when what was said is an accepted answer, both normalised.

    Source:
        Rajpurkar et al., arXiv:1606.05250.
    """
    said = normalise(said, lang)
    return float(any(said == normalise(_one(answer), lang) for answer in accepted))


def token_f1(said: str, accepted: Accepted, lang: str = "fr") -> float:
    """Return the best harmonic mean of token precision and recall over the accepted answers.

    Source:
        Rajpurkar et al., arXiv:1606.05250.
    """
    tokens = normalise(said, lang).split()
    return max((_f1(tokens, normalise(_one(a), lang).split()) for a in accepted), default=0.0)


def _f1(said: Sequence[str], gold: Sequence[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    common = sum((Counter(said) & Counter(gold)).values())
    return 2 * common / (len(said) + len(gold))


def contained(said: str, accepted: Accepted) -> bool:
    """Whether an accepted answer stands in what was said, apart from case, accents and spaces.

    An answer that begins or ends with a letter or digit must not go on there: « 8 » does not stand
    in « 18 % ». Where an alternative is a list, all of its strings must stand.

    Source:
        "Answer recall" or "has answer" of open-domain question answering (Karpukhin et al.,
        arXiv:2004.04906), at word boundaries.

    >>> contained("Elles sont 18\u202f%.", ["8 %"]), contained("L’ADIRC la porte", ["l'adirc"])
    (False, True)
    """
    words = plain(said)
    return any(
        all(_stands(plain(part), words) for part in ([a] if isinstance(a, str) else a))
        for a in accepted
    )


def _stands(answer: str, words: str) -> bool:
    before = r"(?<!\w)(?<!\d[.,])" if answer[:1].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if answer[-1:].isalnum() else ""
    return re.search(f"{before}{re.escape(answer)}{after}", words) is not None


def _one(answer: str | Sequence[str]) -> str:
    return answer if isinstance(answer, str) else " ".join(answer)
