"""`make bench`: what the project promises, measured, each figure beside its bar.

`--quick` fills a smaller town and measures shorter. Ends with 1 when a bar is missed.
"""

import sys

from tests.bench import ballots, inprocess, serving, towns, voting, weights
from tests.bench.figures import show


def main(*, quick: bool) -> int:
    rounds = 6 if quick else 14
    with towns.filled(towns.SMALL, "small") as small:
        good = [
            show("Pages that do not answer (none is good)", inprocess.statuses(small)),
            show("SQL statements", inprocess.statements(small)),
            show("CPU of a page, computed afresh", inprocess.times(small, rounds)),
            show("First visit, transferred", weights.weights(small)),
            show("Ballots over HTTP", voting.over_http(small, 400 if quick else 2_000)),
            show("Start and memory", serving.whole_program(small.config)),
            show(
                "Throughput, times a bare Flask under the same server",
                serving.throughput(
                    small.config, rounds=5 if quick else 9, seconds=1.0 if quick else 2.0
                ),
            ),
        ]
        with towns.filled(towns.QUICK_LARGE if quick else towns.LARGE, "large") as large:
            good += [
                show("The same pages with much in them", inprocess.growth(small, large, rounds)),
                show("SQL statements with much in them", inprocess.statements(large)),
            ]
    good.append(show("Ballots", ballots.figures()))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(quick="--quick" in sys.argv[1:]))
