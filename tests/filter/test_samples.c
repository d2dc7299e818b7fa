/* test_samples.c - every hand-written sample, read as the pipeline reads it
 * Owns:     the table of what each file in tests/samples is.
 * Must not: use mail that is not in the tree.
 * Fails:    one TAP test for each file, named after it.
 * Tests:    filter_candidate(), filter_read(), filter_judge() together */
#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define CUT_STEP 13 /* bytes between the places where a message is cut off */

typedef struct {
  const char *file; /* below tests/samples, without .eml */
  ReportKind kind;
  gboolean judged;        /* by default policy: FALSE means that it passes, whatever the ledger says */
  const char *ids;        /* all that it shows of its original, and no others; separated by blanks; NULL: none */
  const char *recipients; /* failed ones that must be found; separated by blanks */
  const char *reporter;   /* NULL: any */
  const char *refer_back; /* NULL: any */
} Sample;

static const Sample samples[] = {
  { "bounces/postfix-user-unknown", REPORT_DSN_FAILED, TRUE, "5f0c2b7a.4090301@example.org", "dieter@gibtsnicht.test",
    "mailer-daemon@mx1.example.net" },
  { "bounces/postfix-delayed", REPORT_DSN_DELAYED, TRUE, "20260302071155.GA21877@box.example.org", "lotte@slow.test",
    "mailer-daemon@box.example.org" },
  { "bounces/postfix-several-recipients", REPORT_DSN_FAILED, TRUE, "E7A1F0B2-63D4-4C95-8B1E-0A9D7C5F3E21@example.net",
    "second@full.test first@gone.test", "mailer-daemon@out.example.net" },
  { "bounces/postfix-relayed", REPORT_DSN_OTHER, TRUE, "notify-me.20260118@example.org", "far.away@elsewhere.test",
    "mailer-daemon@gate.example.org" },
  { "bounces/postfix-global-delivery-status", REPORT_DSN_FAILED, TRUE, "utf8smtp-77102@bücher.example",
    "пётр@почта.test", "mailer-daemon@eai.example.net" },
  { "bounces/sendmail8-user-unknown", REPORT_DSN_FAILED, TRUE, "Pine.LNX.4.64.2605061200.3311@astro.example.org",
    "halley@comet.test", "mailer-daemon@astro.example.org" },
  { "bounces/sendmail8-warning", REPORT_DSN_DELAYED, TRUE, "69B1F2.2050809@museum.example.net", "curator@castle.test",
    "mailer-daemon@museum.example.net" },
  { "bounces/sendmail5-unsent-message", REPORT_BOUNCE, TRUE, "9703061512.AA04417@old.example.org", "kees@harbour.test",
    "mailer-daemon@old.example.org" },
  { "bounces/exim-text-copy", REPORT_BOUNCE, TRUE, "8d2f7c10-5b8e-11f1-9c3a-77aa@example.net", "nobody@village.test",
    "mailer-daemon@smtp7.example.net" },
  { "bounces/exim-mime-references", REPORT_DSN_FAILED, TRUE, "CAO9x.77+exim@mobile.example.org", "box9@storage.test",
    "mailer-daemon@web3.example.net", "CAO9x.77+exim@mobile.example.org" },
  { "bounces/exim-delay-warning", REPORT_DSN_DELAYED, TRUE, "4471.hanna@ferry.example.org", "timetable@island.test",
    "mailer-daemon@ferry.example.org" },
  { "bounces/exim-body-left-out", REPORT_BOUNCE, TRUE, "big.scan.0091@example.org", "print@copyshop.test",
    "mailer-daemon@smtp.example.org" },
  { "bounces/qmail-failure-notice", REPORT_BOUNCE, TRUE, "20260117231502.4411.qmail@lake.example.net", "swan@pond.test",
    "mailer-daemon@lake.example.net" },
  { "bounces/qmail-first-lines-only", REPORT_BOUNCE, TRUE, "s9.list.3310@choirs.example.org",
    "alto7@songs.test alto8@songs.test", "mailer-daemon@relay4.example.org" },
  { "bounces/courier-undeliverable", REPORT_DSN_FAILED, TRUE, "courier.0000A1B2.69D3@imap.example.org",
    "sales@tent.test", NULL },
  { "bounces/opensmtpd-error", REPORT_DSN_FAILED, TRUE, "a90f3c2e1d@puffy.example.org", "gone@fishtank.test",
    "mailer-daemon@puffy.example.org" },
  { "bounces/opensmtpd-text-delay", REPORT_DSN_DELAYED, TRUE, "5be1d7a0c4@puffy.example.org", "pump@far.test",
    "mailer-daemon@puffy.example.org" },
  { "bounces/dragonfly-mail-delivery-failed", REPORT_BOUNCE, TRUE, "69f8c2b1.1a2b.4d5e6f@nas.example.org",
    "backup@offsite.test", "mailer-daemon" },
  { "bounces/exchange55", REPORT_BOUNCE, TRUE, "01C15A3F.7721C0A0.heidi@bank.example.net", "peter@alm.test",
    "postmaster@alm.test" },
  { "bounces/exchange2003", REPORT_DSN_FAILED, TRUE, "000901c6a4d2$8b1f2c60$0a02a8c0@WS14", "m.strand@shipping.test",
    "postmaster@shipping.test" },
  { "bounces/windows2003-smtp-delay", REPORT_DSN_DELAYED, TRUE, "8f7a01c9$WEB03@forms.example.net", "desk@hotel.test",
    "postmaster@web03.example.net" },
  { "bounces/windows2003-smtp-failure", REPORT_DSN_FAILED, TRUE, "forms-20090307@forms.example.net", "bell@hotel.test",
    "postmaster@web03.example.net" },
  { "bounces/exchange2007-german", REPORT_DSN_FAILED, TRUE, "0c5bb1d3-1f4e-4b7e-9f3e-werk@example.org",
    "lager@werkzeug.test", "postmaster@werkzeug.test" },
  { "bounces/microsoft365-headers-in-text", REPORT_DSN_FAILED, TRUE, "1f2e3d4c5b6a.m365@workshop.example.org",
    "new.hire@corp.test", "postmaster@corp.test", "1f2e3d4c5b6a.m365@workshop.example.org" },
  { "bounces/outlook-com-replaced-id", REPORT_DSN_FAILED, TRUE,
    "VI1P189MB0021D05AE@VI1P189MB0021.EURP189.PROD.OUTLOOK.COM local-0042@desk.example.net", "greta@lighthouse.test",
    "postmaster@outlook.com" },
  { "bounces/gmail-address-not-found", REPORT_DSN_FAILED, TRUE, "CAJ4r-Qx8=kW0n7@mail.bigmail.example",
    "typo.in.name@bigmail.example", "mailer-daemon@googlemail.com", "CAJ4r-Qx8=kW0n7@mail.bigmail.example" },
  { "bounces/gmail-text-2010", REPORT_BOUNCE, TRUE, "B2E6D9A4-77C1-4F0E-9A35-6D1B8C2F4E70@bigmail.example",
    "archive@stones.test", "mailer-daemon@googlemail.com" },
  { "bounces/gmail-text-delay", REPORT_DSN_DELAYED, TRUE, "4CD94A1E.7080201@example.org", "inbox@stones.test",
    "mailer-daemon@googlemail.com" },
  { "bounces/googlegroups-no-permission", REPORT_BOUNCE, TRUE, "76f1.kite@hill.example.org",
    "kite-builders@groups.example.com", "mailer-daemon@googlemail.com", "76f1.kite@hill.example.org" },
  { "bounces/amazon-ses-replaced-id", REPORT_DSN_FAILED, TRUE,
    "010201a0c9f1e7aa-5d0b2f30-1111-4222-8333-944445555666-000000@eu-west-1.relay.example", "buyer@vanished.test",
    "mailer-daemon@eu-west-1.relay.example" },
  { "bounces/amazon-ses-receiving", REPORT_DSN_FAILED, TRUE, "1772801122.6519.form@survey.example.net",
    "unknown.box@panel.test", "postmaster@panel.test" },
  { "bounces/yahoo-text", REPORT_BOUNCE, TRUE, "1093277511.4180229.1781113344556@mail.portal.example",
    "pigeon@loft.test", "mailer-daemon@portal.example" },
  { "bounces/aol-text-transcript", REPORT_BOUNCE, TRUE, "8CB7A11F09C2D40-14E8-3A7F@webmail.online.example",
    "captain@steamboat.test", "mailer-daemon@online.example" },
  { "bounces/gmx-header-of-original", REPORT_BOUNCE, TRUE,
    "trinity-0a1b2c3d-4e5f-4607-8899-aabbccddeeff-1769004611001@3c-app-webde-bs42", "oma.lore@garten.test",
    "mailer-daemon@mail.provider.example" },
  { "bounces/oneandone-german", REPORT_DSN_FAILED, TRUE, "4713f0ab-9a3e-2ad3-bd0c-handwerk@example.org",
    "bauamt@stadt.test", "mailer-daemon@kundenserver.example" },
  { "bounces/zoho-invalid-address", REPORT_BOUNCE, TRUE, "19d8f0a3b11.c0ffee1234.7788990011@suite.example.net",
    "ceo@paperclip.test cfo@paperclip.test", "mailer-daemon@mail.suite.example" },
  { "bounces/yandex-russian", REPORT_DSN_FAILED, TRUE, "22711780304401@webcorp04e.post.example", "nevermore@raven.test",
    "mailer-daemon@post.example" },
  { "bounces/mailru-exim-russian", REPORT_BOUNCE, TRUE, "1768464011.330298112@f211.i.box.example", "teplo@zima.test",
    "mailer-daemon@corp.box.example" },
  { "bounces/icloud-messaging-server", REPORT_DSN_FAILED, TRUE, "6a1d3e5f-7b90-4c2e-8d11-f0e9d8c7b6a5@me.example",
    "orchard@apples.test", "postmaster@mac.example", "6a1d3e5f-7b90-4c2e-8d11-f0e9d8c7b6a5@me.example" },
  { "bounces/domino-delivery-failure", REPORT_DSN_FAILED, TRUE,
    "OF7A91C0D2.3E4F5A6B-ONC1258DA1.0031AA20-C1258DA1.0031AA21@paper.example.net", "t.blank@press.test",
    "postmaster@press.test" },
  { "bounces/notes-japanese", REPORT_BOUNCE, TRUE, "4E0A11C9D7.tanuki.notes@example.org", "kitsune@inari.test",
    "postmaster@notes.inari.test" },
  { "bounces/groupwise-undeliverable", REPORT_BOUNCE, TRUE, "s4a1f77c0.011@college.example.org", "k.holt@academy.test",
    "mailer-daemon@academy.test" },
  { "bounces/imail-unknown-user", REPORT_BOUNCE, TRUE, "200811040933.AA1139@mailbox.example.org", "jester@court.test",
    "postmaster@court.test" },
  { "bounces/mdaemon-permanent-errors", REPORT_BOUNCE, TRUE, "MDAEMON-F201003151144.AA445210@dojo.example.net",
    "sensei@mountain.test", "mailer-daemon@dojo.example.net" },
  { "bounces/interscan-unable-to-deliver", REPORT_BOUNCE, TRUE, "201004190801.o3J81Qx0@farm.example.net",
    "miller@grain.test", "postmaster@imss.farm.example.net" },
  { "bounces/barracuda-blocked", REPORT_DSN_FAILED, TRUE, "6f0e9b1c77a1@florist.example.org", "events@palace.test",
    "mailer-daemon" },
  { "bounces/mimecast-no-original", REPORT_BOUNCE, TRUE, NULL, "clerk@counting.house.test",
    "postmaster@counting.house.test" },
  { "bounces/messagelabs", REPORT_DSN_FAILED, TRUE, "71d5e9.clock@tower.example.org", "tick@tock.test",
    "mailer-daemon@towers.example.com" },
  { "bounces/james-mail-server", REPORT_BOUNCE, TRUE, "31881947.2.1274695200112.JavaMail.coffee@beans.example.net",
    "roaster@crema.test", "postmaster@james.beans.example.net" },
  { "bounces/powermta-delivery-report", REPORT_DSN_FAILED, TRUE, "camp77.55120.20260209@send.example.com",
    "left.last.year@club.test", "postmaster@mta14.send.example.com" },
  { "bounces/mailmarshal-no-original", REPORT_BOUNCE, TRUE, NULL, "quarry@granite.test",
    "postmaster@gate.example.net" },
  { "bounces/pager-gateway-no-id", REPORT_BOUNCE, TRUE, NULL, "5550100@pager.test", "sysadmin@pager.test" },
  { "bounces/provider-german-text", REPORT_BOUNCE, TRUE, "1mQ2aV-0xk8Hc0@fwd77.telefon.example", "reiter@pferd.test",
    "postmaster@mailout12.telefon.example" },
  { "bounces/provider-japanese-mobile", REPORT_BOUNCE, TRUE, "20110803.0912.hayai@train.example.org",
    "hayai.hayai@keitai.test", "postmaster@keitai.test" },
  { "bounces/pmdf-transcript-fields", REPORT_BOUNCE, TRUE, "01J9ZK4Q2T0E8Y4X@vax.example.org", "admiral@fleet.test",
    "mailer-daemon@mail.fleet.test" },
  { "bounces/lang-french-exchange-text", REPORT_DSN_FAILED, TRUE, "b7a4.velo@atelier.example.org", "roue@cycles.test",
    "postmaster@cycles.test" },
  { "bounces/lang-spanish-text", REPORT_BOUNCE, TRUE, "es-2026.0217@example.net", "taller@coches.test",
    "mailer-daemon@correo.test" },
  { "bounces/lang-italian-text", REPORT_BOUNCE, TRUE, "20260325101500.it@example.org", "vino@cantina.test",
    "postmaster@posta.test" },
  { "bounces/lang-portuguese-dsn", REPORT_DSN_FAILED, TRUE, "pt.1199.praia@example.net", "barco@porto.test",
    "mailer-daemon@correio.test" },
  { "bounces/lang-dutch-text", REPORT_BOUNCE, TRUE, "nl-kaas-0412@example.org", "markt@gouda.test",
    "mailer-daemon@post.nl.test" },
  { "bounces/lang-polish-dsn", REPORT_DSN_FAILED, TRUE, "pl.pierogi.881@example.net", "kuchnia@bar.test",
    "mailer-daemon@poczta.test" },
  { "bounces/lang-russian-koi8r", REPORT_BOUNCE, TRUE, "ru.20051104.samovar@example.org", "chai@tula.test",
    "mailer-daemon@pochta.test" },
  { "bounces/lang-czech-windows1250", REPORT_BOUNCE, TRUE, "cz-20080919-pivo@example.net", "hospoda@plzen.test",
    "mailer-daemon@posta.cz.test" },
  { "bounces/lang-swedish-text", REPORT_BOUNCE, TRUE, "se.kanelbulle.04@example.org", "bageri@fika.test",
    "postmaster@epost.test" },
  { "bounces/lang-danish-dsn", REPORT_DSN_FAILED, TRUE, "dk.smorrebrod@example.net", "frokost@kro.test",
    "mailer-daemon@post.dk.test" },
  { "bounces/lang-norwegian-text", REPORT_BOUNCE, TRUE, "no-fjord-17@example.org", "hytte@fjell.test",
    "mailer-daemon@epost.no.test" },
  { "bounces/lang-finnish-text", REPORT_BOUNCE, TRUE, "fi.sauna.2102@example.net", "mokki@jarvi.test",
    "postmaster@posti.test" },
  { "bounces/lang-turkish-text", REPORT_BOUNCE, TRUE, "tr.kahve.77@example.org", "carsi@pazar.test",
    "mailer-daemon@posta.tr.test" },
  { "bounces/lang-greek-dsn", REPORT_DSN_FAILED, TRUE, "gr.elia.31@example.net", "ladi@elaionas.test",
    "mailer-daemon@tachydromeio.test" },
  { "bounces/lang-japanese-utf8-base64", REPORT_BOUNCE, TRUE, "jp-20260303-hina@example.org", "ningyo@sakura.test",
    "mailer-daemon@yubin.test" },
  { "bounces/lang-chinese-gb2312", REPORT_BOUNCE, TRUE, "cn.cha.20120501@example.net", "longjing@chaye.test",
    "postmaster@youxiang.test" },
  { "bounces/lang-korean-euckr", REPORT_DSN_FAILED, TRUE, "kr.kimchi.1120@example.org", "jang@halmoni.test",
    "mailer-daemon@upyeon.test" },
  { "bounces/lang-arabic-windows1256", REPORT_BOUNCE, TRUE, "ar.tamr.0909@example.net", "nakhil@waha.test",
    "mailer-daemon@barid.test" },
  { "bounces/utf16-text", REPORT_BOUNCE, TRUE, "utf16.oak.552@example.org", "acorn@forest.test",
    "postmaster@sawmill.test" },
  { "bounces/headers-only-folded-id-qp", REPORT_DSN_FAILED, TRUE,
    "a-very-long-message-id-that-a-mail-program-made.0123456789.abcdefghij@desktop-of-the-secretary.example.net",
    "visitor@abbey.test", "mailer-daemon@cloister.example.net" },
  { "bounces/base64-headers-part", REPORT_DSN_FAILED, TRUE, "base64.hdr.20260622@example.org", "mole@tunnel.test",
    "mailer-daemon@surface.example.org" },
  { "bounces/base64-returned-message", REPORT_DSN_FAILED, TRUE, "b64.full.77@example.net", "rabbit@warren.test",
    "postmaster@hedge.test" },
  { "bounces/truncated-in-header", REPORT_DSN_FAILED, TRUE, "cut.in.header.9@example.org", "tailor@thread.test",
    "mailer-daemon@mx.thread.test" },
  { "bounces/truncated-in-attachment", REPORT_DSN_FAILED, TRUE, "cut.in.pdf.10@example.net", "archive@folio.test",
    "mailer-daemon@mx.folio.test" },
  { "bounces/nested-two-levels", REPORT_BOUNCE, TRUE, "inner.most.1918@example.org", "hermit@cave.test",
    "postmaster@gateway.example.org" },
  { "bounces/quoted-original", REPORT_BOUNCE, TRUE, "quoted.with.marks@example.net", "smith@forge.test",
    "mailer-daemon@anvil.test" },
  { "bounces/action-expired", REPORT_DSN_FAILED, TRUE, "expired.action.5@example.org", "late@train.test",
    "mailer-daemon@queue.example.org" },
  { "bounces/action-error-odd-case", REPORT_DSN_FAILED, TRUE, "odd.case.6@example.net", "echo@valley.test",
    "mailer-daemon@loud.example.net" },
  { "bounces/one-failed-one-delivered", REPORT_DSN_FAILED, TRUE, "half.way.7@example.org", "deaf@ear.test",
    "mailer-daemon@horn.example.org" },
  { "bounces/original-recipient-beats-final", REPORT_DSN_FAILED, TRUE, "alias.8@example.net", "info@alias.test",
    "mailer-daemon@target.test" },
  { "bounces/every-alias-of-the-id", REPORT_DSN_FAILED, TRUE,
    "new-id-from-the-relay@relay.test ill+formed.id@client.example.org resent.88@client.example.org",
    "post@office.test", "mailer-daemon@relay.test" },
  { "bounces/refer-back-only", REPORT_BOUNCE, TRUE, NULL, "warden@tower.test", "postmaster@tower.test",
    "refers.to.this@example.net" },
  { "bounces/x-failed-recipients-only", REPORT_BOUNCE, TRUE, NULL, "shepherd@hill.test", "mailer-daemon@ridge.test" },
  { "bounces/nothing-to-go-by", REPORT_BOUNCE, TRUE, NULL, NULL, "mailer-daemon@fog.test" },
  { "bounces/html-only", REPORT_BOUNCE, TRUE, "html.only.12@example.org", "window@pane.test", "postmaster@glass.test" },
  { "bounces/bare-id-no-space", REPORT_BOUNCE, TRUE, "bare.id.13@example.net", "cup@saucer.test",
    "mailer-daemon@cupboard.test" },
  { "bounces/with-return-path-of-a-person", REPORT_DSN_FAILED, TRUE, "not.null.14@example.org", "moon@sky.test",
    "postmaster@night.test" },
  { "bounces/dsn-delivered", REPORT_DSN_OTHER, TRUE, "please.confirm.15@example.net", "baker@oven.test",
    "postmaster@oven.test" },
  { "bounces/challenge-confirm", REPORT_CHALLENGE, TRUE, NULL, "shy@hedgehog.test", "shy+confirm-7f1a@hedgehog.test" },
  { "bounces/challenge-click-with-headers", REPORT_CHALLENGE, TRUE, "spoofed.17@client.example", "dora@quiet.test",
    "noreply@gatekeeper.test" },
  { "bounces/virus-notice-amavis", REPORT_DSN_FAILED, TRUE, "worm.18@infected.example", "pharmacy@remedy.test",
    "postmaster@clinic.test" },
  { "bounces/virus-notice-text", REPORT_VIRUS_NOTICE, TRUE, NULL, "library@books.test", "antivirus@books.test" },
  { "bounces/auto-reply-vacation-quoted", REPORT_AUTO_REPLY, FALSE, NULL, NULL, "jo@office.test",
    "asked.20@example.org" },
  { "bounces/auto-reply-outlook-german", REPORT_AUTO_REPLY, FALSE, NULL, NULL, "uwe@amt.test", "frage.21@example.net" },
  { "bounces/auto-reply-ticket", REPORT_AUTO_REPLY, FALSE, NULL, NULL, "support@printer.test", "toner.22@example.org" },
  { "bounces/receipt-read", REPORT_RECEIPT, FALSE, "read.me.23@example.net", NULL, "iris@flower.test" },
  { "bounces/receipt-deleted-unread", REPORT_RECEIPT, FALSE, "deleted.24@example.org", NULL, "s.dust@shelf.test" },
  { "bounces/postfix-german-template", REPORT_DSN_FAILED, TRUE, "de.vorlage.25@example.net", "chef@baeckerei.test",
    "mailer-daemon@backstube.example.net" },
  { "bounces/communigate", REPORT_DSN_FAILED, TRUE, "web-1077@orchestra.example.org", "oboe@reeds.test",
    "mailer-daemon@orchestra.example.org" },
  { "bounces/hmailserver", REPORT_BOUNCE, TRUE, "5F1A.77@office.example.net", "lamp@desk.test",
    "mailer-daemon@office.example.net" },
  { "bounces/mailenable", REPORT_BOUNCE, TRUE, "8C0D77F1A2@barn.example.org", "hay@field.test",
    "postmaster@barn.example.org" },
  { "bounces/smartermail", REPORT_BOUNCE, TRUE, "1c0a4e.smart@pool.example.net", "towel@bath.test", NULL },
  { "bounces/mercury32", REPORT_BOUNCE, TRUE, "2F3A11.pegasus@stable.example.org", "mane@comb.test",
    "postmaster@stable.example.org" },
  { "bounces/xmail", REPORT_DSN_FAILED, TRUE, "S5A01C.xm@cellar.example.net", "cork@bottle.test",
    "root@cellar.example.net" },
  { "bounces/error-sending-your-mail", REPORT_BOUNCE, TRUE, "69ac.x6@drum.example.org", "stick@beat.test",
    "mailer-daemon@drum.example.org" },
  { "bounces/biglobe-style", REPORT_BOUNCE, TRUE, "20090309.kaze@wind.example.org", "tako@sora.test",
    "postmaster@sora.test" },
  { "bounces/boxtrapper-challenge", REPORT_CHALLENGE, TRUE, NULL, "post@fence.test", "post@fence.test" },
  { "bounces/challenge-portuguese", REPORT_CHALLENGE, TRUE, NULL, "joana@caixa.test", "joana@caixa.test" },
  { "bounces/virus-notice-german", REPORT_VIRUS_NOTICE, TRUE, NULL, "werkstatt@motor.test", "viruswarnung@motor.test" },
  { "bounces/exchange-swedish-text-only", REPORT_BOUNCE, TRUE, NULL, "kassa@butik.test", "postmaster@butik.test",
    "se.13@example.net" },
  { "bounces/microsoft365-czech-refer-back", REPORT_DSN_FAILED, TRUE, NULL, "obchod@firma.test",
    "postmaster@firma.test", "cz.14@example.org" },
  { "bounces/subject-only", REPORT_BOUNCE, TRUE, NULL, NULL, "mailer-daemon@library.test" },
  { "bounces/sendmail4-before-mime", REPORT_BOUNCE, TRUE, "199502161716.AA00077@bridge.example.org", "troll@under.test",
    "mailer-daemon@bridge.example.org" },
  { "lookalikes/forward-inline-english", REPORT_NONE, FALSE },
  { "lookalikes/forward-inline-german", REPORT_NONE, FALSE },
  { "lookalikes/forward-inline-french", REPORT_NONE, FALSE },
  { "lookalikes/forward-inline-italian-webmail", REPORT_NONE, FALSE },
  { "lookalikes/forward-attached-bounce", REPORT_NONE, FALSE },
  { "lookalikes/forward-attached-no-words", REPORT_NONE, FALSE },
  { "lookalikes/forward-attached-letter", REPORT_NONE, FALSE },
  { "lookalikes/resent-bounce-by-a-person", REPORT_NONE, FALSE },
  { "lookalikes/discussion-quotes-bounce-in-full", REPORT_NONE, FALSE },
  { "lookalikes/discussion-top-posted-original-message", REPORT_NONE, FALSE },
  { "lookalikes/digest-with-a-bounce", REPORT_NONE, FALSE },
  { "lookalikes/digest-plain-text", REPORT_NONE, FALSE },
  { "lookalikes/list-traffic-about-bounces", REPORT_NONE, FALSE },
  { "lookalikes/newsgroup-gateway-mail-failure", REPORT_NONE, FALSE },
  { "lookalikes/newsletter-from-postmaster", REPORT_NONE, FALSE },
  { "lookalikes/newsletter-auto-submitted", REPORT_NONE, FALSE },
  { "lookalikes/marketing-from-mailer-daemon-like-name", REPORT_NONE, FALSE },
  { "lookalikes/invitation-null-sender", REPORT_NONE, FALSE },
  { "lookalikes/calendar-cancelled-from-system", REPORT_NONE, FALSE },
  { "lookalikes/dmarc-aggregate", REPORT_FEEDBACK, FALSE },
  { "lookalikes/dmarc-aggregate-multipart", REPORT_FEEDBACK, FALSE },
  { "lookalikes/dmarc-failure-report", REPORT_FEEDBACK, FALSE },
  { "lookalikes/arf-abuse-complaint", REPORT_FEEDBACK, FALSE },
  { "lookalikes/tls-report", REPORT_FEEDBACK, FALSE },
  { "lookalikes/read-receipt-outlook", REPORT_RECEIPT, FALSE, "rcpt.25@example.net", NULL, "boss@firm.example.com" },
  { "lookalikes/out-of-office-original-quoted", REPORT_AUTO_REPLY, FALSE, NULL, NULL, "vera@bureau.example.com",
    "ooo.26@example.org" },
  { "lookalikes/vacation-null-sender-left-company", REPORT_AUTO_REPLY, FALSE, NULL, NULL, "former@works.example.com",
    "left.27@example.net" },
  { "lookalikes/ticket-acknowledgement", REPORT_AUTO_REPLY, FALSE, NULL, NULL, "help@shop.example.com",
    "shop.28@example.org" },
  { "lookalikes/ticket-update-by-a-person", REPORT_NONE, FALSE },
  { "lookalikes/moderation-notice", REPORT_NONE, FALSE },
  { "lookalikes/moderator-request-with-message-attached", REPORT_NONE, FALSE },
  { "lookalikes/cron-from-root", REPORT_NONE, FALSE },
  { "lookalikes/logwatch-counts-bounces", REPORT_NONE, FALSE },
  { "lookalikes/monitoring-smtp-critical", REPORT_NONE, FALSE },
  { "lookalikes/monitoring-queue-null-sender", REPORT_NONE, FALSE },
  { "lookalikes/list-membership-disabled-by-bounces", REPORT_NONE, FALSE },
  { "lookalikes/list-bounce-action-notification", REPORT_NONE, FALSE },
  { "lookalikes/list-warning-with-bounce-copied", REPORT_NONE, FALSE },
  { "lookalikes/list-subscription-confirm", REPORT_NONE, FALSE },
  { "lookalikes/account-verification", REPORT_NONE, FALSE },
  { "lookalikes/password-reset", REPORT_NONE, FALSE },
  { "lookalikes/parcel-nobody-home", REPORT_NONE, FALSE },
  { "lookalikes/parcel-german-null-sender", REPORT_NONE, FALSE },
  { "lookalikes/parcel-delayed", REPORT_NONE, FALSE },
  { "lookalikes/order-delivered", REPORT_NONE, FALSE },
  { "lookalikes/person-subject-undelivered-mail", REPORT_NONE, FALSE },
  { "lookalikes/administrator-writes-as-postmaster", REPORT_NONE, FALSE },
  { "lookalikes/person-called-mailer", REPORT_NONE, FALSE },
  { "lookalikes/contact-form-null-sender", REPORT_NONE, FALSE },
  { "lookalikes/fax-notice-null-sender", REPORT_NONE, FALSE },
  { "lookalikes/voicemail-from-system-administrator", REPORT_NONE, FALSE },
  { "lookalikes/abuse-report-by-a-person", REPORT_NONE, FALSE },
  { "lookalikes/new-sign-in-alert", REPORT_NONE, FALSE },
  { "lookalikes/backup-failed-null-sender", REPORT_NONE, FALSE },
  { "lookalikes/build-failed-notification", REPORT_NONE, FALSE },
  { "lookalikes/patch-for-a-bounce-parser", REPORT_NONE, FALSE },
  { "lookalikes/issue-tracker-quotes-exim-bounce", REPORT_NONE, FALSE },
  { "lookalikes/feed-to-mail", REPORT_NONE, FALSE },
  { "lookalikes/bank-returned-payment", REPORT_NONE, FALSE },
  { "lookalikes/teacher-attaches-bounce-as-text", REPORT_NONE, FALSE },
  { "lookalikes/quarantine-digest-null-sender", REPORT_NONE, FALSE },
  { "lookalikes/quota-warning-from-postmaster", REPORT_NONE, FALSE },
  { "lookalikes/maintenance-notice-from-administrator", REPORT_NONE, FALSE },
  { "lookalikes/application-not-successful", REPORT_NONE, FALSE },
  { "lookalikes/japanese-letter-about-a-delivery-error", REPORT_NONE, FALSE },
  { "lookalikes/spanish-forward-attached", REPORT_NONE, FALSE },
  { "lookalikes/signed-mail-mentions-returned-mail", REPORT_NONE, FALSE },
  { "lookalikes/list-owner-forwards-to-list", REPORT_NONE, FALSE },
  { "lookalikes/forward-of-an-out-of-office", REPORT_NONE, FALSE },
  { "lookalikes/welcome-from-mail-system", REPORT_NONE, FALSE },
  { "lookalikes/invoice-from-mailer-service", REPORT_NONE, FALSE },
  { "lookalikes/sent-to-self-draft-of-a-report", REPORT_NONE, FALSE },
  { "lookalikes/petition-delivery-notice-in-french", REPORT_NONE, FALSE },
  { "lookalikes/forward-attached-mutt-style-by-admin", REPORT_NONE, FALSE },
  { "lookalikes/forward-attached-subject-unchanged", REPORT_NONE, FALSE },
  { "lookalikes/webmaster-asks-about-a-bounce", REPORT_NONE, FALSE },
  { "lookalikes/ticket-system-quotes-a-bounce", REPORT_NONE, FALSE },
  { "lookalikes/list-post-from-postmaster-person", REPORT_NONE, FALSE },
  { "lookalikes/newsletter-from-mailer-null-sender", REPORT_NONE, FALSE },
  { "lookalikes/server-room-door-report", REPORT_NONE, FALSE },
  { "lookalikes/read-receipt-plain-text", REPORT_RECEIPT, FALSE, NULL, NULL, "leo@example.com" },
  { "lookalikes/vacation-spanish-null-sender", REPORT_AUTO_REPLY, FALSE, NULL, NULL, "carmen@oficina.example.com" },
};

static char *samples_folder(void)
{
  const char *top = g_getenv("top_srcdir");
  return g_build_filename(top != NULL ? top : ".", "tests", "samples", NULL);
}

static GBytes *sample_load(const char *file)
{
  g_autofree char *folder = samples_folder(), *path = g_strdup_printf("%s/%s.eml", folder, file);
  char *text = NULL;
  gsize length = 0;
  g_autoptr(GError) error = NULL;
  if (!g_file_get_contents(path, &text, &length, &error)) fail_msg("%s", error->message);
  return g_bytes_new_take(text, length);
}

/* The header, up to its blank line. */
static gsize header_length(const char *text, gsize length)
{
  const char *lf = g_strstr_len(text, length, "\n\n"), *crlf = g_strstr_len(text, length, "\r\n\r\n");
  if (lf == NULL || (crlf != NULL && crlf < lf)) lf = crlf;
  return lf != NULL ? (gsize)(lf - text) + 1 : length;
}

/* As the daemon does: what is no candidate is not read. */
static Report *sample_read(const char *file)
{
  g_autoptr(GBytes) message = sample_load(file);
  gsize length;
  const char *text = g_bytes_get_data(message, &length);
  return filter_candidate(text, header_length(text, length)) ? filter_read(message) : report_new();
}

static char *list_text(const GPtrArray *list)
{
  g_autoptr(GPtrArray) terminated = g_ptr_array_new();
  for (guint i = 0; i < list->len; i++) g_ptr_array_add(terminated, list->pdata[i]);
  g_ptr_array_add(terminated, NULL);
  return g_strjoinv(" ", (char **)terminated->pdata);
}

static void assert_holds(const GPtrArray *list, const char *what, const char *wanted)
{
  if (wanted == NULL) return;
  g_auto(GStrv) words = g_strsplit(wanted, " ", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    gboolean found = FALSE;
    for (guint k = 0; k < list->len && !found; k++) found = strcmp(list->pdata[k], words[i]) == 0;
    g_autofree char *got = list_text(list);
    if (!found) fail_msg("%s: want %s, got: %s", what, words[i], got);
  }
}

static void assert_ids(const GPtrArray *ids, const char *wanted)
{
  assert_holds(ids, "ids", wanted);
  g_auto(GStrv) words = g_strsplit(wanted != NULL ? wanted : "", " ", -1);
  g_autofree char *got = list_text(ids);
  if (ids->len != g_strv_length(words)) fail_msg("ids: want %s, got: %s", wanted != NULL ? wanted : "none", got);
}

/* With nothing known and everything covered: the verdict that would move it, were it judged. */
static VerdictCode judge_harshly(const Report *report)
{
  g_autoptr(Facts) facts = facts_new();
  facts->covered = TRUE;
  facts->waited = TRUE;
  const Policy policy = POLICY_DEFAULT(4102444800);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  return verdict->code;
}

static void test_sample(void **state)
{
  const Sample *sample = *state;
  g_autoptr(Report) report = sample_read(sample->file);
  if (report->kind != sample->kind)
    fail_msg("kind: want %s, got %s", report_kind_name(sample->kind), report_kind_name(report->kind));
  assert_int_equal(judge_harshly(report) != VERDICT_PASS, sample->judged);
  if (sample->kind == REPORT_NONE || sample->kind == REPORT_FEEDBACK) return;
  assert_ids(report->original.message_ids, sample->ids);
  assert_holds(report->recipients, "recipients", sample->recipients);
  assert_holds(report->refer_backs, "refers back to", sample->refer_back);
  if (sample->reporter != NULL
      && g_ascii_strcasecmp(report->reporter != NULL ? report->reporter : "", sample->reporter) != 0)
    fail_msg("reporter: want %s, got %s", sample->reporter, report->reporter != NULL ? report->reporter : "none");
}

static gboolean has_word(const char *words, const char *word)
{
  g_auto(GStrv) each = g_strsplit(words != NULL ? words : "", " ", -1);
  return g_strv_contains((const char *const *)each, word);
}

/* A returned message may be cut off anywhere: half an id must not pass for an id, or the owner's mail would look
 * foreign. */
static void test_cut_anywhere(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
    g_autoptr(GBytes) message = sample_load(samples[i].file);
    for (gsize length = 0; length < g_bytes_get_size(message); length += CUT_STEP) {
      g_autoptr(GBytes) part = g_bytes_new_from_bytes(message, 0, length);
      g_autoptr(Report) report = filter_read(part);
      for (guint k = 0; samples[i].judged && k < report->original.message_ids->len; k++)
        if (!has_word(samples[i].ids, report->original.message_ids->pdata[k]))
          fail_msg("%s cut at %" G_GSIZE_FORMAT ": %s", samples[i].file, length,
                   (const char *)report->original.message_ids->pdata[k]);
    }
  }
}

static gboolean has_row(const char *folder, const char *name)
{
  g_autofree char *file = g_strdup_printf("%s/%s", folder, name);
  for (guint i = 0; i < G_N_ELEMENTS(samples); i++)
    if (g_str_has_prefix(file, samples[i].file) && strcmp(file + strlen(samples[i].file), ".eml") == 0) return TRUE;
  return FALSE;
}

static void test_no_file_without_row(void **state)
{
  static const char *const folders[] = { "bounces", "lookalikes" };
  g_autofree char *top = samples_folder();
  guint files = 0;
  for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
    g_autofree char *path = g_build_filename(top, folders[i], NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    assert_non_null(dir);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL; files++)
      if (!has_row(folders[i], name)) fail_msg("%s/%s has no row in the table", folders[i], name);
  }
  assert_int_equal(files, G_N_ELEMENTS(samples));
}

int main(void)
{
  filter_init();
  struct CMUnitTest tests[G_N_ELEMENTS(samples) + 2];
  for (guint i = 0; i < G_N_ELEMENTS(samples); i++)
    tests[i] = (struct CMUnitTest){ samples[i].file, test_sample, NULL, NULL, (void *)&samples[i] };
  tests[G_N_ELEMENTS(samples)] = (struct CMUnitTest)cmocka_unit_test(test_no_file_without_row);
  tests[G_N_ELEMENTS(samples) + 1] = (struct CMUnitTest)cmocka_unit_test(test_cut_anywhere);
  return cmocka_run_group_tests_name("samples", tests, NULL, NULL);
}
