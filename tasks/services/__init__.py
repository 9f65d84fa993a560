"""The verbs of people's work. Every door decides through these and nothing else."""

from tasks.services.absence import (
    absences_seen_by,
    end_absence,
    led_by,
    may_plan_for,
    not_your_absence,
    processes_of_absence,
    set_absence,
)
from tasks.services.alarms import claim_due_alarms, postpone_alarm, ring
from tasks.services.answering import complete, fail, send_back, skip, undo
from tasks.services.approvers import add_approver
from tasks.services.asking import ask_information
from tasks.services.attaching import (
    attach,
    attachment_for,
    claim_unscanned,
    remove_orphans,
    scan,
)
from tasks.services.counting import anybody_moved, recount_changed
from tasks.services.drafting import draft_for, forget_drafts, save_draft
from tasks.services.feeds import feed_of, owner_of_feed, renew_feed, revoke_feed
from tasks.services.filters import delete_filter, save_filter
from tasks.services.handing import delegate, delegate_and_return, forward, nominate, reassign
from tasks.services.holding import claim, release, start, stop, take_back
from tasks.services.leaving import (
    cover_absences,
    deactivate,
    open_work,
    refuse_deactivation,
    reroute,
    reroute_absent,
    rescue,
    stranded,
)
from tasks.services.leaving import preview as preview_leaving
from tasks.services.pausing import resume, suspend
from tasks.services.planning import follow_up, prioritize, reschedule
from tasks.services.push import subscribe_browser, unsubscribe_browser
from tasks.services.talking import comment
from tasks.services.telling import (
    Wanted,
    anything_to_send,
    check_chat_url,
    claim_parcel,
    claim_untold,
    forget_news,
    mark_all_read,
    mark_read,
    put_off,
    remove_chat_hook,
    reseal_chat_hooks,
    retry_delivery,
    send_parcel,
    send_test,
    set_chat_hook,
    set_preference,
    set_template,
    tell_everybody,
    unread,
)
from tasks.services.withdrawing import withdraw

__all__ = [
    "Wanted",
    "absences_seen_by",
    "add_approver",
    "anybody_moved",
    "anything_to_send",
    "ask_information",
    "attach",
    "attachment_for",
    "check_chat_url",
    "claim",
    "claim_due_alarms",
    "claim_parcel",
    "claim_unscanned",
    "claim_untold",
    "comment",
    "complete",
    "cover_absences",
    "deactivate",
    "delegate",
    "delegate_and_return",
    "delete_filter",
    "draft_for",
    "end_absence",
    "fail",
    "feed_of",
    "follow_up",
    "forget_drafts",
    "forget_news",
    "forward",
    "led_by",
    "mark_all_read",
    "mark_read",
    "may_plan_for",
    "nominate",
    "not_your_absence",
    "open_work",
    "owner_of_feed",
    "postpone_alarm",
    "preview_leaving",
    "prioritize",
    "processes_of_absence",
    "put_off",
    "reassign",
    "recount_changed",
    "refuse_deactivation",
    "release",
    "remove_chat_hook",
    "remove_orphans",
    "renew_feed",
    "reroute",
    "reroute_absent",
    "reschedule",
    "rescue",
    "reseal_chat_hooks",
    "resume",
    "retry_delivery",
    "revoke_feed",
    "ring",
    "save_draft",
    "save_filter",
    "scan",
    "send_back",
    "send_parcel",
    "send_test",
    "set_absence",
    "set_chat_hook",
    "set_preference",
    "set_template",
    "skip",
    "start",
    "stop",
    "stranded",
    "subscribe_browser",
    "suspend",
    "take_back",
    "tell_everybody",
    "undo",
    "unread",
    "unsubscribe_browser",
    "withdraw",
]
