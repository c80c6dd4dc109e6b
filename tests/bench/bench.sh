#!/usr/bin/env bash
# bench.sh [--keep FILE] [--json] [--quick] OBJECTS PROGRAM [MPI_PROGRAM]: all benchmarks, one after the other: tables, or with
# --json one object {"schema": 1, "machine": {...}, "figures": [...]}; what is whole into FILE too. With --quick sizes that
# only show that it works. Run from the top of the repository. GAPSCALE_BENCH_PYTHON: a python that has NumPy (else python3, /usr/bin/python3, or no NumPy).
set -euo pipefail
options=() json='' keep=''
if [[ ${1:-} == --keep ]]; then
    keep=$2
    shift 2
fi
while [[ ${1:-} == --* ]]; do
    options+=("$1")
    [[ $1 != --json ]] || json=1
    shift
done
objects=$1 program=$2 mpi=${3:-}
[[ -n $mpi && -x $mpi ]] && command -v mpirun >/dev/null || mpi=''

numpy=none
for python in "${GAPSCALE_BENCH_PYTHON:-}" python3 /usr/bin/python3; do
    if [[ -n $python ]] && version=$("$python" -c 'import numpy; print(numpy.__version__)' 2>/dev/null); then
        export GAPSCALE_BENCH_PYTHON=$python
        numpy=$version
        break
    fi
done

# What the figures are of: no name of the machine, no path.
version_of() { pkg-config --modversion "$1" 2>/dev/null || echo unknown; }
facts() {
    local cpu
    cpu=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -1)
    echo "CPU|${cpu:-$(uname -m)}"
    echo "cores|$(nproc)"
    echo "load at the start|$(cut -d' ' -f1 /proc/loadavg)"
    echo "memory, GB|$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)"
    echo "instruction set|$("$objects/tests/bench/bench_isa")"
    echo "compiler|$("${CC:-gcc}" --version | head -1)"
    echo "C library|$(getconf GNU_LIBC_VERSION 2>/dev/null || echo unknown)"
    echo "GSL|$(version_of gsl)"
    echo "HDF5|$(version_of hdf5-serial)"
    echo "NumPy|$numpy"
    echo "commit|$(git describe --always --dirty 2>/dev/null || echo unknown)"
}

figures() {
    local name
    for name in rows parts oracle diagnosis noise cluster; do "$objects/tests/bench/bench_$name" "${options[@]}"; done
    "$objects/tests/bench/bench_sweep" "$program" ${mpi:+"$mpi"} "${options[@]}"
}

all() {
    if [[ -n $json ]]; then
        echo '{"schema": 1, "machine": {'
        facts | sed 's/["\\]//g; s/^\([^|]*\)|\(.*\)/"\1": "\2"/; $!s/$/,/'
        echo '}, "figures": ['
        figures | sed '$!s/$/,/'
        echo ']}'
    else
        facts | sed 's/|/: /'
        figures
    fi
}

export OMP_WAIT_POLICY=passive
if [[ -n $keep ]]; then
    all | tee "$keep.part"
    mv "$keep.part" "$keep"
else
    all
fi
