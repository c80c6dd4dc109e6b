#!/usr/bin/env bash
# A sweep as a Slurm job array, one shard a task; submitted again, it computes only what is missing.
#
#   CONFIG=configs/publish.yaml OUTPUT=publish.h5 sbatch --array=0-15 configs/slurm/array.sh
#   gapscale merge publish.h5.shard-*-of-16.journal -o publish.h5       # when all tasks have ended
#
# Shards are I of N, I = 0 to N-1. An array without gaps that begins at 0 or 1 says both; of any other SHARDS tells N, and OFFSET
# which task has shard 0 (0 unless set, and it may be negative). So some tasks again, or many shards where arrays are short:
#
#   SHARDS=16 CONFIG=... OUTPUT=... sbatch --array=3,7 configs/slurm/array.sh
#   SHARDS=2000 OFFSET=-1000 CONFIG=... OUTPUT=... sbatch --array=0-999 configs/slurm/array.sh     # shards 1000 to 1999
#
# Tasks may take different instruction sets (ISA pins one), not different C libraries: what does not fit is refused
# (sim/CLUSTER.md).
#SBATCH --job-name=gapscale
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@30
#SBATCH --open-mode=append
set -euo pipefail

refuse() {
    echo "array.sh: $1" >&2
    exit 2
}
: "${CONFIG:?set CONFIG to a YAML file}" "${OUTPUT:?set OUTPUT to the results file}"
task=${SLURM_ARRAY_TASK_ID:-} first=${SLURM_ARRAY_TASK_MIN:-0} last=${SLURM_ARRAY_TASK_MAX:-0} count=${SLURM_ARRAY_TASK_COUNT:-0}
[[ -n $task ]] || refuse "no task of a job array: submit it with sbatch --array=0-15 or so"

if [[ -z ${SHARDS:-} ]]; then
    [[ -z ${OFFSET:-} ]] || refuse "OFFSET=$OFFSET without SHARDS, the number of all shards"
    ((first <= 1 && last - first + 1 == count)) ||
        refuse "$count tasks from $first to $last do not tell which shards of how many they are: set SHARDS (and OFFSET)"
    SHARDS=$count OFFSET=$first
    for journal in "$OUTPUT".shard-*-of-*.journal; do
        [[ ! -e $journal || $journal == *"-of-$SHARDS.journal" ]] ||
            refuse "$journal is there, and this array is of $SHARDS: set SHARDS (and OFFSET) to go on with that or to begin anew"
    done
fi
OFFSET=${OFFSET:-0}
[[ $SHARDS =~ ^[1-9][0-9]*$ ]] || refuse "SHARDS=$SHARDS is not a number of shards"
[[ $OFFSET =~ ^(0|-?[1-9][0-9]*)$ ]] || refuse "OFFSET=$OFFSET is not a whole number"
shard=$((task - OFFSET))
((shard >= 0 && shard < SHARDS)) || refuse "task $task with OFFSET=$OFFSET would be shard $shard, and there are 0 to $((SHARDS - 1))"

# exec: signals reach the program, which saves what is finished and ends with status 75. It also reads SLURM_JOB_END_TIME
# and ends in good order before the wall clock does it.
exec "${GAPSCALE:-gapscale}" run "$CONFIG" -o "$OUTPUT" --shard "$shard/$SHARDS" ${ISA:+--isa "$ISA"} \
    --threads "${SLURM_CPUS_PER_TASK:-1}" --quiet
