"""The password rules as Django's validators (``AUTH_PASSWORD_VALIDATORS``). Each fault has a code, no sentence."""

from django.contrib.auth import password_validation
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

from contact_covid.accounts.rules import passwords
from contact_covid.accounts.rules.passwords import PasswordFault


class MaximumLength:
    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:  # noqa: ARG002 - Django's signature
        if len(password) > passwords.MAX_LENGTH:
            raise ValidationError("too long", code=PasswordFault.TOO_LONG)


class WholeCharacters:
    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:  # noqa: ARG002 - Django's signature
        if passwords.is_broken(password):
            raise ValidationError("broken text", code=PasswordFault.BROKEN_TEXT)


class CharacterClasses:
    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:  # noqa: ARG002 - Django's signature
        missing = passwords.missing_classes(password)
        if missing:
            raise ValidationError([ValidationError("class missing", code=fault) for fault in missing])


class ContextWords:
    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:  # noqa: ARG002 - Django's signature
        if passwords.leans_on(password, passwords.CONTEXT_WORDS):
            raise ValidationError("leans on the context", code=PasswordFault.CONTEXT)


class CommonPassword(password_validation.CommonPasswordValidator):
    """Refuses Django's list, and its entries with a few digits and signs around them."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        super().validate(password, user)
        heart = passwords.heart_of(password)
        if heart in self.passwords and passwords.leans_on(password, (heart,)):
            raise ValidationError("too common", code=PasswordFault.TOO_COMMON)


class NotTheIdentity(password_validation.UserAttributeSimilarityValidator):
    """Refuses what resembles a name or the address of the account, or is one of them dressed up."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        super().validate(password, user)
        texts = [getattr(user, attribute, "") for attribute in self.user_attributes]
        if passwords.leans_on(password, [word for text in texts for word in passwords.words_of(text)]):
            raise ValidationError("too similar", code=PasswordFault.TOO_SIMILAR)
