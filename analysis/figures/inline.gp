# A figure of a page: SVG alone, of 14.3 x 10.2 cm, on no background, since the page has one.
columns = 0
set terminal svg size 540,386 font 'sans-serif,9' fontscale 4.0 / 3 dashlength 0.6 linewidth 1.25 enhanced
set output svg_file
