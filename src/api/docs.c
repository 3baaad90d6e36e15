/* The contract as a file, as the repository has it. */
#include "api/api.h"

#include "base/embed.h"

enum err api_openapi(struct request *req) {
    uint64_t given;
    char none;
    enum err e = api_params(req, &none, &given);
    if (e)
        return e;
    const struct embedded *f = embed_find("openapi.yaml");
    if (!f)
        return request_fail(req, ERR_INTERNAL, "openapi.yaml is not in this build");
    return request_reply_fixed(req, 200, "application/yaml", f->data, f->len);
}
