/* Engines whose present and randomness are set. */
#ifndef STAGE_H
#define STAGE_H

#include "check.h"

#define NOW 1481965085

static inline int64_t fixed_clock(void *user_data) { return *(int64_t *)user_data; }

static inline int32_t counting_random(void *user_data, uint8_t *data, size_t len) {
    uint8_t *next = user_data;
    for (size_t i = 0; i < len; i++) data[i] = (*next)++;
    return 1;
}

static inline inbome_engine *engine_of(int64_t *now, uint8_t *seed, const char *account) {
    inbome_engine_options *options = inbome_engine_options_new();
    CHECK_OK(NULL, inbome_engine_options_set_clock(options, fixed_clock, now));
    CHECK_OK(NULL, inbome_engine_options_set_random(options, counting_random, seed));
    inbome_engine *engine = NULL;
    CHECK_OK(NULL, inbome_engine_open_in_memory(options, &engine));
    inbome_engine_options_free(options);
    CHECK_OK(engine, inbome_account_create(engine, account, NULL, NULL));
    return engine;
}

#endif
