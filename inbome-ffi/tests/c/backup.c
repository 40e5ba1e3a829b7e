/* All keys of an account in one mail, and back again. */
#include "stage.h"

int main(void) {
    int64_t now = NOW;
    uint8_t seeds[] = {1, 2, 3};
    inbome_engine *bob = engine_of(&now, &seeds[0], "bob@example.org");
    CHECK_OK(bob, inbome_account_replace_key(bob, NULL));
    inbome_backup *made = NULL;
    CHECK_OK(bob, inbome_backup_create(bob, NULL, &made));
    const char *code = inbome_backup_code(made);
    CHECK(code && strlen(code) == 44 && inbome_backup_message(made).len > 1000);
    CHECK(inbome_backup_fingerprint_count(made) == 2 && inbome_backup_created(made) == now);
    CHECK(!strncmp(inbome_backup_code_begin(made), code, 2));
    CHECK(inbome_backup_prefer_encrypt(made) == INBOME_PREFER_MUTUAL);
    inbome_bytes mail = inbome_backup_message(made);

    /* What it says before the code is known. */
    inbome_backup *found = NULL;
    CHECK_OK(bob, inbome_backup_read(bob, mail, &found));
    CHECK(!strcmp(inbome_backup_addr(found), "bob@example.org"));
    CHECK(inbome_backup_created(found) == now && !inbome_backup_fingerprint_count(found));
    CHECK(!inbome_backup_code(found) && !inbome_backup_message(found).len);
    CHECK(inbome_backup_prefer_encrypt(found) == 0 && !inbome_backup_current(found));
    inbome_backup_free(found);

    /* Each way to be wrong has its number. */
    inbome_bytes no_backup = {(const uint8_t *)"From: bob@example.org\n\nhi\n", 26};
    CHECK(inbome_backup_read(bob, no_backup, &found) == INBOME_RESULT_BACKUP_NOT_BACKUP && !found);
    CHECK(inbome_backup_verify(bob, NULL, mail, "1234", &found) == INBOME_RESULT_BACKUP_WRONG_CODE);
    CHECK(!found && strstr(inbome_engine_error(bob), "code"));
    CHECK(!strcmp(inbome_result_name(INBOME_RESULT_BACKUP_WRONG_CODE), "wrong_code"));
    CHECK_OK(bob, inbome_backup_verify(bob, NULL, mail, code, &found));
    CHECK(inbome_backup_fingerprint_count(found) == 2 && inbome_backup_current(found));
    CHECK(!strcmp(inbome_backup_current(found), inbome_backup_fingerprint(found, 0)));
    CHECK(inbome_backup_fingerprint(found, 1) && !inbome_backup_fingerprint(found, 2));
    inbome_backup_free(found);
    inbome_engine *alice = engine_of(&now, &seeds[1], "alice@example.org");
    CHECK(inbome_backup_import(alice, NULL, mail, code, 0, &found)
          == INBOME_RESULT_BACKUP_OTHER_ADDRESS);
    CHECK(!strcmp(inbome_result_name(INBOME_RESULT_BACKUP_OTHER_ADDRESS), "other_address"));
    inbome_engine_free(alice);

    /* A device that has a key of its own asks before it changes it. */
    inbome_engine *other = engine_of(&now, &seeds[2], "bob@example.org");
    CHECK_OK(other, inbome_backup_import(other, NULL, mail, code, 0, &found));
    CHECK(inbome_backup_asks_key_change(found) && !inbome_backup_account_is_new(found));
    inbome_backup_free(found);
    CHECK_OK(other, inbome_backup_import(other, NULL, mail, code, 1, &found));
    CHECK(!inbome_backup_asks_key_change(found));
    inbome_account *account = NULL;
    CHECK_OK(other, inbome_account_get(other, NULL, &account));
    CHECK(!strcmp(inbome_account_fingerprint(account), inbome_backup_current(made)));
    inbome_account_free(account);
    inbome_backup_free(found);
    inbome_engine_free(other);
    inbome_backup_free(made);
    inbome_engine_free(bob);
    CHECK(inbome_guarded_panics() == 0);
    return 0;
}
