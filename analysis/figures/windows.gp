# The exponent of the collapse point from each n on, as the fit tells it, with correction terms, and as a straight line has
# it, beside that of Lambda^typ over the same n.
#   $corrected       place of the smallest n, exponent with correction terms, its standard error; none unless has_corrected
#   exponent_low, exponent_high    95% of the verdict's exponent, which is that of its first window; none unless has_interval
#   $windows         place of the smallest n, exponent without corrections, its standard error, exponent of Lambda^typ, which is
#                    none unless has_scale
#   law, has_law     the exponent as n -> inf, where it is known
#   by_n             whether exponents are of n, not of log n
#   y_low, y_high    of the axis of exponents
#   y_zero, y_power    what is taken off there, 0 or the law, and the power of ten that is its unit then
set title heading(name, family, parameters)
set xlabel 'smallest {/:Italic n} of the window'
set ylabel 'exponent in '.(by_n ? '{/:Italic n}' : 'log {/:Italic n}'). \
    (y_power < 0 ? sprintf(' less its limit  (10^{%.0f})', y_power) : '')
place(y) = (y - y_zero) * 10**(-y_power)
set yrange [place(y_low):place(y_high)]
set lmargin 11
set key font ',8.5' samplen 1.8 @key_beside
is_band = has_interval && exponent_high - exponent_low > 0.01 * (y_high - y_low) # else the line hides it
set label bar_words.(is_band ? '; band: 95% interval of the fitted exponent' : '') @note_place
if (is_band) {
    set object rectangle from graph 0, first place(exponent_low) to graph 1, first place(exponent_high) behind \
        fillcolor rgb '#e3e9f3' fillstyle solid noborder
}
plot NaN with lines linewidth 1.2 dashtype 2 linecolor rgb guide \
    title has_law ? '{/:Italic n} → ∞'.(y_power < 0 ? sprintf(': %.6g', law) : '') : '', \
  for [i=1:has_law] place(law) with lines linewidth 1.2 dashtype 2 linecolor rgb guide, \
  $windows using 1:(place($4)) with lines linewidth 1.4 linecolor rgb colour(2) \
    title has_scale ? 'Λ^{typ}, straight line' : '', \
  $windows using 1:(place($2)):($3 * 10**(-y_power)) with yerrorbars \
    pointtype 6 pointsize 0.6 linewidth 0.8 linecolor rgb '#8a8a8a' title 'β_{c}, straight line', \
  $corrected using 1:(place($2)):($3 * 10**(-y_power)) with yerrorbars \
    pointtype 7 pointsize 0.7 linewidth 1.2 linecolor rgb colour(1) title has_corrected ? 'β_{c}, with corrections' : ''
