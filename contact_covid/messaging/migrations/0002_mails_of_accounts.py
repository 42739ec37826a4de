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
                    ("confirm_email", "Validation de l’adresse e-mail unique"),
                    ("confirm_creation", "Validation de l’adresse e-mail, création de compte"),
                    ("confirm_change", "Validation de la nouvelle adresse e-mail"),
                    ("reset_password", "Réinitialisation du mot de passe"),
                    ("shared_email", "Mot de passe oublié, adresse e-mail partagée"),
                    ("email_taken", "Adresse e-mail d’un autre compte"),
                    ("password_changed", "Mot de passe modifié"),
                    ("letter_asked", "Demande d’un mot de passe provisoire"),
                    ("provisional_code", "Mot de passe provisoire"),
                    ("login_code", "Code de vérification"),
                    ("factor_changed", "Modification de la seconde vérification"),
                    ("email_change", "Avis de modification d’adresse e-mail"),
                    ("fund_report", "Erreur signalée à la caisse"),
                    ("invitation", "Invitation"),
                    ("login_notice", "Avis de connexion"),
                    ("unused_account", "Compte bientôt bloqué"),
                ],
                max_length=32,
            ),
        ),
    ]
