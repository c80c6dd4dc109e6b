# What the figures of all series share.
#   $points    place of n, value and its ends; a block for each series
#   series     how many there are
#   series_name, shown    of each: its name, and whether it is drawn
#   family, member        of each: the number of its family, and its own among the series of that family
#   place                 of each: its number among those drawn
#   lengths, x_length     how many n a series has at most; length of the axis of n
set xlabel length_label
set key outside right top vertical Left reverse
set label bar_words @note_place
if (series > 14) { set key font ',6' samplen 1.2 spacing 1 }
# Series of one family share a colour and differ by their markers, unless all are of that family.
families = 1
do for [k=2:series] { if (family[k] != family[1]) { families = 2 } }
series_colour(k) = colour(families > 1 ? family[k] : place[k])
series_title(k) = shown[k] ? series_name[k] : ''
