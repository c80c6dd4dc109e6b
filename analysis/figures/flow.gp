# What the figures of tokens that attend to each other share.
set key outside right top vertical Left reverse
unset title
set tmargin 1.5
set bmargin
set lmargin
plural(steps) = steps > 1 ? 's' : ''
