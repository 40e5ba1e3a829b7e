/* A Maildir: looked through, scanned, cancelled, taken up again. argv: a folder to work in. */
#include "check.h"
#include <sys/stat.h>
#include <unistd.h>

#define MAILS 300

static uint64_t told;

static void progress(void *user_data, uint64_t messages, uint64_t skipped, uint64_t bytes,
                     uint64_t total) {
    (void)bytes;
    CHECK(user_data == &told && messages + skipped <= total);
    told = messages;
}

static int32_t stop(void *user_data) { return ++*(int *)user_data > 1; }

static void make_maildir(const char *folder) {
    char path[4096];
    const char *parts[] = {"", "/cur", "/new", "/tmp"};
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s%s", folder, parts[i]);
        CHECK(mkdir(path, 0700) == 0);
    }
    for (int i = 0; i < MAILS; i++) {
        snprintf(path, sizeof path, "%s/cur/%d.mail:2,S", folder, i);
        FILE *mail = fopen(path, "w");
        fprintf(mail, "From: peer%d@example.org\nTo: bob@example.org\n"
                      "Date: Sat, 17 Dec 2016 08:58:05 +0000\n\nHi\n", i);
        fclose(mail);
    }
}

int main(void) {
    char folder[] = "/tmp/inbome-scan-XXXXXX", home[64], maildir[64], single[128], command[128];
    char drafts[128];
    CHECK(mkdtemp(folder));
    snprintf(home, sizeof home, "%s/home", folder);
    snprintf(maildir, sizeof maildir, "%s/mail", folder);
    make_maildir(maildir);
    snprintf(drafts, sizeof drafts, "%s/.Drafts", maildir);
    CHECK(mkdir(drafts, 0700) == 0);
    inbome_engine *engine = NULL;
    CHECK_OK(NULL, inbome_engine_open(home, NULL, &engine));
    inbome_scan *scan = NULL;
    CHECK_OK(engine, inbome_scan_open(engine, maildir, &scan));

    inbome_advice *advice = NULL;
    CHECK_OK(engine, inbome_look(scan, "bob@example.org", &advice));
    CHECK(inbome_advice_action(advice) == INBOME_ADVICE_GENERATE);
    CHECK(inbome_advice_key_count(advice) == 0 && inbome_advice_backup_count(advice) == 0);
    inbome_advice_free(advice);
    CHECK(inbome_scan_run(scan) == INBOME_RESULT_NOT_FOUND);
    CHECK(strstr(inbome_engine_error(engine), "account"));

    CHECK_OK(engine, inbome_account_create(engine, "bob@example.org", NULL, NULL));
    int asked = 1;
    CHECK_OK(NULL, inbome_scan_set_cancel(scan, stop, &asked));
    CHECK_OK(engine, inbome_scan_run(scan));
    CHECK(inbome_scan_is_cancelled(scan) && inbome_scan_messages(scan) == 0);

    CHECK_OK(NULL, inbome_scan_set_cancel(scan, NULL, NULL));
    CHECK_OK(NULL, inbome_scan_set_progress(scan, progress, &told));
    CHECK_OK(NULL, inbome_scan_set_count(scan, 1));
    CHECK_OK(NULL, inbome_scan_set_jobs(scan, 2));
    CHECK_OK(NULL, inbome_scan_add_path(scan, "/nonexistent/mail"));
    CHECK_OK(engine, inbome_scan_run(scan));
    CHECK(!inbome_scan_is_cancelled(scan) && told == MAILS);
    CHECK(inbome_scan_messages(scan) == MAILS && inbome_scan_updated(scan) == MAILS);
    CHECK(inbome_scan_unreadable_count(scan) == 1);
    CHECK(is_same(inbome_scan_unreadable_path(scan, 0), "/nonexistent/mail"));
    CHECK(inbome_scan_passed_by_count(scan) == 1);
    CHECK(is_same(inbome_scan_passed_by_path(scan, 0), drafts));
    CHECK(inbome_scan_passed_by_path(scan, 1) == NULL);
    CHECK_OK(engine, inbome_scan_run(scan));
    CHECK(inbome_scan_messages(scan) == 0 && inbome_scan_skipped(scan) == MAILS);
    inbome_scan_free(scan);

    snprintf(single, sizeof single, "%s/cur/7.mail:2,S", maildir);
    inbome_incoming *incoming = NULL;
    CHECK_OK(engine, inbome_process_incoming_file(engine, NULL, single, NULL, &incoming));
    CHECK(inbome_incoming_outcome(incoming) == INBOME_OUTCOME_UNCHANGED);
    CHECK(is_same(inbome_incoming_peer(incoming), "peer7@example.org"));
    inbome_incoming_free(incoming);
    CHECK(inbome_process_incoming_file(engine, NULL, maildir, NULL, NULL) == INBOME_RESULT_IO);
    CHECK(strstr(inbome_engine_error(engine), maildir));

    inbome_buffer faults = {NULL, 0};
    CHECK_OK(engine, inbome_engine_check(engine, &faults));
    CHECK(faults.data != NULL && faults.len == 0);
    inbome_buffer_free(&faults);
    inbome_engine_free(engine);
    CHECK(inbome_guarded_panics() == 0);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}
