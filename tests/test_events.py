"""What happens when: questions about dates, answered from the dated sentences of the documents."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from support import said, write

from tourbot.answering import events
from tourbot.assistant import Assistant
from tourbot.chronology import Chronology
from tourbot.embedding import Embedding
from tourbot.index import Fingerprint
from tourbot.ingestion import ingest
from tourbot.store import Store
from tourbot.text import dates
from tourbot.wording import answer_text

TODAY = dt.date(2025, 10, 1)
HEAD = "---\ntitle: {}\nkind: evenement\ndate: {}\nregion: {}\n---\n"
FAIRS = {
    "tours.md": HEAD.format("Salon du code à Tours", "2025-03-05", "Centre-Val de Loire")
    + "Le Salon du code a eu lieu le 5 mars 2025 à Tours. Il a réuni 300 personnes.\n\n"
    + "Un accord maintient le Salon du code à Tours jusqu’en 2029.\n",
    "lyon.md": HEAD.format("Forum des données", "2025-11-12", "Auvergne-Rhône-Alpes")
    + "Le Forum des données se tient du 12 au 13 novembre 2025 à Lyon.\n",
    "brest.md": HEAD.format("Journée de la mer", "2026-02", "Bretagne")
    + "La Journée de la mer aura lieu en février 2026 à Brest.\n",
    "evenements.csv": "Nom ;Places\nLe bal ;30\nLe banquet ;60\n",
    "guide.md": "---\ntitle: Guide\nkind: guide\n---\nLe guide est paru le 20 novembre 2025.\n",
}


@pytest.fixture(scope="module")
def fairs(tmp_path_factory: pytest.TempPathFactory, real_embedding: Embedding) -> Store:
    """Three events around the first of October 2025, and a date that is no event."""
    base = tmp_path_factory.mktemp("fairs")
    store = Store(base / "home")
    ingest(write(base / "documents", FAIRS), store, real_embedding)
    return store


@pytest.fixture(scope="module")
def agenda(fairs: Store, real_embedding: Embedding) -> Assistant:
    """An assistant over these events."""
    return Assistant(fairs.index, real_embedding)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Quels événements en novembre 2025 ?", "2025-11-01", "2025-11-30"),
        ("Quels événements en novembre ?", "2025-11-01", "2025-11-30"),
        ("Quels événements en mars ?", "2026-03-01", "2026-03-31"),
        ("Quels événements ont eu lieu en mars ?", "2025-03-01", "2025-03-31"),
        ("Quels événements avant le 12 mars 2025 ?", "0001-01-01", "2025-03-11"),
        ("Quels salons depuis 2024 ?", "2024-01-01", "9999-12-31"),
        ("Quels rendez-vous après mars 2025 ?", "2025-04-01", "9999-12-31"),
        ("What events between May 2024 and June 2025?", "2024-05-01", "2025-06-30"),
        ("Quels sont les prochains événements ?", "2025-10-01", "9999-12-31"),
        ("What were the last events?", "0001-01-01", "2025-10-01"),
    ],
)
def test_the_days_asked_for(question: str, first: str, last: str) -> None:
    """A month without a year is the next one, or in the past tense the last one."""
    found = events.asked(question, "fr", TODAY)
    assert found is not None
    assert (str(found.first), str(found.last)) == (first, last)


@pytest.mark.parametrize(
    "question",
    [
        "Combien d’événements en 2024 ?",
        "Qui organise l’événement de mars 2025 ?",
        "Quels événements ?",
        "Quel budget en 2024 ?",
    ],
)
def test_other_questions_are_read_as_before(question: str) -> None:
    """They ask for a number, a name, or no days at all."""
    assert events.asked(question, "fr", TODAY) is None


class TestAnswers:
    @pytest.mark.parametrize(
        ("question", "found"),
        [
            ("Quels événements en novembre ?", ["12 au 13 novembre"]),
            ("Quels sont les prochains événements ?", ["12 au 13 novembre", "février 2026"]),
            ("Quel est le prochain événement ?", ["12 au 13 novembre"]),
            ("What events took place before June 2025?", ["5 mars 2025"]),
            ("Quels événements à venir en Bretagne ?", ["février 2026"]),
            ("Quels forums en 2025 ?", ["12 au 13 novembre"]),
        ],
    )
    def test_the_events_of_these_days_and_no_others(
        self, agenda: Assistant, question: str, found: list[str]
    ) -> None:
        """In the order of their dates, each with its own source."""
        answer = agenda.ask(question, today=TODAY)
        assert len(answer.citations) == len(found)
        for citation, words in zip(answer.citations, found, strict=True):
            assert words in citation.quote

    def test_no_event_is_said_to_be_none(self, agenda: Assistant) -> None:
        """A sentence about another month would be a wrong answer."""
        answer = agenda.ask("Quels événements en janvier 2030 ?", today=TODAY)
        assert answer.abstained
        assert "aucun événement" in answer_text(answer)
        assert answer.near, "what comes closest is promised"

    def test_days_counted_from_today_are_shown(self, agenda: Assistant) -> None:
        """A visitor must see from when the page counted."""
        answer = agenda.ask("What is coming up?", today=TODAY)
        assert "from 1 October 2025" in answer.understood

    def test_none_to_come_is_said_and_nothing_past_is_given_for_it(self, agenda: Assistant) -> None:
        """« Le prochain salon » when the last one is over."""
        answer = agenda.ask("Où a lieu le prochain Salon du code ?", today=TODAY)
        assert answer.abstained
        assert answer.near
        assert "pas de prochaine date" in answer_text(answer)

    def test_what_is_over_is_marked(self, agenda: Assistant) -> None:
        """The same sentence is news in February and history in October."""
        question = "Où a lieu le Salon du code ?"
        before, after = (agenda.ask(question, today=d) for d in (dt.date(2025, 2, 1), TODAY))
        assert said(before) == said(after)
        assert [c.past for c in (*before.citations[:1], *after.citations[:1])] == [False, True]

    def test_events_of_any_kind_are_no_follow_up(self, agenda: Assistant) -> None:
        """« Quels événements à venir ? » after a question on a fair is about all of them."""
        understood = agenda.understand(
            "Quels événements à venir ?", ["Qui ouvre le Salon du code ?"]
        )
        assert understood == "Quels événements à venir ?"


class TestRecurring:
    """Events of which one of many days is asked for: the words of all their sentences are alike."""

    @staticmethod
    def event(summary: str, begins: str, rule: str, more: str = "") -> str:
        """Write an event of two hours that recurs."""
        day, hour = begins.split("T")
        return (
            f"BEGIN:VEVENT\r\nUID:{summary}\r\nDTSTART:{begins}\r\n"
            f"DTEND:{day}T{int(hour[:2]) + 2:02}{hour[2:]}\r\nRRULE:{rule}\r\n"
            f"SUMMARY:{summary}\r\n{more}END:VEVENT\r\n"
        )

    @pytest.fixture(scope="class")
    def club(
        self, tmp_path_factory: pytest.TempPathFactory, real_embedding: Embedding
    ) -> Assistant:
        """A calendar of things that happen every week or month, and pages that tell of stages."""
        base = tmp_path_factory.mktemp("club")
        year = dt.date.today().year
        events = (
            self.event(
                "Apéro des tisserands",
                f"{year}0105T180000",
                "FREQ=MONTHLY;BYMONTHDAY=5",
                "LOCATION:Halle de Vierzon\r\n",
            ),
            self.event("Permanence comptable", f"{year}0106T090000", "FREQ=WEEKLY;BYDAY=TU"),
            self.event("Café des parents", f"{year}0108T080000", "FREQ=MONTHLY;BYDAY=3TH"),
        )
        stages = "\n".join(
            f"- Étape de {town} : 5 {month} {year}"
            for town, month in (
                ("Nantes", "octobre"),
                ("Rennes", "novembre"),
                ("Brest", "décembre"),
            )
        )
        files = {
            "agenda.ics": f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n",
            "tour.md": HEAD.format("Tour des ports", f"{year}-09-01", "") + stages + "\n",
            "atelier.md": f"# L’atelier\n\nL’atelier reliure a eu lieu le 3 octobre {year}. "
            f"L’atelier reliure aura lieu le 5 décembre {year}. Inscription à l’atelier reliure "
            f"avant le 30 novembre {year}, auprès de Zoé Colin.\n",
        }
        store = Store(base / "home")
        ingest(write(base / "documents", files), store, real_embedding)
        return Assistant(store.index, real_embedding)

    @pytest.mark.parametrize(
        ("question", "day", "found"),
        [
            ("Quand a lieu le prochain apéro des tisserands ?", (11, 29), "5 décembre"),
            ("Quand a lieu le prochain apéro des tisserands ?", (11, 2), "5 novembre"),
            ("Quelle est la date du prochain apéro ?", (4, 9), "5 mai"),
            ("C’est quand, le prochain apéro des tisserands ?", (12, 30), "5 janvier"),
            ("Quand a eu lieu le dernier apéro des tisserands ?", (11, 29), "5 novembre"),
            ("Quand s’est tenu le dernier apéro des tisserands ?", (3, 1), "5 février"),
            ("When is the next apéro des tisserands?", (7, 14), "5 août"),
            ("Quand aura lieu la prochaine étape du tour ?", (11, 10), "5 décembre"),
            ("Quand a eu lieu la dernière étape du tour ?", (11, 10), "5 novembre"),
            ("Quand a lieu le prochain atelier reliure ?", (11, 10), "5 décembre"),
            ("Quand a eu lieu le dernier atelier reliure ?", (11, 10), "3 octobre"),
        ],
    )
    def test_the_day_that_was_understood_is_the_day_that_is_quoted(
        self, club: Assistant, question: str, day: tuple[int, int], found: str
    ) -> None:
        """« 5 décembre » was understood and « 5 novembre » quoted: both are like the question."""
        answer = club.ask(question, today=dt.date.today().replace(month=day[0], day=day[1]))
        assert found in answer_text(answer)
        assert len(answer.citations) == 1
        (quoted, *_), (understood, *_) = map(
            dates.periods, (answer.citations[0].quote, answer.understood)
        )
        assert quoted.meets(understood)

    @pytest.mark.parametrize("month", range(1, 13))
    def test_of_an_event_of_each_week_no_day_is_overlooked(
        self, club: Assistant, month: int
    ) -> None:
        """Its days fill more passages than are found by likeness."""
        today = dt.date.today().replace(month=month, day=11)
        coming = today + dt.timedelta(days=-today.weekday() % 7 + 1)
        answer = club.ask("Quand est la prochaine permanence comptable ?", today=today)
        assert [dates.periods(c.quote)[0].first for c in answer.citations] == [coming]

    def test_what_else_is_told_of_it_is_found(self, club: Assistant) -> None:
        """The place stands once, after all the days."""
        today = dt.date.today().replace(month=11, day=29)
        answer = club.ask("Où a lieu le prochain apéro des tisserands ?", today=today)
        assert "Vierzon" in said(answer)

    def test_a_deadline_is_no_day_of_the_event(self, club: Assistant) -> None:
        """« avant le 30 novembre » is before the workshop, and answers another question."""
        today = dt.date.today().replace(month=11, day=10)
        answer = club.ask("Jusqu’à quand s’inscrire au prochain atelier reliure ?", today=today)
        assert "(5 décembre" in answer.understood
        assert answer.abstained or "30 novembre" in said(answer)


def test_the_chronology_is_kept_with_the_index(
    fairs: Store, real_embedding: Embedding, tmp_path: Path
) -> None:
    """What is loaded is what was built, and dates are found by day."""
    generation = fairs.index.open(Fingerprint(real_embedding.fingerprint))
    catalogue = generation.catalogue
    built = Chronology.build(catalogue.documents(), catalogue.passages())
    built.save(tmp_path / "dates.json")
    loaded = Chronology.load(tmp_path / "dates.json")
    first, last = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
    assert loaded.between(first, last) == built.between(first, last)
    assert generation.chronology.between(first, last) == built.between(first, last)
    assert [
        e.period.precision for e in loaded.between(dt.date(2026, 2, 2), last.replace(2026))
    ] == ["month"]
    generation.close()
