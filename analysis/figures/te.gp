# Both halves of the TE theorem against beta over the row's own Lambda_n, side by side: H/log n falls to 0 above, the top-two
# ratio must rise to 1 below.
#   $curves      log10 of the factor, H/log n, p_(2)/p_(1), place of n on the colour bar; a blank line after each n
#   $measured    the same at the factors that were measured
#   low, high    ends of each panel, log10 of the factor; shift: how far on the second stands
#   largest_error    of any mean
set title heading(name, family, parameters)
set label unit_words(largest_error).'; points: measured' @note_place
set xlabel 'inverse temperature  β / Λ_{{/:Italic n}} of the row'
set yrange [0:1.1]
set ylabel 'means over rows'
unset grid
set grid ytics linewidth 0.5 linetype 1 linecolor rgb '#e4e4e4' back
# In a narrow figure below the words there, which would be crossed.
do for [k=0:1] { set arrow from k * shift, graph 0 to k * shift, graph (columns == 1 ? 0.9 : 1) arrowstyle 1 }
set arrow from high, graph 0 to high, graph 1 nohead linewidth 0.7 linecolor rgb '#404040' front
set arrow from low + shift, graph 0 to low + shift, graph 1 nohead linewidth 0.7 linecolor rgb '#404040' front
panel_font = columns == 1 ? ',7.5' : ''
set label '{/:Italic H} / log {/:Italic n}' at high, graph 0.94 right offset -0.8,0 font panel_font front
set label '{/:Italic p}_{(2)}/{/:Italic p}_{(1)}' at high + shift, graph 0.94 right offset -0.8,0 font panel_font front
@length_bar
plot $curves using 1:2:4 with lines linewidth 1.2 linecolor palette, \
  $curves using ($1 + shift):3:4 with lines linewidth 1.2 linecolor palette, \
  $measured using 1:2:4 with points pointtype 7 pointsize 0.4 linecolor palette, \
  $measured using ($1 + shift):3:4 with points pointtype 7 pointsize 0.4 linecolor palette
