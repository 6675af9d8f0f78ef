"""Who gets what, page by page: a new page without its rows fails, a right that moves shows here.

Everything belongs to `owner`. 302 of a stranger leads to a door (test_urls); 403 says why; 404 tells nothing.
`plain` holds a habilitation that `referent` manages, and `neighbour`, a référent next door, does not.
`acting` and `reader` work for him, a confrère and an assistant who may only read; `confrere` is the former in
his own name; `ended` and `waiting` have a délégation that lends nothing, `other` none.
"""

from tests.house.plan import ROLES, our_routes
from tests.house.walk import STRANGERS, is_asked

MATRIX = """
accueil                        GET  200 200 200 302 302 302 302 302 302 302 302 302 302 302
accueil                        POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
medecin                        GET  302 302 302 200 200 200 200 200 200 200 403 403 403 403
medecin                        POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
professionnel                  GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
professionnel                  POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
switch_space                   GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
switch_space                   POST 302 302 302 403 403 403 403 403 403 403 403 403 403 403
mon_compte                     GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
mon_compte                     POST 302 302 302 302 302 302 403 403 302 302 302 302 302 302
end_other_sessions             GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
end_other_sessions             POST 302 302 302 302 302 302 403 403 302 302 302 302 302 302
remove_identite                GET  302 302 302 200 404 404 403 403 404 404 404 404 404 404
remove_identite                POST 302 302 302 422 404 404 403 403 404 404 404 404 404 404
unpair                         GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
unpair                         POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
charte                         GET  302 302 302 200 200 200 200 200 200 200 200 200 200 200
charte                         POST 302 302 302 302 302 302 302 302 302 302 302 302 302 302
prolonger                      GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
prolonger                      POST 302 302 302 204 204 204 204 204 204 204 204 204 204 204
accessibilite                  GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
accessibilite                  POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
mentions_legales               GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
mentions_legales               POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
donnees_personnelles           GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
donnees_personnelles           POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
charte_publique                GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
charte_publique                POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
plan_du_site                   GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
plan_du_site                   POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
assistance                     GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
assistance                     POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
plateformes_tnd                GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
plateformes_tnd                POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
en_savoir_plus                 GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
en_savoir_plus                 POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
alive                          GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
alive                          POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
ready                          GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
ready                          POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
authcps:medecin                GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
authcps:medecin                POST 422 422 422 422 422 422 422 422 422 422 422 422 422 422
authcps:professionnel          GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
authcps:professionnel          POST 422 422 422 422 422 422 422 422 422 422 422 422 422 422
authcps:code                   GET  302 200 302 302 302 302 302 302 302 302 302 302 302 302
authcps:code                   POST 302 422 302 302 302 302 302 302 302 302 302 302 302 302
authcps:resend                 GET  405 405 405 405 405 405 405 405 405 405 405 405 405 405
authcps:resend                 POST 302 302 302 302 302 302 302 302 302 302 302 302 302 302
authcps:pair                   GET  302 302 200 302 302 302 302 302 302 302 302 302 302 302
authcps:pair                   POST 302 302 422 302 302 302 302 302 302 302 302 302 302 302
first_assistant                GET  302 302 302 302 302 302 302 302 302 302 302 302 302 302
first_assistant                POST 302 302 302 302 302 302 302 302 302 302 302 302 302 302
authcps:first                  GET  302 302 200 302 302 302 302 302 302 302 302 302 302 302
authcps:first                  POST 302 302 302 302 302 302 302 302 302 302 302 302 302 302
authcps:psc                    GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
authcps:psc                    POST 424 424 424 424 424 424 424 424 424 424 424 424 424 424
authcps:psc_return             GET  403 403 403 403 403 403 403 403 403 403 403 403 403 403
authcps:psc_return             POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
authcps:psc_exercice           GET  302 302 302 302 302 302 302 302 302 302 302 302 302 302
authcps:psc_exercice           POST 302 302 302 302 302 302 302 302 302 302 302 302 302 302
authcps:psc_logout_return      GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
authcps:psc_logout_return      POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
authcps:sign_out               GET  405 405 405 405 405 405 405 405 405 405 405 405 405 405
authcps:sign_out               POST 302 302 302 302 302 302 302 302 302 302 302 302 302 302
authcps:totp                   GET  302 200 302 302 302 302 302 302 302 302 302 302 302 302
authcps:totp                   POST 302 422 302 302 302 302 302 302 302 302 302 302 302 302
authcps:recovery               GET  302 200 302 302 302 302 302 302 302 302 302 302 302 302
authcps:recovery               POST 302 422 302 302 302 302 302 302 302 302 302 302 302 302
authcps:reception              GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
authcps:reception              POST 302 302 302 302 302 302 403 403 302 302 302 302 302 302
authcps:confirm_reception      GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
authcps:confirm_reception      POST 200 200 200 200 200 200 200 200 200 200 200 200 200 200
authcps:cancel_reception       GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
authcps:cancel_reception       POST 200 200 200 200 200 200 200 200 200 200 200 200 200 200
authcps:add_totp               GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
authcps:add_totp               POST 302 302 302 422 422 422 403 403 422 422 422 422 422 422
authcps:remove_totp            GET  302 302 302 302 302 302 403 403 302 302 302 302 302 302
authcps:remove_totp            POST 302 302 302 302 302 302 403 403 302 302 302 302 302 302
authcps:make_recovery          GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
authcps:make_recovery          POST 302 302 302 422 422 422 403 403 422 422 422 422 422 422
accounts:forgotten             GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
accounts:forgotten             POST 422 422 422 422 422 422 422 422 422 422 422 422 422 422
accounts:sent                  GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
accounts:sent                  POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
accounts:new_password          GET  404 404 404 404 404 404 404 404 404 404 404 404 404 404
accounts:new_password          POST 404 404 404 404 404 404 404 404 404 404 404 404 404 404
accounts:saved                 GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
accounts:saved                 POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
accounts:expired_password      GET  302 302 302 302 302 302 302 302 302 302 302 302 302 302
accounts:expired_password      POST 302 302 302 302 302 302 302 302 302 302 302 302 302 302
accounts:change_password       GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
accounts:change_password       POST 302 302 302 422 422 422 403 403 422 422 422 422 422 422
accounts:change_email          GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
accounts:change_email          POST 302 302 302 422 422 422 403 403 422 422 422 422 422 422
accounts:change_mobile         GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
accounts:change_mobile         POST 302 302 302 422 422 422 403 403 422 422 422 422 422 422
changements:index              GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
changements:index              POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
changements:undo               GET  302 302 302 403 403 403 403 403 403 403 403 403 200 403
changements:undo               POST 302 302 302 403 403 403 403 403 403 403 403 403 302 403
delegations:index              GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:index              POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
delegations:history_confreres  GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:history_confreres  POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
delegations:history_assistants GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:history_assistants POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
delegations:search             GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:search             POST 302 302 302 302 302 302 403 403 302 302 403 403 403 403
delegations:found              GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:found              POST 302 302 302 302 302 302 403 403 302 302 403 403 403 403
delegations:grant              GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:grant              POST 302 302 302 302 302 302 403 403 302 302 403 403 403 403
delegations:grant_assistant    GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:grant_assistant    POST 302 302 302 302 302 302 403 403 302 302 403 403 403 403
delegations:activity           GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:activity           POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
delegations:export_activity    GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:export_activity    POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
delegations:cover              GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:cover              POST 302 302 302 302 302 302 403 403 302 302 403 403 403 403
delegations:cover_search       GET  302 302 302 200 200 200 403 403 200 200 403 403 403 403
delegations:cover_search       POST 302 302 302 302 302 302 403 403 302 302 403 403 403 403
delegations:renounce           GET  302 302 302 404 404 200 403 403 404 404 404 404 404 404
delegations:renounce           POST 302 302 302 404 404 302 403 403 404 404 404 404 404 404
delegations:show               GET  302 302 302 200 404 404 403 403 404 404 403 403 403 403
delegations:show               POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
delegations:modify             GET  302 302 302 200 404 404 403 403 404 404 403 403 403 403
delegations:modify             POST 302 302 302 302 404 404 403 403 404 404 403 403 403 403
delegations:revoke             GET  302 302 302 200 404 404 403 403 404 404 403 403 403 403
delegations:revoke             POST 302 302 302 302 404 404 403 403 404 404 403 403 403 403
delegations:resend             GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
delegations:resend             POST 302 302 302 302 404 404 403 403 404 404 403 403 403 403
delegations:received           GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
delegations:received           POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
delegations:answer             GET  302 302 302 404 404 200 403 403 404 404 404 404 404 404
delegations:answer             POST 302 302 302 404 404 302 403 403 404 404 404 404 404 404
delegations:invitation         GET  302 302 302 404 404 200 403 403 404 404 404 404 404 404
delegations:invitation         POST 302 302 302 404 404 302 403 403 404 404 404 404 404 404
delegations:switch             GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
delegations:switch             POST 302 302 302 404 404 302 302 404 404 404 404 404 404 404
habilitations:comptes          GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:comptes          POST 302 302 302 403 403 403 403 403 403 403 403 403 302 302
habilitations:recherche        GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:recherche        POST 302 302 302 403 403 403 403 403 403 403 403 403 302 302
dossiers:index                 GET  302 302 302 200 200 200 200 200 200 200 403 200 403 403
dossiers:index                 POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:create                GET  302 302 302 200 200 200 200 403 200 200 403 200 403 403
dossiers:create                POST 302 302 302 302 302 302 302 403 302 302 403 302 403 403
dossiers:search                GET  302 302 302 200 200 200 200 200 200 200 403 200 403 403
dossiers:search                POST 302 302 302 302 302 302 302 302 302 302 403 302 403 403
dossiers:found                 GET  302 302 302 200 200 200 200 200 200 200 403 200 403 403
dossiers:found                 POST 302 302 302 302 302 302 302 302 302 302 403 302 403 403
dossiers:detail                GET  302 302 302 200 404 404 200 200 404 404 404 404 404 404
dossiers:detail                POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:identite              GET  302 302 302 200 404 404 200 403 404 404 404 404 404 404
dossiers:identite              POST 302 302 302 302 404 404 302 403 404 404 404 404 404 404
dossiers:decide                GET  302 302 302 200 404 404 200 403 404 404 404 404 404 404
dossiers:decide                POST 302 302 302 302 404 404 302 403 404 404 404 404 404 404
dossiers:traitant              GET  302 302 302 200 404 404 200 403 404 404 404 404 404 404
dossiers:traitant              POST 302 302 302 302 404 404 302 403 404 404 404 404 404 404
dossiers:traitant_found        GET  302 302 302 200 404 404 200 403 404 404 404 404 404 404
dossiers:traitant_found        POST 302 302 302 302 404 404 302 403 404 404 404 404 404 404
dossiers:name_traitant         GET  302 302 302 200 404 404 200 403 404 404 404 404 404 404
dossiers:name_traitant         POST 302 302 302 302 404 404 302 403 404 404 404 404 404 404
dossiers:answer                GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:answer                POST 302 302 302 302 403 404 302 403 404 404 404 404 404 404
dossiers:accept_all            GET  302 302 302 302 302 302 302 403 302 302 403 403 403 403
dossiers:accept_all            POST 302 302 302 302 302 302 302 403 302 302 403 403 403 403
dossiers:print_dossier         GET  302 302 302 200 404 404 200 200 404 404 404 404 404 404
dossiers:print_dossier         POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:download              GET  302 302 302 200 404 404 200 404 404 404 404 404 404 404
dossiers:download              POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:history               GET  302 302 302 200 404 404 200 200 404 404 404 404 404 404
dossiers:history               POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:print_history         GET  302 302 302 200 404 404 200 200 404 404 404 404 404 404
dossiers:print_history         POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:pieces                GET  302 302 302 200 404 404 200 200 404 404 404 404 404 404
dossiers:pieces                POST 302 302 302 302 404 404 302 403 404 404 404 404 404 404
dossiers:piece                 GET  302 302 302 200 404 404 200 200 404 404 404 404 404 404
dossiers:piece                 POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:piece_hide            GET  302 302 302 200 404 404 200 403 404 404 404 404 404 404
dossiers:piece_hide            POST 302 302 302 302 404 404 302 403 404 404 404 404 404 404
dossiers:volet                 GET  302 302 302 200 404 404 200 403 404 404 404 404 404 404
dossiers:volet                 POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:edit_volet            GET  302 302 302 200 404 404 200 403 404 404 404 404 404 404
dossiers:edit_volet            POST 302 302 302 302 404 404 302 403 404 404 404 404 404 404
dossiers:forget_typed          GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
dossiers:forget_typed          POST 302 302 302 302 404 404 302 403 404 404 404 404 404 404
demo:psc_discovery             GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
demo:psc_discovery             POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
demo:psc_authorize             GET  400 400 400 400 400 400 400 400 400 400 400 400 400 400
demo:psc_authorize             POST 400 400 400 400 400 400 400 400 400 400 400 400 400 400
demo:psc_token                 GET  405 405 405 405 405 405 405 405 405 405 405 405 405 405
demo:psc_token                 POST 401 401 401 401 401 401 401 401 401 401 401 401 401 401
demo:psc_userinfo              GET  401 401 401 401 401 401 401 401 401 401 401 401 401 401
demo:psc_userinfo              POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
demo:psc_certs                 GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
demo:psc_certs                 POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
demo:psc_logout                GET  400 400 400 400 400 400 400 400 400 400 400 400 400 400
demo:psc_logout                POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
authcps:card                   GET  302 200 200 302 302 302 302 302 302 302 302 302 302 302
authcps:card                   POST 302 302 302 302 302 302 302 302 302 302 302 302 302 302
authcps:card_answer            GET  405 405 405 405 405 405 405 405 405 405 405 405 405 405
authcps:card_answer            POST 303 303 303 303 303 303 303 303 303 303 303 303 303 303
authcps:card_tls               GET  404 404 404 404 404 404 404 404 404 404 404 404 404 404
authcps:card_tls               POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
authcps:card_return            GET  303 303 303 303 303 303 303 303 303 303 303 303 303 303
authcps:card_return            POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
authcps:card_failed            GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
authcps:card_failed            POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
demo:reader                    GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
demo:reader                    POST 200 200 200 200 200 200 200 200 200 200 200 200 200 200
demo:mailbox                   GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
demo:mailbox                   POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
habilitations:create           GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:create           POST 302 302 302 403 403 403 403 403 403 403 403 403 302 302
habilitations:grant            GET  302 302 302 403 403 403 403 403 403 403 403 403 302 302
habilitations:grant            POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:grant_profil     GET  302 302 302 403 403 403 403 403 403 403 403 403 404 404
habilitations:grant_profil     POST 302 302 302 403 403 403 403 403 403 403 403 403 404 404
habilitations:compte           GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:compte           POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:effective        GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:effective        POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:correct          GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:correct          POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:change_email     GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:change_email     POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:unlock           GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:unlock           POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:depart           GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:depart           POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:droits           GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:droits           POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:fin              GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:fin              POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:emails           GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:emails           POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:revue            GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:revue            POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:lot_prolong      GET  302 302 302 403 403 403 403 403 403 403 403 403 302 302
habilitations:lot_prolong      POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:lot_revoke       GET  302 302 302 403 403 403 403 403 403 403 403 403 302 302
habilitations:lot_revoke       POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:revue_export     GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:revue_export     POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:revoke           GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:revoke           POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:disable          GET  302 302 302 403 403 403 403 403 403 403 403 403 403 404
habilitations:disable          POST 302 302 302 403 403 403 403 403 403 403 403 403 403 404
habilitations:enable           GET  302 302 302 403 403 403 403 403 403 403 403 403 403 404
habilitations:enable           POST 302 302 302 403 403 403 403 403 403 403 403 403 403 404
habilitations:welcome_again    GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:welcome_again    POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:profils          GET  302 302 302 200 200 200 200 200 200 200 200 200 200 200
habilitations:profils          POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
notify_habilitation            GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
notify_habilitation            POST 302 302 302 404 404 404 403 403 404 404 404 302 404 404
give_up_habilitation           GET  302 302 302 404 404 404 403 403 404 404 404 200 404 404
give_up_habilitation           POST 302 302 302 404 404 404 403 403 404 404 404 302 404 404
mes_referents                  GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
mes_referents                  POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
referents_of                   GET  302 302 302 404 404 404 403 403 404 404 404 200 404 404
referents_of                   POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
mes_droits                     GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
mes_droits                     POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
documentation                  GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
documentation                  POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
documentation_fiche            GET  200 200 200 200 200 200 200 200 200 200 200 200 200 200
documentation_fiche            POST 405 405 405 405 405 405 405 405 405 405 405 405 405 405
habilitations:demandes         GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:demandes         POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:demande          GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:demande          POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:demande_refuse   GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:demande_refuse   POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:mes_demandes     GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
habilitations:mes_demandes     POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:demande_choose   GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
habilitations:demande_choose   POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:demande_ask      GET  302 302 302 200 200 200 403 403 200 200 200 200 200 200
habilitations:demande_ask      POST 302 302 302 302 302 302 403 403 302 302 302 302 302 302
habilitations:demande_prolong  GET  302 302 302 404 404 404 403 403 404 404 404 200 404 404
habilitations:demande_prolong  POST 302 302 302 404 404 404 403 403 404 404 404 302 404 404
habilitations:demande_withdraw GET  302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:demande_withdraw POST 302 302 302 404 404 404 404 404 404 404 404 302 404 404
habilitations:orphelines       GET  302 302 302 403 403 403 403 403 403 403 403 403 403 403
habilitations:orphelines       POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:journal          GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:journal          POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:journal_export   GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:journal_export   POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:imports          GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:imports          POST 302 302 302 403 403 403 403 403 403 403 403 403 422 422
habilitations:import_template  GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:import_template  POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:import           GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:import           POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:import_report    GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:import_to_correct GET 302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:import_to_correct POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:import_report    POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:campagnes        GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:campagnes        POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:campagne_create  GET  302 302 302 403 403 403 403 403 403 403 403 403 200 200
habilitations:campagne_create  POST 302 302 302 403 403 403 403 403 403 403 403 403 200 422
habilitations:campagne         GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:campagne         POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:campagne_close   GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:campagne_close   POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:campagne_entrust GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:campagne_entrust POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:campagne_report  GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:campagne_report  POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:campagne_workbook GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:campagne_workbook POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:campagne_pdf     GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:campagne_pdf     POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:examens          GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:examens          POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
habilitations:examen           GET  302 302 302 403 403 403 403 403 403 403 403 403 200 404
habilitations:examen           POST 302 302 302 403 403 403 403 403 403 403 403 403 302 404
gestion:index                  GET  302 302 302 403 403 403 403 403 403 403 200 403 403 403
gestion:index                  POST 302 302 302 403 403 403 403 403 403 403 302 403 403 403
gestion:recherche              GET  302 302 302 403 403 403 403 403 403 403 200 403 403 403
gestion:recherche              POST 302 302 302 403 403 403 403 403 403 403 302 403 403 403
gestion:compte                 GET  302 302 302 403 403 403 403 403 403 403 200 403 403 403
gestion:compte                 POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
gestion:droits                 GET  302 302 302 403 403 403 403 403 403 403 200 403 403 403
gestion:droits                 POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
gestion:journal                GET  302 302 302 403 403 403 403 403 403 403 200 403 403 403
gestion:journal                POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
gestion:compte_envois          GET  302 302 302 403 403 403 403 403 403 403 200 403 403 403
gestion:compte_envois          POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
gestion:envois                 GET  302 302 302 403 403 403 403 403 403 403 200 403 403 403
gestion:envois                 POST 302 302 302 405 405 405 405 405 405 405 405 405 405 405
habilitations:name_referent    GET  302 302 302 403 403 403 403 403 403 403 403 403 403 403
habilitations:name_referent    POST 302 302 302 403 403 403 403 403 403 403 403 403 403 403
habilitations:name_referent_found GET  302 302 302 403 403 403 403 403 403 403 403 403 403 403
habilitations:name_referent_found POST 302 302 302 403 403 403 403 403 403 403 403 403 403 403
"""
TABLE = [line.split() for line in MATRIX.strip().splitlines()]
WITHOUT_PRINCIPAL = ("charte", "prolonger")  # open before anything else, alike for everybody


def test_every_page_has_its_rows():
    rows = [(name, method) for name, method, *_ in TABLE]
    assert sorted(rows) == sorted(
        (route.name, method) for route in our_routes() for method in ("GET", "POST")
    )


def test_matrix(walk):
    place = 2 + ROLES.index(walk.role)
    expected = {(row[0], row[1]): int(row[place]) for row in TABLE}
    found = {row: answer.status for row, answer in walk.rows.items()}
    assert found == {row: expected[row] for row in found}


def test_a_refusal_says_why(walk):
    assert [answer.what for answer in walk.answers if not answer.has_reason] == []


def test_every_row_is_asked_for():
    """By each role, or where all are answered alike by a stranger and one other."""
    named = {route.name: route for route in our_routes()}
    for name, method, *statuses in TABLE:
        asking = {role for role in ROLES if is_asked(role, named[name], statuses)}
        assert asking - {*STRANGERS}, (name, method)
        answered = {status for role, status in zip(ROLES, statuses, strict=True) if role in asking}
        assert answered == set(statuses), (name, method)


def test_a_form_drawn_for_somebody_else_is_refused_everywhere(world):
    """Two tabs: the page was drawn in one's own name, and one works for a médecin by now (409)."""
    browser = world.browser("acting")
    browser.principal = world.confrere
    closed = [route for route in our_routes() if route.login_required and route.name not in WITHOUT_PRINCIPAL]
    answers = {route.name: browser.ask("POST", world.url(route), world.body(route)) for route in closed}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 409)
