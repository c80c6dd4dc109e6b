#!/usr/bin/env bash
# A sweep as one MPI job, ranks x threads; submitted again, it goes on where it stopped.
#
#   CONFIG=configs/publish.yaml OUTPUT=publish.h5 sbatch --nodes=4 configs/slurm/mpi.sh
#
# `make mpi` builds gapscale-mpi. Every rank keeps a file of its own in OUTPUT.journal/, which all nodes must see, and reads the
# config; rank 0 hands out the work and writes the results.
#SBATCH --job-name=gapscale-mpi
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=4
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@30
#SBATCH --open-mode=append
set -euo pipefail

export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
# Without this Open MPI pins a rank to one processor and its threads with it.
export OMPI_MCA_hwloc_base_binding_policy=none
exec mpirun "${GAPSCALE_MPI:-gapscale-mpi}" run "${CONFIG:?set CONFIG to a YAML file}" \
    -o "${OUTPUT:?set OUTPUT to the results file}" ${ISA:+--isa "$ISA"} --quiet
