#!/usr/bin/env bash
# ranks.sh BINARY MPI_BINARY: one sweep over 1 to 4 ranks has the digest of the lone process, a stopped one goes on, a
# failed rank ends all. Ends with `N passed, N failed, N skipped`.
set -uo pipefail
mpi=$(realpath "$2")
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none
unset OMP_NUM_THREADS

cat >sweep.yaml <<'YAML'
replicates: 1500
keep_replicates: 500
n: [300, 3000, 1e20]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 5}
collapse: {susceptibility: false}
series:
  - family: gaussian
  - {family: spherical, dimension: 4, output: true}
  - {family: gumbel, rows: drawn, n: [2^13], replicates: 300}
YAML
expect 0 "the lone process" run sweep.yaml -o lone.h5 --quiet
want=$(digest lone.h5)
for ranks in 1 2 3 4; do
    for threads in 1 2; do
        rm -f many.h5*
        timeout 120 mpirun -n $ranks "$mpi" run sweep.yaml -o many.h5 --threads $threads --quiet 2>err
        holds "$ranks ranks of $threads threads: status" test $? -eq 0
        holds "$ranks ranks of $threads threads: digest" test "$(digest many.h5)" = "$want"
    done
done
timeout 60 mpirun -n 2 "$mpi" run sweep.yaml -o many.h5 --quiet 2>err
holds "already done" test $? -eq 0
timeout 60 mpirun -n 3 "$gapscale" run sweep.yaml -o strangers.h5 --quiet 2>err
holds "three processes without MPI: what would be ranks is told" grep -q "know nothing of each other: .*gapscale-mpi" err
timeout 60 mpirun -n 3 "$mpi" run missing.yaml -o x.h5 2>err
holds "a missing config: status 2, no hang" test $? -eq 2
holds "one message" test "$(grep -c 'missing.yaml' err)" -eq 1

sed 's/replicates: 1500/replicates: 12000/' sweep.yaml >long.yaml
expect 0 "a longer sweep alone" run long.yaml -o long.h5 --quiet
want=$(digest long.h5)
timeout 120 mpirun -n 2 "$mpi" run long.yaml -o stopped.h5 --threads 1 --quiet 2>err &
until_there stopped.h5.journal/header
pause 0.2 "for ranks to be under way"
kill -USR1 "$(pgrep -P $!)" # mpirun, the child of timeout
wait $!
holds "SIGUSR1: status 75" test $? -eq 75
holds "a journal is left" test -d stopped.h5.journal
expect 0 "the lone process goes on" run long.yaml -o stopped.h5 --quiet
holds "its digest" test "$(digest stopped.h5)" = "$want"

# under_way FILE [CONFIG]: three ranks at work on it, each of which has kept something; sets `launcher` and `ranks`.
under_way() {
    timeout 120 mpirun -n 3 "$mpi" run "${2:-long.yaml}" -o "$1" --threads 1 --quiet 2>err &
    launcher=$!
    for ((try = 0; try < 200; try++)); do
        [[ $(find "$1.journal" -name '*.units' 2>/dev/null | wc -l) -lt 3 ]] || break
        sleep 0.05
    done
    mapfile -t ranks < <(pgrep -P "$(pgrep -P $launcher)")
}
under_way told.h5
kill -TERM "${ranks[-1]}"
wait $launcher
holds "one rank alone is stopped: status 75" test $? -eq 75
expect 0 "the lone process does what that one dropped" run long.yaml -o told.h5 --quiet
holds "its digest" test "$(digest told.h5)" = "$want"

# One whose mpirun is gone at once, as it is when told twice to end, outlives it by a second.
under_way outlived.h5
kill -KILL "$(pgrep -P $launcher)"
wait $launcher
expect 0 "the lone process goes on where ranks outlive their mpirun" run long.yaml -o outlived.h5
holds "having waited for them" grep -q "outlived.h5.journal is in use by .*: waiting" err
holds "its digest" test "$(digest outlived.h5)" = "$want"

under_way killed.h5
kill -KILL "${ranks[-1]}"
wait $launcher
holds "a killed rank ends all" test $? -ne 0
for ((try = 0; try < 100; try++)); do
    left=$(ps -o stat= -p "$(IFS=,; echo "${ranks[*]}")" | grep -v '^Z') # one that nobody waited for has ended
    [[ -n $left ]] || break
    sleep 0.05
done
holds "every rank kept a file of its own" test "$(find killed.h5.journal -name '*.units' | wc -l)" -eq 3
holds "nobody is left" test "${#ranks[@]}" -eq 3 -a -z "$left"
printf x | dd of=killed.h5.journal/header bs=1 seek=30 conv=notrunc 2>/dev/null
timeout 120 mpirun -n 2 "$mpi" run long.yaml -o killed.h5 2>err
holds "two ranks go on, though the header is damaged" test $? -eq 0
holds "from what all three kept" grep -q "going on: [1-9][0-9]* of" err
holds "their digest" test "$(digest killed.h5)" = "$want"

for shard in 0/2 1/3; do expect 0 "shard $shard alone" run long.yaml -o parts.h5 --shard $shard --quiet; done
timeout 120 mpirun -n 2 "$mpi" run long.yaml -o parts.h5 --shard 1/2 --threads 1 2>err
holds "two ranks on the other half" test $? -eq 0
holds "go on from a third of another cut" grep -q "going on: [1-9][0-9]* of" err
holds "they leave one file" test "$(find parts.h5.shard-1-of-2.journal -name '*.units' | wc -l)" -eq 1
expect 0 "shards of a lone process and of two ranks merge" merge parts.h5.shard-?-of-2.journal -o parts.h5
holds "their digest" test "$(digest parts.h5)" = "$want"

# Cells under a target; ranks that go on find what of them was finished.
printf '%s\n' 'target: {collapse: 0.05}' 'replicates: 4000' 'n: [64, 1e10, 1e20]' 'series: [{family: gaussian}, {family: gumbel}]' >target.yaml
expect 0 "a target alone" run target.yaml -o target.h5 --quiet
timeout 120 mpirun -n 3 "$mpi" run target.yaml -o ranks.h5 --threads 1 --quiet 2>err
holds "three ranks under a target: the digest" test "$(digest ranks.h5)" = "$(digest target.h5)"
"$gapscale" run target.yaml -o going.h5 --threads 1 --quiet 2>err &
until_there going.h5.journal/000001.units
kill -KILL $!
wait $! 2>/dev/null
timeout 120 mpirun -n 2 "$mpi" run target.yaml -o going.h5 --threads 1 2>err
holds "two ranks go on from a process that was killed" grep -q "going on: [1-9][0-9]* of" err
holds "their digest" test "$(digest going.h5)" = "$(digest target.h5)"

# What a finished file or the journal of a shard has, and nothing else.
sed 's/0.05/0.2/' target.yaml >rough.yaml
expect 0 "a rough target" run rough.yaml -o grown.h5 --quiet
timeout 120 mpirun -n 3 "$mpi" run target.yaml -o grown.h5 --threads 1 --quiet 2>err
holds "a file that grew by ranks: the digest" test "$(digest grown.h5)" = "$(digest target.h5)"
expect 0 "a shard" run target.yaml -o beside.h5 --shard 0/5 --quiet
timeout 120 mpirun -n 3 "$mpi" run target.yaml -o beside.h5 --threads 1 --quiet 2>err
holds "ranks beside a shard: the digest" test "$(digest beside.h5)" = "$(digest target.h5)"

printf '%s\n' 'target: {collapse: 1e-9}' 'replicates: 320' 'beta: {values: [1, 2, 4]}' 'n: [2^20]' 'rows: drawn' 'series: [{family: gaussian}]' >cell.yaml
expect 0 "one cell under a target" run cell.yaml -o alone.h5 --quiet
under_way shared.h5 cell.yaml
holds "ranks compute it together" test "$(find shared.h5.journal -name '*.units' | wc -l)" -eq 3
wait $launcher
holds "its digest" test "$(digest shared.h5)" = "$(digest alone.h5)"

# A rank that another compiler made: the same program, but for the number of that.
compiler=$("$mpi" --version | sed -n '1s/.*[^0-9.]\([0-9.]*\)$/\1/p')
LC_ALL=C sed "s/${compiler//./\\.}/${compiler//[0-9]/9}/g" "$mpi" >other-mpi
chmod +x other-mpi
timeout 60 mpirun -n 1 "$mpi" run sweep.yaml -o builds.h5 --quiet : -n 1 ./other-mpi run sweep.yaml -o builds.h5 --quiet 2>err
holds "a rank of another build ends all" test $? -ne 0
holds "it says so" grep -q "rank 1 on .* compiled by another compiler" err
holds "nothing is published" test ! -e builds.h5

# A rank whose C library has no fused multiply-add, as on another processor.
plain=(env "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4")
numerics() { "$@" run long.yaml -o numerics.h5 --quiet --time-limit 0.01s 2>/dev/null; tr '\0' '\n' <numerics.h5.journal/header | sed -n 2p; rm -rf numerics.h5.journal; }
if [[ $(numerics "$gapscale") = "$(numerics "${plain[@]}" "$gapscale")" ]]; then
    skip "refusing a rank of another C library" "GLIBC_TUNABLES changes no digit here"
else
    timeout 60 mpirun -n 1 "$mpi" run long.yaml -o mixed.h5 --quiet : \
        -n 1 "${plain[@]}" "$mpi" run long.yaml -o mixed.h5 --quiet 2>err
    holds "a rank of other last digits ends all" test $? -ne 0
    holds "it says so" grep -q "rank 1 on .* other last digits" err
    holds "nothing is published" test ! -e mixed.h5
fi
summary
