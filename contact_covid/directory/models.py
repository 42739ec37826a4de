"""Who practises where, under which fund, in which commune. Professional and reference data, no patient's.

Reference tables (regions to centres) are keyed by their public code, so that rows survive a reload and read well in
exports. Their writer is ``actions.load_reference``; the writers of the rest are the batch loaders beside it.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from contact_covid.core.rules.text import displayed
from contact_covid.directory.enums import Convention, OrganisationKind, Profession


class ReferenceLoad(models.Model):
    """Which version of a shipped reference table the database holds."""

    name = models.CharField(max_length=30, primary_key=True)
    version = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Region(models.Model):
    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="departments")
    timezone = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Commune(models.Model):
    insee = models.CharField(max_length=5, primary_key=True)
    name = models.CharField(max_length=60)
    folded = models.CharField(max_length=60)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="communes")
    postcodes = ArrayField(models.CharField(max_length=5))
    population = models.PositiveIntegerField()

    class Meta:
        indexes = [
            GinIndex(fields=["postcodes"], name="commune_postcodes"),
            models.Index(fields=["folded"], name="commune_folded_start", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


class Scheme(models.Model):
    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Fund(models.Model):
    """A fund (« caisse »). ``areas``: the départements whose people its platform calls; empty without a platform.

    ``email``: where professionals' reports of errors go; not published, so each installation loads its own.
    """

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=80)
    seat_name = models.CharField(max_length=60)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="funds")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="funds")
    street = models.CharField(max_length=120)
    postcode = models.CharField(max_length=5)
    commune = models.CharField(max_length=60)
    phone = models.CharField(max_length=20)
    email = models.CharField(max_length=254, blank=True, db_default="")
    areas = ArrayField(models.CharField(max_length=3))

    def __str__(self) -> str:
        return f"{self.code} {self.seat_name}"


class Centre(models.Model):
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="centres")
    code = models.CharField(max_length=4)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fund", "code"], name="centre_once_a_fund")]

    def __str__(self) -> str:
        return self.code


class Organisation(models.Model):
    """A legal place of work: pharmacy, laboratory, platform, agency…"""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    finess = models.CharField(max_length=9, blank=True)
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    commune = models.CharField(max_length=60, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, related_name="+")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finess"], condition=~Q(finess=""), name="organisation_finess_unique"),
            models.UniqueConstraint(
                fields=["kind", "name", "postcode"], condition=Q(finess=""), name="organisation_without_finess_unique"
            ),
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Professional(models.Model):
    """A person who works with the service. ``national_id``: prefix and identifier, e.g. "8" + RPPS."""

    id = models.UUIDField(primary_key=True)
    national_id = models.CharField(max_length=30, unique=True)
    title = models.CharField(max_length=10, blank=True)
    last_name = models.CharField(max_length=60)
    first_name = models.CharField(max_length=60)
    profession = models.CharField(max_length=20, choices=Profession.choices)
    specialty = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(profession__in=Profession.values), name="professional_profession_known")
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """« Dr Hélène MARCHAND » as the header shows it."""
        return displayed(self.title, self.first_name, self.last_name)


class FormerNumber(models.Model):
    """The ADELI number that a professional had before her RPPS number."""

    adeli = models.CharField(max_length=9, primary_key=True)
    rpps = models.CharField(max_length=11, db_index=True)

    def __str__(self) -> str:
        return self.rpps


class Practice(models.Model):
    """A place of practice (« lieu d'exercice »): what a professional, or a structure itself, logs in for.

    ``number`` is the AM or FINESS number exactly as its users type it; empty for staff who only have an e-mail.
    ``place``: how the national directories name it (FINESS or their own identifier); empty for one they do not feed.
    """

    id = models.UUIDField(primary_key=True)
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, null=True, related_name="practices")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="practices")
    number = models.CharField(max_length=11, blank=True)
    place = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    commune = models.CharField(max_length=60, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, null=True, related_name="+")
    convention = models.CharField(max_length=10, choices=Convention.choices, default=Convention.NONE)
    radiology = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["professional", "number"],
                condition=Q(professional__isnull=False) & ~Q(number=""),
                name="practice_once_a_professional",
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(professional__isnull=True) & ~Q(number=""),
                name="practice_once_a_structure",
            ),
            models.UniqueConstraint(
                fields=["professional", "organisation"], condition=Q(number=""), name="practice_without_number_once"
            ),
            models.UniqueConstraint(
                fields=["professional", "place"],
                condition=~Q(place=""),
                nulls_distinct=False,
                name="practice_once_in_the_directory",
            ),
            models.CheckConstraint(
                condition=Q(professional__isnull=False) | Q(organisation__isnull=False), name="practice_of_someone"
            ),
            models.CheckConstraint(condition=Q(convention__in=Convention.values), name="practice_convention_known"),
        ]
        indexes = [models.Index(fields=["number"], condition=~Q(number=""), name="practice_number")]

    def __str__(self) -> str:
        return self.name
