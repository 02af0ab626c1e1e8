"""The model that reads a question and a sentence together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tourbot.embedding import Pair, open_embedding
from tourbot.embedding.cross_encoder import SENTENCE, CrossEncoder, tokens_of, write_words
from tourbot.errors import ModelError


@pytest.fixture(scope="module")
def cross_encoder() -> CrossEncoder:
    """Return the one that comes with the package."""
    found = open_embedding().cross_encoder
    assert found is not None
    return found


def pair(sentence: str, question: str = "Qui préside Loir&Cher Tech ?") -> Pair:
    """Put a sentence under a title."""
    return Pair(question, "Loir&Cher Tech", "", "", sentence)


def test_the_sentence_that_answers_scores_higher(cross_encoder: CrossEncoder) -> None:
    """It is read, not compared word by word."""
    scores = cross_encoder.scores(
        [
            pair("Loir&Cher Tech organise un salon chaque automne."),
            pair("Loir&Cher Tech est présidée par Franck Bataille."),
            pair("Il fait beau à Blois."),
        ]
    )
    assert max(scores) == scores[1]
    assert scores[1] > scores[0] + 2


def test_a_score_does_not_depend_on_the_others(cross_encoder: CrossEncoder) -> None:
    """An answer must not change with what else was found."""
    pairs = [pair("L’association compte 90 membres."), pair("Un salon a lieu en automne. " * 9)]
    together = cross_encoder.scores(pairs)
    assert together == [cross_encoder.scores([one])[0] for one in reversed(pairs)][::-1]


@pytest.mark.parametrize("sentence", ["", "x" * 5000, "mot " * 2000, "数字 🎉"])
def test_any_sentence_has_a_score(cross_encoder: CrossEncoder, sentence: str) -> None:
    """Empty, endless or foreign: a number."""
    assert np.isfinite(cross_encoder.scores([pair(sentence), pair("a", "?" * 2000)])).all()


def test_where_the_parts_stand(cross_encoder: CrossEncoder) -> None:
    """Question and sentence are where their marks say, cut where too long."""
    tokenizer = cross_encoder._tokenizer
    read = tokens_of(Pair("Qui ?", "Titre", "Liste :", "Avant.", "Un mot. " * 99), tokenizer)
    assert tokenizer.decode(read.ids[read.asked].tolist()) == "query: Qui ?"
    assert tokenizer.decode(read.ids[read.said].tolist()).startswith("Un mot. Un mot.")
    assert read.said.stop - read.said.start == SENTENCE
    assert len(read.ids) == len(read.kinds)
    assert set(read.kinds.tolist()) == {0, 1, 2, 3}


def test_a_missing_table_of_words_is_named(cross_encoder: CrossEncoder, tmp_path: Path) -> None:
    """The sentence says how to repair it."""
    tokenizer = cross_encoder._tokenizer
    with pytest.raises(ModelError, match="tourbot model"):
        CrossEncoder(tmp_path, tokenizer)


def test_vectors_of_words_are_kept(tmp_path: Path) -> None:
    """Each row has a scale of its own; one of zeros stays."""
    vectors = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    vectors[3] = 0
    write_words(vectors, tmp_path)
    rows = np.load(tmp_path / "words.npy").astype(np.float32)
    kept = rows * np.load(tmp_path / "word_scales.npy")[:, None]
    assert np.abs(kept - vectors).max() < 0.02
