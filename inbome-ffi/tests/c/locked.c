/* A key of the user's own that keeps its passphrase, and is renewed. The test says where it is. */
#include "stage.h"

/* The key was made in 2020. */
#define IN_2026 1767225600

struct asked {
    const char *passphrase;
    int times;
};

static int64_t ask(void *user_data, const char *fingerprint, uint8_t *passphrase, size_t size) {
    struct asked *asked = user_data;
    size_t len = strlen(asked->passphrase);
    CHECK(strlen(fingerprint) == 40 && len <= size);
    memcpy(passphrase, asked->passphrase, len);
    asked->times++;
    return (int64_t)len;
}

/* A length that cannot be. */
static int64_t lie(void *user_data, const char *fingerprint, uint8_t *passphrase, size_t size) {
    (void)fingerprint;
    memset(passphrase, 'x', size);
    return *(int64_t *)user_data < 0 ? INT64_MIN : (int64_t)size + 1;
}

static inbome_bytes file(const char *path) {
    static char octets[1 << 16];
    FILE *from = fopen(path, "rb");
    CHECK(from);
    inbome_bytes bytes = {(const uint8_t *)octets, fread(octets, 1, sizeof octets, from)};
    fclose(from);
    return bytes;
}

static int64_t expiry(inbome_engine *engine, int is_locked) {
    inbome_key_iter *keys = NULL;
    CHECK_OK(engine, inbome_account_keys(engine, NULL, &keys));
    const inbome_key *key = inbome_key_iter_next(keys);
    CHECK(inbome_key_is_current(key) && inbome_key_is_locked(key) == is_locked);
    int64_t expires = inbome_key_expires(key);
    /* A mail to oneself finds the same key. */
    inbome_key *found = NULL;
    CHECK_OK(engine, inbome_get_encrypt_key(engine, NULL, "bob@example.org", &found, NULL));
    CHECK(inbome_key_is_locked(found) == is_locked && inbome_key_is_current(found));
    CHECK(inbome_key_source(found) == INBOME_SOURCE_OWN && inbome_key_expires(found) == expires);
    CHECK(inbome_key_created(found) == inbome_key_created(key));
    CHECK(inbome_key_created(found) != INBOME_TIME_UNKNOWN);
    CHECK(inbome_key_first_seen(found) == inbome_key_first_seen(key));
    inbome_key_free(found);
    inbome_key_iter_free(keys);
    return expires;
}

int main(void) {
    int64_t now = IN_2026;
    uint8_t seed = 1;
    inbome_engine *bob = engine_of(&now, &seed, "bob@example.org");
    inbome_bytes key = file(KEY_FILE);
    CHECK(inbome_account_import_key_as(bob, NULL, key, INBOME_LOCK_KEEP, NULL, NULL) ==
          INBOME_RESULT_LOCKED);
    for (int64_t way = -1; way <= 1; way += 2)
        CHECK(inbome_account_import_key_as(bob, NULL, key, INBOME_LOCK_KEEP, lie, &way) ==
              INBOME_RESULT_LOCKED);
    struct asked asked = {"no, not this one", 0};
    CHECK(inbome_account_import_key_as(bob, NULL, key, INBOME_LOCK_KEEP, ask, &asked) ==
          INBOME_RESULT_PASSPHRASE);
    CHECK(asked.times > 0 && expiry(bob, 0) == INBOME_TIME_UNKNOWN);
    asked.passphrase = PASSPHRASE;
    CHECK(inbome_account_import_key_as(bob, NULL, key, 7, ask, &asked) ==
          INBOME_RESULT_INVALID_ARGUMENT);
    CHECK_OK(bob, inbome_account_import_old_key(bob, NULL, key, INBOME_LOCK_KEEP, ask, &asked));
    CHECK(expiry(bob, 0) == INBOME_TIME_UNKNOWN);
    CHECK_OK(bob, inbome_account_import_key_as(bob, NULL, key, INBOME_LOCK_KEEP, ask, &asked));
    CHECK(expiry(bob, 1) == INBOME_TIME_UNKNOWN);

    /* Putting a draft away needs the cert alone; taking it out, signing and renewing do not. */
    const char *mail = "From: bob@example.org\r\nTo: bob@example.org\r\n\r\nNote\r\n";
    inbome_draft *away = NULL, *draft = NULL;
    CHECK_OK(bob, inbome_draft_encrypt(bob, NULL, bytes_of(mail), NULL, &away));
    CHECK(inbome_draft_open(bob, NULL, inbome_draft_data(away), 0, &draft) == INBOME_RESULT_LOCKED);
    CHECK(inbome_engine_error_reason(bob) == INBOME_REASON_LOCKED);
    inbome_decrypted *shown = NULL;
    CHECK_OK(bob, inbome_decrypt(bob, NULL, inbome_draft_data(away), &shown));
    CHECK(inbome_decrypted_failure(shown) == INBOME_REASON_LOCKED);
    CHECK(strlen(inbome_decrypted_locked_key(shown)) == 40);
    inbome_decrypted_free(shown);
    int32_t can = 0, opened = -1;
    CHECK_OK(bob, inbome_can_decrypt(bob, NULL, inbome_draft_data(away), &can));
    CHECK(can == 1);
    inbome_outgoing_options *options = inbome_outgoing_options_new();
    CHECK_OK(NULL, inbome_outgoing_options_set_mode(options, INBOME_MODE_ENCRYPT));
    inbome_outgoing *outgoing = NULL;
    CHECK(inbome_process_outgoing(bob, NULL, bytes_of(mail), options, &outgoing) ==
          INBOME_RESULT_LOCKED);
    CHECK(inbome_account_renew_key(bob, NULL, IN_2026 + 1000) == INBOME_RESULT_LOCKED);

    CHECK(inbome_engine_unlock(bob, NULL, bytes_of("wrong"), &opened) == INBOME_RESULT_PASSPHRASE);
    CHECK(opened == 0);
    CHECK_OK(bob, inbome_engine_unlock(bob, NULL, bytes_of(PASSPHRASE), &opened));
    CHECK(opened == 1);
    CHECK_OK(bob, inbome_draft_open(bob, NULL, inbome_draft_data(away), 0, &draft));
    inbome_draft_free(draft);
    CHECK_OK(bob, inbome_process_outgoing(bob, NULL, bytes_of(mail), options, &outgoing));
    CHECK_OK(bob, inbome_account_renew_key(bob, NULL, IN_2026 + 1000));
    CHECK(expiry(bob, 1) == IN_2026 + 1000);
    CHECK(inbome_account_renew_key(bob, NULL, IN_2026 - 1) == INBOME_RESULT_INVALID_ARGUMENT);
    CHECK_OK(bob, inbome_engine_relock(bob));
    CHECK(inbome_draft_open(bob, NULL, inbome_draft_data(away), 0, &draft) == INBOME_RESULT_LOCKED);
    inbome_outgoing_options_free(options);
    inbome_outgoing_free(outgoing);
    inbome_draft_free(away);
    inbome_engine_free(bob);

    /* A new account with such a key. */
    inbome_account_options *made = inbome_account_options_new();
    CHECK_OK(NULL, inbome_account_options_set_import_key(made, key));
    CHECK_OK(NULL, inbome_account_options_set_passphrase(made, ask, &asked));
    CHECK_OK(NULL, inbome_account_options_set_lock(made, INBOME_LOCK_KEEP));
    inbome_engine *carol = engine_of(&now, &seed, "carol@example.org");
    CHECK_OK(carol, inbome_account_create(carol, "bob@example.org", made, NULL));
    inbome_account_options_free(made);
    CHECK_OK(carol, inbome_engine_unlock(carol, "bob@example.org", bytes_of(PASSPHRASE), &opened));
    CHECK(opened == 1);
    CHECK_OK(carol, inbome_engine_unlock(carol, "carol@example.org", bytes_of("any"), &opened));
    CHECK(opened == 0);
    inbome_engine_free(carol);
    CHECK(inbome_guarded_panics() == 0);
    return 0;
}
