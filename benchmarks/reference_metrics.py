"""Do our metrics give the figures of the implementations that others publish?

Several hundred seeded random cases and some made by hand go to ours and to a reference; one row per
metric says how far they are apart. It runs in an environment of its own, which
``benchmarks/reference-requirements.txt`` describes.

    python benchmarks/reference_metrics.py

Exit code: 0 equal, 1 a row is beyond its tolerance (its smallest failing case is shown).

What is the same, and what differs by definition:

- Retrieval: ranx, with the linear gain of Järvelin and Kekäläinen, as in trec_eval. It cannot hold
  a question for which nothing was found; such a question is set to 0 on its side by hand.
- Exact match and F1: the SQuAD metric of torchmetrics, in English. Cases are ASCII only: our list
  of punctuation also has « » “ ” „ … – — ’ ‘ · •, which SQuAD keeps, and we read ’ as an
  apostrophe. French differs on purpose, see the list printed below the table.
- Expected calibration error: the binary one of torchmetrics, where the "accuracy" of a confidence
  is what came true, as in ours. Its bins hold their lower bound, ours (as in Guo et al., eq. 3)
  their upper one; it also gives a confidence of exactly 1 a bin of its own. Random confidences
  stand on no bound. A case made by hand stands on one, 0.5, and its reference is computed mirrored
  (1 - confidence of being wrong), which swaps the bounds.
- AURC: torch-uncertainty. The risks at each coverage are compared as they are. Its area is a
  trapezoid rescaled to coverages [1/n, 1]; ours is the mean of the n risks, which is eq. 4 of
  Geifman, Uziel and El-Yaniv and the formula that it documents. Their row compares its area with
  ours after the one is turned into the other, and the note says how far both are apart before.
  Confidences are all different: among equal ones the order is arbitrary in either.
- Bootstrap: scipy's percentile interval, once over the same resamples (equal), once over 20 times
  as many of its own (equal but for chance).
- p of a difference: the paired t test, which it approaches on many questions.
- Citations: the counting loop of ALCE (``compute_autoais`` with citations; Gao et al.,
  arXiv:2305.14627, § 3), expressed again here. Same: a statement is recalled when all its citations
  together support it; a citation of such a statement counts unless it supports nothing alone while
  the others do without it. Different: a judgement by offsets (``supports``) replaces the entailment
  model, and citations support together exactly when one of them does; a statement is a part of the
  gold answer rather than a sentence of the answer given, so that recall also sees what was left
  out; every statement has all citations of the answer; all are read, where ALCE keeps three of a
  sentence by default; questions without an answer are left out, where ALCE gives them 0. With
  several parts ALCE would count a citation once for each of them, so that one which gives the
  first part only is wrong for the second; ours counts it once, right when it supports any, and the
  row compares with that. The note says how far ALCE's own count is from it. That the line which
  introduces a list may be cited is ours alone and not compared.
"""

from __future__ import annotations

import random
import string
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from importlib.metadata import distribution, version
from types import ModuleType

import numpy as np
import torch
from ranx import Qrels, Run
from ranx import evaluate as ranx_evaluate
from scipy import stats
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score
from torchmetrics.functional.classification import binary_calibration_error
from torchmetrics.functional.text import squad

from tourbot.evaluation import bootstrap
from tourbot.evaluation.metrics import abstention, answers, citations, retrieval
from tourbot.evaluation.metrics.citations import Span

SEED = 7
CASES = 300
EXACT = 1e-9
# A 2.5 % quantile of 1,000 normal resamples has a standard deviation of
# sqrt(0.025 * 0.975 / 1000) / 0.0584 = 0.085 standard errors; this is nearly six of them, for
# hundreds of ends are looked at and not all means are normal.
CHANCE_END = 0.5
# A share of 1,000 resamples has a standard deviation of 0.016 at most; this is five of them.
CHANCE_P = 0.08

Case = tuple[float, float, str]


@dataclass
class Row:
    """Ours against a reference.

    Attributes:
        reference: Name of its package.
        cases: Our value, theirs, and what both were given.
        tolerance: The most that they may differ by, and why when it is not ``EXACT``.
    """

    metric: str
    reference: str
    cases: list[Case] = field(default_factory=list)
    tolerance: float = EXACT
    why: str = ""
    note: str = ""

    @property
    def largest(self) -> float:
        """The largest absolute difference; infinite where only one has a value."""
        gaps = (abs(ours - theirs) for ours, theirs, _ in self.cases)
        return max(float("inf") if np.isnan(gap) else gap for gap in gaps)

    def smallest_failing(self) -> Case | None:
        """Return the shortest case beyond the tolerance."""
        failing = [c for c in self.cases if not abs(c[0] - c[1]) <= self.tolerance]
        return min(failing, key=lambda case: len(case[2]), default=None)


def main() -> int:
    """Compare everything, print the table and return the exit code."""
    warnings.filterwarnings("ignore")
    # The references compute in the type of what they are given; ours is float64.
    torch.set_default_dtype(torch.float64)
    rows = [
        *retrieval_rows(),
        *squad_rows(),
        *abstention_rows(),
        *calibration_rows(),
        *selective_rows(),
        *bootstrap_rows(),
        *citation_rows(),
    ]
    _print_table(rows)
    _print_french()
    failing = [(row, case) for row in rows if (case := row.smallest_failing())]
    for row, (ours, theirs, given) in failing:
        print(f"\n{row.metric}: ours {ours:.6g}, {row.reference} {theirs:.6g} for\n  {given}")
    return 1 if failing else 0


# Retrieval


def retrieval_rows() -> list[Row]:
    """Compare recall, MRR and nDCG with ranx."""
    relevant, ranked = _rankings()
    ours = retrieval.per_question(relevant, ranked)
    names = {name: name.lower() for name in retrieval.MEASURES}  # as ranx spells them
    # Numbers only order the ranking; ranx sorts by them again.
    scores = {
        id_: {unit: float(len(units) - rank) for rank, unit in enumerate(units)}
        for id_, units in ranked.items()
        if units
    }
    run = Run(scores)
    ranx_evaluate(
        Qrels({id_: dict(relevant[id_]) for id_ in scores}),
        run,
        list(names.values()),
        make_comparable=True,
    )
    return [
        Row(
            name,
            "ranx",
            [
                (
                    ours[id_][name],
                    float(run.scores[theirs][id_]) if id_ in scores else 0.0,
                    f"relevant {relevant[id_]}, ranked {ranked[id_]}",
                )
                for id_ in relevant
            ],
        )
        for name, theirs in names.items()
    ]


def _rankings() -> tuple[dict[str, dict[str, int]], dict[str, list[str]]]:
    rng = random.Random(SEED)
    pool = [f"u{n}" for n in range(80)]
    others = [f"x{n}" for n in range(60)]
    relevant: dict[str, dict[str, int]] = {
        "nothing found": {"a": 1},
        "nothing relevant": {"a": 1, "b": 2},
        "all relevant": {f"a{n}": 1 + n % 3 for n in range(12)},
        "worst first": {"a": 1, "b": 2, "c": 3},
        "half found": {"a": 1, "b": 1},
    }
    ranked = {
        "nothing found": [],
        "nothing relevant": others[:20],
        "all relevant": [f"a{n}" for n in range(12)],
        "worst first": ["a", "b", "c"],
        "half found": ["x", "a"],
    }
    for rank in (1, 5, 6, 10, 11, 50, 51):
        relevant[f"at {rank}"] = {"a": 2}
        ranked[f"at {rank}"] = [*others[: rank - 1], "a", "y"]
    for number in range(CASES):
        id_ = f"random {number}"
        relevant[id_] = {u: rng.randint(1, 3) for u in rng.sample(pool, rng.randint(1, 12))}
        found = {*rng.sample(pool, rng.randint(1, 60)), *rng.sample(list(relevant[id_]), 1)}
        ranked[id_] = rng.sample(sorted(found), len(found))
    return relevant, ranked


# Answers


def squad_rows() -> list[Row]:
    """Compare exact match and token F1 in English with the SQuAD metric."""
    exact, f1 = Row("exact match (en)", "torchmetrics"), Row("token F1 (en)", "torchmetrics")
    for said, accepted in _answers():
        target = {"answers": {"answer_start": [0] * len(accepted), "text": accepted}, "id": "1"}
        theirs = squad({"prediction_text": said, "id": "1"}, target)
        given = f"said {said!r}, accepted {accepted!r}"
        ours = answers.exact_match(said, accepted, "en"), answers.token_f1(said, accepted, "en")
        exact.cases.append((ours[0], float(theirs["exact_match"]) / 100, given))
        f1.cases.append((ours[1], float(theirs["f1"]) / 100, given))
    return [exact, f1]


def _answers() -> Iterator[tuple[str, list[str]]]:
    yield from [
        ("", [""]),
        ("the", [""]),
        ("The Cat", ["cat"]),
        ("cat cat dog", ["cat dog dog"]),
        ("no", ["yes"]),
        ("anthem", ["an them"]),
        ("1,200 euros!", ["1200 Euros"]),
        ("  many   spaces ", ["many spaces"]),
        ("it's", ["its", "it is"]),
        ("U.S.A.", ["USA"]),
        ("vitamin-A", ["vitamin"]),
        (string.punctuation, [""]),
    ]
    rng = random.Random(SEED)
    for _ in range(CASES):
        accepted = [_phrase(rng, _words(rng)) for _ in range(rng.randint(1, 3))]
        words = _words(rng)
        if rng.random() < 0.7:  # something like an accepted answer, or nothing would be right
            words = accepted[0].split() + words[: rng.choice((0, 0, 1, 3))]
        yield _phrase(rng, words), accepted


def _words(rng: random.Random) -> list[str]:
    vocabulary = "the a an The A cat Paris 42 3.5 budget of region's e-mail and the-end AI".split()
    return rng.choices(vocabulary, k=rng.randint(0, 6))


def _phrase(rng: random.Random, words: Sequence[str]) -> str:
    spaces = [" ", " ", " ", "  ", ", ", " (", ") ", "-", ". ", "/"]
    return "".join(word + rng.choice(spaces) for word in words).strip()


def _print_french() -> None:
    """Print where our French normalisation differs from SQuAD's on purpose."""
    from torchmetrics.functional.text.squad import _normalize_text

    print("\nOn purpose otherwise than SQuAD, in French (SQuAD → ours):")
    for text, reason in (
        ("la région", "French articles are dropped"),
        ("au titre du budget", "contracted ones too"),
        ("l’Opco", "elided ones too, whichever the apostrophe"),
        ("« oui »", "French punctuation is dropped"),
        ("18\u202f%", "no-break spaces are spaces"),
        ("a an the", "English articles are words"),
        ("fin-de-l'année", "articles go before punctuation: elision is known by its apostrophe"),
    ):
        print(f"  {text!r}: {_normalize_text(text)!r} → {answers.normalise(text)!r}  ({reason})")


# Abstention


def abstention_rows() -> list[Row]:
    """Compare precision, recall, F1 and AUROC with scikit-learn."""
    rng = np.random.default_rng(SEED)
    rows = [Row(f"abstention {name}", "scikit-learn") for name in ("precision", "recall", "F1")]
    hand = [([1], [1]), ([0], [1]), ([1], [0]), ([0], [0]), ([1, 0, 1, 0], [0, 1, 1, 0])]
    drawn = [_two(rng, share=rng.random()) for _ in range(CASES)]
    for said, due in [*hand, *drawn]:
        ours = abstention.precision_recall_f1(said, due)
        theirs = precision_recall_fscore_support(due, said, average="binary", zero_division=0)
        for row, one, other in zip(rows, ours, theirs[:3], strict=True):
            row.cases.append((one, float(other), f"abstained {said}, unanswerable {due}"))
    return [*rows, _auroc_row(rng)]


def _two(rng: np.random.Generator, share: float) -> tuple[list[int], list[int]]:
    n = int(rng.integers(1, 80))
    return (rng.random(n) < share).astype(int).tolist(), (rng.random(n) < 0.3).astype(int).tolist()


def _auroc_row(rng: np.random.Generator) -> Row:
    row = Row("AUROC", "scikit-learn")
    hand = [
        ([0.1, 0.9], [False, True]),
        ([0.9, 0.1], [False, True]),
        ([0.5, 0.5], [False, True]),
        ([0.2, 0.2, 0.2, 0.7], [True, False, True, False]),
    ]
    drawn = []
    for number in range(CASES):
        n = int(rng.integers(2, 200))
        kind = rng.random(n) < 0.7
        kind[:2] = True, False  # both kinds: with one it is not defined, and ours is 0.5
        values = rng.beta(2, 2, n) * (0.6 + 0.4 * kind)
        drawn.append((np.round(values, 1 + number % 8).tolist(), kind.tolist()))
    for values, kind in [*hand, *drawn]:
        given = f"confidences {values}, answerable {kind}"
        row.cases.append((abstention.auroc(values, kind), roc_auc_score(kind, values), given))
    return row


# Calibration


def calibration_rows() -> list[Row]:
    """Compare the expected calibration error with torchmetrics."""
    rng = np.random.default_rng(SEED)
    row = Row("ECE", "torchmetrics")
    hand = [([0.05], [0]), ([0.95], [1]), ([0.31, 0.39], [1, 0]), ([0.0, 0.001], [0, 1])]
    drawn = []
    for number in range(CASES):
        values = rng.beta(1 + number % 3, 2, int(rng.integers(1, 300)))
        if number % 2:  # many equal ones, none on a bound
            values = np.floor(values * 50) / 50 + 0.01
        drawn.append((values.tolist(), (rng.random(len(values)) < values**2).astype(int).tolist()))
    for values, right in [*hand, *drawn]:
        row.cases.append(_ece(values, right, values, right))
    for values, right in (([0.5], [1]), ([0.5, 0.45], [1, 0]), ([0.5, 0.55, 0.95], [1, 0, 1])):
        mirrored = [round(1 - v, 9) for v in values], [1 - r for r in right]
        row.cases.append(_ece(values, right, *mirrored))
    return [row]


def _ece(
    values: list[float], right: list[int], their_values: list[float], their_right: list[int]
) -> Case:
    theirs = binary_calibration_error(
        torch.tensor(their_values), torch.tensor(their_right), n_bins=10, norm="l1"
    )
    ours = abstention.expected_calibration_error(values, right)
    return ours, float(theirs), f"confidences {values}, right {right}"


# Risk and coverage


def selective_rows() -> list[Row]:
    """Compare the risk–coverage curve and its area with torch-uncertainty."""
    rng = np.random.default_rng(SEED)
    curve = Row("risk–coverage curve", "torch-uncertainty")
    area = Row("AURC", "torch-uncertainty")
    raw = 0.0
    hand = [([0.9, 0.6], [0, 1]), ([0.9, 0.6], [1, 0]), ([0.7, 0.6, 0.8], [1, 0, 1])]
    drawn = []
    for _ in range(CASES):
        values = 0.5 + rng.random(int(rng.integers(2, 300))) / 2
        drawn.append((values.tolist(), (rng.random(len(values)) < values).astype(int).tolist()))
    module = _risk_coverage_module()
    for values, right in [*hand, *drawn]:
        given = f"confidences {values}, right {right}"
        theirs = module.AURC()
        # Two classes of which the first, the more probable one, is said.
        said = torch.tensor(values)
        theirs.update(torch.stack([said, 1 - said], dim=-1), 1 - torch.tensor(right))
        risks = abstention.risk_coverage(values, right)[1]
        gap = np.abs(risks - theirs.partial_compute().numpy()).max()
        curve.cases.append((float(gap), 0.0, given))
        ours, found, n = abstention.aurc(values, right), float(theirs.compute()), len(values)
        area.cases.append(((n * ours - (risks[0] + risks[-1]) / 2) / (n - 1), found, given))
        raw = max(raw, abs(ours - found) if n >= 100 else 0.0)
    area.note = (
        f"mean against trapezoid, not converted: at most {raw:.1e} apart from 100 answers on"
    )
    return [curve, area]


def _risk_coverage_module() -> ModuleType:
    """Load one module of torch-uncertainty: the package as a whole wants torchvision to import."""
    path = distribution("torch-uncertainty").locate_file(
        "torch_uncertainty/metrics/classification/risk_coverage.py"
    )
    loader = SourceFileLoader("risk_coverage", str(path))
    module = ModuleType(loader.name)
    loader.exec_module(module)
    return module


# Bootstrap


def bootstrap_rows() -> list[Row]:
    """Compare intervals of a mean, and of a difference, with scipy."""
    rng = np.random.default_rng(SEED)
    same = Row("bootstrap of a mean, same resamples", "scipy")
    chance = Row("bootstrap of a mean", "scipy", [], CHANCE_END, "chance; in standard errors")
    paired = Row("bootstrap of a difference, same resamples", "scipy")
    p_value = Row("p of a difference", "scipy", [], CHANCE_P, "chance; t test instead")
    for number in range(CASES // 5):
        n = int(rng.integers(200, 400))
        first = rng.beta(2, 1, n) if number % 2 else (rng.random(n) < 0.7).astype(float)
        second = np.clip(first + rng.normal(rng.normal(0, 0.02), 0.3, n), 0, 1)
        given = f"case {number} of {n} values"
        same.cases += _ends(bootstrap.mean(first), _scipy_interval(first, 1000, 1), given)
        # Few values make a coarse grid on which an end jumps; these are continuous.
        error = second.std() / np.sqrt(n)
        theirs = _scipy_interval(second, 20_000, None, seed=number)
        chance.cases += _ends(bootstrap.mean(second), theirs, given, error)
        ours = bootstrap.difference(first, second)
        paired.cases += _ends(ours, _scipy_interval(second - first, 1000, None), given)
        p_value.cases.append((ours.p, float(stats.ttest_rel(first, second).pvalue), given))
    return [same, chance, paired, p_value]


def _scipy_interval(
    values: np.ndarray, resamples: int, batch: int | None, seed: int = bootstrap._SEED
) -> tuple[float, float]:
    found = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=resamples,
        batch=batch,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)


def _ends(
    ours: bootstrap.Figure | bootstrap.Difference,
    theirs: tuple[float, float],
    given: str,
    unit: float = 1.0,
) -> list[Case]:
    return [
        (ours.low / unit, theirs[0] / unit, f"low end, {given}"),
        (ours.high / unit, theirs[1] / unit, f"high end, {given}"),
    ]


# Citations

Gold = Mapping[int, Sequence[Span]]


def citation_rows() -> list[Row]:
    """Compare citation recall and precision with the counting of ALCE."""
    rng = random.Random(SEED)
    recall = Row("citation recall", "ALCE")
    one, several = (
        Row(f"citation precision, {parts}", "ALCE") for parts in ("one part", "several parts")
    )
    literal = 0.0
    hand = [
        ([Span("a", 0, 10)], {1: [Span("a", 0, 10)]}),
        ([Span("b", 0, 10)], {1: [Span("a", 0, 10)]}),
        ([Span("a", 0, 10), Span("a", 0, 10)], {1: [Span("a", 0, 10)]}),
        ([Span("a", 0, 10), Span("b", 0, 10)], {1: [Span("a", 0, 10)], 2: [Span("c", 0, 10)]}),
    ]
    for cited, gold in [*hand, *(_cited(rng) for _ in range(2 * CASES))]:
        ours = citations.precision_and_recall(cited, gold)
        theirs = alce(cited, gold)
        given = f"cited {cited}, gold {gold}"
        recall.cases.append((ours[1], theirs.recall, given))
        precision = one if len(gold) == 1 else several
        precision.cases.append((ours[0], theirs.counted_once, given))
        literal = max(literal, abs(ours[0] - theirs.precision))
    several.note = f"ALCE's own count, once for each part: up to {literal:.2f} lower"
    return [recall, one, several]


@dataclass(frozen=True)
class Alce:
    """What ALCE finds, and its precision when a citation counts once for the whole answer."""

    recall: float
    precision: float
    counted_once: float


def alce(cited: Sequence[Span], gold: Gold) -> Alce:
    """Count as ALCE does, each part of the gold answer being a statement that cites everything."""
    recalled, credits, credited = 0, 0, set()
    for quotes in gold.values():
        if not _entail(cited, quotes):
            continue
        recalled += 1
        for place, citation in enumerate(cited):
            others = [*cited[:place], *cited[place + 1 :]]
            superfluous = not _entail([citation], quotes) and _entail(others, quotes)
            if not superfluous:
                credits += 1
                credited.add(place)
    return Alce(
        recalled / len(gold), credits / (len(gold) * len(cited)), len(credited) / len(cited)
    )


def _entail(cited: Sequence[Span], quotes: Sequence[Span]) -> bool:
    """Stand in for the entailment model, which reads all citations one after the other."""
    return any(citations.supports(citation, quote) for citation in cited for quote in quotes)


def _cited(rng: random.Random) -> tuple[list[Span], Gold]:
    gold = {
        part: [_span(rng) for _ in range(rng.randint(1, 3))]
        for part in range(1, rng.choice((1, 1, 2, 3)) + 1)
    }
    quotes = [quote for of_part in gold.values() for quote in of_part]
    cited = []
    for _ in range(rng.randint(1, 6)):
        near = rng.choice(quotes)
        shift = rng.randint(-40, 40)
        moved = Span(near.document_id, max(0, near.start + shift), near.end + max(0, shift))
        cited.append(rng.choice((near, moved, _span(rng))))
    return cited, gold


def _span(rng: random.Random) -> Span:
    start = rng.randint(0, 200)
    return Span(rng.choice("abc"), start, start + rng.randint(1, 80))


# The table


def _print_table(rows: Sequence[Row]) -> None:
    print("| metric | reference | cases | largest difference | allowed | note |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        allowed = f"{row.tolerance:g}" + (f" ({row.why})" if row.why else "")
        print(
            f"| {row.metric} | {_reference(row.reference)} | {len(row.cases)} "
            f"| {row.largest:.1e} | {allowed} | {row.note} |"
        )


def _reference(name: str) -> str:
    return "ALCE, counted again here" if name == "ALCE" else f"{name} {version(name)}"


if __name__ == "__main__":
    sys.exit(main())
