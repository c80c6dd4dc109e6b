# Where a measured head stands under each prescription: beta over Lambda against context length.
#   $laws    place of n, log10 of m(n)/Lambda and of the ends of its 95% interval; an index for each prescription
#   law      their names
#   laws     how many
#   has_bars whether there is an interval at any n; lacks_bars: whether some n has a point and none;
#          cuts_bars: whether some leave the figure
#   source   the model and the length it was trained at; may be empty
size = 0.8 * (columns == 1 && strlen(source) > 42 ? 42.0 / strlen(source) : 1)
set title heading(name, family, parameters).(source eq '' ? '' : sprintf("\n{/*%.2f ", size).source.'}')
set tmargin source eq '' ? 2 : 3.2
set xlabel length_label
set ylabel 'inverse temperature  β / Λ_{{/:Italic n}}'
set key @key_beside
set label (has_bars ? 'bars: 95% between sequences, under const'.(cuts_bars ? ', some cut' : '').(lacks_bars ? '; no bar: one sequence' : '') : 'no bars: one sequence at each n says nothing of others') @note_place
plot 0 with lines linewidth 1.2 dashtype 2 linecolor rgb guide title 'β = Λ_{{/:Italic n}}', \
  for [k=1:laws] $laws index k-1 using 1:2 with linespoints pointtype marker(k) pointsize 0.6 linewidth 1.2 dashtype dash(k) \
    linecolor rgb colour(k) title law[k], \
  $laws index 0 using 1:2:3:4 with yerrorbars pointtype marker(1) pointsize 0.6 linewidth 1.2 \
    linecolor rgb colour(1)
