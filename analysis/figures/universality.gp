# Mean entropy of series of one exponent, at the largest n of each: over Lambda^typ one curve for each exponent.
#   $points    log10 of beta/Lambda^typ, NaN where another series shows its point; of mean entropy and its ends, and of
#              beta/n^{1/kappa}; a block for each series
#   $laws      log10 of beta/Lambda^typ and of the limit law's mean entropy; a block for each exponent
#   series, classes    how many there are
#   series_name, class, member    of each series: its name, the number of its exponent, its own within that
#   kappa      of each exponent: one over it
set title '{/:Bold One exponent, one curve}'
set xlabel (columns == 1 ? 'β / Λ_{{/:Italic n}}^{typ}' : beta_label).'  (dotted: β / {/:Italic n}^{1/{/:Italic κ}})'
set ylabel 'mean entropy  ⟨{/:Italic H}⟩  (nats)'
set key @key_beside
set label bar_words @note_place
if (series + classes > 16) { set key font ',6' samplen 1.2 spacing 1 }
if (columns == 1) { set key maxrows 6 width -1 font ',6'; set bmargin 10 }
plot for [k=1:series] $points index k-1 using 5:2 with linespoints linewidth 0.9 dashtype 3 \
    pointtype marker(member[k]) pointsize 0.4 pointinterval 12 linecolor rgb colour(class[k]), \
  for [c=1:classes] $laws index c-1 using 1:2 with lines linewidth 1.3 dashtype dash(c) linecolor rgb colour(c) \
    title sprintf('limit law, {/:Italic κ} = %.4g', kappa[c]), \
  for [k=1:series] $points index k-1 using 1:2:3:4 with yerrorbars \
    pointtype marker(member[k]) pointsize 0.6 linewidth 0.9 linecolor rgb colour(class[k]) title series_name[k], \
  NaN with lines linewidth 0.9 dashtype 3 linecolor rgb guide title 'against β / {/:Italic n}^{1/{/:Italic κ}}'
