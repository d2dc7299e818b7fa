/* test_hand.c - who handed a message in: tables of Received fields, and what a stranger makes of them
 * Owns:     the tests of hand.c.
 * Must not: judge.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/hand.c */
#include "filter/hand.h"

#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

typedef struct {
  const char *what;
  const char *own; /* names, a space between them */
  const char *fields;
  Hand want;
} Row;

static GPtrArray *names_of(const char *words)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  g_auto(GStrv) each = g_strsplit(words, " ", -1);
  for (char **name = each; *name != NULL; name++)
    if (**name != '\0') g_ptr_array_add(names, g_strdup(*name));
  return names;
}

static GPtrArray *hops_of(const char *fields)
{
  GPtrArray *hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
  hops_read((Span){ fields, strlen(fields) }, hops);
  return hops;
}

static void check(const Row *rows, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    g_autoptr(GPtrArray) hops = hops_of(rows[i].fields), own = names_of(rows[i].own);
    const Hop *boundary = NULL;
    const Hand got = hand_walk(hops, own, &boundary);
    if (got != rows[i].want) fail_msg("%s: got %d, wanted %d", rows[i].what, got, rows[i].want);
    if ((boundary != NULL) != (got == HAND_OUTSIDE)) fail_msg("%s: boundary", rows[i].what);
  }
}

#define IN HAND_INSIDE
#define OUT HAND_OUTSIDE
#define OPEN HAND_UNKNOWN
#define OURS "mx.example.org"
#define POSTFIX "Received: by mx.example.org (Postfix)\n\tid 4A1; Mon, 2 Nov 2026 10:00:00 +0100\n"
#define LMTP "Received: from mx.example.org ([unix socket]) by mx.example.org (Cyrus 3) with LMTPA; x\n"
#define EVIL                                                                                                           \
  "Received: from mx.stranger.test (mx.stranger.test [203.0.113.9])\n\tby mx.example.org (Postfix) with ESMTP id A1; " \
  "x\n"

static void what_is_born_inside_is_told(void **state)
{
  (void)state;
  static const Row rows[] = {
    { "Postfix's own bounce", OURS, POSTFIX, IN },
    { "the same, through the mailbox's server", OURS, LMTP POSTFIX, IN },
    { "a scanner on the way", OURS,
      "Received: from localhost (localhost [127.0.0.1]) by mx.example.org (Postfix) with ESMTP id 4\n"
      "Received: from mx.example.org ([127.0.0.1]) by localhost (mx.example.org [127.0.0.1]) (amavisd-new, port 10024) "
      "with ESMTP id 5\n" POSTFIX,
      IN },
    { "another server of the same domain", OURS,
      "Received: from out3.example.org (out3.example.org [192.0.2.3]) by mx.example.org (Postfix) with ESMTPS id 4; x\n"
      "Received: by out3.example.org (Postfix) id 5; x\n",
      IN },
    { "another server that writes no field", OURS,
      "Received: from out3.example.org (out3.example.org [192.0.2.3]) by mx.example.org (Postfix) with ESMTPS id 4; "
      "x\n",
      IN },
    { "IPv6", OURS,
      "Received: from out3.example.org (out3.example.org [IPv6:2001:db8::3]) by mx.example.org (Postfix) with ESMTPS "
      "id 4; x\nReceived: by out3.example.org (Postfix) id 5; x\n",
      IN },
    { "Gmail", "mx.google.com",
      "Received: by 2002:a05:6402:1cb:b0:5d3 with SMTP id 7; x\nX-Received: by 2002:a17:902 with SMTP id 8; x\n"
      "Received: from mail-sor-f69.google.com (mail-sor-f69.google.com. [209.85.220.69]) by mx.google.com with SMTPS "
      "id "
      "9 for <ann@gmail.com> (Google Transport Security); x\nReceived: by 2002:a05:6512:3a with SMTP id 10; x\n",
      IN },
    { "a provider of many names", "provider.test",
      "Received: from mout7.provider.test (mout7.provider.test [192.0.2.7]) by mx19.provider.test with ESMTP id 1; x\n"
      "Received: from localhost (localhost) by mout7.provider.test (8.17.1) id 2; x\n",
      IN },
    { "Exim at home", "box.example.org",
      "Received: from Debian-exim by box.example.org with local (Exim 4.96) id 1a-2 for ann@example.org; x\n", IN },
    { "Exchange in the house", "ex1.corp.example.org",
      "Received: from EX1.corp.example.org (10.0.0.5) by EX1.corp.example.org (10.0.0.5) with Microsoft SMTP Server id "
      "15.1; x\n",
      IN },
    { "qmail", OURS,
      "Received: (qmail 7 invoked by uid 89); x\nReceived: from localhost (HELO mx.example.org) (127.0.0.1) by "
      "mx.example.org with SMTP; x\nReceived: (qmail 8 invoked for bounce); x\n",
      IN },
    { "Dovecot takes it from the server beside it", "imap.example.org",
      "Received: from mx.example.org ([10.0.0.1]) by imap.example.org with LMTP id 7 (envelope-from <>); x\n" POSTFIX,
      IN },
  };
  check(rows, G_N_ELEMENTS(rows));
}

static const Row strangers[] = {
  { "a stranger's server", OURS, EVIL, OUT },
  { "... with a chain that looks like the owner's", OURS, EVIL LMTP POSTFIX, OUT },
  { "... through the mailbox's server", OURS, LMTP EVIL POSTFIX, OUT },
  { "no field at all", OURS, "Subject: x\n", OPEN },
  { "nothing learned", "", POSTFIX, OPEN },
  { "somebody else's server", "mx.other.test", POSTFIX, OPEN },
  { "a greeting with the server's name", OURS,
    "Received: from mx.example.org (mx.stranger.test [203.0.113.9]) by mx.example.org (Postfix) with ESMTP id 4; x\n",
    OUT },
  { "the same from a host without a name", OURS,
    "Received: from mx.example.org (unknown [203.0.113.9]) by mx.example.org (Postfix) with ESMTP id 4; x\n" POSTFIX,
    OPEN },
  { "the same to a server that verifies no name", OURS,
    "Received: from mx.example.org (203.0.113.9) by mx.example.org (10.0.0.1) with Microsoft SMTP Server id 15; "
    "x\n" POSTFIX,
    OPEN },
  { "a name that is not the address's", OURS,
    "Received: from x (mx.example.org [203.0.113.9] (may be forged)) by mx.example.org (8.17.1) with ESMTP id "
    "4; x\n" POSTFIX,
    OPEN },
  { "IPv6 without a name", OURS,
    "Received: from mx.example.org (unknown [IPv6:2001:db8::9]) by mx.example.org (Postfix) with ESMTP id 4; "
    "x\n" POSTFIX,
    OPEN },
  { "a greeting that holds a field", OURS,
    "Received: from localhost (localhost [127.0.0.1]) by mx.example.org (Postfix) with ESMTP id 1 (mx.stranger.test "
    "[203.0.113.9]) by mx.example.org (Postfix) with ESMTP id 4; x\n",
    OPEN },
  { "a name that only ends alike", OURS,
    "Received: from evilexample.org (evilexample.org [203.0.113.9]) by mx.example.org (Postfix) with ESMTP id 4; "
    "x\n" POSTFIX,
    OUT },
  { "a customer's line under the provider's domain", "mx7.provider.test",
    "Received: from p203-0-113-9.dip.provider.test (p203-0-113-9.dip.provider.test [203.0.113.9]) by "
    "mx7.provider.test with ESMTP id 4; x\n",
    OPEN },
  { "... in hexadecimal digits", "mx7.provider.test",
    "Received: from pcb007109.dip.provider.test (pcb007109.dip.provider.test [203.0.113.9]) by mx7.provider.test "
    "with "
    "ESMTP id 4; x\n",
    OPEN },
  { "a customer's server beside the owner's", "vps17.hoster.test",
    "Received: from vps99.hoster.test (vps99.hoster.test [203.0.113.9]) by vps17.hoster.test (Postfix) with ESMTP id "
    "4; x\nReceived: by vps99.hoster.test (Postfix) id 5; x\n",
    OUT },
  { "a neighbour under a public suffix", "mx.co.uk",
    "Received: from other.co.uk (other.co.uk [203.0.113.9]) by mx.co.uk (Postfix) with ESMTP id 4; x\n", OUT },
  { "a customer who signs in", "provider.test",
    "Received: from mout7.provider.test (mout7.provider.test [192.0.2.7]) by mx19.provider.test with ESMTP id 1; x\n"
    "Received: from [10.0.0.1] (line.other.test [203.0.113.9]) by mout7.provider.test with ESMTPSA id 2; x\n",
    OPEN },
  { "a server of the owner's that passes on what a stranger brought", "provider.test",
    "Received: from mout7.provider.test (mout7.provider.test [192.0.2.7]) by mx19.provider.test with ESMTP id 1; x\n"
    "Received: from mx.stranger.test (mx.stranger.test [203.0.113.9]) by mx3.provider.test with ESMTP id 2; x\n",
    OUT },
  { "a gateway in the house that passes strangers on", OURS,
    "Received: from mx.stranger.test (unknown [172.17.0.1]) by mx.example.org (Postfix) with ESMTP id 4; x\n", OPEN },
  { "... on the machine itself", OURS,
    "Received: from mx.stranger.test (localhost [127.0.0.1]) by mx.example.org (Postfix) with ESMTP id 4; x\n", OPEN },
  { "a foreign server before the boundary", OURS,
    "Received: from a7.internal (a7.internal [10.0.0.7]) by mx.example.org (Postfix) with ESMTP id 4; x\n"
    "Received: by mx.stranger.test (Postfix) id 5; x\n",
    OPEN },
  { "a private address below a foreign server", OURS,
    "Received: from a7 ([10.0.0.7]) by mx.stranger.test (Postfix) with ESMTP id 4; x\n" POSTFIX, OPEN },
  { "fetchmail asked a server", "home.example.org",
    "Received: from pop.provider.test [192.0.2.1] by home.example.org with POP3 (fetchmail-6.4.1); x\n" POSTFIX, OPEN },
  { "hosts that name themselves nowhere", OURS, "Received: by 10.0.0.1 with SMTP id 7; x\n", OPEN },
  { "a hub that forwards", "mx.google.com",
    "Received: from mail.alumni.test (mail.alumni.test. [192.0.2.5]) by mx.google.com with ESMTPS id 7; x\n"
    "Received: by mail.alumni.test (Postfix) id 8; x\n",
    OUT },
  { "Exchange in the cloud tells no names", "prod.outlook.com",
    "Received: from A1.prod.outlook.com (2603:10a6::1) by A2.prod.outlook.com (2603:10a6::2) with Microsoft SMTP "
    "Server "
    "id 15.20; x\n",
    OPEN },
};

/* Nobody writes above the field of the server that took his mail; what stands below is his text. */
static void a_stranger_does_not_get_inside(void **state)
{
  (void)state;
  check(strangers, G_N_ELEMENTS(strangers));
}

static void a_chain_without_an_end_is_not_known(void **state)
{
  (void)state;
  g_autoptr(GString) fields = g_string_new(NULL);
  for (guint i = 0; i < HOPS_MOST - 1; i++) g_string_append(fields, POSTFIX);
  const Row fits = { "as many as are read", OURS, fields->str, IN };
  check(&fits, 1);
  g_string_append(fields, POSTFIX EVIL);
  const Row cut = { "more than are read", OURS, fields->str, OPEN };
  check(&cut, 1);
}

static void the_original_tells_whence_it_came(void **state)
{
  (void)state;
  static const struct {
    const char *what, *own, *fields;
    gboolean came_in;
  } rows[] = {
    { "nothing of it came back", OURS, "Subject: x\n", FALSE },
    { "a user signed in", OURS,
      "Received: from [10.0.0.1] (line.other.test [203.0.113.9]) by mx.example.org (Postfix) with ESMTPSA id 2; x\n",
      FALSE },
    { "a user of web mail", OURS, "Received: from [203.0.113.9] by msvc-1 (via HTTP); x\n", FALSE },
    { "Exchange's own programs", "prod.outlook.com",
      "Received: from A1.prod.outlook.com ([fe80::1%5]) by A1.prod.outlook.com ([fe80::1%5]) with mapi id 15.20; x\n",
      FALSE },
    { "a program on the machine", OURS, "Received: by mx.example.org (Postfix, from userid 33) id 4A1; x\n", FALSE },
    { "Gmail's own pages", "mx.google.com", "Received: by 2002:a05:6512:3a with SMTP id 10; x\n", FALSE },
    { "a computer in the house", OURS,
      "Received: from pc (pc.fritz.box [192.168.1.5]) by mx.example.org (Postfix) with ESMTP id 2; x\n", FALSE },
    { "a stranger's server", OURS, EVIL, TRUE },
    { "a stranger's, below a scanner", OURS,
      "Received: from localhost (localhost [127.0.0.1]) by mx.example.org (Postfix) with ESMTP id 4\n" EVIL, TRUE },
    { "a line without a name", OURS,
      "Received: from pc (unknown [203.0.113.9]) by mx.example.org (Postfix) with ESMTP id 2; x\n", TRUE },
    { "a stranger's through a gateway in the house", OURS,
      "Received: from mx.stranger.test (unknown [172.17.0.1]) by mx.example.org (Postfix) with ESMTP id 4; x\n", TRUE },
    { "a greeting that spoils the field", OURS,
      "Received: from x y (mx.stranger.test [203.0.113.9]) by mx.example.org (Postfix) with ESMTP id 4; x\n", TRUE },
    { "another server took it", OURS, "Received: by mx.stranger.test (Postfix) with ESMTPSA id 4; x\n", TRUE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GPtrArray) hops = hops_of(rows[i].fields), own = names_of(rows[i].own);
    if (hand_came_in(hops, own) != rows[i].came_in) fail_msg("%s", rows[i].what);
  }
}

static void a_suffix_that_all_may_use_is_nobodys(void **state)
{
  (void)state;
  static const char *const shared[] = { "uk", "co.uk", "com.au", "or.jp", "localhost", "org.br" };
  static const char *const owned[] = {
    "example.org", "co.example", "a.co.uk", "mx.google.com", "gmx.de", "co.com.test"
  };
  for (gsize i = 0; i < G_N_ELEMENTS(shared); i++)
    if (!host_is_shared(shared[i])) fail_msg("%s", shared[i]);
  for (gsize i = 0; i < G_N_ELEMENTS(owned); i++)
    if (host_is_shared(owned[i])) fail_msg("%s", owned[i]);
}

static void the_top_host_is_the_first_that_names_itself(void **state)
{
  (void)state;
  static const struct {
    const char *fields, *want;
  } rows[] = {
    { "Received: by 2002:a05:6402:1cb:b0:5d3 with SMTP id 7; x\n" EVIL, "mx.example.org" },
    { LMTP EVIL, "mx.example.org" },
    { "Subject: Received: by mx.example.org\n", NULL },
    { "Received: by localhost with SMTP id 7\n", NULL },
    { "Received: by MX7.Provider.Test with SMTP id 7\n\nReceived: by body.example.org\n", "mx7.provider.test" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = hand_top_host((Span){ rows[i].fields, strlen(rows[i].fields) });
    if (g_strcmp0(got, rows[i].want) != 0) fail_msg("row %zu: got %s", i, got != NULL ? got : "(none)");
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_born_inside_is_told),
    cmocka_unit_test(a_stranger_does_not_get_inside),
    cmocka_unit_test(a_chain_without_an_end_is_not_known),
    cmocka_unit_test(the_original_tells_whence_it_came),
    cmocka_unit_test(a_suffix_that_all_may_use_is_nobodys),
    cmocka_unit_test(the_top_host_is_the_first_that_names_itself),
  };
  filter_init();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
