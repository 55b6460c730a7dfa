"""Addresses of the pages."""

from django.urls import path

from rung.web import acts, ask, entrance, foryou, policy, receipt, slack, ticket, tickets, triage

urlpatterns = [
    path("", triage.triage, name="triage"),
    path("tickets", tickets.tickets, name="tickets"),
    path("tickets/<int:number>", ticket.ticket, name="ticket"),
    path("tickets/<int:number>/why", receipt.why, name="why"),
    path("tickets/<int:number>/<slug:action>", acts.act, name="act"),
    path("for-you", foryou.for_you, name="for-you"),
    path("for-you/seen", foryou.seen, name="for-you-seen"),
    path("policy", policy.handbook_page, name="policy"),
    path("policy/edit", policy.edit, name="policy-edit"),
    path("policy/findings", policy.findings, name="policy-findings"),
    path("policy/review", policy.review, name="policy-review"),
    path("policy/versions", policy.versions, name="policy-versions"),
    path("policy/versions/<int:version>", policy.version_page, name="policy-version"),
    path("ask", ask.ask, name="ask"),
    path("ask/thanks/<str:word>", ask.asked, name="asked"),
    path("ask/<str:word>", ask.status, name="ask-status"),
    path("inboxes/slack", slack.slack, name="slack"),
    path("sign-in/<str:word>", entrance.sign_in_link, name="sign-in-link"),
]
