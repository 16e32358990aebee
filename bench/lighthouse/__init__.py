"""Lighthouse over the citizen's page: `make lighthouse`."""
