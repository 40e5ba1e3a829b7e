/* Parses each mail of a Maildir folder with GMime and extracts its Autocrypt header: what a mail
 * program in C would do. Prints how many mails, and how many had one. */

#include <dirent.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: gmime-anchor DIR/cur\n");
		return 2;
	}
	DIR *dir = opendir(argv[1]);
	if (dir == NULL) {
		perror(argv[1]);
		return 1;
	}
	unsigned long mails = 0, with_key = 0;
	g_mime_init();
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		char *path = g_build_filename(argv[1], entry->d_name, NULL);
		GMimeStream *stream = g_mime_stream_fs_open(path, O_RDONLY, 0, NULL);
		g_free(path);
		if (stream == NULL)
			continue;
		GMimeParser *parser = g_mime_parser_new_with_stream(stream);
		GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
		if (message != NULL) {
			GMimeAutocryptHeader *field = g_mime_message_get_autocrypt_header(message, NULL);
			if (field != NULL) {
				with_key += g_mime_autocrypt_header_get_keydata(field) != NULL;
				g_object_unref(field);
			}
			g_object_unref(message);
		}
		g_object_unref(parser);
		g_object_unref(stream);
		mails++;
	}
	closedir(dir);
	g_mime_shutdown();
	printf("%lu %lu\n", mails, with_key);
	return 0;
}
