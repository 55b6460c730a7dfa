"""What is stored of what Slack refused, of a workspace that has let us go, and of what its owners were told."""

from rung.core.sentences import key
from rung.outbox.sentences import Sentences, table

#: Slack's word for what it refuses for good -> the sentence, which says who can mend it. Stored as `slack.WORD`.
NEVER = {
    "account_inactive": key("Slack: the app was switched off or its bot deactivated; connect the workspace again."),
    "app_missing_action_url": key("Slack: the app has no interactivity address; update it from the manifest."),
    "cannot_dm_bot": key("Slack: a bot cannot be written to."),
    "cant_post_message": key("Slack: the app may not post there."),
    "channel_not_found": key("Slack: there is no such channel, or the app is not in it; invite it with /invite."),
    "duplicate_external_id": key("Slack: this view was opened already."),
    "ekm_access_denied": key("Slack: the workspace's administrators have suspended posting."),
    "enterprise_is_restricted": key("Slack: the app may not be used in this organisation."),
    "invalid_auth": key("Slack: the token is not valid any more; connect the workspace again."),
    "invalid_blocks": key("Slack: it refused our blocks; this is a mistake of Rung, please report it."),
    "invalid_blocks_format": key("Slack: it refused our blocks; this is a mistake of Rung, please report it."),
    "is_archived": key("Slack: the channel is archived; unarchive it or name another one in the policy."),
    "is_inactive": key("Slack: the channel is frozen."),
    "messages_tab_disabled": key("Slack: direct messages to the app are off; update it from the manifest."),
    "missing_scope": key("Slack: the app lacks a permission; update it from the manifest and install it again."),
    "msg_blocks_too_long": key("Slack: the message is too long."),
    "msg_too_long": key("Slack: the message is too long."),
    "no_permission": key("Slack: the app may not do that in this workspace."),
    "no_text": key("Slack: there is nothing to say."),
    "not_allowed_token_type": key("Slack: this is not a bot's token; connect the workspace again."),
    "not_authed": key("Slack: no token is stored for this workspace; connect it again."),
    "not_in_channel": key("Slack: the app is not in the channel; invite it with /invite."),
    "org_login_required": key("Slack: the workspace is being moved into an organisation."),
    "posting_to_channel_denied": key("Slack: the app may not post in that channel."),
    "posting_to_general_channel_denied": key("Slack: the app may not post in the workspace's general channel."),
    "restricted_action": key("Slack: a rule of the workspace forbids the app to post there."),
    "restricted_action_non_threadable_channel": key("Slack: nobody may answer in threads of that channel."),
    "restricted_action_read_only_channel": key("Slack: the channel is read-only."),
    "restricted_action_thread_locked": key("Slack: the thread is locked."),
    "restricted_action_thread_only_channel": key("Slack: only answers in threads are allowed in that channel."),
    "team_access_not_granted": key("Slack: the app has no access to that workspace; install it there."),
    "team_not_found": key("Slack: there is no such workspace any more."),
    "token_revoked": key("Slack: the token was revoked; connect the workspace again."),
    "user_disabled": key("Slack: the person's account is deactivated."),
    "user_is_bot": key("Slack: a bot cannot be written to."),
    "user_not_found": key("Slack: there is no such person in the workspace."),
}  # fmt: skip


class Said(Sentences):
    """What is told besides."""

    NOT_NOW = "slack.not_now", key("Slack: not now (%(code)s).")
    UNCHANGEABLE = "slack.unchangeable", key("Slack: the message cannot be changed any more (%(code)s).")
    REFUSED = "slack.refused", key("Slack refused it: %(code)s.")
    TOO_MANY_CALLS = "slack.too_many_calls", key("Slack: too many calls.")
    UNREACHABLE = "slack.unreachable", key("Slack cannot be reached.")
    SILENT = "slack.silent", key("Slack gave no answer.")
    TROUBLE = "slack.trouble", key("Slack had trouble of its own (%(code)s).")
    NO_SENSE = "slack.no_sense", key("Slack answered %(status_code)s, but not with an answer.")
    CANNOT_ASK = "slack.cannot_ask", key("Slack cannot be asked whether it arrived.")
    MOVED_ON = "slack.moved_on", key("The channel has moved on too far to look.")
    NOT_CONNECTED = "slack.not_connected", key("Slack: %(workspace)s is not connected: %(reason)s")
    NO_WORKSPACE = "slack.no_workspace", key("Slack: no workspace is connected.")
    NOWHERE = "slack.nowhere", key("Slack: no connected workspace has %(to)s; invite the app there with /invite.")
    REMOVED = "slack.removed", key("Slack: the app was removed from the workspace; connect the workspace again.")
    BOT_REVOKED = "slack.bot_revoked", key("Slack: the token of its bot was revoked; connect the workspace again.")
    BY_AGENT = "slack.by_agent", key("written in Slack by the agent")
    SWITCHED_OFF = "slack.switched_off", key("Slack: %(workspace)s is switched off")
    NOT_HEARD = "slack.not_heard", key("Slack: customers are not heard in %(channel)s")


SENTENCES = {f"slack.{word}": sentence for word, sentence in NEVER.items()} | table(Said)
