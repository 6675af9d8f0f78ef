"""The journal and its seals, whole, in Django's admin: read-only, opened by a card."""

from django.contrib import admin
from django.views.generic import RedirectView

from accounts.policies import support
from journal.models import Entry, Seal
from viatraj.core.policies import can


class SameRequestElsewhere(RedirectView):
    pattern_name = "authcps:sign_out"

    def post(self, request, *args, **kwargs):
        answer = self.get(request, *args, **kwargs)
        answer.status_code = 307
        return answer


class Gestion(admin.AdminSite):
    site_header = site_title = "Gestion"
    index_title = "Consultation par le support"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request):
        return can(support, request.actor)

    def login(self, request, extra_context=None):
        """Django's own would let a password in; ours are the two doors."""
        return RedirectView.as_view(pattern_name="accueil")(request)

    password_change = password_change_done = login

    def logout(self, request, extra_context=None):
        """Sign out by our own page, which is journalled; 307 keeps the POST and its token."""
        return SameRequestElsewhere.as_view()(request)


site = Gestion()


class ReadOnlyAdmin(admin.ModelAdmin):
    actions = None
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Entry, site=site)
class EntryAdmin(ReadOnlyAdmin):
    fields = ("at", "sentence", "event", "user", "on_behalf_of", "system", "quality", "means", "address")
    fields += ("request_id", "content_type", "object_id", "label", "data", "delegation_id")
    fields += ("etablissement_id", "unite_id", "concerns", "tx")
    list_display = ("at", "sentence", "means", "address")
    list_filter = ("means", "quality")
    search_fields = ("=user__login", "=on_behalf_of__login", "=label", "=event", "=request_id")
    date_hierarchy = "at"
    ordering = ("-id",)

    def get_queryset(self, request):
        return super().get_queryset(request).told()

    @admin.display(description="action")
    def sentence(self, entry):
        return entry.sentence


@admin.register(Seal, site=site)
class SealAdmin(ReadOnlyAdmin):
    fields = ("number", "sealed_at", "count", "digest", "previous", "from_tx", "until_tx")
    list_display = ("number", "sealed_at", "count", "digest")
    ordering = ("-number",)
