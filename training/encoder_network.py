"""The layers of the bundled encoder in PyTorch, to be trained on, and their export.

They start as those of multilingual-e5-small; vectors of words stay as they are and are not part of
the file. A text's vector is the mean of the last layer's states, of norm 1.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from passage_reader_network import Layers, multiplying, quiet
from torch import Tensor, nn
from torch.nn import functional

from tourbot.embedding.build import MAX_TOKENS
from tourbot.embedding.container import Container


class Encoder(Layers):
    """Encodes texts.

    Args:
        container: Whose layers it starts from.
        frozen: So many of the lowest layers stay as they are.
        bf16: As of ``Network``.
    """

    def __init__(self, container: Container, frozen: int, *, bf16: bool = False) -> None:
        super().__init__(container, kinds=1, positions=MAX_TOKENS)
        self.frozen, self.bf16 = frozen, bf16

    def forward(self, words: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return unit vectors, (n, d).

        Args:
            words: Vectors of words, (n, t, d).
            mask: Which tokens are there, (n, t); all of them when not given.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            x = self.ln(words + self.pos[: words.shape[1]] + self.seg[0])
        for n, layer in enumerate(self.layers):
            learns = torch.is_grad_enabled() and n >= self.frozen
            with torch.set_grad_enabled(learns), multiplying(bf16=self.bf16 and self.training):
                x = layer(x, mask)
        x = x.float()
        if mask is None:
            mean = x.mean(1)
        else:
            there = mask.to(x.dtype)[..., None]
            mean = (x * there).sum(1) / there.sum(1)
        return functional.normalize(mean, dim=1)


def export(encoder: Encoder, path: Path) -> None:
    """Write the encoder as int8 ONNX: ``words`` (1, t, d) in, ``vector`` (1, d) out."""
    encoder.eval().cpu()
    axes = {"words": {1: torch.export.Dim("tokens", max=MAX_TOKENS)}}

    class Vector(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, words: Tensor) -> Tensor:
            return self.encoder(words)  # type: ignore[no-any-return]

    with tempfile.TemporaryDirectory() as folder, quiet(), torch.no_grad():
        full = Path(folder) / "float32.onnx"
        torch.onnx.export(
            Vector(),
            (torch.randn(1, 40, encoder.pos.shape[1]),),
            str(full),
            input_names=["words"],
            output_names=["vector"],
            dynamic_shapes=axes,
            dynamo=True,
            external_data=False,
        )
        quantize_dynamic(
            str(full), str(path), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
