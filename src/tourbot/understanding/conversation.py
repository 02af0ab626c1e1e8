"""A follow-up → a question that can be understood alone.

A fragment (« et en 2024 ? », « et le CIR ? ») asks the last question again with one thing changed:
its region, its year, its subject, or the words after the same preposition. A whole question without
a subject of its own takes the subject and the region of the last one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from tourbot.text import dates, regions
from tourbot.text.lexical import analyse
from tourbot.text.typography import fold, plain

_OPENING = re.compile(
    r"^(?:et|and|mais|but|what about|how about|ok|alors|so)\b[\s,]*", re.IGNORECASE
)
_POINTING = re.compile(
    r"\b(?:il|elle|ils|elles|y|en|ce|cette|ces|celui-ci|celle-ci|ca|cela|son|sa|ses|leur|leurs|"
    r"it|its|they|them|their|this|these|that|he|she|his|her|there)\b"
)
# What stands for a person or a thing that was named before: « l’a annoncé », "its president".
_PERSONAL = re.compile(
    r"\b(?:il|elle|ils|elles|son|sa|ses|leur|leurs|its?|they|them|their|he|she|his|her)\b"
    r"|\bl'(?:a|ont|avait|aurait)\b"
)
_IMPERSONAL = re.compile(
    r"\b(?:il y (?:a|aura|avait)|y (?:a|aura|avait)(?:-t)?-il|(?:faut|existe|s'agit|fait)(?:-t)?-il"
    r"|il (?:faut|existe|s'agit|fait)|is it|it is)\b"
)
# « celui d’Occitanie », "the one in Brittany": the thing is that of the last question.
_STANDING_FOR = re.compile(r"\b(?:celui|celle|ceux|celles|(?:the|that) ones?|that)\b")
_ASKING = re.compile(
    r"\b(?:qui|que|quoi|quels?|quelles?|combien|quand|comment|pourquoi|lequel|laquelle|lesquels|"
    r"lesquelles|est-ce|who|whom|whose|what|which|when|where|how|why|is|are|was|were|does|do|did|"
    r"has|have|can)\b|\bqu'|\bou\b|-t-|-(?:il|elle|ils|elles|on|ce)\b"
)
# « Depuis quand ? » asks something more of what was asked last.
_ALONE = re.compile(
    r"(?:depuis quand|jusqu'a quand|quand|pourquoi|comment|ou(?: ca)?|combien|avec qui|par qui|"
    r"since when|until when|when|why|how|where|by whom|with whom|how many|how much)"
)
_COURTESY = re.compile(
    r"(?:merci(?: beaucoup| bien| a vous| d'avance)?|bonjour|bonsoir|salut|coucou|au revoir|"
    r"bonne journee|"
    r"ok|d'accord|parfait|super|tres bien|thanks?(?: you)?(?: very much| a lot)?|hello|hi|hey|"
    r"good (?:morning|evening|bye)|bye|goodbye|great|perfect|"
    r"aide|au secours|qui (?:es-tu|etes-vous)|que (?:peux-tu|sais-tu|pouvez-vous|savez-vous) faire|"
    r"comment (?:ca|cela) (?:marche|fonctionne)|"
    r"help|who are you|what can you do|how does (?:it|this) work)"
)
_YEAR_AFTER = re.compile(
    r"\b(?:l'annee (?:d'apres|suivante)|l'an suivant|the year after|the (?:following|next) year)\b"
)
_YEAR_BEFORE = re.compile(
    r"\b(?:l'annee (?:d'avant|precedente)|l'an d'avant|the year before|the previous year)\b"
)
_YEAR = re.compile(r"(?<!\w)(?:19|20)\d\d(?!\w)")
_PREPOSITION = re.compile(
    r"(?:aux?|à|en|dans|pour|chez|par|avec|sur|in|for|with|at|by|on)\b", re.IGNORECASE
)
# « de femmes » takes the place of « de candidats » only after a word that counts.
_COUNTED = re.compile(
    r"(\b(?:combien|nombre|part|taux|pourcentage|proportion) )(?:de |d[’'])[\w-]+", re.IGNORECASE
)
# A question with fewer terms of its own than this, and no name, cannot stand alone.
_FEW_TERMS = 3
# A fragment has fewer words than this.
_FEW_WORDS = 7
# What stands before it is the subject that was carried into an earlier question.
_CARRIED = " : "
_NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ0-9][\w]*(?:[’'&@-]\w+)*"
    r"(?:\s+(?:de la\s+|de l[’']|du\s+|des\s+|de\s+|d[’']|l[’'])?[A-ZÀ-ÖØ-Þ][\w]*(?:[’'&@-]\w+)*)*"
    r"(?:\s+(?:19|20)\d\d(?!\w))?"
)


def standalone(question: str, history: Sequence[str], subjects: Sequence[str]) -> str:
    """Complete a follow-up with what it takes for granted.

    Args:
        question: As typed.
        history: The earlier questions, oldest first, each already standalone.
        subjects: Names that the documents are about (from their titles).

    Returns:
        The question itself when it stands alone or nothing can be carried.
    """
    if not history:
        return question
    previous = history[-1]
    rest = _OPENING.sub("", question)
    if _ALONE.fullmatch(plain(rest).strip(" ?")):
        return f"{previous.rstrip(' ?')}, {rest.strip(' ?').lower()} ?"
    changed = _fragment(rest, previous, subjects, opened=rest != question)
    if changed is not None:
        return changed
    if subjects_of(rest, subjects):
        return question
    carried = subjects_of(previous, subjects)
    if not leans(question) or not carried:
        return question
    return f"{_carried(carried[0], question, previous)}{_CARRIED}{question}"


def leans(question: str) -> bool:
    """Tell whether a question may take something for granted: it points to it, or says little.

    >>> leans("Y a-t-il un budget ?"), leans("Quelles entreprises ont ouvert une usine à Angers ?")
    (True, False)
    """
    rest = _OPENING.sub("", question)
    terms = set(analyse(regions.remove(plain(rest))))
    pointing = _POINTING.search(plain(rest)) is not None
    return rest != question or pointing or len(terms) <= _FEW_TERMS


def goes_on(question: str) -> bool:
    """Tell whether a question says that it goes on from the last one.

    >>> goes_on("Et le trésorier ?"), goes_on("Quand a-t-elle ouvert ?"), goes_on("Qui ouvre ?")
    (True, True, False)
    """
    personal = _PERSONAL.search(_IMPERSONAL.sub("", plain(question)))
    return _OPENING.match(question) is not None or personal is not None


def is_courtesy(text: str) -> bool:
    """Tell whether somebody greets or thanks, or asks what can be asked.

    >>> is_courtesy("Merci beaucoup !"), is_courtesy("Merci de citer les partenaires")
    (True, False)
    """
    return _COURTESY.fullmatch(plain(text).strip(" .!?")) is not None


def own_part(understood: str) -> str:
    """Return the question as it was before a subject was carried into it; empty if none was.

    >>> own_part("Numéric’Emploi : Combien de femmes ?"), own_part("Qui préside ?")
    ('Combien de femmes ?', '')
    """
    return understood.partition(_CARRIED)[2]


def subjects_of(question: str, subjects: Sequence[str]) -> list[str]:
    """Return the subjects a question names: known ones first, then its own capitalised names.

    Of a question that was completed, only what was carried into it counts.
    """
    if _CARRIED in question:
        head, _, body = question.partition(_CARRIED)
        if carried := subjects_of(f"Sur {head}", subjects):
            return carried
        question = body
    terms = set(analyse(question))
    known = []
    for subject in subjects:
        wanted = _terms(subject)
        if wanted and wanted <= terms:
            known.append(subject)
    known.sort(key=len, reverse=True)
    own = _own_names(question)
    # « France 2030 » is another thing than « France ».
    dated = {name[:-5]: name for name in own if _YEAR.fullmatch(name[-4:])}
    return [*(dated.get(name, name) for name in known), *(n for n in own if n not in known)]


@lru_cache(maxsize=100_000)
def _terms(name: str) -> frozenset[str]:
    return frozenset(analyse(re.sub(r"[’'&@-]", " ", name)))


def _own_names(question: str) -> list[str]:
    """Return capitalised names; the first word's capital makes none, and regions are apart."""
    without = regions.remove(question)
    first = re.match(r"\W*\w+[’']?\s*", without)
    body = without[first.end() :] if first else without
    return [n for n in _NAME.findall(body) if not n.isdigit() and plain(n) not in {"et", "and"}]


def _carried(subject: str, question: str, previous: str) -> str:
    """Return a subject with its place, « Numeum Tour à Blois », unless the question has another."""
    region = regions.mentioned(previous)
    if regions.mentioned(question):
        return subject
    if region:
        return f"{subject} {region[0]}"
    named = re.escape(subject)
    placed = re.search(rf"(?<!\w)(?i:{named})\s+(?:à|in|at)\s+{_NAME.pattern}", previous)
    return placed.group() if placed else subject


def _fragment(rest: str, previous: str, subjects: Sequence[str], *, opened: bool) -> str | None:
    """Ask the last question again with what a fragment changes; None when it is no fragment."""
    text = plain(rest)
    if _ASKING.search(text) or len(text.rstrip(" ?").split()) >= _FEW_WORDS:
        return None
    last_year = next(reversed(_YEAR.findall(previous)), None)
    for pattern, step in ((_YEAR_AFTER, 1), (_YEAR_BEFORE, -1)):
        if last_year and pattern.search(text):
            return _with_year(previous, str(int(last_year) + step))
    bare = _STANDING_FOR.sub("", text)
    own_regions, own_years = regions.mentioned(rest), _YEAR.findall(rest)
    terms = set(analyse(_YEAR.sub("", regions.remove(bare))))
    if not terms and (own_regions or own_years):
        if own_regions:
            previous = _with_region(previous, own_regions[0])
        return _with_year(previous, own_years[-1]) if own_years else previous
    if not opened:
        return None
    return _same_place(rest, previous) or _other_name(rest, previous, subjects)


def _same_place(rest: str, previous: str) -> str | None:
    """Put a fragment where the last question has words after the same preposition."""
    rest = rest.strip().rstrip(" ?")
    counted = re.match(r"(?:de |d[’'])[\w-]+$", rest)
    if counted and _COUNTED.search(previous):
        return _COUNTED.sub(lambda m: m.group(1) + rest, previous, count=1)
    preposition = _PREPOSITION.match(rest)
    if preposition is None:
        return None
    places = [
        m.start()
        for m in re.finditer(rf"(?<![\w-]){re.escape(preposition.group())}(?!\w)", previous)
        if fold(previous[m.start() : m.end()]) == fold(preposition.group())
    ]
    if places:
        # « Et en décembre ? » after « en novembre 2025 » is about the same year.
        year = _YEAR.findall(previous[places[-1] :])
        rest = f"{rest} {year[-1]}" if year and dates.is_month(rest) else rest
        return f"{previous[: places[-1]]}{rest} ?"
    return f"{previous.rstrip(' ?')} {rest} ?"


def _other_name(rest: str, previous: str, subjects: Sequence[str]) -> str | None:
    """Ask the last question of another name: « et le CIR ? »."""
    named = subjects_of(f"Et {rest}", subjects)
    before = _own_names(previous)
    if not named or not before:
        return None
    place = regions.mentioned(rest)
    beside = _terms(regions.remove(rest)) - _terms(" ".join(named)) - _terms("région")
    if beside:
        return None
    asked = previous.replace(before[-1], named[0])
    return _with_region(asked, place[0]) if place else asked


def _with_region(previous: str, region: str) -> str:
    """Ask the previous question again of another region."""
    kept = previous
    for named in regions.mentioned(previous):
        kept = regions.replace(kept, named, region)
    return kept if regions.mentioned(kept) else f"{previous.rstrip(' ?')} ({region}) ?"


def _with_year(previous: str, year: str) -> str:
    """Ask the previous question again of another year."""
    if dates.years(previous):
        last = _YEAR.findall(previous)[-1]
        return previous.replace(last, year)
    return f"{previous.rstrip(' ?')} ({year}) ?"
