/* bracket: roots of a function between two points, or near them. Pure but for the function. */
#ifndef GAPSCALE_MODELS_NUMERIC_BRACKET_H
#define GAPSCALE_MODELS_NUMERIC_BRACKET_H

/* How far something lies above a threshold. */
struct bracket_target {
    double (*excess)(const struct bracket_target *target, double x);
    double parameter, threshold;
};

/* In [low, high], where the excess changes sign, to `tolerance` absolute; NaN where it does not. Inverse
 * quadratic interpolation where it is safe, else bisection (T. R. Chandrupatla, Adv. Eng. Software 28 (1997)
 * 145). */
double bracket_root(const struct bracket_target *target, double low, double high, double tolerance);

/* The same from a first bracket of a decreasing excess, widened by doubling where it has no root. */
double bracket_root_near(const struct bracket_target *target, double low, double high, double tolerance);

#endif
