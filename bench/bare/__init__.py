"""The yardstick: what Django itself costs here. One indexed SELECT, ten lines of template, no middleware."""
