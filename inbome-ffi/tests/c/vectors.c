/* Every vector of tests/vectors gives through C what it expects. Their format is in the README beside
 * them. VECTORS is their folder. */
#include "check.h"

#include <dirent.h>
#include <time.h>

#define MAX_EXPECTED 64
#define MAX_TEXT 4096

struct vector {
    int64_t now, received_at;
    int32_t spam;
    size_t accounts, expected;
    char account[8][256], name[MAX_EXPECTED][256], value[MAX_EXPECTED][256];
    inbome_bytes mail;
};

struct outcome {
    inbome_engine *engine;
    inbome_incoming *incoming;
    inbome_peer *peer;
    inbome_recommendation *advice;
    size_t next_field;
};

static int64_t fixed_clock(void *user_data) { return *(int64_t *)user_data; }

static int64_t seconds_of(const char *text) {
    struct tm at = {0};
    CHECK(sscanf(text, "%d-%d-%dT%d:%d:%dZ", &at.tm_year, &at.tm_mon, &at.tm_mday, &at.tm_hour,
                 &at.tm_min, &at.tm_sec) == 6);
    at.tm_year -= 1900, at.tm_mon -= 1;
    return (int64_t)timegm(&at);
}

static void copy(char *to, const char *from) {
    CHECK(strlen(from) < 256);
    strcpy(to, from);
}

static void read_line(struct vector *vector, char *line) {
    char *value = strstr(line, ": ");
    CHECK(value);
    *value = '\0', value += 2;
    if (is_same(line, "account")) {
        CHECK(vector->accounts < 8);
        copy(vector->account[vector->accounts++], value);
    } else if (is_same(line, "now")) {
        vector->now = seconds_of(value);
    } else if (is_same(line, "received-at")) {
        vector->received_at = seconds_of(value);
    } else if (is_same(line, "spam")) {
        vector->spam = is_same(value, "yes");
    } else if (is_same(line, "expect")) {
        char *equals = strchr(value, '=');
        CHECK(equals && vector->expected < MAX_EXPECTED);
        *equals = '\0';
        copy(vector->name[vector->expected], value);
        copy(vector->value[vector->expected++], equals + 1);
    } else {
        CHECK(is_same(line, "note"));
    }
}

/* Reads a file; `data` must live as long as the vector. */
static char *read_vector(const char *path, struct vector *vector) {
    FILE *file = fopen(path, "rb");
    CHECK(file && fseek(file, 0, SEEK_END) == 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(size + 1);
    CHECK(data && fread(data, 1, size, file) == size);
    fclose(file);
    data[size] = '\0';
    memset(vector, 0, sizeof *vector);
    vector->now = seconds_of("2017-01-01T00:00:00Z");
    vector->received_at = INBOME_TIME_UNKNOWN;
    char *line = data;
    while (*line != '\n') {
        char *end = strchr(line, '\n');
        CHECK(end);
        *end = '\0';
        read_line(vector, line);
        line = end + 1;
    }
    line++;
    vector->mail.data = (const uint8_t *)line;
    vector->mail.len = size - (size_t)(line - data);
    if (vector->accounts == 0)
        copy(vector->account[vector->accounts++], "bob@example.org");
    return data;
}

static const char *verdict_name(int32_t verdict) {
    static const char *const names[] = {"?",         "valid",      "invalid",
                                        "ambiguous", "overridden", "not_judged"};
    return verdict >= 1 && verdict <= 5 ? names[verdict] : names[0];
}

static const char *recommendation_name(int32_t state) {
    static const char *const names[] = {"?", "disable", "discourage", "available", "encrypt"};
    return state >= 1 && state <= 4 ? names[state] : names[0];
}

static const char *text_or(const char *text, const char *otherwise) {
    return text ? text : otherwise;
}

static void with_reason(char *to, const char *what, int32_t reason) {
    if (reason == INBOME_REASON_NONE)
        snprintf(to, MAX_TEXT, "%s", what);
    else
        snprintf(to, MAX_TEXT, "%s %s", what, inbome_reason_name(reason));
}

static void found_field(struct outcome *of, char *name, char *value) {
    size_t index = of->next_field++;
    if (index >= inbome_incoming_field_count(of->incoming)) {
        strcpy(name, "field none"), strcpy(value, "none");
        return;
    }
    snprintf(name, MAX_TEXT, "field %s", inbome_incoming_field_name(of->incoming, index));
    with_reason(value, verdict_name(inbome_incoming_field_verdict(of->incoming, index)),
                inbome_incoming_field_reason(of->incoming, index));
}

static void found_value(struct outcome *of, const char *name, char *value) {
    const inbome_incoming *incoming = of->incoming;
    const inbome_peer *peer = of->peer;
    const char *text = NULL;
    if (is_same(name, "outcome")) {
        static const char *const names[] = {"?", "updated", "unchanged", "ignored"};
        with_reason(value, names[inbome_incoming_outcome(incoming)],
                    inbome_incoming_reason(incoming));
        return;
    }
    if (is_same(name, "date") && inbome_incoming_effective_date(incoming) != INBOME_TIME_UNKNOWN) {
        time_t at = (time_t)inbome_incoming_effective_date(incoming);
        strftime(value, MAX_TEXT, "%Y-%m-%dT%H:%M:%SZ", gmtime(&at));
        return;
    }
    if (is_same(name, "reasons") && of->advice) {
        *value = '\0';
        for (size_t i = 0; i < inbome_recommendation_reason_count(of->advice, 0); i++) {
            strcat(value, i ? " " : "");
            strcat(value, inbome_reason_name(inbome_recommendation_reason(of->advice, 0, i)));
        }
        return;
    }
    if (is_same(name, "from")) {
        text = inbome_incoming_peer(incoming);
    } else if (is_same(name, "account")) {
        text = inbome_incoming_account(incoming);
    } else if (is_same(name, "key")) {
        text = inbome_peer_fingerprint(peer);
    } else if (is_same(name, "prefer")) {
        int32_t prefer = inbome_peer_prefer_encrypt(peer);
        text = prefer == INBOME_PREFER_MUTUAL          ? "mutual"
               : prefer == INBOME_PREFER_NOPREFERENCE ? "nopreference"
                                                       : NULL;
    } else if (is_same(name, "list")) {
        text = inbome_peer_list_post(peer) != INBOME_TIME_UNKNOWN ? "true" : "false";
    } else if (is_same(name, "agent")) {
        text = inbome_peer_last_plain(peer) == INBOME_TIME_UNKNOWN
                   ? NULL
                   : text_or(inbome_peer_last_plain_agent(peer), "");
    } else if (is_same(name, "own_key_conflict")) {
        text = inbome_incoming_own_key_conflict(incoming);
    } else if (is_same(name, "recommendation")) {
        text = of->advice ? recommendation_name(inbome_recommendation_state(of->advice)) : NULL;
    } else {
        CHECK(is_same(name, "date") || is_same(name, "reasons"));
    }
    snprintf(value, MAX_TEXT, "%s", text_or(text, "none"));
}

/* Runs a vector; gives how many expectations are not met. */
static int run(const char *file, struct vector *vector) {
    struct outcome of = {0};
    inbome_engine_options *options = inbome_engine_options_new();
    CHECK_OK(NULL, inbome_engine_options_set_clock(options, fixed_clock, &vector->now));
    CHECK_OK(NULL, inbome_engine_open_in_memory(options, &of.engine));
    inbome_engine_options_free(options);
    inbome_account *first = NULL;
    for (size_t i = 0; i < vector->accounts; i++)
        CHECK_OK(of.engine, inbome_account_create(of.engine, vector->account[i], NULL,
                                                  i == 0 ? &first : NULL));
    inbome_receipt *receipt = inbome_receipt_new();
    CHECK_OK(NULL, inbome_receipt_set_received_at(receipt, vector->received_at));
    CHECK_OK(NULL, inbome_receipt_set_spam(receipt, vector->spam));
    CHECK_OK(of.engine,
             inbome_process_incoming(of.engine, NULL, vector->mail, receipt, &of.incoming));
    inbome_receipt_free(receipt);
    const char *from = inbome_incoming_peer(of.incoming);
    const char *account = text_or(inbome_incoming_account(of.incoming), inbome_account_addr(first));
    if (from) {
        inbome_result got = inbome_peer_get(of.engine, account, from, &of.peer);
        CHECK(got == INBOME_RESULT_OK || got == INBOME_RESULT_NOT_FOUND);
        inbome_recipients *to = inbome_recipients_new();
        CHECK_OK(NULL, inbome_recipients_add(to, INBOME_KIND_TO, from));
        CHECK_OK(of.engine, inbome_recommend(of.engine, account, to, NULL, &of.advice));
        inbome_recipients_free(to);
    }
    int wrong = 0;
    for (size_t i = 0; i < vector->expected; i++) {
        char name[MAX_TEXT], value[MAX_TEXT];
        if (strncmp(vector->name[i], "field ", 6) == 0) {
            found_field(&of, name, value);
        } else {
            snprintf(name, sizeof name, "%s", vector->name[i]);
            found_value(&of, name, value);
        }
        if (!is_same(name, vector->name[i]) || !is_same(value, vector->value[i])) {
            printf("%s: expected %s=%s, found %s=%s\n", file, vector->name[i], vector->value[i],
                   name, value);
            wrong++;
        }
    }
    if (of.next_field < inbome_incoming_field_count(of.incoming)) {
        printf("%s: more key fields than expected\n", file);
        wrong++;
    }
    inbome_recommendation_free(of.advice);
    inbome_peer_free(of.peer);
    inbome_incoming_free(of.incoming);
    inbome_account_free(first);
    inbome_engine_free(of.engine);
    return wrong;
}

int main(void) {
    DIR *folder = opendir(VECTORS);
    CHECK(folder);
    static struct vector vector;
    int wrong = 0, count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        const char *end = strrchr(entry->d_name, '.');
        if (!is_same(end, ".vector"))
            continue;
        char path[MAX_TEXT];
        snprintf(path, sizeof path, "%s/%s", VECTORS, entry->d_name);
        char *data = read_vector(path, &vector);
        wrong += run(entry->d_name, &vector);
        count++;
        if (is_same(entry->d_name, "plain.vector")) {
            /* What is wrong is noticed. */
            copy(vector.name[vector.expected], "field Autocrypt");
            copy(vector.value[vector.expected++], "valid");
            wrong += run("so it should be", &vector) - 1;
        }
        free(data);
    }
    closedir(folder);
    CHECK(inbome_guarded_panics() == 0);
    printf("%d vectors\n", count);
    return wrong != 0 || count < 100;
}
