from django.urls import path

from contact_covid.portal.clusters import board, cluster, hand_overs, members, requests, work

urlpatterns = [
    path("transmissions/", hand_overs.platform, name="hand_overs"),
    path("transmissions/<uuid:asked>/retirer/", hand_overs.withdraw, name="hand_over_withdraw"),
    path("demandes/", requests.board, name="requests"),
    path("demandes/<uuid:asked>/", requests.request, name="request"),
    path("ars/", board.board, name="agency"),
    path("ars/transmissions/", hand_overs.agency, name="agency_hand_overs"),
    path("ars/transmissions/<uuid:asked>/", hand_overs.answer, name="hand_over"),
    path("ars/fiche/<uuid:fiche>/", hand_overs.fiche, name="agency_fiche"),
    path("ars/signalements/", board.all_signals, name="signals"),
    path("ars/signalements/<uuid:signal>/", board.signal, name="signal"),
    path("ars/demandes/nouvelle/", requests.new, name="new_request"),
    path("ars/clusters/", board.all_clusters, name="clusters"),
    path("ars/clusters/nouveau/", cluster.new, name="new_cluster"),
    path("ars/clusters/<uuid:cluster>/", cluster.cluster, name="cluster"),
    path("ars/clusters/<uuid:cluster>/etat/", cluster.move, name="cluster_move"),
    path("ars/clusters/<uuid:cluster>/evaluation/", cluster.assessment, name="cluster_assessment"),
    path("ars/clusters/<uuid:cluster>/personnes/", members.people, name="cluster_people"),
    path("ars/clusters/<uuid:cluster>/personnes/<uuid:member>/retirer/", members.remove, name="cluster_remove"),
    path("ars/clusters/<uuid:cluster>/co-exposes/", members.co_exposed, name="cluster_co_exposed"),
    path("ars/clusters/<uuid:cluster>/contact/<uuid:fiche>/", members.contact, name="cluster_contact"),
    path("ars/clusters/<uuid:cluster>/mesures/", work.measure, name="cluster_measure"),
    path("ars/clusters/<uuid:cluster>/mesures/<uuid:measure>/faite/", work.done, name="cluster_measure_done"),
    path("ars/clusters/<uuid:cluster>/note/", work.note, name="cluster_note"),
    path("ars/clusters/<uuid:cluster>/rapport/", work.report, name="cluster_report"),
]
