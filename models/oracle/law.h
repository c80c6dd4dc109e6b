/* law: the oracle of one law: of independent scores that neither differ in scale from row to row nor fall
 * with distance. What mixture.h and product.h are made of. */
#ifndef GAPSCALE_MODELS_ORACLE_LAW_H
#define GAPSCALE_MODELS_ORACLE_LAW_H

#include "models/oracle/knots.h"

/* As oracle_create_with has it, whatever penalties and row scales the family has. False when out of memory.
 * To be closed in either case. */
bool law_open(struct oracle *law, const struct family *family, const double *p, double log_n,
              double log_lambda_typ);
void law_close(struct oracle *law);

/* The same as oracle_ask. */
bool law_ask(const struct oracle *law, double beta_ratio, struct oracle_question question,
             struct oracle_answer *answer);
/* The same, but small Y_2 are left to within their absolute errors: no pairs.h, which takes as long again. */
bool law_ask_plainly(const struct oracle *law, double beta_ratio, struct oracle_question question,
                     struct oracle_answer *answer);

#endif
