#!/usr/bin/env bash
# writes.sh BINARY [PLACES|all]: what goes wrong once while files are written: a write, fsync, rename or close of run,
# growing, --write-scores, merge, fit, plot, report, flow (and, with all, diagnose) fails, or a write is lost without a word, at PLACES (default
# 2) of all such calls each; or a write fails and all after it, as on a full disk. Status 0 stands for the right
# numbers on the disk; after any other, what was there is as it was or right, nothing lies half written, and the same
# command done again ends well. Prints the counts and
# `N passed, N failed, N skipped`.
set -uo pipefail
most=${2:-2}
[[ ! -w /dev/shm ]] || export TMPDIR=/dev/shm # fsync costs nothing there
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"
fault_shim "failing writes"

cat >sweep.yaml <<'YAML'
replicates: 130
keep_replicates: 8
n: [100, 1e20]
beta: {relative_to: lambda_typ, from: 1/4, to: 4, points: 3}
collapse: {entropy: [1.0], susceptibility: false}
series: [{family: gaussian}]
YAML
mkdir shards
for shard in 0 1; do expect 0 "shard $shard" run sweep.yaml -o shards/out.h5 --quiet --shard $shard/2; done
expect 0 "results to start from" run sweep.yaml -o calm.h5 --quiet
expect 0 "results to grow from" run sweep.yaml -o small.h5 --quiet --set replicates=64

# Every command writes files out.* alone. A diagnosis takes seconds and is written as results are: in a long test, some of its places.
dear=24
declare -A words=(
    [run]="run sweep.yaml -o out.h5 --quiet --threads 1"
    [merge]="merge shards/out.h5.shard-0-of-2.journal shards/out.h5.shard-1-of-2.journal -o out.h5 --quiet"
    [scores]="run sweep.yaml -o calm.h5 --quiet --threads 1 --write-scores out.scores.h5"
    [fit]="fit calm.h5 -o out.fit.h5"
    [diagnose]="diagnose calm.scores.h5 -o out.diagnosis.h5 --beta 1 --threads 1"
    [plot]="plot calm.h5 -o out.figures --figure entropy --keep"
    [report]="report calm.h5 -o out.html"
    [flow]="flow replicates=8 n=64 modes=4 -o out.csv --threads 1"
)
words[grow]=${words[run]}
kinds=(run grow merge scores fit)
[[ $most != all ]] || kinds+=(diagnose)
! have gnuplot "failing writes of figures" || kinds+=(plot report flow)

# A line for each file that is there: its name and a sum of all in it but when and by which thread count it was made; of
# results, whose archives have the order of units, the digest.
state() {
    local file
    for file in out.* out.figures/*; do
        case $file in
        out.h5) echo "$file $(digest "$file")" ;;
        out.h5.units | out.h5.journal | out.figures | *'*') ;;
        *) echo "$file $(sed -E 's/20[0-9-]{8}T[0-9:]{8}Z//g; /CreationDate/d' "$file" | cksum)" ;;
        esac
    done
}
begin() { # KIND: what is there before its command
    rm -rf out.* seen
    if [[ $1 = grow ]]; then cp small.h5 out.h5 && cp small.h5.units out.h5.units; fi
}
# Every file is as it was or right. In the order of `state`, names stand before sums.
is_known() { ! state | grep -qvxFf <(echo "$before" && echo "$right"); }

# try WORDS...: with the fault, then without it. Complains of what is not as it should be.
try() {
    local status
    begin "$kind"
    timeout 600 env LD_PRELOAD="$work/fault.so" FAULT_SEEN="$work/seen" "$gapscale" "$@" >out 2>err </dev/null
    status=$?
    if ((status == 0)); then
        [[ $(state) = "$right" ]] || echo "status 0 and not the right files"
    else
        ((status == 1)) || echo "status $status"
        [[ -s err ]] || echo "no word"
        is_known || echo "status $status and a wrong file"
        [[ $kind != grow || $(digest out.h5) != "$(digest small.h5)" ]] || cmp -s out.h5.units small.h5.units ||
            echo "an archive that is ahead of its file"
        [[ -z $(compgen -G 'out*.tmp-*' || compgen -G 'out.figures/*.tmp-*') ]] || echo "a temporary file is left"
        timeout 600 "$gapscale" "$@" >out 2>again </dev/null || echo "again: status $?"
        [[ $(state) = "$right" ]] || echo "again: not the right files"
    fi
}

tried=0 failed_ones=0
expect 0 "scores to diagnose" run sweep.yaml -o calm.h5 --quiet --write-scores calm.scores.h5
for kind in "${kinds[@]}"; do
    read -ra command <<<"${words[$kind]}"
    begin "$kind"
    before=$(state)
    expect 0 "$kind that nothing disturbs" "${command[@]}"
    right=$(state)
    for call in write full lose fsync rename close; do
        bad=0 places=0 name=$call
        unset FAULT_ON
        if [[ $call = full ]]; then export FAULT_ON=1 call=write name="write and all after it"; fi
        begin "$kind"
        env -u FAULT_ON FAULT_CALL=$call FAULT_AT=0 FAULT_COUNT=count LD_PRELOAD="$work/fault.so" "$gapscale" "${command[@]}" >out 2>err
        calls=$(<count)
        number=$calls
        [[ $most = all ]] || ((most >= calls)) || number=$most
        [[ $kind != diagnose ]] || ((number <= dear)) || number=$dear
        for ((i = 0; i < number; i++)); do
            at=$((1 + (2 * i + 1) * calls / (2 * number)))
            complaint=$(FAULT_CALL=$call FAULT_AT=$at FAULT_ERRNO=28 try "${command[@]}")
            [[ ! -e seen ]] || places=$((places + 1))
            [[ -n $complaint ]] || continue
            bad=$((bad + 1))
            echo "    $kind, $name $at of $calls: ${complaint//$'\n'/; }"
        done
        ((bad == 0 && places > 0))
        check $? "$kind: $places of $calls places where a $name goes wrong"
        tried=$((tried + places)) failed_ones=$((failed_ones + bad))
    done
done
# A file takes its place late, as on a disk that stalls.
# late AT WORDS...: has come so far in the background; what it says goes to the file late.
late() {
    rm -f seen
    FAULT_CALL=rename FAULT_AT=$1 FAULT_LATE=40 FAULT_SEEN=$work/seen LD_PRELOAD=$work/fault.so "$gapscale" "${@:2}" 2>late &
    local try
    for ((try = 0; try < 500; try++)); do
        [[ ! -e seen ]] || break
        sleep 0.02
    done
}
# stops WHO: it is told to stop meanwhile.
stops() {
    local asked=${EPOCHREALTIME/./}
    kill -TERM $!
    wait $!
    holds "$1 in its last write: status 75" test $? -eq 75
    holds "within 2 s" test $((${EPOCHREALTIME/./} - asked)) -lt 2500000
}
read -ra command <<<"${words[run]}"
begin run
FAULT_CALL=rename FAULT_AT=0 FAULT_COUNT=count LD_PRELOAD=$work/fault.so "$gapscale" "${command[@]}" >out 2>err
right=$(state)
begin run
late "$(<count)" "${command[@]}"
stops "a run"
holds "it says where what is finished is" grep -q "stopped: what is finished is in out.h5.journal" late
expect 0 "the same command" "${command[@]}"
holds "writes the right file" test "$(state)" = "$right"
holds "and leaves nothing else" test -z "$(compgen -G 'out*.tmp-*' || compgen -G 'out.h5.journal')"
# Fewer replicates in the place of more, killed between file and archive: no archive is ahead of its file.
command=(run sweep.yaml -o out.h5 --quiet --threads 1 --force --set replicates=64)
more() { rm -rf out.* && cp calm.h5 out.h5 && cp calm.h5.units out.h5.units; }
more
FAULT_CALL=rename FAULT_AT=0 FAULT_COUNT=count LD_PRELOAD=$work/fault.so "$gapscale" "${command[@]}" >out 2>err
more
late "$(<count)" "${command[@]}"
kill -KILL $!
wait $! 2>/dev/null
holds "fewer replicates by --force, killed before the archive is in place: the file is there" test "$(digest out.h5)" = "$(digest small.h5)"
holds "and the archive of the old one is not" test ! -e out.h5.units
expect 0 "the same command" "${command[@]}"
holds "writes both" cmp out.h5.units small.h5.units
# A merge to a journal that is killed before any of its renames: the same command makes it, and nothing else is left.
command=(merge shards/*.journal -o both.journal)
renames=0
for rename in header records journal; do
    late $((++renames)) "${command[@]}"
    kill -KILL $!
    wait $! 2>/dev/null
    holds "a merge to a journal killed before its $rename is in place: none is there" test ! -e both.journal -a -e seen
    expect 0 "the same command" "${command[@]}"
    holds "makes it, and nothing else" test "$(echo both.journal*/*)" = "both.journal/000001.units both.journal/header"
    rm -r both.journal
done
# Another one is quicker.
rm -f seen
FAULT_CALL=rename FAULT_AT=$renames FAULT_LATE=3 FAULT_SEEN=$work/seen LD_PRELOAD=$work/fault.so "$gapscale" "${command[@]}" 2>late &
for ((try = 0; try < 500; try++)); do
    [[ ! -e seen ]] || break
    sleep 0.02
done
kill -STOP $!
expect 0 "a second merge to a journal that is about to be in place" "${command[@]}"
kill -CONT $!
wait $!
holds "the first is refused" test $? -eq 2
holds "as when it was there before" grep -q "both.journal is there already; remove it" late
holds "and leaves nothing else" test "$(echo both.journal*/*)" = "both.journal/000001.units both.journal/header"

echo "$tried faults while writing, $failed_ones of them not told or not mended"
summary
