#!/usr/bin/env bash
# bits.sh BINARY OTHER...: the same bits from every compiler, with sanitizers and without, under every instruction set: a small
# battery (every family, drawn and counted; every normaliser; the attention output; flow; predictions; a fit; scores written and diagnosed) by
# each binary against the first; tests/bits.py says what is compared. Ends with `N passed, N failed, N skipped`.
set -uo pipefail
binaries=("$@")
for i in "${!binaries[@]}"; do binaries[i]=$(realpath "${binaries[i]}"); done
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

cat >drawn.yaml <<'YAML'
replicates: 20
n: [2, 5000]
beta: {relative_to: lambda_typ, values: [0.3, 1, 4]}
collapse: {entropy: [1], susceptibility: false}
rows: drawn
series:
  - {family: gaussian}
  - {family: gumbel}
  - {family: stretched, power: 0.5}
  - {family: powerlaw, kappa: 0.4}
  - {family: spherical, dimension: 5}
  - {name: around, family: spherical, dimension: 6, concentration: 20}
  - {family: pareto, tail: 2}
  - {family: dotproduct, dimension: 3}
  - {name: positions, family: gaussian, position: {linear: 0.5, log: 0.1}}
YAML
# The exact values of dot products take seconds a cell, and more the longer the rows.
sed 's/rows: drawn/rows: counted/; s/^n: .*/n: [3000, e^100000]/; /dotproduct/s/}/, n: [3000, 1e30]}/' drawn.yaml >counted.yaml
cat >>counted.yaml <<'YAML'
  - {name: schedule, family: spherical, dimension: {coef: 2, log_power: 1}, n: [1e20]}
  - {family: plateau, rows: auto}
  - {family: attention, rows: auto, n: [700], width: 9, head: 6, rotary: 100}
  - {name: tokens, family: attention, rows: auto, n: [700], tokens: {zipf: 1, vocabulary: 300}, normalise: layer}
  - {family: grem, rows: auto, n: [900], levels: [[0.5, 0.8], [0.5, 0.2]]}
  - {family: walk, rows: auto, n: [512]}
  - {name: others, family: gaussian, rows: auto, n: [900, 1e9], normalisers: [sparsemax, {entmax: 1.5}, {sink: 0}]}
YAML
cat >output.yaml <<'YAML'
replicates: 10
beta: {n_eff: [100, 1]}
common_randomness: true
series:
  - {name: circle, family: spherical, dimension: 2, output: true, n: [1e12]}
  - {name: matrix, family: spherical, dimension: 5, output: true, value_matrix: {random: 3}, n: [400]}
  - {name: around, family: spherical, dimension: 4, concentration: 9, output: true, n: [1e6]}
  - {name: short, family: spherical, dimension: 3, output: true, rows: drawn, n: [900], beta: [20]}
YAML

cat >law.yaml <<'YAML'
replicates: 128
n: {from: 2^15, to: 1e300, points: 6}
beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 17}
collapse: {entropy: [1], participation: [0.5], susceptibility: false} # whose top is found to 1e-7
series: [{family: gaussian}]
YAML
cat >scores.yaml <<'YAML'
replicates: 16
n: [64, 256]
series: [{family: gaussian}, {family: attention, width: 9, head: 6}]
YAML

# exact_values FOLDER BINARY: sweeps of two replicates with archives of the exact values, which know of no instruction set: every
# answer grows out of them, by exact values that are there (half of the units) and rows that are all new.
exact_values() {
    local config
    mkdir "$1"
    for config in drawn counted output; do
        "$2" run $config.yaml -o "$1/$config.h5" --set replicates=2 --quiet || return 1
    done
}
# answers FOLDER BINARY ISA EXACT: what this binary makes of the battery.
answers() {
    local config folder=$1 program=$2 isa=$3
    cp -r "$4" "$folder"
    for config in drawn counted output; do
        "$program" run $config.yaml -o "$folder/$config.h5" --isa "$isa" 2>now || { cat now >&2; return 1; }
        cat now >>said
    done
    rm -f "$folder"/*.units
    [[ $isa == base ]] || return 0 # the others know of no instruction set
    "$program" flow n=300 modes=4 replicates=8 steps=2 'concentration=[2,5]' 'share=[3,1]' 'direction=[[1,0],[0,1]]' --json \
        >"$folder/flow.json" && "$program" predict spherical dimension=5 'n=[1000]' 'beta=[1,20]' --json >"$folder/predict.json" &&
        "$program" run law.yaml -o "$folder/law.h5" --quiet &&
        "$program" run scores.yaml -o "$folder/rows.h5" --write-scores "$folder/scores.h5" --quiet || return 1
    rm -f "$folder"/*.units
    cd "$folder" || return 1
    "$program" fit law.h5 -o fit.h5 --json >fit.json 2>/dev/null &&
        "$program" diagnose scores.h5 -o diagnosis.h5 --trained 128 --json >diagnosis.json 2>/dev/null
    status=$?
    cd ..
    return $status
}

python=""
for one in python3 /usr/bin/python3; do
    [[ -n $python ]] || ! "$one" -c 'import h5py' 2>/dev/null || python=$one
done
if [[ -z $python ]]; then
    skip "bits across compilers" "no python3 with h5py here"
    summary
    exit
fi
for family in $("$gapscale" families | awk 'NR > 1 { print $1 }'); do
    holds "$family is in the battery" grep -q "family: $family\\b" drawn.yaml counted.yaml
done
for i in "${!binaries[@]}"; do
    exact_values exact-"$i" "${binaries[i]}" 2>err
    check $? "exact values of ${binaries[i]#"$top"/}"
done
for isa in base avx2 avx512; do
    answers "want-$isa" "$gapscale" $isa exact-0 2>err
    status=$?
    if ((status != 0)) && grep -q "not one this processor runs" err; then
        skip "$isa" "this processor does not run it"
        continue
    fi
    check $status "$isa: an answer of ${gapscale#"$top"/}"
    for config in drawn counted output; do
        holds "$isa: $config has the digest of base" test "$(digest want-$isa/$config.h5)" = "$(digest want-base/$config.h5)"
    done
    for i in "${!binaries[@]}"; do
        ((i > 0)) || continue
        rm -rf got
        other=${binaries[i]}
        { answers got "$other" $isa exact-"$i" && "$python" "$top/tests/bits.py" want-$isa got; } 2>err
        check $? "$isa: ${other#"$top"/} has the bits of ${gapscale#"$top"/}"
    done
done
# shellcheck disable=SC2016
holds "every row is its own" awk '/going on/ && 2 * $4 != $6 { bad = 1 } /going on/ { all++ } END { exit bad || all % 3 || !all }' said
summary
