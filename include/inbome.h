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


#ifndef INBOME_H
#define INBOME_H

#include <stddef.h>
#include <stdint.h>

/* The version of this header; inbome_version_number is that of the library. */
#define INBOME_VERSION_MAJOR 0
#define INBOME_VERSION_MINOR 1
#define INBOME_VERSION_PATCH 0
#define INBOME_VERSION_NUMBER 1000
#define INBOME_VERSION_STRING "0.1.0"


// A time that is not known, or that is not there: INT64_MIN.
#define INBOME_TIME_UNKNOWN INT64_MIN

// There is no reason to give.
#define INBOME_REASON_NONE 0

// A reason that this version of the interface has no number for.
#define INBOME_REASON_OTHER 1

// The program holds the mail for spam.
#define INBOME_REASON_SPAM 101

// The mail is an automatic report: `multipart/report`.
#define INBOME_REASON_REPORT 102

// The mail names no sender. So does a file that is not a mail.
#define INBOME_REASON_NO_FROM 103

// The mail names several senders: several From fields or mailboxes, or a group.
#define INBOME_REASON_SEVERAL_FROM 104

// The sender's address is invalid.
#define INBOME_REASON_INVALID_FROM 105

// There are several accounts, and the mail names none of them.
#define INBOME_REASON_AMBIGUOUS_ACCOUNT 106

// The mail has no usable date, and nobody knows when it was received. Of an import: no date, or
// one before 1990.
#define INBOME_REASON_UNDATED 107

// The mail is encrypted, was not decrypted, and has no key in the outer header.
#define INBOME_REASON_NOT_DECRYPTED 108

// The user wrote the mail.
#define INBOME_REASON_OWN_MAIL 109

// The header is longer than 256 KiB.
#define INBOME_REASON_LIMIT_HEADER_BYTES 110

// The header has more than 1,000 fields.
#define INBOME_REASON_LIMIT_HEADER_FIELDS 111

// An address list has more than 2,000 addresses.
#define INBOME_REASON_LIMIT_ADDRESSES 112

// The mail is from one of the user's devices to the others: a backup, pairing or synchronisation.
// The mail is one between the user's own devices, or a backup of keys, to oneself. It passes byte
// for byte.
#define INBOME_REASON_OWN_PROTOCOL 113

// The field is longer than 10 KiB.
#define INBOME_REASON_TOO_LONG 201

// The field is not a list of attributes, `name=value; name=value`.
#define INBOME_REASON_GRAMMAR 202

// The field has an unknown attribute whose name does not begin with `_`.
#define INBOME_REASON_CRITICAL_ATTRIBUTE 203

// The field has a second address, key or type.
#define INBOME_REASON_DUPLICATE_ATTRIBUTE 204

// The type is not OpenPGP.
#define INBOME_REASON_UNSUPPORTED_TYPE 205

// The field has no address. Only `Autocrypt` requires one.
#define INBOME_REASON_MISSING_ADDR 206

// The field has no key.
#define INBOME_REASON_MISSING_KEY 207

// The address is not that of From.
#define INBOME_REASON_ADDR_MISMATCH 208

// The key data is not strict base64.
#define INBOME_REASON_BASE64 209

// The key data is not exactly one OpenPGP cert.
#define INBOME_REASON_NOT_OPENPGP 210

// The key data holds a secret key.
#define INBOME_REASON_SECRET_KEY 211

// The key data holds several certs.
#define INBOME_REASON_SEVERAL_CERTS 212

// Nothing in the cert can be encrypted to.
#define INBOME_REASON_NO_ENCRYPTION_KEY 213

// The mail is not signed by the key that it advertises.
#define INBOME_REASON_NOT_SIGNED 301

// The gossip is for somebody who is not a recipient.
#define INBOME_REASON_NOT_A_RECIPIENT 302

// The gossip is for the sender.
#define INBOME_REASON_SENDER 303

// No mail from the address was ever seen.
#define INBOME_REASON_NEVER_SEEN 401

// Mails were seen, none with a key. Of an encrypted mail: it is encrypted to none of the user's
// keys; the key IDs are named.
#define INBOME_REASON_NO_KEY 402

// The key, or every encryption subkey, is not valid at this date.
#define INBOME_REASON_EXPIRED 403

// The key, or every encryption subkey, is revoked.
#define INBOME_REASON_REVOKED 404

// The key is too weak: its size, or the hash of its signatures.
#define INBOME_REASON_WEAK 405

// The key uses an unknown algorithm. Of an encrypted mail: it is protected in LibrePGP's way, in
// a mode that is not read here (EAX).
#define INBOME_REASON_UNSUPPORTED 406

// The peer has written without a key since, for longer than the profile tolerates.
#define INBOME_REASON_STALE 407

// The key is known from a third person only.
#define INBOME_REASON_GOSSIP_ONLY 408

// The mail answers an encrypted one.
#define INBOME_REASON_REPLY_TO_ENCRYPTED 409

// Both sides ask for encryption.
#define INBOME_REASON_BOTH_MUTUAL 410

// The peer does not ask for encryption.
#define INBOME_REASON_PEER_NOPREFERENCE 411

// The account does not ask for encryption.
#define INBOME_REASON_OWN_NOPREFERENCE 412

// The address is the user's own.
#define INBOME_REASON_OWN_ADDRESS 413

// The account is disabled or has no key.
#define INBOME_REASON_DISABLED_ACCOUNT 414

// The recipient is a mailing list.
#define INBOME_REASON_LIST 415

// The user pinned another key.
#define INBOME_REASON_PINNED 416

// The user chose always.
#define INBOME_REASON_ALWAYS 417

// The user chose never.
#define INBOME_REASON_NEVER 418

// A blind recipient among others needs a copy that the program cannot send.
#define INBOME_REASON_ONE_MESSAGE 419

// The sender is none of the accounts.
#define INBOME_REASON_NO_ACCOUNT 501

// The account has no key.
#define INBOME_REASON_NO_OWN_KEY 502

// The mail is resent, not written anew: it has `Resent-*` fields.
#define INBOME_REASON_RESENT 503

// The mail is encrypted already. It gets its key fields and nothing else.
#define INBOME_REASON_ALREADY_ENCRYPTED 504

// The user chose it so, encrypted or clear.
#define INBOME_REASON_CHOSEN 505

// In the clear: encryption is not recommended.
#define INBOME_REASON_NOT_RECOMMENDED 506

// Encrypted: encryption is recommended.
#define INBOME_REASON_RECOMMENDED 507

// Refused: the mail is encrypted to its sender alone but addressed to others (Messages §5).
#define INBOME_REASON_ONLY_TO_SELF 508

// Refused: the mail is one between the user's own devices, or a backup of keys, and would go to
// somebody else.
#define INBOME_REASON_OWN_PROTOCOL_ELSEWHERE 509

// Refused: the mail answers an encrypted one, would go out in the clear, and nobody can be asked.
#define INBOME_REASON_CLEAR_REPLY 510

// The mail is not exactly one encrypted OpenPGP message in a shape that is read.
#define INBOME_REASON_MALFORMED 601

// The mail is encrypted to more than 500 keys.
#define INBOME_REASON_TOO_MANY_RECIPIENTS 602

// The mail is encrypted without integrity protection: whoever passed it on could have changed it.
#define INBOME_REASON_UNPROTECTED 603

// The mail was changed on its way, or it is broken.
#define INBOME_REASON_DAMAGED 604

// The mail is encrypted with S/MIME, which is not read here.
#define INBOME_REASON_SMIME 605

// The mail is encrypted to a key of the user's that needs its passphrase. Of an import: an old
// secret key has a passphrase.
#define INBOME_REASON_LOCKED 606

// The mail is encrypted with a password, and to no key.
#define INBOME_REASON_PASSWORD 607

// The mail's text has other text around the armor, or more than one message.
#define INBOME_REASON_TEXT_AROUND 651

// The encrypted message is one of several parts.
#define INBOME_REASON_PART 652

// The encrypted message is a mail of its own in this one, such as one forwarded as an attachment.
#define INBOME_REASON_ATTACHED_MAIL 653

// The draft is not encrypted.
#define INBOME_REASON_NOT_ENCRYPTED 701

// The draft is encrypted to others too: it was sent, and is no draft.
#define INBOME_REASON_TO_OTHERS 702

// Somebody else wrote the draft.
#define INBOME_REASON_NOT_FROM_ACCOUNT 703

// The draft says nothing of its state inside: another program wrote it, or somebody planted it.
// It is opened if the user confirms it.
#define INBOME_REASON_UNCONFIRMED 704

// A secret key of another address than the account's.
#define INBOME_REASON_OTHER_ACCOUNT 801

// An account without a secret key.
#define INBOME_REASON_NO_SECRET_KEY 802

// Not a mail address.
#define INBOME_REASON_INVALID_ADDR 803

// No User ID with an address that the key itself certifies.
#define INBOME_REASON_NO_ADDR 804

// There is a younger usable key for the address.
#define INBOME_REASON_OLDER_KEY 805

// The user took in another key of the peer's, and it can still be used.
#define INBOME_REASON_IMPORTED_BEFORE 806

// Older than the user's *forget*.
#define INBOME_REASON_FORGOTTEN 807

// More peers than are read of another program's store.
#define INBOME_REASON_LIMIT_PEERS 808

// More rows than are read of another program's store.
#define INBOME_REASON_LIMIT_ROWS 809

// Nothing in the key names the peer, so GnuPG could not find it.
#define INBOME_REASON_NO_USER_ID 810

// Somebody else put the key into the home.
#define INBOME_REASON_NOT_OURS 811

// GnuPG does not take the key.
#define INBOME_REASON_GPG_REFUSED 812

// The key fields say nothing about a preference.
#define INBOME_PREFER_NOPREFERENCE 1

// The key fields ask for encryption if the other side does too (the default).
#define INBOME_PREFER_MUTUAL 2

// Mails bear Autocrypt and INBOME-Encryption (the default).
#define INBOME_SPELLING_BOTH 1

// Mails bear Autocrypt.
#define INBOME_SPELLING_AUTOCRYPT 2

// Mails bear INBOME-Encryption.
#define INBOME_SPELLING_INBOME 3

// Peers who stop advertising are given 35 days (the default).
#define INBOME_PROFILE_LEVEL1 1

// Peers who stop advertising are given nothing.
#define INBOME_PROFILE_INBOME 2

// A clear answer to an encrypted mail is sent, and the result says who causes it.
#define INBOME_CLEAR_REPLY_SEND 1

// A clear answer to an encrypted mail is refused.
#define INBOME_CLEAR_REPLY_REFUSE 2

// An imported key is unlocked for good (the default).
#define INBOME_LOCK_REMOVE 1

// An imported key keeps its passphrase: it serves while inbome_engine_unlock has opened it.
#define INBOME_LOCK_KEEP 2

// The key is the peer's own: it stood in the header of their mail.
#define INBOME_SOURCE_DIRECT 1

// The user handed the key in.
#define INBOME_SOURCE_IMPORT 2

// Somebody else's mail brought the key.
#define INBOME_SOURCE_GOSSIP 3

// The key is the user's own.
#define INBOME_SOURCE_OWN 4

// The mail is not encrypted as a whole.
#define INBOME_ENCRYPTION_NONE 1

// The mail was decrypted.
#define INBOME_ENCRYPTION_ENCRYPTED 2

// The mail is encrypted and gives nothing; inbome_decrypted_failure says why.
#define INBOME_ENCRYPTION_FAILED 3

// No signature over the whole mail.
#define INBOME_SIGNATURE_NONE 1

// A signature that counts; whose it is says inbome_decrypted_signer.
#define INBOME_SIGNATURE_VALID 2

// A signature by a key that is not known.
#define INBOME_SIGNATURE_UNKNOWN_KEY 3

// A signature that is wrong; show it as none.
#define INBOME_SIGNATURE_INVALID 4

// Signed by the key that counts for the From address now: the pinned one, else the one that it
// advertises, else the imported one.
#define INBOME_SIGNER_CURRENT 1

// Signed by a key that was seen for the From address, for which another key counts now.
#define INBOME_SIGNER_FORMER 2

// Signed by a key that is known of the From address by gossip alone.
#define INBOME_SIGNER_GOSSIP 3

// Signed by a key of the user's, in the name of somebody else.
#define INBOME_SIGNER_OWN 4

// Signed by a key of somebody else.
#define INBOME_SIGNER_OTHER 5

// By a key that this very mail advertises and that was not known before: nobody vouches for it but the
// mail.
#define INBOME_SIGNER_NEW 6

// The signature names the user among those whom it is for.
#define INBOME_INTENDED_YES 1

// The signature is for others: it is invalid.
#define INBOME_INTENDED_NO 2

// The signature names nobody.
#define INBOME_INTENDED_ABSENT 3

// Something stored differs after the call; dates count.
#define INBOME_OUTCOME_UPDATED 1

// Nothing stored differs.
#define INBOME_OUTCOME_UNCHANGED 2

// The mail does not count; the reason says why.
#define INBOME_OUTCOME_IGNORED 3

// The field is the mail's advert, or the gossip was accepted.
#define INBOME_VERDICT_VALID 1

// The field breaks a rule, which the reason names.
#define INBOME_VERDICT_INVALID 2

// The field is valid by itself, but not alone.
#define INBOME_VERDICT_AMBIGUOUS 3

// Another field decides instead: an Autocrypt one, or one inside the payload.
#define INBOME_VERDICT_OVERRIDDEN 4

// The field was not looked at: there are too many, or it has no effect.
#define INBOME_VERDICT_NOT_JUDGED 5

// In To.
#define INBOME_KIND_TO 1

// In Cc.
#define INBOME_KIND_CC 2

// In Bcc.
#define INBOME_KIND_BCC 3

// In Reply-To; in observations only.
#define INBOME_KIND_REPLY_TO 4

// Encryption is impossible or unwise; do not offer it.
#define INBOME_RECOMMENDATION_DISABLE 1

// Encryption is possible, but the recipient may be unable to read it.
#define INBOME_RECOMMENDATION_DISCOURAGE 2

// Encryption is possible; the user may choose it.
#define INBOME_RECOMMENDATION_AVAILABLE 3

// Encrypt by default.
#define INBOME_RECOMMENDATION_ENCRYPT 4

// The recommendation decides (the default).
#define INBOME_MODE_AUTO 1

// The user chose to encrypt: it is refused if it cannot be done.
#define INBOME_MODE_ENCRYPT 2

// The user chose the clear.
#define INBOME_MODE_CLEAR 3

// Peers with a key, from whatever source.
#define INBOME_PEERS_WITH_KEY 1

// All peers.
#define INBOME_PEERS_ALL 2

// The rules decide (the default).
#define INBOME_WORD_DEFAULT 1

// Encrypt whenever there is a key.
#define INBOME_WORD_ALWAYS 2

// Do not encrypt by default.
#define INBOME_WORD_NEVER 3

// Encrypt to one key only.
#define INBOME_WORD_PIN 4

// A backup message is there: import the newest.
#define INBOME_ADVICE_IMPORT_BACKUP 1

// Another program has a key: make a backup message there and import it here.
#define INBOME_ADVICE_MAKE_BACKUP_ELSEWHERE 2

// Nothing was found: use an OpenPGP key of the user's own, else make a new one.
#define INBOME_ADVICE_GENERATE 3

// One of the user's own mailboxes, as it was when asked for.
typedef struct inbome_account inbome_account;

// All accounts, one by one.
typedef struct inbome_account_iter inbome_account_iter;

// How an account shall be; what is not set stays as it is, or takes its default.
typedef struct inbome_account_options inbome_account_options;

// What a mailbox tells of the user's other programs, before an account is made.
typedef struct inbome_advice inbome_advice;

// A backup message: one that was made, looked at or taken in.
typedef struct inbome_backup inbome_backup;

// A mail as a reader shall see it, and the one summary of its encryption and signature.
typedef struct inbome_decrypted inbome_decrypted;

// A draft that was put away, or taken out.
typedef struct inbome_draft inbome_draft;

// What was decided about a draft when it is put away.
typedef struct inbome_draft_state inbome_draft_state;

// One home, opened: accounts, keys, peers. It may be used from any thread, from several at once.
typedef struct inbome_engine inbome_engine;

// How an engine is opened; without it everything is the system's.
typedef struct inbome_engine_options inbome_engine_options;

// Fields of a mail's header, in their order.
typedef struct inbome_header inbome_header;

// What one mail changed, and why or why not.
typedef struct inbome_incoming inbome_incoming;

// One OpenPGP cert, and what is known of it.
typedef struct inbome_key inbome_key;

// All keys of an account, one by one.
typedef struct inbome_key_iter inbome_key_iter;

// A mail that its program has parsed already, as facts. What is not set is taken to be absent.
// Texts are copied.
typedef struct inbome_observation inbome_observation;

// An entity that was opened: what is inside, and what it is worth.
typedef struct inbome_opened inbome_opened;

// The mails that leave, encrypted or not, and why.
typedef struct inbome_outgoing inbome_outgoing;

// What the program says about an outgoing mail.
typedef struct inbome_outgoing_options inbome_outgoing_options;

// What is remembered of a peer (Discovery §3), as it was when asked for.
typedef struct inbome_peer inbome_peer;

// Peers, one by one.
typedef struct inbome_peer_iter inbome_peer_iter;

// What the program knows about an incoming mail beyond its octets.
typedef struct inbome_receipt inbome_receipt;

// To whom a mail goes.
typedef struct inbome_recipients inbome_recipients;

// Whether to encrypt a mail, and for each recipient why.
typedef struct inbome_recommendation inbome_recommendation;

// What a mail answers, as far as the program knows, of which the last thing said counts; and the
// draft that it was.
typedef struct inbome_reply inbome_reply;

// A scan of mailboxes: first what and how, then the run, then its report.
typedef struct inbome_scan inbome_scan;

// One copy of a mail, signed and encrypted: its entity, and the header to write before it.
typedef struct inbome_sealed inbome_sealed;

// What a call that can fail returns: `INBOME_RESULT_OK`, or why it failed. 1 to 99 are mistakes of
// the caller, 100 to 199 things that are not there, 200 to 299 refusals, 300 to 399 the store and
// the disk, 400 to 499 the surroundings, 900 and above the library's own faults. Numbers are
// never reused; treat one that you do not know as a failure of its range.
typedef int32_t inbome_result;

// Owned octets, given by a call: free them with inbome_buffer_free. A NUL that is not counted
// stands after the last octet, so that a text can be used as one.
typedef struct inbome_buffer {
    // The first octet; NULL if nothing was given.
    uint8_t *data;
    // How many octets there are, the NUL at the end not counted.
    size_t len;
} inbome_buffer;

// Gives the present as Unix seconds. Called on the thread that calls the library, on several at
// once if several do.
//
// user_data: what was handed in beside the callback.
typedef int64_t (*inbome_clock_callback)(void *user_data);

// Fills memory with random octets. Called on the thread that calls the library, on several at once
// if several do. Returns: 1, or 0 if the source fails; no key is made then.
//
// user_data: what was handed in beside the callback.
// data: where to write.
// len: how many octets to write.
typedef int32_t (*inbome_random_callback)(void *user_data, uint8_t *data, size_t len);

// Asks for the passphrase of a locked key that is being imported: writes it, without a NUL, and
// returns its length in octets; a number below 0 gives up. Called on the calling thread. What it
// wrote is overwritten after use.
//
// user_data: what was handed in beside the callback.
// fingerprint: of the key, in upper-case hexadecimal; valid during the callback.
// passphrase: where to write.
// size: how many octets there is room for.
typedef int64_t (*inbome_passphrase_callback)(void *user_data,
                                              const char *fingerprint,
                                              uint8_t *passphrase,
                                              size_t size);

// Borrowed octets, for mails and keys: never a text that ends with NUL. As an argument they must
// stay as they are until the call returns. Data may be NULL if the length is 0.
typedef struct inbome_bytes {
    // The first octet.
    const uint8_t *data;
    // How many octets there are.
    size_t len;
} inbome_bytes;

// Told often how far a scan is, on the thread that runs it. The scan itself must not be touched
// meanwhile; its engine may be used.
//
// user_data: what was handed in beside the callback.
// messages: mails looked at.
// skipped: mails passed by: scanned before, or flagged as trash or draft.
// bytes: octets read.
// total: mails to look at or pass by in all; 0 unless inbome_scan_set_count asked for it.
typedef void (*inbome_progress_callback)(void *user_data,
                                         uint64_t messages,
                                         uint64_t skipped,
                                         uint64_t bytes,
                                         uint64_t total);

// Asked often whether to stop, on the thread that runs the scan. The scan itself must not be
// touched meanwhile. Returns: 0 to go on, anything else to stop.
//
// user_data: what was handed in beside the callback.
typedef int32_t (*inbome_cancel_callback)(void *user_data);

// Done.
#define INBOME_RESULT_OK 0

// A required argument is NULL; nothing happened.
#define INBOME_RESULT_NULL_ARGUMENT 1

// An argument that cannot be meant: a number that is none of the constants, a malformed key.
#define INBOME_RESULT_INVALID_ARGUMENT 2

// A text that is not UTF-8.
#define INBOME_RESULT_NOT_UTF8 3

// A text that is no mail address (Discovery §1).
#define INBOME_RESULT_INVALID_ADDRESS 4

// No such home, account, peer or key.
#define INBOME_RESULT_NOT_FOUND 100

// A rule of the protocol forbids it; nothing was produced.
#define INBOME_RESULT_REFUSED 200

// It exists already and differs from what was asked.
#define INBOME_RESULT_CONFLICT 201

// A passphrase is wrong.
#define INBOME_RESULT_PASSPHRASE 202

// A secret key is locked: inbome_engine_unlock, or hand in who is asked for the passphrase.
#define INBOME_RESULT_LOCKED 203

// Blind recipients need copies of their own, and one was asked for.
#define INBOME_RESULT_NEEDS_COPIES 204

// A mail is not a backup message (Several devices §2).
#define INBOME_RESULT_BACKUP_NOT_BACKUP 210

// A backup message is of a version that is not known.
#define INBOME_RESULT_BACKUP_UNKNOWN_VERSION 211

// A backup message cannot be read, or opening it would cost too much.
#define INBOME_RESULT_BACKUP_MALFORMED 212

// The code does not open a backup message, or the message is damaged: the two cannot be told apart.
#define INBOME_RESULT_BACKUP_WRONG_CODE 213

// There is no secret key in a backup message that can be used.
#define INBOME_RESULT_BACKUP_NO_SECRET_KEY 214

// A backup message is of another address.
#define INBOME_RESULT_BACKUP_OTHER_ADDRESS 215

// A key in a backup message has a passphrase of its own.
#define INBOME_RESULT_BACKUP_LOCKED_KEY 216

// A file or folder cannot be read or written.
#define INBOME_RESULT_IO 300

// The database is damaged, or no database.
#define INBOME_RESULT_CORRUPT 301

// The database was written by a newer version; it was left untouched.
#define INBOME_RESULT_NEWER 302

// Another process held the database for longer than the busy timeout.
#define INBOME_RESULT_BUSY 303

// The caller stopped it.
#define INBOME_RESULT_CANCELLED 400

// The engine was opened by the parent process: open it again.
#define INBOME_RESULT_FORKED 401

// The random source failed; no key was made.
#define INBOME_RESULT_RANDOM 402

// Something failed that should not.
#define INBOME_RESULT_INTERNAL 900

// The library failed inside and caught itself; the engine stays usable.
#define INBOME_RESULT_PANIC 901

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the library that runs, as "0.1.0"; INBOME_VERSION_STRING is that of the header.
//
// Returns: the text.
// Borrowed: valid until the process ends
const char *inbome_version_string(void);

// The version of the library that runs, as one number: major times 1,000,000, minor times 1,000,
// and patch; INBOME_VERSION_NUMBER is that of the header.
//
// Returns: the number.
uint32_t inbome_version_number(void);

// Whether this library can do something that another version or build may not: "discovery",
// "outgoing", "encryption", "drafts", "entities", "scan", "observation", "advice", "backup",
// "sqlite".
//
// feature: the name; NULL gives 0.
//
// Returns: 1 or 0; 0 for a name that it does not know.
int32_t inbome_has_feature(const char *feature);

// Names a result: "not_found", for instance; the words that the command prints too.
//
// code: any number.
//
// Returns: the name; "unknown" for a number that is no result.
// Borrowed: valid until the process ends
const char *inbome_result_name(inbome_result code);

// The text of this thread's last failure on an engine: one sentence that names the thing at
// fault. Empty if the thread's last call on the engine that can fail did not.
//
// engine: the engine, or NULL for the last failure of a call that has no engine, or whose engine
// was NULL: inbome_engine_open, the setters and the like.
//
// Returns: the text, never NULL.
// Borrowed: valid until the same thread's next call on that engine (for NULL: without one)
const char *inbome_engine_error(struct inbome_engine *engine);

// How many addresses this thread's last failure on an engine names: the recipients to whom a mail
// could not be encrypted, for instance.
//
// engine: the engine, or NULL as for inbome_engine_error.
//
// Returns: the count.
size_t inbome_engine_error_addr_count(struct inbome_engine *engine);

// One of the addresses that this thread's last failure on an engine names.
//
// engine: the engine, or NULL as for inbome_engine_error.
// index: from 0, below inbome_engine_error_addr_count.
//
// Returns: the address; NULL past the end.
// Borrowed: valid until the same thread's next call on that engine (for NULL: without one)
const char *inbome_engine_error_addr(struct inbome_engine *engine, size_t index);

// Why, in the words of the protocol, this thread's last call on an engine was refused: why a draft is
// not opened, for instance.
//
// engine: the engine, or NULL as for inbome_engine_error.
//
// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if the failure has none.
int32_t inbome_engine_error_reason(struct inbome_engine *engine);

// Frees what a buffer holds, overwrites it first, and makes the buffer empty. The buffer itself
// stays the caller's.
//
// buffer: a buffer that a call of this library filled or blanked, or NULL.
void inbome_buffer_free(struct inbome_buffer *buffer);

// How many panics the library has caught in this process. Anything but 0 is a bug in libinbome:
// please report it.
//
// Returns: the count.
uint64_t inbome_guarded_panics(void);

// Names a reason: "never_seen", for instance; the codes of docs/reasons.md.
//
// code: any number.
//
// Returns: the name; "unknown" for a number that is no reason.
// Borrowed: valid until the process ends
const char *inbome_reason_name(int32_t code);

// One plain sentence about a reason, in English, without a capital and a full stop: "no mail from
// them has been seen yet". What a result says of itself (inbome_recommendation_reason_text, for
// instance) may know more, such as dates.
//
// code: any number.
//
// Returns: the sentence; empty for a number that is no reason.
// Borrowed: valid until the process ends
const char *inbome_reason_text(int32_t code);

// Makes options with their defaults: a home that does not exist is made, 30 seconds of
// patience, the system's clock and random source.
//
// Returns: the object; NULL only if the library failed inside.
// Owned: free with inbome_engine_options_free
struct inbome_engine_options *inbome_engine_options_new(void);

// Frees an engine options and all that was borrowed from it.
//
// engine_options: it, or NULL.
void inbome_engine_options_free(struct inbome_engine_options *engine_options);

// Injects a clock, for tests. The engine asks it once per call.
//
// engine_options: what is changed.
// callback: gives the present, or NULL for the system's clock.
// user_data: handed to the callback; may be NULL. It must live as long as the engine and all
// its results.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_engine_options_set_clock(struct inbome_engine_options *engine_options,
                                              inbome_clock_callback callback,
                                              void *user_data);

// Injects a random source, for tests: whoever can guess it can guess the keys.
//
// engine_options: what is changed.
// callback: fills memory, or NULL for the system's random source.
// user_data: handed to the callback; may be NULL. It must live as long as the engine and all
// its results.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_engine_options_set_random(struct inbome_engine_options *engine_options,
                                               inbome_random_callback callback,
                                               void *user_data);

// Says whether opening makes a home that does not exist.
//
// engine_options: what is changed.
// create: 1: a home that does not exist is made (the default); 0: it is an error, INBOME_RESULT_NOT_FOUND.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_engine_options_set_create(struct inbome_engine_options *engine_options,
                                               int32_t create);

// Says for how long a call waits while another process writes to the same home.
//
// engine_options: what is changed.
// seconds: 0 to 86400; 30 by default.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT; INBOME_RESULT_INVALID_ARGUMENT for any other number.
inbome_result inbome_engine_options_set_busy_timeout(struct inbome_engine_options *engine_options,
                                                     int64_t seconds);

// Opens the home in a folder, and makes it if it does not exist (unless the options say not to):
// the folder with mode 0700, the database in it with 0600. Several processes may have one home
// open. After fork() a child opens its own.
//
// path: the folder, UTF-8.
// options: how, or NULL for the defaults.
// engine: the engine.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8; INBOME_RESULT_NOT_FOUND if there
// is no home and none is to be made; INBOME_RESULT_IO, INBOME_RESULT_CORRUPT, INBOME_RESULT_NEWER,
// INBOME_RESULT_BUSY; INBOME_RESULT_FORKED in a child if a thread of the parent was in a call on the
// home at the moment of the fork. Their text is inbome_engine_error(NULL).
// Owned: free with inbome_engine_free
inbome_result inbome_engine_open(const char *path,
                                 const struct inbome_engine_options *options,
                                 struct inbome_engine **engine);

// Opens an engine that keeps everything in memory and forgets it when freed.
//
// options: how, or NULL for the defaults.
// engine: the engine.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
// Owned: free with inbome_engine_free
inbome_result inbome_engine_open_in_memory(const struct inbome_engine_options *options,
                                           struct inbome_engine **engine);

// Frees an engine. Results that came from it stay valid; the home is closed when the last of them
// is freed. No other thread may be in a call on it.
//
// engine: it, or NULL.
void inbome_engine_free(struct inbome_engine *engine);

// A number that changes whenever this or another process changed the state, so that a compose
// window knows when to ask for a recommendation again.
//
// engine: the engine.
// generation: the number; compare it for equality only.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_engine_generation(struct inbome_engine *engine, int64_t *generation);

// Checks the whole database; it takes a while.
//
// engine: the engine.
// faults: one line per fault, each ended by a line feed; empty is health.
//
// Returns: INBOME_RESULT_OK, with and without faults.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_buffer_free
inbome_result inbome_engine_check(struct inbome_engine *engine,
                                  struct inbome_buffer *faults);

// Makes options that set nothing.
//
// Returns: the object; NULL only if the library failed inside.
// Owned: free with inbome_account_options_free
struct inbome_account_options *inbome_account_options_new(void);

// Frees an account options and all that was borrowed from it.
//
// account_options: it, or NULL.
void inbome_account_options_free(struct inbome_account_options *account_options);

// Says who is asked for the passphrase of a locked key.
//
// account_options: what is changed.
// callback: asks, or NULL: a locked key is refused.
// user_data: handed to the callback; may be NULL.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_account_options_set_passphrase(struct inbome_account_options *account_options,
                                                    inbome_passphrase_callback callback,
                                                    void *user_data);

// Switches encryption for the account on or off.
//
// account_options: what is changed.
// enabled: 1 or 0. A disabled account writes no key field, and each of its recommendations is *disable*;
// it goes on learning (Discovery §3).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_account_options_set_enabled(struct inbome_account_options *account_options,
                                                 int32_t enabled);

// Sets what the account's key fields ask for; it is half of the decision to encrypt by default
// (Discovery §7).
//
// account_options: what is changed.
// prefer_encrypt: one of INBOME_PREFER_.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
inbome_result inbome_account_options_set_prefer_encrypt(struct inbome_account_options *account_options,
                                                        int32_t prefer_encrypt);

// Sets how the account's key fields are spelt (Discovery §2.1).
//
// account_options: what is changed.
// spelling: one of INBOME_SPELLING_.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
inbome_result inbome_account_options_set_spelling(struct inbome_account_options *account_options,
                                                  int32_t spelling);

// Sets the patience with peers who stop advertising (Discovery §7).
//
// account_options: what is changed.
// profile: one of INBOME_PROFILE_.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
inbome_result inbome_account_options_set_profile(struct inbome_account_options *account_options,
                                                 int32_t profile);

// Says whether the Subject of the account's encrypted mails stays in the clear outside
// (Messages §4).
//
// account_options: what is changed.
// keep_subject: 1 or 0 (the default of a new account).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_account_options_set_keep_subject(struct inbome_account_options *account_options,
                                                      int32_t keep_subject);

// Says what becomes of an answer to an encrypted mail that would go out in the clear, where the program
// that sends it cannot ask and so refuses it by inbome_outgoing_options_set_clear_reply
// (Discovery §8).
//
// account_options: what is changed.
// clear_reply: INBOME_CLEAR_REPLY_REFUSE (the default of a new account) or INBOME_CLEAR_REPLY_SEND.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
inbome_result inbome_account_options_set_clear_reply(struct inbome_account_options *account_options,
                                                     int32_t clear_reply);

// Makes the new account an alias: on the wire it stands for itself, all else is that of the
// other one (Discovery §1).
//
// account_options: what is changed.
// main: the address of the account whose keys, settings and peers are shared.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
inbome_result inbome_account_options_set_alias_of(struct inbome_account_options *account_options,
                                                  const char *main);

// Gives an OpenPGP key of the user's own to use instead of a new one (Messages §1). It is
// looked at when the account is made.
//
// account_options: what is changed.
// key: the secret key, armored or binary, at most 1 MiB; copied.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_account_options_set_import_key(struct inbome_account_options *account_options,
                                                    struct inbome_bytes key);

// Says what becomes of the passphrase of a key that is imported (Messages §1). It is asked for
// either way.
//
// account_options: what is changed.
// lock: one of INBOME_LOCK_.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
inbome_result inbome_account_options_set_lock(struct inbome_account_options *account_options,
                                              int32_t lock);

// Makes an account with a new key, or as the options say (Discovery §1, Messages §1). One that
// exists as asked is given back.
//
// engine: the engine.
// addr: the address.
// options: how, or NULL: mutual, both spellings, level 1, a new key.
// account: the account, or NULL if it is not wanted.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_CONFLICT if it exists otherwise; for an imported key INBOME_RESULT_INVALID_ARGUMENT
// if it is none, INBOME_RESULT_REFUSED if it cannot be used, INBOME_RESULT_LOCKED without a
// passphrase, INBOME_RESULT_PASSPHRASE with a wrong one; INBOME_RESULT_NOT_FOUND for an alias of
// nobody; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_account_free
inbome_result inbome_account_create(struct inbome_engine *engine,
                                    const char *addr,
                                    const struct inbome_account_options *options,
                                    struct inbome_account **account);

// Looks an account up.
//
// engine: the engine.
// addr: one of its addresses, or NULL: the only account.
// account: the account.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND; INBOME_RESULT_INVALID_ARGUMENT if addr is NULL and there are several;
// INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_account_free
inbome_result inbome_account_get(struct inbome_engine *engine,
                                 const char *addr,
                                 struct inbome_account **account);

// Changes the settings of an account: those that the options set. An alias and a key in the
// options are not looked at.
//
// engine: the engine.
// addr: one of its addresses.
// options: the settings.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS,
// INBOME_RESULT_NOT_FOUND, INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_account_set(struct inbome_engine *engine,
                                 const char *addr,
                                 const struct inbome_account_options *options);

// All accounts, in the order in which they were made.
//
// engine: the engine.
// accounts: an iterator over them, as they are now.
//
// Returns: INBOME_RESULT_OK, also if there are none.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_account_iter_free
inbome_result inbome_accounts(struct inbome_engine *engine,
                              struct inbome_account_iter **accounts);

// Steps on to the next account.
//
// account_iter: the iterator; NULL gives NULL.
//
// Returns: the next one; NULL at the end.
// Borrowed: valid until the iterator is freed
const struct inbome_account *inbome_account_iter_next(struct inbome_account_iter *account_iter);

// Frees an account iter and all that was borrowed from it.
//
// account_iter: it, or NULL.
void inbome_account_iter_free(struct inbome_account_iter *account_iter);

// Frees an account and all that was borrowed from it.
//
// account: it, or NULL.
void inbome_account_free(struct inbome_account *account);

// The value of a key field of an account, for a program that writes its own header: what stands
// after "Autocrypt: " or "INBOME-Encryption: ", folded with CRLF and a blank into lines under 78
// columns (Discovery §2.1). All lines together stay under 10 KiB.
//
// engine: the engine.
// addr: the From address, or NULL: the only account's.
// spelling: INBOME_SPELLING_AUTOCRYPT or INBOME_SPELLING_INBOME, whichever field is wanted. Which
// of them the user wants is inbome_account_spelling.
// value: the value; empty if the account is disabled or the field cannot be written.
//
// Returns: INBOME_RESULT_OK, with a value or without.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_INVALID_ARGUMENT for another spelling; INBOME_RESULT_NOT_FOUND if there is no such
// account or it has no key; INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_buffer_free
inbome_result inbome_account_field(struct inbome_engine *engine,
                                   const char *addr,
                                   int32_t spelling,
                                   struct inbome_buffer *value);

// The account's first address, under which its peers and keys are kept.
//
// account: the object; NULL gives NULL.
//
// Returns: the address.
// Borrowed: valid until the account is freed
const char *inbome_account_addr(const struct inbome_account *account);

// How many addresses share the account (Discovery §1).
//
// account: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_account_alias_count(const struct inbome_account *account);

// An address that shares the account.
//
// account: the object; NULL gives NULL.
// index: from 0, below inbome_account_alias_count.
//
// Returns: the address; NULL past the end.
// Borrowed: valid until the account is freed
const char *inbome_account_alias(const struct inbome_account *account, size_t index);

// The fingerprint of the key that the account advertises.
//
// account: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal; NULL if the account has no key.
// Borrowed: valid until the account is freed
const char *inbome_account_fingerprint(const struct inbome_account *account);

// Whether encryption is switched on.
//
// account: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_account_is_enabled(const struct inbome_account *account);

// Whether inbome_account_create made it, rather than found it.
//
// account: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_account_is_new(const struct inbome_account *account);

// What the key fields ask for.
//
// account: the object; NULL gives 0.
//
// Returns: one of INBOME_PREFER_.
int32_t inbome_account_prefer_encrypt(const struct inbome_account *account);

// How the key fields are spelt.
//
// account: the object; NULL gives 0.
//
// Returns: one of INBOME_SPELLING_.
int32_t inbome_account_spelling(const struct inbome_account *account);

// The patience with peers who stop advertising.
//
// account: the object; NULL gives 0.
//
// Returns: one of INBOME_PROFILE_.
int32_t inbome_account_profile(const struct inbome_account *account);

// Whether the Subject of the account's encrypted mails stays in the clear outside.
//
// account: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_account_keeps_subject(const struct inbome_account *account);

// What becomes of clear answers to encrypted mails where the program that sends them cannot ask.
//
// account: the object; NULL gives 0.
//
// Returns: one of INBOME_CLEAR_REPLY_.
int32_t inbome_account_clear_reply(const struct inbome_account *account);

// Finds the key that a mail to a peer would now be encrypted to without asking anyone
// (Discovery §6). That there is none is an answer, not a failure.
//
// engine: the engine.
// account: who writes, or NULL: the only account.
// peer: the peer's address.
// key: the key, if there is one.
// reason: why there is none, one of INBOME_REASON_; INBOME_REASON_NONE if there is one. NULL if it
// is not wanted.
//
// Returns: INBOME_RESULT_OK, with a key and without.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
// and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_key_free
inbome_result inbome_get_encrypt_key(struct inbome_engine *engine,
                                     const char *account,
                                     const char *peer,
                                     struct inbome_key **key,
                                     int32_t *reason);

// Steps on to the next key.
//
// key_iter: the iterator; NULL gives NULL.
//
// Returns: the next one; NULL at the end.
// Borrowed: valid until the iterator is freed
const struct inbome_key *inbome_key_iter_next(struct inbome_key_iter *key_iter);

// Frees a key iter and all that was borrowed from it.
//
// key_iter: it, or NULL.
void inbome_key_iter_free(struct inbome_key_iter *key_iter);

// Frees a key and all that was borrowed from it.
//
// key: it, or NULL.
void inbome_key_free(struct inbome_key *key);

// The fingerprint of the primary key.
//
// key: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal, 40 or 64 digits.
// Borrowed: valid until the key is freed
const char *inbome_key_fingerprint(const struct inbome_key *key);

// The cert in binary, as the mail or file brought it.
//
// key: the object; NULL gives no octets.
//
// Returns: the octets.
// Borrowed: valid until the key is freed
struct inbome_bytes inbome_key_cert(const struct inbome_key *key);

// The cert in ASCII armor, made when it is first asked for.
//
// key: the object; NULL gives NULL.
//
// Returns: the text; NULL if the cert cannot be armored.
// Borrowed: valid until the key is freed
const char *inbome_key_armored(const struct inbome_key *key);

// Where the key comes from.
//
// key: the object; NULL gives 0.
//
// Returns: one of INBOME_SOURCE_.
int32_t inbome_key_source(const struct inbome_key *key);

// Whether it is the key that the account advertises.
//
// key: the object; NULL gives 0.
//
// Returns: 1 or 0; 0 for keys of others.
int32_t inbome_key_is_current(const struct inbome_key *key);

// Whether the secret key is kept under its passphrase (Messages §1): inbome_engine_unlock opens it.
//
// key: the object; NULL gives 0.
//
// Returns: 1 or 0; 0 for keys of others and for keys that a recommendation lent.
int32_t inbome_key_is_locked(const struct inbome_key *key);

// When the primary key was made.
//
// key: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN for keys of others and for keys that a recommendation lent.
int64_t inbome_key_created(const struct inbome_key *key);

// When the key stops being usable.
//
// key: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN for never, and for keys that a recommendation lent.
int64_t inbome_key_expires(const struct inbome_key *key);

// The effective date of the first mail that brought the key, or when the user's own was added.
//
// key: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN for keys that a recommendation lent.
int64_t inbome_key_first_seen(const struct inbome_key *key);

// The effective date of the last mail that brought the key.
//
// key: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN for own keys and for keys that a recommendation lent.
int64_t inbome_key_last_seen(const struct inbome_key *key);

// All keys of an account, the current one first; the others only decrypt (Messages §1).
//
// engine: the engine.
// account: one of its addresses, or NULL: the only account.
// keys: an iterator over them, as they are now.
//
// Returns: INBOME_RESULT_OK, also if there are none.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
// and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_key_iter_free
inbome_result inbome_account_keys(struct inbome_engine *engine,
                                  const char *account,
                                  struct inbome_key_iter **keys);

// Imports an OpenPGP key of the user's own and makes it the account's current one (Messages §1). Its
// passphrase is removed.
//
// engine: the engine.
// account: one of its addresses, or NULL: the only account.
// key: the secret key, armored or binary, at most 1 MiB.
// callback: asks for the passphrase of a locked key, or NULL: such a key is refused.
// user_data: handed to the callback; may be NULL.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if it is no key, or
// if account is NULL and there are several; INBOME_RESULT_REFUSED if it cannot be used or is too
// large; INBOME_RESULT_LOCKED without a passphrase, INBOME_RESULT_PASSPHRASE with a wrong one;
// INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_account_import_key(struct inbome_engine *engine,
                                        const char *account,
                                        struct inbome_bytes key,
                                        inbome_passphrase_callback callback,
                                        void *user_data);

// As inbome_account_import_key; the key keeps its passphrase if lock says so.
//
// engine: the engine.
// account: one of its addresses, or NULL: the only account.
// key: the secret key, armored or binary, at most 1 MiB.
// lock: one of INBOME_LOCK_.
// callback: asks for the passphrase of a locked key, or NULL: such a key is refused.
// user_data: handed to the callback; may be NULL.
//
// Returns: INBOME_RESULT_OK.
// Errors: as inbome_account_import_key; INBOME_RESULT_INVALID_ARGUMENT for another lock.
inbome_result inbome_account_import_key_as(struct inbome_engine *engine,
                                           const char *account,
                                           struct inbome_bytes key,
                                           int32_t lock,
                                           inbome_passphrase_callback callback,
                                           void *user_data);

// As inbome_account_import_key_as, for mails that were encrypted to the key: it decrypts, and the
// current one stays what it is. It may be expired, revoked or weak, unless it is the current one.
//
// engine: the engine.
// account: one of its addresses, or NULL: the only account.
// key: the secret key, armored or binary, at most 1 MiB.
// lock: one of INBOME_LOCK_.
// callback: asks for the passphrase of a locked key, or NULL: such a key is refused.
// user_data: handed to the callback; may be NULL.
//
// Returns: INBOME_RESULT_OK.
// Errors: as inbome_account_import_key_as; INBOME_RESULT_INVALID_ARGUMENT also for a copy of the current key
// that others could not use.
inbome_result inbome_account_import_old_key(struct inbome_engine *engine,
                                            const char *account,
                                            struct inbome_bytes key,
                                            int32_t lock,
                                            inbome_passphrase_callback callback,
                                            void *user_data);

// Makes a new key for an account and makes it the current one; the old ones go on decrypting
// (Messages §1).
//
// engine: the engine.
// account: one of its addresses, or NULL: the only account.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
// and there are several; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_account_replace_key(struct inbome_engine *engine,
                                         const char *account);

// Destroys a secret key: mails encrypted to it can never be read again. The current key can be
// destroyed only when it is the account's last.
//
// engine: the engine.
// account: one of its addresses, or NULL: the only account.
// fingerprint: of the key, in hexadecimal.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND for an unknown account or key; INBOME_RESULT_INVALID_ARGUMENT for the
// current key while there are others, for what is no fingerprint, and if account is NULL and there
// are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_account_destroy_key(struct inbome_engine *engine,
                                         const char *account,
                                         const char *fingerprint);

// The current secret key of an account: for the user's eyes alone. One that keeps its passphrase is
// given locked.
//
// engine: the engine.
// account: one of its addresses, or NULL: the only account.
// armored: the key in ASCII armor; inbome_buffer_free overwrites it.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND for an unknown account or one without a key; INBOME_RESULT_INVALID_ARGUMENT
// if account is NULL and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_buffer_free
inbome_result inbome_account_export_secret(struct inbome_engine *engine,
                                           const char *account,
                                           struct inbome_buffer *armored);

// Opens the keys of an account that are kept under a passphrase, for this engine and until it is
// freed or inbome_engine_relock is called; nothing of it is stored. For programs whose user interface
// must not wait in a callback: what needs the key answers INBOME_RESULT_LOCKED or
// INBOME_REASON_LOCKED, the program asks the user, unlocks and tries again.
//
// engine: the engine.
// account: one of its addresses, or NULL: the only account.
// passphrase: its octets; copied, and overwritten when the key is locked again.
// opened: how many keys it opened, 0 if none is locked; or NULL if that is not wanted.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_PASSPHRASE if there are locked keys and it opens none of them;
// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
// and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_engine_unlock(struct inbome_engine *engine,
                                   const char *account,
                                   struct inbome_bytes passphrase,
                                   int32_t *opened);

// Locks again what inbome_engine_unlock opened, of all accounts; the open keys are overwritten.
//
// engine: the engine.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED.
inbome_result inbome_engine_relock(struct inbome_engine *engine);

// Gives the current key of an account another expiry (Messages §1). Peers learn of it from the next
// mails, so renew it before it expires.
//
// engine: the engine.
// account: one of its addresses, or NULL: the only account.
// expires: when it stops being usable, in Unix seconds; INBOME_TIME_UNKNOWN: never.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_LOCKED; INBOME_RESULT_INVALID_ARGUMENT for a time that is past or after 2105, or if
// account is NULL and there are several; INBOME_RESULT_REFUSED for a revoked key, one whose primary
// part is kept elsewhere, and one that becomes too large; INBOME_RESULT_NOT_FOUND for an unknown account
// or one without a key; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_account_renew_key(struct inbome_engine *engine,
                                       const char *account,
                                       int64_t expires);

// Makes a receipt that says nothing.
//
// Returns: the object; NULL only if the library failed inside.
// Owned: free with inbome_receipt_free
struct inbome_receipt *inbome_receipt_new(void);

// Frees a receipt and all that was borrowed from it.
//
// receipt: it, or NULL.
void inbome_receipt_free(struct inbome_receipt *receipt);

// Says when the mail arrived: IMAP INTERNALDATE, the mbox line. It counts where the mail has
// no Received field (Discovery §3).
//
// receipt: what is changed.
// received_at: Unix seconds, or INBOME_TIME_UNKNOWN (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_receipt_set_received_at(struct inbome_receipt *receipt,
                                             int64_t received_at);

// Says whether the program holds the mail for spam: it then changes nothing (Discovery §4,
// step 1).
//
// receipt: what is changed.
// spam: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_receipt_set_spam(struct inbome_receipt *receipt, int32_t spam);

// Says whether the mail must be left encrypted: nothing inside it is then learnt (Discovery §3.1).
//
// receipt: what is changed.
// no_decrypt: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_receipt_set_no_decrypt(struct inbome_receipt *receipt,
                                            int32_t no_decrypt);

// Says whether the mail is wanted for display too, decrypted and verified: it is then parsed and
// decrypted once for both. inbome_incoming_decrypted has it.
//
// receipt: what is changed.
// return_payload: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_receipt_set_return_payload(struct inbome_receipt *receipt,
                                                int32_t return_payload);

// Decrypts and verifies a mail (Messages §3). Only the whole mail is ever decrypted; a mail that is
// not encrypted comes back as it is, with the summary of its signature. Nothing stored changes:
// inbome_process_incoming is what learns. One call does both if its receipt asks for the payload.
//
// engine: the engine.
// account: whose keys are tried, or NULL: those of the account that the mail names, else all.
// mail: the whole mail.
// decrypted: the mail and its summary.
//
// Returns: INBOME_RESULT_OK, also for a mail that cannot be decrypted.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND if the home has no account or not this one; INBOME_RESULT_REFUSED past a
// limit; INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_decrypted_free
inbome_result inbome_decrypt(struct inbome_engine *engine,
                             const char *account,
                             struct inbome_bytes mail,
                             struct inbome_decrypted **decrypted);

// The session key of the mail, for a search index that decrypts without the secret key (Messages
// §6). Whoever has it can read this mail.
//
// decrypted: the object.
// session_key: the number of the algorithm, a colon and the key in hexadecimal, as gpg takes it;
// empty if the mail was not decrypted. What is freed is overwritten.
//
// Returns: INBOME_RESULT_OK, with a key or without.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
// Owned: free with inbome_buffer_free
inbome_result inbome_decrypted_session_key(const struct inbome_decrypted *decrypted,
                                           struct inbome_buffer *session_key);

// Whether one of the user's keys may open a mail. Key IDs are compared and nothing is decrypted, so
// that a list of mails can be marked; a locked key counts.
//
// engine: the engine.
// account: whose keys are looked at, or NULL: those of the account that the mail names, else all.
// mail: the whole mail, or one OpenPGP message, armored or binary.
// can: 1 or 0.
//
// Returns: INBOME_RESULT_OK, with a yes or a no.
// Errors: as inbome_decrypt.
inbome_result inbome_can_decrypt(struct inbome_engine *engine,
                                 const char *account,
                                 struct inbome_bytes mail,
                                 int32_t *can);

// Frees a decrypted and all that was borrowed from it.
//
// decrypted: it, or NULL.
void inbome_decrypted_free(struct inbome_decrypted *decrypted);

// Names an encryption: "encrypted", for instance; the words that the command prints too.
//
// encryption: any number.
//
// Returns: the name; "unknown" for a number that is none of INBOME_ENCRYPTION_.
// Borrowed: valid until the process ends
const char *inbome_encryption_name(int32_t encryption);

// Names a signature: "valid", for instance; the words that the command prints too.
//
// signature: any number.
//
// Returns: the name; "unknown" for a number that is none of INBOME_SIGNATURE_.
// Borrowed: valid until the process ends
const char *inbome_signature_name(int32_t signature);

// Names a signer: "current", for instance; the words that the command prints too.
//
// signer: any number.
//
// Returns: the name; "unknown" for a number that is none of INBOME_SIGNER_.
// Borrowed: valid until the process ends
const char *inbome_signer_name(int32_t signer);

// Names whom a signature is for: "yes", for instance; the words that the command prints too.
//
// intended: any number.
//
// Returns: the name; "unknown" for a number that is none of INBOME_INTENDED_.
// Borrowed: valid until the process ends
const char *inbome_intended_name(int32_t intended);

// The whole mail as a reader shall see it: decrypted, its protected fields in the header in place of
// those outside (Messages §3, §4). A mail that is not encrypted comes as it is.
//
// decrypted: the object; NULL gives no octets.
//
// Returns: the octets; none if it could not be decrypted.
// Borrowed: valid until the decrypted is freed
struct inbome_bytes inbome_decrypted_message(const struct inbome_decrypted *decrypted);

// Whether the mail was encrypted, and whether that could be undone.
//
// decrypted: the object; NULL gives 0.
//
// Returns: one of INBOME_ENCRYPTION_.
int32_t inbome_decrypted_encryption(const struct inbome_decrypted *decrypted);

// Why the mail gives nothing. INBOME_REASON_LOCKED: unlock the key and ask again.
//
// decrypted: the object; NULL gives 0.
//
// Returns: one of INBOME_REASON_; INBOME_REASON_NONE unless it failed.
int32_t inbome_decrypted_failure(const struct inbome_decrypted *decrypted);

// Why the mail gives nothing, as a sentence in English.
//
// decrypted: the object; NULL gives NULL.
//
// Returns: the text; NULL unless it failed.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_failure_text(const struct inbome_decrypted *decrypted);

// The key whose passphrase is needed: inbome_engine_unlock takes it.
//
// decrypted: the object; NULL gives NULL.
//
// Returns: its fingerprint; NULL unless the failure is INBOME_REASON_LOCKED.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_locked_key(const struct inbome_decrypted *decrypted);

// To how many keys a mail was encrypted of which none is the user's.
//
// decrypted: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_decrypted_key_id_count(const struct inbome_decrypted *decrypted);

// A key that such a mail was encrypted to.
//
// decrypted: the object; NULL gives NULL.
// index: from 0, below inbome_decrypted_key_id_count.
//
// Returns: the key ID, 16 upper-case hexadecimal digits, all of them 0 for a hidden one; NULL past the
// end.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_key_id(const struct inbome_decrypted *decrypted,
                                    size_t index);

// What the signatures of the mail are worth as a whole (Messages §3).
//
// decrypted: the object; NULL gives 0.
//
// Returns: one of INBOME_SIGNATURE_.
int32_t inbome_decrypted_signature(const struct inbome_decrypted *decrypted);

// Whose key signed, by what is known of keys, never by the name in the key. What
// each proves is said with them.
//
// decrypted: the object; NULL gives 0.
//
// Returns: one of INBOME_SIGNER_; 0 unless the signature is valid.
int32_t inbome_decrypted_signer(const struct inbome_decrypted *decrypted);

// The primary key that made the signature.
//
// decrypted: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal; NULL unless the signature is valid.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_fingerprint(const struct inbome_decrypted *decrypted);

// When the signature was made, by its own word.
//
// decrypted: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN unless the signature is valid.
int64_t inbome_decrypted_signed_at(const struct inbome_decrypted *decrypted);

// Whether the signature was made more than 24 hours from the Date of the mail: it may be an old
// one that somebody sends again.
//
// decrypted: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_decrypted_date_differs(const struct inbome_decrypted *decrypted);

// Whether the signature names the user among those whom it is for.
//
// decrypted: the object; NULL gives 0.
//
// Returns: one of INBOME_INTENDED_; 0 without a signature that says it.
int32_t inbome_decrypted_intended(const struct inbome_decrypted *decrypted);

// The address that the mail is taken to be from, which the signature was judged for. A From inside
// that is another than the one outside counts only if the signer is current for it.
//
// decrypted: the object; NULL gives NULL.
//
// Returns: the address; NULL if the mail names none.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_from(const struct inbome_decrypted *decrypted);

// How many fields of the header came from inside (Messages §4).
//
// decrypted: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_decrypted_protected_count(const struct inbome_decrypted *decrypted);

// The name of a field that came from inside.
//
// decrypted: the object; NULL gives NULL.
// index: from 0, below inbome_decrypted_protected_count.
//
// Returns: the name; NULL past the end.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_protected(const struct inbome_decrypted *decrypted, size_t index);

// How many protected fields stood outside otherwise than their sender had put them.
//
// decrypted: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_decrypted_differing_count(const struct inbome_decrypted *decrypted);

// The name of a protected field that stood outside otherwise.
//
// decrypted: the object; NULL gives NULL.
// index: from 0, below inbome_decrypted_differing_count.
//
// Returns: the name; NULL past the end.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_differing(const struct inbome_decrypted *decrypted, size_t index);

// How many texts a mailing list put under the mail. They are not signed and not in the message.
//
// decrypted: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_decrypted_footer_count(const struct inbome_decrypted *decrypted);

// A text that a mailing list put under the mail.
//
// decrypted: the object; NULL gives NULL.
// index: from 0, below inbome_decrypted_footer_count.
//
// Returns: the text; NULL past the end.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_footer(const struct inbome_decrypted *decrypted, size_t index);

// How many texts a server, a gateway or a mailing list put beside the mail, before and behind it
// (Messages §3). They are neither encrypted nor signed, and not in the message.
//
// decrypted: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_decrypted_surrounding_count(const struct inbome_decrypted *decrypted);

// A text that stands beside the mail. It may be HTML: show it as text.
//
// decrypted: the object; NULL gives NULL.
// index: from 0, below inbome_decrypted_surrounding_count.
//
// Returns: the text; NULL past the end.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_surrounding(const struct inbome_decrypted *decrypted,
                                         size_t index);

// The media type of a text that stands beside the mail.
//
// decrypted: the object; NULL gives NULL.
// index: from 0, below inbome_decrypted_surrounding_count.
//
// Returns: "text/plain" or "text/html"; NULL past the end.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_surrounding_type(const struct inbome_decrypted *decrypted,
                                              size_t index);

// Whether the mail holds OpenPGP that is not read (Messages §3), so that it is not simply "not
// encrypted".
//
// decrypted: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_decrypted_holds_unread_openpgp(const struct inbome_decrypted *decrypted);

// Why OpenPGP that the mail holds is not read.
//
// decrypted: the object; NULL gives NULL.
//
// Returns: "text_around", "part" or "attached_mail"; NULL if it holds none.
// Borrowed: valid until the decrypted is freed
const char *inbome_decrypted_unread_openpgp(const struct inbome_decrypted *decrypted);

// Learns from one incoming mail (Discovery §4). An encrypted one is decrypted for what it says
// inside, unless the receipt says not to. Hostile mail is data: it is an outcome, never a failure.
//
// engine: the engine.
// account: whose mailbox it came to, or NULL: from the mail.
// mail: the whole mail, or, if it is not encrypted, its header section alone.
// receipt: what else is known, or NULL.
// incoming: what changed, or NULL if it is not wanted.
//
// Returns: INBOME_RESULT_OK, also for a mail that is ignored.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND if the home has no account or not this one; INBOME_RESULT_FORKED, those of
// the store (300 to 399).
// Owned: free with inbome_incoming_free
inbome_result inbome_process_incoming(struct inbome_engine *engine,
                                      const char *account,
                                      struct inbome_bytes mail,
                                      const struct inbome_receipt *receipt,
                                      struct inbome_incoming **incoming);

// As inbome_process_incoming, of a file that holds one mail. Only its header section is read unless
// the mail is encrypted, or wanted for display. The file's own time is not looked at.
//
// engine: the engine.
// account: whose mailbox it came to, or NULL: from the mail.
// path: the file, UTF-8.
// receipt: what else is known, or NULL.
// incoming: what changed, or NULL if it is not wanted.
//
// Returns: INBOME_RESULT_OK, also for a mail that is ignored.
// Errors: as inbome_process_incoming; INBOME_RESULT_IO if the file cannot be read.
// Owned: free with inbome_incoming_free
inbome_result inbome_process_incoming_file(struct inbome_engine *engine,
                                           const char *account,
                                           const char *path,
                                           const struct inbome_receipt *receipt,
                                           struct inbome_incoming **incoming);

// As inbome_process_incoming, of a mail that its program has parsed, and maybe decrypted, already.
// The same rules decide.
//
// engine: the engine.
// account: whose mailbox it came to, or NULL: from the mail.
// observation: the mail.
// incoming: what changed, or NULL if it is not wanted.
//
// Returns: INBOME_RESULT_OK, also for a mail that is ignored.
// Errors: as inbome_process_incoming.
// Owned: free with inbome_incoming_free
inbome_result inbome_process_observation(struct inbome_engine *engine,
                                         const char *account,
                                         const struct inbome_observation *observation,
                                         struct inbome_incoming **incoming);

// Frees an incoming and all that was borrowed from it.
//
// incoming: it, or NULL.
void inbome_incoming_free(struct inbome_incoming *incoming);

// Whether anything changed.
//
// incoming: the object; NULL gives 0.
//
// Returns: one of INBOME_OUTCOME_.
int32_t inbome_incoming_outcome(const struct inbome_incoming *incoming);

// Why the mail is ignored.
//
// incoming: the object; NULL gives 0.
//
// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if it is not ignored.
int32_t inbome_incoming_reason(const struct inbome_incoming *incoming);

// Why the mail is ignored, as a phrase in English: "it names no sender".
//
// incoming: the object; NULL gives NULL.
//
// Returns: the text; NULL if it is not ignored.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_reason_text(const struct inbome_incoming *incoming);

// Whose mail it is (Discovery §1).
//
// incoming: the object; NULL gives NULL.
//
// Returns: the address; NULL if that was not found.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_account(const struct inbome_incoming *incoming);

// Who wrote it. An own address is named too, though no peer is touched.
//
// incoming: the object; NULL gives NULL.
//
// Returns: the address; NULL if that was not found.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_peer(const struct inbome_incoming *incoming);

// When it is taken to have been sent (Discovery §3).
//
// incoming: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN if it does not count.
int64_t inbome_incoming_effective_date(const struct inbome_incoming *incoming);

// The peer's key has another fingerprint now: the old one.
//
// incoming: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal; NULL if the key did not change.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_key_changed_from(const struct inbome_incoming *incoming);

// The peer's key has another fingerprint now: the new one.
//
// incoming: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal; NULL if the key did not change.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_key_changed_to(const struct inbome_incoming *incoming);

// A mail from an own address advertises a key that is not ours: another program has one of its
// own, or somebody forges (Discovery §4, step 2).
//
// incoming: the object; NULL gives NULL.
//
// Returns: its fingerprint; NULL if there is none, also for a mail that is encrypted to no key of ours.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_own_key_conflict(const struct inbome_incoming *incoming);

// Whether a mail from an own address advertises a key that is not ours, or is encrypted to no key of ours
// (Discovery §4, step 2).
//
// incoming: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_incoming_is_own_key_conflict(const struct inbome_incoming *incoming);

// The mail as a reader shall see it, and the summary of its encryption and signature: what
// inbome_decrypt would give.
//
// incoming: the object; NULL gives NULL.
//
// Returns: the decrypted; NULL unless inbome_receipt_set_return_payload asked for it, and for a mail that
// is past a limit.
// Borrowed: valid until the incoming is freed
const struct inbome_decrypted *inbome_incoming_decrypted(const struct inbome_incoming *incoming);

// How many key fields the mail has.
//
// incoming: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_incoming_field_count(const struct inbome_incoming *incoming);

// The name of a key field as it stands in the mail.
//
// incoming: the object; NULL gives NULL.
// index: from 0, below inbome_incoming_field_count.
//
// Returns: the name; NULL past the end.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_field_name(const struct inbome_incoming *incoming, size_t index);

// What became of a key field (Discovery §2.2).
//
// incoming: the object; NULL gives 0.
// index: from 0, below inbome_incoming_field_count.
//
// Returns: one of INBOME_VERDICT_; 0 past the end.
int32_t inbome_incoming_field_verdict(const struct inbome_incoming *incoming, size_t index);

// Why a key field is invalid (Discovery §2.2).
//
// incoming: the object; NULL gives 0.
// index: from 0, below inbome_incoming_field_count.
//
// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if it is not.
int32_t inbome_incoming_field_reason(const struct inbome_incoming *incoming, size_t index);

// The fingerprint of the key in a field.
//
// incoming: the object; NULL gives NULL.
// index: from 0, below inbome_incoming_field_count.
//
// Returns: upper-case hexadecimal; NULL if the field is not valid by itself.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_field_fingerprint(const struct inbome_incoming *incoming,
                                              size_t index);

// Whether a key field stood inside the encrypted payload (Discovery §4).
//
// incoming: the object; NULL gives 0.
// index: from 0, below inbome_incoming_field_count.
//
// Returns: 1 or 0.
int32_t inbome_incoming_field_is_protected(const struct inbome_incoming *incoming,
                                           size_t index);

// How many gossip fields were judged (Discovery §5).
//
// incoming: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_incoming_gossip_count(const struct inbome_incoming *incoming);

// Whose key a gossip field claims to bring.
//
// incoming: the object; NULL gives NULL.
// index: from 0, below inbome_incoming_gossip_count.
//
// Returns: the address; NULL if it cannot be read.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_gossip_addr(const struct inbome_incoming *incoming, size_t index);

// What became of a gossip field (Discovery §5).
//
// incoming: the object; NULL gives 0.
// index: from 0, below inbome_incoming_gossip_count.
//
// Returns: INBOME_VERDICT_VALID or INBOME_VERDICT_INVALID; 0 past the end.
int32_t inbome_incoming_gossip_verdict(const struct inbome_incoming *incoming, size_t index);

// Why a gossip field was not accepted (Discovery §5).
//
// incoming: the object; NULL gives 0.
// index: from 0, below inbome_incoming_gossip_count.
//
// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if it was.
int32_t inbome_incoming_gossip_reason(const struct inbome_incoming *incoming, size_t index);

// The fingerprint of an accepted gossip key.
//
// incoming: the object; NULL gives NULL.
// index: from 0, below inbome_incoming_gossip_count.
//
// Returns: upper-case hexadecimal; NULL if it was not accepted.
// Borrowed: valid until the incoming is freed
const char *inbome_incoming_gossip_fingerprint(const struct inbome_incoming *incoming,
                                               size_t index);

// Whether the peer's own mails say another key (Discovery §5). It blocks nothing.
//
// incoming: the object; NULL gives 0.
// index: from 0, below inbome_incoming_gossip_count.
//
// Returns: 1 or 0.
int32_t inbome_incoming_gossip_conflicts(const struct inbome_incoming *incoming, size_t index);

// Makes an observation of a mail without any field.
//
// Returns: the object; NULL only if the library failed inside.
// Owned: free with inbome_observation_free
struct inbome_observation *inbome_observation_new(void);

// Frees an observation and all that was borrowed from it.
//
// observation: it, or NULL.
void inbome_observation_free(struct inbome_observation *observation);

// Adds a mailbox of the From fields. A mail with none or several counts for nothing.
//
// observation: what is changed.
// mailbox: the address as it stands, without a display name.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_observation_add_from(struct inbome_observation *observation,
                                          const char *mailbox);

// Adds an address of To or Cc; they tell whose mail it is (Discovery §1).
//
// observation: what is changed.
// kind: INBOME_KIND_TO or INBOME_KIND_CC.
// recipient: the address; leave one out that is refused.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT, INBOME_RESULT_NOT_UTF8,
// INBOME_RESULT_INVALID_ADDRESS.
inbome_result inbome_observation_add_recipient(struct inbome_observation *observation,
                                               int32_t kind,
                                               const char *recipient);

// Adds an address of Delivered-To, X-Original-To or Envelope-To, topmost first (Discovery §1).
//
// observation: what is changed.
// recipient: the address; leave one out that is refused.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
inbome_result inbome_observation_add_delivered_to(struct inbome_observation *observation,
                                                  const char *recipient);

// Adds a Date field; several are unusable (Discovery §3).
//
// observation: what is changed.
// value: what stands in the field, as RFC 5322 has it.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_observation_add_date(struct inbome_observation *observation,
                                          const char *value);

// Adds a key field of any spelling, in the order of the mail (Discovery §2).
//
// observation: what is changed.
// name: the field's name as it stands.
// value: what stands after the colon, folds as they are.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_observation_add_key_field(struct inbome_observation *observation,
                                               const char *name,
                                               struct inbome_bytes value);

// Adds an address of To, Cc or Reply-To inside: gossip is believed of these only (Discovery
// §5).
//
// observation: what is changed.
// kind: INBOME_KIND_TO, INBOME_KIND_CC or INBOME_KIND_REPLY_TO.
// recipient: the address.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT, INBOME_RESULT_NOT_UTF8,
// INBOME_RESULT_INVALID_ADDRESS.
inbome_result inbome_observation_add_inner_recipient(struct inbome_observation *observation,
                                                     int32_t kind,
                                                     const char *recipient);

// Adds a key field of any spelling inside (Discovery §4, step 4).
//
// observation: what is changed.
// name: the field's name as it stands.
// value: what stands after the colon, folds as they are.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_observation_add_inner_key_field(struct inbome_observation *observation,
                                                     const char *name,
                                                     struct inbome_bytes value);

// Adds an Autocrypt-Gossip field inside (Discovery §5).
//
// observation: what is changed.
// value: what stands after the colon, folds as they are.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_observation_add_gossip(struct inbome_observation *observation,
                                            struct inbome_bytes value);

// Says that a signature over the whole message inside verifies with this key. Call it for
// verified signatures only: gossip and inner adverts rest on it (Discovery §3.1, §5).
//
// observation: what is changed.
// fingerprint: of the signer's primary key, in hexadecimal.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ARGUMENT.
inbome_result inbome_observation_add_inner_signer(struct inbome_observation *observation,
                                                  const char *fingerprint);

// Says how many From fields the mail has (Discovery §4, step 1).
//
// observation: what is changed.
// count: how many there are; anything but 1 makes the mail count for nothing.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_observation_set_from_fields(struct inbome_observation *observation,
                                                 size_t count);

// Says when the mail arrived: the date in its topmost Received field, else IMAP INTERNALDATE
// (Discovery §3).
//
// observation: what is changed.
// received_at: Unix seconds, or INBOME_TIME_UNKNOWN (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_observation_set_received_at(struct inbome_observation *observation,
                                                 int64_t received_at);

// Says whether the program holds the mail for spam (Discovery §4, step 1).
//
// observation: what is changed.
// spam: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_observation_set_spam(struct inbome_observation *observation, int32_t spam);

// Gives the Content-Type: reports count for nothing, and encrypted mails only if they were
// decrypted or bear an outer key field (Discovery §4, steps 1 and 3).
//
// observation: what is changed.
// value: what stands in the field.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_observation_set_content_type(struct inbome_observation *observation,
                                                  const char *value);

// Gives the Message-ID, so that a reply to a decrypted mail is known to be one (Discovery §4,
// step 5).
//
// observation: what is changed.
// id: what stands between the angle brackets.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_observation_set_message_id(struct inbome_observation *observation,
                                                const char *id);

// Names the mail program; it words the reasons (Discovery §3).
//
// observation: what is changed.
// agent: what stands in User-Agent, else in X-Mailer.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_observation_set_user_agent(struct inbome_observation *observation,
                                                const char *agent);

// Gives the address in List-Post: a peer with this address is a mailing list (Discovery §7).
//
// observation: what is changed.
// list: the address in the field.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
inbome_result inbome_observation_set_list_post(struct inbome_observation *observation,
                                               const char *list);

// Says that the program decrypted the mail. The setters below then say what stood in the root
// part inside; each of them implies this one.
//
// observation: what is changed.
// decrypted: 1, or 0 (the default), which forgets all that was said of the inside.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_observation_set_decrypted(struct inbome_observation *observation,
                                               int32_t decrypted);

// Gives the From inside (Discovery §4, step 4).
//
// observation: what is changed.
// mailbox: the address.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
inbome_result inbome_observation_set_inner_from(struct inbome_observation *observation,
                                                const char *mailbox);

// Gives the Date inside, if its header is protected (Discovery §3): in a validly signed mail it counts
// in place of the outer one.
//
// observation: what is changed.
// date: the field's value.
//
// Returns: INBOME_RESULT_OK, also for a value that is no usable date.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_observation_set_inner_date(struct inbome_observation *observation,
                                                const char *date);

// Says when the mail was signed, by the signature's own word (Discovery §3): it counts where there is
// no protected Date.
//
// observation: what is changed.
// signed_at: Unix seconds; INBOME_TIME_UNKNOWN if nobody knows.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_observation_set_signed_at(struct inbome_observation *observation,
                                               int64_t signed_at);

// Says whether the root part inside is a multipart/report, which changes nothing (Discovery §4).
//
// observation: what is changed.
// is_report: 0 or not.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_observation_set_inner_report(struct inbome_observation *observation,
                                                  int32_t is_report);

// Makes an empty list of recipients.
//
// Returns: the object; NULL only if the library failed inside.
// Owned: free with inbome_recipients_free
struct inbome_recipients *inbome_recipients_new(void);

// Frees a recipients and all that was borrowed from it.
//
// recipients: it, or NULL.
void inbome_recipients_free(struct inbome_recipients *recipients);

// Adds a recipient. One given twice counts once (Discovery §7).
//
// recipients: what is changed.
// kind: INBOME_KIND_TO, INBOME_KIND_CC or INBOME_KIND_BCC.
// recipient: the address.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT, INBOME_RESULT_NOT_UTF8,
// INBOME_RESULT_INVALID_ADDRESS.
inbome_result inbome_recipients_add(struct inbome_recipients *recipients,
                                    int32_t kind,
                                    const char *recipient);

// How many recipients were added.
//
// recipients: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_recipients_count(const struct inbome_recipients *recipients);

// Makes a reply that answers nothing, or nobody knows what.
//
// Returns: the object; NULL only if the library failed inside.
// Owned: free with inbome_reply_free
struct inbome_reply *inbome_reply_new(void);

// Frees a reply and all that was borrowed from it.
//
// reply: it, or NULL.
void inbome_reply_free(struct inbome_reply *reply);

// Names the mail that is answered; the library remembers which were encrypted (Discovery §7).
//
// reply: what is changed.
// id: what stands between the angle brackets of the last id in In-Reply-To.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_reply_set_message_id(struct inbome_reply *reply, const char *id);

// Says whether the mail answers an encrypted one, for programs that know it themselves
// (Discovery §7).
//
// reply: what is changed.
// encrypted: 1 or 0.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_reply_set_encrypted(struct inbome_reply *reply, int32_t encrypted);

// Gives the draft that the mail was: the keys that it brought along serve where nothing better is
// known (Messages §5). Give it to inbome_outgoing_options_set_draft too.
//
// reply: what is changed.
// draft: from inbome_draft_open, copied; NULL: none (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_reply_set_draft(struct inbome_reply *reply,
                                     const struct inbome_draft *draft);

// Says that the program can send but one message: no copies for blind recipients. With somebody in Bcc
// among several recipients the recommendation is then at most INBOME_RECOMMENDATION_AVAILABLE
// (Discovery §7). Say it to inbome_outgoing_options_set_one_message too.
//
// reply: what is changed.
// one_message: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_reply_set_one_message(struct inbome_reply *reply,
                                           int32_t one_message);

// Whether to encrypt a mail to these recipients, and why (Discovery §7). Cheap enough to be asked
// at each change of the recipients. A greater state is a stronger recommendation.
//
// engine: the engine.
// account: who writes, or NULL: the only account.
// recipients: to whom; none at all gives INBOME_RECOMMENDATION_DISABLE.
// reply: what is answered, or NULL: nothing.
// recommendation: the answer.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
// and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_recommendation_free
inbome_result inbome_recommend(struct inbome_engine *engine,
                               const char *account,
                               const struct inbome_recipients *recipients,
                               const struct inbome_reply *reply,
                               struct inbome_recommendation **recommendation);

// Frees a recommendation and all that was borrowed from it.
//
// recommendation: it, or NULL.
void inbome_recommendation_free(struct inbome_recommendation *recommendation);

// What to do with the mail: the least of its recipients' (Discovery §7).
//
// recommendation: the object; NULL gives 0.
//
// Returns: one of INBOME_RECOMMENDATION_.
int32_t inbome_recommendation_state(const struct inbome_recommendation *recommendation);

// How many recipients there are, each once, in the order given.
//
// recommendation: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_recommendation_count(const struct inbome_recommendation *recommendation);

// The address of a recipient.
//
// recommendation: the object; NULL gives NULL.
// recipient: from 0, below inbome_recommendation_count.
//
// Returns: the address; NULL past the end.
// Borrowed: valid until the recommendation is freed
const char *inbome_recommendation_addr(const struct inbome_recommendation *recommendation,
                                       size_t recipient);

// What to do with a mail to this recipient alone.
//
// recommendation: the object; NULL gives 0.
// recipient: from 0, below inbome_recommendation_count.
//
// Returns: one of INBOME_RECOMMENDATION_; 0 past the end.
int32_t inbome_recommendation_recipient_state(const struct inbome_recommendation *recommendation,
                                              size_t recipient);

// How many reasons there are for a recipient: one at least.
//
// recommendation: the object; NULL gives 0.
// recipient: from 0, below inbome_recommendation_count.
//
// Returns: the count; 0 past the end.
size_t inbome_recommendation_reason_count(const struct inbome_recommendation *recommendation,
                                          size_t recipient);

// A reason, for programs.
//
// recommendation: the object; NULL gives 0.
// recipient: from 0, below inbome_recommendation_count.
// index: from 0, below inbome_recommendation_reason_count.
//
// Returns: one of INBOME_REASON_; INBOME_REASON_NONE past the end.
int32_t inbome_recommendation_reason(const struct inbome_recommendation *recommendation,
                                     size_t recipient,
                                     size_t index);

// A reason, for people: a sentence in English that calls the recipient "they".
//
// recommendation: the object; NULL gives NULL.
// recipient: from 0, below inbome_recommendation_count.
// index: from 0, below inbome_recommendation_reason_count.
//
// Returns: the text; NULL past the end.
// Borrowed: valid until the recommendation is freed
const char *inbome_recommendation_reason_text(const struct inbome_recommendation *recommendation,
                                              size_t recipient,
                                              size_t index);

// The key that a mail to this recipient would be encrypted to, also under
// INBOME_RECOMMENDATION_DISCOURAGE. Its dates are not known.
//
// recommendation: the object; NULL gives NULL.
// recipient: from 0, below inbome_recommendation_count.
//
// Returns: the key; NULL if there is none.
// Borrowed: valid until the recommendation is freed
const struct inbome_key *inbome_recommendation_key(const struct inbome_recommendation *recommendation,
                                                   size_t recipient);

// Makes a state that says: not to be encrypted, not by choice, and no answer to an encrypted mail.
//
// Returns: the object; NULL only if the library failed inside.
// Owned: free with inbome_draft_state_free
struct inbome_draft_state *inbome_draft_state_new(void);

// Frees a draft state and all that was borrowed from it.
//
// draft_state: it, or NULL.
void inbome_draft_state_free(struct inbome_draft_state *draft_state);

// Encrypts a draft to the account's own key, so that it can be put into a folder on a server
// (Messages §5). It is not signed. Bcc, the keys of its recipients and the state go inside; the state
// stands outside too.
//
// engine: the engine.
// account: whose draft it is, or NULL: that of its From, else the only account.
// mail: the draft as it is so far; without From it gets that of the account.
// draft_state: what was decided about it, or NULL: as inbome_draft_state_new.
// draft: the draft; inbome_draft_data is what to put away.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND for an unknown account or one without a key;
// INBOME_RESULT_INVALID_ARGUMENT for a mail that cannot be protected; INBOME_RESULT_REFUSED past a
// limit, and for a mail from somebody else, which would not be opened; INBOME_RESULT_RANDOM,
// INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_draft_free
inbome_result inbome_draft_encrypt(struct inbome_engine *engine,
                                   const char *account,
                                   struct inbome_bytes mail,
                                   const struct inbome_draft_state *draft_state,
                                   struct inbome_draft **draft);

// Opens a draft (Messages §5): what stands inside counts. Only what the user's own program wrote is
// opened, or whoever can write to the folder could have a captured mail decrypted and sent on.
//
// engine: the engine.
// account: whose draft it is, or NULL: that of its From, else the only account.
// mail: the draft as it was put away.
// confirmed: 1 if the user says that a draft without a state inside, which another program wrote, is
// one of theirs; else 0.
// draft: the draft; inbome_draft_data is the mail to go on with.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_REFUSED, of which inbome_engine_error_reason says why: INBOME_REASON_UNCONFIRMED asks
// for confirmed; INBOME_RESULT_LOCKED if the key is locked; INBOME_RESULT_INVALID_ARGUMENT if the mail
// is not encrypted; INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_FORKED, those of the
// store (300 to 399).
// Owned: free with inbome_draft_free
inbome_result inbome_draft_open(struct inbome_engine *engine,
                                const char *account,
                                struct inbome_bytes mail,
                                int32_t confirmed,
                                struct inbome_draft **draft);

// Frees a draft and all that was borrowed from it.
//
// draft: it, or NULL.
void inbome_draft_free(struct inbome_draft *draft);

// Says whether the mail is to be encrypted when it is sent.
//
// draft_state: what is changed.
// encrypt: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_draft_state_set_encrypt(struct inbome_draft_state *draft_state,
                                             int32_t encrypt);

// Says whether the user chose that, rather than the recommendation.
//
// draft_state: what is changed.
// by_choice: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_draft_state_set_by_choice(struct inbome_draft_state *draft_state,
                                               int32_t by_choice);

// Says whether the mail answers an encrypted one.
//
// draft_state: what is changed.
// encrypted: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_draft_state_set_reply_to_encrypted(struct inbome_draft_state *draft_state,
                                                        int32_t encrypted);

// The draft: encrypted if inbome_draft_encrypt made it, in the clear if inbome_draft_open did.
//
// draft: the object; NULL gives no octets.
//
// Returns: the octets, one whole mail.
// Borrowed: valid until the draft is freed
struct inbome_bytes inbome_draft_data(const struct inbome_draft *draft);

// Whether the draft says what was decided about it; one of another program may not.
//
// draft: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_draft_has_state(const struct inbome_draft *draft);

// Whether the mail is to be encrypted when it is sent.
//
// draft: the object; NULL gives 0.
//
// Returns: 1 or 0; 0 without a state.
int32_t inbome_draft_encrypts(const struct inbome_draft *draft);

// Whether the user chose that, rather than the recommendation.
//
// draft: the object; NULL gives 0.
//
// Returns: 1 or 0; 0 without a state.
int32_t inbome_draft_by_choice(const struct inbome_draft *draft);

// Whether the mail answers an encrypted one.
//
// draft: the object; NULL gives 0.
//
// Returns: 1 or 0; 0 without a state.
int32_t inbome_draft_is_reply_to_encrypted(const struct inbome_draft *draft);

// Whether the state outside said otherwise: somebody changed it, and it does not count.
//
// draft: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_draft_state_differs(const struct inbome_draft *draft);

// How many other fields stood outside otherwise than inside.
//
// draft: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_draft_differing_count(const struct inbome_draft *draft);

// The name of a field that stood outside otherwise than inside.
//
// draft: the object; NULL gives NULL.
// index: from 0, below inbome_draft_differing_count.
//
// Returns: the name; NULL past the end.
// Borrowed: valid until the draft is freed
const char *inbome_draft_differing(const struct inbome_draft *draft, size_t index);

// How many keys the opened draft brought along. Nothing of them is stored: hand the draft to
// inbome_reply_set_draft and inbome_outgoing_options_set_draft.
//
// draft: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_draft_gossip_count(const struct inbome_draft *draft);

// Whose key the draft brought along.
//
// draft: the object; NULL gives NULL.
// index: from 0, below inbome_draft_gossip_count.
//
// Returns: the address; NULL past the end.
// Borrowed: valid until the draft is freed
const char *inbome_draft_gossip_addr(const struct inbome_draft *draft, size_t index);

// The fingerprint of a key that the draft brought along.
//
// draft: the object; NULL gives NULL.
// index: from 0, below inbome_draft_gossip_count.
//
// Returns: upper-case hexadecimal; NULL past the end.
// Borrowed: valid until the draft is freed
const char *inbome_draft_gossip_fingerprint(const struct inbome_draft *draft, size_t index);

// Makes options with their defaults: mode auto, the recipients of the header.
//
// Returns: the object; NULL only if the library failed inside.
// Owned: free with inbome_outgoing_options_free
struct inbome_outgoing_options *inbome_outgoing_options_new(void);

// Frees an outgoing options and all that was borrowed from it.
//
// outgoing_options: it, or NULL.
void inbome_outgoing_options_free(struct inbome_outgoing_options *outgoing_options);

// Says who decides whether to encrypt. An X-Inbome field in the mail comes before it
// (Discovery §8).
//
// outgoing_options: what is changed.
// mode: one of INBOME_MODE_.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
inbome_result inbome_outgoing_options_set_mode(struct inbome_outgoing_options *outgoing_options,
                                               int32_t mode);

// Gives the envelope recipients.
//
// outgoing_options: what is changed.
// recipients: copied; NULL: those of To, Cc and Bcc (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_outgoing_options_set_recipients(struct inbome_outgoing_options *outgoing_options,
                                                     const struct inbome_recipients *recipients);

// Says whether the mail answers an encrypted one, for programs that know it themselves; else
// its In-Reply-To tells (Discovery §7).
//
// outgoing_options: what is changed.
// encrypted: 1 or 0.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_outgoing_options_set_reply_to_encrypted(struct inbome_outgoing_options *outgoing_options,
                                                             int32_t encrypted);

// Says whether the Subject of an encrypted mail stays in the clear outside; else "[...]" stands
// there, and the Subject is inside (Messages §4).
//
// outgoing_options: what is changed.
// keep_subject: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_outgoing_options_set_keep_subject(struct inbome_outgoing_options *outgoing_options,
                                                       int32_t keep_subject);

// Says that the program can send but one message. An encrypted mail with Bcc is one for each blind
// recipient besides: it is then refused with INBOME_RESULT_NEEDS_COPIES, and
// inbome_engine_error_addr names the blind recipients.
//
// outgoing_options: what is changed.
// one_message: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_outgoing_options_set_one_message(struct inbome_outgoing_options *outgoing_options,
                                                      int32_t one_message);

// Says what becomes of an answer to an encrypted mail that would go out in the clear: its quotation
// leaves with it. A program that cannot ask its user lets it be refused (INBOME_REASON_CLEAR_REPLY);
// the user allows it by mode clear, by an X-Inbome field, or by the account's own setting
// (Discovery §8).
//
// outgoing_options: what is changed.
// clear_reply: INBOME_CLEAR_REPLY_SEND (the default) or INBOME_CLEAR_REPLY_REFUSE.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
inbome_result inbome_outgoing_options_set_clear_reply(struct inbome_outgoing_options *outgoing_options,
                                                      int32_t clear_reply);

// Gives the draft that the mail was: the keys that it brought along serve where nothing better is
// known (Messages §5). Whether to encrypt is still for inbome_outgoing_options_set_mode to say.
//
// outgoing_options: what is changed.
// draft: from inbome_draft_open, copied; NULL: none (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_outgoing_options_set_draft(struct inbome_outgoing_options *outgoing_options,
                                                const struct inbome_draft *draft);

// Makes of the mail that a program would send the mails that leave (Discovery §8): Bcc removed, the
// account's key fields added, and signed and encrypted if the options or the recommendation say so
// (Messages §2). An encrypted mail is one message for To and Cc and one for each blind recipient;
// with these, or with no other recipients, comes the copy to keep, which goes to nobody. Never is a
// mail encrypted for some only, and never is one sent clear that was to be encrypted.
//
// engine: the engine.
// account: one of the home's, or NULL; the From field of the mail says who writes.
// mail: the whole mail, as it would be sent.
// options: more about it, or NULL.
// outgoing: the mails that leave.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_REFUSED in mode encrypt (inbome_engine_error_addr names those who have no key) and
// past a limit; INBOME_RESULT_NEEDS_COPIES as inbome_outgoing_options_set_one_message says;
// INBOME_RESULT_LOCKED if the key that signs is locked; INBOME_RESULT_NOT_FOUND for an unknown
// account; INBOME_RESULT_INVALID_ARGUMENT for an X-Inbome field that says no mode, and for a mail that
// cannot be protected; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
// Nothing may be sent then, not the mail as it was either.
// Owned: free with inbome_outgoing_free
inbome_result inbome_process_outgoing(struct inbome_engine *engine,
                                      const char *account,
                                      struct inbome_bytes mail,
                                      const struct inbome_outgoing_options *options,
                                      struct inbome_outgoing **outgoing);

// As inbome_process_outgoing, and changes nothing that is stored: for a preview, or for a program that
// calls inbome_commit_outgoing once the mail was really sent.
//
// engine: the engine.
// account: one of the home's, or NULL; the From field of the mail says who writes.
// mail: the whole mail, as it would be sent.
// options: more about it, or NULL.
// outgoing: the mails that would leave.
//
// Returns: INBOME_RESULT_OK.
// Errors: those of inbome_process_outgoing.
// Owned: free with inbome_outgoing_free
inbome_result inbome_preview_outgoing(struct inbome_engine *engine,
                                      const char *account,
                                      struct inbome_bytes mail,
                                      const struct inbome_outgoing_options *options,
                                      struct inbome_outgoing **outgoing);

// Remembers of a previewed mail that it was sent: whom it went to, and its Message-ID if it was
// encrypted, so that an answer to it will be (Discovery §8). Once more changes nothing.
//
// engine: the engine that made the preview.
// outgoing: from inbome_preview_outgoing.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_commit_outgoing(struct inbome_engine *engine,
                                     const struct inbome_outgoing *outgoing);

// Frees an outgoing and all that was borrowed from it.
//
// outgoing: it, or NULL.
void inbome_outgoing_free(struct inbome_outgoing *outgoing);

// How many mails there are: one at least. One without recipients is to be kept and does not leave.
//
// outgoing: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_outgoing_count(const struct inbome_outgoing *outgoing);

// A mail that leaves, whole.
//
// outgoing: the object; NULL gives no octets.
// message: from 0, below inbome_outgoing_count.
//
// Returns: the octets; none past the end.
// Borrowed: valid until the outgoing is freed
struct inbome_bytes inbome_outgoing_data(const struct inbome_outgoing *outgoing,
                                         size_t message);

// To how many a mail goes: 0 for one that is only to be kept.
//
// outgoing: the object; NULL gives 0.
// message: from 0, below inbome_outgoing_count.
//
// Returns: the count; 0 past the end.
size_t inbome_outgoing_recipient_count(const struct inbome_outgoing *outgoing, size_t message);

// An envelope recipient of a mail.
//
// outgoing: the object; NULL gives NULL.
// message: from 0, below inbome_outgoing_count.
// index: from 0, below inbome_outgoing_recipient_count.
//
// Returns: the address; NULL past the end.
// Borrowed: valid until the outgoing is freed
const char *inbome_outgoing_recipient(const struct inbome_outgoing *outgoing,
                                      size_t message,
                                      size_t index);

// The copy for the Sent folder: one of the mails. With blind recipients it is encrypted to the user
// alone and names them inside (Messages §2).
//
// outgoing: the object; NULL gives no octets.
//
// Returns: the octets.
// Borrowed: valid until the outgoing is freed
struct inbome_bytes inbome_outgoing_sent_copy(const struct inbome_outgoing *outgoing);

// Whether the mails are encrypted.
//
// outgoing: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_outgoing_is_encrypted(const struct inbome_outgoing *outgoing);

// Why they are, or are not.
//
// outgoing: the object; NULL gives 0.
//
// Returns: one of INBOME_REASON_.
int32_t inbome_outgoing_reason(const struct inbome_outgoing *outgoing);

// Why they are, or are not, as a phrase in English.
//
// outgoing: the object; NULL gives NULL.
//
// Returns: the text.
// Borrowed: valid until the outgoing is freed
const char *inbome_outgoing_reason_text(const struct inbome_outgoing *outgoing);

// The recommendation for the mail and for each recipient.
//
// outgoing: the object; NULL gives NULL.
//
// Returns: the recommendation.
// Borrowed: valid until the outgoing is freed
const struct inbome_recommendation *inbome_outgoing_recommendation(const struct inbome_outgoing *outgoing);

// How many fields were added.
//
// outgoing: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_outgoing_added_count(const struct inbome_outgoing *outgoing);

// The name of a field that was added.
//
// outgoing: the object; NULL gives NULL.
// index: from 0, below inbome_outgoing_added_count.
//
// Returns: the name; NULL past the end.
// Borrowed: valid until the outgoing is freed
const char *inbome_outgoing_added(const struct inbome_outgoing *outgoing, size_t index);

// How many recipients are the cause that the answer to an encrypted mail goes out in the
// clear, so that the program can drop the quotation.
//
// outgoing: the object; NULL gives 0.
//
// Returns: the count; 0 for any other mail.
size_t inbome_outgoing_clear_because_count(const struct inbome_outgoing *outgoing);

// A recipient who is such a cause.
//
// outgoing: the object; NULL gives NULL.
// index: from 0, below inbome_outgoing_clear_because_count.
//
// Returns: the address; NULL past the end.
// Borrowed: valid until the outgoing is freed
const char *inbome_outgoing_clear_because_addr(const struct inbome_outgoing *outgoing,
                                               size_t index);

// Why that recipient has no key.
//
// outgoing: the object; NULL gives 0.
// index: from 0, below inbome_outgoing_clear_because_count.
//
// Returns: one of INBOME_REASON_; INBOME_REASON_NONE past the end.
int32_t inbome_outgoing_clear_because_reason(const struct inbome_outgoing *outgoing,
                                             size_t index);

// Makes a header without fields.
//
// Returns: the object; NULL only if the library failed inside.
// Owned: free with inbome_header_free
struct inbome_header *inbome_header_new(void);

// Frees a header and all that was borrowed from it.
//
// header: it, or NULL.
void inbome_header_free(struct inbome_header *header);

// Adds a field. Whether its name and value fit into a header is seen when the header is used.
//
// header: what is changed.
// name: without the colon.
// value: what stands after the colon, encoded as in a mail; it may be folded with CRLF and a blank.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_header_add(struct inbome_header *header,
                                const char *name,
                                const char *value);

// How many fields were added.
//
// header: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_header_count(const struct inbome_header *header);

// Signs and encrypts one MIME entity (Messages §2, §4), for a program that writes the header of the
// mail itself: it hands in the entity and the fields to protect, and gets a multipart/encrypted
// entity and the fields that are to stand in the header. Call it once for To and Cc, once for each
// blind recipient alone, and with blind recipients once with no recipient but the sender, for the
// copy to keep.
//
// engine: the engine.
// account: who writes if no From field in the header is of an account; or NULL: the only one.
// entity: its Content-* fields, a blank line, and the body.
// header: all fields of the mail but Content-* and MIME-Version. To and Cc name everybody who stands
// there, whoever gets this copy.
// recipients: who gets this copy.
// options: of them the Subject that stays in the clear counts, and nothing else; or NULL.
// sealed: the entity and its header.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NEEDS_COPIES if there is a blind recipient beside others (inbome_engine_error_addr
// names the blind ones); INBOME_RESULT_REFUSED if somebody has no usable key
// (inbome_engine_error_addr names them), without recipients and past a limit;
// INBOME_RESULT_INVALID_ARGUMENT for a field that cannot stand in a header; INBOME_RESULT_LOCKED,
// INBOME_RESULT_NOT_FOUND, INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to
// 399). Nothing may be sent then.
// Owned: free with inbome_sealed_free
inbome_result inbome_seal(struct inbome_engine *engine,
                          const char *account,
                          struct inbome_bytes entity,
                          const struct inbome_header *header,
                          const struct inbome_recipients *recipients,
                          const struct inbome_outgoing_options *options,
                          struct inbome_sealed **sealed);

// Frees a sealed and all that was borrowed from it.
//
// sealed: it, or NULL.
void inbome_sealed_free(struct inbome_sealed *sealed);

// The inverse of inbome_seal: reads a MIME entity that the program says is the top level of its mail
// (Messages §3). An entity deeper inside a mail is none of its own: do not hand one in.
//
// engine: the engine.
// account: whose keys are tried, or NULL: those of the account that the header names, else all.
// entity: its Content-* fields, a blank line, and the body.
// header: the other fields of the mail, or NULL: none. From, To, Cc, Reply-To, Date and the key
// fields matter.
// opened: what is inside.
//
// Returns: INBOME_RESULT_OK, also for an entity that cannot be decrypted.
// Errors: as inbome_decrypt; INBOME_RESULT_INVALID_ARGUMENT for a field that cannot stand in a
// header.
// Owned: free with inbome_opened_free
inbome_result inbome_open_entity(struct inbome_engine *engine,
                                 const char *account,
                                 struct inbome_bytes entity,
                                 const struct inbome_header *header,
                                 struct inbome_opened **opened);

// Frees an opened and all that was borrowed from it.
//
// opened: it, or NULL.
void inbome_opened_free(struct inbome_opened *opened);

// The multipart/encrypted entity: its Content-Type, a blank line, and the body. It is the top level
// of the mail.
//
// sealed: the object; NULL gives no octets.
//
// Returns: the octets.
// Borrowed: valid until the sealed is freed
struct inbome_bytes inbome_sealed_entity(const struct inbome_sealed *sealed);

// How many fields are to stand in the header of the mail, MIME-Version and Content-* aside. A field
// that was handed in and is not among them must not stand there: it is inside.
//
// sealed: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_sealed_field_count(const struct inbome_sealed *sealed);

// The name of a field that is to stand in the header.
//
// sealed: the object; NULL gives NULL.
// index: from 0, below inbome_sealed_field_count.
//
// Returns: the name; NULL past the end.
// Borrowed: valid until the sealed is freed
const char *inbome_sealed_field_name(const struct inbome_sealed *sealed, size_t index);

// The value that a field must have there; it may be folded.
//
// sealed: the object; NULL gives NULL.
// index: from 0, below inbome_sealed_field_count.
//
// Returns: the value; NULL past the end.
// Borrowed: valid until the sealed is freed
const char *inbome_sealed_field_value(const struct inbome_sealed *sealed, size_t index);

// The Message-ID of the mail, which was made if the header brought none. Hand the same one in for
// further copies.
//
// sealed: the object; NULL gives NULL.
//
// Returns: what stands between the angle brackets.
// Borrowed: valid until the sealed is freed
const char *inbome_sealed_message_id(const struct inbome_sealed *sealed);

// The summary, and the whole as one mail.
//
// opened: the object; NULL gives NULL.
//
// Returns: the decrypted.
// Borrowed: valid until the opened is freed
const struct inbome_decrypted *inbome_opened_decrypted(const struct inbome_opened *opened);

// The entity inside: its Content-* fields, a blank line, and the body.
//
// opened: the object; NULL gives no octets.
//
// Returns: the octets; none if it could not be decrypted.
// Borrowed: valid until the opened is freed
struct inbome_bytes inbome_opened_entity(const struct inbome_opened *opened);

// How many fields the mail has for its reader, Content-* and MIME-Version aside: the protected ones
// in place of those outside (Messages §4).
//
// opened: the object; NULL gives 0.
//
// Returns: the count; 0 if it could not be decrypted.
size_t inbome_opened_field_count(const struct inbome_opened *opened);

// The name of a field.
//
// opened: the object; NULL gives NULL.
// index: from 0, below inbome_opened_field_count.
//
// Returns: the name; NULL past the end.
// Borrowed: valid until the opened is freed
const char *inbome_opened_field_name(const struct inbome_opened *opened, size_t index);

// The value of a field, which may be folded.
//
// opened: the object; NULL gives NULL.
// index: from 0, below inbome_opened_field_count.
//
// Returns: the value; NULL past the end.
// Borrowed: valid until the opened is freed
const char *inbome_opened_field_value(const struct inbome_opened *opened, size_t index);

// Looks a peer up, with its key history. Own addresses are hidden (Discovery §3.1).
//
// engine: the engine.
// account: who knows the peer, or NULL: the only account.
// addr: the peer's address.
// peer: the peer.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_NOT_FOUND for an unknown account, or if nothing is remembered of the peer;
// INBOME_RESULT_INVALID_ARGUMENT if account is NULL and there are several; INBOME_RESULT_FORKED, those
// of the store (300 to 399).
// Owned: free with inbome_peer_free
inbome_result inbome_peer_get(struct inbome_engine *engine,
                              const char *account,
                              const char *addr,
                              struct inbome_peer **peer);

// Lists peers, sorted by account, then by the octets of the address, without their histories. Own
// addresses are hidden (Discovery §3.1).
//
// engine: the engine.
// account: whose, or NULL: those of all accounts.
// filter: one of INBOME_PEERS_.
// peers: an iterator over them, as they are now.
//
// Returns: INBOME_RESULT_OK, also if there are none.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT, INBOME_RESULT_NOT_UTF8,
// INBOME_RESULT_INVALID_ADDRESS; INBOME_RESULT_NOT_FOUND for an unknown account;
// INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_peer_iter_free
inbome_result inbome_peers(struct inbome_engine *engine,
                           const char *account,
                           int32_t filter,
                           struct inbome_peer_iter **peers);

// Everything known of a peer up to now counts as not seen (Discovery §3.1).
//
// engine: the engine.
// account: who knows the peer, or NULL: the only account.
// addr: the peer's address.
//
// Returns: INBOME_RESULT_OK.
// Errors: as inbome_peer_get; INBOME_RESULT_INVALID_ARGUMENT for an own address.
inbome_result inbome_peer_forget(struct inbome_engine *engine,
                                 const char *account,
                                 const char *addr);

// Sets the user's word about a peer, which comes before the rules (Discovery §7); also about one
// who has not written yet.
//
// engine: the engine.
// account: who knows the peer, or NULL: the only account.
// addr: the peer's address.
// word: one of INBOME_WORD_.
// fingerprint: with INBOME_WORD_PIN: of a key, known yet or not, in hexadecimal; else NULL.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, also for a pin without a fingerprint;
// INBOME_RESULT_INVALID_ARGUMENT, also for an own address, or if account is NULL and there are
// several; INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS; INBOME_RESULT_NOT_FOUND for an
// unknown account; INBOME_RESULT_FORKED, those of the
// store (300 to 399).
inbome_result inbome_peer_set_word(struct inbome_engine *engine,
                                   const char *account,
                                   const char *addr,
                                   int32_t word,
                                   const char *fingerprint);

// Takes a cert that the user has from elsewhere into a peer's history (Discovery §6).
//
// engine: the engine.
// account: who knows the peer, or NULL: the only account.
// addr: the peer's address.
// cert: the cert, armored or binary, at most 1 MiB.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_INVALID_ARGUMENT if it is no cert, for an own address, or if account is NULL and
// there are several; INBOME_RESULT_REFUSED if it can never be used; INBOME_RESULT_NOT_FOUND for an
// unknown account; INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_peer_import_key(struct inbome_engine *engine,
                                     const char *account,
                                     const char *addr,
                                     struct inbome_bytes cert);

// Steps on to the next peer.
//
// peer_iter: the iterator; NULL gives NULL.
//
// Returns: the next one; NULL at the end.
// Borrowed: valid until the iterator is freed
const struct inbome_peer *inbome_peer_iter_next(struct inbome_peer_iter *peer_iter);

// Frees a peer iter and all that was borrowed from it.
//
// peer_iter: it, or NULL.
void inbome_peer_iter_free(struct inbome_peer_iter *peer_iter);

// Frees a peer and all that was borrowed from it.
//
// peer: it, or NULL.
void inbome_peer_free(struct inbome_peer *peer);

// The account that knows the peer.
//
// peer: the object; NULL gives NULL.
//
// Returns: the address.
// Borrowed: valid until the peer is freed
const char *inbome_peer_account(const struct inbome_peer *peer);

// The peer's address.
//
// peer: the object; NULL gives NULL.
//
// Returns: the address.
// Borrowed: valid until the peer is freed
const char *inbome_peer_addr(const struct inbome_peer *peer);

// The effective date of the youngest mail from the peer.
//
// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN if none was seen.
int64_t inbome_peer_last_seen(const struct inbome_peer *peer);

// Whether the youngest mail was properly encrypted.
//
// peer: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_peer_last_seen_encrypted(const struct inbome_peer *peer);

// The effective date of the youngest mail with a key.
//
// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN if there is none.
int64_t inbome_peer_autocrypt_timestamp(const struct inbome_peer *peer);

// What the peer's youngest key field asks for.
//
// peer: the object; NULL gives 0.
//
// Returns: one of INBOME_PREFER_; 0 if there is none.
int32_t inbome_peer_prefer_encrypt(const struct inbome_peer *peer);

// The fingerprint of the peer's own key, from its youngest key field.
//
// peer: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal; NULL if there is none.
// Borrowed: valid until the peer is freed
const char *inbome_peer_fingerprint(const struct inbome_peer *peer);

// Whether the peer's own key came inside an encrypted and signed mail.
//
// peer: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_peer_is_protected(const struct inbome_peer *peer);

// The effective date of the youngest accepted gossip about the peer (Discovery §5).
//
// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN if there is none.
int64_t inbome_peer_gossip_timestamp(const struct inbome_peer *peer);

// The fingerprint of the key from that gossip.
//
// peer: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal; NULL if there is none.
// Borrowed: valid until the peer is freed
const char *inbome_peer_gossip_fingerprint(const struct inbome_peer *peer);

// When the user last handed a key in.
//
// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN if never.
int64_t inbome_peer_imported_at(const struct inbome_peer *peer);

// The fingerprint of the key that the user handed in last.
//
// peer: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal; NULL if there is none.
// Borrowed: valid until the peer is freed
const char *inbome_peer_imported_fingerprint(const struct inbome_peer *peer);

// The effective date of the youngest mail without a key.
//
// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN if there is none.
int64_t inbome_peer_last_plain(const struct inbome_peer *peer);

// The mail program that wrote that mail, as it names itself.
//
// peer: the object; NULL gives NULL.
//
// Returns: the text; NULL if it did not name itself.
// Borrowed: valid until the peer is freed
const char *inbome_peer_last_plain_agent(const struct inbome_peer *peer);

// When the peer was last seen to be a mailing list (Discovery §7).
//
// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN if never.
int64_t inbome_peer_list_post(const struct inbome_peer *peer);

// Up to when everything counts as not seen.
//
// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN if the peer was never forgotten.
int64_t inbome_peer_forgotten(const struct inbome_peer *peer);

// Whether a limit was passed, so that two devices may remember differently (Discovery §9).
//
// peer: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_peer_is_truncated(const struct inbome_peer *peer);

// The user's word about the peer.
//
// peer: the object; NULL gives 0.
//
// Returns: one of INBOME_WORD_.
int32_t inbome_peer_word(const struct inbome_peer *peer);

// The fingerprint of the only key that the user allows.
//
// peer: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal; NULL unless the word is INBOME_WORD_PIN.
// Borrowed: valid until the peer is freed
const char *inbome_peer_pin(const struct inbome_peer *peer);

// How many entries the key history has: one per key and source. It is read by inbome_peer_get
// only.
//
// peer: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_peer_history_count(const struct inbome_peer *peer);

// The fingerprint of a key of the history.
//
// peer: the object; NULL gives NULL.
// index: from 0, below inbome_peer_history_count.
//
// Returns: upper-case hexadecimal; NULL past the end.
// Borrowed: valid until the peer is freed
const char *inbome_peer_history_fingerprint(const struct inbome_peer *peer, size_t index);

// Where the key was seen.
//
// peer: the object; NULL gives 0.
// index: from 0, below inbome_peer_history_count.
//
// Returns: INBOME_SOURCE_DIRECT, INBOME_SOURCE_GOSSIP or INBOME_SOURCE_IMPORT; 0 past the end.
int32_t inbome_peer_history_source(const struct inbome_peer *peer, size_t index);

// The effective date of the first mail from that source with the key.
//
// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
// index: from 0, below inbome_peer_history_count.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN past the end.
int64_t inbome_peer_history_first(const struct inbome_peer *peer, size_t index);

// The effective date of the last mail from that source with the key.
//
// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
// index: from 0, below inbome_peer_history_count.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN past the end.
int64_t inbome_peer_history_last(const struct inbome_peer *peer, size_t index);

// Prepares a scan of a mailbox that is already there: a Maildir with its folders, an mbox file, or
// a single mail. Nothing is read yet.
//
// engine: the engine.
// path: the folder or file, UTF-8; inbome_scan_add_path adds more.
// scan: the scan.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
// Owned: free with inbome_scan_free
inbome_result inbome_scan_open(struct inbome_engine *engine,
                               const char *path,
                               struct inbome_scan **scan);

// Adds a mailbox.
//
// scan: what is changed.
// path: the folder or file, UTF-8.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_scan_add_path(struct inbome_scan *scan, const char *path);

// Takes folders in that are passed by otherwise: Junk, Spam, Trash, Deleted, Drafts,
// Templates, and links to folders.
//
// scan: what is changed.
// folder: its name; case does not matter.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
inbome_result inbome_scan_include(struct inbome_scan *scan, const char *folder);

// Says who is told how far the scan is.
//
// scan: what is changed.
// callback: is told, or NULL.
// user_data: handed to the callback; may be NULL.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_scan_set_progress(struct inbome_scan *scan,
                                       inbome_progress_callback callback,
                                       void *user_data);

// Says who is asked whether to stop. What was done is kept, and the next scan goes on from
// there.
//
// scan: what is changed.
// callback: is asked, or NULL.
// user_data: handed to the callback; may be NULL.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_scan_set_cancel(struct inbome_scan *scan,
                                     inbome_cancel_callback callback,
                                     void *user_data);

// Scans: learns from every mail that was not scanned before (Discovery §4). Mailboxes are only
// read. The scan has a connection of its own: other calls on the engine go on meanwhile. What
// cannot be read is in the report, and the rest is scanned. May be called again.
//
// scan: the scan.
//
// Returns: INBOME_RESULT_OK, also if it was cancelled: see inbome_scan_is_cancelled. The text of a
// failure is kept for the engine, if it is still open.
// Errors: INBOME_RESULT_NULL_ARGUMENT; INBOME_RESULT_NOT_FOUND if the home has no account or not
// the one that was set; INBOME_RESULT_FORKED, those of the store (300 to 399).
inbome_result inbome_scan_run(struct inbome_scan *scan);

// Frees a scan and all that was borrowed from it.
//
// scan: it, or NULL.
void inbome_scan_free(struct inbome_scan *scan);

// Says whose mail it is (Discovery §1).
//
// scan: what is changed.
// account: the address, or NULL: each mail tells (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
inbome_result inbome_scan_set_account(struct inbome_scan *scan, const char *account);

// Says how many threads examine mails. They end before the run does.
//
// scan: what is changed.
// jobs: the number; 0: one per processor (the default). At most 64 are used.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_scan_set_jobs(struct inbome_scan *scan, size_t jobs);

// Says whether mails are scanned again that were scanned before.
//
// scan: what is changed.
// full: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_scan_set_full(struct inbome_scan *scan, int32_t full);

// Says whether encrypted mails stay closed. Otherwise those that advertise nothing outside are
// opened, if the key needs no passphrase: many programs advertise inside alone.
//
// scan: what is changed.
// no_decrypt: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_scan_set_no_decrypt(struct inbome_scan *scan, int32_t no_decrypt);

// Says whether the mails are counted first, so that the progress has a total.
//
// scan: what is changed.
// count: 1 or 0 (the default).
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT.
inbome_result inbome_scan_set_count(struct inbome_scan *scan, int32_t count);

// How many mails the last run looked at.
//
// scan: the object; NULL gives 0.
//
// Returns: the count.
uint64_t inbome_scan_messages(const struct inbome_scan *scan);

// How many of them changed something.
//
// scan: the object; NULL gives 0.
//
// Returns: the count.
uint64_t inbome_scan_updated(const struct inbome_scan *scan);

// How many of them changed nothing.
//
// scan: the object; NULL gives 0.
//
// Returns: the count.
uint64_t inbome_scan_unchanged(const struct inbome_scan *scan);

// How many mails were passed by: scanned before, or flagged as trash or draft. What is in folders
// that are passed by is not counted.
//
// scan: the object; NULL gives 0.
//
// Returns: the count.
uint64_t inbome_scan_skipped(const struct inbome_scan *scan);

// How many peers with a key were known after the run.
//
// scan: the object; NULL gives 0.
//
// Returns: the count.
uint64_t inbome_scan_peers(const struct inbome_scan *scan);

// How much the last run read.
//
// scan: the object; NULL gives 0.
//
// Returns: octets.
uint64_t inbome_scan_bytes(const struct inbome_scan *scan);

// Whether the last run was cancelled.
//
// scan: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_scan_is_cancelled(const struct inbome_scan *scan);

// For how many reasons mails were ignored.
//
// scan: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_scan_ignored_count(const struct inbome_scan *scan);

// A reason for which mails were ignored (Discovery §4).
//
// scan: the object; NULL gives 0.
// index: from 0, below inbome_scan_ignored_count.
//
// Returns: one of INBOME_REASON_; INBOME_REASON_NONE past the end.
int32_t inbome_scan_ignored_reason(const struct inbome_scan *scan, size_t index);

// How many mails were ignored for that reason.
//
// scan: the object; NULL gives 0.
// index: from 0, below inbome_scan_ignored_count.
//
// Returns: the count; 0 past the end.
uint64_t inbome_scan_ignored_messages(const struct inbome_scan *scan, size_t index);

// How many folders were passed by: for their names (see inbome_scan_include), or because they are
// links.
//
// scan: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_scan_passed_by_count(const struct inbome_scan *scan);

// A folder that was passed by.
//
// scan: the object; NULL gives NULL.
// index: from 0, below inbome_scan_passed_by_count.
//
// Returns: its path; NULL past the end.
// Borrowed: valid until the scan runs again or is freed
const char *inbome_scan_passed_by_path(const struct inbome_scan *scan, size_t index);

// How many files and folders could not be read.
//
// scan: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_scan_unreadable_count(const struct inbome_scan *scan);

// A file or folder that could not be read.
//
// scan: the object; NULL gives NULL.
// index: from 0, below inbome_scan_unreadable_count.
//
// Returns: its path; NULL past the end.
// Borrowed: valid until the scan runs again or is freed
const char *inbome_scan_unreadable_path(const struct inbome_scan *scan, size_t index);

// Why it could not be read, in the system's words.
//
// scan: the object; NULL gives NULL.
// index: from 0, below inbome_scan_unreadable_count.
//
// Returns: the text; NULL past the end.
// Borrowed: valid until the scan runs again or is freed
const char *inbome_scan_unreadable_text(const struct inbome_scan *scan, size_t index);

// Looks, before an account is made, for what the user's other programs left in the mailboxes of a
// scan: backup messages and keys (Several devices §1). Nothing is changed. A mail that asks for
// something may be planted: show it, and let the user decide.
//
// scan: the mailboxes; its cancel callback is asked once, before.
// addr: the user's address.
// advice: what was found.
//
// Returns: INBOME_RESULT_OK. The text of a failure is kept for the engine of the scan.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS,
// INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_advice_free
inbome_result inbome_look(const struct inbome_scan *scan,
                          const char *addr,
                          struct inbome_advice **advice);

// Frees an advice and all that was borrowed from it.
//
// advice: it, or NULL.
void inbome_advice_free(struct inbome_advice *advice);

// What to do (Several devices §1).
//
// advice: the object; NULL gives 0.
//
// Returns: one of INBOME_ADVICE_.
int32_t inbome_advice_action(const struct inbome_advice *advice);

// How many backup messages there are.
//
// advice: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_advice_backup_count(const struct inbome_advice *advice);

// The file with a backup message, newest first.
//
// advice: the object; NULL gives NULL.
// index: from 0, below inbome_advice_backup_count.
//
// Returns: its path; NULL past the end.
// Borrowed: valid until the advice is freed
const char *inbome_advice_backup_path(const struct inbome_advice *advice, size_t index);

// The effective date of a backup message.
//
// advice: the object; NULL gives INBOME_TIME_UNKNOWN.
// index: from 0, below inbome_advice_backup_count.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN past the end.
int64_t inbome_advice_backup_date(const struct inbome_advice *advice, size_t index);

// How many keys other programs of the user's have.
//
// advice: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_advice_key_count(const struct inbome_advice *advice);

// The fingerprint of another program's key, last used first.
//
// advice: the object; NULL gives NULL.
// index: from 0, below inbome_advice_key_count.
//
// Returns: upper-case hexadecimal; NULL past the end.
// Borrowed: valid until the advice is freed
const char *inbome_advice_key_fingerprint(const struct inbome_advice *advice, size_t index);

// The effective date of the youngest mail with that key.
//
// advice: the object; NULL gives INBOME_TIME_UNKNOWN.
// index: from 0, below inbome_advice_key_count.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN past the end.
int64_t inbome_advice_key_last_seen(const struct inbome_advice *advice, size_t index);

// The program that wrote that mail, as it names itself.
//
// advice: the object; NULL gives NULL.
// index: from 0, below inbome_advice_key_count.
//
// Returns: the text; NULL if it did not name itself, and past the end.
// Borrowed: valid until the advice is freed
const char *inbome_advice_key_agent(const struct inbome_advice *advice, size_t index);

// How many files and folders could not be read.
//
// advice: the object; NULL gives 0.
//
// Returns: the count.
size_t inbome_advice_unreadable_count(const struct inbome_advice *advice);

// A file or folder that could not be read.
//
// advice: the object; NULL gives NULL.
// index: from 0, below inbome_advice_unreadable_count.
//
// Returns: its path; NULL past the end.
// Borrowed: valid until the advice is freed
const char *inbome_advice_unreadable_path(const struct inbome_advice *advice, size_t index);

// Why it could not be read, in the system's words.
//
// advice: the object; NULL gives NULL.
// index: from 0, below inbome_advice_unreadable_count.
//
// Returns: the text; NULL past the end.
// Borrowed: valid until the advice is freed
const char *inbome_advice_unreadable_text(const struct inbome_advice *advice, size_t index);

// Makes a backup message of an account (Several devices §2): all its keys, locked with a code that is
// drawn anew. The message goes to the user's own mailbox; the code is shown once, and is neither stored
// nor mailed.
//
// engine: the engine.
// account: whose keys, or NULL: the only account.
// backup: inbome_backup_message and inbome_backup_code are what was made.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_INVALID_ARGUMENT without an account if there are several; INBOME_RESULT_NOT_FOUND for
// an unknown account or one without a key; INBOME_RESULT_LOCKED if a key keeps its passphrase:
// inbome_engine_unlock; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_backup_free
inbome_result inbome_backup_create(struct inbome_engine *engine,
                                   const char *account,
                                   struct inbome_backup **backup);

// Reads what a backup message says before its code is known: whose it is, when it was made and how its
// code begins. A mail can be planted: show this before anything is taken in (Several devices §2).
//
// engine: the engine.
// message: the mail.
// backup: what it says.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_BACKUP_NOT_BACKUP,
// INBOME_RESULT_BACKUP_UNKNOWN_VERSION, INBOME_RESULT_BACKUP_MALFORMED,
// INBOME_RESULT_BACKUP_OTHER_ADDRESS.
// Owned: free with inbome_backup_free
inbome_result inbome_backup_read(struct inbome_engine *engine,
                                 struct inbome_bytes message,
                                 struct inbome_backup **backup);

// Checks a code against a backup message, and tells what is in it. Nothing is taken in.
//
// engine: the engine.
// account: whose message it must be, or NULL: the only account, else that of the message.
// message: the mail.
// code: as the user typed it; its digits may be in any script, with anything between them.
// backup: what is in it.
//
// Returns: INBOME_RESULT_OK.
// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
// INBOME_RESULT_BACKUP_NOT_BACKUP and the others of that name; INBOME_RESULT_NOT_FOUND if there are
// several accounts and it is of none; INBOME_RESULT_FORKED, those of the store (300 to 399).
// Owned: free with inbome_backup_free
inbome_result inbome_backup_verify(struct inbome_engine *engine,
                                   const char *account,
                                   struct inbome_bytes message,
                                   const char *code,
                                   struct inbome_backup **backup);

// Takes in the keys of a backup message (Several devices §2), and the preference if it is in it; the
// account is made if there is none. All keys that are there go on decrypting. All of it or nothing; it
// can be repeated.
//
// engine: the engine.
// account: whose message it must be, or NULL: the only account, else that of the message.
// message: the mail.
// code: as the user typed it; its digits may be in any script, with anything between them.
// make_current: 1 if the user agreed that its current key takes the place of another one that is there;
// with 0 that one stays, and inbome_backup_asks_key_change says so.
// backup: what was in it.
//
// Returns: INBOME_RESULT_OK.
// Errors: as inbome_backup_verify.
// Owned: free with inbome_backup_free
inbome_result inbome_backup_import(struct inbome_engine *engine,
                                   const char *account,
                                   struct inbome_bytes message,
                                   const char *code,
                                   int32_t make_current,
                                   struct inbome_backup **backup);

// Frees a backup and all that was borrowed from it; the code is overwritten.
//
// backup: it, or NULL.
void inbome_backup_free(struct inbome_backup *backup);

// The code that opens a backup message which was just made: nine groups of four digits with dashes. To be
// written down by the user; show it once.
//
// backup: the object; NULL gives NULL.
//
// Returns: the code; NULL unless inbome_backup_create made the object.
// Borrowed: valid until the backup is freed
const char *inbome_backup_code(const struct inbome_backup *backup);

// The backup message that was just made: a mail from the account to itself.
//
// backup: the object; NULL gives no octets.
//
// Returns: the mail, with CRLF as line end; no octets unless inbome_backup_create made the object.
// Borrowed: valid until the backup is freed
struct inbome_bytes inbome_backup_message(const struct inbome_backup *backup);

// Whose backup it is.
//
// backup: the object; NULL gives NULL.
//
// Returns: the address.
// Borrowed: valid until the backup is freed
const char *inbome_backup_addr(const struct inbome_backup *backup);

// When the message was made, by its own word.
//
// backup: the object; NULL gives INBOME_TIME_UNKNOWN.
//
// Returns: Unix seconds; INBOME_TIME_UNKNOWN if it does not say.
int64_t inbome_backup_created(const struct inbome_backup *backup);

// How the code begins, so that a user with several codes finds the right one.
//
// backup: the object; NULL gives NULL.
//
// Returns: the first digits; NULL if the message does not say.
// Borrowed: valid until the backup is freed
const char *inbome_backup_code_begin(const struct inbome_backup *backup);

// The account's preference, as it was when the message was made.
//
// backup: the object; NULL gives 0.
//
// Returns: one of INBOME_PREFER_; 0 if it is not in the message, or not opened.
int32_t inbome_backup_prefer_encrypt(const struct inbome_backup *backup);

// How many keys are in it.
//
// backup: the object; NULL gives 0.
//
// Returns: the count; 0 if it was not opened.
size_t inbome_backup_fingerprint_count(const struct inbome_backup *backup);

// The fingerprint of a key in it, first the one that was current.
//
// backup: the object; NULL gives NULL.
// index: from 0, below inbome_backup_fingerprint_count.
//
// Returns: upper-case hexadecimal; NULL past the end.
// Borrowed: valid until the backup is freed
const char *inbome_backup_fingerprint(const struct inbome_backup *backup, size_t index);

// The fingerprint of the key in it that was current, and can be again.
//
// backup: the object; NULL gives NULL.
//
// Returns: upper-case hexadecimal; NULL if there is none: only old mails are opened with its keys.
// Borrowed: valid until the backup is freed
const char *inbome_backup_current(const struct inbome_backup *backup);

// Whether another key stays the current one of the account: ask the user, with both fingerprints, and
// import with make_current.
//
// backup: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_backup_asks_key_change(const struct inbome_backup *backup);

// Whether the account was made by the import.
//
// backup: the object; NULL gives 0.
//
// Returns: 1 or 0.
int32_t inbome_backup_account_is_new(const struct inbome_backup *backup);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* INBOME_H */
