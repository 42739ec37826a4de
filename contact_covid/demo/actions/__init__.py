"""The writers of the demonstration: its professionals and its outbreak, through the actions of everyone."""
