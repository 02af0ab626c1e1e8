"""Documents cut into passages."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tourbot.chunking import PASSAGE_CHARS, SENTENCE_CHARS, chunk
from tourbot.text.sentences import segments
from tourbot.types import Block, Document, Locator, Metadata, Passage

LINES = [
    "Numeum est né en 2021.",
    "M. Dupont paie 1,7 % (art. 3). Elle signe !",
    "Il faut :",
    "• une carte ;",
    "• un CV, « à jour ? »",
    "• Taux – 2024\u00a0: 30 % ; 2025\u00a0: 20 %",
    "Une ligne sans point",
    "Une phrase assez longue pour remplir un passage à elle seule, ou presque, selon la limite.",
]
lines = st.lists(st.sampled_from(LINES), min_size=1, max_size=8).map("\n".join)
blocks = st.lists(lines, max_size=5)
limits = st.integers(20, 400)


def document(*texts: str, title: str = "Titre") -> Document:
    """Make a document of one block per text, with a heading between blocks."""
    text, found = "", []
    for number, part in enumerate(texts, start=1):
        text += f"Partie {number}\n\n"
        locator = Locator(headings=(title, f"Partie {number}"), page=number)
        found.append(Block(len(text), len(text) + len(part), locator))
        text += part + "\n\n"
    return Document("a/b.md", "0" * 64, Metadata(title=title), "fr", text, tuple(found))


def block_of(passage: Passage, whole: Document) -> Block:
    """Return the block that holds a passage."""
    (block,) = [b for b in whole.blocks if b.start <= passage.start and passage.end <= b.end]
    return block


class TestInvariants:
    """What holds for every text."""

    @given(blocks, limits)
    def test_every_passage_is_a_verbatim_slice(self, texts: list[str], limit: int) -> None:
        """The citation invariant: offsets always lead back to the exact words."""
        whole = document(*texts)
        for passage in chunk(whole, limit):
            assert passage.text == whole.text[passage.start : passage.end]
            assert passage.text.strip()

    @given(blocks, limits)
    def test_no_passage_crosses_a_block(self, texts: list[str], limit: int) -> None:
        """A passage on two pages could name neither."""
        whole = document(*texts)
        for passage in chunk(whole, limit):
            assert block_of(passage, whole).locator == passage.locator

    @given(blocks, limits)
    def test_passages_are_ordered_and_disjoint(self, texts: list[str], limit: int) -> None:
        """Overlaps would count the same words twice in retrieval."""
        found = chunk(document(*texts), limit)
        for before, after in pairwise(found):
            assert before.end <= after.start

    @given(blocks, limits)
    def test_every_sentence_is_in_exactly_one_passage(self, texts: list[str], limit: int) -> None:
        """A lost sentence can never be an answer; half a sentence can mislead."""
        whole = document(*texts)
        found = chunk(whole, limit)
        for block in whole.blocks:
            for segment in segments(whole.text, block.start, block.end):
                holders = [p for p in found if p.start <= segment.start and segment.end <= p.end]
                assert len(holders) == 1

    @given(blocks, limits)
    def test_a_passage_past_the_limit_is_one_sentence(self, texts: list[str], limit: int) -> None:
        """The encoder reads so much and no more; sentences stay whole all the same."""
        whole = document(*texts)
        for passage in chunk(whole, limit):
            if len(passage.text) > limit:
                assert len(segments(whole.text, passage.start, passage.end)) == 1

    @given(blocks, limits)
    def test_no_two_neighbours_of_a_block_would_fit_in_one(
        self, texts: list[str], limit: int
    ) -> None:
        """Passages without context are found badly; an introduction may move on to its list."""
        whole = document(*texts)
        found = chunk(whole, limit)
        for before, after in pairwise(found):
            same = block_of(before, whole) == block_of(after, whole)
            assert not same or after.end - before.start > limit

    @given(blocks, limits)
    def test_ids_are_unique(self, texts: list[str], limit: int) -> None:
        """The vector store keeps one entry per id."""
        ids = [p.id for p in chunk(document(*texts), limit)]
        assert len(ids) == len(set(ids))


class TestPassages:
    """What a passage holds."""

    def test_a_document_without_blocks_has_no_passages(self) -> None:
        """The empty case must not be special to callers."""
        assert chunk(document()) == []

    def test_sentences_fill_a_passage_up_to_the_limit(self) -> None:
        """The limit counts the characters between them too."""
        whole = document("Abcd. Efgh. Ijkl.")
        assert [p.text for p in chunk(whole, 11)] == ["Abcd. Efgh.", "Ijkl."]
        assert [p.text for p in chunk(whole, 10)] == ["Abcd.", "Efgh.", "Ijkl."]

    def test_the_default_limit_is_kept(self) -> None:
        """The measured default is what callers get without asking."""
        found = chunk(document("Numeum est né en 2021. " * 200))
        assert all(len(p.text) <= PASSAGE_CHARS for p in found)
        assert len(found) < 200

    def test_an_introducing_line_goes_with_the_first_item(self) -> None:
        """« Il faut : » alone at the end of a passage loses its list."""
        whole = document("Numeum est né. Il faut :\n• une carte\n• un CV")
        assert [p.text for p in chunk(whole, 22)] == [
            "Numeum est né.",
            "Il faut :\n• une carte",
            "un CV",
        ]

    def test_an_introducing_line_is_left_alone_when_the_item_is_too_long(self) -> None:
        """The limit comes first."""
        whole = document("Il faut :\n• une très longue carte")
        assert [p.text for p in chunk(whole, 15)] == ["Il faut :", "une très longue carte"]

    def test_a_passage_carries_what_a_citation_needs(self) -> None:
        """Nobody should have to look the document up to name a source."""
        (passage,) = chunk(document("Numeum est né."))
        assert (passage.document_id, passage.title, passage.lang) == ("a/b.md", "Titre", "fr")
        assert passage.locator == Locator(("Titre", "Partie 1"), page=1)
        assert passage.id == f"a/b.md@{'0' * 16}#{passage.start}-{passage.end}"

    def test_title_and_headings_are_embedded_but_not_quoted(self) -> None:
        """Context helps retrieval, but is not what the sentence says."""
        (passage,) = chunk(document("Numeum est né."))
        assert passage.text == "Numeum est né."
        assert passage.text_to_embed == "Titre\nPartie 1\nNumeum est né."

    def test_blank_blocks_give_no_passage(self) -> None:
        """A vector of nothing is near to everything."""
        assert chunk(document(" \n\u00a0", "• ")) == []


class TestEndlessSentences:
    """Sentences longer than any model reads."""

    WORDS = "mot " * 2000

    def test_what_no_model_can_read_is_cut_at_spaces(self) -> None:
        """E5 reads 512 tokens; the rest of a longer text would be ignored in silence."""
        found = chunk(document(self.WORDS))
        assert all(len(p.text) <= SENTENCE_CHARS for p in found)
        assert " ".join(p.text for p in found) == self.WORDS.strip()

    def test_text_without_spaces_is_cut_all_the_same(self) -> None:
        """A Base64 attachment is a sentence too."""
        found = chunk(document("a" * 5000))
        assert "".join(p.text for p in found) == "a" * 5000
        assert max(len(p.text) for p in found) == SENTENCE_CHARS

    @given(st.lists(st.sampled_from(["mot", "a" * 40, "b" * 1600, "1,7"]), max_size=300))
    def test_no_letter_is_lost_by_the_cut(self, words: list[str]) -> None:
        """Every word can be found, wherever the cut falls."""
        whole = document(" ".join(words))
        letters = "".join("".join(p.text.split()) for p in chunk(whole))
        assert letters == "".join(words)
