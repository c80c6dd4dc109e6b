# How Y_2 falls with n: exponents -log Y_2/log n against beta, a curve for each n: 1 where all keys share, 0 where one
# takes all.
#   $curves      log10 of beta/Lambda^typ, exponents of the mean of log Y_2 and of the exact mean of Y_2, place of n on the colour
#                bar; a blank line after each n
#   $measured    log10 of beta/Lambda^typ, exponents of the measured mean of log Y_2 and, where rare rows carry it, of Y_2, place of n
#   point_step       of how many betas one is drawn, at least
#   few          whether the betas are so few that each is marked
#   is_exact     whether the curves are exact; else they go through what was measured
#   has_lambda   whether beta = Lambda^typ is on the axis; lambda_place: where, from 0 to 1
#   y_high       of the axis of exponents
#   largest_error    of any mean
set title heading(name, family, parameters)
set label unit_words(largest_error).thinned(point_step) @note_place
set xlabel beta_label
set ylabel 'exponent  −log {/:Italic Y}_{2} / log {/:Italic n}'
set yrange [0:y_high]
set key font ',8.5' samplen 1.8 @key_top_right
lambda_side = lambda_words(lambda_place)
if (has_lambda) {
    set arrow from 0, graph 0 to 0, graph lambda_top(lambda_place, 0.46, 0.68) arrowstyle 1
    set label lambda_name(lambda_place) at 0, graph 0.6 @lambda_side textcolor rgb guide front
}
@length_bar
plot $curves using 1:2:4 with lines linewidth 1.2 linecolor palette, \
  $curves using 1:3:4 with lines linewidth 1 dashtype 2 linecolor palette, \
  $measured using 1:2:4 with points pointtype 7 pointsize (few ? 0.5 : 0.2) linecolor palette, \
  $measured using 1:3:4 with points pointtype 6 pointsize 0.5 linecolor palette, \
  NaN with points pointtype 7 pointsize 0.4 linecolor rgb guide title 'typical, measured', \
  NaN with lines linewidth 1.2 linecolor rgb guide title is_exact ? 'typical, exact' : 'interpolated', \
  NaN with lines linewidth 1 dashtype 2 linecolor rgb guide title is_exact ? 'mean, exact' : '', \
  NaN with points pointtype 6 pointsize 0.5 linecolor rgb guide title 'mean set by rare rows'
