"""Mailed links as their receivers hold them: read off the outbox."""

from tests.mails import last_mail, last_token

__all__ = ["PAGE", "last_mail", "last_token"]

PAGE = "https://portail.example/lien/"
