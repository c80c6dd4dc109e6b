#!/usr/bin/env bash
# A sweep as a Slurm job array, one shard a task; submitted again, it computes only what is missing.
#
#   CONFIG=configs/publish.yaml OUTPUT=publish.h5 sbatch --array=0-15 configs/slurm/array.sh
#   gapscale merge publish.h5.shard-*.journal -o publish.h5       # when all tasks have ended
#
# Keep the array's size: shards are I of N. Tasks may take different instruction sets (ISA pins one), not different C
# libraries: what does not fit is refused (sim/CLUSTER.md).
#SBATCH --job-name=gapscale
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --time=01:00:00
#SBATCH --signal=USR1@30
#SBATCH --open-mode=append
set -euo pipefail

# exec: signals reach the program, which saves what is finished and ends with status 75. It also reads SLURM_JOB_END_TIME
# and ends in good order before the wall clock does it.
exec "${GAPSCALE:-gapscale}" run "${CONFIG:?set CONFIG to a YAML file}" -o "${OUTPUT:?set OUTPUT to the results file}" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" ${ISA:+--isa "$ISA"} \
    --threads "${SLURM_CPUS_PER_TASK:-1}" --quiet
