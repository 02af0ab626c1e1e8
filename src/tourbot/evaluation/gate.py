"""The figures below which a change is not accepted: ``evaluation/thresholds.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tourbot.errors import UsageError
from tourbot.evaluation.bootstrap import Figure
from tourbot.evaluation.figures import FALLING

# Machines round differently: a bound is set this far from the figure that was reached. It lets one
# question in forty fall to the other side.
MARGIN = 0.03


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the file says.

    Attributes:
        data: The name of the data set that the bounds are for.
        bounds: By name of the figure: the least it may be, or the most where lower is better.
    """

    data: str
    bounds: Mapping[str, float]

    @classmethod
    def load(cls, path: Path) -> Thresholds:
        """Read the file.

        Raises:
            UsageError: It is missing, no TOML, or has other fields; the message says which.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            bounds = {**data["at_least"], **data.get("at_most", {})}
            wrong = [
                n
                for n, b in bounds.items()
                if isinstance(b, bool) or not isinstance(b, int | float)
            ]
            swapped = [n for n in data["at_least"] if n in FALLING]
            swapped += [n for n in data.get("at_most", {}) if n not in FALLING]
            if wrong or swapped or not bounds:
                raise ValueError(
                    f"bounds to mend: {', '.join(wrong + swapped) or 'there are none'}"
                )
            return cls(str(data["data"]), bounds)
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror}).") from error
        except KeyError as error:
            raise UsageError(f"{path} has no {error.args[0]!r}.\nAdd it.") from error
        except ValueError as error:
            raise UsageError(f"{path} is not a valid file of thresholds: {error}.") from error


@dataclass(frozen=True, slots=True)
class Fallen:
    """A figure beyond its bound; ``value`` is None when the run has no such figure."""

    name: str
    bound: float
    value: float | None


def check(thresholds: Thresholds, data: str, found: Mapping[str, Figure]) -> list[Fallen]:
    """Return the figures of a run that are beyond their bounds.

    Args:
        thresholds: What is asked for.
        data: Name of the run's data set.
        found: The run's figures.

    Raises:
        UsageError: The bounds are for another data set.
    """
    if data != thresholds.data:
        raise UsageError(
            f"The thresholds are for {thresholds.data!r}, the run is of {data!r}.\n"
            "Give a run of that data set, or other thresholds (--thresholds)."
        )
    return [
        Fallen(name, bound, found[name].value if name in found else None)
        for name, bound in thresholds.bounds.items()
        if name not in found or _beyond(name, found[name].value, bound)
    ]


def ratchet(path: Path, found: Mapping[str, Figure]) -> dict[str, tuple[float, float]]:
    """Tighten the bounds of a file to what a run has reached, less a margin; never loosen one.

    Comments and order stay as they are.

    Returns:
        The bounds that moved: before and after.
    """
    thresholds = Thresholds.load(path)
    moved = {}
    text = path.read_text(encoding="utf-8")
    for name, bound in thresholds.bounds.items():
        if name not in found:
            continue
        sign = 1 if name in FALLING else -1
        reached = round(found[name].value + sign * MARGIN, 3)
        if _beyond(name, bound, reached):
            moved[name] = (bound, reached)
            line = re.compile(rf'^("{re.escape(name)}"\s*=\s*)[\d.]+', re.MULTILINE)
            text = line.sub(rf"\g<1>{reached}", text)
    path.write_text(text, encoding="utf-8")
    return moved


def _beyond(name: str, value: float, bound: float) -> bool:
    return value > bound if name in FALLING else value < bound
