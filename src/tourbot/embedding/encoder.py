"""The embedding that the rest of the program uses, whichever model stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from tourbot.embedding import bundled
from tourbot.embedding.build import MAX_TOKENS, TOKENIZER_FILE
from tourbot.embedding.passage_reader import PassageReader
from tourbot.embedding.sessions import open_session
from tourbot.embedding.words import Words
from tourbot.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What a model was trained to read before a question and before a passage."""

    query: str = ""
    passage: str = ""


E5_PREFIXES = Prefixes("query: ", "passage: ")


class Encoder(Protocol):
    """A model as it comes: texts with their prefixes in, unit vectors out.

    Attributes:
        passage_reader: The same model, trained to read a question and a passage together, if it is.
    """

    passage_reader: PassageReader | None

    def encode(self, texts: list[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return float32 of shape (n, d), rows of L2 norm 1; tell ``progress`` what is done."""
        ...


class OnnxEncoder:
    """The bundled model on ONNX Runtime: int8 layers over vectors of words.

    Args:
        folder: A complete model folder.
        threads: Threads that one run may use; 0 lets ONNX Runtime choose.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        from tokenizers import Tokenizer

        try:
            self._session = open_session(bundled.LAYERS_FILE, threads)
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
            self._words = Words(folder)
            self.passage_reader: PassageReader | None = PassageReader(
                self._words, self._tokenizer, threads
            )
        except Exception as error:  # both libraries raise their own kinds on a damaged file
            raise ModelError(
                f"The embedding model in {folder} cannot be loaded ({error}).\n"
                "Remove that folder, then prepare it again with: tourbot model\n"
                "If that does not help, install tourbot again."
            ) from error
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._dimensions = int(self._session.get_outputs()[0].shape[-1])

    def encode(self, texts: list[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return float32 of shape (n, 384), rows of L2 norm 1."""
        vectors = np.empty((len(texts), self._dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._run(self._tokenizer.encode(text).ids)
            if progress:
                progress(1)
        return vectors

    def _run(self, ids: list[int]) -> Vectors:
        """Encode one text.

        Int8 scales are chosen for a whole run: a text's vector would depend on its neighbours in a
        batch, and an index built in steps would differ from a fresh one. On a processor a batch
        of several texts is no faster (docs/decisions/0001).
        """
        vector = self._session.run(None, {"words": self._words.of(ids)[None]})[0][0]
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by name or folder."""

    passage_reader: PassageReader | None = None

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            self._model = SentenceTransformer(name)
        except Exception as error:  # hub, file and format errors of three libraries
            reason = str(error).splitlines()[0]
            raise ModelError(
                f"The embedding model {name!r} cannot be loaded: {reason}\n"
                "Give TOURBOT_EMBEDDING a sentence-transformers folder or a name already in the"
                f" cache, or unset it to use {bundled.BUNDLED!r}."
            ) from error

    def encode(self, texts: list[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return float32 of shape (n, d), rows of L2 norm 1."""
        parts = []
        for start in range(0, len(texts), 256):
            part = self._model.encode(
                texts[start : start + 256], normalize_embeddings=True, show_progress_bar=False
            )
            parts.append(np.asarray(part, dtype=np.float32))
            if progress:
                progress(len(part))
        return np.concatenate(parts)


class Embedding(Embeddings):
    """A LangChain ``Embeddings`` with a name, prefixes and arrays.

    The model is loaded at first use, so that a run with nothing to embed costs nothing.
    """

    def __init__(self, name: str, prefixes: Prefixes, load: Callable[[], Encoder]) -> None:
        self.name = name
        self.prefixes = prefixes
        self._load = load
        self._encoder: Encoder | None = None
        self._last: tuple[tuple[str, ...], Vectors] = ((), np.empty((0, 0), dtype=np.float32))

    @property
    def encoder(self) -> Encoder:
        """The model, loaded."""
        if self._encoder is None:
            self._encoder = self._load()
        return self._encoder

    @property
    def passage_reader(self) -> PassageReader | None:
        """What reads a question and a passage together; only the bundled model has it."""
        return self.encoder.passage_reader

    @property
    def fingerprint(self) -> str:
        """What must be equal for two vectors to be comparable."""
        return f"{self.name} query={self.prefixes.query!r} passage={self.prefixes.passage!r}"

    def passages(self, texts: list[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Embed passages for storage.

        Args:
            texts: n passages, without prefix. The model reads 512 tokens at most; what follows is
                ignored.
            progress: Told, batch after batch, how many texts were embedded.

        Returns:
            float32 of shape (n, d), rows of L2 norm 1, so that a dot product is a cosine
            similarity. Row i belongs to ``texts[i]``.

        Raises:
            ValueError: A text is blank.

        Source:
            The "passage: " prefix is part of E5's training: Wang et al., arXiv:2212.03533.
        """
        return self._encode(self.prefixes.passage, texts, progress)

    def queries(self, texts: list[str]) -> Vectors:
        """Embed questions, after the prefix for questions; all else is as in ``passages``.

        The last questions are remembered: one is embedded to be searched for and to be read with.
        """
        key = tuple(texts)
        last = self._last  # another thread may put its own in its place
        if key != last[0]:
            last = self._last = (key, self._encode(self.prefixes.query, texts, None))
        return last[1]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages, in LangChain's own types."""
        return self.passages(texts).tolist()  # type: ignore[no-any-return]

    def embed_query(self, text: str) -> list[float]:
        """Embed one question, in LangChain's own types."""
        return self.queries([text])[0].tolist()  # type: ignore[no-any-return]

    def _encode(
        self, prefix: str, texts: list[str], progress: Callable[[int], None] | None
    ) -> Vectors:
        if any(not text.strip() for text in texts):
            raise ValueError("a text to embed is blank")
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        return self.encoder.encode([prefix + text for text in texts], progress)


def open_embedding(name: str = bundled.BUNDLED, prefixes: Prefixes | None = None) -> Embedding:
    """Return the embedding that the settings name.

    Args:
        name: ``bundled-e5-small``, or any sentence-transformers name or folder.
        prefixes: What stands before questions and passages; E5's for the bundled model by default,
            none for another.

    Raises:
        ModelError: The bundled model is not prepared (another model is checked when first used).
    """
    if name == bundled.BUNDLED:
        folder = bundled.checked_folder()
        return Embedding(
            f"{name}-{bundled.fingerprint()}", prefixes or E5_PREFIXES, lambda: OnnxEncoder(folder)
        )
    return Embedding(name, prefixes or Prefixes(), lambda: SentenceTransformerEncoder(name))
