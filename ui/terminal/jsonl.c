/* jsonl.c - output for programs: JSON lines, each an object with "schema": 1
 * Owns:     how a text, a time and a list are written.
 * Must not: know what the members mean.
 * Fails:    never; a failed write shows when the program ends.
 * Tests:    tests/ui/cli/test_cmd_list.py */
#include "ui/terminal/jsonl.h"
#include "filter/normalise.h"
#include <stdio.h>
#include <string.h>

JsonBuilder *jsonl_begin(void)
{
  JsonBuilder *line = json_builder_new();
  json_builder_begin_object(line);
  jsonl_number(line, "schema", 1);
  return line;
}

/* JSON with \u escapes (RFC 8259, 7) for all that hides or misleads, in case somebody prints it on a terminal. Outside
 * its strings JSON is ASCII, so that no other place can hold such a character. */
static char *escape_hidden(const char *json)
{
  GString *out = g_string_sized_new(strlen(json) + 1);
  for (const char *at = json; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (!text_hides(c))
      g_string_append_len(out, at, g_utf8_next_char(at) - at);
    else if (c < 0x10000)
      g_string_append_printf(out, "\\u%04x", c);
    else
      g_string_append_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
  }
  return g_string_free(out, FALSE);
}

void jsonl_end(JsonBuilder *line)
{
  json_builder_end_object(line);
  g_autoptr(JsonNode) root = json_builder_get_root(line);
  g_autofree char *text = json_to_string(root, FALSE);
  g_autofree char *safe = escape_hidden(text);
  puts(safe);
  g_object_unref(line);
}

/* File names need not be UTF-8; JSON must be. */
static void add_text(JsonBuilder *line, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  json_builder_add_string_value(line, valid);
}

void jsonl_text(JsonBuilder *line, const char *name, const char *text)
{
  json_builder_set_member_name(line, name);
  if (text == NULL)
    json_builder_add_null_value(line);
  else
    add_text(line, text);
}

void jsonl_number(JsonBuilder *line, const char *name, gint64 number)
{
  json_builder_set_member_name(line, name);
  json_builder_add_int_value(line, number);
}

void jsonl_boolean(JsonBuilder *line, const char *name, gboolean value)
{
  json_builder_set_member_name(line, name);
  json_builder_add_boolean_value(line, value);
}

void jsonl_time(JsonBuilder *line, const char *name, gint64 seconds)
{
  g_autoptr(GDateTime) time = seconds != 0 ? g_date_time_new_from_unix_utc(seconds) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  jsonl_text(line, name, text);
}

void jsonl_list(JsonBuilder *line, const char *name, const GPtrArray *texts)
{
  json_builder_set_member_name(line, name);
  json_builder_begin_array(line);
  for (guint i = 0; texts != NULL && i < texts->len; i++) add_text(line, texts->pdata[i]);
  json_builder_end_array(line);
}

void jsonl_evidence(JsonBuilder *line, const GPtrArray *evidence)
{
  json_builder_set_member_name(line, "evidence");
  json_builder_begin_array(line);
  for (guint i = 0; evidence != NULL && i < evidence->len; i++) {
    const Evidence *row = evidence->pdata[i];
    g_autofree char *text = evidence_text(row);
    json_builder_begin_object(line);
    jsonl_text(line, "code", row->code);
    jsonl_text(line, "text", text);
    json_builder_set_member_name(line, "args");
    json_builder_begin_array(line);
    for (char **arg = row->args; *arg != NULL; arg++) add_text(line, *arg);
    json_builder_end_array(line);
    json_builder_end_object(line);
  }
  json_builder_end_array(line);
}
