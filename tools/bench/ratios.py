"""Prints lines of JSON that tools/bench/compare gives it, and behind them each time of foley beside those of torch.

A line is one of torch iff it says which version. Of several lines of one stage the best time and the least memory count.
"""

import json
import sys

# What torch's stage is to be beside which of foley's.
PEERS = {
    "step": ["transformer"],
    "training f32": ["training"],
    "training bf16": ["training_bf16", "training_all_bf16"],
}


def main():
    best = {True: {}, False: {}}
    for line in sys.stdin:
        if not line.startswith("{"):
            continue
        print(line.strip(), flush=True)
        run = json.loads(line)
        name = " ".join(filter(None, [run["stage"], run.get("precision")]))
        known = best["torch" in run].setdefault(name, run)
        for key in ("seconds", "peak_rss_gb"):
            known[key] = min(known[key], run[key])
    for name, own in best[False].items():
        for peer in PEERS.get(name, [name]):
            other = best[True].get(peer)
            if other is None:
                continue
            ratios = [own[key] / other[key] for key in ("seconds", "peak_rss_gb")]
            print("%s: foley takes %.2f of the time and %.2f of the memory of torch's %s" % (name, *ratios, peer))


if __name__ == "__main__":
    main()
