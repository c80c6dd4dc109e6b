#!/usr/bin/env bash
# faults.sh BINARY [KILLS]: a sweep is killed KILLS times (default 12) with SIGKILL, SIGTERM, SIGINT or SIGUSR1 at
# random moments, with 1 to 3 threads, whole or in two shards, resumed each time, and must end with the digest of
# a run that nobody disturbed. The moments follow GAPSCALE_FAULT_SEED (default 1). Prints the counts and
# `N passed, N failed`.
set -uo pipefail
kills=${2:-12}
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"
RANDOM=${GAPSCALE_FAULT_SEED:-1}

cat >sweep.yaml <<'YAML'
replicates: 3000
n: [100, 3000, 1e20]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 17}
series:
  - family: gaussian
  - {family: spherical, dimension: 3, output: true, n: [1000], replicates: 500}
YAML
start=$EPOCHREALTIME
expect 0 "a run that nobody disturbs" run sweep.yaml -o calm.h5 --quiet
whole=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%d", 1000 * (b - a) }')
want=$(digest calm.h5)

# disturb OPTIONS...: starts a run, ends it at a random moment; sets `status`. SIGKILL gives 137.
disturb() {
    local signals=(KILL KILL TERM INT USR1)
    local signal=${signals[RANDOM % 5]} delay=$((100 + RANDOM % (whole + 100)))
    ((RANDOM % 4)) || delay=$((whole * 3 / 4 + RANDOM % (whole / 4 + 50))) # while results are written
    "$gapscale" run sweep.yaml --quiet --threads $((1 + RANDOM % 3)) "$@" 2>err &
    local pid=$!
    sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
    local asked=${EPOCHREALTIME/./}
    kill -"$signal" $pid 2>/dev/null
    wait $pid 2>/dev/null
    status=$?
    local took=$(((${EPOCHREALTIME/./} - asked) / 1000))
    ((took < 2000))
    late=$?
}

# merge: killed once or twice at random moments of the time it takes, then left alone.
merge() {
    for attempt in 1 2 3; do
        "$gapscale" merge disturbed.h5.shard-*.journal -o disturbed.h5 --quiet 2>err &
        local pid=$!
        if ((attempt <= RANDOM % 2 + 1)); then
            sleep "0.$(printf '%03d' $((RANDOM % 300)))"
            kill -KILL $pid 2>/dev/null && merges=$((merges + 1)) count=$((count + 1))
        fi
        wait $pid 2>/dev/null
    done
}

merges=0 count=0 resumed=0 mistaken=0 slow=0 round=0
while ((count < kills && round < 4 * kills)); do
    rm -rf disturbed*
    sharded=$((round % 3 == 2)) round=$((round + 1))
    for shard in 0 1; do
        ((sharded || shard == 0)) || continue
        options=(-o disturbed.h5)
        ((!sharded)) || options+=(--shard "$shard/2")
        for attempt in 1 2 3; do # second and third resumes too
            disturb "${options[@]}"
            case $status in
            75 | 137) count=$((count + 1)) ;;
            0) break ;;
            *) mistaken=$((mistaken + 1)); sed 's/^/    /' err ;;
            esac
            slow=$((slow + late))
            ((attempt == 1 || status == 0)) || resumed=$((resumed + 1))
        done
        "$gapscale" run sweep.yaml --quiet "${options[@]}" 2>err || mistaken=$((mistaken + 1))
    done
    ((!sharded)) || merge
    holds "round $round: the digest of the calm run" test "$(digest disturbed.h5)" = "$want"
    holds "round $round: nothing is left behind" test -z "$(find . -name '*.tmp*' -o -name 'disturbed.h5.journal')"
done
holds "no other exit status than 0 and 75" test $mistaken -eq 0
holds "every signal ended its run within 2 s" test $slow -eq 0
holds "$kills runs were ended early" test $count -ge "$kills"
echo "$count runs ended early, $resumed of them resumed ones, $merges of them merges, in $round rounds"
echo "$passed passed, $failed failed"
((failed == 0))
