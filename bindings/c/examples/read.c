/* read HOME < mail: shows a mail, decrypted, and before it what it is worth.
 *
 *     cc read.c -o read $(pkg-config --cflags --libs inbome)
 */
#include <inbome.h>
#include <stdio.h>

int main(int argc, char **argv) {
    static uint8_t mail[16 << 20];
    inbome_bytes bytes = {mail, fread(mail, 1, sizeof mail, stdin)};
    inbome_engine *engine = NULL;
    inbome_decrypted *shown = NULL;
    inbome_result result = inbome_engine_open(argc > 1 ? argv[1] : "", NULL, &engine);
    if (result == INBOME_RESULT_OK)
        result = inbome_decrypt(engine, NULL, bytes, &shown);
    if (result != INBOME_RESULT_OK) {
        fprintf(stderr, "read: %s\n", inbome_engine_error(engine));
        inbome_engine_free(engine);
        return 1;
    }
    printf("Encryption: %s\n", inbome_encryption_name(inbome_decrypted_encryption(shown)));
    /* The key that counts for the address says who wrote it. Of a new key nobody but the mail says so;
       the next mail signed with it is `current`. A wrong signature is shown as none. */
    if (inbome_decrypted_signer(shown) == INBOME_SIGNER_CURRENT)
        printf("Written by: %s\n", inbome_decrypted_from(shown));
    else if (inbome_decrypted_signer(shown) == INBOME_SIGNER_NEW)
        printf("Written by: %s, so the mail says, with a key that is new\n",
               inbome_decrypted_from(shown));
    else
        printf("Written by: nobody can say; the signature is %s\n",
               inbome_signature_name(inbome_decrypted_signature(shown)));
    if (inbome_decrypted_date_differs(shown))
        printf("Beware: it was signed on another day\n");
    for (size_t i = 0; i < inbome_decrypted_differing_count(shown); i++)
        printf("Beware: somebody changed %s on the way\n", inbome_decrypted_differing(shown, i));
    if (inbome_decrypted_failure(shown) != INBOME_REASON_NONE)
        printf("Failure: %s (%s)\n", inbome_decrypted_failure_text(shown),
               inbome_reason_name(inbome_decrypted_failure(shown)));
    inbome_bytes message = inbome_decrypted_message(shown);
    printf("\n");
    fwrite(message.data, 1, message.len, stdout);
    inbome_decrypted_free(shown);
    inbome_engine_free(engine);
    return 0;
}
