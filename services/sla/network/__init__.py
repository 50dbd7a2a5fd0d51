"""This service's copy of the set-up: staff with their addresses, sites, calendars, policies."""
