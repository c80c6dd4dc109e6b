#!/usr/bin/env bash
# report.sh BINARY: `gapscale report` of a sweep, of keys on a sphere, of prescriptions, of measured scores and of several files:
# each page is read by tests/report.py, and by Chromium where that is. Ends with `N passed, N failed, N skipped`.
set -uo pipefail
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

reads() { # PAGE...: what is wrong with them, in err
    /usr/bin/python3 "$top/tests/report.py" "$@" >err 2>&1
}
figures() { grep -o '<svg' "$1" | wc -l; }

# ---- what is told of ----

cat >'plain.yaml' <<'YAML'
# </pre><script>alert("a comment & its signs")</script>
seed: 7
replicates: 128
n: [16, 300, 1e5, 1e8, 1e12, 1e30, 1e80]
beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 17}
series: [gaussian: , {name: g1, family: gumbel, scale: {coef: 1, log_power: -1}}]
YAML
sed -i 's/gaussian: ,/{family: gaussian},/' plain.yaml
expect 0 "a sweep" run plain.yaml -o plain.h5 --write-scores scores.h5
cat >sphere.yaml <<'YAML'
replicates: 64
n: [100, 1000]
beta: {critical: [0.1, 1, 10]}
normalisers: [sparsemax]
series: [{family: spherical, dimension: 4, output: true}]
YAML
expect 0 "keys on a sphere" run sphere.yaml -o sphere.h5
cat >along.yaml <<'YAML'
replicates: 64
n: [100, 1000, 1e5]
beta: {prescription: [const, log], trained: 100, coef: 2}
collapse: {}
series: [{family: gaussian}]
YAML
expect 0 "prescriptions" run along.yaml -o along.h5
expect 0 "measured scores" diagnose scores.h5 -o "measured <b>&.h5"

# ---- pages ----

expect 0 "report" report plain.h5
holds "goes beside the results" test -s plain.html
expect 0 "report of a sphere" report sphere.h5 -o sphere.html
expect 0 "report of prescriptions" report along.h5
expect 0 "report of measured scores" report "measured <b>&.h5"
cp plain.h5 again.h5
expect 0 "report of several files" report plain.h5 sphere.h5 along.h5 "measured <b>&.h5" again.h5 -o several.html
pages=(plain.html sphere.html along.html "measured <b>&.html" several.html)
for page in "${pages[@]}"; do
    reads "$page"
    check $? "$page nests, is complete, and loads nothing"
done
holds "verdicts stand in words and colour" grep -q '<span class="badge undecided"><span aria-hidden="true">?</span> undecided</span>' plain.html
holds "figures are within" test "$(figures plain.html)" -gt 10
expect 0 "a coarse grid" run plain.yaml -o coarse.h5 --set 'beta.points=4'
expect 0 "report of it" report coarse.h5
holds "is told of where it makes half of the error" grep -q 'grid is too coarse at 1 of 7 n' coarse.html
holds "and there alone" bash -c '! grep -q "grid is too coarse" plain.html'
holds "the output's figures, too" grep -q '>spherical: weights</title>' sphere.html
holds "and those of several files" test "$(figures several.html)" -gt "$(figures plain.html)"
holds "series of one name are told apart" grep -q 'id="s-gaussian-2"' several.html
holds "the digest is that of show" grep -q "$(digest plain.h5)" plain.html
holds "provenance is there" grep -q "<dt>command_line</dt><dd>gapscale run " plain.html
holds "a config's signs are no markup" grep -q '&lt;/pre&gt;&lt;script&gt;alert(&quot;a comment &amp; its signs&quot;)' plain.html
holds "nor those of a name" grep -q "measured &lt;b&gt;&amp;" "measured <b>&.html"
holds "1/Lambda in the table is that of the sentence" /usr/bin/python3 -c '
import re
page = open("measured <b>&.html").read()
ratio = re.search(r"Measured rows.*?<td data-v=[^>]*>([^<]*)</td>", page, re.S).group(1)
assert f"As trained beta is {ratio} times" in re.sub("β", "beta", re.sub("<[^>]*>", "", page)), ratio'
cp plain.html again.html
expect 0 "a report is replaced" report plain.h5
holds "by the same page" cmp plain.html again.html
# Ids and links must be seen to fail.
sed 's/id="glossary"/id="verdicts"/' plain.html >broken.html
holds "the reader sees an id that is there twice" bash -c "! /usr/bin/python3 '$top/tests/report.py' broken.html"
sed 's|<h1>|<h1><img src="http://a.example/b.png">|' plain.html >broken.html
holds "and what is loaded" bash -c "! /usr/bin/python3 '$top/tests/report.py' broken.html"

# ---- without gnuplot ----

mkdir none
timeout 120 env PATH="$work/none" "$gapscale" report plain.h5 -o bare.html >out 2>err
check $? "report without gnuplot"
holds "says so" grep -q "gnuplot was not found" err
holds "and so does the page" grep -q 'class="warning">gnuplot was not found' bare.html
holds "which has no figures" test "$(figures bare.html)" -eq 0
reads bare.html
check $? "and is whole"

# ---- what is no good ----

expect 2 "report of nothing" report
expect 2 "report of a config" report plain.yaml -o x.html
expect 2 "report of what is not there" report absent.h5 -o x.html
expect 0 "a fit" fit plain.h5
expect 2 "report of a fit" report plain.fit.h5 -o x.html
holds "leaves nothing behind" test ! -e x.html
expect 2 "report -o nowhere" report plain.h5 -o ""
echo "<!DOCTYPE html><title>mine</title>" >mine.html
cp mine.html kept.html
expect 2 "report into a page of somebody else's" report plain.h5 -o mine.html
holds "which is kept" cmp mine.html kept.html
expect 2 "report into its own input" report plain.h5 -o plain.h5
mkdir folder
expect 2 "report into a folder" report plain.h5 -o folder
expect 1 "report into a folder that is not there" report plain.h5 -o absent/x.html
holds "says where" grep -q "cannot write in absent" err

# ---- a browser ----

if command -v chromium >/dev/null; then
    # see PAGE: what it is once its script has run, in dom; what the browser says of it, in said.
    see() {
        timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --enable-logging=stderr \
            --virtual-time-budget=2000 --dump-dom "file://$work/$1" >dom 2>said </dev/null
    }
    # The first head of each table is pressed once, the second twice.
    sed 's|</body>|<script>for (const row of document.querySelectorAll("table.sortable thead tr")) { const b = row.querySelectorAll("button"); b[0].click(); if (row.closest("main section")) document.title = row.closest("table").tBodies[0].rows[0].cells[0].textContent; } document.querySelector("figcaption button").click();</script></body>|' \
        several.html >pressed.html
    for page in plain.html sphere.html several.html pressed.html; do
        see $page
        check $? "Chromium reads $page"
        holds "without a complaint ($page)" bash -c '! grep -q CONSOLE said'
        holds "its heads can be pressed ($page)" grep -q '<button type="button" aria-label="sort by ' dom
    done
    holds "a button enlarges a figure" grep -q '<figure class="[a-z-]* large"' dom
    holds "what is pressed says how it is sorted" grep -q '<th scope="col" aria-sort="ascending"' dom
    sed 's|</body>|<script>console.error("seen")</script></body>|' plain.html >complains.html
    see complains.html
    holds "a complaint would be seen" grep -q CONSOLE said
    timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --no-pdf-header-footer \
        --print-to-pdf="$work/several.pdf" "file://$work/several.html" >out 2>said </dev/null
    check $? "Chromium prints a page"
    holds "to a PDF with an end" bash -c 'tail -c 16 several.pdf | grep -qa %%EOF'
else
    skip_outside "pages in a browser" "no chromium here"
fi
summary
