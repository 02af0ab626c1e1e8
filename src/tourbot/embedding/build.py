"""How the default model is built: 4-bit container → tokenizer and vectors of words.

The layers come with the package; the words, nine tenths of the model, do not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tourbot.embedding.container import Container
from tourbot.embedding.words import write_words

MAX_TOKENS = 512
TOKENIZER_FILE = "tokenizer.json"

Progress = Callable[[str, float], None]


def build(container: Container, folder: Path, progress: Progress) -> None:
    """Write the model's files.

    Args:
        container: What the model is made from.
        folder: Created; must not exist.
        progress: Called with a sentence and the part done, in [0, 1].

    Raises:
        ModelError: The container lacks a tensor.
    """
    folder.mkdir(parents=True)
    progress("Rebuilding the tokenizer", 0.2)
    write_tokenizer(container, folder)
    progress("Unpacking the weights", 0.6)
    words = container.tensor("emb.word").reshape(-1, container.shape.hidden)
    write_words(words, folder)


def write_tokenizer(container: Container, folder: Path) -> None:
    """Write the SentencePiece unigram model as a ``tokenizers`` file.

    The container's normalisation map is NFKC plus deleted control characters and characters that
    become a space; the regular expressions below state the difference.
    """
    from tokenizers import (
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    deleted = [chr(c) for c, to in container.normalisation.items() if not to]
    blank = [chr(c) for c, to in container.normalisation.items() if to == " "]
    pieces = [
        (piece, float(score))
        for piece, score in zip(container.pieces, container.scores, strict=True)
    ]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=container.special.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_character_class(deleted)), ""),
            normalizers.Replace(Regex(_character_class(blank)), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos, pad = (
        container.pieces[i]
        for i in (container.special.bos, container.special.eos, container.special.pad)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, container.special.bos), (eos, container.special.eos)],
    )
    tokenizer.add_special_tokens([bos, pad, eos, container.pieces[container.special.unk], "<mask>"])
    tokenizer.save(str(folder / TOKENIZER_FILE))


def _character_class(characters: list[str]) -> str:
    return "[" + "".join(f"\\x{{{ord(c):x}}}" for c in characters) + "]"
