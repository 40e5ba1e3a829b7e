/* receive HOME ADDR FILE...: learns from mail files, and says of each what it changed and why.
 *
 *     cc receive.c -o receive $(pkg-config --cflags --libs inbome)
 */
#include <inbome.h>
#include <stdio.h>
#include <time.h>

static const char *outcome_name(int32_t outcome) {
    switch (outcome) {
    case INBOME_OUTCOME_UPDATED: return "updated";
    case INBOME_OUTCOME_UNCHANGED: return "unchanged";
    default: return "ignored";
    }
}

static void print_incoming(const char *file, const inbome_incoming *incoming) {
    const char *peer = inbome_incoming_peer(incoming);
    printf("%s: %s", file, outcome_name(inbome_incoming_outcome(incoming)));
    if (peer)
        printf(", from %s", peer);
    if (inbome_incoming_reason_text(incoming))
        printf(", because %s", inbome_incoming_reason_text(incoming));
    if (inbome_incoming_effective_date(incoming) != INBOME_TIME_UNKNOWN) {
        time_t at = (time_t)inbome_incoming_effective_date(incoming);
        char day[32];
        strftime(day, sizeof day, "%Y-%m-%d", gmtime(&at));
        printf(", of %s", day);
    }
    printf("\n");
    for (size_t i = 0; i < inbome_incoming_field_count(incoming); i++) {
        int32_t reason = inbome_incoming_field_reason(incoming, i);
        const char *fingerprint = inbome_incoming_field_fingerprint(incoming, i);
        printf("  %s: %s\n", inbome_incoming_field_name(incoming, i),
               reason != INBOME_REASON_NONE ? inbome_reason_name(reason)
               : fingerprint               ? fingerprint
                                           : "not looked at");
    }
    if (inbome_incoming_key_changed_to(incoming))
        printf("  Their key is another one now. It was %s.\n",
               inbome_incoming_key_changed_from(incoming));
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: receive HOME ADDR FILE...\n");
        return 2;
    }
    inbome_engine *engine = NULL;
    int failed = 0;
    if (inbome_engine_open(argv[1], NULL, &engine) != INBOME_RESULT_OK ||
        inbome_account_create(engine, argv[2], NULL, NULL) != INBOME_RESULT_OK) {
        fprintf(stderr, "receive: %s\n", inbome_engine_error(engine));
        inbome_engine_free(engine);
        return 1;
    }
    for (int i = 3; i < argc; i++) {
        inbome_incoming *incoming = NULL;
        if (inbome_process_incoming_file(engine, argv[2], argv[i], NULL, &incoming) ==
            INBOME_RESULT_OK) {
            print_incoming(argv[i], incoming);
        } else {
            fprintf(stderr, "receive: %s\n", inbome_engine_error(engine));
            failed = 1;
        }
        inbome_incoming_free(incoming);
    }
    inbome_engine_free(engine);
    return failed;
}
