# Where a measured head stands under each prescription: beta over Lambda against context length.
#   $laws    place of n, log10 of m(n)/Lambda and of the ends of its 95% interval; an index for each prescription
#   law      their names
#   laws     how many
#   has_bars whether there is an interval at any n; lacks_bars: whether some n has a point and none;
#          cuts_bars: whether some leave the figure
#   first    the shortest n, where every m is 1
#   model, trained    its name, and the length it was trained at; may be empty
size = 0.8 * (columns == 1 && strlen(model) > 42 ? 42.0 / strlen(model) : 1)
set title heading(name, family, trained eq '' ? '' : 'trained at {/:Italic n} = '.trained).\
    (model eq '' ? '' : sprintf("\n{/*%.2f ", size).model.'}')
set tmargin model eq '' ? 2 : 3.2
set xlabel length_label
set ylabel 'β / Λ_{{/:Italic n}},  β = {/:Italic m}({/:Italic n}),  {/:Italic m}('.first.') = 1'
set key @key_beside
set label (has_bars ? 'bars: 95% between sequences, under const'.(cuts_bars ? ', some cut' : '').(lacks_bars ? '; no bar: one sequence' : '') : 'no bars: one sequence at each n says nothing of others') @note_place
plot 0 with lines linewidth 1.2 dashtype 2 linecolor rgb guide title 'β = Λ_{{/:Italic n}}', \
  for [k=1:laws] $laws index k-1 using 1:2 with linespoints pointtype marker(k) pointsize 0.6 linewidth 1.2 dashtype dash(k) \
    linecolor rgb colour(k) title law[k], \
  $laws index 0 using 1:2:3:4 with yerrorbars pointtype marker(1) pointsize 0.6 linewidth 1.2 \
    linecolor rgb colour(1)
