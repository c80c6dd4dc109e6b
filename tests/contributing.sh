#!/usr/bin/env bash
# contributing.sh: the worked examples of CONTRIBUTING.md: each patch applies to a copy of the tree; all together build
# without a warning and do what the page says. Ends with `N passed, N failed, N skipped`.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/tally.sh
. tests/tally.sh

holds() { # NAME COMMAND...
    local name=$1
    shift
    "$@" >"$copy/out" 2>&1
    local status=$?
    ((status == 0)) || tail -5 "$copy/out"
    verdict $status "$name"
}

top=$PWD copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
{ git ls-files -coz --exclude-standard 2>/dev/null | grep -z . || find . -path ./build -prune -o -type f -print0; } |
    tar --null -T - -cf - 2>/dev/null | tar -xf - -C "$copy"
# What is built already, and what the examples leave alone, need not be built again.
if [[ -d build/gcc ]]; then mkdir -p "$copy/build/gcc" && cp -a build/gcc/{models,sim,analysis} "$copy/build/gcc"; fi
cd "$copy" || exit 1

# One file a ```diff block, in the order of the page.
awk '/^```diff$/ { file = sprintf("example-%d.diff", ++count); next } /^```$/ { file = "" } file { print > file }' CONTRIBUTING.md
examples=(example-*.diff)
holds "the page has examples" test "${#examples[@]}" -ge 5
for example in "${examples[@]}"; do
    name=$(sed -n 's|^+++ b/||p' "$example" | head -1)
    holds "the example that begins with $name applies" patch -s -p1 --fuzz=0 --no-backup-if-mismatch -i "$example"
done
# Optimised where examples changed it, for what that alone can warn of; what only reads their headers is as it was.
mapfile -t changed < <(sed -nE 's|^[+]{3} b/(.*)[.]c$|build/gcc/\1.o|p' example-*.diff | sort -u)
build() { make -s -j"$(nproc)" CC=gcc WERROR=1 DEBUG= "$@"; }
holds "what they change builds without a warning" build CFLAGS='-O1 -Wno-maybe-uninitialized' "${changed[@]}"
holds "and the program with it" build CFLAGS=-O0 all
cat >example.yaml <<'CONFIG'
seed: 1
replicates: 128
n: [2^10, 1e20]
beta: {from: 1/4, to: 16, points: 25}
collapse: {top_weight: [0.5]}
series:
  - family: exponential
CONFIG
program=build/gapscale
holds "the family is there" "$program" families exponential
holds "it runs" "$program" run example.yaml -o example.h5 --quiet
holds "the command names it" test "$("$program" names example.h5)" = exponential
if command -v gnuplot >/dev/null; then
    holds "the figure is drawn" "$program" plot example.h5 --figure susceptibility
else
    skip "the figure" "no gnuplot here"
fi
if command -v ncdump >/dev/null; then
    holds "the observable is in the file" sh -c 'ncdump -h example.h5 | grep -q rest_mean'
    holds "so is the criterion" sh -c 'ncdump -v exponential/criterion example.h5 | grep -q top_weight=0.5'
else
    skip "what is in the file" "no ncdump here"
fi
cd "$top" || exit 1
summary
