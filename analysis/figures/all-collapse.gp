# Collapse points over Lambda^typ, of all series.
set title '{/:Bold Collapse point over accumulation scale}'
set ylabel collapse_label.' / Λ_{{/:Italic n}}^{typ}'
plot 0 with lines linewidth 1.2 dashtype 2 linecolor rgb guide title 'β_{c} = Λ^{typ}', \
  for [k=1:series] $points index k-1 using 1:2:3:4 with yerrorlines pointtype marker(member[k]) pointsize 0.6 \
    linewidth 0.9 linecolor rgb series_colour(k) title series_title(k)
