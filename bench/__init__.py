"""What the hot pages cost: ``python -m bench`` walks them through real processes and prints a table.

Figures of one run compare with each other only, above all with the bare view of the same run: machines differ.
"""
