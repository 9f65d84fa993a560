"""How the administration looks and what its sidebar offers (django-unfold reads this)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def styles(name: str) -> Callable[[HttpRequest], str]:
    """Return what gives the address of a static file once static files are set up."""
    return lambda request: static(name)


def allowed(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def item(title: Any, icon: str, page: str, permission: Any) -> dict[str, Any]:
    link = reverse_lazy(f"admin:{page}")
    return {"title": title, "icon": icon, "link": link, "permission": permission}


DEFINES = "portal.admin.dashboard.sees_processes"
WATCHES = "portal.admin.dashboard.sees_instances"

UNFOLD = {
    "SITE_TITLE": "Placet",
    "SITE_HEADER": "Placet",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_ICON": styles("placet/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": styles("placet/mark.svg")}],
    "SITE_URL": None,
    "ACCOUNT": {
        "navigation": [
            {"title": _("To the inbox"), "link": reverse_lazy("inbox")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "8px",
    "DASHBOARD_CALLBACK": "portal.admin.dashboard.dashboard",
    "STYLES": [
        styles("placet/tokens.css"),
        styles("placet/diagram.css"),
        styles("placet/admin.css"),
        styles("placet/admin-desk.css"),
        styles("placet/admin-parts.css"),
    ],
    "SCRIPTS": [styles("placet/admin.js")],
    "COLORS": {
        "base": {
            "50": "#fafaf8",
            "100": "#f3f3f0",
            "200": "#e7e6e2",
            "300": "#d2d1cb",
            "400": "#969ba7",
            "500": "#63666f",
            "600": "#494c55",
            "700": "#3a3e47",
            "800": "#272a31",
            "900": "#15171b",
            "950": "#0d0e11",
        },
        "primary": {
            "50": "#eef1fd",
            "100": "#dfe5fb",
            "200": "#c9d2f8",
            "300": "#b0bdf6",
            "400": "#98a9ff",
            "500": "#98a9ff",
            "600": "#2f4bd0",
            "700": "#263eb0",
            "800": "#23368f",
            "900": "#1d2340",
            "950": "#151a31",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    {
                        "title": _("Overview"),
                        "icon": "space_dashboard",
                        "link": reverse_lazy("admin:index"),
                    }
                ],
            },
            {
                "title": _("Processes"),
                "items": [
                    item(_("Processes"), "account_tree", "processes_process_changelist", DEFINES),
                    item(_("Versions"), "history_edu", "processes_version_changelist", DEFINES),
                    item(_("Instances"), "play_circle", "processes_instance_changelist", WATCHES),
                    item(_("Incidents"), "error", "processes_incident_changelist", WATCHES),
                    item(
                        _("On the way"),
                        "outbox",
                        "processes_dispatch_changelist",
                        allowed("processes.view_dispatch"),
                    ),
                    item(_("History"), "history", "processes_historyevent_changelist", WATCHES),
                    item(
                        _("Decisions"),
                        "table_chart",
                        "processes_decision_changelist",
                        allowed("processes.view_decision"),
                    ),
                    item(
                        _("Connections"),
                        "cable",
                        "processes_connection_changelist",
                        allowed("processes.view_connection"),
                    ),
                ],
            },
            {
                "title": _("People"),
                "items": [
                    item(_("Tasks"), "task_alt", "tasks_task_changelist", WATCHES),
                    item(
                        _("Substitutions"),
                        "swap_horiz",
                        "tasks_substitution_changelist",
                        allowed("tasks.view_substitution"),
                    ),
                    item(
                        _("Working calendars"),
                        "calendar_month",
                        "tasks_calendar_changelist",
                        allowed("tasks.view_calendar"),
                    ),
                    item(_("Users"), "person", "auth_user_changelist", allowed("auth.view_user")),
                    item(
                        _("Units"),
                        "account_tree",
                        "tasks_unit_changelist",
                        allowed("tasks.view_unit"),
                    ),
                    item(
                        _("Skills"), "school", "tasks_skill_changelist", allowed("tasks.view_skill")
                    ),
                    item(_("Groups"), "group", "auth_group_changelist", allowed("auth.view_group")),
                    item(
                        _("API tokens"),
                        "vpn_key",
                        "knox_authtoken_changelist",
                        allowed("knox.view_authtoken"),
                    ),
                    item(
                        _("Sign-in locks"),
                        "lock",
                        "axes_accessattempt_changelist",
                        allowed("axes.view_accessattempt"),
                    ),
                    item(
                        _("Administration log"),
                        "manage_history",
                        "admin_logentry_changelist",
                        allowed("admin.view_logentry"),
                    ),
                ],
            },
            {
                "title": _("Telling"),
                "items": [
                    item(
                        _("Messages"),
                        "outgoing_mail",
                        "tasks_delivery_changelist",
                        allowed("tasks.view_delivery"),
                    ),
                    item(
                        _("Announcements"),
                        "campaign",
                        "tasks_announcement_changelist",
                        allowed("tasks.view_announcement"),
                    ),
                    item(
                        _("Words of mails"),
                        "edit_note",
                        "tasks_messagetemplate_changelist",
                        allowed("tasks.view_messagetemplate"),
                    ),
                    item(
                        _("Chats"),
                        "forum",
                        "tasks_chathook_changelist",
                        allowed("tasks.view_chathook"),
                    ),
                ],
            },
            {
                "title": _("Time"),
                "items": [
                    item(
                        _("Periodic tasks"),
                        "update",
                        "django_celery_beat_periodictask_changelist",
                        allowed("django_celery_beat.view_periodictask"),
                    ),
                    item(
                        _("Intervals"),
                        "timer",
                        "django_celery_beat_intervalschedule_changelist",
                        allowed("django_celery_beat.view_intervalschedule"),
                    ),
                    item(
                        _("Cron schedules"),
                        "calendar_month",
                        "django_celery_beat_crontabschedule_changelist",
                        allowed("django_celery_beat.view_crontabschedule"),
                    ),
                ],
            },
        ],
    },
}
