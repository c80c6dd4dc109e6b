#!/usr/bin/env bash
# memory.sh BINARY [PLACES|I/N|all [COMMAND...]]: allocations that fail, the program's own and those of its libraries: one for each
# try, every fourth time all after it too. For each command (default: all) at PLACES (default 16) of the calls whose way there is
# new, or at all calls, or every N-th of them from the I-th on. Status 0 stands for the right and whole answer; else there are words, the status is 1 (2 where it is a
# file that takes more memory than there is), no file has its name but a right one, and a run keeps the units that are finished
# and goes on. Prints the counts and `N passed, N failed, N skipped`.
set -uo pipefail
most=${2:-16} only=("${@:3}")
[[ ! -w /dev/shm ]] || export TMPDIR=/dev/shm # fsync costs nothing there
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"
fault_shim "failing allocations"
export OMP_NUM_THREADS=1 # one order of calls

cat >sweep.yaml <<'YAML'
replicates: 2
n: [16]
beta: {relative_to: lambda_typ, values: [1/2, 2]}
ordered_weights: 1
quantiles: [0.5]
collapse: {susceptibility: false}
series: [{family: plateau}]
YAML
cat >rows.yaml <<'YAML'
replicates: 2
n: [16, 1e20]
beta: {relative_to: lambda_typ, values: [1/2, 2]}
series: [{family: gaussian}]
YAML
cat >sphere.yaml <<'YAML'
replicates: 2
n: [5]
beta: [1, 2]
series:
  - {family: spherical, dimension: 3, output: true}
  - {family: attention, width: 4, head: 2}
YAML
expect 0 "a run that nothing disturbs" run sweep.yaml -o calm.h5 --quiet
expect 0 "one with scores" run rows.yaml -o rows.h5 --quiet --write-scores scores.h5
for shard in 0 1; do expect 0 "shard $shard" run sweep.yaml -o parts.h5 --quiet --shard $shard/2; done
declare -A command=(
    [check]="check sphere.yaml"
    [diagnose]="diagnose scores.h5 -o out.h5"
    [families]="families --markdown"
    [fit]="fit calm.h5 -o out.fit.h5"
    [fit-rows]="fit rows.h5 -o out.fit.h5"
    [flow]="flow n=8 replicates=8 modes=1 steps=1 beta=1 -o out.csv"
    [merge]="merge parts.h5.shard-0-of-2.journal parts.h5.shard-1-of-2.journal -o out.h5 --quiet"
    [plot]="plot calm.h5 -o out.figures --figure entropy"
    [predict]="predict gaussian n=[10,1e50]"
    [predict-json]="predict spherical dimension=3 n=10 beta=2 --json"
    [report]="report calm.h5 -o out.html"
    [run]="run sweep.yaml -o out.h5 --quiet"
    [run-rows]="run rows.yaml -o out.h5 --quiet"
    [run-sphere]="run sphere.yaml -o out.h5 --quiet"
    [show]="show calm.h5"
    [show-digest]="show calm.h5 --digest"
)
((${#only[@]} > 0)) || read -ra only <<<"$(printf '%s\n' "${!command[@]}" | sort | tr '\n' ' ')"

# The files that a command leaves, a line each, without times and the names of files.
files() {
    local file
    for file in out.h5 out.fit.h5 out.csv out.html out.figures/*.svg out-*.svg; do
        case $file in
        *\**) ;;
        *.fit.h5) [[ ! -e $file ]] || echo "$file $(sed -E 's/20[0-9-]{8}T[0-9:]{8}Z//g' "$file" | cksum)" ;;
        *.h5) [[ ! -e $file ]] || echo "$file $(digest "$file")" ;;
        *) [[ ! -e $file ]] || echo "$file $(cksum <"$file")" ;;
        esac
    done
}
answer() { # what it says is right but for times
    sed -E '/^(time|units) /s/[0-9.e+-]+ (s|[a-z-]*hours)//g' out
    files
}
begin() { rm -rf out out.* out-* seen; }

# try COMMAND...: complains of what is not as it should be, status 0 with the wrong answer or an end that is no good one.
try() {
    local status
    begin
    timeout 300 env LD_PRELOAD="$work/fault.so" FAULT_CALL=allocate "$gapscale" "$@" >out 2>err </dev/null
    status=$?
    if ((status == 0)); then
        answer | cmp -s - want || echo "status 0 and another answer"
        return
    fi
    ((status == 1)) || { ((status == 2)) && grep -q "takes more memory than there is" err; } || echo "status $status"
    [[ -s err ]] || echo "no word"
    files | grep -vxFf want
    [[ $1 != run ]] || {
        "$gapscale" "$@" >out 2>again </dev/null || echo "again: status $?"
        answer | cmp -s - want || echo "again: another answer"
    }
}
# The numbers of the calls to try, and of every fourth with all after it.
places() {
    case $most in
    all) seq "$calls" ;;
    */*) seq "$((1 + ${most%/*}))" "${most#*/}" "$calls" ;;
    *) awk -v most="$number" '{ at[NR] = $1 }
        END { if (most > NR) { most = NR }; for (i = 0; i < most; i++) { print at[1 + int((i + 0.5) * NR / most)] } }' ways ;;
    esac | awk '{ print } NR % 4 == 2 { print $1 " on" }'
}
# preloaded SETTING=VALUE... : the program under the shim
preloaded() { env LD_PRELOAD="$work/fault.so" FAULT_CALL=allocate "${@}"; }

tried=0 failed_ones=0
for kind in "${only[@]}"; do
    read -ra words <<<"${command[$kind]}"
    begin
    "$gapscale" "${words[@]}" >out 2>err </dev/null
    check $? "$kind, undisturbed"
    answer >want
    begin
    preloaded FAULT_AT=0 FAULT_COUNT=count FAULT_WAYS=ways "$gapscale" "${words[@]}" >out 2>err </dev/null
    calls=$(<count) bad=0 number=$most
    [[ $most = *[!0-9]* || ! $kind =~ diagnose|-rows|-sphere ]] || number=$(((most + 3) / 4)) # they take long
    places >list
    preloaded FAULT_LIST=list "$gapscale" "${words[@]}" >told </dev/null
    # All but the plain ends are looked at one by one, and some of those.
    while read -r at on; do
        complaint=$(
            export FAULT_AT=$at
            [[ -z $on ]] || export FAULT_ON=1
            try "${words[@]}"
        )
        [[ -n $complaint ]] || continue
        bad=$((bad + 1))
        echo "    $kind, allocation $at of $calls${on:+ and all after it}: ${complaint//$'\n'/; }: $(head -1 err)"
    done < <(awk -F'\t' -v run="$kind" '{ split($1, word, " ") }
        (word[1] == 1 && $2 != "" || word[1] == 2 && /takes more memory than there is/) && word[2] == 0 &&
            (run != "run" || NR % 32 != 9) { next }
        { print word[3], word[4] }' told)
    number=$(wc -l <told)
    ((bad == 0 && number > 0 && number == $(wc -l <list)))
    check $? "$kind: $number failures of $calls allocations"
    tried=$((tried + number)) failed_ones=$((failed_ones + bad))
done

# Units are finished faster than the journal writes them.
cat >many.yaml <<'YAML'
replicates: 2
n: {from: 1e20, to: 1e60, points: 40}
beta: {relative_to: lambda_typ, values: [1/2, 2]}
series: [{family: gaussian}]
YAML
preloaded FAULT_AT=2000 FAULT_ON=1 "$gapscale" run many.yaml -o many.h5 --quiet >out 2>err
holds "a run without memory fails" test $? = 1
holds "it says that what is finished is kept" grep -q "what is finished is in many.h5.journal" err
holds "it gives its journal free" test ! -e many.h5.journal/lock
"$gapscale" show many.h5.journal >out 2>err
units=$(awk '/in all/ { print $3 }' out)
holds "what it had finished is in its journal" test "$units" -gt 4
preloaded FAULT_AT=2000 FAULT_ON=1 "$gapscale" run many.yaml -o full.h5 --quiet >out 2>/dev/full
holds "a run without memory, and stderr full, fails" test $? = 1
holds "its journal is there and free" test -e full.h5.journal/header -a ! -e full.h5.journal/lock
echo "$tried failed allocations, $failed_ones of them not told or not mended"
summary
