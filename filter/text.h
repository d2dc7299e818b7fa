/* text.h - from bytes on the wire to text that can be searched: transfer encoding, charset, markup, quoting. */
#pragma once
#include "filter/fold.h"
#include "filter/span.h"

/* Undoes a Content-Transfer-Encoding ("base64", "quoted-printable", "x-uuencode"; anything else: as it is). At most
 * limit bytes of input are read. NUL-terminated besides its length. */
GString *text_decode_transfer(Span body, const char *encoding, gsize limit);

/* UTF-8 of text in that charset (NULL: not declared). A wrong or unknown charset never fails: valid UTF-8 stays, UTF-16
 * and ISO-2022-JP are recognised by their marks, all other bytes are taken as windows-1252. NULs are dropped. The
 * caller frees. */
char *text_to_utf8(const char *text, gsize length, const char *charset);

/* A header field's value with its encoded words decoded (RFC 2047), also encoded words that bend the rules. The caller
 * frees. */
char *text_decode_words(const char *text);

/* The words of an HTML page: tags dropped, block ends as line breaks, character references replaced, style and script
 * left out. */
char *text_from_html(const char *html);
