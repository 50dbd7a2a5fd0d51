"""What every service stands on: Kafka, PostgreSQL, HTTP, time. It does not know what a lead is."""
