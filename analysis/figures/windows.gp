# The exponent of the collapse point from each n on, without corrections, beside that of Lambda^typ over the same n.
#   $windows         place of the smallest n, exponent, its standard error, exponent of Lambda^typ
#   law, has_law     the exponent as n -> inf, where it is known
#   by_n             whether exponents are of n, not of log n
#   y_low, y_high    of the axis of exponents
set title heading(name, family, parameters)
set xlabel 'smallest {/:Italic n} of the window'
set ylabel 'exponent in '.(by_n ? '{/:Italic n}' : 'log {/:Italic n}')
set yrange [y_low:y_high]
set lmargin 11
set key outside right top vertical Left reverse
set label bar_words @note_place
plot NaN with lines linewidth 1.2 dashtype 2 linecolor rgb guide title has_law ? '{/:Italic n} → ∞' : '', \
  for [i=1:has_law] law with lines linewidth 1.2 dashtype 2 linecolor rgb guide, \
  $windows using 1:4 with lines linewidth 1.4 linecolor rgb colour(2) title 'Λ^{typ}', \
  $windows using 1:2:3 with yerrorbars pointtype 7 pointsize 0.7 linewidth 1.2 linecolor rgb colour(1) title 'β_{c}'
