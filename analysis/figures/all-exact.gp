# Collapse points over their exact values, of all series.
#   y_low, y_high    of the axis
set title '{/:Bold Collapse point over its exact value}'
set key @key_beside
if (series > 14) { set key font ',6' samplen 1.2 spacing 1 }
if (columns == 1 && series > 14) { set key maxrows 7 font ',5.5'; set bmargin 10 }
set ylabel collapse_label.' / exact'.(columns == 1 ? '' : ', nothing fitted')
set yrange [y_low:y_high]
# Series stand a little beside their n, so that error bars of many are seen side by side.
drawn = 0
do for [k=1:series] { drawn = drawn + shown[k] }
aside(k) = 0.2 * x_length / lengths * ((place[k] - 0.5) / drawn - 0.5)
plot 1 with lines linewidth 1.2 dashtype 2 linecolor rgb guide title 'exact', \
  for [k=1:series] $points index k-1 using ($1+aside(k)):2:3:4 with yerrorbars pointtype series_marker(k) \
    pointsize 0.6 linewidth 0.9 linecolor rgb series_colour(k) title series_title(k)
