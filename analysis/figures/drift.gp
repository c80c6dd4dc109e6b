# Drift of a query against its angle.
#   $theory    angle in degrees; beta times the drift to order 1/n, for n -> inf, and as the gradient of the log density
#   $probes    angle in degrees; measured drift and its standard error
#   laws       how many components the keys' law has
set label bar_words @note_place
set xlabel sprintf('angle from the %smean (degrees)', laws > 1 ? 'first ' : '')
set ylabel 'β × drift towards it'
set xrange [0:180]
set xtics 30
plot $theory using 1:4 with lines dashtype 3 linewidth 1.2 linecolor rgb guide title '∇ log {/:Italic f}', \
  $theory using 1:3 with lines linewidth 1.2 linecolor rgb colour(1) title '{/:Italic n} → ∞', \
  $theory using 1:2 with lines dashtype 2 linewidth 1.2 linecolor rgb colour(1) title 'order 1/{/:Italic n}', \
  $probes using 1:2:3 with yerrorbars pointtype 7 pointsize 0.4 linewidth 1.2 linecolor rgb colour(2) \
    title 'measured'
