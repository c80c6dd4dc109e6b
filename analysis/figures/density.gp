# Density of tokens on the circle before and after each step.
#   $density    angle in degrees; density and its standard error before, then after each step
#   steps       how many there are
#   curves      how many of them have a curve of first order in eps
#   mode, amplitude    which mode that is, and its amplitude before and after each of those steps
shade(s) = s == 0 ? guide : colour(s)
set xlabel 'angle from the first axis (degrees)'
set ylabel 'density of tokens / uniform'
set xrange [-180:180]
set xtics 60
set samples 721
set label 'bands: ± 1 standard error' @note_place
plot for [s=0:steps] $density using 1:(column(2*s+2)-column(2*s+3)):(column(2*s+2)+column(2*s+3)) \
    with filledcurves fillstyle transparent solid 0.2 noborder fillcolor rgb shade(s), \
  for [s=0:steps] $density using 1:2*s+2 with lines linewidth (s ? 1.3 : 1.6) linecolor rgb shade(s) \
    title s == 0 ? 'before' : sprintf('after %d step%s', s, plural(s)), \
  for [s=0:curves] 1 + amplitude[s+1]*cos(mode*x*pi/180) with lines dashtype 2 linewidth 0.8 \
    linecolor rgb shade(s), \
  NaN with lines dashtype 2 linewidth 0.8 linecolor rgb guide \
    title 'first order in ε'.(curves < steps ? sprintf(', to step %d', curves) : '')
