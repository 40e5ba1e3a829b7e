/* From the first mail to the recommendation, as a mail program would do it, with a fixed clock. */
#include "stage.h"

static int32_t broken_random(void *user_data, uint8_t *data, size_t len) {
    (void)user_data, (void)data, (void)len;
    return 0;
}

static void alice_writes(inbome_engine *alice, inbome_outgoing **outgoing) {
    const char *draft = "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\n"
                        "Date: Sat, 17 Dec 2016 08:58:05 +0000\r\nMessage-ID: <1@example.org>\r\n"
                        "Bcc: carol@example.org\r\n\r\nHi Bob\r\n";
    CHECK_OK(alice, inbome_process_outgoing(alice, NULL, bytes_of(draft), NULL, outgoing));
    CHECK(inbome_outgoing_count(*outgoing) == 1);
    CHECK(inbome_outgoing_recipient_count(*outgoing, 0) == 2);
    CHECK(is_same(inbome_outgoing_recipient(*outgoing, 0, 1), "carol@example.org"));
    CHECK(!inbome_outgoing_is_encrypted(*outgoing));
    CHECK(inbome_outgoing_reason(*outgoing) == INBOME_REASON_NOT_RECOMMENDED);
    CHECK(inbome_outgoing_added_count(*outgoing) == 2);
    CHECK(is_same(inbome_outgoing_added(*outgoing, 0), "Autocrypt"));
    inbome_bytes data = inbome_outgoing_data(*outgoing, 0);
    inbome_bytes sent = inbome_outgoing_sent_copy(*outgoing);
    CHECK(data.len == sent.len && data.data == sent.data);
    const inbome_recommendation *advice = inbome_outgoing_recommendation(*outgoing);
    CHECK(inbome_recommendation_state(advice) == INBOME_RECOMMENDATION_DISABLE);
}

static void bob_learns(inbome_engine *bob, inbome_bytes mail) {
    int64_t before = 0, after = 0;
    CHECK_OK(bob, inbome_engine_generation(bob, &before));
    inbome_incoming *incoming = NULL;
    CHECK_OK(bob, inbome_process_incoming(bob, "bob@example.org", mail, NULL, &incoming));
    CHECK(inbome_incoming_outcome(incoming) == INBOME_OUTCOME_UPDATED);
    CHECK(inbome_incoming_reason(incoming) == INBOME_REASON_NONE);
    CHECK(is_same(inbome_incoming_peer(incoming), "alice@example.org"));
    CHECK(inbome_incoming_effective_date(incoming) == NOW);
    CHECK(inbome_incoming_field_count(incoming) == 2);
    CHECK(inbome_incoming_field_verdict(incoming, 0) == INBOME_VERDICT_VALID);
    CHECK(inbome_incoming_field_is_protected(incoming, 0) == 0);
    CHECK(inbome_incoming_field_verdict(incoming, 1) == INBOME_VERDICT_OVERRIDDEN);
    CHECK(inbome_incoming_key_changed_to(incoming) == NULL);
    inbome_incoming_free(incoming);
    CHECK_OK(bob, inbome_engine_generation(bob, &after));
    CHECK(before != after);
}

static void bob_may_encrypt(inbome_engine *bob) {
    inbome_recipients *to = inbome_recipients_new();
    CHECK_OK(NULL, inbome_recipients_add(to, INBOME_KIND_TO, "ALICE@example.org"));
    CHECK_OK(NULL, inbome_recipients_add(to, INBOME_KIND_CC, "alice@example.org"));
    CHECK(inbome_recipients_count(to) == 2);
    inbome_recommendation *advice = NULL;
    CHECK_OK(bob, inbome_recommend(bob, NULL, to, NULL, &advice));
    inbome_recipients_free(to);
    CHECK(inbome_recommendation_state(advice) == INBOME_RECOMMENDATION_ENCRYPT);
    CHECK(inbome_recommendation_count(advice) == 1);
    CHECK(inbome_recommendation_reason(advice, 0, 0) == INBOME_REASON_BOTH_MUTUAL);
    CHECK(is_same(inbome_reason_name(INBOME_REASON_BOTH_MUTUAL), "both_mutual"));

    inbome_key *key = NULL;
    int32_t reason = -1;
    CHECK_OK(bob, inbome_get_encrypt_key(bob, NULL, "alice@example.org", &key, &reason));
    CHECK(key && reason == INBOME_REASON_NONE && inbome_key_source(key) == INBOME_SOURCE_DIRECT);
    CHECK(inbome_key_first_seen(key) == NOW && inbome_key_expires(key) == INBOME_TIME_UNKNOWN);
    const inbome_key *lent = inbome_recommendation_key(advice, 0);
    CHECK(is_same(inbome_key_fingerprint(lent), inbome_key_fingerprint(key)));
    CHECK(inbome_key_cert(lent).len == inbome_key_cert(key).len);
    CHECK(strstr(inbome_key_armored(key), "-----BEGIN PGP PUBLIC KEY BLOCK-----"));

    /* The key goes to a second peer by hand, and the first one is forgotten. */
    CHECK_OK(bob, inbome_peer_import_key(bob, NULL, "al@example.org", inbome_key_cert(key)));
    inbome_peer *peer = NULL;
    CHECK_OK(bob, inbome_peer_get(bob, NULL, "al@example.org", &peer));
    CHECK(inbome_peer_imported_at(peer) == NOW && inbome_peer_fingerprint(peer) == NULL);
    CHECK(inbome_peer_history_count(peer) == 1);
    CHECK(inbome_peer_history_source(peer, 0) == INBOME_SOURCE_IMPORT);
    inbome_peer_free(peer);
    const char *pinned = inbome_key_fingerprint(key);
    CHECK_OK(bob, inbome_peer_set_word(bob, NULL, "al@example.org", INBOME_WORD_PIN, pinned));
    CHECK_OK(bob, inbome_peer_forget(bob, NULL, "alice@example.org"));
    inbome_peer_iter *peers = NULL;
    CHECK_OK(bob, inbome_peers(bob, NULL, INBOME_PEERS_WITH_KEY, &peers));
    const inbome_peer *first = inbome_peer_iter_next(peers);
    CHECK(is_same(inbome_peer_addr(first), "al@example.org"));
    CHECK(inbome_peer_word(first) == INBOME_WORD_PIN && is_same(inbome_peer_pin(first), pinned));
    CHECK(inbome_peer_iter_next(peers) == NULL && inbome_peer_iter_next(peers) == NULL);
    inbome_peer_iter_free(peers);
    inbome_key_free(key);
    inbome_recommendation_free(advice);
}

/* The same mail, parsed by its program, teaches the same. */
static void facts_are_as_good(inbome_engine *alice) {
    int64_t now = NOW;
    uint8_t seed = 9;
    inbome_engine *bob = engine_of(&now, &seed, "bob@example.org");
    inbome_buffer value = {NULL, 0};
    CHECK_OK(alice, inbome_account_field(alice, NULL, INBOME_SPELLING_AUTOCRYPT, &value));
    CHECK(strncmp((const char *)value.data, "addr=alice@example.org;", 23) == 0);
    CHECK(strlen((const char *)value.data) == value.len);
    inbome_observation *seen = inbome_observation_new();
    CHECK_OK(NULL, inbome_observation_set_from_fields(seen, 1));
    CHECK_OK(NULL, inbome_observation_add_from(seen, "alice@example.org"));
    CHECK_OK(NULL, inbome_observation_add_date(seen, "Sat, 17 Dec 2016 08:58:05 +0000"));
    inbome_bytes field = {value.data, value.len};
    CHECK_OK(NULL, inbome_observation_add_key_field(seen, "Autocrypt", field));
    inbome_buffer_free(&value);
    CHECK(value.data == NULL && value.len == 0);
    inbome_incoming *incoming = NULL;
    CHECK_OK(bob, inbome_process_observation(bob, NULL, seen, &incoming));
    CHECK(inbome_incoming_outcome(incoming) == INBOME_OUTCOME_UPDATED);
    CHECK(inbome_incoming_field_verdict(incoming, 0) == INBOME_VERDICT_VALID);
    inbome_incoming_free(incoming);
    inbome_observation_free(seen);
    bob_may_encrypt(bob);
    inbome_engine_free(bob);
}

/* A failure is a sentence, kept for its engine; afterwards everything works. */
static void failures_name_the_thing(inbome_engine *bob) {
    inbome_account *account = (inbome_account *)bob;
    CHECK(inbome_account_get(bob, "nobody@example.org", &account) == INBOME_RESULT_NOT_FOUND);
    CHECK(account == NULL && strstr(inbome_engine_error(bob), "nobody@example.org"));
    CHECK(is_same(inbome_engine_error(NULL), ""));
    CHECK(inbome_account_get(bob, "no address", &account) == INBOME_RESULT_INVALID_ADDRESS);
    CHECK(inbome_account_get(bob, "\xff@example.org", &account) == INBOME_RESULT_NOT_UTF8);
    CHECK_OK(bob, inbome_account_get(bob, NULL, &account));
    CHECK(is_same(inbome_engine_error(bob), "") && inbome_account_is_enabled(account));
    inbome_account_free(account);

    inbome_outgoing_options *options = inbome_outgoing_options_new();
    CHECK_OK(NULL, inbome_outgoing_options_set_mode(options, INBOME_MODE_ENCRYPT));
    inbome_outgoing *outgoing = NULL;
    const char *draft = "From: bob@example.org\nTo: dave@example.org\n\nHi\n";
    CHECK(inbome_process_outgoing(bob, NULL, bytes_of(draft), options, &outgoing) ==
          INBOME_RESULT_REFUSED);
    CHECK(outgoing == NULL && inbome_engine_error_addr_count(bob) == 1);
    CHECK(is_same(inbome_engine_error_addr(bob, 0), "dave@example.org"));
    CHECK(inbome_engine_error_addr(bob, 1) == NULL);
    inbome_outgoing_options_free(options);

    inbome_engine_options *broken = inbome_engine_options_new();
    CHECK_OK(NULL, inbome_engine_options_set_random(broken, broken_random, NULL));
    inbome_engine *engine = NULL;
    CHECK_OK(NULL, inbome_engine_open_in_memory(broken, &engine));
    CHECK(inbome_account_create(engine, "eve@example.org", NULL, NULL) == INBOME_RESULT_RANDOM);
    inbome_engine_free(engine);
    CHECK_OK(NULL, inbome_engine_options_set_create(broken, 0));
    CHECK(inbome_engine_open("/nonexistent/home", broken, &engine) == INBOME_RESULT_NOT_FOUND);
    CHECK(engine == NULL && strstr(inbome_engine_error(engine), "/nonexistent/home"));
    inbome_engine_options_free(broken);
}

int main(void) {
    int64_t now = NOW;
    uint8_t seed = 1, other_seed = 2;
    inbome_engine *alice = engine_of(&now, &seed, "alice@example.org");
    inbome_engine *bob = engine_of(&now, &other_seed, "bob@example.org");
    inbome_outgoing *outgoing = NULL;
    alice_writes(alice, &outgoing);
    bob_learns(bob, inbome_outgoing_data(outgoing, 0));
    bob_may_encrypt(bob);
    facts_are_as_good(alice);
    failures_name_the_thing(bob);
    /* Results outlive their engine. */
    inbome_key_iter *keys = NULL;
    CHECK_OK(alice, inbome_account_keys(alice, NULL, &keys));
    inbome_engine_free(alice);
    const inbome_key *key = inbome_key_iter_next(keys);
    CHECK(inbome_key_is_current(key) && inbome_key_armored(key) && inbome_key_created(key) == NOW);
    inbome_key_iter_free(keys);
    CHECK(inbome_outgoing_data(outgoing, 0).len > 500);
    inbome_outgoing_free(outgoing);
    inbome_engine_free(bob);
    CHECK(inbome_guarded_panics() == 0);
    return 0;
}
