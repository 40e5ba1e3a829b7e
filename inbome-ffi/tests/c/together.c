/* Two threads on one engine, two engines on one home, and a child after fork(). */
#include "check.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef ROUNDS
#define ROUNDS 50
#endif

struct work {
    inbome_engine *engine;
    const char *name;
};

/* Learns, asks and fails by turns; every text must be the thread's own. */
static void *works(void *data) {
    struct work *work = data;
    char mail[256], wrong[64];
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(mail, sizeof mail, "From: %s%d@example.org\nTo: bob@example.org\n"
                 "Date: Sat, 17 Dec 2016 08:58:05 +0000\n\n", work->name, i);
        inbome_incoming *incoming = NULL;
        CHECK_OK(work->engine, inbome_process_incoming(work->engine, NULL, bytes_of(mail), NULL,
                                                       &incoming));
        CHECK(inbome_incoming_outcome(incoming) == INBOME_OUTCOME_UPDATED);
        inbome_incoming_free(incoming);
        snprintf(wrong, sizeof wrong, "nobody-%s%d@example.org", work->name, i);
        inbome_peer *peer = NULL;
        CHECK(inbome_peer_get(work->engine, NULL, wrong, &peer) == INBOME_RESULT_NOT_FOUND);
        CHECK(strstr(inbome_engine_error(work->engine), wrong));
    }
    return NULL;
}

static void two_at_once(inbome_engine *one, const char *first, inbome_engine *two,
                        const char *second) {
    struct work work[2] = {{one, first}, {two, second}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, works, &work[i]) == 0);
    for (int i = 0; i < 2; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

static size_t count_peers(inbome_engine *engine) {
    inbome_peer_iter *peers = NULL;
    CHECK_OK(engine, inbome_peers(engine, NULL, INBOME_PEERS_ALL, &peers));
    size_t count = 0;
    while (inbome_peer_iter_next(peers)) count++;
    inbome_peer_iter_free(peers);
    return count;
}

static void a_child_opens_its_own(inbome_engine *engine, const char *home) {
    pid_t child = fork();
    if (child == 0) {
        inbome_account *account = NULL;
        int64_t generation = 1;
        if (inbome_engine_generation(engine, &generation) != INBOME_RESULT_FORKED) _exit(1);
        if (generation != 0) _exit(2);
        if (inbome_account_get(engine, NULL, &account) != INBOME_RESULT_FORKED) _exit(3);
        if (!strstr(inbome_engine_error(engine), "open it again")) _exit(4);
        inbome_engine_free(engine);
        if (inbome_engine_open(home, NULL, &engine) != INBOME_RESULT_OK) _exit(5);
        if (inbome_account_get(engine, NULL, &account) != INBOME_RESULT_OK) _exit(6);
        inbome_account_free(account);
        inbome_engine_free(engine);
        _exit(inbome_guarded_panics() == 0 ? 0 : 7);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(count_peers(engine) == 4 * ROUNDS);
}

int main(void) {
    char home[] = "/tmp/inbome-home-XXXXXX", command[64];
    CHECK(mkdtemp(home));
    inbome_engine *one = NULL, *two = NULL;
    CHECK_OK(NULL, inbome_engine_open(home, NULL, &one));
    CHECK_OK(NULL, inbome_engine_open(home, NULL, &two));
    CHECK_OK(one, inbome_account_create(one, "bob@example.org", NULL, NULL));
    int64_t before = 0, after = 0;
    CHECK_OK(two, inbome_engine_generation(two, &before));
    two_at_once(one, "a", one, "b");
    CHECK_OK(two, inbome_engine_generation(two, &after));
    CHECK(before != after);
    two_at_once(one, "c", two, "d");
    CHECK(count_peers(one) == 4 * ROUNDS && count_peers(two) == 4 * ROUNDS);
    inbome_engine_free(two);
    a_child_opens_its_own(one, home);
    inbome_engine_free(one);
    CHECK(inbome_guarded_panics() == 0);
    snprintf(command, sizeof command, "rm -r %s", home);
    return system(command);
}
