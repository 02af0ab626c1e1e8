"""Sentences, list items and introducing lines."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tourbot.text.sentences import Segment, list_after, segments, split_sentences

# Words, punctuation and spaces in which French sentences go wrong, in any order.
PIECES = [
    *"Numeum Blois M. Mme n° art. etc. J. le la un été À C’est 1,7 % 8 2025 vs.".split(),
    *". ? ! … : ; , « » “ ” ( ) [ ] – — - ... ?!".split(),
    " ",
    " ",
    " ",
    "\u00a0",
    "\u202f",
]
french = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
french_lines = st.lists(french, max_size=6).map("\n".join)
anything = st.one_of(french_lines, st.text(max_size=200))


def sentences(text: str) -> list[str]:
    """Return the sentences themselves."""
    return [text[start:end] for start, end in split_sentences(text)]


def read(text: str) -> list[tuple[str, bool, str | None]]:
    """Return words, list membership and introducing line of each segment."""
    return [
        (text[s.start : s.end], s.item, text[slice(*s.intro)] if s.intro else None)
        for s in segments(text)
    ]


class TestWhereASentenceEnds:
    """Marks that end a sentence."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Numeum recrute. Blois aussi.", ["Numeum recrute.", "Blois aussi."]),
            ("Vraiment ? Oui ! Merci.", ["Vraiment ?", "Oui !", "Merci."]),
            ("Vraiment\u202f? Oui\u00a0! Merci.", ["Vraiment\u202f?", "Oui\u00a0!", "Merci."]),
            ("Quoi ?! Rien.", ["Quoi ?!", "Rien."]),
            ("Attendez… Je viens.", ["Attendez…", "Je viens."]),
            ("Attendez... Je viens.", ["Attendez...", "Je viens."]),
            ("Il paie (à Blois). Elle signe.", ["Il paie (à Blois).", "Elle signe."]),
            ("C’était en 2024. En 2025, non.", ["C’était en 2024.", "En 2025, non."]),
            ("Le taux monte. 20 % suffisent.", ["Le taux monte.", "20 % suffisent."]),
            ("Il sort. Élodie reste.", ["Il sort.", "Élodie reste."]),
            ("Il sort. « Reste », dit-elle.", ["Il sort.", "« Reste », dit-elle."]),
            ("Il sort. – Elle reste.", ["Il sort.", "– Elle reste."]),
            ("Voir numeum.fr. Tout y est.", ["Voir numeum.fr.", "Tout y est."]),
            ("C’est l’école d’art. Elle recrute.", ["C’est l’école d’art.", "Elle recrute."]),
            ("Le cours d’art. L’élève sort.", ["Le cours d’art.", "L’élève sort."]),
            ("Une ligne sans point\nUne autre", ["Une ligne sans point", "Une autre"]),
        ],
    )
    def test_a_terminator_before_a_capital_or_a_number_ends_the_sentence(
        self, text: str, expected: list[str]
    ) -> None:
        """A citation quotes whole sentences and no more."""
        assert sentences(text) == expected


class TestWhereASentenceGoesOn:
    """Marks that do not."""

    @pytest.mark.parametrize(
        "text",
        [
            "M. Dupont préside Numeum.",
            "Mme. Martin et Mlle. Petit sont élues.",
            "Voir MM. Durand et Petit.",
            "Le Dr. Petit et Me. Durand parlent.",
            "La fiche n° 5 et le n. 6 suffisent.",
            "L’art. 3 s’applique, l’al. 2 aussi.",
            "Voir l’art. L. 1222-9, l’art. R 12 et l’art. D123.",
            "Voir chap. IV et art. unique.",
            "Voir p. 12, fig. 4 et chap. 2.",
            "Voir réf. 12 et éd. 3.",
            "Les PME, ETI, etc. sont aidées.",
            "Les PME (ETI, etc.) sont aidées.",
            "J. Dupont préside.",
            "J.-C. Dupont préside.",
            "J.-P. Martin préside.",
            "M.-A. Durand préside.",
            "J. R. R. Durand préside.",
            "Le taux passe de 1,7 % à 1.9 %.",
            "Le prix est de 1.500.000 € environ.",
            "Mr. Smith met Dr. Jones and Mrs. Lee.",
            "Acme Inc. Europe signed.",
            "Le texte dit, e.g. Blois, que c’est permis.",
            "Attendez… je viens.",
            "Une offre : voilà ; suite, fin.",
            "Yahoo! est cité.",
        ],
    )
    def test_these_full_stops_and_marks_do_not_end_it(self, text: str) -> None:
        """A quote cut after « M. » is no sentence that anyone can read."""
        assert sentences(text) == [text]

    @pytest.mark.parametrize(
        "quotation",
        [
            "« Pourquoi moi ? Je l’ignore. »",
            "«\u00a0Pourquoi moi\u202f? Je l’ignore.\u00a0»",
            "“Why me? I do not know.”",
        ],
    )
    def test_a_quotation_is_kept_in_one_piece(self, quotation: str) -> None:
        """No quote may show a lone « or »."""
        assert sentences(f"Il dit : {quotation}") == [f"Il dit : {quotation}"]
        assert sentences(f"{quotation} Elle sort.") == [quotation, "Elle sort."]

    def test_a_question_quoted_within_a_sentence_does_not_end_it(self) -> None:
        """« ? » belongs to the words quoted, not to the sentence around."""
        text = "« Pourquoi moi ? » demande-t-il. Elle sort."
        assert sentences(text) == ["« Pourquoi moi ? » demande-t-il.", "Elle sort."]

    def test_a_mark_that_is_never_closed_hides_no_sentence(self) -> None:
        """One forgotten » must not glue the rest of the document together."""
        assert sentences("Il dit « oui. Elle sort. Fin.") == ["Il dit « oui.", "Elle sort.", "Fin."]

    def test_the_number_of_a_point_is_no_sentence(self) -> None:
        """A lone "1." says nothing."""
        assert sentences("1. Premier point.") == ["1. Premier point."]


class TestLists:
    """Items and what introduces them."""

    @pytest.mark.parametrize(
        "bullet", ["•", "‣", "▪", "◦", "·", "●", "*", "–", "—", "-", "1.", "12)", "a)"]
    )
    def test_a_bullet_makes_an_item_and_stays_outside(self, bullet: str) -> None:
        """The bullet is layout, not words of the document."""
        assert read(f"{bullet} une carte") == [("une carte", True, None)]

    def test_items_know_the_line_that_introduces_them(self) -> None:
        """« un CV » answers nothing without « Il faut : »."""
        assert read("Bonjour. Il faut :\n• une carte ;\n• un CV.") == [
            ("Bonjour.", False, None),
            ("Il faut :", False, None),
            ("une carte ;", True, "Il faut :"),
            ("un CV.", True, "Il faut :"),
        ]

    def test_a_line_without_colon_introduces_nothing(self) -> None:
        """A sentence before a list need not be about it."""
        assert read("Bonjour.\n• une carte") == [
            ("Bonjour.", False, None),
            ("une carte", True, None),
        ]

    def test_a_sentence_between_two_lists_ends_the_first_introduction(self) -> None:
        """The second list would get a false heading."""
        assert read("A :\n• un\nPuis.\n• deux")[-1] == ("deux", True, None)

    def test_an_item_of_two_sentences_is_kept_in_one_piece(self) -> None:
        """An item is what its author saw as one point."""
        assert read("• Le CIR. Il vaut 30 %.") == [("Le CIR. Il vaut 30 %.", True, None)]

    def test_a_very_long_item_is_cut_into_sentences_that_stay_items(self) -> None:
        """A page pasted after a bullet is not quotable in one piece."""
        text = "Il faut :\n• " + "Le dossier est complet. " * 20
        found = read(text)
        assert found[1:] == [("Le dossier est complet.", True, "Il faut :")] * 20

    def test_an_empty_item_is_left_out(self) -> None:
        """Nothing to quote."""
        assert read("• \n• un") == [("un", True, None)]

    def test_a_dash_or_number_within_words_makes_no_item(self) -> None:
        """Dates, compounds and amounts begin lines too."""
        for text in ("14 octobre à Blois", "-5 % en un an", "1.5 point de plus", "a priori oui"):
            assert read(text) == [(text, False, None)]

    def test_list_after_gives_the_items_of_one_introduction_only(self) -> None:
        """A list is quoted whole, its neighbour is not."""
        text = "A :\n• un\n• deux\nB :\n• trois"
        found = segments(text)
        wanted = list_after(found, (0, 3))
        assert [text[s.start : s.end] for s in wanted] == ["un", "deux"]


class TestInvariants:
    """What holds for every text."""

    @given(anything)
    def test_segments_are_trimmed_non_empty_slices(self, text: str) -> None:
        """The citation invariant begins here: nothing but words of the text."""
        for segment in segments(text):
            words = text[segment.start : segment.end]
            assert words
            assert words == words.strip()

    @given(anything)
    def test_segments_are_ordered_and_disjoint(self, text: str) -> None:
        """No word may be quoted twice."""
        found = segments(text)
        for before, after in pairwise(found):
            assert before.end <= after.start

    @given(anything)
    def test_sentences_cover_every_visible_character(self, text: str) -> None:
        """What stands in no sentence could never be found nor cited."""
        uncovered = set(range(len(text)))
        for start, end in split_sentences(text):
            uncovered -= set(range(start, end))
        assert not [text[i] for i in uncovered if not text[i].isspace()]

    @given(st.lists(st.sampled_from(["un", "deux mots", "Trois. Quatre ?"]), min_size=1))
    def test_items_cover_everything_but_their_bullets(self, items: list[str]) -> None:
        """Lists carry most of the facts of a leaflet."""
        text = "\n".join(f"• {item}" for item in items)
        assert [text[s.start : s.end] for s in segments(text)] == items

    @given(anything)
    def test_no_segment_holds_a_line_break(self, text: str) -> None:
        """Parsers write one paragraph, item or row per line."""
        assert not any("\n" in text[s.start : s.end] for s in segments(text))

    @given(anything, st.integers(0, 100), st.integers(0, 100))
    def test_a_stretch_is_cut_as_if_it_were_alone(self, text: str, a: int, b: int) -> None:
        """Passages do not depend on what stands in other blocks."""
        start, end = sorted((min(a, len(text)), min(b, len(text))))
        shift = start

        def moved(segment: Segment) -> Segment:
            intro = segment.intro and (segment.intro[0] + shift, segment.intro[1] + shift)
            return Segment(segment.start + shift, segment.end + shift, segment.item, intro)

        # A space behind the stretch stands for the line break that ends every block.
        text = f"{text[:end]}\n{text[end:]}"
        assert segments(text, start, end) == [moved(s) for s in segments(text[start:end])]

    @given(french_lines)
    def test_an_introduction_is_a_line_before_that_ends_with_a_colon(self, text: str) -> None:
        """An item under a foreign heading would say something false."""
        for segment in segments(text):
            if segment.intro is not None:
                start, end = segment.intro
                assert segment.item
                assert end <= segment.start
                assert text[start:end].endswith(":")

    def test_a_long_row_of_dots_is_read_in_linear_time(self) -> None:
        """Tables of contents are full of leaders, and one file must not stop an ingest."""
        begun = time.perf_counter()
        assert sentences("." * 12_000 + "x") == ["." * 12_000 + "x"]
        assert time.perf_counter() - begun < 1
