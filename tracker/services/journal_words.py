"""What the deeds in the journal are called, and the things they were done to."""

from __future__ import annotations

from tracker.domain.errors import N_

SUBJECTS = {
    "action": N_("Åtgärder"),
    "plan": N_("Handlingsplaner"),
    "evaluation": N_("Utvärderingar"),
    "import_draft": N_("Inlästa rapporter"),
    "user": N_("Personer"),
    "unit": N_("Förvaltningar"),
    "committee": N_("Nämnder"),
    "outbox": N_("Brev"),
}

# What each deed is called; %(subject)s is the thing's own name.
DEEDS = {
    "action.create": N_("skapade åtgärden ”%(subject)s”"),
    "action.edit": N_("ändrade åtgärden ”%(subject)s”"),
    "action.report": N_("lämnade en lägesrapport om ”%(subject)s”"),
    "action.complete": N_("markerade ”%(subject)s” som genomförd"),
    "action.verify": N_("verifierade ”%(subject)s”"),
    "action.reopen": N_("öppnade ”%(subject)s” igen"),
    "action.drop": N_("avbröt ”%(subject)s”"),
    "action.milestone_done": N_("bockade av ett delsteg i ”%(subject)s”"),
    "action.milestone_undone": N_("tog bort bocken för ett delsteg i ”%(subject)s”"),
    "plan.create": N_("påbörjade planen ”%(subject)s”"),
    "plan.adopt": N_("registrerade beslutet som antog ”%(subject)s”"),
    "draft.create": N_("läste in filen ”%(subject)s”"),
    "draft.revise": N_("ändrade i det inlästa ur ”%(subject)s”"),
    "draft.same": N_("jämförde det inlästa ur ”%(subject)s” med utvärderingen; inget skilde"),
    "draft.discard": N_("kastade det inlästa ur ”%(subject)s”"),
    "evaluation.accept": N_("godkände utvärderingen %(subject)s"),
    "evaluation.version": N_("sparade en ny version av utvärderingen %(subject)s"),
    "user.add": N_("lade upp %(subject)s"),
    "user.add_role": N_("gav %(subject)s en roll"),
    "user.remove_role": N_("tog bort en roll från %(subject)s"),
    "user.deactivate": N_("avaktiverade %(subject)s"),
    "user.reactivate": N_("aktiverade %(subject)s igen"),
    "mail.resend": N_("skickade brevet ”%(subject)s” en gång till, oförändrat"),
    "unit.add": N_("lade till %(subject)s"),
    "unit.change": N_("ändrade %(subject)s"),
    "committee.add": N_("lade till %(subject)s"),
    "committee.rename": N_("bytte namn på %(subject)s"),
    "demo.load": N_("läste in demokommunen"),
    "session.open": N_("loggade in"),
    "session.close": N_("loggade ut"),
}
