"""The page that shows all platforms, and on which one writes as their people."""
