"""Every word that the program itself says to members, in French and in English."""

from __future__ import annotations

from tourbot.types import Locator

NARROW = "\u202f"
NBSP = "\u00a0"

_FR = {
    "tagline": "Vos questions sur les documents. Chaque réponse cite ses sources, mot pour mot.",
    "question_label": "Votre question",
    "question_placeholder": "En français ou en anglais",
    "send": "Demander",
    "like": "Cette réponse est utile",
    "dislike": "Cette réponse est fausse ou inutile",
    "clear": "Nouvelle conversation",
    "language_label": "Langue de la page",
    "conversation_label": "Conversation",
    "examples_label": f"Posez une question, ou essayez l’une de celles-ci{NBSP}:",
    "welcome": "Posez une question.",
    "sources_title": "Sources",
    "sources_empty": "Les passages cités s’afficheront ici.",
    "sources_nearest": "Passages les plus proches",
    "sources_others": "Autres passages proches",
    "sources_earlier": "Réponses précédentes",
    "searching": "Je cherche dans les documents…",
    "understood": f"Question comprise{NBSP}: {{question}}",
    "intro": f"Voici ce que disent les documents{NBSP}:",
    "intro_differ": f"Les documents ne disent pas tous la même chose. Du plus récent au plus ancien{NBSP}:",
    "near": "Je n’ai pas trouvé de réponse sûre. Voici ce qui s’en approche le plus, sans garantie d’y répondre.",
    "no_event": "Les documents n’annoncent aucun événement à ces dates. Voici ce qui s’en approche le plus.",
    "none_coming": "Les documents n’annoncent pas de prochaine date. Voici ce qu’ils disent des précédentes.",
    "nothing": "Les documents ne contiennent rien sur ce sujet.",
    "courtesy": "À votre service. Posez-moi une question sur les documents, je vous en citerai les mots.",
    "only_filtered": "La recherche n’a porté que sur les documents que vous avez choisis.",
    "choose": f"La réponse dépend du document. Précisez votre question{NBSP}: {{choices}}.",
    "past": "événement passé",
    "newer": "il existe une version plus récente ({date})",
    "filters": f"Documents consultés{NBSP}: {{chosen}}",
    "filters_all": "tous",
    "filter_kind": "Type",
    "filter_region": "Région",
    "filter_year": "Année",
    "filter_source": "Source",
    "to_source": "Voir la source {number}",
    "to_quote": "Revenir à la citation {number}",
    "open_source": "Ouvrir la page d’origine",
    "opens_new_tab": "nouvel onglet",
    "page": "page {page}",
    "slide": "diapositive {slide}",
    "event": f"événement «{NARROW}{{event}}{NARROW}»",
    "section": f"section «{NARROW}{{section}}{NARROW}»",
    "whole": "début du document",
    "no_date": "date inconnue",
    "inferred": "{value} (déduit)",
    "kind_evenement": "Événement",
    "kind_programme": "Programme",
    "kind_organisation": "Organisation",
    "kind_etude": "Étude",
    "kind_guide": "Guide",
    "kind_agenda": "Agenda",
    "kind_": "Document",
    "error_empty": f"Écrivez une question, puis validez{NBSP}: le champ est vide.",
    "error_no_words": f"Je n’ai reconnu aucun mot dans «{NARROW}{{question}}{NARROW}». Écrivez votre question en français ou en anglais.",
    "error_too_long": f"Votre question compte {{length}} caractères{NARROW}; j’en lis {{limit}} au plus. Raccourcissez-la, puis renvoyez-la.",
    "error_script": "Je ne lis que l’alphabet latin. Écrivez votre question en français ou en anglais.",
    "error_filter_kind": f"Aucun document n’est du type «{NARROW}{{value}}{NARROW}». Types connus{NBSP}: {{there}}.",
    "error_filter_region": f"Aucun document ne porte sur la région «{NARROW}{{value}}{NARROW}». Régions connues{NBSP}: {{there}}.",
    "error_filter_year": f"Aucun document ne date de {{value}}. Années connues{NBSP}: {{there}}.",
    "error_filter_source": f"Aucun document ne vient de «{NARROW}{{value}}{NARROW}». Sources connues{NBSP}: {{there}}.",
    "error_internal": f"La question n’a pas pu être traitée. Réessayez dans un instant{NARROW}; si l’erreur persiste, prévenez l’équipe qui administre le service.",
    "error_setup": f"Le service n’est pas prêt{NBSP}: l’index des documents est absent ou a été construit avec d’autres réglages. L’équipe qui l’administre doit lancer «{NARROW}python ingest.py{NARROW}».",
    "error_vote_title": "Avis perdu",
    "error_vote": "Votre avis n’a pas pu être noté. Réessayez dans un instant.",
    "refused_unknown": "Cette adresse n’existe pas.",
    "refused_origin": "Cette demande vient d’un autre site. Ouvrez la page de ce service, puis recommencez.",
    "refused_session": "Cette page n’est plus reconnue (son témoin de connexion a disparu, ou la conversation est celle d’un autre visiteur). Rechargez-la, puis reposez votre question.",
    "refused_malformed": "Cette demande n’a pas pu être lue. Rechargez la page, puis recommencez.",
    "refused_large": "C’est trop long pour être envoyé d’un coup. Raccourcissez, puis recommencez.",
    "refused_slow": "L’envoi a été trop lent. Vérifiez votre connexion, puis recommencez.",
    "refused_many": "Trop de demandes viennent de votre réseau. Réessayez dans quelques secondes.",
    "refused_busy": "Beaucoup de questions attendent déjà. Réessayez dans quelques secondes.",
    "toast_error": "Erreur",
    "toast_lost": "La connexion au serveur est perdue. Nouvel essai en cours…",
    "toast_large": "Un fichier est trop volumineux. Rien n’a été envoyé.",
    "refused_failed": "La demande n’a pas pu être traitée. Réessayez dans un instant.",
    "footer": "Les réponses sont des citations exactes des documents. Vérifiez toujours la page d’origine.",
}
_EN = {
    "tagline": "Ask about the documents. Every answer quotes its sources, word for word.",
    "question_label": "Your question",
    "question_placeholder": "In English or in French",
    "send": "Ask",
    "like": "This answer helps",
    "dislike": "This answer is wrong or no help",
    "clear": "New conversation",
    "language_label": "Page language",
    "conversation_label": "Conversation",
    "examples_label": "Ask a question, or try one of these:",
    "welcome": "Ask a question.",
    "sources_title": "Sources",
    "sources_empty": "The passages quoted will appear here.",
    "sources_nearest": "Nearest passages",
    "sources_others": "Other passages close to it",
    "sources_earlier": "Earlier answers",
    "searching": "Searching the documents…",
    "understood": "Understood as: {question}",
    "intro": "Here is what the documents say:",
    "intro_differ": "The documents do not all say the same. From the newest to the oldest:",
    "near": "I have found no sure answer. Here is what comes closest; it may not answer your question.",
    "no_event": "The documents announce no event on these dates. Here is what comes closest.",
    "none_coming": "The documents announce no coming date. Here is what they say of earlier ones.",
    "nothing": "The documents hold nothing about this.",
    "courtesy": "At your service. Ask me about the documents, and I will quote their words.",
    "only_filtered": "Only the documents that you chose were searched.",
    "past": "past event",
    "newer": "there is a newer version ({date})",
    "filters": "Documents searched: {chosen}",
    "filters_all": "all",
    "filter_kind": "Kind",
    "filter_region": "Region",
    "filter_year": "Year",
    "filter_source": "Source",
    "choose": "The answer depends on the document. Please say which: {choices}.",
    "to_source": "Show source {number}",
    "to_quote": "Back to quote {number}",
    "open_source": "Open the original page",
    "opens_new_tab": "new tab",
    "page": "page {page}",
    "slide": "slide {slide}",
    "event": "event “{event}”",
    "section": "section “{section}”",
    "whole": "start of the document",
    "no_date": "date unknown",
    "inferred": "{value} (inferred)",
    "kind_evenement": "Event",
    "kind_programme": "Programme",
    "kind_organisation": "Organisation",
    "kind_etude": "Study",
    "kind_guide": "Guide",
    "kind_agenda": "Calendar",
    "kind_": "Document",
    "error_empty": "Write a question first: the box is empty.",
    "error_no_words": "I found no word in “{question}”. Please write your question in French or English.",
    "error_too_long": "Your question has {length} characters; I read {limit} at most. Please shorten it and send it again.",
    "error_script": "I only read the Latin alphabet. Please write your question in French or English.",
    "error_filter_kind": "No document is of the kind “{value}”. Known kinds: {there}.",
    "error_filter_region": "No document is about the region “{value}”. Known regions: {there}.",
    "error_filter_year": "No document is dated {value}. Known years: {there}.",
    "error_filter_source": "No document comes from “{value}”. Known sources: {there}.",
    "error_internal": "The question could not be handled. Try again in a moment; if it fails again, tell the team that runs the service.",
    "error_setup": "The service is not ready: the document index is missing or was built with other settings. The team that runs it must run “python ingest.py”.",
    "error_vote_title": "Opinion lost",
    "error_vote": "Your opinion could not be noted. Try again in a moment.",
    "refused_unknown": "There is nothing at this address.",
    "refused_origin": "This request comes from another site. Open the page of this service and try again.",
    "refused_session": "This page is no longer known (its cookie is gone, or the conversation is another visitor’s). Reload it and ask again.",
    "refused_malformed": "This request could not be read. Reload the page and try again.",
    "refused_large": "This is too long to be sent in one go. Please shorten it and try again.",
    "refused_slow": "This took too long to arrive. Check your connection and try again.",
    "refused_many": "Too many requests come from your network. Try again in a few seconds.",
    "refused_busy": "Many questions are waiting already. Try again in a few seconds.",
    "toast_error": "Error",
    "toast_lost": "The connection to the server is lost. Trying again…",
    "toast_large": "A file is too large. Nothing was sent.",
    "refused_failed": "This could not be handled. Try again in a moment.",
    "footer": "Answers are exact quotes from the documents. Always check the original page.",
}
STRINGS = {"fr": _FR, "en": _EN}

_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def say(lang: str, name: str, **values: object) -> str:
    """Return one string of the interface in a language, with its values filled in."""
    text = STRINGS[lang][name]
    return text.format(**values) if values else text


def kind_label(lang: str, kind: str) -> str:
    """Name a kind of document; unknown kinds are shown as they are."""
    return STRINGS[lang].get(f"kind_{kind}", kind)


def date_label(lang: str, date: str) -> str:
    """Write an ISO date of any precision.

    >>> date_label("fr", "2025-03-01"), date_label("en", "2025-03"), date_label("fr", "2025")
    ('1er mars 2025', 'March 2025', '2025')
    """
    if not date:
        return say(lang, "no_date")
    parts = date.split("-")
    words = [parts[0]]
    if len(parts) > 1:
        words.insert(0, _MONTHS[lang][int(parts[1]) - 1])
    if len(parts) > 2:
        day = str(int(parts[2]))
        words.insert(0, "1er" if lang == "fr" and day == "1" else day)
    return " ".join(words)


def place_label(lang: str, locator: Locator) -> str:
    """Say where in its document a passage stands.

    >>> place_label("en", Locator(headings=("Results",), page=3))
    'page 3, section “Results”'
    """
    parts = []
    if locator.page:
        parts.append(say(lang, "page", page=locator.page))
    if locator.slide:
        parts.append(say(lang, "slide", slide=locator.slide))
    if locator.event:
        parts.append(say(lang, "event", event=locator.event))
    if locator.headings:
        parts.append(say(lang, "section", section=" › ".join(locator.headings)))
    return ", ".join(parts) or say(lang, "whole")
