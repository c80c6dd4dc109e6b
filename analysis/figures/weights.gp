# Mean ordered weights at the largest n, a colour for each rank.
#   $measured    log10 of beta/n^{2/(d-1)}; mean weight and its ends; rank; the mean again where few rows made it, instead of the first
#   $exact       the same beta, exact mean weight, rank; a blank line after each rank
#   $limit       the same beta, mean largest weight as n -> inf
#   length, ranks    n in words, and how many ranks are drawn
#   has_rare, has_limit    whether there are such points
#   y_log, y_high    whether weights are log10 (their axis comes with the numbers), else the end of their axis
set label bar_words @note_place
set ylabel 'mean weight  ⟨{/:Italic p}_{({/:Italic k})}⟩  at  {/:Italic n} = '.length
if (!y_log) { set yrange [0:y_high] }
set palette maxcolors ranks
set cbrange [0.5:ranks + 0.5]
set cbtics scale 0 1
set cblabel 'rank {/:Italic k}' offset 0.5,0
set rmargin 12
plot NaN with points pointtype 7 pointsize 0.5 linecolor rgb 'black' title 'measured', \
  NaN with lines linewidth 1.2 linecolor rgb 'black' title 'exact', \
  for [i=1:has_limit] $limit using 1:2 with points pointtype 6 pointsize 1.1 linewidth 1 linecolor rgb 'black' \
    title '{/:Italic p}_{(1)}, {/:Italic n} → ∞', \
  for [i=1:has_rare] NaN with points pointtype 6 pointsize 0.45 linecolor rgb 'black' \
    title 'set by a few rare rows', \
  $exact using 1:2:3 with lines linewidth 1.2 linecolor palette, \
  $measured using 1:6:5 with points pointtype 6 pointsize 0.4 linecolor palette, \
  $measured using 1:3:(0):($4-$3):5 with vectors nohead linewidth 1 linecolor palette, \
  $measured using 1:2:5 with points pointtype 7 pointsize 0.35 linecolor palette
