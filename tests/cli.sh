#!/usr/bin/env bash
# cli.sh BINARY: the command line end to end, in a directory of its own. Prints ok or not ok a promise,
# then `N passed, N failed, N skipped`.
set -uo pipefail
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"
# Shortened, nothing is drawn: every figure is drawn once in all, without sanitizers; criteria and threads are fewer, and what
# unit tests try in the same build is left to them.
collapse="{}" threads_tried=(1 2 3 7) quick=${GAPSCALE_TEST_QUICK:-}
if [[ -n $quick ]]; then
    collapse="{susceptibility: false}" threads_tried=(3)
    mkdir bin
    cat >bin/gnuplot <<'STUB'
#!/bin/sh
for script; do :; done
sed -nE "s/^(svg|png|pdf)_file = '(.*)'$/\1 \2/p" "$script" | while read -r format file; do
    case $format in
    svg) printf '<?xml version="1.0"?><svg></svg>\n' ;;
    png) printf '\211PNG\r\n\032\n....IEND\256B\140\202' ;;
    pdf) printf '%%PDF-1.5\n%%%%EOF\n' ;;
    esac >"$file"
done
STUB
    chmod +x bin/gnuplot
    PATH=$work/bin:$PATH
fi

# ---- help and wrong words ----

expect 0 "-h" -h
for verb in run check fit diagnose plot report predict flow merge show families; do
    expect 0 "$verb -h" "$verb" -h
    holds "$verb -h prints its usage" grep -q "usage: gapscale $verb" out
done
expect 0 "help of a command" help run
holds "help run is run -h" grep -q "^usage: gapscale run" out
expect 0 "--version" --version
holds "--version tells commit, compiler and libraries" grep -qE '^with GSL [0-9.]+, HDF5 [0-9.]+, libfyaml [0-9.]+, Nettle' out
expect 0 "--man" --man
for verb in run diagnose families; do holds "the manual has $verb" grep -q "^.B gapscale $verb" out; done
have mandoc "the manual is good roff" && holds "the manual is good roff" mandoc -T lint -W error out
expect 2 "--completions of no shell" --completions tcsh
for shell in bash zsh fish; do
    expect 0 "--completions $shell" --completions $shell
    cp out completion.$shell
    { [[ $shell == bash ]] || have $shell "completions of $shell are good"; } &&
        holds "completions of $shell are good" $shell -n completion.$shell
done
completes() { # WANTED WORD...: what bash offers for the last of these words
    bash -c 'source completion.bash; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gapscale; echo "${COMPREPLY[*]}"' - "$@" |
        grep -qxF -- "$1"
}
holds "commands are completed" completes predict gapscale pr
holds "options are completed" completes "--shard --set" gapscale run --s
holds "names of figures are completed" completes "all-collapse all-exact all-prescriptions" gapscale plot --figure all-
holds "families are completed" completes gaussian gapscale predict gau
touch some.h5
holds "files are completed" completes some.h5 gapscale fit -o so
rm some.h5
expect 2 "no command"
expect 2 "unknown command" rum
holds "unknown command names the nearest" grep -q "'run'" err
for words in "run" "run a b" "run --fast a.yaml" "run a.yaml -o" "run -x" "check --help=yes" "fit" "fit --fast r.h5" "plot" "report" "report --fast" \
    "show" "show --fast x" "merge" "merge -x" "predict" "predict --fast gumbel" "flow --fast" "diagnose" "diagnose --fast" \
    "families a b"; do
    read -ra split <<<"$words"
    expect 2 "$words" "${split[@]}"
    holds "$words: what is wrong stands last" grep -q '^gapscale: error: ' <(tail -n 1 err)
    holds "$words: below two lines at most" test "$(wc -l <err)" -le 3
done

for verb in run check fit plot report show diagnose families predict flow; do
    expect 2 "$verb of an empty word" "$verb" ""
    holds "it says so" grep -q "a word is empty where .* belongs" err
done
expect 2 "an option with an empty name" fit r.h5 -o ""
holds "it says so" grep -q -- "--output takes FILE, not an empty text" err
expect 2 "a group of no file" diagnose :group
holds "it says so" grep -q "error: :group: No such file" err
expect 2 "an option twice" run a.yaml -o a.h5 --output=b.h5
holds "it says so" grep -q -- "--output is given twice, the second time as 'b.h5'" err
expect 2 "what is short for two options" run --f a.yaml
holds "is told" grep -q "\-\-f may be one of 2 options; write more of it" err

expect 0 "families" families
mapfile -t families < <(awk 'NR > 1 { print $1 }' out)
holds "families keeps to a terminal's width" test "$(COLUMNS=80 "$gapscale" families | awk 'length > 80' | wc -l)" -eq 0
holds "families lists some" test "${#families[@]}" -gt 0
for family in "${families[@]}"; do
    expect 0 "families $family" families "$family"
    holds "families $family keeps to 80 columns" test "$(awk 'length > 80' out | wc -l)" -eq 0
    holds "families $family says its parameters" grep -q "^  parameter  *default" out
done
expect 0 "families --markdown" families --markdown
sed '/^<!-- families/,/^<!-- end of families/!d;//d' "$top/configs/README.md" >page
holds "configs/README.md has these tables (make pages mends it)" cmp -s out page
expect 0 "families spherical" families spherical
holds "families spherical explains dimension" grep -q dimension out
expect 2 "families with an unknown name" families gausian
holds "it names the nearest" grep -q gaussian err

# ---- configs ----

cat >sweep.yaml <<YAML
seed: 7
replicates: 100
n: [16, 300]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 9}
collapse: $collapse
series:
  - family: gaussian
  - {name: g1, family: gumbel, scale: {coef: 1, log_power: -1}}
  - family: plateau
YAML
expect 0 "check of a good config" check sweep.yaml
holds "check tells the cost" grep -q "time" out
holds "no warning of a beta grid that holds the collapse points" bash -c '! grep -q "^warning" out'
expect 0 "check of a grid that cuts collapse points off" check sweep.yaml --set "beta={relative_to: lambda_typ, from: 2.4, to: 8, points: 5}"
holds "check keeps to 80 columns" test "$(COLUMNS=80 "$gapscale" check sweep.yaml | awk 'length > 80' | wc -l)" -eq 0
holds "check warns of it" grep -q "^[^:]*: good .* warning .*begin them lower" <(tr '\n' ' ' <out)
holds "it names the n" grep -q "warning gaussian: at n = 2^4 the" <(tr '\n' ' ' <out)
expect 0 "check of one cell on one thread" check sweep.yaml --set "series=[{family: plateau}]" --set n=300 --threads 1
holds "one is one" grep -q "1 series, 1 cell (.* with 1 thread here" <(tr '\n' ' ' <out)
if [[ -z $quick ]]; then
    expect 0 "check of the main config" check "$top/configs/reproduce.yaml"
    for example in "$top"/configs/examples/*.yaml; do expect 0 "check of $(basename "$example")" check "$example"; done
fi

number=0
while IFS= read -r line; do
    number=$((number + 1))
    printf '%b' "$line" >bad.yaml
    expect 2 "bad config $number is refused by check" check bad.yaml
    holds "bad config $number: place" grep -qE '^bad.yaml:[0-9]+:[0-9]+: ' err
    expect 2 "bad config $number is refused by run" run bad.yaml -o bad.h5
    holds "bad config $number: nothing written" test ! -e bad.h5
done <<'BAD'
replicats: 10\nseries: [{family: gaussian, n: [10]}]\n
replicates: ten\nn: [10]\nseries: [{family: gaussian}]\n
replicates: 10abc\nn: [10]\nseries: [{family: gaussian}]\n
replicates: 0\nn: [10]\nseries: [{family: gaussian}]\n
n: [-4]\nseries: [{family: gaussian}]\n
n: [1]\nseries: [{family: gaussian}]\n
n: [10]\nbeta: [0]\nseries: [{family: gaussian}]\n
n: [10]\nbeta: [-1]\nseries: [{family: gaussian}]\n
n: [10]\nseries: [{family: powerlaw, kappa: 0}]\n
n: [10]\nseries: [{family: spherical, dimension: 1}]\n
n: [10]\nseries: [{name: a}]\n
n: [10]\nseries: [{family: gausian}]\n
n: [10]\nseries: [{family: gaussian}, {family: gaussian}]\n
n: [10]\nrows: counted\nseries: [{family: plateau}]\n
n: [10]\nrows: counted\nseries: [{family: attention}]\n
n: [10]\nseries: [{family: attention, tokens: zipf}]\n
n: [1e300]\nrows: drawn\nseries: [{family: gaussian}]\n
n: [10\nseries: x
n: [10]\nseries: []\n
n: [70000]\nrows: drawn\nseries: [{family: stretched, power: 0.02, scale: 1e300}]\n
n: [1000000]\nrows: drawn\nseries: [{family: powerlaw, kappa: 0.1, width: 1e-300}]\n

\0001\0002\0003\n
n: [10]\nseries: [{family: gaussian}]\n---\nn: [20]\n
n: &a [10]\nseries: [{family: gaussian, n: *a}]\n
BAD
printf 'base: &b {family: gaussian}\nseries: [*b, !x {family: gumbel}, *b]\n' >stand-ins.yaml
expect 2 "a config of anchors, aliases and tags" check stand-ins.yaml
holds "each of them is told" test "$(grep -c ': error: ' err)" -eq 4
for odd in "$work" /dev/null missing.yaml; do expect 2 "check of $odd" check "$odd"; done
head -c 100M /dev/zero >big.yaml
expect 2 "a 100 MB file" check big.yaml
rm big.yaml
mkfifo pipe
expect 2 "a pipe" check pipe
expect 2 "a bad --set" run sweep.yaml --set replicates=x -o bad.h5
expect 2 "an unknown --set" run sweep.yaml --set replicats=3 -o bad.h5
{
    printf '%s\n' "n: [16]" "beta: [1]" "series:"
    printf -- '- {family: plateau, name: s%d}\n' {1..256}
} >many.yaml
read -ra many < <(printf -- '--set series.s%d.replicates=3 ' {1..256})
expect 0 "as many --set as there may be" check many.yaml "${many[@]}"
expect 2 "one more" check many.yaml "${many[@]}" --set seed=3
holds "is told" grep -q "at most 256 --set options" err
expect 0 "--set of a key and of one in it" check sweep.yaml --set "beta={relative_to: lambda_typ, from: 1/8, to: 8}" --set beta.points=9
for sets in "replicates=64 replicates=65" "beta.points=9 beta={from:1/8,to:8}" "beta={from:1/8,to:8,points:9} beta.points=5" \
    "series.g1.scale=2 series.g1.scale=2"; do
    expect 2 "--set twice: $sets" check sweep.yaml --set "${sets% *}" --set "${sets#* }"
    holds "it says so" grep -q "^--set:1:.*is set by an earlier --set; keep one of them" err
done
cat >dotted.yaml <<'YAML'
replicates: 64
n: [16, 300]
series: [{family: gumbel, name: a}, {family: gumbel, name: a.scale}, {family: gumbel, name: a.scale.b}]
YAML
expect 0 "--set takes the longest name that fits" run dotted.yaml -o dotted.h5 --set series.a.scale.scale.coef=2 --set series.a.scale.b.scale=3
expect 0 "names with dots are shown" show dotted.h5
expect 0 "and fitted" fit dotted.h5 -o dotted.fit.h5
expect 0 "and plotted" plot dotted.h5 -o dotted-figures --figure collapse
holds "in files of that name" test -s dotted-figures/a.scale.b-collapse.svg
expect 2 "a name that ends with a dot" check sweep.yaml --set series.gaussian.name=a.
holds "it says why" grep -q "the last no dot" err
mkdir gone
(cd gone && rmdir ../gone && "$gapscale" run "$work/sweep.yaml") >out 2>err
holds "no directory for results/: the message names -o" grep -q "cannot make the directory.*-o FILE" err
for verb in fit report diagnose; do
    expect 2 "$verb of what is in no folder" "$verb" absent/results.h5
    holds "is told of it, not of where its answer would go" grep -q "absent/results.h5: No such file" err
done
expect 2 "a key in the place of an option" run sweep.yaml --replicates 5 -o bad.h5
holds "it says how keys go" grep -q "no option --replicates; keys of the config go as --set KEY=VALUE" err
expect 2 "a key in the place of a config" check sweep.yaml replicates=5
holds "it says so, too" grep -q "found a second: 'replicates=5'; keys go as --set" err
expect 2 "predict: the same" predict gaussian --n 100
holds "in its words" grep -q "no option --n; keys go without dashes" err
for threads in 0 -1 x 1.5 99999999; do expect 2 "--threads $threads" run sweep.yaml --threads "$threads" -o bad.h5; done
expect 2 "an unknown instruction set" run sweep.yaml --isa neon2000 -o bad.h5
holds "wrong words write nothing" test ! -e bad.h5

# ---- run ----

expect 0 "run" run sweep.yaml -o sweep.h5
expect 0 "run of a small one" run sweep.yaml -o few.h5 --set n=16 --set 'collapse={susceptibility: false}'
holds "run writes its file" test -s sweep.h5
holds "run leaves no temporary file" test -z "$(find . -name '*.tmp*')"
cp sweep.h5 before.h5
expect 0 "run again" run sweep.yaml -o sweep.h5
holds "run again says so" grep -q "already done" err
holds "run again leaves the file" cmp sweep.h5 before.h5
sed 's/seed: 7/seed: 8/' sweep.yaml >other.yaml
expect 2 "another config onto the same file" run other.yaml -o sweep.h5
holds "it leaves the file" cmp sweep.h5 before.h5
expect 0 "--force replaces" run other.yaml -o sweep.h5 --force
holds "another seed, another digest" test "$(digest sweep.h5)" != "$(digest before.h5)"
echo text >text.h5
expect 2 "onto a file that is no results" run sweep.yaml -o text.h5
expect 0 "default output" run sweep.yaml --quiet
holds "default output is results/sweep.h5" cmp <(digest results/sweep.h5) <(digest before.h5)
holds "--quiet is quiet" test ! -s err
for threads in "${threads_tried[@]}"; do
    "$gapscale" run sweep.yaml -o "t$threads.h5" --threads "$threads" --quiet 2>err
    holds "$threads threads: same digest" test "$(digest "t$threads.h5")" = "$(digest before.h5)"
done
for isa in base avx2 avx512; do
    if [[ $isa != base ]]; then
        "$gapscale" run sweep.yaml -o "$isa.h5" --isa "$isa" --quiet 2>err
        if (($? == 2)) && grep -q "not one this processor runs" err; then
            skip "--isa $isa" "this processor does not run it"
            continue
        fi
    fi
    expect 0 "--isa $isa" run sweep.yaml -o "$isa.h5" --isa "$isa" --quiet
    holds "$isa: same digest" test "$(digest "$isa.h5")" = "$(digest before.h5)"
done
cat >scores.yaml <<'YAML'
replicates: 64
n: [100, 200]
series: [{family: gaussian}, {family: attention, width: 8, head: 4, tokens: {zipf: 1, vocabulary: 500}}]
YAML
echo 'series: [{family: gaussian, n: [1e4]}]' >counted.yaml
expect 0 "run --write-scores" run scores.yaml -o drawn.h5 --write-scores scores.h5
mv scores.h5 first.h5
expect 0 "run --write-scores beside finished results" run scores.yaml -o drawn.h5 --write-scores scores.h5
holds "the same scores" cmp scores.h5 first.h5
expect 0 "scores that run wrote are diagnosed" diagnose scores.h5 -o scores.diagnosis.h5
holds "with a multiplier beyond" grep -q "if the trained trend goes on" out
for group in gaussian/n0000200 /gaussian/n0000200; do
    expect 0 "scores of $group alone" diagnose first.h5:$group
    holds "the numbers are named like the file" rm first.diagnosis.h5
done
expect 0 "a family without a law is fitted" fit drawn.h5 -o drawn.fit.h5
expect 0 "measured rows are fitted" fit scores.diagnosis.h5 -o measured.fit.h5
holds "with a word on who tells how they grow" grep -q "gapscale diagnose" err
holds "what the diagnosis said of them" grep -q "Undecided: measured rows are of no law. As diagnosed" out
expect 2 "fit of scores" fit scores.h5
holds "it says who reads them" grep -q "scores are read by .gapscale diagnose" err
holds "and no advice for sweeps" test -z "$(grep -iE 'settle|control variates|more replicates|theory:|verdict$' out)"
expect 2 "--write-scores onto results" run scores.yaml -o drawn2.h5 --write-scores drawn.h5
expect 2 "--write-scores where the results go" run scores.yaml -o drawn2.h5 --write-scores drawn2.h5
expect 2 "--write-scores of a shard" run scores.yaml -o drawn2.h5 --write-scores s.h5 --shard 0/2
expect 2 "--write-scores of counted rows" run counted.yaml -o drawn2.h5 --write-scores s.h5
holds "nothing is begun then" test -z "$(find . -name 'drawn2.h5*' -o -name s.h5)"
expect 2 "--write-scores where the results go, by another name" run scores.yaml -o drawn2.h5 --write-scores ./drawn2.h5
holds "the results are kept" test "$(digest drawn2.h5)" = "$(digest drawn.h5)"
expect 1 "results in what is no directory" run scores.yaml -o scores.yaml/x.h5
holds "which is told" grep -q "cannot write in scores.yaml: Not a directory" err

expect 0 "--set" run sweep.yaml -o set.h5 --set replicates=10 --set series.g1.scale.coef=2
holds "--set changes the result" test "$(digest set.h5)" != "$(digest before.h5)"
expect 1 "an output directory that is not there" run sweep.yaml -o nowhere/x.h5
if ((EUID == 0)) && mkdir -p small && mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
    expect 1 "a full disk" run sweep.yaml -o small/x.h5 --force # its size is told before, else
    holds "a full disk: no file and no piece of one" test -z "$(find small -name '*.h5' -o -name '*.tmp*')"
    rm -rf small/*
    expect 1 "scores onto a full disk, beside new results" run scores.yaml -o beside.h5 --write-scores small/scores.h5
    holds "it says what is not whole" grep -q "stopped before small/scores.h5 was whole; the same command" err
    holds "the results are, and nothing else stays" test "$(echo beside.h5*)" = "beside.h5 beside.h5.units"
    head -c 100000 /dev/zero >small/x 2>/dev/null
    TMPDIR=$PWD/small expect 0 "plot where TMPDIR is full: it needs none" plot before.h5 -o small-figures
    rm small/x
    mount -o remount,ro small
    expect 1 "plot into a place that cannot be made" plot before.h5 -o small/figures
    holds "it mentions -o" grep -q -e "-o DIRECTORY" err
    expect 1 "a read-only place" run sweep.yaml -o small/x.h5
    umount small
else
    skip "a full disk" "no tmpfs can be mounted here"
fi
if ((EUID != 0)); then
    mkdir -p small && chmod a-w small
    expect 1 "a read-only place" run sweep.yaml -o small/x.h5
    holds "a read-only place: message" grep -q small err
fi
"$gapscale" run sweep.yaml -o killed.h5 --set replicates=1000000 --quiet 2>err &
pid=$!
until_there killed.h5.journal/header
{ kill -9 $pid; wait $pid; } 2>/dev/null
holds "a run was killed half-way" test $? -eq 137
holds "a killed run leaves no result" test ! -e killed.h5

# ---- time limits ----

export SLURM_JOB_END_TIME=1000
expect 0 "a job's end in the past is not looked at" run sweep.yaml -o past.h5 --quiet
holds "and that is said" grep -q "SLURM_JOB_END_TIME=1000 lies in the past" err
SLURM_JOB_END_TIME=$(($(date +%s) + 8))
expect 75 "a job that is about to end" run sweep.yaml -o soon.h5 --set replicates=1000000 --quiet
holds "it names the variable" grep -q "SLURM_JOB_END_TIME): stopping" err
unset SLURM_JOB_END_TIME
expect 0 "a limit in days" run sweep.yaml -o days.h5 --time-limit 1-00:00:00 --quiet
expect 2 "a limit in no known form" run sweep.yaml -o bad.h5 --time-limit 1-25:00:00
holds "it says which are known" grep -q "D-HH:MM:SS, not '1-25:00:00'" err

# ---- what -o may not replace ----

cp sweep.yaml kept.yaml
ln -s before.h5 link.h5
mkdir -p directory
head -c 600 /dev/zero | tr '\0' x >long
long=$(head -c 240 long).h5
untouched() { holds "$1 is as it was" cmp "$2" "$3"; }
expect 2 "run onto its config" run kept.yaml -o kept.yaml --force
untouched "the config" kept.yaml sweep.yaml
expect 2 "--force onto a text" run sweep.yaml -o text.h5 --force
untouched "the text" text.h5 <(echo text)
for name in directory directory/ link.h5 "$long" /dev/null; do
    expect 2 "run -o ${name:0:20}" run sweep.yaml -o "$name" --force
    expect 2 "fit -o ${name:0:20}" fit before.h5 -o "$name"
    expect 2 "flow -o ${name:0:20}" flow n=50 -o "$name"
done
holds "the link is one" test -L link.h5
for name in x.csv x.JSON x.html x.units; do
    expect 2 "run -o $name" run sweep.yaml -o $name
    holds "$name is no name of results" grep -qF "$name ends in .${name#x.}, but HDF5 goes there; let its name end in .h5" err
done
expect 2 "fit -o x.csv" fit before.h5 -o x.csv
expect 2 "report -o x.pdf" report before.h5 -o x.pdf
expect 2 "flow -o x.h5" flow n=50 -o x.h5
holds "a table is meant" grep -q "x.h5 ends in .h5, but a table (CSV) goes there; let its name end in .csv" err
expect 2 "fit onto a config" fit before.h5 -o kept.yaml
expect 2 "fit onto results" fit before.h5 -o sweep.h5
expect 2 "flow onto results" flow n=50 -o before.h5
expect 2 "plot -o a file" plot before.h5 -o kept.yaml
untouched "the config" kept.yaml sweep.yaml
expect 0 "fit onto no file" fit few.h5 -o fits.h5
expect 0 "fits replace fits" fit few.h5 -o fits.h5
expect 2 "run --force onto fits" run sweep.yaml -o fits.h5 --force
echo words >foreign.h5.units
expect 2 "an archive that is none" run sweep.yaml -o foreign.h5
untouched "it" foreign.h5.units <(echo words)

# ---- damage, small stacks, escapes ----

cp before.h5 flipped.h5
place=$(LC_ALL=C grep -obUaP '\x00\x00\x00\x00\x00\x00\xe0\x3f' flipped.h5 | tail -1 | cut -d: -f1) # the last .5
printf '\x01' | dd of=flipped.h5 bs=1 seek="$place" conv=notrunc 2>err
expect 2 "show of a file with a flipped bit" show flipped.h5
holds "it says that the numbers are others" grep -q "its numbers are not those that were written" err
expect 2 "fit of it" fit flipped.h5 -o flipped.fit.h5
expect 2 "run onto it" run sweep.yaml -o flipped.h5
expect 0 "--force replaces it" run sweep.yaml -o flipped.h5 --force
holds "it is sound" test "$(digest flipped.h5)" = "$(digest before.h5)"
for size in 16k 64 "100 K" 500000B; do OMP_STACKSIZE=$size expect 2 "OMP_STACKSIZE=$size" fit few.h5 -o fits.h5; done
holds "it is said" grep -q "OMP_STACKSIZE=500000B is too small" err
(ulimit -s 64 && "$gapscale" fit few.h5 -o fits.h5) >out 2>err
holds "ulimit -s 64: status 2" test $? -eq 2
holds "it is said as well" grep -q "a stack of 64 KiB is too small" err
OMP_STACKSIZE=1M expect 0 "OMP_STACKSIZE=1M" fit few.h5 -o fits.h5
spins() { env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT OMP_DISPLAY_ENV=verbose "$@" "$gapscale" --version 2>&1 | grep SPINCOUNT | tail -n 1; }
holds "threads wait asleep" grep -q "'0'" <(spins)
holds "but as OMP_WAIT_POLICY says" grep -q "'[1-9]" <(spins OMP_WAIT_POLICY=ACTIVE)
holds "and GOMP_SPINCOUNT" grep -q "'77'" <(spins GOMP_SPINCOUNT=77)
expect 2 "an escape in a name" show $'escape\e[31m.h5'
holds "it is not printed raw" test -z "$(grep $'\e' err)"
odd=$'odd\e[31m\nnext\xc2\x9b'
cp few.h5 "$odd.h5" && cp sweep.yaml "$odd.yaml" && echo "a: \"$odd" >"$odd.bad.yaml"
expect 0 "check of a config with escapes in its name" check "$odd.yaml"
cp out said
expect 2 "and of a bad one" check "$odd.bad.yaml"
cat err >>said
expect 0 "show of results with escapes in their name" show "$odd.h5"
cat out >>said
expect 0 "a shard of such a name" run "$odd.yaml" -o "$odd.o.h5" --shard 0/1000 --quiet
expect 0 "show of its journal" show "$odd.o.h5.shard-0-of-1000.journal"
cat out >>said
holds "nothing of them is printed raw" test -z "$(LC_ALL=C grep -aP '\x1b|\xc2\x9b|^next' said)"
holds "the command takes it back" test "$(bash -c "printf %s $(sed -n 's/.* -o //p' out)")" = "$odd.o.h5"

# ---- show, fit, plot ----

expect 0 "show" show before.h5
holds "show names the series" grep -q "^g1:" out
holds "show tells from which n to which" grep -q "^  2 lengths, n = 16 .. 300$" out
expect 0 "show --digest" show before.h5 --digest
holds "a digest has 64 digits" grep -qE '^[0-9a-f]{64} ' out
expect 0 "show --config" show before.h5 --config
cp out shown.yaml
expect 0 "it runs" run shown.yaml -o shown.h5 --quiet
holds "to the same numbers" test "$(digest shown.h5)" = "$(digest before.h5)"
expect 0 "show --json" show before.h5 --json
holds "it is JSON of the file" /usr/bin/python3 -c '
import json, sys
said = json.load(open("out"))
assert said["schema"] == 1 and said["kind"] == "results" and said["digest"] == sys.argv[1]
assert [s["name"] for s in said["series"]] == ["gaussian", "g1", "plateau"]
assert said["series"][1]["parameters"]["scale"]["log_power"] == -1 and said["config"] == open("shown.yaml").read()
assert said["provenance"]["program"] == "gapscale"' "$(digest before.h5 | cut -d" " -f1)"
expect 0 "show --config of a journal" show "$odd.o.h5.shard-0-of-1000.journal" --config
holds "it is the config" grep -q "^  - name: g1$" out
expect 0 "show --json of a journal" show "$odd.o.h5.shard-0-of-1000.journal" --json
holds "it is JSON of the journal" /usr/bin/python3 -c '
import json
said = json.load(open("out"))
assert said["kind"] == "journal" and said["shards"] == 1000 and said["finished"] == said["units"] and said["at_work"] is None
assert sum(s["units"] for s in said["series"]) == said["units"]'
expect 2 "show with two forms" show before.h5 --json --config
expect 2 "show of a text" show text.h5
for verb in show fit; do
    expect 2 "$verb of an archive" "$verb" few.h5.units
    holds "it says of which file" grep -q "few.h5.units is the archive that few.h5 grows from, .*; give few.h5" err
done
expect 2 "show of a missing file" show missing.h5
expect 2 "show of a pipe" show pipe
expect 2 "show without a file" show
expect 0 "fit" fit before.h5
holds "fit prints a table" grep -q gaussian out
holds "fit puts exact values beside" grep -q "Against the exact values" out
holds "fit writes its file" test -s before.fit.h5
as_wide_as() { awk -v most="$1" 'length > most { exit 1 }' out; } # COLUMNS: no line of the answer is wider
COLUMNS=80 expect 0 "fit at 80 columns" fit before.h5
holds "its tables fold" as_wide_as 80
COLUMNS=80 expect 0 "predict at 80 columns" predict spherical dimension=5 'n=[1000,1e300]' 'n_eff=[100,1]'
holds "its tables fold" as_wide_as 80
expect 0 "predict into a file" predict spherical dimension=5 'n=[1000,1e300]' 'n_eff=[100,1]'
holds "its tables are whole" test "$(grep -c 'n_eff.*variance\|n_eff.*across' out)" = 1
if have python3 "a terminal"; then
    holds "on a terminal tables fold and verdicts are coloured, without where NO_COLOR is set" /usr/bin/python3 - "$gapscale" <<'PYTHON'
import fcntl, os, re, struct, subprocess, sys, termios
def said(**more):
    master, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 24, 70, 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")} | {"TERM": "xterm"} | more
    child = subprocess.Popen([sys.argv[1], "fit", "before.h5"], stdout=terminal, stderr=subprocess.DEVNULL, env=env)
    os.close(terminal)
    text = b""
    try:
        while part := os.read(master, 4096): text += part
    except OSError: pass # the terminal is closed
    assert child.wait() == 0
    return text.decode().replace("\r", "")
coloured, plain = said(), said(NO_COLOR="1")
assert re.search("\033\\[3[23]m(Und|Supp)[a-z]*\033\\[0m: ", coloured)
assert re.sub("\033\\[[0-9;]*m", "", coloured) == plain and "\033" not in plain
assert 60 < max(map(len, plain.splitlines())) <= 70
PYTHON
fi
expect 0 "fit --json" fit before.h5 --json
if have python3 "JSON of fit"; then
    holds "fit --json is JSON" python3 -c '
import json
series = json.load(open("out"))["series"]
assert [s["name"] for s in series] == ["gaussian", "g1", "plateau"]
assert all(k in s for s in series for k in ("verdict", "sentence", "exponent", "low", "high", "variable", "amplitude", "rivals"))'
fi
cp "$top/tests/golden/results-v1.h5" golden.h5
expect 0 "fit --csv" fit golden.h5 --csv
cp out fit.csv
expect 0 "predict --csv" predict spherical dimension=5 'n=[1000,1e300]' 'n_eff=[100,1]' --csv
cp out predict.csv
holds "CSV has lines of one length, and the numbers of JSON" /usr/bin/python3 -c '
import csv
fit, predict = (list(csv.DictReader(open(f"{name}.csv"))) for name in ("fit", "predict"))
assert len(fit) == 6 and len({(row["series"], row["log_n"]) for row in fit}) == len(fit) and len(predict) == 4
assert all(None not in row and None not in row.values() for row in fit + predict)
names = [next(csv.reader(open(f"{name}.csv"))) for name in ("fit", "predict")]
assert all(len(set(line)) == len(line) for line in names) and "row_collapse_median" in names[0]
assert all(float(row["judged"]) > 0 for row in fit)
assert [row["n"] for row in predict[::2]] == ["1000", "9.9999999999997626e+299"]
assert abs(float(predict[3]["entropy"]) - 1.1512863349) < 1e-9 and "output_bias_error" in predict[0]'
expect 0 "fit, with its summary" fit golden.h5 -o golden.fit.h5
cp out golden.txt
expect 0 "fit --latex" fit golden.h5 --latex
holds "LaTeX does without commands that classes have dropped" bash -c '! grep -q "rm typ" out'
holds "LaTeX is one tabular" test "$(grep -c '{tabular}' out)" = 2
holds "LaTeX has as many cells in every line" test "$(awk -F'&' '/&/ { print NF }' out | sort -u)" = 9
cp out golden.tex
if have /usr/bin/python3 "p of exact values"; then
    expect 0 "fit --json" fit golden.h5 --json
    holds "p in tables is the one that verdicts rest on" /usr/bin/python3 -c '
import json, re
exact = {s["name"]: s["exact"] for s in json.load(open("out"))["series"] if s["exact"]["joint_p"] is not None}
assert exact and all(e["joint_p"] != e["p"] for e in exact.values())
text, latex = open("golden.txt").read(), open("golden.tex").read()
for name, e in exact.items():
    p = re.search(rf"^{name} .* (\S+)  (?:supported|undecided|refuted)$", text, re.M)[1]
    assert abs(float(p)/e["joint_p"] - 1) < 1e-3
    assert "$" + p + "$" in next(line for line in latex.splitlines() if line.startswith(name))'
fi
expect 0 "fit --latex --parentheses" fit golden.h5 --latex --parentheses
holds "a comment says which errors" grep -q "^% .*standard errors" out
expect 2 "fit with two forms" fit golden.h5 --csv --latex
expect 2 "fit --csv with a name" fit golden.h5 --csv fit.csv
holds "says where it prints" grep -q 'csv > fit.csv' err
expect 2 "predict with two forms" predict gaussian --csv --json
cat >pool.yaml <<'YAML'
replicates: 128
n: [256, 1e6]
beta: {relative_to: lambda_typ, from: 1, to: 8, points: 5}
series: [{family: gumbel}]
YAML
for seed in 1 2 3; do expect 0 "seed $seed" run pool.yaml -o "seed$seed.h5" --set "seed=$seed" --quiet; done
expect 0 "fit --pool" fit seed1.h5 seed2.h5 seed3.h5 --pool
holds "all rows are one run" grep -q '^  384 replicates;' out
holds "it says of which files" grep -q "pooled 3 runs.*seed1.h5, seed2.h5, seed3.h5" err
expect 2 "fit --pool of one file" fit seed1.h5 --pool
cp seed1.h5 again.h5
expect 2 "fit --pool of one seed" fit seed1.h5 seed2.h5 again.h5 --pool
holds "it says which share it" grep -q "seed1.h5 and again.h5 are of one seed, 1" err
expect 2 "fit --pool of two configs" fit seed1.h5 golden.h5 --pool
holds "it says in what they differ" grep -q "  replicates: .* there, 128 here" err
expect 0 "fit --json of the golden results" fit golden.h5 --json
if have python3 "the golden JSON"; then
    holds "the golden JSON" python3 - "$top/tests/golden/fit.json" <<'PYTHON'
import json, math, sys
def same(a, b):
    if isinstance(a, dict): return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list): return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float): return isinstance(b, float) and math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)
    return a == b
sys.exit(not same(json.load(open(sys.argv[1])), json.load(open("out"))))
PYTHON
fi
expect 2 "fit of a text" fit text.h5
expect 2 "fit of a config" fit sweep.yaml
holds "it says what makes results of one" grep -q "sweep.yaml is a text file, and results are HDF5" err
for verb in fit plot report; do expect 2 "$verb of one file twice" "$verb" before.h5 ./before.h5; done
holds "it says which" grep -q "before.h5 and ./before.h5 are one file" err
expect 2 "fit of a fit" fit before.fit.h5
expect 0 "plot" plot before.h5 -o figures
holds "what is left out is told in one line" grep -q "^gapscale: left out: .*residuals of [1-3] series; --figure NAME says why$" err
holds "and nothing else of it" bash -c '! grep -q "no figure" err'
for figure in {gaussian,g1,plateau}-{entropy,participation,collapse,gap-count,phase,te} all-collapse all-exact; do
    for extension in svg png pdf; do holds "$figure.$extension" test -s "figures/$figure.$extension"; done
done
holds "nothing in an SVG is scaled to nothing" bash -c '! grep -l "scale(0.00)" figures/*.svg'
expect 0 "a figure for a column of a page, in own words" plot before.h5 -o own --figure collapse --columns 1 --keep \
    --title "It's {/:Italic mine}" --xlabel 'n' --ylabel 'β_c / Λ^{typ}'
holds "its numbers stand beside it" grep -q '^# .points$' own/gaussian-collapse.dat
if [[ -z $quick ]] && command -v gnuplot >/dev/null; then
    holds "they are in it" grep -q "mine" own/gaussian-collapse.svg
    holds "it is 8.6 cm wide" grep -q 'width="325"' own/gaussian-collapse.svg
    sed 's/^<svg xml:space="preserve"/<svg/' own/gaussian-collapse.svg >as-drawn.svg
    holds "spaces beside markup are kept" sh -c '! cmp -s own/gaussian-collapse.svg as-drawn.svg'
    holds "its script draws it again, but for that" sh -c 'cd own && gnuplot -d gaussian-collapse.gp && cmp gaussian-collapse.svg ../as-drawn.svg'
fi
mkdir killed
printf '#!/bin/sh\nkill -9 $$\n' >killed/gnuplot
chmod +x killed/gnuplot
PATH=$PWD/killed:$PATH expect 1 "gnuplot is killed" plot before.h5 -o own --figure collapse
holds "by what is told" grep -q "gnuplot was ended by a signal (Killed)$" err
expect 0 "a figure that none of the series has" plot before.h5 -o own --figure output
holds "is told" grep -q "^gapscale: no figure output: none of these series has one" err
expect 0 "a figure that a series lacks" plot before.h5 -o own --figure residuals
holds "is told with why" grep -q "^gapscale: no figure plateau-residuals: no collapse point has" err
expect 2 "figures at once" plot before.h5 -o own --figure windows,te
holds "are told one by one" grep -q 'figure windows --figure te' err
expect 2 "three columns" plot before.h5 -o own --columns 3
expect 2 "a title that is no text" plot before.h5 -o own --title $'\xff'
expect 0 "predict" predict gaussian 'n=[2^8,1e300]'
holds "predict at n = 1e300" grep -q "2.4373" out
holds "predict at n = 2^8" grep -q "2.1174" out
schedule_at=(e^700 2.002)
[[ -z $quick ]] || schedule_at=(e^50 2.0168)
expect 0 "predict with a schedule" predict spherical 'dimension={coef: 1, log_power: 3}' "n=${schedule_at[0]}"
holds "its local exponent" grep -q " ${schedule_at[1]}" out
expect 0 "predict at positions" predict gaussian 'position={linear: 0.1}' n=e^100000
holds "what Lambda^typ tends to, and where H = 1" grep -Eq "1.835 +1.835 .* 1.8233 " out
holds "the keys that matter" grep -Eq "e\^100000 +0.951743 +5.8612 +19$" out
expect 0 "predict --json at positions" predict gaussian 'position={log:0.2}' n=e^10 --json
holds "its position" grep -q '"position": {"typical_score": 2.25267' out
expect 2 "predict of a penalty without its position" predict gaussian linear=0.1
expect 0 "predict of an exponent that is nothing" predict gaussian 'position={log: 2}' n=e^900
holds "no sign before 0" grep -Eq "e\^900 +0.78777 +0.78777 +0.0000 " out
expect 2 "predict of positions too far" predict pareto tail=10 'position={log:0.2}' n=e^2000
expect 2 "predict of positions without a law" predict plateau 'position={log:0.2}'
expect 0 "predict keys on a sphere at positions" predict spherical dimension=5 'position={linear: 0.1}' n=1000 --json
holds "no output of theirs, of which there is no theory" bash -c '! grep -Eq "n_eff|output|subcritical" out'
expect 0 "predict --json" predict spherical dimension=5 'n=[1000,1e300]' 'beta=[20]' --json
holds "predict prints no digits below its error" grep -qE '"entropy": [0-9.]{10,16}, "entropy_error": [0-9.]+e-[0-9]+,' out
if have python3 "JSON of predict"; then
    holds "predict --json is JSON" python3 -c '
import json
points = json.load(open("out"))["points"]
assert len(points) == 2 and abs(points[0]["entropy"] - 3.2537257466) < 1e-9
limit = points[1]["limit"]
assert limit["law"] == "Weibull" and abs(limit["exponent"] - 2) < 1e-9
assert abs(limit["collapse"]["entropy=1"] - 1.629168) < 1e-6 and abs(limit["lambda_quantile"]["0.5"] - 1.13836) < 1e-5'
    for family in "pareto tail=2" "stretched power=0.5"; do # the sup of Lambda^typ is inside: coordinates exist
        # shellcheck disable=SC2086
        expect 0 "predict $family" predict $family 'n=[1000,1e50]' --json
        holds "exponents agree: $family" python3 -c '
import json
for p in json.load(open("out"))["points"]:
    assert abs(p["xi_lambda"] - (p["xi_alpha"] - p["xi_delta"] + 1)) < 1e-6'
    done
fi
expect 0 "predict by n_eff" predict spherical dimension=3 n=1e6 'n_eff=[100,1]' --json
if have python3 "JSON of n_eff"; then
    holds "n_eff, variances and the central limit" python3 -c '
import json
many, one = json.load(open("out"))["points"]
assert abs(many["n_eff"] - 100) < 1e-6 and abs(one["n_eff"] - 1) < 1e-8
assert abs(many["output_radial_variance"] / many["subcritical"]["radial_variance"] - 1) < 0.05
assert abs(many["output_tangential_variance"] / many["subcritical"]["tangential_variance"] - 1) < 0.05
assert many["output_radial_variance_error"] < 1e-8 * many["output_radial_variance"] and many["top_weight_error"] < 1e-8'
fi
expect 0 "predict by critical values" predict spherical dimension=3 n=1e6 critical=2
holds "its beta" grep -q " 2e+06 " out
expect 0 "predict where squared weights are no doubles" predict spherical dimension=5 n=e^1000 beta_ratio=1e-290
holds "what is out of reach has a dash" test "$(grep -cE 'nan|-0\.' out)" -eq 0
expect 0 "predict where beta is no number of Lambda^typ" predict spherical dimension=2 n=1e200 beta=1 --json
holds "no means there, nor output" grep -qE '"entropy": null.*"participation": null.*"output_bias": null.*"output_tangential": null' out
expect 0 "its table" predict spherical dimension=2 n=1e200 beta=1
holds "no entropy has no error" grep -qE "^ +1e200 +0 +- +- +- +- " out
expect 0 "predict where betas are no doubles" predict spherical dimension=2 n=1e300
holds "beta is told, n_eff is not" grep -qE "^ +1e300  +1.0132e599  +- " out
"$gapscale" predict gaussian 'n={from: 2^8, to: 1e300, points: 1024}' 'beta_ratio={points: 1024}' >out 2>told &
until_there told
kill $!
holds "predict of a million points tells how long it takes" grep -qE '^gapscale: +[0-9]+%, about .* left \(gaussian\)$' told
expect 0 "predict along prescriptions" predict plateau prescription=const,log,yarn coef=2 n=2^12,1e30
holds "of no class" grep -q "(class none), computed" out
holds "a class in words" grep -q '^log  *critical by the law of Lambda^typ: beta/Lambda^typ -> 2; the entropy collapses as n^-1$' out
expect 0 "the same as JSON" predict plateau prescription=const,log,yarn coef=2 n=2^12,1e30 --json
if have python3 "JSON of prescriptions"; then
    holds "classes, and the closed form" python3 -c '
import json, math
answer = json.load(open("out"))
assert [p["class"] for p in answer["prescriptions"]] == ["subcritical", "critical", "supercritical"]
assert len(answer["points"]) == 6 and answer["points"][1]["prescription"] == "log"
log_n, beta = math.log(4096), 2 * math.log(4096)
x = 4095 * math.exp(-beta)
assert abs(answer["points"][1]["entropy"] - (math.log1p(x) + beta * x / (1 + x))) < 1e-9'
fi
for wrong in "spherical dimension=3 n=100 n_eff=100" "spherical dimension=3 n_eff=0" "gaussian n_eff=5" "gumbel critical=1" \
    "" "gausian" "spherical" "powerlaw kappa=0" "gaussian n=1" "gaussian n=[2,x]" "gaussian beta=-1" \
    "gaussian sigma=x" "gaussian sigma" "gaussian q=1" "gaussian n=e^2000000" "spherical dimension={coef:1,c:2}"; do
    # shellcheck disable=SC2086
    expect 2 "predict $wrong" predict $wrong
done
expect 2 "predict with three mistakes" predict gaussian 'n=[2,x]' sigm=2 beta=1 beta_ratio=2
holds "predict tells all three" test "$(grep -c 'error: ' err)" -eq 3
holds "predict points at the column" grep -q '^predict gaussian:1:6: error: .n. must be' err
holds "predict names the nearest key" grep -q 'did you mean .sigma.' err
expect 2 "predict with a formula" predict gumbel 'scale=1/(log n)^1.5'
holds "it gets the form that works" grep -q '{coef: 1, log_power: -1.5}' err
expect 0 "that form works" predict gumbel 'scale={coef: 1, log_power: -1.5}' n=1000
expect 0 "predict without brackets and blanks" predict spherical 'dimension={coef:1,log_power:1}' n=1000,2000 beta_ratio=1/16,2^4
expect 0 "predict over ranges" predict gaussian 'n={from: 2^8, to: 2^12, points: 3}' 'beta={from: 1, to: 4, points: 2}' --json

# ---- shards ----

mkdir "a b"
parts="a b/it's.h5"
sum=0 first=0 units=$("$gapscale" check sweep.yaml | sed -n 's/^units  *\([0-9]*\),.*/\1/p')
for shard in 0 1 2; do
    expect 0 "shard $shard of 3" run sweep.yaml -o "$parts" --shard $shard/3
    holds "it says which command merges" grep -qF "when all are: gapscale merge 'a b/it'\''s.h5'.shard-*-of-3.journal -o 'a b/it'\''s.h5'" err
    expect 0 "show of shard $shard" show "$parts.shard-$shard-of-3.journal"
    count=$(sed -n 's/^  in all  *\([0-9]*\) of  *\1 units.*/\1/p' out)
    ((shard > 0)) || first=$count
    sum=$((sum + ${count:-0}))
done
holds "the shards' units are those that check counts" test "$sum,$((units > 0))" = "$units,1"
command=$(tail -1 out)
holds "show of a finished shard says which command merges" test "${command#  }" = "gapscale merge 'a b/it'\''s.h5'.shard-*-of-3.journal -o 'a b/it'\''s.h5'"
for missing in missing.journal "missing.h5.shard-*-of-3.journal"; do
    expect 2 "a merge of $missing" merge "$parts.shard-0-of-3.journal" "$missing" -o "$parts"
    holds "it says that it does not exist" grep -qF "$missing is no journal: No such file or directory" err
done
expect 2 "a merge of results" merge before.h5 -o "$parts"
holds "it says what a journal is" grep -qF "before.h5 is no journal: it is no directory, as FILE.journal/ is" err
expect 75 "a merge of one shard" merge "$parts.shard-0-of-3.journal" -o "$parts"
holds "it counts the same units" test "$(sed -n 's/.* \([0-9]*\) of \([0-9]*\) units are missing.*/\1 \2/p' err)" = "$((units - first)) $units"
mkdir -p path && ln -s "$gapscale" path/gapscale
PATH=$work/path:$PATH bash -c "$command" >out 2>err
holds "the command works as it stands" test "$(digest "$parts")" = "$(digest before.h5)"

# ---- an answer that cannot be written ----

# unwritten COMMAND...: status 1 and words, where stdout is full and where it is closed.
unwritten() {
    local words="cannot write the answer to standard output"
    "$gapscale" "$@" >/dev/full 2>err
    holds "$* to a full disk" test "$?,$(grep -c "$words" err)" = "1,1"
    "$gapscale" "$@" >&- 2>err
    holds "$* to a closed stdout" test "$?,$(grep -c "$words" err)" = "1,1"
}
unwritten --version
unwritten -h
mapfile -t verbs < <("$gapscale" -h | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p')
holds "-h lists the commands" test "${#verbs[@]}" -ge 9
for verb in "${verbs[@]}"; do unwritten "$verb" -h; done
for answer in "families" "families --markdown" "families gaussian" "check sweep.yaml" "show before.h5" "show before.h5 --digest" \
    "show killed.h5.journal" "fit few.h5" "fit few.h5 --json" "predict gaussian n=100 beta=2" "predict gaussian n=100 --json" \
    "flow n=64 modes=4 replicates=16" "flow n=64 modes=4 replicates=16 --json"; do
    # shellcheck disable=SC2086
    unwritten $answer
done
expect 2 "a wrong word is told before" predict gausian
"$gapscale" fit few.h5 -o closed.fit.h5 >&- 2>&-
holds "fit with closed streams ends with status 1" test $? -eq 1
expect 0 "fit with open ones" fit few.h5
if have ncdump "the file that fit writes with closed streams"; then
    numbers() { ncdump "$1" | sed '1d;/:created\|:command_line/d'; }
    holds "its file is the one it writes with open ones" cmp <(numbers closed.fit.h5) <(numbers few.fit.h5)
    tells() { ncdump -h "$1" | grep ":command_line = \"gapscale $2 " >/dev/null; } # FILE COMMAND
    holds "a fit's file tells its command" tells few.fit.h5 fit
    holds "so does a sweep's" tells before.h5 run
fi
"$gapscale" run sweep.yaml -o closed.h5 >&- 2>&-
holds "run, which answers nothing on stdout, is done" test "$?,$(digest closed.h5)" = "0,$(digest before.h5)"
{ "$gapscale" families --markdown 2>err; echo $? >status; } | true
holds "a pipe that ends" test "$(<status),$(grep -c "standard output: Broken pipe" err)" = "1,1"

# ---- flow ----

flow() { # NAME WORD...: few modes and replicates, JSON in out
    local name=$1
    shift
    expect 0 "flow $name" flow modes=4 replicates=16 --json "$@"
}
flow "of one law" n=200 concentration=3
cp out one.json
flow "of one law, in lists" n=200 'concentration=[3]' 'share=[7]' 'direction=[[ 2, 0 ]]'
if have python3 "JSON of one law"; then
    holds "one law is one law" python3 -c '
import json
a, b = json.load(open("one.json")), json.load(open("out"))
assert a["direction"] == b["direction"] == [1, 0] and a["concentration"] == b["concentration"] == 3
for x, y in zip(a["drift"], b["drift"]):
    assert x["measured"] == y["measured"] and abs(x["limit"] - y["limit"]) < 1e-12
predicted = [x["predicted"] for x in a["drift"]]
assert None not in predicted[:3] and predicted[3:] == [None, None]  # so far from the mean few keys share the weight'
fi
flow "of a mixture" n=200 steps=2 'concentration=[2,5]' 'share=[3,1]' 'direction=[[1,0],[0,1]]' -o mixture.csv
for figure in modes density drift; do
    for extension in svg png pdf; do holds "flow: $figure.$extension" test -s "mixture-$figure.$extension"; done
done
holds "the CSV judges every step and the drift" test "$(grep -cE '^# (the|after|undecided)' mixture.csv)" -eq 3
holds "the CSV has a line a mode and step" test "$(grep -c '^[12],' mixture.csv)" -eq 8
if have python3 "JSON of flow"; then
    holds "flow --json" python3 -c '
import json
j = json.load(open("out"))
assert [v["step"] for v in j["verdicts"]] == [1, 2] and j["chi_square"] == j["verdicts"][0]["chi_square"]
assert j["drift_verdict"]["probes"] == len(j["drift"]) == 5
assert [c["share"] for c in j["components"]] == [3, 1] and j["components"][1]["direction"] == [0, 1]
for v in j["verdicts"] + [j["drift_verdict"]]:
    assert v["verdict"] in ("supported", "refuted", "undecided") and v["sentence"]
for g in j["growth"]:
    value, error, to = ("measured", "error", "growth_finite") if g["step"] == 1 else ("extrapolated", "extrapolated_error", "growth")
    assert abs((g[value] - g[to])/g[error] - g["deviation"]) < 1e-9'
fi
if have python3 "the extrapolation of flow"; then
    flow "of n tokens" n=400 steps=2 eps=0
    cp out many.json
    flow "of n/2 tokens" n=200 steps=2 eps=0
    holds "flow extrapolates from n and n/2" python3 -c '
import json, math
many, few = json.load(open("many.json"))["growth"], json.load(open("out"))["growth"]
for g, h in zip(many, few):
    assert abs(g["extrapolated"] - (2*g["measured"] - h["measured"])) < 1e-12
    assert abs(g["extrapolated_error"] - math.hypot(2*g["error"], h["error"])) < 1e-12'
fi
flow "of one step extrapolates nothing" n=200 steps=1
holds "it says null" grep -q '"extrapolated": null' out
for n in 2 3 5; do
    flow "of $n tokens" n="$n"
    holds "flow of $n tokens has no growth to order 1/n" test "$(grep -c '"growth_finite": null' out)" -eq 12
done
often=(5 16 64) replicates=1500
if [[ -n $quick ]]; then often=(5) replicates=0; fi # numbers, which a shortened run leaves out
for n in "${often[@]}"; do # no order 1/n to speak of: growth and drift far off, and yet not refuted
    expect 0 "flow of $n tokens, often" flow n="$n" modes=4 replicates=200 concentration=3 --json
    holds "flow of $n tokens is undecided" test "$(grep -o '"undecided"' out | wc -l)" -eq 4
done
# growth ends where tokens have gathered: 16 for 1867, hundreds of errors off, was called as predicted
expect 0 "flow for many steps" flow dimension=3 n=512 beta=4 modes=4 steps=12 replicates=16 eps=0 --json
holds "flow for many steps is undecided" test "$(grep -o '"undecided"' out | wc -l)" -ge 8
if ((replicates > 0)); then
    expect 0 "flow of few tokens, very often" flow n=256 beta=6 modes=5 eps=0 replicates=$replicates --json
    holds "n/4 tokens tell that order 1/n is not enough" grep -q '"step": 3, .*"undecided: the extrapolation' out
fi
for odd in eps=0 tau=1e300 beta=1e300 "beta=1e300 concentration=1e6 dimension=30 tau=1e-300" "direction=[1e-300,1e-301] concentration=2" \
    "direction=[1,1e-320] concentration=2" "concentration=[0,3] direction=[[0,1],[1,0]]"; do
    # shellcheck disable=SC2086
    flow "$odd" n=200 $odd
    holds "flow $odd: numbers or null" sh -c '! sed "s/n -> inf//" out | grep -qiE "[^a-z](nan|inf)[^a-z]"'
done
expect 2 "flow with three mistakes" flow dimension=1.5 tau=x concentratoin=2
holds "flow tells all three" test "$(grep -c 'error: ' err)" -eq 3
while read -r words; do
    # shellcheck disable=SC2086
    expect 2 "flow $words" flow n=64 $words
    holds "flow $words: one message" test "$(grep -c 'error: ' err)" -eq 1
done <<'WRONG'
dimension=1.5
dimension=
concentration=-1
concentration=[2,-1]
concentration=[2,x]
concentration=[2,5
concentration=[[2,5]]
concentration=[]
concentration=2 concentration=3
concentration=[2,5]
concentration=[2,5] direction=[1,0]
concentration=[2,5] direction=[[1,0]]
concentration=[2,5] direction=[[1,0],[0,1,0]]
concentration=[2,5] direction=[[1,0,3],[0,1]]
concentration=[2,5] direction=[[1,0,0],[0,1,0]]
concentration=[2,5] direction=[[1,0],[0,0]]
concentration=[2,5] direction=[[1,0],[0,1]]]
concentration=[2,5] direction=[[1,0],[0,1]] share=[1]
concentration=[2,5] direction=[[1,0],[0,1]] share=[1,0]
concentration=[2,5] direction=[[1,0],[0,1]] share=[1,-2]
concentration=[2,5] direction=[[1,0],[0,1]] share=[1,inf]
concentration=2 direction=[1,0] direction=[0,1]
concentration=2 direction=1
concentration=2 direction=[0,0]
concentration=2 direction=[1e-320,0]
concentration=2 direction=[1,0,0]
concentration=2 share=[1] share=[2]
concentration=0 direction=[1,0]
share=[1,2]
concentratoin=2
WRONG

if have ncdump "what ncdump reads"; then
    holds "a full ncdump" ncdump before.h5
    holds "a full ncdump of a fit" ncdump before.fit.h5
    # shellcheck disable=SC2016
    holds "labelled dimensions" sh -c 'ncdump -h before.h5 | grep -q "double entropy_mean(log_n, beta_index)"'
fi

# ---- what is too much ----

# within SECONDS KIBIBYTES STATUS NAME COMMAND...: expect, with bounds on time and on address space.
within() {
    local seconds=$1 room=$2 want=$3 name=$4 status
    shift 4
    (
        [[ -n ${sanitized:-} ]] || ulimit -v "$room"
        timeout "$seconds" "$gapscale" "$@" >out 2>err </dev/null
    )
    status=$?
    ((status == want)) || echo "    status $status, expected $want: gapscale $*"
    ((status == want))
    check $? "$name"
}
sanitized=$(grep -c __asan_init "$gapscale")
((sanitized > 0)) || sanitized=

cat >too-much-n.yaml <<'YAML'
n: {from: 2, to: e^1000000, points: 100000}
series: [{family: spherical, dimension: 5}]
YAML
printf 'replicates: 1000000000\nkeep_replicates: 1000000000\nseries: [{family: gaussian}]\n' >too-much-kept.yaml
printf 'beta: {relative_to: lambda_typ, from: 1/16, to: 16, points: 100000}\nseries: [{family: gaussian}]\n' >too-many-betas.yaml
{
    printf 'n: {from: 2, to: e^1000, points: 580}\nseries:\n'
    for ((i = 0; i < 100; i++)); do printf '  - {name: s%d, family: stretched, power: 1.%02d}\n' $i $i; done
} >too-many-series.yaml
kinds_of_much=(too-much-n too-much-kept too-many-betas too-many-series)
[[ -z $quick ]] || unset 'kinds_of_much[3]' # 58000 laws
for much in "${kinds_of_much[@]}"; do
    within 30 200000 0 "check of $much, in seconds and 200 MB" check "$much.yaml"
    holds "$much: memory, disk, core-hours" sh -c 'grep -q "^memory  about .*[GT]iB" out && grep -q "^disk    about .*[GT]iB" out && grep -q "core-hours" out'
    [[ -z $sanitized ]] || continue # what is free is not bounded then
    holds "$much: more than is free" grep -q "run. would refuse" out
    within 30 200000 2 "run refuses $much before it starts" run "$much.yaml" -o much.h5 --threads 2 --force
    holds "$much: with words" grep -q "takes about .* of memory .* are free: ask for fewer" err
    holds "$much: nothing is made" sh -c '! ls much.h5* 2>/dev/null'
done
printf 'replicates: 1000000\nkeep_replicates: 10\nn: [2^40]\nrows: drawn\nseries: [{family: gaussian}]\n' >too-long.yaml
expect 2 "run refuses a million core-hours" run too-long.yaml -o much.h5
holds "it says how many, and of --force" grep -qE 'takes about .*e\+06 core-hours: .*--force' err
printf 'replicates: 8\nkeep_replicates: 8\nn: [64]\nrows: drawn\nseries: [{family: gaussian}]\n' >many-files.yaml
expect 0 "rows for many files" run many-files.yaml -o many.h5 --write-scores many-scores.h5 --quiet
for ((i = 0; i < 40; i++)); do cp many-scores.h5 "many-scores-$i.h5"; done
within 60 700000 0 "40 files of scores in 700 MB" diagnose many-scores-*.h5 -o many-files.h5 --threads 2
rm many*.h5
mkdir -p small
if mount -t tmpfs -o size=2m tmpfs small 2>/dev/null; then
    printf 'n: [100, 200, 300, 400]\nseries: [{family: gaussian}]\n' >disk.yaml
    expect 2 "run refuses what the disk cannot hold" run disk.yaml -o small/much.h5 --threads 1
    holds "it says what to do" grep -q "of disk, .* are free where small/much.h5 goes: ask for fewer .* -o FILE" err
    holds "nothing is made there" test -z "$(ls small)"
    umount small
else
    skip "a disk that is too small" "no tmpfs to mount here"
fi
rmdir small

# ---- made-up results ----

crafter=/usr/bin/python3
if [[ -n $quick ]]; then
    : # tests/analysis/commands/test_crafted
elif $crafter -c 'import h5py' 2>/dev/null; then
    cat >spread.yaml <<'YAML'
replicates: 70
keep_replicates: 8
n: [20, 300, 3000]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 7}
series:
  - {family: gaussian}
  - {family: spherical, dimension: 3, output: true, value_matrix: {rows: [[1, 2, 3], [4, 5, 6]]}}
YAML
    expect 0 "a sound file" run spread.yaml -o sound.h5
    cat >craft.py <<'PYTHON'
import shutil, sys, zlib
import h5py, numpy
kind = sys.argv[1]
shutil.copy("sound.h5", "crafted.h5")
f = h5py.File("crafted.h5", "r+")
def zeros(bytes):
    packer, zero = zlib.compressobj(9), b"\0" * (1 << 20)
    return b"".join(packer.compress(zero) for i in range(bytes >> 20)) + packer.flush()
def anew(name, shape, chunks, gzip=None): # on the axes of the one before
    axes = [list(axis.values()) for axis in f[name].dims] if name in f else []
    if name in f: del f[name]
    d = f.create_dataset(name, shape, "f8", chunks=chunks, compression=gzip)
    for i, scales in enumerate(axes):
        for scale in scales: d.dims[i].attach_scale(scale)
    return d
def big(name): # 4 GiB of zeros in about 4 MB
    d, packed = anew(name, (512, 1 << 20), (2, 1 << 20), 9), zeros(1 << 24)
    for i in range(0, 512, 2): d.id.write_direct_chunk((i, 0), packed)
if kind == "foreign": big("gaussian/notes")
if kind == "shape": big("gaussian/lambda")
if kind == "fill": anew("gaussian/lambda", (3, 8), (3, 8))
if kind == "chunk": anew("gaussian/log_gap_count_se", (3, 73), (3, 73), 9).id.write_direct_chunk((0, 0), zeros(1 << 30))
if kind == "pairs": f["spherical/pair_second"][1] = 1e9
if kind == "dimension": f["spherical"].attrs["dimension_coef"] = 64.
if kind == "config": f.attrs["config_resolved"] = f.attrs["config_resolved"].replace("replicates: 70", "replicates: 1000000000").replace("keep_replicates: 8", "keep_replicates: 1000000000")
PYTHON
    while read -r kind status words; do
        $crafter craft.py "$kind" || echo "    craft.py $kind"
        for verb in show fit plot; do
            within 30 2000000 "$status" "$verb of a file with wrong $kind" $verb crafted.h5
            [[ -z $words ]] || holds "$verb says why: $kind" grep -q "$words" err
        done
    done <<'KINDS'
foreign 0
shape 2 an array has not the shape that its config implies
fill 2 an array lacks values
chunk 2 memory
pairs 2 not as results/SCHEMA.md says
dimension 2 not as results/SCHEMA.md says
config 2 it lacks most of the numbers
KINDS
else
    skip "made-up results" "no $crafter with h5py here"
fi

summary
