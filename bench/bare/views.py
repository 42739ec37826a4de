from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SELECT = "SELECT id, number, state, department, created_at FROM tracing_fiche WHERE id = %s"


def bare(request: HttpRequest, fiche: UUID) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(SELECT, [fiche])
        id_, number, state, department, created_at = cursor.fetchone()
    context = {
        "id": id_,
        "number": number,
        "state": state,
        "department": department,
        "created_at": created_at.isoformat(),
    }
    return render(request, "bare.html", context)
