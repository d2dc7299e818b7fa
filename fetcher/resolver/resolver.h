/* resolver.h - how backstop-resolver is called: a program of its own, so that no other speaks DNS, or has libunbound.
 *
 *   backstop-resolver [--no-dnssec] [ADDRESS[@PORT]...]
 *
 * It asks the name servers named, else those of /etc/resolv.conf, and nothing before it is told to. Where the root's
 * keys are installed (dns-root-data), an answer that DNSSEC shows to be forged is a failure.
 *
 * In, a line each, fields with a tab between them: NUMBER TYPE NAME. TYPE is A, AAAA, MX, PTR or TXT.
 * Out, a line for each of these, in any order: NUMBER STATE SECONDS PROOF VALUE... STATE is found, none or failed;
 * SECONDS for how long it holds; PROOF is secure (by DNSSEC) or plain. Values are as filter/dns.h says; what an answer
 * has beside these (text that is not printable ASCII, say) is left out.
 * It ends after the last answer to what came before the end of its input; when its parent ends; after RESOLVER_SECONDS;
 * and at once when a line is none. */
#pragma once

#define RESOLVER_PROGRAM "backstop-resolver"
#define RESOLVER_QUESTIONS_MOST 200 /* of one run */
#define RESOLVER_QUESTION_LONGEST 300
#define RESOLVER_ANSWER_LONGEST 65536 /* bytes of a line, its end included; one that would be longer is a failure */
#define RESOLVER_SECONDS 30
