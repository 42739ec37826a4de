"""Static files: hashed names once collected, plain ones before."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedOnceCollected(CompressedManifestStaticFilesStorage):
    def stored_name(self, name: str) -> str:
        """The hashed name in the manifest; ``name`` itself as long as nothing has been collected."""
        return str(super().stored_name(name)) if self.hashed_files else name
