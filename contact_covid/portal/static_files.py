"""Static files: hashed names once collected, plain ones before."""

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class HashedOnceCollected(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    def stored_name(self, name: str) -> str:
        """The hashed name in the manifest; ``name`` itself as long as nothing has been collected."""
        return str(super().stored_name(name)) if self.hashed_files else name
