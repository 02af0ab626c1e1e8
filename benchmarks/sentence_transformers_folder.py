"""multilingual-e5-small as a sentence-transformers folder, for pipelines that load it so.

It is made from the file that tourbot's own model starts from; its layers are those before they were
trained on questions in people's words.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import BertConfig, BertModel, PreTrainedModel

from tourbot.embedding import bundled
from tourbot.embedding.build import MAX_TOKENS, write_tokenizer
from tourbot.embedding.container import Container, read_container

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


def write(folder: Path) -> None:
    """Write all files of the folder.

    Args:
        folder: Created; must not exist.

    Raises:
        ModelError: The file that it is made from cannot be fetched.
    """
    container = read_container(bundled.container_bytes())
    folder.mkdir(parents=True)
    write_tokenizer(container, folder)
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
    )
    _write_sentence_transformers_files(container, folder)
    _rebuild_encoder(container, folder).save_pretrained(folder)


def _rebuild_encoder(container: Container, folder: Path) -> PreTrainedModel:
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
    config.architectures = ["BertModel"]
    config.save_pretrained(folder)
    encoder: PreTrainedModel = model.eval()
    return encoder


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
