# What the figures of all series share.
#   $points    place of n, value, its ends, and log10 of it exactly, or once more where nothing is exact; a block for each series
#   series     how many there are
#   series_name, shown    of each: its name, and whether it is drawn with it
#   faint                 of each: whether it is a line without a name, behind those
#   class, member, members    of each: its class of limit laws, its number among those drawn of it, and how many these are
#   place                 of each: its number among those drawn
#   by_rows               of each: whether its points are medians of rows, as heavy tails want
#   lengths, x_length     how many n a series has at most; length of the axis of n
set xlabel length_label
# Classes have hues; their members go from dark to light and differ by their markers. Members of one class alone have hues.
classes = 1
do for [k=2:series] { if (class[k] != class[1]) { classes = 2 } }
series_colour(k) = classes == 1 ? tint(place[k], 0) : tint(class[k], members[k] < 2 ? 0 : 0.5 * (member[k] - 1.0) / (members[k] - 1))
series_marker(k) = classes == 1 ? marker(place[k]) : marker(member[k])
class_name(c) = word('other Gumbel subexponential Weibull Fréchet', c)
any_rows = 0
do for [k=1:series] { if (shown[k] && by_rows[k]) { any_rows = 1 } }
set label bar_words.(any_rows ? '; *: medians of rows, not roots of means' : '') @note_place
series_title(k) = shown[k] ? series_name[k].(by_rows[k] ? '*' : '') : ''
