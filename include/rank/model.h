/* The model as data: version, date, and every scalar default with its evidence and source, for publication.
 */
#ifndef NICHED_RANK_MODEL_H
#define NICHED_RANK_MODEL_H

#include <stddef.h>

#define MODEL_VERSION "2026.1"
#define MODEL_DATE    "2026-11-01"

/* One default. `value` points at what the code computes with. evidence: M measured, P published research, V
 * vendor or published table, A assumption. Strings are static. */
struct model_parameter {
    const char *component;
    const char *name;
    const double *value;
    const char *evidence;
    const char *source;
};

/* The scalar defaults of all components, in order of component; ret_n gets their number. Beside it the model
 * is benchmark_seed, authenticity_info, match_default_weights, match_goals and price_deliverables. Static
 * data. */
const struct model_parameter *model_parameters(size_t *ret_n);

#endif
