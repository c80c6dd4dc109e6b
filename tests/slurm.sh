#!/usr/bin/env bash
# slurm.sh BINARY [MPI_BINARY]: the job scripts of configs/slurm under a Slurm of one node that is started here: an array of 4
# with one task cancelled, submitted again, merged; an MPI job. Needs root, slurmctld, slurmd, munged; without them it
# says so and is skipped. Ends with `N passed, N failed, N skipped`.
set -uo pipefail
mpi=$(realpath "${2:-/nonexistent}")
scripts=$(realpath "$(dirname "$0")/../configs/slurm")
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

give_up() { # WHY: nothing can be tried
    skip "Slurm" "$1"
    summary
    exit
}
[[ $EUID == 0 ]] || give_up "a Slurm of one's own takes root"
for program in slurmctld slurmd munged sbatch; do
    command -v $program >/dev/null || give_up "no $program here"
done

# ---- one node ----

node=$(hostname -s)
mkdir state spool
head -c 512 /dev/urandom >key && chmod 400 key
cat >slurm.conf <<CONF
ClusterName=gapscale
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=27817
SlurmdPort=27818
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
CONF
export SLURM_CONF=$work/slurm.conf
finish() {
    for name in slurmd slurmctld munge; do
        [[ ! -s $work/$name.pid ]] || kill "$(cat "$work/$name.pid")" 2>/dev/null
    done
    sleep 1
    rm -rf "$work"
}
trap finish EXIT
munged --force --key-file="$work/key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" \
    --log-file="$work/munge.log" --seed-file="$work/munge.seed" >munge.out 2>&1 || give_up "munged does not start here"
slurmctld -f "$SLURM_CONF" >ctld.out 2>&1 || give_up "slurmctld does not start here"
slurmd -f "$SLURM_CONF" >slurmd.out 2>&1 || give_up "slurmd does not start here"
for _ in $(seq 60); do
    [[ $(sinfo -h -o %T 2>/dev/null) != idle ]] || break
    sleep 0.5
done
[[ $(sinfo -h -o %T 2>/dev/null) == idle ]] || give_up "Slurm's node does not come up here"

# ---- an array ----

cat >sweep.yaml <<'YAML'
replicates: 40000
keep_replicates: 500
n: [300, 3000, 1e20]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 17}
series:
  - family: gaussian
  - {family: spherical, dimension: 4, output: true}
YAML
expect 0 "the lone process" run sweep.yaml -o lone.h5 --quiet --isa base
want=$(digest lone.h5)
export GAPSCALE=$gapscale CONFIG=$work/sweep.yaml OUTPUT=$work/array.h5 ISA=base
ended() { # JOB: waits for it
    for _ in $(seq 240); do
        [[ -n $(squeue -h -j "$1" 2>/dev/null) ]] || return 0
        sleep 0.5
    done
    return 1
}
submit() { sbatch --parsable --cpus-per-task=1 --output="$work/job-%A-%a.log" "$@"; }

job=$(submit --array=0-3 "$scripts/array.sh")
for _ in $(seq 100); do
    [[ ! -d array.h5.shard-2-of-4.journal ]] || break
    sleep 0.1
done
scancel "${job}_2"
holds "the array ends" ended "$job"
"$gapscale" merge array.h5.shard-*.journal -o array.h5 >out 2>err
holds "merge: units are missing, status 75" test $? -eq 75
holds "nothing is published" test ! -e array.h5
before=$(stat -c %Y array.h5.shard-0-of-4.journal)
job=$(submit --array=0-3 "$scripts/array.sh")
holds "submitted again it ends" ended "$job"
holds "what was finished is left alone" grep -q . <(find array.h5.shard-0-of-4.journal -name '*.units' ! -newermt "@$((before + 1))")
expect 0 "merge" merge array.h5.shard-*.journal -o array.h5
holds "the lone process's digest" test "$(digest array.h5)" = "$want"

# ---- wall clock ----

if [[ -z ${GAPSCALE_TEST_QUICK:-} ]]; then
    echo "waiting a minute or two for a job to come to its time limit"
    sed 's/replicates: 40000/replicates: 4000000/' sweep.yaml >endless.yaml
    job=$(CONFIG=$work/endless.yaml OUTPUT=$work/endless.h5 submit --array=0 --time=1 --signal=USR1@55 "$scripts/array.sh")
    holds "a job with too little time ends" ended "$job"
    holds "in good order" grep -q "the same command goes on" "$work/job-$job-0.log"
fi

# ---- MPI ----

if [[ -x $mpi ]] && command -v mpirun >/dev/null; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    job=$(GAPSCALE_MPI=$mpi OUTPUT=$work/mpi.h5 submit --ntasks-per-node=2 "$scripts/mpi.sh")
    holds "the MPI job ends" ended "$job"
    holds "the lone process's digest over ranks" test "$(digest mpi.h5)" = "$want"
else
    skip "an MPI job under Slurm" "no program for ranks, or no mpirun here"
fi
summary
