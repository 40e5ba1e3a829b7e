/* send HOME < mail: makes of a mail what leaves the machine. The mails go to standard output, to
 * whom they go and why to standard error.
 *
 *     cc send.c -o send $(pkg-config --cflags --libs inbome)
 */
#include <inbome.h>
#include <stdio.h>

int main(int argc, char **argv) {
    static uint8_t mail[16 << 20];
    inbome_bytes bytes = {mail, fread(mail, 1, sizeof mail, stdin)};
    inbome_engine *engine = NULL;
    inbome_outgoing *outgoing = NULL;
    inbome_result result = inbome_engine_open(argc > 1 ? argv[1] : "", NULL, &engine);
    if (result == INBOME_RESULT_OK)
        result = inbome_process_outgoing(engine, NULL, bytes, NULL, &outgoing);
    if (result != INBOME_RESULT_OK) {
        /* Nothing may be sent now: not this mail either. */
        fprintf(stderr, "send: %s\n", inbome_engine_error(engine));
        for (size_t i = 0; i < inbome_engine_error_addr_count(engine); i++)
            fprintf(stderr, "  no key: %s\n", inbome_engine_error_addr(engine, i));
        inbome_engine_free(engine);
        return 1;
    }
    for (size_t i = 0; i < inbome_outgoing_count(outgoing); i++) {
        if (inbome_outgoing_recipient_count(outgoing, i) == 0)
            continue; /* Only to be kept: inbome_outgoing_sent_copy. */
        inbome_bytes data = inbome_outgoing_data(outgoing, i);
        for (size_t j = 0; j < inbome_outgoing_recipient_count(outgoing, i); j++)
            fprintf(stderr, "RCPT TO:<%s>\n", inbome_outgoing_recipient(outgoing, i, j));
        fwrite(data.data, 1, data.len, stdout);
    }
    fprintf(stderr, "%s: %s\n", inbome_outgoing_is_encrypted(outgoing) ? "encrypted" : "clear",
            inbome_outgoing_reason_text(outgoing));
    for (size_t i = 0; i < inbome_outgoing_clear_because_count(outgoing); i++)
        fprintf(stderr, "  drop the quotation: no key of %s (%s)\n",
                inbome_outgoing_clear_because_addr(outgoing, i),
                inbome_reason_name(inbome_outgoing_clear_because_reason(outgoing, i)));
    inbome_outgoing_free(outgoing);
    inbome_engine_free(engine);
    return 0;
}
