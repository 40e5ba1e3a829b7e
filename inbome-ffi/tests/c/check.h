/* What the C tests say when something is not as it should be. */
#ifndef CHECK_H
#define CHECK_H

#include <inbome.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

#define CHECK_OK(engine, call) \
    do { \
        inbome_result got = (call); \
        if (got != INBOME_RESULT_OK) { \
            printf("%s:%d: %s gave %s: %s\n", __FILE__, __LINE__, #call, inbome_result_name(got), \
                   inbome_engine_error(engine)); \
            exit(1); \
        } \
    } while (0)

static inline inbome_bytes bytes_of(const char *text) {
    inbome_bytes bytes = {(const uint8_t *)text, strlen(text)};
    return bytes;
}

static inline int is_same(const char *a, const char *b) {
    return a && b && strcmp(a, b) == 0;
}

#endif
