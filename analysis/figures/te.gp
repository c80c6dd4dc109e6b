# Both halves of the TE theorem against beta over the row's own Lambda_n: H/log n falls, the top-two ratio must
# rise to 1 below.
#   $curves    log10 of the factor, H/log n, p_(2)/p_(1), place of n on the colour bar; a blank line after each n
#   largest_error    of any mean
set title heading(name, family, parameters)
set label unit_words(largest_error) @note_place
set xlabel 'inverse temperature  β / Λ_{{/:Italic n}} of the row'
set yrange [0:1.05]
set ylabel 'means over rows'
set key @key_top_right
set arrow from 0, graph 0 to 0, graph 1 arrowstyle 1
set cblabel length_label offset 0.5,0
set rmargin 14
plot $curves using 1:2:4 with lines linewidth 1.4 linecolor palette title '{/:Italic H} / log {/:Italic n}', \
  $curves using 1:3:4 with lines linewidth 1.4 dashtype 2 linecolor palette \
    title '{/:Italic p}_{(2)}/{/:Italic p}_{(1)}'
