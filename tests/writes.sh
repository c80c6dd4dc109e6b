#!/usr/bin/env bash
# writes.sh BINARY [PLACES|all]: what goes wrong once while files are written: a write, fsync, rename or close of run,
# growing, merge and fit fails, or a write is lost without a word, at PLACES (default 2) of all such calls each. Status 0 stands for the right
# numbers on the disk; after any other, what was there is as it was or right, nothing lies half written, and the same
# command done again ends well. Prints the counts and `N passed, N failed, N skipped`.
set -uo pipefail
most=${2:-2}
[[ ! -w /dev/shm ]] || export TMPDIR=/dev/shm # fsync costs nothing there
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"
if ! ${CC:-gcc} -O1 -D_GNU_SOURCE -shared -fPIC "$top/tests/fault.c" -o fault.so -ldl 2>err; then
    skip "failing writes" "no shared object can be built and preloaded here"
    summary
    exit
fi

cat >sweep.yaml <<'YAML'
replicates: 130
n: [100, 1e20]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 9}
series:
  - family: gaussian
  - {family: spherical, dimension: 3, n: [100], output: true}
YAML
run=(run sweep.yaml -o out.h5 --quiet --threads 1)
merge=(merge shards/out.h5.shard-0-of-2.journal shards/out.h5.shard-1-of-2.journal -o out.h5 --quiet)
fit=(fit calm.h5 -o out.fit.h5)
expect 0 "a run that nothing disturbs" run sweep.yaml -o calm.h5 --quiet
expect 0 "one to grow from" run sweep.yaml -o small.h5 --quiet --set replicates=64
expect 0 "its fit" fit calm.h5 -o calm.fit.h5
mkdir shards
for shard in 0 1; do expect 0 "shard $shard" run sweep.yaml -o shards/out.h5 --quiet --shard $shard/2; done
want=$(digest calm.h5) old=$(digest small.h5)

# Everything in a file of fits but when, and by which words, it was made.
fits() { sed -E 's/20[0-9-]{8}T[0-9:]{8}Z//g; s/(calm|out)\.fit\.h5//g' "$1" | cksum; }
is_right() { if [[ $1 = fit ]]; then [[ -e out.fit.h5 && $(fits out.fit.h5) = "$fits" ]]; else [[ $(digest out.h5) = "$want" ]]; fi; }
is_as_it_was() {
    if [[ $1 = grow ]]; then [[ $(digest out.h5) = "$old" ]]; else [[ ! -e out.h5 && ! -e out.fit.h5 ]]; fi
}
begin() {
    rm -rf out.* seen
    if [[ $1 = grow ]]; then cp small.h5 out.h5 && cp small.h5.units out.h5.units; fi
}
begin fit
"$gapscale" "${fit[@]}" >out 2>err
fits=$(fits out.fit.h5)

# try COMMAND WORDS...: with the fault, then without it. Complains of what is not as it should be.
try() {
    local kind=$1 status
    shift
    begin "$kind"
    timeout 60 env LD_PRELOAD="$work/fault.so" FAULT_SEEN="$work/seen" "$gapscale" "$@" >out 2>err </dev/null
    status=$?
    if ((status == 0)); then
        is_right "$kind" || echo "status 0 and not the right numbers"
    else
        ((status == 1)) || echo "status $status"
        [[ -s err ]] || echo "no word"
        is_right "$kind" || is_as_it_was "$kind" || echo "status $status and a wrong file"
        [[ -z $(compgen -G 'out.h5*.tmp-*') ]] || echo "a temporary file is left"
        timeout 60 "$gapscale" "$@" >out 2>again </dev/null || echo "again: status $?"
        is_right "$kind" || echo "again: not the right numbers"
    fi
}

tried=0 failed_ones=0
for kind in run grow merge fit; do
    words=("${run[@]}")
    case $kind in
    merge) words=("${merge[@]}") ;;
    fit) words=("${fit[@]}") ;;
    esac
    for call in write lose fsync rename close; do
        bad=0 places=0
        begin $kind
        FAULT_CALL=$call FAULT_AT=0 FAULT_COUNT=count LD_PRELOAD=$work/fault.so "$gapscale" "${words[@]}" >out 2>err
        calls=$(<count)
        number=$calls
        [[ $most = all ]] || ((most >= calls)) || number=$most
        for ((i = 0; i < number; i++)); do
            at=$((1 + (2 * i + 1) * calls / (2 * number)))
            complaint=$(FAULT_CALL=$call FAULT_AT=$at FAULT_ERRNO=28 try $kind "${words[@]}")
            [[ ! -e seen ]] || places=$((places + 1))
            [[ -n $complaint ]] || continue
            bad=$((bad + 1))
            echo "    $kind, $call $at of $calls: ${complaint//$'\n'/; }"
        done
        ((bad == 0 && places > 0))
        check $? "$kind: $places of $calls places where one $call goes wrong"
        tried=$((tried + places)) failed_ones=$((failed_ones + bad))
    done
done
echo "$tried faults while writing, $failed_ones of them not told or not mended"
summary
