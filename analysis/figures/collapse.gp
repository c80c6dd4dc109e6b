# Collapse points against Lambda^typ.
#   $points      log10 of Lambda^typ, of beta_c and its ends; a block for each criterion, then the rows' medians with quartiles
#   criteria     how many there are
#   criterion, threshold, shown    of each: its name and threshold, and whether it has collapse points
#   has_ratio, log_ratio           log10 of beta_c/Lambda^typ of the judged criterion at the largest n
set title heading(name, family, parameters)
set xlabel 'accumulation scale  Λ_{{/:Italic n}}^{typ}'
set ylabel collapse_label
set lmargin
set key outside right top vertical Left reverse width -2
plot x with lines linewidth 1.2 dashtype 2 linecolor rgb guide title 'β_{c} = Λ^{typ}', \
  for [i=1:has_ratio] x + log_ratio with lines linewidth 1 dashtype 3 linecolor rgb guide \
    title has_ratio ? sprintf('β_{c} = %.3g Λ^{typ}', 10**log_ratio) : '', \
  $points index criteria using 1:2:3:4 with yerrorbars pointtype 6 pointsize 0.9 linewidth 0.8 \
    linecolor rgb '#9a9a9a' title 'rows: quartiles', \
  for [k=1:criteria] $points index k-1 using 1:2:3:4 with yerrorbars pointtype marker(k) pointsize 0.7 \
    linewidth 1.2 linecolor rgb colour(k) title shown[k] ? criterion_title(criterion[k], threshold[k]) : ''
