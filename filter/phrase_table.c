/* phrase_table.c - what automatic reports say, in some twenty languages
 * Owns:     the rows; a new wording is a new row.
 * Must not: hold code.
 * Fails:    never.
 * Tests:    tests/filter/test_text.c */
#include "filter/phrases.h"

#define S PHRASE_IN_SUBJECT
#define T PHRASE_IN_TEXT
#define L PHRASE_IN_LINE
#define FAILURE(weight, place, text)                                                                                   \
  {                                                                                                                    \
    text, PHRASE_FAILURE, weight, place                                                                                \
  }
#define DELAY(weight, place, text)                                                                                     \
  {                                                                                                                    \
    text, PHRASE_DELAY, weight, place                                                                                  \
  }
#define DELIVERED(weight, place, text)                                                                                 \
  {                                                                                                                    \
    text, PHRASE_DELIVERED, weight, place                                                                              \
  }
#define AWAY(weight, place, text)                                                                                      \
  {                                                                                                                    \
    text, PHRASE_AWAY, weight, place                                                                                   \
  }
#define CHALLENGE(weight, place, text)                                                                                 \
  {                                                                                                                    \
    text, PHRASE_CHALLENGE, weight, place                                                                              \
  }
#define VIRUS(weight, place, text)                                                                                     \
  {                                                                                                                    \
    text, PHRASE_VIRUS, weight, place                                                                                  \
  }
#define RECEIPT(weight, place, text)                                                                                   \
  {                                                                                                                    \
    text, PHRASE_RECEIPT, weight, place                                                                                \
  }
#define CUT(text)                                                                                                      \
  {                                                                                                                    \
    text, PHRASE_CUT, 1, L                                                                                             \
  }

#define WRITER(weight, text)                                                                                           \
  {                                                                                                                    \
    text, PHRASE_WRITER, weight, PHRASE_IN_FROM                                                                        \
  }

/* clang-format off */
const Phrase phrase_table[] = {
  /* English: subjects */
  FAILURE(5, S, "undelivered mail returned to sender"), FAILURE(5, S, "mail delivery failed"), FAILURE(5, S, "mail delivery failure"),
  FAILURE(5, S, "delivery status notification"), FAILURE(5, S, "delivery status"), FAILURE(5, S, "failure notice"), FAILURE(5, S, "returned mail"),
  FAILURE(5, S, "undeliverable"), FAILURE(5, S, "undelivered"), FAILURE(4, S, "delivery failure"), FAILURE(4, S, "delivery has failed"),
  FAILURE(4, S, "delivery failed"), FAILURE(4, S, "could not be delivered"), FAILURE(4, S, "couldn't be delivered"),
  FAILURE(4, S, "not delivered"), FAILURE(4, S, "unable to deliver"), FAILURE(5, S, "see transcript for details"),
  FAILURE(5, S, "returning message to sender"), FAILURE(5, S, "non delivery notification"), FAILURE(5, S, "non-delivery"),
  FAILURE(4, S, "nondeliverable"), FAILURE(4, S, "undeliverable mail"), FAILURE(4, S, "mail system error"), FAILURE(4, S, "mail failure"),
  FAILURE(4, S, "delivery report"), FAILURE(4, S, "delivery notification"), FAILURE(4, S, "delivery error"), FAILURE(3, S, "delivery problem"),
  FAILURE(4, S, "message delivery"), FAILURE(3, S, "error message"), FAILURE(4, S, "user unknown"), FAILURE(3, S, "address not found"),
  FAILURE(3, S, "mailbox full"), FAILURE(3, S, "mailbox unavailable"), FAILURE(4, S, "message you sent blocked"), FAILURE(3, S, "message blocked"),
  FAILURE(3, S, "message rejected"), FAILURE(3, S, "mail rejected"), FAILURE(3, S, "email rejected"), FAILURE(3, S, "your message was rejected"),
  FAILURE(3, S, "rejected:"), FAILURE(4, S, "bounced mail"), FAILURE(3, S, "bounce notification"), FAILURE(3, S, "mail could not be sent"),
  FAILURE(3, S, "not member"), FAILURE(3, S, "not a member"), FAILURE(3, S, "problem delivering"), FAILURE(3, S, "error sending"),
  FAILURE(3, S, "message status"), FAILURE(3, S, "mail status report"), FAILURE(3, S, "ndr:"), FAILURE(3, S, "nondelivery"),
  FAILURE(4, S, "failure delivery"), FAILURE(4, S, "failed delivery"), FAILURE(3, S, "delivery notice"), FAILURE(3, S, "failure notification"), FAILURE(3, S, "failure report"), FAILURE(3, S, "bounce:"), FAILURE(3, S, "delivery unsuccessful"), FAILURE(3, S, "mail error"), FAILURE(3, S, "cannot deliver"), FAILURE(3, S, "can not be delivered"), FAILURE(3, S, "unknown user"), FAILURE(3, S, "user not found"), FAILURE(3, S, "host unknown"), FAILURE(3, S, "returned to sender"), FAILURE(3, S, "return to sender"),
  FAILURE(3, S, "blocked by our bulk email filter"), FAILURE(3, S, "cannot send message"), FAILURE(3, S, "can't be delivered"),
  FAILURE(3, S, "cannot be delivered"), FAILURE(3, S, "was not sent"), FAILURE(3, S, "failed mail"),
  /* English: text */
  FAILURE(5, T, "could not be delivered"), FAILURE(4, T, "couldn't be delivered"), FAILURE(4, T, "cannot be delivered"), FAILURE(4, T, "can't be delivered"),
  FAILURE(4, T, "was not delivered"), FAILURE(4, T, "has not been delivered"), FAILURE(4, T, "were not delivered"), FAILURE(4, T, "wasn't delivered"),
  FAILURE(5, T, "was undeliverable"), FAILURE(4, T, "is undeliverable"), FAILURE(5, T, "i wasn't able to deliver your message"),
  FAILURE(5, T, "unable to deliver your message"), FAILURE(5, T, "unable to deliver message"), FAILURE(4, T, "unable to deliver"),
  FAILURE(5, T, "did not reach the following recipient"), FAILURE(5, T, "did not reach some or all of the intended recipients"),
  FAILURE(5, T, "following recipient(s) could not be reached"), FAILURE(4, T, "could not be reached"), FAILURE(4, T, "couldn't be reached"),
  FAILURE(5, T, "delivery to the following recipient"), FAILURE(5, T, "delivery has failed to these recipients"), FAILURE(4, T, "delivery has failed"),
  FAILURE(4, T, "delivery failed"), FAILURE(4, T, "delivery failure"), FAILURE(5, T, "delivery of the following message failed"),
  FAILURE(5, T, "the following addresses had permanent"), FAILURE(5, T, "the following addresses had delivery"), FAILURE(5, T, "the following address(es) failed"),
  FAILURE(5, T, "the following address failed"), FAILURE(5, T, "the following addresses failed"), FAILURE(4, T, "this is a permanent error"), FAILURE(3, T, "permanent fatal errors"),
  FAILURE(5, T, "transcript of session follows"), FAILURE(4, T, "this message was created automatically by mail delivery software"),
  FAILURE(5, T, "an error occurred while trying to deliver"), FAILURE(5, T, "an error has occurred while attempting to deliver"),
  FAILURE(5, T, "each of the following recipients was rejected"), FAILURE(5, T, "did not receive this message"), FAILURE(5, T, "the following recipients were affected"),
  FAILURE(3, T, "permanent failure"), FAILURE(3, T, "fatal error"), FAILURE(3, T, "failure reason"), FAILURE(3, T, "no further delivery attempts"), FAILURE(3, T, "giving up on"),
  FAILURE(3, T, "user unknown"), FAILURE(3, T, "unknown user"), FAILURE(3, T, "no such user"), FAILURE(3, T, "mailbox full"), FAILURE(3, T, "mailbox is full"), FAILURE(3, T, "over quota"),
  FAILURE(3, T, "user mailbox exceeds allowed size"), FAILURE(3, T, "mailbox unavailable"), FAILURE(3, T, "recipient address rejected"), FAILURE(3, T, "recipient rejected"),
  FAILURE(3, T, "invalid user"), FAILURE(3, T, "invalid recipient"), FAILURE(3, T, "unknown recipient"), FAILURE(3, T, "recipient not found"), FAILURE(3, T, "recipient name is not recognized"),
  FAILURE(3, T, "address not found"), FAILURE(3, T, "host unknown"), FAILURE(3, T, "remote host said"), FAILURE(3, T, "smtp error from remote"), FAILURE(3, T, "remote mail server"),
  FAILURE(3, T, "the response from the remote server"), FAILURE(3, T, "the error that the other server returned"), FAILURE(3, T, "account is disabled"), FAILURE(3, T, "user is unknown"),
  FAILURE(3, T, "does not exist"), FAILURE(3, T, "message rejected"), FAILURE(3, T, "was rejected"), FAILURE(3, T, "has been rejected"), FAILURE(3, T, "has been blocked"), FAILURE(3, T, "returned to sender"),
  FAILURE(3, T, "error message below"), FAILURE(3, T, "undeliverable"), FAILURE(3, T, "undelivered"), FAILURE(3, T, "non-delivery"), FAILURE(4, T, "returned mail"), FAILURE(3, T, "mail delivery failed"),
  FAILURE(4, T, "you are not a member of this mailing list"), FAILURE(3, T, "you are not allowed to post"), FAILURE(3, T, "not accepted for delivery"), FAILURE(3, T, "message could not be sent"),
  FAILURE(4, T, "your message to the following recipients cannot be delivered"), FAILURE(3, T, "delivery expired"), FAILURE(3, T, "retry timeout exceeded"), FAILURE(3, T, "retry time not reached"),
  FAILURE(4, T, "mail delivery error"), FAILURE(4, T, "had delivery problems"), FAILURE(4, T, "had trouble delivering"), FAILURE(4, T, "failed to deliver"), FAILURE(4, T, "undeliverable to the following"), FAILURE(4, T, "addresses in your message have failed"), FAILURE(3, T, "quota exceeded"), FAILURE(3, T, "exceeded their quota"),
  FAILURE(3, T, "mailbox is over"), FAILURE(3, T, "no mailbox here by that name"), FAILURE(3, T, "unrouteable"), FAILURE(3, T, "unroutable"), FAILURE(3, T, "account that you tried to reach"), FAILURE(3, T, "address couldn't be found"), FAILURE(3, T, "unable to receive mail"), FAILURE(4, T, "message not delivered"), FAILURE(4, T, "message wasn't delivered"),
  FAILURE(4, T, "non-delivered information"), FAILURE(3, T, "delivery problem"), FAILURE(4, T, "returned undelivered"), FAILURE(3, T, "returned to the sender"), FAILURE(3, T, "not listed in"), FAILURE(3, T, "name or alias not recognized"), FAILURE(3, T, "unknown host"), FAILURE(3, T, "host not found"), FAILURE(3, T, "user not found"), FAILURE(3, T, "no such recipient"),
  FAILURE(3, T, "no such address"), FAILURE(3, T, "no longer available"), FAILURE(3, T, "does not like recipient"), FAILURE(3, T, "unable to relay"), FAILURE(3, T, "relaying denied"), FAILURE(3, T, "command rejected"), FAILURE(3, T, "delivery time expired"), FAILURE(3, T, "message expired"), FAILURE(3, T, "could not be sent"), FAILURE(3, T, "not reach"),
  FAILURE(5, T, "\"notificationtype\":\"bounce\""), FAILURE(4, T, "\"bouncedrecipients\":"), FAILURE(3, T, "\"diagnosticcode\":"), FAILURE(3, T, "\"bouncetype\":"),
  DELAY(5, S, "delayed mail"), DELAY(5, S, "delivery status notification (delay)"), DELAY(4, S, "delivery delayed"), DELAY(4, S, "warning: could not send message"), DELAY(4, S, "could not send message for past"),
  DELAY(4, S, "message delayed"), DELAY(4, S, "delayed 24 hours"), DELAY(3, S, "warning: message"), DELAY(4, S, "notification: delayed"), DELAY(4, S, "notification: warning"), DELAY(4, S, "still being retried"),
  DELAY(4, S, "delayed delivery"), DELAY(4, S, "mail delayed"), DELAY(3, S, "deferred:"), DELAY(4, S, "delivery incomplete"), DELAY(3, S, "delivery delay"), DELAY(3, S, "delivery is delayed"),
  DELAY(5, T, "has not yet been delivered"), DELAY(5, T, "you do not need to resend"), DELAY(5, T, "you do not need to re-send"), DELAY(5, T, "you don't need to resend"), DELAY(5, T, "this is a warning message only"),
  DELAY(4, T, "will be retried"), DELAY(4, T, "delivery attempts will continue"), DELAY(4, T, "will keep trying"), DELAY(4, T, "will retry for"), DELAY(4, T, "message is delayed"), DELAY(4, T, "message will be retried"),
  DELAY(4, T, "delivery to the following recipient has been delayed"), DELAY(4, T, "delivery to the following recipients has been delayed"), DELAY(4, T, "no action is required on your part"), DELAY(3, T, "temporary failure report"), DELAY(3, T, "has been delayed"),
  DELAY(4, T, "delays in delivering"), DELAY(4, T, "this is just a warning"), DELAY(4, T, "still trying to deliver"), DELAY(4, T, "not been delivered yet"), DELAY(4, T, "still being retried"), DELAY(4, T, "will continue to try"),
  DELIVERED(5, T, "successfully delivered"), DELIVERED(4, S, "successful mail delivery"), DELIVERED(5, T, "was successfully relayed"), DELIVERED(4, S, "delivery status notification (success)"), DELIVERED(5, T, "delivery to these recipients or groups is complete"),
  DELIVERED(4, S, "relayed:"), DELIVERED(4, S, "delivered:"), DELIVERED(4, S, "return receipt"),
  AWAY(5, S, "out of office"), AWAY(5, S, "out-of-office"), AWAY(5, S, "auto reply"), AWAY(5, S, "autoreply"), AWAY(5, S, "auto-reply"), AWAY(5, S, "automatic reply"), AWAY(5, S, "automatic response"), AWAY(5, S, "auto response"),
  AWAY(5, S, "autoresponder"), AWAY(5, S, "auto-response"), AWAY(4, S, "out of the office"), AWAY(3, S, "on vacation"), AWAY(3, S, "vacation"), AWAY(3, S, "away from my mail"), AWAY(3, S, "ticket received"), AWAY(3, S, "we received your"), AWAY(3, S, "we have received your"),
  AWAY(4, T, "i am out of the office"), AWAY(4, T, "i will be out of the office"), AWAY(4, T, "currently out of the office"), AWAY(4, T, "this is an automated response"), AWAY(4, T, "this is an automatic reply"), AWAY(4, T, "this is an automated reply"), AWAY(3, T, "i am on vacation"),
  AWAY(3, T, "i will return on"), AWAY(3, T, "a ticket has been opened"), AWAY(3, T, "your request has been received"), AWAY(3, T, "your ticket number"),
  CHALLENGE(5, S, "please confirm your message"), CHALLENGE(5, S, "confirm your email to"), CHALLENGE(4, S, "sender verification"), CHALLENGE(4, S, "your email requires verification"), CHALLENGE(4, S, "email verification required"), CHALLENGE(4, S, "confirm your mail"), CHALLENGE(4, S, "message confirmation"), CHALLENGE(4, S, "sender authentication"),
  CHALLENGE(2, S, "challenge"), CHALLENGE(3, T, "confirm that you are a person"), CHALLENGE(3, T, "verify that you are a human"), CHALLENGE(3, T, "prove that you are human"), CHALLENGE(3, T, "prove you are human"), CHALLENGE(3, T, "confirm that you are human"), CHALLENGE(5, T, "your message is being held until"), CHALLENGE(5, T, "i now require senders to verify"), CHALLENGE(5, T, "challenge-response"), CHALLENGE(4, T, "list of approved senders"), CHALLENGE(3, T, "that you are a human being"), CHALLENGE(3, T, "message will then be delivered"), CHALLENGE(3, S, "verification required"), CHALLENGE(5, T, "challenge/response"),
  CHALLENGE(5, T, "add yourself to my approved"), CHALLENGE(5, T, "simply reply to this message to release"), CHALLENGE(4, T, "your message will be delivered once you confirm"), CHALLENGE(4, T, "is not yet on my list of approved senders"), CHALLENGE(4, T, "to release your message"), CHALLENGE(4, T, "to have your message delivered"), CHALLENGE(4, T, "requires confirmation before delivery"), CHALLENGE(3, T, "requires that you verify"), CHALLENGE(3, T, "to complete this verification"), CHALLENGE(3, T, "you are a real person"), CHALLENGE(4, T, "not already on my list of"), CHALLENGE(4, T, "needs to be verified before your message"), CHALLENGE(4, T, "is protected against spam by"), CHALLENGE(4, T, "confirm that your message is not spam"), CHALLENGE(4, T, "your message has not been delivered yet"), CHALLENGE(3, T, "unconfirmed messages"),
  VIRUS(5, S, "virus found"), VIRUS(5, S, "virus detected"), VIRUS(5, S, "virus alert"), VIRUS(5, S, "virus in mail from you"), VIRUS(5, S, "virus in your mail"), VIRUS(5, S, "virus warning"), VIRUS(4, S, "virus infected"), VIRUS(4, S, "infected message"), VIRUS(4, S, "virus ("), VIRUS(4, S, "{virus"), VIRUS(4, S, "virus notification"), VIRUS(4, S, "antivirus notification"), VIRUS(4, S, "banned content"), VIRUS(3, S, "banned file"),
  VIRUS(5, T, "your message contained a virus"), VIRUS(5, T, "a virus was found in"), VIRUS(5, T, "a virus was detected in"), VIRUS(5, T, "contained the following virus"), VIRUS(5, T, "found a virus in"), VIRUS(5, T, "found the virus"), VIRUS(5, T, "was infected with"), VIRUS(4, T, "is infected with"), VIRUS(4, T, "message you sent contained a virus"), VIRUS(4, T, "virus scanner"), VIRUS(4, T, "contains a virus"), VIRUS(4, T, "viruses were detected"), VIRUS(4, T, "following viruses"), VIRUS(3, T, "has been quarantined"), VIRUS(4, T, "our virus checker"), VIRUS(4, T, "virus checker found"), VIRUS(4, T, "detected a virus"),
  RECEIPT(5, T, "this is a receipt for the mail you sent"), RECEIPT(5, T, "was read on"), RECEIPT(5, T, "return receipt for the mail"), RECEIPT(4, T, "your message was displayed"), RECEIPT(4, S, "read receipt"), RECEIPT(3, S, "disposition notification"), RECEIPT(3, S, "was read"), RECEIPT(4, T, "was deleted without being read"),

  /* German */
  FAILURE(5, S, "unzustellbar"), FAILURE(5, S, "nicht zustellbar"), FAILURE(4, S, "zustellung fehlgeschlagen"), FAILURE(5, S, "zustellungsfehler"), FAILURE(4, S, "nicht zugestellt"), FAILURE(4, S, "rückläufer"), FAILURE(4, S, "zustellbenachrichtigung"), FAILURE(4, S, "fehler bei der zustellung"), FAILURE(4, S, "zustellproblem"),
  FAILURE(5, T, "konnte nicht zugestellt werden"), FAILURE(5, T, "nicht zugestellt werden"), FAILURE(5, T, "fehler bei der nachrichtenzustellung"), FAILURE(4, T, "konnte nicht ausgeliefert werden"), FAILURE(4, T, "hat einige oder alle empfänger nicht erreicht"), FAILURE(4, T, "zustellung fehlgeschlagen"), FAILURE(4, T, "nicht an die folgenden empfänger"), FAILURE(3, T, "empfänger unbekannt"), FAILURE(3, T, "postfach ist voll"), FAILURE(3, T, "unzustellbar"), FAILURE(4, T, "wurde nicht zugestellt"), FAILURE(4, T, "nicht übermittelt werden"), FAILURE(4, T, "wurde automatisch vom mail-server erzeugt"),
  DELAY(4, S, "verzögerte zustellung"), DELAY(4, S, "zustellung verzögert"), DELAY(4, S, "verzögert"), DELAY(4, T, "noch nicht zugestellt werden"), DELAY(4, T, "verzögert sich"), DELAY(4, T, "wurde verzögert"),
  AWAY(5, S, "abwesenheitsnotiz"), AWAY(5, S, "automatische antwort"), AWAY(5, S, "abwesenheit"), AWAY(4, S, "nicht im büro"), AWAY(4, S, "im urlaub"), AWAY(4, S, "eingangsbestätigung"), AWAY(4, T, "bin ich nicht im büro"), AWAY(4, T, "nicht erreichbar"), AWAY(4, T, "automatisch erstellte antwort"), AWAY(3, T, "bin ich im urlaub"),
  CHALLENGE(4, S, "bitte bestätigen sie ihre nachricht"), CHALLENGE(4, S, "bestätigung ihrer nachricht"), CHALLENGE(3, T, "bestätigen sie, dass sie ein mensch"), CHALLENGE(4, T, "um ihre nachricht zuzustellen"), VIRUS(5, S, "virenwarnung"), VIRUS(5, S, "viruswarnung"), VIRUS(4, S, "virus gefunden"), VIRUS(4, T, "enthielt einen virus"), VIRUS(4, T, "enthält einen virus"), VIRUS(4, T, "wurde ein virus gefunden"), RECEIPT(4, S, "gelesen:"), RECEIPT(4, S, "lesebestätigung"),

  /* French */
  FAILURE(5, S, "non remis"), FAILURE(5, S, "échec de la remise"), FAILURE(5, S, "échec de remise"), FAILURE(5, S, "message non distribué"), FAILURE(5, S, "non distribuable"), FAILURE(4, S, "échec de distribution"), FAILURE(4, S, "non délivré"), FAILURE(4, S, "échec de livraison"), FAILURE(4, S, "notification d'état de remise"), FAILURE(4, S, "courrier non distribué"), FAILURE(4, S, "non distribué"), FAILURE(4, S, "retourné à l'expéditeur"),
  FAILURE(5, T, "n'a pas pu être remis"), FAILURE(5, T, "n'a pas pu être délivré"), FAILURE(5, T, "n'a pas pu être distribué"), FAILURE(4, T, "n'a pas été remis"), FAILURE(5, T, "échec de la remise"), FAILURE(4, T, "impossible de remettre"), FAILURE(4, T, "n'a pas pu être livré"), FAILURE(4, T, "n'a pas atteint"), FAILURE(3, T, "destinataire inconnu"), FAILURE(3, T, "utilisateur inconnu"), FAILURE(3, T, "boîte aux lettres est pleine"), FAILURE(4, T, "n'a pas pu être acheminé"),
  DELAY(4, S, "remise différée"), DELAY(4, S, "remise retardée"), DELAY(4, T, "n'a pas encore été remis"), DELAY(4, T, "a été retardée"),
  AWAY(5, S, "réponse automatique"), AWAY(5, S, "absence du bureau"), AWAY(4, S, "absent du bureau"), AWAY(4, S, "message d'absence"), AWAY(4, S, "accusé de réception"), AWAY(4, T, "je suis absent"), AWAY(4, T, "je suis actuellement absent"), AWAY(4, T, "réponse automatique"), AWAY(3, T, "en congés"), RECEIPT(4, S, "lu :"), RECEIPT(3, S, "accusé de lecture"), VIRUS(4, T, "contenait un virus"), CHALLENGE(4, S, "confirmez votre message"), CHALLENGE(3, T, "confirmer que vous êtes une personne"), CHALLENGE(3, T, "vérifier que vous êtes une personne"), VIRUS(4, T, "contient un virus"), VIRUS(4, S, "virus détecté"),

  /* Spanish */
  FAILURE(5, S, "no se puede entregar"), FAILURE(5, S, "no se pudo entregar"), FAILURE(5, S, "no se ha podido entregar"), FAILURE(5, S, "no entregado"), FAILURE(5, S, "correo devuelto"), FAILURE(4, S, "error de entrega"), FAILURE(5, S, "fallo en la entrega"), FAILURE(4, S, "fallo de entrega"), FAILURE(4, S, "mensaje no entregado"), FAILURE(4, S, "notificación de estado de entrega"), FAILURE(4, S, "notificación del estado de la entrega"), FAILURE(4, S, "devuelto al remitente"), FAILURE(4, S, "no entregable"),
  FAILURE(5, T, "no se pudo entregar"), FAILURE(5, T, "no se ha podido entregar"), FAILURE(4, T, "no pudo ser entregado"), FAILURE(4, T, "no ha podido ser entregado"), FAILURE(4, T, "no se puede entregar"), FAILURE(5, T, "error al entregar"), FAILURE(4, T, "no se entregó"), FAILURE(4, T, "no ha llegado a"), FAILURE(3, T, "usuario desconocido"), FAILURE(3, T, "buzón lleno"), FAILURE(4, T, "no fue entregado"),
  DELAY(4, S, "entrega retrasada"), DELAY(4, S, "retraso en la entrega"), DELAY(4, T, "aún no se ha entregado"), DELAY(4, T, "se ha retrasado"),
  AWAY(5, S, "respuesta automática"), AWAY(5, S, "fuera de la oficina"), AWAY(4, S, "fuera de oficina"), AWAY(4, T, "estoy fuera de la oficina"), AWAY(4, T, "estaré fuera de la oficina"), AWAY(4, T, "estaré ausente"), AWAY(4, T, "respuesta automática"), VIRUS(4, T, "contenía un virus"), CHALLENGE(4, S, "confirme su mensaje"), CHALLENGE(3, T, "confirme que usted es una persona"), CHALLENGE(3, T, "verificar que es una persona"), VIRUS(4, T, "contiene un virus"), VIRUS(4, S, "virus detectado"), RECEIPT(4, S, "leído:"),

  /* Italian */
  FAILURE(5, S, "mancata consegna"), FAILURE(5, S, "non recapitabile"), FAILURE(4, S, "impossibile recapitare"), FAILURE(4, S, "avviso di mancato recapito"), FAILURE(4, S, "mancato recapito"), FAILURE(4, S, "errore di consegna"), FAILURE(4, S, "non consegnato"), FAILURE(4, S, "messaggio non recapitato"), FAILURE(4, S, "errore nel recapito"),
  FAILURE(5, T, "non è stato possibile recapitare"), FAILURE(5, T, "non può essere consegnato"), FAILURE(5, T, "non è stato recapitato"), FAILURE(4, T, "non è stato consegnato"), FAILURE(4, T, "impossibile recapitare"), FAILURE(4, T, "impossibile consegnare"), FAILURE(4, T, "recapito non riuscito"), FAILURE(4, T, "non ha raggiunto"), FAILURE(3, T, "utente sconosciuto"), FAILURE(3, T, "casella piena"), FAILURE(4, T, "non è stato possibile consegnare"), FAILURE(4, T, "errore di consegna"),
  DELAY(4, S, "ritardo nella consegna"), DELAY(4, S, "consegna ritardata"), DELAY(4, S, "recapito posticipato"), DELAY(4, T, "non è stato ancora recapitato"), DELAY(4, T, "non è ancora stato consegnato"),
  AWAY(5, S, "risposta automatica"), AWAY(4, S, "fuori sede"), AWAY(5, S, "fuori ufficio"), AWAY(4, S, "assente dall'ufficio"), AWAY(4, T, "sono fuori ufficio"), AWAY(4, T, "sarò assente"), AWAY(4, T, "risposta automatica"), VIRUS(4, T, "conteneva un virus"), CHALLENGE(4, S, "conferma il tuo messaggio"), CHALLENGE(3, T, "confermare di essere una persona"), RECEIPT(4, S, "letto:"),

  /* Portuguese */
  FAILURE(5, S, "não entregue"), FAILURE(5, S, "não foi possível entregar"), FAILURE(4, S, "não é possível entregar"), FAILURE(4, S, "falha na entrega"), FAILURE(4, S, "falha de entrega"), FAILURE(4, S, "erro na entrega"), FAILURE(4, S, "mensagem devolvida"), FAILURE(4, S, "notificação de status de entrega"), FAILURE(4, S, "não é possível o envio"), FAILURE(4, S, "devolvido ao remetente"),
  FAILURE(5, T, "não pôde ser entregue"), FAILURE(5, T, "não foi possível entregar"), FAILURE(5, T, "não pode ser entregue"), FAILURE(4, T, "não foi entregue"), FAILURE(4, T, "falha na entrega"), FAILURE(4, T, "a entrega falhou"), FAILURE(4, T, "houve falha na entrega"), FAILURE(3, T, "usuário desconhecido"), FAILURE(3, T, "utilizador desconhecido"), FAILURE(3, T, "caixa de correio cheia"), FAILURE(4, T, "não chegou a"),
  DELAY(4, S, "entrega atrasada"), DELAY(4, S, "atraso na entrega"), DELAY(4, T, "ainda não foi entregue"),
  AWAY(5, S, "resposta automática"), AWAY(5, S, "fora do escritório"), AWAY(5, S, "ausência temporária"), AWAY(4, T, "estou fora do escritório"), AWAY(4, T, "estarei ausente"), AWAY(4, T, "resposta automática"), VIRUS(4, T, "continha um vírus"), CHALLENGE(4, S, "confirmação de mensagem"), CHALLENGE(4, S, "confirme sua mensagem"), CHALLENGE(3, T, "confirme que você é uma pessoa"), CHALLENGE(3, T, "confirmar que você é uma pessoa"), VIRUS(4, T, "contém um vírus"), RECEIPT(4, S, "lida:"),

  /* Dutch */
  FAILURE(5, S, "onbestelbaar"), FAILURE(5, S, "niet bezorgd"), FAILURE(4, S, "bezorging mislukt"), FAILURE(4, S, "niet afgeleverd"), FAILURE(4, S, "aflevering mislukt"), FAILURE(4, S, "niet te bezorgen"), FAILURE(4, S, "retour afzender"),
  FAILURE(5, T, "kon niet worden bezorgd"), FAILURE(5, T, "kan niet worden bezorgd"), FAILURE(5, T, "kon niet worden afgeleverd"), FAILURE(4, T, "is niet bezorgd"), FAILURE(4, T, "bezorging is mislukt"), FAILURE(4, T, "niet worden bezorgd"), FAILURE(4, T, "niet worden afgeleverd"), FAILURE(3, T, "onbekende gebruiker"), FAILURE(3, T, "postbus is vol"), FAILURE(4, T, "kon niet afgeleverd worden"), FAILURE(4, T, "heeft de volgende geadresseerde"),
  DELAY(4, S, "bezorging vertraagd"), DELAY(4, S, "vertraagde bezorging"), DELAY(4, T, "nog niet bezorgd"), DELAY(4, T, "nog niet afgeleverd"),
  AWAY(5, S, "automatisch antwoord"), AWAY(5, S, "afwezigheidsbericht"), AWAY(5, S, "niet aanwezig"), AWAY(4, S, "afwezig"), AWAY(4, T, "ben ik afwezig"), AWAY(4, T, "ik ben afwezig"), AWAY(4, T, "niet op kantoor"), VIRUS(4, T, "bevatte een virus"), CHALLENGE(4, S, "bevestig uw bericht"), CHALLENGE(3, T, "bevestig dat u een persoon bent"), VIRUS(4, T, "bevat een virus"), RECEIPT(4, S, "gelezen:"),

  /* Polish */
  FAILURE(5, S, "niedostarczona wiadomość"), FAILURE(5, S, "nie można dostarczyć"), FAILURE(5, S, "niedostarczalne"), FAILURE(4, S, "zwrot poczty"), FAILURE(4, S, "nie dostarczono"), FAILURE(4, S, "niedostarczone"), FAILURE(4, S, "błąd dostarczenia"), FAILURE(4, S, "nie dostarczona"), FAILURE(4, S, "powiadomienie o stanie dostarczenia"),
  FAILURE(5, T, "nie mogła zostać dostarczona"), FAILURE(5, T, "nie została dostarczona"), FAILURE(4, T, "nie można dostarczyć"), FAILURE(4, T, "nie udało się dostarczyć"), FAILURE(4, T, "dostarczenie wiadomości nie powiodło się"), FAILURE(3, T, "nieznany użytkownik"), FAILURE(3, T, "skrzynka jest pełna"), FAILURE(4, T, "nie dotarła do"), FAILURE(4, T, "nie mogła być dostarczona"),
  DELAY(4, S, "opóźnione dostarczenie"), DELAY(4, S, "opóźnienie dostarczenia"), DELAY(4, T, "nie została jeszcze dostarczona"),
  AWAY(5, S, "odpowiedź automatyczna"), AWAY(5, S, "automatyczna odpowiedź"), AWAY(5, S, "poza biurem"), AWAY(5, S, "autoodpowiedź"), AWAY(4, T, "jestem poza biurem"), AWAY(4, T, "jestem na urlopie"), VIRUS(4, T, "zawierała wirusa"), VIRUS(4, T, "zawiera wirusa"), RECEIPT(4, S, "przeczytano:"),

  /* Russian */
  FAILURE(5, S, "недоставленное сообщение"), FAILURE(5, S, "не доставлено"), FAILURE(5, S, "невозможно доставить"), FAILURE(4, S, "ошибка доставки"), FAILURE(4, S, "не удается доставить"), FAILURE(4, S, "не удалось доставить"), FAILURE(5, S, "не вдалося доставити"), FAILURE(4, S, "недоставленное письмо"), FAILURE(4, S, "недоставка"), FAILURE(4, S, "уведомление о доставке"), FAILURE(4, S, "сбой доставки"), FAILURE(4, S, "возврат письма"),
  FAILURE(5, T, "не может быть доставлено"), FAILURE(5, T, "не было доставлено"), FAILURE(5, T, "не удалось доставить"), FAILURE(5, T, "не доставлено"), FAILURE(4, T, "не удается доставить"), FAILURE(4, T, "невозможно доставить"), FAILURE(4, T, "ошибка при доставке"), FAILURE(3, T, "ящик переполнен"), FAILURE(3, T, "пользователь не найден"), FAILURE(3, T, "неизвестный пользователь"), FAILURE(4, T, "это письмо создано автоматически"), FAILURE(4, T, "это письмо отправлено почтовым сервером"), FAILURE(4, T, "не смогло быть доставлено"), FAILURE(3, T, "получатель не найден"),
  DELAY(4, S, "задержка доставки"), DELAY(4, S, "доставка задержана"), DELAY(4, S, "доставка отложена"), DELAY(4, T, "пока не доставлено"), DELAY(4, T, "еще не доставлено"), DELAY(4, T, "ещё не доставлено"),
  AWAY(5, S, "автоответ"), AWAY(5, S, "автоматический ответ"), AWAY(4, S, "вне офиса"), AWAY(4, S, "нет на работе"), AWAY(4, T, "я в отпуске"), AWAY(4, T, "нахожусь в отпуске"), AWAY(4, T, "автоматический ответ"), VIRUS(4, T, "содержало вирус"), VIRUS(4, T, "содержит вирус"), VIRUS(4, T, "обнаружен вирус"), RECEIPT(4, S, "прочитано:"),

  /* Ukrainian, Czech, Slovak, Hungarian, Romanian */
  FAILURE(5, S, "не доставлене"), FAILURE(5, T, "не вдалося доставити"), FAILURE(5, T, "не може бути доставлено"),
  FAILURE(5, S, "nedoručitelná"), FAILURE(5, S, "nedoručitelné"), FAILURE(5, S, "nedoručeno"), FAILURE(4, S, "nelze doručit"), FAILURE(4, S, "zpráva nebyla doručena"), FAILURE(4, S, "oznámení o stavu doručení"),
  FAILURE(5, T, "nebylo možné doručit"), FAILURE(5, T, "nemohla být doručena"), FAILURE(5, T, "nelze doručit"), FAILURE(4, T, "nebyla doručena"), FAILURE(4, T, "se nepodařilo doručit"), FAILURE(3, T, "neznámý uživatel"), FAILURE(3, T, "schránka je plná"), FAILURE(4, T, "doručení se nezdařilo"),
  DELAY(4, S, "zpožděné doručení"), DELAY(4, S, "doručení zpožděno"), DELAY(4, T, "dosud nebyla doručena"), DELAY(4, T, "zatím nebyla doručena"), AWAY(5, S, "automatická odpověď"), AWAY(4, S, "mimo kancelář"), AWAY(4, T, "jsem mimo kancelář"), AWAY(4, T, "jsem na dovolené"), RECEIPT(4, S, "přečteno:"), VIRUS(4, T, "obsahovala virus"), VIRUS(4, T, "obsahuje virus"),
  FAILURE(5, S, "nedoručiteľná"), FAILURE(5, S, "nedoručené"), FAILURE(5, T, "sa nepodarilo doručiť"), AWAY(5, S, "automatická odpoveď"),
  FAILURE(5, S, "kézbesíthetetlen"), FAILURE(5, S, "kézbesítési hiba"), FAILURE(5, T, "nem kézbesíthető"), FAILURE(5, T, "nem sikerült kézbesíteni"), AWAY(5, S, "automatikus válasz"),
  FAILURE(5, S, "nelivrabil"), FAILURE(5, S, "nelivrat"), FAILURE(5, T, "nu a putut fi livrat"), AWAY(5, S, "răspuns automat"),

  /* Swedish, Danish, Norwegian, Finnish */
  FAILURE(5, S, "olevererbart"), FAILURE(5, S, "kunde inte levereras"), FAILURE(5, S, "kan inte levereras"), FAILURE(4, S, "ej levererat"), FAILURE(4, S, "leveransfel"), FAILURE(4, S, "går inte att leverera"), FAILURE(4, S, "leveransstatus"), FAILURE(5, T, "kunde inte levereras"), FAILURE(5, T, "kunde ej levereras"), FAILURE(4, T, "kan inte levereras"), FAILURE(4, T, "har inte levererats"), FAILURE(4, T, "gick inte att leverera"), FAILURE(4, T, "leveransen misslyckades"), FAILURE(3, T, "okänd användare"), FAILURE(4, T, "nådde inte"),
  DELAY(4, S, "leveransen är försenad"), DELAY(4, S, "försenad leverans"), DELAY(4, T, "har ännu inte levererats"), AWAY(5, S, "autosvar"), AWAY(5, S, "automatiskt svar"), AWAY(5, S, "frånvaro"), AWAY(4, S, "inte på kontoret"), AWAY(4, T, "jag är inte på kontoret"), AWAY(4, T, "är på semester"), RECEIPT(4, S, "läst:"),
  FAILURE(5, S, "kan ikke leveres"), FAILURE(5, S, "kunne ikke leveres"), FAILURE(4, S, "ikke leveret"), FAILURE(4, S, "leveringsfejl"), FAILURE(5, T, "kunne ikke leveres"), FAILURE(4, T, "kan ikke leveres"), FAILURE(4, T, "blev ikke leveret"), FAILURE(4, T, "levering mislykkedes"), FAILURE(3, T, "ukendt bruger"), FAILURE(4, T, "nåede ikke"), DELAY(4, S, "forsinket levering"), DELAY(4, T, "er endnu ikke leveret"),
  AWAY(5, S, "automatisk svar"), AWAY(4, S, "ikke til stede"), AWAY(4, S, "fravær"), AWAY(4, T, "jeg er ikke på kontoret"), AWAY(4, T, "jeg er på ferie"), RECEIPT(4, S, "læst:"),
  FAILURE(4, S, "ikke levert"), FAILURE(4, S, "leveringsfeil"), FAILURE(4, T, "ble ikke levert"), FAILURE(4, T, "kunne ikke bli levert"), FAILURE(4, T, "levering mislyktes"), FAILURE(3, T, "ukjent bruker"), DELAY(4, T, "er ennå ikke levert"), AWAY(4, S, "fraværsmelding"), RECEIPT(4, S, "lest:"),
  FAILURE(5, S, "toimitus epäonnistui"), FAILURE(5, S, "ei voitu toimittaa"), FAILURE(4, S, "ei voi toimittaa"), FAILURE(4, S, "toimittaminen epäonnistui"), FAILURE(4, S, "toimittamatta"), FAILURE(4, S, "viestiä ei voi toimittaa"), FAILURE(5, T, "ei voitu toimittaa"), FAILURE(4, T, "ei voida toimittaa"), FAILURE(4, T, "toimitus epäonnistui"), FAILURE(4, T, "toimittaminen epäonnistui"), FAILURE(3, T, "tuntematon käyttäjä"), FAILURE(4, T, "ei toimitettu"), DELAY(4, S, "toimitus viivästyy"), DELAY(4, T, "ei ole vielä toimitettu"), AWAY(5, S, "automaattinen vastaus"), AWAY(4, S, "poissa toimistosta"), AWAY(4, T, "olen poissa"), AWAY(4, T, "olen lomalla"), RECEIPT(4, S, "luettu:"),

  /* Turkish, Greek */
  FAILURE(5, S, "teslim edilemedi"), FAILURE(5, S, "teslim edilemiyor"), FAILURE(5, S, "iletilemedi"), FAILURE(4, S, "teslim edilemez"), FAILURE(4, S, "teslimat hatası"), FAILURE(4, S, "iletilemeyen"), FAILURE(5, T, "teslim edilemedi"), FAILURE(4, T, "iletilemedi"), FAILURE(4, T, "teslim edilemiyor"), FAILURE(4, T, "teslimat başarısız"), FAILURE(3, T, "bilinmeyen kullanıcı"), FAILURE(4, T, "ulaştırılamadı"), DELAY(4, S, "teslimat gecikti"), DELAY(4, T, "henüz teslim edilmedi"), DELAY(4, T, "henüz teslim edilemedi"), AWAY(5, S, "otomatik yanıt"), AWAY(5, S, "otomatik cevap"), AWAY(4, S, "ofis dışında"), AWAY(4, T, "ofis dışındayım"), AWAY(4, T, "izindeyim"), RECEIPT(4, S, "okundu:"),
  FAILURE(5, S, "δεν παραδόθηκε"), FAILURE(5, S, "αδύνατη η παράδοση"), FAILURE(5, S, "δεν είναι δυνατή η παράδοση"), FAILURE(4, S, "αποτυχία παράδοσης"), FAILURE(4, S, "μη παραδοτέο"), FAILURE(4, S, "μη δυνατή η παράδοση"), FAILURE(5, T, "δεν ήταν δυνατή η παράδοση"), FAILURE(5, T, "δεν μπόρεσε να παραδοθεί"), FAILURE(4, T, "δεν παραδόθηκε"), FAILURE(4, T, "αποτυχία παράδοσης"), FAILURE(4, T, "η παράδοση απέτυχε"), FAILURE(3, T, "άγνωστος χρήστης"), DELAY(4, S, "καθυστέρηση παράδοσης"), DELAY(4, T, "δεν έχει παραδοθεί ακόμη"), AWAY(5, S, "αυτόματη απάντηση"), AWAY(4, S, "εκτός γραφείου"), AWAY(4, T, "απουσιάζω"), RECEIPT(4, S, "αναγνώσθηκε:"),

  /* Japanese */
  FAILURE(5, S, "配信不能"), FAILURE(5, S, "配信不可"), FAILURE(5, S, "配信エラー"), FAILURE(5, S, "送信エラー"), FAILURE(5, S, "メールエラー"), FAILURE(5, S, "エラーメール"), FAILURE(4, S, "配達不能"), FAILURE(4, S, "不達"), FAILURE(4, S, "送信できません"), FAILURE(4, S, "送信失敗"), FAILURE(4, S, "配信失敗"), FAILURE(4, S, "配信状態通知"), FAILURE(4, S, "メール送信失敗"), FAILURE(4, S, "送信結果通知"), FAILURE(4, S, "配信できません"), FAILURE(4, S, "配達できません"), FAILURE(4, S, "エラー通知"),
  FAILURE(5, T, "送信できませんでした"), FAILURE(5, T, "配信できませんでした"), FAILURE(5, T, "配送できませんでした"), FAILURE(4, T, "お届けできませんでした"), FAILURE(4, T, "届けることができませんでした"), FAILURE(4, T, "配信に失敗しました"), FAILURE(4, T, "送信に失敗しました"), FAILURE(4, T, "送信されませんでした"), FAILURE(4, T, "配信されませんでした"), FAILURE(4, T, "配信不能"), FAILURE(4, T, "宛先不明"), FAILURE(3, T, "メールアドレスが見つかりません"), FAILURE(3, T, "メールボックスが一杯"), FAILURE(3, T, "リストにありません"), FAILURE(3, T, "エラーが発生"), FAILURE(3, T, "存在しません"), FAILURE(4, T, "送信できません"), FAILURE(3, T, "エラー("), FAILURE(4, T, "配達できませんでした"),
  DELAY(4, S, "配信遅延"), DELAY(4, S, "配信の遅延"), DELAY(4, S, "配達遅延"), DELAY(4, T, "まだ配信されていません"), DELAY(4, T, "配信が遅れて"), DELAY(4, T, "配信が遅延"), AWAY(5, S, "自動返信"), AWAY(5, S, "自動応答"), AWAY(5, S, "不在通知"), AWAY(4, S, "不在のお知らせ"), AWAY(4, T, "自動返信"), AWAY(4, T, "不在にして"), VIRUS(4, S, "ウイルス検出"), VIRUS(4, S, "ウイルス検知"), VIRUS(4, S, "ウィルス検出"), VIRUS(4, T, "ウイルスが検出され"), VIRUS(4, T, "ウイルスを検出"), VIRUS(4, T, "ウィルスを検出"), RECEIPT(4, S, "開封済み"), RECEIPT(4, S, "開封確認"),

  /* Chinese, simplified and traditional */
  FAILURE(5, S, "退信"), FAILURE(5, S, "无法送达"), FAILURE(5, S, "无法传递"), FAILURE(5, S, "無法傳遞"), FAILURE(5, S, "无法投递"), FAILURE(5, S, "投递失败"), FAILURE(5, S, "系统退信"), FAILURE(4, S, "未送达"), FAILURE(4, S, "未傳遞"), FAILURE(4, S, "未传递"), FAILURE(4, S, "发送失败"), FAILURE(4, S, "傳送失敗"), FAILURE(4, S, "退回"), FAILURE(4, S, "無法寄達"), FAILURE(4, S, "無法送達"), FAILURE(4, S, "寄送失敗"), FAILURE(4, S, "递送失败"),
  FAILURE(5, T, "无法送达"), FAILURE(5, T, "無法傳遞"), FAILURE(5, T, "无法投递"), FAILURE(4, T, "投递失败"), FAILURE(4, T, "退信原因"), FAILURE(4, T, "未能送达"), FAILURE(4, T, "发送失败"), FAILURE(4, T, "無法送達"), FAILURE(4, T, "傳遞失敗"), FAILURE(4, T, "传递失败"), FAILURE(4, T, "被退回"), FAILURE(3, T, "用户不存在"), FAILURE(3, T, "收件人不存在"), FAILURE(3, T, "邮箱已满"), FAILURE(3, T, "使用者不存在"), FAILURE(4, T, "無法傳送"), FAILURE(4, T, "无法发送"), FAILURE(4, T, "未能投递"),
  DELAY(4, S, "延迟送达"), DELAY(4, S, "投递延迟"), DELAY(4, S, "傳遞延遲"), DELAY(4, T, "尚未送达"), DELAY(4, T, "尚未傳遞"), DELAY(4, T, "尚未投递"), AWAY(5, S, "自动回复"), AWAY(5, S, "自動回覆"), AWAY(5, S, "自动答复"), AWAY(5, S, "不在办公室"), AWAY(4, T, "自动回复"), AWAY(4, T, "自動回覆"), AWAY(4, T, "不在办公室"), VIRUS(4, T, "发现病毒"), VIRUS(4, T, "含有病毒"), RECEIPT(4, S, "已读:"), RECEIPT(4, S, "讀取:"),

  /* Korean */
  FAILURE(5, S, "배달되지 않음"), FAILURE(5, S, "배달할 수 없"), FAILURE(5, S, "반송"), FAILURE(4, S, "전송 실패"), FAILURE(4, S, "발송 실패"), FAILURE(4, S, "배달 실패"), FAILURE(4, S, "전달되지 않"), FAILURE(5, T, "배달되지 않았습니다"), FAILURE(5, T, "배달할 수 없"), FAILURE(5, T, "전송하지 못했습니다"), FAILURE(4, T, "전달하지 못했습니다"), FAILURE(4, T, "전송되지 못"), FAILURE(4, T, "배달하지 못했"), FAILURE(4, T, "보내지 못했"), FAILURE(4, T, "전달되지 않았"), FAILURE(3, T, "존재하지 않는"), FAILURE(4, T, "전송에 실패"), FAILURE(4, T, "발송에 실패"),
  DELAY(4, S, "배달 지연"), DELAY(4, S, "전송 지연"), DELAY(4, T, "지연되고 있습니다"), DELAY(4, T, "아직 배달되지"), AWAY(5, S, "자동 회신"), AWAY(5, S, "부재중"), AWAY(5, S, "자동 응답"), AWAY(4, T, "부재중"), AWAY(4, T, "자동 응답"), RECEIPT(4, S, "읽음:"),

  /* Arabic, Hebrew */
  FAILURE(5, S, "تعذر التسليم"), FAILURE(5, S, "تعذر تسليم"), FAILURE(4, S, "فشل التسليم"), FAILURE(4, S, "فشل تسليم"), FAILURE(4, S, "لم يتم تسليم"), FAILURE(4, S, "غير قابل للتسليم"), FAILURE(5, T, "تعذر تسليم"), FAILURE(5, T, "لم يتم تسليم"), FAILURE(4, T, "فشل تسليم"), FAILURE(4, T, "لا يمكن تسليم"), FAILURE(4, T, "فشل التسليم"), FAILURE(4, T, "لم يتم توصيل"), FAILURE(3, T, "مستخدم غير معروف"), DELAY(4, S, "تأخر التسليم"), DELAY(4, S, "تأخر تسليم"), DELAY(4, T, "لم يتم تسليم رسالتك بعد"), AWAY(5, S, "رد تلقائي"), AWAY(5, S, "خارج المكتب"), AWAY(4, T, "خارج المكتب"), AWAY(4, T, "رد تلقائي"), RECEIPT(4, S, "مقروءة:"),
  FAILURE(5, S, "לא ניתן למסור"), FAILURE(5, T, "לא ניתן למסור"), FAILURE(4, T, "המסירה נכשלה"), AWAY(5, S, "מענה אוטומטי"),

  /* names beside the address of From */
  WRITER(5, "mail delivery"), WRITER(5, "mail deliver system"), WRITER(5, "mailer-daemon"), WRITER(5, "mailer daemon"), WRITER(5, "delivery subsystem"),
  WRITER(3, "postmaster"), WRITER(3, "system administrator"), WRITER(3, "mail administrator"), WRITER(3, "mail system"), WRITER(3, "delivery system"), WRITER(1, "mail server"), WRITER(1, "administrator"),
  WRITER(3, "systemadministrator"), WRITER(3, "administrateur système"), WRITER(3, "administrador del sistema"), WRITER(3, "administrador do sistema"), WRITER(3, "amministratore di sistema"), WRITER(3, "systeembeheerder"),
  WRITER(3, "administrator systemu"), WRITER(3, "správce systému"), WRITER(3, "systemadministratör"), WRITER(3, "systemansvarlig"), WRITER(3, "järjestelmänvalvoja"), WRITER(3, "sistem yöneticisi"), WRITER(3, "διαχειριστής συστήματος"),
  WRITER(3, "системный администратор"), WRITER(5, "почтовая система"), WRITER(3, "システム管理者"), WRITER(5, "メール配信システム"), WRITER(3, "系统管理员"), WRITER(3, "系統管理員"), WRITER(3, "시스템 관리자"), WRITER(3, "مسؤول النظام"),

  /* the line before a returned message */
  CUT("below this line is a copy of the message"), CUT("below is a copy of the original message"), CUT("copy of the message header"), CUT("a copy of the message, including all the headers"), CUT("a copy of your message, including all the headers"), CUT("a copy of the message's headers"),
  CUT("copy of the original message"), CUT("copy of the message follows"), CUT("original message"), CUT("original mail"), CUT("message header follows"), CUT("message headers follow"), CUT("header of the original message"), CUT("headers of the original message"), CUT("original message headers"), CUT("original header"),
  CUT("returned message"), CUT("returned mail"), CUT("message follows"), CUT("message header"), CUT("unsent message"), CUT("text of message"), CUT("the message you sent"), CUT("your original message"), CUT("your message follows"), CUT("text of your message"), CUT("start of message"), CUT("the first lines of the message"), CUT("original message text"), CUT("failed message follows"), CUT("undelivered message"), CUT("non-delivered information"), CUT("generated response"), CUT("the following message"), CUT("original message body"), CUT("included is a copy"), CUT("original text"), CUT("header information follows"), CUT("header of your message"), CUT("undeliverable message follows"),
  CUT("ursprüngliche nachricht"), CUT("originalnachricht"), CUT("kopfzeilen der nachricht"), CUT("kopfzeilen der ursprünglichen nachricht"), CUT("kopie der nachricht"), CUT("message d'origine"), CUT("message original"), CUT("en-têtes de message"), CUT("en-têtes du message"), CUT("copie du message"), CUT("mensaje original"), CUT("encabezados de mensajes"), CUT("encabezados del mensaje"), CUT("copia del mensaje"), CUT("messaggio originale"), CUT("intestazioni originali"), CUT("intestazioni del messaggio"), CUT("copia del messaggio"), CUT("mensagem original"), CUT("cabeçalhos da mensagem"), CUT("cópia da mensagem"), CUT("oorspronkelijk bericht"), CUT("oorspronkelijke bericht"), CUT("berichtkoppen"), CUT("kopie van het bericht"), CUT("oryginalna wiadomość"), CUT("nagłówki wiadomości"), CUT("kopia wiadomości"), CUT("исходное сообщение"), CUT("заголовки исходного сообщения"), CUT("заголовки сообщения"), CUT("копия сообщения"), CUT("копия письма"), CUT("původní zpráva"), CUT("záhlaví původní zprávy"), CUT("kopie zprávy"), CUT("ursprungligt meddelande"), CUT("ursprungliga meddelandet"), CUT("meddelanderubriker"), CUT("oprindelig meddelelse"), CUT("oprindelige meddelelse"), CUT("meddelelseshoveder"), CUT("opprinnelig melding"), CUT("opprinnelige melding"), CUT("alkuperäinen viesti"), CUT("alkuperäisen viestin"), CUT("özgün ileti"), CUT("orijinal ileti"), CUT("αρχικό μήνυμα"), CUT("κεφαλίδες"), CUT("元のメッセージ"), CUT("元のメール"), CUT("オリジナルメッセージ"), CUT("送信メール"), CUT("原始邮件"), CUT("原始郵件"), CUT("原邮件"), CUT("邮件原文"), CUT("원본 메시지"), CUT("원본 메일"), CUT("الرسالة الأصلية"),
};
/* clang-format on */
const guint phrase_table_length = G_N_ELEMENTS(phrase_table);
G_STATIC_ASSERT(G_N_ELEMENTS(phrase_table) <= PHRASE_TABLE_MOST);
