# What the figures of keys on a sphere share: the axis of betas with its regimes.
#   x_low, x_high    ends of the axis, log10 of beta/n^{2/(d-1)}
#   many, one        on it: where at the largest n many keys turn into a few, and a few into one
set title heading(name, family, parameters) offset 0,0.5
set xlabel 'inverse temperature  β / {/:Italic n}^{ 2/({/:Italic d}−1)}'
set tmargin 3.2
set bmargin 7.4
# The legend goes down its columns of two.
set key at screen 0.5, screen 0.062 bottom center vertical maxrows 2 width -4 Left reverse samplen 2.2
if (columns == 1) {
    set key maxrows 3 width -4 samplen 1.4 font ',7'
    set bmargin 9
}

# The name of a regime stands above its part of the axis where that has room for it.
regime_font = columns == 1 ? ',7' : ',9'
clip(x) = x < x_low ? x_low : (x > x_high ? x_high : x)
do for [i=1:3] {
    left = i == 1 ? x_low : clip(i == 2 ? many : one)
    right = i == 3 ? x_high : clip(i == 1 ? many : one)
    if (right - left > 0.17 * (x_high - x_low)) {
        set label (i == 1 ? 'many keys' : i == 2 ? 'few keys' : 'one key') at (left + right) / 2, graph 1.035 \
            center textcolor rgb guide front font regime_font
    }
    if (x_low < right && right < x_high) { set arrow from right, graph 0 to right, graph 1 arrowstyle 1 }
}
