"""The support's admin (/gestion/): read-only, and a password alone does not open it."""

from django.contrib import admin
from django.utils.module_loading import autodiscover_modules
from django.views.generic import RedirectView


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
        actor = request.actor
        return bool(actor.user and actor.user.is_active and actor.user.is_staff and actor.strong)

    def login(self, request, extra_context=None):
        """Django's own would let a password in; ours are the two doors."""
        return RedirectView.as_view(pattern_name="accueil")(request)

    password_change = password_change_done = login

    def logout(self, request, extra_context=None):
        """Sign out by our own page, which is journalled; 307 keeps the POST and its token."""
        return SameRequestElsewhere.as_view()(request)

    def get_urls(self):
        autodiscover_modules("admin")
        return super().get_urls()


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
