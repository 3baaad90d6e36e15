/* Bodies that are stored while they come. Invariants: of an upload a loop holds one piece at most, and reads
 * no further until that is stored (the connection is suspended, so that the sender waits); after a failure
 * the rest is read and dropped, so that the sender gets to see why. */
#include "exchange.h"

#include <string.h>
#include <strings.h>

const struct route_upload *upload_of(const struct exchange *x) {
    const struct route_body *body = x->early || !x->req.route ? NULL : x->req.route->body;
    bool streamed = body && body->max_bytes == ROUTE_STREAMED;
    return streamed ? (const struct route_upload *)(const void *)body : NULL; /* its first member */
}

static bool takes_media(const char *type, const char *media) {
    char one[64];
    for (const char *p = media; *p; p += *p == ',') {
        size_t n = strcspn(p, ",");
        memcpy(one, p, n);
        one[n] = '\0';
        if (body_media_ok(type, one))
            return true;
        p += n;
    }
    return false;
}

enum err upload_headers(struct exchange *x) {
    const char *type = x->headers.content_type, *encoding = x->headers.content_encoding;
    const char *media = x->req.route->body->media;
    if (encoding && strcasecmp(encoding, "gzip") != 0 && strcasecmp(encoding, "identity") != 0)
        return request_fail(&x->req, ERR_BODY_UNSUPPORTED,
                            "a file may come as it is or as gzip, got Content-Encoding \"%.100s\"", encoding);
    if (takes_media(type, media))
        return ERR_OK;
    request_fail(&x->req, ERR_BODY_UNSUPPORTED,
                 "the body must be the file itself with Content-Type %s, got \"%.100s\"", media,
                 type ? type : "");
    return fault_param(&x->req.fault, NULL, NULL, media);
}

static enum err stored(struct request *req, const struct rows *rows) {
    (void)rows;
    req->upload.len = 0;
    return ERR_OK;
}

void upload_taken(struct exchange *x) {
    const struct route_upload *upload = upload_of(x);
    if (x->req.upload.len >= upload->piece_bytes)
        exchange_failed(x, exchange_work(x, true, upload->store, stored));
}

void upload_over(struct exchange *x) {
    const struct route_upload *upload = upload_of(x);
    if (upload && x->body_bytes && (!x->dispatched || x->failed))
        upload->broken(&x->req);
}
