# Collapse points over Lambda^typ, of all series.
#   limit           of each series: log10 of what its beta_c/Lambda^typ tends to
#   end_y           where its line leaves the figure
#   has_exact       whether any is exact
#   label_y         where its name stands, from 0 to 1; label_size of it
set title '{/:Bold Collapse point over accumulation scale}'
set ylabel collapse_label.' / Λ_{{/:Italic n}}^{typ}'
set rmargin columns == 1 ? 15 : 19
set bmargin 8.3
set key at screen 0.5, screen 0.062 bottom center vertical Left reverse maxrows 3 width -1 samplen 1.6 font ',8.5'
if (columns == 1) { set key width -2 font ',7' }
do for [k=1:series] {
    if (shown[k]) {
        set arrow from graph 1, first end_y[k] to graph 1.02, graph label_y[k] nohead linewidth 0.4 linecolor rgb '#c8c8c8' back
        set label series_title(k) at graph 1.045, graph label_y[k] left font sprintf(',%.1f', (columns == 1 ? 7 : 8) * label_size) \
            textcolor rgb '#303030' point pointtype series_marker(k) pointsize 0.55 * label_size \
            linecolor rgb series_colour(k) offset 0.8,0
    }
}
has_limit = 0
has_faint = 0
do for [k=1:series] { if (limit[k] > -1e9) { has_limit = 1 }; if (faint[k]) { has_faint = 1 } }
before(k) = sum [i=1:k] (shown[i] && class[i] == class[k])
class_title(k) = classes > 1 && shown[k] && before(k) == 1 ? class_name(class[k]) : ''
curve = curve_of(lengths)
faint_at(k, y) = faint[k] ? y : NaN
bold(k, y) = faint[k] ? NaN : y
plot for [k=1:series] $points index k-1 using 1:(faint_at(k, $5)) with @curve linewidth 0.6 linecolor rgb '#c4c4c4', \
  NaN with lines linewidth 0.6 linecolor rgb '#c4c4c4' title has_faint ? 'single heads' : '', \
  0 with lines linewidth 1.2 dashtype 2 linecolor rgb guide title 'β_{c} = Λ^{typ}', \
  NaN with lines linewidth 1 dashtype 3 linecolor rgb guide title has_limit ? '{/:Italic n} → ∞' : '', \
  NaN with @curve linewidth 0.9 linecolor rgb guide title has_exact ? 'exact' : '', \
  for [k=1:series] NaN with lines linewidth 3 linecolor rgb tint(class[k], 0.2) title class_title(k), \
  for [k=1:series] limit[k] with lines linewidth 0.8 dashtype 3 linecolor rgb series_colour(k), \
  for [k=1:series] $points index k-1 using 1:(bold(k, $5)) with @curve linewidth 0.9 linecolor rgb series_colour(k), \
  for [k=1:series] $points index k-1 using 1:(bold(k, $2)):3:4 with yerrorbars pointtype series_marker(k) pointsize 0.6 \
    linewidth 0.9 linecolor rgb series_colour(k)
