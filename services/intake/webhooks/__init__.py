"""Signed webhooks to partners (Standard Webhooks): what receipts and routes say, told instead of asked for."""
