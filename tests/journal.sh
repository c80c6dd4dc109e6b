#!/usr/bin/env bash
# journal.sh BINARY: journals, resumes, shards and merges end to end. Prints ok or not ok a promise, then
# `N passed, N failed, N skipped`.
set -uo pipefail
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

# Shortened: fewer betas, fewer kinds of damage, of signals and of pairs, fewer rounds of races.
points=5 betas=17 headers=7 damages=(none flip-head flip-body flip-tail flip-magic truncated empty garbage missing)
rounds=8 kills=5 signals=(TERM INT USR1) limits=(0s 5 5d -3s 1:2 1:60:00 x "") lasts=(base avx2 avx512)
if [[ -n ${GAPSCALE_TEST_QUICK:-} ]]; then
    points=2 betas=9 headers=1 rounds=3 kills=3 damages=(none flip-body truncated garbage) signals=(TERM) limits=(1:60:00) lasts=(base)
fi

cat >sweep.yaml <<YAML
replicates: 300
n: [100, 3000, 1e20]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: $points}
collapse: {susceptibility: false}
series:
  - family: gaussian
  - {name: g1, family: gumbel, scale: {coef: 1, log_power: -1}, replicates: 260}
  - {family: spherical, dimension: 3, output: true, n: [500], replicates: 150}
YAML
expect 0 "a calm run" run sweep.yaml -o calm.h5 --quiet
want=$(digest calm.h5)
holds "its journal is gone" test ! -e calm.h5.journal
same() { [[ $(digest "$1") = "$want" ]]; }
mkdir elsewhere
ln -s elsewhere linked.h5.journal
expect 0 "a journal that is a link" run sweep.yaml -o linked.h5 --quiet
holds "nothing is said of it" test ! -s err
holds "the link is there for the next run, and what it points to empty" sh -c 'test -L linked.h5.journal && rmdir elsewhere'
ln -s nowhere dangling.h5.journal
expect 1 "a journal that is a link to nowhere" run sweep.yaml -o dangling.h5 --quiet
holds "it is told" grep -q "cannot lock dangling.h5.journal: No such file or directory" err
rm dangling.h5.journal

# ---- stopping ----

# A sweep of rows that take long, 2^33 scores each; and one of many rows, which ends as soon as it is told.
cat >long.yaml <<'YAML'
replicates: 2
n: [2^33]
rows: drawn
beta: [1]
series: [{family: gaussian}]
YAML
sed 's/replicates: 2/replicates: 1000000/; s/2^33/1000/' long.yaml >many.yaml
for signal in "${signals[@]}"; do
    "$gapscale" run long.yaml -o long.h5 --threads 1 --quiet 2>err &
    pid=$!
    until_there long.h5.journal/lock
    pause 0.2 "for a row to be under way"
    asked=${EPOCHREALTIME/./}
    kill -"$signal" $pid
    wait $pid
    holds "SIG$signal: exit status 75" test $? -eq 75
    holds "SIG$signal: within 2 s" test $((${EPOCHREALTIME/./} - asked)) -lt 2500000
    holds "SIG$signal is told" grep -q "SIG$signal" err
    holds "SIG$signal leaves no lock" test ! -e long.h5.journal/lock
done
sed 's/2^33/10/' long.yaml >last.yaml
late=0
exec {silence}<> <(:) # to wait for, in steps shorter than a program's start
for ((try = 0; try < 20; try++)); do
    "$gapscale" run last.yaml -o last.h5 --quiet 2>err &
    while kill -0 $! 2>/dev/null && [[ ! -e last.h5 ]]; do read -rt 0.0005 <&"$silence"; done
    kill -TERM $! 2>/dev/null
    wait $! || late=$((late + 1))
    rm -rf last.h5*
done
holds "SIGTERM in the last moments, when the file is there: status 0, 20 times" test $late -eq 0
start=${EPOCHREALTIME/./}
echo "waiting for a time limit of 1 s"
expect 75 "a time limit" run long.yaml -o long.h5 --threads 1 --time-limit 1s
holds "a unit that is too long for it is told" grep -qE "longest unit may take about [0-9.]+ (s|min|h) .* leaves [0-9.]+ s:" err
holds "it is kept" test $((${EPOCHREALTIME/./} - start)) -lt 3500000
expect 2 "results of a sweep that is not finished" fit long.h5
holds "it says where that is" grep -q "long.h5 is not there yet: .*show. of long.h5.journal" err
SLURM_JOB_END_TIME=$(($(date +%s) + 10)) expect 75 "the end of a Slurm job" run many.yaml -o many.h5
rm -rf many.h5.journal
expect 0 "a limit that is far" run sweep.yaml -o far.h5 --time-limit 0:59:59
for limit in "${limits[@]}"; do
    expect 2 "--time-limit '$limit'" run sweep.yaml -o bad.h5 --time-limit "$limit"
done

# ---- shards and merge ----

for shard in 0 2; do expect 0 "shard $shard of 3" run sweep.yaml -o parts.h5 --shard $shard/3; done
holds "a shard writes no file" test ! -e parts.h5
expect 0 "a shard again" run sweep.yaml -o parts.h5 --shard 0/3
expect 75 "a merge with a part missing" merge parts.h5.shard-2-of-3.journal parts.h5.shard-0-of-3.journal -o parts.h5
holds "it publishes nothing" test ! -e parts.h5
holds "it names units" grep -q "missing: .* at n = .*, replicates" err
command=$(sed -n 's/^gapscale: *gapscale \(run .*\)/\1/p' err)
# shellcheck disable=SC2086
expect 0 "the command it tells: $command" $command
expect 0 "show of a journal" show parts.h5.shard-1-of-3.journal
holds "it tells how far" grep -q "100% of the work" out
expect 0 "merge in any order" merge parts.h5.shard-2-of-3.journal parts.h5.shard-0-of-3.journal parts.h5.shard-1-of-3.journal -o parts.h5
holds "the merged digest" same parts.h5
expect 0 "merge again: already done" merge parts.h5.shard-*.journal -o parts.h5
holds "it says so" grep -q "already done" err
expect 0 "half of two" run sweep.yaml -o parts.h5 --shard 1/2 --force
expect 0 "overlapping shards" merge parts.h5.shard-*.journal parts.h5.shard-0-of-3.journal -o overlap.h5
holds "their digest" same overlap.h5
expect 0 "a shard of another seed" run sweep.yaml -o other.h5 --shard 1/3 --set seed=3
expect 2 "is refused" merge parts.h5.shard-0-of-3.journal other.h5.shard-1-of-3.journal -o mixed.h5
holds "and the key named" grep -q "seed: .* there, 3 here" err
for shard in 3/3 -1/3 1 0/0 a/b 1/3/; do expect 2 "--shard $shard" run sweep.yaml -o bad.h5 --shard $shard; done
expect 2 "merge without -o" merge parts.h5.shard-0-of-3.journal
expect 0 "a shard by itself" run sweep.yaml -o odd.h5 --shard 0/3 --quiet
mkdir odd.h5.shard-0-of-3.journal/000007.units
for words in "show odd.h5.shard-0-of-3.journal" "run sweep.yaml -o odd.h5 --shard 0/3" "merge odd.h5.shard-0-of-3.journal -o odd.h5"; do
    # shellcheck disable=SC2086
    expect 1 "records that are a directory: ${words%% *}" $words
    holds "it is told, once" test "$(grep "cannot read" err)" = "gapscale: error: cannot read odd.h5.shard-0-of-3.journal/000007.units: it is no regular file"
done
expect 0 "a shard beside it, of the same cut: it has nothing of its share" run sweep.yaml -o odd.h5 --shard 1/3 --quiet
expect 1 "one of another cut, which may have some" run sweep.yaml -o odd.h5 --shard 1/2 --quiet
mkdir loop.journal
ln -s header loop.journal/header
expect 2 "a journal whose header cannot be read" show loop.journal
holds "it is told why" grep -q "loop.journal is no journal: Too many levels of symbolic links" err
expect 2 "merge of nothing" merge -o bad.h5
expect 2 "merge of no journal" merge sweep.yaml -o bad.h5
holds "wrong words write nothing" test ! -e bad.h5 -a ! -e mixed.h5 -a ! -e bad.h5.journal

# Any later run goes on from whatever journals there are; merges merge.
for shard in 0 1; do expect 0 "shard $shard of 3" run sweep.yaml -o others.h5 --shard $shard/3; done
expect 0 "a shard of 2 beside them" run sweep.yaml -o others.h5 --shard 1/2
holds "it goes on from them" grep -q "going on: [1-9][0-9]* of 7 units" err
expect 0 "merge to a journal" merge others.h5.shard-*-of-3.journal -o both.journal
holds "it tells how much" grep -q "of 14 units are in both.journal" err
expect 2 "never over one that is there" merge others.h5.shard-*-of-3.journal -o both.journal
holds "it is told what to do" grep -q "both.journal is there already; remove it, or choose another place with -o" err
mkdir emptied.journal emptied.journal.tmp-999999999-1-0123456789abcdef
touch -d '2 days ago' emptied.journal.tmp-*
expect 0 "an empty directory is none" merge others.h5.shard-*-of-3.journal -o emptied.journal
holds "and what a merge that was killed left is cleared" test "$(echo emptied.journal*/*)" = "emptied.journal/000001.units emptied.journal/header"
(ulimit -f 0 && timeout 60 "$gapscale" merge others.h5.shard-*-of-3.journal -o none.journal 2>&1) | cat >err
holds "one that cannot be written is told" grep -q "cannot write none.journal.tmp-.*: File too large" err
holds "and leaves nothing" test -z "$(compgen -G 'none.journal*')"
expect 1 "nor in a folder that is not there" merge others.h5.shard-*-of-3.journal -o absent/both.journal
holds "which is told" grep -q "cannot write in absent: No such file" err
expect 0 "show of it" show both.journal
holds "which run would not look at" grep -q "^  gapscale merge both.journal -o others.h5$" out
expect 2 "a fit of it" fit both.journal
holds "is told that it is none of results" grep -q "both.journal is a directory; give a results file" err
expect 75 "a merge of it alone" merge both.journal -o others.h5
holds "the command is that of the whole" grep -q "gapscale run sweep.yaml -o others.h5$" err
expect 0 "a merge of it and a shard" merge both.journal parts.h5.shard-2-of-3.journal -o others.h5
holds "its digest" same others.h5
rm others.h5 others.h5.units
mkfifo others.h5.shard-8-of-9.journal
expect 0 "a run of all beside shards, and what is none" run sweep.yaml -o others.h5
holds "it goes on from all of them" grep -q "going on: 1[0-3] of 14 units" err
holds "with the digest" same others.h5
holds "and leaves them" test -e others.h5.shard-0-of-3.journal/header
rm others.h5.shard-8-of-9.journal
rm -rf others.h5 others.h5.units
OMP_NUM_THREADS=5 OMP_DISPLAY_AFFINITY=TRUE OMP_AFFINITY_FORMAT="a team of %N" \
    expect 0 "of two threads" run sweep.yaml -o others.h5 --threads 2
holds "no more read what is there" sh -c 'grep -q "a team of 2" err && ! grep "a team of [3-9]" err'
rm -rf others.h5 others.h5.units
expect 0 "--fresh does not look at them" run sweep.yaml -o others.h5 --fresh
holds "it computes all" test "$(grep -c 'going on' err)" -eq 0
rm -rf others.h5* both.journal

# ---- damage ----

# An unfinished journal with every unit in it.
finished() {
    rm -rf torn.h5 torn.h5.journal
    cp -r parts.h5.shard-0-of-3.journal torn.h5.journal
    cp parts.h5.shard-1-of-3.journal/000001.units torn.h5.journal/100001.units
    cp parts.h5.shard-2-of-3.journal/000001.units torn.h5.journal/100002.units
    "$gapscale" run sweep.yaml -o fresh.h5 --set replicates=300 --time-limit 0.01s --quiet 2>/dev/null
    cp fresh.h5.journal/header torn.h5.journal/ # of a run that is no shard
    rm -rf fresh.h5 fresh.h5.journal
}
byte() { od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' '; }
flip() { # FILE OFFSET
    # shellcheck disable=SC2059
    printf "\\x$(printf %x $(($(byte "$1" "$2") ^ 64)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
units=torn.h5.journal/100001.units
for damage in "${damages[@]}"; do
    finished
    size=$(stat -c %s $units)
    case $damage in
    flip-head) flip $units 20 ;;
    flip-body) flip $units 5000 ;;
    flip-tail) flip $units $((size - 3)) ;;
    flip-magic) flip $units 2 ;;
    truncated) truncate -s $((size - 1000)) $units ;;
    empty) truncate -s 0 $units ;;
    garbage) head -c "$size" /dev/urandom >$units ;;
    missing) rm $units ;;
    esac
    expect 0 "$damage record: show" show torn.h5.journal
    expect 0 "$damage record: run" run sweep.yaml -o torn.h5
    holds "$damage record: the digest of the calm run" same torn.h5
    case $damage in
    none | missing | empty) holds "$damage record: nothing damaged" test "$(grep -c damaged err)" -eq 0 ;;
    *) holds "$damage record: is told" grep -q "damaged record.*computed again" err ;;
    esac
done
finished
flip $units 5000
"$gapscale" run sweep.yaml -o torn.h5 --time-limit 0.01s --quiet 2>err
holds "mended journal: stopped" test $? -eq 75
expect 0 "mended journal: show" show torn.h5.journal
holds "mended journal: no damage left" test "$(grep -c damaged out)" -eq 0
expect 0 "mended journal: resume" run sweep.yaml -o torn.h5
holds "mended journal: the digest" same torn.h5

# A header, with the config in it, that is damaged anywhere is made again from the config given: no work is lost.
lost=0 told=0 wrong=0 flips=0
for ((part = 0; part < 3 * headers; part++)); do
    finished
    size=$(stat -c %s torn.h5.journal/header)
    flip torn.h5.journal/header $((part * size / (3 * headers) + 3))
    "$gapscale" run sweep.yaml -o torn.h5 2>err || wrong=$((wrong + 1))
    grep -q "going on: 14 of 14 units" err || lost=$((lost + 1))
    ! grep -q "header or config of the journal torn.h5.journal is damaged" err || told=$((told + 1))
    same torn.h5 || wrong=$((wrong + 1))
    flips=$((flips + 1))
done
echo "$flips flips of a header: $lost lost work, $told told, $wrong ended wrong"
holds "a damaged header loses no work" test $lost -eq 0 -a $told -eq $flips -a $wrong -eq 0
finished
flip torn.h5.journal/header 30
expect 1 "one of another config" run sweep.yaml -o torn.h5 --set seed=9
holds "is refused" grep -q "torn.h5.journal/.*.units holds records of another config" err
holds "and left" test -e $units
finished
cp other.h5.shard-1-of-3.journal/000001.units torn.h5.journal/100003.units
expect 1 "records of another config among its own" run sweep.yaml -o torn.h5
holds "they are told" grep -q "torn.h5.journal/100003.units holds records of another config; move that file away" err
holds "and left" cmp other.h5.shard-1-of-3.journal/000001.units torn.h5.journal/100003.units
finished
rm torn.h5.journal/header
expect 0 "no header at all" run sweep.yaml -o torn.h5
holds "no header: with what was there" grep -q "going on: 14 of 14 units" err
finished
printf short >torn.h5.journal/header
expect 0 "a header that is cut off" run sweep.yaml -o torn.h5
holds "cut off: with what was there" grep -q "going on: 14 of 14 units" err
finished
printf 'gapscale journal 3\nprogram: 0.1.0\n' >torn.h5.journal/header
expect 1 "a journal of an older gapscale" run sweep.yaml -o torn.h5
holds "is refused in words" grep -q "left by an older gapscale.*another format" err
holds "and left as it was" test -e $units
cp calm.h5 old.h5
cp calm.h5.units old.h5.units
expect 0 "a shard that grows a file" run sweep.yaml -o old.h5 --set replicates=301 --shard 0/2 --quiet
{ echo "gapscale units 2, numerics 3-00000000"; cat calm.h5.units; } >old.h5.units
expect 1 "an archive of an older gapscale" run sweep.yaml -o old.h5 --set replicates=301
holds "is refused in words too" grep -q "old.h5.units was left by an older gapscale" err
expect 1 "and by a merge" merge old.h5.shard-0-of-2.journal -o old.h5
holds "in the same words" grep -q "old.h5.units was left by an older gapscale" err
rm -rf old.h5*
finished
flip torn.h5.journal/header 30
expect 0 "--fresh starts again" run sweep.yaml -o torn.h5 --fresh
holds "--fresh: the digest" same torn.h5
finished
expect 2 "a journal of another config" run sweep.yaml -o torn.h5 --set seed=9 --set series.g1.replicates=5
holds "the keys are named" grep -q "series.g1.replicates: 260 there, 5 here" err
holds "each of them" grep -q "seed: .* there, 9 here" err

# ---- the same bits elsewhere ----

isas=()
for isa in base avx2 avx512; do
    if "$gapscale" run sweep.yaml -o isa.h5 --isa $isa --time-limit 0.01s --quiet 2>err || (($? == 75)); then
        isas+=("$isa")
    else
        skip "$isa and another instruction set" "this processor does not run it"
    fi
    rm -rf isa.h5 isa.h5.journal
done
for first in "${isas[@]}"; do
    for last in "${isas[@]}"; do
        [[ $first != "$last" && " ${lasts[*]} " = *" $last "* ]] || continue
        rm -rf isa.h5*
        expect 0 "half of a sweep under $first" run sweep.yaml -o isa.h5 --shard 0/2 --isa "$first"
        mv isa.h5.shard-0-of-2.journal half
        "$gapscale" run sweep.yaml -o isa.h5 --isa "$first" --time-limit 0.01s --quiet 2>err
        cp half/*.units isa.h5.journal/
        expect 0 "goes on under $last" run sweep.yaml -o isa.h5 --isa "$last"
        holds "$first, then $last: with what was there" grep -q "going on: 7 of 14 units" err
        holds "$first, then $last: the digest of a whole run" same isa.h5
        expect 0 "the other half under $last" run sweep.yaml -o isa.h5 --shard 1/2 --isa "$last" --force
        expect 0 "halves of $first and $last merge" merge half isa.h5.shard-1-of-2.journal -o both.h5 --force
        holds "halves of $first and $last: the digest of a whole run" same both.h5
        rm -rf half
    done
done

# The texts of a header, a line each, and its numerics.
texts() { head -c -32 "$1/header" | tr '\0' '\n'; }
numerics() { texts "$1" | sed -n 2p; }
# forge JOURNAL FROM TO: other numerics in the header, under a checksum of its own.
forge() {
    head -c -32 "$1/header" | sed -z "2s/$2/$3/" >header
    sha256sum <header | cut -d' ' -f1 | sed 's/../\\x&/g' | xargs -0 printf '%b' | head -c 32 >sum
    cat header sum >"$1/header"
}
finished
forge torn.h5.journal '^[0-9]*-' '4000000000-'
expect 2 "a journal of another numerics number" run sweep.yaml -o torn.h5
holds "it is named" grep -q "numerics number 4000000000, not" err
holds "and the way out" grep -q -- "--fresh" err
holds "the libraries are not blamed" test "$(grep -c library err)" -eq 0
holds "nothing is damaged or lost" test "$(grep -c damaged err)" -eq 0 -a -e $units
expect 2 "a merge with it" merge torn.h5.journal parts.h5.shard-*.journal -o bad.h5
expect 1 "show of it: its records are of another number than its header" show torn.h5.journal
holds "the number is named" grep -q "numerics number .*, not 4000000000" err
finished
forge torn.h5.journal '-.*' '-0badf00d'
expect 2 "a journal of other libraries" run sweep.yaml -o torn.h5
holds "they are named" grep -q "another C library or GSL.*fingerprint 0badf00d, not" err
holds "the number is not blamed" test "$(grep -c 'numerics number' err)" -eq 0

# The C library without fused multiply-add: another processor's. Where that changes nothing, there is nothing to refuse.
plain() { GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4 "$@"; }
"$gapscale" run sweep.yaml -o here.h5 --shard 0/2 --quiet 2>err
plain "$gapscale" run sweep.yaml -o there.h5 --shard 1/2 --quiet 2>err
if [[ $(numerics here.h5.shard-0-of-2.journal) = "$(numerics there.h5.shard-1-of-2.journal)" ]]; then
    skip "refusing another processor's C library" "GLIBC_TUNABLES changes no digit here"
else
    plain expect 2 "a journal goes on where the C library has no fused multiply-add" run sweep.yaml -o here.h5 --shard 0/2
    holds "it is refused by its libraries" grep -q "here.h5.shard-0-of-2.journal was computed with another C library" err
    plain expect 0 "show of it there" show here.h5.shard-0-of-2.journal
    expect 2 "a merge of both" merge here.h5.shard-0-of-2.journal there.h5.shard-1-of-2.journal -o bad.h5
    holds "names the other one" grep -q "there.h5.shard-1-of-2.journal was computed with another C library" err
    cp calm.h5 grows.h5
    cp calm.h5.units grows.h5.units
    plain expect 1 "growing there" run sweep.yaml -o grows.h5 --set replicates=301
    holds "the archive is refused by its libraries" grep -q "grows.h5.units was computed with another C library" err
fi
rm -rf here.h5* there.h5* grows.h5*

# A record that is whole but says something else: made here from another seed, under the first one's key.
cp -r parts.h5.shard-0-of-3.journal forged
if have python3 "records in conflict"; then
    alter() { # FILE OFFSET: of its first record
        python3 - "$1" "$2" <<'PYTHON'
import hashlib, struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
head = 80
body = struct.unpack_from("<Q", data, head - 8)[0]
data[int(sys.argv[2])] ^= 1
data[head + body:head + body + 32] = hashlib.sha256(data[:head + body]).digest()
open(sys.argv[1], "wb").write(data)
PYTHON
    }
    alter forged/000001.units 180
    expect 2 "records in conflict" merge forged parts.h5.shard-*.journal -o forged.h5
    holds "the unit is named" grep -q "disagree on .* at n = .*, replicates" err
    holds "nothing is published" test ! -e forged.h5
    # The same, of another length of groups: a body of another shape.
    cp parts.h5.shard-0-of-3.journal/000001.units forged
    alter forged/000001.units 64
    for place in forged.h5 forged.journal; do
        expect 1 "a record of another gapscale, into $place" merge forged parts.h5.shard-[12]*.journal -o $place
        holds "it is told, once" test "$(grep -c 'forged/000001.units: the record of .* was made by another gapscale' err)" -eq 1
        holds "nothing is left" test ! -e $place
    done
fi

# A merge reads heads first and every record once; what it finds damaged then is told as when all are read before.
cp -r parts.h5.shard-1-of-3.journal hurt
flip hurt/000001.units 5000
expect 75 "a merge with a damaged record" merge parts.h5.shard-0-of-3.journal hurt parts.h5.shard-2-of-3.journal -o hurt.h5
holds "it is told, once" test "$(grep -c 'hurt.*cannot be used: its checksum is wrong' err)" -eq 1
holds "with what computes it" grep -q "units are missing; compute them with" err
expect 0 "one that another journal has" merge parts.h5.shard-*.journal hurt -o hurt.h5
holds "it is told all the same, once" test "$(grep -c 'hurt.*cannot be used: its checksum is wrong' err)" -eq 1
holds "the digest is that of all" same hurt.h5
cp parts.h5.shard-1-of-3.journal/000001.units hurt
flip hurt/000001.units $(($(stat -c %s hurt/000001.units) - 32))
expect 0 "one whose checksum is damaged, beside a sound one" merge --force parts.h5.shard-*.journal hurt -o hurt.h5
holds "it is told, and no conflict" grep -q 'hurt.*cannot be used: its checksum is wrong' err
holds "the digest is that of all" same hurt.h5
expect 0 "the same to one journal" merge parts.h5.shard-*.journal hurt -o hurt.journal
holds "it is told there, too" grep -q 'hurt.*cannot be used: its checksum is wrong' err
holds "and all are in it" grep -q "14 of 14 units are in hurt.journal" err
rm -rf hurt hurt.h5* hurt.journal

# ---- growing ----

cat >grow.yaml <<'YAML'
n: [20, 40]
beta: [0.5, 2]
replicates: 5000
series:
  - {family: gaussian}
  - {family: spherical, dimension: 3, output: true, n: [50], replicates: 4200}
YAML
sed 's/5000/9000/; s/4200/4300/; s/20, 40/20, 30, 40, 1e9/' grow.yaml >grown.yaml
expect 0 "a small sweep" run grow.yaml -o small.h5 --quiet
cp small.h5 before.h5
cp small.h5.units before.h5.units
expect 0 "the grown one from nothing" run grown.yaml -o all.h5 --quiet
expect 0 "more replicates and n" run grown.yaml -o small.h5
# 3 units of rows and 3 of exact values, of 14 and 5
holds "units of the finished file are used" grep -q "going on: 6 of 19 units" err
holds "the grown digest" test "$(digest small.h5)" = "$(digest all.h5)"
holds "the grown archive" cmp small.h5.units all.h5.units
expect 2 "back to less" run grow.yaml -o small.h5
holds "the keys are named" grep -q "replicates: 9000 there, 5000 here" err
cp before.h5 small.h5
cp before.h5.units small.h5.units
expect 2 "growing and another key" run grown.yaml -o small.h5 --set seed=4
holds "it is named" grep -q "seed: .* there, 4 here" err
holds "the file is as it was" cmp small.h5 before.h5
expect 75 "growing, stopped" run grown.yaml -o small.h5 --time-limit 0.01s
holds "stopped: the file is as it was" cmp small.h5 before.h5
expect 0 "the small sweep is done all the same" run grow.yaml -o small.h5
holds "it leaves what grows" test -e small.h5.journal/header
expect 0 "growing, resumed" run grown.yaml -o small.h5
holds "resumed: the grown digest" test "$(digest small.h5)" = "$(digest all.h5)"
expect 0 "a sweep of a block each" run grow.yaml -o block.h5 --set replicates=64 --quiet
expect 0 "growing, a shard of three" run grow.yaml -o block.h5 --shard 0/3
expect 75 "the others are missing" merge block.h5.shard-0-of-3.journal -o block.h5
holds "what there is of a unit is not missing" grep -q "missing: gaussian at n = 20, replicates 64 to 4999" err
holds "in however many parts, a unit is one" grep -q "3 of 9 units are missing" err
cp before.h5 small.h5
cp before.h5.units small.h5.units
for shard in 0 1; do expect 0 "growing, shard $shard" run grown.yaml -o small.h5 --shard $shard/2; done
expect 0 "growing, merged" merge small.h5.shard-*.journal -o small.h5
holds "shards shared the exact values" test "$(grep -c 'computing the exact' err)" -eq 0
holds "merged: the grown digest" test "$(digest small.h5)" = "$(digest all.h5)"
cp before.h5 small.h5
flip_copy() { cp before.h5.units small.h5.units && flip small.h5.units 9000; }
flip_copy
expect 0 "shards hold what a damaged archive lacks" merge small.h5.shard-*.journal -o small.h5
holds "damaged archive, merged: it is told, once" test "$(grep -c "cannot be used" err)" -eq 1
holds "damaged archive, merged: the grown digest" test "$(digest small.h5)" = "$(digest all.h5)"
cp before.h5 small.h5
flip_copy
expect 0 "growing from a damaged archive" run grown.yaml -o small.h5
holds "damaged archive: it is told, once" test "$(grep -c "cannot be used" err)" -eq 1 -a "$(grep -c "1 damaged record: computed again" err)" -eq 1
holds "damaged archive: the grown digest" test "$(digest small.h5)" = "$(digest all.h5)"
cp before.h5 small.h5
rm small.h5.units
expect 1 "growing without the archive" run grown.yaml -o small.h5
holds "it tells of --force" grep -q -- "--force" err
expect 0 "growing with --force" run grown.yaml -o small.h5 --force
holds "--force: the grown digest" test "$(digest small.h5)" = "$(digest all.h5)"

# More replicates than groups have room for: groups become longer, in the journal before the archive.
printf '%s\n' 'replicates: 17000' 'n: [20]' 'beta: [1]' 'series: [{family: gaussian}]' >groups.yaml
expect 0 "17000 replicates" run groups.yaml -o groups.h5 --quiet
expect 75 "growing to 40000, stopped" run groups.yaml -o groups.h5 --set replicates=40000 --time-limit 0.01s
expect 0 "resumed" run groups.yaml -o groups.h5 --set replicates=40000
holds "with what was there" grep -q "going on" err
expect 0 "40000 from nothing" run groups.yaml -o longer.h5 --set replicates=40000 --quiet
holds "longer groups: the digest" test "$(digest groups.h5)" = "$(digest longer.h5)"

# New series, before and between those of the file, with other keys of their own; and ranges whose points move.
cat >series.yaml <<'YAML'
n: [20, 40]
beta: [0.25, 1, 3]
replicates: 100
series:
  - {family: gumbel}
  - {family: spherical, dimension: 3, output: true, n: [50], replicates: 4200, beta: [0.5, 2]}
  - {name: second, family: gaussian, sigma: 2, n: [1e9]}
  - {family: gaussian, replicates: 5000, beta: [0.5, 2]}
YAML
cp before.h5 more.h5
cp before.h5.units more.h5.units
expect 0 "new series from nothing" run series.yaml -o whole.h5 --quiet
expect 0 "new series" run series.yaml -o more.h5
holds "what was there is not computed again" grep -q "going on: 9 of 15 units" err
holds "new series: the digest" test "$(digest more.h5)" = "$(digest whole.h5)"
expect 2 "fewer series" run grow.yaml -o more.h5
holds "they are named" grep -q "series.gumbel: is there, and not asked for here" err
printf '%s\n' 'replicates: 64' 'n: [20]' 'beta: [1]' 'series: [{family: gaussian}, {family: gumbel}]' >two.yaml
expect 0 "two series" run two.yaml -o two.h5 --quiet
sed 's/, {family: gumbel}//; s/64/32/' two.yaml >one.yaml
expect 2 "one of them, of fewer replicates" run one.yaml -o two.h5
holds "nothing is told of keys of the other here" test "$(grep -c gumbel err) $(grep -c 'replicates: 64 there, 32 here' err)" = "1 1"
sed 's/}, {family: gumbel/, name: new/' two.yaml >neither.yaml
expect 2 "neither of them, of another seed" run neither.yaml -o two.h5 --set seed=9
holds "the seed is told" grep -q "seed: .* there, 9 here" err
cat >range.yaml <<'YAML'
n: {from: 16, to: 1024, points: 4}
beta: [0.5, 2]
replicates: 64
series: [{family: gaussian}]
YAML
expect 0 "a range" run range.yaml -o range.h5 --quiet
sed 's/1024/65536/' range.yaml >moved.yaml
expect 2 "one whose points move" run moved.yaml -o range.h5
holds "what keeps them is told" grep -qF "has 2 n there that are not asked for" err
list=$(sed -n 's/.*this list keeps them: n: //p' err)
holds "the list has all" test "$list" = "[16, 64, 256, 1024, 4096, 65536]"
expect 0 "it is taken" run moved.yaml -o range.h5 --set n="$list"
holds "what was there is not computed again" grep -q "going on: 8 of 12 units" err

# Exact values are kept too: a journal with all of them has nothing left to compute.
expect 0 "exact values are taken from the archive" run grown.yaml -o small.h5 --set replicates=9001
holds "only units of rows are new, 4 of 14" grep -q "going on: 15 of 19 units" err

# ---- locks ----

# Who holds a lock is halted: it need do nothing but live.
"$gapscale" run many.yaml -o many.h5 --quiet 2>/dev/null &
pid=$!
until_there many.h5.journal/header
kill -STOP $pid
expect 1 "a second process on the same journal" run many.yaml -o many.h5
holds "the first one is named" grep -q "process $pid on $(hostname)" err
holds "and waited for, should it be ending" grep -q "waiting 3 s for it" err
expect 0 "show while it runs" show many.h5.journal
holds "show says who is at work" grep -q "at work: process $pid" out
{ sleep 0.5; kill -9 $pid; } &
expect 75 "one that ends while it is waited for" run many.yaml -o many.h5 --time-limit 0.1s
wait $pid 2>/dev/null
holds "is not in the way" test "$(grep -c "waiting 3 s for it" err) $(grep -c error err)" = "1 0"
"$gapscale" run many.yaml -o many.h5 --quiet 2>/dev/null &
pid=$!
until_there many.h5.journal/lock
kill -9 $pid
wait $pid 2>/dev/null
expect 75 "a stale lock is taken" run many.yaml -o many.h5 --time-limit 0.1s
holds "and told" grep -q "taking over" err
"$gapscale" run many.yaml -o dead.h5 --set replicates=10000 --threads 1 --quiet 2>err &
pid=$!
until_there dead.h5.journal/lock
kill -STOP $pid
printf 'somebody else' >dead.h5.journal/lock
kill -CONT $pid
wait $pid
ended="$? $(test -s dead.h5 && echo whole)"
holds "one that was taken for dead publishes after all, or was stopped by its heartbeat" grep -qxE "0 whole|75 " <<<"$ended"
holds "leaves the journal to the next, and says so" sh -c 'grep -q "was it taken for dead" err && test -s dead.h5.journal/header'
rm -r dead.h5*
printf '1-5-0123456789abcdef\nprocess 1 on elsewhere since 2026-01-31' >many.h5.journal/lock
touch -d '50 seconds ago' many.h5.journal/lock
expect 1 "a lock of another host with a heartbeat of 50 s ago" run many.yaml -o many.h5
holds "its host is named" grep -q "on elsewhere" err
touch -d '70 seconds ago' many.h5.journal/lock
expect 75 "a heartbeat of 70 s ago is stale" run many.yaml -o many.h5 --time-limit 0.1s
rm -rf many.h5.journal

# Who comes first clears up beside the lock that the others are about to take.
cat >brief.yaml <<'YAML'
n: [10]
beta: [1]
replicates: 64
series: [{family: gaussian}]
YAML
for ((round = 0; round < rounds; round++)); do
    pids=()
    for k in 1 2 3 4; do
        "$gapscale" run brief.yaml -o brief.h5 --quiet 2>"brief.$round.$k" &
        pids+=($!)
    done
    wait "${pids[@]}"
    rm -rf brief.h5 brief.h5.*
done
cat brief.*.? >err
holds "several at once: who is refused is told why" test "$(grep -c 'in use by\|others are taking' err)" -gt 0 -a "$(grep -c 'No such file' err)" -eq 0

# Containers: another PID namespace under the same host name. Nobody sees whether the other one's process lives.
inside() { unshare --pid --fork --kill-child=KILL --mount-proc "$@"; }
steals() { # NAME INSIDE OUTSIDE: each the word `inside` or nothing, for the holder and for the other one
    # shellcheck disable=SC2086
    $2 "$gapscale" run many.yaml -o many.h5 --quiet 2>holder &
    local pid=$! holder
    until_there many.h5.journal/header
    holder=$pid
    [[ -z $2 ]] || holder=$(pgrep -P $pid)
    kill -STOP "$holder"
    $3 "$gapscale" run many.yaml -o many.h5 --quiet --time-limit 0.1s 2>err
    holds "$1: a live lock is not stolen" test $? -eq 1
    holds "$1: it is told" grep -q "in use by process" err
    holds "$1: the holder goes on" kill -0 $pid
    kill -9 "$holder"
    wait 2>/dev/null
    touch -d '70 seconds ago' many.h5.journal/lock
    $3 "$gapscale" run many.yaml -o many.h5 --quiet --time-limit 0.1s 2>err
    holds "$1: one without a heartbeat is taken" test $? -eq 75
    rm -rf many.h5.journal
}
if inside true 2>/dev/null; then
    steals "held in a container, wanted outside" inside ""
    steals "held outside, wanted in a container" "" inside
    steals "held in a container, wanted in another" inside inside
else
    skip "locks across PID namespaces" "unshare does not work here"
fi

# ---- places ----

# A quota: no file may grow beyond 24 KiB. Then the same command, without it.
(ulimit -f 24 && timeout 60 "$gapscale" run sweep.yaml -o quota.h5 --quiet) >out 2>err
holds "a quota: status 1" test $? -eq 1
holds "a quota: the message" grep -q "error: cannot write" err
holds "nothing is published" test ! -e quota.h5
expect 0 "without the quota it goes on" run sweep.yaml -o quota.h5 --quiet
holds "the calm digest after a quota" same quota.h5
printf '%s\n' 'replicates: 128' 'n: [256, 1000]' 'beta: [1, 2]' 'series: [{family: gaussian}]' >records.yaml
(ulimit -f 40 && timeout 60 "$gapscale" run records.yaml -o records.h5 --quiet) >out 2>err
holds "a quota that records keep and results do not: status 1" test $? -eq 1
holds "it was the results" grep -q "error: cannot write records.h5:" err
holds "and leaves no lock" test ! -e records.h5.journal/lock
lockings=(TRUE FALSE BEST_EFFORT)
[[ -z ${GAPSCALE_TEST_QUICK:-} ]] || lockings=(FALSE)
for locking in "${lockings[@]}"; do
    HDF5_USE_FILE_LOCKING=$locking expect 0 "HDF5 file locking $locking" run sweep.yaml -o locking.h5 --quiet --force
    holds "its digest" same locking.h5
done

if ((EUID == 0)) && mkdir -p small && mount -t tmpfs -o size=256k tmpfs small 2>/dev/null; then
    expect 1 "a full disk" run sweep.yaml -o small/x.h5 --force # its size is told before, else
    holds "it is told" grep -q "No space left" err
    holds "no file and no piece of one" test -z "$(find small -name '*.h5' -o -name '*.tmp*')"
    mount -o remount,ro small
    expect 1 "a read-only place" run sweep.yaml -o small/x.h5 --force
    # A little more room each time: the disk is full while the journal, the archive, or the file is written.
    size=256 status=1 tries=0
    while ((status == 1 && size < 16384)); do
        size=$((size + 96)) tries=$((tries + 1))
        mount -o remount,rw,size=${size}k small
        timeout 60 "$gapscale" run sweep.yaml -o small/x.h5 --quiet --force 2>err
        status=$?
        ((status == 0)) || [[ -z $(find small -name '*.h5' -o -name '*.tmp*') ]] || status=99
    done
    holds "with a little more room each time: done" test $status -eq 0
    holds "after some disks that were full" test $tries -gt 3
    holds "the digest" same small/x.h5
    umount small
else
    skip "a full disk" "no tmpfs can be mounted here"
fi
# What a process that was killed while it published leaves behind, the name being one that patterns would match. Of a
# process that nobody here can see it waits a day; faults.sh has those of killed ones.
leave() {
    tee "$1.units.tmp-5-6-00000000deadbeef" >"$1.tmp-123" <<<half
    touch -d '2 days ago' "$1".*tmp-*
}
clear_of() { [[ -z $(find . -name "$1.*tmp-*") ]]; }
leave 'left[1].h5'
touch left1.h5.tmp-123
expect 0 "leftovers of a kill while publishing" run sweep.yaml -o 'left[1].h5' --quiet --time-limit 0:10:00
holds "pieces of files are cleared" clear_of 'left\[1\].h5'
holds "and no other file's" test -e left1.h5.tmp-123
cp -r parts.h5.shard-0-of-3.journal 'left[1].h5.journal'
leave 'left[1].h5'
expect 0 "already done" run sweep.yaml -o 'left[1].h5'
holds "what was left is cleared" test ! -e 'left[1].h5.journal'
holds "with the pieces" clear_of 'left\[1\].h5'
mkdir 'left[1].h5.journal' # killed while it cleared up: the header goes first
cp parts.h5.shard-0-of-3.journal/*.units 'left[1].h5.journal'
expect 0 "already done, half cleared" run sweep.yaml -o 'left[1].h5'
holds "the rest is cleared" test ! -e 'left[1].h5.journal'
leave joined.h5
expect 0 "a merge after one that was killed" merge parts.h5.shard-*.journal -o joined.h5
holds "a merge clears what another left" clear_of joined.h5
leave joined.h5
touch joined.h5.tmp-5-6-00000000deadbeef
expect 0 "a merge that was done already" merge parts.h5.shard-*.journal -o joined.h5
holds "clears it too, but for what another may be writing" test "$(find . -name 'joined.h5.*tmp-*')" = ./joined.h5.tmp-5-6-00000000deadbeef
rm joined.h5.tmp-*

# What somebody puts in the place of the results while they are computed, here by a process that is halted meanwhile.
met=1
for ((try = 0; try < 50 && met != 0; try++)); do
    rm -rf taken.h5*
    "$gapscale" run sweep.yaml -o taken.h5 --quiet 2>err &
    pid=$!
    while kill -0 $pid 2>/dev/null && [[ ! -e taken.h5.journal/header ]]; do :; done
    kill -STOP $pid 2>/dev/null && [[ -e taken.h5.journal/header ]] && ! compgen -G 'taken.h5*.tmp-*' >/dev/null
    met=$?
    ((met == 0)) || { kill -CONT $pid 2>/dev/null; wait $pid; }
done
holds "a run halted on its way" test $met -eq 0
echo notes >taken.h5
kill -CONT $pid
wait $pid
holds "another file in its place: status 2" test $? -eq 2
holds "it is left alone" test "$(<taken.h5)" = notes
holds "where the work is kept is told" grep -q "kept in taken.h5.journal: move the file away" err
cp calm.h5 taken.h5
expect 0 "the results there, made elsewhere" run sweep.yaml -o taken.h5
holds "the journal of the run is cleared" test ! -e taken.h5.journal

# A merge while another one, halted here, is writing the same file.
# halted PID: waits until a process that was told to stop has; false where it has ended before.
halted() {
    local state
    while read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" && [[ $state != [TZ] ]]; do :; done
    [[ ${state:-Z} = T ]]
}
met=1
for ((try = 0; try < 50 && met != 0; try++)); do
    "$gapscale" merge parts.h5.shard-*.journal -o joined.h5 --force --quiet 2>halted &
    pid=$!
    while kill -0 $pid 2>/dev/null && ! compgen -G 'joined.h5*.tmp-*' >/dev/null; do :; done
    kill -STOP $pid 2>/dev/null && halted $pid && compgen -G 'joined.h5*.tmp-*' >/dev/null
    met=$?
    ((met == 0)) || { kill -CONT $pid 2>/dev/null; wait $pid; }
done
holds "a merge halted while it writes" test $met -eq 0
expect 0 "a second merge beside it" merge parts.h5.shard-*.journal -o joined.h5 --force --quiet
holds "does not clear the first one's piece" compgen -G 'joined.h5*.tmp-*'
kill -CONT $pid
wait $pid
holds "the first one ends well" test $? -eq 0
holds "the digest" same joined.h5
holds "no piece is left" clear_of joined.h5

# ---- targets ----

cat >target.yaml <<YAML
replicates: 6000
target: {collapse: 0.04}
n: [64, 3000, 1e20]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: $betas}
series: [{family: gaussian}, {family: gumbel, target: none, replicates: 300}, {family: powerlaw, kappa: 0.5}]
YAML
expect 0 "a target" run target.yaml -o target.h5 --quiet
want=$(digest target.h5)
expect 0 "its parts" run target.yaml -o shards.h5 --shard 0/3 --quiet
cp -r shards.h5.shard-0-of-3.journal nothing.journal
: >nothing.journal/000001.units
expect 0 "show of a journal that holds nothing yet" show nothing.journal
holds "nothing is done of what a target may take" grep -q "in all  *0 of  *[0-9]* units,   0% of the work" out
expect 0 "its parts" run target.yaml -o shards.h5 --shard 2/3 --quiet
expect 75 "a part is missing" merge shards.h5.shard-*.journal -o shards.h5
holds "its first replicates are named" grep -q "missing: .* replicates 0 to 255" err
holds "and its command" grep -q -- "--shard 1/3" err
expect 0 "its parts" run target.yaml -o shards.h5 --shard 1/3 --quiet --threads 1
expect 0 "the parts merge" merge shards.h5.shard-*.journal -o shards.h5
holds "their digest" same shards.h5
for ((try = 0; try < kills; try++)); do
    "$gapscale" run target.yaml -o killed.h5 --threads 1 --quiet 2>/dev/null &
    sleep 0.3
    kill -KILL $! 2>/dev/null
    wait $! 2>/dev/null
done
expect 0 "after kills" run target.yaml -o killed.h5 --quiet
holds "the digest after kills" same killed.h5
sed 's/0.04/0.2/' target.yaml >rough.yaml
expect 0 "a rough target" run rough.yaml -o grown.h5 --quiet
expect 0 "a smaller one" run target.yaml -o grown.h5
holds "it goes on from there" grep -q "going on" err
holds "the digest of what has grown" same grown.h5
expect 0 "a target cut short" run target.yaml --set replicates=700 -o further.h5 --quiet
holds "which is told" grep -qE "target is not reached at [0-9]+ n .*: about [0-9.]+ times as many would reach it" err
expect 0 "with more to take" run target.yaml -o further.h5 --quiet
holds "which is reached" test ! -s err
holds "the digest of what took more" same further.h5
expect 2 "a larger one" run rough.yaml -o grown.h5
holds "is refused by name" grep -q "target: {collapse: 0.04} there, {collapse: 0.2} here" err
expect 0 "the rows that a target took" run target.yaml -o taking.h5 --write-scores taking.scores.h5 --set rows=drawn --set n=64
holds "of 6000 at the most, and 4096 kept" test "$(stat -c %s taking.scores.h5)" -lt 3000000
expect 0 "a fit of it" fit grown.h5
holds "tells how many replicates it took" grep -q "2048 to 4096 replicates of 6000 at the most" out
expect 0 "show --json of it" show grown.h5 --json
cp out grown.json
expect 0 "fit --csv of it" fit grown.h5 --csv
cp out grown.csv
holds "the replicates of every n are told everywhere" /usr/bin/python3 -c '
import csv, h5py, json
rows = list(csv.DictReader(open("grown.csv")))
for s in json.load(open("grown.json"))["series"]:
    group = h5py.File("grown.h5")[s["name"]]
    taken = [int(r) for r in group["replicates"]] if "replicates" in group else [s["replicates"]] * len(s["log_n"])
    assert s["replicates_at_n"] == taken and (s["name"] == "gumbel" or max(taken) < s["replicates"] == 6000)
    assert [int(r["replicates"]) for r in rows if r["series"] == s["name"]] == taken
    assert list(h5py.File("grown.fit.h5")[s["name"]]["replicates"]) == taken'
expect 0 "check of it" check target.yaml
holds "says that rows, time and disk are the most" test "$(grep -Ec "at most [0-9]* rows|^time    at most about|^disk    at most about" out)" = 3
sed "s/6000/20000000/; s/0.04/0.9/; s/1e20/2^36/; s/series:.*/rows: drawn\nseries: [{family: gaussian}]/" target.yaml >endless.yaml
"$gapscale" run endless.yaml -o endless.h5 --quiet --time-limit 0.2s 2>err
holds "a target is begun however long the most would take" test $? = 75
sed "/^target/d" endless.yaml >refused.yaml
expect 2 "without one it is refused" run refused.yaml -o refused.h5
holds "for its core-hours" grep -q "core-hours" err

# Scores of kept rows, beside results that are made and beside those that are there: a stop is obeyed.
printf 'replicates: 60\nkeep_replicates: 60\nn: [2^19]\nrows: drawn\nseries: [{family: gaussian}]\n' >rows.yaml
for results in new old; do
    "$gapscale" run rows.yaml -o rows.h5 --write-scores scores.h5 --quiet 2>err &
    while kill -0 $! 2>/dev/null && ! compgen -G 'scores.h5.tmp-*' >/dev/null; do sleep 0.002; done
    kill -TERM $!
    wait $!
    holds "SIGTERM while scores are written, $results results: status 75" test $? = 75
    holds "it says what to do" grep -q "stopped before scores.h5 was whole; the same command writes it anew" err
    holds "nothing of them stays" test -z "$(compgen -G 'scores.h5*')"
done
rm rows.h5*

summary
