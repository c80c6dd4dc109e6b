# What all figures share. A figure is this, then its numbers, then the template of its name. Ranges and ticks
# of axes come with the numbers. Spaces beside markup are no-break spaces (U+00A0): SVG drops others there.
reset
if (!exists('columns')) { columns = 0 }
set encoding utf8
set border 31 linewidth 0.7 linecolor rgb '#404040'
set tics in scale 0.6
if (columns == 1) { set tics font ',7.5' }
set grid linewidth 0.5 linetype 1 linecolor rgb '#e4e4e4'
set grid back
# Places of legends: beside the axes or within, and all below in a narrow figure, which has more room there. The macro goes
# last on its line.
key_below = "at screen 0.5, screen 0.065 bottom center vertical Left reverse maxrows 4 width -1 font ',7.5' samplen 1.6; set bmargin 8.6"
key_beside = columns == 1 ? key_below : 'outside right top vertical Left reverse'
key_top_right = columns == 1 ? key_below : 'at graph 0.955, graph 0.97 right top Left reverse'
key_bottom_left(y) = columns == 1 ? key_below : sprintf('at graph 0.03, graph %g left bottom Left reverse', y)
set key samplen 2.2 spacing 1.2 noautotitle
set title offset 0,-0.3
set tmargin 2
set bmargin 4.4
set lmargin 9.5
set bars 0.6
# No halo of points that hides bars and lines. 0 would mean 1, and less be written as a scale of 0.00, at which librsvg refuses
# an SVG.
set pointintervalbox 0.02
set cbtics scale 0
set colorbox noborder user origin graph 1.025, graph 0 size graph 0.03, graph 1

# Of the k-th thing, from 1: colours that grow lighter, so that they stay apart in grey (L* = 21, 41, 51, 60, 70, 80, 0) and
# for colour-blind readers (24 units of CIELAB at least for deuteranopes, as Machado et al. 2009 have it), dashes and markers.
colour(k) = word('#0a2f6b #b0342a #1c7fc4 #33a474 #e592c0 #f4bd45 #000000', (k - 1) % 7 + 1)
dash(k) = int(word('1 2 4 5 3', (k - 1) % 5 + 1))
marker(k) = int(word('7 5 9 13 11 6 4 8 12', (k - 1) % 9 + 1))

# The same, part of the way to white.
channel(k, i) = ('0x'.substr(colour(k), i, i + 1)) + 0
paler(x, part) = int(x + (255 - x) * part)
tint(k, part) = (paler(channel(k, 2), part) * 256 + paler(channel(k, 4), part)) * 256 + paler(channel(k, 6), part)

# Lines that are no data, and their words.
guide = '#6b6b6b'
set style arrow 1 nohead linewidth 1 dashtype 2 linecolor rgb guide front

# viridis (Smith & van der Walt 2015) without its yellow end, which vanishes on white.
set palette defined (0 '#440154', 1 '#482475', 2 '#414487', 3 '#355f8d', 4 '#2a788e', 5 '#21918c', \
    6 '#22a884', 7 '#44bf70', 8 '#7ad151')

# Words that several figures use.
beta_label = 'inverse temperature  β / Λ_{{/:Italic n}}^{typ}'
collapse_label = 'collapse point  β_{c}'
bar_words = 'bars: ± 1 standard error'
# Where there are no bars: how long the longest would be (NaN: not known), as a part of the mean or in the axis' units.
no_bar_words(error, words) = error > 1e-12 ? 'no bars: 1 standard error is '.words : \
    error <= 1e-12 ? 'no bars: rows do not differ' : 'no bars: standard errors are not known'
part_words(error) = no_bar_words(error, sprintf(error < 0.1 ? 'at most %.2g%% of a mean' : 'at most %.0f%% of a mean', 100 * error))
unit_words(error) = no_bar_words(error, sprintf('at most %.2g', error))
# Below all else: what bars mean, and above that what else there is to say.
note_style = " right font '".(columns == 1 ? ',6.5' : ',8')."' textcolor rgb guide"
note_place = 'at screen 0.985, screen 0.022'.note_style
note_above = 'at screen 0.985, screen 0.062'.note_style
# A line through one n would not be seen.
curve_of(lengths) = lengths > 1 ? 'lines' : 'points pointtype 1'
thinned(step) = step > 1 ? sprintf('; points: 1 in %d', step) : ''
# The line of beta = Lambda^typ ends below a legend at the top right that begins at `from`; its words stand beside it.
lambda_top(place, from, below) = columns != 1 && place > from && place < 0.97 ? below : 1
lambda_words(place) = place < 0.8 ? 'left offset 0.6,0' : 'right offset -0.6,0'
lambda_name(place) = columns == 1 && place > 0.7 && place < 0.8 ? 'Λ^{typ}' : 'β = Λ^{typ}'
length_label = 'context length {/:Italic n}'
# The colour bar of lengths; where gnuplot puts its label grows with the names of its ticks.
length_bar = 'set cblabel length_label offset '.(columns == 1 ? '0.4' : '1.2').',0; set rmargin '.(columns == 1 ? '12.2' : '15')
words_of_law(name, family, parameters) = (name eq family ? '' : family.(parameters eq '' ? '' : ', ')).parameters
# What is seen of words, of which one may be in italics.
letters(words) = strlen(words) - (strstrt(words, '{/:Italic ') > 0 ? 11 : 0)
fitting(words, most) = letters(words) > most ? sprintf('{/*%.2f ', letters(words) > 2 * most ? 0.5 : (1.0 * most) / letters(words)).words.'}' : words
heading(name, family, parameters) = \
    '{/:Bold '.fitting(name, columns == 1 ? 12 : 20).':}  '.\
    fitting(words_of_law(name, family, parameters), columns == 1 ? (strlen(name) < 10 ? 30 : 27) : strlen(name) < 12 ? 52 : 63 - strlen(name))
measure(criterion) = criterion eq 'entropy' ? '⟨{/:Italic H}⟩' : \
    criterion eq 'participation' ? '⟨{/:Italic Y}_{2}⟩' : \
    criterion eq 'top_two_ratio' ? '⟨{/:Italic p}_{(2)}/{/:Italic p}_{(1)}⟩' : 'largest ⟨{/:Italic χ}⟩'
criterion_title(criterion, threshold) = measure(criterion).(\
    criterion eq 'susceptibility' ? '' : sprintf(' = %.4g', threshold))
