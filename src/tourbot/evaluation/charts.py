"""Charts as SVG text: recall by depth, risk by coverage, times, kinds."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from tourbot.evaluation.bootstrap import Figure
from tourbot.evaluation.metrics.abstention import risk_coverage

_INK, _ACCENT, _PALE = "#1f2937", "#1d4ed8", "#c7d2fe"
_DEPTHS = ("recall@1", "recall@5", "recall@10", "recall@50")


def recall_by_depth(found: Mapping[str, Mapping[str, Figure]]) -> str:
    """Draw recall@k of one system or several, with intervals.

    Args:
        found: For each system, its figures by name (``retrieval/recall@1`` …).
    """

    def draw(axes: Axes) -> None:
        for system, figures in found.items():
            points = [figures[f"retrieval/{name}"] for name in _DEPTHS]
            middle = [p.value for p in points]
            spread = [
                [p.value - p.low for p in points],
                [p.high - p.value for p in points],
            ]
            axes.errorbar(range(4), middle, yerr=spread, marker="o", capsize=3, label=system)
        axes.set_xticks(range(4), [name.removeprefix("recall@") for name in _DEPTHS])
        axes.set(xlabel="passages read (k)", ylabel="recall@k", ylim=(0, 1.03))
        if len(found) > 1:
            axes.legend(frameon=False, fontsize=8, loc="lower right")

    return _svg(draw)


def risk_by_coverage(confidences: Sequence[float], right: Sequence[bool]) -> str:
    """Draw the risk–coverage curve."""

    def draw(axes: Axes) -> None:
        coverage, risk = risk_coverage(confidences, right)
        axes.plot(coverage, risk, color=_ACCENT)
        axes.fill_between(coverage, risk, color=_PALE, alpha=0.5)
        axes.set(
            xlabel="share of questions answered (coverage)",
            ylabel="share of these wrong (risk)",
            xlim=(0, 1),
            ylim=(0, None),
        )

    return _svg(draw)


def times(seconds: Sequence[float]) -> str:
    """Draw how long questions took."""

    def draw(axes: Axes) -> None:
        axes.hist([s * 1000 for s in seconds], bins=30, color=_ACCENT)
        axes.set(xlabel="time of one ask (ms)", ylabel="questions")

    return _svg(draw)


def bars(values: Mapping[str, Figure], label: str) -> str:
    """Draw one bar with its interval for each group."""

    def draw(axes: Axes) -> None:
        names = list(values)[::-1]
        points = [values[name] for name in names]
        spread = [
            [max(0.0, p.value - p.low) for p in points],
            [max(0.0, p.high - p.value) for p in points],
        ]
        axes.barh(
            names, [p.value for p in points], xerr=spread, color=_PALE, ecolor=_INK, capsize=3
        )
        for row, point in enumerate(points):
            axes.text(0.01, row, f"{point.value:.2f}  (n = {point.n})", va="center", fontsize=8)
        axes.set(xlabel=label, xlim=(0, 1.02))

    return _svg(draw, height=0.9 + 0.34 * len(values))


def _svg(draw: Callable[[Axes], None], height: float = 3.2) -> str:
    drawing = Drawing(figsize=(5.6, height), layout="constrained")
    axes = drawing.add_subplot()
    draw(axes)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_INK, labelsize=8)
    out = io.StringIO()
    # No date and a fixed salt: the same figures give the same file.
    none = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({"svg.hashsalt": "tourbot", "svg.fonttype": "none"}):
        drawing.savefig(out, format="svg", metadata=none)
    text = out.getvalue()
    return text[text.index("<svg") :]
