/* A child opens the home that its parent has open: what either learns is kept, whoever goes first. */
#include "check.h"
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Everybody is somebody else in each round. */
static int round_of_all;

static void learn(inbome_engine *engine, const char *from) {
    char mail[256];
    snprintf(mail, sizeof mail, "From: %s%d@example.org\nTo: bob@example.org\n"
             "Date: Sat, 17 Dec 2016 08:58:05 +0000\n\n", from, round_of_all);
    CHECK_OK(engine, inbome_process_incoming(engine, NULL, bytes_of(mail), NULL, NULL));
}

static int knows(inbome_engine *engine, const char *name) {
    char addr[64];
    inbome_peer *peer = NULL;
    snprintf(addr, sizeof addr, "%s%d@example.org", name, round_of_all);
    inbome_result result = inbome_peer_get(engine, NULL, addr, &peer);
    CHECK(result == INBOME_RESULT_OK || result == INBOME_RESULT_NOT_FOUND);
    inbome_peer_free(peer);
    return result == INBOME_RESULT_OK;
}

static inbome_engine *opened(const char *home) {
    inbome_engine *engine = NULL;
    CHECK_OK(NULL, inbome_engine_open(home, NULL, &engine));
    return engine;
}

/* The parent closes while the child goes on; the child frees what it inherited first, last or never. */
static void the_parent_closes_first(const char *home, int frees) {
    inbome_engine *engine = opened(home);
    learn(engine, "before");
    int ready[2], go[2];
    char octet = 0;
    CHECK(pipe(ready) == 0 && pipe(go) == 0);
    pid_t child = fork();
    if (child == 0) {
        if (frees == 1)
            inbome_engine_free(engine);
        inbome_engine *own = opened(home);
        learn(own, "early");
        if (frees == 2)
            inbome_engine_free(engine);
        CHECK(write(ready[1], &octet, 1) == 1 && read(go[0], &octet, 1) == 1);
        CHECK(knows(own, "parent"));
        learn(own, "late");
        inbome_engine_free(own);
        _exit(inbome_guarded_panics() == 0 ? 0 : 1);
    }
    CHECK(read(ready[0], &octet, 1) == 1);
    learn(engine, "parent");
    inbome_engine_free(engine);
    /* Somebody else, who would be the only one if the child held nothing. */
    engine = opened(home);
    learn(engine, "other");
    inbome_engine_free(engine);
    CHECK(write(go[1], &octet, 1) == 1);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    engine = opened(home);
    const char *names[] = {"before", "early", "parent", "other", "late"};
    for (int i = 0; i < 5; i++) CHECK(knows(engine, names[i]));
    inbome_buffer faults;
    CHECK_OK(engine, inbome_engine_check(engine, &faults));
    CHECK(faults.len == 0);
    inbome_buffer_free(&faults);
    inbome_engine_free(engine);
}

struct forks {
    const char *home, *other_home;
    int done;
};

/* In the midst of a call. */
static void fork_now(void *user_data, uint64_t messages, uint64_t skipped, uint64_t bytes,
                     uint64_t total) {
    (void)messages, (void)skipped, (void)bytes, (void)total;
    struct forks *forks = user_data;
    if (forks->done++)
        return;
    pid_t child = fork();
    if (child == 0) {
        inbome_engine *own = (inbome_engine *)forks;
        if (inbome_engine_open(forks->home, NULL, &own) != INBOME_RESULT_FORKED) _exit(1);
        if (own || !strstr(inbome_engine_error(NULL), "moment of the fork")) _exit(2);
        if (inbome_engine_open(forks->other_home, NULL, &own) != INBOME_RESULT_OK) _exit(3);
        inbome_engine_free(own);
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status)) printf("the child says %d\n", WEXITSTATUS(status));
    CHECK(WEXITSTATUS(status) == 0);
}

int main(void) {
    char folder[] = "/tmp/inbome-forked-XXXXXX", mail[64], command[64];
    CHECK(mkdtemp(folder) && chdir(folder) == 0);
    inbome_engine *engine = opened("home");
    CHECK_OK(engine, inbome_account_create(engine, "bob@example.org", NULL, NULL));
    inbome_engine_free(engine);
    for (; round_of_all < 3; round_of_all++) the_parent_closes_first("home", round_of_all);

    engine = opened("home");
    snprintf(mail, sizeof mail, "%s/mail", folder);
    FILE *file = fopen(mail, "w");
    CHECK(file && fputs("From: a@example.org\nDate: Sat, 17 Dec 2016 08:58:05 +0000\n\n", file) > 0);
    fclose(file);
    struct forks forks = {"home", "other", 0};
    inbome_scan *scan = NULL;
    CHECK_OK(engine, inbome_scan_open(engine, mail, &scan));
    CHECK_OK(NULL, inbome_scan_set_progress(scan, fork_now, &forks));
    CHECK_OK(engine, inbome_scan_run(scan));
    CHECK(forks.done > 0 && inbome_scan_updated(scan) == 1);
    inbome_scan_free(scan);

    /* Where the program goes meanwhile makes no difference to an engine. */
    CHECK(chdir("/") == 0);
    CHECK_OK(engine, inbome_scan_open(engine, mail, &scan));
    CHECK_OK(NULL, inbome_scan_set_full(scan, 1));
    CHECK_OK(engine, inbome_scan_run(scan));
    CHECK(inbome_scan_unchanged(scan) == 1);
    inbome_scan_free(scan);
    inbome_engine_free(engine);
    CHECK(inbome_guarded_panics() == 0);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}
