"""Index terms and BM25."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tourbot.text.lexical import LexicalIndex, analyse, analyse_question
from tourbot.text.typography import fold

PASSAGES = {
    "a": "L’adhésion à Numeum coûte 8\u202f758 € par an.",
    "b": "Numeum recrute ; Numeum forme.",
    "c": "La Cité du numérique se trouve à Blois.",
    "d": "The membership fee depends on turnover.",
    "e": "…",
}
LANGS = ["fr", "fr", "fr", "en", "fr"]


@pytest.fixture
def index() -> LexicalIndex:
    """An index of five passages, one of them without words."""
    return LexicalIndex.build(list(PASSAGES), list(PASSAGES.values()), LANGS)


def meets(one: str, other: str, lang: str = "fr") -> bool:
    """Return whether BM25 of one text finds the other."""
    return bool(set(analyse(one, lang)) & set(analyse(other, lang)))


class TestSameWord:
    """Two ways to write one word, and one index term."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("l’adhésion", "adhésion"),
            ("l'adhésion", "l’adhésion"),
            ("l‘adhésion", "L`ADHÉSION"),
            ("qu’adhésion", "d’adhésion"),
            ("jusqu’adhésion", "adhésion"),
            ("ADHESION", "adhésion"),
            ("adhe\u0301sion", "adhésion"),
            ("Œuvre", "oeuvre"),
            ("ÉQUIPE", "equipe"),
            ("emplois", "emploi"),
            ("entreprises", "ENTREPRISE"),
            ("réponses", "réponse"),
            ("REPONSES", "réponse"),
            ("français", "française"),
            ("anglais", "anglaise"),
            ("délais", "délai"),
            ("enjeux", "enjeu"),
            ("lois", "loi"),
            ("régionaux", "regional"),
            ("formations", "formation"),
            ("I.A.", "IA"),
            ("\ufb01lière", "filiere"),
        ],
    )
    def test_elision_accents_capitals_and_plurals_make_no_difference(
        self, one: str, other: str
    ) -> None:
        """People type questions without accents, in capitals, with either apostrophe."""
        assert set(analyse(one)) & set(analyse(other))

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("L’adhésion", "adhésion"),
            ("d'Europe", "Europe"),
            ("qu’Atlas", "Atlas"),
            ("de l’Équipe", "Équipe"),
        ],
    )
    def test_an_elided_article_leaves_no_term(self, one: str, other: str) -> None:
        """« l » would be a term that half of all passages hold."""
        assert analyse(one) == analyse(other)


class TestNamesInSeveralPieces:
    """Names joined by a sign, as the documents and as people write them."""

    NUMERIC = ("Numéric'Emploi", "Numéric’Emploi", "NUMÉRIC'EMPLOI", "Numeric-Emploi")

    @pytest.mark.parametrize("name", NUMERIC)
    @pytest.mark.parametrize(
        "typed", ["numeric emploi", "Numéric Emploi", "NUMERICEMPLOI", "numéricemploi", *NUMERIC]
    )
    def test_every_spelling_of_numeric_emploi_finds_it(self, name: str, typed: str) -> None:
        """The brand is written in four ways within one site."""
        assert meets(name, typed)

    @pytest.mark.parametrize(
        ("name", "typed"),
        [
            ("Loir&Cher Tech", "loir cher"),
            ("Loir&Cher", "LOIRCHER"),
            ("Loir-et-Cher", "loiretcher"),
            ("Loir-et-Cher", "Loir et Cher"),
            ("e-commerce", "ecommerce"),
            ("start-ups", "startup"),
            ("start-up", "startups"),
            ("cyber-réponse", "cyberréponse"),
            ("Planet’Tech@Care", "planettechcare"),
            ("R&D", "RD"),
            ("aujourd’hui", "AUJOURD'HUI"),
        ],
    )
    def test_the_joined_and_the_split_spelling_meet(self, name: str, typed: str) -> None:
        """The name in one piece must go through the same stemmer as a word typed in one piece."""
        assert meets(name, typed)
        assert set(analyse(typed)) <= set(analyse(name))


class TestNumbers:
    """Figures are what most questions ask for."""

    @pytest.mark.parametrize(
        "written",
        ["8758", "8 758", "8\u00a0758", "8\u202f758", "8\u2009758", "8,758", "8758 €", "(8 758)"],
    )
    def test_thousands_separators_make_no_difference(self, written: str) -> None:
        """Documents come with every kind of space."""
        assert analyse(written) == ["8758"]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("1,7 %", "1.7 %"),
            ("0,125", "0.125"),
            ("8\u202f758,50", "8,758.50"),
            ("12 345 678", "12,345,678"),
            ("20%", "20 %"),
            ("20\u202f%", "20 %"),
        ],
    )
    def test_french_and_english_notation_give_the_same_term(self, one: str, other: str) -> None:
        """An English question must find a French figure."""
        assert analyse(one) == analyse(other)
        assert len(analyse(one)) == 1

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2025 120 projets", ["2025", "120"]),
            ("1 500 à 2 000", ["1500", "2000"]),
            ("02 54 55", ["02", "54", "55"]),
            ("1,7", ["1.7"]),
            ("12.", ["12"]),
            ("3 8 5", ["3", "8", "5"]),
        ],
    )
    def test_different_numbers_stay_apart(self, text: str, expected: list[str]) -> None:
        """A year glued to an amount is found by neither."""
        assert analyse(text)[: len(expected)] == expected

    def test_a_name_with_a_digit_is_one_term(self) -> None:
        """NIS2 and 5G are words."""
        assert analyse("NIS2 et 5G") == ["nis2", "5g"]


class TestStopwords:
    """Words that carry no subject."""

    @pytest.mark.parametrize(
        "question",
        [
            "Qu'est-ce que c'est ?",
            "Est-ce que ?",
            "Qui est-ce ?",
            "Quels sont les… ?",
            "Y a-t-il ?",
            "Où et quand ?",
        ],
    )
    def test_a_question_without_subject_has_no_terms(self, question: str) -> None:
        """BM25 would take "quel" or "estce" for a rare and telling term."""
        assert analyse(question) == []

    def test_they_depend_on_the_language(self) -> None:
        """English "par" and French « the » mean something."""
        assert analyse("the", "fr") == ["the"]
        assert analyse("the", "en") == []

    def test_a_question_is_analysed_as_each_language_of_the_documents(self) -> None:
        """An English question about French documents needs the stems of both."""
        assert analyse_question("régionaux", ["fr", "en"]) == list(
            dict.fromkeys(analyse("régionaux", "fr") + analyse("régionaux", "en"))
        )

    def test_a_question_has_each_term_once(self) -> None:
        """Saying a word twice does not make it twice as telling."""
        assert len(analyse_question("emploi emploi", ["fr"])) == 1


class TestEast:
    """« est » is a verb in half of all sentences, and a part of a region's name."""

    @pytest.mark.parametrize(
        "text", ["Grand Est", "grand est", "GRAND EST", "Grand\u202fEst", "le Grand Est ?"]
    )
    def test_the_region_keeps_its_name_however_it_is_typed(self, text: str) -> None:
        """« grand » alone is found everywhere."""
        assert analyse(text) == ["grand", "est"]

    @pytest.mark.parametrize("text", ["dans l’Est", "la région Est", "le Nord-Est"])
    def test_a_capital_within_a_sentence_makes_a_name(self, text: str) -> None:
        """Nobody writes the verb so."""
        assert "est" in analyse(text)

    @pytest.mark.parametrize("text", ["Est-ce Numeum ?", "Qui est Numeum ?", "QUI EST NUMEUM ?"])
    def test_the_verb_is_no_term(self, text: str) -> None:
        """BM25 would look for it."""
        assert analyse(text) == ["numeum"]


class TestNumberedNames:
    """Acronyms with a number, written in one piece or in two."""

    @pytest.mark.parametrize(("name", "joined"), [("NIS 2", "nis2"), ("ISO 27001", "iso27001")])
    def test_the_two_spellings_meet(self, name: str, joined: str) -> None:
        """Laws and standards are written in both ways within one page."""
        assert joined in analyse(f"La norme {name}, en bref")

    @pytest.mark.parametrize("text", ["PME 2025", "CIR 30 %", "NIS 2 500 €", "TVA 5,5", "IA 3.5"])
    def test_years_amounts_and_shares_are_not_part_of_a_name(self, text: str) -> None:
        """A term that no question holds is dead weight."""
        assert not any(t[0].isalpha() and t[-1].isdigit() for t in analyse(text))


class TestInvariants:
    """What holds for every text."""

    @given(st.text(max_size=80), st.sampled_from(["fr", "en"]))
    def test_terms_are_folded_and_hold_no_space(self, text: str, lang: str) -> None:
        """A term that no question can produce is dead weight."""
        for term in analyse(text, lang):
            assert term
            assert not any(c.isspace() for c in term)
            assert term == fold(term)

    @given(st.text(st.sampled_from("aéîœLQ’'-& .,\u202f"), max_size=40))
    def test_capitals_make_no_difference(self, text: str) -> None:
        """The same holds for every mixture of signs; « NIS 2 » and « l’Est » are the exceptions."""
        assert set(analyse(text.upper())) == set(analyse(text.lower()))

    @given(st.text(st.sampled_from("aéloqu’-& 017.,\u00a0"), max_size=40))
    def test_either_apostrophe_and_either_space_give_the_same_terms(self, text: str) -> None:
        """Word processors choose them, not authors."""
        other = text.replace("’", "'").replace("\u00a0", "\u202f")
        assert analyse(text) == analyse(other)


class TestIndex:
    """BM25 over passages."""

    def test_scores_follow_the_published_formula(self, index: LexicalIndex) -> None:
        """Lucene's BM25 with k1 = 1.2 and b = 0.75, worked out by hand for one term."""
        (term,) = analyse("recrute")
        lengths = [
            len(analyse(text, lang)) for text, lang in zip(PASSAGES.values(), LANGS, strict=True)
        ]
        idf = math.log(1 + (5 - 1 + 0.5) / (1 + 0.5))
        norm = 1.2 * (1 - 0.75 + 0.75 * lengths[1] / (sum(lengths) / 5))
        expected = [0, idf * 1 / (1 + norm), 0, 0, 0]
        assert index.scores([term]) == pytest.approx(expected, rel=1e-5)

    def test_scores_are_float32_in_the_order_of_ids(self, index: LexicalIndex) -> None:
        """Fusion adds them to dense scores row by row."""
        scores = index.scores(analyse("Cité du numérique à Blois"))
        assert (scores.dtype, scores.shape) == (np.float32, (5,))
        assert index.ids[int(scores.argmax())] == "c"
        assert index.row("c") == 2

    @pytest.mark.parametrize(
        ("question", "best"),
        [
            ("ADHESION", "a"),
            ("8758", "a"),
            ("formation de Numeum", "b"),
            ("l'cité numerique", "c"),
            ("fees", "d"),
        ],
    )
    def test_each_passage_is_found_by_its_own_words(
        self, index: LexicalIndex, question: str, best: str
    ) -> None:
        """Analysis of documents and of questions must agree."""
        scores = index.scores(analyse_question(question, ["fr", "en"]))
        assert index.ids[int(scores.argmax())] == best

    def test_unknown_terms_score_zero_everywhere(self, index: LexicalIndex) -> None:
        """Nothing in common is no evidence at all."""
        assert index.scores(["zzz"]).tolist() == [0] * 5
        assert index.scores([]).tolist() == [0] * 5

    def test_an_unknown_term_does_not_disturb_the_known_ones(self, index: LexicalIndex) -> None:
        """A typing error in one word leaves the others their weight."""
        assert index.scores(["zzz", "bloi"]).tolist() == index.scores(["bloi"]).tolist()

    def test_idf_is_robertsons(self, index: LexicalIndex) -> None:
        """Two of five passages name Numeum, none names zzz."""
        (term,) = analyse("Numeum")
        assert index.idf(term) == pytest.approx(math.log(1 + 3.5 / 2.5))
        assert index.idf("zzz") == pytest.approx(math.log(1 + 5.5 / 0.5))

    def test_it_knows_which_terms_it_holds(self, index: LexicalIndex) -> None:
        """A question word that no document holds is a reason to abstain."""
        (term,) = analyse("Numeum")
        assert term in index
        assert "zzz" not in index
        assert "" not in index

    def test_a_saved_index_reads_back_the_same(self, index: LexicalIndex, tmp_path: Path) -> None:
        """A generation is built by one process and read by another."""
        index.save(tmp_path / "new" / "lexical")
        read = LexicalIndex.load(tmp_path / "new" / "lexical")
        terms = analyse("Numeum recrute à Blois")
        assert read.ids == index.ids
        assert read.scores(terms).tolist() == index.scores(terms).tolist()
        assert [read.idf(t) for t in terms] == [index.idf(t) for t in terms]

    def test_it_is_never_written_over_another(self, index: LexicalIndex, tmp_path: Path) -> None:
        """Generations are immutable."""
        index.save(tmp_path / "lexical")
        with pytest.raises(FileExistsError):
            index.save(tmp_path / "lexical")

    def test_texts_and_ids_that_do_not_pair_are_refused(self) -> None:
        """A shifted row would cite the wrong passage."""
        with pytest.raises(ValueError, match=r"shorter|longer|ids"):
            LexicalIndex.build(["a", "b"], ["Un texte"], ["fr"])


class TestEmptyIndex:
    """No passages, or none with words."""

    @pytest.mark.parametrize("ids", [[], ["a"], ["a", "b"]])
    def test_it_scores_nothing_before_and_after_saving(
        self, ids: list[str], tmp_path: Path
    ) -> None:
        """The first start has no documents, and must say so rather than crash."""
        index = LexicalIndex.build(ids, ["…"] * len(ids), ["fr"] * len(ids))
        index.save(tmp_path / "lexical")
        for one in (index, LexicalIndex.load(tmp_path / "lexical")):
            assert one.ids == ids
            assert one.scores(["numeum"]).tolist() == [0] * len(ids)
            assert "numeum" not in one
            assert one.idf("numeum") == pytest.approx(math.log(1 + (len(ids) + 0.5) / 0.5))
