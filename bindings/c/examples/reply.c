/* reply HOME < mail > answer: takes a mail in, and writes the encrypted answer to it, or nothing.
 *
 *     cc reply.c -o reply $(pkg-config --cflags --libs inbome)
 */
#include <inbome.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What stands in a field, as far as its first line goes: a field of ours is made of it. */
static const char *field(inbome_bytes mail, const char *name, char *value, size_t size) {
    size_t at = 0, length = strlen(name), n = 0;
    while (at < mail.len && mail.data[at] != '\n' && mail.data[at] != '\r') {
        size_t same = 0;
        while (same < length && at + same < mail.len &&
               tolower(mail.data[at + same]) == tolower((unsigned char)name[same]))
            same++;
        if (same == length)
            for (at += length; at < mail.len && !strchr("\r\n", mail.data[at]) && n + 1 < size; at++)
                value[n++] = (char)mail.data[at];
        while (at < mail.len && mail.data[at++] != '\n')
            continue;
    }
    value[n] = '\0';
    return value;
}

int main(int argc, char **argv) {
    static uint8_t mail[16 << 20];
    static char answer[4096], subject[512], id[512];
    inbome_bytes bytes = {mail, fread(mail, 1, sizeof mail, stdin)};
    inbome_engine *engine = NULL;
    inbome_incoming *incoming = NULL;
    inbome_outgoing *outgoing = NULL;
    inbome_receipt *receipt = inbome_receipt_new();
    inbome_outgoing_options *options = inbome_outgoing_options_new();
    inbome_receipt_set_return_payload(receipt, 1); /* Learnt from and decrypted at once. */
    inbome_outgoing_options_set_mode(options, INBOME_MODE_ENCRYPT);
    inbome_engine_open(argc > 1 ? argv[1] : "", NULL, &engine);
    inbome_process_incoming(engine, NULL, bytes, receipt, &incoming);
    inbome_bytes shown = inbome_decrypted_message(inbome_incoming_decrypted(incoming));
    if (inbome_incoming_peer(incoming) != NULL && inbome_incoming_account(incoming) != NULL) {
        snprintf(answer, sizeof answer, "From: %s\r\nTo: %s\r\nSubject: Re:%s\r\nIn-Reply-To:%s\r\n"
                 "\r\nI have your mail.\r\n", inbome_incoming_account(incoming),
                 inbome_incoming_peer(incoming), field(shown, "Subject:", subject, sizeof subject),
                 field(shown, "Message-ID:", id, sizeof id));
        inbome_bytes draft = {(const uint8_t *)answer, strlen(answer)};
        inbome_process_outgoing(engine, NULL, draft, options, &outgoing);
    }
    int sent = outgoing != NULL;
    if (!sent)
        fprintf(stderr, "no answer: %s\n", inbome_engine_error(engine));
    fwrite(inbome_outgoing_data(outgoing, 0).data, 1, inbome_outgoing_data(outgoing, 0).len, stdout);
    inbome_outgoing_free(outgoing), inbome_outgoing_options_free(options);
    inbome_incoming_free(incoming), inbome_receipt_free(receipt);
    inbome_engine_free(engine);
    return sent ? 0 : 1;
}
