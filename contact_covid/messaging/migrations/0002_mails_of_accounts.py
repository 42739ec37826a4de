from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_outbox"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="template",
            field=models.CharField(
                choices=[
                    ("instructions", "Consignes après l’appel"),
                    ("confirm_email", "Validation de l’adresse e-mail"),
                    ("reset_password", "Réinitialisation du mot de passe"),
                ],
                max_length=32,
            ),
        ),
    ]
