"""Who is on call now."""


def on_call_now(s, desk, now):
    return None


def on_call_of_team(ss, desk, team, now):
    return ()
