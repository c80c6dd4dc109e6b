set terminal pngcairo size 1260,866 font 'sans-serif,9' fontscale 2.5 linewidth 2.4 pointscale 2.1 enhanced
set output png_file
replot
set terminal pdfcairo size 16cm,11cm font 'sans-serif,9' fontscale 1 linewidth 1.1 pointscale 0.9 enhanced
set output pdf_file
replot
unset output
