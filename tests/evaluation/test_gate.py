"""The gate holds a good run, and falls for each of three programs that were broken on purpose."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from support import REPO, copied

from tourbot.embedding import Embedding
from tourbot.errors import UsageError
from tourbot.evaluation import adapters, gate
from tourbot.evaluation.bootstrap import Figure
from tourbot.evaluation.figures import figures
from tourbot.evaluation.measure import documents_of, sample
from tourbot.evaluation.questions import Dataset, Question
from tourbot.evaluation.run import Run, ask_all
from tourbot.evaluation.systems import Asked, Tourbot
from tourbot.index import Fingerprint
from tourbot.store import Store
from tourbot.text import lexical
from tourbot.types import Answer

GOLDEN = REPO / "evaluation" / "questions.jsonl"
COMMITTED = REPO / "evaluation" / "thresholds.toml"
LOOSE = """\
data = "golden"
[at_least]  # moved up from nought by the run of the program as it is
"retrieval/nDCG@10" = 0.0
"answers/right" = 0.0
"answers/contained" = 0.0
"citations/precision" = 0.0
"citations/verbatim" = 0.0
"abstention/F1" = 0.0
[at_most]
"abstention/AURC" = 1.0
"""


@pytest.fixture(scope="module")
def golden() -> Dataset:
    """A sample of the development questions."""
    return sample(adapters.load(GOLDEN, "dev"), 40)


@pytest.fixture(scope="module")
def thresholds(
    golden: Dataset,
    real_store: Store,
    real_embedding: Embedding,
    tmp_path_factory: pytest.TempPathFactory,
) -> gate.Thresholds:
    """Bounds set by the program as it is, through the ratchet."""
    path = tmp_path_factory.mktemp("gate") / "thresholds.toml"
    path.write_text(LOOSE, encoding="utf-8")
    found = measured(Tourbot(real_store.index, real_embedding), golden, real_store, real_embedding)
    moved = gate.ratchet(path, found)
    assert set(moved) == set(gate.Thresholds.load(path).bounds)
    assert "moved up from nought" in path.read_text(encoding="utf-8")
    bounds = gate.Thresholds.load(path)
    assert gate.check(bounds, "golden", found) == []
    return bounds


def measured(
    system: Tourbot, golden: Dataset, store: Store, embedding: Embedding
) -> dict[str, Figure]:
    """Return the figures of a system on the sample."""
    documents = documents_of(store.index, embedding)
    return figures(Run({}, ask_all(system, golden.questions, documents)))


def fallen(thresholds: gate.Thresholds, found: dict[str, Figure]) -> set[str]:
    """Return the names of the figures that fell."""
    return {f.name for f in gate.check(thresholds, "golden", found)}


class Shuffled(Tourbot):
    """Cites, for the right words, the place of another passage."""

    def ask(self, question: Question, without: Collection[str] = ()) -> Asked:
        asked = super().ask(question, without)
        return dataclasses.replace(asked, answer=self._shuffle(asked.answer))

    @staticmethod
    def _shuffle(answer: Answer) -> Answer:
        if not answer.citations:
            return answer
        elsewhere = answer.passages[-1].passage
        return dataclasses.replace(
            answer,
            citations=tuple(
                dataclasses.replace(
                    c,
                    document_id=elsewhere.document_id,
                    start=elsewhere.start,
                    end=elsewhere.start + len(c.quote),
                )
                for c in answer.citations
            ),
        )


class TestABrokenProgramIsCaught:
    def test_answering_everything(
        self,
        thresholds: gate.Thresholds,
        golden: Dataset,
        real_store: Store,
        real_embedding: Embedding,
    ) -> None:
        """Threshold 0: no answer is ever withheld."""
        broken = Tourbot(real_store.index, real_embedding, threshold=0.0)
        found = measured(broken, golden, real_store, real_embedding)
        assert {"abstention/F1"} <= fallen(thresholds, found)

    def test_citing_the_wrong_place(
        self,
        thresholds: gate.Thresholds,
        golden: Dataset,
        real_store: Store,
        real_embedding: Embedding,
    ) -> None:
        """The answers read as well as before; only their citations lead elsewhere."""
        broken = Shuffled(real_store.index, real_embedding)
        found = measured(broken, golden, real_store, real_embedding)
        assert {"citations/precision", "citations/verbatim"} <= fallen(thresholds, found)

    @pytest.fixture
    def unstemmed(
        self, real_store: Store, real_embedding: Embedding, tmp_path: Path
    ) -> Iterator[Store]:
        """The same documents, indexed and asked without stemming."""

        class Same:
            def stemWord(self, word: str) -> str:  # noqa: N802 - the library's own name
                return word

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lexical, "_stemmer", lambda _: Same())
            patch.setattr(lexical, "_singular", lambda stem: stem)
            lexical._terms.cache_clear()
            store = Store(copied(real_store.home, tmp_path / "home"))
            catalogue = store.open_catalogue()
            store.index.build(catalogue, Fingerprint(real_embedding.fingerprint))
            catalogue.close()
            yield store
        lexical._terms.cache_clear()

    def test_no_stemming(
        self,
        thresholds: gate.Thresholds,
        golden: Dataset,
        unstemmed: Store,
        real_embedding: Embedding,
    ) -> None:
        """Plurals and verb forms no longer meet: sentences that answer are not recognised."""
        found = measured(
            Tourbot(unstemmed.index, real_embedding), golden, unstemmed, real_embedding
        )
        assert {"abstention/AURC"} <= fallen(thresholds, found)


class TestThresholds:
    def test_the_committed_file_is_read(self) -> None:
        """CI holds the development questions against it."""
        committed = gate.Thresholds.load(COMMITTED)
        assert committed.data == "questions-dev"
        assert len(committed.bounds) >= 8
        assert all(0 <= bound <= 1 for bound in committed.bounds.values())

    def test_there_are_bounds_for_documents_not_fitted_on(self) -> None:
        """They are asked for where those documents are at hand."""
        unseen = gate.Thresholds.load(COMMITTED.with_name("thresholds-unseen.toml"))
        assert unseen.data == "reading-dev"
        assert "answers/right" in unseen.bounds

    def test_a_bound_is_never_loosened(self, tmp_path: Path) -> None:
        """A worse run leaves the file as it is; better figures move it, less a margin."""
        path = tmp_path / "thresholds.toml"
        path.write_text(
            'data = "x"\n[at_least]\n"answers/right" = 0.8\n[at_most]\n"abstention/ECE" = 0.1\n',
            encoding="utf-8",
        )
        before = path.read_text(encoding="utf-8")
        worse = {"answers/right": Figure(0.7, 0, 1, 9), "abstention/ECE": Figure(0.2, 0, 1, 9)}
        assert gate.ratchet(path, worse) == {}
        assert path.read_text(encoding="utf-8") == before
        better = {"answers/right": Figure(0.9, 0, 1, 9), "abstention/ECE": Figure(0.05, 0, 1, 9)}
        assert gate.ratchet(path, better) == {
            "answers/right": (0.8, 0.87),
            "abstention/ECE": (0.1, 0.08),
        }
        assert dict(gate.Thresholds.load(path).bounds) == {
            "answers/right": 0.87,
            "abstention/ECE": 0.08,
        }

    def test_a_figure_that_is_missing_has_fallen(self) -> None:
        """A run without answers must not pass because there is nothing to complain about."""
        bounds = gate.Thresholds("x", {"answers/right": 0.5})
        assert gate.check(bounds, "x", {}) == [gate.Fallen("answers/right", 0.5, None)]

    def test_another_data_set_is_refused(self) -> None:
        """Bounds of one set say nothing about another."""
        with pytest.raises(UsageError, match="for 'x', the run is of 'y'"):
            gate.check(gate.Thresholds("x", {"answers/right": 0.5}), "y", {})

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("x = [", "not a valid file"),
            ('data = "x"\n', "has no 'at_least'"),
            ("[at_least]\n'answers/right' = 0.5\n", "has no 'data'"),
            ('data = "x"\n[at_least]\n', "there are none"),
            ('data = "x"\n[at_least]\n"answers/right" = "high"\n', "answers/right"),
            ('data = "x"\n[at_least]\n"abstention/ECE" = 0.1\n', "abstention/ECE"),
        ],
    )
    def test_a_broken_file_is_named(self, tmp_path: Path, text: str, reason: str) -> None:
        """With what to mend in it."""
        path = tmp_path / "bounds.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=rf"bounds\.toml .*{reason}"):
            gate.Thresholds.load(path)
        with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
            gate.Thresholds.load(tmp_path / "none.toml")
