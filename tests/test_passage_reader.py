"""What a model that reads a question and a whole passage together is given, and what it returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from tourbot.embedding import model_folder, open_embedding, passage_reader
from tourbot.embedding.passage_reader import (
    MOST_TOKENS,
    PASSAGE,
    PassageReader,
    Reading,
    masks,
    tokens_of,
)
from tourbot.embedding.words import Words
from tourbot.reading.passages import reading, terms_of

SEGMENTS = (
    "Loir&Cher Tech organise un salon chaque automne.",
    "L’association est présidée par Franck Bataille depuis 2021.",
    "Il fait beau à Blois.",
)


class Layers:
    """Stands for the layers: a segment scores as many as it has tokens, answers begin at 21."""

    def __init__(self) -> None:
        self.runs = 0

    def run(self, _names: None, feed: dict[str, Any]) -> list[np.ndarray]:
        self.runs += 1
        said, count = feed["said"], feed["words"].shape[1]
        spans = np.zeros((1, count, 2), dtype=np.float32)
        spans[0, np.flatnonzero(said[0, 0])[0]] = 5
        return [said.sum(axis=2), feed["asked"].sum(axis=1), spans]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Return the prepared model's."""
    return Tokenizer.from_file(str(model_folder() / "tokenizer.json"))


@pytest.fixture
def layers() -> Layers:
    """Return some that can be checked by eye."""
    return Layers()


@pytest.fixture
def reader(tokenizer: Tokenizer, layers: Layers, monkeypatch: pytest.MonkeyPatch) -> PassageReader:
    """Return a reader over them."""
    monkeypatch.setattr(passage_reader, "open_session", lambda _path, _threads: layers)
    return PassageReader(Words(model_folder()), tokenizer)


def asked(question: str = "Qui préside Loir&Cher Tech ?", *segments: str) -> Reading:
    """Put segments under a title and a heading."""
    terms = terms_of(question, "fr", "fr", lambda term: 2.0 if term else 4.0)
    return reading(question, ("Loir&Cher Tech", "L’équipe"), segments or SEGMENTS, "fr", terms)


def test_each_segment_and_the_passage_have_a_score(reader: PassageReader) -> None:
    """In the order of the segments."""
    (read,) = reader.read([asked()])
    assert read.segments.shape == (3,)
    assert int(read.segments.argmin()) == 2
    assert read.passage > 0


def test_a_passage_is_read_once(reader: PassageReader, layers: Layers) -> None:
    """What was read is remembered."""
    one, other = asked(), asked("Où ?")
    first = reader.read([one, other])
    assert reader.read([other, one]) == first[::-1]
    assert layers.runs == 2


@pytest.mark.parametrize("segment", ["", "x" * 5000, "mot " * 2000, "数字 🎉"])
def test_any_segment_has_a_score(reader: PassageReader, segment: str) -> None:
    """Empty, endless or foreign: a number; what is cut off counts as the least convincing."""
    (read,) = reader.read([asked("?" * 2000, SEGMENTS[1], segment, SEGMENTS[0])])
    assert np.isfinite(read.segments).all()
    assert read.segments.min() > 0


def test_where_the_parts_stand(tokenizer: Tokenizer) -> None:
    """Question and segments are where their marks say, cut where too long."""
    tokens = tokens_of(asked("Qui ?", "Un mot. ", "deux " * 999, "trois"), tokenizer)
    assert tokenizer.decode(tokens.ids[tokens.asked].tolist()) == "query: Qui ?"
    assert tokenizer.decode(tokens.ids[tokens.said[0]].tolist()).startswith("Un mot.")
    assert tokens.said[1].stop - tokens.said[1].start < PASSAGE
    assert tokens.said[2].start == tokens.said[2].stop
    assert len(tokens.ids) == len(tokens.kinds) == len(tokens.marks) == len(tokens.offsets)
    assert len(tokens.ids) <= MOST_TOKENS
    said, question = masks(tokens)
    assert said.shape == (3, len(tokens.ids))
    assert not (said * question).any()


def test_shared_words_are_marked(tokenizer: Tokenizer) -> None:
    """« préside » and « présidée » are one word; small words are none."""
    tokens = tokens_of(asked(), tokenizer)
    marked = tokenizer.decode(tokens.ids[tokens.marks > 0].tolist())
    assert "présid" in marked
    assert "est" not in marked.split()


def test_the_shortest_answer_stands_in_its_segment(reader: PassageReader) -> None:
    """Where it seems to begin and end most, within so many characters."""
    (read,) = reader.read([asked()])
    found = read.shortest(0, 40)
    assert found is not None
    assert SEGMENTS[0][slice(*found)].startswith("Lo")
    assert read.shortest(0, 0) is None


def test_an_english_question_has_french_terms() -> None:
    """Words are put into French where the glossary knows them, and marked by how rare they are."""
    found = dict(terms_of("What does membership cost?", "en", "fr", lambda t: 2.0 if t else 8.0))
    assert found
    assert set(found.values()) == {1}


def test_what_stands_above_is_told_once() -> None:
    """A heading that repeats the title says nothing new; an introducing line comes last."""
    read = reading("Où ?", ("Tour", "Tour", "Dates", ""), ["Ici."], "fr", frozenset(), "Étapes :")
    assert read.above == ("Tour", "Dates", "Étapes :")


@pytest.fixture(scope="module")
def real_reader() -> PassageReader:
    """Return the one that comes with the package."""
    found = open_embedding().passage_reader
    assert found is not None
    return found


def test_the_segment_that_answers_scores_highest(real_reader: PassageReader) -> None:
    """It is read, not compared word by word; where nothing answers the passage says so."""
    (read,) = real_reader.read([asked()])
    assert int(read.segments.argmax()) == 1
    (other,) = real_reader.read([asked("Combien coûte l’adhésion ?")])
    assert read.passage > other.passage + 2
    span = read.shortest(1, 60)
    assert span is not None
    assert "Franck" in SEGMENTS[1][slice(*span)]


def test_an_english_question_is_read_beside_a_french_passage(real_reader: PassageReader) -> None:
    """Members ask in both languages."""
    (read,) = real_reader.read([asked("Who chairs the association?")])
    assert int(read.segments.argmax()) == 1
