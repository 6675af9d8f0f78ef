from django.urls import path

from viatraj.demo.psc import views

REALM = "auth/realms/esante-wallet"
PROTOCOL = f"{REALM}/protocol/openid-connect"

urlpatterns = [
    path(f"{REALM}/.well-known/wallet-openid-configuration", views.discovery, name="psc_discovery"),
    path("auth/", views.authorize, name="psc_authorize"),
    path(f"{PROTOCOL}/token", views.token, name="psc_token"),
    path(f"{PROTOCOL}/userinfo", views.userinfo, name="psc_userinfo"),
    path(f"{PROTOCOL}/certs", views.certs, name="psc_certs"),
    path(f"{PROTOCOL}/logout", views.logout, name="psc_logout"),
]
