# Each figure is drawn as SVG, PNG and PDF into svg_file and so on; close.gp draws the other two. So many columns of a
# journal's page wide (8.6 and 17.8 cm), or of 16 x 11 cm where that is 0.
width = columns == 1 ? 8.6 : columns == 2 ? 17.8 : 16
height = columns == 1 ? 8.6 : 11
size_of_text = columns == 1 ? 0.8 : 1
set terminal svg size 37.8 * width, 37.8 * height font 'sans-serif,9' fontscale 4.0 / 3 * size_of_text dashlength 0.6 linewidth 1.25 \
    enhanced background rgb 'white'
set output svg_file
