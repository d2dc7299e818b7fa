/* utf7.c - folder names as IMAP sends them: modified UTF-7
 * Owns:     the encoding, both ways.
 * Must not: talk to servers.
 * Fails:    NULL from utf7_encode(); decoding never fails.
 * Tests:    tests/fetcher/imap/test_utf7.c */
#include "fetcher/imap/utf7.h"
#include <string.h>

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static gboolean is_direct(gunichar c) { return c >= 0x20 && c <= 0x7e; }

/* Writes a run of characters that are not printable ASCII, as UTF-16 in base64. Returns where the run ends. */
static const char *shift_out(const char *p, GString *wire)
{
  guint32 bits = 0;
  guint n = 0;
  g_string_append_c(wire, '&');
  for (; *p != '\0' && !is_direct(g_utf8_get_char(p)); p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    gunichar2 units[2] = { (gunichar2)c, 0 };
    guint n_units = c > 0xffff ? 2 : 1;
    if (n_units == 2) {
      units[0] = (gunichar2)(0xd800 + ((c - 0x10000) >> 10));
      units[1] = (gunichar2)(0xdc00 + (c & 0x3ff));
    }
    for (guint i = 0; i < n_units; i++) {
      bits = bits << 16 | units[i];
      for (n += 16; n >= 6; n -= 6) g_string_append_c(wire, base64[bits >> (n - 6) & 63]);
    }
  }
  if (n > 0) g_string_append_c(wire, base64[bits << (6 - n) & 63]);
  g_string_append_c(wire, '-');
  return p;
}

char *utf7_encode(const char *name)
{
  if (!g_utf8_validate(name, -1, NULL) || strpbrk(name, "\r\n") != NULL) return NULL;
  GString *wire = g_string_new(NULL);
  for (const char *p = name; *p != '\0';) {
    if (!is_direct(g_utf8_get_char(p))) {
      p = shift_out(p, wire);
      continue;
    }
    g_string_append_c(wire, *p);
    if (*p++ == '&') g_string_append_c(wire, '-');
  }
  return g_string_free(wire, FALSE);
}

/* Reads a run of base64, from after its '&'. Returns where the run ends, NULL when it is not valid. */
static const char *shift_in(const char *p, GString *name)
{
  g_autoptr(GArray) units = g_array_new(FALSE, FALSE, sizeof(gunichar2));
  guint32 bits = 0;
  guint n = 0;
  for (; *p != '\0' && *p != '-'; p++) {
    const char *digit = strchr(base64, *p);
    if (digit == NULL) return NULL;
    bits = bits << 6 | (guint32)(digit - base64);
    n += 6;
    if (n < 16) continue;
    n -= 16;
    gunichar2 unit = (gunichar2)(bits >> n);
    g_array_append_val(units, unit);
  }
  if (*p != '-' || units->len == 0) return NULL;
  glong used = 0;
  g_autofree char *text = g_utf16_to_utf8((const gunichar2 *)(void *)units->data, units->len, &used, NULL, NULL);
  if (text == NULL || used != (glong)units->len) return NULL;
  g_string_append(name, text);
  return p + 1;
}

char *utf7_decode(const char *wire)
{
  g_autoptr(GString) name = g_string_new(NULL);
  for (const char *p = wire; *p != '\0';) {
    if (*p != '&') {
      if (!is_direct((guchar)*p)) return g_utf8_make_valid(wire, -1);
      g_string_append_c(name, *p++);
    } else if (p[1] == '-') {
      g_string_append_c(name, '&');
      p += 2;
    } else {
      p = shift_in(p + 1, name);
      if (p == NULL) return g_utf8_make_valid(wire, -1);
    }
  }
  return g_string_free(g_steal_pointer(&name), FALSE);
}
