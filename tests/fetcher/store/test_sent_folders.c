/* test_sent_folders.c - which of a server's folders look like Sent
 * Owns:     the lists below.
 * Must not: touch the network.
 * Fails:    as a test.
 * Tests:    fetcher/store/sent_folders.c */
#include "fetcher/store/sent_folders.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The answer for these folders, "NAME*" for a marked one, "NAME" for a named one, "(NAME)" for one below. */
static char *answer(const Folder *list, guint n, const char *const *watched, guint *left_out)
{
  g_autoptr(GPtrArray) folders = g_ptr_array_new();
  for (guint i = 0; i < n && list[i].name != NULL; i++) g_ptr_array_add(folders, (gpointer)&list[i]);
  const OtherFolders others = { watched, "Backscatter", "Bin" };
  g_autoptr(GArray) found = sent_folders(folders, &others, left_out);
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < found->len; i++) {
    const SentFolder *sent = &g_array_index(found, SentFolder, i);
    const char *const forms[] = { "%s*", "%s", "(%s)" };
    const char *form = forms[sent->why];
    if (text->len > 0) g_string_append_c(text, ' ');
    for (; *form != '\0'; form++)
      if (*form == '%' && form++)
        g_string_append(text, sent->folder->name);
      else
        g_string_append_c(text, *form);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

#define F(name, use)                                                                                                   \
  {                                                                                                                    \
    (char *)name, use, '/'                                                                                             \
  }

static void sent_folders_are_found_by_mark_by_name_and_below_each_other(void **state)
{
  static const char *const inbox[] = { "INBOX", NULL }, *const sent[] = { "INBOX", "Sent", NULL };
  static const struct {
    const char *what;
    Folder list[8];
    const char *const *watched;
    const char *found;
  } rows[] = {
    { "the mark and the names",
      { F("INBOX", 0), F("Sent", FOLDER_SENT), F("Sent Items", 0), F("Gesendet", 0) },
      inbox,
      "Sent* Sent Items Gesendet" },
    { "what lies below",
      { F("Sent", FOLDER_SENT), F("Sent/2025", 0), F("Sent/2026", 0), F("Sent/2026/May", 0) },
      inbox,
      "Sent* (Sent/2026/May) (Sent/2026) (Sent/2025)" },
    { "a name deeper down",
      { F("Sent", 0), F("Old laptop/Sent", 0), F("Sentences", 0) },
      inbox,
      "Sent Old laptop/Sent" },
    { "below INBOX, which is watched", { F("INBOX", 0), F("INBOX/Sent", 0) }, inbox, "INBOX/Sent" },
    { "a watched one is none, what lies below is", { F("Sent", FOLDER_SENT), F("Sent/2026", 0) }, sent, "(Sent/2026)" },
    { "a node without mail", { F("Sent", FOLDER_NOSELECT), F("Sent/2026", 0) }, inbox, "(Sent/2026)" },
    { "another person's",
      { F("Sent", 0), F("user/joe/Sent", FOLDER_OTHERS), F("Shared/Sent", FOLDER_OTHERS | FOLDER_SENT) },
      inbox,
      "Sent" },
    { "what was thrown away",
      { F("Sent", 0), F("Bin/Sent", 0), F("Papierkorb/Sent", 0), F("Sent/Trash", 0), F("Waste", FOLDER_TRASH),
        F("Waste/Sent", 0) },
      inbox,
      "Sent" },
    { "drafts and junk",
      { F("Sent", 0), F("Sent/D", FOLDER_DRAFTS), F("J", FOLDER_JUNK), F("J/Sent", 0) },
      inbox,
      "Sent" },
    { "the quarantine", { F("Backscatter", 0), F("Backscatter/Sent", 0) }, inbox, "" },
    { "a server with dots",
      { { (char *)"INBOX.Sent", 0, '.' }, { (char *)"INBOX.Sent.2026", 0, '.' }, { (char *)"INBOX.Sent/x", 0, '.' } },
      inbox,
      "INBOX.Sent (INBOX.Sent.2026)" },
    { "a server that does not tell its separator",
      { { (char *)"a/Sent", 0, 0 }, { (char *)"Sent.x", 0, 0 } },
      inbox,
      "a/Sent" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    guint left_out = 9;
    g_autofree char *got = answer(rows[i].list, G_N_ELEMENTS(rows[i].list), rows[i].watched, &left_out);
    if (!g_str_equal(got, rows[i].found)) fail_msg("%s: %s", rows[i].what, got);
    assert_int_equal(left_out, 0);
  }
}

/* The marked one is read in any case, and of the others those with the latest names. */
static void no_more_than_two_hundred_are_read(void **state)
{
  static const char *const none[] = { NULL };
  guint left_out = 0;
  g_autofree Folder *list = g_new0(Folder, 301);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < 300; i++) {
    list[i] = (Folder){ g_strdup_printf("Sent/%u", 1700 + i), 0, '/' };
    g_ptr_array_add(names, list[i].name);
  }
  list[300] = (Folder){ (char *)"Sent", FOLDER_SENT, '/' };
  g_autofree char *got = answer(list, 301, none, &left_out);
  assert_int_equal(left_out, 101);
  assert_true(g_str_has_prefix(got, "Sent* (Sent/1999) "));
  assert_true(g_str_has_suffix(got, " (Sent/1801)"));
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(sent_folders_are_found_by_mark_by_name_and_below_each_other),
                                      cmocka_unit_test(no_more_than_two_hundred_are_read) };
  return cmocka_run_group_tests_name("sent_folders", tests, NULL, NULL);
}
