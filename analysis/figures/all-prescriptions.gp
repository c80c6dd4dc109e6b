# Mean entropies along prescriptions: flat where one is critical for a law of scores, rising where it is too slow for
# it, falling where it is too fast. Panels stand side by side.
#   $curves    place of n, log10 of the exact mean H (measured where there is none); an index for each law
#   $points    the same measured, with its ends
#   law, laws       their names, how many
#   panel, panels   names of the prescriptions, how many
#   tick_names      n at the ticks of every panel
set title '{/:Bold Entropy along prescriptions:}  '.fitting('flat where critical', columns == 1 ? 12 : 52)
set xlabel length_label.' from {/:Italic n}_{0} on; ticks: '.tick_names offset 0,0.7 font (columns == 1 ? ',6.5' : '')
set ylabel 'mean entropy  ⟨{/:Italic H}⟩  (nats)'
set key font ',8' samplen 1.6 spacing 1.05 @key_beside
if (columns == 1) { set key maxrows 5 width -2 font ',6'; set bmargin 5 + (laws < 5 ? laws : 5) }
set label 'points: measured, '.bar_words.'; lines: exact means' @note_place
unset grid
set grid ytics linewidth 0.5 linetype 1 linecolor rgb '#e4e4e4' back
do for [k=1:panels-1] { set arrow from k, graph 0 to k, graph 1 nohead linewidth 0.7 linecolor rgb '#404040' front }
do for [k=1:panels] { set label '{/:Bold '.panel[k].'}' at k - 0.5, graph 0.965 center font (columns == 1 ? ',6' : ',9') front }
plot for [k=1:laws] $curves index k-1 using 1:2 with lines linewidth 1.1 dashtype dash(k) linecolor rgb colour(k) notitle, \
  for [k=1:laws] $points index k-1 using 1:2:3:4 with yerrorbars pointtype marker(k) pointsize 0.45 linewidth 0.8 \
    linecolor rgb colour(k) notitle, \
  for [k=1:laws] NaN with linespoints pointtype marker(k) pointsize 0.6 linewidth 1.1 dashtype dash(k) \
    linecolor rgb colour(k) title law[k]
