# What the figures of tokens that attend to each other share.
#   dimension, length, beta    d, n in words, and beta
set title sprintf('{/:Bold Tokens on the %s:}  {/:Italic n} = %s, β = %.6g', \
    dimension == 2 ? 'circle' : sprintf('sphere, {/:Italic d} = %.0f', dimension), length, beta)
set key @key_beside
plural(steps) = steps > 1 ? 's' : ''
