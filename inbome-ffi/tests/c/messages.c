/* Encrypted mail as a mail program meets it: sent, read, drafted, and sealed entity by entity. */
#include "stage.h"

#define DATE "Date: Sat, 17 Dec 2016 08:58:05 +0000\r\n"

/* Whether a text stands in some octets. */
static int holds(inbome_bytes octets, const char *text) {
    size_t len = strlen(text);
    for (size_t i = 0; i + len <= octets.len; i++)
        if (memcmp(octets.data + i, text, len) == 0)
            return 1;
    return 0;
}

/* A mail with the key of one engine's user comes to the other. */
static void introduce(inbome_engine *from, inbome_engine *to, const char *draft) {
    inbome_outgoing *outgoing = NULL;
    CHECK_OK(from, inbome_process_outgoing(from, NULL, bytes_of(draft), NULL, &outgoing));
    CHECK_OK(to, inbome_process_incoming(to, NULL, inbome_outgoing_data(outgoing, 0), NULL, NULL));
    inbome_outgoing_free(outgoing);
}

static inbome_outgoing *sent(inbome_engine *engine, const char *draft, int32_t mode) {
    inbome_outgoing_options *options = inbome_outgoing_options_new();
    CHECK_OK(NULL, inbome_outgoing_options_set_mode(options, mode));
    inbome_outgoing *outgoing = NULL;
    CHECK_OK(engine, inbome_process_outgoing(engine, NULL, bytes_of(draft), options, &outgoing));
    inbome_outgoing_options_free(options);
    return outgoing;
}

/* `signer`: INBOME_SIGNER_NEW for a key that the mail itself is the first to bring. */
static void shows_a_signed_mail_of_bob(const inbome_decrypted *shown, int32_t signer) {
    CHECK(inbome_decrypted_encryption(shown) == INBOME_ENCRYPTION_ENCRYPTED);
    CHECK(inbome_decrypted_failure(shown) == INBOME_REASON_NONE);
    CHECK(inbome_decrypted_failure_text(shown) == NULL);
    CHECK(inbome_decrypted_signature(shown) == INBOME_SIGNATURE_VALID);
    CHECK(inbome_decrypted_signer(shown) == signer);
    CHECK(inbome_decrypted_intended(shown) == INBOME_INTENDED_YES);
    CHECK(strlen(inbome_decrypted_fingerprint(shown)) == 40);
    CHECK(inbome_decrypted_signed_at(shown) == NOW && !inbome_decrypted_date_differs(shown));
    CHECK(is_same(inbome_decrypted_from(shown), "bob@example.org"));
}

/* Bob's answer encrypts itself; Alice's program learns and shows with one call. */
static void an_answer_is_encrypted_and_read(inbome_engine *bob, inbome_engine *alice) {
    inbome_outgoing *outgoing = sent(bob,
                                     "From: bob@example.org\r\nTo: alice@example.org\r\n" DATE
                                     "Subject: a secret\r\nMessage-ID: <2@example.org>\r\n\r\nYes\r\n",
                                     INBOME_MODE_AUTO);
    CHECK(inbome_outgoing_is_encrypted(outgoing) && inbome_outgoing_count(outgoing) == 1);
    CHECK(inbome_outgoing_reason(outgoing) == INBOME_REASON_RECOMMENDED);
    inbome_bytes mail = inbome_outgoing_data(outgoing, 0);
    CHECK(holds(mail, "Subject: [...]") && !holds(mail, "secret") && !holds(mail, "Yes"));
    CHECK(inbome_outgoing_sent_copy(outgoing).data == mail.data);

    int32_t can = -1;
    CHECK_OK(alice, inbome_can_decrypt(alice, NULL, mail, &can));
    CHECK(can == 1);
    inbome_receipt *receipt = inbome_receipt_new();
    CHECK_OK(NULL, inbome_receipt_set_return_payload(receipt, 1));
    inbome_incoming *incoming = NULL;
    CHECK_OK(alice, inbome_process_incoming(alice, NULL, mail, receipt, &incoming));
    CHECK(inbome_incoming_outcome(incoming) == INBOME_OUTCOME_UPDATED);
    const inbome_decrypted *shown = inbome_incoming_decrypted(incoming);
    shows_a_signed_mail_of_bob(shown, INBOME_SIGNER_NEW);
    CHECK(holds(inbome_decrypted_message(shown), "Subject: a secret\r\n"));
    CHECK(holds(inbome_decrypted_message(shown), "\r\n\r\nYes\r\n"));
    size_t fields = inbome_decrypted_protected_count(shown);
    int subject = 0;
    for (size_t i = 0; i < fields; i++)
        subject |= is_same(inbome_decrypted_protected(shown, i), "Subject");
    CHECK(subject && inbome_decrypted_protected(shown, fields) == NULL);
    CHECK(inbome_decrypted_differing_count(shown) == 0);
    CHECK(inbome_decrypted_footer_count(shown) == 0);
    inbome_incoming_free(incoming);

    /* Left encrypted on request. */
    CHECK_OK(NULL, inbome_receipt_set_return_payload(receipt, 0));
    CHECK_OK(NULL, inbome_receipt_set_no_decrypt(receipt, 1));
    CHECK_OK(alice, inbome_process_incoming(alice, NULL, mail, receipt, &incoming));
    CHECK(inbome_incoming_decrypted(incoming) == NULL);
    inbome_incoming_free(incoming);
    inbome_receipt_free(receipt);

    inbome_decrypted *again = NULL;
    CHECK_OK(alice, inbome_decrypt(alice, "alice@example.org", mail, &again));
    shows_a_signed_mail_of_bob(again, INBOME_SIGNER_CURRENT);
    inbome_buffer key = {NULL, 0};
    CHECK_OK(NULL, inbome_decrypted_session_key(again, &key));
    CHECK(key.len > 2 + 32 && strchr((const char *)key.data, ':'));
    inbome_buffer_free(&key);
    inbome_decrypted_free(again);

    /* Bob reads what he sent; the signature is his. */
    CHECK_OK(bob, inbome_decrypt(bob, NULL, inbome_outgoing_sent_copy(outgoing), &again));
    CHECK(inbome_decrypted_signer(again) == INBOME_SIGNER_CURRENT);
    inbome_decrypted_free(again);
    inbome_outgoing_free(outgoing);
}

/* A list changed the Subject and put a footer under the mail. */
static void what_was_changed_on_the_way_is_named(inbome_engine *bob, inbome_engine *alice) {
    inbome_outgoing *outgoing = sent(bob,
                                     "From: bob@example.org\r\nTo: alice@example.org\r\n" DATE
                                     "Subject: a secret\r\n\r\nYes\r\n",
                                     INBOME_MODE_ENCRYPT);
    inbome_bytes mail = inbome_outgoing_data(outgoing, 0);
    const char *type = "Content-Type: multipart/encrypted";
    size_t at = 0;
    while (memcmp(mail.data + at, type, strlen(type)) != 0)
        at++;
    char *listed = malloc(mail.len + 1000);
    CHECK(listed);
    int len = sprintf(listed, "From: bob@example.org\r\nTo: alice@example.org\r\n" DATE
                      "Subject: [list] this\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
                      "%.*s\r\n--x\r\nContent-Type: text/plain\r\n\r\nleave the list\r\n--x--\r\n",
                      (int)(mail.len - at), (const char *)mail.data + at);
    inbome_bytes bytes = {(const uint8_t *)listed, (size_t)len};
    inbome_decrypted *shown = NULL;
    CHECK_OK(alice, inbome_decrypt(alice, NULL, bytes, &shown));
    shows_a_signed_mail_of_bob(shown, INBOME_SIGNER_CURRENT);
    int subject = 0;
    for (size_t i = 0; i < inbome_decrypted_differing_count(shown); i++)
        subject += is_same(inbome_decrypted_differing(shown, i), "Subject");
    CHECK(subject == 1);
    CHECK(inbome_decrypted_footer_count(shown) == 1);
    CHECK(strstr(inbome_decrypted_footer(shown, 0), "leave the list"));
    CHECK(!holds(inbome_decrypted_message(shown), "leave the list"));
    CHECK(holds(inbome_decrypted_message(shown), "Subject: a secret\r\n"));
    inbome_decrypted_free(shown);
    free(listed);
    inbome_outgoing_free(outgoing);
}

/* Whether an answer to a mail would be encrypted because that mail was. */
static int remembers(inbome_engine *engine, const char *id) {
    inbome_recipients *to = inbome_recipients_new();
    CHECK_OK(NULL, inbome_recipients_add(to, INBOME_KIND_TO, "bob@example.org"));
    inbome_reply *reply = inbome_reply_new();
    CHECK_OK(NULL, inbome_reply_set_message_id(reply, id));
    inbome_recommendation *advice = NULL;
    CHECK_OK(engine, inbome_recommend(engine, NULL, to, reply, &advice));
    int found = inbome_recommendation_reason(advice, 0, 0) == INBOME_REASON_REPLY_TO_ENCRYPTED;
    inbome_recommendation_free(advice);
    inbome_reply_free(reply);
    inbome_recipients_free(to);
    return found;
}

/* Of a mail in a file the header is read, and the rest if it is encrypted or to be shown. */
static void a_file_is_read_as_far_as_needed(inbome_engine *bob, inbome_engine *alice) {
    inbome_outgoing *outgoing = sent(bob,
                                     "From: bob@example.org\r\nTo: alice@example.org\r\n" DATE
                                     "Message-ID: <3@example.org>\r\n\r\nYes\r\n",
                                     INBOME_MODE_ENCRYPT);
    inbome_bytes mail = inbome_outgoing_data(outgoing, 0);
    FILE *file = fopen("answer.eml", "wb");
    CHECK(file && fwrite(mail.data, 1, mail.len, file) == mail.len && fclose(file) == 0);
    inbome_outgoing_free(outgoing);
    inbome_receipt *receipt = inbome_receipt_new();
    CHECK_OK(NULL, inbome_receipt_set_no_decrypt(receipt, 1));
    CHECK_OK(alice, inbome_process_incoming_file(alice, NULL, "answer.eml", receipt, NULL));
    CHECK(!remembers(alice, "3@example.org"));
    CHECK_OK(alice, inbome_process_incoming_file(alice, NULL, "answer.eml", NULL, NULL));
    CHECK(remembers(alice, "3@example.org"));
    CHECK_OK(NULL, inbome_receipt_set_no_decrypt(receipt, 0));
    CHECK_OK(NULL, inbome_receipt_set_return_payload(receipt, 1));
    inbome_incoming *incoming = NULL;
    CHECK_OK(alice, inbome_process_incoming_file(alice, NULL, "answer.eml", receipt, &incoming));
    shows_a_signed_mail_of_bob(inbome_incoming_decrypted(incoming), INBOME_SIGNER_CURRENT);
    inbome_incoming_free(incoming);
    inbome_receipt_free(receipt);
}

static void a_mail_for_others_names_their_keys(inbome_engine *bob, inbome_engine *carol) {
    inbome_outgoing *outgoing =
        sent(bob, "From: bob@example.org\r\nTo: alice@example.org\r\n\r\nHi\r\n", INBOME_MODE_ENCRYPT);
    inbome_bytes mail = inbome_outgoing_data(outgoing, 0);
    inbome_decrypted *shown = NULL;
    CHECK_OK(carol, inbome_decrypt(carol, NULL, mail, &shown));
    CHECK(inbome_decrypted_encryption(shown) == INBOME_ENCRYPTION_FAILED);
    CHECK(inbome_decrypted_failure(shown) == INBOME_REASON_NO_KEY);
    CHECK(strstr(inbome_decrypted_failure_text(shown), inbome_decrypted_key_id(shown, 0)));
    CHECK(inbome_decrypted_key_id_count(shown) == 2 && strlen(inbome_decrypted_key_id(shown, 1)) == 16);
    CHECK(inbome_decrypted_message(shown).data == NULL && inbome_decrypted_locked_key(shown) == NULL);
    CHECK(inbome_decrypted_signature(shown) == INBOME_SIGNATURE_NONE);
    CHECK(inbome_decrypted_signer(shown) == 0 && inbome_decrypted_intended(shown) == 0);
    CHECK(inbome_decrypted_signed_at(shown) == INBOME_TIME_UNKNOWN);
    inbome_buffer key = {NULL, 0};
    CHECK_OK(NULL, inbome_decrypted_session_key(shown, &key));
    CHECK(key.data == NULL);
    inbome_decrypted_free(shown);
    int32_t can = -1;
    CHECK_OK(carol, inbome_can_decrypt(carol, NULL, mail, &can));
    CHECK(can == 0);
    inbome_outgoing_free(outgoing);
    /* A mail in the clear is shown as it is. */
    CHECK_OK(carol, inbome_decrypt(carol, NULL, bytes_of("From: x@example.org\n\nHi\n"), &shown));
    CHECK(inbome_decrypted_encryption(shown) == INBOME_ENCRYPTION_NONE);
    CHECK(is_same(inbome_encryption_name(INBOME_ENCRYPTION_NONE), "none"));
    CHECK(is_same(inbome_signer_name(77), "unknown"));
    CHECK(holds(inbome_decrypted_message(shown), "From: x@example.org\n\nHi\n"));
    inbome_decrypted_free(shown);
}

/* Bcc: a copy for each, and one to keep, which names them and goes to nobody. */
static void the_copy_to_keep_names_blind_recipients(inbome_engine *bob) {
    const char *draft = "From: bob@example.org\r\nTo: alice@example.org\r\n"
                        "Bcc: carol@example.org\r\nSubject: s\r\n\r\nHi\r\n";
    inbome_outgoing *outgoing = sent(bob, draft, INBOME_MODE_ENCRYPT);
    CHECK(inbome_outgoing_count(outgoing) == 3);
    CHECK(is_same(inbome_outgoing_recipient(outgoing, 0, 0), "alice@example.org"));
    CHECK(is_same(inbome_outgoing_recipient(outgoing, 1, 0), "carol@example.org"));
    CHECK(inbome_outgoing_recipient_count(outgoing, 1) == 1);
    CHECK(inbome_outgoing_recipient_count(outgoing, 2) == 0);
    inbome_bytes keep = inbome_outgoing_sent_copy(outgoing);
    CHECK(keep.data == inbome_outgoing_data(outgoing, 2).data);
    for (size_t i = 0; i < 3; i++) {
        CHECK(!holds(inbome_outgoing_data(outgoing, i), "carol"));
        inbome_decrypted *shown = NULL;
        CHECK_OK(bob, inbome_decrypt(bob, NULL, inbome_outgoing_data(outgoing, i), &shown));
        CHECK(holds(inbome_decrypted_message(shown), "Bcc: carol@example.org") == (i == 2));
        inbome_decrypted_free(shown);
    }
    inbome_outgoing_free(outgoing);

    inbome_outgoing_options *options = inbome_outgoing_options_new();
    CHECK_OK(NULL, inbome_outgoing_options_set_mode(options, INBOME_MODE_ENCRYPT));
    CHECK_OK(NULL, inbome_outgoing_options_set_one_message(options, 1));
    CHECK_OK(NULL, inbome_outgoing_options_set_keep_subject(options, 1));
    CHECK(inbome_process_outgoing(bob, NULL, bytes_of(draft), options, &outgoing) ==
          INBOME_RESULT_NEEDS_COPIES);
    CHECK(outgoing == NULL && inbome_engine_error_addr_count(bob) == 1);
    CHECK(is_same(inbome_engine_error_addr(bob, 0), "carol@example.org"));
    const char *open = "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: s\r\n\r\nHi\r\n";
    CHECK_OK(bob, inbome_process_outgoing(bob, NULL, bytes_of(open), options, &outgoing));
    CHECK(holds(inbome_outgoing_data(outgoing, 0), "Subject: s\r\n"));
    inbome_outgoing_free(outgoing);
    inbome_outgoing_options_free(options);
}

static void a_draft_comes_back_as_it_was(inbome_engine *bob, inbome_engine *other_device) {
    const char *mail = "From: bob@example.org\r\nTo: alice@example.org\r\nBcc: eve@example.org\r\n"
                       "Subject: half\r\n\r\nwritt\r\n";
    inbome_draft_state *state = inbome_draft_state_new();
    CHECK_OK(NULL, inbome_draft_state_set_encrypt(state, 1));
    CHECK_OK(NULL, inbome_draft_state_set_by_choice(state, 1));
    CHECK_OK(NULL, inbome_draft_state_set_reply_to_encrypted(state, 1));
    inbome_draft *away = NULL, *draft = NULL;
    CHECK_OK(bob, inbome_draft_encrypt(bob, NULL, bytes_of(mail), state, &away));
    inbome_draft_state_free(state);
    inbome_bytes stored = inbome_draft_data(away);
    CHECK(!holds(stored, "half") && !holds(stored, "writt") && !holds(stored, "eve@"));
    CHECK(inbome_draft_has_state(away) && inbome_draft_encrypts(away));

    CHECK_OK(bob, inbome_draft_open(bob, NULL, stored, 0, &draft));
    CHECK(inbome_draft_has_state(draft) && inbome_draft_encrypts(draft));
    CHECK(inbome_draft_by_choice(draft) && inbome_draft_is_reply_to_encrypted(draft));
    CHECK(!inbome_draft_state_differs(draft) && inbome_draft_differing_count(draft) == 0);
    CHECK(holds(inbome_draft_data(draft), "Bcc: eve@example.org\r\n"));
    CHECK(holds(inbome_draft_data(draft), "\r\n\r\nwritt\r\n"));
    CHECK(inbome_draft_gossip_count(draft) == 1);
    CHECK(is_same(inbome_draft_gossip_addr(draft, 0), "alice@example.org"));
    CHECK(strlen(inbome_draft_gossip_fingerprint(draft, 0)) == 40);
    inbome_draft_free(draft);

    /* Another device with the same key has never heard of Alice: the draft brings her key. */
    inbome_buffer secret = {NULL, 0};
    CHECK_OK(bob, inbome_account_export_secret(bob, NULL, &secret));
    inbome_bytes key = {secret.data, secret.len};
    CHECK_OK(other_device, inbome_account_import_key(other_device, NULL, key, NULL, NULL));
    inbome_buffer_free(&secret);
    CHECK_OK(other_device, inbome_draft_open(other_device, NULL, stored, 0, &draft));
    inbome_outgoing_options *options = inbome_outgoing_options_new();
    CHECK_OK(NULL, inbome_outgoing_options_set_mode(options, INBOME_MODE_ENCRYPT));
    const char *whole = "From: bob@example.org\r\nTo: alice@example.org\r\n\r\nwritten\r\n";
    inbome_outgoing *outgoing = NULL;
    CHECK(inbome_process_outgoing(other_device, NULL, bytes_of(whole), options, &outgoing) ==
          INBOME_RESULT_REFUSED);
    CHECK(inbome_engine_error_reason(other_device) == INBOME_REASON_NOT_RECOMMENDED);
    inbome_recipients *to = inbome_recipients_new();
    CHECK_OK(NULL, inbome_recipients_add(to, INBOME_KIND_TO, "alice@example.org"));
    inbome_reply *reply = inbome_reply_new();
    for (int with_draft = 0; with_draft < 2; with_draft++) {
        inbome_recommendation *advice = NULL;
        CHECK_OK(NULL, inbome_reply_set_draft(reply, with_draft ? draft : NULL));
        CHECK_OK(other_device, inbome_recommend(other_device, NULL, to, reply, &advice));
        CHECK((inbome_recommendation_key(advice, 0) != NULL) == with_draft);
        inbome_recommendation_free(advice);
    }
    inbome_reply_free(reply);
    inbome_recipients_free(to);
    CHECK_OK(NULL, inbome_outgoing_options_set_draft(options, draft));
    inbome_draft_free(draft);
    CHECK_OK(other_device,
             inbome_process_outgoing(other_device, NULL, bytes_of(whole), options, &outgoing));
    CHECK(inbome_outgoing_is_encrypted(outgoing));

    /* What was sent is no draft, nor is what is not encrypted; each says why. */
    inbome_bytes planted = inbome_outgoing_data(outgoing, 0);
    CHECK(inbome_draft_open(bob, NULL, planted, 1, &draft) == INBOME_RESULT_REFUSED);
    CHECK(inbome_engine_error_reason(bob) == INBOME_REASON_TO_OTHERS && draft == NULL);
    CHECK(inbome_draft_open(bob, NULL, bytes_of(whole), 1, &draft) == INBOME_RESULT_INVALID_ARGUMENT);
    CHECK(inbome_engine_error_reason(bob) == INBOME_REASON_NOT_ENCRYPTED);
    CHECK_OK(bob, inbome_draft_open(bob, NULL, stored, 1, &draft));
    CHECK(inbome_engine_error_reason(bob) == INBOME_REASON_NONE);
    inbome_draft_free(draft);
    inbome_outgoing_free(outgoing);
    inbome_outgoing_options_free(options);
    inbome_draft_free(away);
}

static const char *value_of(const inbome_sealed *sealed, const char *name) {
    for (size_t i = 0; i < inbome_sealed_field_count(sealed); i++)
        if (is_same(inbome_sealed_field_name(sealed, i), name))
            return inbome_sealed_field_value(sealed, i);
    return NULL;
}

/* A program that writes the header itself hands over the body and the fields to protect. */
static void an_entity_is_sealed_and_opened(inbome_engine *bob, inbome_engine *alice) {
    inbome_header *header = inbome_header_new();
    CHECK_OK(NULL, inbome_header_add(header, "From", "Bob <bob@example.org>"));
    CHECK_OK(NULL, inbome_header_add(header, "To", "alice@example.org"));
    CHECK_OK(NULL, inbome_header_add(header, "Date", "Sat, 17 Dec 2016 08:58:05 +0000"));
    CHECK_OK(NULL, inbome_header_add(header, "Subject", "a secret"));
    CHECK(inbome_header_count(header) == 4);
    inbome_bytes entity = bytes_of("Content-Type: text/html\r\n\r\n<p>Hi</p>\r\n");
    inbome_recipients *to = inbome_recipients_new();
    CHECK_OK(NULL, inbome_recipients_add(to, INBOME_KIND_TO, "alice@example.org"));
    inbome_sealed *sealed = NULL;
    CHECK_OK(bob, inbome_seal(bob, NULL, entity, header, to, NULL, &sealed));
    CHECK(is_same(value_of(sealed, "Subject"), "[...]") && value_of(sealed, "Autocrypt"));
    CHECK(strstr(value_of(sealed, "Message-ID"), inbome_sealed_message_id(sealed)));
    CHECK(holds(inbome_sealed_entity(sealed), "Content-Type: multipart/encrypted"));

    inbome_header *outside = inbome_header_new();
    for (size_t i = 0; i < inbome_sealed_field_count(sealed); i++)
        CHECK_OK(NULL, inbome_header_add(outside, inbome_sealed_field_name(sealed, i),
                                         inbome_sealed_field_value(sealed, i)));
    inbome_opened *opened = NULL;
    inbome_bytes whole = inbome_sealed_entity(sealed);
    CHECK_OK(alice, inbome_open_entity(alice, NULL, whole, outside, &opened));
    shows_a_signed_mail_of_bob(inbome_opened_decrypted(opened), INBOME_SIGNER_CURRENT);
    CHECK(holds(inbome_opened_entity(opened), "<p>Hi</p>\r\n"));
    CHECK(holds(inbome_opened_entity(opened), "Content-Type: text/html"));
    CHECK(!holds(inbome_opened_entity(opened), "Subject"));
    int subject = 0;
    for (size_t i = 0; i < inbome_opened_field_count(opened); i++)
        if (is_same(inbome_opened_field_name(opened, i), "Subject"))
            subject += is_same(inbome_opened_field_value(opened, i), "a secret");
    CHECK(subject == 1);
    inbome_opened_free(opened);
    inbome_sealed_free(sealed);
    inbome_header_free(outside);

    /* One call, one copy. */
    CHECK_OK(NULL, inbome_recipients_add(to, INBOME_KIND_BCC, "carol@example.org"));
    CHECK(inbome_seal(bob, NULL, entity, header, to, NULL, &sealed) == INBOME_RESULT_NEEDS_COPIES);
    CHECK(sealed == NULL && inbome_engine_error_addr_count(bob) == 1);
    CHECK(is_same(inbome_engine_error_addr(bob, 0), "carol@example.org"));
    inbome_recipients_free(to);
    to = inbome_recipients_new();
    CHECK_OK(NULL, inbome_recipients_add(to, INBOME_KIND_BCC, "carol@example.org"));
    inbome_outgoing_options *options = inbome_outgoing_options_new();
    CHECK_OK(NULL, inbome_outgoing_options_set_keep_subject(options, 1));
    CHECK_OK(bob, inbome_seal(bob, NULL, entity, header, to, options, &sealed));
    CHECK(is_same(value_of(sealed, "Subject"), "a secret"));
    inbome_sealed_free(sealed);
    inbome_outgoing_options_free(options);
    CHECK_OK(NULL, inbome_header_add(header, "X-Evil", "one\r\nBcc: eve@example.org"));
    CHECK(inbome_seal(bob, NULL, entity, header, to, NULL, &sealed) ==
          INBOME_RESULT_INVALID_ARGUMENT);
    inbome_recipients_free(to);
    inbome_header_free(header);
}

/* A program that decrypts by itself says what it found. */
static void facts_of_a_decryption_are_as_good(inbome_engine *bob) {
    int64_t now = NOW;
    uint8_t seed = 100;
    inbome_engine *dave = engine_of(&now, &seed, "dave@example.org");
    inbome_account *account = NULL;
    CHECK_OK(bob, inbome_account_get(bob, NULL, &account));
    inbome_buffer value = {NULL, 0};
    CHECK_OK(bob, inbome_account_field(bob, NULL, INBOME_SPELLING_AUTOCRYPT, &value));
    inbome_observation *seen = inbome_observation_new();
    CHECK_OK(NULL, inbome_observation_set_from_fields(seen, 1));
    CHECK_OK(NULL, inbome_observation_add_from(seen, "bob@example.org"));
    CHECK_OK(NULL, inbome_observation_add_date(seen, "Sat, 17 Dec 2016 08:58:05 +0000"));
    CHECK_OK(NULL, inbome_observation_set_content_type(seen, "multipart/encrypted"));
    CHECK_OK(NULL, inbome_observation_set_inner_from(seen, "bob@example.org"));
    inbome_bytes field = {value.data, value.len};
    CHECK_OK(NULL, inbome_observation_add_inner_key_field(seen, "Autocrypt", field));
    const char *signer = inbome_account_fingerprint(account);
    CHECK_OK(NULL, inbome_observation_add_inner_signer(seen, signer));
    inbome_incoming *incoming = NULL;
    CHECK_OK(dave, inbome_process_observation(dave, NULL, seen, &incoming));
    CHECK(inbome_incoming_outcome(incoming) == INBOME_OUTCOME_UPDATED);
    CHECK(inbome_incoming_field_count(incoming) == 1);
    CHECK(inbome_incoming_field_verdict(incoming, 0) == INBOME_VERDICT_VALID);
    CHECK(inbome_incoming_field_is_protected(incoming, 0) == 1);
    CHECK(inbome_incoming_field_is_protected(incoming, 1) == 0);
    inbome_incoming_free(incoming);
    inbome_peer *peer = NULL;
    CHECK_OK(dave, inbome_peer_get(dave, NULL, "bob@example.org", &peer));
    CHECK(inbome_peer_is_protected(peer) && is_same(inbome_peer_fingerprint(peer), signer));
    inbome_peer_free(peer);
    inbome_account_free(account);
    inbome_observation_free(seen);
    inbome_buffer_free(&value);
    inbome_engine_free(dave);
}

int main(void) {
    int64_t now = NOW;
    uint8_t seeds[] = {1, 20, 40, 60};
    inbome_engine *alice = engine_of(&now, &seeds[0], "alice@example.org");
    inbome_engine *bob = engine_of(&now, &seeds[1], "bob@example.org");
    inbome_engine *carol = engine_of(&now, &seeds[2], "carol@example.org");
    inbome_engine *device = engine_of(&now, &seeds[3], "bob@example.org");
    introduce(alice, bob, "From: alice@example.org\r\nTo: bob@example.org\r\n" DATE "\r\nHi Bob\r\n");
    introduce(carol, bob, "From: carol@example.org\r\nTo: bob@example.org\r\n" DATE "\r\nHi Bob\r\n");
    an_answer_is_encrypted_and_read(bob, alice);
    what_was_changed_on_the_way_is_named(bob, alice);
    a_file_is_read_as_far_as_needed(bob, alice);
    a_mail_for_others_names_their_keys(bob, carol);
    the_copy_to_keep_names_blind_recipients(bob);
    a_draft_comes_back_as_it_was(bob, device);
    an_entity_is_sealed_and_opened(bob, alice);
    facts_of_a_decryption_are_as_good(bob);
    inbome_engine_free(alice);
    inbome_engine_free(bob);
    inbome_engine_free(carol);
    inbome_engine_free(device);
    CHECK(inbome_guarded_panics() == 0);
    return 0;
}
