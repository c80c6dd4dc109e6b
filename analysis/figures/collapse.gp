# Collapse points over Lambda^typ, against n: the scale, whatever it is, is one line.
#   $points      place of n, log10 of beta_c/Lambda^typ and its ends; a block for each criterion, then the rows' medians with quartiles
#   $exact       place of n, log10 of the exact beta_c/Lambda^typ of the judged criterion
#   criteria     how many there are
#   criterion, threshold, shown, limit, is_cut    of each: its name and threshold, whether it has collapse points, log10 of
#                beta_c/Lambda^typ for n -> inf, and 1 where some of its points are off the axis, 2 where all are
#   judged       the number of the criterion judged
#   largest_error    of any point
#   by_rows      whether its points are medians of rows
#   has_exact, has_limit    whether there are such values
#   lengths      how many n there are
set title heading(name, family, parameters)
set xlabel length_label
set ylabel collapse_label.' / Λ_{{/:Italic n}}^{typ}'
set key font ',8.5' samplen 1.8 @key_beside
if (columns == 1) { set key width (criteria > 4 ? -1 : -5) }
if (columns == 1 && criteria > 4) { set key font ',6.5' samplen 1.4 } # three columns
curve = curve_of(lengths)
any_cut = 0
any_off = 0
do for [k=1:criteria] { if (is_cut[k] == 1) { any_cut = 1 }; if (is_cut[k] == 2) { any_off = 1 } }
# A narrow figure has no room for more: gnuplot leaves out what is wider than its legend.
off = columns == 1 ? ' (off)' : ' (off the axis)'
set label (by_rows ? 'medians of rows ± 1 standard error, quartiles' : (largest_error > 0 ? bar_words : no_bar_words(largest_error, '')).'; of rows: quartiles').\
    (any_cut ? '; (cut): some off the axis' : columns == 1 && any_off ? '; (off): off the axis' : '') @note_place
point_title(k) = shown[k] ? criterion_title(criterion[k], threshold[k]).(is_cut[k] == 1 ? ' (cut)' : is_cut[k] == 2 ? off : '') : ''
plot 0 with lines linewidth 1.2 dashtype 2 linecolor rgb guide title 'β_{c} = Λ^{typ}', \
  for [k=1:criteria] limit[k] with lines linewidth 1 dashtype 3 linecolor rgb colour(k), \
  NaN with lines linewidth 1 dashtype 3 linecolor rgb guide title has_limit ? '{/:Italic n} → ∞' : '', \
  $exact using 1:2 with @curve linewidth 1.2 linecolor rgb colour(judged) title has_exact ? 'exact' : '', \
  $points index criteria using 1:2:3:4 with yerrorbars pointtype 6 pointsize 0.9 linewidth 0.8 \
    linecolor rgb '#9a9a9a' title 'rows: medians', \
  for [k=1:criteria] $points index k-1 using 1:2:3:4 with yerrorbars pointtype marker(k) pointsize 0.7 \
    linewidth 1.2 linecolor rgb colour(k) title point_title(k)
