/* The contract as a file, as the repository has it. */
#include "api/api.h"

#include "base/embed.h"

static enum err reply_file(struct request *req, const char *name, const char *content_type) {
    uint64_t given;
    char none;
    enum err e = api_params(req, &none, &given);
    if (e)
        return e;
    const struct embedded *f = embed_find(name);
    if (!f)
        return request_fail(req, ERR_INTERNAL, "%s is not in this build", name);
    return request_reply_fixed(req, 200, content_type, f->data, f->len);
}

enum err api_openapi(struct request *req) {
    return reply_file(req, "openapi.yaml", "application/yaml");
}

enum err api_openapi_json(struct request *req) {
    return reply_file(req, "openapi.json", "application/json");
}
