from django.urls import path

from contact_covid.portal.board import assigning, delegating, jobs, preparing, teams, views

urlpatterns = [
    path("tableau/", views.board, name="board"),
    path("tableau/agent/<uuid:agent>/", views.agent, name="board_agent"),
    path("tableau/appel/<uuid:lease>/", views.move, name="board_move"),
    path("tableau/file/", views.queue, name="board_queue"),
    path("tableau/aide/", views.ask, name="board_ask"),
    path("tableau/aide/<uuid:overflow>/", views.help_, name="board_help"),
    path("tableau/equipes/", teams.teams, name="teams"),
    path("tableau/equipes/nouvelle/", teams.new, name="team_new"),
    path("tableau/equipes/<uuid:team>/", teams.team, name="team_of_agents"),
    path("tableau/equipes/<uuid:team>/supprimer/", teams.delete, name="team_delete"),
    path("delegations/", delegating.delegations, name="delegations_of_fund"),
    path("delegations/fiches/", delegating.of_list, name="delegate"),
    path("delegations/fiches/reprendre/", delegating.back, name="delegate_back"),
    path("delegations/<uuid:delegation>/reprendre/", delegating.end, name="delegation_end"),
    path("lots/", jobs.jobs, name="jobs"),
    path("lots/nouveau/", preparing.new, name="job_new"),
    path("lots/<uuid:job>/", jobs.job, name="job"),
    path("repartition/", assigning.preview, name="assign"),
    path("repartition/attribuer/", assigning.confirm, name="assign_confirm"),
    path("repartition/<uuid:batch>/annuler/", assigning.take_back, name="assign_undo"),
]
