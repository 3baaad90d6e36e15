/* The resources: what every handler of the api floor shares. */
#ifndef NICHED_API_API_H
#define NICHED_API_API_H

#include "api/keyring.h"
#include "api/snapshot.h"
#include "api/versions.h"
#include "api/writer.h"
#include "base/crypto.h"
#include "base/settings.h"
#include "http/route.h"
#include "http/server.h"
#include "ingest/jobs.h"
#include "score/worker.h"

/* What all loops share; nothing in it changes while they run but what `keeper` guards. */
struct api_shared {
    const struct settings *settings;
    struct crypto_secrets secrets;
    struct keeper *keeper;
    struct versions *versions; /* NULL: no answers are kept, and no standby is asked */
    struct writer *writer;     /* NULL: a program that only reads */
    const struct worker_counts *worker;
    struct jobs *jobs; /* of imports; NULL likewise */
};

struct match_memos;

/* One loop's state. */
struct api {
    const struct api_shared *shared;
    struct pipe *pipe;
    struct snapshot *snapshot; /* NULL until the store was read for the first time */
    struct keyring *keys;      /* likewise */
    struct match_memos *memos;
    struct version_table *versions;
    uint64_t epoch;      /* of what is known for kept answers */
    bool fits;           /* the versions are those of the snapshot's taxonomy and model */
    bool changed;        /* the snapshot or the day did, since the epoch */
    int64_t day_ends_us; /* of clock_mono_us() */
};

/* All routes. */
extern const struct route api_routes[];
/* How many there are. */
extern const size_t api_route_count;

/* The loop's state, for server_app: both follow the keeper's snapshots. */
void *api_loop_open(void *shared, struct pipe *pipe);
/* Lets the snapshot go. */
void api_loop_close(void *app);
/* Takes the newest snapshot. */
void api_loop_tick(void *app, int64_t mono_ms);
/* For server_app: when kept answers may have changed, and what they are of now. */
uint64_t api_answers_epoch(void *app, int64_t mono_us);
/* The version of what a struct kept_basis names. */
uint64_t api_answers_version(void *app, const void *basis);
/* For server_app: whether it was what would have been answered when the store was read last. */
bool api_answers_last(void *app, const void *basis, uint64_t version, int64_t mono_us, int64_t *ret_read_us);
/* For server_app: what a standby must have replayed to be asked. */
uint64_t api_standby_needs(void *app, int64_t mono_us);

/* For server_app: takes the key that was sent and checks what the route needs. ERR_AUTH_*, and
 * ERR_STORE_UNAVAILABLE where keys cannot be checked. */
enum err api_admit(struct request *req);
/* For server_app: whether a publishable key names the origin. */
bool api_knows_origin(void *app, const char *origin);
/* Whoever has the database itself: the command line. */
extern const struct caller api_operator;
/* What a loop remembers of /match; NULL without memory. */
struct match_memos *match_memos_new(void);
/* Forgets it. Accepts NULL. */
void match_memos_free(struct match_memos *memos);

/* The snapshot of a request, or ERR_STORE_UNAVAILABLE while there is none. */
NODISCARD enum err api_snapshot(struct request *req, const struct snapshot **ret_snapshot);
/* "Now" in a world: frozen by NICHED_NOW, else by the world's clock, else real; microseconds. */
int64_t api_now_us(const struct api *api, const struct snapshot *s, int world);
/* The world asked for (NULL: the default one), 0 live, 1 sandbox. */
int api_world(const struct snapshot *s, const char *asked);
/* "live" or "sandbox". */
const char *api_world_name(int world);
/* Parses the request's arguments by its route's table. */
NODISCARD enum err api_params(struct request *req, void *ret_query, uint64_t *ret_given);
/* What a list says beside its items, in headers too, for the formats that hold items alone: X-World,
 * X-Model-Version (NULL: none). */
void api_list_headers(struct request *req, const char *world, const char *model_version);
/* An embedded query as a statement named after its file. A query that is not embedded is a mistake of the
 * program. */
struct statement api_statement(struct request *req, const char *query);

/* Checks that the path's first value is a creator's id. PARAM_INVALID. */
NODISCARD enum err api_creator_id(struct request *req);
/* There is nobody of that id: answers CREATOR_UNKNOWN, naming the creator who has the account now if it was
 * linked. No statement may be in flight. */
NODISCARD enum err api_creator_missing(struct request *req);

/* Writes the tables as JSON, for the check against openapi.yaml and for `niched contract`. */
void api_contract(struct buf *out);

/* GET /livez: the process answers. */
enum err api_livez(struct request *req);
/* GET /readyz: the store can be read and has this program's schema; else 503. */
enum err api_readyz(struct request *req);
/* GET /metrics: what Prometheus reads. Asks nothing of the store. */
enum err api_metrics(struct request *req);
/* GET /openapi.yaml: the contract as the repository has it. */
enum err api_openapi(struct request *req);
/* GET /openapi.json: the same as JSON. */
enum err api_openapi_json(struct request *req);
/* GET /: the page. */
enum err api_page(struct request *req);
/* GET /docs: the reference. */
enum err api_docs(struct request *req);
/* GET /assets/{file}: a file of the page. ROUTE_NOT_FOUND. */
enum err api_asset(struct request *req);
/* GET /model: the formula, weights, constants, benchmarks and versions in force. */
enum err api_model(struct request *req);
/* GET /match: the ranked creators of a niche. */
enum err api_match(struct request *req);
/* GET /plan: whom to book in a niche for a budget. */
enum err api_plan(struct request *req);
/* POST /match/batch: several of them at once. */
enum err api_match_batch(struct request *req);
/* GET /niches: the taxonomy with counts. */
enum err api_niches(struct request *req);
/* GET /niches/{slug}: one niche. */
enum err api_niche(struct request *req);
/* GET /creators/{id}: a creator with scores, niches, history and provenance. */
enum err api_creator(struct request *req);
/* GET /creators/{platform}/{username}: the same, found by name. */
enum err api_creator_by_name(struct request *req);
/* GET /creators/{id}/standing: where a creator stands in a niche. */
enum err api_standing(struct request *req);
/* PUT and DELETE /creators/{id}/accounts/{platform}/{username}: one person, several accounts. */
enum err api_link(struct request *req);
/* GET /creators/{id}/history: how scores changed, and by what. */
enum err api_history(struct request *req);
/* GET /creators/{id}/accounts/suggestions: accounts that may be the same person's. */
enum err api_link_suggestions(struct request *req);
/* PUT, PATCH and DELETE of a creator, POST of posts, snapshots, prices and collaborations; POST and DELETE of
 * the rows of a workspace. */
enum err api_write(struct request *req);
/* GET /prices, /collaborations and /conversions: the rows of the caller's workspace. */
enum err api_own_list(struct request *req);
/* POST /requests: a creator asks for access, correction, erasure or appeal. */
enum err api_request_open(struct request *req);
/* GET /requests/{id}: how far it is, for whoever has its token. */
enum err api_request(struct request *req);
/* POST /imports: a file of creators, posts or what hangs on them. */
enum err api_import_post(struct request *req);
/* GET /imports: the jobs, the newest first. */
enum err api_imports(struct request *req);
/* GET /imports/{id}: one job, how far it is. */
enum err api_import(struct request *req);
/* GET /imports/{id}/errors: its bad rows. */
enum err api_import_errors(struct request *req);
/* DELETE /imports/{id}: stops it or takes it back. */
enum err api_import_delete(struct request *req);
/* GET /standing: the same for somebody who is not in the store, from a few numbers. */
enum err api_standing_self(struct request *req);
/* GET /creators/{id}/similar: lookalikes with the traits that drive each. */
enum err api_similar(struct request *req);
/* GET /overlap: how many people the audiences of 2 to 20 creators share. */
enum err api_overlap(struct request *req);

#endif
