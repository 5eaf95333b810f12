"""What `ok: false` means for a reply: again, never, or not before an operator acts.

An error that is not listed counts as permanent: to repeat what we do not understand could go on
for hours, while the reply is kept and can be sent again by hand.
"""

from collections.abc import Mapping

from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    SendUncertain,
    Undeliverable,
)

BENIGN_FOR_REACTIONS = frozenset(
    {"already_reacted", "message_not_found", "not_in_channel", "channel_not_found", "is_archived"}
)

# The post is not there any more, or is none of ours, or too old to edit.
NO_POST_TO_EDIT = frozenset(
    {
        "cant_delete_message",
        "cant_update_message",
        "edit_window_closed",
        "message_not_found",
        "is_inactive",
        "thread_not_found",
    }
)

# A method that only helps will do nothing in this workspace with this app, whatever it is about.
NOT_FOR_THIS_APP = frozenset(
    {
        "access_denied",
        "accesslimited",
        "feature_not_enabled",
        "method_deprecated",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "unknown_method",
    }
)

# Somebody of another workspace, or whom the bot may not see.
NOBODY_KNOWN = frozenset({"user_not_found", "user_not_visible"})

# Worth another look at the secret: the token may have been replaced since it was cached.
STALE_TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)

RATE_LIMITED = frozenset({"rate_limited", "ratelimited"})

_NOTHING_POSTED = frozenset(
    {
        "external_channel_migrating",
        "request_timeout",  # the body did not arrive whole
        "service_unavailable",
        "team_added_to_org",
        "temporarily_disabled",
    }
)

# "It's possible some aspect of the operation succeeded before the error was raised."
_PERHAPS_POSTED = frozenset({"fatal_error", "internal_error"})

_UNDELIVERABLE = frozenset(
    {
        "cannot_dm_bot",
        "cannot_reply_to_message",
        "cant_update_message",
        "channel_not_found",
        "channel_type_not_supported",
        "edit_window_closed",
        "file_not_found",
        "file_upload_size_restricted",
        "invalid_blocks",
        "invalid_blocks_format",
        "is_archived",
        "is_inactive",
        "malware_detected",
        "message_limit_exceeded",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "message_not_found",
        "not_in_channel",
        "posting_to_channel_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "thread_not_found",
        "slack_connect_blocked_file_type",
        "slack_connect_file_upload_sharing_blocked",
        "user_disabled",
        "user_not_found",
        "user_not_in_channel",
    }
)

_MISCONFIGURED = STALE_TOKEN | {
    "access_denied",
    "accesslimited",
    "deprecated_endpoint",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "file_uploads_disabled",
    "file_uploads_except_images_disabled",
    "messages_tab_disabled",
    "method_deprecated",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "org_login_required",
    "storage_limit_reached",
    "team_access_not_granted",
    "two_factor_setup_required",
    "unknown_method",
}

_KINDS: dict[str, type[ChannelError]] = {
    **dict.fromkeys(_NOTHING_POSTED, ChannelUnavailable),
    **dict.fromkeys(_PERHAPS_POSTED, SendUncertain),
    **dict.fromkeys(_UNDELIVERABLE, Undeliverable),
    **dict.fromkeys(_MISCONFIGURED, ChannelMisconfigured),
}


# Slack says itself which scope it misses, as a rule.
_SCOPES = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "reactions.add": "reactions:write",
    "users.info": "users:read",
}


def refused(method: str, answer: Mapping[str, object]) -> ChannelError:
    """The error that says what can be done, and of a missing scope, which."""
    error, needed = str(answer.get("error", "unknown"))[:80], str(answer.get("needed", ""))[:80]
    if error == "missing_scope":
        needed = needed or _SCOPES.get(method, "")
    scope = f" (needs {needed})" if needed else ""
    return _KINDS.get(error, Undeliverable)(f"Slack refused {method}: {error}{scope}")
