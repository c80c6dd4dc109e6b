# Mean entropy over log n, on the plane of n and beta.
#   $map          place of n, log10 of beta/Lambda^typ, entropy over log n: a regular grid, a blank line after each beta
#   share_high    of the axis of entropies over log n
#   $run          place of every n that was run; the map is linear between them
#   y_low, y_high    of the axis of betas
#   $line         place of n, log10 of beta_c/Lambda^typ, where has_line; line_x, line_end: those of the last
#   criterion, threshold, judged    where has_line: names and thresholds, and the number of the one that makes it
#   has_lambda    whether beta = Lambda^typ is on the axis
#   largest_error    of any mean
set title heading(name, family, parameters)
set label unit_words(largest_error) @note_place
set xlabel length_label
set ylabel beta_label
set palette defined (0 '#440154', 1 '#482475', 2 '#414487', 3 '#355f8d', 4 '#2a788e', 5 '#21918c', \
    6 '#22a884', 7 '#44bf70', 8 '#7ad151', 9 '#bddf26', 10 '#fde725')
set cbrange [0:share_high]
if (share_high == 1) { set cbtics scale 0 0.2 }
set cblabel 'mean entropy  ⟨{/:Italic H}⟩ / log {/:Italic n}' offset 0.5,0
set rmargin 12
unset grid
# Grey where no beta was measured.
set object rectangle from graph 0,0 to graph 1,1 behind fillcolor rgb guide fillstyle noborder
# Lines have their words above them, where the map is dark.
word_style = "front textcolor rgb 'white'".(columns == 1 ? " font ',7.5'" : " font ',8.5'")
# Where the line of collapse points is right above that of Lambda^typ, its words stand below, on a ground of their own.
is_above = has_line ? line_end >= 0 && line_end < 0.07 * (y_high - y_low) : 0
set style textbox opaque noborder fillcolor rgb '#440154' margins 0.4,0.2
lambda_style = (is_above ? 'offset 0,-0.8 boxed ' : 'offset 0,0.6 ').word_style
if (has_lambda) { set label 'β = Λ^{typ}' at graph 0.4, first 0 left @lambda_style }
line_side = 0
if (has_line) {
    # Below the line where the frame, or the line of Lambda^typ, is right above it.
    is_under = line_end - y_low > 0.9 * (y_high - y_low) || (has_lambda && line_end < 0 && -line_end < 0.1 * (y_high - y_low))
    line_side = is_under ? -0.7 : 0.7
    set label criterion_title(criterion[judged], threshold[judged]) \
        at first line_x, first line_end right offset -0.8,line_side @word_style
}
set label 'thin lines: {/:Italic n} that were run' @note_above
plot $map using 1:2:3 with image, \
  $run using 1:(y_low):(0):(y_high - y_low) with vectors nohead linewidth 0.5 linecolor rgb '#a8ffffff', \
  for [i=1:has_lambda] 0 with lines linewidth 1.2 dashtype 2 linecolor rgb 'white', \
  for [i=1:has_line] $line using 1:2 with linespoints pointtype 7 pointsize 0.5 linewidth 1.4 \
    linecolor rgb 'white'
