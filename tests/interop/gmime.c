/* What GMime finds in the mail on standard input: who advertises, and with the session key in the
 * first argument, about whom it gossips. One line each: what, address, preference, octets of key. */
#include <gmime/gmime.h>
#include <stdio.h>

static void show(const char *what, GMimeAutocryptHeader *found)
{
	GBytes *key = g_mime_autocrypt_header_get_keydata(found);
	printf("%s %s %s %u\n", what, g_mime_autocrypt_header_get_address_as_string(found),
	       g_mime_autocrypt_header_get_prefer_encrypt(found) ==
			       GMIME_AUTOCRYPT_PREFER_ENCRYPT_MUTUAL
		       ? "mutual"
		       : "none",
	       key ? (unsigned)g_bytes_get_size(key) : 0);
}

int main(int argc, char **argv)
{
	g_mime_init();
	GMimeStream *in = g_mime_stream_pipe_new(0);
	GMimeParser *parser = g_mime_parser_new_with_stream(in);
	GMimeMessage *mail = g_mime_parser_construct_message(parser, NULL);
	if (mail == NULL)
		return 1;
	GMimeAutocryptHeader *advert = g_mime_message_get_autocrypt_header(mail, NULL);
	if (advert != NULL)
		show("advert", advert);
	if (argc > 1) {
		GError *error = NULL;
		GMimeAutocryptHeaderList *gossip = g_mime_message_get_autocrypt_gossip_headers(
			mail, NULL, GMIME_DECRYPT_NONE, argv[1], &error);
		if (gossip == NULL) {
			fprintf(stderr, "%s\n", error ? error->message : "no gossip");
			return 2;
		}
		for (guint i = 0; i < g_mime_autocrypt_header_list_get_count(gossip); i++)
			show("gossip", g_mime_autocrypt_header_list_get_header_at(gossip, i));
		g_object_unref(gossip);
	}
	if (advert != NULL)
		g_object_unref(advert);
	g_object_unref(mail);
	g_object_unref(parser);
	g_object_unref(in);
	return 0;
}
