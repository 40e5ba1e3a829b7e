/* who HOME < mail: takes a mail in, and prints who can be written to and why. */
#include <inbome.h>
#include <stdio.h>

int main(int argc, char **argv) {
    static uint8_t mail[1 << 20];
    inbome_bytes bytes = {mail, fread(mail, 1, sizeof mail, stdin)};
    inbome_engine *engine = NULL;
    inbome_peer_iter *peers = NULL;
    const char *home = argc > 1 ? argv[1] : "inbome-home";
    if (inbome_engine_open(home, NULL, &engine) != INBOME_RESULT_OK ||
        inbome_process_incoming(engine, NULL, bytes, NULL, NULL) != INBOME_RESULT_OK ||
        inbome_peers(engine, NULL, INBOME_PEERS_ALL, &peers) != INBOME_RESULT_OK) {
        fprintf(stderr, "who: %s\n", inbome_engine_error(engine));
        return 1;
    }
    const inbome_peer *peer;
    while ((peer = inbome_peer_iter_next(peers)) != NULL) {
        inbome_recipients *to = inbome_recipients_new();
        inbome_recommendation *advice = NULL;
        inbome_recipients_add(to, INBOME_KIND_TO, inbome_peer_addr(peer));
        inbome_recommend(engine, inbome_peer_account(peer), to, NULL, &advice);
        int yes = inbome_recommendation_state(advice) > INBOME_RECOMMENDATION_DISABLE;
        const char *why = inbome_recommendation_reason_text(advice, 0, 0);
        printf("%-3s %s: %s\n", yes ? "yes" : "no", inbome_peer_addr(peer), why ? why : "");
        inbome_recommendation_free(advice);
        inbome_recipients_free(to);
    }
    inbome_peer_iter_free(peers);
    inbome_engine_free(engine);
    return 0;
}
