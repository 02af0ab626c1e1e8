"""A small English–French glossary, so that an English question can also match words.

Dictionary-based query translation (Pirkola, doi:10.1145/290941.290957): every known English word
is replaced by its French words, all else stays as it is: names match in any language, and an
unknown word that matches nothing rightly lowers the confidence. It serves the lexical side only;
the embedding reads the question as it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

from tourbot.lexical import STOPWORDS, analyse
from tourbot.typography import fold, names

# English lemma: French words, most usual first. Common words and the vocabulary of trade bodies.
_ENTRIES = """
ability: capacité | abroad: étranger | academic: académique | access: accès accessible | account: compte
accredit: agréé agrément | achieve: atteindre | act: loi règlement | action: action | active: actif | address: adresse
adopt: adopter adoption | advice: conseil | age: âge | agency: agence | agreement: accord convention | aid: aide
aim: but objectif vise | amount: montant | announce: annoncer | annual: annuel | answer: répondre réponse
apply: appliquer | apprentice: apprenti alternance | area: surface zone | artificial: artificielle | ask: demander
associate: associé associer | association: association | attack: attaque cyberattaque
attend: participer participants | attendee: participant | autumn: automne | average: moyenne | award: prix trophée
back: soutenir porter soutien porté | backer: soutien porteur | bank: banque | barometer: baromètre | become: devenir
begin: commencer débuter | belong: appartenir membre réunir | benefit: bénéficier avantage | big: grand | bill: loi
board: conseil | book: livre | booth: stand | boy: garçon | branch: branche | breach: fuite violation
bring: réunir apporter | budget: budget | build: construire | building: bâtiment | business: entreprise
call: appeler | candidacy: candidature | candidate: candidat | cap: plafond plafonner | carbon: carbone | case: cas
ceiling: plafond plafonner | century: siècle | ceo: directeur directrice dirigeant | chair: présider président
chairman: président | chairwoman: présidente | challenge: défi enjeu | change: changer | cheap: gratuit
child: enfant | chip: puce | city: ville | close: clôture achever | cloud: cloud | cluster: cluster
commission: commission | committee: comité | community: communauté | company: entreprise société | compare: comparer
computer: ordinateur informatique | condition: condition | conference: conférence | consult: conseil consultation
consulting: conseil | contact: contact | contract: contrat | cost: coût coûter prix | council: conseil | country: pays
course: formation cours | cover: couvrir | create: créer création | creator: fondateur | credit: crédit
currently: actuellement | cyber: cyber | cybersecurity: cybersécurité | data: données | date: date | day: jour journée
deadline: échéance délai | deal: accord | decline: recul baisse reculer | decrease: baisse baisser recul
define: définir | delegate: délégué | department: département | deposit: dépôt déposer | design: concevoir
develop: développer | developer: développeur | development: développement | digital: numérique | diploma: diplôme
direct: diriger direct | director: directeur directrice | disabled: handicap handicapées | discuss: échanger aborder
diversity: diversité | document: document | drop: baisse recul | duration: durée | duty: obligation | early: début
economic: économique | economy: économie | edition: édition | education: éducation | effect: effet | elect: élire élue
election: élection | eligibility: éligibilité condition | eligible: éligible | emission: émission
employ: employer emploi employeur effectif | employee: salarié effectif | employer: employeur | employment: emploi
end: fin achever | energy: énergie | engineer: ingénieur | engineering: ingénierie | entity: entité
envelope: enveloppe | environment: environnement | environmental: environnemental | equal: égal
establish: créer fonder établissement | establishment: établissement | ethical: éthique | european: européen
evening: soir | event: événement | exhibitor: exposant | expect: attendre prévoir prévision | expense: dépense
expert: expert | extend: étendre prolonger extension | factory: usine | fee: tarif cotisation | female: femme
figure: chiffre | file: dossier | final: final dernière | finance: financer financement | fine: sanction amende
firm: entreprise société | first: premier première | flaw: faille vulnérabilité | floor: étage | focus: priorité
footprint: empreinte | forecast: prévision | formerly: anciennement | found: fonder créer | foundation: fondation
founder: fondateur | free: gratuit | fund: financer fonds financement | future: avenir futur | gender: femmes mixité
generative: générative | girl: fille | goal: but objectif | govern: gouvernance | governance: gouvernance
government: gouvernement État | graduate: diplômé | grant: subvention aide | green: environnement écologique
group: groupe | grow: croissance progresser | growth: croissance hausse évolution progression | guest: invité honneur
guide: guide | half: semestre moitié | hall: salle hall | happen: lieu dérouler tenir | hardware: matériel
head: diriger responsable président | headquarters: siège | help: aider aide | high: élevé
hire: embaucher recruter recrutement | hold: tenir | honor: honneur | honour: honneur | host: accueillir | hour: heure
hourly: heure | house: accueillir | implement: mise œuvre | implementation: mise œuvre application
improve: améliorer | inaugurate: inaugurer | inauguration: inaugurer inauguration | incident: incident
include: comprendre comporter | inclusion: inclusion | increase: hausse augmentation augmenter
industry: industrie secteur filière | information: information | initiative: initiative | innovate: innover
innovation: innovation | insurance: assurance | integration: insertion | intelligence: intelligence
interview: entretien interroger | invest: investir | investment: investissement | issue: problème
job: emploi poste métier | jobseeker: demandeur chômeur | join: rejoindre adhérer adhésion adresser | key: clé
kid: enfant | kind: type famille | know: connaître savoir | label: label | language: langue | large: grand
last: dernier durer | late: fin | launch: lancer lancement | law: loi | lawyer: juriste | lead: diriger piloter
learn: apprendre former | leave: quitter départ | legal: juridique | level: niveau | limit: limite plafond
list: liste | loan: prêt | local: local locales | location: lieu | long: durée long | machine: machine calculateur
magazine: magazine | main: principal premier | man: homme | manage: gérer diriger | manager: responsable chef
mandate: mandat | manifesto: manifeste | market: marché | maximum: maximum maximale plafonne plafond | mayor: maire
measure: mesure | meet: rencontrer | meeting: rencontre réunion assemblée | member: membre adhérent
membership: adhésion | mentor: mentor marraine | mentoring: mentorat | merge: fusionner fusion
merger: fusion rapprochement | million: million | minimum: minimum | minister: ministre | ministry: ministère
mission: mission | money: argent montant | month: mois | morning: matin | name: nom nommer | national: national
need: besoin manque | network: réseau | new: nouveau | newspaper: journal | night: nuit | north: nord
nuclear: nucléaire | number: nombre | objective: objectif but | obligation: obligation | offer: offre
office: bureau antenne | open: ouvrir ouvert inaugurer | organisation: organisation organisme | organise: organiser
organization: organisation organisme | organize: organiser | origin: origine | owner: propriétaire
package: enveloppe paquet | pact: pacte | part: partie part participer | participant: participant
participate: participer | partner: partenaire | partnership: partenariat | password: mot passe | pavilion: pavillon
pay: payer | penalty: sanction | people: personnes gens public | percent: pourcent | percentage: part pourcentage taux
period: période | person: personne | phishing: hameçonnage | phone: téléphone | place: lieu ville | plan: plan prévoir
plant: usine site | platform: plateforme | police: police | policy: politique | poll: sondage | position: poste
post: poste | predecessor: prédécesseur précédent | prefect: préfet préfète | preparation: préparation
president: président présider | price: prix | principle: principe | priority: priorité | private: privé | prize: prix
problem: problème | product: produit | profession: métier profession | program: programme dispositif
programme: programme dispositif | project: projet | promote: promouvoir | proposal: proposition
propose: proposer proposition | provide: fournir | public: public | publish: publier paraître | publisher: éditeur
pupil: élève collégiens lycéens | purpose: but objectif | quantum: quantique | quarter: trimestre | question: question
quote: citer | rank: rang classement | ranking: classement | ransomware: rançongiciel | rate: taux forfait
reach: atteindre toucher | recruit: recruter recrutement | recruitment: recrutement | reduce: réduire
refund: remboursement rembourser | region: région | regional: régional | register: inscrire | relief: crédit réduction
replace: remplacer | report: rapport bilan signalement | represent: représenter | require: exiger obligation
requirement: exigence obligation condition | research: recherche | resign: démissionner | respond: répondre
respondent: répondant | result: résultat bilan | retrain: reconversion | retraining: reconversion
revenue: chiffre affaires | right: droit | risk: risque | role: rôle | room: salle | round: ronde | rule: règle
run: porter diriger gérer | salary: salaire | sale: vente cession | sales: chiffre affaires ventes
say: dire indiquer | scheme: dispositif | scholarship: bourse | school: école établissement | science: science
scientist: scientifique | scope: champ périmètre | seat: siège place | secondary: secondaire | sector: secteur filière
security: sécurité | sell: vendre cession céder | senior: seniors | servant: agent | serve: servir | server: serveur
service: service | session: session séance | share: part | short: court | sign: signer | signatory: signataire
size: taille | skill: compétence | small: petite petit | social: social | society: société
software: logiciel éditeur | south: sud | sovereign: souverain | sovereignty: souveraineté | speak: parler représenter
speaker: intervenant | spend: dépenser dépense | split: scission séparation | spokesperson: porte-parole
sponsor: soutenir soutien | spring: printemps | staff: salariés effectif | stage: étape | stand: stand
start: démarrer débuter lancement | startup: startup | state: État | status: statut | statute: statut | step: étape
stop: étape | strategy: stratégie | student: étudiant élève | study: étude | submit: déposer candidature
subsidy: subvention | successor: successeur succéder | summer: été | supercomputer: supercalculateur
support: soutenir soutien appui accompagnement | surface: surface | survey: enquête baromètre | sustainable: responsable durable
table: table | take: prendre | talent: talent | target: objectif viser publics | tax: impôt fiscal
teacher: enseignant | team: équipe | technology: technologie | term: mandat | theme: thème fil conducteur
threat: menace | threshold: seuil | time: temps durée | today: aujourd'hui | together: ensemble | tool: outil
topic: thème sujet | tour: tour | town: ville | trade: professionnelle | train: former formation | trainee: stagiaire
training: formation | transposition: transposition | treasurer: trésorier | turnover: chiffre affaires | type: type
unemployed: chômeur demandeur | union: syndicat | university: université | use: utiliser | user: usager utilisateur
vacancy: offre poste | value: valeur | venue: lieu salle | vice: vice | victim: victime | video: vidéo
visit: visiter visite visiteur | visitor: visiteur | vote: voix | voucher: chèque bon | vulnerability: vulnérabilité faille
wage: salaire | want: vouloir | water: eau | website: site | week: semaine | win: gagner gagné
winner: lauréat vainqueur gagnant | winter: hiver | woman: femmes femme | work: travailler travail
worker: salarié travailleur | workforce: effectif salarié | workshop: atelier séance | world: mondial monde
worldwide: monde | write: écrire | year: année an | yearly: an annuel | young: jeune | youth: jeunes
"""
_IRREGULAR = {
    "women": "woman", "children": "child", "met": "meet", "held": "hold", "won": "win", "led": "lead",
    "spoke": "speak", "began": "begin", "begun": "begin", "ran": "run", "founded": "found", "paid": "pay",
    "spent": "spend", "took": "take", "built": "build", "wrote": "write", "became": "become", "knew": "know",
    "grew": "grow", "chaired": "chair",
}  # fmt: skip


# French words that tell the same thing in articles about programmes, events and markets, a family a
# line; a question may use one and its answer another.
_FAMILIES = """
porter mener piloter conduire animer gérer
soutenir soutien appuyer appui parrainer
créer création fonder fondation fondateur naître né naissance
lancer lancement démarrer démarrage débuter début commencer
organiser tenir dérouler accueillir
ouvrir ouverture inaugurer inauguration
diriger direction directeur directrice dirigeant
présider présidence président présidente
coûter coût prix tarif
entreprise société
salarié effectif
adhérent membre
but objectif viser vocation finalité
recruter recrutement embaucher embauche
chômeur demandeur
hausse augmentation augmenter croissance croître progression progresser
baisse baisser recul reculer diminution diminuer
part taux pourcentage proportion
aide subvention
financer financement fonds
prolonger prolongation étendre extension
remplacer succéder
rejoindre adhérer adhésion
"""


def _load() -> dict[str, tuple[str, ...]]:
    stem = Stemmer.Stemmer("english").stemWord
    entries = (entry.split(":") for entry in re.split(r"[|\n]", _ENTRIES) if ":" in entry)
    return {stem(english.strip()): tuple(french.split()) for english, french in entries}


_stemmer = Stemmer.Stemmer("english")
_FRENCH = _load()


@lru_cache(maxsize=1)
def _same_meaning() -> dict[str, frozenset[str]]:
    families = [frozenset(analyse(line, "fr")) for line in _FAMILIES.strip().splitlines()]
    return {term: family for family in families for term in family}


def same_meaning(terms: Iterable[str]) -> frozenset[str]:
    """Return index terms of French words with those of the words that tell the same thing.

    >>> sorted(same_meaning(["salar"]))
    ['effect', 'salar', 'salari']
    """
    known = _same_meaning()
    return frozenset(other for term in terms for other in known.get(term, frozenset([term])))


def to_french(question: str) -> list[tuple[str, ...]]:
    """Return, for each word of an English question that matters, the words that mean it in French.

    >>> to_french("How many digital companies are there in Blois?")
    [('numérique',), ('entreprise', 'société'), ('Blois',)]
    """
    kept = names(question)
    meanings = []
    for word in re.findall(r"[^\W_]+(?:['’&@-][^\W_]+)*", question):
        lower = word.lower()
        if lower in STOPWORDS["en"]:
            continue
        parts = {fold(part) for part in re.split(r"['’-]", word)}
        french = _FRENCH.get(_stemmer.stemWord(_IRREGULAR.get(lower, lower)))
        meanings.append(french if french and not parts & kept else (word,))
    return meanings
