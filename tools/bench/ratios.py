"""Prints the lines of JSON that tools/bench/compare gives it, and behind them a table of foley beside each peer.

Of several lines of one engine the best time, and the least memory and loading time, count. A ratio above 1 says how many
times as long a peer takes, or how much more memory.
"""

import json
import sys

LEAST = ("seconds", "load", "peak_rss_gb")
COLUMNS = ("stage", "precision", "engine", "seconds", "of foley's", "load", "memory", "of foley's", "error")


def main():
    best = {}
    for line in sys.stdin:
        if not line.startswith("{"):
            continue
        print(line.strip(), flush=True)
        run = json.loads(line)
        known = best.setdefault((run["stage"], run["precision"], run["engine"]), run)
        for key in LEAST:
            if key in run:
                known[key] = min(known[key], run[key])
    print()
    for cells in (COLUMNS, ["---"] * len(COLUMNS), *(row(run, best) for run in best.values())):
        print("| " + " | ".join(cells) + " |")


def row(run, best):
    # What a peer does in less than f32 is beside what foley does in bf16.
    own = best.get((run["stage"], run["precision"].split()[0], "foley"), {})
    error = run.get("error", run.get("gradient_error"))
    return [
        run["stage"],
        run["precision"],
        run["engine"],
        f"{run['seconds']:.3g} s",
        ratio(run, own, "seconds"),
        f"{run['load']:.3g} s" if "load" in run else "",
        f"{run['peak_rss_gb']:.2f} GiB",
        ratio(run, own, "peak_rss_gb"),
        f"{error:.1e}" if error else "",
    ]


def ratio(run, own, key):
    return f"{run[key] / own[key]:.2f}" if own.get(key) else ""


if __name__ == "__main__":
    main()
