# Each figure is drawn as SVG, PNG and PDF of 16 x 11 cm, into svg_file and so on; close.gp draws the other two.
set terminal svg size 605,416 font 'sans-serif,12' linewidth 1.25 enhanced background rgb 'white'
set output svg_file
