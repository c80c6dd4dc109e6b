#!/usr/bin/env bash
# faults.sh BINARY [KILLS]: KILLS SIGKILLs (default 12) at random moments of runs, resumes, merges and final writes, and as
# many other signals as fall between them; with 1 to 3 threads, whole or in two shards. Each round is left alone at the
# end and must give the digest of a run that nobody disturbed. The moments follow GAPSCALE_FAULT_SEED (default 1).
# Prints the counts and `N passed, N failed, N skipped`.
set -uo pipefail
kills=${2:-12}
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"
RANDOM=${GAPSCALE_FAULT_SEED:-1}

cat >sweep.yaml <<'YAML'
replicates: 3000
n: [100, 3000, 1e20]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 9}
collapse: {susceptibility: false}
series:
  - family: gaussian
  - {family: spherical, dimension: 3, output: true, n: [1000], replicates: 500}
YAML
start=$EPOCHREALTIME
expect 0 "a run that nobody disturbs" run sweep.yaml -o calm.h5 --quiet
whole=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%d", 1000 * (b - a) }')
want=$(digest calm.h5)

echo "waiting up to $((whole + 200)) ms before each signal"
milliseconds() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }
writing() { compgen -G 'disturbed.h5*.tmp-*' >/dev/null; } # the archive or the file is being written

# Waits for the final write of a process, or its end, and a little longer.
until_writing() { # PID
    while kill -0 "$1" 2>/dev/null && ! writing; do sleep 0.001; done
    milliseconds $((RANDOM % 20))
}

# end_early SIGNAL STAGE MOMENT COMMAND...: starts the command, sends it SIGNAL at MOMENT (milliseconds, or `write`), and
# counts a SIGKILL that met it alive under its stage. Sets `status`, and `late` when a signal took 2 s or more.
end_early() {
    local signal=$1 stage=$2 moment=$3
    shift 3
    "$gapscale" "$@" 2>err &
    local pid=$!
    if [[ $moment = write ]]; then until_writing $pid; else milliseconds "$moment"; fi
    local asked=${EPOCHREALTIME/./}
    kill -"$signal" $pid 2>/dev/null
    wait $pid 2>/dev/null
    status=$?
    (((${EPOCHREALTIME/./} - asked) / 1000 < 2000))
    late=$?
    if ((status == 137)); then
        if writing; then stage="write"; fi
        survived[$stage]=$((${survived[$stage]} + 1))
    elif ((status == 75)); then
        stopped=$((stopped + 1))
    elif ((status == 128 + 15 || status == 128 + 2 || status == 128 + 10)) && [[ ! -s err ]]; then
        early=$((early + 1)) # before the program had begun to listen: nothing was done or said
    elif ((status != 0)); then
        mistaken=$((mistaken + 1))
        sed 's/^/    /' err
    fi
}

# One run or shard: ended early up to three times, second and third resumes too, then left alone.
disturb() { # OPTIONS...
    local signals=(KILL KILL KILL TERM INT USR1) attempt stage=run
    for attempt in 1 2 3; do
        local moment=$((100 + RANDOM % (whole + 100)))
        ((RANDOM % 4)) || moment="write"
        end_early "${signals[RANDOM % 6]}" $stage $moment \
            run sweep.yaml --quiet --threads $((1 + RANDOM % 3)) "$@"
        slow=$((slow + late))
        ((status != 0)) || return
        stage=resume
    done
    "$gapscale" run sweep.yaml --quiet "$@" 2>err || mistaken=$((mistaken + 1))
}

merge() {
    local attempt command=(merge disturbed.h5.shard-*.journal -o disturbed.h5 --quiet)
    for ((attempt = RANDOM % 3; attempt >= 0; attempt--)); do
        local moment=$((RANDOM % 300))
        ((RANDOM % 2)) || moment="write"
        end_early KILL merge $moment "${command[@]}"
    done
    "$gapscale" "${command[@]}" 2>err || mistaken=$((mistaken + 1))
}

declare -A survived=([run]=0 [resume]=0 [merge]=0 [write]=0)
total=0 stopped=0 early=0 mistaken=0 slow=0 round=0 equal=0
while ((total < kills && round < 4 * kills)); do
    rm -rf disturbed*
    round=$((round + 1))
    if ((round % 3)); then
        disturb -o disturbed.h5
    else
        for shard in 0 1; do disturb -o disturbed.h5 --shard $shard/2; done
        merge
    fi
    [[ $(digest disturbed.h5) != "$want" ]] || equal=$((equal + 1))
    holds "round $round: the digest of the calm run" test "$(digest disturbed.h5)" = "$want"
    holds "round $round: nothing is left behind" test -z "$(find . -name '*.tmp*' -o -name 'disturbed.h5.journal')"
    total=$((survived[run] + survived[resume] + survived[merge] + survived[write]))
done
holds "no other exit status than 0, 75 and that of SIGKILL" test $mistaken -eq 0
holds "every signal ended its run within 2 s" test $slow -eq 0
holds "$kills SIGKILLs" test $total -ge "$kills"
echo "$total SIGKILLs survived (${survived[run]} of runs, ${survived[resume]} of resumed ones, ${survived[merge]} of merges," \
    "${survived[write]} during final writes) and $stopped stops by signal ($early more before the program listened); digests equal in $equal of $round rounds"
summary
