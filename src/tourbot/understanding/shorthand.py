"""Questions as they are typed or said → questions as documents are written.

Of short forms, only those in small letters are written out: « CB » and « DS » may be names.
"""

from __future__ import annotations

import re

_WORDS = {
    word: full
    for full, words in {
        "combien": "cb cmb cbien kombien",
        "pourquoi": "pk pq pkoi prk",
        "quand": "qd kan kand",
        "qui": "ki",
        "quoi": "koi",
        "que": "ke",
        "quel": "kel",
        "quelle": "kelle",
        "comment": "cmt coment",
        "dans": "ds",
        "avec": "avc",
        "pour": "pr",
        "tout": "tt",
        "tous": "ts",
        "beaucoup": "bcp",
        "c’est": "c cé",
        "j’ai": "g jé",
        "il y a": "ya",
        "est-ce que": "eske esk",
        "aujourd’hui": "ajd auj",
        "entreprise": "boite boîte",
        "entreprises": "boites boîtes",
        "travaillent": "bossent",
        "travaille": "bosse",
        "travailler": "bosser",
        "euros": "balles",
        "argent": "thune fric",
        "ordinateur": "ordi",
    }.items()
    for word in words.split()
}
_WORD = re.compile(rf"(?<![\w’'.-])({'|'.join(_WORDS)})(?![\w’'.-])")


def spelt_out(question: str) -> str:
    """Write out what is typed short, and put in lower case what is typed in capitals.

    >>> spelt_out("cb de gens bossent ds ces boites ?"), spelt_out("Le DS du CB")
    ('combien de gens travaillent dans ces entreprises ?', 'Le DS du CB')
    >>> spelt_out("QUI PORTE NUMÉRIC’EMPLOI ?")
    'Qui porte numéric’emploi ?'
    """
    question = question.strip()
    letters = [c for c in question if c.isalpha()]
    if len(letters) > 12 and sum(c.isupper() for c in letters) > 0.8 * len(letters):
        return question.capitalize()  # the embedding reads it better
    return _WORD.sub(lambda match: _WORDS[match.group()], question)
