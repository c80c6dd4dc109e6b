#!/usr/bin/env bash
# scaling.sh BINARY MPI_BINARY: one sweep with one thread, two threads, and two ranks, alternating; the best of three
# rounds each, as ratios.
set -euo pipefail
program=$(realpath "$1") mpi=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_hwloc_base_binding_policy=none
cat >sweep.yaml <<'YAML'
replicates: 30000
n: [3000, 1e20]
series: [{family: gaussian}, {family: gumbel}]
YAML
seconds() { # COMMAND...
    local start=$EPOCHREALTIME
    rm -f out.h5*
    "$@" >/dev/null 2>&1
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f", b - a }'
}
best() { printf '%s\n' "$@" | sort -g | head -1; }
one=() threads=() ranks=()
for _ in 1 2 3; do
    one+=("$(seconds "$program" run sweep.yaml -o out.h5 --threads 1 --quiet)")
    threads+=("$(seconds "$program" run sweep.yaml -o out.h5 --threads 2 --quiet)")
    ranks+=("$(seconds mpirun -n 2 "$mpi" run sweep.yaml -o out.h5 --threads 1 --quiet)")
done
awk -v one="$(best "${one[@]}")" -v threads="$(best "${threads[@]}")" -v ranks="$(best "${ranks[@]}")" 'BEGIN {
    printf "scaling: one thread %.2f s; two threads %.2f times as fast, two ranks %.2f (start and end of MPI included)\n",
        one, one / threads, one / ranks }'
