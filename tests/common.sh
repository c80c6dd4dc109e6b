# shellcheck shell=bash
# What the tests of the command line share: a directory of their own, and counted promises. To be sourced with the
# binary's path in $1; sets gapscale, top, work.
gapscale=$(realpath "$1")
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'umount "$work/small" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
# shellcheck source=tests/tally.sh
. "$top/tests/tally.sh"
# Threads that wait must not take the processor from what runs beside them.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
# A sanitizer's report must not pass for a failure that was expected.
export ASAN_OPTIONS=detect_leaks=1:handle_sigill=2:exitcode=99:allocator_may_return_null=1
export LSAN_OPTIONS=suppressions=$top/tests/leaks.txt:print_suppressions=0:exitcode=99

# check STATUS NAME: a verdict, with what the program said where it is bad.
check() {
    verdict "$@"
    (($1 == 0)) || sed 's/^/    /' err | head -5
}
# pause SECONDS WHAT_FOR: waits, and says so.
pause() {
    echo "waiting $1 s $2"
    sleep "$1"
}
# until_there FILE: waits until it is there with something in it, 20 s at most.
until_there() {
    local try
    for ((try = 0; try < 1000; try++)); do
        [[ ! -s $1 ]] || return 0
        sleep 0.02
    done
    echo "$1 is not there after 20 s"
    return 1
}
# expect STATUS NAME COMMAND...: exit status; output in `out` and `err`.
expect() {
    local want=$1 name=$2
    shift 2
    timeout 120 "$gapscale" "$@" >out 2>err </dev/null
    local status=$?
    ((status == want)) || echo "    status $status, expected $want: gapscale $*"
    ((status == want))
    check $? "$name"
}
holds() { # NAME TEST...
    local name=$1
    shift
    "$@" >/dev/null 2>&1
    check $? "$name"
}
digest() { "$gapscale" show "$1" --digest 2>/dev/null | cut -d' ' -f1; }
# fault_shim WHAT: makes fault.so of tests/fault.c, to be preloaded; where that cannot be, WHAT is skipped and the script ends.
fault_shim() {
    ! ${CC:-gcc} -O1 -D_GNU_SOURCE -shared -fPIC "$top/tests/fault.c" -o fault.so -ldl 2>err || return 0
    skip "$1" "no shared object can be built and preloaded here"
    summary
    exit
}
