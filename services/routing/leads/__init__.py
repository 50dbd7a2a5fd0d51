"""The life of a lead: opened, checked, owned, worked, closed."""
