# Collapse points less their exact values, in standard errors.
#   $residuals       place of n, deviation
#   y_low, y_high    of the axis of deviations
set title heading(name, family, parameters)
set label 'in units of 1 standard error; 95% lie between the dashed lines' @note_place
set xlabel length_label
set ylabel 'β_{c} less exact, in standard errors'
set yrange [y_low:y_high]
set ytics auto
set arrow from graph 0, first 1.96 to graph 1, first 1.96 arrowstyle 1
set arrow from graph 0, first -1.96 to graph 1, first -1.96 arrowstyle 1
plot 0 with lines linewidth 1 linecolor rgb guide, \
  $residuals using 1:2 with impulses linewidth 1.2 linecolor rgb colour(1), \
  $residuals using 1:2 with points pointtype 7 pointsize 0.7 linecolor rgb colour(1)
