"""Write the charts of a run of ``tourbot evaluate`` as SVG files.

python benchmarks/charts.py RUN.json FOLDER
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tourbot.errors import TourbotError
from tourbot.evaluation import figures, report
from tourbot.evaluation.run import Run


def main() -> None:
    """Draw and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    try:
        run = Run.load(options.run)
    except TourbotError as error:
        sys.exit(str(error))
    options.folder.mkdir(parents=True, exist_ok=True)
    for title, svg in report.drawings(run, figures.summarise(run)).items():
        path = options.folder / f"{title.lower().replace(' ', '-')}.svg"
        path.write_text(svg, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
