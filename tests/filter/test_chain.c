/* test_chain.c - Received fields: tables of what servers write, and of what a stranger makes them write
 * Owns:     the tests of chain.c.
 * Must not: read a whole report.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/chain.c */
#include "filter/chain.h"

#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

typedef struct {
  const char *value, *by, *from, *greeting, *address, *marks; /* marks: "A" signed in, "L" local */
} Row;

static Hop *read_value(const char *value)
{
  const Field field = { { "Received", 8 }, { value, strlen(value) } };
  return hop_read(&field);
}

static void check_member(const Row *row, const char *name, const char *got, const char *want)
{
  if (g_strcmp0(got, want) != 0)
    fail_msg("%s: %s is %s, wanted %s", row->value, name, got != NULL ? got : "(none)", want != NULL ? want : "(none)");
}

static void check_rows(const Row *rows, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    Hop *hop = read_value(rows[i].value);
    char marks[3] = "";
    if (hop->authenticated) strcat(marks, "A");
    if (hop->local) strcat(marks, "L");
    check_member(&rows[i], "by", hop->by, rows[i].by);
    check_member(&rows[i], "from", hop->from, rows[i].from);
    check_member(&rows[i], "greeting", hop->greeting, rows[i].greeting);
    check_member(&rows[i], "address", hop->address, rows[i].address);
    check_member(&rows[i], "marks", marks, rows[i].marks);
    hop_free(hop);
  }
}

static const Row postfixes[] = {
  { "from hello.example.net (mail.example.net [192.0.2.1])\r\n\tby MX.Example.org (Postfix) with ESMTPS id "
    "4A1\r\n\tfor "
    "<ann@example.org>; Mon, 2 Nov 2026 10:00:00 +0100 (CET)",
    "mx.example.org", "mail.example.net", "hello.example.net", "192.0.2.1", "" },
  { "from hello.example.net (unknown [192.0.2.1]) by mx.example.org (Postfix) with SMTP id 4A1; x", "mx.example.org",
    NULL, "hello.example.net", "192.0.2.1", "" },
  { "from [10.1.2.3] (dsl-7.example.net [192.0.2.1]) (using TLSv1.3 with cipher X (256/256 bits)) (No client "
    "certificate requested) (Authenticated sender: ann) by mx.example.org (Postfix) with ESMTPSA id 4A1; x",
    "mx.example.org", "dsl-7.example.net", "[10.1.2.3]", "192.0.2.1", "A" },
  { "from a.example.net (a.example.net [IPv6:2001:DB8:0:0::1]) by mx.example.org (Postfix) with ESMTP id 4A1; x",
    "mx.example.org", "a.example.net", "a.example.net", "2001:db8::1", "" },
  { "from mx.example.org (localhost [127.0.0.1]) by mx.example.org (Postfix) with ESMTP id 4A1", "mx.example.org", NULL,
    "mx.example.org", "127.0.0.1", "L" },
  { "from mx.example.org (localhost [IPv6:::1]) by mx.example.org (Postfix) with ESMTP id 4A1", "mx.example.org", NULL,
    "mx.example.org", "::1", "L" },
  { "by mx.example.org (Postfix, from userid 1000) id 4A1; x", "mx.example.org", NULL, NULL, NULL, "L" },
  { "by mx.example.org (Postfix)\n\tid 4A1; x", "mx.example.org", NULL, NULL, NULL, "L" },
  { "from mx.example.org ([127.0.0.1]) by localhost (mx.example.org [127.0.0.1]) (amavisd-new, port 10024) with "
    "ESMTP "
    "id 7; x",
    NULL, NULL, "mx.example.org", "127.0.0.1", "L" },
  /* sendmail: a name that has not this address, an ident, nothing known */
  { "from hello (mail.example.net [192.0.2.1]) by mx.example.org (8.17.1/8.17.1) with ESMTP id 7; x", "mx.example.org",
    "mail.example.net", "hello", "192.0.2.1", "" },
  { "from hello (mail.example.net [192.0.2.1] (may be forged)) by mx.example.org (8.14.4/8.14.4) with ESMTP id 7; x",
    "mx.example.org", NULL, "hello", "192.0.2.1", "" },
  { "from hello (bob@mail.example.net [192.0.2.1]) by mx.example.org (8.9.3/8.9.3) with SMTP id 7; x", "mx.example.org",
    "mail.example.net", "hello", "192.0.2.1", "" },
  { "from hello.example.net ([192.0.2.1]) by mx.example.org (8.17.1/8.17.1) with ESMTP id 7; x", "mx.example.org", NULL,
    "hello.example.net", "192.0.2.1", "" },
  { "from dsl (dsl.example.net [192.0.2.1]) (authenticated bits=0) by mx.example.org (8.14.4) with ESMTP id 7; x",
    "mx.example.org", "dsl.example.net", "dsl", "192.0.2.1", "A" },
  { "(from root@localhost) by mx.example.org (8.14.4/8.14.4/Submit) id 7; x", "mx.example.org", NULL, NULL, NULL, "L" },
  { "from localhost (localhost) by mx.example.org (8.17.2/8.17.2) id 7; x", "mx.example.org", NULL, "localhost", NULL,
    "L" },
  { "from localhost (ann@localhost) by mx.example.org (8.17.2/8.17.2) id 7; x", "mx.example.org", NULL, "localhost",
    NULL, "L" },
  { "from (mail.example.net [192.0.2.1]) by mx.example.org with SMTP id 7; x", "mx.example.org", "mail.example.net",
    NULL, "192.0.2.1", "" },
  { "by smtp.example.org (Postfix) with ESMTPSA id 7; x", "smtp.example.org", NULL, NULL, NULL, "A" },
  /* Google writes the root's dot; its own hosts by address */
  { "from mail.example.net (mail.example.net. [192.0.2.1]) by mx.google.com with ESMTPS id a7si1 for "
    "<ann@example.org> "
    "(version=TLS1_3 cipher=X bits=256/256); x",
    "mx.google.com", "mail.example.net", "mail.example.net", "192.0.2.1", "" },
  { "by 2002:a05:6402:1cb:b0:5d3 with SMTP id 7; x", NULL, NULL, NULL, NULL, "L" },
  { "by 10.1.2.3 with SMTP id 7; x", NULL, NULL, NULL, NULL, "L" },
  { "by mail-ej1-f1.google.com with SMTP id 7 for <ann@example.org>; x", "mail-ej1-f1.google.com", NULL, NULL, NULL,
    "L" },
  { "from [10.0.0.5] (dsl.example.net. [192.0.2.1]) by smtp.gmail.com with ESMTPSA id 7; x", "smtp.gmail.com",
    "dsl.example.net", "[10.0.0.5]", "192.0.2.1", "A" },
  /* Courier */
  { "from hello (mail.example.net [::ffff:192.0.2.1]) (AUTH: LOGIN ann) by mx.example.org with ESMTP id 7; x",
    "mx.example.org", "mail.example.net", "hello", "192.0.2.1", "A" },
};

static void postfix_and_its_like(void **state)
{
  (void)state;
  check_rows(postfixes, G_N_ELEMENTS(postfixes));
}

static void exim_qmail_and_exchange(void **state)
{
  (void)state;
  static const Row rows[] = {
    { "from mail.example.net ([192.0.2.1] helo=hello) by mx.example.org with esmtp (Exim 4.96) (envelope-from <>) id "
      "1a-2 for ann@example.org; x",
      "mx.example.org", "mail.example.net", "hello", "192.0.2.1", "" },
    { "from mail.example.net ([192.0.2.1]:4711 helo=[10.0.0.1]) by mx.example.org with esmtps (TLS1.3) tls X (Exim "
      "4.96) "
      "id 1a-2; x",
      "mx.example.org", "mail.example.net", "[10.0.0.1]", "192.0.2.1", "" },
    { "from mail.example.net ([192.0.2.1]) by mx.example.org with esmtp (Exim 4.96) id 1a-2; x", "mx.example.org",
      "mail.example.net", "mail.example.net", "192.0.2.1", "" },
    { "from [192.0.2.1] (helo=hello.example.net) by mx.example.org with esmtp (Exim 4.96) id 1a-2; x", "mx.example.org",
      NULL, "hello.example.net", "192.0.2.1", "" },
    { "from [192.0.2.1] (port=4711 helo=hello) by mx.example.org with esmtpsa (Exim 4.96) id 1a-2; x", "mx.example.org",
      NULL, "hello", "192.0.2.1", "A" },
    { "from Debian-exim by mx.example.org with local (Exim 4.96) id 1a-2 for ann@example.org; x", "mx.example.org",
      NULL, "debian-exim", NULL, "L" },
    { "from unknown (HELO hello.example.net) (192.0.2.1) by mx.example.org with SMTP; 2 Nov 2026 09:00:00 -0000",
      "mx.example.org", NULL, "hello.example.net", "192.0.2.1", "" },
    { "from mail.example.net (HELO hello) (192.0.2.1) by mx.example.org with SMTP; x", "mx.example.org", NULL, "hello",
      "192.0.2.1", "" },
    { "from mail.example.net (192.0.2.1) by mx.example.org with SMTP; x", "mx.example.org", NULL, "mail.example.net",
      "192.0.2.1", "" },
    { "from 192.0.2.1  (EHLO hello.example.net) (192.0.2.1)\r\n  by a1.example.org with SMTPs; x", "a1.example.org",
      NULL, "hello.example.net", "192.0.2.1", "" },
    { "from localhost (HELO localhost) (127.0.0.1) by mx.example.org with SMTP; x", "mx.example.org", NULL, "localhost",
      "127.0.0.1", "L" },
    { "(qmail 123 invoked by uid 0); 2 Nov 2026 09:00:00 -0000", NULL, NULL, NULL, NULL, "L" },
    { "(qmail 123 invoked from network); 2 Nov 2026 09:00:00 -0000", NULL, NULL, NULL, NULL, "L" },
    /* Exchange verifies no name */
    { "from A1.example.com (192.0.2.1) by DB1.mail.protection.outlook.com (10.1.2.3) with Microsoft SMTP Server "
      "(version=TLS1_2, cipher=X) id 15.20.1 via Frontend Transport; x",
      "db1.mail.protection.outlook.com", NULL, "a1.example.com", "192.0.2.1", "" },
    { "from A1.prod.outlook.com (2603:10A6:20b::12) by A2.prod.outlook.com (2603:10a6:20b::13) with Microsoft SMTP "
      "Server id 15.20.1; x",
      "a2.prod.outlook.com", NULL, "a1.prod.outlook.com", "2603:10a6:20b::12", "" },
    { "from A1.prod.outlook.com ([fe80::1%5]) by A1.prod.outlook.com ([fe80::1%5]) with mapi id 15.20.1; x",
      "a1.prod.outlook.com", NULL, "a1.prod.outlook.com", "fe80::1", "A" },
    { "from mail pickup service by ex.example.org with Microsoft SMTPSVC; x", "ex.example.org", NULL, NULL, NULL, "L" },
    { "from 192.0.2.1 by web7.example.org via HTTP; x", "web7.example.org", NULL, "192.0.2.1", "192.0.2.1", "A" },
    { "from [192.0.2.1] by msvc-1 (via HTTP); x", NULL, NULL, "[192.0.2.1]", "192.0.2.1", "A" },
  };
  check_rows(rows, G_N_ELEMENTS(rows));
}

static void deliverers_and_fetchers(void **state)
{
  (void)state;
  static const Row rows[] = {
    { "from mx.example.org ([10.0.0.1])\n\tby imap.example.org with LMTP id aB/c\n\t(envelope-from <>)\n\tfor "
      "<ann@example.org>; x",
      "imap.example.org", NULL, "mx.example.org", "10.0.0.1", "" },
    { "from mx.example.org by mx.example.org with LMTP id aB; x", "mx.example.org", NULL, "mx.example.org", NULL, "L" },
    { "from mx.example.org ([unix socket]) by imap.example.org (Cyrus v2.4.17) with LMTPA; x", "imap.example.org", NULL,
      "mx.example.org", NULL, "L" },
    { "from compute1.internal (compute1.nyi.internal [10.202.2.41]) by sloti22 (Cyrus 3.9.0) with LMTPA; x", NULL,
      "compute1.nyi.internal", "compute1.internal", "10.202.2.41", "" },
    /* the server was asked, and did not come by itself */
    { "from pop.example.net [192.0.2.1] by localhost with POP3 (fetchmail-6.4.1) for <ann@localhost> (single-drop); x",
      NULL, NULL, "pop.example.net", NULL, "" },
    { "from pop.example.net by home.example.org with POP3 (getmail6 6.18); x", "home.example.org", NULL,
      "pop.example.net", NULL, "" },
    { "from localhost by home.example.org with IMAP (fetchmail-6.4.1); x", "home.example.org", NULL, "localhost", NULL,
      "" },
    { "by home.example.org (nested (comments (three deep)) and \\) one) with SMTP id 7", "home.example.org", NULL, NULL,
      NULL, "L" },
    { "from a.example.net\r\n ( a.example.net\r\n  [192.0.2.1] )\r\n by\r\n mx.example.org\r\n with\r\n ESMTP",
      "mx.example.org", "a.example.net", "a.example.net", "192.0.2.1", "" },
  };
  check_rows(rows, G_N_ELEMENTS(rows));
}

/* A host may greet with all that a field is made of. The writer's own words still follow, so the field can be read in
 * two ways, and tells nothing. */
static void what_can_be_read_in_two_ways_tells_nothing(void **state)
{
  (void)state;
#define WRITTEN " (evil.example.com [203.0.113.9]) by mx.example.org (Postfix) with SMTP id 4A1; x"
  static const char *const values[] = {
    "from localhost (localhost [127.0.0.1]) by mx.example.org (Postfix) with ESMTP id 1" WRITTEN,
    "from localhost (localhost [127.0.0.1])" WRITTEN,
    "from localhost ([127.0.0.1] helo=x)" WRITTEN,
    "from localhost (HELO x) (127.0.0.1)" WRITTEN,
    "from x [127.0.0.1]" WRITTEN,
    "from x by" WRITTEN,
    "from x with local" WRITTEN,
    "from x id 7" WRITTEN,
    "from x; y" WRITTEN,
    "from x (" WRITTEN,
    "from x )" WRITTEN,
    "from x \"" WRITTEN,
    "from x from y" WRITTEN,
    "from mail pickup service" WRITTEN,
    "from x y" WRITTEN,
    /* and what is no field of this kind */
    "",
    "x",
    "; x",
    "unknown",
    "(by mx.example.org)",
    "with SMTP id 7",
    "for <ann@example.org>; x",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
    const Row row = { values[i], NULL, NULL, NULL, NULL, "" };
    check_rows(&row, 1);
  }
}

/* A greeting says what it likes; the members that a verdict stands on are not made of it. */
static void a_greeting_is_no_more_than_that(void **state)
{
  (void)state;
  static const Row rows[] = {
    { "from mx.example.org" WRITTEN, "mx.example.org", "evil.example.com", "mx.example.org", "203.0.113.9", "" },
    { "from [127.0.0.1]" WRITTEN, "mx.example.org", "evil.example.com", "[127.0.0.1]", "203.0.113.9", "" },
    { "from 127.0.0.1" WRITTEN, "mx.example.org", "evil.example.com", "127.0.0.1", "203.0.113.9", "" },
    { "from by" WRITTEN, "mx.example.org", "evil.example.com", "by", "203.0.113.9", "" },
    { "from from" WRITTEN, "mx.example.org", "evil.example.com", "from", "203.0.113.9", "" },
    { "from x (localhost)" WRITTEN, "mx.example.org", "evil.example.com", "x", "203.0.113.9", "" },
    { "from localhost" WRITTEN, "mx.example.org", "evil.example.com", "localhost", "203.0.113.9", "" },
    { "from unknown (HELO auth=x) (203.0.113.9) by mx.example.org with SMTP; x", "mx.example.org", NULL, "auth=x",
      "203.0.113.9", "" },
    { "from [203.0.113.9] (helo=authenticated) by mx.example.org with esmtp (Exim 4.96) id 7; x", "mx.example.org",
      NULL, "authenticated", "203.0.113.9", "" },
    { "from mx.example.org ([203.0.113.9]) by mx.example.org with LMTP id 7; x", "mx.example.org", NULL,
      "mx.example.org", "203.0.113.9", "" },
    { "from x (evil@mx.example.org@evil.example.com [203.0.113.9]) by mx.example.org (8.9.3) with SMTP id 7; x",
      "mx.example.org", "evil.example.com", "x", "203.0.113.9", "" },
  };
  check_rows(rows, G_N_ELEMENTS(rows));
}

static void long_and_deep_fields_end(void **state)
{
  (void)state;
  g_autofree char *deep = g_strnfill(5000, '('), *wide = g_strnfill(20000, 'a');
  g_autoptr(GString) words = g_string_new("by mx.example.org");
  for (guint i = 0; i < 100; i++) g_string_append(words, " a");
  g_autofree char *comment = g_strdup_printf("by mx.example.org (%.*s) with SMTP", 7000, wide);
  g_autofree char *cut = g_strdup_printf("by mx.example.org (%s) with SMTP", wide);
  g_autofree char *name = g_strdup_printf("by %.*s.example.org with SMTP", 300, wide);
  const Row rows[] = {
    { deep, NULL, NULL, NULL, NULL, "" },
    { words->str, NULL, NULL, NULL, NULL, "" },
    { cut, NULL, NULL, NULL, NULL, "" },
    { name, NULL, NULL, NULL, NULL, "L" },
    { comment, "mx.example.org", NULL, NULL, NULL, "L" },
  };
  check_rows(rows, G_N_ELEMENTS(rows));
}

static void the_fields_of_a_header_come_top_first_and_bounded(void **state)
{
  (void)state;
  g_autoptr(GString) text =
      g_string_new("Subject: x\nreceived: by a.example.org with SMTP\nX-Received: by b.example.org\n");
  for (guint i = 0; i < 2 * HOPS_MOST; i++) g_string_append_printf(text, "Received: by h%u.example.org\n", i);
  g_autoptr(GPtrArray) hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
  hops_read((Span){ text->str, text->len }, hops);
  assert_int_equal(hops->len, HOPS_MOST);
  assert_string_equal(((Hop *)hops->pdata[0])->by, "a.example.org");
  assert_string_equal(((Hop *)hops->pdata[1])->by, "h0.example.org");
}

static void addresses_have_a_scope(void **state)
{
  (void)state;
  static const struct {
    const char *address;
    AddressScope want;
  } rows[] = {
    { NULL, ADDRESS_NONE },
    { "x", ADDRESS_NONE },
    { "127.0.0.53", ADDRESS_LOOPBACK },
    { "::1", ADDRESS_LOOPBACK },
    { "10.0.0.1", ADDRESS_PRIVATE },
    { "172.16.0.1", ADDRESS_PRIVATE },
    { "172.31.255.1", ADDRESS_PRIVATE },
    { "172.32.0.1", ADDRESS_PUBLIC },
    { "192.168.7.1", ADDRESS_PRIVATE },
    { "192.169.7.1", ADDRESS_PUBLIC },
    { "100.64.0.1", ADDRESS_PRIVATE },
    { "100.128.0.1", ADDRESS_PUBLIC },
    { "169.254.1.1", ADDRESS_PRIVATE },
    { "fe80::1", ADDRESS_PRIVATE },
    { "fd00::1", ADDRESS_PRIVATE },
    { "2001:db8::1", ADDRESS_PUBLIC },
    { "192.0.2.1", ADDRESS_PUBLIC },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    if (address_scope(rows[i].address) != rows[i].want) fail_msg("%s", rows[i].address);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(postfix_and_its_like),
    cmocka_unit_test(exim_qmail_and_exchange),
    cmocka_unit_test(deliverers_and_fetchers),
    cmocka_unit_test(what_can_be_read_in_two_ways_tells_nothing),
    cmocka_unit_test(a_greeting_is_no_more_than_that),
    cmocka_unit_test(long_and_deep_fields_end),
    cmocka_unit_test(the_fields_of_a_header_come_top_first_and_bounded),
    cmocka_unit_test(addresses_have_a_scope),
  };
  filter_init();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
