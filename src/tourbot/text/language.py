"""French or English? For documents and for short questions."""

from __future__ import annotations

import re
from functools import lru_cache

from py3langid import langid

LANGUAGES = ("fr", "en")
# Function words decide short questions better than letter statistics: names are in neither
# language. Words of both ("a", "an") stand in both lists, so that their votes cancel out; "on" is
# French here, since English questions with it hold other English words too.
_WORDS = {
    "fr": frozenset(
        """
le la les un une des du de et est sont qui que quoi quel quelle quels quelles quand où
combien comment pourquoi dans en au aux sur pour par avec ce cette ces à y il elle ils
elles se ne pas plus d l qu n c j on a an je tu nous vous puis ai mon ma mes notre votre
""".split()
    ),
    "en": frozenset(
        """
the a an of and is are was were who what which when where how why many much does do did
in at to for by with this that these those it its there not than be been has have
from whose whom about i can could will would should you we he she they my your our their
""".split()
    ),
}


@lru_cache(maxsize=1)
def _identifier() -> langid.LanguageIdentifier:
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def detect(text: str) -> str:
    """Return ``"fr"`` or ``"en"``; French when nothing tells.

    >>> detect("Who backs Numéric’Emploi?"), detect("Qui préside Loir&Cher Tech ?"), detect("???")
    ('en', 'fr', 'fr')
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not words:
        return "fr"
    votes = {lang: sum(word in known for word in words) for lang, known in _WORDS.items()}
    if votes["fr"] != votes["en"]:
        return max(votes, key=lambda lang: votes[lang])
    return str(_identifier().classify(text[:5000])[0])
