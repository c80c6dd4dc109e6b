# Growth of each mode after every step.
#   $modes    degree; growth for n -> inf, and to order 1/n; measured growth and its standard error; a block for each step,
#             whose measured growth is extrapolated after the first
#   steps, modes    how many there are
#   peak      degree where a full step's growth is largest for large beta, which is at sqrt(2 beta) where on_circle
set label bar_words.(steps > 1 ? '; after 2 steps and more measured at several {/:Italic n}, extrapolated' : '') @note_place
set xlabel 'degree {/:Italic l} of the mode'
set ylabel 'growth factor of its amplitude'
set xrange [0.5:modes + 0.5]
if (modes < 8) { set xtics 1 }
shows_peak = peak < modes + 0.5
if (shows_peak) { set arrow from peak, graph 0 to peak, graph 1 arrowstyle 1 back }
plot for [s=1:steps] $modes index s-1 using 1:2 with lines linewidth 1.2 dashtype dash(s) linecolor rgb colour(s) \
    title sprintf('{/:Italic n} → ∞, %d step%s', s, plural(s)), \
  $modes index 0 using 1:3 with lines linewidth 1.2 dashtype 3 linecolor rgb colour(1) title 'order 1/{/:Italic n}', \
  for [s=1:steps] $modes index s-1 using 1:4:5 with yerrorbars pointtype marker(s) pointsize 0.5 linewidth 1.2 \
    linecolor rgb colour(s) title sprintf('measured, %d step%s', s, plural(s)), \
  NaN with lines linewidth 1 dashtype 2 linecolor rgb guide title !shows_peak ? '' : \
    on_circle ? '{/:Italic l} = √(2β)' : '{/:Italic l} ({/:Italic l}+{/:Italic d}−2) = 2β'
