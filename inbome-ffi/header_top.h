/*
 * inbome.h - in-band opportunistic end-to-end encryption for any mail program
 *
 * Mail programs exchange keys in the header of ordinary mail, in the fields Autocrypt and
 * INBOME-Encryption; from then on they encrypt by themselves. libinbome reads the keys out of the
 * mails that arrive, remembers whose they are, says whether a mail can be encrypted and why, puts the
 * user's key into the mails that leave, and signs, encrypts, decrypts and verifies them. A whole
 * program, which compiles as it stands with
 *
 *     cc tutorial.c $(pkg-config --cflags --libs inbome)
 *
 * <tutorial>
 * #include <inbome.h>
 * #include <stdio.h>
 *
 * static inbome_bytes bytes_of(const char *text, size_t len) {
 *     inbome_bytes bytes = {(const uint8_t *)text, len};
 *     return bytes;
 * }
 *
 * int main(void) {
 *     // A home is a folder with one database. Here one in memory, forgotten at the end; and another
 *     // one, which stands for the program of somebody else.
 *     inbome_engine *engine = NULL, *theirs = NULL;
 *     if (inbome_engine_open_in_memory(NULL, &engine) != INBOME_RESULT_OK ||
 *         inbome_engine_open_in_memory(NULL, &theirs) != INBOME_RESULT_OK)
 *         return fprintf(stderr, "%s\n", inbome_engine_error(NULL)), 1;
 *
 *     // The user's own address. Its key is made here; one that exists is found again.
 *     inbome_account_create(engine, "bob@example.org", NULL, NULL);
 *     inbome_account_create(theirs, "alice@example.org", NULL, NULL);
 *
 *     // Alice writes. What leaves has her key in its header.
 *     static const char first[] = "From: alice@example.org\r\nTo: bob@example.org\r\n"
 *                                 "Date: Sat, 17 Dec 2016 09:58:05 +0100\r\n\r\nHi Bob\r\n";
 *     inbome_outgoing *from_alice = NULL, *to_alice = NULL;
 *     inbome_process_outgoing(theirs, NULL, bytes_of(first, sizeof first - 1), NULL, &from_alice);
 *     inbome_bytes mail = inbome_outgoing_data(from_alice, 0);
 *     fwrite(mail.data, 1, mail.len, stdout);
 *
 *     // Every mail that arrives. Hostile mail is an outcome, never a failure.
 *     inbome_incoming *incoming = NULL;
 *     if (inbome_process_incoming(engine, NULL, mail, NULL, &incoming) == INBOME_RESULT_OK)
 *         printf("learnt from %s\n", inbome_incoming_peer(incoming));
 *     inbome_incoming_free(incoming);
 *
 *     // While the user writes: will it be encrypted, and why?
 *     inbome_recipients *to = inbome_recipients_new();
 *     inbome_recipients_add(to, INBOME_KIND_TO, "alice@example.org");
 *     inbome_recommendation *advice = NULL;
 *     if (inbome_recommend(engine, NULL, to, NULL, &advice) == INBOME_RESULT_OK)
 *         for (size_t i = 0; i < inbome_recommendation_count(advice); i++)
 *             printf("%s: %s\n", inbome_recommendation_addr(advice, i),
 *                    inbome_recommendation_reason_text(advice, i, 0));
 *     inbome_recommendation_free(advice);
 *     inbome_recipients_free(to);
 *
 *     // When it is sent: signed and encrypted by itself. After a failure nothing may be sent.
 *     static const char answer[] = "From: bob@example.org\r\nTo: alice@example.org\r\n\r\nYes!\r\n";
 *     inbome_bytes draft = bytes_of(answer, sizeof answer - 1);
 *     inbome_result result = inbome_process_outgoing(engine, NULL, draft, NULL, &to_alice);
 *     if (result != INBOME_RESULT_OK)
 *         fprintf(stderr, "not sent: %s\n", inbome_engine_error(engine));
 *
 *     // Alice reads: the mail for display, and one summary of what it is worth.
 *     inbome_decrypted *shown = NULL;
 *     inbome_decrypt(theirs, NULL, inbome_outgoing_data(to_alice, 0), &shown);
 *     printf("%s; signature %s\n", inbome_encryption_name(inbome_decrypted_encryption(shown)),
 *            inbome_signature_name(inbome_decrypted_signature(shown)));
 *     fwrite(inbome_decrypted_message(shown).data, 1, inbome_decrypted_message(shown).len, stdout);
 *
 *     inbome_decrypted_free(shown);
 *     inbome_outgoing_free(to_alice);
 *     inbome_outgoing_free(from_alice);
 *     inbome_engine_free(theirs);
 *     inbome_engine_free(engine);
 *     return result == INBOME_RESULT_OK ? 0 : 1;
 * }
 * </tutorial>
 *
 * Results. A call that can fail returns an inbome_result: 0, or a number whose text is
 * inbome_engine_error. Unencrypted, ignored and nothing found are answers, not failures. Outputs
 * come last; they are set to NULL or 0 first and written only on INBOME_RESULT_OK. Do not pass an
 * output that still owns something: it would be lost.
 *
 * Ownership. "Owned: free with X" means that the caller frees it, once. "Borrowed: valid until Y"
 * means that the caller does not free it, and copies what it needs for longer. Every object has one
 * destructor, which takes NULL. Results stay valid when their engine is freed.
 *
 * NULL. An argument may be NULL if its description says so. For any other a call that can fail
 * answers INBOME_RESULT_NULL_ARGUMENT before anything happens, and one that cannot gives nothing.
 *
 * Texts are UTF-8 and end with NUL. Mails and keys are octets with a length. Times are Unix seconds.
 *
 * Threads. An engine may be used from any thread, from several at once. Every other object belongs
 * to one thread at a time. The library starts no threads but inside inbome_scan_run, which joins
 * them. Callbacks are called on the thread that calls the library, and return to it: no longjmp and
 * no exception may pass. After fork() a child opens its own engine: the parent's answers
 * INBOME_RESULT_FORKED there. Either may end first.
 *
 * Promises. The soname stays libinbome.so.0 until 1.0. Within a soname no function is removed or
 * changed, no number is used again, and no symbol is exported that does not begin with inbome_.
 *
 * "Discovery", "Messages" and "Several devices" with a number are sections of the INBOME protocol.
 */
