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

from tourbot.text.lexical import STOPWORDS, analyse
from tourbot.text.typography import fold, names

# English lemma: French words, most usual first. Common words and the vocabulary of trade bodies.
_ENTRIES = """
ability: capacité | abroad: étranger | academic: académique | access: accès accessible
account: compte | accredit: agréé agrément | achieve: atteindre | act: loi règlement
action: action | active: actif | adapt: adapter | address: adresse | adopt: adopter adoption
advice: conseil | afford: moyens | age: âge | agency: agence | agree: accord convenir
agreement: accord convention | aid: aide | aim: but objectif vise | allow: permettre autoriser
amount: montant | analyse: analyser analyse | analysis: analyse | announce: annoncer
annual: annuel | answer: répondre réponse | appear: apparaître paraître | apply: appliquer
appoint: nommer désigner nomination | appointment: nomination | apprentice: apprenti alternance
approach: approche | approve: approuver adopter | area: surface zone | arrive: arriver
article: article | artificial: artificielle | ask: demander | assemble: assembler
assembly: assemblée | assess: évaluer | assessment: évaluation | assist: aider accompagner assister
assistance: aide assistance accompagnement | associate: associé associer | association: association
attack: attaque cyberattaque | attend: participer participants
attendance: fréquentation participants | attendee: participant | attract: attirer accueillir
audience: public | audit: audit | author: auteur | authority: autorité | autumn: automne
available: disponible | average: moyenne | avoid: éviter | award: prix trophée
back: soutenir porter soutien porté | backer: soutien porteur | ban: interdire interdiction
bank: banque | barometer: baromètre | base: fonder siège | become: devenir
begin: commencer débuter | behind: porter | belong: appartenir membre réunir
benefit: bénéficier avantage | big: grand | bill: loi | board: conseil | body: organisme
book: livre | booth: stand | borrow: emprunter | boy: garçon | branch: branche | brand: marque
breach: fuite violation | bring: réunir apporter | broadcast: diffuser | budget: budget
build: construire | building: bâtiment | business: entreprise | buy: acheter racheter acquérir
buyer: acheteur acquéreur | calculate: calculer | call: appeler | campaign: campagne
campus: campus | cancel: annuler | candidacy: candidature | candidate: candidat
cap: plafond plafonner | capacity: capacité | capital: capital | carbon: carbone | care: soin santé
career: carrière métier | carry: porter mener | case: cas | ceiling: plafond plafonner
celebrate: fêter célébrer | center: centre | centre: centre | century: siècle
ceo: directeur directrice dirigeant | ceremony: cérémonie | certificate: certificat certification
certification: certification | chair: présider président | chairman: président
chairwoman: présidente | challenge: défi enjeu | change: changer | cheap: gratuit
check: vérifier contrôle | chief: chef | child: enfant | chip: puce | choice: choix
choose: choisir | circuit: circuit | citizen: citoyen | city: ville | civil: civil
claim: demander revendiquer | class: classe | classroom: classe | client: client | climate: climat
close: clôture achever | cloud: cloud | cluster: cluster | code: code
collaborate: collaborer partenariat | collaboration: collaboration partenariat
collect: recueillir collecter | college: collège école | combine: réunir associer
come: venir participer | commission: commission | commit: engager | commitment: engagement
committee: comité | community: communauté | company: entreprise société | compare: comparer
competition: concours compétition | complete: achever | component: composant
comprise: comprendre réunir | computer: ordinateur informatique | concern: concerner porter
condition: condition | conference: conférence | confirm: confirmer | connect: relier
consider: considérer envisager | consist: composer comprendre | construction: construction
consult: conseil consultation | consulting: conseil | consumer: consommateur | contact: contact
contain: contenir comprendre | content: contenu | contest: concours
continue: continuer poursuivre | contract: contrat | contribute: contribuer
contribution: contribution cotisation | control: contrôle | cooperation: coopération
coordinate: coordonner animer | coordinator: coordinateur | corporate: entreprise
cost: coût coûter prix | council: conseil | count: compter | country: pays | couple: deux
course: formation cours | cover: couvrir | create: créer création | creator: fondateur
credit: crédit | crime: criminalité délit | crisis: crise | culture: culture | current: actuel
currently: actuellement | customer: client | cyber: cyber | cybersecurity: cybersécurité
damage: dommage | danger: danger risque | data: données | date: date | day: jour journée
deadline: échéance délai | deal: accord | debate: débat débattre | debt: dette
decide: décider décision | decision: décision | decline: recul baisse reculer
decrease: baisse baisser recul | decree: décret | dedicate: consacrer dédier | deduct: déduire
defence: défense | defend: défendre | define: définir | degree: diplôme licence
delay: délai retard | delegate: délégué | deliver: remettre délivrer fournir | demand: demande
deny: refuser | department: département | deploy: déployer | deployment: déploiement
deposit: dépôt déposer | deputy: adjoint député | describe: décrire présenter | design: concevoir
detail: détail | detect: détecter | develop: développer | developer: développeur
development: développement | device: appareil | differ: différer varier
difference: différence écart | different: différent | difficulty: difficulté | digital: numérique
diploma: diplôme | direct: diriger direct | director: directeur directrice
disabled: handicap handicapées | discuss: échanger aborder | dismantle: démanteler
display: exposer afficher | distribute: distribuer | district: quartier | diversity: diversité
divide: répartir | doctorate: doctorat | document: document | double: doubler
draw: attirer accueillir réunir | drop: baisse recul | duration: durée | duty: obligation
early: début | earn: gagner | east: est | economic: économique | economy: économie
edition: édition | education: éducation | effect: effet | elect: élire élue | election: élection
eligibility: éligibilité condition | eligible: éligible | email: courriel | embed: embarquer
emergency: urgence | emission: émission | employ: employer emploi employeur effectif
employee: salarié effectif | employer: employeur | employment: emploi | enable: permettre
encourage: encourager inciter | end: fin achever | endow: doter | energy: énergie | engage: engager
engineer: ingénieur | engineering: ingénierie | enjoy: bénéficier | enter: entrer | entity: entité
entrepreneur: entrepreneur chef | envelope: enveloppe | environment: environnement
environmental: environnemental | equal: égal | equip: équiper | equipment: équipement
error: erreur | establish: créer fonder établissement | establishment: établissement
estimate: estimer évaluer | ethical: éthique | european: européen | evaluate: évaluer
evening: soir | event: événement | exam: examen | example: exemple | exascale: exaflopique exascale
exceed: dépasser | exchange: échange échanger | exclude: exclure
exempt: exonérer exonération dispenser | exemption: exonération | exhibit: exposer
exhibition: salon exposition | exhibitor: exposant | exist: exister | expand: étendre élargir
expect: attendre prévoir prévision | expense: dépense | expensive: cher | experience: expérience
experiment: expérimenter expérimentation | expert: expert | expire: échéance fin
explain: expliquer | export: exporter | express: exprimer | extend: étendre prolonger extension
face: affronter | facility: installation site | fact: fait | factory: usine | fail: échouer
failure: défaillance échec | fair: salon foire | fall: baisse recul | family: famille
famous: célèbre | fast: rapide | favour: favoriser | feature: caractéristique comporter
fee: tarif cotisation | female: femme | field: domaine secteur | fight: lutter lutte
figure: chiffre | file: dossier | fill: remplir pourvoir pourvu | film: film
final: final dernière | finance: financer financement | fine: sanction amende
firm: entreprise société | first: premier première | fix: fixer | flaw: faille vulnérabilité
floor: étage | focus: priorité | follow: suivre | food: alimentaire | footprint: empreinte
forbid: interdire | force: force vigueur | forecast: prévision | foreign: étranger
form: formulaire forme | format: format | formerly: anciennement | forum: forum
found: fonder créer | foundation: fondation | founder: fondateur | framework: cadre | fraud: fraude
free: gratuit | fulfil: remplir | full: complet | function: fonction
fund: financer fonds financement | future: avenir futur | gain: gagner hausse | gap: écart
gather: réunir rassembler | gender: femmes mixité | general: général | generative: générative
get: obtenir recevoir | gift: don | girl: fille | give: donner remettre | global: mondial
goal: but objectif | good: bon | govern: gouvernance | governance: gouvernance
government: gouvernement État | graduate: diplômé | grant: subvention aide
green: environnement écologique | group: groupe | grow: croissance progresser
growth: croissance hausse évolution progression | guest: invité honneur | guide: guide
half: semestre moitié | hall: salle hall | handle: traiter | happen: lieu dérouler tenir
hardware: matériel | head: diriger responsable président | headquarters: siège | health: santé
help: aider aide | high: élevé | hire: embaucher recruter recrutement | history: histoire
hold: tenir | home: domicile | honor: honneur | honour: honneur | hospital: hôpital
host: accueillir abriter héberger | hour: heure | hourly: heure | house: accueillir | human: humain | hundred: cent
idea: idée | identify: identifier | image: image | impact: impact effet | implement: mise œuvre
implementation: mise œuvre application | import: importer | important: important | impose: imposer
improve: améliorer | inaugurate: inaugurer | inauguration: inaugurer inauguration
incentive: incitation | incident: incident | include: comprendre comporter | inclusion: inclusion
increase: hausse augmentation augmenter | independent: indépendant | index: indice
indicate: indiquer | indicator: indicateur | individual: personne particulier
industry: industrie secteur filière | influence: influence | inform: informer
information: information | infrastructure: infrastructure | inhabitant: habitant
initiative: initiative | innovate: innover | innovation: innovation | install: installer
institute: institut | institution: institution établissement | insurance: assurance
integration: insertion | intelligence: intelligence | intend: destiner viser
interest: intérêt intéresser | internal: interne | international: international
internet: internet | internship: stage | interview: entretien interroger
introduce: introduire instaurer | invest: investir | investigate: enquêter
investment: investissement | investor: investisseur | invite: inviter
involve: impliquer associer participer | island: île | issue: problème | job: emploi poste métier
jobseeker: demandeur chômeur | join: rejoindre adhérer adhésion adresser
jointly: conjointement ensemble | journalist: journaliste | judge: juge jury | jury: jury
justice: justice | keep: garder conserver maintenir | key: clé | kid: enfant | kind: type famille
know: connaître savoir | label: label | laboratory: laboratoire | labour: travail
lack: manque pénurie | land: terrain | landscape: paysage | language: langue | laptop: ordinateur
large: grand | last: dernier durer | late: fin | launch: lancer lancement | law: loi
lawyer: juriste | lead: diriger piloter | leader: dirigeant chef responsable
learn: apprendre former | leave: quitter départ | legal: juridique | length: durée longueur
lesson: cours leçon | letter: lettre | level: niveau | library: bibliothèque | licence: licence
life: vie | limit: limite plafond | link: lien | list: liste | live: vivre habiter | loan: prêt
lobby: représenter | local: local locales | locate: situer implanter | location: lieu
long: durée long | lose: perdre | loss: perte | low: faible bas | lower: baisser réduire
machine: machine calculateur | magazine: magazine | main: principal premier | maintain: maintenir
major: majeur grand | majority: majorité plupart | make: fabriquer faire produire
maker: fabricant | man: homme | manage: gérer diriger | manager: responsable chef | mandate: mandat
mandatory: obligatoire | manifesto: manifeste | manufacture: fabriquer
manufacturer: fabricant constructeur | market: marché | master: master | match: correspondre
material: matériel | maximum: maximum maximale plafonne plafond | mayor: maire | mean: signifier
measure: mesure | media: médias presse | medium: moyen | meet: rencontrer
meeting: rencontre réunion assemblée | member: membre adhérent | membership: adhésion
memory: mémoire | mention: mentionner citer | mentor: mentor marraine | mentoring: mentorat
merge: fusionner fusion | merger: fusion rapprochement | message: message | method: méthode
migrant: migrant | military: militaire | million: million | minimum: minimum | minister: ministre
ministry: ministère | mission: mission | mobile: mobile | model: modèle | modern: moderne
money: argent montant | monitor: suivre surveiller | month: mois | monthly: mois mensuel
morning: matin | most: plupart plus | move: déménager déplacer | museum: musée | name: nom nommer
national: national | nationwide: national France | nature: nature | need: besoin manque
network: réseau | new: nouveau | newspaper: journal | night: nuit | nominate: nommer désigner
north: nord | notify: notifier signaler | nuclear: nucléaire | number: nombre | object: objet
objective: objectif but | obligation: obligation | observatory: observatoire
obtain: obtenir recevoir | occupation: métier | occur: lieu survenir | offer: offre
office: bureau antenne siège | officer: responsable agent | official: officiel
officially: officiellement | online: ligne internet | open: ouvrir ouvert inaugurer
operate: exploiter intervenir | operation: opération | operator: opérateur | opinion: avis opinion
opportunity: occasion | optional: facultatif | order: commande ordre
organisation: organisation organisme | organise: organiser | organization: organisation organisme
organize: organiser | origin: origine | outlook: perspectives prévision | outside: hors
oversee: superviser piloter | own: posséder | owner: propriétaire | package: enveloppe paquet
pact: pacte | panel: table panel | parent: parent | parliament: parlement
part: partie part participer | participant: participant | participate: participer
partner: partenaire | partnership: partenariat | pass: adopter passer | passenger: voyageur
password: mot passe | past: passé | patent: brevet | pathway: parcours | patient: patient
pavilion: pavillon | pay: payer | peak: pic | penalty: sanction | people: personnes gens public
percent: pourcent | percentage: part pourcentage taux | perform: réaliser
performance: performance | period: période | permit: permettre | person: personne
phishing: hameçonnage | phone: téléphone | photo: photo | pilot: pilote piloter pionnier
pioneer: pionnier | place: lieu ville | plan: plan prévoir | planned: prévu
planning: planification | plant: usine site | platform: plateforme | player: acteur | point: point
police: police | policy: politique | poll: sondage | poor: pauvre | popular: populaire
population: population | position: poste | post: poste | postpone: reporter | poverty: pauvreté
power: pouvoir puissance | practical: pratique | practice: pratique
predecessor: prédécesseur précédent | prefect: préfet préfète | prefecture: préfecture
premises: locaux | preparation: préparation | prepare: préparer | presence: présence
present: présenter présent | presentation: présentation | president: président présider
press: presse | prevent: prévenir empêcher | prevention: prévention | previous: précédent
price: prix | principle: principe | priority: priorité | private: privé | prize: prix
problem: problème | procedure: procédure démarche | process: processus traitement
processor: processeur | produce: produire | product: produit | production: production
profession: métier profession | profile: profil | profit: bénéfice | program: programme dispositif
programme: programme dispositif | progress: progrès progression | project: projet
promote: promouvoir | proposal: proposition | propose: proposer proposition | protect: protéger
protection: protection | provide: fournir | provision: disposition | public: public
publish: publier paraître | publisher: éditeur | pupil: élève collégiens lycéens
purchase: achat acheter | purpose: but objectif | qualification: qualification | qualify: éligible
quality: qualité | quantity: quantité | quantum: quantique | quarter: trimestre
question: question | quickly: rapidement | quit: quitter | quote: citer
raise: lever augmenter levée | range: gamme | rank: rang classement | ranking: classement
ransomware: rançongiciel | rate: taux forfait | reach: atteindre toucher | reason: raison motif
receive: recevoir obtenir accueillir | recent: récent | recession: récession
recipient: bénéficiaire lauréat | recognise: reconnaître | recommend: recommander
recommendation: recommandation | record: record enregistrer | recover: récupérer
recruit: recruter recrutement | recruiter: recruteur | recruitment: recrutement
redirect: rediriger | reduce: réduire | refer: orienter | reform: réforme
refund: remboursement rembourser | refuse: refuser | region: région | regional: régional
register: inscrire | regulate: réglementer | regulation: règlement réglementation
reject: rejeter refuser | relate: lier | release: publier paraître | relief: crédit réduction
remain: rester | remove: supprimer retirer | renew: renouveler | renewable: renouvelable
rent: louer loyer | repair: réparer | repeal: abroger supprimer | replace: remplacer
replacement: remplacement | reply: répondre | report: rapport bilan signalement
represent: représenter | representative: représentant délégué | request: demande demander
require: exiger obligation | requirement: exigence obligation condition | rescue: secours
research: recherche | resident: habitant | resign: démissionner | resilience: résilience
resource: ressource | respond: répondre | respondent: répondant | response: réponse
responsibility: responsabilité | responsible: responsable | restrict: restreindre limiter
result: résultat bilan | retail: commerce | retire: retraite | retrain: reconversion
retraining: reconversion | return: retour | reveal: révéler | revenue: chiffre affaires
reward: récompense récompenser | right: droit | rise: hausse augmentation | risk: risque
road: route | roadmap: feuille route | robot: robot | role: rôle | room: salle | round: ronde
rule: règle | run: porter diriger gérer | rural: rural | safe: sûr sécurité | safety: sécurité
salary: salaire | sale: vente cession | sales: chiffre affaires ventes | sample: échantillon
satellite: satellite | satisfied: satisfait | save: économiser | saving: économie
say: dire indiquer | schedule: calendrier prévoir | scheme: dispositif | scholarship: bourse
school: école établissement | science: science | scientist: scientifique | scope: champ périmètre
screen: écran | search: recherche | season: saison | seat: siège place | secondary: secondaire
section: section | sector: secteur filière | secure: sécuriser | security: sécurité
seek: chercher | select: sélectionner choisir | selection: sélection | self: auto
sell: vendre cession céder | send: envoyer | senior: seniors | separate: séparer | series: série
servant: agent | serve: servir | server: serveur | service: service | session: session séance
settle: installer | several: plusieurs | share: part | shareholder: actionnaire | shop: magasin
short: court | shortage: pénurie manque | show: montrer salon | shrink: recul reculer
sign: signer | signatory: signataire | similar: semblable | single: unique seul | site: site lieu
situation: situation | size: taille | skill: compétence | slow: lent ralentir
slowdown: ralentissement | small: petite petit | social: social | society: société
software: logiciel éditeur | solution: solution | solve: résoudre | source: source | south: sud
sovereign: souverain | sovereignty: souveraineté | space: espace | speak: parler représenter
speaker: intervenant | special: spécial | specialise: spécialiser | specialist: spécialiste
speech: discours | speed: vitesse | spend: dépenser dépense | split: scission séparation
spokesperson: porte-parole | sponsor: soutenir soutien | sport: sport | spring: printemps
stable: stable | staff: salariés effectif | stage: étape | stand: stand | standard: norme
start: démarrer débuter lancement | startup: startup | state: État | station: gare
statistics: statistique chiffres | status: statut | statute: statut | stay: rester
steering: pilotage | step: étape | stop: étape | storage: stockage | store: magasin
strategic: stratégique | strategy: stratégie | strengthen: renforcer | strike: grève
structure: structure | struggle: peiner difficulté | student: étudiant élève | study: étude
style: style | subject: sujet | submit: déposer candidature | subscribe: abonner
subsidiary: filiale | subsidy: subvention | succeed: succéder réussir | success: succès réussite
successor: successeur succéder | suffer: subir | suggest: proposer | sum: somme montant
summer: été | summit: sommet | supercomputer: supercalculateur | supervise: superviser
supplier: fournisseur | supply: fournir fourniture | support: soutenir soutien appui accompagnement
surface: surface | surprise: surprise | survey: enquête baromètre | survive: survivre
suspend: suspendre | sustainable: responsable durable | switch: passer | system: système
table: table | tablet: tablette | take: prendre | takeover: rachat reprise | talent: talent
target: objectif viser publics | tax: impôt fiscal | teach: enseigner | teacher: enseignant
team: équipe | technology: technologie | term: mandat | test: test tester | text: texte
theme: thème fil conducteur | thousand: mille | threat: menace | threshold: seuil
ticket: billet place | time: temps durée | title: titre | today: aujourd'hui | together: ensemble
toll: bilan | tool: outil | topic: thème sujet | total: total | touch: toucher | tour: tour
town: ville | track: filière suivre | trade: professionnelle | traditional: traditionnel
traffic: trafic | train: former formation | trainee: stagiaire | training: formation
transfer: transférer | transform: transformer | transformation: transformation
transition: transition | transport: transport | transposition: transposition | travel: voyage
treasurer: trésorier | treat: traiter | treaty: traité | trend: tendance | trial: essai
triple: tripler | trust: confiance | try: essayer | turnover: chiffre affaires | type: type
undergo: suivre subir | understand: comprendre | unemployed: chômeur demandeur | union: syndicat
unite: réunir | university: université | unveil: dévoiler présenter | update: mise jour
urban: urbain | urgent: urgent | use: utiliser | user: usager utilisateur | vacancy: offre poste
value: valeur | vehicle: véhicule | venue: lieu salle | vice: vice | victim: victime | video: vidéo
view: avis vue | village: village | virtual: virtuel | virus: virus | visible: visible
visit: visiter visite visiteur | visitor: visiteur | vocational: professionnelle | volume: volume
volunteer: bénévole volontaire | vote: voix | voucher: chèque bon
vulnerability: vulnérabilité faille | wage: salaire | wait: attendre | want: vouloir
warn: alerter | warning: alerte | waste: déchets | water: eau | weak: faible | wealth: richesse
website: site | week: semaine | weekly: semaine hebdomadaire | welcome: accueillir | west: ouest
wide: large | win: gagner gagné remporter lauréat | winner: lauréat vainqueur gagnant
winter: hiver | withdraw: retirer | woman: femmes femme | word: mot | work: travailler travail
worker: salarié travailleur | workforce: effectif salarié | workplace: travail
workshop: atelier séance | world: mondial monde | worldwide: monde | worth: valeur | write: écrire
year: année an | yearly: an annuel | young: jeune | youth: jeunes
"""
_IRREGULAR = {
    "women": "woman", "children": "child", "met": "meet", "held": "hold", "won": "win", "led": "lead",
    "spoke": "speak", "began": "begin", "begun": "begin", "ran": "run", "founded": "found", "paid": "pay",
    "spent": "spend", "took": "take", "taken": "take", "built": "build", "wrote": "write", "written": "write",
    "became": "become", "knew": "know", "grew": "grow", "grown": "grow", "chaired": "chair", "bought": "buy",
    "brought": "bring", "came": "come", "chose": "choose", "chosen": "choose", "drew": "draw", "fell": "fall",
    "fought": "fight", "gave": "give", "given": "give", "got": "get", "kept": "keep", "left": "leave",
    "lost": "lose", "made": "make", "rose": "rise", "risen": "rise", "said": "say", "sent": "send",
    "sold": "sell", "taught": "teach", "shrank": "shrink", "sought": "seek", "withdrew": "withdraw",
}  # fmt: skip


# French words that tell the same thing in articles about programmes, events and markets, a family a
# line; a question may use one and its answer another.
_FAMILIES = """
porter mener piloter conduire animer gérer
soutenir soutien soutient soutiennent appuyer appui parrainer
créer création fonder fondation fondateur naître né naissance
lancer lancement démarrer démarrage débuter début commencer
organiser tenir tient tiennent tenu dérouler accueillir
abriter héberger
ouvrir ouverture inaugurer inauguration
diriger direction directeur directrice dirigeant
présider présidence président présidente
coûter coût prix tarif
entreprise société
salarié effectif
adhérent membre
but objectif viser vocation finalité
recruter recrutement embaucher embauche
obtenir obtient obtiennent recevoir reçoit reçoivent
conduire conduit conduisent
élire élu élue élus élection
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
    families = [frozenset(_forms(line)) for line in _FAMILIES.strip().splitlines()]
    return {term: family for family in families for term in family}


def _forms(line: str) -> list[str]:
    """Return the index terms of some words; a verb's third persons can have stems of their own."""
    verbs = [word.removesuffix("er") for word in line.split() if word.endswith("er")]
    return analyse(" ".join([line, *(f"{verb}e {verb}ent" for verb in verbs)]), "fr")


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
