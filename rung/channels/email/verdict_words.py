"""How machines' mails begin and what they say, in the languages they say it in."""

import re

DAEMONS = ("mailer-daemon", "mail-daemon", "mailerdaemon", "mailer_daemon")
NOBODY = re.compile(
    r"(?:no|do-?not|dont|don't|nicht|kein|ne-?pas)[-_.]?(?:reply|respond|antwort\w*|repondre)(?:[-_+.].*)?$"
)
FAILED = re.compile(
    r"(?i)undeliver|not delivered|delivery (?:status|fail|has failed|report|notification|problem|error"
    r"|incomplete|delayed)"
    r"|returned (?:mail|message|to sender)|return(?:ed)? e?mail|mail delivery|failure notice|delivery notif"
    r"|could not (?:be delivered|send)|couldn't be delivered|mail (?:system )?error|message (?:delayed|status)"
    r"|unzustellbar|nicht zustellbar|zustell(?:fehler|ung)|non[- ](?:remis|distribu)|échec|no entregad"
    r"|mancata consegna"
    r"|mensagem não|onbestelbaar|não entregue|配信|送信エラー|エラーメール|returned|failed|nondeliver|non-deliver"
    r"|bounce"
    r"|warning: could not|dsn:|mail not|ndn:|rejected|there was an error sending"
)
REFUSED = re.compile(
    r"(?i)\b[45]\.\d{1,3}\.\d{1,3}\b|\b5[0-7]\d[ -]|\b4[2-5]\d[ -]|user unknown|unknown user|no such (?:user"
    r"|recipient|local user)"
    r"|(?:could|can)\s?not (?:be )?deliver|not be delivered|mailbox (?:is )?(?:full|unavailable|not found)"
    r"|undeliverable"
    r"|recipients? (?:address )?(?:rejected|unknown|not found)|address(?:es)? (?:not found|had|failed)"
    r"|delivery (?:to|has|failed)"
    r"|permanent(?:ly)? (?:error|fail|fatal)|over quota|does(?:n't| not) exist|quota exceeded|host (?:unknown"
    r"|not found)"
    r"|unable to deliver|unrouteable|not a valid mailbox|invalid (?:recipient|address)|has been disabled"
    r"|was not delivered"
    r"|not listed in domino|not reach|unbekannt|user is not|error sending|rejected|unknown address"
    r"|the following (?:recip|addr)"
)
AWAY = (
    r"out of (?:the )?office|ooo|automatic repl(?:y|ies)|automatic response|auto(?:mated)?[- ]?(?:reply|response)"
    r"|autoreply|vacation (?:reply|response|notice)|on vacation|away from (?:the |my )?(?:office|desk|mail)"
    r"|away|i am away"
    r"|abwesenheits?(?:notiz|nachricht|meldung|assistent)?|abwesend|nicht im (?:büro|haus)"
    r"|ich bin nicht im (?:büro|haus)"
    r"|automatische (?:antwort|rückmeldung)|im urlaub|urlaub(?:sbenachrichtigung|snotiz)?"
    r"|réponse automatique|reponse automatique|absence(?: du bureau)?|absent(?:e)?(?: du bureau)?|message d'absence"
    r"|respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|assenza"
    r"|resposta automática|fora d[oe] escritório|automatisch antwoord|automatische reactie|afwezig(?:heid)?"
    r"|niet aanwezig"
    r"|autosvar|automatisk svar|automatiskt svar|ikke til stede|fraværende?|frånvaro|frånvarande"
    r"|automaattinen vastaus|poissa(?:olo)?\w*|odpowiedź automatyczna|autoodpowiedź|nieobecność"
    r"|автоответ(?:чик)?|автоматический ответ|вне офиса|自動応答|自動返信|不在(?:通知)?|自动(?:回复|答复)|自動回覆"
)
OUT_OF_OFFICE = re.compile(
    rf"(?i)(?:re|aw|sv|antw|ré|r)?\s?:?\s*[\[(]?(?:{AWAY})[\])]?\s*"
    r"(?:$|[:：!–—(\[,.-]|(?:until|till|til|from|for|bis|vom|von|ab|du|jusqu\S*|hasta|fino|t/m|tot|do|to|re)\b)"
)
READ = re.compile(
    r"(?i)(?:not read|read|gelesen|nicht gelesen|ungelesen gelöscht|lu|non lu|leído|no leído|letto|non letto"
    r"|lida|gelezen"
    r"|lest|läst|luettu|przeczytano|прочитано|已读|開封済み?|deleted|read receipt|lesebestätigung)\s?[:(（-]|"
    r"(?i:return receipt|read receipt|lesebestätigung|disposition notification)"
)
WAS_READ = re.compile(
    r"(?i)(?:was|has been|wurde) (?:read|displayed|opened|deleted|gelesen|angezeigt|am)"
    r"|your message.{0,400}(?:read|displayed)"
    r"|ihre nachricht.{0,400}gelesen|gelesen|a été lu|fue leído|è stato letto|return receipt|receipt for the mail"
)
RECALLED = re.compile(
    r"(?i)(?:recall|message recall|rückruf|rappel|recuperar|richiamo|intrekken|recall (?:success|failure)[^:]*)\s?:"
)
WOULD_RECALL = re.compile(
    r"(?i)recall the message|zurückrufen|rappeler le message|recuperar el mensaje|richiamare|intrek"
)
MEETING = re.compile(
    r"(?i)(?:accepted|declined|tentative(?:ly accepted)?|zugesagt|abgelehnt|mit vorbehalt|vorläufig zugesagt"
    r"|accepté|refusé"
    r"|provisoire|aceptad[oa]|rechazad[oa]|accettato|rifiutato|aceite|recusado|geaccepteerd|geweigerd"
    r"|new time proposed"
    r"|canceled event|updated invitation)\s?[:：]"
)
COMPLAINED = re.compile(
    r"(?i)this is an? (?:e?-?mail )?abuse report|abuse report for an email|complaint about (?:message|email) from"
    r"|email feedback report|feedback-type:|reported (?:as|it as) (?:spam|junk)"
)
SPAM_MARK = re.compile(r"(?i)\W{0,5}(?:\[spam[^\]]*\]|\*{2,}\s*spam\s*\*{2,}|\{spam\??\}|spam:)")
ANSWER = re.compile(r"(?i)(?:re|aw|fwd?|wg|sv|antw|tr|vs)\s?:")
