#!/usr/bin/env bash
# bench.sh OBJECTS BINARY [MPI_BINARY]: that benchmarks run, that peers do the same work (they end with an error where they do
# not), that what they print as JSON is JSON, whole, and of no machine's name. Ends with `N passed, N failed, N skipped`.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/tally.sh
. tests/tally.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tests/bench/bench.sh --json --quick "$@" >"$work/bench.json"
verdict $? "benchmarks run"
/usr/bin/python3 - "$work/bench.json" "$(uname -n)" "$PWD" <<'PYTHON'
import json, math, sys

text = open(sys.argv[1]).read()
answer = json.loads(text)
figures, tables = answer["figures"], {f["table"] for f in answer["figures"]}
wanted = {"floors", "drawn", "drawn-growth", "counted-growth", "parts-base", "oracle", "measured", "products", "noise", "journal",
          "sweep"}
assert answer["schema"] == 1 and wanted <= tables, wanted - tables
assert {"CPU", "cores", "instruction set", "compiler", "GSL", "HDF5", "NumPy"} <= set(answer["machine"])
places = [(f["table"], f["row"], f["column"], f["unit"]) for f in figures]
assert len(places) == len(set(places)), "a figure stands there twice"
for f in figures:
    numbers = [f["low"], f["median"], f["high"]]
    assert numbers == [None] * 3 or all(map(math.isfinite, numbers)) and numbers == sorted(numbers), f
    assert f["median"] is None or f["median"] > 0 or f["table"] in ("measured", "parts-base", "parts-avx2", "parts-avx512"), f
known = {(f["table"], f["column"]) for f in figures if f["median"] is not None}
for column in ("drawn", "drawn/drawing", "C+GSL/drawn", "tuned C/drawn", "counted"):
    assert ("drawn", column) in known, column
assert answer["machine"]["NumPy"] == "none" or ("drawn", "NumPy/drawn") in known
assert sys.argv[2] not in text and sys.argv[3] not in text
PYTHON
verdict $? "their JSON is whole"
"$1/tests/bench/bench_rows" --quick >"$work/rows" && grep -q '^  gaussian 2^8 .*\[.*\]' "$work/rows"
verdict $? "their tables have medians and quartiles"
! "$1/tests/bench/bench_rows" --fast >/dev/null 2>&1
verdict $? "an option that there is not is refused"
summary
