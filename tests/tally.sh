# shellcheck shell=bash
# What every level of the checks shares, to be sourced: one way to count what passed, failed and was skipped, whose last
# line is `N passed, N failed, N skipped`; and jobs side by side.
passed=0 failed=0 skipped=0

verdict() { # STATUS NAME: counts and prints
    if (($1 == 0)); then
        echo "ok $2"
        passed=$((passed + 1))
    else
        echo "not ok $2"
        failed=$((failed + 1))
    fi
}

# Where CI=true nothing is skipped: what cannot be tried is a failure there, but for what lies outside the repository.
skip() { # WHAT WHY
    if [[ ${CI:-} == true ]]; then
        echo "not ok $1 (in CI nothing is skipped: $2)"
        failed=$((failed + 1))
    else
        skip_outside "$@"
    fi
}
skip_outside() { # WHAT WHY
    echo "skipped $1 ($2)"
    skipped=$((skipped + 1))
}
# have PROGRAM WHAT: whether it is here; without it WHAT is skipped.
have() { command -v "$1" >/dev/null || { skip "$2" "no $1 here"; return 1; }; }

summary() {
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0))
}

# add LOG STATUS: counts what a command's last summary says, or one failure where it did not get that far.
add() {
    local good bad left
    read -r good bad left < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\1 \2 \4/p' "$1" | tail -1)
    good=${good:-0} bad=${bad:-1}
    (($2 == 0 || bad > 0)) || bad=1
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + ${left:-0}))
}
without_summary() { sed -E '${/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/d}' "$1"; }

# timed FILE COMMAND...: its seconds of work (user and system, children too) and of wall time, as `WORK WALL` in FILE.
timed() {
    local file=$1 status TIMEFORMAT='%U %S %R'
    shift
    { time "$@" 2>&3; } 3>&2 2>"$file.raw"
    status=$?
    awk 'END { printf "%.1f %.1f\n", $1 + $2, $3 }' "$file.raw" >"$file"
    return $status
}

# pool JOBS COUNT DOING TELLING DIRECTORY: calls DOING 0, DOING 1, .. COUNT - 1, so many JOBS at a time, each in a shell of its
# own; and TELLING I LOG STATUS here, in order, as soon as it and all before it have ended.
pool() {
    local jobs=$1 count=$2 doing=$3 telling=$4 directory=$5 started=0 running=0 shown=0
    while ((shown < count)); do
        while ((started < count && running < jobs)); do
            ("$doing" $started >"$directory/$started.log" 2>&1; echo $? >"$directory/$started.status") &
            started=$((started + 1)) running=$((running + 1))
        done
        wait -n
        running=$((running - 1))
        while [[ -s $directory/$shown.status ]]; do
            "$telling" $shown "$directory/$shown.log" "$(<"$directory/$shown.status")"
            shown=$((shown + 1))
        done
    done
}
