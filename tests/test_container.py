"""The reader of E5S1 containers, on containers made here."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tourbot.embedding.container import Shape, SpecialTokens, read_container
from tourbot.errors import ModelError

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁été", "")
SCORES = (0.0, 0.0, 0.0, 0.0, -1.5, -2.25)
NORMALISATION = {0xFB01: "fi", 0x00AD: "", 0x3000: " "}
FLOATS = (1.5, -2.0, 0.25)
# Weights 0–15 are low nibbles, 16–31 high ones: byte i holds i and 15 - i.
NIBBLES = bytes(i | (15 - i) << 4 for i in range(16))
Q4 = struct.pack("<e", 0.5) + NIBBLES + struct.pack("<e", -2.0) + b"\x98" * 16
TENSORS = (("poids", 0, 3, struct.pack("<3f", *FLOATS)), ("q", 1, 64, Q4))

Tensor = tuple[str, int, int, bytes]


def container(
    tensors: Sequence[Tensor] = TENSORS,
    *,
    magic: bytes = b"E5S1",
    version: int = 1,
    block: int = 32,
    code_point: int = 0,
) -> bytes:
    """Write a container: header, tokenizer, tensor table, tensors."""
    encoded = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, encoded)])
    head = magic + struct.pack("<I7if2i", version, 8, 2, 4, 16, 6, 32, 1, 1e-5, block, len(PIECES))
    head += struct.pack("<4i", 0, 2, 1, 3)
    head += struct.pack("<Q", ends[-1]) + struct.pack(f"<{len(ends)}I", *ends)
    head += struct.pack(f"<{len(SCORES)}f", *SCORES) + b"".join(encoded)
    rules = NORMALISATION if not code_point else {0x41: chr(0), **NORMALISATION}
    head += struct.pack("<iI", len(rules), sum(map(len, rules.values())))
    for source, target in rules.items():
        points = [code_point if c == "\x00" else ord(c) for c in target]
        head += struct.pack(f"<IB{len(points)}I", source, len(points), *points)
    table_size = 4 + sum(2 + len(name.encode()) + 21 for name, *_ in tensors)
    table, data = struct.pack("<i", len(tensors)), b""
    for name, dtype, elements, packed in tensors:
        start = len(head) + table_size + len(data)
        table += struct.pack("<H", len(name.encode())) + name.encode()
        table += struct.pack("<BIQQ", dtype, elements, start, len(packed))
        data += packed
    return head + table + data


class TestWhole:
    """A complete container."""

    def test_dimensions_and_epsilon_are_read(self) -> None:
        """The encoder is rebuilt from them."""
        read = read_container(container())
        assert read.shape == Shape(8, 2, 4, 16, 6, 32, 1)
        assert read.epsilon == pytest.approx(1e-5)

    def test_pieces_scores_and_special_tokens_are_read(self) -> None:
        """The tokenizer is rebuilt from them; pieces are UTF-8, not Latin-1."""
        read = read_container(container())
        assert read.pieces == list(PIECES)
        assert read.scores.dtype == np.float32
        assert read.scores.tolist() == list(SCORES)
        assert read.special == SpecialTokens(bos=0, eos=2, pad=1, unk=3)

    def test_the_normalisation_map_is_read(self) -> None:
        """A replacement can be empty: soft hyphens vanish."""
        assert read_container(container()).normalisation == NORMALISATION

    def test_float32_tensors_are_read_as_they_are(self) -> None:
        """Norms and biases are not quantised."""
        tensor = read_container(container()).tensor("poids")
        assert tensor.dtype == np.float32
        assert tensor.tolist() == list(FLOATS)

    def test_q4_tensors_are_nibble_minus_eight_times_scale(self) -> None:
        """Low nibbles come first, then high ones, 32 weights a block; worked out by hand."""
        tensor = read_container(container()).tensor("q")
        assert tensor.dtype == np.float32
        assert tensor[:16].tolist() == [(i - 8) * 0.5 for i in range(16)]
        assert tensor[16:32].tolist() == [(7 - i) * 0.5 for i in range(16)]
        # Byte 0x98: low nibble 8 is zero, high nibble 9 is one, times the scale -2.
        assert tensor[32:48].tolist() == [0.0] * 16
        assert tensor[48:].tolist() == [-2.0] * 16


class TestBroken:
    """Everything else, which the message must call by its name."""

    @pytest.mark.parametrize("size", range(len(container())))
    def test_a_file_cut_short_anywhere_is_refused(self, size: int) -> None:
        """A broken download must not become a model that embeds nonsense."""
        with pytest.raises(ModelError, match=r"cut short|no E5S1"):
            read_container(container()[:size])

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (container(magic=b"GGUF"), "no E5S1 container"),
            (container(version=2), "version 2"),
            (container(block=64), "blocks of 64 weights instead of 32"),
            (b"PK\x03\x04" + bytes(200), "no E5S1 container"),
        ],
        ids=["magic", "version", "block", "archive"],
    )
    def test_another_format_is_refused_by_name(self, data: bytes, message: str) -> None:
        """The layout is only known for version 1 with blocks of 32."""
        with pytest.raises(ModelError, match=message):
            read_container(data)

    def test_an_unknown_tensor_is_named(self) -> None:
        """The message tells a wrong model from a wrong file."""
        with pytest.raises(ModelError, match="'biais'"):
            read_container(container()).tensor("biais")

    def test_an_unknown_type_is_refused(self) -> None:
        """Bytes of another quantisation would be read as noise."""
        with pytest.raises(ModelError, match="unknown type 7"):
            read_container(container([("x", 7, 1, b"abcd")])).tensor("x")

    @pytest.mark.parametrize(
        ("dtype", "elements", "packed"),
        [
            (0, 2, struct.pack("<3f", *FLOATS)),
            (1, 32, Q4),
            (1, 30, Q4[:18]),
            (0, 1, b"abcde"),
            (1, 32, Q4[:17]),
            (0, 1, b""),
        ],
        ids=["longer", "two blocks", "part of a block", "odd", "half a block", "nothing"],
    )
    def test_a_tensor_of_another_size_than_announced_is_refused(
        self, dtype: int, elements: int, packed: bytes
    ) -> None:
        """A shifted tensor would give vectors that look right and mean nothing."""
        with pytest.raises(ModelError):
            read_container(container([("x", dtype, elements, packed)])).tensor("x")

    @pytest.mark.parametrize("code_point", [0x110000, 0xFFFFFFFF])
    def test_an_impossible_character_is_refused(self, code_point: int) -> None:
        """Damage in the normalisation map is damage too."""
        with pytest.raises(ModelError):
            read_container(container(code_point=code_point))

    @given(st.integers(0, len(container()) - 1), st.integers(0, 255))
    def test_a_changed_byte_is_read_or_refused_but_never_crashes(self, at: int, to: int) -> None:
        """Only a ModelError carries the command that repairs."""
        data = bytearray(container())
        data[at] = to
        try:
            read = read_container(bytes(data))
            for name in read.tensors:
                read.tensor(name)
        except ModelError:
            pass
