# A figure of a page: SVG alone, of 14.3 x 10.2 cm, on no background, since the page has one.
set terminal svg size 540,386 font 'sans-serif,12' linewidth 1.25 enhanced
set output svg_file
