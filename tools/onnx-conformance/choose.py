"""Chooses the cases that CI runs, and packs them.

    python3 tools/onnx-conformance/choose.py SUITE REPORT Tests/Fixtures/conformance.tar.gz

SUITE is a folder of dump.py, REPORT the JSON of `onnx-conformance` on it. Of the cases that pass in both engines, the fewest
bytes are taken that show every operator in every version, with every type of its inputs and outputs, every attribute and
every number of inputs that such cases show.
"""

import gzip
import io
import json
import sys
import tarfile
from pathlib import Path

import onnx

CASES = 400
LARGEST = 40_000  # bytes of a case


def main(suite, report, out):
    index = json.loads((suite / "index.json").read_text())
    passed = {
        case["case"]
        for case in json.loads(report.read_text())["cases"]
        if all(case[engine]["outcome"] == "passed" for engine in ("reference", "planned"))
    }
    entries = [entry for entry in index["cases"] if entry["case"] in passed]
    sizes = {entry["case"]: size(suite / entry["case"]) for entry in entries}
    entries = [entry for entry in entries if sizes[entry["case"]] <= LARGEST]
    shown = {entry["case"]: features(suite / entry["case"], entry) for entry in entries}
    chosen = choose(shown, sizes)
    cases = [entry for entry in index["cases"] if entry["case"] in chosen]
    pack(suite, {"onnx": index["onnx"], "cases": cases}, out)
    operators = {feature[0] for name in chosen for feature in shown[name] if len(feature) == 1}
    print(f"{len(cases)} cases show {len(operators)} operators, {out.stat().st_size} bytes")


def choose(shown, sizes):
    """Takes the case that shows most that is new a byte, until nothing is new or there are enough."""
    chosen, seen = [], set()
    while len(chosen) < CASES:
        left = [name for name in sorted(shown) if name not in chosen]
        worth = {name: weight(shown[name] - seen) / (300 + sizes[name]) for name in left}
        best = max(left, key=worth.get, default=None)
        if best is None or worth[best] == 0:
            return chosen
        chosen.append(best)
        seen |= shown[best]
    return chosen


def weight(features):
    """An operator counts most, then its version, then how it is used."""
    return sum({1: 100, 2: 10}.get(len(feature), 1) for feature in features)


def features(folder, entry):
    """What a case shows, as tuples that begin with the operator."""
    model = onnx.load(folder / "model.onnx")
    shown = set()
    for node in nodes(model.graph):
        name = f"{node.domain}.{node.op_type}"
        version = entry["opsets"].get(node.domain, 0)
        shown |= {(name,), (name, version), (name, "inputs", sum(map(bool, node.input)))}
        shown |= {(name, "attribute", attribute.name) for attribute in node.attribute}
        if entry["operator"] == node.op_type:
            shown |= {(name, "type", kind) for kind in entry["inputs"] + entry["outputs"]}
    return shown


def nodes(graph):
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                yield from nodes(inner)


def size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def pack(suite, index, out):
    """The same cases always give the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        add(archive, "index.json", (json.dumps(index, indent=1) + "\n").encode())
        for entry in index["cases"]:
            for path in sorted((suite / entry["case"]).rglob("*.*")):
                if path.is_file():
                    add(archive, str(path.relative_to(suite)), path.read_bytes())
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def add(archive, name, contents):
    member = tarfile.TarInfo(name)
    member.size = len(contents)
    archive.addfile(member, io.BytesIO(contents))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
