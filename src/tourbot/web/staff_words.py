"""Every word that the staff page says, in French; so is what was wrong with a file."""

from __future__ import annotations

from tourbot.parsing import MAX_BYTES
from tourbot.strings import NARROW
from tourbot.text.typography import spaced

_WORDS = {
    "title": "Documents de l’assistant",
    "tagline": "Déposez des documents, regardez ce qui va changer, puis appliquez.",
    "to_members": "Aller à la page des adhérents",
    "log_out": "Se déconnecter",
    "login_title": "Espace de l’équipe",
    "login_name": "Nom",
    "login_password": "Mot de passe",
    "login_button": "Se connecter",
    "wrong_password": "Nom ou mot de passe inconnu.",
    "too_many": "Trop de mots de passe erronés. Réessayez dans {wait}.",
    "door_busy": "Trop de personnes se connectent en ce moment. Réessayez dans {wait}.",
    "form_slow": "Votre demande est arrivée trop lentement. Recommencez.",
    "form_bad": "Votre demande n’a pas pu être lue. Recommencez.",
    "session_ended": "Votre session a pris fin : reconnectez-vous.",
    "session_ended_link": "Votre session a pris fin : |reconnectez-vous|.",
    "door_broken": "Le fichier des sessions, staff.db, ne peut pas être lu ou écrit. Sur la "
    "machine qui sert cette page, vérifiez que le disque n’est pas plein ; si le fichier est "
    "abîmé, supprimez-le, puis reconnectez-vous.",
    "refused": "Refusé",
    "not_uploaded": "Ce fichier n’a pas été déposé sur cette page. Déposez-le de nouveau.",
    "no_account": "Il n’existe encore aucun compte. Sur la machine qui sert cette page, "
    "créez-en un : tourbot staff add NOM",
    "accounts_damaged": "Le fichier des comptes, staff.json, ne peut pas être lu. Sur la machine "
    "qui sert cette page, supprimez-le, puis recréez les comptes : tourbot staff add NOM",
    "tab_add": "Ajouter",
    "tab_documents": "Documents",
    "tab_runs": "Historique",
    "tab_questions": "Questions",
    "uploads": "Fichiers déposés",
    "drop": f"Fichiers à déposer ({MAX_BYTES // 1_000_000} Mo au plus pour chacun)",
    "drop_here": "Glissez des fichiers ici, ou cliquez pour les choisir",
    "look": "Regarder ce qui va changer",
    "apply": "Appliquer",
    "apply_sure": "Appliquer quand même",
    "nothing_to_do": "Rien à changer : l’index correspond aux dossiers.",
    "plan_first": "Déposez des fichiers, ou regardez ce qui a changé dans les dossiers.",
    "reading": "Lecture des documents",
    "embedding": "Préparation des passages",
    "indexing": "Construction de l’index",
    "starting": "Préparation",
    "left": "reste environ {seconds} s",
    "busy": "Un autre traitement est en cours. Attendez qu’il se termine, puis recommencez.",
    "stopped": "Il manque {vanished} des {held} documents de {folder}. Si ce dossier "
    "n’est pas ce qu’il devrait être (disque non monté ?), ne continuez pas. Rien n’a été changé.",
    "failed_run": "Le traitement a échoué. Ce qui était enregistré est intact ; le détail "
    "est dans le journal du serveur. Recommencez, ou prévenez la personne qui administre "
    "la machine.",
    "done": "Terminé en {seconds} s : {documents}, {passages} ({embedded}).",
    "filter": "Filtrer la liste",
    "choose": "Document",
    "reread": "Relire",
    "remove": "Retirer",
    "open": "Ouvrir",
    "choose_first": "Choisissez d’abord un document.",
    "removed": "« {name} » a été retiré.",
    "not_ours": "« {name} » vient du dossier {folder} : retirez-le de ce dossier, puis "
    "regardez ce qui va changer sous « Ajouter ».",
    "gone": "Le fichier de « {name} » n’est plus là : regardez ce qui va changer sous « Ajouter ».",
    "no_documents": "Aucun document.",
    "undo": "Revenir à l’état précédent",
    "undone": "L’état d’avant le dernier changement est rétabli : {back}, {restored}, {gone}. "
    "Le même bouton refait le changement.",
    "nothing_to_undo": "Il n’y a rien à annuler : aucun changement n’a encore été fait.",
    "no_runs": "Aucun traitement pour l’instant.",
    "deeds": "Qui a fait quoi",
    "no_deeds": "Rien pour l’instant.",
    "deed_unknown": "nom inconnu",
    "deed_local": "ce serveur",
    "deed_more": "… ({number} en tout)",
    "deed_times": "{number} fois",
    "unanswered": "Questions restées sans réponse",
    "disliked": "Réponses jugées mauvaises",
    "recheck": "Vérifier si un document y répond maintenant",
    "answered_now": "Répondue maintenant : {titles}",
    "times": "{count} fois",
    "still_unanswered": "Toujours sans réponse",
    "no_questions": "Aucune pour l’instant.",
    "inferred": "{value} (déduit)",
}
WORDS = {name: spaced(text) for name, text in _WORDS.items()}

_COUNTS = {
    "documents": ("document", "documents"),
    "passages": ("passage", "passages"),
    "embedded": ("nouveau ou modifié", "nouveaux ou modifiés"),
    "added": ("passage nouveau", "passages nouveaux"),
    "removed": ("passage retiré", "passages retirés"),
    "seconds": ("seconde", "secondes"),
    "minutes": ("minute", "minutes"),
    "back": ("document revenu", "documents revenus"),
    "restored": ("remis dans sa version précédente", "remis dans leur version précédente"),
    "gone": ("retiré", "retirés"),
}
KINDS = {
    "new": "Nouveaux",
    "changed": "Modifiés",
    "moved": "Renommés ou déplacés",
    "vanished": "À retirer de l’index",
    "duplicates": "En double (même texte : un seul est cité)",
    "unchanged": "Inchangés",
    "failed": "Illisibles",
    "incomplete": "Parties non lues",
}
DONE_KINDS = KINDS | {"vanished": "Retirés de l’index"}
FIELDS = {
    "title": "titre",
    "kind": "type",
    "date": "date",
    "region": "région",
    "url": "adresse",
    "publisher": "éditeur",
}
DOCUMENT_COLUMNS = ("Titre", "Type", "Date", "Passages", "État", "Fichier")
RUN_COLUMNS = ("Fin", "Dossier", "Nouveaux", "Modifiés", "Retirés", "Illisibles", "Durée")
DEED_COLUMNS = ("Quand", "Qui", "Action", "Fichiers", "Résultat", "Adresse")
DEEDS = {
    "sign-in": "s’est connecté",
    "sign-in-failed": "mot de passe erroné",
    "sign-out": "s’est déconnecté",
    "upload": "a déposé",
    "apply": "a appliqué",
    "reread": "a fait relire",
    "remove": "a retiré",
    "undo": "est revenu à l’état précédent",
    "recheck": "a reposé les questions sans réponse",
    "download": "a ouvert",
    "account-added": "compte créé",
    "account-removed": "compte retiré",
    "account-password": "nouveau mot de passe",
    "account-logout": "sessions fermées",
}
OUTCOMES = {"asked": "commencé", "done": "fait", "not-done": "refusé ou échoué"}
STATES = {
    "ok": "consultable",
    "duplicate": "double de {of}",
    "kept": "ancienne version (le fichier actuel est illisible)",
}

_AGAIN = "Ouvrez-le dans son programme et enregistrez-le de nouveau."
# By the code of what was wrong: what failed, and what to do.
_FAILURES = {
    "broken": ("Le fichier est abîmé ou n’est pas du format que dit son nom", _AGAIN),
    "changing": ("Il est en cours d’écriture", "Attendez la fin, puis recommencez."),
    "comments": (
        "Ses commentaires ne sont pas lus",
        "Écrivez dans le texte ce que les membres doivent y trouver.",
    ),
    "crashed": ("Le programme qui le lit s’est arrêté", _AGAIN),
    "empty": ("Le fichier est vide", "Complétez-le ou retirez-le."),
    "encoding": ("Son codage de caractères est inconnu", "Enregistrez-le en UTF-8."),
    "encrypted": (
        "Il est protégé par un mot de passe, ou dans un ancien format",
        "Enregistrez-le sans mot de passe, dans un format actuel.",
    ),
    "front-matter": (
        "Son en-tête de métadonnées est mal écrit",
        "Corrigez les lignes entre « --- ».",
    ),
    "hidden": (
        "Ses lignes, colonnes ou diapositives masquées ne sont pas lues",
        "Affichez-les et enregistrez-le, si les membres peuvent les lire.",
    ),
    "mismatch": (
        "Son nom annonce un format et son contenu en est un autre",
        "Donnez-lui l’extension de son vrai format.",
    ),
    "name": ("Son nom n’est pas lisible", "Renommez-le."),
    "name-taken": (
        "Un document du même nom vient d’un autre dossier",
        "Renommez l’un des deux.",
    ),
    "name-twice": (
        "Deux fichiers ont le même nom, écrit de deux façons",
        "Renommez l’un des deux.",
    ),
    "nested": ("Il contient une archive dans une archive", "Déposez les fichiers eux-mêmes."),
    "no-text": (
        "Il ne contient aucun texte",
        "Vérifiez qu’il contient du texte, et pas seulement des images.",
    ),
    "no-text-layer": (
        "Ce sont des pages numérisées, sans texte",
        "Déposez une version avec du texte. Si Tesseract manque, demandez son installation "
        "(apt-get install tesseract-ocr tesseract-ocr-fra).",
    ),
    "ocr": ("La reconnaissance des caractères a échoué", "Déposez une version avec du texte."),
    "sidecar": ("Le fichier .yaml qui le décrit est mal écrit", "Corrigez-le ou retirez-le."),
    "too-large": (
        "Lui, ou ce qu’il contient une fois décomprimé, est trop gros pour être lu",
        "Partagez-le en plusieurs fichiers.",
    ),
    "too-slow": (
        "Le lire prend trop de temps",
        "Partagez-le, ou enregistrez-le dans un autre format.",
    ),
    "unreadable": ("Il ne peut pas être ouvert", "Vérifiez les droits d’accès."),
    "unsafe": ("Son contenu pourrait être dangereux", _AGAIN),
    "unsupported": (
        "Ce format n’est pas lu",
        "Enregistrez-le en PDF, Word, PowerPoint, Excel, OpenDocument, HTML ou texte.",
    ),
}


def failure_words(code: str, reason: str, hint: str) -> tuple[str, str]:
    """Return what failed and what to do, in French; in English where there are no words for it."""
    known = _FAILURES.get(code)
    return (spaced(known[0]), spaced(known[1])) if known else (reason, hint)


def counted(what: str, number: int) -> str:
    """Return a number with what it counts, in the singular up to one.

    >>> counted("passages", 1), counted("passages", 2)
    ('1 passage', '2 passages')
    """
    one, many = _COUNTS[what]
    return f"{number:,} {one if number < 2 else many}".replace(",", NARROW)


def lasting(seconds: int) -> str:
    """Return how long one waits, in words.

    >>> lasting(1), lasting(60), lasting(61)
    ('1 seconde', '60 secondes', '2 minutes')
    """
    if seconds <= 60:
        return counted("seconds", seconds)
    return counted("minutes", -(-seconds // 60))
