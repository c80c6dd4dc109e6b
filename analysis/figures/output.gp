# beta times the displacement of the attention output along the query, and times its square across.
#   $measured    log10 of beta/n^{2/(d-1)}; along: log10 of the mean and its ends; across: likewise; place of n on the colour bar
#   $exact       the same beta; log10 of both exact means; place of n; a blank line after each n
#   $limits      lines for n -> inf, many keys and then one: x, its length; along: y, its rise; across: likewise
#   has_many, has_one    whether there are such
set label bar_words @note_place
set ylabel 'β × mean displacement'
@length_bar
# Limits are wide and pale, so that they are seen under the exact line that reaches them; vectors, since
# gnuplot 5.4 frays the ends of wide lines.
many_colour = '#b5cdec'
one_colour = '#f6c7a3'
plot NaN with points pointtype 7 pointsize 0.5 linecolor rgb 'black' title 'along: 1 − ⟨{/:Italic q}, ATT⟩', \
  NaN with points pointtype 4 pointsize 0.6 linecolor rgb 'black' title 'across: |ATT_{tan}|^2', \
  NaN with lines linewidth 1.2 linecolor rgb 'black' title 'exact, along', \
  NaN with lines linewidth 1.2 dashtype 2 linecolor rgb 'black' title 'exact, across', \
  $limits index 0 using 1:3:2:4 with vectors nohead linewidth 5 linecolor rgb many_colour \
    title has_many ? 'many keys, {/:Italic n} → ∞' : '', \
  $limits index 1 using 1:3:2:4 with vectors nohead linewidth 5 linecolor rgb one_colour \
    title has_one ? 'one key, {/:Italic n} → ∞' : '', \
  $limits index 0 using 1:5:2:6 with vectors nohead linewidth 5 linecolor rgb many_colour, \
  $limits index 1 using 1:5:2:6 with vectors nohead linewidth 5 linecolor rgb one_colour, \
  $exact using 1:2:4 with lines linewidth 1.2 linecolor palette, \
  $exact using 1:3:4 with lines linewidth 1.2 dashtype 2 linecolor palette, \
  $measured using 1:3:(0):($4-$3):8 with vectors nohead linewidth 1 linecolor palette, \
  $measured using 1:2:8 with points pointtype 7 pointsize 0.35 linecolor palette, \
  $measured using 1:6:(0):($7-$6):8 with vectors nohead linewidth 1 linecolor palette, \
  $measured using 1:5:8 with points pointtype 4 pointsize 0.4 linecolor palette
