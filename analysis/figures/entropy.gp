# Mean entropy against beta, a curve for each n.
#   $curves          log10 of beta/Lambda^typ, mean entropy, place of n on the colour bar; a blank line after each n
#   $measured        the same at the betas that were measured, and the standard error where it is above least_bar of the mean
#   has_bars         whether any of these has one
#   point_step       of how many betas one is drawn, at least
#   is_exact         whether the curves are exact; else they go through what was measured
#   few              whether the betas are so few that each is marked
#   has_lambda       whether beta = Lambda^typ is on the axis; lambda_place: where, from 0 to 1
#   y_low, y_high    of the axis of entropies
#   y_log, y_plain   whether that is logarithmic, and whether it then has plain numbers
#   is_crowded       whether a curve passes the top right, where the legend stands else
#   words_height     where, from 0 to 1, what that is can be written beside its line
#   tau, has_tau     the entropy that marks the collapse, and whether it is on the axis; tau_right: whether it is named at the right
#   largest_error    of any mean that is on the axis, as a part of it
set title heading(name, family, parameters)
set label (has_bars ? sprintf('%s above %.0f%% of the mean', bar_words, 100 * least_bar) : part_words(largest_error)).thinned(point_step) @note_place
set xlabel beta_label
set ylabel 'mean entropy  ⟨{/:Italic H}⟩  (nats)'
set yrange [y_low:y_high]
if (y_log) {
    set logscale y
    set format y (y_plain && y_high < 1e4 ? '%h' : '10^{%L}') # wider numbers would push the label off the page
}
tau_place = !has_tau ? -1 : y_log ? log(tau / y_low) / log(y_high / y_low) : (tau - y_low) / (y_high - y_low)
lambda_side = lambda_words(lambda_place)
tau_side = tau_right ? 'right offset -0.6,0.6' : 'left offset 0.6,0.6'
if (has_lambda) {
    set arrow from 0, graph 0 to 0, graph (is_crowded ? 1 : lambda_top(lambda_place, 0.53, 0.8)) arrowstyle 1
    set label lambda_name(lambda_place) at 0, graph words_height @lambda_side textcolor rgb guide front
}
if (has_tau) {
    set arrow from graph 0, first tau to graph 1, first tau arrowstyle 1
    set label sprintf('⟨{/:Italic H}⟩ = %.4g', tau) at graph tau_right, first tau @tau_side \
        textcolor rgb guide front
}
@length_bar
key_place = is_crowded ? key_bottom_left(has_tau && tau_place < 0.25 ? tau_place + 0.1 : 0.03) : key_top_right
set key @key_place
if (columns == 1) { set bmargin 6.6 } # two lines
bar_bottom(y) = y_log && y < y_low ? y_low : y
with_bar(y, error) = error > 0 ? y : NaN # else gnuplot draws ends of no bar at the foot of the figure
plot $curves using 1:2:3 with lines linewidth 1.2 linecolor palette, \
  $measured using 1:2:3 with points pointtype 7 pointsize (few ? 0.5 : 0.25) linecolor palette, \
  $measured using 1:(with_bar($2, $4)):(bar_bottom($2 - $4)):($2 + $4):3 with yerrorbars pointtype 0 linewidth 0.6 linecolor palette, \
  NaN with points pointtype 7 pointsize 0.5 linecolor rgb guide title 'measured', \
  NaN with lines linewidth 1.2 linecolor rgb guide title is_exact ? 'exact' : 'interpolated'
