#include "models/numeric/bracket.h"

#include <math.h>
#include <stdbool.h>

double bracket_root(const struct bracket_target *target, double low, double high, double tolerance) {
    double a = high, b = low, fa = target->excess(target, a), fb = target->excess(target, b);
    double c, fc, t = 0.5;
    if (!(fa * fb <= 0)) { return NAN; }
    for (int i = 0; i < 200 && fb != 0; i++) {
        double x = a + t * (b - a), fx = target->excess(target, x);
        if (isnan(fx)) { return NAN; }
        if ((fx > 0) == (fa > 0)) {
            c = a, fc = fa;
        } else {
            c = b, fc = fb, b = a, fb = fa;
        }
        a = x, fa = fx;
        double nearest = fabs(fa) < fabs(fb) ? a : b, limit = 0.5 * tolerance / fabs(b - c);
        if (fx == 0 || fabs(b - a) < tolerance) { return nearest; }
        double xi = (a - b) / (c - b), phi = (fa - fb) / (fc - fb);
        t = 0.5;
        if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
        }
        t = fmin(1 - limit, fmax(limit, t));
    }
    return b;
}

double bracket_root_near(const struct bracket_target *target, double low, double high, double tolerance) {
    double width = high - low;
    for (int i = 0; i < 20 && !(target->excess(target, low) > 0); i++, width *= 2) {
        high = low, low -= width;
    }
    for (int i = 0; i < 20 && !(target->excess(target, high) < 0); i++, width *= 2) {
        low = high, high += width;
    }
    return bracket_root(target, low, high, tolerance);
}
