# shellcheck shell=bash
# What the tests of the command line share: a directory of their own, and counted promises. To be sourced with the
# binary's path in $1; sets gapscale, top, work, passed, failed.
gapscale=$(realpath "$1")
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'umount "$work/small" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0
# A sanitizer's report must not pass for a failure that was expected.
export ASAN_OPTIONS=detect_leaks=1:exitcode=99 UBSAN_OPTIONS=exitcode=99
export LSAN_OPTIONS=suppressions=$top/tests/leaks.txt:print_suppressions=0:exitcode=99

verdict() { # STATUS NAME
    if (($1 == 0)); then
        echo "ok $2"
        passed=$((passed + 1))
    else
        echo "not ok $2"
        sed 's/^/    /' err | head -5
        failed=$((failed + 1))
    fi
}
# expect STATUS NAME COMMAND...: exit status; output in `out` and `err`.
expect() {
    local want=$1 name=$2
    shift 2
    timeout 120 "$gapscale" "$@" >out 2>err </dev/null
    local status=$?
    ((status == want)) || echo "    status $status, expected $want: gapscale $*"
    ((status == want))
    verdict $? "$name"
}
holds() { # NAME TEST...
    local name=$1
    shift
    "$@" >/dev/null 2>&1
    verdict $? "$name"
}
digest() { "$gapscale" show "$1" --digest 2>/dev/null | cut -d' ' -f1; }
