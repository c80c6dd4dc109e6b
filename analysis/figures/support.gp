# Mean number of keys that have weight under sparsemax against beta, a curve for each n; under entmax at the largest n.
#   $curves      log10 of beta/Lambda^typ, mean support, place of n on the colour bar; a blank line after each n
#   $entmax      log10 of beta/Lambda^typ, mean support, alpha; an index for each of `alphas`
#   $limit       log10 of beta/Lambda^typ, what the mean tends to for sparsemax; none unless has_limit
#   y_high       of the axis of supports
#   largest_error    of any mean, as a part of it
set title heading(name, family, parameters)
set label part_words(largest_error) @note_place
set xlabel beta_label
set ylabel 'keys that have weight'
set logscale y
set yrange [0.9:y_high]
set format y (y_high < 1e4 ? '%h' : '10^{%L}') # wider numbers would push the label off the page
set key @key_top_right
@length_bar
# One alpha stands in the legend, since curves may run over words beside them; several stand at their curves.
entmax_title = 'entmax at the largest {/:Italic n}'.(alphas == 1 ? sprintf(', α = %.4g', word($entmax[1], 3) + 0) : '')
# gnuplot goes through an empty loop once: what there is none of is no part of the line.
entmax = alphas == 0 ? '' : ", for [i = 0 : alphas - 1] $entmax index i using 1:2 with lines linewidth 1.4 dashtype 3 " \
  ."linecolor rgb guide title (i == 0 ? entmax_title : '')"
names = alphas < 2 ? '' : ", for [i = 0 : alphas - 1] $entmax index i every ::0::0 " \
  ."using 1:2:(sprintf('α = %.4g', $3)) with labels left offset 0.6,0.6 textcolor rgb guide notitle"
limit = !has_limit ? '' : ", $limit using 1:2 with lines linewidth 1.4 dashtype 2 linecolor rgb 'black' " \
  ."title '1 + {/:Italic h}/β as {/:Italic n} → ∞'"
plot $curves using 1:2:3 with linespoints pointtype 7 pointsize 0.4 linewidth 1.4 linecolor palette title 'sparsemax' \
  @entmax @names @limit
