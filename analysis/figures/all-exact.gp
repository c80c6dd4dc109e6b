# Collapse points over their exact values, of all series.
#   y_low, y_high    of the axis
set title '{/:Bold Collapse point over its exact value}'
set key @key_beside
if (series > 14) { set key font ',6' samplen 1.2 spacing 1 }
if (columns == 1 && series > 7) { set key maxrows 6 font ',6'; set bmargin 10 }
drawn = 0
do for [k=1:series] { drawn = drawn + shown[k] }
# Three names abreast and no more, in as many rows as that takes.
rows = drawn < 21 ? 7 : int(ceil((drawn + 1) / 3.0))
if (columns == 1 && series > 14) { set key maxrows rows font ',5.5'; set bmargin 10 + 0.75 * (rows - 7) }
set ylabel collapse_label.' / exact'.(columns == 1 ? '' : ', nothing fitted')
# So many series that a class hides another: a panel for each class, one above the other on one axis of values.
is_split = drawn > 8 && classes > 1
is_first(k) = shown[k] && member[k] == 1
panel(c) = is_split ? sum [k=1:series] (is_first(k) && class[k] < c) : 0
panels = is_split ? sum [k=1:series] is_first(k) : 1
height_of_panel = y_high - y_low
down(k) = panel(class[k]) * height_of_panel
set yrange [y_high - panels * height_of_panel:y_high]
if (is_split) {
    power = 10 ** floor(log10(height_of_panel / 3))
    step = power * (height_of_panel < 6 * power ? 1 : height_of_panel < 15 * power ? 2 : 5)
    set ytics ()
    do for [p=0:panels-1] {
        do for [j=-3:3] {
            if (abs((2 * (1 + j * step) - y_low - y_high) / height_of_panel) < 0.9) {
                set ytics add (sprintf('%g', 1 + j * step) 1 + j * step - p * height_of_panel)
            }
        }
        if (p > 0) {
            set arrow from graph 0, first y_high - p * height_of_panel to graph 1, first y_high - p * height_of_panel nohead \
                linewidth 0.7 linecolor rgb '#404040' front
        }
    }
    do for [k=1:series] {
        if (is_first(k)) { set label class_name(class[k]) at graph 0.98, first y_high - 0.1 * height_of_panel - down(k) right font columns == 1 ? ',7.5' : '' front }
    }
}
# Series stand a little beside their n, so that error bars of many are seen side by side.
aside(k) = x_length / lengths * (is_split ? 0.5 * ((member[k] - 0.5) / members[k] - 0.5) : 0.2 * ((place[k] - 0.5) / drawn - 0.5))
exactly(p) = 1 - p * height_of_panel
plot for [p=0:panels-1] exactly(p) with lines linewidth 1.2 dashtype 2 linecolor rgb guide title p == 0 ? 'exact' : '', \
  for [k=1:series] $points index k-1 using ($1+aside(k)):($2-down(k)):($3-down(k)):($4-down(k)) with yerrorbars \
    pointtype series_marker(k) pointsize 0.6 linewidth 0.9 linecolor rgb series_colour(k) title series_title(k)
