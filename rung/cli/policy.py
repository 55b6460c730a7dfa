"""`rung policy`: the policy document, checked like code."""

import typer

from rung.cli.policy_check import check, schema
from rung.cli.policy_diff import diff
from rung.cli.policy_drafts import accept_draft, drafts, push, withdraw_draft
from rung.cli.policy_propose import propose_thresholds
from rung.cli.policy_versions import log, preview, publish_file, pull, revert

commands = typer.Typer(help="The policy: check, compare, publish.", no_args_is_help=True)
commands.command()(check)
commands.command()(schema)
commands.command()(diff)
commands.command(name="propose")(propose_thresholds)
commands.command()(preview)
commands.command(name="publish")(publish_file)
commands.command()(push)
commands.command()(drafts)
commands.command(name="accept")(accept_draft)
commands.command(name="withdraw")(withdraw_draft)
commands.command()(log)
commands.command()(pull)
commands.command()(revert)
