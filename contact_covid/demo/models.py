"""How far the demo outbreak is loaded. Codes only: who the people are stands sealed in their fiches."""

from django.db import models


class Load(models.Model):
    """The loading of an outbreak. Its dates count back from ``day``, even if it is finished on a later one."""

    size = models.CharField(max_length=10, primary_key=True)
    day = models.DateField()
    started_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "demo_load"


class LoadedDay(models.Model):
    """A day of a block of the outbreak, written in one transaction with its fiches: it is there whole or not at all.

    ``skipped``: calls that the tables of states forbade.
    """

    pk = models.CompositePrimaryKey("load", "block", "day")
    load = models.ForeignKey(Load, on_delete=models.CASCADE, db_column="size", db_index=False, related_name="days")
    block = models.PositiveSmallIntegerField()
    day = models.DateField()
    done_at = models.DateTimeField()
    skipped = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "demo_progress"


class LoadedFiche(models.Model):
    """The fiche that a number of the generated outbreak became. ``nir_holder``: whose NIR it has, empty for none."""

    pk = models.CompositePrimaryKey("load", "number")
    load = models.ForeignKey(Load, on_delete=models.CASCADE, db_column="size", db_index=False, related_name="fiches")
    number = models.PositiveIntegerField()
    fiche = models.UUIDField()
    nir_holder = models.CharField(max_length=8, blank=True)

    class Meta:
        db_table = "demo_fiche"
