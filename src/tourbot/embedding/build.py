"""How the default model is built: 4-bit container → sentence-transformers folder with int8 ONNX."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tourbot.embedding.container import Container
from tourbot.embedding.cross_encoder import write_words
from tourbot.errors import ModelError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

MAX_TOKENS = 512

_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

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
    model = unpack(container, folder, progress)
    words = container.tensor("emb.word").reshape(-1, container.shape.hidden)
    write_words(words, folder)
    progress("Exporting to ONNX", 0.35)
    (folder / "onnx").mkdir()
    _export_onnx(model, folder / "onnx" / "model.onnx", progress)


def unpack(container: Container, folder: Path, progress: Progress) -> PreTrainedModel:
    """Write all files of a sentence-transformers folder but the weights.

    Args:
        container: What the model is made from.
        folder: Created; must not exist.
        progress: As in ``build``.

    Returns:
        The encoder with its weights in 32 bits.

    Raises:
        ModelError: The container lacks a tensor.
    """
    folder.mkdir(parents=True)
    progress("Rebuilding the tokenizer", 0.1)
    _write_tokenizer(container, folder)
    _write_sentence_transformers_files(container, folder)
    progress("Unpacking the weights", 0.2)
    return _rebuild_encoder(container, folder)


def _write_tokenizer(container: Container, folder: Path) -> None:
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
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "bos_token": bos,
            "eos_token": eos,
            "cls_token": bos,
            "sep_token": eos,
            "pad_token": pad,
            "unk_token": container.pieces[container.special.unk],
            "mask_token": "<mask>",
        },
    )


def _character_class(characters: list[str]) -> str:
    return "[" + "".join(f"\\x{{{ord(c):x}}}" for c in characters) + "]"


def _rebuild_encoder(container: Container, folder: Path) -> PreTrainedModel:
    import torch
    from transformers import BertConfig, BertModel

    shape = container.shape
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.token_types,
        layer_norm_eps=1e-12,
        pad_token_id=container.special.pad,
    )
    with torch.device("meta"):
        model = BertModel(config, add_pooling_layer=False)
    names = dict(_EMBEDDING_NAMES)
    for layer in range(shape.layers):
        for short, long in _LAYER_NAMES.items():
            for suffix, parameter in (("w", "weight"), ("b", "bias")):
                names[f"l{layer}.{short}.{suffix}"] = f"encoder.layer.{layer}.{long}.{parameter}"
    expected = {name: tensor.shape for name, tensor in model.named_parameters()}
    weights = {
        to: torch.from_numpy(container.tensor(name).copy()).reshape(expected[to])
        for name, to in names.items()
    }
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(weights, strict=False)
    missing = set(expected) - set(weights)
    if missing:
        raise ModelError(f"The model file lacks the tensors of {', '.join(sorted(missing))}.")
    config.architectures = ["BertModel"]
    config.save_pretrained(folder)
    encoder: PreTrainedModel = model.eval()
    return encoder


def _export_onnx(model: torch.nn.Module, path: Path, progress: Progress) -> None:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(
            self,
            input_ids: torch.Tensor,
            attention_mask: torch.Tensor,
            token_type_ids: torch.Tensor,
        ) -> torch.Tensor:
            output = self.model(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            )
            return output.last_hidden_state  # type: ignore[no-any-return]

    names = ["input_ids", "attention_mask", "token_type_ids"]
    ids = torch.arange(5, 29).reshape(2, 12)
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=MAX_TOKENS)}
    full = path.with_name("float32.onnx")
    with quiet():
        torch.onnx.export(
            Encoder(),
            (ids, torch.ones_like(ids), torch.zeros_like(ids)),
            str(full),
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_shapes=dict.fromkeys(names, axes),
            dynamo=True,
            external_data=False,
        )
        progress("Quantising to int8", 0.7)
        # reduce_range: processors without VNNI add int8 products in 16 bits, which can overflow.
        quantize_dynamic(
            str(full), str(path), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
    full.unlink()


def _write_sentence_transformers_files(container: Container, folder: Path) -> None:
    (folder / "1_Pooling").mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": container.shape.hidden, "pooling_mode_mean_tokens": True},
    )
    _write_json(
        folder / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
            {
                "idx": 2,
                "name": "2",
                "path": "2_Normalize",
                "type": "sentence_transformers.models.Normalize",
            },
        ],
    )
    _write_json(
        folder / "sentence_bert_config.json", {"max_seq_length": MAX_TOKENS, "do_lower_case": False}
    )
    _write_json(
        folder / "config_sentence_transformers.json",
        {"prompts": {"query": "query: ", "passage": "passage: "}, "similarity_fn_name": "cosine"},
    )


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the exporter's chatter off the terminal, where the progress bar stands."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
