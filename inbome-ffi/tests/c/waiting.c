/* waiting HOME MAILBOX: how long a compose window waits for its answer while a mailbox is scanned on
 * the same engine, and how long opening a home and looking one peer up takes. Prints, judges nothing.
 */
#include <inbome.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 1000000, OPENINGS = 201, BETWEEN_US = 2000 };

static double waited[MOST];
static volatile int is_over;

static double now(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void print_row(const char *what, size_t count) {
    qsort(waited, count, sizeof *waited, by_size);
    if (count > 0)
        printf("%s: median %.3f ms, 99 in 100 below %.3f ms, longest %.3f ms, %zu calls\n", what,
               waited[count / 2], waited[count - 1 - count / 100], waited[count - 1], count);
}

static void must(inbome_result result, inbome_engine *engine) {
    if (result == INBOME_RESULT_OK)
        return;
    fprintf(stderr, "waiting: %s\n", inbome_engine_error(engine));
    exit(1);
}

static void *scan(void *of) {
    double begun = now(CLOCK_MONOTONIC);
    must(inbome_scan_run(of), NULL);
    printf("scan: %llu mails, %llu peers, in %.1f s\n", (unsigned long long)inbome_scan_messages(of),
           (unsigned long long)inbome_scan_peers(of), (now(CLOCK_MONOTONIC) - begun) / 1e3);
    is_over = 1;
    return NULL;
}

/* Five recipients at a time, as many windows have them. */
static void ask(inbome_engine *engine, inbome_recipients *to) {
    inbome_recommendation *advice = NULL;
    must(inbome_recommend(engine, NULL, to, NULL, &advice), engine);
    inbome_recommendation_free(advice);
}

static size_t ask_until_over(inbome_engine *engine, inbome_recipients *to, size_t most) {
    size_t count = 0;
    struct timespec pause = {0, BETWEEN_US * 1000L};
    while (!is_over && count < most) {
        double begun = now(CLOCK_MONOTONIC);
        ask(engine, to);
        waited[count++] = now(CLOCK_MONOTONIC) - begun;
        nanosleep(&pause, NULL);
    }
    return count;
}

static inbome_recipients *some_peers(inbome_engine *engine) {
    inbome_recipients *to = inbome_recipients_new();
    inbome_peer_iter *peers = NULL;
    const inbome_peer *peer;
    must(inbome_peers(engine, NULL, INBOME_PEERS_WITH_KEY, &peers), engine);
    while (inbome_recipients_count(to) < 5 && (peer = inbome_peer_iter_next(peers)) != NULL)
        must(inbome_recipients_add(to, INBOME_KIND_TO, inbome_peer_addr(peer)), NULL);
    inbome_peer_iter_free(peers);
    return to;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: waiting HOME MAILBOX\n");
        return 2;
    }
    inbome_engine *engine = NULL;
    must(inbome_engine_open(argv[1], NULL, &engine), NULL);
    must(inbome_account_create(engine, "reader@inbox.example", NULL, NULL), engine);

    inbome_scan *mailbox = NULL;
    must(inbome_scan_open(engine, argv[2], &mailbox), engine);
    must(inbome_scan_set_account(mailbox, "reader@inbox.example"), NULL);
    pthread_t scanner;
    pthread_create(&scanner, NULL, scan, mailbox);
    /* The first batch brings somebody to ask for. */
    inbome_recipients *to = some_peers(engine);
    while (inbome_recipients_count(to) < 5 && !is_over) {
        inbome_recipients_free(to);
        to = some_peers(engine);
    }
    print_row("recommend for 5 during a scan", ask_until_over(engine, to, MOST));
    pthread_join(scanner, NULL);
    is_over = 0;
    print_row("recommend for 5 without one", ask_until_over(engine, to, 1000));
    inbome_scan_free(mailbox);
    inbome_recipients_free(to);

    inbome_peer_iter *peers = NULL;
    must(inbome_peers(engine, NULL, INBOME_PEERS_WITH_KEY, &peers), engine);
    const inbome_peer *peer = inbome_peer_iter_next(peers);
    for (int i = 0; peer != NULL && i < OPENINGS; i++) {
        inbome_engine *another = NULL;
        inbome_key *key = NULL;
        double begun = now(CLOCK_PROCESS_CPUTIME_ID);
        must(inbome_engine_open(argv[1], NULL, &another), NULL);
        must(inbome_get_encrypt_key(another, NULL, inbome_peer_addr(peer), &key, NULL), another);
        waited[i] = now(CLOCK_PROCESS_CPUTIME_ID) - begun;
        inbome_key_free(key);
        inbome_engine_free(another);
    }
    print_row("open and first look-up, CPU", OPENINGS);
    inbome_peer_iter_free(peers);
    inbome_engine_free(engine);
    return 0;
}
