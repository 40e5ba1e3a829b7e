/* compose HOME: what a compose window asks while the recipients are being typed. Takes a line of
 * addresses at a time from standard input, and answers for the mail and for each recipient.
 *
 *     cc compose.c -o compose $(pkg-config --cflags --libs inbome)
 */
#include <inbome.h>
#include <stdio.h>
#include <string.h>

static const char *state_name(int32_t state) {
    switch (state) {
    case INBOME_RECOMMENDATION_ENCRYPT: return "encrypt";
    case INBOME_RECOMMENDATION_AVAILABLE: return "available";
    case INBOME_RECOMMENDATION_DISCOURAGE: return "discourage";
    default: return "disable";
    }
}

static void print_advice(const inbome_recommendation *advice) {
    printf("%s\n", state_name(inbome_recommendation_state(advice)));
    for (size_t i = 0; i < inbome_recommendation_count(advice); i++) {
        printf("  %s: %s", inbome_recommendation_addr(advice, i),
               state_name(inbome_recommendation_recipient_state(advice, i)));
        for (size_t j = 0; j < inbome_recommendation_reason_count(advice, i); j++)
            printf("%s %s", j == 0 ? "," : ";", inbome_recommendation_reason_text(advice, i, j));
        printf("\n");
    }
}

int main(int argc, char **argv) {
    inbome_engine_options *options = inbome_engine_options_new();
    inbome_engine *engine = NULL;
    inbome_engine_options_set_create(options, 0);
    inbome_engine_open(argc > 1 ? argv[1] : "", options, &engine);
    inbome_engine_options_free(options);
    if (engine == NULL) {
        fprintf(stderr, "compose: %s\n", inbome_engine_error(NULL));
        return 1;
    }
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        inbome_recipients *to = inbome_recipients_new();
        for (char *word = strtok(line, " ,\n"); word; word = strtok(NULL, " ,\n"))
            if (inbome_recipients_add(to, INBOME_KIND_TO, word) != INBOME_RESULT_OK)
                fprintf(stderr, "compose: %s\n", inbome_engine_error(NULL));
        /* A window keeps inbome_engine_generation beside this, and asks again when it changed. */
        inbome_recommendation *advice = NULL;
        if (inbome_recommend(engine, NULL, to, NULL, &advice) == INBOME_RESULT_OK)
            print_advice(advice);
        else
            fprintf(stderr, "compose: %s\n", inbome_engine_error(engine));
        inbome_recommendation_free(advice);
        inbome_recipients_free(to);
    }
    inbome_engine_free(engine);
    return 0;
}
