# The gap-counting function N_n(t) beside its envelope.
#   $curves    log10 of the gap times Lambda^typ, log10 of the mean of log N_n, place of n on the colour bar; a blank line after each n
#   share_above    the part of rows, at most, that makes means above the envelope; 0: none is
#   largest_error    of any mean that is on the axis, as a part of it
set title heading(name, family, parameters)
set label part_words(largest_error) @note_place
above_words(share) = share < 1 ? sprintf('above the envelope: at most %.0f%% of rows have a second score so near', 100 * share) : \
    'some means are above the envelope'
if (share_above > 0) { set label above_words(share_above) @note_above }
set xlabel 'gap  {/:Italic t} Λ_{{/:Italic n}}^{typ}'
set ylabel 'mean log count  ⟨log {/:Italic N}_{{/:Italic n}}({/:Italic t})⟩'
set key at graph 0.5, screen (columns != 1 ? 0.105 : share_above > 0 ? 0.125 : 0.1) center vertical Left reverse
@length_bar
set bmargin columns != 1 ? 7 : share_above > 0 ? 7.6 : 6.6
plot $curves using 1:2:3 with lines linewidth 1.4 linecolor palette, \
  x with lines linewidth 1.4 dashtype 2 linecolor rgb guide \
    title 'envelope  {/:Italic N} = e^{ Λ^{typ} {/:Italic t}}'
