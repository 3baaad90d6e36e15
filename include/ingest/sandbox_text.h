/* What made-up creators write: sentences with slots filled from their niches, hashtags, addresses under
 * .invalid. */
#ifndef NICHED_INGEST_SANDBOX_TEXT_H
#define NICHED_INGEST_SANDBOX_TEXT_H

#include "base/buf.h"
#include "ingest/sandbox_person.h"

#include <stdbool.h>

/* What a sentence is about. The words chosen depend on `turn` alone: thing and thing2 differ where there are
 * two. */
struct sandbox_scene {
    const struct sandbox_words *words;
    const struct sandbox_person *person;
    uint32_t niche; /* index into words->niches */
    uint64_t turn;
};

/* Appends bytes. */
void sandbox_put(struct buf *out, struct sandbox_text s);
/* Appends a template with its slots filled: {topic} {thing} {thing2} {role} {role2} {city} {day} {n} {name}
 * {mail} {handle}. An unknown slot is written as it stands. */
void sandbox_say(struct buf *out, struct sandbox_text template, const struct sandbox_scene *scene);
/* Appends `count` hashtags of the niche (fewer if it has fewer), each with `before` in front: "#" or " #" or
 * " ". */
void sandbox_hashtags(struct buf *out, const struct sandbox_scene *scene, uint32_t count, const char *before);
/* Appends the creator's profile text. */
void sandbox_bio(struct buf *out, const struct sandbox_words *w, const struct sandbox_person *p);
/* Appends the host name of the creator's own pages: "mia-moves-1k.example.invalid". */
void sandbox_host(struct buf *out, const struct sandbox_person *p);

#endif
