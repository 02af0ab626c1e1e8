"""What kind of words would answer a question, and whether a sentence holds such words."""

from __future__ import annotations

import re
from enum import StrEnum

from tourbot.text import dates
from tourbot.text.glossary import same_meaning, to_french
from tourbot.text.lexical import analyse
from tourbot.text.typography import names, plain


class Expected(StrEnum):
    """The kind of answer that a question asks for."""

    MONEY = "money"
    SHARE = "share"
    EMAIL = "email"
    PHONE = "phone"
    HOURS = "hours"
    WEBSITE = "website"
    NUMBER = "number"
    AREA = "area"
    DAY = "day"
    DATE = "date"
    PLACE = "place"
    WHO = "who"
    LIST = "list"
    DEFINITION = "definition"
    REASON = "reason"
    OTHER = "other"


# First match wins; the text is lower-case, without accents, with straight apostrophes.
_QUESTIONS: list[tuple[Expected, re.Pattern[str]]] = [
    (kind, re.compile(pattern))
    for kind, pattern in [
        (
            Expected.EMAIL,
            r"\b(?:e-?mails?|courriel|adresse (?:mail|electronique))\b|\bmail (?:de|du|d')\b",
        ),
        (Expected.PHONE, r"\btelephones?\b|numero (?:de tel|d'appel|vert)|\bphone\b|\btel\b"),
        (
            Expected.HOURS,
            r"\bhoraires?\b|heures d'ouverture|quelle heure|opening (?:hours|times)|what time\b",
        ),
        (
            Expected.WEBSITE,
            r"\bsite (?:web|internet)|adresse du site|\burl\b|\bwebsite\b|web (?:site|page)",
        ),
        # « De combien » and "by how much" something grew is told in per cent.
        (
            Expected.SHARE,
            r"\bby how much\b|\bhow much (?:did|has|have|does) .*\b(?:grow|grown|increased?|rise|risen|"
            r"fall|fallen|drop(?:ped)?|shrink|declined?)\b|de combien .*(?:augment|progress|baiss|recul|"
            r"croi|cru\b|grandi)",
        ),
        (
            Expected.MONEY,
            r"combien (?:ca )?(?:coute|coutent|faut-il payer|paie|paye)|\b(?:prix|tarifs?|couts?)\b|montant|budget|"
            r"combien d'euros|how much (?:does|do|is|money|did|will)|\b(?:price|cost|costs|fee|fees)\b",
        ),
        (
            Expected.SHARE,
            r"\b(?:quelle?|quel est le|quelle est la|what|which)\b.{0,12}\b(?:part|taux|pourcentage|proportion|share|"
            r"percentage|rate)\b|^(?:taux|part|pourcentage|proportion)\b|pour ?cent|how much of|"
            r"\b(?:taux|pourcentage|percentage) d",
        ),
        (
            Expected.DAY,
            r"\bquel jour\b|date exacte|jour exact|which day|what day|exact date|quelle est la date\b",
        ),
        (
            Expected.AREA,
            r"\b(?:quelle|what|which)\b.{0,12}\b(?:surface|superficie|floor area)\b|combien de m(?:etres carres|2)|"
            r"how many square",
        ),
        (Expected.NUMBER, r"\bcombien\b|quel (?:est le )?nombre|how many|number of|\bnombre de"),
        (
            Expected.DATE,
            r"\bquand\b|\bdates?\b|quel mois|quelle annee|jusqu'a quand|\bwhen\b|what year|which year|which month|"
            r"how long|combien de temps",
        ),
        (
            Expected.PLACE,
            r"(?:^|\W)ou (?:se|est|sont|a|ont|aura|trouve|peut|s')|quelles? villes?|quel (?:lieu|endroit|pays)|"
            r"quelle region|^ou\b|\bwhere\b|which (?:city|town|place|country|region)|what city|capital of|capitale d",
        ),
        (
            Expected.DEFINITION,
            r"\bc'est quoi\b|\bqu'est[- ]ce (?:que c'est|qu(?:e|'))|\ba quoi sert\b|\ben quoi consiste\b|"
            r"\bque (?:fait|signifie|designe)\b|^(?:what is|what's|what are) (?!the |happening|there|coming|on\b|planned)"
            r"(?:(?!\b(?:of|at|in|for|from|to|with|by|about)\b|'s)[^,]){1,40}$|"
            r"\bwhat does .{1,40} (?:do|mean)\b|\bwhat .{1,40} (?:stand|is it) for\b",
        ),
        # Who something is made for: publics, not a name.
        (
            Expected.LIST,
            r"\ba qui (?:s'adresse|(?:est|sont) (?:destine|reserve|ouvert))|\bpour qui\b",
        ),
        (
            Expected.WHO,
            r"\bqui\b(?! est-ce que)|\bwho(?:m|se)?\b|par quel organisme|quel organisme|quelle (?:personne|organisation)",
        ),
        (
            Expected.LIST,
            r"\bquels\b|\bquelles\b|lesquels|lesquelles|\bwhich\b|what are|what (?:kinds?|types?|\w+s)\b|list|enumere|cite[rz]?\b",
        ),
        (Expected.REASON, r"\bpourquoi\b|\bwhy\b"),
    ]
]
_MONTH = (
    r"(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)"
)
_NUMBER_WORDS = (
    r"deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|cent|mille|"
    r"two|three|four|five|seven|eight|nine|ten|twelve|hundred|thousand"
)
_EVIDENCE: dict[Expected, re.Pattern[str]] = {
    Expected.DEFINITION: re.compile(
        r"^.{0,80}\b(?:est|sont|etait|designe\w*|consiste\w*|represente\w*|vise\w*|permet\w*|"
        r"propose\w*|reuni\w+|rassemble\w*|regroupe\w*|accompagne\w*|aide\w*|sert|soutient|"
        r"a pour (?:but|objectif|mission|vocation)|is|are|was|helps?|allows?|provides?|means)\b"
        r"(?! (?:gratuit|ne|presidee?|dirigee?|portee?|cite|lancee?|annoncee?|ouverte?|nee?))"
    ),
    Expected.EMAIL: re.compile(r"\w@\w"),
    Expected.PHONE: re.compile(r"\b0\d(?:[ .]?\d\d){4}\b|\+\d\d|\b0 ?8\d\d|\b3\d \d\d\b"),
    Expected.HOURS: re.compile(r"\b\d{1,2} ?h(?:eures?)?\b|\b\d{1,2}:\d\d\b|\b\d ?[ap]m\b"),
    Expected.WEBSITE: re.compile(r"https?://|\bwww\.|\w\.(?:fr|com|org|eu|net|re)\b"),
    Expected.MONEY: re.compile(r"€|\beuros?\b|\bdollars?\b|\$|\bgratuit|\bfree\b|\bmd€|\bm€"),
    Expected.SHARE: re.compile(
        r"%|pour ?cent\b|per ?cent\b|\b(?:moitie|tiers|quart|half|third|quarter)\b|sur (?:dix|cent)|point"
    ),
    Expected.AREA: re.compile(r"\bm2\b|m²|metres? carres?|\bhectares?\b|square met"),
    Expected.NUMBER: re.compile(rf"\d|\b(?:{_NUMBER_WORDS})s?\b|\baucune?\b"),
    Expected.DAY: re.compile(
        rf"\b\d{{1,2}}(?:er)? (?:(?:et|au|-) \d{{1,2}} )?{_MONTH}|{_MONTH} \d{{1,2}}\b|\d\d/\d\d/\d{{4}}"
    ),
    Expected.DATE: re.compile(
        rf"\b(?:1\d|20)\d\d\b|\b{_MONTH}\b|\b\d+ (?:ans?|mois|jours?|semaines?|heures?|minutes?)\b|siecle"
    ),
}


_COUNTED = re.compile(
    r"\b(?:combien|nombre)\s+(?:de\s+|d')(?P<fr>[\w-]+)|"
    r"\b(?:how many|number of)\s+(?P<en>[\w-]+(?:\s+[\w-]+)?)"
)
# « la 8e édition » counts nothing.
ORDINAL = re.compile(r"\b\d+(?:er|re|e|ème|st|nd|rd|th)\b")
# « Combien de personnes » counts visitors, members or employees alike.
_ANYONE = frozenset("personnes gens monde people".split())


def counted(question: str) -> frozenset[str]:
    """Return the French index terms of what a question asks the number of; none where it does not.

    >>> sorted(counted("Combien d’intervenants à Blois ?"))
    ['interven']
    """
    match = _COUNTED.search(plain(question))
    if match is None:
        return frozenset()
    if word := match["fr"]:
        return frozenset() if word in _ANYONE else same_meaning(analyse(word))
    words = [word for meanings in to_french(match["en"]) for word in meanings]
    if _ANYONE & {*words, *match["en"].split()}:
        return frozenset()
    return same_meaning(term for word in words for term in analyse(word))


_DISAGREEMENT = re.compile(
    r"\b(?:differe(?:nt)?|divergent?|varie(?:nt)?)\b(?=.{0,60}\b(?:sources?|publications?|articles?|titres?|"
    r"journa\w+|d'un\w* .{0,30}a l'autre|points?))|\bsources? (?:differ|diverg)|"
    r"\bdepend(?:ent)? de la (?:publication|source)|n'\w+ pas (?:la|le|les) memes? (?:selon|partout)|"
    r"pas .{0,20}de la meme (?:facon|maniere)|ne (?:s'accordent|concordent) pas|"
    r"\b(?:sources|reports|figures) (?:differ|disagree)|\bdiffers? (?:by|between|from one)"
)


_SEVERAL_POINTS = re.compile(
    r"\b(?:deux|trois|quatre|cinq|plusieurs|d'autres|two|three|several)\s(?!sources?|publications?|articles?)"
)


def tells_disagreement(text: str) -> bool:
    """Tell whether a sentence says that sources give different answers.

    >>> tells_disagreement("Le nombre diffère selon la source : 34 ou 36.")
    True
    """
    return _DISAGREEMENT.search(plain(text)) is not None


def tells_several_points(text: str) -> bool:
    """Tell whether a line introduces several points on which sources disagree.

    >>> tells_several_points("Trois informations diffèrent d’une source à l’autre :")
    True
    >>> tells_several_points("La surface varie selon les deux sources :")
    False
    """
    return _SEVERAL_POINTS.search(plain(text)) is not None


def holds_several_values(text: str) -> bool:
    """Tell whether a sentence holds at least two numbers.

    >>> holds_several_values("La date n’est pas la même partout.")
    False
    """
    return len(re.findall(r"\d+(?:[\s.,]\d+)*", plain(text))) > 1


def expected_answer(question: str) -> Expected:
    """Return the kind of answer that a question asks for.

    >>> expected_answer("Combien coûte l’adhésion ?"), expected_answer("Who backs Numéric’Emploi?")
    (<Expected.MONEY: 'money'>, <Expected.WHO: 'who'>)
    """
    text = plain(question)
    return next((kind for kind, pattern in _QUESTIONS if pattern.search(text)), Expected.OTHER)


def holds(kind: Expected, sentence: str) -> bool | None:
    r"""Tell whether a sentence holds words of the expected kind; None where that cannot be told.

    >>> holds(Expected.SHARE, "18\u202f% de femmes"), holds(Expected.REASON, "Parce que.")
    (True, None)
    """
    if kind in {Expected.NUMBER, Expected.AREA}:
        sentence = ORDINAL.sub("", dates.removed(sentence))
    if kind in _EVIDENCE:
        return _EVIDENCE[kind].search(plain(sentence)) is not None
    if kind in {Expected.WHO, Expected.PLACE}:
        return names(sentence) != set()
    return None
