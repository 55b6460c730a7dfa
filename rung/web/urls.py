"""Addresses of the pages."""

from django.urls import path

from rung.web import acts, ask, entrance, foryou, oncall, people, policy, receipt, slack, ticket, tickets, triage

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
    path("on-call", oncall.on_call, name="on-call"),
    path("on-call/swap", oncall.swap, name="swap"),
    path("on-call/swap/<int:number>/remove", oncall.unswap, name="unswap"),
    path("on-call/away", oncall.away, name="away"),
    path("on-call/away/<int:number>/remove", oncall.back, name="back"),
    path("people", people.people, name="people"),
    path("people/agents/new", people.agent, name="agent-new"),
    path("people/agents/<str:name>", people.agent, name="agent"),
    path("people/agents/<str:name>/link", people.invite, name="invite"),
    path("people/teams/new", people.team, name="team-new"),
    path("people/teams/<str:name>", people.team, name="team"),
    path("people/customers", people.customers, name="customers"),
    path("people/customers/new", people.customer, name="customer-new"),
    path("people/customers/<int:number>", people.customer, name="customer"),
    path("people/keys", people.keys, name="keys"),
    path("people/keys/<int:number>/revoke", people.revoke, name="key-revoke"),
    path("you", people.me, name="me"),
    path("you/reached", people.reach, name="reach"),
    path("ask", ask.ask, name="ask"),
    path("ask/thanks/<str:word>", ask.asked, name="asked"),
    path("ask/<str:word>", ask.status, name="ask-status"),
    path("inboxes/slack", slack.slack, name="slack"),
    path("sign-in/<str:word>", entrance.sign_in_link, name="sign-in-link"),
]
