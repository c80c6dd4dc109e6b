#!/usr/bin/env bash
# slurm.sh BINARY [MPI_BINARY]: the job scripts of configs/slurm under a Slurm of one node that is started here: an array of 4
# with one task cancelled, submitted again, merged; an MPI job. Needs root, slurmctld, slurmd, munged; without them it
# says so and is skipped. Ends with `N passed, N failed, N skipped`.
set -uo pipefail
mpi=$(realpath "${2:-/nonexistent}")
scripts=$(realpath "$(dirname "$0")/../configs/slurm")
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

# ---- which shard a task takes, without a Slurm ----

# takes WANTED ID MIN MAX COUNT [NAME=VALUE]...: what the job script runs as this task of an array, or that it refuses.
takes() {
    local wanted=$1 status got
    got=$(env SLURM_ARRAY_TASK_ID="$2" SLURM_ARRAY_TASK_MIN="$3" SLURM_ARRAY_TASK_MAX="$4" SLURM_ARRAY_TASK_COUNT="$5" \
        GAPSCALE=echo CONFIG=c.yaml OUTPUT="${OUTPUT:-o.h5}" "${@:6}" "$scripts/array.sh" 2>err)
    status=$?
    got=$(sed -n 's/.*--shard \([^ ]*\).*/\1/p' <<<"$got")
    ((status == 0)) || got="refused $status $(grep -c '^array.sh: ' err)"
    holds "task $2 of $3..$4 ($5 tasks) ${*:6}: $wanted" test "$got" = "$wanted"
}
refused="refused 2 1"
takes 0/4 0 0 3 4
takes 3/4 3 0 3 4
takes 0/3 1 1 3 3
takes 2/3 3 1 3 3
takes 0/1 0 0 0 1
takes "$refused" 3 3 3 1            # submitted again: of how many?
takes "$refused" 2 0 6 4            # 0-6:2
takes "$refused" 3 1 3 2            # 1,3
takes "$refused" 2 2 5 4
takes 3/4 3 3 3 1 SHARDS=4
takes 3/4 3 1 3 2 SHARDS=4          # 1,3
takes 4/7 4 0 6 4 SHARDS=7          # 0-6:2
takes 2/3 3 3 3 1 SHARDS=3 OFFSET=1
takes 1999/2000 999 0 999 1000 SHARDS=2000 OFFSET=-1000
takes "$refused" 4 0 4 5 SHARDS=4
takes "$refused" 0 0 3 4 SHARDS=4 OFFSET=1
takes "$refused" 1 1 3 3 OFFSET=1
takes "$refused" 0 0 3 4 SHARDS=x
takes "$refused" 0 0 3 4 SHARDS=0
takes "$refused" 0 0 3 4 SHARDS=4 OFFSET=a
takes "$refused" "" 0 3 4
mkdir there.h5.shard-1-of-4.journal
OUTPUT=there.h5 takes 1/4 1 0 3 4
OUTPUT=there.h5 takes "$refused" 1 1 3 3       # submitted again: 1-3 of 0-3
holds "it names the journal" grep -q "there.h5.shard-1-of-4.journal is there" err
OUTPUT=there.h5 takes "$refused" 0 0 0 1
OUTPUT=there.h5 takes 0/3 1 1 3 3 SHARDS=3 OFFSET=1

# ---- a Slurm ----

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
echo "waiting for Slurm to start, for each of its jobs to end, and 1 s for it to stop"
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
replicates: 20000
keep_replicates: 500
n: [300, 3000, 1e20]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 5}
collapse: {susceptibility: false}
series:
  - family: gaussian
  - {family: spherical, dimension: 4, output: true}
YAML
sed 's/replicates: 20000/replicates: 3000/' sweep.yaml >small.yaml
expect 0 "the lone process" run sweep.yaml -o lone.h5 --quiet --isa base
expect 0 "the lone process, of less" run small.yaml -o few.h5 --quiet --isa base
want=$(digest lone.h5) few=$(digest few.h5)
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
job=$(submit --array=2 "$scripts/array.sh")
holds "one task again, of how many is not said: it ends" ended "$job"
holds "and is refused" grep -q "^array.sh: .*set SHARDS" "$work/job-$job-2.log"
job=$(SHARDS=4 submit --array=2 "$scripts/array.sh")
holds "one task again, of 4, ends" ended "$job"
job=$(submit --array=0-3 "$scripts/array.sh")
holds "submitted again it ends" ended "$job"
holds "what was finished is left alone" grep -q . <(find array.h5.shard-0-of-4.journal -name '*.units' ! -newermt "@$((before + 1))")
expect 0 "merge" merge array.h5.shard-*.journal -o array.h5
holds "the lone process's digest" test "$(digest array.h5)" = "$want"

export CONFIG=$work/small.yaml
good=$(OUTPUT=$work/other.h5 submit --array=1-3 "$scripts/array.sh")
job=$(OUTPUT=$work/other.h5 submit --array=0-4:2 "$scripts/array.sh")
holds "--array=1-3 ends" ended "$good"
holds "--array=0-4:2 ends" ended "$job"
holds "0-4:2 is refused by every task" test "$(grep -l '^array.sh: .*set SHARDS' "$work/job-$job-"*.log | wc -l)" -eq 3
expect 0 "merge of 1-3" merge other.h5.shard-*-of-3.journal -o other.h5
holds "the lone process's digest from --array=1-3" test "$(digest other.h5)" = "$few"

# ---- wall clock ----

if [[ -z ${GAPSCALE_TEST_QUICK:-} ]]; then
    echo "waiting a minute or two for a job to come to its time limit"
    sed 's/replicates: 20000/replicates: 4000000/' sweep.yaml >endless.yaml
    job=$(CONFIG=$work/endless.yaml OUTPUT=$work/endless.h5 submit --array=0 --time=1 "$scripts/array.sh")
    holds "a job with too little time ends" ended "$job"
    holds "told before it" grep -q "SIGUSR1: stopping" "$work/job-$job-0.log"
    holds "in good order" grep -q "the same command goes on" "$work/job-$job-0.log"
fi

# ---- MPI ----

if [[ -x $mpi ]] && command -v mpirun >/dev/null; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    job=$(GAPSCALE_MPI=$mpi OUTPUT=$work/mpi.h5 submit --ntasks-per-node=2 "$scripts/mpi.sh")
    holds "the MPI job ends" ended "$job"
    holds "the lone process's digest over ranks" test "$(digest mpi.h5)" = "$few"
else
    skip "an MPI job under Slurm" "no program for ranks, or no mpirun here"
fi
summary
