from django.urls import path

from contact_covid.portal.staff import accounts, skills, views

urlpatterns = [
    path("equipe/", views.own_team, name="own_team"),
    path("equipe/<uuid:organisation>/", views.team, name="team"),
    path("equipe/<uuid:organisation>/terminer/<uuid:post>/", views.end, name="team_end"),
    path("equipe/<uuid:organisation>/agent/<uuid:post>/", skills.agent, name="team_skills"),
    path("equipe/<uuid:organisation>/invitation/<uuid:invitation>/renvoyer/", views.send_again, name="team_send_again"),
    path("equipe/<uuid:organisation>/invitation/<uuid:invitation>/retirer/", views.take_back, name="team_take_back"),
    path("comptes/", accounts.search, name="accounts"),
    path("comptes/<uuid:account>/", accounts.account, name="account_of"),
    path("comptes/<uuid:account>/desactiver/", accounts.disable, name="account_disable"),
    path("comptes/<uuid:account>/reactiver/", accounts.enable, name="account_enable"),
]
