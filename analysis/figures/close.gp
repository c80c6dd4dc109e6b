set terminal pngcairo size 78.75 * width, 78.75 * height font 'sans-serif,9' fontscale 2.5 * size_of_text dashlength 0.6 linewidth 2.4 \
    pointscale 2.1 enhanced
set output png_file
replot
set terminal pdfcairo size width / 2.54, height / 2.54 font 'sans-serif,9' fontscale size_of_text dashlength 0.6 linewidth 1.1 \
    pointscale 0.9 enhanced
set output pdf_file
replot
unset output
