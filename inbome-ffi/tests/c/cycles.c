/* Opened and closed again and again: nothing is left over. */
#include "check.h"
#include <dirent.h>
#include <unistd.h>

#ifndef CYCLES
#define CYCLES 10000
#endif

static int open_files(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder)) count++;
    closedir(folder);
    return count;
}

int main(void) {
    char home[] = "/tmp/inbome-home-XXXXXX", command[64];
    CHECK(mkdtemp(home));
    int before = open_files();
    for (int i = 0; i < CYCLES; i++) {
        inbome_engine *engine = NULL;
        int on_disk = i % 20 == 0;
        CHECK_OK(NULL, on_disk ? inbome_engine_open(home, NULL, &engine)
                               : inbome_engine_open_in_memory(NULL, &engine));
        CHECK(inbome_account_get(engine, NULL, NULL) == INBOME_RESULT_NULL_ARGUMENT);
        inbome_engine_free(engine);
    }
    CHECK(open_files() == before);
    CHECK(inbome_guarded_panics() == 0);
    snprintf(command, sizeof command, "rm -r %s", home);
    return system(command);
}
